"""A comparison puts the other period's figure beside each group's own; a group of either period is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from soundness.arithmetic import ADDITIVE, DISTINCT, FIGURES
from soundness.shop import FIRST, LAST, WEEK_START_DAYS, Shop, Tables
from soundness.strategies import ATTRIBUTES, DAYS, EDGES, OWN, SPANS, Request, period, requests, several, spans, tables, tables_of
from soundness.truth import Figures, Truth, assert_equal, by_group, side_by_side

Span = tuple[date, date]
ONE_DAY = timedelta(days=1)
YEAR = pd.DateOffset(years=1)
STEPS = {"week": 52, "month": 12, "quarter": 4}
"""How many buckets lie between a bucket and its own of a year earlier; a week keeps its weekdays."""


def months_of(span: Span) -> int | None:
    """How many whole months a span is, if it is that."""
    after = span[1] + ONE_DAY
    return (after.year - span[0].year) * 12 + after.month - span[0].month if span[0].day == after.day == 1 else None


def before(span: Span) -> Span:
    months = months_of(span)
    start = pd.Timestamp(span[0]) - (pd.DateOffset(months=months) if months else span[1] - span[0] + ONE_DAY)
    return start.date(), span[0] - ONE_DAY


def a_year_before(span: Span, week_start: str) -> Span:
    if span[1] - span[0] == 6 * ONE_DAY and span[0].weekday() == WEEK_START_DAYS[week_start] and not months_of(span):
        return span[0] - 364 * ONE_DAY, span[1] - 364 * ONE_DAY
    start, end = ((pd.Timestamp(each) - YEAR).date() for each in span)
    return start, (pd.Timestamp(end) + pd.offsets.MonthEnd(0)).date() if months_of(span) else end


def covered(span: Span) -> bool:
    return span[0] >= FIRST and span[1] <= LAST


LATE_SPANS = spans([each for each in EDGES if covered((each - 365 * ONE_DAY, each))])
COMPARED = requests(FIGURES, by=[*ATTRIBUTES, *OWN], period=st.none())


def check(given_tables: Tables, asked: list[tuple[Request, Span, Span]], compare: Callable[[Span], Request]) -> None:
    """Each request over its first days, compared, is brute force over both days side by side."""
    shop, truth = Shop(given_tables), Truth(given_tables)
    for request, span, other in asked:
        metrics, by, where = request["metrics"], request["by"], request.get("where")
        rows = shop.rows({**request, "period": period(*span), "compare": compare(other)})
        now, then = (truth.groups(metrics, by, where, *days) for days in (span, other))
        assert_equal(by_group(rows, len(by)), side_by_side(now, then, metrics, {**now, **then}))


@given(tables(), several(st.tuples(COMPARED, SPANS.filter(lambda span: covered(before(span))))))
def test_the_period_before_is_as_long_and_ends_the_day_before(shop: Tables, asked: list[tuple[Request, Span]]) -> None:
    check(shop, [(request, span, before(span)) for request, span in asked], lambda other: {"kind": "previous"})


@given(tables(), several(st.tuples(COMPARED, LATE_SPANS)))
def test_last_year_has_the_same_days(shop: Tables, asked: list[tuple[Request, Span]]) -> None:
    both = [(request, span, a_year_before(span, shop.week_start)) for request, span in asked]
    check(shop, both, lambda other: {"kind": "last_year"})


@given(tables(), several(st.tuples(COMPARED, SPANS, SPANS)))
def test_any_two_periods_can_be_compared(shop: Tables, asked: list[tuple[Request, Span, Span]]) -> None:
    check(shop, asked, lambda other: {"kind": "period", "period": period(*other)})


SERIES_ASKED = st.tuples(
    requests(ADDITIVE + DISTINCT, by=ATTRIBUTES, most=1, period=st.none()),
    st.sampled_from([("date", 1), ("week", 1), ("month", 1), ("quarter", 1), *STEPS.items()]),
    st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(sorted),
)


@given(tables(), several(SERIES_ASKED))
def test_each_bucket_of_a_series_stands_beside_its_own_earlier_one(shop: Tables, asked: list[Any]) -> None:
    truth = Truth(shop)
    for request, (grain, steps), (first_day, last_day) in asked:
        first, last = truth.bucket(first_day, grain), truth.bucket(last_day, grain)
        span = (first, truth.bucket(last, grain, 1) - ONE_DAY)
        other = (truth.bucket(first, grain, -steps), truth.bucket(last, grain, 1 - steps) - ONE_DAY)
        if not covered(span) or not covered(other):
            continue
        kind = "previous" if steps == 1 else "last_year"
        by, metrics = [grain, *request["by"]], request["metrics"]
        rows = Shop(shop).rows({**request, "by": by, "period": period(*span), "compare": {"kind": kind}})
        now, then = (truth.groups(metrics, by, request.get("where"), *days) for days in (span, other))
        moved = {
            (truth.bucket(date.fromisoformat(group[0]), grain, steps).isoformat(), *group[1:]): row for group, row in then.items()
        }
        buckets = {(each.isoformat(),) for each in truth.buckets(grain, *span)}
        assert_equal(by_group(rows, len(by)), side_by_side(now, moved, metrics, {**now, **moved} if request["by"] else buckets))


@given(
    tables(),
    several(requests(ADDITIVE + DISTINCT, by=ATTRIBUTES, least=1, period=st.none())),
    st.lists(SPANS, min_size=2, max_size=4),
)
def test_periods_side_by_side_each_count_in_full(shop: Tables, asked: list[Request], spans: list[Span]) -> None:
    apart = list({span[0]: span for span in spans}.values())
    truth = Truth(shop)
    for request in asked if len(apart) > 1 else ():
        each = {"kind": "each", "of": [period(*span) for span in apart]}
        truly: Figures = {}
        for span in apart:
            found = truth.groups(request["metrics"], request["by"], request.get("where"), *span)
            truly |= {(span[0].isoformat(), *group): figures for group, figures in found.items()}
        assert_equal(by_group(Shop(shop).rows({**request, "period": each}), 1 + len(request["by"])), truly)


def sold(*days: str) -> list[dict[str, Any]]:
    return [
        {"order_id": "A", "line": number, "amount": Decimal(10), "sold_utc": f"{day}T17:00:00"} for number, day in enumerate(days)
    ]


def test_two_periods_that_begin_on_one_day_are_two_rows() -> None:
    shop = Shop(tables_of(lines=sold("2025-01-05", "2025-02-05", "2025-03-05")))
    each = {"of": [{"start": "2025-01-01", "end": "2025-01-31"}, {"start": "2025-01-01", "end": "2025-03-31"}]}
    assert sorted(row[-1] for row in shop.rows({"metrics": ["sales"], "period": each})) == [10.0, 30.0]


def test_a_period_in_which_nothing_happened_is_a_row_of_zeros() -> None:
    shop = Shop(tables_of(lines=sold("2025-01-05", "2025-03-05")))
    each = {"of": [{"start": "2025-01-01", "end": "2025-01-31"}, {"start": "2025-02-01", "end": "2025-02-28"}]}
    assert shop.rows({"metrics": ["sales"], "period": each}) == [("2025-01-01", 10.0), ("2025-02-01", 0)]


def test_an_empty_bucket_inside_the_data_is_zero_for_the_next_one_too() -> None:
    shop = Shop(tables_of(lines=sold("2025-01-05", "2025-03-05")))
    rows = shop.rows({"metrics": ["sales"], "by": ["month"], "compare": {"kind": "previous"}})
    assert [row[:3] for row in rows] == [("2025-01-01", 10.0, None), ("2025-02-01", 0, 10.0), ("2025-03-01", 10.0, 0)]


def test_a_bucket_is_a_day_though_it_is_moved_beside_a_later_one() -> None:
    shop = Shop(tables_of(lines=sold("2025-01-06", "2025-01-14", "2025-01-20")))
    for grain, monday in (("week", "2025-01-13"), ("date", "2025-01-14")):
        asked = {"by": [grain, "family"], "period": {"start": "2025-01-13", "end": "2025-01-19"}, "compare": {"kind": "previous"}}
        assert monday in [row[0] for row in shop.rows({"metrics": ["sales"], **asked})]


def test_the_28th_of_february_is_compared_with_one_day_of_a_leap_year() -> None:
    shop = Shop(tables_of(lines=sold("2024-02-27", "2024-02-28", "2024-02-29", "2025-02-27", "2025-02-28")))
    days = {"by": ["date"], "period": {"start": "2025-02-01", "end": "2025-02-28"}, "compare": {"kind": "last_year"}}
    assert shop.rows({"metrics": ["sales"], **days})[-1][:3] == ("2025-02-28", 10.0, 10.0)
