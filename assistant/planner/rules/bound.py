"""A bound on a figure of each one, and the words around a number that make it one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.language.meanings import DatasetTerm, FieldTerm, MetricTerm, NumberTerm, PeriodTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from semantic_layer.conditions import Operator
from semantic_layer.metric_parts import base_datasets
from semantic_layer.periods import SinglePeriod

COMPARISONS: dict[str, Operator] = {"at_least": "ge", "more_than": "gt", "at_most": "le", "less_than": "lt"}
Per = Literal["date", "week", "month"]


@dataclass(frozen=True)
class Bound:
    """A bound on a figure.

    Attributes:
        metric: A metric; or a field, an entity or a grain whose different values are counted.
        op: How it is compared; `all` stands for every unit of the grain in the period.
        per: The figure is an average for each day, week or month.
        high: The upper end of a range, included.
        period: The days of the figure, where it is compared with the same figure of others.
        against: Those others.
        factor, plus: What the figure is held against: the others times a factor, plus an amount.
        from_something: The others must be above zero: nothing fell by half from nothing.
    """

    items: tuple[Item, ...]
    metric: str
    op: Operator | Literal["all", "between"]
    value: float = 0
    high: float = 0
    per: Per | None = None
    period: SinglePeriod | None = None
    against: SinglePeriod | None = None
    factor: float = 1.0
    plus: float = 0.0
    from_something: bool = False


def number_of(item: Item) -> float | None:
    if item.number is not None and (item.get(PeriodTerm) is None or item.text.isdigit()):
        return item.number.value
    if item.word("single", "once"):
        return 1
    return 2 if item.word("twice") else None


def has_number(item: Item) -> bool:
    """Whether an item is a number that may bound a figure."""
    return number_of(item) is not None or item.get(NumberTerm) is not None


def is_amount(item: Item, items: list[Item]) -> bool:
    """ "Over 2000 dollars", 满2000美元: the digits of a year, with what they count behind them or money before them."""
    before, after = near(item, items, -1), near(item, items, 1)
    if item.number is None or not item.text.isdigit():
        return False
    if before is not None and (before.text == "$" or (before.word("at_least") and not before.text.isascii())):
        return True
    if after is None or after.word("inside"):
        return False
    compared = before is not None and before.word(*COMPARISONS)
    return after.word("classifier", "times", "money") or (
        compared and (after.get(FieldTerm) is not None or after.get(MetricTerm) is not None)
    )


def is_comparing(item: Item, items: list[Item]) -> bool:
    """Whether a word compares. 过 does behind a named figure (销售额过一万), and only tells of the past behind a verb."""
    if item.text == "+":
        return True
    if not item.word(*COMPARISONS):
        return False
    before, after = near(item, items, -1), near(item, items, 1)
    named = before is not None and any(not term.weak for term in before.all(MetricTerm))
    return not item.word("filler") or (named and after is not None and after.number is not None)


def around(number: Item, items: list[Item]) -> tuple[Item | None, ...]:
    return (near(number, items, -1), near(number, items, 1))


def near(item: Item | None, items: list[Item], way: int) -> Item | None:
    if item is None:
        return None
    index = items.index(item) + way
    return items[index] if 0 <= index < len(items) else None


def dataset_named(items: list[Item]) -> str | None:
    """The data that a verb or a noun of the rows names."""
    verbs = [term.dataset for item in items for term in item.all(VerbTerm)]
    nouns = [term.dataset for item in items for term in item.all(DatasetTerm)]
    return next(iter([*verbs, *nouns]), None)


def data_of_object(draft: Draft, items: list[Item]) -> str | None:
    """ "Never got a single sale", 没收到过退货: what was got is other data than that of the verb, and it is what is meant."""
    for verb in items:
        rest = [item for item in items if item.index > verb.index and not _leads_object(item)]
        thing = rest[0] if verb.get(VerbTerm) is not None and rest else None
        if thing is None or thing.index - verb.index > 1 + sum(map(_leads_object, draft.between(verb, thing))):
            continue
        figures = [term.name for term in thing.all(MetricTerm) if not term.weak]
        data = [term.dataset for term in thing.all(VerbTerm)] or [
            d for name in figures for d in base_datasets(draft.workspace, name)
        ]
        if len(set(data)) == 1 and data[0] not in {term.dataset for term in verb.all(VerbTerm)}:
            return data[0]
    return None


def _leads_object(item: Item) -> bool:
    """What may stand between a verb and what was got by it."""
    return item.light or item.word("single", "once", "classifier", "not") or (item.number is not None and item.number.value == 1)
