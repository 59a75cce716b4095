"""A chart of two dimensions: groups or points in time, and series that split them; what is too much of either is the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from assistant.render.chart_data import (
    DWARFS,
    MOST_SERIES,
    Chart,
    Group,
    Panel,
    Point,
    Series,
    chart_of,
    first_of,
    group_of,
    most_groups,
    point_of,
    rest_of,
)
from assistant.render.chart_source import Source
from assistant.render.chart_views import Kind, View
from assistant.wording.numbers import number
from assistant.wording.texts import fill
from semantic_layer.columns import UNKNOWN, Column

MOST_CELLS_ACROSS = 24
EACH_PAIR: tuple[Kind, ...] = ("heatmap", "sankey")
"""Kinds whose pairs are never taken together."""


class Rest:
    """The key of the groups that are taken together."""


REST, NOWHERE = Rest(), Rest()
"""Where groups that are not drawn themselves go: into one more, or away."""


def by_two(source: Source, series: str, view: View, kind: Kind) -> Chart:
    (y, *_), column = source.y, source.columns[source.y[0]]
    adds = source.additive(y) and kind not in EACH_PAIR
    ordered = source.is_time or source.is_cycle
    along = _named(source, source.x, None if ordered else _most_along(source, series, view, kind), adds, kind)
    most_series = _most_series(view.top if source.is_time else None, _one_is_grey(source.keys(series)), kind)
    split = _named(source, series, most_series, adds, kind)
    cells: dict[tuple[Any, Any], list[int]] = {}
    for index, row in enumerate(source.rows):
        place = (along.places.get(row[source.x], NOWHERE), split.places.get(row[series], NOWHERE))
        if NOWHERE not in place:
            cells.setdefault(place, []).append(index)

    def point(key: Any, group: Group, other: Any) -> Point:
        indices = cells.get((key, other), [])
        values = [source.rows[index][y] for index in indices if source.rows[index][y] is not None]
        alone = indices[0] if len(indices) == 1 and REST not in (key, other) else None
        return point_of(source, group, column, sum(values) if values else None, alone)

    def drawn_as(own: Group, other: Any) -> Series:
        points = (point(key, group, other) for key, group in zip(along.keys, along.groups, strict=True))
        return Series(own.label, y, own.tone, tuple(points))

    drawn = [drawn_as(own, other) for other, own in zip(split.keys, split.groups, strict=True)]
    title = source.heading(y)
    if kind == "share":
        drawn = _shares(source.language, drawn)
        column = column.model_copy(update={"type": "fraction", "role": "share"})
        title = fill(source.language, "parts", "share", label=title)
    return chart_of(source, kind, along.groups, (Panel(title, column, tuple(drawn)),), along.left or split.left)


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
    groups = [group_of(source, key, name) for key in kept]
    cut = [key for key in sizes if key not in places]
    others, largest = sum(sizes[key] for key in cut), max(sizes.get(key, 0) for key in kept)
    dwarfs = others > DWARFS * largest and (name == source.x or kind == "line")
    if cut and adds and not dwarfs and not (name == source.x and source.is_time):
        places |= dict.fromkeys(cut, REST)
        return _Named([*kept, REST], [*groups, rest_of(source.language, len(cut))], places)
    return _Named(kept, groups, places, (len(sizes) - len(cut), len(sizes)) if cut else None)


def _in_order(source: Source, name: str) -> list[Any]:
    """Time and what the workspace puts in order as they are, other values the largest first; what is unknown last."""
    if name == source.x and (source.is_time or source.is_cycle):
        return source.along
    keys, column, sizes = source.keys(name), source.columns[name], _sizes(source, name)
    if column.type == "date" or column.grain is not None:
        return sorted(keys, key=lambda key: (key == UNKNOWN, "" if key == UNKNOWN else key))
    places = {str(each.value): place for place, each in enumerate(column.value_labels)} if column.ordered else {}
    return sorted(keys, key=lambda key: (key == UNKNOWN, places.get(str(key), len(places)), -sizes[key]))


def _sizes(source: Source, name: str) -> dict[Any, float]:
    """How much there is of each value of a dimension."""
    sizes: dict[Any, float] = {}
    for row in source.rows:
        sizes[row[name]] = sizes.get(row[name], 0) + abs(row[source.y[0]] or 0)
    return sizes


def _most_series(top: int | None, grey: bool, kind: Kind) -> int:
    """How many series are drawn as themselves; the rest is one more."""
    if kind in EACH_PAIR:
        return MOST_CELLS_ACROSS
    return min(top or MOST_SERIES, MOST_SERIES if grey else MOST_SERIES - 1)


def _one_is_grey(keys: Sequence[Any]) -> bool:
    """Whether all values can be drawn, since what is unknown needs no colour of its own."""
    return len(keys) == MOST_SERIES and UNKNOWN in keys


def _most_along(source: Source, series: str, view: View, kind: Kind) -> int:
    side_by_side = min(len(source.keys(series)), MOST_SERIES) if kind == "bar" else 1
    return most_groups(view, side_by_side, len(source.along))


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
