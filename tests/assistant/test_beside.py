"""Figures beside others: of each one of a ranking, two shares, a window beside the plain figure; bounds with "or better"."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Refuse


@pytest.mark.parametrize(
    "question",
    ["top 10 stores by sales in May with each one's discount rate", "top 10 stores by sales in May, with each store's discount rate", "5月销售额前十的门店，以及各自的折扣率"],
)  # fmt: skip
def test_a_further_column_of_a_ranking(demo: Asker, question: str) -> None:
    plan = request(demo, question)
    assert (plan["metrics"], plan["order"][0]["target"], plan["limit"]) == (["sales", "discount_rate"], "sales", 10)


def test_what_a_verb_ranks_by_is_not_replaced_by_the_figure_beside_it(demo: Asker) -> None:
    assert isinstance(understood(demo, "which 5 stores sold most in May and what was each one's discount rate?"), Refuse)


@pytest.mark.parametrize(
    ("question", "metric", "value"),
    [
        ("which campaigns have a ROAS of 2 or better?", "roas", 2),
        ("stores with an average basket value of 40 or better in May", "avg_basket_value", 40),
    ],
)
def test_or_better_is_at_least(demo: Asker, question: str, metric: str, value: int) -> None:
    found = request(demo, question)["where"]
    assert (found["left"]["metric"], found["op"], found["right"]) == (metric, "ge", value)


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("share of sales and share of orders by department", ["sales", "baskets"]),
        ("What share of sales and what share of orders came from private brands?", ["sales", "baskets"]),
        ("How much of revenue, as a %, comes from households whose age is unknown", ["sales"]),
    ],
)
def test_each_share_word_has_its_figure(demo: Asker, question: str, metrics: list[str]) -> None:
    plan = request(demo, question)
    assert (plan["metrics"], bool(plan["share_of"])) == (metrics, True)


def test_the_few_are_no_share_of_each_one_of_them(demo: Asker) -> None:
    question = "our ten biggest stores by sales together, what share of sales and what share of orders do they make?"
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize(
    "question",
    ["sales by month with a three-month moving average next to it", "sales by month and the cumulative sales", "11月每天的销售额和7天移动平均"],
)  # fmt: skip
def test_a_window_beside_the_plain_figure_is_offered_as_two(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse) and outcome.code == "two_questions"
    assert ["window" in choice.request for choice in outcome.choices] == [False, True]


@pytest.mark.parametrize("question", ["7-day moving average of sales by day in November", "11月销售额的7天移动平均，按天"])
def test_a_window_alone_is_answered(demo: Asker, question: str) -> None:
    assert request(demo, question)["window"]["trailing"] == 7
