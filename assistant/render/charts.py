"""Plotly figures from chart specifications. Colours can be told apart by colour-blind people."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from assistant.render.columns import column_of
from assistant.reply import Reply
from assistant.wording.numbers import cell, dimension_value, unit_in
from semantic_layer.columns import Column

if TYPE_CHECKING:
    import plotly.graph_objects as go

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#F0E442")
"""Okabe and Ito's palette."""
GRID = "rgba(128,128,128,0.2)"
AXIS = {"automargin": True, "ticks": "outside", "tickcolor": "rgba(0,0,0,0)"}
MOST_BARS = 30
SIDEWAYS_FROM = 6
FEW_BUCKETS = 8
"""So many points in time are each labelled, in the words of the table; more get dates that need no language."""
BUCKET_FORMATS = {"month": "%Y-%m", "quarter": "%Y-Q%q", "year": "%Y"}
LABEL_WIDTH, BUCKET_WIDTH = 22, 14
"""Where labels break into lines, in widths of a Latin letter."""


class Drawing:
    """A reply's chart on its way: the specification with the columns and rows that it names."""

    def __init__(self, reply: Reply, spec: dict[str, Any]) -> None:
        self.language: str = reply.language
        self.columns = {described["name"]: column_of(described) for described in reply.table_schema}
        self.headings = {described["name"]: described["labels"][reply.language] for described in reply.table_schema}
        self.rows = [dict(zip(reply.columns, row, strict=True)) for row in reply.rows]
        self.x: str = spec["x"]
        self.y: list[str] = list(spec["y"])
        self.series: str | None = spec["series"]

    def words(self, row: dict[str, Any], name: str) -> str:
        return _shown(cell(row[name], self.columns[name], self.language))

    def hover(self, rows: list[dict[str, Any]], y: str) -> dict[str, Any]:
        """What a point says: its bucket or group and its value, in the words of the table."""
        said = [[self.words(row, self.x), self.words(row, y)] for row in rows]
        which = "%{fullData.name}" if self.series or len(self.y) > 1 else ""
        return {"customdata": said, "hovertemplate": f"%{{customdata[0]}}<br>%{{customdata[1]}}<extra>{which}</extra>"}


def figure(reply: Reply) -> go.Figure | None:
    """The reply's chart; None where a number says it all."""
    spec = next((chart for chart in reply.charts if chart["kind"] != "number"), None)
    if spec is None:
        return None
    import plotly.graph_objects as go

    drawing = Drawing(reply, spec)
    drawn = go.Figure(layout=_layout(drawing))
    if spec["kind"] == "line":
        _lines(drawn, drawing)
    else:
        _bars(drawn, drawing)
    return drawn


def _layout(drawing: Drawing) -> dict[str, Any]:
    value = drawing.columns[drawing.y[0]]
    unit = "" if _is_share(value) else unit_in(value, drawing.language)
    brackets = "（{}）" if drawing.language == "zh" else " ({})"
    title = drawing.headings[drawing.y[0]] + (brackets.format(unit) if unit else "")
    return {
        "margin": {"l": 10, "r": 10, "t": 36, "b": 10},
        "title": {"text": _shown(title), "font": {"size": 14}, "x": 0.01},
        "font": {"family": "system-ui, 'Noto Sans CJK SC', sans-serif", "size": 12, "color": "#7a7a7a"},
        "colorway": list(COLOURS),
        "plot_bgcolor": "rgba(0,0,0,0)",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "legend": {"orientation": "h", "y": -0.2},
        "hovermode": "closest",
        "dragmode": False,
    }


def _value_axis(drawing: Drawing) -> dict[str, Any]:
    number_format = ".1%" if _is_share(drawing.columns[drawing.y[0]]) else ","
    return {"tickformat": number_format, "rangemode": "tozero", "gridcolor": GRID, "zerolinecolor": GRID, **AXIS}


def _is_share(value: Column) -> bool:
    return value.type == "fraction" or value.role in ("share", "growth")


