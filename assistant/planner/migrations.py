"""How members moved between the values of a tag: "between lifecycle stages since June", 从活跃变成沉默的有多少人."""

from __future__ import annotations

import itertools

from assistant.planner.draft import Draft
from assistant.planner.groups_named import is_plain, only_counts, who_asked
from assistant.planner.rules.clause import Clause
from assistant.planner.traits import is_about
from assistant.planner.two_days import claim_days, two_days
from semantic_layer.conditions import Compare, In, Tag, all_of
from tools.group_requests import MigrationQuery

BESIDE = (
    "define", "is_what", "than", "count", "state_noun", "group", "trend", "list", "which", "vague", "drawn_map", "change", "conj",
    "motion", "follow", "share", "act", "occasion", "refer", "per",
)  # fmt: skip
"""Words of such questions."""
FROM = ("from", "从", "由", "自", "原来", "原先", "原本")


def migration(draft: Draft) -> MigrationQuery | None:
    """The tag, its two days, and the values that are named; None where nothing moved."""
    pair = _from_and_to(draft)
    words = [item for item in draft.items if item.word("moved_state", "became", "drawn_flow")]
    asks_who = pair is not None and any(word.is_word and not word.word("filler") for word in draft.words("list"))
    if not words or asks_who or draft.own_figures is not None or draft.share is not None:
        return None
    tags = list(dict.fromkeys(ref for ref in draft.by if isinstance(ref, Tag)))
    of_pair = pair[0].ref if pair is not None else None
    tag = of_pair if isinstance(of_pair, Tag) else tags[0] if len(tags) == 1 else None
    days = two_days(draft)
    if tag is None or days is None or (pair is None and not any(item.word("moved_state", "drawn_flow") for item in words)):
        return None
    if any(not isinstance(ref, Tag) or ref.name != tag.name for ref in draft.by if getattr(ref, "kind", "") != "time"):
        return None
    known = draft.workspace.tag(tag.name)
    rest = [clause for clause in draft.clauses if pair is None or clause not in pair]
    conditions = [clause.as_condition() for clause in rest]
    if (
        known is None
        or not only_counts(draft, known.entity)
        or not all(is_about(draft, each, known.entity) for each in conditions)
    ):
        return None
    if pair is None and not is_plain_move(draft):
        return None
    claim_days(draft, days)
    draft.claim("moved", *words, *draft.words(*BESIDE), *who_asked(draft, known.entity))
    draft.beyond = None
    return MigrationQuery(
        entity=known.entity,
        tag=tag.name,
        start=days.first,
        end=days.last,
        where=all_of(tuple(conditions)),
        from_values=tuple(pair[0].values) if pair is not None else (),
        to_values=tuple(pair[1].values) if pair is not None else (),
    )


def is_plain_move(draft: Draft) -> bool:
    """A word for change is what a move is; an order or a statistic is not."""
    return is_plain(draft) or (draft.compare is None and not draft.order and draft.limit is None and not draft.statistics)


def _from_and_to(draft: Draft) -> tuple[Clause, Clause] | None:
    """Two values of one tag with a word for becoming between them, or "from" before the first and "to" before the second."""
    clauses = sorted(draft.clauses, key=lambda each: each.first.index)
    for first, second in itertools.pairwise(clauses):
        same = isinstance(first.ref, Tag) and isinstance(second.ref, Tag) and first.ref.name == second.ref.name
        plain = all(
            isinstance(each.as_condition(), Compare | In) and not each.negated and each.values for each in (first, second)
        )
        if not same or not plain:
            continue
        between = draft.between(first.last, second.first)
        became = any(item.word("became") for item in between)
        lead = draft.touching(first.first, -1)
        led = lead is not None and (lead.text.lower() in FROM or lead.text.lower().endswith(" from"))
        to = any(item.text.lower() in ("to", "into", "到", "至") for item in between)
        if became or (led and to):
            return first, second
    return None
