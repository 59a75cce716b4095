"""The few that have most of something: a ranking where they are the answer, a condition where something is asked of them."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Plan


def few(found: dict[str, Any]) -> str:
    """Who is meant: `highest 50 household by sales`."""
    where = found["where"]
    left = where["left"]
    assert where["op"] == "le"
    bound = f"{where['right'] * 100:g}%" if left.get("rank_part") else where["right"]
    days = " over days" if left.get("period") else ""
    return f"{left['rank']} {bound} {left['entity']} by {left['metric']}{days}"


SHARES = {
    "highest 30 household by sales": (
        "what share of sales do the 30 biggest-spending households account for",
        "消费最多的30个客户占全年销售额的多少",
    ),
    "highest 5% household by sales": (
        "how reliant are we on the top 5% of customers",
        "how much of our revenue comes from the top 5% of customers",
        "花钱最多的5%客户贡献了多少销售额",
    ),
    "highest 4 department by units": ("销量前4的部门占总销售额的多少",),
    "lowest 25% store by sales": (
        "业绩最差的25%门店贡献了多少销售额",
        "the bottom 25% of stores account for what share of sales",
    ),
}


@pytest.mark.parametrize(("who", "question"), [(who, each) for who, every in SHARES.items() for each in every])
def test_what_they_account_for_is_one_share_of_all(demo: Asker, who: str, question: str) -> None:
    found = request(demo, question)
    assert few(found) == who
    assert found["metrics"] == ["sales"] and "share_of" in found
    assert not found.get("by") and not found.get("limit")


FIGURES = {
    "highest 20 store by sales": ("private label share of the top 20 stores by sales", "销售额前二十的门店的自有品牌占比"),
    "highest 15% household by sales": ("消费最高的15%客户的客单价", "average basket value of the top 15% of customers by sales"),
    "highest 40 household by baskets": ("average basket value of the 40 households with the most orders",),
}


@pytest.mark.parametrize(("who", "question"), [(who, each) for who, every in FIGURES.items() for each in every])
def test_another_figure_of_them_is_one_figure(demo: Asker, who: str, question: str) -> None:
    found = request(demo, question)
    assert few(found) == who
    assert found["metrics"] in (["private_label_share"], ["avg_basket_value"]) and not found.get("by")


@pytest.mark.parametrize("question", ["monthly sales of the top 6 stores", "前六大门店每月的销售额"])
def test_in_a_series_who_is_meant_is_decided_once_by_all_of_the_days(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert few(found) == "highest 6 store by sales over days"
    assert [each["grain"] for each in found["by"]] == ["month"]


def test_another_cut_is_of_them_together(demo: Asker) -> None:
    found = request(demo, "sales of the top 80 customers by department")
    assert few(found) == "highest 80 household by sales"
    assert [each["name"] for each in found["by"]] == ["department"]


@pytest.mark.parametrize(
    "question",
    [
        "top 7 stores by sales",
        "销售额前七的门店",
        "sales share of the top 7 stores",
        "前七大门店各占销售额多少",
        "销售额最高的7家门店的客单价分别是多少",
    ],
)
def test_a_ranking_stays_a_ranking(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert found["limit"] == 7 and "where" not in found


@pytest.mark.parametrize("question", ["每月销售额前三的门店", "sales of the top 10 stores in Q1 vs Q2", "top 10% of customers"])
def test_the_few_of_each_group_and_those_of_whom_nothing_is_asked_are_no_condition(demo: Asker, question: str) -> None:
    assert not isinstance(understood(demo, question), Plan)


def test_the_reading_says_who_is_meant(demo: Asker) -> None:
    reply = demo.ask("what share of sales do the 30 biggest-spending households account for")
    assert "the 30 households with the highest sales" in (reply.reading or "")


ONE = {
    ("redemption_rate", "highest 1 campaign by attributed_sales"): (
        "redemption rate of the campaign with the highest attributed sales",
        "活动里归因销售额最高的那个，核销率是多少",
    ),
    ("baskets", "lowest 1 store by sales"): (
        "orders of the store with the lowest sales",
        "how many orders did the store with the lowest sales have",
        "销售额最低的门店有多少订单",
    ),
    ("sales", "highest 1 department by units"): ("sales of the department with the most units", "部门里销量最高的那个卖了多少钱"),
}


@pytest.mark.parametrize(("asked", "question"), [(asked, each) for asked, every in ONE.items() for each in every])
def test_another_figure_of_the_one_that_ranks_first(demo: Asker, asked: tuple[str, str], question: str) -> None:
    found = request(demo, question)
    assert (found["metrics"], few(found)) == ([asked[0]], asked[1])
    assert not found.get("by") and not found.get("limit")


@pytest.mark.parametrize(
    "question",
    ["C类活动里归因销售额最高的那个，核销率是多少", "redemption rate of the Type C campaign with the highest attributed sales"],
)
def test_what_describes_the_one_is_true_of_all_that_are_ranked(demo: Asker, question: str) -> None:
    parts = request(demo, question)["where"]["of"]
    rank = next(part for part in parts if part["left"]["kind"] == "entity_metric")
    assert rank["left"]["where"]["right"] == "Type C"
    assert any(part["left"].get("name") == "campaign_type" for part in parts)


@pytest.mark.parametrize(
    "question",
    [
        "哪个门店销售额最高",
        "销售额最高的门店和它的订单数",
        "消费最多的客户花了多少钱",
        "sales of the department with the highest sales",
        "which store has the highest sales and how many orders",
    ],
)
def test_who_ranks_first_stays_a_ranking(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert found["by"] and found["limit"] == 1


def test_the_one_by_a_part_of_the_figure_is_refused(demo: Asker) -> None:
    assert not isinstance(understood(demo, "牛肉销售额最高的门店的订单数"), Plan)
