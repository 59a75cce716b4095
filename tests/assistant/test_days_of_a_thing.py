"""Deeds in data without days of its own, beside a deed with days: "whom campaign 13 reached and who bought in July"."""

from __future__ import annotations

from conftest import Asker
from understanding import asked, brief, understood

from assistant.planner.outcome import Refuse

JULY = "2017-07-01..2017-07-31"


def test_days_behind_the_last_deed_are_not_those_of_the_thing(demo: Asker) -> None:
    plan = asked(demo, "How many customers who were reached by campaign 13 and bought beef in July")
    told = brief(plan["where"])
    assert told == f"did campaigns (campaign_id = 13) and did transactions (product_category = BEEF) in {JULY}"
    chinese = brief(asked(demo, "被13号活动触达、7月买过东西的客户有多少")["where"])
    assert chinese == f"did campaigns (campaign_id = 13) and did transactions in {JULY}"


def test_two_deeds_that_nothing_joins_are_not_one(demo: Asker) -> None:
    for question in (
        "How many customers that were reached by campaign 13 bought in July?",
        "How many customers who were reached by campaign 13 bought in July?",
    ):
        assert isinstance(understood(demo, question), Refuse)


def test_days_of_deeds_with_a_time_are_still_those_of_all(demo: Asker) -> None:
    plan = asked(demo, "How many customers who bought beef and redeemed a coupon in May")
    assert plan["period"]["start"] == "2017-05-01"
    assert brief(plan["where"]) == "did transactions (product_category = BEEF) and did coupon_redemptions"
