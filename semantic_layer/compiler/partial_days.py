"""What must be said of days that are not whole: asked ones, those compared with, and the first and last bucket of a series."""

from __future__ import annotations

from typing import Any

from semantic_layer.calendar import UNITS, Span, aligned_unit, resolve, unit_of
from semantic_layer.columns import Note
from semantic_layer.compiler.plan import LogicalPlan
from semantic_layer.periods import CalendarUnit, EachPeriod
from semantic_layer.requests import AgainstPeriod, PreviousPeriod


def partial_notes(plan: LogicalPlan) -> list[Note]:
    """Notes on days that are not over, that lie outside the data, or that make a bucket shorter than others."""
    return [*_not_over(plan), *_compared(plan), *_buckets(plan)]


def _cut(plan: LogicalPlan) -> list[tuple[Span, Span]]:
    """Of the asked periods those that are not over: as they were asked, and the days of them that are past."""
    period = plan.request.period
    if period is None:
        return []
    parts = period.of if isinstance(period, EachPeriod) else (period,)
    by, as_of = plan.scope.workspace.workspace.conventions, plan.scope.as_of
    wholes = [resolve(part, as_of, plan.covered, by) for part in parts]
    return [(whole, span) for whole, span in zip(wholes, plan.spans, strict=False) if span.end < whole.end]


def _parts(span: Span, **more: Any) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "days": span.days, **more}


def _not_over(plan: LogicalPlan) -> list[Note]:
    """That asked periods are not over yet."""
    cut, period = _cut(plan), plan.request.period
    if isinstance(period, EachPeriod):
        return [Note(code="one_not_over", parts=_parts(span)) for _, span in cut]
    notes: list[Note] = []
    for whole, span in cut:
        by = plan.scope.workspace.workspace.conventions
        unit = period.unit if isinstance(period, CalendarUnit) else aligned_unit(whole, by)
        parts = _parts(span, unit=unit) if unit else _parts(span)
        notes.append(Note(code="unit_not_over" if unit else "period_not_over", parts=parts))
    return notes


def _compared(plan: LogicalPlan) -> list[Note]:
    """Whether like is compared with like, and whether the data reaches back far enough."""
    other, compare, covered = plan.other_span, plan.request.compare, plan.covered
    if other is None or compare is None:
        return []
    notes: list[Note] = []
    if plan.series is None and _cut(plan):
        if isinstance(compare, AgainstPeriod) and other.days != plan.spans[0].days:
            parts = _parts(other, asked_days=plan.spans[0].days)
            notes.append(Note(code="compared_unlike", kind="warning", parts=parts))
        elif not isinstance(compare, AgainstPeriod) and not (isinstance(compare, PreviousPeriod) and compare.align == "weekday"):
            notes.append(Note(code="compared_alike", parts=_parts(other)))
    if covered is not None and not other.within(covered):
        parts = {"first": covered.start, "last": covered.end}
        notes.append(Note(code="compared_partly_outside", kind="warning", parts=parts))
    return notes


def _buckets(plan: LogicalPlan) -> list[Note]:
    """Which buckets of a series hold fewer days than others: its first and its last one."""
    series, covered = plan.series, plan.covered
    grain = series.grain if series is not None else None
    if grain is None or grain == "date" or len(plan.spans) != 1:
        return []
    unit, by = UNITS[grain], plan.scope.workspace.workspace.conventions
    span = plan.spans[0].clip(covered) if covered is not None and plan.spans[0].overlaps(covered) else plan.spans[0]
    first, last = unit_of(span.start, unit, by), unit_of(span.end, unit, by)
    short = {first.start} if first.start < span.start else set()
    short |= {last.start} if span.end < last.end else set()
    if not short:
        return []
    parts = {"buckets": sorted(day.isoformat() for day in short), "grain": grain}
    return [Note(code="partial_buckets", parts=parts)]
