"""Counts by what was done: each with a count word of its own is a figure of its own; and numbers that only count the groups."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Refuse
from semantic_layer.compiler.compile import compile_request
from semantic_layer.errors import RequestError
from semantic_layer.policy import Viewer
from semantic_layer.requests import MetricQuery


def refused(asker: Asker, question: str) -> Refuse:
    outcome = understood(asker, question)
    assert isinstance(outcome, Refuse), (question, outcome)
    return outcome


def cut(found: dict[str, Any]) -> list[str]:
    return [each.get("name") or each.get("grain") for each in found.get("by", [])]


@pytest.mark.parametrize(
    ("question", "metrics", "by"),
    [
        ("各收入段有多少客户购买、多少客户核销", ["buyers", "redeemers"], ["income"]),
        ("各收入段购买的客户有多少、核销的客户有多少", ["buyers", "redeemers"], ["income"]),
        ("各年龄段有多少购买客户，又有多少核销客户", ["buyers", "redeemers"], ["age"]),
        ("B类活动触达多少客户、核销客户又有多少", ["targeted", "redeemers"], []),
        ("各活动花了多少钱、多少人核销", ["campaign_cost", "redeemers"], ["campaign_id"]),
        ("各月订单有多少、核销了多少次", ["baskets", "redemptions"], ["month"]),
        ("二季度每个月销售额多少、核销了几次", ["sales", "redemptions"], ["month"]),
        ("how many customers bought and how many were reached by campaigns, by income", ["buyers", "targeted"], ["income"]),
        ("how many were reached and how many redeemed by campaign", ["targeted", "redeemers"], ["campaign_id"]),
        ("how many households did our campaigns reach, and how many redeemed a coupon", ["targeted", "redeemers"], []),
        (
            "how many times did customers redeem and how many customers redeemed, by month",
            ["redemptions", "redeemers"],
            ["month"],
        ),
        ("how many orders and how many redemptions in June", ["baskets", "redemptions"], []),
    ],
)
def test_each_count_is_a_figure(demo: Asker, question: str, metrics: list[str], by: list[str]) -> None:
    found = request(demo, question)
    assert (found["metrics"], cut(found)) == (metrics, by)


@pytest.mark.parametrize(
    "question",
    ["how many unmarried customers bought and how many redeemed", "未婚客户有多少购买、多少核销"],
)
def test_what_describes_them_is_meant_of_all(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert found["metrics"] == ["buyers", "redeemers"]
    assert found["where"]["right"] == "Unmarried"


@pytest.mark.parametrize(
    "question",
    [
        "how many customers bought and redeemed",
        "how many households got a campaign and redeemed",
    ],
)
def test_one_count_of_those_who_did_both(demo: Asker, question: str) -> None:
    assert request(demo, question)["metrics"] == ["buyers"]


@pytest.mark.parametrize(
    "question",
    [
        "how many customers bought beef and how many redeemed",
        "how many unmarried customers bought and how many customers redeemed",
        "how many bought in June and how many redeemed in July",
        "how many customers bought and how many never redeemed",
        "how many customers bought in May and how many of them redeemed",
        "多少客户购买、核销了多少",
    ],
)
def test_what_narrows_only_one_of_them_is_no_condition_of_all(demo: Asker, question: str) -> None:
    assert refused(demo, question).code in ("entity_condition", "two_groups", "unbound_word", "two_questions")


# ---- numbers that count the groups --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "by"),
    [
        ("三类活动的触达客户数", "campaign_type"),
        ("各类活动的核销率", "campaign_type"),
        ("哪一类活动核销率最低", "campaign_type"),
        ("各类型活动的成本", "campaign_type"),
        ("各活动核销率", "campaign_id"),
        ("两种品牌的销量分别是多少", "brand"),
        ("units of the two brands", "brand"),
        ("units of both brands", "brand"),
        ("cost of the three campaign types", "campaign_type"),
        ("customers in all six age groups", "age"),
        ("四个季度的订单数", "quarter"),
        ("上半年两个季度的订单数分别是多少", "quarter"),
        ("三季度三个月的订单数分别是多少", "month"),
        ("5月、6月、7月三个月的订单数分别是多少", "month"),
    ],
)
def test_a_number_that_counts_the_groups(demo: Asker, question: str, by: str) -> None:
    found = request(demo, question)
    assert cut(found) == [by]
    assert found.get("where") is None


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("两类活动的触达客户数", "两"),
        ("cost of the four campaign types", "four"),
        ("cost of both campaign types", "both"),
        ("units of the three brands", "three"),
        ("五个年龄段的订单数", "五"),
        ("上半年四个季度的订单数", "四"),
        ("二季度两个月的订单数分别是多少", "两"),
        ("三个月的订单数分别是多少", "三"),
    ],
)
def test_another_number_is_not_understood(demo: Asker, question: str, word: str) -> None:
    assert refused(demo, question).span == word


# ---- assumptions in everyday words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "metric", "parameters"),
    [
        ("触达一个算0.2的话活动8一共花多少成本", "campaign_cost", {"contact_cost": 0.2}),
        ("如果触达一个客户要0.4美元,活动13的ROAS", "roas", {"contact_cost": 0.4}),
        ("触达成本要是每户0.4美元,活动8的成本是多少", "campaign_cost", {"contact_cost": 0.4}),
        ("if reaching a household costs 0.4, the cost of campaign 8", "campaign_cost", {"contact_cost": 0.4}),
        ("what does campaign 8 cost us if we only pay for the match", "campaign_cost", {"coupon_funding": "match_only"}),
        ("cost of campaign 8 with coupon funding match_only", "campaign_cost", {"coupon_funding": "match_only"}),
        ("cost of campaign 8 with coupon funding none", "campaign_cost", {"coupon_funding": "none"}),
        ("只出匹配部分时活动13的成本", "campaign_cost", {"coupon_funding": "match_only"}),
        ("毛利率按40%,8号活动每户得多带来多少销售才能保本", "break_even_lift", {"gross_margin": 0.4}),
        ("break even lift of campaign 8 at a 35% margin", "break_even_lift", {"gross_margin": 0.35}),
    ],
)
def test_assumptions(demo: Asker, question: str, metric: str, parameters: dict[str, Any]) -> None:
    found = request(demo, question)
    assert (found["metrics"], found["parameters"]) == ([metric], parameters)
    assert "entity" not in str(found["where"])


@pytest.mark.parametrize("question", ["触达一个活动的客户有多少", "买一个商品算0.3的话销售额多少"])
def test_a_deed_without_a_price_is_no_assumption(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse) or "parameters" not in outcome.readings[0]  # pyright: ignore[reportAttributeAccessIssue]


# ---- money, bounds, and what was never got ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("花钱最多的两个活动是哪几个,成本多少", "campaign_cost"),
        ("哪个活动花钱最多", "campaign_cost"),
        ("花钱最多的四个客户", "sales"),
        ("which campaign spent the most money", "campaign_cost"),
        ("活动8触达的客户花了多少钱", "sales"),
    ],
)
def test_a_verb_measures_what_is_spoken_of(demo: Asker, question: str, metric: str) -> None:
    assert request(demo, question)["metrics"] == [metric]


def test_what_people_spent_is_not_what_a_campaign_did(demo: Asker) -> None:
    assert demo.ask("客户在活动8花了多少钱").status == "refused"


@pytest.mark.parametrize(
    ("question", "op", "bound"),
    [
        ("ROAS高过10的活动是哪几个", "gt", 10),
        ("成本多过1200美元的活动有哪些", "gt", 1200),
        ("核销率低过4%的活动有哪些", "lt", 0.04),
    ],
)
def test_comparing_words(demo: Asker, question: str, op: str, bound: float) -> None:
    where = request(demo, question)["where"]
    assert (where["op"], where["right"]) == (op, bound)


@pytest.mark.parametrize(
    "question",
    [
        "which campaign never got a single redemption",
        "which campaigns never received a redemption",
        "哪些活动没有收到过核销",
        "哪个活动一次核销都没有",
    ],
)
def test_what_was_never_got_is_other_data_than_the_verb(demo: Asker, question: str) -> None:
    reply = demo.ask(question)
    assert [str(row[0]) for row in reply.rows or []] == ["24"]


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("attributed sales per redeemer for campaign 13", ["attributed_sales", "redeemers"]),
        ("units per customer by store", ["units", "buyers"]),
    ],
)
def test_a_ratio_that_nobody_declared(demo: Asker, question: str, metrics: list[str]) -> None:
    found = refused(demo, question)
    assert found.code == "no_ratio"
    assert found.choices[0].request["metrics"] == metrics


def test_the_refusal_names_the_figure_that_is_not_known_of_them(demo: Asker) -> None:
    asked = {"kind": "compare", "op": "le", "right": 3}
    left = {"kind": "entity_metric", "metric": "sales", "entity": "campaign", "rank": "highest"}
    with pytest.raises(RequestError) as caught:
        typed = MetricQuery.model_validate({"metrics": ["campaign_cost"], "where": {**asked, "left": left}})
        compile_request(typed, demo.runtime.scope(Viewer()))
    assert caught.value.problem.parts["metrics"] == ["sales"]


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("how many households redeemed coupons", ["redeemers"]),
        ("how many households redeemed coupons in May", ["redeemers"]),
        ("how many households redeemed coupons and how many bought, by month", ["redeemers", "buyers"]),
        ("by age, how many households came and how many redeemed coupons", ["buyers", "redeemers"]),
        ("各年龄段有多少家庭核销了券、多少家庭来过", ["redeemers", "buyers"]),
        ("How many stores had orders in October?", ["store"]),
        ("how many products had sales in May", ["product"]),
    ],
)
def test_who_is_counted_is_the_noun_though_the_deed_be_a_name_of_a_figure(demo: Asker, question: str, metrics: list[str]) -> None:
    assert request(demo, question)["metrics"] == metrics


@pytest.mark.parametrize(
    "question", ["How many stores had orders in October and November?", "how many departments had sales in May"]
)
def test_a_number_of_things_that_no_figure_is_ends_the_question(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)
