"""Periods in a question: a closed bilingual grammar over the patterns of the data files. Nothing is guessed by a library.

Every reading is seen from the as-of date. A month or quarter without a year is the latest one that has begun by then.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from assistant.language.meanings import BareDayTerm, Meaning, PeriodTerm, Span
from assistant.language.numbers import han_number, word_number
from assistant.language.text import Question, key_of
from assistant.language.words import language_data
from semantic_layer.calendar import Span as Days
from semantic_layer.calendar import add_months, resolve, shift_units, unit_of
from semantic_layer.model.workspace import Settings
from semantic_layer.periods import Between, CalendarUnit, EachPeriod, LastN, Period, Unit

LANGUAGES = ("zh", "en")
LATELY_DAYS = 30


@dataclass(frozen=True)
class Today:
    """From where periods are seen."""

    as_of: date
    settings: Settings
    data: Days | None = None


@dataclass(frozen=True)
class _Pattern:
    regex: re.Pattern[str]
    reads: str
    language: str


def period_spans(question: Question, today: Today) -> list[Span]:
    """All periods of a question: single ones, then ranges, "since" and "until" made of them."""
    ends = {token.end: index + 1 for index, token in enumerate(question.tokens)}
    starts = {token.start: index for index, token in enumerate(question.tokens)}
    found: dict[tuple[int, int], PeriodTerm] = {}
    for pattern in _patterns():
        for match in pattern.regex.finditer(question.text):
            if match.start() not in starts or match.end() not in ends:
                continue
            term = _read(pattern, match, today)
            if term is not None:
                found.setdefault((starts[match.start()], ends[match.end()]), term)
    for first, last, unit, offset in _fixed(question):
        found[first, last] = PeriodTerm(CalendarUnit(unit=unit, offset=offset), named=False)
    for first, last, half in _halves(question):
        found[first, last] = PeriodTerm(_half_of(today, half, None))
    longer = _composed(question, found, today)
    spans = [Span(first, last, (term,)) for (first, last), term in (found | longer).items()]
    return spans + _bare_days(question)


# ---- single periods ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _patterns() -> tuple[_Pattern, ...]:
    compiled: list[_Pattern] = []
    for language in LANGUAGES:
        data = language_data(language)
        for entry in data["periods"]["patterns"]:
            regex = re.compile(_slots(entry["form"], data, language))
            compiled.append(_Pattern(regex, entry["reads"], language))
    return tuple(compiled)


def _slots(form: str, data: dict[str, Any], language: str) -> str:
    """A data file's pattern as a regular expression; each slot becomes a named group."""
    periods, units = data["periods"], data["units"]
    number = (
        r"\d{1,4}|[零〇一二两三四五六七八九十百]{1,5}"
        if language == "zh"
        else _either(language_data("en")["numerals"]["words"]) + r"|\d{1,4}"
    )
    month = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]" if language == "zh" else r"1[0-2]|0?[1-9]"
    day = r"3[01]|[12]\d|0?[1-9]" + (r"|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]" if language == "zh" else "")
    slots = {
        "{n}": f"(?P<n>{number})",
        "{unit}": f"(?P<unit>{_either([word for words in units.values() for word in words])})",
        "{y}": r"(?P<y>(?:19|20)\d{2}|二[〇零]\d{2}|(?:二[〇零一二三四五六七八九]{3}))",
        "{m}": f"(?P<m>{month})",
        "{d}": f"(?P<d>{day})",
        "{q}": "(?P<q>[1-4一二三四])",
        "{month}": f"(?P<month>{_either(periods['month_names'])})" if periods["month_names"] else "(?!)",
        "{ordinal}": f"(?P<ordinal>{_either(periods['ordinals'])})",
    }
    for slot, group in slots.items():
        form = form.replace(slot, group)
    bounded = form if language == "zh" else rf"(?<![a-z0-9]){form}(?![a-z0-9])"
    # In Chinese a digit next to the match would be a part of another number.
    return bounded if language == "en" else rf"(?<!\d)(?:{form})"


def _either(words: Any) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _read(pattern: _Pattern, match: re.Match[str], today: Today) -> PeriodTerm | None:
    try:
        return READERS[pattern.reads](_Parts(match, pattern.language), today)
    except (ValueError, OverflowError):
        return None


class _Parts:
    """The slots of one match as numbers."""

    def __init__(self, match: re.Match[str], language: str) -> None:
        self.groups, self.language = match.groupdict(), language

    def number(self, slot: str) -> int | None:
        text = self.groups.get(slot)
        if not text:
            return None
        if text.isdigit():
            return int(text)
        value = word_number(text.split()) if text.isascii() else han_number(text)
        if value is None:
            raise ValueError(text)
        return value

    def need(self, slot: str) -> int:
        value = self.number(slot)
        if value is None:
            raise ValueError(slot)
        return value

    def month(self) -> int:
        name = self.groups.get("month")
        return language_data(self.language)["periods"]["month_names"][name] if name else self.need("m")

    def unit(self) -> Unit:
        word = self.groups["unit"]
        units = language_data(self.language)["units"]
        return next(unit for unit, words in units.items() if word in words)

    def quarter(self) -> int:
        name = self.groups.get("ordinal")
        if name:
            return language_data(self.language)["periods"]["ordinals"][name]
        return self.need("q")


