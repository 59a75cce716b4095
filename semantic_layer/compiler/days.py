"""The days of a request: asked ones, those compared with, those that trail or come before; and what must be said of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from semantic_layer.calendar import (
    UNITS,
    Conventions,
    Span,
    add_months,
    last_n,
    last_year,
    previous,
    resolve,
    same_weekdays_before,
    unit_of,
)
from semantic_layer.columns import Note
from semantic_layer.compiler.measures import covered_days
from semantic_layer.compiler.partial_days import partial_notes
from semantic_layer.compiler.plan import Dimension, LogicalPlan, Measure, Scope
from semantic_layer.compiler.time_sql import MONTHS
from semantic_layer.conditions import SERIES_GRAINS, TimeBucket
from semantic_layer.errors import no_time, request_error
from semantic_layer.model.metrics import Retention, WindowOf
from semantic_layer.periods import Between, EachPeriod, WholeData
from semantic_layer.requests import AgainstPeriod, LastYear


class Fact(NamedTuple):
    """One measure of a request with what it is counted from.

    Attributes:
        metric: The metric of the request that it is part of.
        time: Its time field.
        window: Whether its dataset has windows of days instead.
        beside: Other datasets that it reads.
    """

    metric: str
    measure: Measure
    dataset: str
    time: str | None
    window: bool
    beside: tuple[str, ...] = ()


def with_days(plan: LogicalPlan, facts: list[Fact]) -> LogicalPlan:
    """The plan with its days.

    Raises:
        RequestError: no time, no data in the days, or days that cannot be compared.
    """
    request, scope = plan.request, plan.scope
    plan = replace(plan, series=_series(plan, facts))
    timed = [fact for fact in facts if fact.time is not None]
    timeless = [fact for fact in facts if fact.time is None]
    for fact in timeless:
        _fits_without_time(plan, fact)
    if not timed:
        return _without_time(plan, facts)
    covered = _covered(timed, scope)
    whole = request.period is None and bool(timeless)
    period = WholeData() if whole else request.period or scope.workspace.workspace.default_period
    parts = period.of if isinstance(period, EachPeriod) else (period,)
    spans = tuple(_days_of(part, plan, covered) for part in parts)
    for span in spans:
        _inside(span, covered)
    notes: list[Note] = []
    if request.period is None and not whole:
        notes.append(Note(code="default_period", parts={"start": spans[0].start, "end": spans[0].end}))
    if covered and any(not span.within(covered) for span in spans):
        notes.append(Note(code="partly_outside", kind="warning", parts={"first": covered.start, "last": covered.end}))
    if timeless and request.period is not None:
        notes.append(Note(code="window_overlap", parts={"dataset": timeless[0].dataset}))
    plan = _with_spans(replace(plan, covered=covered), spans)
    if request.compare is not None:
        plan = replace(plan, other_span=_other_span(plan, covered))
    return plan.noting(*notes, *partial_notes(plan), *_reaching_back(plan, facts))


def _series(plan: LogicalPlan, facts: list[Fact]) -> Dimension | None:
    """The first bucket along the calendar of the measures' own time; other buckets are groups like any others."""
    times = {fact.time for fact in facts}
    along = [each for each in plan.dimensions if isinstance(each.ref, TimeBucket) and each.grain in SERIES_GRAINS]
    own = (each for each in along if isinstance(each.ref, TimeBucket) and (each.ref.field is None or times == {each.ref.field}))
    return next(own, None)


def _covered(timed: list[Fact], scope: Scope) -> Span | None:
    """The days that the data covers by any of the times that the measures go by; nothing is known of days to come."""
    times = {(fact.dataset, fact.time) for fact in timed}
    spans = [span for dataset, time in times if (span := covered_days(scope, dataset, time)) is not None]
    if not spans:
        return None
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    return Span(start, max(start, min(end, scope.as_of)))


