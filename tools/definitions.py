"""What things mean: definitions from the workspace's files, with what each is made of."""

from __future__ import annotations

from typing import Any

from semantic_layer.columns import Column, Note
from semantic_layer.errors import closest, request_error
from semantic_layer.expressions import formula_names
from semantic_layer.metric_parts import base_datasets, datasets_of, uses_of
from semantic_layer.model.metrics import Aggregate, AnyMetric, Derived, Unmeasured
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import home_dataset
from semantic_layer.requests import plain
from semantic_layer.words import Definition
from tools.answer import Answer, Evidence, Finding, Table
from tools.context import Context
from tools.requests import DefinitionQuery


def run(request: DefinitionQuery, context: Context) -> Answer:
    """Looks up definitions.

    Raises:
        RequestError: `unknown_term` where nothing has that name.
    """
    workspace = context.scope.workspace
    findings: list[Finding] = []
    rows: list[tuple[str, str, str]] = []
    for name in request.names:
        kind, found = find(workspace, name)
        findings.append(Finding(code="definition", parts=describe(workspace, kind, found)))
        rows.append((found.name, found.label_in("zh"), found.label_in("en")))
    columns = tuple(Column(name=each, role="dimension", type="category") for each in ("name", "label_zh", "label_en"))
    evidence = Evidence(metrics=tuple(row[0] for row in rows), data_version=context.scope.version.id)
    return Answer(
        kind=request.kind,
        request=plain(request),
        findings=tuple(findings),
        tables=(Table(name="definitions", columns=columns, rows=tuple(rows)),),
        primary="definitions",
        evidence=evidence,
        notes=(Note(code="segment_private"),) if _has_private(workspace, request.names) else (),
    )


def _has_private(workspace: Workspace, names: tuple[str, ...]) -> bool:
    """Whether one is a segment that only the viewer can use."""
    return any(segment is not None and not segment.public for segment in map(workspace.segment, names))


def find(workspace: Workspace, name: str) -> tuple[str, Definition]:
    """Whatever is defined under a name, with its kind."""
    metric = workspace.metric(name)
    if metric is not None:
        return "metric", metric
    for kind, found in (
        ("tag", workspace.tag(name)),
        ("segment", workspace.segment(name)),
        ("parameter", workspace.parameter(name)),
        ("term", next((each for each in workspace.terms if each.name == name), None)),
        ("condition", next((each for each in workspace.conditions if each.name == name), None)),
        ("entity", workspace.entity_of_key(name) or workspace.entity(name)),
    ):
        if found is not None:
            return kind, found
    home = home_dataset(workspace, name)
    field = home.field(name.rpartition(".")[2]) if home else None
    if field is not None:
        return "dimension", field
    dataset = workspace.dataset(name)
    if dataset is not None:
        return "dataset", dataset
    known = [each.name for each in (*workspace.metrics, *workspace.tags, *workspace.segments)]
    known += [each.name for _, each in workspace.dimension_fields()]
    raise request_error("unknown_term", f"nothing is called '{name}'", term=name, near=closest(name, known))


def describe(workspace: Workspace, kind: str, found: Definition) -> dict[str, Any]:
    """A definition's parts: its words, and for a metric its formula, filter, data and the parts' own definitions."""
    parts: dict[str, Any] = {
        "kind": kind,
        "name": found.name,
        "label": found.label.model_dump(),
        "description": found.description.model_dump(),
        "synonyms": found.synonyms.model_dump(),
        "owner": found.owner,
    }
    if kind == "metric":
        metric = workspace.metric(found.name)
        assert metric is not None
        parts |= _metric_parts(workspace, metric)
    if kind == "parameter":
        parameter = workspace.parameter(found.name)
        parts["value"] = parameter.value if parameter else None
        parts["unit"] = parameter.unit.model_dump() if parameter else None
    if kind in ("tag", "dimension"):
        parts["values"] = [
            {"value": entry.value, "zh": entry.label("zh", str(entry.value)), "en": entry.label("en", str(entry.value))}
            for entry in getattr(found, "values", ())
        ]
    return parts


def _metric_parts(workspace: Workspace, metric: AnyMetric) -> dict[str, Any]:
    made_of = [(part, where) for _, part, where in uses_of(metric)]
    if isinstance(metric, Derived):
        made_of += [(part, None) for part in formula_names(metric.derived) if workspace.metric(part)]
    used = [workspace.parameter(part) for part in formula_names(metric.derived)] if isinstance(metric, Derived) else []
    return {
        "metric_kind": metric.kind,
        "unit": metric.unit.model_dump(),
        "note": metric.note.model_dump(),
        "aggregation": metric.agg if isinstance(metric, Aggregate) else None,
        "expr": list(metric.expr) if isinstance(metric, Aggregate) else None,
        "formula": metric.derived if isinstance(metric, Derived) else None,
        "filtered": isinstance(metric, Aggregate) and metric.where is not None,
        "where": metric.where.model_dump(mode="json") if isinstance(metric, Aggregate) and metric.where else None,
        "datasets": list(base_datasets(workspace, metric.name)) or [name for _, name in datasets_of(metric)],
        "parts": [
            {
                "name": part,
                "label": each.label.model_dump(),
                "description": each.description.model_dump(),
                "where": where.model_dump(mode="json") if where else None,
            }
            for part, where in made_of
            if (each := workspace.metric(part)) is not None
        ],
        "parameters": [
            {"name": each.name, "label": each.label.model_dump(), "value": each.value} for each in used if each is not None
        ],
        "unmeasured": metric.unmeasured.model_dump() if isinstance(metric, Unmeasured) else None,
    }
