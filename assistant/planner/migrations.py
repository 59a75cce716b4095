"""How members moved between the values of a tag: "between lifecycle stages since June", 从活跃变成沉默的有多少人."""

from __future__ import annotations

from assistant.planner.draft import Draft
from assistant.planner.groups_named import is_plain, only_counts, who_asked
from assistant.planner.traits import is_about
from assistant.planner.two_days import claim_days, two_days
from assistant.planner.values_moved import values_moved
from semantic_layer.conditions import Tag, all_of
from tools.group_requests import MigrationQuery

BESIDE = (
    "define", "is_what", "than", "count", "state_noun", "group", "trend", "list", "which", "vague", "drawn_map", "change", "conj",
    "motion", "follow", "share", "act", "occasion", "refer", "per",
)  # fmt: skip
"""Words of such questions."""


def migration(draft: Draft) -> MigrationQuery | None:
    """The tag, its two days, and the values that are named; None where nothing moved."""
    moved = values_moved(draft)
    words = [item for item in draft.items if item.word("moved_state", "became", "drawn_flow")]
    asks_who = moved is not None and any(word.is_word and not word.word("filler") for word in draft.words("list"))
    if (not words and moved is None) or asks_who or draft.own_figures is not None or draft.share is not None:
        return None
    tags = list(dict.fromkeys(ref for ref in draft.by if isinstance(ref, Tag)))
    tag = moved.tag if moved is not None else tags[0] if len(tags) == 1 else None
    days = two_days(draft)
    if tag is None or days is None or (moved is None and not any(item.word("moved_state", "drawn_flow") for item in words)):
        return None
    if any(not isinstance(ref, Tag) or ref.name != tag.name for ref in draft.by if getattr(ref, "kind", "") != "time"):
        return None
    known = draft.workspace.tag(tag.name)
    conditions = [clause.as_condition() for clause in draft.clauses if moved is None or clause not in moved.clauses]
    if (
        known is None
        or not only_counts(draft, known.entity)
        or not all(is_about(draft, each, known.entity) for each in conditions)
    ):
        return None
    if moved is None and not is_plain_move(draft):
        return None
    claim_days(draft, days)
    said = moved.items if moved is not None else ()
    draft.claim("moved", *words, *said, *draft.words(*BESIDE), *who_asked(draft, known.entity))
    draft.beyond = None
    return MigrationQuery(
        entity=known.entity,
        tag=tag.name,
        start=days.first,
        end=days.last,
        where=all_of(tuple(conditions)),
        from_values=moved.before if moved is not None else (),
        to_values=moved.after if moved is not None else (),
    )


def is_plain_move(draft: Draft) -> bool:
    """A word for change is what a move is; an order or a statistic is not."""
    return is_plain(draft) or (draft.compare is None and not draft.order and draft.limit is None and not draft.statistics)
