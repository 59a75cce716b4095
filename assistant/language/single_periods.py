"""Periods that one phrase names: patterns of the data files, seen from the as-of date.

A month or quarter without a year is the latest one that has begun by then.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from assistant.language.meanings import PeriodTerm
from assistant.language.numbers import han_number, word_number
from assistant.language.text import Question, key_of
from assistant.language.words import language_data
from semantic_layer.calendar import STANDARD, add_months, resolve, shift_units, unit_of
from semantic_layer.calendar import Span as Days
from semantic_layer.model.workspace import Settings
from semantic_layer.periods import Between, CalendarUnit, LastN, Period, Unit

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
        "{season}": f"(?P<season>{_either(periods['seasons'])})",
        "{named}": f"(?P<named>{_either(periods['named_days'])})",
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


def between(days: Days) -> PeriodTerm:
    return PeriodTerm(Between(start=days.start, end=days.end))


def _day(parts: _Parts, today: Today) -> PeriodTerm:
    month = parts.month()
    day = date(_year_for(parts, month, today), month, parts.need("d"))
    return PeriodTerm(Between(start=day, end=day))


def _month(parts: _Parts, today: Today) -> PeriodTerm:
    month = parts.month()
    return between(unit_of(date(_year_for(parts, month, today), month, 1), "month"))


def _quarter(parts: _Parts, today: Today) -> PeriodTerm:
    month = parts.quarter() * 3 - 2
    return between(unit_of(date(_year_for(parts, month, today), month, 1), "quarter"))


def _year(parts: _Parts, today: Today) -> PeriodTerm:
    return between(unit_of(date(parts.need("y"), 1, 1), "year"))


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
    conventions = today.settings.conventions
    anchor = today.settings.week_one or date(today.as_of.year, 1, 4)
    return between(shift_units(anchor, "week", n - 1, conventions if today.settings.week_one else STANDARD))


def _iso_week(parts: _Parts, today: Today) -> PeriodTerm:
    """Week n as ISO 8601 counts: week 1 has January 4, weeks begin on Monday."""
    n = parts.need("n")
    if not 1 <= n <= 53:
        raise ValueError(n)
    return between(shift_units(date(today.as_of.year, 1, 4), "week", n - 1))


def _week_of(parts: _Parts, today: Today) -> PeriodTerm:
    """The week that a day is in."""
    month = parts.month()
    day = date(_year_for(parts, month, today), month, parts.need("d"))
    return between(unit_of(day, "week", today.settings.conventions))


def _ago(parts: _Parts, today: Today) -> PeriodTerm:
    return PeriodTerm(CalendarUnit(unit=parts.unit(), offset=-parts.need("n")), named=False)


def _fixed_last(n: int, unit: Unit, note: str | None = None) -> Callable[[_Parts, Today], PeriodTerm]:
    return lambda parts, today: PeriodTerm(LastN(n=n, unit=unit), named=False, note=note)


def _edge_of_month(at_start: bool) -> Callable[[_Parts, Today], PeriodTerm]:
    def read(parts: _Parts, today: Today) -> PeriodTerm:
        """The first or last n days of a month."""
        month, n = parts.month(), parts.need("n")
        days = unit_of(date(_year_for(parts, month, today), month, 1), "month")
        if not 1 <= n <= days.days:
            raise ValueError(n)
        step = timedelta(days=n - 1)
        return between(Days(days.start, days.start + step) if at_start else Days(days.end - step, days.end))

    return read


def _third(parts: _Parts, today: Today) -> PeriodTerm:
    """上旬, 中旬, 下旬: days 1 to 10, 11 to 20, and the rest of a month."""
    month = parts.month()
    days = unit_of(date(_year_for(parts, month, today), month, 1), "month")
    tenth, twentieth = days.start + timedelta(days=9), days.start + timedelta(days=19)
    thirds = {"上旬": Days(days.start, tenth), "中旬": Days(tenth + timedelta(days=1), twentieth)}
    return between(thirds.get(parts.groups["third"], Days(twentieth + timedelta(days=1), days.end)))


def _season(parts: _Parts, today: Today) -> PeriodTerm:
    """Three whole months, as meteorologists cut the year; the latest that has begun. A winter ends in the year after."""
    data = language_data(parts.language)["periods"]["seasons"]
    month = data[parts.groups["season"]]
    start = date(_year_for(parts, month, today), month, 1)
    period = Between(start=start, end=add_months(start, 3) - timedelta(days=1))
    return PeriodTerm(period, note="season")


def _named_day(parts: _Parts, today: Today) -> PeriodTerm:
    """A day that has the same date every year; the latest one that is not after today."""
    month, day = (int(part) for part in language_data(parts.language)["periods"]["named_days"][parts.groups["named"]].split("-"))
    year = parts.number("y") or today.as_of.year
    if not parts.number("y") and date(year, month, day) > today.as_of:
        year -= 1
    found = date(year, month, day)
    return PeriodTerm(Between(start=found, end=found))


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
    "iso_week": _iso_week,
    "week_of": _week_of,
    "ago": _ago,
    "first_days": _edge_of_month(at_start=True),
    "last_days": _edge_of_month(at_start=False),
    "season": _season,
    "third": _third,
    "named_day": _named_day,
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


def days_of(period: Period, today: Today) -> Days:
    return resolve(period, today.as_of, today.data, today.settings.conventions)


def single_periods(question: Question, today: Today) -> dict[tuple[int, int], PeriodTerm]:
    """Periods that one phrase names, by the tokens from and to which they stand."""
    ends = {token.end: index + 1 for index, token in enumerate(question.tokens)}
    starts = {token.start: index for index, token in enumerate(question.tokens)}
    ends |= {token.end - 2: index + 1 for index, token in enumerate(question.tokens) if token.text.endswith("'s")}
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
    return found
