"""Things whose number ranks others, weekdays taken one by one, those of one thing, and the data in which things are counted."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Refuse


def dids(where: dict[str, Any] | None) -> list[tuple[str, Any]]:
    """What was done: the data, and the value that it was done with."""
    parts = (where or {}).get("of", [where]) if (where or {}).get("kind") == "and" else [where]
    return [(each["dataset"], (each.get("where") or {}).get("right")) for each in parts if each and each["kind"] == "did"]


NUMBER_RANKS = (
    ("the 4 stores with the fewest orders in June and their units", ["baskets", "units"], "baskets", False, 4),
    ("which 3 departments had the most customers in August, and what were their sales", ["buyers", "sales"], "buyers", True, 3),
    ("top 6 stores by orders in May and their sales", ["baskets", "sales"], "baskets", True, 6),
    ("the month with the most orders and its sales", ["baskets", "sales"], "baskets", True, 1),
    ("8月客户最多的4个部门和它们的销量", ["buyers", "units"], "buyers", True, 4),
    ("6月订单最少的3家门店及其销售额", ["baskets", "sales"], "baskets", False, 3),
    ("哪4个部门9月的客户最多，销售额分别是多少", ["buyers", "sales"], "buyers", True, 4),
    ("the 2 stores with the most products and their sales", ["product", "sales"], "product", True, 2),
)


@pytest.mark.parametrize(("question", "metrics", "target", "descending", "limit"), NUMBER_RANKS)
def test_the_number_of_what_ranks_them_is_shown_and_orders(
    demo: Asker, question: str, metrics: list[str], target: str, descending: bool, limit: int
) -> None:
    found = request(demo, question)
    assert sorted(found["metrics"]) == sorted(metrics)
    assert found["order"][0]["target"] == target and found["order"][0].get("descending", False) == descending
    assert found["limit"] == limit and len(found["by"]) == 1


@pytest.mark.parametrize(
    ("question", "metric"), [("sales by store and customers", "buyers"), ("单个客户最多下了多少单", "baskets")]
)
def test_without_a_ranking_nothing_is_ranked(demo: Asker, question: str, metric: str) -> None:
    found = request(demo, question)
    assert metric in found["metrics"] and not found.get("limit")


def test_things_that_several_data_tell_of_rank_nothing(demo: Asker) -> None:
    assert isinstance(understood(demo, "the households with the most campaigns and their sales"), Refuse)


EVERY = (
    ("how many customers came in every Friday of May", [5], 4),
    ("how many households bought on all Sundays of July", [7], 5),
    ("households that shopped on every single Monday in June", [1], 4),
    ("how many customers came in every Monday and Tuesday of May", [1, 2], 10),
)


@pytest.mark.parametrize(("question", "days", "least"), EVERY)
def test_every_one_of_the_days_is_met(demo: Asker, question: str, days: list[int], least: int) -> None:
    where = request(demo, question)["where"]
    assert where["left"]["metric"] == "date" and where["op"] == "ge" and where["right"] == least
    inner = where["left"]["where"]
    assert inner["left"]["grain"] == "weekday"
    assert [inner["right"]] if "right" in inner else list(inner["values"]) == days


@pytest.mark.parametrize(
    "question", ["orders on each Friday in May", "sales every Sunday in June", "customers on each Monday of July"]
)
def test_each_of_the_days_is_a_row(demo: Asker, question: str) -> None:
    assert request(demo, question)["by"] == [{"kind": "time", "grain": "date"}]


def test_rows_of_some_weekdays_have_no_others_between(demo: Asker) -> None:
    answer = demo.ask("orders on each Friday in May").contract("x")
    assert len(answer["rows"]) == 4


@pytest.mark.parametrize("question", ["sales on all Fridays in May", "how many orders were placed on all Fridays of May"])
def test_what_adds_up_over_all_of_them_is_one_sum(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert not found.get("by") and found["where"]["left"] == {"kind": "time", "grain": "weekday"}


@pytest.mark.parametrize(
    "question",
    [
        "sales each weekend in May",
        "how many stores had sales every weekend in May",
        "who shopped both Saturday and Sunday",
        "how many customers spent over 80 on every Friday of May",
    ],
)
def test_what_cannot_be_taken_one_by_one_is_refused(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize("question", ["average units per Friday in May", "average sales per weekend day in July"])
def test_an_average_of_such_days_is_over_them(demo: Asker, question: str) -> None:
    assert request(demo, question)["of_each"] == {"entity": "date", "statistics": ["mean"]}


SHARES = (
    ("what share of campaign 8's redeemers also redeemed in campaign 26", ("coupon_redemptions", 8), ("coupon_redemptions", 26)),
    (
        "what share of households who redeemed in campaign 8 were targeted by campaign 26",
        ("coupon_redemptions", 8),
        ("campaigns", 26),
    ),
    ("what share of store 406's customers also shopped at store 343", ("transactions", 406), ("transactions", 343)),
    ("活动8的核销客户中，也在活动26核销过的占比", ("coupon_redemptions", 8), ("coupon_redemptions", 26)),
    ("活动26的触达客户里有几成核销了活动8", ("campaigns", 26), ("coupon_redemptions", 8)),
)


@pytest.mark.parametrize(("question", "base", "part"), SHARES)
def test_the_whole_of_a_share_is_those_of_one_thing(
    demo: Asker, question: str, base: tuple[str, int], part: tuple[str, int]
) -> None:
    found = request(demo, question)
    assert dids(found["share_of"]["where"]) == [base]
    assert sorted(map(str, dids(found["where"]))) == sorted(map(str, [base, part]))


def test_how_many_of_them_did_something_besides(demo: Asker) -> None:
    found = request(demo, "how many of campaign 8's redeemers also redeemed in campaign 26")
    assert sorted(right for _, right in dids(found["where"])) == [8, 26]


@pytest.mark.parametrize("question", ["how many customers of store 406 bought in June", "campaign 8's redeemers"])
def test_a_deed_in_the_same_data_only_narrows(demo: Asker, question: str) -> None:
    assert dids(request(demo, question)["where"]) == []


def test_a_second_whole_of_those_of_one_thing_is_refused(demo: Asker) -> None:
    assert isinstance(understood(demo, "活动26的核销客户占触达客户的比例"), Refuse)


COUNTED_IN = (
    ("how many campaigns had a redemption rate over 8%", "campaigns.campaign"),
    ("核销率低于3%的活动有几个", "campaigns.campaign"),
    ("how many campaigns reached more than 300 households", "campaigns.campaign"),
    ("how many campaigns had no redemptions", "campaign_descriptions.campaign"),
    ("how many campaigns had more than 40 redemptions", "campaign"),
    ("how many stores had an average basket value over 40 in June", "store"),
)


@pytest.mark.parametrize(("question", "metric"), COUNTED_IN)
def test_things_are_counted_where_it_can_be_true_of_them(demo: Asker, question: str, metric: str) -> None:
    assert request(demo, question)["metrics"] == [metric]


def test_their_number_is_that_of_their_list(demo: Asker) -> None:
    count = demo.ask("how many campaigns had a redemption rate under 3%").contract("x")
    listed = demo.ask("which campaigns had a redemption rate under 3%").contract("x")
    assert count["rows"][0][0] == len(listed["rows"])


@pytest.mark.parametrize(
    "question",
    [
        "average sales per customer in May among married households",
        "redemption rate of campaign 8 among households with children",
    ],
)
def test_among_people_cuts_nothing(demo: Asker, question: str) -> None:
    assert not request(demo, question).get("by")


def test_among_things_is_a_cut(demo: Asker) -> None:
    assert request(demo, "distribution of sales among departments")["by"] == [{"kind": "field", "name": "department"}]


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("units in June of households that redeemed a coupon that month", "2017-06-01"),
        ("sales of Q2 from households that redeemed a coupon that quarter", "2017-04-01"),
    ],
)
def test_that_month_is_the_one_that_was_named(demo: Asker, question: str, start: str) -> None:
    found = request(demo, question)
    assert found["where"]["period"]["start"] == found["period"]["start"] == start


@pytest.mark.parametrize(
    "question",
    ["average value of a customer's first order", "value of the last order of each customer", "客户第一单的平均金额"],
)
def test_a_first_order_is_no_ranking(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)


@pytest.mark.parametrize("further", ["how many of them had redeemed before that?", "how many of them had previously redeemed?"])
def test_what_they_did_before_is_no_comparison(demo: Asker, further: str) -> None:
    assert demo.ask("how many households redeemed a coupon in August", further).contract("x")["status"] == "refused"
