"""Filters narrow, and a condition and its negation part the rows between them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semantic_layer.errors import RequestError
from soundness.arithmetic import ADDITIVE, DISTINCT
from soundness.shop import Shop, Tables
from soundness.strategies import ATTRIBUTES, SERIES, VALUES, Request, conditions, tables, tables_of
from soundness.truth import by_group

NEVER_NEGATIVE = ["listed", "lines_sold", "noted", *DISTINCT]
GROUPS = st.sampled_from([[], ["family"], ["country", "channel"], ["month"]])


@given(tables(), conditions(), conditions(), GROUPS)
def test_one_more_filter_never_adds(shop: Tables, first: Request, second: Request, by: list[str]) -> None:
    wide = by_group(Shop(shop).rows({"metrics": NEVER_NEGATIVE, "by": by, "where": first}), len(by))
    narrow = by_group(Shop(shop).rows({"metrics": NEVER_NEGATIVE, "by": by, "where": {"all": [first, second]}}), len(by))
    assert narrow.keys() <= wide.keys()
    for group, figures in narrow.items():
        assert all(less <= more for less, more in zip(figures, wide[group], strict=True))


@given(tables(), conditions())
def test_a_row_meets_a_condition_or_its_negation_and_never_both(shop: Tables, where: Request) -> None:
    parts = [Shop(shop).rows({"metrics": ADDITIVE, "where": each})[0] for each in (where, {"not": where})]
    whole = Shop(shop).rows({"metrics": ADDITIVE})[0]
    assert [round(yes + no, 6) for yes, no in zip(*parts, strict=True)] == [round(figure, 6) for figure in whole]


@given(tables(), conditions(), conditions())
def test_and_or_and_not_obey_the_laws_of_logic(shop: Tables, one: Request, other: Request) -> None:
    def kept(where: Request) -> list[tuple[object, ...]]:
        return Shop(shop).rows({"metrics": ["lines_sold", "sales", "buyers"], "where": where})

    assert kept({"not": {"all": [one, other]}}) == kept({"any": [{"not": one}, {"not": other}]})
    assert kept({"not": {"any": [one, other]}}) == kept({"all": [{"not": other}, {"not": one}]})
    assert kept({"not": {"not": one}}) == kept(one)
    assert kept({"all": [one, {"any": [one, other]}]}) == kept(one)


@given(tables(), st.sampled_from([*ATTRIBUTES, "channel"]))
def test_a_group_is_what_its_value_as_a_filter_gives(shop: Tables, field: str) -> None:
    for value, *figures in Shop(shop).rows({"metrics": ["sales", "orders", "basket"], "by": [field]}):
        assert Shop(shop).rows({"metrics": ["sales", "orders", "basket"], "where": {"field": field, "is": value}}) == [
            tuple(figures)
        ]


@given(tables(), st.sampled_from(SERIES))
def test_a_bucket_is_what_its_first_day_as_a_filter_gives(shop: Tables, grain: str) -> None:
    for first, *figures in Shop(shop).rows({"metrics": ["sales", "buyers"], "by": [grain]}):
        if any(figures):
            assert Shop(shop).rows({"metrics": ["sales", "buyers"], "where": {"field": grain, "is": first}}) == [tuple(figures)]


@given(tables(), st.sampled_from(sorted(VALUES)))
def test_the_values_of_a_field_and_unknown_are_everything(shop: Tables, field: str) -> None:
    everything = {"field": field, "in": [*VALUES[field], "Unknown"]}
    assert Shop(shop).rows({"metrics": ADDITIVE, "where": everything}) == Shop(shop).rows({"metrics": ADDITIVE})
    assert Shop(shop).rows({"metrics": ["lines_sold"], "where": {"not": everything}}) == [(0,)]


def line(number: int, **cells: Any) -> dict[str, Any]:
    return {"order_id": "A", "line": number, "amount": 10 * number, "item_id": number, "sold_utc": "2025-01-15T17:00:00", **cells}


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ({"field": "is_weekend", "in": [True]}, 10),
        ({"field": "is_weekend", "not_in": [True]}, 50),
        ({"field": "is_weekend", "in": [True, False]}, 60),
        ({"field": "gift", "in": [True]}, 10),
        ({"field": "gift", "not_in": [True]}, 50),
        ({"field": "shipped_on.is_weekend", "missing": True}, 30),
        ({"field": "shipped_on.is_weekend", "not_in": [False]}, 40),
    ],
)
def test_a_flag_is_listed_like_any_value(where: Request, kept: int) -> None:
    saturday, monday = date(2025, 1, 18), date(2025, 1, 20)
    lines = [
        line(1, gift=True, sold_utc="2025-01-18T17:00:00", shipped_on=saturday),
        line(2, gift=False, shipped_on=monday),
        line(3),
    ]
    assert Shop(tables_of(lines=lines)).rows({"metrics": ["sales"], "where": where}) == [(kept,)]


@pytest.mark.parametrize("field", ["gift", "shipped_on", "shipped_on.month", "shipped_on.is_weekend"])
def test_what_a_row_calls_unknown_can_be_filtered_by_that_word(field: str) -> None:
    shop = Shop(tables_of(lines=[line(1, gift=True, shipped_on=date(2025, 1, 20)), line(2)]))
    assert ("Unknown", 20.0) in shop.rows({"metrics": ["sales"], "by": [field]})
    assert shop.rows({"metrics": ["sales"], "where": {"field": field, "is": "Unknown"}}) == [(20.0,)]


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ({"field": "item_id", "less_than": 1.5}, 10),
        ({"field": "item_id", "is": 1.5}, 0),
        ({"field": "sold_at", "at_least": "2025-01-15T12:30"}, 0),
        ({"field": "date", "is": "2025-01-15 or so"}, 0),
        ({"field": "item_id", "contains": "1"}, 10),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_never_bent(where: Request, kept: int) -> None:
    shop = Shop(tables_of(lines=[line(1), line(2)]))
    try:
        assert shop.rows({"metrics": ["sales"], "where": where}) == [(kept,)]
    except RequestError as error:
        assert error.problem.code == "wrong_value"
