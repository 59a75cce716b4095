"""Periods that one phrase names: patterns of the data files, seen from the as-of date.

A month or quarter without a year is the latest one that has begun by then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from assistant.language.meanings import NoPeriodTerm, PeriodTerm
from assistant.language.parts_of_months import PARTS_OF_MONTHS
from assistant.language.patterns import LANGUAGES, Parts, Pattern, Place, matches, period_patterns
from assistant.language.text import Question, key_of
from assistant.language.words import language_data
from semantic_layer.calendar import STANDARD, add_months, resolve, shift_units, unit_of
from semantic_layer.calendar import Span as Days
from semantic_layer.model.holidays import Holiday
from semantic_layer.model.workspace import Settings
from semantic_layer.periods import Between, CalendarUnit, LastN, Period, Unit

LATELY_DAYS = 30
FISCAL = ("fiscal_year", "fiscal_quarter")


@dataclass(frozen=True)
class Today:
    """From where periods are seen.

    Attributes:
        holidays: Days with names, as the workspace declares them.
    """

    as_of: date
    settings: Settings
    data: Days | None = None
    holidays: tuple[Holiday, ...] = ()


def year_for(parts: Parts, first_month: int, today: Today) -> int:
    """The named year, else the latest in which that month has begun."""
    year = parts.number("y")
    if year is not None:
        return year
    return today.as_of.year if date(today.as_of.year, first_month, 1) <= today.as_of else today.as_of.year - 1


def between(days: Days) -> PeriodTerm:
    return PeriodTerm(Between(start=days.start, end=days.end))


def _day(parts: Parts, today: Today) -> PeriodTerm:
    month = parts.month()
    day = date(year_for(parts, month, today), month, parts.need("d"))
    return PeriodTerm(Between(start=day, end=day))


def _month(parts: Parts, today: Today) -> PeriodTerm:
    month = parts.month()
    return between(unit_of(date(year_for(parts, month, today), month, 1), "month"))


def _quarter(parts: Parts, today: Today) -> PeriodTerm:
    month = parts.quarter() * 3 - 2
    return between(unit_of(date(year_for(parts, month, today), month, 1), "quarter"))


def _year(parts: Parts, today: Today) -> PeriodTerm:
    return between(unit_of(date(parts.need("y"), 1, 1), "year"))


def _half(parts: Parts, today: Today) -> PeriodTerm:
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


def _last(parts: Parts, today: Today) -> PeriodTerm:
    unit, n = parts.unit(), parts.number("n") or 1
    return PeriodTerm(LastN(n=n, unit=unit), named=False)


def _week_number(parts: Parts, today: Today) -> PeriodTerm:
    """Week n by the workspace's own count, else by ISO's."""
    n = parts.need("n")
    if not 1 <= n <= 54:
        raise ValueError(n)
    conventions = today.settings.conventions
    anchor = today.settings.week_one or date(today.as_of.year, 1, 4)
    return between(shift_units(anchor, "week", n - 1, conventions if today.settings.week_one else STANDARD))


def _iso_week(parts: Parts, today: Today) -> PeriodTerm:
    """Week n as ISO 8601 counts: week 1 has January 4, weeks begin on Monday."""
    n = parts.need("n")
    if not 1 <= n <= 53:
        raise ValueError(n)
    return between(shift_units(date(today.as_of.year, 1, 4), "week", n - 1))


def _week_of(parts: Parts, today: Today) -> PeriodTerm:
    """The week that a day is in."""
    month = parts.month()
    day = date(year_for(parts, month, today), month, parts.need("d"))
    return between(unit_of(day, "week", today.settings.conventions))


def _ago(parts: Parts, today: Today) -> PeriodTerm:
    return PeriodTerm(CalendarUnit(unit=parts.unit(), offset=-parts.need("n")), named=False)


def _fixed_last(n: int, unit: Unit, note: str | None = None) -> Callable[[Parts, Today], PeriodTerm]:
    return lambda parts, today: PeriodTerm(LastN(n=n, unit=unit), named=False, note=note)


def _season(parts: Parts, today: Today) -> PeriodTerm:
    """Three whole months, as meteorologists cut the year; the latest that has begun. A winter ends in the year after."""
    data = language_data(parts.language)["periods"]["seasons"]
    month = data[parts.groups["season"]]
    start = date(year_for(parts, month, today), month, 1)
    period = Between(start=start, end=add_months(start, 3) - timedelta(days=1))
    return PeriodTerm(period, note="season")


def _fiscal_year_start(parts: Parts, today: Today) -> date | None:
    """The first day of the fiscal year that is named or seen from today; None where neither is said."""
    ahead = parts.ahead("which")
    if ahead is not None:
        return shift_units(today.as_of, "fiscal_year", ahead, today.settings.conventions).start
    year, short = parts.number("y"), parts.number("yy")
    if year is None and short is None:
        return None
    return date(year or 2000 + (short or 0), today.settings.conventions.fiscal_start, 1)


def _fiscal_year(parts: Parts, today: Today) -> PeriodTerm:
    """A fiscal year by its number: the calendar year in which it begins."""
    start = _fiscal_year_start(parts, today)
    if start is None:
        raise ValueError("no year")
    return replace(between(unit_of(start, "fiscal_year", today.settings.conventions)), note="fiscal_year_named")


def _fiscal_quarter(parts: Parts, today: Today) -> PeriodTerm:
    """A quarter of a fiscal year; without a year the latest that has begun."""
    by, months = today.settings.conventions, 3 * (parts.quarter() - 1)
    start = _fiscal_year_start(parts, today)
    if start is None:
        this = unit_of(today.as_of, "fiscal_year", by).start
        start = this if add_months(this, months) <= today.as_of else add_months(this, -12)
    named = "fiscal_year_named" if parts.number("y") or parts.number("yy") else None
    return replace(between(unit_of(add_months(start, months), "fiscal_quarter", by)), note=named)


def _last_fiscal(unit: Unit) -> Callable[[Parts, Today], PeriodTerm]:
    """The last n fiscal years or quarters that are over."""

    def read(parts: Parts, today: Today) -> PeriodTerm:
        n, by = parts.need("n"), today.settings.conventions
        current = unit_of(today.as_of, unit, by)
        last = current if current.end == today.as_of else shift_units(today.as_of, unit, -1, by)
        first = shift_units(last.start, unit, 1 - n, by)
        return PeriodTerm(Between(start=first.start, end=last.end), note="whole_fiscal")

    return read


def _fiscal_unit(unit: Unit) -> Callable[[Parts, Today], PeriodTerm]:
    """A fiscal year or quarter seen from today; "to date" is the current one, which ends today."""
    return lambda parts, today: PeriodTerm(CalendarUnit(unit=unit, offset=parts.ahead("which") or 0), named=False)


READERS: dict[str, Callable[[Parts, Today], PeriodTerm]] = {
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
    "season": _season,
    "fiscal_year": _fiscal_year,
    "fiscal_quarter": _fiscal_quarter,
    "last_fiscal_years": _last_fiscal("fiscal_year"),
    "last_fiscal_quarters": _last_fiscal("fiscal_quarter"),
    "fiscal_year_ahead": _fiscal_unit("fiscal_year"),
    "fiscal_quarter_ahead": _fiscal_unit("fiscal_quarter"),
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


def _read(pattern: Pattern, parts: Parts, today: Today) -> PeriodTerm:
    if pattern.reads not in PARTS_OF_MONTHS:
        return READERS[pattern.reads](parts, today)
    month = parts.month()
    whole = unit_of(date(year_for(parts, month, today), month, 1), "month")
    days, note = PARTS_OF_MONTHS[pattern.reads](parts, whole)
    return replace(between(days), note=note)


def single_periods(question: Question, today: Today) -> dict[Place, PeriodTerm | NoPeriodTerm]:
    """Periods that one phrase names, by the tokens from and to which they stand."""
    found: dict[Place, PeriodTerm | NoPeriodTerm] = {}
    for place, pattern, match in matches(question, period_patterns()):
        if any(word in pattern.reads for word in FISCAL) and today.settings.fiscal_year_start is None:
            found[place] = NoPeriodTerm("no_fiscal_year")
            continue
        try:
            found.setdefault(place, _read(pattern, Parts(match, pattern.language), today))
        except (ValueError, OverflowError):
            continue
    for first, last, unit, offset in _fixed(question):
        found[first, last] = PeriodTerm(CalendarUnit(unit=unit, offset=offset), named=False)
    for first, last, half in _halves(question):
        found[first, last] = PeriodTerm(_half_of(today, half, None))
    return found
