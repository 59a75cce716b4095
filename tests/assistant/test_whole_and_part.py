"""A total that is asked first, and then a share of it: both are answered, or neither."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Refuse


@pytest.mark.parametrize(
    "question",
    [
        "What were total sales in October, and what share of that was private label?",
        "What were total sales in October and how much of that was private label?",
        "What were sales in October, and what percentage came from private label?",
        "10月销售额是多少,其中自有品牌占多少?",
        "10月销售额多少,自有品牌占多少",
        "10月销售额,其中自有品牌的占比",
    ],
)
def test_a_share_that_is_declared_stands_beside_the_total(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert found["metrics"] == ["sales", "private_label_share"]
    assert found.get("where") is None and found.get("share_of") is None


@pytest.mark.parametrize(
    "question",
    [
        "10月销售额多少,其中牛肉占几成",
        "10月订单数多少,其中周末占多少",
        "How many orders were there in October and what share of those were on weekends?",
        "10月有多少客户购买,其中买过牛肉的占多少",
        "8月购买客户有多少,其中已婚的占多少",
        "二季度销售额和牛肉占比",
    ],
)
def test_else_both_are_offered(demo: Asker, question: str) -> None:
    found = understood(demo, question)
    assert isinstance(found, Refuse) and found.code == "whole_and_part"
    assert [each.request.get("share_of") is not None for each in found.choices] == [False, True]


@pytest.mark.parametrize(
    "question",
    [
        "自有品牌销售额和占比,10月",
        "Private label sales in October, and what share of total sales is that?",
        "10月自有品牌卖了多少,占总销售额多少?",
        "3月首次购买的客户,其中6月又来的占几成",
        "各部门10月销售额和占比",
        "What were sales by department in October, and what share of the total is each?",
        "销售额最高的10个门店,占总销售额多少",
        "Of the households reached by campaign 13, what share redeemed within 10 days of its launch?",
    ],
)
def test_a_part_that_is_named_first_is_shown_with_its_share(demo: Asker, question: str) -> None:
    assert request(demo, question)["share_of"] is not None
