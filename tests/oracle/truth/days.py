"""Days, the calendar units that hold them, and which days a period stands for."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

Plain = dict[str, Any]
ONE = timedelta(days=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SERIES = ("date", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year")
"""Grains that run along the calendar."""

ROUND = ("hour", "weekday", "is_weekend")
"""Grains that come round again."""

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}


@dataclass(frozen=True)
class Days:
    """From the first day to the last, both included; none at all if the last lies before the first."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __len__(self) -> int:
        return max(0, (self.last - self.first).days + 1)

    def cut(self, other: Days) -> Days:
        return Days(max(self.first, other.first), min(self.last, other.last))

    def until(self, last: date) -> Days:
        return Days(self.first, min(self.last, last))

    def starting(self, count: int) -> Days:
        """The first so many of them."""
        return self.until(self.first + (count - 1) * ONE)

    def moved(self, by: int) -> Days:
        return Days(self.first + by * ONE, self.last + by * ONE)


def day_of(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def months_later(day: date, months: int) -> date:
    """The same day of another month, or the last one of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def units_later(day: date, count: int, unit: str) -> date:
    if unit in MONTHS:
        return months_later(day, count * MONTHS[unit])
    return day + count * (7 if unit == "week" else 1) * ONE


@dataclass(frozen=True)
class Asked:
    """The days of a period.

    Attributes:
        days: Those that count: none of them lies after the as-of date.
        whole: The days as asked, before the rest of a unit that is not over was cut off.
        unit: The calendar unit that was asked, if it was one.
        last: If the last so many units were asked: how many, of what unit, and the day that they are counted back from.
    """

    days: Days
    whole: Days
    unit: str | None = None
    last: tuple[int, str, date] | None = None


class Calendar:
    """The conventions of a workspace."""

    def __init__(self, settings: Plain, as_of: date) -> None:
        self.as_of = as_of
        self.week_start = WEEKDAYS.index(settings.get("week_start", "monday"))
        self.fiscal_start = int(settings.get("fiscal_year_start", 1))

    def unit(self, day: date, unit: str) -> Days:
        """The calendar unit that holds a day."""
        if unit in ("day", "date"):
            return Days(day, day)
        if unit == "week":
            first = day - (day.weekday() - self.week_start) % 7 * ONE
            return Days(first, first + 6 * ONE)
        months = MONTHS[unit]
        offset = self.fiscal_start - 1 if unit.startswith("fiscal") else 0
        first = months_later(day.replace(day=1), -((day.month - 1 - offset) % months))
        return Days(first, months_later(first, months) - ONE)

    def units(self, days: Days, unit: str) -> Iterator[Days]:
        """All whole units that hold one of the days."""
        current = days.first
        while current <= days.last:
            found = self.unit(current, unit)
            yield found
            current = found.last + ONE

    def bucket(self, moment: date | datetime, grain: str) -> Any:
        """A time cut to a grain: the first day of its unit, or a number that comes round again."""
        match grain:
            case "hour":
                assert isinstance(moment, datetime)
                return moment.hour
            case "weekday":
                return moment.isoweekday()
            case "is_weekend":
                return moment.isoweekday() in (6, 7)
        return self.unit(day_of(moment), grain).first

    def asked(self, period: Any, data: Days | None) -> Asked:
        """The days that a period stands for; an open side, and `all`, reach to the edges of the data."""
        if period == "all" or period.get("kind") == "all":
            edges = data or Days(self.as_of, self.as_of)
            return Asked(edges.until(self.as_of), edges)
        if "n" in period:
            count, unit, skip = period["n"], period["unit"], period.get("skip", 0)
            after = self.as_of + ONE
            days = Days(units_later(after, -(skip + count), unit), units_later(after, -skip, unit) - ONE)
            return Asked(days, days, last=(count, unit, days.last))
        if "unit" in period:
            unit = period["unit"]
            whole = self.unit(units_later(self.unit(self.as_of, unit).first, period.get("offset", 0), unit), unit)
            return Asked(whole.until(self.as_of), whole, unit=unit)
        first, last = period.get("start"), period.get("end")
        known = as_date(first or last)
        edges = data or Days(known, known)
        whole = Days(as_date(first) if first else edges.first, as_date(last) if last else edges.last)
        return Asked(whole.until(self.as_of), whole)

    def previous(self, asked: Asked) -> Asked:
        """The period before, of the same shape."""
        if asked.last:
            count, unit, end = asked.last
            days = Days(units_later(end + ONE, -2 * count, unit), asked.days.first - ONE)
            return Asked(days, days, last=(count, unit, days.last))
        if asked.unit == "week":
            return _like_for_like(asked, asked.whole.moved(-7))
        months = whole_months(asked.whole)
        if months:
            return _like_for_like(asked, Days(months_later(asked.whole.first, -months), asked.whole.first - ONE))
        before = asked.days.moved(-len(asked.days))
        return Asked(before, before)

    def last_year(self, asked: Asked) -> Asked:
        """The same dates a year earlier; a whole week keeps its weekdays."""
        days, whole = asked.days, asked.whole
        if self.unit(whole.first, "week") == whole:
            return Asked(days.moved(-364), whole.moved(-364), unit=asked.unit)
        first, last = months_later(days.first, -12), months_later(days.last, -12)
        if whole_months(days):
            last = self.unit(last, "month").last
        days = Days(first, last)
        if asked.last:
            return Asked(days, days, last=(*asked.last[:2], last))
        return Asked(days, self.unit(first, asked.unit) if asked.unit else days, unit=asked.unit)

    def aligned(self, asked: Asked, kind: str) -> Asked:
        """The days some whole weeks earlier: 52 for a year, else as many as keep the two apart."""
        if kind == "last_year":
            weeks = 52
        else:
            over = asked.days == asked.whole
            apart = len(asked.days) if over else (asked.days.first - self.previous(asked).days.first).days
            weeks = -(-apart // 7)
        moved = asked.days.moved(-7 * weeks)
        return Asked(moved, moved)

    def earlier_part(self, part: Days, bucket: Days, grain: str, kind: str) -> Days:
        """The days of an earlier bucket that stand beside the asked part of one: the same dates, and to its edge where it is whole.

        A leap day has none a year earlier.
        """
        if grain == "date" and kind == "last_year" and (part.first.month, part.first.day) == (2, 29):
            return Days(part.first, part.first - ONE)
        other = self.bucket_before(bucket, grain, kind)
        first = other.first if part.first == bucket.first else _dates_before(part.first, grain, kind)
        last = other.last if part.last == bucket.last else _dates_before(part.last, grain, kind)
        return Days(first, last).cut(other)

    def bucket_before(self, bucket: Days, grain: str, kind: str) -> Days:
        """The whole bucket before, or that of a year before."""
        if kind == "previous":
            return self.unit(bucket.first - ONE, grain)
        if grain == "week":
            return bucket.moved(-364)
        return self.unit(months_later(bucket.first, -12), grain)


def as_date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def whole_months(days: Days) -> int:
    """How many whole months the days are, or 0."""
    after = days.last + ONE
    return (after.year - days.first.year) * 12 + after.month - days.first.month if days.first.day == after.day == 1 else 0


def _like_for_like(asked: Asked, before: Days) -> Asked:
    """The unit before, or as many days from its start where the asked one is not over yet."""
    over = asked.days == asked.whole
    return Asked(before if over else before.starting(len(asked.days)).cut(before), before, unit=asked.unit)


def _dates_before(day: date, grain: str, kind: str) -> date:
    if grain == "week":
        return day - (7 if kind == "previous" else 364) * ONE
    return months_later(day, -12 if kind == "last_year" else -MONTHS[grain])
