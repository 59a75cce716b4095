"""The workspace itself: which metrics, dimensions, tags and segments exist, and good first questions."""

from __future__ import annotations

from semantic_layer.columns import Column
from semantic_layer.compiler.plan import Scope
from semantic_layer.metric_parts import base_datasets
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
        "metrics": [scope_label(scope, name) for name in settings.key_metrics],
    }
    return Answer(
        kind=request.kind,
        request=plain(request),
        findings=(Finding(code="catalogue", parts=parts),),
        tables=(Table(name=request.topic, columns=columns, rows=rows),) if rows else (),
        primary=request.topic if rows else None,
        evidence=Evidence(data_version=scope.version.id, row_count=len(rows)),
    )


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
            return list(workspace.entities)
        case "parameters":
            return list(workspace.parameters)
        case _:
            return []


def _open(metric: str, scope: Scope) -> bool:
    return not any(name in scope.grant.denied for name in base_datasets(scope.workspace, metric))


def _dimensions(request: CatalogueQuery, scope: Scope) -> list[Definition]:
    """What can be grouped by: of one metric where one is named, else of all datasets."""
    names = base_datasets(scope.workspace, request.metric) if request.metric else tuple(d.name for d in scope.workspace.datasets)
    found: dict[str, Definition] = {}
    for name in names:
        if name in scope.grant.denied:
            continue
        for each in all_reachable(scope.workspace, name):
            hidden = scope.grant.hides(each.dataset.name, each.field.name)
            if each.field.type in DIMENSION_TYPES and not hidden:
                found.setdefault(each.field.name, each.field)
    return list(found.values())
