"""Everyday talk: what changes nothing, money in small units, names of keys, and follow-ups that lean on the last answer."""

from __future__ import annotations

import pytest
from conftest import Asker


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("甭废话,Q2订单数多少", "Q2订单数"),
        ("老铁,把10月各部门的销量甩给我", "10月各部门的销量"),
        ("咱们家今年卖得最拉胯的三个部门", "今年销售额最低的三个部门"),
        ("lemme see june orders by store", "june orders by store"),
        ("no fluff, just the units of produce in may", "units of produce in may"),
        ("break down march sales by age group", "march sales by age group"),
        ("how many ppl bought cheese in july", "how many people bought cheese in july"),
        ("morning all, could someone share june sales please", "june sales"),
        ("sales by income alongside baskets", "sales and baskets by income"),
        ("sales by income and orders", "sales and baskets by income"),
        ("orders by age, regardless of store", "orders by age"),
        ("各收入段的订单数,未知也算进去", "各收入段的订单数"),
        ("what's our best selling department in may", "department with the highest sales in may"),
        ("bestselling department in may", "department with the highest sales in may"),
        ("5月最畅销的部门", "5月销售额最高的部门"),
        ("5月平均每单几件", "5月连带率"),
    ],
)
def test_talk_changes_nothing(demo: Asker, question: str, plain: str) -> None:
    reply = demo.ask(question)
    assert reply.status == "answered", reply.text
    assert reply.rows == demo.ask(plain).rows


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("sales to walk-in customers", "walk"),
        ("nice customers in may", "nice"),
        ("sales per loyalty card", "loyalty"),
        ("积分兑换的订单数", "积"),
        ("半价商品的销售额", "半价"),
        ("sales of the store brandname in may", "brandname"),
    ],
)
def test_a_word_that_may_narrow_is_no_talk(demo: Asker, question: str, word: str) -> None:
    reply = demo.ask(question)
    assert reply.status == "refused"
    assert reply.reason is not None
    assert word in reply.reason["span"]


@pytest.mark.parametrize("question", ["mornings only, sales by store in may", "早上的销售额"])
def test_a_time_of_day_is_a_greeting_only_by_itself(demo: Asker, question: str) -> None:
    reply = demo.ask(question)
    assert reply.plan is not None
    assert "hour" in str(reply.plan["where"])


@pytest.mark.parametrize(
    ("question", "parameters"),
    [
        ("8号活动的保本提升,毛利率按两成五算", {"gross_margin": 0.25}),
        ("8号活动的保本提升,毛利率按三成半算", {"gross_margin": 0.35}),
        ("单次触达成本改成六毛,8号活动的成本是多少", {"contact_cost": 0.6}),
        ("一次触达按三毛五算,8号活动的成本是多少", {"contact_cost": 0.35}),
        ("if a contact costs 35 cents, what is the cost of campaign 8", {"contact_cost": 0.35}),
    ],
)
def test_small_money_and_tenths_are_numbers(demo: Asker, question: str, parameters: dict[str, float]) -> None:
    reply = demo.ask(question)
    assert reply.plan is not None
    assert reply.plan["parameters"] == parameters
    assert "5" not in str(reply.plan["where"])


def test_a_grand_is_a_thousand_and_no_number_in_a_grand_total(demo: Asker) -> None:
    assert demo.ask("how many customers spent over two grand").rows == demo.ask("how many customers spent over $2000").rows
    assert demo.ask("grand total of sales in may").rows == demo.ask("sales in may").rows


def test_not_a_cent_is_none_at_all(demo: Asker) -> None:
    assert demo.ask("11月一分钱没花的客户有几个").rows == demo.ask("11月没有消费的客户有几个").rows


class TestKeys:
    def test_the_name_of_a_key_is_a_row_for_each(self, demo: Asker) -> None:
        assert demo.ask("门店号和订单数,11月").rows == demo.ask("11月各门店的订单数").rows

    def test_numbers_in_a_row_are_all_keys(self, demo: Asker) -> None:
        assert demo.ask("活动8 13 的触达人数").rows == demo.ask("活动8、13 的触达人数").rows

    def test_the_first_ten_of_a_month_are_not_before_it(self, demo: Asker) -> None:
        assert demo.ask("门店销售额 10月前五").rows == demo.ask("10月销售额前五的门店").rows

    def test_a_whole_is_no_cut(self, demo: Asker) -> None:
        reply = demo.ask("redemption rate across the whole campaign programme")
        assert reply.plan is not None
        assert not reply.plan.get("by")


def test_both_ends_of_a_ranking_are_the_whole_of_it(demo: Asker) -> None:
    reply = demo.ask("which brand has the highest average basket value and which the lowest")
    assert reply.plan is not None
    assert reply.plan.get("limit") is None


def test_what_spends_decides_what_was_spent(demo: Asker) -> None:
    assert demo.ask("13号活动花了多少钱").rows == demo.ask("13号活动的成本").rows
    assert demo.ask("客户11月花了多少钱").rows == demo.ask("11月销售额").rows


def test_people_named_before_are_counted(demo: Asker) -> None:
    assert demo.ask("租房的客户里,买啤酒的有几个").rows == demo.ask("租房的客户中有多少人买过啤酒").rows
    assert demo.ask("among renters, how many people bought beer").rows == demo.ask("of renting folks how many bought beer").rows


class TestFollowUps:
    @pytest.mark.parametrize(
        ("questions", "whole"),
        [
            (("top 5 stores by orders in Q2", "same but only for married customers"), "top 5 stores by orders of married customers in Q2"),
            (("units by department in may", "and for renters?"), "units by department of renters in may"),
            (("活动18的核销率", "那8号呢"), "活动8的核销率"),
            (("11月各部门订单数", "收到,那10月的呢"), "10月各部门订单数"),
            (("sales in may", "Nice, and june?"), "sales in june"),
        ],
    )  # fmt: skip
    def test_only_what_is_named_changes(self, demo: Asker, questions: tuple[str, ...], whole: str) -> None:
        assert demo.ask(*questions).rows == demo.ask(whole).rows

    def test_a_day_stays_a_day_where_a_month_was_named(self, demo: Asker) -> None:
        assert demo.ask("11月5号销售额", "那18号呢").rows == demo.ask("11月18号销售额").rows

    @pytest.mark.parametrize(
        "questions",
        [
            ("how many customers bought cosmetics in may", "and what did they spend altogether in june"),
            ("5月买过美妆的客户有多少", "那这些人6月一共花了多少钱"),
        ],
    )
    def test_those_who_were_counted_are_followed_in_all_they_did(self, demo: Asker, questions: tuple[str, ...]) -> None:
        reply = demo.ask(*questions)
        assert reply.plan is not None
        assert reply.plan["metrics"] == ["sales"]
        assert '"kind": "did"' in str(reply.plan["where"]).replace("'", '"')
        assert reply.period is not None
        assert reply.period["start"] == "2017-06-01"

    def test_the_share_of_one_group_is_of_all_groups(self, demo: Asker) -> None:
        reply = demo.ask("sales by department in may", "only produce", "nice, what share of the total is that")
        assert 0 < reply.rows[0][-1] < 1


def test_those_of_whom_something_is_said_are_not_those_of_the_last_answer(demo: Asker) -> None:
    first = "how many customers spent less than half in Q2 of what they spent in Q1"
    asked = "average basket value of households that redeemed a coupon compared with those that did not"
    plan = demo.ask(first, asked).plan
    assert plan is not None and plan == demo.ask(asked).plan
