"""Pass 7. Order and limit. Ties with the last kept group are kept, and every order is total, so that rows repeat."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.columns import UNKNOWN, Column
from semantic_layer.compiler.plan import LogicalPlan
from semantic_layer.conditions import Field
from semantic_layer.errors import request_error
from semantic_layer.reach import reach
from semantic_layer.requests import OrderBy
from semantic_layer.statistics import summaries

SUFFIX = {"value": "", "previous": "_previous", "change": "_change", "growth": "_growth", "share": "_share"}


def shape(plan: LogicalPlan) -> LogicalPlan:
    assert plan.tree is not None
    if not plan.dimensions:
        return plan
    asked = [_asked(plan, order) for order in plan.request.order]
    default = [] if asked else _default_order(plan)
    keys = asked or default
    rest = [_dimension_key(plan, column) for column in plan.columns if _tells_rows_apart(column)]
    seen: set[str] = set()
    total: list[exp.Expr] = []
    for key in (*keys, *rest):
        text = key.this.sql()
        if text not in seen:
            seen.add(text)
            total.append(key.copy())
    tree = plan.tree
    if plan.request.limit is not None:
        shown = {each.alias: each.this for each in tree.expressions}
        order = exp.Order(expressions=[_spelled_out(key, shown) for key in keys])
        rank = exp.Window(this=exp.Rank(), order=order, over="OVER")
        limit = exp.Literal.number(plan.request.limit)
        tree = tree.copy()
        tree.set("qualify", exp.Qualify(this=exp.LTE(this=rank, expression=limit)))
    return replace(plan, tree=tree.order_by(*total, copy=False))


def _tells_rows_apart(column: Column) -> bool:
    return column.role == "dimension" or (column.role == "hidden" and column.grain == "period")


def _spelled_out(key: exp.Expr, shown: dict[str, exp.Expr]) -> exp.Expr:
    """An order by what a column is, not by its name: in a window a name may mean a column of the data as well."""
    spelled = key.copy()
    if isinstance(spelled.this, exp.Column) and not spelled.this.table:
        spelled.set("this", shown[spelled.this.name].copy())
    return spelled


def _asked(plan: LogicalPlan, order: OrderBy) -> exp.Ordered:
    name = f"{_column_of(plan, order.target)}{SUFFIX[order.part]}"
    column = next((each for each in plan.columns if each.name == name), None)
    if column is None:
        raise request_error("bad_request", f"the result has no column '{name}' to order by", field=name)
    sql = _unknown_as_null(plan, column)
    return _key(name, order.descending) if sql is None else exp.Ordered(this=sql, desc=order.descending, nulls_first=False)


def _column_of(plan: LogicalPlan, target: str) -> str:
    """The column of an order's target: of a metric whose statistics are asked, the first of them."""
    found = summaries(plan.scope.workspace, plan.request)
    return next((each.name for each in found if each.metric.name == target), target)


def _unknown_as_null(plan: LogicalPlan, column: Column) -> exp.Expr | None:
    """What is unknown is the last of an order that was asked for, though it stands in its column as a word."""
    dimension = next((each for each in plan.dimensions if each.name == column.name), None)
    if column.role != "dimension" or dimension is None or not isinstance(dimension.ref, Field):
        return None
    if reach(plan.scope.workspace, plan.groups[0].dataset, dimension.ref.name).field.type != "category":
        return None
    assert plan.tree is not None
    shown = next(each.this for each in plan.tree.expressions if each.alias == column.name)
    return exp.Nullif(this=shown.copy(), expression=exp.Literal.string(UNKNOWN))


def _default_order(plan: LogicalPlan) -> list[exp.Expr]:
    """Time first, then the natural order of values; else the first metric from high to low."""
    keys = [_dimension_key(plan, each) for each in plan.columns if each.role == "dimension" and (each.grain or each.ordered)]
    metric = next(each for each in plan.columns if each.role == "metric")
    if plan.request.limit is not None and not any(each.grain for each in plan.columns):
        return [_key(metric.name, descending=True)]
    return keys or [_key(metric.name, descending=True)]


def _dimension_key(plan: LogicalPlan, column: Column) -> exp.Expr:
    """A dimension in its natural order: as declared, where the analyst listed the values so; else by value."""
    if not column.ordered or not column.value_labels:
        return _key(column.name, descending=False)
    assert plan.tree is not None
    shown = next(each.this for each in plan.tree.expressions if each.alias == column.name)
    whens = [
        exp.If(this=exp.Literal.string(str(each.value)), true=exp.Literal.number(position))
        for position, each in enumerate(column.value_labels)
    ]
    natural = exp.Case(this=shown.copy(), ifs=whens, default=exp.Literal.number(len(whens)))
    return exp.Ordered(this=natural, desc=False, nulls_first=False)


def _key(name: str, descending: bool) -> exp.Ordered:
    """Nulls come last whichever way it goes."""
    return exp.Ordered(this=exp.column(name), desc=descending, nulls_first=False)
