"""What a metric is made of: the datasets and the other metrics that it names."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.conditions import AnyCondition
from semantic_layer.expressions import formula_names
from semantic_layer.implied import figure
from semantic_layer.model.metrics import (
    Aggregate,
    AnyMetric,
    Conversion,
    Cumulative,
    Derived,
    Distinct,
    MetricBase,
    NewEntities,
    Ratio,
    Repeat,
    Retention,
    SemiAdditive,
)
from semantic_layer.model.workspace import Workspace

Key = tuple[str, ...]


def datasets_of(metric: MetricBase) -> Iterator[tuple[Key, str]]:
    """The datasets that a metric itself names, each with the YAML key that names it."""
    match metric:
        case Aggregate(dataset=dataset):
            yield ("dataset",), dataset
        case Distinct(distinct=counted):
            yield ("distinct", "dataset"), counted.dataset
        case NewEntities(new_entities=first):
            yield ("new_entities", "dataset"), first.dataset
        case Retention(retention=retained):
            yield ("retention", "dataset"), retained.dataset
        case SemiAdditive(semi_additive=snapshot):
            yield ("semi_additive", "dataset"), snapshot.dataset
        case _:
            return


def uses_of(metric: MetricBase) -> Iterator[tuple[Key, str, AnyCondition | None]]:
    """The metrics that a metric itself names (formulas apart), each with its YAML key and its own filter."""
    match metric:
        case Ratio(ratio=ratio):
            yield ("ratio", "numerator"), ratio.numerator.metric, ratio.numerator.where
            yield ("ratio", "denominator"), ratio.denominator.metric, ratio.denominator.where
        case Repeat(repeat=repeat):
            yield ("repeat", "metric"), repeat.metric, None
        case Cumulative(cumulative=window):
            yield ("cumulative", "metric"), window.metric, None
        case Conversion(conversion=conversion):
            yield ("conversion", "base"), conversion.base, None
            yield ("conversion", "then"), conversion.then, None
        case _:
            return


def base_datasets(workspace: Workspace, name: str) -> tuple[str, ...]:
    """Every dataset that a metric reads, through all the metrics it is made of, in reading order."""
    metric = figure(workspace, name)
    if metric is None:
        return ()
    found = [dataset for _, dataset in datasets_of(metric)]
    parts = [part for _, part, _ in uses_of(metric)]
    if isinstance(metric, Derived):
        parts += [part for part in formula_names(metric.derived) if workspace.metric(part)]
    for part in parts:
        found += base_datasets(workspace, part)
    return tuple(dict.fromkeys(found))


def all_parts(workspace: Workspace, metric: AnyMetric) -> list[AnyMetric]:
    """A metric and every metric it is made of."""
    names = [part for _, part, _ in uses_of(metric)]
    if isinstance(metric, Derived):
        names += formula_names(metric.derived)
    parts = [part for name in names if (part := workspace.metric(name)) is not None]
    return [metric, *(deep for part in parts for deep in all_parts(workspace, part))]


def parameters_of(workspace: Workspace, name: str) -> tuple[str, ...]:
    """The parameters that a metric's value depends on."""
    metric = workspace.metric(name)
    if metric is None:
        return ()
    found: list[str] = []
    if isinstance(metric, Derived):
        for part in formula_names(metric.derived):
            found += [part] if workspace.parameter(part) else list(parameters_of(workspace, part))
    for _, part, _ in uses_of(metric):
        found += parameters_of(workspace, part)
    return tuple(dict.fromkeys(found))
