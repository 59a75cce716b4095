"""Plotly figures from chart specifications. Colours can be told apart by colour-blind people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from assistant.render.terminal import column_of
from assistant.reply import Reply
from assistant.wording.numbers import dimension_value, unit_in
from semantic_layer.columns import Column

if TYPE_CHECKING:
    import plotly.graph_objects as go

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#F0E442")
"""Okabe and Ito's palette."""
MOST_BARS = 30
SIDEWAYS_FROM = 6


def figure(reply: Reply) -> go.Figure | None:
    """The reply's chart; None where a number says it all."""
    spec = next((chart for chart in reply.charts if chart["kind"] != "number"), None)
    if spec is None:
        return None
    import plotly.graph_objects as go

    columns = {described["name"]: column_of(described) for described in reply.table_schema}
    headings = {described["name"]: described["labels"][reply.language] for described in reply.table_schema}
    drawn = go.Figure(layout=_layout(columns[spec["y"][0]], headings, spec, reply.language))
    if spec["kind"] == "line":
        _lines(drawn, reply, spec, columns, headings)
    else:
        _bars(drawn, reply, spec, columns, headings)
    return drawn


def _layout(value: Column, headings: dict[str, str], spec: dict[str, Any], language: str) -> dict[str, Any]:
    share = value.type == "fraction" or value.role in ("share", "growth")
    unit = "" if share else unit_in(value, language)
    title = headings[spec["y"][0]] + (f" ({unit})" if unit else "")
    number_format = ".1%" if share else ","
    return {
        "margin": {"l": 10, "r": 10, "t": 36, "b": 10},
        "title": {"text": title, "font": {"size": 14}, "x": 0.01},
        "font": {"family": "system-ui, 'Noto Sans CJK SC', sans-serif", "size": 12, "color": "#7a7a7a"},
        "colorway": list(COLOURS),
        "plot_bgcolor": "rgba(0,0,0,0)",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "legend": {"orientation": "h", "y": -0.2},
        "hovermode": "closest",
        "yaxis": {"tickformat": number_format, "rangemode": "tozero", "gridcolor": "rgba(128,128,128,0.2)", "automargin": True},
        "xaxis": {"automargin": True, "gridcolor": "rgba(128,128,128,0.2)"},
    }


def _rows(reply: Reply) -> list[dict[str, Any]]:
    return [dict(zip(reply.columns, row, strict=True)) for row in reply.rows]


def _lines(drawn: go.Figure, reply: Reply, spec: dict[str, Any], columns: dict[str, Column], headings: dict[str, str]) -> None:
    rows, x = _rows(reply), spec["x"]
    if spec["series"]:
        series = columns[spec["series"]]
        for value in dict.fromkeys(row[spec["series"]] for row in rows):
            own = [row for row in rows if row[spec["series"]] == value]
            name = dimension_value(value, series, reply.language)
            drawn.add_scatter(x=[row[x] for row in own], y=[row[spec["y"][0]] for row in own], name=name, mode="lines+markers")
        return
    for name in spec["y"]:
        drawn.add_scatter(x=[row[x] for row in rows], y=[row[name] for row in rows], name=headings[name], mode="lines+markers")
    drawn.update_layout(showlegend=len(spec["y"]) > 1)


def _bars(drawn: go.Figure, reply: Reply, spec: dict[str, Any], columns: dict[str, Column], headings: dict[str, str]) -> None:
    rows = _rows(reply)[:MOST_BARS]
    labels = [dimension_value(row[spec["x"]], columns[spec["x"]], reply.language) for row in rows]
    ordered_axis = columns[spec["x"]].grain in ("hour", "weekday")
    sideways = not ordered_axis and (len(rows) >= SIDEWAYS_FROM or any(len(label) > 14 for label in labels))
    for name in spec["y"]:
        values = [row[name] for row in rows]
        if sideways:
            drawn.add_bar(y=labels, x=values, name=headings[name], orientation="h")
        else:
            drawn.add_bar(x=labels, y=values, name=headings[name])
    drawn.update_layout(showlegend=len(spec["y"]) > 1, bargap=0.25)
    if sideways:
        tick = cast("Any", drawn.layout).yaxis.tickformat
        drawn.update_layout(
            height=max(280, 60 + 22 * len(rows) * len(spec["y"])),
            xaxis={"tickformat": tick, "rangemode": "tozero"},
            yaxis={"tickformat": None, "autorange": "reversed", "type": "category"},
        )
    else:
        drawn.update_layout(xaxis={"type": "category"})
