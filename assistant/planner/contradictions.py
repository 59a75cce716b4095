"""Conditions that nothing can meet: they show that something was misread, and an answer to them would be an empty number.

Nobody asks for those who bought in May and did not buy in May. Where a request says so, a word was bound to the wrong thing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from semantic_layer.calendar import Span
from semantic_layer.conditions import (
    AnyCondition,
    Compare,
    Did,
    In,
    Not,
    Range,
    Reference,
    TimeBucket,
    Value,
    parts_of,
    unit_refs,
)
from semantic_layer.periods import SinglePeriod

DaysOf = Callable[[SinglePeriod | None], Span | None]
"""The days of a period, those of the request for none; None where they are not one stretch."""


def contradiction(where: AnyCondition | None, days_of: DaysOf) -> AnyCondition | None:
    """The later of two conditions that exclude each other, among those that are all to hold; None where they may all be true.

    A deed or a figure whose own conditions exclude each other is one as well.
    """
    parts = parts_of(where)
    for first, second in combinations(parts, 2):
        if _deny_each_other(first, second, days_of) or _leave_no_value(first, second):
            return second
    for part in parts:
        if _leave_no_value(part, part) or any(contradiction(unit.where, days_of) is not None for unit in unit_refs(part)):
            return part
    return None


# ---- what was done, and was not ---------------------------------------------------------------------------------------------


def _deny_each_other(first: AnyCondition, second: AnyCondition, days_of: DaysOf) -> bool:
    for done, denied in ((first, second), (second, first)):
        if (
            isinstance(done, Did)
            and isinstance(denied, Not)
            and isinstance(denied.of, Did)
            and _implies(done, denied.of, days_of)
        ):
            return True
    return False


def _implies(done: Did, other: Did, days_of: DaysOf) -> bool:
    """Whether who did the first did the second as well: the same, in days that hold the first's, and no narrower."""
    if (done.entity, done.dataset, done.within) != (other.entity, other.dataset, other.within) or done.count < other.count:
        return False
    if done.period != other.period:
        inner, outer = days_of(done.period), days_of(other.period)
        if inner is None or outer is None or not inner.within(outer):
            return False
    held = parts_of(done.where)
    return all(any(_narrows(mine, theirs) for mine in held) for theirs in parts_of(other.where))


def _narrows(inner: AnyCondition, outer: AnyCondition) -> bool:
    if inner == outer:
        return True
    first, second = _listed(inner), _listed(outer)
    return first is not None and second is not None and first.ref == second.ref and first.values <= second.values


# ---- values and bounds --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Listed:
    """A thing that has one of some values."""

    ref: Reference
    values: frozenset[Value]


@dataclass(frozen=True)
class _Bound:
    """The least or the most that a figure may be; `known` where a missing figure does not pass."""

    ref: Reference
    value: float
    is_low: bool
    included: bool
    known: bool = True


def _leave_no_value(first: AnyCondition, second: AnyCondition) -> bool:
    for one, other in ((first, second), (second, first)):
        mine, denied = _listed(one), _listed_out(other)
        if mine is not None and denied is not None and mine.ref == denied.ref and mine.values <= denied.values:
            return True
    mine, theirs = _listed(first), _listed(second)
    if mine is not None and theirs is not None and mine.ref == theirs.ref and not mine.values & theirs.values:
        return True
    bounds = [*_bounds(first), *_bounds(second)]
    return any(_exclude(low, high) for low in bounds if low.is_low for high in bounds if not high.is_low)


def _exclude(low: _Bound, high: _Bound) -> bool:
    if low.ref != high.ref or not (low.known or high.known):
        return False
    return low.value > high.value or (low.value == high.value and not (low.included and high.included))


def _listed(condition: AnyCondition) -> _Listed | None:
    match condition:
        case Compare(left=left, op="eq", right=bool() | int() | float() | str() as right):
            return _Listed(left, frozenset({right}))
        case In(left=left, values=tuple() as values):
            return _Listed(left, frozenset(values))
        case _:
            return None


def _listed_out(condition: AnyCondition) -> _Listed | None:
    match condition:
        case Not(of=inner):
            return _listed(inner)
        case Compare(left=left, op="ne", right=bool() | int() | float() | str() as right):
            return _Listed(left, frozenset({right}))
        case _:
            return None


def _bounds(condition: AnyCondition, denied: bool = False) -> list[_Bound]:
    """The bounds of a condition on numbers, or on days; none where it sets none. Of denied ones only a single one is turned."""
    match condition:
        case Not(of=Compare(op="ge" | "gt" | "le" | "lt") as inner) if not denied:
            return _bounds(inner, denied=True)
        case Compare(left=left, op="ge" | "gt" | "le" | "lt" as op, right=right):
            value = _number(left, right)
            if value is None:
                return []
            low, included = (op in ("ge", "gt")) is not denied, (op in ("ge", "le")) is not denied
            return [_Bound(left, value, low, included, known=not denied)]
        case Compare(left=left, op="eq", right=right):
            return _from_to(left, right, right)
        case Range(left=left, low=low, high=high):
            return _from_to(left, low, high)
        case In(left=left, values=tuple() as values):
            numbers = [number for each in values if (number := _number(left, each)) is not None]
            return _from_to(left, min(numbers), max(numbers)) if numbers and len(numbers) == len(values) else []
        case _:
            return []


def _from_to(ref: Reference, low: object, high: object) -> list[_Bound]:
    least, most = _number(ref, low), _number(ref, high)
    if least is None or most is None:
        return []
    return [_Bound(ref, least, True, True), _Bound(ref, most, False, True)]


def _number(ref: Reference, value: object) -> float | None:
    """A value as a number: days by their place in the calendar; other texts, and true and false, have no order here."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and isinstance(ref, TimeBucket) and ref.grain == "date":
        return float(date.fromisoformat(value).toordinal())
    return None
