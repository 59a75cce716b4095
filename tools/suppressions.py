"""Who is left out of an audience, rule by rule, as conditions on each one."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from semantic_layer.compiler.plan import Scope
from semantic_layer.conditions import AnyCondition, Compare, Did, Field, InSegment, Not, Or, Range, Tag, all_of
from semantic_layer.errors import closest, request_error
from semantic_layer.exports import exports_within
from semantic_layer.model.audiences import Contacts, Suppression
from semantic_layer.model.tags import ListTag
from semantic_layer.periods import LastN, WholeData
from semantic_layer.words import Definition, Text
from tools.requests import AudienceQuery

EXPORTS = "exports"
"""The name of the rule that goes by earlier exports."""


class LeavesOut(NamedTuple):
    """One rule.

    Attributes:
        days: For those who were contacted: in the last so many days.
    """

    name: str
    label: Text
    condition: AnyCondition
    days: int | None = None


def rules_of(request: AudienceQuery, scope: Scope) -> tuple[LeavesOut, ...]:
    """The rules in the order in which they are counted: those that always hold, those that are named, then contacts.

    Raises:
        RequestError: `unknown_suppression`, or `no_days` for contacts of which nothing says how far back they count.
    """
    own = [each for each in scope.workspace.suppressions if each.entity == request.entity]
    always = [_declared(each, request, scope) for each in own if each.is_always]
    named = [_named(name, own, request, scope) for name in request.suppress]
    contacted = [_declared(each, request, scope) for each in own if each.contacts is not None] if request.not_contacted_in else []
    exported = [_exported(request, scope, request.not_contacted_in)] if request.not_contacted_in else []
    found = {each.name: each for each in reversed((*always, *named, *contacted, *exported)) if each is not None}
    return tuple(reversed(found.values()))


def _declared(each: Suppression, request: AudienceQuery, scope: Scope) -> LeavesOut:
    if each.contacts is not None:
        days = request.not_contacted_in or each.contacts.days
        if days is None:
            what, fix = f"'{each.name}' does not say how many days count", "Say --not-contacted-in DAYS, or declare days:."
            raise request_error("no_days", what, fix, name=each.name)
        return LeavesOut(each.name, _label(each), _contacted(each.entity, each.contacts, days, scope), days)
    if each.list is not None:
        tag = next(tag for tag in scope.workspace.tags if isinstance(tag, ListTag) and tag.list == each.list)
        return LeavesOut(each.name, _label(each), Compare(left=Tag(name=tag.name), op="eq", right=True))
    condition = Not(of=each.consent) if each.consent is not None else each.when
    assert condition is not None
    return LeavesOut(each.name, _label(each), condition)


def _label(found: Definition) -> Text:
    return found.label if found.label != Text() else Text(zh=found.name, en=found.name)


def _contacted(entity: str, contacts: Contacts, days: int, scope: Scope) -> AnyCondition:
    """At least one row in the days that end on the day."""
    if contacts.time is None:
        return Did(entity=entity, dataset=contacts.dataset, where=contacts.where, period=LastN(n=days, unit="day"))
    first, last = scope.as_of - timedelta(days=days - 1), scope.as_of
    within = Range(left=Field(name=contacts.time), low=first.isoformat(), high=last.isoformat())
    where = all_of((within, *((contacts.where,) if contacts.where is not None else ())))
    dataset = scope.workspace.dataset(contacts.dataset)
    period = WholeData() if dataset is not None and dataset.time is not None else None
    return Did(entity=entity, dataset=contacts.dataset, where=where, period=period)


def _named(name: str, own: list[Suppression], request: AudienceQuery, scope: Scope) -> LeavesOut:
    """A suppression, an imported list, a tag that is true or false, or a segment; an earlier audience is one too."""
    workspace, entity = scope.workspace, request.entity
    declared = next((each for each in own if name in (each.name, *each.was)), None)
    if declared is not None:
        return _declared(declared, request, scope)
    marks = [tag for tag in workspace.tags if tag.entity == entity and tag.type == "boolean"]
    mark = next((tag for tag in marks if isinstance(tag, ListTag) and tag.list == name), None) or workspace.tag(name)
    if mark is not None and mark in marks:
        return LeavesOut(mark.name, _label(mark), Compare(left=Tag(name=mark.name), op="eq", right=True))
    segment = workspace.segment(name)
    if segment is not None and segment.entity == entity:
        return LeavesOut(segment.name, _label(segment), InSegment(name=segment.name))
    known = [*(each.name for each in (*own, *marks)), *(each.name for each in workspace.segments if each.entity == entity)]
    near = closest(name, known)
    fix = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known[:12])}."
    raise request_error(
        "unknown_suppression", f"nothing is called '{name}' that people can be left out by", fix, name=name, near=near
    )


def _exported(request: AudienceQuery, scope: Scope, days: int | None) -> LeavesOut | None:
    """Those who left with an audience in the last days; who was held back was not contacted."""
    found = exports_within(scope.version.lists, request.entity, scope.as_of, days or 0)
    parts = tuple(InSegment(name=each.name) for each in found if scope.workspace.segment(each.name) is not None)
    label = Text(zh="此前导出的人群包", en="Audiences that were exported before")
    if not parts:
        return None
    return LeavesOut(EXPORTS, label, parts[0] if len(parts) == 1 else Or(of=parts), days)
