"""Tags by a SELECT of the analyst, on rows that are worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Shop

from semantic_layer.errors import RequestError

MODEL = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-03-31, default_period: all}
datasets:
  - name: lines
    entities: {customer: customer_id}
    time: sold_on
    fields: [{name: sold_on, type: date, expr: CAST(stamp AS DATE)}, {name: colour}, {name: shade, expr: UPPER(colour)}]
  - name: people
    grain: [customer_id]
    entities: {customer: customer_id}
    fields: [{name: city}]
entities: [{name: customer, key: customer_id, count: people}]
metrics:
  - {name: people, dataset: people, agg: count}
roles:
  - {name: all, default: true}
  - {name: partial, datasets: {lines: {rows: {field: colour, is: blue}}, people: {}}}
  - {name: no_shades, hide: [shade]}
  - {name: people_only, only_these: true, datasets: {people: {}}}
tags:
"""
TABLES = {
    "lines": """stamp,customer_id,colour
        2025-01-05 10:00:00,1,red
        2025-01-06 10:00:00,1,blue
        2025-02-01 10:00:00,2,blue
        2025-02-03 10:00:00,,red""",
    "people": """customer_id,city
        1,Ulm
        2,Ulm
        3,Bonn""",
}
LAST = """
      SELECT customer_id, MIN(sold_on) AS first_day, DATE_DIFF('day', MAX(sold_on), :as_of) AS value
      FROM lines AS l WHERE sold_on <= :as_of GROUP BY customer_id"""


def made(make_shop: Callable[..., Shop], sql: str, kind: str = "count") -> Shop:
    return make_shop(f"{MODEL}  - {{name: told, entity: customer, type: {kind}, sql: {sql!r}}}\n", **TABLES)


def told(shop: Shop, as_of: str | None = None, role: str | None = None) -> dict[Any, Any]:
    columns = [{"kind": "tag", "name": "told", "as_of": as_of}]
    return dict(shop.rows(role, kind="entity_query", entity="customer", columns=columns))


def test_the_select_is_asked_as_of_the_day(make_shop: Callable[..., Shop]) -> None:
    shop = made(make_shop, " ".join(LAST.split()))
    assert told(shop) == {1: 84, 2: 58, 3: "Unknown"}
    assert told(shop, "2025-01-05") == {1: 0, 2: "Unknown", 3: "Unknown"}


def test_rows_after_the_day_are_not_there(make_shop: Callable[..., Shop]) -> None:
    """Also where the day stands elsewhere than in the filter."""
    shop = made(make_shop, "SELECT customer_id, COUNT(*) AS value FROM lines WHERE :as_of IS NOT NULL GROUP BY 1")
    assert told(shop, "2025-01-05") == {1: 1, 2: "Unknown", 3: "Unknown"}


def test_who_has_several_rows_has_no_value(make_shop: Callable[..., Shop]) -> None:
    shop = made(make_shop, "SELECT customer_id, colour AS value FROM lines WHERE sold_on <= :as_of", "category")
    assert told(shop) == {1: "Unknown", 2: "blue", 3: "Unknown"}
    assert shop.rows(metrics=["people"]) == [(3,)]


def test_computed_fields_and_queries_of_its_own_are_there(make_shop: Callable[..., Shop]) -> None:
    sql = (
        "WITH reds AS (SELECT customer_id FROM lines WHERE shade = 'RED' AND sold_on <= :as_of) "
        "SELECT p.customer_id, p.customer_id IN (SELECT customer_id FROM reds WHERE customer_id IS NOT NULL) AS value FROM people AS p"
    )
    assert told(made(make_shop, sql, "boolean")) == {1: True, 2: False, 3: False}


def test_the_value_is_of_all_rows_whoever_asks(make_shop: Callable[..., Shop]) -> None:
    shop = made(make_shop, " ".join(LAST.split()))
    assert told(shop, "2025-01-05", "partial") == {1: 0, 2: "Unknown"}


def test_what_a_role_may_not_see_it_does_not_see_through_a_tag(make_shop: Callable[..., Shop]) -> None:
    shop = made(make_shop, "SELECT customer_id, MAX(colour) AS value FROM lines WHERE sold_on <= :as_of GROUP BY 1", "category")
    for role, code in (("no_shades", "field_hidden"), ("people_only", "dataset_denied")):
        with pytest.raises(RequestError) as caught:
            told(shop, role=role)
        assert caught.value.problem.code == code