def _fits_without_time(plan: LogicalPlan, fact: Fact) -> None:
    """Of data without a time there are no series; without windows, or where no days are asked, no comparisons either."""
    request = plan.request
    by_time = any(isinstance(each.ref, TimeBucket) and each.ref.field is None for each in plan.dimensions)
    has_days = fact.window and request.period is not None
    if by_time or (not has_days and (request.compare is not None or request.period is not None)):
        raise no_time(fact.dataset, fact.metric)


def _without_time(plan: LogicalPlan, facts: list[Fact]) -> LogicalPlan:
    """Data with windows takes the rows whose window overlaps the days; without a period all rows are taken."""
    request = plan.request
    if request.period is None:
        return plan
    parts = request.period.of if isinstance(request.period, EachPeriod) else (request.period,)
    spans = tuple(_days_of(part, plan, None) for part in parts)
    plan = _with_spans(plan, spans)
    if request.compare is not None:
        plan = replace(plan, other_span=_other_span(plan, None))
    return plan.noting(Note(code="window_overlap", parts={"dataset": facts[0].dataset}))


def _with_spans(plan: LogicalPlan, spans: tuple[Span, ...]) -> LogicalPlan:
    """The asked days; periods that begin on one day are told apart by their last one."""
    dimensions = plan.dimensions
    if len({span.start for span in spans}) < len(set(spans)):
        dimensions = (dimensions[0], Dimension("_period_end", "period_end"), *dimensions[1:])
    return replace(plan, spans=spans, dimensions=dimensions)


def _days_of(part: object, plan: LogicalPlan, covered: Span | None) -> Span:
    conventions = plan.scope.workspace.workspace.conventions
    span = resolve(part, plan.scope.as_of, covered, conventions)  # pyright: ignore[reportArgumentType]
    as_of = plan.scope.as_of
    return Span(span.start, as_of) if span.start <= as_of < span.end else span


def _inside(span: Span, covered: Span | None) -> None:
    if covered is not None and not span.overlaps(covered):
        raise request_error(
            "outside_period",
            f"the data covers {covered.start} to {covered.end}",
            start=span.start,
            end=span.end,
            first=covered.start,
            last=covered.end,
        )


# ---- what must be said of the days ----------------------------------------------------------------------------------------


def _reaching_back(plan: LogicalPlan, facts: list[Fact]) -> list[Note]:
    """That trailing days, or the period before, begin before the data does."""
    covered = plan.covered
    if covered is None or not plan.spans:
        return []
    notes: list[Note] = []
    for fact in facts:
        window = fact.measure.window
        if window is not None and _window_start(plan, window) < covered.start:
            notes.append(Note(code="window_short", kind="warning", parts={"metric": fact.metric, "first": covered.start}))
        if isinstance(fact.measure.metric, Retention):
            notes += _before_the_data(plan, fact, covered)
    return notes


def _window_start(plan: LogicalPlan, window: WindowOf) -> date:
    """The first day that a trailing window reaches: that of the earliest bucket, or of the asked days' end."""
    conventions = plan.scope.workspace.workspace.conventions
    bucketed = plan.series
    end = min(span.end for span in plan.spans)
    if bucketed is not None and plan.covered is not None:
        first = max(plan.spans[0].start, plan.covered.start)
        end = min(unit_of(first, UNITS[bucketed.grain or "date"], conventions).end, end)
    if window.to_date is not None:
        return unit_of(end, window.to_date, conventions).start
    return last_n(window.last or 1, window.unit, end).start


def _before_the_data(plan: LogicalPlan, fact: Fact, covered: Span) -> list[Note]:
    """Of a period before that lies before the data that there is no figure, of one that begins before it that it is partial."""
    bucketed = plan.series
    span = plan.spans[0]
    before, after = period_before(plan, span), None
    if bucketed is not None:
        unit, conventions = UNITS[bucketed.grain or "date"], plan.scope.workspace.workspace.conventions
        first = unit_of(max(span.start, covered.start), unit, conventions)
        before, after = unit_of(first.start - timedelta(days=1), unit, conventions), first
    notes: list[Note] = []
    if before.end < covered.start:
        start = after.start if after is not None else span.start
        notes.append(Note(code="no_period_before", parts={"metric": fact.metric, "start": start, "first": covered.start}))
        before = after if after is not None else before
    if before.start < covered.start <= before.end:
        notes.append(Note(code="partial_before", kind="warning", parts={"metric": fact.metric, "first": covered.start}))
    return notes


