"""Members of a state by name, with chosen tags."""

from __future__ import annotations

from assistant.language.single_periods import days_of
from assistant.planner.draft import Draft
from assistant.planner.rules.heads import entity_of
from assistant.planner.traits import is_about
from semantic_layer.conditions import AnyCondition, Compare, Field, FieldRef, Tag, all_of
from semantic_layer.requests import EntityQuery
from semantic_layer.tag_parts import item as tag_or_segment
from semantic_layer.tag_parts import mentioned


def members_listed(draft: Draft) -> EntityQuery | None:
    """ "List everyone in the win-back segment", "the scores of customer 7": those of a state or with a key, and their tags."""
    where = all_of(tuple(draft.conditions))
    tags = [ref for ref in draft.by if isinstance(ref, Tag)]
    entity = _entity_of(draft, where, tags)
    asks = any(word.is_word and not word.word("filler") for word in draft.words("list"))
    one = where is not None and _names_one(draft, where)
    counted = any(
        item.word("count", "share", "how_much") and item.is_word and not item.word("filler", "list") for item in draft.items
    )
    now = all(days_of(period, draft.today) == (draft.today.as_of, draft.today.as_of) for period in draft.periods)
    if entity is None or where is None or counted or not now or draft.limit is not None or draft.own_figures is not None:
        return None
    counts = {entity, described.count if (described := draft.workspace.entity(entity)) is not None else None}
    if not (asks or (one and tags)) or len(tags) != len(draft.by) or not set(draft.metrics) <= counts or draft.share is not None:
        return None
    if not all(is_about(draft, each, entity) for each in draft.conditions):
        return None
    who = [item for item in draft.items if item.free and (entity_of(item) == entity or item.says("everyone"))]
    draft.claim(f"list of {entity}", *who, *draft.words("list", "which", "is_what", "define", "with", "including", "sum"))
    columns: tuple[FieldRef, ...] = tuple(dict.fromkeys(tags))
    return EntityQuery(entity=entity, where=where, columns=columns)


def _entity_of(draft: Draft, where: AnyCondition | None, tags: list[Tag]) -> str | None:
    found = [tag_or_segment(draft.workspace, each.name) for each in (*mentioned(where), *tags)]
    owners = {each.entity for each in found if each is not None}
    return next(iter(owners)) if len(owners) == 1 else None


def _names_one(draft: Draft, where: AnyCondition) -> bool:
    keyed = isinstance(where, Compare) and isinstance(where.left, Field) and where.op == "eq"
    return keyed and draft.workspace.entity_of_key(str(getattr(where.left, "name", "")).rpartition(".")[2]) is not None  # pyright: ignore[reportAttributeAccessIssue]
