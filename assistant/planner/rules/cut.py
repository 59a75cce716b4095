"""A phrase cut where a new verb, figure or denial begins."""

from __future__ import annotations

from itertools import pairwise

from assistant.language.meanings import (
    FieldTerm,
    MetricTerm,
    PeriodTerm,
    ValueTerm,
    VerbTerm,
    WeekdaysTerm,
    WeekendTerm,
)
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import COMPARISONS, has_number, near, number_of
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.heads import is_weak_metric
from assistant.planner.rules.own_margins import has_margin

LIST_LINKS = (",", "，", "、")
MOST_OF_ONE = 3
"""Words between a one and its denial: the one, its counter, what is counted."""


def cut(draft: Draft, items: list[Item], clauses: list[Clause]) -> list[list[Item]]:
    """Cut where a new verb, figure or negation begins."""
    parts: list[list[Item]] = [[]]
    for index, item in enumerate(items):
        listed = (
            not item.text.lower().startswith("but")  # "last month but not this month"
            and index > 0
            and index + 1 < len(items)
            and all(each.get(PeriodTerm) is not None for each in (items[index - 1], items[index + 1]))
        )
        joins = not listed and (
            item.word("conj", "but", "or")
            or item.text in LIST_LINKS
            or (item.word("not") and item.text.lower().startswith("but"))
            or (index > 0 and item.says("relatives") and item.word("relative"))
        )
        if item.word("but") and not item.word("conj") and not item.text.isascii() and _is_bare_figure(parts[-1]):
            joins = False  # 客户数却比十一月少
        begins = _begins(draft, items[index + 1 :], clauses, item.word("but")) and not _is_inside_range(items, index)
        counted = index > 0 and has_number(items[index - 1])
        again = (
            not counted
            and not (index > 0 and does_something(items[index - 1]))  # "came in and bought"
            and does_something(item)
            and _is_complete(parts[-1], clauses)
            and any(does_something(each) for each in parts[-1])
        )
        if (
            (joins and _has_core(parts[-1]) and begins)
            or _denies_thing(items, index, parts[-1], clauses)
            or (
                _denies_deed(items, index)
                and any(is_deed(each) or (each.says("has") and not each.text.isascii()) for each in parts[-1])
                and not _is_none(parts[-1], item)
            )
            or again
            or _does_another_thing(items, index)
            or _bounds_anew(items, index)
            or _bounds_again(items, index, parts[-1])
        ):
            contrary = item.word("but") and index + 1 < len(items) and is_negation(items[index + 1])
            parts.append([*_days_ahead(parts[-1], items[index + 1] if contrary else item), item])
        else:
            parts[-1].append(item)
    if len(parts) > 1 and has_margin(draft, items) and not any(has_margin(draft, part) for part in parts):
        return [items]  # "half of what they spent in May": both sides belong together
    return _share_comparison([part for part in parts if part])


def _share_comparison(parts: list[list[Item]]) -> list[list[Item]]:
    """四季度订单数和客户数都比三季度少: listed figures, what is said of the last of which is said of each one."""
    for last in range(len(parts) - 1, 0, -1):
        rest = _compared_behind_figure(parts[last])
        first = last
        while rest and first > 0 and _is_bare_figure(parts[first - 1]):
            first -= 1
        if first == last:
            continue
        days = [item for item in parts[first] if item.get(PeriodTerm) is not None]
        for index in range(first, last + 1):
            own = parts[index] if index == first else [*days, *parts[index]]
            parts[index] = own if index == last else [*own, *rest]
    for before, part in pairwise(parts):
        days, other = _days_compared(before), _days_compared(part)
        if len(days) == 2 and len(other) == 1 and any(_is_figure(item) for item in _without_link(part)[:1]):
            part.insert(0, days[0])  # 十二月销售额比十一月多、客户数比十一月少
    return parts


