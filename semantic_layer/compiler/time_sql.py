"""Business time in SQL: the only place that writes date arithmetic, so that another engine has one file to change."""

from __future__ import annotations

from datetime import date, timedelta

from sqlglot import exp

from semantic_layer.calendar import Span
from semantic_layer.compiler import build
from semantic_layer.conditions import Grain

UNIT_OF: dict[str, str] = {"date": "DAY", "week": "WEEK", "month": "MONTH", "quarter": "QUARTER", "year": "YEAR"}


def day(value: date) -> exp.Expr:
    """A date literal."""
    return build.cast(exp.Literal.string(value.isoformat()), build.DATE)


def in_days(time: exp.Expr, is_moment: bool, start: exp.Expr, end: exp.Expr) -> exp.Expr:
    """Whether a date or a moment falls into days that are both included."""
    if not is_moment:
        return exp.Between(this=time, low=start, high=end)
    return build.and_(exp.GTE(this=time, expression=start), exp.LT(this=time.copy(), expression=_plus_days(end, 1)))


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


def bucket(time: exp.Expr, grain: Grain, week_start: int) -> exp.Expr:
    """A time cut to a grain: the first day of the bucket, or a number for grains that come round.

    Args:
        week_start: Monday is 0.
    """
    if grain == "hour":
        return exp.Hour(this=time)
    if grain == "weekday":
        return exp.DayOfWeekIso(this=time)
    if grain == "is_weekend":
        return exp.GTE(this=exp.DayOfWeekIso(this=time), expression=exp.Literal.number(6))
    if grain == "date":
        return build.cast(time, build.DATE)
    if grain == "week" and week_start:
        # DATE_TRUNC knows Monday weeks only: shift so that the week's first day becomes a Monday, and back.
        shifted = exp.TimestampTrunc(this=_plus_days(time, 7 - week_start), unit=exp.var("WEEK"))
        return build.cast(_plus_days(shifted, week_start - 7), build.DATE)
    return build.cast(exp.TimestampTrunc(this=time, unit=exp.var(UNIT_OF[grain])), build.DATE)


def shift_bucket(bucketed: exp.Expr, grain: Grain, years: bool) -> exp.Expr:
    """Moves a bucket forward by one bucket, or by a year, so that it lines up with the one it is compared with."""
    if grain == "week":
        return build.cast(_plus_days(bucketed, 7 * 52 if years else 7), build.DATE)
    if grain == "date" and not years:
        return build.cast(_plus_days(bucketed, 1), build.DATE)
    unit = "YEAR" if years else UNIT_OF[grain]
    amount = exp.Literal.string("3" if unit == "QUARTER" else "1")
    step = exp.Interval(this=amount, unit=exp.var("MONTH" if unit == "QUARTER" else unit))
    return build.cast(exp.Add(this=bucketed, expression=step), build.DATE)


def series(span: Span, grain: Grain, name: str, first: date) -> exp.Select:
    """Every bucket from the one that begins on `first` to the one that holds the span's end."""
    unit, amount = ("MONTH", "3") if grain == "quarter" else (UNIT_OF[grain], "1")
    if grain == "week":
        unit, amount = "DAY", "7"
    steps = exp.GenerateSeries(
        start=day(first), end=day(span.end), step=exp.Interval(this=exp.Literal.string(amount), unit=exp.var(unit))
    )
    return build.select(build.alias(build.cast(exp.Explode(this=steps), build.DATE), name))


def _plus_days(value: exp.Expr, days: int) -> exp.Expr:
    if days < 0:
        return exp.Sub(this=value, expression=_days(-days))
    return exp.Add(this=value, expression=_days(days))


def _days(days: int) -> exp.Interval:
    return exp.Interval(this=exp.Literal.string(str(days)), unit=exp.var("DAY"))
