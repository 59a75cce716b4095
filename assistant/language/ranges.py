"""Periods made of periods: ranges, lists, since and until."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from assistant.language.meanings import PeriodTerm
from assistant.language.numbers import han_number
from assistant.language.patterns import LANGUAGES
from assistant.language.single_periods import Today, between, days_of
from assistant.language.text import Question, key_of
from assistant.language.words import language_data
from semantic_layer.calendar import Span as Days
from semantic_layer.calendar import add_months, unit_of
from semantic_layer.periods import Between, CalendarUnit, EachPeriod


@lru_cache(maxsize=1)
def _connectors() -> dict[str, frozenset[tuple[str, ...]]]:
    names = (
        "range",
        "range_and",
        "since_before",
        "since_after",
        "after_before",
        "after_after",
        "until_before",
        "until_after",
        "through_after",
        "between",
        "to_now",
    )
    return {
        name: frozenset(key_of(word) for language in LANGUAGES for word in language_data(language)["periods"].get(name, []))
        for name in names
    }


def _after(question: Question, position: int, words: frozenset[tuple[str, ...]]) -> list[int]:
    """Ends of the connecting words that begin at a position."""
    keys = tuple(token.key for token in question.tokens)
    return [position + len(word) for word in words if keys[position : position + len(word)] == word]


def _before(question: Question, position: int, words: frozenset[tuple[str, ...]]) -> list[int]:
    """Starts of the connecting words that end at a position."""
    keys = tuple(token.key for token in question.tokens)
    return [position - len(word) for word in words if position >= len(word) and keys[position - len(word) : position] == word]


def composed_periods(
    question: Question, single: dict[tuple[int, int], PeriodTerm], today: Today
) -> dict[tuple[int, int], PeriodTerm]:
    """Longer periods around the single ones, by the tokens from and to which they stand."""
    found: dict[tuple[int, int], PeriodTerm] = {}
    words = _connectors()
    days = {
        place: days_of(term.period, today) for place, term in single.items() if isinstance(term.period, Between | CalendarUnit)
    }
    by_start: dict[int, list[tuple[int, Days]]] = {}
    for (first, last), span in days.items():
        by_start.setdefault(first, []).append((last, span))
    for (first, last), span in days.items():
        opened = [first, *_before(question, first, words["between"] | words["since_before"])]
        led = [start for start in opened if start < first]
        for middle in [*_after(question, last, words["range"]), *_after_sign(question, last)]:
            for end, other in [*by_start.get(middle, []), *_same_month(question, middle, span)]:
                if other.end >= span.start:
                    for start in opened:
                        found[start, end] = between(Days(span.start, other.end))
        for middle in _after(question, last, words["range_and"]) if led else ():
            for end, other in [*by_start.get(middle, []), *_same_month(question, middle, span)]:
                if other.end > span.end:
                    found[min(led), end] = between(Days(span.start, other.end))
        for start in _before(question, first, words["since_before"]):
            for end in [last, *_after(question, last, words["since_after"])]:
                found.setdefault((start, end), _since(span, today))
        for end in _after(question, last, words["since_after"]):
            if question.tokens[last].key != "on":
                found.setdefault((first, end), _since(span, today))
        later = Days(span.end + timedelta(days=1), span.end + timedelta(days=1))
        for start in _before(question, first, words["after_before"]):
            found.setdefault((start, last), _since(later, today))
        for end in _after(question, last, words["after_after"]):
            found.setdefault((first, end), _since(later, today))
        for start in _before(question, first, words["until_before"]):
            found.setdefault((start, last), _until(question, start, span))
        for end in _after(question, last, words["until_after"]):
            if end < len(question.tokens) and _is_count(question, end):
                continue  # 12月前十: the first ten of December
            found.setdefault((first, end), PeriodTerm(Between(end=span.start - timedelta(days=1))))
        for end in _after(question, last, words["through_after"]):
            found.setdefault((first, end), PeriodTerm(Between(end=span.end)))
        for end in _after(question, last, words["to_now"]):
            if question.tokens[last].key != "on":
                found.setdefault((first, end), _since(span, today))
    return found | _month_ranges(question, single, today)


def _is_count(question: Question, position: int) -> bool:
    token = question.tokens[position]
    numbered = token.kind == "number" or han_number(token.key) is not None
    return (
        numbered
        and question.tokens[position - 1].kind == "han"
        and not re.match(r"\d{1,2}[月日号]|[一二三四五六七八九十]+[月日号]", question.text[token.start :])
    )


RANGE_SIGN = re.compile(r" ?(?:-|–|—|~|\.\.+) ?$")


def _after_sign(question: Question, last: int) -> list[int]:
    """A sign between two periods that is no token of its own: Jul-Dec, 2017-03-01..2017-03-10."""
    following = last
    while following < len(question.tokens) and question.tokens[following].kind == "stop":
        following += 1
    if following >= len(question.tokens):
        return []
    gap = question.text[question.tokens[last - 1].end : question.tokens[following].start]
    return [following] if RANGE_SIGN.fullmatch(gap) else []


def _since(span: Days, today: Today) -> PeriodTerm:
    return PeriodTerm(Between(start=span.start, end=max(today.as_of, span.start)))


def _until(question: Question, start: int, span: Days) -> PeriodTerm:
    """ "Before March" ends in February, "until March" with March's end."""
    excluded = question.tokens[start].key in ("before", "prior")
    return PeriodTerm(Between(end=span.start - timedelta(days=1) if excluded else span.end))


