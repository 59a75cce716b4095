"""Days that trail: the last N of a period or bucket, or those since a calendar unit began. A row may count in several of them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlglot import exp

from semantic_layer.calendar import MONTHS_OF, UNITS, Span, last_n, unit_of
from semantic_layer.compiler import build
from semantic_layer.compiler.neutral import AddDays, AddMonths, FirstDay
from semantic_layer.compiler.plan import Dimension, Group, LogicalPlan
from semantic_layer.compiler.time_sql import bucket, day, last_day_of, series
from semantic_layer.conditions import Grain
from semantic_layer.model.metrics import WindowOf

WINDOWS = "windows"


class Window(NamedTuple):
    """The days that trail a period."""

    period: Span
    days: Span


def windows(plan: LogicalPlan, group: Group) -> tuple[Window, ...]:
    """The days that trail each asked period."""
    assert group.window is not None
    return tuple(Window(span, _trailing(plan, group.window, span)) for span in group.spans)


def _trailing(plan: LogicalPlan, window: WindowOf, span: Span) -> Span:
    if window.to_date is not None:
        return Span(unit_of(span.end, window.to_date, plan.scope.workspace.workspace.conventions).start, span.end)
    return last_n(window.last or 1, window.unit, span.end)


def days_within(plan: LogicalPlan, group: Group, dimension: Dimension | None) -> Span:
    """All days that the windows hold, from the first one's first."""
    assert group.window is not None
    if dimension is None or dimension.grain is None:
        found = [each.days for each in windows(plan, group)]
    else:
        unit, conventions = UNITS[dimension.grain], plan.scope.workspace.workspace.conventions
        first = [unit_of(_first_bucket(plan, dimension.grain, span), unit, conventions) for span in group.spans]
        ends = [min(each.end, span.end) for each, span in zip(first, group.spans, strict=True)]
        found = [_trailing(plan, group.window, Span(end, end)) for end in ends]
        found += [Span(end, span.end) for end, span in zip(ends, group.spans, strict=True)]
    return Span(min(each.start for each in found), max(each.end for each in found))


def query(plan: LogicalPlan, group: Group, dimension: Dimension | None) -> exp.Query:
    """A row for each bucket of a series, or for each of several periods, with the days that trail it."""
    if dimension is None or dimension.grain is None:
        return _of_periods(windows(plan, group))
    if len(group.spans) == 1:
        return _of_buckets(plan, group, dimension.grain, group.spans[0])
    several: list[exp.Select] = []
    for span in dict.fromkeys(group.spans):
        period = [build.alias(day(each), name) for each, name in zip(span, ("period", "period_end"), strict=True)]
        several.append(_of_buckets(plan, group, dimension.grain, span).select(*period, copy=False))
    return exp.union(*several, copy=False)


def _of_buckets(plan: LogicalPlan, group: Group, grain: Grain, span: Span) -> exp.Select:
    assert group.window is not None
    first = _first_bucket(plan, grain, span)
    buckets = series(Span(first, span.end), grain, "bucket", first).subquery("buckets", copy=False)
    # Neither side is ever null.
    last = exp.Least(this=last_day_of(exp.column("bucket"), grain), expressions=[day(span.end)], ignore_nulls=True)
    ends = build.select(exp.column("bucket"), build.alias(last, "last_day"))
    ends = build.from_(ends, buckets)
    first_day = build.alias(_start_sql(group.window, exp.column("last_day"), plan), "first_day")
    shown = build.select(exp.column("bucket"), first_day, exp.column("last_day"))
    return build.from_(shown, ends.subquery("ends", copy=False))


def _first_bucket(plan: LogicalPlan, grain: Grain, span: Span) -> date:
    """Before the data nothing trails; after it something may."""
    start = max(span.start, plan.covered.start) if plan.covered is not None and span.overlaps(plan.covered) else span.start
    return unit_of(start, UNITS[grain], plan.scope.workspace.workspace.conventions).start


def _of_periods(found: tuple[Window, ...]) -> exp.Select:
    names = ("period", "period_end", "first_day", "last_day")
    rows = [exp.Tuple(expressions=[day(each) for each in (*one.period, *one.days)]) for one in found]
    columns = [exp.to_identifier(name) for name in names]
    values = exp.Values(expressions=rows, alias=exp.TableAlias(this=exp.to_identifier("days"), columns=columns))
    return build.from_(build.select(*(exp.column(each) for each in names)), values)


def _start_sql(window: WindowOf, last_day: exp.Expr, plan: LogicalPlan) -> exp.Expr:
    if window.to_date == "half":
        return _half_of(last_day)
    if window.to_date is not None:
        return bucket(last_day, _grain_of(window), plan.scope.workspace.workspace.conventions)
    count = window.last or 1
    if window.unit in MONTHS_OF:
        return AddMonths(this=AddDays(this=last_day, days=1), months=-count * MONTHS_OF[window.unit])
    return AddDays(this=last_day, days=1 - count * (7 if window.unit == "week" else 1))


def _half_of(day: exp.Expr) -> exp.Expr:
    """The first day of the half year that holds a day: there are no groups by halves, so no grain."""
    year = FirstDay(this=day, unit="YEAR")
    second = exp.GT(this=exp.Month(this=day.copy()), expression=exp.Literal.number(6))
    return exp.Case(ifs=[exp.If(this=second, true=AddMonths(this=year.copy(), months=6))], default=year)


def _grain_of(window: WindowOf) -> Grain:
    grains: dict[str, Grain] = {"day": "date", "week": "week", "month": "month", "quarter": "quarter", "year": "year"}
    grains |= {"fiscal_quarter": "fiscal_quarter", "fiscal_year": "fiscal_year"}
    return grains[str(window.to_date)]
