"""The axis of groups: whether it runs across or down, and what stands at each place."""

from __future__ import annotations

from typing import Any

from assistant.render.axes import BASE, LABEL_WIDTH, bucket_ticks, every, fits_under_a_column, shown, under_columns, wrapped
from assistant.render.chart_data import Chart
from assistant.render.chart_views import SIDEWAYS_FROM

BESIDE_TWO = 13
"""Where labels break beside two panels, which leave them less room."""
TURNED = 16
"""Where labels end that are turned, since they do not fit below columns."""
MOST_TALL = 12
MOST_HOURS = 6


def lies(chart: Chart) -> bool:
    """Whether bars lie, so that their labels can be read."""
    if chart.kind in ("bar", "column"):
        return chart.kind == "bar"
    if chart.ordered:
        return False
    return len(chart.groups) >= SIDEWAYS_FROM or not fits_under_a_column([group.label for group in chart.groups])


def lying_labels(chart: Chart) -> list[str]:
    """Labels beside bars: many bars leave room for one line each."""
    room = LABEL_WIDTH if len(chart.panels) == 1 else BESIDE_TWO
    return [wrapped(group.label, room, 2 if len(chart.groups) <= MOST_TALL else 1) for group in chart.groups]


def place_axis(chart: Chart, lying: bool) -> dict[str, Any]:
    """The axis of groups: whole numbers with the groups' words."""
    count = len(chart.groups)
    axis = {**BASE, "type": "linear", "tickmode": "array", "showgrid": False}
    if lying:
        return {**axis, "tickvals": list(range(count)), "ticktext": lying_labels(chart), "range": [count - 0.5, -0.5]}
    picked, words = _ticks_below(chart)
    turned = {} if chart.over_time else {"tickangle": None, "autotickangles": [0, -90]}
    return {**axis, **turned, "tickvals": picked, "ticktext": words, "range": [-0.5, count - 0.5]}


def _ticks_below(chart: Chart) -> tuple[list[int], list[str]]:
    labels = [group.label for group in chart.groups]
    if chart.over_time:
        return bucket_ticks([str(group.start) for group in chart.groups], labels, chart.x)
    if chart.x.grain == "hour":
        picked = every(len(labels), MOST_HOURS)
        return picked, [wrapped(labels[index]) for index in picked]
    if fits_under_a_column(labels):
        words = under_columns(labels)
    elif chart.x.grain == "weekday":
        words = [short_weekday(label) for label in labels]
    else:
        words = [wrapped(label, TURNED, 1) for label in labels]
    return list(range(len(labels))), words


def short_weekday(label: str) -> str:
    """Monday in three letters; Chinese has no more."""
    return shown(label[:3])
