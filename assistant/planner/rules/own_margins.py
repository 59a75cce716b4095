"""By how much a figure of each one differs between two periods: "down 20% or more on April", 不到三季度的一半."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.language.meanings import MetricTerm, PeriodTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import COMPARISONS, Bound, near
from assistant.planner.rules.own_comparisons import figure_compared
from assistant.planner.rules.own_sides import moved, sides_of
from semantic_layer.conditions import Operator

UP, DOWN = ("growth", "comparative_up"), ("decline", "comparative_down")
OVER: dict[str, Operator] = {"at_least": "ge", "more_than": "gt", "at_most": "le", "less_than": "lt"}
FALLS: dict[Operator, Operator] = {"ge": "le", "gt": "lt"}
"""At least 20% less is at most 80%."""


@dataclass(frozen=True)
class Amount:
    """How much: a part or a multiple of the other period's figure, or an amount in the figure's own unit."""

    items: tuple[Item, ...]
    value: float
    relative: bool


def has_margin(draft: Draft, items: list[Item]) -> bool:
    """Whether the words set two periods of each one against each other: by an amount, or as a rise or a fall."""
    amount, change = _amount(items), _is_change(items)
    if amount is None:
        return moved(draft, items) is not None and sides_of(draft, items, change) is not None
    return (change or amount.relative) and sides_of(draft, items, change or _moved_by(amount)) is not None


def read_margin(draft: Draft, items: list[Item], whose: str, dataset: str | None, earlier: str | None) -> Bound | None:
    """The bound that compares a figure of each one with a part of what it was in another period, or with that plus an amount.

    A part needs something to be a part of: the other period's figure must be above zero.
    """
    if not has_margin(draft, items):
        return None
    amount, change = _amount(items), _is_change(items)
    metric = figure_compared(draft, items, whose, dataset) or earlier
    sides = sides_of(draft, items, change or (amount is not None and _moved_by(amount)))
    if metric is None or sides is None:
        return None
    if amount is None:
        word = moved(draft, items)
        held: dict[str, Any] = {"op": "lt" if word is not None and word.word("decline") else "gt"}
    else:
        found = _held(items, amount, change)
        if found is None:
            return None
        held = found
    used = (*sides.items, *(amount.items if amount is not None else ()), *(item for item in items if _belongs(item)))
    return Bound(used, metric, period=sides.own, against=sides.base, **held)


def _held(items: list[Item], amount: Amount, change: bool) -> dict[str, Any] | None:
    """How the figure is compared with that of the other period, and with what of it."""
    op = _operator(items, amount)
    if op is None or (change and op not in FALLS):
        return None
    factor, plus = amount.value, 0.0
    if change:
        down = any(_says_down(item, items) for item in items)
        sign = -1 if down else 1
        factor, plus = (1 + sign * amount.value, 0.0) if amount.relative else (1.0, sign * amount.value)
        op = FALLS[op] if down else op
    elif not amount.relative:
        return None
    return {"op": op, "factor": factor, "plus": plus, "from_something": amount.relative}


def _amount(items: list[Item]) -> Amount | None:
    for item in items:
        after = near(item, items, 1)
        if item.word("half"):
            return Amount((item,), 0.5, True)
        if item.word("double"):
            return Amount((item,), 1.0 if _is_change(items) else 2.0, True)
        if item.word("triple", "halved"):
            return Amount((item,), 3.0 if item.word("triple") else 0.5, True)
        if item.word("twice") and after is not None and after.word("as_much"):
            return Amount((item, after), 2.0, True)
        if item.number is None or item.get(PeriodTerm) is not None:
            continue
        if item.number.percent:
            return Amount((item,), item.number.value, True)
        if after is not None and after.word("fold"):
            return Amount((item, after), item.number.value, True)
        if any(each.word(*UP, *DOWN) for each in items) and not _is_count(after):
            return Amount((item,), item.number.value, False)
    return None


def _moved_by(amount: Amount) -> bool:
    """ "Doubled": a rise and its amount in one word."""
    return any(item.says("moved") for item in amount.items)


def _is_count(unit: Item | None) -> bool:
    """ "Three times more": what stands behind the number is no unit of the figure."""
    return unit is not None and unit.word("times", "classifier") and not unit.word("money")


def _is_change(items: list[Item]) -> bool:
    """A rise or a fall is spoken of, and not a part."""
    return any(_changes(item) or _is_direction(item, items) for item in items)


def _changes(item: Item) -> bool:
    return item.word(*UP, *DOWN, "halved") and not item.word("than", *COMPARISONS)


def _is_direction(item: Item, items: list[Item]) -> bool:
    """The "below" of "20% below April": behind the amount, before the days."""
    before, after = near(item, items, -1), near(item, items, 1)
    if before is None or before.number is None or after is None or not item.text.isascii():
        return False
    return item.word("less_than", "more_than") and after.get(PeriodTerm) is not None


def _says_down(item: Item, items: list[Item]) -> bool:
    if _is_direction(item, items):
        return item.word("less_than")
    return _changes(item) and item.word(*DOWN, "halved")


def _operator(items: list[Item], amount: Amount) -> Operator | None:
    """How the amount is compared; "double" and a change without a comparing word mean at least as much."""
    for item in items:
        for code, op in OVER.items():
            if item.word(code) and not item.word("filler", *UP, *DOWN) and not _is_direction(item, items):
                return op
    return "ge" if _is_change(items) or any(item.word("double", "triple") for item in amount.items) else None


def _belongs(item: Item) -> bool:
    """Words of the comparison, all of which it has read."""
    words = ("half", "double", "triple", "halved", "fold", "as_much", "twice", "than", "against", *UP, *DOWN, *COMPARISONS)
    return item.word(*words) or item.get(MetricTerm) is not None or item.says("base_lead", "together_with")
