"""How many: something that is counted must answer; and rates that go from one period to the next."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import asked


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("how many stores sold meat in June", ["store"]),
        ("number of stores that sold meat in June", ["store"]),
        ("how many stores in June sold meat", ["store"]),
        ("6月有多少门店卖过肉类", ["store"]),
        ("6月卖过肉类的门店有多少", ["store"]),
        ("多少门店6月卖了肉类", ["store"]),
        ("how much did the stores sell in June", ["sales"]),
        ("how many dollars did we make in June", ["sales"]),
        ("门店6月卖了多少", ["sales"]),
        ("6月和7月的销售额各多少", ["sales"]),
        ("6月客单价有多少", ["avg_basket_value"]),
    ],
)
def test_things_are_counted_and_money_is_summed(demo: Asker, question: str, metrics: list[str]) -> None:
    assert asked(demo, question)["metrics"] == metrics


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("sales vs orders in Q2 by age", ["sales", "baskets"]),
        ("units compared with customers in June", ["units", "buyers"]),
        ("buyers vs coupon redeemers in Q2 by age", ["buyers", "redeemers"]),
        ("6月订单数对比客户数", ["baskets", "buyers"]),
    ],
)
def test_one_figure_against_another_shows_both(demo: Asker, question: str, metrics: list[str]) -> None:
    assert asked(demo, question)["metrics"] == metrics


def test_the_number_of_stores_is_that_of_those_with_rows(demo: Asker) -> None:
    reply = demo.ask("how many stores sold meat in June")
    listed = demo.ask("sales of meat by store in June")
    assert reply.rows == [[len(listed.rows)]]


@pytest.mark.parametrize(
    "question",
    [
        "卖过肉类的商品有多少个",
        "customers lost between May and June",
        "how many customers did we lose in June",
        "6月流失了多少客户",
    ],
)
def test_how_many_is_never_answered_with_money_or_a_rate(demo: Asker, question: str) -> None:
    assert demo.ask(question).status in ("refused", "clarify")


@pytest.mark.parametrize(
    "question",
    [
        "orders above $150 in June, how many and worth how much",
        "6月的新客里首单就买了肉类的有几个",
        "二季度每个月头一回来买的客户有多少",
    ],
)
def test_what_one_figure_cannot_answer_is_refused(demo: Asker, question: str) -> None:
    assert demo.ask(question).status == "refused"


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("cost of each Type B campaign at 0.4 a contact", "campaign_id"),
        ("sales of every private brand product in June", "product_id"),
    ],
)
def test_each_of_a_kind_is_a_row(demo: Asker, question: str, field: str) -> None:
    plan = asked(demo, question)
    assert plan["by"] == [{"kind": "field", "name": field}] and plan["where"]


@pytest.mark.parametrize(("question", "grain"), [("6月平均一天有多少单", "date"), ("平均一个月卖多少钱", "month")])
def test_an_average_day_is_the_mean_of_days(demo: Asker, question: str, grain: str) -> None:
    assert asked(demo, question)["of_each"] == {"entity": grain, "statistics": ["mean"]}


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("retention from May to June", "2017-06-01", "2017-06-30"),
        ("5月到6月的留存率", "2017-06-01", "2017-06-30"),
        ("churn rate between Q1 and Q2", "2017-04-01", "2017-06-30"),
        ("churn from May to June by store", "2017-06-01", "2017-06-30"),
    ],
)
def test_retention_from_one_period_to_the_next_is_of_the_next(demo: Asker, question: str, start: str, end: str) -> None:
    assert asked(demo, question)["period"] == {"kind": "dates", "start": start, "end": end}


def test_retention_between_periods_that_are_not_neighbours_is_refused_with_what_can_be_asked(demo: Asker) -> None:
    reply = demo.ask("retention from March to June")
    assert reply.status == "refused"
    assert "bought again" in reply.answer


def test_retention_by_month_keeps_the_whole_range(demo: Asker) -> None:
    plan = asked(demo, "monthly retention from March to June")
    assert plan["period"] == {"kind": "dates", "start": "2017-03-01", "end": "2017-06-30"}
