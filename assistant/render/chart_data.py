"""A chart before it is drawn: its groups, its series with a point for each group, what was left out. No pixels, no colours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from assistant.render.chart_source import Source
from assistant.render.chart_views import LOG_KINDS, Kind, View, kind_of, log_fits
from assistant.wording.numbers import cell, dimension_value, is_percent, number
from assistant.wording.texts import cleaned, fill, listed
from semantic_layer.columns import UNKNOWN, Column

MOST_BARS, MOST_SERIES = 30, 8
"""The eighth of the series is grey: what is unknown, or the rest."""
FEWEST_GROUPED, GROUPED_BARS = 8, 44
"""Bars side by side: so many in all, but never fewer groups."""
MOST_CELLS_ACROSS = 24
DWARFS = 3
"""A rest so many times the largest group would leave nothing to see of the others."""
SAME_SCALE = 10
"""Values of one unit share an axis unless one's largest is so many times the other's."""

Tone = Literal["plain", "previous", "unknown", "rest"]


class Rest:
    """The key of the groups that are taken together."""


REST = Rest()


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


def charted(source: Source, view: View) -> Chart:
    """A reply's chart as a view shows it."""
    kind = kind_of(source, view)
    if view.top is not None and view.top < 1:
        view = view.model_copy(update={"top": None})
    chart = _by_one(source, view, kind) if source.series is None else _by_two(source, source.series, view, kind)
    positive = all(value > 0 for panel in chart.panels for value in panel.values())
    return chart._replace(log=view.log and kind in LOG_KINDS and log_fits(source) and positive)


# ---- one dimension ------------------------------------------------------------------------------------------------------


def _by_one(source: Source, view: View, kind: Kind) -> Chart:
    derived = source.derived(kind) if kind in ("change", "growth") else None
    names = (derived,) if derived else source.y
    ordered = source.is_time or source.is_cycle
    places = _places(source) if ordered else _first_places(source, view, names)
    kept = {index for _, index in places}
    cut = [index for index in range(len(source.rows)) if index not in kept]
    rest = {name: None if ordered else _rest_of(source, name, cut, view) for name in names}
    groups = [_group(source, key) for key, _ in places]
    with_rest = rest[names[0]] is not None
    if with_rest:
        counted = fill(source.language, "charts", "rest_of", n=f"{len(cut):,}") if not source.rest else None
        groups.append(Group(counted or fill(source.language, "charts", "rest"), "rest"))

    def series(name: str, tone: Tone) -> Series:
        column = source.columns[name]
        values = [(None if index is None else source.rows[index][name], index) for _, index in places]
        values += [(rest[name], None)] if with_rest else []
        points = (_point(source, group, column, *found) for group, found in zip(groups, values, strict=True))
        return Series(source.heading(name), name, tone, tuple(points))

    def panel(together: list[str]) -> Panel:
        """A value and the one before it make a pair; others are series of their own."""
        now = [name for name in together if not name.endswith("_previous")] or together
        pair = len(now) == 1 and len(together) == 2
        drawn = tuple(series(name, "previous" if pair and name not in now else "plain") for name in together)
        return Panel(listed(source.language, [source.heading(name) for name in now]), source.columns[together[0]], drawn)

    panels = tuple(panel(together) for together in _sharing_axes(source, names))
    left = (len(kept - {None}), len(source.rows)) if cut and not with_rest else (0, 0)
    return _chart(source, kind, groups, panels, left)


def _chart(source: Source, kind: Kind, groups: Sequence[Group], panels: tuple[Panel, ...], left: tuple[int, int]) -> Chart:
    shown, of = left
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


def _places(source: Source) -> list[tuple[Any, int | None]]:
    """The keys of an axis that has an order of its own, each with its row."""
    rows = {row[source.x]: index for index, row in enumerate(source.rows)}
    return [(key, rows.get(key)) for key in source.along]


