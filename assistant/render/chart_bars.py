"""Bars that lie and columns that stand: one for each group, side by side, or piled up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.render.axes import LETTER, PHONE, Extent, value_axis, width
from assistant.render.bar_numbers import (
    GAP_BETWEEN_GROUPS,
    NUMBER,
    Frame,
    bar_extent,
    is_piled,
    number_at_end,
    numbered,
    numbers_of_run_out,
)
from assistant.render.chart_data import Chart, Panel, Point
from assistant.render.chart_parts import Drawn, bar_colours, heading_of, panel_axis, says, stacked_domains
from assistant.render.chart_places import lies, lying_labels, place_axis
from assistant.render.colours import Look

BESIDE = 2
"""Panels beside each other that a phone has room for."""
BAR, SLIM_BAR, BAR_BESIDE, TALL_BAR, HIGHEST = 26, 22, 14, 36, 900
PLOT, PANEL_PLOT, BOTTOM = 250, 150, 40
GAP = 0.06
"""Between panels side by side, as part of the width."""
BOLD_LETTER = 7.4


def bars(chart: Chart, look: Look) -> Drawn:
    """Any chart of bars."""
    if not lies(chart):
        return _standing(chart, look)
    return _lying(chart, look) if len(chart.panels) == 1 else _lying_panels(chart, look)


# ---- bars that lie ------------------------------------------------------------------------------------------------------


def _lying(chart: Chart, look: Look) -> Drawn:
    (panel,) = chart.panels
    heading, extent = heading_of(chart, panel, look, key=len(panel.series) > 1), bar_extent(chart, panel)
    top, bottom = heading.height + 8, _bottom(chart, panel)
    layout: dict[str, Any] = {
        "title": heading.in_layout(),
        "xaxis": {**_value_axis(chart, panel, extent, look), "anchor": "y"},
        "yaxis": {**place_axis(chart, lying=True), "anchor": "x"},
        "annotations": numbers_of_run_out(chart, panel, extent, Frame("x", "y", 0, 1), look),
        "height": top + bottom + _rows_height(chart),
        "margin": {"l": 8, "r": 20 if is_piled(chart) else 8, "t": top, "b": bottom},
    }
    return Drawn(_traces(chart, panel, extent, look), {**layout, **_modes(chart)})


def _lying_panels(chart: Chart, look: Look) -> Drawn:
    """Panels in rows of two, each row with the groups' labels at its left."""
    part, height = (1 - GAP * (BESIDE - 1)) / BESIDE, _rows_height(chart)
    beside = PHONE - max(width(line) for label in lying_labels(chart) for line in label.split("<br>")) * LETTER
    room = int(beside * part / BOLD_LETTER)
    headings = [heading_of(chart, panel, look, key=len(panel.series) > 1, room=room, lines=3) for panel in chart.panels]
    rows = [headings[start : start + BESIDE] for start in range(0, len(headings), BESIDE)]
    above = [max(heading.height for heading in row) for row in rows]
    bottom = max(_bottom(chart, panel) for panel in chart.panels)
    total = len(rows) * height + sum(above[1:]) + bottom * (len(rows) - 1)
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"title": {"text": ""}, "annotations": []}
    for index, (panel, heading) in enumerate(zip(chart.panels, headings, strict=True)):
        row, column = divmod(index, BESIDE)
        start, end = column * (part + GAP), column * (part + GAP) + part
        top = 1 - (row * (height + bottom) + sum(above[1 : row + 1])) / total
        x, y = panel_axis("x", index), panel_axis("y", row)
        extent = bar_extent(chart, panel, BESIDE)
        axis = _value_axis(chart, panel, extent, look)
        layout[panel_axis("xaxis", index)] = {**axis, "domain": [start, end], "anchor": y}
        if column == 0:
            down = place_axis(chart, lying=True)
            layout[panel_axis("yaxis", row)] = {**down, "domain": [max(0.0, top - height / total), top], "anchor": x}
        traces += [{**trace, "xaxis": x, "yaxis": y} for trace in _traces(chart, panel, extent, look)]
        layout["annotations"] += [
            *numbers_of_run_out(chart, panel, extent, Frame(x, y, start, end), look),
            heading.above(x=start, y=top),
        ]
    layout["height"] = above[0] + total + bottom
    layout["margin"] = {"l": 8, "r": 8, "t": above[0], "b": bottom}
    return Drawn(traces, {**layout, **_modes(chart)})


