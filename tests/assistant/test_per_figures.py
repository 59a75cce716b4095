"""Several figures, each per something of its own: all of them are answered, or none."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Refuse

FREQUENCY, BASKET, BUYER, UNITS = "purchase_frequency", "avg_basket_value", "sales_per_buyer", "units_per_basket"


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("12月平均每个客户来买几次,每单花多少钱?", [FREQUENCY, BASKET]),
        ("12月每个客户平均来几次,客单价多少?", [FREQUENCY, BASKET]),
        ("12月平均每户买几次,平均每单花多少", [FREQUENCY, BASKET]),
        ("12月平均每个客户消费多少,每单多少件?", [BUYER, UNITS]),
        ("12月平均每个客户的订单数和销售额", [FREQUENCY, BUYER]),
        ("平均每位客户12月来几趟、花多少钱", [FREQUENCY, BUYER]),
        ("销售额多少,平均每个客户多少?", ["sales", BUYER]),
        ("上个月一共卖了多少钱，平均一单多少？", ["sales", BASKET]),
        ("12月卖了多少钱,平均一个客户多少", ["sales", BUYER]),
        ("How many customers shopped in December and how much does the average one spend?", ["buyers", BUYER]),
        ("平均每个客户来买几次,一共多少客户", [FREQUENCY, "buyers"]),
        ("On average how many trips did each household make in December, and how much per trip?", [FREQUENCY, BASKET]),
        ("How often did each household shop in December and what did it spend per visit?", [FREQUENCY, BASKET]),
        ("trips per household and items per trip in December", [FREQUENCY, UNITS]),
        ("What were total sales in December, and how much is that per household on average?", ["sales", BUYER]),
        ("average orders per customer and total sales in December", [FREQUENCY, "sales"]),
        ("number of orders and average spend per customer in December", ["baskets", BUYER]),
    ],
)
def test_each_figure_is_divided_by_its_own(demo: Asker, question: str, metrics: list[str]) -> None:
    found = request(demo, question)
    assert found["metrics"] == metrics
    assert not found.get("by") and found.get("where") is None


def test_a_cut_stays_a_cut(demo: Asker) -> None:
    found = request(demo, "各门店平均每个客户来几次,每单花多少钱")
    assert (found["metrics"], [each["name"] for each in found["by"]]) == ([FREQUENCY, BASKET], ["store_id"])
    listed = request(demo, "每个客户的客单价和订单数")
    assert (listed["metrics"], [each["name"] for each in listed["by"]]) == ([BASKET, "baskets"], ["household_id"])


def test_figures_of_each_one_that_no_ratio_tells(demo: Asker) -> None:
    found = request(demo, "平均每个客户去几家门店,花多少钱")
    assert (found["metrics"], found["of_each"]["entity"]) == (["store", "sales"], "household")


@pytest.mark.parametrize(
    "question",
    [
        "12月平均每家门店卖多少钱,每单多少钱",
        "12月平均每天卖多少钱,每单多少钱",
        "平均每个月卖多少钱,有多少订单",
        "12月平均每个客户来几次,销售额多少",
    ],
)
def test_where_one_cannot_be_read_none_is_answered(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize("question", ["11月、12月平均每个客户消费多少", "平均每个客户在11月和12月各消费多少"])
def test_periods_that_are_listed_are_no_figures(demo: Asker, question: str) -> None:
    assert request(demo, question)["metrics"] == [BUYER]


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("A类活动(Type A)一共花了多少成本?摊到每个核销客户是多少?", ["campaign_cost", "cost_per_redeemer"]),
        ("假如每触达一户成本0.3美元，18号活动总共花了多少钱？摊到每个核销客户是多少？", ["campaign_cost", "cost_per_redeemer"]),
        ("12月销售额多少,平摊到每单是多少", ["sales", BASKET]),
        ("How many households shopped in December and how much did each of them spend on average?", ["buyers", BUYER]),
        ("Households with kids: how many of them shopped in December and how much did each spend on average?", ["buyers", BUYER]),
        ("12月有多少客户购买,每户平均花了多少", ["buyers", BUYER]),
        (
            "Taking all Type B campaigns together, what did we pay per redeemer if a contact costs 40 cents?",
            ["cost_per_redeemer"],
        ),
    ],
)
def test_what_was_named_before_is_spread_over_each_one(demo: Asker, question: str, metrics: list[str]) -> None:
    found = request(demo, question)
    assert found["metrics"] == metrics
    assert "did" not in str(found.get("where"))


@pytest.mark.parametrize(
    "question",
    [
        "How many households redeemed in December and how much did each of them spend on average?",
        "12月优惠金额多少,摊到每单多少",
        "买过牛肉的客户平均每个客户来几次,每单花多少钱",
    ],
)
def test_over_others_than_those_who_were_counted_nothing_is_spread(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)
