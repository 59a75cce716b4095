"""What a superlative ranks, what it is the best of, and what is asked of the few: never another ranking than the one that was asked."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Refuse


@pytest.mark.parametrize(
    "question",
    [
        "每个月销售额最高的门店",
        "每个月销售额第一的门店分别是哪家",
        "各部门销售额最高的门店",
        "各部门销售额前三的商品",
        "which store sold the most in each month",
    ],
)
def test_the_best_of_each_group_is_no_ranking_of_the_groups(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse)
    assert outcome.code == "top_within"


@pytest.mark.parametrize(
    "question", ["销售额最高的门店", "11月销售额最高的门店", "各门店中销售额最高的", "which store had the highest sales"]
)
def test_without_another_group_it_is_a_ranking(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert (found["by"], found["limit"]) == ([{"kind": "field", "name": "store_id"}], 1)


@pytest.mark.parametrize("question", ["销售额最高的门店每个月的销售额", "the monthly sales of the store with the highest sales"])
def test_the_months_of_the_best_one_are_those_of_that_one(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert found["by"] == [{"kind": "time", "grain": "month"}]
    assert (found["where"]["left"]["entity"], found["where"]["left"]["rank"]) == ("store", "highest")
    assert "limit" not in found


@pytest.mark.parametrize(
    ("question", "descending"),
    [
        ("Which month had the worst churn rate?", True),
        ("哪个月流失率最差", True),
        ("which month had the best churn rate", False),
        ("which month had the highest churn rate", True),
        ("which department had the worst sales", False),
    ],
)
def test_good_and_bad_go_by_the_metric(demo: Asker, question: str, descending: bool) -> None:
    assert request(demo, question)["order"][0]["descending"] is descending


@pytest.mark.parametrize("question", ["销售额最高的10家门店加起来占总销售额的多少", "销售额前10的门店合计占总销售额的多少"])
def test_the_few_together_have_one_share(demo: Asker, question: str) -> None:
    """Their sales are 886,528.15 of 4,596,039.58."""
    rows = demo.ask(question).rows
    assert len(rows) == 1
    assert rows[0] == pytest.approx([886528.15, 886528.15 / 4596039.58], rel=1e-6)


@pytest.mark.parametrize(
    "question",
    [
        "average order value in October and how many items were bought on average",
        "What was the average order value in October and how many units on average?",
    ],
)
def test_an_average_that_stands_with_a_total_is_not_dropped(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize(
    "question",
    ["7到9月,每个月各有多少客户是第一次来买东西", "how many customers bought for the first time, month by month in Q3"],
)
def test_first_times_month_by_month_are_each_months_own(demo: Asker, question: str) -> None:
    """Those who are new by month, or a refusal; never those who are new in the quarter, in every month in which they came."""
    reply = demo.ask(question)
    assert reply.status != "answered" or (reply.plan or {}).get("metrics") == ["new_buyers"]


def test_only_keeps_the_cut_of_the_last_answer(demo: Asker) -> None:
    reply = demo.ask(
        "Sales by department in November", "only for stores 367 and 406", "same breakdown, but number of shoppers instead"
    )
    assert reply.plan is not None
    assert (reply.plan["metrics"], reply.plan["by"]) == (["buyers"], [{"kind": "field", "name": "department"}])
    assert reply.plan["where"] == {"kind": "in", "left": {"kind": "field", "name": "store_id"}, "values": [367, 406]}


def test_at_the_same_one_is_at_the_one_that_was_named(demo: Asker) -> None:
    reply = demo.ask(
        "How many customers shopped at store 406 in Q3?", "And how many of those shopped at that same store again in Q4?"
    )
    assert reply.rows == [[43]]
