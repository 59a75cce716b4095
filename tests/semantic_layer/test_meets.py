"""Two groups by what each one did, side by side: rows that are worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Shop

from semantic_layer.errors import RequestError
from semantic_layer.requests import MetricQuery
from tools.metrics import run

MODEL = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-03-31, default_period: all}
datasets:
  - name: lines
    entities: {customer: customer_id}
    time: sold_on
    fields: [{name: sold_on, type: date}, {name: colour}]
  - name: visits
    entities: {customer: customer_id}
    time: came_on
    fields: [{name: came_on, type: date}]
  - name: people
    grain: [customer_id]
    entities: {customer: customer_id}
    fields: [{name: city}]
entities: [{name: customer, key: customer_id}]
metrics:
  - {name: amount, dataset: lines, agg: sum, expr: amount}
  - {name: buyers, dataset: lines, agg: count_distinct, expr: customer_id}
  - {name: visits, dataset: visits, agg: count}
roles:
  - {name: all, default: true}
  - name: careful
    minimum_group: {entity: customer, size: 2}
"""
TABLES = {
    "lines": """sold_on,customer_id,colour,amount
        2025-01-05,1,red,10
        2025-01-06,1,blue,20
        2025-02-01,2,blue,40
        2025-02-02,3,red,80
        2025-02-03,,red,160""",
    "visits": """came_on,customer_id
        2025-01-05,1
        2025-01-09,2
        2025-02-09,2
        2025-03-01,4
        2025-03-02,""",
    "people": """customer_id,city
        1,Ulm
        2,Ulm
        3,""",
}
RED = {"did": "lines", "entity": "customer", "where": {"field": "colour", "is": "red"}}


def by(condition: Any, entity: str = "customer") -> dict[str, Any]:
    return {"kind": "meets", "entity": entity, "condition": condition}


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop(MODEL, **TABLES)


def test_all_rows_of_an_entity_are_in_the_group_of_what_it_did(shop: Shop) -> None:
    """Customers 1 and 3 bought red, and 1 bought blue as well; a row of no customer is in neither group."""
    rows = shop.rows(metrics=["amount", "buyers"], by=[by(RED)], order=[{"target": "amount"}])
    assert rows == [("Unknown", 160, 0), (True, 110, 2), (False, 40, 1)]


def test_several_facts_are_parted_by_the_same_groups(shop: Shop) -> None:
    """Customer 4 has visits alone: it bought nothing red."""
    rows = shop.rows(metrics=["amount", "visits"], by=[by(RED)], order=[{"target": "amount"}])
    assert rows == [("Unknown", 160, 1), (True, 110, 1), (False, 40, 3)]


def test_a_group_goes_by_figures_and_by_what_describes_an_entity(shop: Shop) -> None:
    spent = {"metric": "amount", "of": "customer", "more_than": 30}
    assert shop.rows(metrics=["buyers"], by=[by(spent)], order=[{"target": "buyers"}]) == [
        (True, 2),
        (False, 1),
        ("Unknown", 0),
    ]
    rows = shop.rows(metrics=["buyers"], by=[by({"field": "city", "is": "Ulm"})], order=[{"target": "buyers"}])
    assert rows == [(True, 2), (False, 1), ("Unknown", 0)]


def test_without_days_of_its_own_a_condition_goes_by_the_asked_ones(shop: Shop) -> None:
    february = {"start": "2025-02-01", "end": "2025-02-28"}
    where = {"field": "customer_id", "not": "Unknown"}
    assert shop.rows(metrics=["buyers"], by=[by(RED)], where=where, period=february, order=[{"target": "meets"}]) == [
        (True, 1),
        (False, 1),
    ]


def test_the_groups_are_a_filter_too(shop: Shop) -> None:
    others = {"kind": "compare", "left": by(RED), "op": "eq", "right": False}
    assert shop.rows(metrics=["amount"], where=others) == [(40,)]
    neither = {"kind": "is_null", "left": by(RED)}
    assert shop.rows(metrics=["amount"], where=neither) == [(160,)]


def test_shares_of_the_groups_add_up(shop: Shop) -> None:
    rows = shop.rows(metrics=["amount"], by=[by(RED)], share_of={})
    assert sum(row[-1] for row in rows) == pytest.approx(1)


@pytest.mark.parametrize(
    ("ref", "code"),
    [
        (by({"field": "colour", "is": "red"}), "bad_request"),  # a customer may have red and blue lines
        (by({"did": "lines", "entity": "basket"}), "bad_request"),
        (by({"field": "city", "is": "Ulm"}, "basket"), "bad_request"),
    ],
)
def test_groups_in_which_one_entity_would_be_twice_are_refused(shop: Shop, ref: Any, code: str) -> None:
    with pytest.raises(RequestError) as caught:
        shop.compile(metrics=["amount"], by=[ref])
    assert caught.value.problem.code == code


def test_a_group_of_too_few_is_not_shown(shop: Shop) -> None:
    with pytest.raises(RequestError) as caught:
        run(MetricQuery.model_validate({"metrics": ["amount"], "by": [by(RED)]}), shop.context("careful"))
    assert caught.value.problem.code == "small_groups"
