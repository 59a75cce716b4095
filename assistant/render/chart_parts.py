"""What all drawings share: traces and layout in Plotly's plain form, titles with their key, what a point says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from assistant.render.axes import TITLE_WIDTH, clipped, shown, titled, width, wrapped
from assistant.render.chart_data import Chart, Panel, Point, Series
from assistant.render.colours import MARKS, Look

KEY_NAME_WIDTH = 18
TITLE_LINE, KEY_LINE, TITLE_PAD = 19, 17, 14
"""Heights in pixels."""


class Drawn(NamedTuple):
    """Traces, and what the layout says of them."""

    traces: list[dict[str, Any]]
    layout: dict[str, Any]


def colour_of(series: Series, place: int, look: Look) -> str:
    """A series' colour by its place among those that have one of their own."""
    match series.tone:
        case "plain":
            return look.series[place % len(look.series)]
        case tone:
            return {"previous": look.previous, "unknown": look.unknown, "rest": look.rest}[tone]


def mark_of(series: Series, place: int, as_lines: bool) -> str:
    """A series' sign in the key: as its points are drawn, or a piece of bar."""
    if not as_lines:
        return MARKS[1]
    return "┄" if series.tone == "rest" else MARKS[place % len(MARKS)]


def faded(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def says(panel: Panel, series: Series, points: Sequence[Point]) -> dict[str, Any]:
    """What a trace says of itself and its points: `customdata` is [group, value, row of the reply or null] each."""
    named = shown(clipped(series.name, 40)) if len(panel.series) > 1 else ""
    return {
        "name": shown(series.name),
        "meta": {"column": panel.column.name, "series": shown(series.name) if named else None, "tone": series.tone},
        "customdata": [told(point) for point in points],
        "hovertemplate": f"%{{customdata[0]}}<br><b>%{{customdata[1]}}</b><extra>{named}</extra>",
    }


def told(point: Point) -> list[str | int | None]:
    return [shown(point.label), shown(point.said), point.row]


class Heading(NamedTuple):
    """A title and its key as Plotly shows them, and their height in pixels."""

    title: str
    key: str
    height: int

    def in_layout(self) -> dict[str, Any]:
        return {"text": self.title, "subtitle": {"text": self.key, "font": {"size": 12}}}

    def above(self, **place: Any) -> dict[str, Any]:
        """As an annotation above a panel."""
        text = "<br>".join([f"<b>{self.title}</b>", *([self.key] if self.key else [])])
        return note(text, xref="paper", xanchor="left", yref="paper", yanchor="bottom", align="left", **place)


def heading_of(chart: Chart, panel: Panel, look: Look, key: bool) -> Heading:
    """What stands above a panel: metric and unit, how many of how many, and a key where series need one.

    The key is part of the text, not Plotly's legend: its lines break where a phone needs it, and its height is known.
    """
    title = titled(panel.title, panel.column, chart.language)
    lines = wrapped(title, TITLE_WIDTH)
    if chart.of:
        lines += f" · {chart.shown} / {chart.of}"
    entries = [
        (f"{mark_of(series, place, chart.kind == 'line')} {clipped(series.name, KEY_NAME_WIDTH)}", colour_of(series, place, look))
        for place, series in enumerate(panel.series)
    ]
    rows = _in_rows(entries) if key else []
    return Heading(lines, "<br>".join(rows), TITLE_PAD + TITLE_LINE * (1 + lines.count("<br>")) + KEY_LINE * len(rows))


def _in_rows(entries: Sequence[tuple[str, str]]) -> list[str]:
    rows: list[str] = []
    room = 0
    for text, colour in entries:
        mark, _, name = text.partition(" ")
        entry = f"<span style='color:{colour}'>{mark}</span> {shown(name)}"
        if not rows or width(text) + 3 > room:
            rows.append(entry)
            room = TITLE_WIDTH + 4 - width(text)
        else:
            rows[-1] += f"   {entry}"
            room -= width(text) + 3
    return rows


def note(text: str, **place: Any) -> dict[str, Any]:
    """A text at a place of the chart."""
    return {"text": text, "showarrow": False, **place}


def panel_axis(name: str, index: int) -> str:
    """Plotly's name of an axis: xaxis, xaxis2 …; `x`, `x2` in traces."""
    return name if index == 0 else f"{name}{index + 1}"


GAP = 0.06
"""Between panels side by side, as part of the width."""


def stacked_domains(headings: Sequence[Heading], plot: int) -> tuple[list[list[float]], int]:
    """Parts of the height for panels from top to bottom, each under its heading; and all the height, in pixels.

    The first heading stands in the margin.
    """
    total = plot * len(headings) + sum(heading.height + 8 for heading in headings[1:])
    domains: list[list[float]] = []
    top = 0
    for heading in headings:
        top += heading.height + 8 if domains else 0
        domains.append([max(0.0, 1 - (top + plot) / total), 1 - top / total])
        top += plot
    return domains, total
