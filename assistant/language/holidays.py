"""Holidays in a question: the days themselves, their week, and the days before and after them.

What they are called and when they are is the workspace's. Without a year the latest one that has begun is meant; where its
days are not known, nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from assistant.language.meanings import HolidayTerm, NoPeriodTerm, PeriodTerm
from assistant.language.patterns import LANGUAGES, Parts, Pattern, Place, compiled, matches
from assistant.language.single_periods import Today, between
from assistant.language.text import Question, read_question
from assistant.language.words import language_data
from semantic_layer.calendar import MONTHS_OF, add_months, last_n, unit_of
from semantic_layer.calendar import Span as Days
from semantic_layer.model.holidays import Holiday, common_holidays

BACK = 8
"""So many years back a holiday that not every year has is looked for."""


@lru_cache(maxsize=16)
def _words(holidays: tuple[Holiday, ...]) -> dict[str, Holiday]:
    """The words of a workspace's holidays, as they are looked up."""
    return {_plain(word): holiday for holiday in (*_with_weekdays(holidays), *holidays) for word in holiday.words()}


@lru_cache(maxsize=256)
def _patterns(words: tuple[str, ...]) -> tuple[Pattern, ...]:
    """The patterns with the few words that stand in a question: with all words they would be large, and slow to make."""
    return compiled("holiday_patterns", holiday="|".join(_loose(word) for word in sorted(words, key=len, reverse=True)))


def _with_weekdays(holidays: tuple[Holiday, ...]) -> list[Holiday]:
    """Common holidays that the workspace does not have and that end in a weekday: Good Friday must not be read as Friday.

    They come without days, so that they are understood and refused.
    """
    weekdays = {word for language in LANGUAGES for words in language_data(language)["weekday"].values() for word in words}
    names = {holiday.name for holiday in holidays}
    found = [Holiday.model_validate(said) for name, said in common_holidays().items() if name not in names]
    return [
        Holiday(name=each.name, label=each.label)
        for each in found
        if any((text or "").lower().endswith(tuple(weekdays)) for text in (each.label.zh, each.label.en))
    ]


def _plain(word: str) -> str:
    """A word as it is looked up: without the signs that may be left out."""
    return _bare(read_question(word).text)


def _bare(text: str) -> str:
    return " ".join(text.replace("'", "").replace("-", " ").split())


def _loose(word: str) -> str:
    """A word with the signs that may stand in it: valentine's day, tomb-sweeping day."""
    return "'?".join("[ -]+" if char == " " else re.escape(char) for char in word)


def holiday_periods(question: Question, today: Today) -> dict[Place, PeriodTerm | NoPeriodTerm]:
    """Periods that go by holidays, by the tokens from and to which they stand."""
    found: dict[Place, PeriodTerm | NoPeriodTerm] = {}
    words, text = _words(today.holidays), _bare(question.text)
    standing = tuple(word for word in words if word in text)
    if not standing:
        return found
    for place, pattern, match in matches(question, _patterns(standing)):
        holiday = words.get(_bare(match["holiday"]))
        if holiday is None or place in found:
            continue
        if not holiday.is_placed:
            found[place] = NoPeriodTerm("undeclared_holiday")
            continue
        try:
            term = _term(holiday, SHAPES[pattern.reads], Parts(match, pattern.language), today)
        except (ValueError, OverflowError):
            continue
        if term is not None:
            found[place] = term
    return found


Shape = Callable[[Days, Parts, Today], Days | str | None]
"""From a holiday's days to those that are meant: the code of a refusal where nobody can tell, None where it is not read."""