def _year_for(parts: _Parts, first_month: int, today: Today) -> int:
    """The named year, else the latest in which that month has begun."""
    year = parts.number("y")
    if year is not None:
        return year
    return today.as_of.year if date(today.as_of.year, first_month, 1) <= today.as_of else today.as_of.year - 1


def _between(days: Days) -> PeriodTerm:
    return PeriodTerm(Between(start=days.start, end=days.end))


def _day(parts: _Parts, today: Today) -> PeriodTerm:
    month = parts.month()
    day = date(_year_for(parts, month, today), month, parts.need("d"))
    return PeriodTerm(Between(start=day, end=day))


def _month(parts: _Parts, today: Today) -> PeriodTerm:
    month = parts.month()
    return _between(unit_of(date(_year_for(parts, month, today), month, 1), "month"))


def _quarter(parts: _Parts, today: Today) -> PeriodTerm:
    month = parts.quarter() * 3 - 2
    return _between(unit_of(date(_year_for(parts, month, today), month, 1), "quarter"))


def _year(parts: _Parts, today: Today) -> PeriodTerm:
    return _between(unit_of(date(parts.need("y"), 1, 1), "year"))


def _half(parts: _Parts, today: Today) -> PeriodTerm:
    return PeriodTerm(
        _half_of(today, 1 if parts.groups["half"][0] in "上f" or parts.groups["half"].endswith("1") else 2, parts.number("y"))
    )


def _half_of(today: Today, half: int, year: int | None) -> Period:
    month = 1 if half == 1 else 7
    if year is None:
        begun = date(today.as_of.year, month, 1) <= today.as_of
        year = today.as_of.year if begun else today.as_of.year - 1
    days = unit_of(date(year, month, 1), "half")
    return Between(start=days.start, end=days.end)


def _last(parts: _Parts, today: Today) -> PeriodTerm:
    unit, n = parts.unit(), parts.number("n") or 1
    return PeriodTerm(LastN(n=n, unit=unit), named=False)


def _week_number(parts: _Parts, today: Today) -> PeriodTerm:
    """Week n by the workspace's own count, else by ISO's."""
    n = parts.need("n")
    if not 1 <= n <= 54:
        raise ValueError(n)
    first_day = today.settings.first_weekday
    anchor = today.settings.week_one or date(today.as_of.year, 1, 4)
    return _between(shift_units(anchor, "week", n - 1, first_day if today.settings.week_one else 0))


def _ago(parts: _Parts, today: Today) -> PeriodTerm:
    return PeriodTerm(CalendarUnit(unit=parts.unit(), offset=-parts.need("n")), named=False)


def _fixed_last(n: int, unit: Unit, note: str | None = None) -> Callable[[_Parts, Today], PeriodTerm]:
    return lambda parts, today: PeriodTerm(LastN(n=n, unit=unit), named=False, note=note)


READERS: dict[str, Callable[[_Parts, Today], PeriodTerm]] = {
    "day": _day,
    "month": _month,
    "quarter": _quarter,
    "year": _year,
    "half": _half,
    "half_words": lambda parts, today: PeriodTerm(_half_of(today, 1, parts.number("y"))),
    "last": _last,
    "last_half": _fixed_last(6, "month"),
    "last_fortnight": _fixed_last(15, "day"),
    "last_two_weeks": _fixed_last(2, "week"),
    "lately": _fixed_last(LATELY_DAYS, "day", note="lately"),
    "week_number": _week_number,
    "ago": _ago,
}


@lru_cache(maxsize=1)
def _fixed_words() -> dict[tuple[str, ...], tuple[Unit, int]]:
    units: dict[str, Unit] = {
        "day_ahead": "day",
        "week_ahead": "week",
        "month_ahead": "month",
        "quarter_ahead": "quarter",
        "half_ahead": "half",
        "year_ahead": "year",
    }
    return {
        key_of(word): (unit, offset)
        for language in LANGUAGES
        for table, unit in units.items()
        for word, offset in language_data(language)["periods"][table].items()
    }


@lru_cache(maxsize=1)
def _half_words() -> dict[tuple[str, ...], int]:
    return {
        key_of(word): half for language in LANGUAGES for word, half in language_data(language)["periods"]["half_of_year"].items()
    }


def _fixed(question: Question) -> list[tuple[int, int, Unit, int]]:
    return [(first, last, *_fixed_words()[key]) for first, last, key in _keyed(question, _fixed_words())]


