"""What stands before a noun and says something of it, as in Chinese: 五月来过的客户."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, MetricTerm, PeriodTerm, VerbTerm
from assistant.language.words import spelled
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import COMPARISONS
from assistant.planner.rules.commas import goes_on
from assistant.planner.rules.phrase import LINKS
from assistant.planner.rules.whose import is_adjective, whose_of
from semantic_layer.conditions import GRAINS


def said_before(draft: Draft, noun: Item, whose: str) -> list[Item]:
    """What stands before 的 and the noun; a verb alone may touch it (退货客户)."""
    link = draft.touching(noun, -1)
    while link is not None and (_stands_between(link) or is_adjective(draft, link, whose)):
        link = draft.touching(link, -1)
    if link is None:
        return []
    if _bounds_the_noun(draft, noun):
        return back_from(draft, noun.index - 1)
    if link.text == "的":
        return [] if _counts_the_noun(draft, link) else back_from(draft, link.index - 1)
    if link.text.endswith("的") and link.word("first_time"):
        return back_from(draft, link.index)
    alone = link.get(VerbTerm) is not None and not link.text.isascii() and not link.word("filler")
    before = draft.touching(link, -1)
    if before is not None and before.word("whole", "share"):
        return []  # 占所有购买客户的: all of them
    return [*_owner_of(draft, link), link] if alone and draft.workspace.entity(whose) is not None else []


def _owner_of(draft: Draft, verb: Item) -> list[Item]:
    """13号展会的退货客户: what they did it with stands before 的."""
    link = draft.touching(verb, -1)
    if link is None or link.text != "的":
        return []
    found, at = [link], draft.touching(link, -1)
    dated = draft.any_word("share")  # of the figure itself the days are those of the question
    while at is not None and at.get(VerbTerm) is None and (at.role is not None or (dated and at.get(PeriodTerm) is not None)):
        found.insert(0, at)
        at = draft.touching(at, -1)
    return found if len(found) > 1 else []


def _bounds_the_noun(draft: Draft, noun: Item) -> bool:
    """二百元以上订单, 来过十次以上客户: an amount, or how often, that is compared right before the noun."""
    last, first = draft.touching(noun, -1), None
    if last is not None and last.word(*COMPARISONS) and not last.word("filler") and not last.text.isascii():
        first = draft.touching(last, -1)
    unit = first if first is not None and first.word("money", "times") else None
    number = draft.touching(unit, -1) if unit is not None else None
    return number is not None and number.number is not None


def _counts_the_noun(draft: Draft, link: Item) -> bool:
    """六个以上的颜色: the number says how many of the noun there are, and nothing of each one."""
    at = draft.touching(link, -1)
    while at is not None and at.word(*COMPARISONS):
        at = draft.touching(at, -1)
    counter = at is not None and at.word("classifier") and not at.word("money", "times") and not at.all(FieldTerm)
    number = draft.touching(at, -1) if at is not None and counter else None
    if number is None or number.number is None:
        return False
    before = draft.before(number)
    while before is not None and before.word(*COMPARISONS, "but", "filler"):
        before = draft.before(before)
    return before is not None and not (before.get(MetricTerm) or any(term.entity for term in before.all(FieldTerm)))


def back_from(draft: Draft, index: int) -> list[Item]:
    found: list[Item] = []
    while index >= 0:
        item = draft.items[index]
        if item.text in LINKS and not goes_on(draft, item):
            break
        if item.word("share") and not item.word("filler"):
            break
        if (
            found
            and item.word("count")
            and not item.word("classifier", "list")
            and item.text.startswith(spelled("asks_how_many"))
        ):
            break  # 每月来了多少第一次下单的客户
        if item.word("inside") and not item.text.isascii() and _names_a_whole(draft, item):
            break
        found.insert(0, item)
        index -= 1
    if len(found) > 1 and found[0].word("whole") and not any(item.get(PeriodTerm) for item in found[:1]):
        return []  # 占所有购买客户的: all of them
    while found and found[0].word("list", "which") and not found[0].word("filler"):
        found.pop(0)
    return found


def _names_a_whole(draft: Draft, item: Item) -> bool:
    """客户里, 销售额里: what follows is about a part of those that the noun before it names, or of a figure."""
    before = draft.before(item)
    if before is not None and any(not term.weak for term in before.all(MetricTerm)) and not before.all(FieldTerm):
        return True
    whose = whose_of(draft, before) if before is not None and before.get(PeriodTerm) is None else None
    return whose is not None and whose not in GRAINS


def told_before(draft: Draft, noun: Item) -> list[Item]:
    """ "Came in spring, then never again - how many customers is that": all of it stands before the question."""
    word = draft.before(noun)
    link = draft.touching(word, -1) if word is not None and word.word("count") and word.is_word else None
    if link is None or link.text not in (*LINKS, "-", "—") or draft.workspace.entity(whose_of(draft, noun) or "") is None:
        return []
    told = [item for item in draft.items[: link.index] if item.text not in ("。", ".", "-", "—")]
    deeds = any(item.get(VerbTerm) is not None or item.word("act", "first_time") for item in told)
    nouns = any((whose_of(draft, item) is not None and not _is_none(draft, item)) or item.text == "的" for item in told)
    return told if deeds and not nouns else []


def _is_none(draft: Draft, noun: Item) -> bool:
    """ "Zero orders": said of those who are asked for, and not whom it is said of."""
    before = draft.touching(noun, -1)
    return before is not None and before.says("none_of")


def _stands_between(item: Item) -> bool:
    """What may stand between 的 and its noun: …的那批客户, …的是哪些门店."""
    passed = item.light or (item.word("which") and item.word("list"))
    return passed and not item.text.endswith("的") and not item.text.isascii()