def _term(holiday: Holiday, shape: Shape, parts: Parts, today: Today) -> PeriodTerm | NoPeriodTerm | None:
    def in_year(year: int) -> PeriodTerm | NoPeriodTerm:
        days = holiday.in_year(year)
        term = _shaped(holiday, days, shape, parts, today) if days is not None else _unknown(holiday, year)
        assert term is not None, "a shape is read in every year or in none"
        return replace(term, holiday=HolidayTerm(year, holiday.moves, in_year)) if isinstance(term, PeriodTerm) else term

    ahead = parts.ahead("which_year")
    year = today.as_of.year + ahead if ahead is not None else parts.number("y")
    year = _latest(holiday, today) if year is None else year
    days = holiday.in_year(year)
    if days is not None and _shaped(holiday, days, shape, parts, today) is None:
        return None
    return in_year(year)


def _latest(holiday: Holiday, today: Today) -> int:
    """The year of the latest one that has begun, or of one on the way that may have begun and whose days nobody has said."""
    this = today.as_of.year
    for year in range(this + 1, this - BACK, -1):
        days = holiday.in_year(year)
        if days is not None and days.start <= today.as_of:
            return year
        if days is None and year <= this and holiday.years is not None:
            return year
    return this


def _unknown(holiday: Holiday, year: int) -> NoPeriodTerm:
    return NoPeriodTerm("holiday_year", (("holiday", holiday.name), ("year", year), ("years", holiday.years or ())))


def _shaped(holiday: Holiday, days: Days, shape: Shape, parts: Parts, today: Today) -> PeriodTerm | NoPeriodTerm | None:
    meant = shape(days, parts, today)
    if isinstance(meant, str):
        return NoPeriodTerm(meant, (("holiday", holiday.name), ("start", days.start), ("end", days.end)))
    return replace(between(meant), note=NOTES.get(shape)) if meant is not None else None


def _itself(days: Days, parts: Parts, today: Today) -> Days:
    return days


def _several(days: Days, parts: Parts, today: Today) -> Days | str:
    """国庆期间: the days of a holiday that has several. What belongs to a single day's time nobody has said."""
    return days if days.days > 1 else "holiday_days"


def _week(days: Days, parts: Parts, today: Today) -> Days | str:
    """Thanksgiving week: the calendar week that holds it."""
    week = unit_of(days.start, "week", today.settings.conventions)
    return week if days.end <= week.end else "holiday_week_of_many"


def _before(days: Days, parts: Parts, today: Today) -> Days | None:
    """The week before Christmas: the seven days before it."""
    unit, n = parts.unit(), parts.number("n") or 1
    return last_n(n, unit, days.start - timedelta(days=1)) if unit in ("day", "week", "month") else None


def _after(days: Days, parts: Parts, today: Today) -> Days | None:
    unit, n, first = parts.unit(), parts.number("n") or 1, days.end + timedelta(days=1)
    if unit not in ("day", "week", "month"):
        return None
    past = add_months(first, n) if unit in MONTHS_OF else first + timedelta(days=n * (7 if unit == "week" else 1))
    return Days(first, past - timedelta(days=1))


def _weekday_before(days: Days, parts: Parts, today: Today) -> Days | None:
    """The Monday before Christmas: the nearest one."""
    weekday = parts.weekday()
    if weekday is None:
        return None
    day = days.start - timedelta(days=(days.start.weekday() - weekday - 1) % 7 + 1)
    return Days(day, day)


def _weekday_after(days: Days, parts: Parts, today: Today) -> Days | None:
    weekday = parts.weekday()
    if weekday is None:
        return None
    day = days.end + timedelta(days=(weekday - days.end.weekday() - 1) % 7 + 1)
    return Days(day, day)


def _unclear(days: Days, parts: Parts, today: Today) -> str:
    """Thanksgiving weekend: whether it begins with the holiday nobody has said."""
    return "holiday_days"


SHAPES: dict[str, Shape] = {
    "itself": _itself,
    "several": _several,
    "week": _week,
    "before": _before,
    "after": _after,
    "weekday_before": _weekday_before,
    "weekday_after": _weekday_after,
    "unclear": _unclear,
}
NOTES: dict[Shape, str] = {_week: "holiday_week", _before: "beside_holiday", _after: "beside_holiday"}