def _halves(question: Question) -> list[tuple[int, int, int]]:
    return [(first, last, _half_words()[key]) for first, last, key in _keyed(question, _half_words())]


def _keyed(question: Question, table: dict[tuple[str, ...], Any]) -> list[tuple[int, int, tuple[str, ...]]]:
    keys = tuple(token.key for token in question.tokens)
    longest = max(len(key) for key in table)
    return [
        (first, last, keys[first:last])
        for first in range(len(keys))
        for last in range(first + 1, min(len(keys), first + longest) + 1)
        if keys[first:last] in table
    ]


# ---- periods made of periods --------------------------------------------------------------------------------------------


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


def _composed(question: Question, single: dict[tuple[int, int], PeriodTerm], today: Today) -> dict[tuple[int, int], PeriodTerm]:
    found: dict[tuple[int, int], PeriodTerm] = {}
    words = _connectors()
    days = {place: _days(term.period, today) for place, term in single.items() if isinstance(term.period, Between | CalendarUnit)}
    by_start: dict[int, list[tuple[int, Days]]] = {}
    for (first, last), span in days.items():
        by_start.setdefault(first, []).append((last, span))
    for (first, last), span in days.items():
        opened = [first, *_before(question, first, words["between"] | words["since_before"])]
        between = [start for start in opened if start < first]
        for middle in [*_after(question, last, words["range"]), *_after_sign(question, last)]:
            for end, other in [*by_start.get(middle, []), *_same_month(question, middle, span)]:
                if other.end >= span.start:
                    for start in opened:
                        found[start, end] = _between(Days(span.start, other.end))
        for middle in _after(question, last, words["range_and"]) if between else ():
            for end, other in [*by_start.get(middle, []), *_same_month(question, middle, span)]:
                if other.end > span.end:
                    found[min(between), end] = _between(Days(span.start, other.end))
        for start in _before(question, first, words["since_before"]):
            for end in [last, *_after(question, last, words["since_after"])]:
                found.setdefault((start, end), _since(span, today))
        for end in _after(question, last, words["since_after"]):
            found.setdefault((first, end), _since(span, today))
        later = Days(span.end + timedelta(days=1), span.end + timedelta(days=1))
        for start in _before(question, first, words["after_before"]):
            found.setdefault((start, last), _since(later, today))
        for end in _after(question, last, words["after_after"]):
            found.setdefault((first, end), _since(later, today))
        for start in _before(question, first, words["until_before"]):
            found.setdefault((start, last), _until(question, start, span))
        for end in _after(question, last, words["until_after"]):
            found.setdefault((first, end), PeriodTerm(Between(end=span.start - timedelta(days=1))))
        for end in _after(question, last, words["to_now"]):
            found.setdefault((first, end), _since(span, today))
    return found | _month_ranges(question, today)


RANGE_SIGN = re.compile(r" ?(?:-|–|—|~|\.\.+) ?$")


def _after_sign(question: Question, last: int) -> list[int]:
    """A sign between two periods that is no token of its own: Jul-Dec, 2017-03-01..2017-03-10."""
    following = last
    while following < len(question.tokens) and question.tokens[following].kind == "stop":
        following += 1
    if following >= len(question.tokens):
        return []
    between = question.text[question.tokens[last - 1].end : question.tokens[following].start]
    return [following] if RANGE_SIGN.fullmatch(between) else []


def _days(period: Period, today: Today) -> Days:
    return resolve(period, today.as_of, today.data, today.settings.first_weekday)


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
    r"(?P<b>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?(?![\d一二三四五六七八九十])"
)
MONTH_LIST = re.compile(r"(?<!\d)(?P<list>\d{1,2}(?:[、,和跟] ?\d{1,2})+)(?:月份?|这?[两二三四五六]个月)")
DAY_RANGE = re.compile(
    r"(?:the )?(?P<a>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)? ?(?:to|through|until|till|and|-) ?(?:the )?(?P<b>3[01]|[12]\d|0?[1-9])"
    r"(?:st|nd|rd|th)? (?:of )?(?P<month>[a-z]+)(?:,? (?P<y>20\d{2}))?"
)


def _month_ranges(question: Question, today: Today) -> dict[tuple[int, int], PeriodTerm]:
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
        found[starts[match.start()], ends[match.end()]] = _between(Days(date(year, a, 1), last))
    for match in MONTH_LIST.finditer(question.text):
        months = [int(number) for number in re.findall(r"\d+", match["list"])]
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
        try:
            span = Days(date(year, month, int(match["a"])), date(year, month, int(match["b"])))
        except ValueError:
            continue
        if span.start <= span.end:
            found[starts[match.start()], ends[match.end()]] = _between(span)
    return found


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
    span = _days(period, today)
    try:
        found = span.start.replace(day=day)
    except ValueError:
        return None
    return Between(start=found, end=found)
