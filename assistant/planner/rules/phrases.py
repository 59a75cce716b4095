"""Phrases that say something about each entity: "customers who came twice", 从没买过红色的客户, "which shops sold under 100".

A phrase is found by its noun and by where it stands: in Chinese before the noun or after it, in English after it.
"""

from __future__ import annotations

from itertools import pairwise

from assistant.language.meanings import FieldTerm, MetricTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.phrase import LINKS, Phrase
from assistant.planner.rules.phrases_after import behind, deed_asked, named_last, until_link
from assistant.planner.rules.phrases_before import back_from, said_before, told_before
from assistant.planner.rules.whose import noun_inside, whose_again, whose_of


def phrases(draft: Draft) -> list[Phrase]:
    """Every stretch that may say something of each one of a noun."""
    found: list[Phrase] = []
    for item in draft.items:
        whose = whose_of(draft, item) or whose_again(draft, item)
        if whose is None:
            continue
        before, after = tuple(said_before(draft, item, whose)), tuple(behind(draft, item))
        after = after if any(not (each.light or each.word("inside", "filler")) for each in after) else ()
        before = () if _only_asks(before) else before
        if noun_inside(draft, item) is not None:
            after = (item, *after)
        found += [Phrase(item, whose, items) for items in (before, after) if items]
        if before and after:
            found.append(Phrase(item, whose, before, after))
    for item in draft.items:
        ends = item.text == "的" and (_asks_after(draft, item) or _is_first_of_two(draft, item))
        said = tuple(back_from(draft, item.index - 1)) if ends else ()
        said = _behind_the_noun(draft, said)
        whose = (named_last(draft, said[0]) or draft.person) if said else None
        if whose is not None:
            found.append(Phrase(None, whose, said))
    for item in draft.items:
        told = tuple(told_before(draft, item))
        if told:
            found.append(Phrase(item, whose_of(draft, item) or "", told))
    for item in draft.items:
        first = deed_asked(draft, item)
        named = named_last(draft, item)
        if first is not None and named is not None:
            found.append(Phrase(None, named, tuple(until_link(draft, first))))
    return [phrase for phrase in found if any(not (item.light or item.word("inside", "filler")) for item in phrase.items)]


def _behind_the_noun(draft: Draft, said: tuple[Item, ...]) -> tuple[Item, ...]:
    """…的客户贡献了销售额的多少: what is said of a noun stands before it; …的客户六月又来的占: a deed, behind it."""
    nouns = [
        index + 1
        for index, (before, each) in enumerate(pairwise(said))
        if before.text == "的" and each.all(FieldTerm) and whose_of(draft, each)
    ]
    behind = said[nouns[-1] + 1 :] if nouns else said
    does = any(item.get(VerbTerm) is not None or item.word("act", "never") for item in behind)
    figures = any(not term.weak for item in behind for term in item.all(MetricTerm))
    return behind if not nouns or (does and not figures) else ()


def _asks_after(draft: Draft, link: Item) -> bool:
    """的 with nothing but a question after it."""
    following = draft.touching(link, 1)
    if following is not None and following.says("has"):
        following = draft.touching(following, 1)  # 还来的有几成
    if following is not None and following.word("counts_in"):
        return False
    return following is not None and following.word("count", "share", "list") and following.get(FieldTerm) is None


def _is_first_of_two(draft: Draft, link: Item) -> bool:
    """买过红色的和没买过的,…: where the others were set aside, nothing stands behind the first group."""
    following = draft.touching(link, 1)
    return "two_groups" in draft.marks and (following is None or following.text in LINKS)


def _only_asks(before: tuple[Item, ...]) -> bool:
    """三季度有百分之多少的客户: what stands before the noun asks for a number of them, and says nothing."""
    asks = any(item.word("count", "share", "how_much") and not item.word("filler") for item in before)
    deeds = any(item.get(VerbTerm) is not None or item.get(MetricTerm) is not None or item.word("act") for item in before)
    return asks and not deeds
