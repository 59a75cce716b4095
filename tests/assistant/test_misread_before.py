"""Questions that were once answered by another number: the biggest one, a part of those reached, how often, averages, "how are"."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import brief, request, understood

from assistant.planner.outcome import Clarify, Refuse


@pytest.mark.parametrize(
    "question",
    [
        "What was the single biggest order in March, and at which store?",
        "which store had the biggest single order in March?",
        "3月最大的一单是多少，在哪家店",
        "周末的客单价比平均高吗",
        "is the average basket value on weekends higher than average?",
    ],
)
def test_the_biggest_one_and_an_average_of_nobody_are_refused(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize("question", ["which store had the most orders in March?", "3月订单最多的门店"])
def test_who_has_most_of_them_is_still_ranked(demo: Asker, question: str) -> None:
    plan = request(demo, question)
    assert (plan["metrics"], plan["limit"]) == (["baskets"], 1)


@pytest.mark.parametrize(
    "question",
    ["what share of customers reached by campaign 13 redeemed?", "what share of the customers reached by campaign 13 redeemed its coupons?"],
)  # fmt: skip
def test_the_whole_is_those_whom_that_one_reached(demo: Asker, question: str) -> None:
    plan = request(demo, question)
    assert brief(plan["where"]) == "campaign_id = 13 and did coupon_redemptions (campaign_id = 13)"
    assert brief(plan["share_of"]["where"]) == "campaign_id = 13"
    reached = demo.ask("How many customers did campaign 13 reach?").rows[0][0]
    redeemed = demo.ask("How many customers did campaign 13 reach?", "And how many of them redeemed?").rows[0][0]
    assert demo.ask(question).rows[0][1] == pytest.approx(redeemed / reached)


@pytest.mark.parametrize(
    "question",
    ["customers who redeemed more than 10 times", "how many customers redeemed more than 10 times", "核销超过10次的客户有多少"],
)
def test_how_often_is_of_what_they_did(demo: Asker, question: str) -> None:
    assert brief(request(demo, question)["where"]) == "redemptions > 10"


def test_what_is_different_between_periods_is_told_in_numbers(demo: Asker) -> None:
    plan: dict[str, Any] = request(demo, "5月和6月的销售额有什么不同")
    assert (plan["kind"], plan["metrics"], len(plan["period"]["of"])) == ("metric_query", ["sales"], 2)
    assert demo.ask("销售额同比有什么不同").status == "refused"  # there is one year of data


@pytest.mark.parametrize("question", ["how are loyal customers doing?", "how are young families doing?", "忠诚客户最近怎么样"])
def test_how_they_are_is_asked_back(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Clarify) and outcome.code == "metric"


def test_a_share_behind_a_number_of_those_is_not_swallowed(demo: Asker) -> None:
    question = "How many customers redeemed more than 3 coupons in May and what share of them are married?"
    assert isinstance(understood(demo, question), Refuse)
