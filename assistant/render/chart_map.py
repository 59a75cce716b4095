"""A map of colours: a cell for each pair of two categories, for pairs that bars cannot show."""

from __future__ import annotations

from typing import Any

from assistant.render.axes import BASE, LETTER, PHONE, Extent, extent_of, fits, shown, value_axis, width, wrapped
from assistant.render.chart_data import Chart, Series
from assistant.render.chart_parts import POINT, Drawn, heading_of, told
from assistant.render.chart_places import MOST_TALL, short_weekday
from assistant.render.colours import Look, between, ink_on
from assistant.wording.numbers import short

CELL, TALL_CELL, HIGHEST = 26, 36, 900
"""Pixels: a row, one with a label of two lines, all."""
LINE, TURNED, LEAST_BROKEN = 17, 12, 6
"""Pixels of a line above the columns; letters of labels that are turned there; letters from which on lines are broken."""


def colour_map(chart: Chart, look: Look) -> Drawn:
    """Groups from top to bottom, series from left to right."""
    panel = chart.panels[0]
    heading = heading_of(chart, panel, look, key=False)
    values = [[series.points[row].value for series in panel.series] for row in range(len(chart.groups))]
    down = [wrapped(group.label, lines=2 if len(chart.groups) <= MOST_TALL else 1) for group in chart.groups]
    across, above = _across(chart, down)
    written = _cell_width(chart, down) >= max(map(width, _numbers_written(chart, values)), default=0) * LETTER
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
        "hovertemplate": POINT,
        "name": "",
        "meta": {"column": panel.series[0].column, "series": None, "tone": "plain"},
    }
    axis = {**BASE, "type": "linear", "tickmode": "array", "showgrid": False}
    top, count = heading.height + above, len(chart.groups)
    cell = TALL_CELL if any("<br>" in label for label in down) else CELL
    return Drawn(
        [trace, *([_numbers(chart, values, extent, look)] if written else [])],
        {
            "title": heading.in_layout(),
            "xaxis": {
                **axis, "side": "top", "tickvals": trace["x"], "ticktext": across, "tickangle": None,
                "autotickangles": [0, -90], "range": [-0.5, len(panel.series) - 0.5],
            },
            "yaxis": {**axis, "tickvals": trace["y"], "ticktext": down, "range": [count - 0.5, -0.5]},
            "height": min(HIGHEST, top + 12 + cell * max(count, 3)),
            "margin": {"l": 8, "r": 12, "t": top, "b": 12},
        },
    )  # fmt: skip


def _across(chart: Chart, down: list[str]) -> tuple[list[str], int]:
    """The labels above the columns, and the height that they need on a phone: in lines, or turned where that is too narrow."""
    names = [series.name for series in chart.panels[0].series]
    room = int(_cell_width(chart, down) / LETTER - 1)
    lines = 2 if room >= LEAST_BROKEN else 1
    if chart.by is not None and chart.by.grain == "weekday" and not all(fits(name, room, 1) for name in names):
        return [short_weekday(name) for name in names], LINE + 8
    if all(fits(name, room, lines) for name in names):
        words = [wrapped(name, room, lines) for name in names]
        return words, LINE * (1 + max(word.count("<br>") for word in words)) + 8
    words = [wrapped(name, TURNED, lines) for name in names]
    return words, int(min(TURNED, max(map(width, names))) * LETTER) + 12


def _cell_width(chart: Chart, down: list[str]) -> float:
    """Pixels of a cell on a phone."""
    labels = max(width(line) for label in down for line in label.split("<br>")) * LETTER
    return (PHONE - labels) / len(chart.panels[0].series)


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


def _numbers(chart: Chart, values: list[list[float | None]], extent: Extent, look: Look) -> dict[str, Any]:
    """The number of each cell, in black or white: as a trace of its own, since the text of a map has one colour."""
    panel = chart.panels[0]
    cells = [(x, y, value) for y, line in enumerate(values) for x, value in enumerate(line) if value is not None]
    parts = [(value - extent.low) / (extent.high - extent.low) for _, _, value in cells]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [x for x, _, _ in cells],
        "y": [y for _, y, _ in cells],
        "text": [short(value, panel.column, chart.language) for _, _, value in cells],
        "textfont": {"size": 12, "color": [ink_on(between(*look.ramp, part)) for part in parts]},
        "hoverinfo": "skip",
        "name": "",
        "meta": {"column": panel.series[0].column, "series": None, "tone": "plain"},
    }


def _numbers_written(chart: Chart, values: list[list[float | None]]) -> list[str]:
    return [short(value, chart.panels[0].column, chart.language) for line in values for value in line if value is not None]
