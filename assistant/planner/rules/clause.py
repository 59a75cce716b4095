"""A condition as it was read: the words, what they are on, and the values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.planner.draft import Draft, Item
from semantic_layer.conditions import AnyCondition, Compare, FieldRef, In, InSegment, IsNull, Not, Or, Range, Tag, refs_of
from semantic_layer.conditions import Field as FieldOf
from semantic_layer.errors import RequestError
from semantic_layer.reach import home_dataset, reach

RANKED_FEW = "ranked few"
"""What the clause of the few that have most of something is called, and what its words are bound to."""
OF_EACH = "what each "
"""How the roles of words begin that say something of each one."""


@dataclass
class Clause:
    """One condition on one thing, perhaps with several values.

    Attributes:
        ref: What the values belong to; None where `condition` says it all.
        plus: The values were added up ("red plus blue"), not listed.
        either: The values were joined by "or".
        inside: It names the whole of a share ("in the north").
    """

    items: list[Item]
    ref: FieldRef | None = None
    values: list[Any] = field(default_factory=list[Any])
    condition: AnyCondition | None = None
    negated: bool = False
    plus: bool = False
    inside: bool = False
    either: bool = False
    words: str = ""

    @property
    def first(self) -> Item:
        return min(self.items, key=lambda item: item.index)

    @property
    def last(self) -> Item:
        return max(self.items, key=lambda item: item.index)

    @property
    def is_said(self) -> bool:
        """What is asked of each one's own figures is known only when the whole question is read."""
        return self.condition is not None or self.ref is not None

    def as_condition(self) -> AnyCondition:
        if self.condition is not None:
            positive = self.condition
        elif len(self.values) == 1:
            assert self.ref is not None
            positive = IsNull(left=self.ref) if self.values[0] is None else Compare(left=self.ref, op="eq", right=self.values[0])
        else:
            assert self.ref is not None
            known = tuple(value for value in self.values if value is not None)
            listed = In(left=self.ref, values=known)
            positive = listed if len(known) == len(self.values) else Or(of=(listed, IsNull(left=self.ref)))
        return Not(of=positive) if self.negated else positive


def describes(draft: Draft, clause: Clause, entity: str) -> bool:
    """Whether the clause is about an entity: its own fields, tags of it, a segment."""
    if isinstance(clause.condition, InSegment) or isinstance(clause.ref, Tag) or is_of_tag(clause.condition):
        return True
    names = [clause.ref.name] if isinstance(clause.ref, FieldOf) else _names_in(clause.condition)
    for name in names:
        home = home_dataset(draft.workspace, name)
        if home is None or home not in draft.workspace.homes_of(entity):
            return False
    return bool(names)


def is_of_tag(condition: AnyCondition | None) -> bool:
    """A bound on a tag that is a number."""
    return isinstance(condition, Compare | Range) and isinstance(condition.left, Tag)


def _names_in(condition: AnyCondition | None) -> list[str]:
    return [ref.name for ref in refs_of(condition) if isinstance(ref, FieldOf)]


def side_by_side_ref(clause: Clause) -> FieldRef | None:
    """What listed values are grouped by when each is wanted on its own."""
    if clause.negated or clause.plus or len(clause.values) < 2 or clause.ref is None:
        return None
    return clause.ref


def reachable_from(draft: Draft, dataset: str, clause: Clause) -> bool:
    """Whether a dataset can be filtered by a clause."""
    refs = [clause.ref.name] if isinstance(clause.ref, FieldOf) else _names_in(clause.condition)
    try:
        for name in refs:
            reach(draft.workspace, dataset, name)
    except RequestError:
        return False
    return True
