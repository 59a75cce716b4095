"""What conditions name exists, and can be reached from the rows that they are about."""

from __future__ import annotations

from contextlib import suppress

from semantic_layer.conditions import (
    GRAINS,
    AnyCondition,
    EntityMetric,
    Field,
    InSegment,
    Meets,
    Scaled,
    Tag,
    TimeBucket,
    leaves_of,
    refs_of,
)
from semantic_layer.errors import RequestError, did_you_mean
from semantic_layer.expressions import ExpressionError, formula_names
from semantic_layer.implied import figure
from semantic_layer.loading.found import Found, problem
from semantic_layer.loading.yaml_tree import Path, Tree
from semantic_layer.metric_parts import datasets_of, uses_of
from semantic_layer.model.metrics import Derived
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import home_dataset, reach


def field_exists(workspace: Workspace, tree: Tree, dataset: str, name: str, path: Path, owner: str) -> Found:
    """A field can be reached from a dataset."""
    try:
        reach(workspace, dataset, name)
    except RequestError as error:
        yield problem(tree, path, error.problem.code, f"{owner}: {error.problem.what}", error.problem.fix)


def where_fits(
    workspace: Workspace, tree: Tree, dataset: str | None, where: AnyCondition, path: Path, owner: str, columns: bool = False
) -> Found:
    """Fields of a condition can be reached from its dataset; tags and segments exist.

    Args:
        columns: A bare name may also be a column, which is known only when data is loaded.
    """
    for ref in refs_of(where):
        inner = ref.ref if isinstance(ref, Scaled) else ref
        if columns and isinstance(inner, Field) and "." not in inner.name:
            continue
        if isinstance(inner, Meets):
            yield from where_fits(workspace, tree, dataset, inner.condition, path, owner, columns)
        if isinstance(inner, Field) and dataset and workspace.dataset(dataset):
            yield from field_exists(workspace, tree, dataset, inner.name, path, owner)
        if isinstance(inner, TimeBucket) and inner.field and dataset:
            yield from field_exists(workspace, tree, dataset, inner.field, path, owner)
        if isinstance(inner, Field) and dataset is None and home_dataset(workspace, inner.name) is None:
            names = {field.name for _, field in workspace.dimension_fields()}
            yield problem(
                tree, path, "unknown_field", f"{owner}: there is no field '{inner.name}'", did_you_mean(inner.name, names)
            )
        if isinstance(inner, Tag) and workspace.tag(inner.name) is None:
            names = {tag.name for tag in workspace.tags}
            yield problem(tree, path, "unknown_tag", f"{owner}: there is no tag '{inner.name}'", did_you_mean(inner.name, names))
        if isinstance(inner, EntityMetric) and not is_counted(workspace, inner.metric):
            names = {metric.name for metric in workspace.metrics}
            yield problem(
                tree, path, "unknown_metric", f"{owner}: there is no metric '{inner.metric}'", did_you_mean(inner.metric, names)
            )
    for part in leaves_of(where):
        if isinstance(part, InSegment) and workspace.segment(part.name) is None:
            names = {segment.name for segment in workspace.segments}
            yield problem(
                tree, path, "unknown_segment", f"{owner}: there is no segment '{part.name}'", did_you_mean(part.name, names)
            )


def is_counted(workspace: Workspace, name: str) -> bool:
    """Whether each entity has a figure of that name: a metric, or different values of something."""
    counted = (*(each.name for each in workspace.entities), *GRAINS)
    return workspace.metric(name) is not None or name.rpartition(".")[2] in counted or home_dataset(workspace, name) is not None


def datasets_behind(workspace: Workspace, name: str) -> tuple[str, ...]:
    """Every dataset that a metric reads; also of one that is made of itself, or whose formula cannot be read."""
    found: list[str] = []
    names = [name]
    for each in names:
        metric = figure(workspace, each)
        if metric is None:
            continue
        found += [dataset for _, dataset in datasets_of(metric)]
        parts = [part for _, part, _ in uses_of(metric)]
        with suppress(ExpressionError):
            parts += formula_names(metric.derived) if isinstance(metric, Derived) else ()
        names += [part for part in dict.fromkeys(parts) if part not in names]
    return tuple(dict.fromkeys(found))
