"""Whether a phrase goes on behind a comma."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, MetricTerm, PeriodTerm, VerbTerm
from assistant.planner.draft import BOUNDS, Draft, Item
from assistant.planner.rules.phrase import LINKS
from assistant.planner.rules.whose import whose_of


def goes_on(draft: Draft, comma: Item) -> bool:
    """What is said goes on after a comma."""
    following = draft.after(comma)
    if comma.text not in (",", "，") or following is None:
        return False
    before = draft.touching(comma, -1)
    compared = before is not None and before.word("than") and not before.text.isascii()  # 跟五月比，
    told = _denies_further(draft, comma) or _tells_of_deeds(draft, comma) or _bounds_further(draft, comma)
    return compared or following.word("but", "never", "not") or told


def _denies_further(draft: Draft, comma: Item) -> bool:
    """ ", but in May no red ones", ", and no blue ones"."""
    at = draft.touching(comma, 1)
    if at is None or not at.word("but", "conj") or not at.text.isascii():
        return False
    while at is not None and (at.word("but", "conj", "filler") or at.get(PeriodTerm) is not None):
        at = draft.touching(at, 1)
    return at is not None and (at.says("denies") or (at.word("never") and at.is_word))


def _bounds_further(draft: Draft, comma: Item) -> bool:
    """销售额超过一万,而且订单至少100单: a bound before the comma, and a further one on another figure behind it."""
    first = draft.touching(comma, 1)
    while first is not None and (first.light or first.word("but", "conj")):
        first = draft.touching(first, 1)
    figure = first is not None and (first.all(MetricTerm) or first.all(FieldTerm) or first.word(*BOUNDS))
    if first is None or not figure or first.word("filler"):
        return False
    before, after = _up_to_links(draft, comma, -1), _up_to_links(draft, comma, 1)
    asks = any(item.word("count", "which", "how_much", "share", "group") and not item.word("filler") for item in after)
    return not asks and _has_bound(before) and _has_bound(after)


def _up_to_links(draft: Draft, comma: Item, way: int) -> list[Item]:
    found: list[Item] = []
    at = draft.touching(comma, way)
    while at is not None and at.text not in LINKS:
        found.append(at)
        at = draft.touching(at, way)
    return found


def _has_bound(items: list[Item]) -> bool:
    compares = any(item.word(*BOUNDS) and not item.word("filler") for item in items)
    return compares and any(item.number is not None for item in items)


def _tells_of_deeds(draft: Draft, comma: Item) -> bool:
    """一季度买过,二季度没来…的客户: nothing but a deed stands before the comma, and a further one after it."""
    segment: list[Item] = []
    before = draft.touching(comma, -1)
    while before is not None and before.text not in LINKS:
        segment.append(before)
        before = draft.touching(before, -1)
    after = [item for item in draft.items[comma.index + 1 : comma.index + 6] if item.text not in LINKS]
    deeds = [any(item.get(VerbTerm) is not None or item.word("act") for item in each) for each in (segment, after)]
    asks = any(item.word("count", "which", "list", "how_much", "share") and not item.word("filler") for item in segment)
    nouns = any(item.text == "的" or whose_of(draft, item) is not None or item.get(MetricTerm) for item in segment)
    return all(deeds) and not asks and not nouns and not segment[0].text.isascii()
