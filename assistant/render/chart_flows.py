"""Streams from the values of one column to those of another, as wide as there are many of each pair."""

from __future__ import annotations

from typing import Any

from assistant.render.axes import clipped, shown
from assistant.render.chart_data import Chart, Tone
from assistant.render.chart_parts import Drawn, heading_of
from assistant.render.colours import Look, faded
from assistant.wording.numbers import short

NODE, GAP, MARGIN, HIGHEST = 40, 14, 16, 760
"""Pixels: of a value, between values, around them, all."""
STREAM = 0.38
"""How much of a value's colour its streams keep."""
LABEL = 26
POINT = "%{customdata[0]}<br><b>%{customdata[1]}</b><extra></extra>"


def flows(chart: Chart, look: Look) -> Drawn:
    """Groups stand on the left, series on the right, in their order; the same value has the same colour on both sides."""
    panel = chart.panels[0]
    heading = heading_of(chart, panel, look, key=False)
    left = [group.label for group in chart.groups]
    right = [series.name for series in panel.series]
    colours = _colours(chart, look)
    into = [sum(point.value or 0 for point in series.points) for series in panel.series]
    out = [sum(series.points[row].value or 0 for series in panel.series) for row in range(len(left))]
    links = [
        (row, len(left) + column, point)
        for row in range(len(left))
        for column, series in enumerate(panel.series)
        if (point := series.points[row]).value
    ]
    names, totals = [*left, *right], [*out, *into]
    numbers = [short(total, panel.column, chart.language) for total in totals]
    heights = _heights(len(left), len(right), heading.height)
    trace: dict[str, Any] = {
        "type": "sankey",
        "arrangement": "fixed",
        "textfont": {"color": look.text, "size": 12},
        "node": {
            "label": [shown(f"{clipped(name, LABEL)} {number}") for name, number in zip(names, numbers, strict=True)],
            "color": [colours[name] for name in names],
            "x": [0.001] * len(left) + [0.999] * len(right),
            "y": [*_places(out), *_places(into)],
            "pad": GAP,
            "thickness": 14,
            "line": {"width": 0},
            "customdata": [[shown(name), number, None] for name, number in zip(names, numbers, strict=True)],
            "hovertemplate": POINT,
        },
        "link": {
            "source": [source for source, _, _ in links],
            "target": [target for _, target, _ in links],
            "value": [point.value for _, _, point in links],
            "color": [faded(colours[names[source]], STREAM) for source, _, _ in links],
            "customdata": [
                [f"{shown(names[source])} → {shown(names[target])}", shown(point.said), point.row]
                for source, target, point in links
            ],
            "hovertemplate": POINT,
        },
        "name": "",
        "meta": {"column": panel.series[0].column, "series": None, "tone": "plain"},
    }
    layout = {
        "title": heading.in_layout(),
        "height": heights,
        "margin": {"l": MARGIN, "r": MARGIN, "t": heading.height + MARGIN, "b": MARGIN},
    }
    return Drawn([trace], layout)


def _colours(chart: Chart, look: Look) -> dict[str, str]:
    """A colour for each value, in the order of the right side; what is unknown is grey."""
    tones: dict[str, Tone] = {series.name: series.tone for series in chart.panels[0].series}
    tones |= {group.label: group.tone for group in chart.groups if group.label not in tones}
    plain = [name for name, tone in tones.items() if tone == "plain"]
    own = {name: look.series[place % len(look.series)] for place, name in enumerate(plain)}
    return {name: own.get(name, look.unknown) for name in tones}


def _places(sizes: list[float]) -> list[float]:
    """The middle of each value as a part of the height: Plotly takes no edges."""
    whole, before = sum(sizes) or 1, 0.0
    found: list[float] = []
    for size in sizes:
        found.append(min(0.999, max(0.001, (before + size / 2) / whole)))
        before += size
    return found


def _heights(left: int, right: int, heading: int) -> int:
    return min(HIGHEST, heading + 2 * MARGIN + (NODE + GAP) * max(left, right, 4))
