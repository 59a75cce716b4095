"""Conditions by rank: the few that have most, or least, of a figure. Each table can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Shop

from semantic_layer.requests import MetricQuery

MODEL = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-03-31, default_period: all}
datasets:
  - name: sales
    entities: {customer: customer_id, bill: bill_id}
    time: sold_on
    fields: [{name: sold_on, type: date}, {name: colour}]
  - name: visits
    entities: {customer: customer_id}
    time: came_on
    fields: [{name: came_on, type: date}]
entities: [{name: bill, key: bill_id}, {name: customer, key: customer_id}]
metrics:
  - {name: amount, dataset: sales, agg: sum, expr: amount}
  - {name: bills, dataset: sales, agg: count_distinct, expr: bill_id}
  - {name: per_bill, ratio: {numerator: amount, denominator: bills}}
  - {name: visits, dataset: visits, agg: count}
  - {name: per_visit, ratio: {numerator: amount, denominator: visits}}
roles:
  - {name: all, default: true}
  - {name: reds, datasets: {sales: {rows: {field: colour, is: red}}}}
"""
# All days: 1 has 50, 2 and 3 have 30 each, 4 has 10. In February 4 has 10 and 3 has 5.
SALES = """sold_on,customer_id,bill_id,colour,amount
2025-01-05,1,11,red,40
2025-01-06,1,12,blue,10
2025-01-07,2,13,blue,30
2025-01-08,3,14,red,25
2025-02-01,3,15,red,5
2025-02-02,4,16,blue,10
2025-02-03,,17,blue,100"""
VISITS = """came_on,customer_id
2025-01-05,1
2025-01-06,1
2025-01-07,2
2025-01-08,5"""
VISITORS = [{"kind": "entity_metric", "metric": "visits"}]
"""A column by which the list holds those too who only came."""
FEBRUARY = {"start": "2025-02-01", "end": "2025-02-28"}


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop(MODEL, sales=SALES, visits=VISITS)


def ranked(metric: str = "amount", rank: str = "highest", **bound: Any) -> dict[str, Any]:
    return {"metric": metric, "of": "customer", "rank": rank, **bound}


def customers(shop: Shop, *where: dict[str, Any], **request: Any) -> list[Any]:
    return [row[0] for row in shop.rows(kind="entity_query", entity="customer", where=list(where), **request)]


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ({"at_most": 1}, [1]),
        ({"at_most": 2}, [1, 2, 3]),  # 2 and 3 tie: both are second, and there is no third
        ({"is": 3}, []),
        ({"is": 4}, [4]),
        ({"rank": "lowest", "at_most": 1}, [4]),
        ({"rank": "lowest", "at_most": 2}, [2, 3, 4]),
        ({"more_than": 1}, [2, 3, 4]),
        ({"missing": True}, [5]),  # came, and bought nothing
    ],
)
def test_those_who_tie_share_a_rank_and_who_has_no_rows_has_none(shop: Shop, bound: dict[str, Any], expected: list[int]) -> None:
    assert customers(shop, ranked(**bound), columns=VISITORS) == expected


@pytest.mark.parametrize(("part", "expected"), [(0.25, [1]), (0.49, [1]), (0.5, [1, 2, 3]), (0.2, []), (1.0, [1, 2, 3, 4])])
def test_a_part_is_of_all_that_have_a_figure_rounded_down(shop: Shop, part: float, expected: list[int]) -> None:
    assert customers(shop, ranked(rank_part=True, at_most=part)) == expected


def test_what_is_not_among_the_first_is_everything_else(shop: Shop) -> None:
    assert customers(shop, {"not": ranked(at_most=2)}, columns=VISITORS) == [4, 5]


def test_the_rank_goes_by_the_days_of_the_rows_that_are_asked(shop: Shop) -> None:
    request = {"metrics": ["amount"], "where": ranked(at_most=1)}
    assert shop.rows(**request) == [(50.0,)]
    assert shop.rows(**request, period=FEBRUARY) == [(10.0,)]


def test_in_a_series_each_bucket_has_a_ranking_of_its_own_unless_the_rank_has_days(shop: Shop) -> None:
    of_each = shop.rows(metrics=["amount"], by=["month"], where=ranked(at_most=1))
    assert of_each == [("2025-01-01", 50.0), ("2025-02-01", 10.0)]
    of_all = shop.rows(metrics=["amount"], by=["month"], where=ranked(at_most=2, period="all"))
    assert of_all == [("2025-01-01", 105.0), ("2025-02-01", 5.0)]


def test_periods_side_by_side_have_a_ranking_each(shop: Shop) -> None:
    january = {"start": "2025-01-01", "end": "2025-01-31"}
    found = shop.rows(metrics=["amount"], where=ranked(at_most=1), period={"of": [january, FEBRUARY]})
    assert [row[-1] for row in found] == [50.0, 10.0]


def test_a_share_of_all_has_the_rest_in_its_whole(shop: Shop) -> None:
    """The sales of nobody are part of all sales, and of no rank."""
    assert shop.rows(metrics=["amount"], where=ranked(at_most=1), share_of={}) == [(50.0, pytest.approx(50 / 220))]


def test_a_figure_of_several_measures_is_ranked_where_it_is_one(shop: Shop) -> None:
    # Per bill: 1 has 25, 2 has 30, 3 has 15, 4 has 10. Per visit: 1 has 25, 2 has 30; 3 and 4 never came, and have none.
    assert customers(shop, ranked("per_bill", at_most=2)) == [1, 2]
    assert customers(shop, ranked("per_visit", rank_part=True, at_most=1)) == [1, 2, 5]
    assert customers(shop, ranked("per_visit", rank_part=True, at_most=0.34)) == [2]


def test_only_rows_of_the_condition_are_ranked(shop: Shop) -> None:
    assert customers(shop, ranked(at_most=1, where={"field": "colour", "is": "blue"})) == [2]


def test_only_rows_that_the_viewer_sees_are_ranked(shop: Shop) -> None:
    # Of the red ones 1 has 40 and 3 has 30.
    assert shop.rows("reds", metrics=["amount"], where=ranked("amount", "lowest", at_most=1)) == [(30.0,)]


def test_a_part_needs_a_rank() -> None:
    with pytest.raises(ValueError, match="rank_part"):
        MetricQuery.model_validate({"metrics": ["amount"], "where": {"metric": "amount", "rank_part": True, "at_most": 0.1}})
