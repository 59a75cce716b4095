"""A chart before it is drawn: its groups, its series with a point for each group, what was left out. No pixels, no colours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from assistant.render.chart_source import Source
from assistant.render.chart_views import Kind, View
from assistant.wording.numbers import cell, dimension_value
from assistant.wording.texts import cleaned, fill
from semantic_layer.columns import UNKNOWN, Column

MOST_BARS, MOST_SERIES = 30, 8
"""The eighth of the series is grey: what is unknown, or the rest."""
FEWEST_GROUPED, GROUPED_BARS = 8, 44
"""Bars side by side: so many in all, but never fewer groups."""
DWARFS = 3
"""A rest so many times the largest group would leave nothing to see of the others."""

Tone = Literal["plain", "previous", "unknown", "rest"]


class Point(NamedTuple):
    """A value with its words; `row` is its place in the reply's rows, None where several were taken together."""

    value: float | None
    label: str
    said: str
    row: int | None


class Group(NamedTuple):
    """One place on the axis.

    Attributes:
        start: The day that a bucket of time begins, else None.
        partial: The bucket is longer than what was counted.
    """

    label: str
    tone: Tone
    start: str | None = None
    partial: bool = False

    def words(self, language: str) -> str:
        return fill(language, "charts", "partial", label=self.label) if self.partial else self.label


class Series(NamedTuple):
    """Points in the order of the chart's groups; `column` is the reply's that their values are of."""

    name: str
    column: str
    tone: Tone
    points: tuple[Point, ...]

    def values(self) -> list[float]:
        return [point.value for point in self.points if point.value is not None]


class Panel(NamedTuple):
    """Series that share an axis of values; `column` has their unit and type."""

    title: str
    column: Column
    series: tuple[Series, ...]

    def values(self) -> list[float]:
        return [value for series in self.series for value in series.values()]


class Chart(NamedTuple):
    """A chart to draw.

    Attributes:
        by: What splits the values into series, if anything does.
        ordered: The axis is the calendar (`over_time`), or hours or weekdays in their order.
        shown, of: Groups or series that are drawn, and that there are where some were left out; else both 0.
    """

    kind: Kind
    language: str
    x: Column
    by: Column | None
    over_time: bool
    ordered: bool
    groups: tuple[Group, ...]
    panels: tuple[Panel, ...]
    log: bool = False
    shown: int = 0
    of: int = 0


def chart_of(
    source: Source, kind: Kind, groups: Sequence[Group], panels: tuple[Panel, ...], left: tuple[int, int] | None
) -> Chart:
    shown, of = left or (0, 0)
    return Chart(
        kind=kind,
        language=source.language,
        x=source.columns[source.x],
        by=source.columns.get(source.series or ""),
        over_time=source.is_time,
        ordered=source.is_time or source.is_cycle,
        groups=tuple(groups),
        panels=panels,
        shown=shown,
        of=of,
    )


def group_of(source: Source, key: Any, name: str | None = None) -> Group:
    column = source.columns[name or source.x]
    label = cleaned(dimension_value(key, column, source.language))
    start = str(key)[:10] if column.type == "date" and key != UNKNOWN else None
    partial = name in (None, source.x) and key in source.partial
    return Group(label, "unknown" if key == UNKNOWN else "plain", start, partial)


def point_of(source: Source, group: Group, column: Column, value: Any, row: int | None) -> Point:
    said = cleaned(cell(value, column, source.language))
    return Point(None if value is None else float(value), group.words(source.language), said, row)


def rest_of(language: str, count: int | None = None) -> Group:
    """The groups that are taken together; how many they are is not always known."""
    words = fill(language, "charts", "rest") if count is None else fill(language, "charts", "rest_of", n=f"{count:,}")
    return Group(words, "rest")


def first_of(sizes: Sequence[float], most: int) -> list[int]:
    """Which groups are the first: as they are sorted, and the largest where another order has a meaning of its own."""
    if len(sizes) <= most:
        return list(range(len(sizes)))
    pairs = list(pairwise(sizes))
    if all(a >= b for a, b in pairs) or all(a <= b for a, b in pairs):
        return list(range(most))
    return sorted(sorted(range(len(sizes)), key=lambda index: -abs(sizes[index]))[:most])


def most_groups(view: View, side_by_side: int, there: int) -> int:
    """How many groups are drawn: those asked for, or as many as can be read, and one more where it alone would be left."""
    if view.top:
        return min(view.top, MOST_BARS)
    most = MOST_BARS if side_by_side == 1 else max(FEWEST_GROUPED, GROUPED_BARS // side_by_side)
    return most + (there == most + 1)
