"""A ranking keeps everyone who ties with the last place, and what it leaves out makes up the rest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundness.arithmetic import ADDITIVE, DISTINCT, over
from soundness.shop import Shop, Tables
from soundness.strategies import ATTRIBUTES, OWN, SPANS, Request, period, requests, several, tables, tables_of
from soundness.truth import Figures, Group, Truth, assert_equal, by_group, close, days_of, side_by_side

KNOWN = [*ATTRIBUTES, "order_id"]
LIMITS = st.integers(1, 3)
PARTS = ["value", "previous", "change", "growth"]


def ranked(figures: Figures, limit: int, place: int = 0, down: bool = True) -> Figures:
    """The groups up to the last place, by one of their figures. Those that tie with it stay; no figure comes last."""

    def height(group: Group) -> tuple[bool, float]:
        figure = figures[group][place]
        return (figure is None, 0.0 if figure is None else float(-figure if down else figure))

    lowest = sorted(map(height, figures))[:limit][-1:]
    return {
        group: figures[group] for group in sorted(figures, key=lambda group: (height(group), group)) if [height(group)] <= lowest
    }


def tops(metrics: list[str], by: list[str] = KNOWN, most: int = 2) -> st.SearchStrategy[Request]:
    return requests(metrics, by=by, least=1, most=most, limit=LIMITS)


@given(tables(), several(tops([*ADDITIVE, *DISTINCT, "basket", "lowest"])), st.booleans())
def test_the_top_is_everyone_up_to_the_last_place(shop: Tables, asked: list[Request], down: bool) -> None:
    truth = Truth(shop)
    for request in asked:
        rows = Shop(shop).rows({**request, "order": [{"target": request["metrics"][-1], "descending": down}]})
        truly = ranked(truth.rows(request), request["limit"], len(request["metrics"]) - 1, down)
        assert_equal(by_group(rows, len(request["by"])), truly)
        assert [row[: len(request["by"])] for row in rows] == list(truly), "in their order"


@given(tables(), several(tops(ADDITIVE, [*KNOWN, *OWN], most=1)))
def test_those_shown_and_the_rest_are_everyone(shop: Tables, asked: list[Request]) -> None:
    for request in asked:
        answer = Shop(shop).answer(request)
        assert answer.main is not None
        assert not [note for note in answer.notes if note.code == "failed_check"]
        if answer.totals is not None and answer.rest is not None:
            assert all(check.holds for check in answer.evidence.checks)
            for name in request["metrics"]:
                assert close(sum(answer.main.cells(name)) + answer.rest.cells(name)[0], answer.totals.cells(name)[0])


@given(tables(), several(tops([*DISTINCT, "basket"], [*KNOWN, *OWN], most=1)))
def test_the_rest_is_computed_from_the_groups_that_are_not_shown(shop: Tables, asked: list[Request]) -> None:
    truth = Truth(shop)
    for request in asked:
        answer = Shop(shop).answer(request)
        assert answer.main is not None
        if answer.rest is not None:
            others = {"field": request["by"][0], "not_in": answer.main.cells(request["by"][0])}
            where = {"all": [others, *([request["where"]] if "where" in request else [])]}
            beyond = truth.groups(request["metrics"], [], where, *days_of(request.get("period")))
            assert_equal({(): list(answer.rest.rows[0])}, beyond)


@given(tables(), several(st.tuples(tops([*ADDITIVE, "buyers"]), SPANS, SPANS, st.sampled_from(PARTS))))
def test_a_ranking_can_go_by_the_change_from_another_period(shop: Tables, asked: list[Any]) -> None:
    truth = Truth(shop)
    for request, now, then, part in asked:
        metrics, compare = request["metrics"], {"kind": "period", "period": period(*then)}
        order = [{"target": metrics[0], "part": part}]
        rows = Shop(shop).rows({**request, "period": period(*now), "compare": compare, "order": order})
        figures, earlier = (truth.groups(metrics, request["by"], request.get("where"), *days) for days in (now, then))
        sides = side_by_side(figures, earlier, metrics, {**figures, **earlier})
        assert_equal(by_group(rows, len(request["by"])), ranked(sides, request["limit"], PARTS.index(part)))


@given(tables(), several(tops(ADDITIVE, most=1)))
def test_a_ranking_can_show_shares_of_the_whole(shop: Tables, asked: list[Request]) -> None:
    truth = Truth(shop)
    for request in asked:
        rows = Shop(shop).rows({**request, "share_of": {"kind": "share"}})
        whole = truth.groups(request["metrics"], [], None, *days_of(request.get("period")))[()]
        top = ranked(truth.rows(request), request["limit"])
        shares = {
            group: [cell for pair in zip(row, whole, strict=True) for cell in (pair[0], over(*pair))]
            for group, row in top.items()
        }
        assert_equal(by_group(rows, 1), shares)


def line(number: int, amount: int, **cells: Any) -> dict[str, Any]:
    return {"order_id": "A", "line": number, "amount": Decimal(amount), "sold_utc": "2025-01-15T12:00:00", **cells}


MISSING = [
    line(1, 30),
    line(2, 20, channel="web", gift=True, customer_id=10),
    line(3, 10, channel="shop", gift=False, customer_id=11),
]


@pytest.mark.parametrize("field", ["channel", "gift", "customer_id"])
def test_what_is_unknown_keeps_its_place(field: str) -> None:
    answer = Shop(tables_of(lines=MISSING)).answer({"metrics": ["sales"], "by": [field], "limit": 1})
    assert answer.main is not None
    assert answer.main.rows == (("Unknown", 30.0),)
    assert answer.rest is not None
    assert answer.rest.rows == ((30.0,),)
    assert all(check.holds for check in answer.evidence.checks)


def test_two_first_places_are_both_the_top_one() -> None:
    shop = Shop(tables_of(lines=[line(1, 10, channel="web"), line(2, 5, channel="shop"), line(3, 5, channel="shop"), line(4, 1)]))
    answer = shop.answer({"metrics": ["sales", "lines_sold"], "by": ["channel"], "limit": 1})
    assert answer.main is not None
    assert answer.main.rows == (("shop", 10.0, 2), ("web", 10.0, 1))
    assert [note.parts for note in answer.notes if note.code == "ties"] == [{"limit": 1, "rows": 2}]


def test_a_day_can_win_a_ranking() -> None:
    lines = [line(1, 10, shipped_on=date(2025, 1, 20)), line(2, 5, shipped_on=date(2025, 1, 21))]
    answer = Shop(tables_of(lines=lines)).answer({"metrics": ["sales"], "by": ["shipped_on"], "limit": 1})
    assert answer.main is not None
    assert answer.main.rows == (("2025-01-20", 10.0),)


def test_a_metric_may_have_the_name_of_its_column() -> None:
    shop = Shop(tables_of(lines=[line(1, 10, quantity=3, channel="web"), line(2, 10, quantity=5, channel="shop")]))
    assert shop.rows({"metrics": ["quantity"], "by": ["channel"], "limit": 1}) == [("shop", 5)]


def test_the_first_groups_by_name_are_a_ranking_too() -> None:
    items = [{"item_id": 1, "family": "small"}, {"item_id": 2, "family": "large"}]
    shop = Shop(tables_of(lines=[line(1, 10, item_id=1), line(2, 20, item_id=2)], items=items))
    by_name = {"by": ["family"], "order": [{"target": "family", "descending": False}], "limit": 1}
    assert shop.rows({"metrics": ["sales"], **by_name}) == [("large", 20.0)]
