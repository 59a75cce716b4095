"""Conditions that are listed: a deed and a denied one, all of the things, figures compared alike, and how often it was done."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import brief, request, understood

from assistant.planner.outcome import Clarify, Plan, Refuse

APRIL, MAY, JUNE = "2017-04-01..2017-04-30", "2017-05-01..2017-05-31", "2017-06-01..2017-06-30"

DENIED = {
    f"did transactions in {MAY} and not did transactions in {JUNE}": (
        "5月来过6月就没再来的客户有多少",
        "5月来过6月却没来的客户有多少",
        "5月下单6月就没下单的客户有几个",
        "how many customers came in May but not in June",
    ),
    f"did transactions in {APRIL} and not did transactions in {MAY} and not did transactions in {JUNE}": (
        "4月买过东西5月和6月都没再来的客户有多少",
    ),
    f"did transactions in {APRIL} and did transactions in {MAY} and not did transactions in {JUNE}": (
        "4月和5月来过6月就没来的客户有几个",
    ),
    f"did transactions in {APRIL} and not did transactions in {MAY} and did transactions in {JUNE}": (
        "4月来过5月没来6月又来的客户有几个",
    ),
    f"did transactions in {MAY} and not did transactions in 2017-06-01..2017-12-31": ("5月来过6月起就没再来的客户有多少",),
    f"did transactions and not did transactions in {JUNE}": ("来过6月就没再来的客户有多少",),
}


@pytest.mark.parametrize(("question", "told"), [(each, told) for told, questions in DENIED.items() for each in questions])
def test_a_denied_deed_takes_the_days_that_stand_before_it(demo: Asker, question: str, told: str) -> None:
    assert brief(request(demo, question)["where"]) == told


ONCE = (
    "3月才第一次下单、后来一单都没再下的客户有几位",
    "3月第一次下单之后没再下单的客户有几个",
    "how many customers first ordered in March and never ordered again",
)


@pytest.mark.parametrize("question", ONCE)
def test_never_again_after_a_first_time_means_that_it_was_the_only_one(demo: Asker, question: str) -> None:
    assert brief(request(demo, question)["where"]).endswith("baskets in 2017-03-01..2017-03-31 = 1")


def test_never_again_after_days_is_said_of_the_days_behind(demo: Asker) -> None:
    assert " = 1" not in brief(request(demo, "3月下过单之后没再来的客户有几个")["where"])


def test_a_verb_of_a_figure_names_its_own_data(demo: Asker) -> None:
    told = brief(request(demo, "从没核销过的客户里10月消费过的有几个")["where"])
    assert told == "not did coupon_redemptions and did transactions in 2017-10-01..2017-10-31"
    told = brief(request(demo, "被活动18投放过但没核销的客户有几个")["where"])
    assert told == "did campaigns (campaign_id = 18) and not did coupon_redemptions"


EVERY = {
    "did transactions and not did transactions (sales >= 20)": (
        "5月每一单都不到20美元的客户有几个",
        "5月每笔都低于20美元的客户数",
        "5月单笔都不到20美元的客户有多少",
        "how many customers had every order under $20 in May",
    ),
    "did transactions and not did transactions (sales < 40)": (
        "5月每单都不低于40美元的客户有几个",
        "5月每次消费都在40美元以上的客户有几个",
    ),
    "did transactions and not did transactions (sales > 40)": ("5月每单都没超过40美元的客户有几个",),
    "did transactions (sales > 250)": ("5月单笔超过250美元的客户有几个", "how many customers had an order over $250 in May"),
}


@pytest.mark.parametrize(("question", "told"), [(each, told) for told, questions in EVERY.items() for each in questions])
def test_what_is_true_of_every_order_is_true_of_no_other(demo: Asker, question: str, told: str) -> None:
    found = request(demo, question)
    assert (brief(found["where"]), found["metrics"]) == (told, ["buyers"])


@pytest.mark.parametrize(
    "question",
    (
        "5月每单不到20美元的客户有多少",
        "5月没有每单都超过20美元的客户有几个",
        "how many customers spent under $20 on every order in May",
    ),
)
def test_a_bound_on_every_order_bounds_no_sum(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


def test_an_average_order_is_no_order(demo: Asker) -> None:
    assert brief(request(demo, "5月平均每单不到20美元的客户有多少")["where"]) == "avg_basket_value < 20"


def _both(first: str, op: str, second: str, other: str) -> str:
    june, may = "in 2017-06-01..2017-06-30", "in 2017-05-01..2017-05-31"
    return f"{first} {june} {op} {first} {may} and {second} {june} {other} {second} {may}"


ALIKE = {
    _both("sales", "<", "baskets", "<"): ("6月销售额和订单数都比5月少的门店有几家", "6月销售额和订单数都比5月低的门店有几家"),
    _both("sales", ">", "buyers", "<"): ("6月销售额比5月多、客户数比5月少的门店有几家",),
    "baskets > 100 and buyers > 100": ("6月订单数和客户数都超过100的门店有几家",),
}


@pytest.mark.parametrize(("question", "told"), [(each, told) for told, questions in ALIKE.items() for each in questions])
def test_what_is_said_of_the_last_of_listed_figures_is_said_of_each(demo: Asker, question: str, told: str) -> None:
    assert brief(request(demo, question)["where"]) == told


def test_figures_of_all_are_compared_as_before(demo: Asker) -> None:
    found = request(demo, "6月订单数和客户数比5月多多少")
    assert found.get("where") is None and found["compare"]["kind"] == "period"


TIMES: dict[str, tuple[str, ...]] = {
    "redemptions": (
        "10月核销了3次以上的客户，当月加起来核销了多少次",
        "10月核销了3次以上的客户核销了几次",
        "活动13的客户核销了多少次",
        "how many times did customers redeem in October",
    ),
    "baskets": ("10月买过猫粮的客户一共来了多少次", "有房的客户10月来了几次", "how many times did people come in October"),
    "buyers": ("10月核销了3次以上的客户有多少", "10月来过5次以上的客户有几个"),
}


@pytest.mark.parametrize(("question", "metric"), [(each, metric) for metric, asked in TIMES.items() for each in asked])
def test_how_often_counts_the_deeds_and_not_the_people(demo: Asker, question: str, metric: str) -> None:
    assert request(demo, question)["metrics"] == [metric]


@pytest.mark.parametrize(
    "question", ("客户10月光顾门店多少次", "how many times did customers who redeemed 3 or more coupons in October redeem")
)
def test_how_often_is_never_answered_with_a_number_of_people(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


OWN_WHOLE = {
    "month": ("晚上10点后下的单，每个月占当月订单的比重", "每月猫粮销售额占当月销售额的比例"),
    "week": ("每周的周末销售额占当周的比重",),
    "quarter": ("每个季度的周末订单占当季订单的比例",),
}


@pytest.mark.parametrize(("question", "grain"), [(each, grain) for grain, asked in OWN_WHOLE.items() for each in asked])
def test_that_month_beside_a_cut_by_month_is_each_rows_own(demo: Asker, question: str, grain: str) -> None:
    found = request(demo, question)
    assert found.get("period") is None
    assert [ref["grain"] for ref in found["share_of"]["by"]] == [grain]


def test_that_month_alone_is_the_month_of_today(demo: Asker) -> None:
    assert request(demo, "当月每天的订单数")["period"] is not None
    assert isinstance(understood(demo, "各月新客数占当月购买客户数的比例"), Refuse)  # one figure of another


SAME_DAYS = {
    "10月1号到12号跟9月同期比，订单数各是多少": ("2017-09-01", "2017-09-12"),
    "10月1到12号的销售额比9月同期多多少": ("2017-09-01", "2017-09-12"),
    "8月上半月和7月同期的销售额": ("2017-07-01", "2017-07-15"),
    "11月销售额跟10月同期比": ("2017-10-01", "2017-10-31"),
}


@pytest.mark.parametrize(("question", "days"), SAME_DAYS.items())
def test_the_same_days_of_a_month_that_is_named(demo: Asker, question: str, days: tuple[str, str]) -> None:
    other = request(demo, question)["compare"]["period"]
    assert (other["start"], other["end"]) == days


def test_days_that_lie_in_no_one_month_have_no_same_days(demo: Asker) -> None:
    assert isinstance(understood(demo, "9月20号到10月5号的订单数跟8月同期比"), Clarify)


FEW: dict[str, tuple[str, str]] = {
    "全年消费最高的60个客户，占11月销售额的多少": ("unit", "2017-11-01"),
    "上半年消费最高的60个客户占下半年销售额的多少": ("dates", "2017-07-01"),
    "全年销售额最高的8家门店11月的客单价是多少": ("unit", "2017-11-01"),
}


@pytest.mark.parametrize(("question", "told"), FEW.items())
def test_the_few_are_ranked_by_the_days_that_stand_with_them(demo: Asker, question: str, told: tuple[str, str]) -> None:
    found = request(demo, question)
    ranked: dict[str, Any] = found["where"]["left"]["period"]
    assert (ranked["kind"], found["period"]["start"]) == told


def test_the_few_of_a_month_in_a_year_can_be_meant_in_two_ways(demo: Asker) -> None:
    assert isinstance(understood(demo, "11月消费最高的60个客户占全年销售额的多少"), Clarify)
    assert isinstance(understood(demo, "11月消费最高的60个客户占11月销售额的多少"), Plan)
