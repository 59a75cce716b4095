"""Lists of entities: everyone whom the data knows, by conditions on what describes them and on what they did."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from semantic_layer.columns import UNKNOWN, Column
from semantic_layer.compiler import build
from semantic_layer.compiler.bind import within_grant
from semantic_layer.compiler.condition_sql import condition_sql
from semantic_layer.compiler.derive import field_column, metric_column
from semantic_layer.compiler.expand import Formulas, measures_of
from semantic_layer.compiler.measures import dataset_name, known_keys
from semantic_layer.compiler.meets import meets_sql
from semantic_layer.compiler.naming import identifier, is_known
from semantic_layer.compiler.plan import Compiled, Scope
from semantic_layer.compiler.profile_names import tag_field
from semantic_layer.compiler.relation import relation
from semantic_layer.compiler.sources import Helpers, Sources
from semantic_layer.compiler.units import ALL_DAYS, unit_sql
from semantic_layer.conditions import Did, EntityMetric, Field, FieldRef, Meets, Tag, TimeBucket, sequences_in, unit_refs
from semantic_layer.errors import closest, request_error
from semantic_layer.implied import figure
from semantic_layer.model.datasets import Dataset, Entity
from semantic_layer.reach import knows
from semantic_layer.requests import EntityQuery, OrderBy
from semantic_layer.words import Text

MEMBERS = "members"
Made = tuple[Column, exp.Expr]


def entities(request: EntityQuery, scope: Scope) -> Compiled:
    """Entities with their key first, then the chosen columns.

    Raises:
        RequestError: an unknown entity or column, one that the viewer may not see, or a condition that is not computed.
    """
    entity = scope.workspace.entity(request.entity)
    if entity is None:
        near = closest(request.entity, [each.name for each in scope.workspace.entities])
        raise request_error("unknown_entity", f"there is no entity '{request.entity}'", entity=request.entity, near=near)
    return _List(request, entity, scope).compiled()


class _List:
    def __init__(self, request: EntityQuery, entity: Entity, scope: Scope) -> None:
        self.request, self.entity, self.scope = request, entity, scope
        names = {dataset.name for dataset in scope.workspace.datasets}
        self.name = MEMBERS if MEMBERS not in names else f"{MEMBERS}_of_{entity.name}"
        self.datasets = self._known_by()
        self.keys = known_keys(scope.workspace, self.datasets[0], entity.name)
        self.helpers = Helpers(*scope.workspace.stored_names, self.name)
        start = Dataset(name=self.name, grain=self.keys, entities={entity.name: self.keys})
        self.sources = Sources(start, scope, self.helpers)
        self.texts: set[str] = set()

    def _known_by(self) -> list[str]:
        """The datasets that know the entities: what describes them, what counts them, what the conditions are about."""
        workspace, entity = self.scope.workspace, self.entity
        named = [home.name for home in workspace.homes_of(entity.name)]
        count = workspace.metric(entity.count or "")
        if count is not None:
            named += [dataset_name(each.metric, workspace) for each in measures_of(Formulas(workspace, {}).of(count))]
        named += self._mentioned()
        if not named:
            named = [each.name for each in workspace.datasets if entity.name in each.entities]
        found = [name for name in dict.fromkeys(named) if knows(workspace, name, entity.name)]
        allowed = [name for name in found if name not in self.scope.grant.denied and self._is_loaded(name)]
        if not allowed:
            what = f"no dataset that role '{self.scope.grant.role}' may ask knows '{entity.name}'"
            raise request_error("dataset_denied", what, dataset=found[0] if found else entity.name)
        return allowed

    def _is_loaded(self, name: str) -> bool:
        dataset = self.scope.workspace.dataset(name)
        return dataset is not None and (dataset.derived is not None or dataset.table in self.scope.version.tables)

    def _mentioned(self) -> Iterator[str]:
        """Datasets that conditions and columns of the list are about."""
        workspace = self.scope.workspace
        for each in (*unit_refs(self.request.where), *(ref for ref in self.request.columns if isinstance(ref, EntityMetric))):
            if isinstance(each, Did):
                yield each.dataset
            elif (metric := figure(workspace, each.metric)) is not None:
                for measure in measures_of(Formulas(workspace, {}).of(metric)):
                    yield dataset_name(measure.metric, workspace)
        yield from (step.dataset for each in sequences_in(self.request.where) for step in each.steps)

    def compiled(self) -> Compiled:
        request, scope = self.request, self.scope
        within_grant(request.where, self.datasets[0], scope)
        keys = self._key_columns()
        made = [*keys, *self._columns(keys)]
        where = condition_sql(request.where, self.name, self.sources) if request.where is not None else None
        tree = build.select(*(build.alias(sql, identifier(column.name)) for column, sql in made))
        tree = self.sources.from_clause(tree)
        if where is not None:
            tree = build.where(tree, where)
        tree = self._ordered(tree, made)
        members = self._members()
        # A query may only name those that stand before it.
        tree = build.with_query(self.helpers.before(tree), self.name, members)
        joined = tuple(dict.fromkeys(join.dataset for join in self.sources.joins.values()))
        columns = tuple(column for column, _ in made)
        return Compiled(tree=tree, columns=columns, datasets=tuple(self.datasets), joined=joined)

    def _members(self) -> exp.Query:
        """Every key that one of the datasets knows, once."""
        selects: list[exp.Select] = []
        for name in self.datasets:
            source = Sources(name, self.scope, self.helpers)
            keys = source.key_sql(self.entity.name)
            named = [build.alias(sql, identifier(key)) for sql, key in zip(keys, self.keys, strict=True)]
            base = relation(name, self.scope, name, self.helpers, own=True)
            known = [is_known(sql) for sql in keys]
            selects.append(build.where(source.joined(build.from_(build.select(*named), base)), *known))
        if len(selects) == 1:
            return selects[0].distinct(copy=False)
        return exp.union(*selects, copy=False)

    def _key_columns(self) -> list[Made]:
        if len(self.keys) == 1:
            found = self.sources.reached(self.entity.key_name)
            return [(field_column(found.field, "key"), self.sources.reached_sql(found))]
        made: list[Made] = []
        for key, sql in zip(self.keys, self.sources.key_sql(self.entity.name), strict=True):
            if self.scope.grant.hides(self.datasets[0], key) or self.scope.grant.hides(self.datasets[0], self.entity.key_name):
                raise request_error("field_hidden", f"role '{self.scope.grant.role}' may not see '{key}'", field=key)
            made.append((Column(name=key, role="key", type="category"), sql))
        return made

    def _columns(self, keys: list[Made]) -> list[Made]:
        made: list[Made] = []
        for ref in self.request.columns:
            column, sql = self._column(ref)
            taken = {each.name for each, _ in (*keys, *made)}
            number = 2
            name = column.name
            while name in taken:
                name, number = f"{column.name}_{number}", number + 1
            made.append((column.model_copy(update={"name": name}), sql))
            field = Field(name=tag_field(self.scope.workspace, ref)) if isinstance(ref, Tag) else ref
            if isinstance(field, Field) and self.sources.reached(field.name).field.type == "category":
                self.texts.add(name)
        return made

    def _column(self, ref: FieldRef) -> Made:
        match ref:
            case Tag():
                return self._column(Field(name=tag_field(self.scope.workspace, ref)))
            case Meets():
                return Column(name="meets", role="dimension", type="category"), meets_sql(
                    ref, self.name, self.sources, None, ALL_DAYS
                )
            case Field(name=name):
                found = self.sources.reached(name)
                return field_column(found.field), self.sources.reached_sql(found)
            case EntityMetric(rank=None):
                own = ref if ref.entity is not None else ref.model_copy(update={"entity": self.entity.name})
                sql, _ = unit_sql(own, self.sources, ALL_DAYS)
                metric = self.scope.workspace.metric(ref.metric)
                if metric is not None:
                    return metric_column(metric, metric.name, "metric"), sql
                label = self.scope.workspace.entity(ref.metric.rpartition(".")[2])
                shown = Text(zh=label.label_in("zh"), en=label.label_in("en")) if label is not None else Text()
                return Column(name=ref.metric.replace(".", "_"), role="metric", type="count", label=shown), sql
            case TimeBucket() | _:
                raise request_error("kind_not_compiled", f"columns of the kind '{ref.kind}' are not computed", kind=ref.kind)

    def _ordered(self, tree: exp.Select, made: list[Made]) -> exp.Select:
        """As asked, and by the key at last, so that rows repeat. Of a ranking those who tie with the last one stay."""
        request, names = self.request, [column.name for column, _ in made]
        for each in request.order:
            if each.target not in names:
                what = f"cannot order by '{each.target}', it is not in the result"
                raise request_error("unknown_field", what, field=each.target)
        keys = tuple(OrderBy(target=key, descending=False) for key in [column.name for column, _ in made if column.role == "key"])
        order = (*request.order, *(key for key in keys if key.target not in [each.target for each in request.order]))
        shown = {column.name: sql for column, sql in made}
        if request.limit is not None and request.order:
            ranked = [self._by(shown[each.target], each, shown) for each in request.order]
            rank = exp.Window(this=exp.Rank(), order=exp.Order(expressions=ranked), over="OVER")
            tree.set("qualify", exp.Qualify(this=exp.LTE(this=rank, expression=exp.Literal.number(request.limit))))
        ordered = [self._by(exp.column(identifier(each.target)), each, shown) for each in order]
        tree = tree.order_by(*ordered, copy=False)
        return tree.limit(request.limit, copy=False) if request.limit is not None and not request.order else tree

    def _by(self, sql: exp.Expr, order: OrderBy, shown: dict[str, exp.Expr]) -> exp.Ordered:
        """What is unknown comes last either way, also where a word is stored for it."""
        if order.target in self.texts:
            # Inside an expression a name may mean a column of the data as well.
            sql = exp.Nullif(this=shown[order.target].copy(), expression=exp.Literal.string(UNKNOWN))
        return exp.Ordered(this=sql.copy(), desc=order.descending, nulls_first=False)
