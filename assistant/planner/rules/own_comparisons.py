"""A figure of each one in two periods: "spent more in May than in April", 五月比四月买得多."""

from __future__ import annotations

from assistant.language.meanings import MetricTerm, PeriodTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import Bound, near
from assistant.planner.rules.counted import named_figure
from assistant.planner.rules.heads import is_weak_metric
from semantic_layer.conditions import Operator

MORE = ("comparative_up", "comparative_down", "more_than", "less_than")


def compares_periods(items: list[Item]) -> bool:
    """Whether the words set one period of each one against another."""
    return _sides(items) is not None


def read_compared(draft: Draft, items: list[Item], whose: str, dataset: str | None, earlier: str | None) -> Bound | None:
    """The comparison of a figure of each one with the same figure of another period; None where the figure is not named.

    Args:
        earlier: The figure that was spoken of before.
    """
    sides = _sides(items)
    metric = (figure_compared(draft, items, whose, dataset) or earlier) if sides is not None else None
    if sides is None or metric is None:
        return None
    word, op, left, right = sides
    than = [item for item in items if item.word("than", "against") and item is not word]
    own, other = left.get(PeriodTerm), right.get(PeriodTerm)
    assert own is not None and other is not None
    used = [word, left, right, *than, *(item for item in items if item.get(MetricTerm) is not None)]
    return Bound(tuple(used), metric, op, period=own.period, against=other.period)  # pyright: ignore[reportArgumentType]


def _sides(items: list[Item]) -> tuple[Item, Operator, Item, Item] | None:
    """The comparing word, how it compares, and the periods before and after "than"."""
    than = next((item for item in items if item.word("than")), None)
    than = than or next((item for item in items if item.word("against") and not item.word("group", *MORE)), None)
    than = than or next((item for item in items if _exceeds_days(item, items)), None)
    word = next((item for item in items if item.word(*MORE) and (item is than or not item.word("filler", "than"))), None)
    if than is None or word is None:
        return None
    days = [item for item in items if item.get(PeriodTerm) is not None]
    before, after = [item for item in days if item.index < than.index], [item for item in days if item.index > than.index]
    if len(before) != 1 or len(after) != 1:
        return None
    return word, "gt" if word.word("comparative_up", "more_than") else "lt", before[0], after[0]


def _exceeds_days(item: Item, items: list[Item]) -> bool:
    """五月超过四月: a word of comparing with days behind it."""
    following = near(item, items, 1)
    return item.word("more_than", "less_than") and following is not None and following.get(PeriodTerm) is not None


def figure_compared(draft: Draft, items: list[Item], whose: str, dataset: str | None) -> str | None:
    """What is compared: a figure that is named, else what the verb measures."""
    for item in items:
        strong = any(not term.weak for term in item.all(MetricTerm))
        named = named_figure(draft, item, whose, dataset) if strong or not is_weak_metric(item) else None
        if named is not None and not item.word("than", "against", "comparative_up", "comparative_down"):
            return named
    return next((item.all(MetricTerm)[0].name for item in items if is_weak_metric(item)), None)
