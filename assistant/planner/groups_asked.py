"""Questions about groups beside each other: how much they overlap."""

from __future__ import annotations

from collections.abc import Callable

from assistant.language.meanings import PeriodTerm
from assistant.planner.clusters import clusters
from assistant.planner.draft import Draft, Item
from assistant.planner.grid import grid
from assistant.planner.groups_named import groups_named, is_plain, only_counts, who_asked
from assistant.planner.migrations import migration
from assistant.planner.share_index import share_index
from assistant.planner.turnover import turnover
from semantic_layer.conditions import Did, InSegment, Not
from semantic_layer.frozen import Frozen
from tools.group_requests import ComparisonQuery, OverlapQuery

BESIDE = (
    "is_what", "which", "define", "than", "this", "refer", "list", "count", "group", "share", "how_much", "conj", "both", "whole",
    "side_by_side", "vague", "state_noun", "segments_noun", "per", "group_after", "distribution", "sum", "plus",
    "classifier", "drawn_map",
)  # fmt: skip
"""Words that questions about groups have beside."""


def groups_asked(draft: Draft) -> Frozen | None:
    """The request about groups; None where nothing asks for one."""
    return next((found for read in READERS if (found := read(draft)) is not None), None)


def overlap(draft: Draft) -> OverlapQuery | None:
    """ "How much do loyal customers and night owls overlap", 各客群的重合度."""
    if not draft.any_word("overlap"):
        return _in_both(draft)
    words = draft.words("overlap", "pairs")
    if not is_plain(draft):
        return None
    found = groups_named(draft) if draft.clauses else None
    if found is None and draft.clauses:
        return None
    if found is not None and (len(found.conditions) < 2 or not only_counts(draft, found.entity)):
        return None
    entity = found.entity if found is not None else _entity_of_segments(draft)
    if entity is None or (found is None and (draft.periods or not draft.words("segments_noun", "state_noun"))):
        return None
    many = len(found.conditions) if found is not None else sum(each.entity == entity for each in draft.workspace.segments)
    numbers = [item for item in draft.items if item.free and item.number is not None and item.number.value == many]
    between = [item for item in draft.items if item.text.lower() == "between"] if found is not None else []
    days = _ends_of_days(draft)
    draft.claim("overlap", *words, *numbers, *between, *days, *draft.words(*BESIDE), *who_asked(draft, entity))
    draft.beyond = None
    return OverlapQuery(entity=entity, groups=found.conditions if found is not None else ())


def _in_both(draft: Draft) -> OverlapQuery | None:
    """ "How many are in both X and Y", 既在X又在Y: of two groups that have a name, and of no day but today."""
    words = [item for item in draft.items if item.word("in_both")]
    for item in draft.items:
        before = draft.touching(item, -1)
        if item.text.lower() == "both" and before is not None and before.text.lower() in ("in", "into", "to", "of"):
            words.append(item)
    conditions = [clause.as_condition() for clause in draft.clauses]
    groups = tuple(each for each in conditions if isinstance(each, InSegment))
    rest = [each for each in conditions if not isinstance(each, InSegment)]
    own = draft.own_figures.clause.as_condition() if draft.own_figures is not None and draft.own_figures.clause else None
    bare = isinstance(own, Did) and own == Did(entity=own.entity, dataset=own.dataset, count=1)
    owners = {found.entity for each in groups if (found := draft.workspace.segment(each.name)) is not None}
    if not words or len(set(groups)) != 2 or len(owners) != 1 or any(each != own or not bare for each in rest):
        return None
    entity = owners.pop()
    asks_who = draft.any_word("list") and not draft.any_word("count") and not draft.metrics
    if draft.periods or draft.by or draft.share is not None or not is_plain(draft) or not only_counts(draft, entity) or asks_who:
        return None
    draft.claim("overlap", *words, *draft.words(*BESIDE), *who_asked(draft, entity))
    for item in words:
        item.role = "overlap"
    draft.beyond = None
    return OverlapQuery(entity=entity, groups=groups)


def comparison(draft: Draft) -> ComparisonQuery | None:
    """ "Compare loyal customers with dormant ones", 高价值客户和流失客户有什么区别.

    A figure of two groups is no answer of this kind, and never one of those who are in both.
    """
    words = [item for item in draft.items if item.word("side_by_side", "than") or (item.is_word and item.says_part("differ"))]
    words += [item for item in (*draft.words("traits"), *_set_apart(draft)) if item not in words]
    changes = any(item.role == "growth" and item not in words for item in draft.items)
    if not words or draft.order or draft.limit is not None or draft.statistics or changes:
        return None
    found = groups_named(draft)
    if found is None:
        return None
    others = draft.words("others") if len(found.conditions) == 1 else []
    apart = _set_apart(draft)
    groups = (*found.conditions, Not(of=found.conditions[0])) if others else found.conditions
    if apart:
        groups = tuple(each.of if isinstance(each, Not) else each for each in groups)
    if len(groups) != 2:
        return None
    if not only_counts(draft, found.entity):
        if len(draft.conditions) > 1:  # values of one tag stand side by side in one answer
            draft.beyond = draft.beyond or ("two_groups", {"text": draft.question.original.strip()})
        return None
    draft.claim(
        "comparison",
        *words,
        *apart,
        *others,
        *_ends_of_days(draft),
        *draft.words(*BESIDE, "traits", "change"),
        *who_asked(draft, found.entity),
    )
    draft.beyond = None
    first, second = groups
    return ComparisonQuery(entity=found.entity, first=first, second=second)


def _set_apart(draft: Draft) -> list[Item]:
    """ "What sets X apart from Y", which is not X without those in Y."""
    sets = [item for item in draft.items if item.text.lower() in ("sets", "set")]
    apart = [item for item in draft.items if item.text.lower() in ("apart from", "apart")]
    return [*sets, *apart] if sets and apart and sets[0].index < apart[0].index else []


def _ends_of_days(draft: Draft) -> list[Item]:
    """ "As of the end of" beside a day that holds for the groups."""
    return [
        item
        for item in draft.words("at_end", "until_end")
        if any((each := draft.touching(item, way)) is not None and each.get(PeriodTerm) is not None for way in (-1, 1))
    ]


def _entity_of_segments(draft: Draft) -> str | None:
    """Whose segments "the segments" are: those of the one entity that has any."""
    owners = {segment.entity for segment in draft.workspace.segments}
    return owners.pop() if len(owners) == 1 else None


READERS: tuple[Callable[[Draft], Frozen | None], ...] = (overlap, migration, grid, turnover, share_index, comparison, clusters)
"""In the order in which they are tried."""
