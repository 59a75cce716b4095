"""Follow-ups that ask for a number of those whom the last answer counted: 其中有多少人…, "how many of them …"."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import brief

THIRTEEN = "did campaigns (campaign_id = 13) and campaign_id = 13"
MARCH = "did transactions in 2017-03-01..2017-03-31"
REDEEMED = "did coupon_redemptions"


def followed(demo: Asker, *questions: str) -> dict[str, Any]:
    reply = demo.ask(*questions)
    assert reply.status == "answered", (questions, reply.answer)
    assert isinstance(reply.plan, dict)
    return reply.plan


def told(plan: dict[str, Any]) -> tuple[str, str, str]:
    period = plan.get("period")
    days = f"{period['start']}..{period['end']}" if period else ""
    return plan["metrics"][0], brief(plan["where"]) if plan.get("where") else "", days


APRIL = "2017-04-01..2017-04-30"
IN_MARCH = "2017-03-01..2017-03-31"


@pytest.mark.parametrize(
    ("first", "second", "metric", "where", "days"),
    [
        ("13号活动触达了多少客户？", "其中有多少人核销了？", "redeemers", THIRTEEN, ""),
        ("13号活动触达了多少客户？", "里面有多少人核销过优惠券", "redeemers", THIRTEEN, ""),
        ("13号活动触达了多少客户？", "那其中核销的有多少人", "redeemers", THIRTEEN, ""),
        ("How many customers did campaign 13 reach?", "And how many of them redeemed?", "redeemers", THIRTEEN, ""),
        ("How many customers did campaign 13 reach?", "Out of those, how many redeemed?", "redeemers", THIRTEEN, ""),
        ("How many customers bought in March?", "How many of those came back in April?", "buyers", MARCH, APRIL),
        ("How many customers bought in March?", "Of those, how many ordered in April?", "buyers", MARCH, APRIL),
        ("How many customers bought in March?", "How many of these bought again in April?", "buyers", MARCH, APRIL),
        ("3月有多少客户购买？", "其中有多少人4月又来了？", "buyers", MARCH, APRIL),
        ("3月有多少客户购买？", "这些人里有多少人4月又买了", "buyers", MARCH, APRIL),
        ("3月有多少客户购买？", "其中多少人被活动触达了？", "targeted", MARCH, ""),
        ("3月有多少客户购买？", "其中有多少人核销了？", "redeemers", MARCH, IN_MARCH),
        ("3月有多少客户购买？", "其中有孩子的有多少", "buyers", "kids_count in ['1', '2', '3+']", IN_MARCH),
        ("3月有多少客户购买？", "其中买过牛肉的有多少人？", "buyers", "product_category = BEEF", IN_MARCH),
        ("How many customers redeemed a coupon in May?", "How many of these have kids?", "redeemers", "kids_count in ['1', '2', '3+']", "2017-05-01..2017-05-31"),
    ],
)  # fmt: skip
def test_a_number_of_those_is_asked_of_them(demo: Asker, first: str, second: str, metric: str, where: str, days: str) -> None:
    assert told(followed(demo, first, second)) == (metric, where, days)


@pytest.mark.parametrize(
    ("first", "second", "where"),
    [
        ("3月有多少客户购买？", "其中有多少人4月没有再来", "not did transactions in 2017-04-01..2017-04-30"),
        ("How many customers bought in March?", "How many of them did not buy in April?", "not did transactions in 2017-04-01..2017-04-30"),
        ("How many customers bought in March?", "How many of them never redeemed a coupon?", "not did coupon_redemptions in unit"),
        ("3月有多少客户购买？", "其中有多少人没核销？", "not did coupon_redemptions"),
    ],
)  # fmt: skip
def test_what_they_did_not_do_is_said_of_those_who_were_counted(demo: Asker, first: str, second: str, where: str) -> None:
    assert told(followed(demo, first, second)) == ("buyers", where, IN_MARCH)


def test_the_days_of_the_new_question_are_not_those_of_a_deed_without_days(demo: Asker) -> None:
    plan = followed(demo, "13号活动触达了多少客户？", "其中7月买过东西的有多少人")
    assert told(plan) == ("buyers", "did campaigns (campaign_id = 13) in 2017-01-01..2017-12-31", "2017-07-01..2017-07-31")
    spent = followed(demo, "13号活动触达了多少客户？", "这些客户7月花了多少钱")
    assert told(spent)[1:] == ("did campaigns (campaign_id = 13) in 2017-01-01..2017-12-31", "2017-07-01..2017-07-31")


def test_what_they_did_is_of_the_same_thing(demo: Asker) -> None:
    reached = ("13号活动触达了多少客户？",)
    redeemed = demo.ask(*reached, "其中有多少人核销了？").rows[0][0]
    assert redeemed == demo.ask("13号活动有多少人核销").rows[0][0]
    others = demo.ask(*reached, "其中没核销的有多少").rows[0][0]
    assert redeemed + others == demo.ask(*reached).rows[0][0]
    anything = followed(demo, "How many customers did campaign 8 reach?", "Of these, how many never redeemed anything?")
    assert told(anything)[1] == "campaign_id = 8 and not did coupon_redemptions in unit"


def test_nobody_was_counted_before(demo: Asker) -> None:
    assert demo.ask("其中有多少人核销了？").status == "refused"
    assert demo.ask("How many of them redeemed?").status == "refused"
    assert demo.ask("3月有多少客户购买？", "为什么销售额下降了", "其中有多少人核销了？").status == "refused"


def test_those_who_are_named_in_the_message_are_meant(demo: Asker) -> None:
    assert demo.ask("Households with kids: how many of them shopped in December?").status == "answered"
    later = followed(demo, "How many customers bought in March?", "In April, how many of them came back?")
    assert told(later) == ("buyers", MARCH, APRIL)


def test_another_thing_is_no_change_of_the_first(demo: Asker) -> None:
    plan = followed(demo, "3月买过牛肉的客户有多少", "其中买过鸡肉的有多少")
    both = f"did transactions (product_category = BEEF) in {IN_MARCH} and product_category = CHICKEN"
    assert told(plan) == ("buyers", both, IN_MARCH)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("3月销售额多少", "其中有多少人核销了"),
        ("各门店3月有多少客户", "其中有多少人核销了"),
        ("3月有多少客户购买？", "其中有多少人没有再来"),
        ("3月有多少客户购买？", "其中高收入的有多少"),
        ("How many customers bought in March?", "And of those, how many came back?"),
        ("How many customers bought in March?", "How many of them did not come back?"),
        ("How many products sold in March?", "How many of those sold in April?"),
    ],
)
def test_what_cannot_be_put_to_them_is_never_answered_of_everyone(demo: Asker, first: str, second: str) -> None:
    assert demo.ask(first, second).status == "refused"


def test_a_message_that_does_not_lean_on_them_stays_as_it_is(demo: Asker) -> None:
    assert told(followed(demo, "3月有多少客户购买？", "4月呢")) == ("buyers", "", APRIL)
    assert told(followed(demo, "3月有多少客户购买？", "4月有多少人核销了")) == ("redeemers", "", APRIL)
    assert told(followed(demo, "3月有多少订单", "其中有多少是周末的"))[0] == "baskets"
    assert told(followed(demo, "销售额多少", "其中牛肉呢")) == ("sales", "product_category = BEEF", "")
