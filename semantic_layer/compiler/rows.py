"""Measures that are counted row by row: one SELECT over the rows of the days, each figure with the rows that it is about."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.first_times import first_time
from semantic_layer.compiler.grouped import Grouped
from semantic_layer.compiler.measures import aggregate_sql, distinct, named_aggregate
from semantic_layer.compiler.plan import Measure
from semantic_layer.compiler.sources import different_sql
from semantic_layer.model.metrics import Aggregate, Conversion, Distinct, NewEntities


def rows(of: Grouped) -> exp.Select:
    """Rows one by one."""
    dimensions = of.dimensions()
    measures = [(each.column, measure_sql(each, of)) for each in of.group.measures]
    measures += _group_sizes(of)
    return of.select(dimensions, [build.alias(sql, name) for name, sql in measures], of.conditions())


def measure_sql(measure: Measure, of: Grouped) -> exp.Expr:
    """A measure over the rows of a group."""
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
