"""The rows of any request are those that brute force gives."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given

from soundness.arithmetic import FIGURES, TWO_TIMES
from soundness.shop import Shop, Tables
from soundness.strategies import ATTRIBUTES, HOURLY, OWN, ROUND, SERIES, Request, requests, several, tables, tables_of
from soundness.truth import Truth, assert_equal, by_group

TIMES = [*SERIES, *ROUND, "shipped_on.date", "shipped_on.week", "shipped_on.quarter", "shipped_on.is_weekend"]


def check(given_tables: Tables, asked: list[Request]) -> None:
    shop, truth = Shop(given_tables), Truth(given_tables)
    for request in asked:
        assert_equal(by_group(shop.rows(request), len(request.get("by", []))), truth.rows(request))


@given(tables(), several(requests(FIGURES)))
def test_figures_by_any_fields_and_under_any_filter(shop: Tables, asked: list[Request]) -> None:
    check(shop, asked)


@given(tables(), several(requests(FIGURES, by=[*TIMES, *ATTRIBUTES], least=1, where=HOURLY)))
def test_days_and_hours_are_those_of_the_business(shop: Tables, asked: list[Request]) -> None:
    check(shop, asked)


@given(tables(), several(requests([*TWO_TIMES, "sales", "orders"], by=[*ATTRIBUTES, *SERIES, "weekday", *OWN])))
def test_metrics_that_go_by_different_times_stand_side_by_side(shop: Tables, asked: list[Request]) -> None:
    check(shop, asked)


@given(tables(), several(requests(["small_net", "net", "sales"])))
def test_a_filter_inside_a_formula_reaches_all_that_it_is_made_of(shop: Tables, asked: list[Request]) -> None:
    check(shop, asked)


@given(tables(), several(requests(["middle", "sales"], most=1)))
def test_the_median_of_money_lies_between_two_cents(shop: Tables, asked: list[Request]) -> None:
    check(shop, asked)


def line(number: int, amount: int, **cells: Any) -> dict[str, Any]:
    return {"order_id": "A", "line": number, "amount": Decimal(amount), **cells}


def test_a_day_is_whole_whichever_way_a_moment_is_filtered_by_it() -> None:
    # New York: the last second of January 31, and noon of January 15
    moments = [line(1, 10, sold_utc="2025-02-01T04:59:59"), line(2, 20, sold_utc="2025-01-15T17:00:00")]
    shop = tables_of(lines=moments)
    for where in (
        {"field": "sold_at", "between": ["2025-01-01", "2025-01-31"]},
        {"field": "sold_at", "at_most": "2025-01-31"},
        {"field": "sold_at", "less_than": "2025-02-01"},
        {"field": "date", "between": ["2025-01-01", "2025-01-31"]},
        {"field": "sold_at", "in": ["2025-01-15", "2025-01-31"]},
    ):
        assert Shop(shop).rows({"metrics": ["sales"], "where": where}) == [(30.0,)], where


def test_a_figure_is_the_same_alone_and_beside_another() -> None:
    lines = [
        line(1, 10, sold_utc="2025-01-15T12:00:00", shipped_on=date(2025, 2, 1)),
        line(2, 20, sold_utc="2025-02-15T12:00:00"),
    ]
    shop = Shop(tables_of(lines=lines))
    assert shop.rows({"metrics": ["sales"]}) == [(30.0,)]
    assert shop.rows({"metrics": ["shipped"]}) == [(10.0,)]
    assert shop.rows({"metrics": ["sales", "shipped"]}) == [(30.0, 10.0)]


def test_a_bucket_after_the_last_row_of_one_time_is_there_for_the_other() -> None:
    shop = tables_of(lines=[line(1, 10, sold_utc="2025-04-10T12:00:00", shipped_on=date(2025, 5, 2))])
    both = {"metrics": ["sales", "shipped"], "by": ["month"], "period": {"start": "2025-04-01", "end": "2025-05-31"}}
    assert Shop(shop).rows(both) == [("2025-04-01", 10.0, 0), ("2025-05-01", 0, 10.0)]


def test_a_field_differs_from_another_wherever_it_does_not_equal_it() -> None:
    lines = [line(1, 10, sold_utc="2025-01-15T17:00:00"), line(2, 20, sold_utc="2025-01-15T17:00:00", channel="web")]
    shop = Shop(tables_of(lines=lines))
    equal, different = ({"field": "channel", word: {"field": "family"}} for word in ("is", "not"))
    assert shop.rows({"metrics": ["sales"], "where": equal}) == [(0,)]
    assert shop.rows({"metrics": ["sales"], "where": different}) == [(30.0,)]


def test_the_stored_word_unknown_and_a_missing_value_are_one_group_and_one_filter() -> None:
    lines = [line(1, 10, sold_utc="2025-01-15T17:00:00"), line(2, 20, sold_utc="2025-01-15T17:00:00", channel="Unknown")]
    shop = Shop(tables_of(lines=lines))
    assert shop.rows({"metrics": ["sales"], "by": ["channel"]}) == [("Unknown", 30.0)]
    assert shop.rows({"metrics": ["sales"], "where": {"field": "channel", "is": "Unknown"}}) == [(30.0,)]
