"""What is declared and can never be part of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from semantic_layer.errors import HuaxiangError
from semantic_layer.expressions import ExpressionError, columns_in, formula_names, tables_in
from semantic_layer.loading.lint.finding import Finding, Linted
from semantic_layer.metric_parts import base_datasets, parameters_of, uses_of
from semantic_layer.model.datasets import DIMENSION_TYPES, Dataset
from semantic_layer.model.metrics import Aggregate, Derived
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import way_to

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


def sources_are_read(linted: Linted) -> Iterator[Finding]:
    """Every source is the table of a dataset."""
    tables = {dataset.table for dataset in linted.workspace.datasets if dataset.derived is None}
    for source in linted.workspace.sources:
        if source.name not in tables:
            what, fix = (
                f"no dataset reads the source '{source.name}'",
                "Declare a dataset on it, or take it out: it is loaded for nothing.",
            )
            yield Finding(
                "unused_source",
                "warning",
                what,
                fix,
                linted.place((*linted.path("sources", source.name), "name")),
                (source.name,),
            )


def datasets_are_asked(linted: Linted) -> Iterator[Finding]:
    """Every dataset is read by a metric, or joined to one that is, or told of by a tag or a suppression."""
    used = _used_datasets(linted.workspace)
    for dataset in linted.workspace.datasets:
        if dataset.name not in used:
            what = f"no metric, tag or derived dataset reads the dataset '{dataset.name}', and none of theirs joins it"
            fix = "Define a metric on it, give it a key that joins it, or take it out."
            path = (*linted.path("datasets", dataset.name), "name")
            yield Finding("unused_dataset", "warning", what, fix, linted.place(path), (dataset.name,))


def _used_datasets(workspace: Workspace) -> set[str]:
    read = {name for metric in workspace.metrics for name in base_datasets(workspace, metric.name)}
    read |= {
        name
        for name in _names_in([*workspace.tags, *workspace.segments, *workspace.experiments, *workspace.suppressions])
        if workspace.dataset(name)
    }
    for dataset in workspace.datasets:
        if dataset.derived is not None and dataset.name in read:
            read |= _tables_of(dataset)
    joined = {home.name for home in workspace.datasets for name in read if way_to(workspace, name, home.name)}
    return read | joined


def _tables_of(dataset: Dataset) -> set[str]:
    try:
        return tables_in(dataset.derived or "")
    except ExpressionError:
        return set()


def numbers_are_used(linted: Linted) -> Iterator[Finding]:
    """A field that holds a number cannot be grouped by: it is there for metrics, conditions or checks."""
    workspace = linted.workspace
    mentioned = _names_in([workspace.model_copy(update={"datasets": ()}), *map(_without_own_names, workspace.datasets)])
    mentioned |= {
        name for metric in workspace.metrics if isinstance(metric, Aggregate) for expr in metric.expr for name in columns_in(expr)
    }
    used = _used_datasets(workspace)
    for dataset in workspace.datasets:
        path = linted.path("datasets", dataset.name)
        for position, field in enumerate(dataset.fields):
            if field.type in DIMENSION_TYPES or dataset.name not in used or field.name in mentioned:
                continue
            what = f"nothing uses the field '{field.name}' of '{dataset.name}', and a number cannot be grouped by"
            fix = "Define a metric on it, filter by it, or take it out."
            place = linted.place((*path, "fields", position, "name"))
            yield Finding("unused_field", "warning", what, fix, place, (field.name, dataset.name))


def _without_own_names(dataset: Dataset) -> dict[str, Any]:
    """What a dataset says of its fields besides declaring them."""
    data = dataset.model_dump(exclude={"fields", "label", "description", "synonyms", "verbs"})
    return {**data, "exprs": [field.expr for field in dataset.fields]}


def _names_in(values: list[Any]) -> set[str]:
    """Every identifier in the texts of some definitions, with and without the way it is reached by."""
    found: set[str] = set()
    queue: list[Any] = [each if isinstance(each, dict) else each.model_dump() for each in values]
    while queue:
        value = queue.pop()
        if isinstance(value, dict):
            queue += value.values()
        elif isinstance(value, list | tuple):
            queue += value
        elif isinstance(value, str):
            for name in NAME.findall(value):
                found |= {name, *name.split(".")}
    return found


def metrics_can_be_asked(linted: Linted) -> Iterator[Finding]:
    """A hidden metric is a building block of another one."""
    workspace = linted.workspace
    parts = {part for metric in workspace.metrics for _, part, _ in uses_of(metric)}
    parts |= {name for metric in workspace.metrics if isinstance(metric, Derived) for name in formula_names(metric.derived)}
    elsewhere = _names_in([*workspace.tags, *workspace.segments, *workspace.experiments, *workspace.entities])
    elsewhere |= {dataset.count for dataset in workspace.datasets if dataset.count}
    for metric in workspace.metrics:
        if metric.hidden and not parts & {metric.name, *metric.was} and metric.name not in elsewhere:
            what = f"nobody can ask for the metric '{metric.name}': it is hidden, and nothing is made of it"
            fix = "Take out hidden: true, use it in another metric, or take it out."
            path = (*linted.path("metrics", metric.name), "name")
            yield Finding("unaskable_metric", "warning", what, fix, linted.place(path), (metric.name,))


def parameters_are_used(linted: Linted) -> Iterator[Finding]:
    """Every parameter decides over the value of a metric."""
    workspace = linted.workspace
    used: set[str] = set()
    for metric in workspace.metrics:
        try:
            used |= set(parameters_of(workspace, metric.name))
        except HuaxiangError:
            continue
    for parameter in workspace.parameters:
        if parameter.name not in used:
            what, fix = (
                f"no metric uses the parameter '{parameter.name}'",
                "Name it in the formula of a derived metric, or take it out.",
            )
            path = (*linted.path("parameters", parameter.name), "name")
            yield Finding("unused_parameter", "warning", what, fix, linted.place(path), (parameter.name,))
