"""Periods to days."""

from __future__ import annotations

from datetime import date

import pytest

from semantic_layer.calendar import Conventions, Span, last_n, last_year, previous, resolve, unit_of
from semantic_layer.periods import Between, CalendarUnit, LastN, Unit, WholeData

AS_OF = date(2017, 12, 31)
DATA = Span(date(2017, 1, 1), AS_OF)


def days(start: str, end: str) -> Span:
    return Span(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (CalendarUnit(unit="month", offset=-1), days("2017-11-01", "2017-11-30")),
        (CalendarUnit(unit="month"), days("2017-12-01", "2017-12-31")),
        (CalendarUnit(unit="week", offset=-1), days("2017-12-18", "2017-12-24")),
        (CalendarUnit(unit="quarter", offset=-1), days("2017-07-01", "2017-09-30")),
        (CalendarUnit(unit="half", offset=-1), days("2017-01-01", "2017-06-30")),
        (CalendarUnit(unit="year", offset=-1), days("2016-01-01", "2016-12-31")),
        (LastN(n=30, unit="day"), days("2017-12-02", "2017-12-31")),
        (LastN(n=3, unit="month"), days("2017-10-01", "2017-12-31")),
        (LastN(n=2, unit="week"), days("2017-12-18", "2017-12-31")),
        (LastN(n=90, unit="day", skip=90), days("2017-07-05", "2017-10-02")),
        (Between(start=date(2017, 6, 1)), days("2017-06-01", "2017-12-31")),
        (Between(end=date(2017, 3, 31)), days("2017-01-01", "2017-03-31")),
        (WholeData(), days("2017-01-01", "2017-12-31")),
    ],
)
def test_a_period_seen_from_the_last_day_of_the_year(period: object, expected: Span) -> None:
    assert resolve(period, AS_OF, DATA) == expected  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (LastN(n=30, unit="day"), days("2017-11-02", "2017-12-01")),
        (CalendarUnit(unit="month", offset=-1), days("2017-10-01", "2017-10-31")),
        (Between(start=date(2017, 3, 1), end=date(2017, 3, 31)), days("2017-02-01", "2017-02-28")),
        (Between(start=date(2017, 3, 1), end=date(2017, 5, 31)), days("2016-12-01", "2017-02-28")),
        (Between(start=date(2017, 7, 1), end=date(2017, 12, 31)), days("2017-01-01", "2017-06-30")),
        (Between(start=date(2017, 3, 10), end=date(2017, 3, 12)), days("2017-03-07", "2017-03-09")),
    ],
)
def test_the_period_before_has_the_same_shape(period: object, expected: Span) -> None:
    assert previous(period, resolve(period, AS_OF, DATA)) == expected  # pyright: ignore[reportArgumentType, reportCallIssue]


@pytest.mark.parametrize(
    ("n", "unit", "end", "start"),
    [
        (1, "month", "2017-04-30", "2017-04-01"),
        (3, "month", "2017-04-30", "2017-02-01"),
        (1, "month", "2017-02-28", "2017-02-01"),
        (3, "month", "2017-11-15", "2017-08-16"),
        (1, "quarter", "2017-09-30", "2017-07-01"),
        (1, "year", "2020-02-29", "2019-03-01"),
    ],
)
def test_the_last_months_up_to_the_end_of_one_are_whole(n: int, unit: Unit, end: str, start: str) -> None:
    assert last_n(n, unit, date.fromisoformat(end)) == days(start, end)


def test_last_year_of_a_leap_february_is_the_whole_shorter_one() -> None:
    leap = Between(start=date(2024, 2, 1), end=date(2024, 2, 29))
    assert last_year(leap, days("2024-02-01", "2024-02-29")) == days("2023-02-01", "2023-02-28")


def test_last_year_of_a_week_keeps_its_weekdays() -> None:
    week = CalendarUnit(unit="week")
    assert last_year(week, days("2017-12-25", "2017-12-31")) == days("2016-12-26", "2017-01-01")


def test_weeks_may_start_on_sunday() -> None:
    assert unit_of(date(2025, 12, 31), "week", Conventions(week_start=6)) == days("2025-12-28", "2026-01-03")


def test_a_period_that_ends_before_it_starts_is_no_period() -> None:
    with pytest.raises(ValueError, match="ends"):
        Between(start=date(2017, 2, 1), end=date(2017, 1, 1))
