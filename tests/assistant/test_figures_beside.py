"""Two figures in one message: each is answered, in the order of the words, or the question is refused."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Refuse


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("四季度来了多少人、花了多少钱", ["buyers", "sales"]),
        ("四季度花了多少钱、来了多少人", ["sales", "buyers"]),
        ("四季度来了多少人，总共消费了多少", ["buyers", "sales"]),
        ("三季度核销过券的那批客户，四季度一共花了多少钱、来了多少人", ["sales", "buyers"]),
        ("how many customers came in May and how much did they spend", ["buyers", "sales"]),
        ("每个客户平均消费了多少", ["sales_per_buyer"]),
    ],
)
def test_each_verb_that_asks_how_much_is_a_figure(demo: Asker, question: str, metrics: list[str]) -> None:
    assert request(demo, question)["metrics"] == metrics


@pytest.mark.parametrize(
    "question",
    [
        "stores that did more than 50k in sales this year - how many, and what is their average basket value taken together",
        "of households who bought in both Q3 and Q4, how many spent more in Q4 than in Q3",
        "晚上9点以后的生意占全年销售额几成？订单占比也要",
    ],
)
def test_a_figure_that_would_be_left_out_is_refused(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize(
    "question",
    [
        "三季度订单数超过500单的门店里，客单价最高的5家",
        "which product categories had at least 1,200 buyers in Q3? show buyers and sales",
    ],
)
def test_the_days_of_a_bound_on_the_groups_are_those_of_what_is_shown(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert found["period"] == {"kind": "dates", "start": "2017-07-01", "end": "2017-09-30"}
    assert found["where"]["left"]["period"] == found["period"]


@pytest.mark.parametrize(
    ("first", "question"),
    [
        ("Which 4 stores had the most buyers in Q3?", "and what's the average basket value in those four?"),
        ("三季度购买客户数最多的4家门店", "这几家的客单价呢"),
    ],
)
def test_another_figure_of_the_few_keeps_them(demo: Asker, first: str, question: str) -> None:
    rows = demo.ask(first, question).rows
    assert {row[0] for row in rows} == {row[0] for row in demo.ask(first).rows}
