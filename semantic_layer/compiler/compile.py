"""The compiler: typed requests to one SQL statement each."""

from __future__ import annotations

from functools import reduce

from sqlglot import exp

from semantic_layer.columns import UNKNOWN, Column
from semantic_layer.compiler import build
from semantic_layer.compiler.aggregate import aggregate
from semantic_layer.compiler.bind import bind, within_grant
from semantic_layer.compiler.combine import combine
from semantic_layer.compiler.condition_sql import condition_sql
from semantic_layer.compiler.derive import derive, field_column
from semantic_layer.compiler.expand import expand
from semantic_layer.compiler.place import place
from semantic_layer.compiler.plan import Compiled, LogicalPlan, Scope
from semantic_layer.compiler.relation import Sources
from semantic_layer.compiler.shape import shape
from semantic_layer.conditions import SERIES_GRAINS, Field, TimeBucket
from semantic_layer.errors import closest, request_error
from semantic_layer.model.datasets import DIMENSION_TYPES
from semantic_layer.reach import home_dataset
from semantic_layer.requests import EntityQuery, MetricQuery, OrderBy, ValueQuery

PASSES = (bind, expand, place, aggregate, combine, derive, shape)


def compile_request(request: MetricQuery | EntityQuery | ValueQuery, scope: Scope) -> Compiled:
    """Compiles a request for a viewer.

    Raises:
        RequestError: with the code of what is wrong.
    """
    match request:
        case MetricQuery():
            plan = reduce(lambda plan, step: step(plan), PASSES, LogicalPlan(request, scope))
            assert plan.tree is not None
            return Compiled(
                tree=plan.tree,
                columns=plan.columns,
                spans=plan.spans,
                other_span=plan.other_span,
                notes=plan.notes,
                metrics=plan.metrics,
                datasets=tuple(dict.fromkeys(group.dataset for group in plan.groups)),
            )
        case ValueQuery():
            return _values(request, scope)
        case EntityQuery():
            return _entities(request, scope)


def _values(request: ValueQuery, scope: Scope) -> Compiled:
    """The distinct values of a field where it lives, under the viewer's grant."""
    if not isinstance(request.field, Field):
        raise request_error("kind_not_compiled", "only values of fields are listed", kind=request.field.kind)
    home = home_dataset(scope.workspace, request.field.name)
    if home is None:
        names = [field.name for _, field in scope.workspace.dimension_fields()]
        near = closest(request.field.name, names)
        raise request_error("unknown_field", f"there is no field '{request.field.name}'", field=request.field.name, near=near)
    within_grant(request.where, home.name, scope)
    sources = Sources(home.name, scope)
    found = sources.reached(request.field.name.rpartition(".")[2])
    if found.field.type not in DIMENSION_TYPES:
        raise request_error("wrong_value", f"'{found.field.name}' is a number, its values are not listed", field=found.field.name)
    sql = sources.reached_sql(found)
    shown = exp.Coalesce(this=sql, expressions=[exp.Literal.string(UNKNOWN)]) if found.field.type == "category" else sql
    column = field_column(found.field)
    where = condition_sql(request.where, home.name, sources, home.time) if request.where is not None else None
    tree = sources.from_clause(build.select(build.alias(shown, column.name)).distinct(copy=False))
    if where is not None:
        tree = build.where(tree, where)
    tree = tree.order_by(exp.Ordered(this=exp.column(column.name), nulls_first=False))
    return Compiled(tree=_limited(tree, request.limit), columns=(column,), datasets=(home.name,))


def _entities(request: EntityQuery, scope: Scope) -> Compiled:
    """Entities that a dataset describes, by their own fields. Conditions on metrics come later."""
    workspace = scope.workspace
    entity = workspace.entity(request.entity)
    if entity is None:
        near = closest(request.entity, [each.name for each in workspace.entities])
        raise request_error("unknown_entity", f"there is no entity '{request.entity}'", entity=request.entity, near=near)
    homes = workspace.homes_of(entity.name)
    if not homes:
        raise request_error("kind_not_compiled", f"no dataset describes '{entity.name}'", kind="entity_query", name=entity.name)
    within_grant(request.where, homes[0].name, scope)
    sources = Sources(homes[0].name, scope)
    refs: list[Field] = [Field(name=entity.key_name)]
    for ref in request.columns:
        if isinstance(ref, TimeBucket) or not isinstance(ref, Field):
            raise request_error("kind_not_compiled", f"columns of the kind '{ref.kind}' are not computed yet", kind=ref.kind)
        refs.append(ref)
    made: list[tuple[Column, exp.Expr]] = []
    for position, ref in enumerate(refs):
        found = sources.reached(ref.name)
        made.append((field_column(found.field, "dimension" if position else "key"), sources.reached_sql(found)))
    where = condition_sql(request.where, homes[0].name, sources, homes[0].time) if request.where is not None else None
    tree = sources.from_clause(build.select(*(build.alias(sql, column.name) for column, sql in made)))
    if where is not None:
        tree = build.where(tree, where)
    order = request.order or (OrderBy(target=entity.key_name, descending=False),)
    names = [column.name for column, _ in made]
    for each in order:
        if each.target not in names:
            raise request_error("unknown_field", f"cannot order by '{each.target}', it is not in the result", field=each.target)
    tree = tree.order_by(*(exp.Ordered(this=exp.column(each.target), desc=each.descending, nulls_first=False) for each in order))
    return Compiled(tree=_limited(tree, request.limit), columns=tuple(column for column, _ in made), datasets=(homes[0].name,))


def _limited(tree: exp.Select, limit: int | None) -> exp.Select:
    return tree.limit(limit) if limit is not None else tree


def over_all(request: MetricQuery) -> MetricQuery:
    """The request over all its groups: what totals are computed from, never summed from rows.

    A series is compared bucket by bucket; its total has nothing to be compared with.
    """
    series = any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in request.by)
    compare = None if series else request.compare
    share = request.share_of.model_copy(update={"by": ()}) if request.share_of else None
    return request.model_copy(
        update={"by": (), "order": (), "limit": None, "totals": False, "share_of": share, "compare": compare}
    )
