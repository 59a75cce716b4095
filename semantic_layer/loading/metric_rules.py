"""Rules of metrics and what they are made of: each kind names what it can be computed from."""

from __future__ import annotations

from semantic_layer.conditions import SERIES_GRAINS
from semantic_layer.errors import RequestError, did_you_mean
from semantic_layer.loading.found import Found, paths, problem
from semantic_layer.loading.yaml_tree import Path, Tree
from semantic_layer.metric_parts import uses_of
from semantic_layer.model.metrics import (
    Aggregate,
    Conversion,
    Cumulative,
    MetricBase,
    NewEntities,
    Repeat,
    Retention,
    SemiAdditive,
)
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import reach_key

COUNTED = "Name a metric with agg:, such as a count of rows."


def kinds_fit(workspace: Workspace, tree: Tree) -> Found:
    """Each kind of metric is made of what it can be computed from."""
    for name, path in paths(tree, "metrics").items():
        metric = workspace.metric(name)
        assert metric is not None
        yield from _parts_are_aggregates(workspace, tree, metric, path)
        yield from _goes_by_time(workspace, tree, metric, path)
        yield from _knows_its_entity(workspace, tree, metric, path)
        if metric.default_grain is not None and metric.default_grain not in SERIES_GRAINS:
            what = f"metric '{name}': default_grain '{metric.default_grain}' comes round again"
            yield problem(tree, (*path, "default_grain"), "bad_grain", what, f"Write one of: {', '.join(SERIES_GRAINS)}.")


def _parts_are_aggregates(workspace: Workspace, tree: Tree, metric: MetricBase, path: Path) -> Found:
    """Figures of single entities, and what is followed from one to the next, are aggregates of rows."""
    if not isinstance(metric, Repeat | Conversion):
        return
    for key, part, _ in uses_of(metric):
        found = workspace.metric(part)
        if found is not None and not isinstance(found, Aggregate):
            what = f"metric '{metric.name}': {key[-1]} '{part}' is no aggregate of rows"
            yield problem(tree, (*path, *key), "no_aggregate", what, COUNTED)


def _goes_by_time(workspace: Workspace, tree: Tree, metric: MetricBase, path: Path) -> Found:
    """What compares days needs rows that have a time."""
    match metric:
        case NewEntities(new_entities=of):
            names = {("new_entities", "dataset"): of.dataset}
        case Retention(retention=of):
            names = {("retention", "dataset"): of.dataset}
        case SemiAdditive(semi_additive=of):
            names = {("semi_additive", "dataset"): of.dataset}
        case Conversion() | Cumulative():
            parts = [(key, workspace.metric(part)) for key, part, _ in uses_of(metric)]
            names = {key: part.dataset for key, part in parts if isinstance(part, Aggregate) and part.time is None}
        case _:
            return
    for key, name in names.items():
        dataset = workspace.dataset(name)
        if dataset is not None and dataset.time is None:
            what = f"metric '{metric.name}': dataset '{name}' has no time"
            yield problem(tree, (*path, *key), "no_time", what, f"Name a time field of '{name}' as 'time:'.")


def _knows_its_entity(workspace: Workspace, tree: Tree, metric: MetricBase, path: Path) -> Found:
    """The rows that tell of an entity belong to it."""
    match metric:
        case NewEntities(new_entities=of):
            key, entity, datasets = "new_entities", of.entity, [of.dataset]
        case Retention(retention=of):
            key, entity, datasets = "retention", of.entity, [of.dataset]
        case Repeat(repeat=of):
            key, entity, datasets = "repeat", of.entity, _datasets(workspace, of.metric)
        case Conversion(conversion=of):
            key, entity, datasets = "conversion", of.entity, _datasets(workspace, of.base, of.then)
        case _:
            return
    if workspace.entity(entity) is None:
        names = [each.name for each in workspace.entities]
        what = f"metric '{metric.name}': there is no entity '{entity}'"
        yield problem(tree, (*path, key, "entity"), "unknown_entity", what, did_you_mean(entity, names))
        return
    for name in datasets:
        dataset = workspace.dataset(name)
        if dataset is None:
            continue
        try:
            reach_key(workspace, dataset, entity)
        except RequestError as error:
            what = f"metric '{metric.name}': the rows of '{name}' belong to no single '{entity}'"
            fix = error.problem.fix or f"Name the key of '{entity}' under entities: of '{name}'."
            yield problem(tree, (*path, key, "entity"), "unreachable_entity", what, fix)


def _datasets(workspace: Workspace, *metrics: str) -> list[str]:
    found = [workspace.metric(name) for name in metrics]
    return [each.dataset for each in found if isinstance(each, Aggregate)]


def parameters_fit(workspace: Workspace, tree: Tree) -> Found:
    """The value of a parameter, and the others under which answers are given, are ones that it may have."""
    for name, path in paths(tree, "parameters").items():
        parameter = workspace.parameter(name)
        assert parameter is not None
        for key, value in (("value", parameter.value), *(("also", each) for each in parameter.also)):
            if parameter.values and value not in parameter.choices:
                what = f"parameter '{name}': '{value}' is none of its values"
                yield problem(tree, (*path, key), "wrong_value", what, did_you_mean(str(value), parameter.choices))
            if not parameter.values and isinstance(value, str):
                what = f"parameter '{name}': '{value}' is a text, and it has no values"
                yield problem(tree, (*path, key), "wrong_value", what, "Write a number, or list the texts under 'values:'.")


def routes_lead(workspace: Workspace, tree: Tree) -> Found:
    """A route names where it leads to and the key by which it leaves."""
    targets = {dataset.name for dataset in workspace.datasets} | {entity.name for entity in workspace.entities}
    for name, path in paths(tree, "datasets").items():
        dataset = workspace.dataset(name)
        assert dataset is not None
        for target, entity in dataset.routes.items():
            place, owner = (*path, "routes", target), f"dataset '{name}'"
            if target not in targets:
                what = f"{owner}: routes: there is no dataset or entity '{target}'"
                yield problem(tree, place, "unknown_dataset", what, did_you_mean(target, targets))
            if entity not in dataset.entities:
                what = f"{owner}: routes: it has no key of '{entity}'"
                yield problem(tree, place, "unknown_entity", what, did_you_mean(entity, dataset.entities))


def conformed_fields(workspace: Workspace, tree: Tree) -> Found:
    """A field that means the same as another one names it, and has its type."""
    for name, path in paths(tree, "datasets").items():
        dataset = workspace.dataset(name)
        assert dataset is not None
        for position, field in enumerate(dataset.fields):
            if field.same_as is None:
                continue
            owner, _, bare = field.same_as.rpartition(".")
            home = workspace.dataset(owner)
            other = home.field(bare) if home is not None else None
            place, about = (*path, "fields", position, "same_as"), f"field '{field.name}' of '{name}'"
            if other is None:
                known = [f"{each.name}.{one.name}" for each in workspace.datasets for one in each.fields if each.name != name]
                what = f"{about}: there is no field '{field.same_as}'"
                yield problem(tree, place, "unknown_field", what, did_you_mean(field.same_as, known))
            elif other.type != field.type:
                what = f"{about} is of type {field.type}, and '{field.same_as}' of type {other.type}"
                yield problem(tree, place, "type_mismatch", what, "Give both the same type.")
