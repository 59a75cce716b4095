"""A share is a part over its whole; the whole is computed, and keeps what it is said to keep."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from soundness.arithmetic import ADDITIVE, DISTINCT, over
from soundness.shop import Shop, Tables
from soundness.strategies import ATTRIBUTES, OWN, SPANS, Request, conditions, period, requests, several, tables
from soundness.truth import Truth, assert_equal, by_group, close, days_of, nothing, side_by_side

GROUPED = [*ATTRIBUTES, *OWN, "month", "quarter"]


@given(tables(), several(st.tuples(requests(ADDITIVE + DISTINCT, by=GROUPED), st.integers(0, 2), st.none() | conditions())))
def test_a_share_is_of_the_whole_that_it_names(shop: Tables, asked: list[tuple[Request, int, Any]]) -> None:
    truth = Truth(shop)
    for request, count, where in asked:
        metrics, by, kept = request["metrics"], request["by"], request["by"][:count]
        rows = Shop(shop).rows({**request, "share_of": {"kind": "share", "by": kept, "where": where}})
        wholes = truth.groups(metrics, kept, where, *days_of(request.get("period")))
        truly = {
            group: [
                cell
                for part, whole in zip(parts, wholes.get(group[: len(kept)], nothing(metrics)), strict=True)
                for cell in (part, over(part, whole))
            ]
            for group, parts in truth.rows(request).items()
        }
        assert_equal(by_group(rows, len(by)), truly)


@given(tables(), several(requests(ADDITIVE + DISTINCT, by=GROUPED[:-2], period=st.none())), SPANS, SPANS)
def test_a_share_can_stand_beside_a_comparison(shop: Tables, asked: list[Request], span: Any, other: Any) -> None:
    truth = Truth(shop)
    for request in asked:
        metrics, by, where = request["metrics"], request["by"], request.get("where")
        compare = {"kind": "period", "period": period(*other)}
        rows = Shop(shop).rows({**request, "period": period(*span), "compare": compare, "share_of": {"kind": "share"}})
        now, then = (truth.groups(metrics, by, where, *days) for days in (span, other))
        wholes = truth.groups(metrics, [], None, *span)[()]
        truly = {
            group: [
                cell
                for each, whole in enumerate(wholes)
                for cell in (*cells[4 * each : 4 * each + 4], over(cells[4 * each], whole))
            ]
            for group, cells in side_by_side(now, then, metrics, {**now, **then}).items()
        }
        assert_equal(by_group(rows, len(by)), truly)


@given(tables(), several(requests(["lines_sold", "listed", "noted"], by=GROUPED, least=1)))
def test_the_shares_of_a_sum_are_one_together(shop: Tables, asked: list[Request]) -> None:
    for request in asked:
        where = request.get("where")
        answer = Shop(shop).answer({**request, "share_of": {"kind": "share", "where": where}})
        assert answer.main is not None
        for name in request["metrics"]:
            shares = [share for share in answer.main.cells(f"{name}_share") if share is not None]
            assert not shares or close(sum(shares), 1)


@given(tables(), several(requests(DISTINCT, by=GROUPED, least=1)))
def test_the_shares_of_a_distinct_count_are_each_of_everyone(shop: Tables, asked: list[Request]) -> None:
    for request in asked:
        answer = Shop(shop).answer({**request, "share_of": {"kind": "share", "where": request.get("where")}})
        assert answer.main is not None
        for name in request["metrics"]:
            assert all(share is None or 0 <= share <= 1 for share in answer.main.cells(f"{name}_share"))


@given(tables(), several(requests(["lines_sold", "buyers"], by=["family", "city"], most=1)), conditions())
def test_the_share_of_a_filter_is_the_filtered_part(shop: Tables, asked: list[Request], where: Request) -> None:
    for request in asked:
        rows = Shop(shop).rows({**request, "by": [], "where": where, "share_of": {"kind": "share"}})
        parts = Shop(shop).rows({**request, "by": [], "where": where})[0]
        wholes = Shop(shop).rows({**{key: each for key, each in request.items() if key != "where"}, "by": []})[0]
        expected = [cell for part, whole in zip(parts, wholes, strict=True) for cell in (part, over(part, whole))]
        assert_equal({(): list(rows[0])}, {(): expected})
