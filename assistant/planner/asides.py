"""Asides: stretches of a message that speak of the speaker or the occasion, and not of what is asked.

"I'm off to a meeting", 老板等着要. Everything else that is not understood is never passed over.
"""

from __future__ import annotations

from assistant.language.meanings import (
    BareDayTerm,
    ConditionTerm,
    FieldTerm,
    GrainTerm,
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
OCCASION_WORDS = 5
PROSE = 8
"""Words from which what stands before a colon is prose, and no heading that may name a topic."""
RESTRICTS = ("not", "never", "only", "unknown", "at_least", "more_than", "at_most", "less_than", "restricts", "which", "remove")


def pass_over_asides(draft: Draft) -> None:
    """Claims the items of asides, so that no rule sees them; the last stretch that asks something always stays."""
    _pass_over_occasions(draft)
    _pass_over_acknowledgement(draft)
    stretches = [free for each in _stretches(draft) if (free := [item for item in each if item.free])]
    if len(stretches) < 2 or not any(_asks(stretch) for stretch in stretches):
        return
    for stretch in _preamble(draft, stretches):
        draft.claim("aside", *stretch)
    for stretch in stretches:
        said_aside = _is_aside(draft, stretch) or _opens(draft, stretch) or _goes_on(draft, stretch)
        if _only_speaks_of(draft, stretch, stretches) or (said_aside and not _asks(stretch)):
            draft.claim("aside", *stretch)


def _pass_over_occasions(draft: Draft) -> None:
    """ "For the quarterly review I need to know …": what the answer is for."""
    for item in draft.items:
        if not item.says("occasion_lead"):
            continue
        for length in range(2, OCCASION_WORDS + 1):
            last = draft.items[item.index + length] if item.index + length < len(draft.items) else None
            following = draft.touching(last, 1) if last is not None else None
            occasion = last is not None and (last.word("occasion", "aside") or last.says("occasions"))
            if last is not None and occasion and following is not None and following.says("speakers"):
                between = draft.between(item, last)
                if all(each.is_word or each.get(GrainTerm) is not None for each in between):
                    draft.claim("aside", item, *between, last)
                break


def _pass_over_acknowledgement(draft: Draft) -> None:
    """ "Nice, and …", "Morning all, …", 明白,那…: a sentence of its own before what is asked."""
    stretches = _stretches(draft)
    first = stretches[0] if len(stretches) > 1 else []
    narrows = any(item.word(*RESTRICTS) and not item.word("filler") for item in first)
    said = [item for item in first if item.word("acknowledged") or _greets(draft, item)]
    if said and not narrows and all(item in said or item.soft for item in first):
        draft.claim("aside", *first)


def _greets(draft: Draft, item: Item) -> bool:
    """A greeting, though the word may mean a time of day as well; in the plural it does."""
    last = draft.question.tokens[item.span.end - 1]
    return item.word("greeting") and last.text == last.key


def _preamble(draft: Draft, stretches: list[list[Item]]) -> list[list[Item]]:
    """Whole sentences of prose that end with a colon: "Our committee meets on Thursday and will ask, so please:"."""
    colon = next((item.index for item in draft.items if item.text in (":", "：")), None)
    before = [each for each in stretches if colon is not None and each[-1].index < colon]
    long = sum(len(each) for each in before) >= PROSE
    told = any(
        item.word("not", "never", "only", "which", "remove") and not item.word("filler") for each in before for item in each
    )
    exact = any(item.get(PeriodTerm) is not None or item.number is not None for each in before for item in each)
    aside = any(item.word("aside") for each in before for item in each)
    return before if long and aside and not told and not exact and not any(_asks(each) for each in before) else []


def _only_speaks_of(draft: Draft, stretch: list[Item], stretches: list[list[Item]]) -> bool:
    """我们会上要讨论重度用户,…: the noun stands in an aside, and what is asked of it has a stretch of its own."""
    nouns = [item for item in stretch if any(term.entity is not None for term in item.all(FieldTerm))]
    about = [item for item in stretch if any(item.get(kind) is not None for kind in ABOUT)]
    if not nouns or about != nouns or not any(item.word("aside") for item in stretch) or stretch is stretches[-1]:
        return False
    if any(item.word("count", "which", "share", *RESTRICTS) and not item.word("filler", "aside") for item in stretch):
        return False
    entities = {term.entity for item in nouns for term in item.all(FieldTerm)}
    later = stretches[stretches.index(stretch) + 1 :]
    again = any(term.entity in entities for each in later for item in each for term in item.all(FieldTerm))
    return again and not any(item.get(PeriodTerm) is not None or item.number is not None for item in stretch)


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
    if any(item.says("tables") for item in stretch) and any(term.groups for item in stretch for term in item.all(GrainTerm)):
        return True  # "monthly table: sales"
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
    narrows = any(item.is_word and item.word(*RESTRICTS, "cumulative") and not item.word("filler", "aside") for item in stretch)
    return not exact and not narrows and not stretch[0].word("restricts") and not all(item.soft for item in stretch)


def _is_aside(draft: Draft, stretch: list[Item]) -> bool:
    if all(item.soft for item in stretch) or not any(item.word("aside") for item in stretch):
        return False
    if not _says_nothing_of_it(draft, stretch):
        return False
    followers = [draft.touching(item, 1) for item in stretch if not item.span.meanings]
    return not any(each is not None and each.text == "的" and each is stretch[-1] for each in followers)
