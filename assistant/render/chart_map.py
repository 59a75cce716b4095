"""A map of colours: a cell for each pair of two categories, for pairs that bars cannot show."""

from __future__ import annotations

from typing import Any

from assistant.render.axes import BASE, extent_of, shown, value_axis, wrapped
from assistant.render.chart_data import Chart, Series
from assistant.render.chart_parts import Drawn, heading_of, told
from assistant.render.colours import Look
from assistant.wording.numbers import short

CELL, ACROSS, HIGHEST = 26, 64, 900
"""Pixels: a row, labels above the columns, all."""
MOST_WRITTEN = 7
"""So many columns leave room for the numbers."""


def colour_map(chart: Chart, look: Look) -> Drawn:
    """Groups from top to bottom, series from left to right."""
    panel = chart.panels[0]
    written = len(panel.series) <= MOST_WRITTEN
    values = [[series.points[row].value for series in panel.series] for row in range(len(chart.groups))]
    heading = heading_of(chart, panel, look, key=False)
    extent = extent_of(_known(chart))
    scale = value_axis(extent, panel.column, chart.language, look)
    trace: dict[str, Any] = {
        "type": "heatmap",
        "x": list(range(len(panel.series))),
        "y": list(range(len(chart.groups))),
        "z": values,
        "zmin": extent.low,
        "zmax": extent.high,
        "colorscale": [[0, look.ramp[0]], [1, look.ramp[1]]],
        "xgap": 1,
        "ygap": 1,
        "showscale": not written,
        "colorbar": {"thickness": 8, "outlinewidth": 0, "x": 1.02, "tickvals": scale["tickvals"], "ticktext": scale["ticktext"]},
        "customdata": [[_told(series, row) for series in panel.series] for row in range(len(chart.groups))],
        "text": [[_written(value, chart, written) for value in line] for line in values],
        "texttemplate": "%{text}",
        "hovertemplate": "%{customdata[0]}<br><b>%{customdata[1]}</b><extra></extra>",
        "name": "",
        "meta": {"column": panel.column.name, "series": None, "tone": "plain"},
    }
    axis = {**BASE, "type": "linear", "tickmode": "array", "showgrid": False}
    across = [wrapped(series.name, 9 if len(panel.series) > 4 else 14) for series in panel.series]
    down = [wrapped(group.label) for group in chart.groups]
    top, count = heading.height + ACROSS, len(chart.groups)
    return Drawn(
        [trace],
        {
            "title": heading.in_layout(),
            "xaxis": {
                **axis, "side": "top", "tickvals": trace["x"], "ticktext": across, "tickangle": None,
                "autotickangles": [0, -90], "range": [-0.5, len(panel.series) - 0.5],
            },
            "yaxis": {**axis, "tickvals": trace["y"], "ticktext": down, "range": [count - 0.5, -0.5]},
            "height": min(HIGHEST, top + 12 + CELL * max(count, 3)),
            "margin": {"l": 8, "r": 12, "t": top, "b": 12},
        },
    )  # fmt: skip


def _told(series: Series, row: int) -> list[str | int | None]:
    label, said, index = told(series.points[row])
    return [f"{label} · {shown(series.name)}", said, index]


def _known(chart: Chart) -> list[float]:
    """The values that set the colours: what is unknown is often most, and would leave all else pale."""
    found = [
        point.value
        for series in chart.panels[0].series
        for group, point in zip(chart.groups, series.points, strict=True)
        if point.value is not None and "unknown" not in (group.tone, series.tone)
    ]
    return found or chart.panels[0].values()


def _written(value: float | None, chart: Chart, written: bool) -> str:
    return short(value, chart.panels[0].column, chart.language) if written and value is not None else ""
