"""What is said of each customer, order or shop becomes a condition on its own rows, in both languages, or is refused by name."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import brief, request, understood

from assistant.planner.outcome import Refuse

BOUNDS = {
    "baskets >= 10": (
        "下过10单以上的客户有几个",
        "number of customers with 10+ orders",
        "how many customers placed ten or more orders",
    ),
    "baskets > 50": ("下单超过50次的客户有多少", "how many customers ordered more than 50 times"),
    "baskets = 1": ("只下过一单的客户有几个", "customers with exactly 1 order, how many", "how many customers ordered only once"),
    "sales > 500": ("消费超过五百美元的客户有多少", "how many customers spent over $500"),
    "sales >= 18000": ("消费满一万八的客户有多少", "how many customers spent at least 18k"),
    "sales >= 100": ("消费满一百美元的客户有多少", "how many customers spent a hundred dollars or more"),
    "store = 1": ("只去过一家门店的客户有几个", "how many customers shopped at just one store"),
    "month >= 12": ("12个月每个月都来买的客户有多少", "how many customers bought in every month"),
}


@pytest.mark.parametrize(("where", "question"), [(where, each) for where, every in BOUNDS.items() for each in every])
def test_a_bound_is_read_with_what_it_counts(demo: Asker, where: str, question: str) -> None:
    found = request(demo, question)
    assert found["metrics"] == ["buyers"]
    assert brief(found["where"]) == where


Q2 = "2017-04-01..2017-06-30"
DEEDS = {
    "not did coupon_redemptions": (
        "从没核销过优惠券的客户有多少",
        "how many customers never redeemed a coupon",
        "有多少客户一次券都没核销过",
    ),
    "did transactions (department = FLORAL) and not did transactions (department = COSMETICS)": (
        "买过花卉但没买过美妆的客户有多少",
        "how many customers bought floral but never cosmetics",
    ),
    f"did transactions (department = FLORAL) in {Q2} and did transactions (department = PASTRY) in {Q2}": (
        "二季度既买了花卉又买了烘焙的客户中,65岁以上的有几个",
    ),
    "did campaigns and not did coupon_redemptions": (
        "被活动触达过但一次券都没核销的客户有多少",
        "how many households got contacted by a campaign and never redeemed a thing",
    ),
    "did coupon_redemptions or sales > 5000": (
        "核销过优惠券或者消费超过5000的客户有几个",
        "how many customers either redeemed a coupon or spent more than $5000",
    ),
    "did transactions in 2017-01-01..2017-03-31 and not did transactions in 2017-04-01..": (
        "how many customers bought in Q1 but never came back",
    ),
    "did transactions in 2017-07-01..2017-07-31 and not did transactions in 2017-08-01..2017-08-31": (
        "7月买过、8月没再来的客户有多少",
        "how many customers came in July but not in August",
    ),
    "sales in 2017-10-01..2017-12-31 > sales in 2017-07-01..2017-09-30": (
        "四季度比三季度花得多的客户有多少",
        "how many households spent more in Q4 than they did in Q3",
    ),
}


@pytest.mark.parametrize(("where", "question"), [(where, each) for where, every in DEEDS.items() for each in every])
def test_what_was_done_and_what_was_not_are_kept_apart(demo: Asker, where: str, question: str) -> None:
    assert where in brief(request(demo, question)["where"])


def test_a_deed_narrows_whose_figure_is_asked_and_not_its_rows(demo: Asker) -> None:
    for question in ("买过烘焙的客户的客单价", "average basket value of customers who bought pastry"):
        found = request(demo, question)
        assert found["metrics"] == ["avg_basket_value"]
        assert brief(found["where"]) == "did transactions (department = PASTRY)"


def test_who_is_meant_in_a_series_of_another_figure_is_decided_by_all_of_its_days(demo: Asker) -> None:
    found = request(demo, "sales of customers with at least 10 orders by month in Q4")
    assert brief(found["where"]) == "baskets in 2017-10-01..2017-12-31 >= 10"
    counted = request(demo, "which month had the most customers with over 10 orders")
    assert brief(counted["where"]) == "baskets > 10"


def test_of_those_who_did_one_thing_the_share_that_did_another_has_them_as_its_whole(demo: Asker) -> None:
    found = request(demo, "of customers with at least 10 orders, what share of sales comes from 65+")
    assert brief(found["share_of"]["where"]) == "baskets >= 10"


@pytest.mark.parametrize(
    "question",
    [
        "list the households that spent over $1,000 in December",
        "把12月消费超过1000美元的家庭名单给我",
        "who spent more than $1000 in December",
    ],
)
def test_those_who_are_asked_for_by_name_are_listed(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert (found["kind"], found["entity"]) == ("entity_query", "household")
    assert brief(found["where"]) == "sales in 2017-12-01..2017-12-31 > 1000"


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("2018年1月买过三次以上的客户名单", "outside_period"),
    ],
)
def test_what_one_request_cannot_say_is_refused_by_name(demo: Asker, question: str, code: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse), question
    assert outcome.code == code
