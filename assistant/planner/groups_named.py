"""The groups that a question names beside each other: 忠诚客户和沉睡客户, "loyal customers, new ones and night owls"."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from assistant.language.single_periods import days_of
from assistant.planner.draft import Draft, Item
from assistant.planner.profile_counts import dated
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.heads import entity_of
from assistant.planner.traits import is_about
from semantic_layer.conditions import And, AnyCondition, Compare, In, InSegment, Not, Or, Range, Tag, all_of, refs_of
from semantic_layer.tag_parts import item as tag_or_segment
from semantic_layer.tag_parts import mentioned

JOINS = ("conj", "than", "side_by_side", "plus", "against")
SIGNS = (",", "，", "、", "/", "&", "from", "to")
MOST = 24


class Groups(NamedTuple):
    """Groups of one entity, in the order of the question."""

    entity: str
    conditions: tuple[AnyCondition, ...]


def groups_named(draft: Draft, split: bool = False) -> Groups | None:
    """The groups; None where they are not all of one entity, or a condition says something of rows and not of each one.

    Args:
        split: A field, or a share, may be asked of them besides; days are then those of what is asked.

    What stands side by side without a word that joins it is said of one group: "price-sensitive night owls".
    """
    if draft.own_figures is not None or draft.of_each is not None or (draft.share is not None and not split):
        return None
    groups: list[list[AnyCondition]] = []
    last: Clause | None = None
    for clause in sorted(draft.clauses, key=lambda each: each.first.index):
        parts = _apart(clause)
        if last is not None and len(parts) == 1 and not _are_joined(draft, last, clause):
            groups[-1] += parts
        else:
            groups += [[part] for part in parts]
        last = clause
    found = [all_of(tuple(parts)) for parts in groups]
    owners = {known.entity for each in mentioned(tuple(found)) if (known := tag_or_segment(draft.workspace, each.name))}
    if len(owners) != 1 or len(found) > MOST:
        return None
    entity = owners.pop()
    conditions = [each for each in found if each is not None and is_about(draft, each, entity)]
    if len(conditions) != len(found):
        return None
    named = [ref for each in conditions for ref in refs_of(each)]
    if split:
        return Groups(entity, tuple(conditions))
    if any(ref not in named for ref in draft.by):
        return None  # split by something else
    of_a_day = _as_of_one_day(draft, conditions)
    return Groups(entity, tuple(dict.fromkeys(of_a_day))) if of_a_day is not None else None


def _apart(clause: Clause) -> list[AnyCondition]:
    """Values of one tag that are listed are as many groups, unless they are joined by "or"."""
    condition = clause.as_condition()
    if (
        isinstance(condition, In)
        and isinstance(condition.values, tuple)
        and isinstance(condition.left, Tag)
        and not clause.either
    ):
        return [Compare(left=condition.left, op="eq", right=value) for value in condition.values]
    return [condition]


def _are_joined(draft: Draft, first: Clause, second: Clause) -> bool:
    """A word that joins stands between them, or one that sets them apart: "how do the loyal differ from the dormant"."""
    between = draft.between(first.last, second.first)
    return any(item.word(*JOINS) or item.text.lower() in SIGNS or sets_apart(item) for item in between)


def sets_apart(item: Item) -> bool:
    """A word that asks what two groups differ in."""
    return item.is_word and item.says_part("differ")


def _as_of_one_day(draft: Draft, groups: list[AnyCondition]) -> list[AnyCondition] | None:
    """A day that is named once goes for all groups, unless it is what tells them apart; None where days are left over."""
    days = {each.as_of for each in mentioned(tuple(groups)) if isinstance(each.as_of, date)}
    if len(draft.periods) > 1 or (draft.periods and days):
        return None
    if draft.periods:
        days = {days_of(draft.periods[0], draft.today)[1]}
    if len(days) != 1 or (day := days.pop()) >= draft.today.as_of:
        return groups
    found = [dated(each, day) for each in groups]
    return groups if len(set(found)) < len(groups) else [each for each in found if each is not None]


def undated(where: AnyCondition) -> AnyCondition:
    """A condition whose tags and segments are as of no day of their own."""
    match where:
        case And(of=parts) | Or(of=parts):
            return where.model_copy(update={"of": tuple(undated(part) for part in parts)})
        case Not(of=part):
            return Not(of=undated(part))
        case InSegment():
            return where.model_copy(update={"as_of": None})
        case Compare(left=Tag() as tag) | In(left=Tag() as tag) | Range(left=Tag() as tag):
            return where.model_copy(update={"left": tag.model_copy(update={"as_of": None})})
        case _:
            return where


def is_plain(draft: Draft) -> bool:
    """Whether nothing is asked of an order, of change, or of statistics."""
    changes = draft.compare is not None or any(item.role == "growth" for item in draft.items)
    return not (changes or draft.order or draft.limit is not None or draft.window is not None or draft.statistics)


def who_asked(draft: Draft, entity: str) -> list[Item]:
    """The words that say no more than whom it is about: the entity's noun, "people"."""
    return [item for item in draft.items if item.free and (entity_of(item) == entity or item.says("people", "pronouns"))]


def only_counts(draft: Draft, entity: str) -> bool:
    """Whether no figure is asked but how many there are."""
    found = draft.workspace.entity(entity)
    return set(draft.metrics) <= {entity, found.count if found is not None else None}
