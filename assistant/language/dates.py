"""Periods in a question: a closed bilingual grammar over the patterns of the data files. Nothing is guessed by a library."""

from __future__ import annotations

import re

from assistant.language.meanings import BareDayTerm, Meaning, Span
from assistant.language.ranges import composed_periods
from assistant.language.single_periods import Today, days_of, single_periods
from assistant.language.text import Question
from semantic_layer.periods import Between, Period


def period_spans(question: Question, today: Today) -> list[Span]:
    """All periods of a question: single ones, then ranges, "since" and "until" made of them."""
    found = single_periods(question, today)
    found |= composed_periods(question, found, today)
    return [Span(first, last, (term,)) for (first, last), term in found.items()] + _bare_days(question)


BARE_DAY = re.compile(r"(?<![\d月])(?:the )?(?P<d>3[01]|[12]\d|0?[1-9])(?:日|号|st|nd|rd|th)(?![a-z\d])")


def _bare_days(question: Question) -> list[Span]:
    ends = {token.end: index + 1 for index, token in enumerate(question.tokens)}
    starts = {token.start: index for index, token in enumerate(question.tokens)}
    spans: list[Span] = []
    for match in BARE_DAY.finditer(question.text):
        if match.start() in starts and match.end() in ends:
            meanings: tuple[Meaning, ...] = (BareDayTerm(int(match["d"])),)
            spans.append(Span(starts[match.start()], ends[match.end()], meanings))
    return spans


def day_in_month_of(period: Period, day: int, today: Today) -> Period | None:
    """A bare day beside a dated one takes its month."""
    span = days_of(period, today)
    try:
        found = span.start.replace(day=day)
    except ValueError:
        return None
    return Between(start=found, end=found)
