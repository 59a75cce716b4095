"""What those did who were counted before: the second figure is theirs, and not everyone's."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import asked, brief, understood

from assistant.planner.outcome import Refuse


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("How many households redeemed a coupon in Q3, and what did those households spend in total that quarter?", "sales"),
        ("How many households redeemed in Q3 and how much did they spend?", "sales"),
        ("How many households redeemed in Q3 and what were their sales?", "sales"),
        ("How many households redeemed in Q3, and how many orders did these households place?", "baskets"),
        ("三季度有多少客户核销,这些客户一共花了多少钱", "sales"),
        ("三季度有多少客户核销,他们花了多少钱", "sales"),
    ],
)
def test_the_figure_is_of_those_who_were_counted(demo: Asker, question: str, metrics: str) -> None:
    found = asked(demo, question)
    assert found["metrics"] == ["redeemers", metrics]
    assert brief(found["where"]) == "did coupon_redemptions in 2017-07-01..2017-09-30"
    assert found["period"]["start"] == "2017-07-01"


@pytest.mark.parametrize(
    "question",
    [
        "How many households redeemed in Q3 and how much did they spend in Q4?",
        "What did households that redeemed in Q3 spend that quarter?",
        "How many customers spent over $300 at our stores in November?",
    ],
)
def test_where_it_cannot_be_told_whose_it_is_nothing_is_answered(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


def test_in_the_same_data_there_is_nothing_to_say_of_them(demo: Asker) -> None:
    found = asked(demo, "How many households shopped in Q3 and how much did they spend?")
    assert (found["metrics"], found.get("where")) == (["buyers", "sales"], None)


@pytest.mark.parametrize("words", ["with us", "from us"])
def test_whose_customers_they_are_says_nothing_more(demo: Asker, words: str) -> None:
    found = asked(demo, f"How many households spent at least $500 {words} in December?")
    assert brief(found["where"]) == "sales >= 500"
