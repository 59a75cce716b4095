"""Pass 4. Each group becomes one SELECT: its dataset, the joins that its fields need, the days, the measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.entities import converted, repeated, retained
from semantic_layer.compiler.grouped import Grouped
from semantic_layer.compiler.measures import aggregate_sql, distinct, named_aggregate
from semantic_layer.compiler.plan import Kind, LogicalPlan, Measure
from semantic_layer.compiler.sources import Helpers, different_sql
from semantic_layer.compiler.stocks import stock
from semantic_layer.compiler.time_sql import holds_a_leap_day, is_leap_day
from semantic_layer.compiler.units import first_time
from semantic_layer.model.metrics import Aggregate, Conversion, Distinct, NewEntities


def aggregate(plan: LogicalPlan) -> LogicalPlan:
    reserved = [dataset.name for dataset in plan.scope.workspace.datasets if dataset.derived is None]
    helpers = Helpers(*reserved, *(group.name for group in plan.groups), "periods", "buckets", parameters=plan.request.parameters)
    made = [Grouped(plan, group, helpers) for group in plan.groups]
    selects = tuple(SELECTS[each.group.kind](each) for each in made)
    joined = tuple(dict.fromkeys(join.dataset for each in made for join in each.sources.joins.values()))
    return replace(plan, selects=selects, helpers=tuple(helpers.queries.items()), joined=joined)


def _rows(of: Grouped) -> exp.Select:
    """Rows one by one."""
    dimensions = of.dimensions()
    measures = [(each.column, _measure_sql(each, of)) for each in of.group.measures]
    measures += _group_sizes(of)
    conditions = of.conditions()
    if _doubles_a_leap_day(of):
        conditions.append(exp.Not(this=build.paren(is_leap_day(build.cast(of.time_sql(), build.DATE)))))
    return of.select(dimensions, [build.alias(sql, name) for name, sql in measures], conditions)


SELECTS: dict[Kind, Callable[[Grouped], exp.Select]] = {
    "rows": _rows,
    "stock": stock,
    "repeat": repeated,
    "retention": retained,
    "conversion": converted,
}


def _measure_sql(measure: Measure, of: Grouped) -> exp.Expr:
    sql, conditions = _figure(measure, of)
    if measure.where is not None:
        conditions.append(of.condition(measure.where))
    if not conditions:
        return sql
    return exp.Filter(this=sql, expression=exp.Where(this=build.and_(*conditions)))


def _figure(measure: Measure, of: Grouped) -> tuple[exp.Expr, list[exp.Expr]]:
    """The aggregate of a measure, and the rows that it alone is about."""
    workspace = of.plan.scope.workspace
    match measure.metric:
        case Aggregate():
            return aggregate_sql(measure.metric, of.group.dataset), []
        case Distinct():
            return different_sql(measure.metric, of.sources), []
        case NewEntities(new_entities=first):
            return distinct(of.sources.key_sql(first.entity)), [first_time(first.entity, of.sources, of.time_sql())]
        case Conversion(conversion=conversion):
            base = named_aggregate(conversion.base, workspace)
            own = [of.condition(base.where)] if base.where is not None else []
            return distinct(of.sources.key_sql(conversion.entity)), own
        case _:
            raise AssertionError(f"{measure.metric.name} is not counted row by row")


def _doubles_a_leap_day(of: Grouped) -> bool:
    """Whether days are compared with those of a leap year: its last of February has no day of its own a year later."""
    bucketed = of.shifted()
    if bucketed is None or bucketed.grain != "date" or not of.by_years():
        return False
    return any(map(holds_a_leap_day, of.group.spans))


def _group_sizes(of: Grouped) -> list[tuple[str, exp.Expr]]:
    """How many entities the rows are about, and how many the rows of each measure that has rows of its own."""
    keys = of.minimum_keys()
    if keys is None:
        return []
    size = distinct(keys)
    sizes: list[tuple[str, exp.Expr]] = [(of.size_name, size)]
    for measure in of.group.measures:
        _, conditions = _figure(measure, of)
        if measure.where is not None:
            conditions.append(of.condition(measure.where))
        if conditions:
            where = exp.Where(this=build.and_(*(each.copy() for each in conditions)))
            sizes.append((f"{of.size_name}_{measure.column}", exp.Filter(this=size.copy(), expression=where)))
    return sizes
