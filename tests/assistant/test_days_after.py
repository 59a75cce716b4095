"""What each one did within so many days of something: of their first time, or of the start of what they were part of."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import understood

from assistant.planner.outcome import Plan, Refuse


def soon(demo: Asker, question: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request, and the condition on the days that follow something."""
    outcome = understood(demo, question)
    assert isinstance(outcome, Plan), outcome
    found = outcome.readings[0]
    parts = found["where"]["of"] if found["where"]["kind"] == "and" else [found["where"]]
    return found, next(part for part in parts if part.get("within"))


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("of the customers whose first order was in Q3, what share shopped again within 45 days of it", 45),
        ("of the customers who first bought in April, what share bought again within two weeks of their first purchase", 14),
        ("三季度首次购买的客户里,首购之后45天之内又来买过的占多少", 45),
        ("4月首次下单的客户里,首单后两周内又买了第二单的占多少", 14),
    ],
)
def test_the_share_that_came_again_is_of_those_whose_first_time_it_was(demo: Asker, question: str, days: int) -> None:
    found, did = soon(demo, question)
    assert did["within"] == {"days": days, "after": "first"}
    assert did["dataset"] == "transactions" and did.get("period") is None
    assert [part["kind"] for part in found["share_of"]["where"]["of"]] == ["did", "not"]


@pytest.mark.parametrize(
    "question",
    [
        "how many customers who first bought in March came back within 60 days of their first order",
        "3月首次下单的客户里有多少人在首单当天之后的60天内又来买过",
    ],
)
def test_how_many_came_again_within_days_of_their_first_time(demo: Asker, question: str) -> None:
    found, did = soon(demo, question)
    assert found["metrics"] == ["buyers"] and did["within"] == {"days": 60, "after": "first"}


@pytest.mark.parametrize(
    "question",
    [
        "Of the households targeted by campaign 13, what share redeemed within 10 days of the campaign start?",
        "Of the households reached by campaign 13, what share redeemed within 10 days of its launch?",
        "Of the households targeted by campaign 13, what percent redeemed one of its coupons within 10 days of its start?",
        "活动13触达的客户里，活动开始后10天内核销的占多少",
    ],
)
def test_days_after_the_start_of_what_they_were_part_of_are_those_of_the_one_that_was_named(demo: Asker, question: str) -> None:
    found, did = soon(demo, question)
    assert did["dataset"] == "coupon_redemptions" and did["where"]["right"] == 13
    assert did["within"] == {"days": 10, "after": "campaign.start_date"}
    assert "within" not in str(found["share_of"]["where"]) and "13" in str(found["share_of"]["where"])


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("customers who bought in March and again within 30 days", "within 30 days"),
        ("of the customers who first bought in May, what share redeemed within 10 days of the moon", "within"),
    ],
)
def test_days_after_nothing_that_is_known_are_refused_by_name(demo: Asker, question: str, word: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse)


def test_how_long_it_took_is_refused(demo: Asker) -> None:
    for question in ("average number of days between the first and the second purchase", "首单到第二单平均隔了几天"):
        assert isinstance(understood(demo, question), Refuse)
