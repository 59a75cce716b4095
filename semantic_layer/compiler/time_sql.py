"""Business time in SQL, in nodes that every engine writes its own way."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta

from sqlglot import exp

from semantic_layer.calendar import Conventions, Span
from semantic_layer.compiler import build
from semantic_layer.compiler.neutral import AddDays, AddMonths, DayOf, FirstDay, HourOf, IsoWeekday, Steps, WeekStart
from semantic_layer.conditions import Grain

MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}
"""Grains that are whole months, with how many."""
TRUNCATED: dict[str, str] = {
    "month": "MONTH",
    "quarter": "QUARTER",
    "year": "YEAR",
    "fiscal_quarter": "QUARTER",
    "fiscal_year": "YEAR",
}


def day(value: date) -> exp.Expr:
    """A date literal."""
    return build.cast(exp.Literal.string(value.isoformat()), build.DATE)


def day_of(time: exp.Expr, is_moment: bool) -> exp.Expr:
    """The day of a time."""
    return DayOf(this=time) if is_moment else time


def in_days(time: exp.Expr, is_moment: bool, start: exp.Expr, end: exp.Expr) -> exp.Expr:
    """Whether a date or a moment falls into days that are both included."""
    if not is_moment:
        return exp.Between(this=time, low=start, high=end)
    after = AddDays(this=end, days=1)
    return build.and_(exp.GTE(this=time, expression=start), exp.LT(this=time.copy(), expression=after))


def in_span(time: exp.Expr, is_moment: bool, span: Span) -> exp.Expr:
    """The same for fixed days, half-open for moments so that no time of the last day is lost."""
    if not is_moment:
        return exp.Between(this=time, low=day(span.start), high=day(span.end))
    after = span.end + timedelta(days=1)
    return build.and_(exp.GTE(this=time, expression=day(span.start)), exp.LT(this=time.copy(), expression=day(after)))


def flat_and(conditions: list[exp.Expr]) -> exp.Expr:
    """Conditions joined by AND without needless parentheses."""
    parts = [
        part for condition in conditions for part in (condition.flatten() if isinstance(condition, exp.And) else [condition])
    ]
    return build.and_(*parts)


def bucket(time: exp.Expr, grain: Grain, by: Conventions) -> exp.Expr:
    """A time cut to a grain: the first day of the bucket, or a number for grains that come round."""
    match grain:
        case "hour":
            return HourOf(this=time)
        case "weekday":
            return IsoWeekday(this=time)
        case "is_weekend":
            return exp.GTE(this=IsoWeekday(this=time), expression=exp.Literal.number(6))
        case "date":
            return DayOf(this=time)
        case "week":
            return WeekStart(this=time, first=by.week_start)
        case "fiscal_quarter" | "fiscal_year":
            # Quarters repeat every three months, so that only what is left over of whole ones shifts them.
            return FirstDay(this=time, unit=TRUNCATED[grain], offset=(by.fiscal_start - 1) % MONTHS[grain])
        case _:
            return FirstDay(this=time, unit=TRUNCATED[grain])


def shift_bucket(bucketed: exp.Expr, grain: Grain, years: bool) -> exp.Expr:
    """Moves a bucket forward by one bucket, or by a year, so that it lines up with the one it is compared with."""
    if grain == "week":
        return AddDays(this=bucketed, days=7 * 52 if years else 7)
    if grain == "date" and not years:
        return AddDays(this=bucketed, days=1)
    return AddMonths(this=bucketed, months=12 if years else MONTHS[grain])


def holds_a_leap_day(span: Span) -> bool:
    years = range(span.start.year, span.end.year + 1)
    return any(isleap(year) and span.start <= date(year, 2, 29) <= span.end for year in years)


def is_leap_day(day: exp.Expr) -> exp.Expr:
    """Whether a day is the last of a leap year's February: it has no day of its own in other years."""
    february = exp.EQ(this=exp.Month(this=day), expression=exp.Literal.number(2))
    return build.and_(february, exp.EQ(this=exp.Day(this=day.copy()), expression=exp.Literal.number(29)))


def last_day_of(bucketed: exp.Expr, grain: Grain) -> exp.Expr:
    """The last day of a bucket, from its first."""
    if grain == "date":
        return bucketed
    return AddDays(this=shift_bucket(bucketed, grain, years=False), days=-1)


def series(span: Span, grain: Grain, name: str, first: date) -> exp.Select:
    """Every bucket from the one that begins on `first` to the one that holds the span's end."""
    unit, amount = ("MONTH", MONTHS[grain]) if grain in MONTHS else ("DAY", 7 if grain == "week" else 1)
    steps = Steps(start=day(first), end=day(span.end), amount=amount, unit=unit)
    return build.select(build.alias(steps, name))
