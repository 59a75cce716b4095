"""Two questions in one message, each with groups or conditions of its own."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import asked, understood

from assistant.planner.outcome import Refuse


def offered(demo: Asker, question: str) -> list[tuple[str, bool, bool, str]]:
    """The questions that are offered: the figure, whether it is cut, whether it is narrowed, the first of its days."""
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse), (question, outcome)
    assert outcome.code == "two_questions", question
    requests = [choice.request for choice in outcome.choices]
    return [
        (each["metrics"][0], bool(each.get("by")), bool(each.get("where")), (each.get("period") or {}).get("start", ""))
        for each in requests
    ]


NOVEMBER, JUNE = "2017-11-01", "2017-06-01"


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("11月客单价多少？哪个门店的订单最多？", ("avg_basket_value", False, False, NOVEMBER), ("baskets", True, False, NOVEMBER)),
        ("11月总销售额是多少，订单最多的是哪家门店", ("sales", False, False, NOVEMBER), ("baskets", True, False, NOVEMBER)),
        ("6月订单多少？卖得最好的部门是哪个？", ("baskets", False, False, JUNE), ("sales", True, False, JUNE)),
        ("How many orders in June? Which department sold the most?", ("baskets", False, False, JUNE), ("sales", True, False, JUNE)),
        ("What was the average basket value in November? Which store had the most orders?", ("avg_basket_value", False, False, NOVEMBER), ("baskets", True, False, NOVEMBER)),
        ("How many customers bought in June? Which store had the most orders?", ("buyers", False, False, JUNE), ("baskets", True, False, JUNE)),
        ("What was total revenue in June, and how many stores took in more than $5,000 that month?", ("sales", False, False, JUNE), ("store", False, True, JUNE)),
        ("How many customers bought in June, and how many orders over $50 were there?", ("buyers", False, False, JUNE), ("baskets", False, True, JUNE)),
    ],
)  # fmt: skip
def test_each_question_is_offered_by_itself(
    demo: Asker, question: str, first: tuple[str, bool, bool, str], second: tuple[str, bool, bool, str]
) -> None:
    assert offered(demo, question) == [first, second]


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("今年买过花卉的客户有多少？买过烘焙的又有多少？", ["FLORAL", "PASTRY"]),
        ("买过牛肉的客户有多少，买过鸡肉的客户有多少", ["BEEF", "CHICKEN"]),
        ("How many customers bought beef? And how many bought chicken?", ["BEEF", "CHICKEN"]),
    ],
)
def test_one_figure_of_two_values_is_one_request(demo: Asker, question: str, values: list[str]) -> None:
    plan = asked(demo, question)
    assert plan["metrics"] == ["buyers"]
    assert plan["where"]["values"] == values
    assert plan["by"] == [plan["where"]["left"]]


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("11月订单多少？客单价多少？", ["baskets", "avg_basket_value"]),
        ("哪个门店的订单最多？客单价多少？", ["baskets", "avg_basket_value"]),
        ("11月销售额多少，哪个门店最高", ["sales"]),
        ("3月销售额多少？按部门呢？", ["sales"]),
        ("4月销售额最高的是哪天？卖了多少？", ["sales"]),
        ("How many new buyers did we get in May and what was that month's retention rate?", ["new_buyers", "retention_rate"]),
        ("What were sales in November? And by store?", ["sales"]),
        ("Total sales in Q4, and which month was highest?", ["sales"]),
    ],
)
def test_questions_that_fit_into_one_request_stay_one(demo: Asker, question: str, metrics: list[str]) -> None:
    assert asked(demo, question)["metrics"] == metrics


def test_a_question_about_those_of_the_first_is_no_question_of_its_own(demo: Asker) -> None:
    for question in (
        "How many customers bought in March, and how many of them redeemed?",
        "3月有多少客户购买？其中多少人核销了？",
    ):
        outcome = understood(demo, question)
        assert isinstance(outcome, Refuse)
        assert outcome.code != "two_questions"
