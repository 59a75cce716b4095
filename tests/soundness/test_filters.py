"""Filters narrow, and a condition and its negation part the rows between them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from soundness.arithmetic import ADDITIVE, DISTINCT
from soundness.shop import Shop, Tables
from soundness.strategies import ATTRIBUTES, SERIES, VALUES, Request, conditions, tables
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
        assert Shop(shop).rows({"metrics": ["sales", "orders", "basket"], "where": {"field": field, "is": value}}) == [tuple(figures)]


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
