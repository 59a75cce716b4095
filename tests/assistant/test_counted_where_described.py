"""Everybody is counted in the data that describes them; days that are named say when they did something, not when they became known."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import brief, request

DEEDS = [
    ("11月有多少客户点击过但没有下单", "did clicks in 2024-11 and not did orders in 2024-11"),
    ("11月点击过但没有下单的客户有多少", "did clicks in 2024-11 and not did orders in 2024-11"),
    ("how many customers clicked but did not order in November", "did clicks in 2024-11 and not did orders in 2024-11"),
    ("how many customers clicked in November without ordering", "did clicks in 2024-11 and not did orders in 2024-11"),
    ("how many customers bought last month but not this month", "did orders in 2024-11 and not did orders in 2024-12"),
    ("how many customers who clicked in November ordered in November", "did clicks in 2024-11 and did orders in 2024-11"),
    ("how many customers bought in October but not in November", "did orders in 2024-10 and not did orders in 2024-11"),
]


def days(text: str) -> str:
    """`2024-11-01..2024-11-30` as `2024-11`, and what is counted back from today likewise."""
    for month, last in ((10, 31), (11, 30), (12, 31)):
        text = text.replace(f"2024-{month}-01..2024-{month}-{last}", f"2024-{month}")
    return text


@pytest.mark.parametrize(("question", "condition"), DEEDS)
def test_days_of_what_they_did_are_no_days_of_registration(web_shop: Asker, question: str, condition: str) -> None:
    found = request(web_shop, question)
    assert found["metrics"] == ["customers"]
    assert found.get("period") is None
    assert _said(web_shop, found) == condition


def _said(asker: Asker, found: dict[str, Any]) -> str:
    """The condition, with each period as its days."""
    from semantic_layer.calendar import resolve
    from semantic_layer.requests import MetricQuery

    where = MetricQuery.model_validate(found).where
    assert where is not None
    parts = []
    for part in getattr(where, "of", (where,)):
        did = part.of if part.kind == "not" else part
        span = resolve(did.period, asker.runtime.as_of(), None, asker.runtime.workspace.workspace.conventions)
        parts.append(f"{'not ' if part.kind == 'not' else ''}did {did.dataset} in {days(f'{span.start}..{span.end}')}")
    return " and ".join(parts)


def test_days_of_what_describes_them_stay_those_of_the_question(web_shop: Asker) -> None:
    found = request(web_shop, "how many customers registered in May 2024")
    assert (found["metrics"], found.get("where")) == (["customers"], None)
    assert found["period"] is not None


def test_where_a_deed_has_a_number_of_its_own_it_is_asked(web_shop: Asker) -> None:
    found = request(web_shop, "how many customers viewed books in November")
    assert found["metrics"] == ["viewers"]
    assert brief(found["where"]) == "category = books"
    assert found["period"] is not None


def test_two_verbs_side_by_side_are_two_deeds(web_shop: Asker) -> None:
    found = request(web_shop, "how many customers who refunded ordered again")
    assert brief(found["where"]) == "did refunds and did orders"


@pytest.mark.parametrize(
    "question", ["customers who added to cart but did not order, by month this year", "今年每月加购过但没下单的客户数"]
)
def test_by_month_they_would_be_counted_by_registration_and_are_refused(web_shop: Asker, question: str) -> None:
    assert web_shop.ask(question).status == "refused"
