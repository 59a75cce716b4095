"""Pass 4. Each group becomes one SELECT: its dataset, the joins that its fields need, the days, the measures."""

from __future__ import annotations

from calendar import isleap
from dataclasses import replace
from datetime import date

from sqlglot import exp

from semantic_layer.calendar import Span
from semantic_layer.columns import UNKNOWN
from semantic_layer.compiler import build
from semantic_layer.compiler.bind import series_dimension
from semantic_layer.compiler.condition_sql import condition_sql
from semantic_layer.compiler.place import NAMES
from semantic_layer.compiler.plan import Dimension, Group, LogicalPlan, Measure
from semantic_layer.compiler.relation import Sources, column
from semantic_layer.compiler.time_sql import bucket, day, flat_and, in_days, in_span, shift_bucket
from semantic_layer.conditions import Field, TimeBucket
from semantic_layer.errors import request_error
from semantic_layer.expressions import scalar
from semantic_layer.model.metrics import Aggregate
from semantic_layer.requests import LastYear

GROUP_SIZE = "_group_size"
"""The hidden counts of distinct entities behind each figure of a row begin so, where the grant has a minimum group."""


def aggregate(plan: LogicalPlan) -> LogicalPlan:
    return replace(plan, selects=tuple(_select(plan, group) for group in plan.groups))


def _select(plan: LogicalPlan, group: Group) -> exp.Select:
    scope = plan.scope
    sources = Sources(group.dataset, scope)
    dimensions = [(each, _dimension_sql(plan, group, each, sources)) for each in group.dimensions]
    measures = [(each.column, _measure_sql(each, group, sources)) for each in group.measures]
    measures += _group_sizes(plan, group, sources)
    conditions: list[exp.Expr] = []
    if group.where is not None:
        conditions.append(condition_sql(group.where, group.dataset, sources, group.time))
    if len(group.spans) == 1:
        conditions += _days_sql(group, sources, day(group.spans[0].start), day(group.spans[0].end), group.spans[0])
    elif len(group.spans) > 1:
        conditions += _days_sql(group, sources, column("first_day", "periods"), column("last_day", "periods"), None)
    if _doubles_a_leap_day(plan, group):
        conditions.append(_not_a_leap_day(group, sources))
    shown = [build.alias(sql, each.name, quoted=False) for each, sql in dimensions]
    shown += [build.alias(sql, name) for name, sql in measures]
    select = sources.from_clause(build.select(*shown))
    if len(group.spans) > 1:
        select = build.join(select, periods(group.spans), "cross")
    if conditions:
        select = build.where(select, flat_and(conditions))
    return select.group_by(*(sql.copy() for _, sql in dimensions), copy=False) if dimensions else select


def _dimension_sql(plan: LogicalPlan, group: Group, dimension: Dimension, sources: Sources) -> exp.Expr:
    ref = dimension.ref
    if isinstance(ref, str):
        return column("first_day" if ref == "period" else "last_day", "periods")
    if isinstance(ref, TimeBucket):
        return _bucket_sql(plan, group, dimension, ref, sources)
    assert isinstance(ref, Field)
    found = sources.reached(ref.name)
    sql = sources.reached_sql(found)
    if found.field.type == "category":
        return exp.Coalesce(this=sql, expressions=[exp.Literal.string(UNKNOWN)])
    return sql


def _bucket_sql(plan: LogicalPlan, group: Group, dimension: Dimension, ref: TimeBucket, sources: Sources) -> exp.Expr:
    name = ref.field or group.time
    assert name is not None
    found = sources.reached(name)
    if ref.grain == "hour" and found.field.type == "date":
        raise request_error("no_hours", f"'{name}' has days, no hours", field=name, dataset=group.dataset)
    sql = bucket(sources.reached_sql(found), ref.grain, plan.scope.workspace.workspace.first_weekday)
    if group.variant == "previous" and dimension == series_dimension(plan):
        return shift_bucket(sql, ref.grain, years=isinstance(plan.request.compare, LastYear))
    return sql


def _doubles_a_leap_day(plan: LogicalPlan, group: Group) -> bool:
    """Whether days are compared with those of a leap year: its last of February has no day of its own a year later."""
    bucketed = series_dimension(plan)
    if group.variant != "previous" or bucketed is None or bucketed.grain != "date":
        return False
    return isinstance(plan.request.compare, LastYear) and any(
        isleap(year) and span.start <= date(year, 2, 29) <= span.end
        for span in group.spans
        for year in range(span.start.year, span.end.year + 1)
    )


