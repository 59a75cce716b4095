"""What those of a group are like: "what are loyal customers like?", 沉睡客户的画像, the index of a field for a group."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, MetricTerm, TagTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.heads import entity_of
from semantic_layer.conditions import AnyCondition, Did, EntityMetric, Field, FieldRef, Tag, all_of, refs_of, unit_refs
from semantic_layer.model.profiles import profile_name
from semantic_layer.reach import reaches
from semantic_layer.tag_parts import item as tag_or_segment
from semantic_layer.tag_parts import mentioned
from tools.requests import ProfileQuery

BESIDE = ("is_what", "which", "define", "than", "this", "refer", "list", "count", "group", "per", "share")
"""Words that a question of that kind has beside."""


def traits(draft: Draft) -> ProfileQuery | None:
    """The group and the fields that are asked about; None where nothing asks what anybody is like.

    Days in the question belong to what was done and not to who is asked about, so that with any the question is left to others.
    """
    words = draft.words("traits")
    if not words or draft.periods or draft.share is not None or draft.of_each is not None:
        return None
    where = all_of(tuple(draft.conditions))
    if where is None and draft.own_figures is not None:
        return None
    entity = _entity_of(draft, where)
    if where is None or entity is None or not is_about(draft, where, entity):
        return None
    if any(
        not isinstance(ref, Tag) and not (isinstance(ref, Field) and reaches(draft.workspace, profile_name(entity), ref.name))
        for ref in draft.by
    ):
        return None  # the index of what is in the rows of a deed
    fields = _fields(draft, entity)
    draft.claim("traits", *words, *draft.words(*BESIDE))
    who = [item for item in draft.items if item.free and (entity_of(item) == entity or _counts(draft, item, entity))]
    draft.claim("who", *who, *(item for item in draft.items if item.free and item.says("everyone")))
    return ProfileQuery(entity=entity, where=where, fields=fields)


def _entity_of(draft: Draft, where: AnyCondition | None) -> str | None:
    """Whose tags and segments the conditions are."""
    owners = {found.entity for each in mentioned(where) if (found := tag_or_segment(draft.workspace, each.name)) is not None}
    return next(iter(owners)) if len(owners) == 1 else None


def is_about(draft: Draft, where: AnyCondition, entity: str) -> bool:
    """Whether the whole condition says something of each one of an entity, and nothing of rows."""
    profile = profile_name(entity)
    for ref in refs_of(where):
        own = isinstance(ref, Tag) or (isinstance(ref, EntityMetric) and ref.entity == entity)
        if not own and not (isinstance(ref, Field) and reaches(draft.workspace, profile, ref.name)):
            return False
    return not any(isinstance(unit, Did) and unit.entity != entity for unit in unit_refs(where))


def _fields(draft: Draft, entity: str) -> tuple[FieldRef, ...]:
    """The tags and fields that are named, besides those of the conditions."""
    profile, found = profile_name(entity), list[FieldRef]()
    for item in draft.items:
        tag, field = item.get(TagTerm), item.get(FieldTerm)
        if tag is not None and (item.role is None or not item.role.startswith("filter")):
            found.append(Tag(name=tag.name))
            draft.claim(f"by {tag.name}", item)
        elif field is not None and _describes(draft, item, field, profile):
            found.append(Field(name=field.name))
            draft.claim(f"by {field.name}", item)
    return tuple(dict.fromkeys(found))


def _describes(draft: Draft, item: Item, field: FieldTerm, profile: str) -> bool:
    return field.entity is None and item.get(MetricTerm) is None and reaches(draft.workspace, profile, field.name)


def _counts(draft: Draft, item: Item, entity: str) -> bool:
    counted = draft.workspace.entity(entity)
    return counted is not None and any(term.name == counted.count for term in item.all(MetricTerm))
