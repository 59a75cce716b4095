"""A reply's chart as Plotly draws it: in plain form for a browser, or as Plotly's own figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.render.chart_bars import bars
from assistant.render.chart_data import Chart
from assistant.render.chart_flows import flows
from assistant.render.chart_lines import lines
from assistant.render.chart_map import colour_map
from assistant.render.chart_parts import Drawn
from assistant.render.chart_source import source_of
from assistant.render.chart_text import describe
from assistant.render.chart_views import BEST, View, views_of
from assistant.render.charted import charted
from assistant.render.colours import LOOKS, Ground, Look, ink_on
from assistant.reply import Reply

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["CONFIG", "View", "describe", "figure", "figure_json", "views_of"]

CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}
"""What a browser should pass to Plotly beside a figure."""
FONT = "system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"


def figure(reply: Reply, view: View = BEST, ground: Ground = "either") -> go.Figure | None:
    """The reply's chart as a view shows it; None where a number says it all."""
    drawn = figure_json(reply, view, ground)
    if drawn is None:
        return None
    import plotly.graph_objects as go

    return go.Figure(data=drawn["data"], layout=drawn["layout"])


def figure_json(reply: Reply, view: View = BEST, ground: Ground = "either") -> dict[str, Any] | None:
    """The reply's chart as `{"data": [...], "layout": {...}}`, ready for `Plotly.react`; None where it has none.

    Each point's `customdata` is [group, value, row]: words that are already escaped, and the index in `reply.rows` of
    what the point stands for, null where it stands for several rows. Each trace's `meta` has its `column` of values, its
    `series` (null where there is only one) and its `tone`: plain, previous, unknown or rest.
    """
    source = source_of(reply)
    if source is None:
        return None
    chart, look = charted(source, view), LOOKS[ground]
    traces, layout = _drawn(chart, look)
    return {"data": traces, "layout": _layout(layout, look)}


def _drawn(chart: Chart, look: Look) -> Drawn:
    if chart.kind in ("line", "area"):
        return lines(chart, look)
    if chart.kind == "sankey":
        return flows(chart, look)
    return colour_map(chart, look) if chart.kind == "heatmap" else bars(chart, look)


def _layout(own: dict[str, Any], look: Look) -> dict[str, Any]:
    """What all charts share; the page shows through."""
    title = {
        "x": 0,
        "xref": "container",
        "xanchor": "left",
        "y": 1,
        "yref": "container",
        "yanchor": "top",
    }
    font = {"family": FONT, "size": 12}
    return {
        "font": {**font, "color": look.text},
        "plot_bgcolor": "rgba(0,0,0,0)",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": look.panel,
            "bordercolor": look.grid,
            "font": {**font, "color": ink_on(look.panel)},
            "align": "left",
            "namelength": -1,
        },
        "template": {},
        **own,
        "title": {**title, "font": {"size": 14, "weight": 600}, **own["title"]},
    }