def _compared_behind_figure(part: list[Item]) -> list[Item]:
    """What is said of the only figure of a listed part: how it compares."""
    words = _without_link(part)
    figures = [item for item in words if _is_figure(item)]
    if len(figures) != 1 or figures[0] is not next((item for item in words if not item.light), None):
        return []
    rest = words[words.index(figures[0]) + 1 :]
    compares = any(item.word(*COMPARISONS, "than", "against") and not item.word("filler") for item in rest)
    return rest if compares and not figures[0].text.isascii() else []


def _is_bare_figure(part: list[Item]) -> bool:
    """A figure, its days, and nothing that is said of it."""
    words = _without_link(part)
    plain = all(_is_figure(item) or item.get(PeriodTerm) is not None or item.light for item in words)
    return plain and sum(map(_is_figure, words)) == 1


def _days_compared(part: list[Item]) -> list[Item]:
    """The days of a part that sets figures of two periods against each other."""
    than = any(item.word("than", "against") and not item.text.isascii() for item in part)
    return [item for item in part if item.get(PeriodTerm) is not None] if than else []


def _without_link(part: list[Item]) -> list[Item]:
    return part[1:] if part and (part[0].word("conj") or part[0].text in LIST_LINKS) else part


def _is_figure(item: Item) -> bool:
    return any(not term.weak for term in item.all(MetricTerm))


def _is_none(part: list[Item], denial: Item) -> bool:
    """一次退货都没有: the denial is of the one, and nothing else was said."""
    heavy = [item for item in part if not item.light and not item.word("filler")]
    return not denial.text.isascii() and bool(heavy) and number_of(heavy[0]) == 1 and len(heavy) <= MOST_OF_ONE


def _bounds_anew(items: list[Item], index: int) -> bool:
    """ "Over 700 in May and under 300 in June": the word that joins is part of the word that compares."""
    item = items[index]
    numbers = [each for each in items[index + 1 : index + 3] if each.text != "$"]
    joins = item.text.lower().startswith(("and ", "but ")) and item.word(*COMPARISONS)
    return joins and bool(numbers) and has_number(numbers[0])


def _bounds_again(items: list[Item], index: int, part: list[Item]) -> bool:
    """ "Over 700 in May | from under 30 orders": a second bound, unless the first is on one of the things that are counted."""
    numbers = [each for each in items[index + 2 : index + 4] if each.text != "$"]
    bounds = items[index].says("bound_link") and index + 1 < len(items) and items[index + 1].word(*COMPARISONS)
    bounded = any(item.word(*COMPARISONS) for item in part) and any(has_number(item) for item in part)
    counted = any(term.entity is not None for item in part for term in item.all(FieldTerm))
    return bool(bounds and numbers and has_number(numbers[0]) and bounded and not counted)


def _days_ahead(part: list[Item], verb: Item) -> list[Item]:
    """五月买过 六月退过: in Chinese days stand before what was done in them; they are taken from the part before."""
    found: list[Item] = []
    if verb.text.isascii():
        return found
    one = next((index for index, item in enumerate(part) if number_of(item) == 1), None)
    if one is not None and is_negation(verb) and one > 0 and len(part) - one <= 3:
        while one > 1 and any(part[one - 1].get(kind) is not None for kind in (WeekendTerm, WeekdaysTerm, ValueTerm)):
            one -= 1
        found = part[one:]  # 六月一单没下, 平时一次没来
        del part[one:]
    named = [item for item in part if item.get(PeriodTerm) is not None]
    if is_negation(verb) and one is None:
        return _days_behind_deed(part, named)
    while (len(named) > 1 or found) and part and named and part[-1] is named[-1]:
        found.insert(0, part.pop())
        named.pop()
    return found


def _days_behind_deed(part: list[Item], named: list[Item]) -> list[Item]:
    """五月买过 六月就没再来, 五月买过 六月和七月都没来: all days between the last deed and its denial are those of the denial."""
    deed = max((index for index, item in enumerate(part) if is_deed(item)), default=-1)
    behind = part[deed + 1 :]
    first = next((index for index, item in enumerate(behind) if item in named), None)
    if (
        deed < 0
        or first is None
        or not all(item in named or item.light or item.word("conj", "filler") for item in behind[first:])
    ):
        return []
    if behind[first - 1 : first] and behind[first - 1].says("happened_on") and len(named) == len(behind[first:]):
        return []  # 首单在五月但没再来
    found = behind[first:]
    del part[deed + 1 + first :]
    return found


