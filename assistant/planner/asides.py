"""Asides: stretches of a message that speak of the speaker or the occasion, and not of what is asked.

"I'm off to a meeting", 老板等着要. Everything else that is not understood is never passed over.
"""

from __future__ import annotations

from assistant.language.meanings import (
    BareDayTerm,
    ConditionTerm,
    FieldTerm,
    HoursTerm,
    MetricTerm,
    PeriodTerm,
    SegmentTerm,
    SeveralTerm,
    TagTerm,
    TagValueTerm,
    ValueTerm,
)
from assistant.planner.draft import Draft, Item

ABOUT = (MetricTerm, FieldTerm, TagTerm, TagValueTerm, SegmentTerm, ConditionTerm, SeveralTerm)
CATALOGUE = ("help", "metrics_noun", "dimensions_noun", "tags_noun", "segments_noun", "data_noun")
BREAKS = frozenset(".!?;:()[]-。！？；：（）\n")
"""Signs that end a stretch of a message; a comma does as well."""
RESTRICTS = ("not", "never", "only", "unknown", "at_least", "more_than", "at_most", "less_than", "restricts", "which", "remove")


def pass_over_asides(draft: Draft) -> None:
    """Claims the items of asides, so that no rule sees them; the last stretch that asks something always stays."""
    stretches = _stretches(draft)
    if len(stretches) < 2 or not any(_asks(stretch) for stretch in stretches):
        return
    for stretch in stretches:
        if not _asks(stretch) and (_is_aside(draft, stretch) or _opens(draft, stretch) or _goes_on(draft, stretch)):
            draft.claim("aside", *stretch)


def _stretches(draft: Draft) -> list[list[Item]]:
    found: list[list[Item]] = [[]]
    for item in draft.items:
        if item.text in BREAKS or item.text in (",", "，", "、"):
            found.append([])
        else:
            if found[-1] and "\n" in _gap(draft, found[-1][-1], item):
                found.append([])
            found[-1].append(item)
    return [stretch for stretch in found if stretch]


def _gap(draft: Draft, first: Item, second: Item) -> str:
    question = draft.question
    end = question.origin[question.tokens[first.span.end - 1].end - 1]
    return question.original[end : question.origin[question.tokens[second.span.start].start]]


def _asks(stretch: list[Item]) -> bool:
    if any(item.word(*CATALOGUE) for item in stretch):
        return True
    return any(item.get(kind) is not None for item in stretch for kind in ABOUT) or any(
        value.declared for item in stretch for value in item.all(ValueTerm)
    )


def _opens(draft: Draft, stretch: list[Item]) -> bool:
    """A heading of some words that ends with a sign: "Board call in five -", "Closing the books:". A bare noun may be a topic."""
    sign = draft.touching(stretch[-1], 1)
    if any(item.text.lower() in ("you", "your", "你", "您") for item in stretch):
        return False
    headed = stretch[0].index == 0 and sign is not None and sign.text in (":", "：", "-", "!", "！")
    return headed and len(stretch) >= 3 and _says_nothing_of_it(draft, stretch)


def _goes_on(draft: Draft, stretch: list[Item]) -> bool:
    """A sentence of its own that begins with what somebody is doing: "Thinking about lunch."."""
    sign = draft.touching(stretch[0], -1)
    begins = sign is not None and sign.text in (".", "!", "?", "。", "！", "？") and stretch[0].text.lower().endswith("ing")
    return begins and len(stretch) >= 2 and _says_nothing_of_it(draft, stretch)


def _says_nothing_of_it(draft: Draft, stretch: list[Item]) -> bool:
    exact = [item for item in stretch if any(item.get(kind) is not None for kind in (PeriodTerm, HoursTerm, BareDayTerm))]
    narrows = any(item.is_word and item.word(*RESTRICTS) and not item.word("filler", "aside") for item in stretch)
    return not exact and not narrows and not stretch[0].word("restricts") and not all(item.soft for item in stretch)


def _is_aside(draft: Draft, stretch: list[Item]) -> bool:
    if all(item.soft for item in stretch) or not any(item.word("aside") for item in stretch):
        return False
    if not _says_nothing_of_it(draft, stretch):
        return False
    followers = [draft.touching(item, 1) for item in stretch if not item.span.meanings]
    return not any(each is not None and each.text == "的" and each is stretch[-1] for each in followers)
