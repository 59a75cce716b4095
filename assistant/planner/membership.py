"""Whether one is in a group, and why: "why is customer 7 not a loyal customer?", 客户7是高价值客户吗."""

from __future__ import annotations

from assistant.planner.draft import Draft
from assistant.planner.rules.heads import entity_of
from assistant.planner.traits import is_about
from semantic_layer.conditions import AnyCondition, Compare, Field, Not, all_of
from tools.requests import MembershipQuery

ASKS = ("why", "is_what", "define", "not", "inside", "restricts", "this", "refer", "which")
"""Words of such a question."""
OTHER = ("count", "share", "list", "how_much", "trend", "group", "per", "most", "least", "top", "bottom")
"""Words that ask for something else."""


def membership(draft: Draft) -> MembershipQuery | None:
    """The one and the group that are asked about; None where anything else is asked."""
    one = [(each, each.left.name) for each in draft.conditions if isinstance(each, Compare) and isinstance(each.left, Field)]
    keys = [
        (each, entity) for each, name in one if (entity := draft.workspace.entity_of_key(name.rpartition(".")[2])) is not None
    ]
    asks = any(word.is_word and not word.word("filler") for word in draft.words(*OTHER))
    if len(keys) != 1 or asks or draft.periods or draft.by or draft.share is not None or draft.own_figures is not None:
        return None
    asked, entity = keys[0]
    if asked.op != "eq" or not isinstance(asked.right, bool | int | float | str) or not set(draft.metrics) <= {entity.count}:
        return None
    rest = tuple(_positive(each) for each in draft.conditions if each is not asked)
    where = all_of(rest)
    if where is None or not all(is_about(draft, each, entity.name) for each in rest):
        return None
    draft.claim("whether", *(item for item in draft.words(*ASKS) if not item.word("count")))
    draft.claim("who", *(item for item in draft.items if item.free and entity_of(item) == entity.name))
    if draft.beyond is not None and draft.beyond[0] == "why":
        draft.beyond = None
    return MembershipQuery(entity=entity.name, key=asked.right, where=where)


def _positive(condition: AnyCondition) -> AnyCondition:
    """ "Why is she not …" asks about the same group."""
    return condition.of if isinstance(condition, Not) else condition
