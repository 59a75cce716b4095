"""Lines and areas: points in time, or hours and weekdays, with a panel for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.render.axes import Extent, date_axis, extent_of, value_axis, width, wrapped
from assistant.render.chart_bars import place_axis
from assistant.render.chart_data import Chart, Panel, Point, Series
from assistant.render.chart_parts import (
    Drawn,
    colour_of,
    faded,
    heading_of,
    note,
    panel_axis,
    says,
    stacked_domains,
)
from assistant.render.colours import SYMBOLS, Look

MOST_MARKED = 60
"""So many points of a line have a mark each."""
MOST_DIRECT = 4
"""So many lines are labelled at their ends; more get a key."""
PLOT, PANEL_PLOT, BOTTOM = 250, 150, 40
END_WIDTH, LETTER, LABEL_LINE = 12, 6.6, 15
"""Labels at the ends of lines: letters on a line, pixels of a letter, pixels of a line."""


def lines(chart: Chart, look: Look) -> Drawn:
    """A line or an area chart."""
    piled = chart.kind == "area" and len(chart.panels[0].series) > 1
    direct = not piled and all(len(panel.series) <= MOST_DIRECT for panel in chart.panels) and len(chart.groups) > 1
    headings = [heading_of(chart, panel, look, key=len(panel.series) > 1 and not direct) for panel in chart.panels]
    plot = PLOT if len(chart.panels) == 1 else PANEL_PLOT
    domains, total = stacked_domains(headings, plot)
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "xaxis": {**_axis_along(chart), "anchor": panel_axis("y", len(chart.panels) - 1)},
        "annotations": [],
    }
    for index, (panel, heading, domain) in enumerate(zip(chart.panels, headings, domains, strict=True)):
        extent = _extent(chart, panel, piled)
        axis = value_axis(extent, panel.column, chart.language, look)
        layout[panel_axis("yaxis", index)] = {**axis, "domain": domain, "anchor": "x"}
        for place, series in enumerate(panel.series):
            drawn = _traces(chart, panel, series, place, look, piled)
            traces += [{**trace, "xaxis": "x", "yaxis": panel_axis("y", index)} for trace in drawn]
        if index:
            layout["annotations"].append(heading.above(x=0, y=domain[1]))
        if direct and len(panel.series) > 1:
            layout["annotations"] += _end_labels(panel, extent, plot, panel_axis("y", index), look)
    layout["margin"] = {"l": 8, "r": _right(chart) if direct else 12, "t": headings[0].height + 8, "b": BOTTOM}
    layout["height"] = total + headings[0].height + 8 + BOTTOM
    layout["title"] = headings[0].in_layout()
    return Drawn(traces, layout)


def _extent(chart: Chart, panel: Panel, piled: bool) -> Extent:
    if piled:
        sums = [sum(point.value or 0 for point in points) for points in zip(*(each.points for each in panel.series), strict=True)]
        return extent_of(sums)
    return extent_of(panel.values(), chart.log, zero=chart.kind == "area")


def _along(chart: Chart) -> list[Any]:
    """Where the groups are along the axis: days, or places."""
    return [group.start for group in chart.groups] if chart.over_time() else list(range(len(chart.groups)))


def _axis_along(chart: Chart) -> dict[str, Any]:
    if chart.over_time():
        return date_axis([str(group.start) for group in chart.groups], [group.label for group in chart.groups], chart.x)
    return place_axis(chart, lying=False)


def _traces(chart: Chart, panel: Panel, series: Series, place: int, look: Look, piled: bool) -> list[dict[str, Any]]:
    colour, along = colour_of(series, place, look), _along(chart)
    stroke: dict[str, Any] = {"color": colour, "width": 2}
    if series.tone in ("rest", "previous"):
        stroke["dash"] = "dot"
    marker = {"color": colour, "size": 6, "symbol": SYMBOLS[place % len(SYMBOLS)]}
    mode = "lines+markers" if len(along) <= MOST_MARKED and not piled else "lines"
    if chart.kind == "area":
        filled = (
            {"stackgroup": "all", "fillcolor": faded(colour, 0.75)}
            if piled
            else {"fill": "tozeroy", "fillcolor": faded(colour, 0.18)}
        )
        return [_trace(panel, series, along, series.points, mode=mode, line=stroke, marker=marker, **filled)]
    open_ends = [index for index in (0, len(along) - 1) if series.points[index].partial]
    whole = [index for index in range(len(along)) if index not in open_ends]
    if not open_ends or not whole:
        return [_trace(panel, series, along, series.points, mode=mode, line=stroke, marker=marker)]

    def at(indices: Sequence[int]) -> tuple[list[Any], list[Point]]:
        return [along[index] for index in indices], [series.points[index] for index in indices]

    dashed = {**stroke, "dash": "dot"}
    joints = [
        _trace(panel, series, *at(pair), mode="lines", line=dashed, hoverinfo="skip", hovertemplate=None)
        for pair in _joints(open_ends, whole)
    ]
    ends = _trace(panel, series, *at(open_ends), mode="markers", marker={**marker, "symbol": "circle-open", "line": {"width": 2}})
    return [*joints, _trace(panel, series, *at(whole), mode=mode, line=stroke, marker=marker), ends]


def _joints(open_ends: Sequence[int], whole: Sequence[int]) -> list[tuple[int, int]]:
    """From each partial bucket to the nearest whole one."""
    return [(index, whole[0]) if index < whole[0] else (whole[-1], index) for index in open_ends]


def _trace(panel: Panel, series: Series, along: Sequence[Any], points: Sequence[Point], **looks: Any) -> dict[str, Any]:
    return {"type": "scatter", "x": list(along), "y": [point.value for point in points], **says(panel, series, points), **looks}


def _end_labels(panel: Panel, extent: Extent, plot: int, axis: str, look: Look) -> list[dict[str, Any]]:
    """The names of lines at their right ends, pushed apart where they would cover each other."""
    low, high = extent.range
    names = [wrapped(series.name, END_WIDTH) for series in panel.series]
    ends: list[tuple[float, int]] = []
    for place, series in enumerate(panel.series):
        values = series.values()
        if values:
            ends.append(((Extent(values[-1], values[-1], (), extent.log).range[0] - low) / (high - low) * plot, place))
    heights = [LABEL_LINE * (1 + names[place].count("<br>")) for _, place in sorted(ends)]
    middles = spread([middle for middle, _ in sorted(ends)], heights, plot)
    return [
        note(
            names[place], x=1, xref="paper", xanchor="left", xshift=8, align="left",
            y=low + middle / plot * (high - low), yref=axis, yanchor="middle",
            font={"color": colour_of(panel.series[place], place, look), "size": 12},
        )
        for middle, (_, place) in zip(middles, sorted(ends), strict=True)
    ]  # fmt: skip


def spread(middles: Sequence[float], heights: Sequence[float], room: float) -> list[float]:
    """Middles of labels, ascending, moved up so that none covers the one below, and down again where the top is near."""
    placed: list[float] = []
    for middle, height in zip(middles, heights, strict=True):
        lowest = placed[-1] + (heights[len(placed) - 1] + height) / 2 if placed else height / 2
        placed.append(max(middle, lowest))
    ceiling = room
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], ceiling - heights[index] / 2)
        ceiling = placed[index] - heights[index] / 2
    return placed


def _right(chart: Chart) -> int:
    """The margin that labels at the ends of lines need."""
    names = [series.name for panel in chart.panels if len(panel.series) > 1 for series in panel.series]
    longest = max((width(line) for name in names for line in wrapped(name, END_WIDTH).split("<br>")), default=0)
    return 14 + int(longest * LETTER) if names else 12
