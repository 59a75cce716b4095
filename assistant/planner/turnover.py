"""Who entered and left a group, and why: "why did the high-value segment shrink since June", 6月以来谁离开了忠诚客户."""

from __future__ import annotations

from assistant.language.meanings import GrainTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.groups_named import groups_named, only_counts, undated, who_asked
from assistant.planner.two_days import claim_days, two_days
from semantic_layer.conditions import Compare, Field, leaves_of
from tools.group_requests import TurnoverQuery

BESIDE = (
    "is_what", "which", "define", "than", "this", "refer", "list", "count", "group", "how_much", "conj", "both", "vague",
    "state_noun", "segments_noun", "or", "side_by_side", "condition_noun", "change", "why", "growth", "decline", "moved",
    "comparative_up", "comparative_down", "plus", "trend", "whole", "inside", "against", "per",
)  # fmt: skip
"""Words of such questions."""
SIZE = ("growth", "decline", "moved", "change", "comparative_up", "comparative_down")
"""Words for a group that has become larger or smaller."""


def turnover(draft: Draft) -> TurnoverQuery | None:
    """The group and the two days; None where nobody asks who came and went, or why a group grew or shrank."""
    went = [item for item in draft.items if item.word("entered")]
    why = [item for item in draft.items if item.word("why", "condition_noun")]
    size = [item for item in draft.items if item.word(*SIZE)]
    what = any(item.word("is_what") for item in draft.items) and any(item.word("change") for item in draft.items)
    if not went and not (why and size) and not (what and not draft.any_word("count")):
        return None
    found = groups_named(draft, split=True)
    if found is None or len(found.conditions) != 1 or not only_counts(draft, found.entity) or draft.share is not None:
        return None
    group = undated(found.conditions[0])
    if any(isinstance(each, Compare) and isinstance(each.left, Field) for each in leaves_of(group)):
        return None  # whether one who has a key came or went is asked of that one
    if _is_described(draft, size):
        return None
    days = two_days(draft)
    if days is None or any(getattr(ref, "kind", "") != "time" for ref in draft.by):
        return None
    if draft.by and not any(item.get(GrainTerm) for item in days.items):
        return None
    claim_days(draft, days)
    draft.claim("turnover", *went, *why, *size, *draft.words(*BESIDE), *who_asked(draft, found.entity))
    draft.beyond, draft.compare, draft.order, draft.limit = None, None, [], None
    draft.notes = [each for each in draft.notes if each.code != "default_grain"]
    return TurnoverQuery(entity=found.entity, where=group, start=days.first, end=days.last)


def _is_described(draft: Draft, size: list[Item]) -> bool:
    """ "The declining loyal ones": a word right before the group says which of them are meant, not how many they have become."""
    first = min((clause.first.index for clause in draft.clauses), default=0)
    return any(item.index == first - 1 and item.text.lower().endswith("ing") for item in size)
