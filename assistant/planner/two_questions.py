"""Two questions in one message: 销售额多少？哪个门店的订单最多？, "what were sales, and how many shops sold over 500?".

A request has one cut and one condition for all its figures. Where each of the questions has its own, they are no one request:
what cuts the second would cut the first as well. The message is then refused, and each of the questions is offered. Only where
they are one figure of two values of a field (买过红色的有多少？买过蓝色的又有多少？) are they rows of one request.
"""

from __future__ import annotations

from collections.abc import Callable

from assistant.language.meanings import PeriodTerm
from assistant.language.words import spelled
from assistant.planner.asked_of_those import entity_counted, named_beside, noun_of
from assistant.planner.draft import Draft, Item
from assistant.planner.edits import values_side_by_side
from assistant.planner.outcome import Choice, Outcome, Plan, Refuse
from assistant.planner.scope import bindings_of
from semantic_layer.requests import MetricQuery, plain

CODE = "two_questions"
ENDS = ("?", "？", "。", ";", "；", "!", "！")
COMMAS = (",", "，")
ASKS = ("which", "count", "how_much", "is_what")
NOT_READ = ("entity_condition", "unbound_word", "off_topic", "two_groups", "two_periods")
"""Refusals of the whole that each of its questions may be free of."""


def two_questions(draft: Draft, outcome: Outcome, read: Callable[[str], Outcome]) -> Plan | Refuse | None:
    """The refusal of a message whose questions do not fit into one request; those that differ in one value are rows of one.

    Args:
        outcome: What the message was read as.
        read: Reads a text as a question of its own.
    """
    if isinstance(outcome, Plan) and outcome.edited:
        return None
    failed = not isinstance(outcome, Plan) and getattr(outcome, "code", "") in NOT_READ
    joined = _query(outcome)
    if not failed and (joined is None or not joined.by):
        return None
    found: list[MetricQuery | None] = []
    parts = _questions(draft)
    named = next((item for item in parts[0] if item.get(PeriodTerm) is not None), None) if parts else None
    for items in parts:
        counted = next((entity_counted(draft.workspace, request) for request in found if request is not None), None)
        found.append(_query(read(_text(draft, items, named, counted))))
    each = [request for request in found if request is not None]
    if len(each) < 2 or len(each) < len(found):
        return None
    if joined is not None and not _cuts_the_first(joined, each):
        return None
    rows = values_side_by_side(*each) if failed and len(each) == 2 else None
    if rows is not None:
        return Plan(readings=(plain(rows),), bindings=bindings_of(draft))
    choices = tuple(Choice(request=plain(request)) for request in each)
    return Refuse(code=CODE, span=draft.question.original.strip(), choices=choices, bindings=bindings_of(draft))


def _query(outcome: Outcome) -> MetricQuery | None:
    if not isinstance(outcome, Plan) or len(outcome.readings) != 1 or outcome.readings[0].get("kind") != "metric_query":
        return None
    return MetricQuery.model_validate(outcome.readings[0])


def _cuts_the_first(joined: MetricQuery, each: list[MetricQuery]) -> bool:
    """Whether a figure that was asked of all is cut by the groups that a later question ranks; other groups are those of both."""
    first = each[0]
    later = [request for request in each[1:] if request.by and request.limit is not None and request.metrics != first.metrics]
    return not first.by and bool(later) and any(set(request.by) <= set(joined.by) for request in later)


def _questions(draft: Draft) -> list[list[Item]]:
    """The items of the questions, where each one stands by itself."""
    parts = _parts(draft)
    if len(parts) < 2 or any(_leans_on(draft, item) for items in parts[1:] for item in items):
        return []
    return parts if sum(item.get(PeriodTerm) is not None for item in parts[0]) <= 1 else []


def _parts(draft: Draft) -> list[list[Item]]:
    """The message cut where a sentence ends, and at a comma or "and" behind a question with another one after it."""
    parts: list[list[Item]] = [[]]
    for item in draft.items:
        if item.text in ENDS or (
            (item.text in COMMAS or (item.word("conj") and item.text.isascii())) and _asks(parts[-1]) and _starts(draft, item)
        ):
            parts.append([])
        else:
            parts[-1].append(item)
    return [part for part in parts if any(not item.light for item in part)]


def _asks(items: list[Item]) -> bool:
    return any(item.word(*ASKS) or item.says("asks_what") or item.text.endswith("多少") for item in items)


def _starts(draft: Draft, item: Item) -> bool:
    """Whether another question starts behind an item: in English with its word, in Chinese anywhere up to the next comma."""
    behind: list[Item] = []
    for following in draft.items[item.index + 1 :]:
        if following.text in (*ENDS, *COMMAS):
            break
        behind.append(following)
    while behind and behind[0].word("conj"):
        behind = behind[1:]
    return _asks(behind[:1] if draft.language == "en" else behind)


def _leans_on(draft: Draft, item: Item) -> bool:
    """A word for what the question before was about: no question of its own."""
    following = draft.touching(item, 1)
    if following is not None and f"{item.text} {following.text}".lower() in spelled("that_time"):
        return False
    if item.says("of_those", "them", "those_named", "their_figures"):
        return True
    return item.word("refer") and not item.word("which", "relative", "filler")


def _text(draft: Draft, items: list[Item], named: Item | None, counted: str | None) -> str:
    """A part as a question: "that month" is the one that was named, and who is counted are those of the first, if no other."""
    chinese = draft.language != "en"
    dated = any(item.get(PeriodTerm) is not None for item in items)
    texts = [named.text] if chinese and named is not None and not dated else []
    for item in items[1:] if items[0].word("conj") else items:
        if named is not None and _is_the_same(item, named):
            texts = texts[:-1] if texts and f"{texts[-1]} {item.text}".lower() in spelled("that_time") else texts
            texts.append(named.text if chinese else f"in {named.text}")
        elif item.word("count") and counted is not None and named_beside(draft, item, items) is None:
            noun = noun_of(draft, counted)
            texts += [noun, item.text] if chinese else [item.text, noun]
        else:
            texts.append(item.text)
    if not chinese and named is not None and not dated:
        texts += ["in", named.text]
    return ("" if chinese else " ").join(texts).strip(" ,，")


def _is_the_same(item: Item, named: Item) -> bool:
    return item is not named and item.get(PeriodTerm) is not None and item.get(PeriodTerm) is named.get(PeriodTerm)
