"""Medians, percentiles, averages and extremes of what each one has, as people ask for them."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Clarify, Refuse

P90 = {"percentile": 0.9}


@pytest.mark.parametrize(
    ("question", "metrics", "entity", "statistics", "by"),
    [
        # A ratio over the number of an entity is the mean of what each one has; its median is the median of that.
        ("median order value by month", ["sales"], "basket", ["median"], ["month"]),
        ("按部门看人均消费的中位数", ["sales"], "household", ["median"], ["department"]),
        ("P90 of spend per customer", ["sales"], "household", [P90], []),
        ("average and median spend per customer", ["sales"], "household", ["mean", "median"], []),
        # The noun says whose figures they are.
        ("客户销售额的90分位", ["sales"], "household", [P90], []),
        ("10th and 90th percentile of units per store", ["units"], "store", [{"percentile": 0.1}, P90], []),
        ("9月小票金额的中位数", ["sales"], "basket", ["median"], []),
        ("quartiles of sales per store", ["sales"], "store", [{"percentile": n / 4} for n in (1, 2, 3)], []),
        # Averages that no metric is declared for.
        ("average number of different departments per customer", ["department"], "household", ["mean"], []),
        ("平均每个门店有多少个购买客户", ["buyers"], "store", ["mean"], []),
        ("how many stores does the average customer visit", ["store"], "household", ["mean"], []),
        # Days and months are things with figures, too.
        ("average daily sales by department", ["sales"], "date", ["mean"], ["department"]),
        ("日均订单数", ["baskets"], "date", ["mean"], []),
        ("平均每月销售额", ["sales"], "month", ["mean"], []),
        ("median monthly sales", ["sales"], "month", ["median"], []),
        # What is counted owns nothing of the count: the days or weeks do.
        ("average orders per week at store 406 in spring", ["baskets"], "week", ["mean"], []),
        ("average customers per day by store in May", ["buyers"], "date", ["mean"], ["store_id"]),
        ("median orders per month", ["baskets"], "month", ["median"], []),
        # "Mean" beside another statistic asks for no definition.
        ("mean and median order value in August", ["sales"], "basket", ["mean", "median"], []),
        # The largest figure of a single one.
        ("what's the most departments any one customer bought from", ["department"], "household", ["max"], []),
        ("单个客户最多下了几单", ["baskets"], "household", ["max"], []),
    ],
)
def test_whose_figures_are_summed_up(
    demo: Asker, question: str, metrics: list[str], entity: str, statistics: list[Any], by: list[str]
) -> None:
    found = request(demo, question)
    assert found["metrics"] == metrics
    assert found["of_each"] == {"entity": entity, "statistics": statistics}
    assert [ref.get("name") or ref.get("grain") for ref in found.get("by", [])] == by


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("average spend per customer", ["sales_per_buyer"]),
        ("平均每个客户的订单数", ["purchase_frequency"]),
        ("average order value by store", ["avg_basket_value"]),
    ],
)
def test_an_average_that_is_defined_stays_that_metric(demo: Asker, question: str, metrics: list[str]) -> None:
    found = request(demo, question)
    assert found["metrics"] == metrics
    assert "of_each" not in found


@pytest.mark.parametrize(
    "question", ["median sales", "median sales by store", "销售额的中位数", "median discount rate by department", "日均客单价"]
)
def test_a_statistic_of_nobodys_figures_is_refused(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse)
    assert outcome.code in ("median", "statistic")


@pytest.mark.parametrize("question", ["average customers by store", "average number of orders in June"])
def test_an_average_of_counts_needs_something_that_each_is_counted_in(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Clarify | Refuse)
    assert "average" in outcome.span


def test_a_follow_up_asks_for_another_statistic(demo: Asker) -> None:
    first, second = "average spend per customer by age", "and the median?"
    assert demo.ask(first, second).contract("t")["reading"] == "Median sales of each household · by age · 2017"
    assert demo.ask(first, second, "what about the 90th percentile?").contract("t")["columns"] == ["age", "sales_p90"]