# ---- periods before -------------------------------------------------------------------------------------------------------


def period_before(plan: LogicalPlan, span: Span, compared: bool = False) -> Span:
    """The period that retention looks back to: the one before the asked one, before one of several, or before another one."""
    request, settings = plan.request, plan.scope.workspace.workspace
    period = request.period or settings.default_period
    if isinstance(period, EachPeriod):
        period = period.of[plan.spans.index(span)]
    if compared and isinstance(request.compare, AgainstPeriod):
        period = request.compare.period
    elif compared and isinstance(period, Between):
        period = Between(start=span.start, end=span.end)
    return previous(period, span, settings.conventions)


def _other_span(plan: LogicalPlan, covered: Span | None) -> Span:
    """The days compared with. In a series each bucket is compared with its own earlier one, so the days shift with it."""
    compare, span, settings = plan.request.compare, plan.spans[0], plan.scope.workspace.workspace
    assert compare is not None
    period = plan.request.period or settings.default_period
    bucket = plan.series
    if isinstance(period, EachPeriod):
        raise request_error("bad_request", "several periods side by side are a comparison already")
    if isinstance(compare, AgainstPeriod):
        if bucket is not None:
            raise request_error("bad_request", "a series is compared with the period before or the year before")
        other = _days_of(compare.period, plan, covered)
    elif bucket is not None:
        other = _buckets_earlier(span, bucket.grain or "date", isinstance(compare, LastYear), settings.conventions)
    elif isinstance(compare, LastYear):
        other = last_year(period, span, settings.conventions)
    elif compare.align == "weekday":
        other = same_weekdays_before(period, span, settings.conventions)
    else:
        other = previous(period, span, settings.conventions)
    if covered is not None and not other.overlaps(covered):
        code = "no_last_year" if isinstance(compare, LastYear) else "no_earlier_period"
        raise request_error(
            code,
            f"the data covers {covered.start} to {covered.end}",
            start=other.start,
            end=other.end,
            first=covered.start,
            last=covered.end,
        )
    return other


def _buckets_earlier(span: Span, grain: str, years: bool, by: Conventions) -> Span:
    """The days that the buckets of a series are compared with: the same dates, and whole buckets where they are whole."""
    unit = UNITS[grain]
    first, last = unit_of(span.start, unit, by), unit_of(span.end, unit, by)
    before_first, before_last = (_bucket_earlier(each, grain, years, by) for each in (first, last))
    start = before_first.start if span.start == first.start else max(before_first.start, _day_earlier(span.start, grain, years))
    end = before_last.end if span.end == last.end else min(before_last.end, _day_earlier(span.end, grain, years))
    # A leap day has none a year before.
    return Span(start + timedelta(days=1), end) if years and grain == "date" and _is_leap_day(span.start) else Span(start, end)


def _bucket_earlier(bucket: Span, grain: str, years: bool, by: Conventions) -> Span:
    if not years:
        return unit_of(bucket.start - timedelta(days=1), UNITS[grain], by)
    if grain == "week":
        return Span(bucket.start - timedelta(weeks=52), bucket.end - timedelta(weeks=52))
    return unit_of(add_months(bucket.start, -12), UNITS[grain], by)


def _day_earlier(day: date, grain: str, years: bool) -> date:
    if grain == "week":
        return day - timedelta(weeks=52 if years else 1)
    return add_months(day, -12 if years else -MONTHS[grain])


def _is_leap_day(day: date) -> bool:
    return (day.month, day.day) == (2, 29)
