"""How many of whom something is said, and a figure of them: both of the same ones and days, or neither is answered."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import brief, request, understood

from assistant.planner.outcome import Refuse

MAY = "2017-05-01..2017-05-31"


@pytest.mark.parametrize(
    ("question", "metrics", "where", "days"),
    [
        ("How many customers spent over 500 in May and what was their average basket value?", ["buyers", "avg_basket_value"], f"sales in {MAY} > 500", MAY),
        ("How many customers spent over 500 in May, and what was their average basket value?", ["buyers", "avg_basket_value"], f"sales in {MAY} > 500", MAY),
        ("How many customers spent over 500 in May and what were their total sales?", ["buyers", "sales"], f"sales in {MAY} > 500", MAY),
        ("5月消费超过500的客户有多少，他们的客单价是多少", ["buyers", "avg_basket_value"], f"sales in {MAY} > 500", MAY),
        ("How many customers came in May, and what was their total spend?", ["buyers", "sales"], f"did transactions in {MAY}", MAY),
        ("How many customers bought beef in May, and what did they spend in total that month?", ["buyers", "sales"], f"did transactions (product_category = BEEF) in {MAY}", MAY),
        ("How many customers spent over 500 in May and how much did they spend?", ["buyers", "sales"], f"sales in {MAY} > 500", MAY),
        ("How many stores had more than 20 orders on May 3, and what were their sales that day?", ["store", "sales"], "baskets in 2017-05-03..2017-05-03 > 20", "2017-05-03..2017-05-03"),
        ("5月3日订单超过20的门店有几家，它们当天一共卖了多少", ["store", "sales"], "baskets in 2017-05-03..2017-05-03 > 20", "2017-05-03..2017-05-03"),
        ("How many of the young families bought something in December, and what was their sales per buyer?", ["buyers", "sales_per_buyer"], "young_families and did transactions in 2017-12-01..2017-12-31", "2017-12-01..2017-12-31"),
    ],
)  # fmt: skip
def test_the_number_and_the_figure_are_of_the_same_ones_and_days(
    demo: Asker, question: str, metrics: list[str], where: str, days: str
) -> None:
    plan = request(demo, question)
    parts = plan["where"]["of"] if plan["where"]["kind"] == "and" else [plan["where"]]
    told = " and ".join(part["name"] if part["kind"] == "in_segment" else brief(part) for part in parts)
    assert (plan["metrics"], told, f"{plan['period']['start']}..{plan['period']['end']}") == (metrics, where, days)


@pytest.mark.parametrize(
    "question",
    [
        # In other days they would be those who did something in both.
        "How many customers came in May, and what was their total spend in June?",
        "5月买过牛肉的客户有多少，他们6月的客单价是多少",
        # No word names the figure, or what it is of.
        "How many stores had more than 100 orders on May 3, and what did they take in total that day?",
        "How many customers bought beef in May, and what did they spend on it?",
        # The figure was asked of all.
        "What was total revenue in June, and how many customers spent over 500 that month?",
        "What was total revenue in June, and how many stores took in more than $5,000 that month?",
        "6月总销售额多少，消费超过500的客户有多少",
    ],
)
def test_what_is_of_others_is_refused(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)
