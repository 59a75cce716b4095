"""A reply's chart as a view shows it, before it is drawn."""

from __future__ import annotations

from assistant.render.chart_data import Chart
from assistant.render.chart_groups import by_one
from assistant.render.chart_pairs import by_two
from assistant.render.chart_source import Source
from assistant.render.chart_views import LOG_KINDS, View, kind_of, log_fits


def charted(source: Source, view: View) -> Chart:
    """A reply's chart as a view shows it."""
    kind = kind_of(source, view)
    if view.top is not None and view.top < 1:
        view = view.model_copy(update={"top": None})
    chart = by_one(source, view, kind) if source.series is None else by_two(source, source.series, view, kind)
    positive = all(value > 0 for panel in chart.panels for value in panel.values())
    return chart._replace(log=view.log and kind in LOG_KINDS and log_fits(source) and positive)
