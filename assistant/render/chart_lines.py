"""Lines and areas: points in time, or hours and weekdays, with a panel for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from assistant.render.axes import Extent, date_axis, even_lines, extent_of, fits, shown, value_axis, width
from assistant.render.chart_data import Chart, Panel, Series
from assistant.render.chart_parts import (
    Drawn,
    colour_of,
    coloured,
    heading_of,
    mark_of,
    note,
    panel_axis,
    says,
    stacked_domains,
)
from assistant.render.chart_places import place_axis
from assistant.render.colours import SYMBOLS, Look, faded

MOST_MARKED = 60
"""So many points of a line have a mark each."""
MOST_DIRECT = 4
"""So many lines are labelled at their ends, if their names are short; others get a key."""
PLOT, PANEL_PLOT, BOTTOM = 250, 150, 40
END_WIDTH, END_LINES, END_LETTER, LABEL_LINE = 10, 3, 7.4, 15
"""Labels at the ends of lines: letters on a line, lines, pixels of a wide letter and of a line."""


def lines(chart: Chart, look: Look) -> Drawn:
    """A line or an area chart."""
    piled = chart.kind == "area" and len(chart.panels[0].series) > 1
    direct = not piled and all(_fit_at_ends(panel) for panel in chart.panels)
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
    if chart.kind == "area":
        layout["shapes"] = _ends_of_the_whole(chart, look)
    layout["margin"] = {"l": 8, "r": _right(chart) if direct else 12, "t": headings[0].height + 8, "b": BOTTOM}
    layout["height"] = total + headings[0].height + 8 + BOTTOM
    layout["title"] = headings[0].in_layout()
    return Drawn(traces, layout)


def _fit_at_ends(panel: Panel) -> bool:
    return len(panel.series) <= MOST_DIRECT and all(fits(series.name, END_WIDTH, END_LINES) for series in panel.series)


def _extent(chart: Chart, panel: Panel, piled: bool) -> Extent:
    if piled:
        sums = [sum(point.value or 0 for point in points) for points in zip(*(each.points for each in panel.series), strict=True)]
        return extent_of(sums)
    return extent_of(panel.values(), chart.log, zero=chart.kind == "area")


def _along(chart: Chart) -> list[Any]:
    """Where the groups are along the axis: days, or places."""
    return [group.start for group in chart.groups] if chart.over_time else list(range(len(chart.groups)))


def _axis_along(chart: Chart) -> dict[str, Any]:
    if chart.over_time:
        return date_axis([str(group.start) for group in chart.groups], [group.label for group in chart.groups], chart.x)
    return place_axis(chart, lying=False)


def _traces(chart: Chart, panel: Panel, series: Series, place: int, look: Look, piled: bool) -> list[dict[str, Any]]:
    """A series in one trace; one that begins or ends with a bucket that is not whole in several."""
    colour = colour_of(series, place, look)
    stroke: dict[str, Any] = {"color": colour, "width": 2}
    if series.tone in ("rest", "previous"):
        stroke["dash"] = "dot"
    marker = {"color": colour, "symbol": SYMBOLS[place % len(SYMBOLS)]}
    sizes = _sizes(series, len(chart.groups) <= MOST_MARKED and not piled)

    def at(indices: Sequence[int], **looks: Any) -> dict[str, Any]:
        along, points = _along(chart), [series.points[index] for index in indices]
        where = {"x": [along[index] for index in indices], "y": [point.value for point in points], "cliponaxis": False}
        return {"type": "scatter", **where, **says(panel, series, points), **looks}

    def line(indices: Sequence[int], **looks: Any) -> dict[str, Any]:
        marked = [sizes[index] for index in indices]
        size = {"size": marked if 0 in marked else marked[0], "line": {"width": 0}}
        marks = {"mode": "lines+markers", "marker": {**marker, **size}} if any(marked) else {"mode": "lines"}
        return at(indices, **marks, line=stroke, **looks)

    everywhere = range(len(chart.groups))
    if chart.kind == "area":
        if piled:
            return [line(everywhere, stackgroup="all", fillcolor=faded(colour, 0.75))]
        return [line(run, fill="tozeroy", fillcolor=faded(colour, 0.18)) for run in _runs(series)]
    ends, whole = _ends(chart)
    if not ends or not whole:
        return [line(everywhere)]
    joints = [
        at(joint, mode="lines", line={**stroke, "dash": "dot"}, hoverinfo="skip", hovertemplate=None)
        for joint in _joints(ends, whole)
    ]
    hollow = {**marker, "symbol": "circle-open", "size": 6, "line": {"width": 2}}
    return [*joints, line(whole), at(ends, mode="markers", marker=hollow)]


def _sizes(series: Series, marked: bool) -> list[int]:
    """Of the marks of a line; a point that stands alone has one, since nothing else would show it."""
    values = [None, *(point.value for point in series.points), None]
    trios = zip(values, values[1:], values[2:], strict=False)
    alone = [value is not None and before is None and after is None for before, value, after in trios]
    return [6 if marked or each else 0 for each in alone]


def _runs(series: Series) -> list[list[int]]:
    """Points without a gap between them: what is filled would close it."""
    known = [index for index, point in enumerate(series.points) if point.value is not None]
    return [[index for _, index in run] for _, run in groupby(enumerate(known), lambda pair: pair[1] - pair[0])]


def _ends(chart: Chart) -> tuple[list[int], list[int]]:
    """The first and the last bucket of time where they are not whole; and all the others."""
    last = len(chart.groups) - 1
    ends = [index for index in sorted({0, last}) if chart.groups[index].partial]
    return ends, [index for index in range(last + 1) if index not in ends]


def _joints(ends: Sequence[int], whole: Sequence[int]) -> list[tuple[int, int]]:
    """From each bucket that is not whole to its neighbour."""
    return [(index, whole[0]) if index < whole[0] else (whole[-1], index) for index in ends]


def _ends_of_the_whole(chart: Chart, look: Look) -> list[dict[str, Any]]:
    """Lines across an area, beyond which buckets are not whole."""
    ends, whole = _ends(chart)
    along = _along(chart)
    places = [along[whole[0] if index < whole[0] else whole[-1]] for index in ends] if whole else []
    line = {"color": look.text, "width": 1, "dash": "dot"}
    return [{"type": "line", "xref": "x", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "line": line} for at in places]


def _end_labels(panel: Panel, extent: Extent, plot: int, axis: str, look: Look) -> list[dict[str, Any]]:
    """The names of lines at their right ends, pushed apart where they would cover each other."""
    low, high = extent.range
    names = [_end_label(series, place, look) for place, series in enumerate(panel.series)]
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
            y=low + middle / plot * (high - low), yref=axis, yanchor="middle", font={"color": look.text, "size": 12},
        )
        for middle, (_, place) in zip(middles, sorted(ends), strict=True)
    ]  # fmt: skip


def _end_label(series: Series, place: int, look: Look) -> str:
    """A name with the mark of its line: the colours of lines are too light for text."""
    mark = coloured(mark_of(series, place, as_lines=True), colour_of(series, place, look))
    return f"{mark} " + "<br>".join(map(shown, even_lines(series.name, END_WIDTH, END_LINES)))


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
    longest = max((width(line) for name in names for line in even_lines(name, END_WIDTH, END_LINES)), default=0)
    return 14 + int((longest + 2) * END_LETTER) if names else 12
