"""The best way to cover a question with spans that do not overlap: few, long ones, and as little as possible left over."""

from __future__ import annotations

import re

from assistant.language.clock import hour_spans
from assistant.language.dates import Today, period_spans
from assistant.language.meanings import (
    BareDayTerm,
    FieldTerm,
    GrainTerm,
    HoursTerm,
    Meaning,
    MetricTerm,
    NoPeriodTerm,
    NumberTerm,
    PeriodTerm,
    SegmentTerm,
    Span,
    TagValueTerm,
    ValueTerm,
    VerbTerm,
    WeekdaysTerm,
    WeekendTerm,
    Word,
)
from assistant.language.numbers import number_spans
from assistant.language.text import Question, Token
from assistant.planner.draft import Item
from assistant.planner.lexicon import Lexicon
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import home_dataset

OPEN_NUMBER = re.compile(r"\d+ ?\+")
SAME = 1e-9
"""Two cuts that cost the same but for rounding: the one with the longer last span is kept."""
LEFT_OVER = 12.0
"""What a token costs that no span covers."""
GRAMMAR = (PeriodTerm, NoPeriodTerm, HoursTerm, WeekdaysTerm, WeekendTerm, GrainTerm)


def cover(question: Question, lexicon: Lexicon, today: Today, extra: tuple[Span, ...] = ()) -> list[Item]:
    """Cuts a question into items; what no span covers becomes items without a meaning, neighbours joined.

    Args:
        extra: Spans from elsewhere, such as corrected spellings.
    """
    spans = _merged(
        [*lexicon.spans(question), *period_spans(question, today), *hour_spans(question), *number_spans(question), *extra]
    )
    items = _items(question, _apart(_cheapest(question, spans), spans, lexicon.workspace))
    counts = {
        (item.span.start, item.span.end)
        for item in items
        if _counts_a_noun(items, item, lexicon.workspace) or _hides_a_noun(items, item, lexicon.workspace)
    }
    if counts:
        rest = [span for span in spans if (span.start, span.end) not in counts]
        items = _items(question, _apart(_cheapest(question, rest), rest, lexicon.workspace))
    return items


def _apart(chosen: list[Span | int], spans: list[Span], workspace: Workspace) -> list[Span | int]:
    """忠诚客户, "lapsed customers": what those of a tag or a segment are called is what is said of them, and the noun."""
    found: list[Span | int] = []
    for step in chosen:
        entity = _members(step, workspace) if isinstance(step, Span) else None
        noun = next((each for each in spans if isinstance(step, Span) and _is_noun_at_end(each, step, entity)), None)
        if noun is None or not isinstance(step, Span):
            found.append(step)
        else:
            found += [Span(step.start, noun.start, step.meanings, step.corrected), noun]
    return found


def _members(span: Span, workspace: Workspace) -> str | None:
    """The entity whose members a word may stand for, where it stands for nothing else."""
    owners = {
        found.entity
        for term in span.meanings
        if isinstance(term, TagValueTerm | SegmentTerm)
        and (found := workspace.tag(term.tag) if isinstance(term, TagValueTerm) else workspace.segment(term.name)) is not None
    }
    only = all(isinstance(term, TagValueTerm | SegmentTerm) for term in span.meanings)
    return next(iter(owners)) if only and len(owners) == 1 else None


def _is_noun_at_end(noun: Span, of: Span, entity: str | None) -> bool:
    named = any(isinstance(term, FieldTerm) and term.entity == entity for term in noun.meanings)
    return entity is not None and named and noun.end == of.end and of.start < noun.start


def _counts_a_noun(items: list[Item], item: Item, workspace: Workspace) -> bool:
    """ "3+ orders": a number with a sign counts the thing that follows, though a field has that very text as a value."""
    following = items[item.index + 1] if item.index + 1 < len(items) else None
    if following is None or not OPEN_NUMBER.fullmatch(item.text) or item.get(ValueTerm) is None:
        return False
    entities = [term.entity for term in following.all(FieldTerm) if term.entity is not None]
    homes = [home_dataset(workspace, term.field) for term in item.all(ValueTerm)]
    if any(home is not None and home in workspace.homes_of(entity) for entity in entities for home in homes):
        return False  # "65+ customers"
    return following.get(MetricTerm) is not None or bool(entities) or following.word("times", "classifier")