def _is_inside_range(items: list[Item], index: int) -> bool:
    """ "Between five and ten"."""
    around = [item for item in items if item.text != "$"]
    at = around.index(items[index]) if items[index] in around else 0
    numbers = 0 < at < len(around) - 1 and has_number(around[at - 1]) and has_number(around[at + 1])
    return numbers and at > 1 and around[at - 2].text.lower() == "between"


def does_something(item: Item) -> bool:
    """A verb of the data, or one that says that somebody came."""
    verb = item.get(VerbTerm) is not None or is_weak_metric(item)
    return (verb and not item.word("filler")) or item.word("act")


def _does_another_thing(items: list[Item], index: int) -> bool:
    """ "Those who returned | bought again": two verbs side by side that no data knows both of are two deeds.

    In Chinese the second may be what was received: 没有收到过退款.
    """
    here, before = ({term.dataset for term in each.all(VerbTerm)} for each in (items[index], items[index - 1 if index else 0]))
    said = not any(each.word("filler") for each in (items[index], items[index - 1]))
    english = items[index].text.isascii()
    return index > 0 and english and said and bool(here) and bool(before) and not here & before


def _is_complete(items: list[Item], clauses: list[Clause]) -> bool:
    """Whether the words say something already: of what, how often, or when."""
    return any(item.get(PeriodTerm) or has_number(item) or any(item in clause.items for clause in clauses) for item in items)


def is_negation(item: Item) -> bool:
    return item.word("never") and not item.word("filler")


def _denies_deed(items: list[Item], index: int) -> bool:
    """ "Never …", "without buying": a denial of what was done, where "without red ones" only leaves rows out."""
    following = near(items[index], items, 1)
    denied = items[index].says("without", "denies") and following is not None and does_something(following)
    return is_negation(items[index]) or denied


def _denies_thing(items: list[Item], index: int, part: list[Item], clauses: list[Clause]) -> bool:
    """ "Bought red ones | not blue ones": a denial behind a thing, where "bought no red ones" has none before it."""
    following = near(items[index], items, 1)
    named = any(following in clause.items for clause in clauses) and any(
        each in clause.items for clause in clauses for each in part
    )
    return named and items[index].text.isascii() and items[index].says("denies") and any(is_deed(each) for each in part)


def is_deed(item: Item) -> bool:
    return does_something(item) or item.get(MetricTerm) is not None or item.word("first_time")


def _has_core(items: list[Item]) -> bool:
    denied = any(item.word("not", "never") for item in items)
    return any(is_deed(item) or has_number(item) or (denied and item.get(PeriodTerm) is not None) for item in items)


def _begins(draft: Draft, items: list[Item], clauses: list[Clause], contrary: bool) -> bool:
    """Whether the words that follow begin something new: a verb, a figure, a negation, days."""
    for index, item in enumerate(items[: 6 if contrary else 4]):
        compares = (
            contrary and item.word(*COMPARISONS) and not item.word("filler") and has_number(items[min(index + 1, len(items) - 1)])
        )
        bound = item.get(FieldTerm) is not None and any(each.word(*COMPARISONS) for each in items[index + 1 : index + 3])
        bound = bound or compares
        if bound or does_something(item) or item.word("never", "first_time") or (item.word("not") and not item.word("conj")):
            return True
        if (item.word("relative") and not item.word("conj")) or item.word("others", "nothing_else", "contains"):
            return True
        negated = any(clause.negated and item in clause.items for clause in clauses)
        if negated or item.get(PeriodTerm) is not None or item.get(MetricTerm) is not None:
            return True
        if any(item in clause.items for clause in clauses) and not contrary:
            following = items[index + 1] if index + 1 < len(items) else None
            return following is not None and is_negation(following)
    return False
