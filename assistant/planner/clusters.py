"""Natural groups: "which natural groups are there among our customers", 客户自然分成哪几类, 帮我聚类."""

from __future__ import annotations

from assistant.planner.draft import Draft
from assistant.planner.groups_named import is_plain, only_counts, who_asked
from assistant.planner.traits import is_about
from semantic_layer.conditions import all_of
from semantic_layer.tag_parts import item as tag_or_segment
from semantic_layer.tag_parts import mentioned
from tools.group_requests import ClusterQuery

BESIDE = (
    "is_what", "which", "list", "count", "group", "how_much", "state_noun", "segments_noun", "define", "vague", "this", "refer",
    "classifier", "per", "whole", "inside", "write", "group_after", "distribution", "conj", "key_noun", "traits", "follow",
)  # fmt: skip
"""Words of such questions."""


def clusters(draft: Draft) -> ClusterQuery | None:
    """Of whom, and how many groups where that is said; None where nobody asks for natural groups."""
    words = [item for item in draft.items if item.word("clusters")]
    if not words or draft.by or draft.periods or draft.share is not None or draft.own_figures is not None:
        return None
    where = all_of(tuple(draft.conditions))
    owners = {known.entity for each in mentioned(where) if (known := tag_or_segment(draft.workspace, each.name)) is not None}
    entity = owners.pop() if len(owners) == 1 else draft.person
    numbers = [item for item in draft.items if item.number is not None and item.free]
    if entity is None or owners or not only_counts(draft, entity) or not is_plain(draft) or len(numbers) > 1:
        return None
    if where is not None and not is_about(draft, where, entity):
        return None
    count = numbers[0].number.value if numbers and numbers[0].number is not None else None
    if count is not None and (count != int(count) or not 2 <= count <= 12):
        return None
    draft.claim("natural groups", *words, *numbers, *draft.words(*BESIDE), *who_asked(draft, entity))
    draft.beyond = None
    return ClusterQuery(entity=entity, where=where, groups=int(count) if count is not None else None)
