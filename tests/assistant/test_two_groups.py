"""Two groups side by side by what each one did: answered where the second is everyone else, in both languages."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.agent import Agent
from assistant.edits.drill import drill
from assistant.edits.viewing import Viewing
from assistant.planner.outcome import Refuse
from assistant.session import Session
from semantic_layer.policy import Viewer
from semantic_layer.requests import MetricQuery

FLORAL = {"kind": "compare", "left": {"kind": "field", "name": "department"}, "op": "eq", "right": "FLORAL"}
BOUGHT = {"kind": "did", "entity": "household", "dataset": "transactions", "where": FLORAL, "count": 1}
REDEEMED = {"kind": "did", "entity": "household", "dataset": "coupon_redemptions", "count": 1}


@pytest.mark.parametrize(
    ("question", "metric", "condition"),
    [
        ("买过花卉的客户和没买过花卉的客户，客单价分别是多少", "avg_basket_value", BOUGHT),
        ("买过花卉的和没买过的，客单价各多少", "avg_basket_value", BOUGHT),
        ("没买过花卉的客户和买过花卉的客户，客单价分别是多少", "avg_basket_value", BOUGHT),
        ("买过花卉的客户和其他客户的客单价对比", "avg_basket_value", BOUGHT),
        ("average basket value: customers who bought floral versus those who didn't", "avg_basket_value", BOUGHT),
        ("average basket value of customers who bought floral compared to the rest", "avg_basket_value", BOUGHT),
        ("核销过优惠券的客户和没核销过的客户客单价差多少", "avg_basket_value", REDEEMED),
        ("how many customers redeemed a coupon vs those who never did", "buyers", REDEEMED),
        ("average basket value of customers who never redeemed a coupon vs customers who did", "avg_basket_value", REDEEMED),
    ],
)
def test_those_who_did_stand_beside_all_others(demo: Asker, question: str, metric: str, condition: dict[str, Any]) -> None:
    found = request(demo, question)
    assert found["metrics"] == [metric]
    assert found["by"] == [{"kind": "meets", "entity": "household", "condition": condition}]
    assert "where" not in found


def test_a_bound_parts_them_as_well(demo: Asker) -> None:
    for question in ("消费超过2000的客户跟其余客户比，客单价是多少", "AOV of customers with sales above $2000 vs everyone else"):
        (group,) = request(demo, question)["by"]
        condition = group["condition"]
        assert (condition["left"]["metric"], condition["op"], condition["right"]) == ("sales", "gt", 2000)


def test_days_behind_both_groups_are_those_of_the_question(demo: Asker) -> None:
    found = request(demo, "sales of customers who bought floral vs those who never did in Q3")
    assert found["period"] == {"kind": "dates", "start": "2017-07-01", "end": "2017-09-30"} or found["period"]["kind"] == "unit"
    assert "period" not in found["by"][0]["condition"]


def test_the_groups_go_with_shares_series_and_statistics(demo: Asker) -> None:
    shares = request(demo, "销售额里核销过优惠券的客户和没核销过的客户各占多少")
    assert shares["metrics"] == ["sales"]
    assert shares["share_of"]["kind"] == "share"
    series = request(demo, "monthly sales of customers who redeemed a coupon vs those who didn't")
    assert [each["kind"] for each in series["by"]] == ["time", "meets"]
    medians = request(demo, "median basket value of customers who redeemed a coupon vs everyone else")
    assert medians["of_each"]["entity"] == "basket"


@pytest.mark.parametrize(
    "question",
    [
        "sales of customers who bought floral vs customers who bought meat",
        "买过花卉的客户和没买过肉类的客户，客单价分别是多少",
        "一季度来过的客户和二季度没来过的客户，人均消费",
        "average basket of customers who bought meat and floral vs customers who did not buy meat",
    ],
)
def test_two_groups_that_overlap_or_leave_some_out_are_refused(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse), outcome
    assert outcome.code == "two_groups"


@pytest.mark.parametrize(("question", "word"), [("sales of floral vs the rest", "the rest"), ("花卉和其他部门的销售额", "其他")])
def test_the_rest_of_no_one_is_not_guessed(demo: Asker, question: str, word: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse), outcome
    assert (outcome.code, outcome.span) == ("unbound_word", word)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        (
            "average basket value of customers who bought floral compared to the rest",
            ("Household with purchases (Department is Floral)", "the others"),
        ),
        ("买过花卉的客户和其他客户的客单价对比", ("有购买明细（部门为花卉）的客户", "其余客户")),
    ],
)
def test_an_answer_says_which_group_is_which(demo: Asker, question: str, names: tuple[str, str]) -> None:
    reply = asyncio.run(Session(demo.runtime, Agent(), Viewer()).reply(question))
    assert reply.status == "answered"
    assert all(name in reply.answer for name in names)
    (described,) = [each for each in reply.table_schema if each["role"] == "dimension"]
    labels = described["value_labels"]
    assert (labels["True"][reply.language], labels["False"][reply.language]) == names


def test_one_of_the_groups_can_be_looked_into(demo: Asker) -> None:
    asked = MetricQuery.model_validate(request(demo, "sales of customers who redeemed a coupon vs everyone else"))
    context = demo.context()
    found = drill(asked, ["meets", "sales"], [False, 1.0], Viewing.of(context.scope, demo.runtime.reader(context.scope), "en"))
    assert found is not None
    assert found.label == "the others"
