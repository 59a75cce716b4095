"""Pure calendar arithmetic: a period, the as-of date and the workspace's conventions give dates.

All dates are business dates; the clock is never asked, `as_of` is an argument.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from semantic_layer.periods import Between, CalendarUnit, LastN, Period, Unit, WholeData

Weekday = int
"""Monday is 0, as in `date.weekday()`."""

MONTHS_OF: dict[Unit, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}
"""Calendar units that are whole months, with how many."""
UNITS: dict[str, Unit] = {
    "date": "day",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
    "fiscal_quarter": "fiscal_quarter",
    "fiscal_year": "fiscal_year",
}
"""The unit that each grain of a series cuts time into."""
FISCAL: tuple[Unit, ...] = ("fiscal_quarter", "fiscal_year")


class Conventions(NamedTuple):
    """How a business counts weeks and fiscal years.

    Attributes:
        week_start: The first day of a week; Monday is 0.
        fiscal_start: The month in which a fiscal year begins.
    """

    week_start: Weekday = 0
    fiscal_start: int = 1


STANDARD = Conventions()
"""Weeks from Monday, fiscal years that are calendar years."""


class Span(NamedTuple):
    """Resolved days, first and last included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def overlaps(self, other: Span) -> bool:
        return self.start <= other.end and other.start <= self.end

    def within(self, other: Span) -> bool:
        return other.start <= self.start and self.end <= other.end

    def clip(self, other: Span) -> Span:
        """The common days; only meaningful where the two overlap."""
        return Span(max(self.start, other.start), min(self.end, other.end))


def add_months(day: date, months: int) -> date:
    """The same day of another month; the 31st becomes the month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_whole_day(first: date, count: int, unit: Unit) -> date:
    """The first day whose trailing days begin no earlier than a day."""
    if unit in MONTHS_OF:
        return add_months(first, count * MONTHS_OF[unit]) - timedelta(days=1)
    return first + timedelta(days=count * (7 if unit == "week" else 1) - 1)


def unit_of(day: date, unit: Unit, by: Conventions = STANDARD) -> Span:
    """The calendar unit that holds a day."""
    if unit == "day":
        return Span(day, day)
    if unit == "week":
        first = day - timedelta(days=(day.weekday() - by.week_start) % 7)
        return Span(first, first + timedelta(days=6))
    size = MONTHS_OF[unit]
    offset = by.fiscal_start - 1 if unit in FISCAL else 0
    months = day.year * 12 + day.month - 1 - offset
    year, month = divmod(months // size * size + offset, 12)
    first = date(year, month + 1, 1)
    return Span(first, add_months(first, size) - timedelta(days=1))


def shift_units(span_start: date, unit: Unit, offset: int, by: Conventions = STANDARD) -> Span:
    """The unit that lies `offset` units after the one that holds a day."""
    if unit == "day":
        return unit_of(span_start + timedelta(days=offset), unit)
    if unit == "week":
        return unit_of(span_start + timedelta(weeks=offset), unit, by)
    first = unit_of(span_start, unit, by).start
    return unit_of(add_months(first, offset * MONTHS_OF[unit]), unit, by)


def resolve(period: Period, as_of: date, data: Span | None, by: Conventions = STANDARD) -> Span:
    """Turns one period into days.

    Args:
        period: Any period but EachPeriod, whose parts are resolved one by one.
        as_of: What "today" means.
        data: First and last day of the data; open sides and "all" need it. None: `as_of` stands in.
        by: How the business counts weeks and fiscal years.
    """
    edge = data or Span(as_of, as_of)
    if isinstance(period, Between):
        start, end = period.start, period.end
        return Span(start or min(edge.start, end or edge.start), end or max(edge.end, start or edge.end))
    if isinstance(period, LastN):
        end = last_n(period.skip, period.unit, as_of).start - timedelta(days=1) if period.skip else as_of
        return Span(last_n(period.skip + period.n, period.unit, as_of).start, end)
    if isinstance(period, CalendarUnit):
        return shift_units(as_of, period.unit, period.offset, by)
    if isinstance(period, WholeData):
        return edge
    raise TypeError("the parts of EachPeriod are resolved one by one")


def last_n(n: int, unit: Unit, end: date) -> Span:
    """The last n units up to and including a day: weeks are 7 days, months begin n months before the day after it.

    So the last month up to April 30 is April, and the last three up to November 15 begin on August 16.
    """
    if unit in ("day", "week"):
        return Span(end - timedelta(days=n * (7 if unit == "week" else 1) - 1), end)
    return Span(add_months(end + timedelta(days=1), -n * MONTHS_OF[unit]), end)


def aligned_unit(span: Span, by: Conventions = STANDARD) -> Unit | None:
    """The one calendar unit that a span is exactly, largest first; None where it is not a single unit."""
    units: tuple[Unit, ...] = ("year", "half", "quarter", "month", "week", "day")
    return next((unit for unit in units if unit_of(span.start, unit, by) == span), None)


def whole_months(span: Span) -> int | None:
    """How many whole calendar months a span is, or None where it starts or ends inside a month."""
    if span.start.day != 1 or (span.end + timedelta(days=1)).day != 1:
        return None
    return (span.end.year - span.start.year) * 12 + span.end.month - span.start.month + 1


def previous(period: Period, span: Span, by: Conventions = STANDARD) -> Span:
    """The period before: the calendar unit before, the N days before last N days, else as many days before.

    A unit that is not over yet goes with as many days from the start of the one before it.
    """
    if isinstance(period, LastN):
        # From the same end, since a shorter month between would take days away.
        return Span(last_n(2 * period.n, period.unit, span.end).start, span.start - timedelta(days=1))
    whole = _whole(period, span, by)
    unit = period.unit if isinstance(period, CalendarUnit) else aligned_unit(whole, by)
    months = whole_months(whole)
    if unit or months:
        before = (
            shift_units(span.start, unit, -1, by)
            if unit
            else Span(add_months(span.start, -(months or 0)), whole.start - timedelta(days=1))
        )
        return before if span == whole else _first_days(before, span.days)
    return Span(span.start - timedelta(days=span.days), span.start - timedelta(days=1))


def _whole(period: Period, span: Span, by: Conventions) -> Span:
    """The days as they were asked, of which those that are still to come may be left out."""
    if isinstance(period, CalendarUnit):
        return unit_of(span.start, period.unit, by)
    return Span(span.start, period.end) if isinstance(period, Between) and period.end else span


def _first_days(span: Span, days: int) -> Span:
    return Span(span.start, min(span.end, span.start + timedelta(days=days - 1)))


def same_weekdays_before(period: Period, span: Span, by: Conventions = STANDARD) -> Span:
    """The same number of days so many whole weeks before, that the two are apart; of what is not over, as the unit before was."""
    over = span == _whole(period, span, by)
    apart = span.days if over else (span.start - previous(period, span, by).start).days
    back = timedelta(weeks=-(-apart // 7))
    return Span(span.start - back, span.end - back)


def last_year(period: Period, span: Span, by: Conventions = STANDARD) -> Span:
    """The same days a year earlier; a whole week keeps its weekdays (52 weeks back)."""
    if aligned_unit(span, by) == "week":
        return Span(span.start - timedelta(weeks=52), span.end - timedelta(weeks=52))
    months = whole_months(span)
    if months:
        start = add_months(span.start, -12)
        return Span(start, add_months(start, months) - timedelta(days=1))
    return Span(add_months(span.start, -12), add_months(span.end, -12))
