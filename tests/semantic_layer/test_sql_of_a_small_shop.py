"""The SQL of the kinds of metrics that the demo has none of: a file for each, and rows that are worked out by hand.

HUAXIANG_UPDATE=1 writes the files anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from conftest import Shop
from sqlglot import exp

FOLDER = Path(__file__).parent / "sql_small"
MODEL = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-03-31, default_period: all, fiscal_year_start: 4}
datasets:
  - name: sales
    entities: {customer: customer_id, bill: bill_id, ship: ship_id}
    time: sold_on
    fields: [{name: sold_on, type: date}]
  - name: visits
    entities: {customer: customer_id}
    time: came_at
    fields: [{name: came_at, type: time}]
  - name: stock
    entities: {item: item_id}
    time: counted_on
    fields: [{name: counted_on, type: date}]
  - name: regions
    grain: [region_id]
    entities: {bill: region_id, ship: region_id}
    fields: [{name: country}]
entities: [{name: bill, key: bill_id}, {name: ship, key: ship_id}, {name: customer, key: customer_id}]
metrics:
  - {name: amount, dataset: sales, agg: sum, expr: amount}
  - {name: lines, dataset: sales, agg: count}
  - {name: visits, dataset: visits, agg: count}
  - {name: new_customers, new_entities: {entity: customer, dataset: sales}}
  - {name: last_30_days, cumulative: {metric: amount, last: 30}}
  - {name: so_far, cumulative: {metric: amount, to_date: half}}
  - {name: on_hand, semi_additive: {dataset: stock, expr: pieces}}
  - {name: bought, conversion: {entity: customer, base: visits, then: lines, within_days: 7}}
"""
TABLES = {
    "sales": """sold_on,customer_id,bill_id,ship_id,amount
        2025-01-05,1,1,2,10
        2025-02-01,2,1,1,20
        2025-02-28,1,2,,40""",
    "visits": """came_at,customer_id
        2025-01-01 10:00:00,1
        2025-02-20 10:00:00,2
        2025-02-25 10:00:00,1
        2025-02-26 10:00:00,3""",
    "stock": """counted_on,item_id,pieces
        2025-01-30,7,5
        2025-01-31,7,4
        2025-01-31,8,1
        2025-02-27,7,3""",
    "regions": "region_id,country\n1,north\n2,south",
}
LIST = {"kind": "entity_query", "entity": "customer"}
SPENT = {"metric": "amount", "of": "customer"}


@dataclass(frozen=True)
class Case:
    """A request and the rows that it must have."""

    name: str
    request: dict[str, Any]
    rows: list[tuple[Any, ...]]

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.sql"


CASES = [
    Case(
        "trailing_days_of_each_month",
        {"metrics": ["last_30_days"], "by": ["month"], "period": {"start": "2025-01-01", "end": "2025-02-28"}},
        # From January 2 on, and from January 30 on.
        [("2025-01-01", 10.0), ("2025-02-01", 60.0)],
    ),
    Case(
        "since_the_half_year_began",
        {"metrics": ["so_far", "amount"], "period": {"start": "2025-02-01", "end": "2025-02-28"}},
        [(70.0, 60.0)],
    ),
    Case(
        "two_windows_over_the_same_days",
        {"metrics": ["last_30_days", "so_far"], "by": ["month"], "period": {"start": "2025-01-01", "end": "2025-02-28"}},
        [("2025-01-01", 10.0, 10.0), ("2025-02-01", 60.0, 70.0)],
    ),
    Case(
        "a_stock_at_the_end_of_each_month",
        {"metrics": ["on_hand"], "by": ["month", "item_id"]},
        [("2025-01-01", 7, 4.0), ("2025-01-01", 8, 1.0), ("2025-02-01", 7, 3.0)],
    ),
    Case(
        "visitors_who_bought_within_a_week",
        {"metrics": ["bought"], "by": ["month"]},
        # 1 on the fourth day after; in February 1 on the third day, 2 and 3 not at all.
        [("2025-01-01", 1.0), ("2025-02-01", pytest.approx(1 / 3))],
    ),
    Case(
        "periods_that_overlap_in_months",
        {
            "metrics": ["amount", "last_30_days"],
            "by": ["month"],
            "period": {"of": [{"start": "2025-01-01", "end": "2025-02-28"}, {"start": "2025-02-01", "end": "2025-02-10"}]},
        },
        [
            ("2025-01-01", "2025-01-01", 10.0, 10.0),
            ("2025-01-01", "2025-02-01", 60.0, 60.0),
            ("2025-02-01", "2025-02-01", 20.0, 20.0),
        ],
    ),
    Case(
        "one_field_by_two_ways",
        {"metrics": ["amount"], "by": ["bill.country", "ship.country"]},
        [("south", "Unknown", 40.0), ("north", "north", 20.0), ("north", "south", 10.0)],
    ),
    Case(
        "months_of_those_who_bought_twice_in_it_or_before",
        {
            "metrics": ["amount"],
            "by": ["fiscal_quarter"],
            "where": {"metric": "lines", "of": "customer", "period": "all", "at_least": 2},
        },
        [("2025-01-01", 50.0)],
    ),
    Case(
        "customers_who_came_and_did_not_buy",
        {**LIST, "where": [{"did": "visits", "entity": "customer"}, {"metric": "lines", "at_most": 1, "of": "customer"}]},
        [(2,), (3,)],
    ),
    Case(
        "months_of_the_customer_who_spent_most",
        {"metrics": ["amount"], "by": ["month"], "where": {**SPENT, "rank": "highest", "period": "all", "at_most": 1}},
        [("2025-01-01", 10.0), ("2025-02-01", 40.0)],
    ),
    Case(
        "share_of_the_half_that_spends_least",
        {
            "metrics": ["amount"],
            "share_of": {},
            "where": {**SPENT, "rank": "lowest", "rank_part": True, "at_most": 0.5},
        },
        [(20.0, pytest.approx(2 / 7))],
    ),
    Case(
        "new_customers_who_bought_again_within_60_days",
        {
            "metrics": ["new_customers"],
            "by": ["month"],
            "where": {"did": "sales", "entity": "customer", "within": {"days": 60}},
            "share_of": {"by": ["month"]},
        },
        # 1 on the 54th day after January 5; 2 never.
        [("2025-01-01", 1, 1.0), ("2025-02-01", 0, 0.0)],
    ),
    Case(
        "visitors_who_bought_within_a_week_of_their_first_visit",
        {**LIST, "where": {"did": "sales", "entity": "customer", "within": {"days": 7, "dataset": "visits"}}},
        [(1,)],
    ),
]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.fixture
def small(make_shop: Callable[..., Shop]) -> Shop:
    shop = make_shop(MODEL, **TABLES)
    shop.as_of = date(2025, 3, 31)
    return shop


@each_case
def test_the_statement_is_the_one_on_file_and_gives_the_rows_that_are_right(case: Case, small: Shop) -> None:
    compiled = small.compile(**case.request)
    sql = compiled.sql() + "\n"
    if os.environ.get("HUAXIANG_UPDATE"):
        case.file.write_text(sql, "utf-8")
    assert sql == case.file.read_text("utf-8")
    assert small.rows(**case.request) == case.rows
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(tree, exp.Select) and tree.sql("duckdb", pretty=True) == compiled.sql()
    assert [each.alias_or_name for each in tree.selects] == [column.name for column in compiled.columns]


def test_every_file_belongs_to_a_case() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {case.file.name for case in CASES}
