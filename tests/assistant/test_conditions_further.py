"""Conditions that are put together: amounts between two periods, things inside of things, what is asked of those who did it."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import brief, request, understood

from assistant.planner.outcome import Refuse

MARGINS = {
    "sales in 2017-04-01..2017-06-30 < 0.5 x sales in 2017-01-01..2017-03-31": (
        "二季度消费不到一季度一半的客户有几个",
        "how many customers spent less than half in Q2 of what they spent in Q1",
    ),
    "sales in 2017-04-01..2017-06-30 <= 0.7 x sales in 2017-01-01..2017-03-31": (
        "二季度消费比一季度下降三成以上的客户有多少",
        "number of households whose Q2 spend dropped by at least 30% from Q1",
    ),
    "sales in 2017-05-01..2017-05-31 >= 2 x sales in 2017-04-01..2017-04-30": (
        "5月消费是4月两倍以上的客户有多少",
        "how many households spent at least twice as much in May as in April",
    ),
}


@pytest.mark.parametrize(("question", "told"), [(each, told) for told, questions in MARGINS.items() for each in questions])
def test_a_part_of_what_it_was_needs_something_that_it_was(demo: Asker, question: str, told: str) -> None:
    compared, above = request(demo, question)["where"]["of"]
    right = compared["right"]
    scaled = f"{right['factor']:g} x {brief_of(right['ref'])}"
    assert brief({**compared, "right": scaled}) == told
    assert brief(above) == f"{brief_of(right['ref'])} > 0"


def brief_of(figure: dict[str, Any]) -> str:
    return brief({"kind": "compare", "left": figure, "op": "eq", "right": ""}).removesuffix(" = ")


@pytest.mark.parametrize(
    "question",
    ["how many households spent at least 200 dollars more in May than in April", "5月消费比4月多200美元以上的客户有几个"],
)
def test_an_amount_more_than_it_was(demo: Asker, question: str) -> None:
    found = request(demo, question)["where"]
    assert (found["op"], found["right"]["plus"], found["right"]["factor"]) == ("ge", 200, 1)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("单笔超过150美元的客户有多少", "did transactions (sales > 150)"),
        ("how many customers placed an order over $150", "did transactions (sales > 150)"),
        ("number of shoppers with at least 4 orders over 150 dollars", "baskets (sales > 150) >= 4"),
        ("四次以上单笔超过150美元的客户有多少", "baskets (sales > 150) >= 4"),
        ("how many shoppers had more than 150 orders", "baskets > 150"),
    ],
)
def test_a_bound_on_one_order_is_no_bound_on_their_number(demo: Asker, question: str, told: str) -> None:
    assert brief(request(demo, question)["where"]) == told


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            "4月买过、5月和6月都没来过的客户有多少",
            "did transactions in 2017-04-01..2017-04-30 and not did transactions in 2017-05-01..2017-05-31"
            " and not did transactions in 2017-06-01..2017-06-30",
        ),
        (
            "how many people shopped in April but not once in May or June",
            "did transactions in 2017-04-01..2017-04-30 and not did transactions in 2017-05-01..2017-05-31"
            " and not did transactions in 2017-06-01..2017-06-30",
        ),
        ("how many households spent between $300 and $450 in May", "sales 300..450"),
        (
            "上半年买过花卉、下半年没再买过花卉的客户有多少",
            "did transactions (department = FLORAL) in 2017-01-01..2017-06-30"
            " and not did transactions (department = FLORAL) in 2017-07-01..2017-12-31",
        ),
    ],
)
def test_each_of_several_days_and_of_the_same_thing_said_twice(demo: Asker, question: str, told: str) -> None:
    assert brief(request(demo, question)["where"]) == told


@pytest.mark.parametrize(
    ("question", "metric", "told"),
    [
        ("4月核销过券的客户5月花了多少钱", "sales", "did coupon_redemptions in 2017-04-01..2017-04-30"),
        ("What did households that campaign 9 reached spend in May", "sales", "did campaigns (campaign_id = 9)"),
        (
            "units per basket in May among the households campaign 9 contacted",
            "units_per_basket",
            "did campaigns (campaign_id = 9)",
        ),
        ("average basket value of redeemers of campaign 9", "avg_basket_value", "did coupon_redemptions (campaign_id = 9)"),
    ],
)
def test_what_is_asked_of_those_who_did_something(demo: Asker, question: str, metric: str, told: str) -> None:
    found = request(demo, question)
    assert found["metrics"] == [metric]
    assert brief(found["where"]).startswith(told)


def test_of_those_who_did_one_thing_another_is_counted_month_by_month(demo: Asker) -> None:
    found = request(demo, "of those who bought seafood in March, how many bought seafood in each month from April on?")
    assert found["metrics"] == ["buyers"] and [each["grain"] for each in found["by"]] == ["month"]
    assert "did transactions (department = SEAFOOD) in 2017-03-01..2017-03-31" in brief(found["where"])


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("how many customers, stores and orders were there in May", ["buyers", "store", "baskets"]),
        ("各部门的客户、门店和订单", ["buyers", "store", "baskets"]),
        ("orders, households reached by campaigns, and redemptions, by income", ["baskets", "redemptions", "targeted"]),
    ],
)
def test_everything_that_is_listed_is_asked(demo: Asker, question: str, metrics: list[str]) -> None:
    assert sorted(request(demo, question)["metrics"]) == sorted(metrics)


@pytest.mark.parametrize(
    "question", ["全年消费满2000美元的客户有多少位，占所有购买客户的比例是多少", "what share of shoppers spent at least $2000"]
)
def test_a_share_of_everybody_has_everybody_as_its_whole(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert found["share_of"] == {"kind": "share"}
    assert brief(found["where"]).startswith("sales") and brief(found["where"]).endswith(">= 2000")


def test_a_list_shows_the_figures_of_the_days_that_chose_it(demo: Asker) -> None:
    found = request(
        demo, "list the products that over 200 different shoppers bought in May, with how many shoppers and the sales"
    )
    assert found["period"] == {"kind": "dates", "start": "2017-05-01", "end": "2017-05-31"}


@pytest.mark.parametrize(
    "question",
    [
        "last order date of households that spent over $5000",
        "how many customers spent less in May than 3 times April",
    ],
)
def test_what_is_not_understood_is_never_left_out(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize(
    ("question", "limit"),
    [
        ("rank campaigns 9, 13 and 18 by ROAS, best one first", None),
        ("departments by sales, cheapest first", None),
        ("which campaign has the best ROAS", 1),
    ],
)
def test_first_of_all_is_an_order_and_no_choice(demo: Asker, question: str, limit: int | None) -> None:
    assert request(demo, question).get("limit") == limit


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("Within MEAT, what share of sales is National versus Private brand?", "department = MEAT"),
        ("share of sales by brand within MEAT", "department = MEAT"),
    ],
)
def test_the_whole_of_a_share_is_what_it_lies_within(demo: Asker, question: str, whole: str) -> None:
    assert brief(request(demo, question)["share_of"]["where"]) == whole


def test_a_share_in_each_quarter_adds_up_in_each_quarter(demo: Asker) -> None:
    found = request(demo, "周末和工作日的销售额在每个季度里各占多少")
    assert [each["grain"] for each in found["share_of"]["by"]] == ["quarter"]


def test_a_count_that_cannot_be_cut_gives_way_to_no_other(demo: Asker) -> None:
    """ "Targeted households" are not buyers, though both count households."""
    found = demo.ask("targeted households by department")
    assert found.status == "refused"


def test_a_share_of_those_of_whom_something_is_said_has_them_as_its_whole(demo: Asker) -> None:
    found = request(demo, "what share of shoppers who first bought in March came back in May?")
    assert brief(found["share_of"]["where"]).startswith("did transactions in 2017-03-01..2017-03-31")
