"""Holidays and festivals: days with a name, each with the rule or the list that says when it is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from semantic_layer.calendar import Span
from semantic_layer.frozen import Frozen
from semantic_layer.words import Definition

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ANY_YEAR = 2001
"""A year without a leap day: a day that only some years have cannot be a holiday of every year."""


def _month_and_day(value: Any) -> Any:
    """`12-25` as month and day."""
    if not isinstance(value, str):
        return value
    month, _, day = value.partition("-")
    if not (month.strip().isdigit() and day.strip().isdigit()):
        raise ValueError(f"'{value}' is not a month and a day")
    return {"month": int(month), "day": int(day)}


def _first_and_last(value: Any) -> Any:
    """One date alone is the first and the last day."""
    return {"start": value, "end": value} if isinstance(value, str | date) else value


class YearDay(Frozen):
    """A day of every year.

    Raises:
        ValueError: there is no such day, or not in every year.
    """

    month: int
    day: int

    @model_validator(mode="after")
    def _exists(self) -> YearDay:
        try:
            date(ANY_YEAR, self.month, self.day)
        except ValueError:
            raise ValueError(f"{self.month:02}-{self.day:02} is not a day of every year") from None
        return self

    def of(self, year: int) -> date:
        return date(year, self.month, self.day)


MonthDay = Annotated[YearDay, BeforeValidator(_month_and_day)]


class NthWeekday(Frozen):
    """The n-th weekday of a month, such as the fourth Thursday of November.

    Attributes:
        nth: 1 to 5 from the beginning of the month; -1 is the last one.
        plus_days: So many days later.
    """

    month: int = Field(ge=1, le=12)
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    nth: Literal[1, 2, 3, 4, 5, -1]
    plus_days: int = Field(default=0, ge=-31, le=31)

    def of(self, year: int) -> date | None:
        """The day in a year; None where the month has no fifth one."""
        first = date(year, self.month, 1)
        ahead = (WEEKDAYS.index(self.weekday) - first.weekday()) % 7
        days = [first + timedelta(days=ahead + 7 * week) for week in range(5)]
        inside = [day for day in days if day.month == self.month]
        place = self.nth - 1 if self.nth > 0 else -1
        return inside[place] + timedelta(days=self.plus_days) if place < len(inside) else None


class HolidayDays(Frozen):
    """The days of a holiday in one year, both included.

    Raises:
        ValueError: the end lies before the start.
    """

    start: date
    end: date

    @model_validator(mode="after")
    def _in_order(self) -> HolidayDays:
        if self.end < self.start:
            raise ValueError(f"the holiday ends ({self.end}) before it starts ({self.start})")
        return self


DaysOfYear = Annotated[HolidayDays, BeforeValidator(_first_and_last)]
WHEN = ("day", "weekday", "easter", "start", "dates")
"""The keys that say when a holiday is; one of them is written, and `end` with `start`."""


class Holiday(Definition):
    """A holiday or festival. One that does not say when it is, is the common one of its name.

    Attributes:
        day: The same day every year, as month-day.
        weekday: A weekday of a month, such as {month: 11, weekday: thursday, nth: 4}.
        easter: So many days after Easter Sunday; 0 is Easter itself.
        start, end: The same days every year, as month-day; an end before the start lies in the next year.
        dates: The days of each year, as one date or as start and end; other years are not known.
    """

    day: MonthDay | None = None
    weekday: NthWeekday | None = None
    easter: int | None = Field(default=None, ge=-100, le=100)
    start: MonthDay | None = None
    end: MonthDay | None = None
    dates: dict[int, DaysOfYear] = {}

    @model_validator(mode="after")
    def _said_once(self) -> Holiday:
        said = [key for key in WHEN if getattr(self, key) not in (None, {})]
        if len(said) > 1:
            raise ValueError(f"the holiday says when it is more than once: {', '.join(said)}")
        if (self.start is None) != (self.end is None):
            raise ValueError("start: and end: of a holiday belong together")
        return self

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def is_placed(self) -> bool:
        """Whether it is known when it is."""
        return bool(self.dates) or self.easter is not None or any((self.day, self.weekday, self.start))

    @property
    def years(self) -> tuple[int, ...] | None:
        """The years whose days are known; None where that is every year."""
        return tuple(sorted(self.dates)) if self.dates else None

    @property
    def moves(self) -> bool:
        """Whether it lies on other days from year to year."""
        return self.day is None and self.start is None

    def in_year(self, year: int) -> Span | None:
        """Its days in a year; None where they are not known, or where that year has none."""
        if self.dates:
            found = self.dates.get(year)
            return Span(found.start, found.end) if found is not None else None
        if self.start is not None and self.end is not None:
            start, end = self.start.of(year), self.end.of(year)
            return Span(start, end if end >= start else self.end.of(year + 1))
        day = self._day_in(year)
        return Span(day, day) if day is not None else None

    def _day_in(self, year: int) -> date | None:
        if self.day is not None:
            return self.day.of(year)
        if self.weekday is not None:
            return self.weekday.of(year)
        return easter_sunday(year) + timedelta(days=self.easter) if self.easter is not None else None


def easter_sunday(year: int) -> date:
    """Easter of the western churches."""
    from dateutil.easter import easter

    return easter(year)


@lru_cache(maxsize=1)
def common_holidays() -> Mapping[str, dict[str, Any]]:
    """The days that come with the product, as they would be written in a workspace."""
    text = (resources.files("semantic_layer.model") / "common_holidays.toml").read_text("utf-8")
    return MappingProxyType({name: {"name": name, **said} for name, said in tomllib.loads(text).items()})


def read_holiday(value: Any) -> Any:
    """A name alone, or with words of its own, is the common holiday of that name."""
    said = {"name": value} if isinstance(value, str) else value
    if not isinstance(said, dict) or any(key in said for key in (*WHEN, "end")):
        return said
    common = common_holidays().get(str(said.get("name")), {})
    return {**common, **said}


AnyHoliday = Annotated[Holiday, BeforeValidator(read_holiday)]
