"""Tags that are numbers: the bound that is set to one, and the few who have most of it."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker


def plan_of(demo: Asker, question: str) -> dict[str, Any]:
    reply = demo.ask(question)
    assert reply.status == "answered", reply.answer
    assert reply.plan is not None
    return reply.plan


def bound(name: str, op: str, right: float) -> dict[str, Any]:
    return {"kind": "compare", "left": {"kind": "tag", "name": name}, "op": op, "right": right}


def between(name: str, low: float, high: float) -> dict[str, Any]:
    return {"kind": "between", "left": {"kind": "tag", "name": name}, "low": low, "high": high}


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("最近一次购买距今天数超过60天的客户有多少", bound("recency_days", "gt", 60)),
        ("how many customers with recency over 60 days", bound("recency_days", "gt", 60)),
        ("最近购买间隔不超过7天的客户有多少", bound("recency_days", "le", 7)),
        ("R得分至少4的客户有多少", bound("r_score", "ge", 4)),
        ("How many customers have an R score above 3?", bound("r_score", "gt", 3)),
        ("customers with R score 5", bound("r_score", "eq", 5)),
        ("近90天订单数超过20的客户有多少", bound("baskets_90d", "gt", 20)),
        ("how many customers with sales in 90 days between 100 and 200", between("sales_90d", 100, 200)),
        ("近90天消费在100到200美元之间的客户有多少", between("sales_90d", 100, 200)),
    ],
)
def test_a_bound_is_set_to_the_tag_and_counted_in_the_profile(demo: Asker, question: str, where: dict[str, Any]) -> None:
    plan = plan_of(demo, question)
    assert plan["metrics"] == ["household_profile.household"]
    assert plan["where"] == where


def test_it_filters_other_metrics_as_well(demo: Asker) -> None:
    plan = plan_of(demo, "近90天消费不低于500美元的客户11月的销售额")
    assert plan["metrics"] == ["sales"]
    assert plan["where"] == bound("sales_90d", "ge", 500)


@pytest.mark.parametrize(
    ("question", "tag", "limit", "descending"),
    [
        ("top 10 households by recency", "recency_days", 10, True),
        ("首购距今天数最大的5个客户", "first_purchase_days", 5, True),
        ("The 3 customers with the lowest sales in 90 days", "sales_90d", 3, False),
    ],
)
def test_the_few_who_have_most_of_it_are_listed_with_it(
    demo: Asker, question: str, tag: str, limit: int, descending: bool
) -> None:
    reply = demo.ask(question)
    assert reply.plan is not None
    assert reply.plan["entity"] == "household"
    assert reply.plan["columns"] == [{"kind": "tag", "name": tag}]
    assert reply.plan["order"] == [{"target": tag, "part": "value", "descending": descending}]
    values = [row[-1] for row in reply.rows]
    assert values == sorted(values, reverse=descending)
    assert set(values[limit:]) <= {values[limit - 1]}, "beyond the last place stand its ties alone"


@pytest.mark.parametrize("question", ["流失概率大于60%的客户有多少", "how many customers have a churn probability above 60%"])
def test_a_share_is_bounded_by_a_percentage(demo: Asker, question: str) -> None:
    reply = demo.ask(question)
    assert reply.plan is None or reply.plan["where"] == bound("churn_probability", "gt", 0.6)
    assert reply.status == "answered" or "huaxiang tags refresh" in reply.answer
