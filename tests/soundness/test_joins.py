"""Joins neither multiply nor lose rows, whatever is known of the things that are joined."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pandas as pd
import pytest
from conftest import SHOP
from conftest import Shop as CsvShop
from hypothesis import given
from hypothesis import strategies as st

from semantic_layer.errors import DataError
from soundness.arithmetic import ADDITIVE, DISTINCT, FORMULAS
from soundness.shop import Shop, Tables
from soundness.strategies import ATTRIBUTES, OWN, Request, conditions, requests, several, tables

DIMENSIONS = [*ATTRIBUTES, *OWN, "month", "shipped_on.week", "is_weekend"]
ITEM_TWICE = """
    item_id,family,colour
    1,small,red
    1,small,blue
"""
JOINED = ["items", "customers", "regions", "listings"]


def without(tables: Tables, *names: str) -> Tables:
    """The same tables, some of them empty."""
    return tables.having(**{name: tables.frames[name].iloc[:0] for name in names})


@given(tables(), st.lists(st.sampled_from(DIMENSIONS), min_size=1, max_size=3, unique=True))
def test_every_line_is_in_exactly_one_group(shop: Tables, by: list[str]) -> None:
    rows = Shop(shop).rows({"metrics": ["lines_sold"], "by": by})
    assert sum(row[-1] for row in rows) == len(shop.frames["lines"])
    assert len({row[:-1] for row in rows}) == len(rows)


@given(tables(), several(requests(ADDITIVE + DISTINCT + FORMULAS, by=["date", "channel", "order_id"], where=st.none())))
def test_a_total_does_not_hang_on_what_is_described(shop: Tables, asked: list[Request]) -> None:
    bare = without(shop, "customers", "regions", "listings")
    for request in asked:
        assert Shop(bare).rows(request) == Shop(shop).rows(request)


@given(tables(), conditions())
def test_a_filter_over_a_join_takes_whole_lines(shop: Tables, where: Request) -> None:
    kept, of_lines = Shop(shop).rows({"metrics": ["lines_sold", "pairs"], "where": where})[0]
    assert kept == of_lines <= len(shop.frames["lines"])


@given(tables(), st.sampled_from(ATTRIBUTES))
def test_without_any_record_everything_is_unknown(shop: Tables, field: str) -> None:
    bare = Shop(without(shop, *JOINED))
    assert bare.rows({"metrics": ["lines_sold"], "by": [field]}) == [("Unknown", len(shop.frames["lines"]))]


@given(tables(), st.sampled_from(ATTRIBUTES))
def test_records_of_what_was_never_sold_make_no_groups(shop: Tables, field: str) -> None:
    request = {"metrics": ["sales", "buyers"], "by": [field]}
    more = {name: with_unsold(shop.frames[name]) for name in JOINED}
    assert Shop(shop.having(**more)).rows(request) == Shop(shop).rows(request)


def with_unsold(frame: pd.DataFrame) -> pd.DataFrame:
    unsold = [99 if name.endswith("_id") else None if name.endswith("_on") else "unsold" for name in frame.columns]
    return pd.DataFrame([*frame.to_numpy().tolist(), unsold], columns=frame.columns, dtype=object)


@given(tables(), several(requests(["lines_sold"], by=ATTRIBUTES, least=1)))
def test_lines_without_keys_are_unknown_not_gone(shop: Tables, asked: list[Request]) -> None:
    bare = Shop(shop.having(lines=shop.frames["lines"].assign(item_id=None, customer_id=None, shop_id=None)))
    for request in asked:
        whole = bare.rows({**request, "by": []})[0][0]
        unknown = ["Unknown"] * len(request["by"])
        assert bare.rows(request) == ([(*unknown, whole)] if whole else [])


@pytest.mark.parametrize("key", ["item_id", "customer_id", "order_id"])
@given(tables())
def test_a_key_is_a_group_though_nobody_described_it(key: str, shop: Tables) -> None:
    rows = Shop(shop).rows({"metrics": ["lines_sold"], "by": [key]})
    assert {row[0] for row in rows} == {each or "Unknown" for each in shop.frames["lines"][key]}


def test_a_key_that_stands_twice_cannot_multiply(make_shop: Callable[..., CsvShop]) -> None:
    lines = "order_id,line,item_id,customer_id,sold_on,amount\nA,1,1,10,2025-01-05,10"
    with suppress(DataError):
        shop = make_shop(SHOP, lines=lines, items=ITEM_TWICE, customers="customer_id,city\n10,north")
        assert shop.rows(metrics=["sales"], where={"field": "family", "is": "small"}) == [(10.0,)]
