"""One thing that is said of each one: a deed or a bound, with its days."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.planner.draft import Item
from assistant.planner.rules.bound import Bound
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.own_nested import Nested
from assistant.planner.rules.within import DaysAfter
from semantic_layer.conditions import Grain
from semantic_layer.periods import SinglePeriod


@dataclass
class Said:
    """One thing that is said of each one.

    Attributes:
        clauses: What their rows must meet.
        dataset: What a verb names.
        negated: It is said that they did not.
        first: It is said that they did it for the first time.
        only: It is said that they did nothing else.
        either: Listed values are joined by "or".
        alternative: "Or" joins it to what was said before.
        period: Its own days.
        periods: Several of them, each of which it is said of: "came neither in May nor in June".
        after: It is said of all days after these.
        once: The days of a first time that is denied to have been followed by any: it happened once in them.
        counted: How many days were listed, said once more.
        last: It is said that they did it for the last time.
        each_unit: The bound is met in each of these units of its days: "over 500 in every quarter".
        inner: A bound on one of the things that they did: on an order of a customer.
        days: It is said of the days that follow something.
        start: The date that they follow, where it is no first time.
    """

    items: list[Item]
    clauses: list[Clause]
    dataset: str | None = None
    negated: bool = False
    first: bool = False
    only: bool = False
    either: bool = False
    alternative: bool = False
    period: SinglePeriod | None = None
    periods: tuple[SinglePeriod, ...] = ()
    after: SinglePeriod | None = None
    once: SinglePeriod | None = None
    inner: Nested | None = None
    counted: tuple[Item, ...] = ()
    last: bool = False
    bound: Bound | None = None
    days: DaysAfter | None = None
    start: str | None = None
    each_unit: Grain | None = None
