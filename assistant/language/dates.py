"""Periods in a question: a closed bilingual grammar over the patterns of the data files. Nothing is guessed by a library."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language.holidays import holiday_periods
from assistant.language.meanings import BareDayTerm, HolidayTerm, Meaning, NoPeriodTerm, PeriodTerm, Span
from assistant.language.patterns import Place
from assistant.language.ranges import composed_periods
from assistant.language.single_periods import Today, days_of, single_periods
from assistant.language.text import Question
from semantic_layer.periods import Between, Period


def period_spans(question: Question, today: Today) -> list[Span]:
    """All periods of a question: single ones, then ranges, "since" and "until" made of them."""
    found = single_periods(question, today) | holiday_periods(question, today)
    known = {place: term for place, term in found.items() if isinstance(term, PeriodTerm)}
    found |= {place: _tied(term, place, known) for place, term in composed_periods(question, known, today).items()}
    return [Span(first, last, (term,)) for (first, last), term in found.items()] + _bare_days(question)


def _tied(term: PeriodTerm, place: Place, known: dict[Place, PeriodTerm]) -> PeriodTerm:
    """A longer period with a holiday that moves: in another year it cannot be had by moving its dates."""
    inside = [each.holiday for at, each in known.items() if place[0] <= at[0] and at[1] <= place[1] and each.holiday is not None]
    if term.holiday is not None or not any(holiday.moves for holiday in inside):
        return term
    return replace(term, holiday=HolidayTerm(inside[0].year, True, lambda year: NoPeriodTerm("holiday_range")))


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
