"""A chart in one sentence, for those who do not see it."""

from __future__ import annotations

from typing import NamedTuple

from assistant.render.chart_data import MOST_SERIES, Chart, Panel, Point
from assistant.render.chart_places import lies
from assistant.render.chart_source import Source, source_of
from assistant.render.chart_views import BEST, View
from assistant.render.charted import charted
from assistant.reply import Reply
from assistant.wording.texts import fill, inner, listed, templates


class _Said(NamedTuple):
    """A point with the name of its series, where there are several."""

    series: str
    point: Point

    def words(self, language: str) -> str:
        return f"{self.named()}{templates(language)['colon']}{self.point.said}"

    def named(self) -> str:
        return " ".join(part for part in (self.series, self.point.label) if part)


def describe(reply: Reply, view: View = BEST) -> str:
    """What a chart shows: kind, metric, groups, the highest and the lowest. Empty where there is no chart."""
    source = source_of(reply)
    if source is None:
        return ""
    chart = charted(source, view)
    panel = chart.panels[0]
    left_out = fill(chart.language, "charts", "left_out", shown=chart.shown, of=chart.of) if chart.of else ""
    return fill(
        chart.language,
        "charts",
        "describe",
        kind=fill(chart.language, "charts", _drawn_as(chart)),
        metric=listed(chart.language, [each.title for each in chart.panels]),
        dimensions=templates(chart.language)["and"].join(
            inner(source.heading(name), chart.language) for name in (source.x, source.series) if name
        ),
        points=_points(chart),
        series=_series(source, chart),
        extremes=_extremes(chart, panel),
        rest=_rest(chart, panel),
        left_out=left_out,
    )


def _drawn_as(chart: Chart) -> str:
    """Changes and growth are bars of a metric that says so in its heading."""
    if chart.kind in ("change", "growth"):
        return "bar" if lies(chart) else "column"
    return chart.kind


def _points(chart: Chart) -> str:
    points = zip(*(series.points for panel in chart.panels for series in panel.series), strict=True)
    held = [any(point.row is not None or point.value is not None for point in each) for each in points]
    count = sum(group.tone != "rest" for group, each in zip(chart.groups, held, strict=True) if each)
    if chart.over_time and count > 1:
        first, last = chart.groups[0].label, chart.groups[-1].label
        return fill(chart.language, "charts", "times", first=first, last=last, n=count)
    return fill(chart.language, "charts", "points" if count != 1 else "points_one", n=count)


def _series(source: Source, chart: Chart) -> str:
    names = [each.name for panel in chart.panels for each in panel.series]
    if len(names) > MOST_SERIES:
        names = [*names[:MOST_SERIES], "…"]
    if source.series is None and len(names) == len(chart.panels):
        return ""
    return fill(chart.language, "charts", "series", names=listed(chart.language, names))


def _extremes(chart: Chart, panel: Panel) -> str:
    several = len(panel.series) > 1
    said = [
        _Said(series.name if several else "", point)
        for series in panel.series
        for point, group in zip(series.points, chart.groups, strict=True)
        if point.value is not None and "rest" not in (group.tone, series.tone)
    ]
    if len(said) < 2:
        return ""
    high, low = max(said, key=_value), min(said, key=_value)
    return fill(chart.language, "charts", "extremes", high=high.words(chart.language), low=low.words(chart.language))


def _value(said: _Said) -> float:
    return said.point.value or 0


def _rest(chart: Chart, panel: Panel) -> str:
    said = [series.points[-1].said for series in panel.series if chart.groups[-1].tone == "rest"]
    return fill(chart.language, "charts", "and_rest", rest=said[0]) if len(said) == 1 else ""
