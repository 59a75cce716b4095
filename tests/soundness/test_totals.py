"""Totals are computed from the data: sums add up, distinct counts and rates do not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from soundness.arithmetic import ADDITIVE, DISTINCT, FIGURES, FORMULAS, TWO_TIMES
from soundness.shop import Shop, Tables
from soundness.strategies import ATTRIBUTES, OWN, SERIES, Request, requests, several, tables, tables_of
from soundness.truth import Truth, assert_equal, close

GROUPED = [*ATTRIBUTES, *OWN, *SERIES]


@given(tables(), several(requests([*FIGURES, *TWO_TIMES], by=GROUPED, least=1)))
def test_a_total_is_the_figure_over_all_groups(shop: Tables, asked: list[Request]) -> None:
    truth = Truth(shop)
    for request in asked:
        answer = Shop(shop).answer(request)
        whole = truth.rows({**request, "by": []})
        if answer.totals is not None:
            assert_equal({(): list(answer.totals.rows[0])}, whole)


@given(tables(), several(requests(ADDITIVE, by=GROUPED, least=1)))
def test_the_groups_of_a_sum_add_up_to_its_total(shop: Tables, asked: list[Request]) -> None:
    for request in asked:
        answer = Shop(shop).answer(request)
        assert answer.main is not None
        assert all(check.holds for check in answer.evidence.checks)
        if answer.totals is not None:
            assert [check.metric for check in answer.evidence.checks] == request["metrics"]
            for name in request["metrics"]:
                assert close(sum(answer.main.cells(name)), answer.totals.cells(name)[0])


@given(tables(), several(requests(DISTINCT, by=GROUPED, least=1)))
def test_a_distinct_count_over_all_lies_between_its_largest_group_and_their_sum(shop: Tables, asked: list[Request]) -> None:
    for request in asked:
        answer = Shop(shop).answer(request)
        assert answer.main is not None
        assert answer.evidence.checks == ()
        for name in request["metrics"] if answer.totals else ():
            assert answer.totals is not None
            assert max(answer.main.cells(name)) <= answer.totals.cells(name)[0] <= sum(answer.main.cells(name))


@given(tables(), several(requests(["basket"], by=GROUPED, least=1)))
def test_the_total_of_a_ratio_is_the_ratio_of_the_totals(shop: Tables, asked: list[Request]) -> None:
    for request in asked:
        answer = Shop(shop).answer({**request, "metrics": ["sales", "orders", "basket"]})
        for sales, orders, basket in answer.totals.rows if answer.totals else ():
            assert close(basket, sales / orders if orders else None)


@given(tables(), several(requests(FORMULAS, most=1)))
def test_a_division_by_nothing_is_no_figure_and_never_an_error(shop: Tables, asked: list[Request]) -> None:
    nobody = {"field": "city", "is": "nowhere"}
    for request in asked:
        empty = dict(zip(request["metrics"], Shop(shop).rows({**request, "by": [], "where": nobody})[0], strict=True))
        assert empty.pop("net", 2) == 2
        assert set(empty.values()) <= {None}


@given(tables(), st.sampled_from(GROUPED))
def test_no_figure_is_infinite_or_not_a_number(shop: Tables, by: str) -> None:
    for row in Shop(shop).rows({"metrics": FORMULAS, "by": [by]}):
        assert all(figure is None or abs(figure) < 1e12 for figure in row[1:])


def test_customers_who_come_back_are_counted_once_in_the_total() -> None:
    sold = {"amount": 1, "customer_id": 10, "order_id": "A"}
    shop = Shop(tables_of(lines=[{**sold, "line": n, "sold_utc": f"2025-0{n}-15T12:00:00"} for n in (1, 2, 3)]))
    answer = shop.answer({"metrics": ["buyers"], "by": ["month"]})
    assert answer.main is not None
    assert answer.totals is not None
    assert (answer.main.cells("buyers"), answer.totals.rows) == ([1, 1, 1], ((1,),))
