"""A bound on the things that a deed makes up: on one ("with an order over 300"), or on all of them (每一单都不到30块的)."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language.meanings import FieldTerm, MetricTerm, PeriodTerm
from assistant.language.words import spelled
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import COMPARISONS, near, number_of
from assistant.planner.rules.counted import counted_by
from assistant.planner.rules.counting import counted_by_rows
from assistant.planner.rules.heads import is_weak_metric, key_metric_of_money
from semantic_layer.conditions import AnyCondition, Compare, EntityMetric, Operator
from semantic_layer.model.metrics import Aggregate

REACH = 3
"""Words that may stand between the thing and the word that compares."""
ANY_OF: dict[str, tuple[str, ...]] = {"most": ("gt", "ge"), "least": ("lt", "le")}
"""The largest is over a number where any is, and the smallest is under it."""
CONTRARY: dict[Operator, Operator] = {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge"}


@dataclass(frozen=True)
class Nested:
    """What must hold of one of the things, with the words that say it.

    Attributes:
        every: It must hold of each of them; `where` is then what must hold of none.
    """

    items: tuple[Item, ...]
    where: AnyCondition
    dataset: str
    every: bool = False


def read_nested(draft: Draft, items: list[Item], whose: str, dataset: str | None) -> Nested | None:
    """The bound on the things inside, if there is one: orders of customers, where `items` are about customers."""
    for item in items if draft.workspace.entity(whose) is not None else ():
        rows, entity = _counted_by_rows(draft, dataset)
        if entity is None or entity == whose or not _names_thing(item, entity):
            continue
        each = _each_one(item, items)
        bound = _compared(item, items) or (_compared_behind(item, items) if each else None)
        if bound is None:
            continue
        between, word, number = bound
        op: Operator = next(COMPARISONS[code] for code in COMPARISONS if word.word(code))
        alone = each or _stands_alone(item, items)
        if each and any(denial.word("never") and not denial.word("filler") for denial in between):
            op = CONTRARY[op]  # 每单都没超过30
        if not alone and not item.text.isascii():
            continue  # 订单超过100单 bounds their number
        superlative = [each for each in alone if each.word("most", "least")]
        if any(op not in ANY_OF[code] for each in superlative for code in ANY_OF if each.word(code)):
            return None
        tail = [number, *items[items.index(number) + 1 :]]
        unit = near(number, items, 1)
        money = any(each is not None and (each.word("money") or each.text == "$") for each in (unit, near(number, items, -1)))
        found = None if money else counted_by(draft, number, tail, entity, dataset)
        metric, named = found if found is not None else (key_metric_of_money(draft), [])
        if metric is None or number.number is None or (not money and found is None and not alone and item.text.isascii()):
            return None
        used = (*alone, *between, word, number, *named, *([unit] if money and unit is not None and unit.word("money") else []))
        value = number.number.value
        ref, right = EntityMetric(metric=metric, entity=entity), int(value) if value.is_integer() else value
        return Nested(used, Compare(left=ref, op=CONTRARY[op] if each else op, right=right), rows, bool(each))
    return None


def bounds_every_thing(draft: Draft, items: list[Item], whose: str, dataset: str | None) -> bool:
    """Whether the words speak of each one of the things, and of no average: a sum of theirs is not what is bounded."""
    rows, entity = _counted_by_rows(draft, dataset)
    if not rows or entity in (None, whose) or any(item.word("average") for item in items):
        return False
    return any(_names_thing(item, entity) and (_led_by_each(item, items) or item.says("each_deed")) for item in items)


def _names_thing(item: Item, entity: str) -> bool:
    return item.says("one_by_one", "each_deed") or any(term.entity == entity for term in item.all(FieldTerm))


def _led_by_each(item: Item, items: list[Item]) -> Item | None:
    """ "Every order", 每一单."""
    before = near(item, items, -1)
    led = before is not None and before.word("group", "per") and before.text.lower().startswith(spelled("every"))
    return before if led else None


def _each_one(item: Item, items: list[Item]) -> list[Item]:
    """The words that say that each one is meant: "every order", 每一单都, 单笔都; without 都 it may be an average."""
    lead = _led_by_each(item, items)
    if item.text.isascii():
        return [lead, item] if lead is not None else []
    told = lead is not None or item.says("each_deed", "one_by_one")
    number = next((each for each in items[items.index(item) + 1 :] if each.number is not None), None)
    between = items[items.index(item) + 1 : items.index(number)] if number is not None else []
    if not told or not any(each.says("all_of_them") for each in between) or any(each.word("average") for each in items):
        return []
    return [*([lead] if lead is not None else []), item]


def _counted_by_rows(draft: Draft, dataset: str | None) -> tuple[str, str | None]:
    """The data, and what the count of its rows counts: each one belongs to one of those who did it."""
    for rows in draft.workspace.datasets:
        if dataset in (None, rows.name) and isinstance(draft.workspace.metric(rows.count or ""), Aggregate):
            return rows.name, counted_by_rows(draft.workspace, rows)
    return "", None


def _compared(item: Item, items: list[Item]) -> tuple[list[Item], Item, Item] | None:
    """The words between the thing and the comparing word, that word, and the number behind it."""
    between: list[Item] = []
    at = near(item, items, 1)
    while at is not None and len(between) < REACH:
        number = near(at, items, 1)
        number = near(number, items, 1) if number is not None and number.text == "$" else number
        compares = at.word(*COMPARISONS) and (not at.word("filler") or at.word("than"))
        if compares and number is not None and number.number is not None and number.get(PeriodTerm) is None:
            return between, at, number
        if not (
            at.light
            or is_weak_metric(at)
            or at.word("money", "relative", "never")
            or (at.get(MetricTerm) and not at.text.isascii())
        ):
            return None
        between.append(at)
        at = near(at, items, 1)
    return None


def _compared_behind(item: Item, items: list[Item]) -> tuple[list[Item], Item, Item] | None:
    """每次消费都在50块以上: the comparing word stands behind the number."""
    between: list[Item] = []
    at = near(item, items, 1)
    while at is not None and len(between) < REACH and at.number is None:
        if not (at.light or is_weak_metric(at)):
            return None
        between.append(at)
        at = near(at, items, 1)
    word = near(at, items, 1)
    while word is not None and word.word("money", "classifier") and not word.word(*COMPARISONS):
        word = near(word, items, 1)
    if at is None or at.number is None or word is None or not word.word(*COMPARISONS) or word.word("filler"):
        return None
    return between, word, at


def _stands_alone(item: Item, items: list[Item]) -> list[Item]:
    """ "An order", "the biggest order", 有一单, 单笔: any one of them; a number before it would count them."""
    found = [item]
    before = near(item, items, -1)
    while before is not None and (before.word("most", "least", "single") or number_of(before) == 1):
        found.insert(0, before)
        before = near(before, items, -1)
    article = before is not None and before.text.lower() in ("a", "an", "any")
    return found if len(found) > 1 or article or item.says("one_by_one") else []
