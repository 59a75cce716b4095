"""What is said of each one and was not read in full is no filter on rows; "had orders in both" is read."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import brief, request, understood

from assistant.planner.outcome import Refuse

BOTH = "did transactions in 2017-10-01..2017-10-31 and did transactions in 2017-11-01..2017-11-30"


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("10月和11月都有订单的门店有几家", "store"),
        ("10月和11月都有订单的客户有多少", "buyers"),
        ("How many stores had orders in both October and November?", "store"),
        ("How many stores had sales in both October and November?", "store"),
        ("How many customers had orders in both October and November?", "buyers"),
    ],
)
def test_those_who_had_some_in_all_of_the_days(demo: Asker, question: str, metric: str) -> None:
    plan = request(demo, question)
    assert (plan["metrics"], brief(plan["where"]), plan.get("by"), plan.get("period")) == ([metric], BOTH, None, None)


@pytest.mark.parametrize(
    "question", ["stores with orders in both October and November", "stores that had orders in both October and November"]
)
def test_a_noun_alone_is_a_list_of_them(demo: Asker, question: str) -> None:
    plan = request(demo, question)
    assert (plan["kind"], plan["entity"], brief(plan["where"])) == ("entity_query", "store", BOTH)


@pytest.mark.parametrize(
    "question",
    [
        "sales of customers who bought milk and beef on the same day",
        "How many customers bought milk and beef in the same week?",
        "stores with over 100 orders in May and more than 3000 dollars of sales in June whose customers are married",
    ],
)
def test_what_cannot_be_read_is_refused(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse) and outcome.code in ("entity_condition", "unbound_word"), outcome


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("how many orders were placed on all Fridays of May", "baskets"),  # an order has one day: no "every Friday" of it
        ("消费最多的客户花了多少钱", "sales"),
        ("orders by store in both October and November", "baskets"),
    ],
)
def test_what_only_ranks_or_filters_is_left_to_the_other_rules(demo: Asker, question: str, metric: str) -> None:
    assert request(demo, question)["metrics"] == [metric]


Q1_NOT_Q4 = "did transactions in 2017-01-01..2017-03-31 and not did transactions in 2017-10-01..2017-12-31"


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("Customers who had orders in Q1 but none in Q4", Q1_NOT_Q4),
        ("How many customers had orders in Q1 but none in Q4?", Q1_NOT_Q4),
        ("stores that had orders in Q1 but none in Q4", Q1_NOT_Q4),
        (
            "How many customers bought beef in Q1 but none in Q4?",
            "did transactions (product_category = BEEF) in 2017-01-01..2017-03-31 and "
            "not did transactions (product_category = BEEF) in 2017-10-01..2017-12-31",
        ),
        (
            "6月之前买过、6到8月一次都没来、9月以后又回来的客户有多少",
            "did transactions in ..2017-05-31 and not did transactions in 2017-06-01..2017-08-31 and did transactions in 2017-09-01..2017-12-31",
        ),
    ],
)
def test_none_of_them_in_other_days(demo: Asker, question: str, where: str) -> None:
    assert brief(request(demo, question)["where"]) == where