def _first_places(source: Source, view: View, names: Sequence[str]) -> list[tuple[Any, int | None]]:
    """The first groups with their rows: those asked for, or as many as can be read."""
    rows = source.rows
    side_by_side = len(_sharing_axes(source, names)[0])
    most = MOST_BARS if side_by_side == 1 else max(FEWEST_GROUPED, GROUPED_BARS // side_by_side)
    wanted = min(view.top, MOST_BARS) if view.top else most + (len(rows) == most + 1)
    return [(rows[index][source.x], index) for index in first_of([row[source.y[0]] or 0 for row in rows], wanted)]


def first_of(sizes: Sequence[float], most: int) -> list[int]:
    """Which groups are the first: as they are sorted, and the largest where another order has a meaning of its own."""
    if len(sizes) <= most:
        return list(range(len(sizes)))
    pairs = list(pairwise(sizes))
    if all(a >= b for a, b in pairs) or all(a <= b for a, b in pairs):
        return list(range(most))
    return sorted(sorted(range(len(sizes)), key=lambda index: -abs(sizes[index]))[:most])


def _rest_of(source: Source, name: str, cut: Sequence[int], view: View) -> float | None:
    """The groups that are not drawn, as one value: added up where that is right, or as the reply counted them.

    The rest of a question for the first few is drawn where a view asks for the first few; such an answer is about those.
    """
    beyond = source.rest.get(name)
    if not cut:
        return beyond if view.top is not None else None
    if not source.additive(name):
        return None
    added = sum(source.rows[index][name] or 0 for index in cut)
    return added + (beyond or 0)


def _sharing_axes(source: Source, names: Sequence[str]) -> list[list[str]]:
    """Values by panel: those of one unit and about one size share an axis."""
    largest = {name: max((abs(value) for value in source.values(name)), default=0) for name in names}
    panels: list[list[str]] = []

    def alike(one: str, other: str) -> bool:
        a, b = source.columns[one], source.columns[other]
        low, high = sorted((largest[one], largest[other]))
        return (a.type, a.unit, is_percent(a)) == (b.type, b.unit, is_percent(b)) and high <= low * SAME_SCALE

    for name in names:
        panel = next((each for each in panels if all(alike(name, other) for other in each)), None)
        if panel is None:
            panels.append([name])
        else:
            panel.append(name)
    return panels


# ---- two dimensions -----------------------------------------------------------------------------------------------------


def _by_two(source: Source, series: str, view: View, kind: Kind) -> Chart:
    (y, *_), column = source.y, source.columns[source.y[0]]
    adds = source.additive(y) and kind != "heatmap"
    ordered = source.is_time or source.is_cycle
    along = _named(source, source.x, None if ordered else _most_along(source, series, view, kind), adds, kind)
    most_series = _most_series(view.top if source.is_time else None, _one_is_grey(source.keys(series)), kind)
    split = _named(source, series, most_series, adds, kind)
    cells: dict[tuple[Any, Any], list[int]] = {}
    for index, row in enumerate(source.rows):
        place = (along.places.get(row[source.x]), split.places.get(row[series]))
        if None not in place:
            cells.setdefault(place, []).append(index)

    def point(key: Any, group: Group, other: Any) -> Point:
        indices = cells.get((key, other), [])
        values = [source.rows[index][y] for index in indices if source.rows[index][y] is not None]
        alone = indices[0] if len(indices) == 1 and REST not in (key, other) else None
        return _point(source, group, column, sum(values) if values else None, alone)

    def drawn_as(own: Group, other: Any) -> Series:
        points = (point(key, group, other) for key, group in zip(along.keys, along.groups, strict=True))
        return Series(own.label, y, own.tone, tuple(points))

    drawn = [drawn_as(own, other) for other, own in zip(split.keys, split.groups, strict=True)]
    title = source.heading(y)
    if kind == "share":
        drawn = _shares(source.language, drawn)
        column = column.model_copy(update={"type": "fraction", "role": "share"})
        title = fill(source.language, "parts", "share", label=title)
    return _chart(source, kind, along.groups, (Panel(title, column, tuple(drawn)),), along.left or split.left or (0, 0))


class _Named(NamedTuple):
    """The values of a dimension that are drawn.

    Attributes:
        places: Where each stored value goes.
        left: How many are drawn and how many there are, where some are nowhere; else None.
    """

    keys: list[Any]
    groups: list[Group]
    places: dict[Any, Any]
    left: tuple[int, int] | None = None


def _named(source: Source, name: str, most: int | None, adds: bool, kind: Kind) -> _Named:
    keys = _in_order(source, name)
    sizes = _sizes(source, name)
    kept = [keys[index] for index in first_of([sizes.get(key, 0) for key in keys], most or len(keys))]
    places: dict[Any, Any] = {key: key for key in kept}
    groups = [_group(source, key, name) for key in kept]
    cut = [key for key in sizes if key not in places]
    others, largest = sum(sizes[key] for key in cut), max(sizes.get(key, 0) for key in kept)
    dwarfs = others > DWARFS * largest and (name == source.x or kind == "line")
    if cut and adds and not dwarfs and not (name == source.x and source.is_time):
        places |= dict.fromkeys(cut, REST)
        rest = Group(fill(source.language, "charts", "rest_of", n=f"{len(cut):,}"), "rest")
        return _Named([*kept, REST], [*groups, rest], places)
    return _Named(kept, groups, places, (len(sizes) - len(cut), len(sizes)) if cut else None)


def _in_order(source: Source, name: str) -> list[Any]:
    """Time and what the workspace puts in order as they are, other values the largest first; what is unknown last."""
    if name == source.x and (source.is_time or source.is_cycle):
        return source.along
    keys, column, sizes = source.keys(name), source.columns[name], _sizes(source, name)
    if column.type == "date" or column.grain is not None:
        return sorted(keys, key=lambda key: (key == UNKNOWN, "" if key == UNKNOWN else key))
    places = {each.value: place for place, each in enumerate(column.value_labels)} if column.ordered else {}
    return sorted(keys, key=lambda key: (key == UNKNOWN, places.get(str(key), len(places)), -sizes[key]))


def _sizes(source: Source, name: str) -> dict[Any, float]:
    """How much there is of each value of a dimension."""
    sizes: dict[Any, float] = {}
    for row in source.rows:
        sizes[row[name]] = sizes.get(row[name], 0) + abs(row[source.y[0]] or 0)
    return sizes


def _most_series(top: int | None, grey: bool, kind: Kind) -> int:
    """How many series are drawn as themselves; the rest is one more."""
    if kind == "heatmap":
        return MOST_CELLS_ACROSS
    return min(top or MOST_SERIES, MOST_SERIES if grey else MOST_SERIES - 1)


def _one_is_grey(keys: Sequence[Any]) -> bool:
    """Whether all values can be drawn, since what is unknown needs no colour of its own."""
    return len(keys) == MOST_SERIES and UNKNOWN in keys


def _most_along(source: Source, series: str, view: View, kind: Kind) -> int:
    side_by_side = min(len(source.keys(series)), MOST_SERIES) if kind == "bar" else 1
    most = MOST_BARS if side_by_side == 1 else max(FEWEST_GROUPED, GROUPED_BARS // side_by_side)
    return min(view.top, MOST_BARS) if view.top else most + (len(source.along) == most + 1)


def _shares(language: str, drawn: list[Series]) -> list[Series]:
    """Each point as its part of its group."""
    totals = [sum(point.value or 0 for point in points) for points in zip(*(each.points for each in drawn), strict=True)]
    column = Column(name="share", role="share", type="fraction")

    def part(point: Point, total: float) -> Point:
        if point.value is None or not total:
            return point._replace(value=None)
        share = point.value / total
        said = fill(language, "charts", "of_total", share=number(share, column, language), value=point.said)
        return point._replace(value=share, said=said)

    return [each._replace(points=tuple(map(part, each.points, totals))) for each in drawn]


# ---- words --------------------------------------------------------------------------------------------------------------


def _group(source: Source, key: Any, name: str | None = None) -> Group:
    column = source.columns[name or source.x]
    label = cleaned(dimension_value(key, column, source.language))
    start = str(key)[:10] if column.type == "date" and key != UNKNOWN else None
    partial = name in (None, source.x) and key in source.partial
    return Group(label, "unknown" if key == UNKNOWN else "plain", start, partial)


def _point(source: Source, group: Group, column: Column, value: Any, row: int | None) -> Point:
    said = cleaned(cell(value, column, source.language))
    return Point(None if value is None else float(value), group.words(source.language), said, row)
