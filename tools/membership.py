"""Why one is in a group, or is not: each part of the rule with its own value, from the same conditions as the group itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from semantic_layer.columns import Column, Note, ValueLabel
from semantic_layer.conditions import (
    And,
    AnyCondition,
    Compare,
    Did,
    EntityMetric,
    Field,
    FieldRef,
    In,
    InSegment,
    IsNull,
    Meets,
    Not,
    Or,
    Range,
    Scaled,
    Tag,
)
from semantic_layer.errors import request_error
from semantic_layer.frozen import Frozen
from semantic_layer.implied import figure
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import EntityQuery, fingerprint, plain
from semantic_layer.tag_parts import conditions_of, population
from semantic_layer.tag_parts import item as tag_or_segment
from semantic_layer.words import Text
from tools.answer import Answer, Evidence, Finding, Table
from tools.context import Context, cell_of
from tools.profile_notes import profile_notes, tags_of
from tools.requests import MembershipQuery

COLUMNS = {
    "part": Text(zh="条件", en="Condition"),
    "value": Text(zh="实际值", en="Value"),
    "met": Text(zh="是否满足", en="Met"),
}
DEEPEST = 4
"""Segments inside of segments that are taken apart."""


class Part(NamedTuple):
    """One condition of a rule.

    Attributes:
        depth: Within how many others it stands.
    """

    condition: AnyCondition
    depth: int


def run(request: MembershipQuery, context: Context) -> Answer:
    """Answers whether, and why.

    Raises:
        RequestError: an unknown entity, a key that nobody has (`unknown_key`), or what the viewer may not see.
    """
    workspace = context.scope.workspace
    entity = workspace.entity(request.entity)
    if entity is None:
        raise request_error("unknown_entity", f"there is no entity '{request.entity}'", entity=request.entity)
    rule = list(parts_of_rule(workspace, request.where, 0))
    if len([part for part in rule if part.depth == 0]) == 1 and len(rule) > 1:
        rule = rule[1:]  # the group itself is what the answer says
    parts = [Part(owned(part.condition, request.entity), part.depth) for part in rule]
    refs = [own_value(part.condition, request.entity) for part in parts]
    whole = Meets(entity=request.entity, condition=request.where)
    columns: list[FieldRef] = [whole, *(Meets(entity=request.entity, condition=part.condition) for part in parts)]
    columns += [ref for ref in refs if ref is not None]
    known = And(of=(Compare(left=Field(name=entity.key_name), op="eq", right=request.key), _is_known(request, context)))
    compiled = context.compile(EntityQuery(entity=request.entity, where=known, columns=tuple(columns)))
    rows = context.run(compiled, "membership")
    if not rows.values:
        what = f"there is no '{request.entity}' {request.key}"
        raise request_error("unknown_key", what, entity=request.entity, value=str(request.key))
    cells = [cell_of(value, column) for value, column in zip(rows.values[0], compiled.columns, strict=True)][1:]
    met, own = cells[0], cells[1 : 1 + len(parts)]
    values = iter(cells[1 + len(parts) :])
    told = [
        {
            "condition": part.condition.model_dump(mode="json"),
            "depth": part.depth,
            "met": is_met is True,
            "value": next(values) if ref is not None else None,
            "field": _name(ref),
        }
        for part, is_met, ref in zip(parts, own, refs, strict=True)
    ]
    return _answer(request, told, met is True, rows.sql, profile_notes(request, compiled, context.scope), context)


def _is_known(request: MembershipQuery, context: Context) -> Did:
    return Did(entity=request.entity, dataset=population(request.entity, context.scope.workspace))


def parts_of_rule(workspace: Workspace, condition: AnyCondition, depth: int) -> Iterator[Part]:
    """The conditions of a rule in reading order; a segment is followed by the parts of its own rule."""
    match condition:
        case And(of=parts) | Or(of=parts):
            for part in parts:
                yield from parts_of_rule(workspace, part, depth)
        case InSegment(name=name, as_of=day):
            yield Part(condition, depth)
            segment = workspace.segment(name)
            for rule in conditions_of(segment) if segment is not None and depth < DEEPEST and day is None else ():
                yield from parts_of_rule(workspace, rule, depth + 1)
        case _:
            yield Part(condition, depth)


def owned(value: Any, entity: str) -> Any:
    """A condition of a definition, whose figures are those of the entity that it is about."""
    if isinstance(value, EntityMetric):
        return value if value.entity is not None else value.model_copy(update={"entity": entity})
    sides = {name: owned(getattr(value, name), entity) for name in ("left", "right", "ref", "of") if hasattr(value, name)}
    if isinstance(value, tuple):
        return tuple(owned(each, entity) for each in value)
    return value.model_copy(update=sides) if isinstance(value, Frozen) and sides else value


def own_value(condition: AnyCondition, entity: str) -> FieldRef | None:
    """What a condition compares, which has a value for each one."""
    match condition:
        case Not(of=part):
            return own_value(part, entity)
        case Compare(left=left) | In(left=left) | Range(left=left) | IsNull(left=left):
            inner = left.ref if isinstance(left, Scaled) else left
            if isinstance(inner, EntityMetric):
                return inner.model_copy(update={"entity": inner.entity or entity}) if inner.rank is None else None
            return inner if isinstance(inner, Field | Tag) else None
        case _:
            return None


def _name(ref: FieldRef | None) -> str | None:
    match ref:
        case Field(name=name) | Tag(name=name) | EntityMetric(metric=name):
            return name
        case _:
            return None


def _answer(
    request: MembershipQuery, told: list[dict[str, Any]], met: bool, sql: str, notes: tuple[Note, ...], context: Context
) -> Answer:
    scope = context.scope
    rows = tuple((_shown(each), each["value"], each["met"]) for each in told)
    words = {"part": _names(rows, scope.workspace), "value": _values(rows, request.entity, scope.workspace)}
    shown = tuple(
        Column(name=name, role="dimension", type="category", label=label, value_labels=words.get(name, ()))
        for name, label in COLUMNS.items()
    )
    parts = {"entity": request.entity, "key": str(request.key), "met": met, "parts": told}
    evidence = Evidence(
        tags=tuple(dict.fromkeys(name for name, _ in tags_of(request, scope))),
        as_of=scope.as_of,
        where=request.where,
        row_count=len(rows),
        data_version=scope.version.id,
        fingerprint=fingerprint(request, "", scope.workspace.content_hash, scope.grant.hash, scope.version.id),
        statements=(sql,) if scope.grant.may_see_sql else (),
        restricted=scope.grant.restricted,
        role=scope.grant.role,
    )
    return Answer(
        kind=request.kind,
        request=plain(request),
        findings=(Finding(code="member" if met else "no_member", parts=parts),),
        tables=(Table(name="membership", columns=shown, rows=rows),),
        primary="membership",
        evidence=evidence,
        notes=notes,
    )


def _shown(part: dict[str, Any]) -> str:
    """What a part is about: a tag, a metric, a segment, or the data of a deed."""
    condition = part["condition"]
    while condition["kind"] == "not":
        condition = condition["of"]
    return str(part["field"] or condition.get("name") or condition.get("dataset") or condition["kind"])


def _names(rows: tuple[tuple[Any, ...], ...], workspace: Workspace) -> tuple[ValueLabel, ...]:
    """What the parts are called."""
    found: list[ValueLabel] = []
    for name in dict.fromkeys(row[0] for row in rows):
        known = tag_or_segment(workspace, name) or figure(workspace, name) or workspace.dataset(name)
        if known is not None and known.label != Text():
            found.append(ValueLabel(value=name, label=known.label))
    return tuple(found)


def _values(rows: tuple[tuple[Any, ...], ...], entity: str, workspace: Workspace) -> tuple[ValueLabel, ...]:
    """Words for values; where two tags call one value differently, it stays as it is."""
    profile, found = workspace.profile(entity), dict[Any, set[Text]]()
    for name, value, _ in rows:
        field = profile.field(name) if profile is not None else None
        entry = field.value_words(value) if field is not None else None
        if entry is not None:
            words = Text(zh=entry.label("zh", str(value)), en=entry.label("en", str(value)))
            found.setdefault(value, set()).add(words)
    return tuple(ValueLabel(value=value, label=next(iter(texts))) for value, texts in found.items() if len(texts) == 1)
