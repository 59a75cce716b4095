"""What is set side by side or restated: two values around a figure, both of two periods, each one's share, the bucket's own days."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import asked, brief, understood

from assistant.planner.outcome import Plan, Refuse


@pytest.mark.parametrize(
    ("question", "grain", "values"),
    [
        ("周末的客单价比工作日高吗？", "is_weekend", [True, False]),
        ("周末客单价比工作日低吗", "is_weekend", [True, False]),
        ("工作日的客单价比周末高还是低", "is_weekend", [False, True]),
        ("5月周末的订单数比工作日多吗", "is_weekend", [True, False]),
        ("周六的客单价比周日高吗", "weekday", [6, 7]),
        ("Is the average basket higher on weekends than on weekdays?", "is_weekend", [True, False]),
    ],
)
def test_two_times_around_a_figure_are_side_by_side(demo: Asker, question: str, grain: str, values: list[Any]) -> None:
    plan = asked(demo, question)
    assert plan["where"]["values"] == values
    assert [ref["grain"] for ref in plan["by"]] == [grain]


def test_two_values_around_a_figure_are_side_by_side(demo: Asker) -> None:
    for question in ("牛肉的销售额比鸡肉高吗", "牛肉的销售额比鸡肉多还是少"):
        plan = asked(demo, question)
        assert plan["where"]["values"] == ["BEEF", "CHICKEN"]
        assert plan["by"] == [plan["where"]["left"]]


@pytest.mark.parametrize("question", ["周末销售额比工作日高的门店有哪些", "牛肉销售额比鸡肉高的门店有几家"])
def test_what_is_said_of_the_things_behind_it_is_no_comparison(demo: Asker, question: str) -> None:
    assert not isinstance(understood(demo, question), Plan)


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("10月的流失率比9月高还是低？两个月各是多少", "churn_rate"),
        ("10月销售额比9月高还是低？两个月各是多少", "sales"),
        ("10月销售额比9月高多少，两个月各是多少", "sales"),
    ],
)
def test_the_two_periods_that_are_compared_are_counted_once_more(demo: Asker, question: str, metric: str) -> None:
    plan = asked(demo, question)
    assert (plan["metrics"], plan.get("by")) == ([metric], None)
    assert (plan["period"]["start"], plan["compare"]["period"]["start"]) == ("2017-10-01", "2017-09-01")


@pytest.mark.parametrize(
    "question", ["10月销售额比9月高多少？两个季度各是多少", "10月销售额比9月高吗，三个月各是多少", "两个月的销售额各是多少"]
)
def test_another_number_of_periods_is_not_understood(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize(
    "question",
    [
        "Five biggest departments by sales in Q4, and each one's share of total sales",
        "top 5 departments by sales and each one's share",
        "top 5 departments by sales with the share of each",
    ],
)
def test_each_ones_share_is_that_of_the_groups(demo: Asker, question: str) -> None:
    plan = asked(demo, question)
    assert (plan["limit"], plan["share_of"]["kind"]) == (5, "share")


@pytest.mark.parametrize(
    "question",
    [
        "从3月到12月，每个月往前滚动三个月（含当月）的销售额合计",
        "从3月到12月，每个月往前滚动三个月（包含本月）的销售额合计",
        "rolling 3-month sales by month from March to December, including that month",
    ],
)
def test_the_buckets_own_days_are_no_period(demo: Asker, question: str) -> None:
    plan = asked(demo, question)
    assert (plan["window"]["trailing"], plan["period"]["start"], plan["period"]["end"]) == (3, "2017-03-01", "2017-12-31")


@pytest.mark.parametrize(
    "question", ["每月滚动三个月销售额（不含当月）", "rolling 3-month sales by month, excluding the current month"]
)
def test_trailing_days_without_their_last_are_not_understood(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("How many customers bought in March but skipped April?", "did transactions in 2017-03-01..2017-03-31 and not did transactions in 2017-04-01..2017-04-30"),
        ("How many households skipped May", "not did transactions in 2017-05-01..2017-05-31"),
        ("How many customers bought in September, skipped October and November completely, and then came back in December?",
         "did transactions in 2017-09-01..2017-09-30 and not did transactions in 2017-10-01..2017-10-31 and not did transactions in 2017-11-01..2017-11-30 and did transactions in 2017-12-01..2017-12-31"),
        ("3月买过、4月缺席的客户有多少", "did transactions in 2017-03-01..2017-03-31 and not did transactions in 2017-04-01..2017-04-30"),
    ],
)  # fmt: skip
def test_days_that_were_skipped_are_a_denial(demo: Asker, question: str, where: str) -> None:
    assert brief(asked(demo, question)["where"]) == where


def test_skipping_days_of_a_total_is_no_denial_of_anybody(demo: Asker) -> None:
    assert isinstance(understood(demo, "sales in 2017 skipping May"), Refuse)


@pytest.mark.parametrize(
    "question",
    [
        "If a contact only cost us 30 cents, what would campaign 18's cost per redeemer be?",
        "If a contact just cost 0.3, what would the campaign cost of campaign 18 be?",
        "假如一次触达只要0.3美元，18号活动的成本是多少",
    ],
)
def test_only_says_nothing_of_an_assumption(demo: Asker, question: str) -> None:
    assert asked(demo, question)["parameters"] == {"contact_cost": 0.3}
