"""Which figures and values a condition lets through, as far as that can be read off it."""

from __future__ import annotations

import math
from typing import NamedTuple

from semantic_layer.conditions import And, AnyCondition, Compare, In, Or, Range, Reference, parts_of
from semantic_layer.requests import canonical


class Interval(NamedTuple):
    """Numbers from one to another; an open end does not count."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def holds(self, other: Interval) -> bool:
        """Whether another one lies inside."""
        from_low = self.low < other.low or (self.low == other.low and (other.low_open or not self.low_open))
        to_high = self.high > other.high or (self.high == other.high and (other.high_open or not self.high_open))
        return from_low and to_high

    def meets(self, other: Interval) -> bool:
        """Whether nothing lies between the end of this one and the start of another that comes after it."""
        return other.low < self.high or (other.low == self.high and not (other.low_open and self.high_open))

    def __str__(self) -> str:
        low = "" if self.low == -math.inf else f"{'more than' if self.low_open else 'at least'} {self.low:g}"
        high = "" if self.high == math.inf else f"{'less than' if self.high_open else 'at most'} {self.high:g}"
        return " and ".join(part for part in (low, high) if part)


class Bound(NamedTuple):
    """What is asked of one figure, tag or field: an interval, or one of some values."""

    of: str
    allowed: Interval | frozenset[object]


def bound_of(part: AnyCondition) -> Bound | None:
    """A comparison with written values; None for any other condition."""
    match part:
        case Compare(left=left, op=op, right=int() | float() as number) if not isinstance(number, bool):
            interval = _interval(op, float(number))
            return Bound(_name(left), interval) if interval is not None else None
        case Range(left=left, low=int() | float() as low, high=int() | float() as high):
            return Bound(_name(left), Interval(float(low), float(high)))
        case Compare(left=left, op="eq", right=bool() | str() as value):
            return Bound(_name(left), frozenset((value,)))
        case In(left=left, values=tuple() as values):
            return Bound(_name(left), frozenset(values))
        case _:
            return None


def _name(left: Reference) -> str:
    return canonical(left)


def _interval(op: str, number: float) -> Interval | None:
    match op:
        case "eq":
            return Interval(number, number)
        case "lt" | "le":
            return Interval(high=number, high_open=op == "lt")
        case "gt" | "ge":
            return Interval(low=number, low_open=op == "gt")
        case _:
            return None


def takes_all(condition: AnyCondition | None, of: AnyCondition | None) -> bool:
    """Whether whatever meets one condition meets another; no condition is met by all."""
    if condition is None:
        return True
    if of is None:
        return False
    return all(_follows(part, parts_of(of)) for part in parts_of(condition))


def _follows(part: AnyCondition, given: tuple[AnyCondition, ...]) -> bool:
    """Whether a part is met wherever the given ones are."""
    if isinstance(part, Or):
        return part in given or any(takes_all(each, And(of=given)) for each in part.of)
    wanted = bound_of(part)
    for each in given:
        known = bound_of(each)
        if each == part:
            return True
        if wanted is None or known is None or wanted.of != known.of:
            continue
        match wanted.allowed, known.allowed:
            case Interval() as outer, Interval() as inner:
                if outer.holds(inner):
                    return True
            case frozenset() as outer, frozenset() as inner:
                if inner <= outer:
                    return True
            case _:
                continue
    return False