def _hides_a_noun(items: list[Item], item: Item, workspace: Workspace) -> bool:
    """各类展会的成本: the noun is what is cut by or counted, and no part of the figure's name."""
    before = items[item.index - 1] if item.index > 0 else None
    if before is None or before.word("filler") or not (before.number or before.word("group", "per", "classifier", "which")):
        return False
    names = {word for term in item.all(MetricTerm) if (metric := workspace.metric(term.name)) for word in metric.words()}
    heads = [word for entity in workspace.entities for word in entity.words() if item.text.startswith(word)]
    return not item.text.isascii() and any(item.text.removeprefix(head).removeprefix("的") in names for head in heads)


def _merged(spans: list[Span]) -> list[Span]:
    """Spans of the same tokens become one that can mean all of it."""
    by_place: dict[tuple[int, int], list[Meaning]] = {}
    corrected: dict[tuple[int, int], str] = {}
    for span in spans:
        meanings = by_place.setdefault((span.start, span.end), [])
        meanings += [meaning for meaning in span.meanings if meaning not in meanings]
        if span.corrected:
            corrected[span.start, span.end] = span.corrected
    return [Span(start, end, tuple(meanings), corrected.get((start, end))) for (start, end), meanings in by_place.items()]


def _cost(span: Span) -> float:
    """Longer spans win by being fewer; of equal cuts the more meaningful one wins."""
    return min(_weight(meaning) for meaning in span.meanings) - 0.02 * span.length + (1.5 if span.corrected else 0.0)


def _weight(meaning: Meaning) -> float:
    match meaning:
        case Word(code="filler"):
            return 1.0
        case Word(code="classifier"):
            return 1.35
        case Word():
            return 1.3
        case NumberTerm() | BareDayTerm():
            return 1.25
        case ValueTerm(declared=False):
            return 1.3
        case MetricTerm(weak=True) | VerbTerm():
            return 1.2
        case _ if isinstance(meaning, GRAMMAR):
            return 1.1
        case _:
            return 1.0


def _cheapest(question: Question, spans: list[Span]) -> list[Span | int]:
    """Dynamic programming from left to right: the spans chosen, and the tokens left over."""
    count = len(question.tokens)
    best: list[float] = [0.0] + [float("inf")] * count
    choice: list[Span | int | None] = [None] * (count + 1)
    by_end: dict[int, list[Span]] = {}
    for span in spans:
        by_end.setdefault(span.end, []).append(span)
    for end in range(1, count + 1):
        token = question.tokens[end - 1]
        best[end] = best[end - 1] + _left(token)
        choice[end] = end - 1
        for span in by_end.get(end, ()):
            cost = best[span.start] + _cost(span)
            if cost < best[end] - SAME:
                best[end], choice[end] = cost, span
    chosen: list[Span | int] = []
    at = count
    while at > 0:
        step = choice[at]
        assert step is not None
        chosen.append(step)
        at = step if isinstance(step, int) else step.start
    return chosen[::-1]


def _left(token: Token) -> float:
    """What it costs to pass over a token: signs that only separate cost next to nothing."""
    if token.kind == "stop" or token.key in (",", "-", "/", ":", "~", "+", "&", "#", "$"):
        return 0.1
    return 1.6 if token.kind == "symbol" else LEFT_OVER


def _items(question: Question, chosen: list[Span | int]) -> list[Item]:
    items: list[Item] = []
    for step in chosen:
        if isinstance(step, int):
            token = question.tokens[step]
            if token.kind in ("stop", "symbol"):
                span = Span(step, step + 1, (Word("stop"),))
            elif items and not items[-1].span.meanings and token.kind == "han" and _is_han_item(question, items[-1]):
                last = items.pop().span
                span = Span(last.start, step + 1, ())
            else:
                span = Span(step, step + 1, ())
        else:
            span = step
        items.append(Item(len(items), span, question.words(span.start, span.end)))
    return items


def _is_han_item(question: Question, item: Item) -> bool:
    return all(token.kind == "han" for token in question.tokens[item.span.start : item.span.end])
