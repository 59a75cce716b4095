"""The two periods of a figure of each one that moved: "from April to May", 五月比四月, "fell in May" against the month before."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language.dates import period_spans
from assistant.language.meanings import PeriodTerm
from assistant.language.text import read_question
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.asked import span_of
from assistant.planner.rules.bound import COMPARISONS, near
from assistant.planner.rules.periods import ends_of
from semantic_layer.calendar import previous
from semantic_layer.periods import Between, SinglePeriod

RANKS = ("most", "least", "top", "bottom", "ranking", "ascending", "how_much")
"""Words that ask how far each one moved, and not only whether."""


@dataclass(frozen=True)
class Sides:
    """The period that is spoken of, the one that it is set against, and the words that name them."""

    own: SinglePeriod
    base: SinglePeriod
    items: tuple[Item, ...]


def moved(draft: Draft, items: list[Item]) -> Item | None:
    """ "Whose sales fell in May": the word for a rise or a fall, where nothing is asked but that it happened."""
    word = next((item for item in items if item.word("growth", "decline") and item.says("moved")), None)
    ranked = any(item.word(*RANKS) and item.is_word and not item.word("filler", "relative") for item in draft.items)
    return None if ranked or any(item.word("than", "against", *COMPARISONS) for item in items if item is not word) else word


def sides_of(draft: Draft, items: list[Item], change: bool) -> Sides | None:
    """Two periods that are named, the ends of one that goes from the one to the other, or one and the one before it.

    Args:
        change: A rise or a fall is spoken of: only then a single period is set against the one before.
    """
    days = [item for item in items if item.get(PeriodTerm) is not None and not item.word("filler")]
    if len(days) == 2:
        base = _base(draft, items, days)
        own = next(item for item in days if item is not base)
        return Sides(_period(draft, own), _period(draft, base), tuple(days))
    if len(days) != 1:
        return None
    term = days[0].get(PeriodTerm)
    assert term is not None
    ends = ends_of(days[0], term.period, draft)
    if ends is not None:
        return Sides(ends[1], ends[0], tuple(days))
    if not change:
        return None
    before = previous(term.period, span_of(term.period, draft), draft.workspace.workspace.conventions)
    return Sides(term.period, Between(start=before.start, end=before.end), tuple(days))  # pyright: ignore[reportArgumentType]


def _period(draft: Draft, item: Item) -> SinglePeriod:
    """The days that are meant: "from April" is April where something fell from it."""
    term = item.get(PeriodTerm)
    first, _, rest = item.text.partition(" ")
    if rest and first.lower() == "from":
        question = read_question(rest)
        whole = [span for span in period_spans(question, draft.today) if span.end - span.start == len(question.tokens)]
        term = next((each for span in whole for each in span.meanings if isinstance(each, PeriodTerm)), term)
    assert term is not None
    return term.period  # pyright: ignore[reportReturnType]


def _base(draft: Draft, items: list[Item], days: list[Item]) -> Item:
    """The period that is compared with: the one that "than" names, else the earlier one."""
    named = [item for item in days if _is_named_base(item, items)]
    if len(named) == 1:
        return named[0]
    return min(days, key=lambda item: span_of(_period(draft, item), draft).start)


def _is_named_base(item: Item, items: list[Item]) -> bool:
    before, after = near(item, items, -1), near(item, items, 1)
    if item.says("base_lead") or any(item.text.lower().startswith(f"{word} ") for word in ("from",)):
        return True
    while before is not None and before.word("filler") and not before.word("than", "against"):
        before = near(before, items, -1)
    led = before is not None and (before.word("than", "against") or before.says("base_lead"))
    return led or (after is not None and after.word("than") and before is not None and before.says("together_with"))
