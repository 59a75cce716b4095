"""Bounds on a figure of each one: 三种以上颜色, "more than 20 times", 日均不到5单, "every week of March"."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, MetricTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import COMPARISONS, Bound, Per, is_comparing, near, number_of
from assistant.planner.rules.counted import counted_by
from assistant.planner.rules.every import average_per, every_unit
from assistant.planner.rules.heads import is_weak_metric

FEW = ("single", "once", "twice")
"""Words that are a number by themselves."""


def read_bound(draft: Draft, items: list[Item], whose: str, dataset: str | None) -> Bound | None:
    """The bound among the words that say one thing of each one, if there is one that can be read."""
    every = every_unit(draft, items)
    if every is not None:
        return every
    for item in items:
        number = 1.0 if is_only_one(item, items) else number_of(item)
        if number is None or (number == 1 and _is_one_of(draft, item, items, whose)):
            continue
        compared = comparison(draft, item, items)
        second = range_end(draft, item, items)
        if compared is None and second is None and not is_only_one(item, items) and not _is_exact(draft, item, items):
            continue
        counted = counted_by(draft, second or item, items, whose, dataset)
        if counted is None:
            continue
        metric, named = counted
        if _is_part(draft, item, metric):
            return None  # "over 10% of sales" bounds no amount of sales
        per, words = average_per(draft, items)
        return _bound_on(draft, item, number, items, metric, (*named, *words), per)
    return None


def figure_bound(draft: Draft, number: Item, items: list[Item], metric: str) -> Bound | None:
    """The bound that a number and its comparison set to a figure; None where nothing compares, or it is a part of something."""
    value = number_of(number)
    compared = comparison(draft, number, items) is not None or range_end(draft, number, items) is not None
    if value is None or not compared or _is_part(draft, number, metric):
        return None
    return _bound_on(draft, number, value, items, metric, (), None)


def _bound_on(
    draft: Draft, item: Item, number: float, items: list[Item], metric: str, named: tuple[Item, ...], per: Per | None
) -> Bound:
    compared, second = comparison(draft, item, items), range_end(draft, item, items)
    used = [item, *named, *([compared[1]] if compared is not None else []), *_said_twice(item, items, compared)]
    value = _value(draft, item, number, metric)
    if second is not None and second.number is not None:
        high = _value(draft, second, second.number.value, metric)
        return Bound(
            (*used, second, *range_words(item, items), *draft.between(item, second)), metric, "between", value, high, per
        )
    return Bound(tuple(used), metric, COMPARISONS[compared[0]] if compared is not None else "eq", value, per=per)


def _is_part(draft: Draft, number: Item, metric: str) -> bool:
    """A percentage of something that is no rate itself."""
    found = draft.workspace.metric(metric)
    percent = number.number is not None and number.number.percent
    return percent and (found is None or found.type != "fraction")


def _said_twice(number: Item, items: list[Item], compared: tuple[str, Item] | None) -> list[Item]:
    """达到100户以上: the comparison before the number, said once more behind it."""
    at = near(number, items, 1)
    for _ in range(2):
        if at is None or compared is None or compared[1].index > number.index:
            return []
        if at.word(compared[0]):
            return [at]
        at = near(at, items, 1)
    return []


def is_only_one(item: Item, items: list[Item]) -> bool:
    """只被一个客户买过: a "one" that is only grammar elsewhere is a number after "only"."""
    before, after = near(item, items, -1), near(item, items, 1)
    before = near(before, items, -1) if before is not None and before.text == "被" else before
    counts = after is not None and (after.get(FieldTerm) is not None or after.text == "人")
    return item.says("just_one") and before is not None and before.word("only") and counts


def _is_one_of(draft: Draft, number: Item, items: list[Item], whose: str) -> bool:
    """ "In one order": a single one of those that are spoken of."""
    following = near(number, items, 1)
    return following is not None and any(term.entity == whose for term in following.all(FieldTerm))


def _value(draft: Draft, item: Item, value: float, metric: str) -> float:
    """A percentage is a fraction where the metric is one."""
    found = draft.workspace.metric(metric)
    percent = item.number is not None and item.number.percent
    if percent and found is not None and found.type == "fraction" and value > 1:
        return value / 100
    return value


def comparison(draft: Draft, number: Item, items: list[Item]) -> tuple[str, Item] | None:
    """The comparing word before a number, or after it and its counter or unit."""
    before = near(number, items, -1)
    for _ in range(3):
        if before is None:
            break
        for code in COMPARISONS:
            if before.word(code) and (is_comparing(before, items) or not _is_only_grammar(before)):
                return code, before
        verb = before.get(VerbTerm) is not None or before.word("act") or is_weak_metric(before)
        if not (before.light or before.word("money", "stop") or verb):
            break
        before = near(before, items, -1)
    after = near(number, items, 1)
    if after is not None and after.text == "+":
        return "at_least", after
    for _ in range(3):
        if after is None:
            return None
        for code in COMPARISONS:
            if after.word(code) and not after.word("filler"):
                return code, after
        if not (
            after.light or after.word("classifier", "times", "money", "stop") or after.get(MetricTerm) or after.get(FieldTerm)
        ):
            return None
        after = near(after, items, 1)
    return None


def _is_only_grammar(item: Item) -> bool:
    """过 after a verb is no comparison: 买过三次."""
    return item.word("filler") and not item.word("than", "against")


def _is_exact(draft: Draft, number: Item, items: list[Item]) -> bool:
    """ "Only once", 恰好三次, 买过三次: the very number, where something is counted by it."""
    if number.word(*FEW):
        return True
    following = near(number, items, 1)
    return following is not None and (
        following.word("classifier", "times") or following.get(FieldTerm) is not None or following.get(MetricTerm) is not None
    )


def range_end(draft: Draft, number: Item, items: list[Item]) -> Item | None:
    items = [item for item in items if item.text != "$"]
    link = near(number, items, 1)
    second = near(link, items, 1) if link is not None and link.text.lower() in ("to", "and", "-", "~", "到", "至") else None
    lead = near(number, items, -1)
    joined = link is not None and link.text.lower() == "and"
    if joined and not (lead is not None and lead.text.lower() == "between"):
        return None
    return second if second is not None and second.number is not None else None


def range_words(number: Item, items: list[Item]) -> list[Item]:
    """The word that opens a range."""
    lead = near(number, [item for item in items if item.text != "$"], -1)
    return [lead] if lead is not None and opens_range(lead) else []


def opens_range(item: Item) -> bool:
    return item.text.lower() in ("between", "from", "介于", "在")
