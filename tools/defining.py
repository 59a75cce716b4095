"""A segment that is being defined: its size, what it overlaps with, and what is done with it."""

from __future__ import annotations

from dataclasses import replace

from semantic_layer.columns import Column, ColumnType, Note, ValueLabel
from semantic_layer.conditions import (
    AnyCondition,
    Compare,
    EntityMetric,
    In,
    InSegment,
    Range,
    leaves_of,
)
from semantic_layer.errors import request_error
from semantic_layer.model.tags import Segment
from semantic_layer.requests import digest, fingerprint, plain
from semantic_layer.spelling import segment_yaml
from semantic_layer.tag_parts import all_of
from semantic_layer.words import Text
from tools.answer import Answer, Evidence, Finding, Next, Table
from tools.context import Context
from tools.profile_notes import profile_notes, tags_of
from tools.requests import DefineSegment
from tools.segment_overlaps import Overlap, compiled_count, sizes

TOLD = 3
"""How many existing segments the text names."""
LEAST = 0.05
"""Segments that share less are not named."""
LABELS = {
    "segment": Text(zh="已有客群", en="Existing segment"),
    "members": Text(zh="人数", en="Members"),
    "both": Text(zh="同在两者", en="In both"),
    "of_new": Text(zh="占新客群", en="Share of the new one"),
    "of_existing": Text(zh="占已有客群", en="Share of the existing one"),
    "alike": Text(zh="重合度", en="Overlap (Jaccard)"),
}


def run(request: DefineSegment, context: Context) -> Answer:
    """Shows a definition, or keeps it as a draft.

    Raises:
        RequestError: what the rule names is not there or may not be seen, a segment of it would be in itself, the group is
            smaller than the viewer may see (`too_small`), or nothing here keeps drafts (`no_drafts`).
    """
    if request.step == "cancel":
        return _told(request, context, Finding(code="segment_dropped", parts=_named(request)))
    _check(request, context)
    segment = _segment(request)
    if request.step == "save":
        if context.drafts is None:
            raise request_error("no_drafts", "nothing here keeps drafts")
        compiled_count(segment, None, _with_draft(segment, context))
        context.drafts.keep(segment, request.asked)
        found = Finding(code="segment_saved", parts=_named(request))
        return _told(request, context, found, notes=(Note(code="segment_private"),))
    return _shown(request, segment, context)


def _segment(request: DefineSegment) -> Segment:
    return Segment(name=request.name, label=request.label, entity=request.entity, rule=request.rule)


def _named(request: DefineSegment) -> dict[str, object]:
    return {"label": request.label.model_dump(), "name": request.name, "named": request.named}


def _with_draft(segment: Segment, context: Context) -> Context:
    """The context of a workspace in which the segment is one already, so that its size is the one that it will have."""
    scope = context.scope
    others = tuple(each for each in scope.workspace.segments if each.name != segment.name)
    bare = scope.workspace.model_copy(update={"segments": others})
    workspace = bare.with_segments((segment,), digest(scope.workspace.content_hash, segment.model_dump_json()))
    return replace(context, scope=replace(scope, workspace=workspace))


def _check(request: DefineSegment, context: Context) -> None:
    """Raises RequestError where there is no such entity, or the segment would be part of itself."""
    workspace = context.scope.workspace
    if workspace.entity(request.entity) is None:
        raise request_error("unknown_entity", f"there is no entity '{request.entity}'", entity=request.entity)
    if any(each.name == request.name for leaf in _segments(request.rule) for each in all_of(workspace, leaf)):
        raise request_error("segment_cycle", f"'{request.name}' would be part of itself", name=request.name)


def _segments(rule: AnyCondition) -> list[str]:
    return [leaf.name for leaf in leaves_of(rule) if isinstance(leaf, InSegment)]


def _shown(request: DefineSegment, segment: Segment, context: Context) -> Answer:
    counted = sizes(segment, _with_draft(segment, context))
    size, total, overlaps = counted.size, counted.total, counted.overlaps
    near = [each for each in overlaps if each.alike >= LEAST][:TOLD]
    parts = {
        **_named(request),
        "entity": request.entity,
        "size": size,
        "total": total,
        "share": size / total if total else 0.0,
        "rule": request.rule.model_dump(mode="json"),
        "yaml": segment_yaml(segment),
        "overlaps": [{"label": each.segment.label.model_dump(), "alike": each.alike} for each in near],
    }
    table = _table(overlaps, size)
    following = tuple(
        Next(code=f"segment_{step}", request=plain(request.model_copy(update={"step": step}))) for step in ("save", "cancel")
    )
    notes = profile_notes(request, counted.compiled, context.scope)
    if size == 0:
        notes = (*notes, Note(code="segment_empty", kind="warning"))
    answer = _told(
        request, context, Finding(code="segment_defined", parts=parts), counted.sql, (*notes, Note(code="segment_private"))
    )
    return answer.model_copy(update={"tables": (table,), "primary": table.name, "next": following})


def _table(overlaps: tuple[Overlap, ...], size: int) -> Table:
    rows = tuple(
        (
            each.segment.name,
            each.size,
            each.both,
            each.both / size if size else None,
            each.both / each.size if each.size else None,
            each.alike,
        )
        for each in overlaps
    )
    kinds: dict[str, ColumnType] = {"members": "count", "both": "count"}
    names = tuple(ValueLabel(value=each.segment.name, label=each.segment.label) for each in overlaps)
    columns = tuple(
        Column(
            name=name,
            role="dimension" if name == "segment" else "metric",
            type="category" if name == "segment" else kinds.get(name, "fraction"),
            label=label,
            value_labels=names if name == "segment" else (),
        )
        for name, label in LABELS.items()
    )
    return Table(name="overlap", columns=columns, rows=rows)


def _told(
    request: DefineSegment, context: Context, finding: Finding, sql: str | None = None, notes: tuple[Note, ...] = ()
) -> Answer:
    scope = context.scope
    evidence = Evidence(
        tags=tuple(dict.fromkeys(name for name, _ in tags_of(request, scope))),
        metrics=tuple(dict.fromkeys(_metrics(request.rule))),
        as_of=scope.as_of,
        where=request.rule,
        row_count=1 if sql is not None else 0,
        data_version=scope.version.id,
        fingerprint=fingerprint(request, "", scope.workspace.content_hash, scope.grant.hash, scope.version.id),
        statements=(sql,) if sql is not None and scope.grant.may_see_sql else (),
        restricted=scope.grant.restricted,
        role=scope.grant.role,
    )
    return Answer(kind=request.kind, request=plain(request), findings=(finding,), evidence=evidence, notes=notes)


def _metrics(rule: AnyCondition) -> list[str]:
    lefts = [leaf.left for leaf in leaves_of(rule) if isinstance(leaf, Compare | In | Range)]
    return [left.metric for left in lefts if isinstance(left, EntityMetric)]
