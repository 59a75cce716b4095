"""The values that a field has, where it lives, as a viewer may see them."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.columns import UNKNOWN
from semantic_layer.compiler import build
from semantic_layer.compiler.bind import within_grant
from semantic_layer.compiler.condition_sql import condition_sql
from semantic_layer.compiler.derive import field_column
from semantic_layer.compiler.naming import identifier
from semantic_layer.compiler.plan import Compiled, Scope
from semantic_layer.compiler.sources import Helpers, Sources
from semantic_layer.conditions import Field
from semantic_layer.errors import closest, request_error
from semantic_layer.model.datasets import DIMENSION_TYPES
from semantic_layer.reach import home_dataset
from semantic_layer.requests import ValueQuery


def values(request: ValueQuery, scope: Scope) -> Compiled:
    """The distinct values of a field.

    Raises:
        RequestError: an unknown or hidden field, or one that is a number.
    """
    if not isinstance(request.field, Field):
        raise request_error("kind_not_compiled", "only values of fields are listed", kind=request.field.kind)
    home = home_dataset(scope.workspace, request.field.name)
    if home is None:
        names = [field.name for _, field in scope.workspace.dimension_fields()]
        near = closest(request.field.name, names)
        raise request_error("unknown_field", f"there is no field '{request.field.name}'", field=request.field.name, near=near)
    within_grant(request.where, home.name, scope)
    helpers = Helpers()
    sources = Sources(home.name, scope, helpers)
    found = sources.reached(request.field.name.rpartition(".")[2])
    if found.field.type not in DIMENSION_TYPES:
        raise request_error("wrong_value", f"'{found.field.name}' is a number, its values are not listed", field=found.field.name)
    sql = sources.reached_sql(found)
    shown = exp.Coalesce(this=sql, expressions=[exp.Literal.string(UNKNOWN)]) if found.field.type == "category" else sql
    column = field_column(found.field)
    where = condition_sql(request.where, home.name, sources, home.time) if request.where is not None else None
    tree = sources.from_clause(build.select(build.alias(shown, identifier(column.name))).distinct(copy=False))
    if where is not None:
        tree = build.where(tree, where)
    tree = tree.order_by(exp.Ordered(this=exp.column(identifier(column.name)), nulls_first=False), copy=False)
    tree = helpers.before(tree)
    tree = tree.limit(request.limit, copy=False) if request.limit is not None else tree
    return Compiled(tree=tree, columns=(column,), datasets=(home.name,))
