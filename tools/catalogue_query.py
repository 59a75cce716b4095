"""The workspace itself: which metrics, dimensions, tags and segments exist, and good first questions."""

from __future__ import annotations

from typing import Any

from semantic_layer.columns import Column
from semantic_layer.compiler.plan import Scope
from semantic_layer.compiler.relation import is_visible
from semantic_layer.metric_parts import base_datasets, parameters_of
from semantic_layer.model.datasets import DIMENSION_TYPES
from semantic_layer.reach import all_reachable
from semantic_layer.requests import plain
from semantic_layer.words import Definition
from tools.answer import Answer, Evidence, Finding, Table
from tools.context import Context
from tools.requests import CatalogueQuery


def run(request: CatalogueQuery, context: Context) -> Answer:
    """Lists what is defined, as this viewer may see it."""
    scope = context.scope
    items = _items(request, scope)
    columns = tuple(
        Column(name=each, role="key" if each == "name" else "dimension", type="category")
        for each in ("name", "label_zh", "label_en", "description_zh", "description_en")
    )
    rows = tuple(
        (each.name, each.label_in("zh"), each.label_in("en"), each.description.get("zh"), each.description.get("en"))
        for each in items
    )
    listed = [{"name": each.name, "label": {"zh": each.label_in("zh"), "en": each.label_in("en")}} for each in items]
    settings = scope.workspace.workspace
    parts = {
        "topic": request.topic,
        "items": listed,
        "workspace": {"label": settings.label.model_dump(), "description": settings.description.model_dump()},
        "questions": [question.model_dump() for question in scope.workspace.questions],
        "metrics": [scope_label(scope, name) for name in settings.key_metrics if _open(name, scope)],
        "covered": _covered(scope),
    }
    return Answer(
        kind=request.kind,
        request=plain(request),
        findings=(Finding(code="catalogue", parts=parts),),
        tables=(Table(name=request.topic, columns=columns, rows=rows),) if rows else (),
        primary=request.topic if rows else None,
        evidence=Evidence(data_version=scope.version.id, row_count=len(rows)),
    )


def _covered(scope: Scope) -> list[dict[str, Any]]:
    """The days of each dataset that this viewer may ask."""
    found: list[dict[str, Any]] = []
    for dataset in scope.workspace.datasets:
        span = scope.version.covers(dataset.name, dataset.time)
        if span is not None and dataset.derived is None and dataset.name not in scope.grant.denied:
            label = {"zh": dataset.label_in("zh"), "en": dataset.label_in("en")}
            found.append({"name": dataset.name, "label": label, "first": str(span.start), "last": str(span.end)})
    return found


def scope_label(scope: Scope, name: str) -> dict[str, str]:
    metric = scope.workspace.metric(name)
    assert metric is not None
    return {"zh": metric.label_in("zh"), "en": metric.label_in("en")}


def _items(request: CatalogueQuery, scope: Scope) -> list[Definition]:
    workspace = scope.workspace
    match request.topic:
        case "metrics":
            return [metric for metric in workspace.metrics if not metric.hidden and _open(metric.name, scope)]
        case "dimensions":
            return _dimensions(request, scope)
        case "tags":
            return list(workspace.tags)
        case "segments":
            return list(workspace.segments)
        case "entities":
            return [entity for entity in workspace.entities if _reached(entity.name, scope)]
        case "parameters":
            return [each for each in workspace.parameters if _used(each.name, scope)]
        case _:
            return []


def _open(metric: str, scope: Scope) -> bool:
    return not any(name in scope.grant.denied for name in base_datasets(scope.workspace, metric))


def _used(parameter: str, scope: Scope) -> bool:
    """Whether a parameter belongs to a metric that the viewer may ask, or to none."""
    workspace = scope.workspace
    users = [metric.name for metric in workspace.metrics if parameter in parameters_of(workspace, metric.name)]
    return not users or any(_open(name, scope) for name in users)


def _reached(entity: str, scope: Scope) -> bool:
    """Whether a dataset that the viewer may ask has rows of an entity."""
    holders = [dataset.name for dataset in scope.workspace.datasets if entity in dataset.entities]
    return not holders or any(name not in scope.grant.denied for name in holders)


def _dimensions(request: CatalogueQuery, scope: Scope) -> list[Definition]:
    """What can be grouped by: of one metric where one is named, else of all datasets."""
    names = base_datasets(scope.workspace, request.metric) if request.metric else tuple(d.name for d in scope.workspace.datasets)
    found: dict[str, Definition] = {}
    for name in names:
        if name in scope.grant.denied:
            continue
        for each in all_reachable(scope.workspace, name):
            if each.field.type in DIMENSION_TYPES and is_visible(each, scope):
                found.setdefault(each.field.name, each.field)
    return list(found.values())
