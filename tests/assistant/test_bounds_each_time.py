"""A bound that is met in every one of some units: "at least 500 orders in every quarter"."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import asked, brief, understood

from assistant.planner.outcome import Plan, Refuse

QUARTERS = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")]
FOURTH = [("10-01", "10-31"), ("11-01", "11-30"), ("12-01", "12-31")]


def each(figure: str, bound: str, units: list[tuple[str, str]]) -> str:
    return " and ".join(f"{figure} in 2017-{first}..2017-{last} {bound}" for first, last in units)


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("List the stores that had at least 500 orders in every quarter of 2017.", each("baskets", ">= 500", QUARTERS)),
        ("stores with at least 500 orders in every quarter", each("baskets", ">= 500", QUARTERS)),
        ("每个季度都至少500单的门店有哪些", each("baskets", ">= 500", QUARTERS)),
        ("每个季度订单数都超过500的门店有哪些", each("baskets", "> 500", QUARTERS)),
        ("customers who spent over $300 in every month of Q4", each("sales", "> 300", FOURTH)),
        ("stores with sales over 5000 in every single month of Q4", each("sales", "> 5000", FOURTH)),
        ("四季度每个月都消费超过300的客户有多少", each("sales", "> 300", FOURTH)),
        ("四季度每个月订单都不到10单的门店有几家", each("baskets", "< 10", FOURTH)),
    ],
)
def test_a_bound_is_met_in_each_of_the_units(demo: Asker, question: str, where: str) -> None:
    assert brief(asked(demo, question)["where"]) == where


def test_without_a_word_that_says_so_it_is_an_average(demo: Asker) -> None:
    assert brief(asked(demo, "四季度每个月消费超过300的客户有多少")["where"]) == "sales > 900"


@pytest.mark.parametrize(
    "question",
    [
        "customers who did not spend over $100 in every month",
        "customers who spent over 300 on every Saturday",
        "How many stores had fewer than 10 orders every week in January",
        "How many customers spent over $20 in every week of 2017",
    ],
)
def test_units_that_cannot_be_told_apart_are_refused(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


def test_what_was_done_in_every_unit_counts_the_units(demo: Asker) -> None:
    for question, where in (
        ("How many customers bought in every quarter", "quarter >= 4"),
        ("customers who bought in every month of Q4", "month >= 3"),
    ):
        outcome = understood(demo, question)
        assert isinstance(outcome, Plan)
        assert brief(outcome.readings[0]["where"]) == where


def test_every_month_of_some_days_cuts_a_figure(demo: Asker) -> None:
    for question, grain in (
        ("sales in every month of Q4", "month"),
        ("orders in every single month of the second half", "month"),
        ("sales in every quarter of 2017", "quarter"),
    ):
        assert [ref["grain"] for ref in asked(demo, question)["by"]] == [grain]
    assert "by" not in asked(demo, "total sales for the month of May")
