"""A look into one group of an answer: the same metrics of that group alone, split further."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from assistant.edits.dimensions import dimensions_of
from assistant.edits.edit import column_of, is_grouped
from assistant.edits.viewing import Viewing
from semantic_layer.calendar import UNITS, Span, unit_of
from semantic_layer.columns import UNKNOWN
from semantic_layer.conditions import (
    SERIES_GRAINS,
    AnyCondition,
    Compare,
    Field,
    FieldRef,
    Grain,
    IsNull,
    Meets,
    Tag,
    TimeBucket,
    all_of,
    parts_of,
    refs_of,
)
from semantic_layer.periods import Between, EachPeriod
from semantic_layer.requests import MetricQuery

MOST_SPLITS = 5
"""Ways to go on that are offered for a group."""
MOST_BESIDE = 2
"""Of those, by what stands beside the group's own field in its dataset, which often is the next finer one."""
SPLIT_FROM: tuple[tuple[Grain, int], ...] = (("month", 62), ("week", 21), ("date", 2))
"""From so many days on, a grain has several buckets to show."""


class Look(NamedTuple):
    """One way to go on: the request, and what it splits the group by, in words."""

    text: str
    request: MetricQuery


class Drill(NamedTuple):
    """A group in words, and the ways to look into it."""

    label: str
    looks: tuple[Look, ...]


def drill(request: MetricQuery, columns: Sequence[str], row: Sequence[Any], viewing: Viewing) -> Drill | None:
    """What can be asked about the group of one row; None where the row is no group, or nothing can be asked of it.

    Args:
        columns, row: The names and the cells of a row of the request's result.
    """
    cells = dict(zip(columns, row, strict=True))
    inside = _inside(request, cells, viewing)
    if inside is None:
        return None
    looks = tuple(_looks(inside, request, viewing))
    return Drill(_label(request, cells, viewing), looks) if looks else None


def _inside(request: MetricQuery, cells: dict[str, Any], viewing: Viewing) -> MetricQuery | None:
    """The request for the group alone: its values as filters, its bucket of time as the period."""
    if not is_grouped(request):
        return None
    days = _days(request, cells, viewing)
    asked = span = days[0] if len(days) == 1 else None
    if isinstance(request.period, EachPeriod) and asked is None:
        return None
    conditions: list[AnyCondition] = []
    for ref in request.by:
        value: Any = cells.get(column_of(ref))
        if isinstance(ref, TimeBucket) and ref.field is None and ref.grain in SERIES_GRAINS:
            bucket = unit_of(date.fromisoformat(str(value)[:10]), UNITS[ref.grain], viewing.scope.workspace.workspace.conventions)
            if span is None or not bucket.overlaps(span):
                return None
            span = bucket.clip(span)
        elif isinstance(ref, Field | Tag | TimeBucket | Meets):
            conditions.append(IsNull(left=ref) if value in (None, UNKNOWN) else Compare(left=ref, op="eq", right=value))
        else:
            return None
    narrowed = span is not None and (span != asked or isinstance(request.period, EachPeriod))
    return request.model_copy(
        update={
            "where": all_of((*parts_of(request.where), *conditions)),
            "by": (),
            "period": Between(start=span.start, end=span.end) if narrowed and span is not None else request.period,
            "compare": None,
            "share_of": None,
            "order": (),
            "limit": None,
        }
    )


def _days(request: MetricQuery, cells: dict[str, Any], viewing: Viewing) -> tuple[Span, ...]:
    """The days asked for; of several periods side by side, those of the row."""
    days = viewing.days(request)
    asked = days.asked if days is not None else ()
    if not isinstance(request.period, EachPeriod):
        return asked
    return tuple(span for span in asked if span.start.isoformat() == str(cells.get("period"))[:10])


def _looks(inside: MetricQuery, request: MetricQuery, viewing: Viewing) -> Iterator[Look]:
    """Over time first, then by what describes the rows; only what this viewer would be answered."""
    found = 0
    for ref, text in _splits(inside, request, viewing):
        split = inside.model_copy(update={"by": (ref,)})
        if viewing.compiled(split) is None:
            continue
        yield Look(viewing.say("split_by", dimension=text), split)
        found += 1
        if found == MOST_SPLITS:
            return


def _splits(inside: MetricQuery, request: MetricQuery, viewing: Viewing) -> Iterator[tuple[FieldRef, str]]:
    days = viewing.days(inside)
    span: Span | None = days.asked[0] if days is not None and len(days.asked) == 1 else None
    grain: Grain | None = next((grain for grain, fewest in SPLIT_FROM if span is not None and span.days >= fewest), None)
    if grain is not None:
        bucket = TimeBucket(grain=grain)
        yield bucket, viewing.words.ref(bucket)
    described = [each for each in dimensions_of(inside, viewing) if isinstance(each.ref, Field) and not each.key]
    taken = (*request.by, *refs_of(inside.where))
    free = [each for each in described if each.ref not in taken and each.type in ("category", "boolean")]
    grouped = {each.group for each in described if each.ref in request.by}
    beside = [each for each in free if each.group in grouped][:MOST_BESIDE]
    others = [each for each in free if each not in beside]
    for each in [*beside, *sorted(others, key=lambda each: not _has_listed_values(each.ref, viewing))]:
        yield each.ref, each.text


def _has_listed_values(ref: FieldRef, viewing: Viewing) -> bool:
    field = viewing.words.field(ref.name) if isinstance(ref, Field) else None
    return field is not None and bool(field.values)


def _label(request: MetricQuery, cells: dict[str, Any], viewing: Viewing) -> str:
    """The group in words: the values of its dimensions."""
    shown = [viewing.words.value(ref, cells[column_of(ref)]) for ref in request.by]
    if isinstance(request.period, EachPeriod):
        shown = [viewing.words.span(*span) for span in _days(request, cells, viewing)] + shown
    return " · ".join(shown)
