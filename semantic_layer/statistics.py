"""What statistics over things are called: a column for each metric and statistic, with words in each language."""

from __future__ import annotations

from typing import NamedTuple

from semantic_layer.conditions import GRAINS
from semantic_layer.implied import GRAIN_WORDS, different, figure
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.metrics import AnyMetric
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import home_dataset
from semantic_layer.requests import MetricQuery, Percentile, Statistic
from semantic_layer.words import Text

FORMS: dict[str, dict[str, str]] = {
    "en": {
        "mean": "Average {metric} of each {one}",
        "median": "Median {metric} of each {one}",
        "min": "Smallest {metric} of one {one}",
        "max": "Largest {metric} of one {one}",
        "percentile": "{nth} percentile of {metric} of each {one}",
    },
    "zh": {
        "mean": "每{one}{metric}平均值",
        "median": "每{one}{metric}中位数",
        "min": "每{one}{metric}最小值",
        "max": "每{one}{metric}最大值",
        "percentile": "每{one}{metric}的{nth}分位数",
    },
}


class Summary(NamedTuple):
    """One column of a request for statistics."""

    metric: AnyMetric
    statistic: Statistic
    name: str
    label: Text


def figure_of_each(workspace: Workspace, name: str, entity: str) -> AnyMetric | None:
    """A metric by its name; or the number of different values of what else has that name, in data that knows the entity."""
    metric = workspace.metric(name)
    if metric is not None:
        return metric
    described = workspace.entity(entity)
    counted = described.count if described is not None else None
    return different(workspace, name, entity, base_datasets(workspace, counted) if counted is not None else ())


def summaries(workspace: Workspace, request: MetricQuery) -> tuple[Summary, ...]:
    """The columns of a request for statistics, in their order; none where there is an unknown metric among them."""
    asked = request.of_each
    found: list[Summary] = []
    for name in request.metrics if asked is not None else ():
        assert asked is not None
        metric = figure_of_each(workspace, name, asked.entity) or figure(workspace, name)
        if metric is not None:
            found += [
                Summary(metric, each, f"{metric.name}_{_code(each)}", _label(workspace, metric, asked.entity, each))
                for each in dict.fromkeys(asked.statistics)
            ]
    return tuple(found)


def _code(statistic: Statistic) -> str:
    return f"p{_percent(statistic).replace('.', '_')}" if isinstance(statistic, Percentile) else statistic


def _percent(statistic: Percentile) -> str:
    return f"{statistic.percentile * 100:.6g}"


def _label(workspace: Workspace, metric: AnyMetric, entity: str, statistic: Statistic) -> Text:
    words: dict[str, str] = {}
    for language, forms in FORMS.items():
        label, nth = metric.label_in(language), ""
        form = forms["percentile" if isinstance(statistic, Percentile) else statistic]
        if isinstance(statistic, Percentile):
            nth = _percent(statistic) + (_ending(_percent(statistic)) if language == "en" else "")
        words[language] = form.format(metric=_inner(label, language), one=_one(workspace, entity, language), nth=nth)
    return Text(zh=words["zh"], en=words["en"])


def _inner(label: str, language: str) -> str:
    """A label inside a sentence; an abbreviation keeps its capitals."""
    return label if language == "zh" or label[1:2].isupper() else label[:1].lower() + label[1:]


def _one(workspace: Workspace, entity: str, language: str) -> str:
    """What each one is called: an entity, a field or a grain of time."""
    if entity in GRAINS:
        return GRAIN_WORDS[entity][language]
    home = home_dataset(workspace, entity)
    found = workspace.entity(entity) or (home.field(entity.rpartition(".")[2]) if home is not None else None)
    label = found.label_in(language) if found is not None else entity
    return f"个{label}的" if language == "zh" else _inner(label, language)


def _ending(number: str) -> str:
    if "." in number or number.endswith(("11", "12", "13")):
        return "th"
    return {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")
