"""Stocks: what there was on the first or last day of a period, summed over everything but time."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.grouped import Grouped
from semantic_layer.compiler.measures import distinct
from semantic_layer.compiler.naming import column
from semantic_layer.compiler.plan import Measure
from semantic_layer.compiler.time_sql import day_of, flat_and
from semantic_layer.expressions import scalar
from semantic_layer.model.metrics import SemiAdditive

DAYS = "stock_days"


def stock(of: Grouped) -> exp.Select:
    """The rows of the day that counts, of each bucket or period; which day it is depends on no filter and no other group."""
    name = of.helpers.add(f"{DAYS} {of.group.name}", DAYS, _days(of))
    dimensions = of.dimensions()
    measures = [build.alias(_sum(each, of), each.column) for each in of.group.measures]
    keys = of.minimum_keys()
    if keys is not None:
        measures.append(build.alias(distinct(keys), of.size_name))
    on_day = exp.EQ(this=day_of(of.time_sql(), of.is_moment()), expression=column("day", name))
    same_cell = [
        exp.EQ(this=of.dimension_sql(each), expression=column(each.name, name))
        for each in of.group.dimensions
        if of.is_cell(each)
    ]
    conditions = of.conditions()
    select = of.select(dimensions, measures, conditions, grouped=False)
    select = build.join(select, name, "inner", build.and_(on_day, *same_cell))
    return build.group_by(select, [sql for _, sql in dimensions])


def _sum(measure: Measure, of: Grouped) -> exp.Expr:
    assert isinstance(measure.metric, SemiAdditive)
    sql: exp.Expr = exp.Sum(this=scalar(measure.metric.semi_additive.expr, of.group.dataset))
    if measure.where is not None:
        sql = exp.Filter(this=sql, expression=exp.Where(this=of.condition(measure.where)))
    return sql


def _days(of: Grouped) -> exp.Select:
    """The day that counts of each bucket or period."""
    metric = of.group.measures[0].metric
    assert isinstance(metric, SemiAdditive)
    bare = Grouped(of.plan, of.group, of.helpers)
    cells = [each for each in of.group.dimensions if of.is_cell(each)]
    dimensions = bare.dimensions(cells)
    on = day_of(bare.time_sql(), bare.is_moment())
    extreme = exp.Max(this=on) if metric.semi_additive.take == "last" else exp.Min(this=on)
    days = bare.days()
    shown = [build.alias(sql, each.name, quoted=False) for each, sql in dimensions]
    select = build.select(*shown, build.alias(extreme, "day"))
    select = bare.sources.from_clause(select, *bare.crossed())
    if days:
        select = build.where(select, flat_and(days))
    return build.group_by(select, [sql for _, sql in dimensions])
