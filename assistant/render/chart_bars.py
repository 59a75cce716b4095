"""Bars that lie and columns that stand: one for each group, side by side, or piled up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.render.axes import (
    BASE,
    FEW_BUCKETS,
    LABEL_WIDTH,
    MOST_BUCKET_TICKS,
    Extent,
    compact,
    every,
    extent_of,
    few_buckets,
    titled,
    value_axis,
    wrapped,
)
from assistant.render.chart_data import DWARFS, Chart, Panel, Series
from assistant.render.chart_parts import GAP, Drawn, colour_of, heading_of, panel_axis, says, stacked_domains
from assistant.render.chart_source import CYCLES
from assistant.render.chart_views import LONG_LABEL, SIDEWAYS_FROM
from assistant.render.colours import Look
from assistant.wording.numbers import short

MOST_PANELS_LYING = 2
"""Panels beside each other that a phone has room for."""
BAR, SLIM_BAR, BAR_BESIDE, TALL_BAR, HIGHEST = 26, 22, 14, 36, 900
PLOT, PANEL_PLOT, BOTTOM = 250, 150, 40
ROOM_LYING, ROOM_BOTH_WAYS, ROOM_STANDING = 0.22, 0.34, 0.1
"""Beyond the longest bar, for the number at its end."""
MOST_LABELLED_COLUMNS = 8
MOST_TALL = 12


def bars(chart: Chart, look: Look) -> Drawn:
    """Any chart of bars."""
    return _lying(chart, look) if lies(chart) else _standing(chart, look)


def lies(chart: Chart) -> bool:
    """Whether bars lie, so that their labels can be read."""
    if chart.kind in ("bar", "column"):
        return chart.kind == "bar"
    if chart.over_time() or chart.x.grain in CYCLES:
        return False
    return len(chart.groups) >= SIDEWAYS_FROM or any(len(group.label) > LONG_LABEL for group in chart.groups)


def _piled(chart: Chart) -> bool:
    return chart.kind in ("stacked", "share")


def _lying(chart: Chart, look: Look) -> Drawn:
    panels = chart.panels[:MOST_PANELS_LYING]
    headings = [heading_of(chart, panel, look, key=len(panel.series) > 1) for panel in panels]
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"yaxis": {**place_axis(chart, lying=True), "anchor": "x"}, "annotations": []}
    part = (1 - GAP * (len(panels) - 1)) / len(panels)
    for index, panel in enumerate(panels):
        extent = _extent(chart, panel, (ROOM_BOTH_WAYS if min(panel.values(), default=0) < 0 else ROOM_LYING) * len(panels))
        start = index * (part + GAP)
        axis = _value_axis(chart, panel, extent, look)
        layout[panel_axis("xaxis", index)] = {**axis, "domain": [start, start + part], "anchor": "y"}
        place = {"xaxis": panel_axis("x", index), "yaxis": "y"}
        traces += [{**trace, **place} for trace in _traces(chart, panel, extent, look, lying=True)]
        layout["annotations"] += _run_out(chart, panel, extent, True, start + part, look)
        if len(panels) > 1:
            title = wrapped(titled(panel.title, panel.column, chart.language), LABEL_WIDTH)
            layout["annotations"].append(headings[index]._replace(title=title).above(x=start, y=1))
    top = headings[0].height + 8 if len(panels) == 1 else 44
    side_by_side = 1 if _piled(chart) else max(len(panel.series) for panel in panels)
    each = _row_height(chart) if side_by_side == 1 else max(_row_height(chart), 10 + BAR_BESIDE * side_by_side)
    bottom = 8 if all(_labelled(chart, panel) and not chart.log for panel in panels) else 28
    layout["height"] = min(HIGHEST, top + bottom + max(3, len(chart.groups)) * each)
    layout["margin"] = {"l": 8, "r": 20 if _piled(chart) else 8, "t": top, "b": bottom}
    layout["title"] = headings[0].in_layout() if len(panels) == 1 else {"text": ""}
    return Drawn(traces, {**layout, **_modes(chart)})


def _standing(chart: Chart, look: Look) -> Drawn:
    headings = [heading_of(chart, panel, look, key=len(panel.series) > 1) for panel in chart.panels]
    domains, total = stacked_domains(headings, PLOT if len(chart.panels) == 1 else PANEL_PLOT)
    traces: list[dict[str, Any]] = []
    along = {**place_axis(chart, lying=False), "anchor": panel_axis("y", len(chart.panels) - 1)}
    layout: dict[str, Any] = {"xaxis": along, "annotations": []}
    for index, (panel, heading, domain) in enumerate(zip(chart.panels, headings, domains, strict=True)):
        extent = _extent(chart, panel, ROOM_STANDING)
        axis = _value_axis(chart, panel, extent, look)
        layout[panel_axis("yaxis", index)] = {**axis, "domain": domain, "anchor": "x"}
        place = {"xaxis": "x", "yaxis": panel_axis("y", index)}
        traces += [{**trace, **place} for trace in _traces(chart, panel, extent, look, lying=False)]
        layout["annotations"] += _run_out(chart, panel, extent, False, domain[1], look)
        if index:
            layout["annotations"].append(heading.above(x=0, y=domain[1]))
    layout["height"] = total + headings[0].height + 8 + BOTTOM
    layout["margin"] = {"l": 8, "r": 12, "t": headings[0].height + 8, "b": BOTTOM}
    layout["title"] = headings[0].in_layout()
    return Drawn(traces, {**layout, **_modes(chart)})


def _row_height(chart: Chart) -> int:
    """For a bar; taller where labels have two lines."""
    if any("<br>" in label for label in _lying_labels(chart)):
        return TALL_BAR
    return BAR if len(chart.groups) <= 15 else SLIM_BAR


def _lying_labels(chart: Chart) -> list[str]:
    """Labels beside bars: many bars leave room for one line each."""
    lines = 2 if len(chart.groups) <= MOST_TALL else 1
    return [wrapped(group.label, lines=lines) for group in chart.groups]


def _value_axis(chart: Chart, panel: Panel, extent: Extent, look: Look) -> dict[str, Any]:
    """Numbers at the ends of bars say it better than an axis; a log scale must still be seen to be one."""
    axis = value_axis(extent, panel.column, chart.language, look)
    return {**axis, "showticklabels": False, "showgrid": False} if _labelled(chart, panel) and not chart.log else axis


def _modes(chart: Chart) -> dict[str, Any]:
    beside = not _piled(chart) and max(len(panel.series) for panel in chart.panels) > 1
    return {
        "barmode": "stack" if _piled(chart) else "group",
        "bargap": 0.28 if beside else 0.24,
        "bargroupgap": 0.06 if beside else 0,
    }


def _extent(chart: Chart, panel: Panel, room: float) -> Extent:
    """What the axis of values spans; a rest that dwarfs all else runs out of the chart, with its number."""
    if chart.kind == "share":
        return extent_of([0, 1], room=0.02)
    if _piled(chart):
        by_group = zip(*(each.points for each in panel.series), strict=True)
        return extent_of([sum(point.value or 0 for point in points) for points in by_group], room=0.04)
    own, rest = _own_and_rest(chart, panel)
    dwarfs = not chart.log and own and max(rest, default=0) > DWARFS * max(own)
    return extent_of(own if dwarfs else [*own, *rest], chart.log, room=room if _labelled(chart, panel) else 0.04)


def _own_and_rest(chart: Chart, panel: Panel) -> tuple[list[float], list[float]]:
    found: tuple[list[float], list[float]] = ([], [])
    for series in panel.series:
        for group, point in zip(chart.groups, series.points, strict=True):
            if point.value is not None:
                found[group.tone == "rest"].append(point.value)
    return found


def _labelled(chart: Chart, panel: Panel) -> bool:
    """Whether bars have their number at the end."""
    if _piled(chart) or len(panel.series) > 2:
        return False
    return lies(chart) or len(chart.groups) * len(panel.series) <= MOST_LABELLED_COLUMNS


def _traces(chart: Chart, panel: Panel, extent: Extent, look: Look, lying: bool) -> list[dict[str, Any]]:
    places = list(range(len(chart.groups)))
    traces: list[dict[str, Any]] = []
    for place, series in enumerate(panel.series):
        values = [point.value for point in series.points]
        trace: dict[str, Any] = {
            "type": "bar",
            "orientation": "h" if lying else "v",
            **({"x": values, "y": places} if lying else {"x": places, "y": values}),
            **says(panel, series, series.points),
            "marker": {
                "color": _colours(chart, panel, series, place, look),
                "opacity": [0.55 if point.partial else 1 for point in series.points],
                "line": {"width": _edges(chart, extent, values), "color": look.edge},
            },
        }
        if _labelled(chart, panel):
            trace |= {
                "text": [_end(value, extent, panel, chart.language) for value in values],
                "textposition": "outside",
                "textangle": 0,
                "textfont": {"size": 11, "color": look.text},
                "cliponaxis": False,
            }
        traces.append(trace)
    return traces


def _edges(chart: Chart, extent: Extent, values: Sequence[float | None]) -> list[int] | int:
    """Lines between segments that touch, unless a segment is hardly wider than the line."""
    if not _piled(chart):
        return 0
    return [int((value or 0) > (extent.high - extent.low) * 0.01) for value in values]


def _end(value: float | None, extent: Extent, panel: Panel, language: str) -> str:
    return "" if value is None or value > extent.high else short(value, panel.column, language)


def _colours(chart: Chart, panel: Panel, series: Series, place: int, look: Look) -> str | list[str]:
    """One colour for a series among others; alone, what is below zero, unknown or the rest has its own."""
    own = colour_of(series, place, look)
    if len(panel.series) > 1:
        return own
    tones = {"unknown": look.unknown, "rest": look.rest}
    pairs = zip(chart.groups, series.points, strict=True)
    return [tones.get(group.tone) or (look.minus if (point.value or 0) < 0 else own) for group, point in pairs]


def _run_out(chart: Chart, panel: Panel, extent: Extent, lying: bool, edge: float, look: Look) -> list[dict[str, Any]]:
    """The numbers of bars that run out of the chart."""
    alone = next(iter(panel.series))
    if extent.log or len(panel.series) > 1:
        return []
    found: list[dict[str, Any]] = []
    for place, point in enumerate(alone.points):
        if point.value is not None and point.value > extent.high:
            number = short(point.value, panel.column, chart.language)
            at: dict[str, Any] = {
                "x": edge,
                "xref": "paper",
                "xanchor": "right",
                "y": place,
                "yref": "y",
                "text": f"<b>{number} ▸</b>",
            }
            if not lying:
                at = {"x": place, "xref": "x", "y": edge, "yref": "paper", "yanchor": "top", "text": f"<b>▴<br>{number}</b>"}
            found.append({"showarrow": False, "font": {"size": 11, "color": look.on_rest}, **at})
    return found


def place_axis(chart: Chart, lying: bool) -> dict[str, Any]:
    """The axis of groups: whole numbers with the groups' words."""
    count = len(chart.groups)
    picked = list(range(count))
    axis = {**BASE, "type": "linear", "tickmode": "array", "showgrid": False}
    labels = [group.label for group in chart.groups]
    if lying:
        return {**axis, "tickvals": picked, "ticktext": _lying_labels(chart), "range": [count - 0.5, -0.5]}
    if chart.over_time():
        picked = picked if count <= FEW_BUCKETS else every(count, MOST_BUCKET_TICKS)
        words = (
            few_buckets(labels)
            if count <= FEW_BUCKETS
            else [compact(str(chart.groups[index].start), chart.x) for index in picked]
        )
    else:
        picked = every(count, 8) if chart.x.grain == "hour" else picked
        words = [wrapped(labels[index], _standing_width(count)) for index in picked]
    angle = {"tickangle": 0 if chart.over_time() else None, "autotickangles": [0, -45]}
    return {**axis, **angle, "tickvals": picked, "ticktext": words, "range": [-0.5, count - 0.5]}


def _standing_width(count: int) -> int:
    return LONG_LABEL if count <= 4 else 10
