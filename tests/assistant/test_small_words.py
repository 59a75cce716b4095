"""Small words: where an answer goes, days that are said once more, "that quarter", "by how much"."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Refuse


def days(plan: dict[str, Any]) -> str:
    return f"{plan['period']['start']}..{plan['period']['end']}"


@pytest.mark.parametrize(
    ("question", "by", "period"),
    [
        ("季报要放一页：三季度各部门销售额", ["department"], "2017-07-01..2017-09-30"),
        ("季报要放一页三季度各部门销售额的图", ["department"], "2017-07-01..2017-09-30"),
        ("从1月累到12月的销售额", [], "2017-01-01..2017-12-31"),
        ("12月19日到12月25日(含当天共7天)销售额", [], "2017-12-19..2017-12-25"),
        ("12月19日到12月25日（共7天）的销售额", [], "2017-12-19..2017-12-25"),
        ("圣诞前后，就12月22日到28日，销售额多少", [], "2017-12-22..2017-12-28"),
        ("sales around Christmas, that is December 22 to 28", [], "2017-12-22..2017-12-28"),
    ],
)
def test_words_that_say_nothing_more(demo: Asker, question: str, by: list[str], period: str) -> None:
    plan = request(demo, question)
    assert (plan["metrics"], [ref["name"] for ref in plan.get("by", ())], days(plan)) == (["sales"], by, period)


@pytest.mark.parametrize("question", ["12月19日到12月25日（共8天）的销售额", "圣诞前后的销售额", "8月的账单金额多少"])
def test_what_would_say_more_is_refused(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize(
    ("first", "second", "metric", "period"),
    [
        ("sales in Q3 by department", "and how many customers in that quarter?", "buyers", "2017-07-01..2017-09-30"),
        ("sales in Q3", "how many orders in that quarter?", "baskets", "2017-07-01..2017-09-30"),
        ("sales in May", "how many orders that month?", "baskets", "2017-05-01..2017-05-31"),
    ],
)
def test_that_time_is_the_one_of_the_last_question(demo: Asker, first: str, second: str, metric: str, period: str) -> None:
    plan = demo.ask(first, second).plan
    assert isinstance(plan, dict) and (plan["metrics"], days(plan)) == ([metric], period)


def test_another_unit_than_that_of_the_last_question_is_not_guessed(demo: Asker) -> None:
    assert demo.ask("sales in May", "how many orders in that quarter?").status == "refused"


def test_by_how_much_is_what_a_growth_ranking_shows(demo: Asker) -> None:
    plan = request(demo, "which departments' sales grew the most from Q1 to Q2, and by how much?")
    assert (plan["by"][0]["name"], plan["compare"]["kind"], plan["order"][0]["part"]) == ("department", "period", "change")