def _not_a_leap_day(group: Group, sources: Sources) -> exp.Expr:
    assert group.time is not None
    on = build.cast(sources.field_sql(group.time), build.DATE)
    is_leap_day = build.and_(
        exp.EQ(this=exp.Month(this=on), expression=exp.Literal.number(2)),
        exp.EQ(this=exp.Day(this=on.copy()), expression=exp.Literal.number(29)),
    )
    return exp.Not(this=build.paren(is_leap_day))


def _measure_sql(measure: Measure, group: Group, sources: Sources) -> exp.Expr:
    sql = aggregate_sql(measure.metric, group.dataset)
    if measure.where is None:
        return sql
    condition = condition_sql(measure.where, group.dataset, sources, group.time)
    return exp.Filter(this=sql, expression=exp.Where(this=condition))


def aggregate_sql(metric: Aggregate, alias: str) -> exp.Expr:
    """A metric's aggregate over the rows of its dataset."""
    arguments = [scalar(text, alias) for text in metric.expr]
    match metric.agg:
        case "count":
            return exp.Count(this=arguments[0] if arguments else exp.Star())
        case "count_distinct":
            counted = [exp.Tuple(expressions=arguments)] if len(arguments) > 1 else arguments
            return exp.Count(this=exp.Distinct(expressions=counted))
        case "sum":
            return exp.Sum(this=arguments[0])
        case "min":
            return exp.Min(this=arguments[0])
        case "max":
            return exp.Max(this=arguments[0])
        case "mean":
            return exp.Avg(this=arguments[0])
        case "median":
            return _percentile(arguments[0], 0.5)
        case "percentile":
            return _percentile(arguments[0], metric.percentile or 0.5)


def _percentile(value: exp.Expr, share: float) -> exp.Expr:
    """It may lie between two values, where money has no digits for it."""
    return exp.PercentileCont(this=build.cast(value, build.DOUBLE), expression=exp.Literal.number(share))


def _group_sizes(plan: LogicalPlan, group: Group, sources: Sources) -> list[tuple[str, exp.Expr]]:
    """How many entities the rows are about, and how many the rows of each measure that has a filter of its own."""
    minimum, dataset = plan.scope.grant.minimum_group, plan.scope.workspace.dataset(group.dataset)
    keys = dataset.entities.get(minimum.entity) if minimum is not None and dataset is not None else None
    if not keys:
        return []
    name = GROUP_SIZE if group.name == NAMES["now"] else f"{GROUP_SIZE}_{group.name}"
    counted: list[exp.Expr] = [column(key, group.dataset) for key in keys]
    if len(counted) > 1:
        counted = [exp.Tuple(expressions=counted)]
    size = exp.Count(this=exp.Distinct(expressions=counted))
    sizes: list[tuple[str, exp.Expr]] = [(name, size)]
    for measure in group.measures:
        if measure.where is not None:
            where = exp.Where(this=condition_sql(measure.where, group.dataset, sources, group.time))
            sizes.append((f"{name}_{measure.column}", exp.Filter(this=size.copy(), expression=where)))
    return sizes


def _days_sql(group: Group, sources: Sources, start: exp.Expr, end: exp.Expr, span: Span | None) -> list[exp.Expr]:
    """The rows of some days: by the time field, or by windows that overlap them."""
    if group.time is not None:
        found = sources.reached(group.time)
        sql, is_moment = sources.reached_sql(found), found.field.type == "time"
        return [in_span(sql, is_moment, span) if span else in_days(sql, is_moment, start, end)]
    dataset = sources.scope.workspace.dataset(group.dataset)
    if dataset is None or dataset.window is None:
        return []
    first = sources.field_sql(dataset.window.start)
    last = sources.field_sql(dataset.window.end)
    return [exp.LTE(this=first, expression=end), exp.GTE(this=last, expression=start)]


def periods(spans: tuple[Span, ...]) -> exp.Expr:
    """The named periods as a small table; a row counts in each period that holds it, by intention."""
    rows = [exp.Tuple(expressions=[day(span.start), day(span.end)]) for span in dict.fromkeys(spans)]
    columns = [exp.to_identifier("first_day"), exp.to_identifier("last_day")]
    return exp.Values(expressions=rows, alias=exp.TableAlias(this=exp.to_identifier("periods"), columns=columns))