def _lines(drawn: go.Figure, drawing: Drawing) -> None:
    x, rows = drawing.x, drawing.rows
    if drawing.series:
        series, (y, *_) = drawing.series, drawing.y
        for value in dict.fromkeys(row[series] for row in rows):
            own = [row for row in rows if row[series] == value]
            name = _shown(dimension_value(value, drawing.columns[series], drawing.language))
            _line(drawn, drawing, own, y, name)
    else:
        for y in drawing.y:
            _line(drawn, drawing, rows, y, _shown(drawing.headings[y]))
    drawn.update_layout(
        showlegend=bool(drawing.series) or len(drawing.y) > 1,
        xaxis={**AXIS, "showgrid": False, **_time_ticks(drawing, list(dict.fromkeys(row[x] for row in rows)))},
        yaxis=_value_axis(drawing),
    )


def _line(drawn: go.Figure, drawing: Drawing, rows: list[dict[str, Any]], y: str, name: str) -> None:
    hover = drawing.hover(rows, y)
    drawn.add_scatter(x=[row[drawing.x] for row in rows], y=[row[y] for row in rows], name=name, mode="lines+markers", **hover)


def _time_ticks(drawing: Drawing, buckets: list[Any]) -> dict[str, Any]:
    """The labels of a time axis: never months of another language, never parts of a day."""
    column = drawing.columns[drawing.x]
    if len(buckets) <= FEW_BUCKETS:
        words = [_label(dimension_value(bucket, column, drawing.language), BUCKET_WIDTH) for bucket in buckets]
        return {"type": "date", "tickmode": "array", "tickvals": buckets, "ticktext": words}
    return {"type": "date", "tickformat": BUCKET_FORMATS.get(column.grain or "", "%Y-%m-%d")}


def _bars(drawn: go.Figure, drawing: Drawing) -> None:
    rows = drawing.rows[:MOST_BARS]
    column = drawing.columns[drawing.x]
    labels = [dimension_value(row[drawing.x], column, drawing.language) for row in rows]
    ordered_axis = column.grain in ("hour", "weekday")
    sideways = not ordered_axis and (len(rows) >= SIDEWAYS_FROM or any(len(label) > 14 for label in labels))
    places = list(range(len(rows)))
    for y in drawing.y:
        values, name, hover = [row[y] for row in rows], _shown(drawing.headings[y]), drawing.hover(rows, y)
        if sideways:
            drawn.add_bar(y=places, x=values, name=name, orientation="h", **hover)
        else:
            drawn.add_bar(x=places, y=values, name=name, **hover)
    each = 3 if ordered_axis and len(rows) > 12 else 1
    groups = {"tickmode": "array", "tickvals": places[::each], "ticktext": [_label(label) for label in labels[::each]], **AXIS}
    groups |= {"showgrid": False, "zeroline": False}
    drawn.update_layout(showlegend=len(drawing.y) > 1, bargap=0.25)
    if sideways:
        height = max(280, 60 + 24 * len(rows) * len(drawing.y))
        drawn.update_layout(height=height, xaxis=_value_axis(drawing), yaxis={**groups, "autorange": "reversed"})
    else:
        drawn.update_layout(xaxis=groups, yaxis=_value_axis(drawing))
    if len(rows) < len(drawing.rows):
        drawn.update_layout(title_text=f"{_layout(drawing)['title']['text']} · {len(rows)} / {len(drawing.rows)}")


def _label(text: str, width: int = LABEL_WIDTH) -> str:
    """A label on an axis, in lines that leave room for the chart on a phone; numbers and words stay whole."""
    lines, room = [""], width
    for piece in re.findall(r"[^\s\u2e80-\uffff]+\s*|.\s*", text, re.DOTALL):
        needed = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in piece.rstrip())
        if needed > room and lines[-1]:
            lines.append("")
            room = width
        lines[-1] += piece
        room -= needed + len(piece) - len(piece.rstrip())
    return "<br>".join(_shown(line.strip()) for line in lines)


def _shown(text: str) -> str:
    """A text that Plotly shows as it is; it obeys some HTML, links among it."""
    return html.escape(text, quote=False)
