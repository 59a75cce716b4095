"""A chart of one dimension: its groups or points in time, a panel for each unit of its values, and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.render.chart_data import Chart, Panel, Series, Tone, chart_of, first_of, group_of, most_groups, point_of, rest_of
from assistant.render.chart_source import Source
from assistant.render.chart_views import Kind, View
from assistant.wording.numbers import is_percent
from assistant.wording.texts import listed

SAME_SCALE = 10
"""Values of one unit share an axis unless one's largest is so many times the other's."""


def by_one(source: Source, view: View, kind: Kind) -> Chart:
    derived = source.derived(kind) if kind in ("change", "growth") else None
    names = (derived,) if derived else source.y
    ordered = source.is_time or source.is_cycle
    places = _places(source) if ordered else _first_places(source, view, names)
    kept = {index for _, index in places}
    cut = [index for index in range(len(source.rows)) if index not in kept]
    rest = {name: None if ordered else _rest_of(source, name, cut, view) for name in names}
    groups = [group_of(source, key) for key, _ in places]
    with_rest = rest[names[0]] is not None
    if with_rest:
        groups.append(rest_of(source.language, None if source.rest else len(cut)))

    def series(name: str, tone: Tone) -> Series:
        column = source.columns[name]
        values = [(None if index is None else source.rows[index][name], index) for _, index in places]
        values += [(rest[name], None)] if with_rest else []
        points = (point_of(source, group, column, *found) for group, found in zip(groups, values, strict=True))
        return Series(source.heading(name), name, tone, tuple(points))

    def panel(together: list[str]) -> Panel:
        """A value and the one before it make a pair; others are series of their own."""
        now = [name for name in together if not name.endswith("_previous")] or together
        pair = len(now) == 1 and len(together) == 2
        drawn = tuple(series(name, "previous" if pair and name not in now else "plain") for name in together)
        return Panel(listed(source.language, [source.heading(name) for name in now]), source.columns[together[0]], drawn)

    panels = tuple(panel(together) for together in _sharing_axes(source, names))
    left = (len(kept - {None}), len(source.rows)) if cut and not with_rest else None
    return chart_of(source, kind, groups, panels, left)


def _places(source: Source) -> list[tuple[Any, int | None]]:
    """The keys of an axis that has an order of its own, each with its row."""
    rows = {row[source.x]: index for index, row in enumerate(source.rows)}
    return [(key, rows.get(key)) for key in source.along]


def _first_places(source: Source, view: View, names: Sequence[str]) -> list[tuple[Any, int | None]]:
    """The first groups with their rows: those asked for, or as many as can be read."""
    rows = source.rows
    side_by_side = len(_sharing_axes(source, names)[0])
    wanted = most_groups(view, side_by_side, len(rows))
    return [(rows[index][source.x], index) for index in first_of([row[source.y[0]] or 0 for row in rows], wanted)]


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