def _same_month(question: Question, position: int, span: Days) -> list[tuple[int, Days]]:
    """A bare day after a range word belongs to the month of the first day: October 1 to 7."""
    if span.days != 1 or position >= len(question.tokens):
        return []
    match = re.compile(r"(3[01]|[12]\d|0?[1-9])(?:日|号|st|nd|rd|th)?(?!\d|月|[./-]\d)").match(
        question.text, question.tokens[position].start
    )
    ends = {token.end: index + 1 for index, token in enumerate(question.tokens)}
    if match is None or match.end() not in ends:
        return []
    try:
        day = span.start.replace(day=int(match[1]))
    except ValueError:
        return []
    return [(ends[match.end()], Days(day, day))]


MONTH_RANGE = re.compile(
    r"(?<!\d)(?:(?P<y>20\d{2})年?)?(?P<a>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])(?:月份?)?(?:到|至|~|-)"
    r"(?P<b>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?"
    r"(?!\d{1,2}(?:[日号]|到|至|~|-)|[一二三四五六七八九十]{1,3}[日号])"
)
DAYS_OF_MONTH = re.compile(
    r"(?<!\d)(?:(?P<y>20\d{2})年)?(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?"
    r"(?P<a>3[01]|[12]\d|0?[1-9])(?:到|至|~|-)(?P<b>3[01]|[12]\d|0?[1-9])[日号]"
)
A_MONTH = r"(?:\d{1,2}|十[一二]?|[一二三四五六七八九])"
BARE_RANGE = re.compile(r"(?<![\d月日号])(?P<a>3[01]|[12]\d|0?[1-9])[日号]?(?:到|至|~|-)(?P<b>3[01]|[12]\d|0?[1-9])[日号](?!\d)")
"""Days of the month that was named before: 11月下旬（21到30号）."""
MONTH_LIST = re.compile(rf"(?<!\d)(?P<list>{A_MONTH}(?:[、,和跟] ?{A_MONTH})+)(?:月份?|这?[两二三四五六]个月)")
DAY_RANGE = re.compile(
    r"(?:the )?(?P<a>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)? ?(?:to|through|until|till|and|-) ?(?:the )?(?P<b>3[01]|[12]\d|0?[1-9])"
    r"(?:st|nd|rd|th)? (?:of )?(?P<month>[a-z]+)(?:,? (?P<y>20\d{2}))?"
)


def _month_ranges(
    question: Question, single: dict[tuple[int, int], PeriodTerm], today: Today
) -> dict[tuple[int, int], PeriodTerm]:
    """Ranges whose month or year is said once: 1-3月, the 1st to the 15th of November."""
    ends = {token.end: index + 1 for index, token in enumerate(question.tokens)}
    starts = {token.start: index for index, token in enumerate(question.tokens)}
    found: dict[tuple[int, int], PeriodTerm] = {}
    for match in MONTH_RANGE.finditer(question.text):
        a, b = (int(text) if text.isdigit() else han_number(text) for text in (match["a"], match["b"]))
        if a is None or b is None or not 1 <= a <= b <= 12 or match.start() not in starts or match.end() not in ends:
            continue
        year = int(match["y"]) if match["y"] else today.as_of.year - (0 if date(today.as_of.year, a, 1) <= today.as_of else 1)
        last = add_months(date(year, b, 1), 1) - timedelta(days=1)
        found[starts[match.start()], ends[match.end()]] = between(Days(date(year, a, 1), last))
    for match in DAYS_OF_MONTH.finditer(question.text):
        month = int(match["m"]) if match["m"].isdigit() else han_number(match["m"])
        if month is None or match.start() not in starts or match.end() not in ends:
            continue
        year = int(match["y"]) if match["y"] else today.as_of.year - (0 if date(today.as_of.year, month, 1) <= today.as_of else 1)
        span = _days_between(year, month, int(match["a"]), int(match["b"]))
        if span is not None:
            found[starts[match.start()], ends[match.end()]] = between(span)
    for match in BARE_RANGE.finditer(question.text):
        known = [place for place in single if place[1] <= starts.get(match.start(), 0)]
        if not known or match.start() not in starts or match.end() not in ends:
            continue
        month = days_of(single[max(known)].period, today).start
        span = _days_between(month.year, month.month, int(match["a"]), int(match["b"]))
        if span is not None:
            found[starts[match.start()], ends[match.end()]] = between(span)
    for match in MONTH_LIST.finditer(question.text):
        written = re.findall(r"\d+|十[一二]?|[一二三四五六七八九]", match["list"])
        months = [int(number) if number.isdigit() else han_number(number) or 0 for number in written]
        if match.start() in starts and match.end() in ends and all(1 <= month <= 12 for month in months):
            year = today.as_of.year - (0 if date(today.as_of.year, months[0], 1) <= today.as_of else 1)
            spans = [unit_of(date(year, month, 1), "month") for month in months]
            each = EachPeriod(of=tuple(Between(start=span.start, end=span.end) for span in spans))
            found[starts[match.start()], ends[match.end()]] = PeriodTerm(each)
    names = language_data("en")["periods"]["month_names"]
    for match in DAY_RANGE.finditer(question.text):
        month = names.get(match["month"])
        if month is None or match.start() not in starts or match.end() not in ends:
            continue
        begun = date(today.as_of.year, month, 1) <= today.as_of
        year = int(match["y"]) if match["y"] else today.as_of.year - (0 if begun else 1)
        span = _days_between(year, month, int(match["a"]), int(match["b"]))
        if span is not None:
            found[starts[match.start()], ends[match.end()]] = between(span)
    return found


def _days_between(year: int, month: int, first: int, last: int) -> Days | None:
    """Days of one month; None where the calendar has no such days."""
    try:
        span = Days(date(year, month, first), date(year, month, last))
    except ValueError:
        return None
    return span if span.start <= span.end else None
