"""How often something was done, and how many did it: the second count is of those who did the deed that was named."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Refuse


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("how many coupons were redeemed in November, and by how many households?", ["redemptions", "redeemers"]),
        ("How many coupons were redeemed in Q3 and how many households did that?", ["redemptions", "redeemers"]),
        ("How many redemptions were there in November, by how many customers?", ["redemptions", "redeemers"]),
        ("How many times were coupons redeemed in November and by how many people?", ["redemptions", "redeemers"]),
        ("number of redemptions in November and how many households made them", ["redemptions", "redeemers"]),
        (
            "How many coupons were redeemed in November, and for how many campaigns?",
            ["redemptions", "coupon_redemptions.campaign"],
        ),
        ("In November, by how many households were coupons redeemed?", ["redeemers"]),
        ("how many items were sold in November and by how many stores?", ["units", "transactions.store"]),
        ("how many orders were placed in November, and by how many households?", ["baskets", "buyers"]),
        ("11月核销了多少张券,由多少客户核销?", ["redemptions", "redeemers"]),
        ("11月有多少券被核销,被多少客户核销?", ["redemptions", "redeemers"]),
        ("11月核销了多少券,来自多少客户?", ["redemptions", "redeemers"]),
        ("12月核销数是多少,涉及多少客户?", ["redemptions", "redeemers"]),
        ("活动18触达了多少次,涉及多少客户?", ["contacts", "targeted"]),
        ("11月有多少订单,来自多少家门店?", ["baskets", "transactions.store"]),
    ],
)
def test_those_who_did_it_are_counted_where_it_was_done(demo: Asker, question: str, metrics: list[str]) -> None:
    assert request(demo, question)["metrics"] == metrics


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("核销数和客户数,11月", ["redemptions", "buyers"]),
        ("redemptions and customers by month", ["redemptions", "buyers"]),
        ("buyers fell by how many households in November", ["buyers"]),
    ],
)
def test_a_noun_by_itself_is_counted_in_its_usual_data(demo: Asker, question: str, metrics: list[str]) -> None:
    assert request(demo, question)["metrics"] == metrics


@pytest.mark.parametrize(
    "question",
    [
        "how many coupons were redeemed in November, and by how many households in December?",
        "how many coupons were redeemed in November, and by how many households with kids?",
        "11月核销了多少券,多少客户?",
        "How many households redeemed in November, and how many coupons?",
    ],
)
def test_what_narrows_one_of_them_or_may_be_of_other_data_is_refused(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)