def _rows_height(chart: Chart) -> int:
    """Of all bars; taller where labels have two lines, or several bars belong to a label."""
    beside = 1 if is_piled(chart) else max(len(panel.series) for panel in chart.panels)
    one = BAR if len(chart.groups) <= 15 else SLIM_BAR
    if any("<br>" in label for label in lying_labels(chart)):
        one = TALL_BAR
    each = one if beside == 1 else max(one, 10 + BAR_BESIDE * beside)
    return min(HIGHEST, max(3, len(chart.groups)) * each)


def _bottom(chart: Chart, panel: Panel) -> int:
    return 8 if numbered(chart, panel) and not chart.log else 28


# ---- columns that stand -------------------------------------------------------------------------------------------------


def _standing(chart: Chart, look: Look) -> Drawn:
    headings = [heading_of(chart, panel, look, key=len(panel.series) > 1) for panel in chart.panels]
    domains, total = stacked_domains(headings, PLOT if len(chart.panels) == 1 else PANEL_PLOT)
    traces: list[dict[str, Any]] = []
    along = {**place_axis(chart, lying=False), "anchor": panel_axis("y", len(chart.panels) - 1)}
    layout: dict[str, Any] = {"xaxis": along, "annotations": []}
    for index, (panel, heading, domain) in enumerate(zip(chart.panels, headings, domains, strict=True)):
        y, extent = panel_axis("y", index), bar_extent(chart, panel)
        layout[panel_axis("yaxis", index)] = {**_value_axis(chart, panel, extent, look), "domain": domain, "anchor": "x"}
        traces += [{**trace, "xaxis": "x", "yaxis": y} for trace in _traces(chart, panel, extent, look)]
        layout["annotations"] += numbers_of_run_out(chart, panel, extent, Frame("x", y, *domain), look)
        if index:
            layout["annotations"].append(heading.above(x=0, y=domain[1]))
    layout["height"] = total + headings[0].height + 8 + BOTTOM
    layout["margin"] = {"l": 8, "r": 12, "t": headings[0].height + 8, "b": BOTTOM}
    layout["title"] = headings[0].in_layout()
    return Drawn(traces, {**layout, **_modes(chart)})


# ---- both ---------------------------------------------------------------------------------------------------------------


def _value_axis(chart: Chart, panel: Panel, extent: Extent, look: Look) -> dict[str, Any]:
    """Numbers at the ends of bars say it better than an axis; a log scale must still be seen to be one."""
    axis = value_axis(extent, panel.column, chart.language, look)
    return {**axis, "showticklabels": False, "showgrid": False} if numbered(chart, panel) and not chart.log else axis


def _modes(chart: Chart) -> dict[str, Any]:
    beside = not is_piled(chart) and max(len(panel.series) for panel in chart.panels) > 1
    return {
        "barmode": "stack" if is_piled(chart) else "group",
        "bargap": GAP_BETWEEN_GROUPS if beside else 0.24,
        "bargroupgap": 0.06 if beside else 0,
    }


def _traces(chart: Chart, panel: Panel, extent: Extent, look: Look) -> list[dict[str, Any]]:
    places, lying = list(range(len(chart.groups))), lies(chart)
    traces: list[dict[str, Any]] = []
    for place, series in enumerate(panel.series):
        values = [point.value for point in series.points]
        trace: dict[str, Any] = {
            "type": "bar",
            "orientation": "h" if lying else "v",
            **({"x": values, "y": places} if lying else {"x": places, "y": values}),
            **says(panel, series, series.points),
            "marker": _marker(chart, extent, series.points, bar_colours(chart, panel, series, place, look), look),
        }
        if numbered(chart, panel):
            trace |= {
                "text": [number_at_end(value, extent, panel, chart.language) for value in values],
                "textposition": "outside",
                "textangle": 0,
                "textfont": {"size": NUMBER, "color": look.text},
                "cliponaxis": False,
            }
        traces.append(trace)
    return traces


def _marker(chart: Chart, extent: Extent, points: Sequence[Point], colours: list[str], look: Look) -> dict[str, Any]:
    """Buckets of time that are not whole are hatched and outlined; lines part segments that touch and are wide enough."""
    partial = [group.partial for group in chart.groups]
    wide = [(point.value or 0) > (extent.high - extent.low) * 0.01 for point in points]
    marker: dict[str, Any] = {"color": colours}
    if is_piled(chart):
        marker["line"] = {"width": [int(each) for each in wide], "color": look.edge}
    elif any(partial):
        marker["line"] = {"width": [int(each) for each in partial], "color": colours}
    if any(partial):
        shapes = ["/" if each else "" for each in partial]
        marker["pattern"] = {"shape": shapes, "fillmode": "replace", "size": 6, "solidity": 0.5}
    return marker
