"""What all drawings share: traces and layout in Plotly's plain form, titles with their key, what a point says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from assistant.render.axes import TITLE_WIDTH, clipped, lines_of, shown, titled, width
from assistant.render.chart_data import Chart, Panel, Point, Series
from assistant.render.colours import MARKS, Look

KEY_NAME_WIDTH, FEW_NAMES_WIDTH, FEW_NAMES = 18, 40, 4
"""Where names end in a key: few may have a line each."""
TITLE_LINE, KEY_LINE, TITLE_PAD = 19, 17, 14
"""Heights in pixels."""
PARTIAL_MARKS = {"line": "○", "area": "┊"}
"""Of buckets that are not whole; bars of those are hatched."""


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


def bar_colours(chart: Chart, panel: Panel, series: Series, place: int, look: Look) -> list[str]:
    """One colour for a series among others; alone, what is below zero, unknown or the rest has its own."""
    own = colour_of(series, place, look)
    if len(panel.series) > 1:
        return [own] * len(series.points)
    tones = {"unknown": look.unknown, "rest": look.rest}
    pairs = zip(chart.groups, series.points, strict=True)
    return [tones.get(group.tone) or (look.minus if (point.value or 0) < 0 else own) for group, point in pairs]


def mark_of(series: Series, place: int, as_lines: bool) -> str:
    """A series' sign in the key: as its points are drawn, or a piece of bar."""
    if not as_lines:
        return MARKS[1]
    return "┄" if series.tone == "rest" else MARKS[place % len(MARKS)]


def says(panel: Panel, series: Series, points: Sequence[Point]) -> dict[str, Any]:
    """What a trace says of itself and its points: `customdata` is [group, value, row of the reply or null] each."""
    several = len(panel.series) > 1
    return {
        "name": shown(clipped(series.name, 40)),
        "meta": {"column": series.column, "series": shown(series.name) if several else None, "tone": series.tone},
        "customdata": [told(point) for point in points],
        "hovertemplate": POINT_OF_SERIES if several else POINT,
    }


POINT = "%{customdata[0]}<br><b>%{customdata[1]}</b><extra></extra>"
POINT_OF_SERIES = POINT.replace("<br>", " · %{fullData.name}<br>")
"""What hovering shows. Words of the data are never part of a template, which would obey them."""


def told(point: Point) -> list[str | int | None]:
    return [shown(point.label), shown(point.said), point.row]


class Heading(NamedTuple):
    """A title and its key as Plotly shows them, and their height in pixels."""

    title: str
    key: str
    height: int

    def in_layout(self) -> dict[str, Any]:
        """Plotly puts the first of several lines higher than a single one."""
        pad = {"l": 8, "t": 18 if "<br>" in self.title else 8}
        return {"text": self.title, "subtitle": {"text": self.key, "font": {"size": 12}}, "pad": pad}

    def above(self, **place: Any) -> dict[str, Any]:
        """As an annotation above a panel."""
        text = "<br>".join([f"<b>{self.title}</b>", *([self.key] if self.key else [])])
        return note(text, xref="paper", xanchor="left", yref="paper", yanchor="bottom", align="left", **place)


def heading_of(chart: Chart, panel: Panel, look: Look, key: bool, room: int = TITLE_WIDTH, lines: int = 2) -> Heading:
    """What stands above a panel: metric and unit, how many of how many, and a key where series need one.

    The key is part of the text, not Plotly's legend: its lines break where a phone needs it, and its height is known. It
    also says which buckets of time are not whole.

    Args:
        room: Letters on a line of the title.
        lines: Lines of the title; how many of how many may take one more.
    """
    found = lines_of(titled(panel.title, panel.column, chart.language), room, lines)
    if chart.of:
        count = f"{chart.shown:,} / {chart.of:,}"
        found = [*found[:-1], f"{found[-1]} · {count}"] if width(found[-1]) + len(count) + 3 <= room else [*found, count]
    entries = _entries(chart, panel, look, room) if key else []
    if panel is chart.panels[0]:
        mark = PARTIAL_MARKS.get(chart.kind, "▨")
        entries += [_Entry(mark, look.text, [group.words(chart.language)]) for group in chart.groups if group.partial]
    rows = _in_rows(entries, room + 4)
    return Heading("<br>".join(map(shown, found)), "<br>".join(rows), TITLE_PAD + TITLE_LINE * len(found) + KEY_LINE * len(rows))


class _Entry(NamedTuple):
    """A mark of the key and its words, in lines."""

    mark: str
    colour: str
    lines: list[str]


def _entries(chart: Chart, panel: Panel, look: Look, room: int) -> list[_Entry]:
    """Each series; only a narrow panel breaks its name into lines."""
    most = min(room, FEW_NAMES_WIDTH if len(panel.series) <= FEW_NAMES else KEY_NAME_WIDTH)
    lines = 1 if room == TITLE_WIDTH else 2
    return [
        _Entry(mark_of(series, place, chart.kind == "line"), colour_of(series, place, look), lines_of(series.name, most, lines))
        for place, series in enumerate(panel.series)
    ]


def coloured(mark: str, colour: str) -> str:
    return f"<span style='color:{colour}'>{mark}</span>"


def _in_rows(entries: Sequence[_Entry], room: int) -> list[str]:
    """As many entries on a row as it has room for."""
    rows: list[str] = []
    left = 0
    for mark, colour, (first, *others) in entries:
        entry, taken = f"{coloured(mark, colour)} {shown(first)}", width(first) + 2
        if others or not rows or taken + 3 > left:
            rows += [entry, *(f"    {shown(line)}" for line in others)]
            left = 0 if others else room - taken
        else:
            rows[-1] += f"   {entry}"
            left -= taken + 3
    return rows


def note(text: str, **place: Any) -> dict[str, Any]:
    """A text at a place of the chart."""
    return {"text": text, "showarrow": False, **place}


def panel_axis(name: str, index: int) -> str:
    """Plotly's name of an axis: xaxis, xaxis2 …; `x`, `x2` in traces."""
    return name if index == 0 else f"{name}{index + 1}"


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
