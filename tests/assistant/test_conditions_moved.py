"""What rose or fell of each one, the same thing once more, days of two deeds, and counts and lists of those who did."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import brief, request, understood

from assistant.planner.outcome import Plan

Q2, Q3 = "2017-04-01..2017-06-30", "2017-07-01..2017-09-30"
MAY, JUNE = "2017-05-01..2017-05-31", "2017-06-01..2017-06-30"
MEAT, DELI = "did transactions (department = MEAT)", "did transactions (department = DELI)"

CONDITIONS = {
    f"sales in {JUNE} < sales in {MAY}": (
        "how many stores saw their sales drop in June",
        "stores whose sales fell in June, how many",
        "how many stores lost sales from May to June",
        "有多少家门店6月销售额下降了",
        "6月销售额下降的门店有多少家",
    ),
    f"baskets in {JUNE} > baskets in {MAY}": ("stores whose orders rose in June, how many", "6月订单数上升的门店有几家"),
    f"did transactions in {Q2} and did transactions in {Q3} and sales in {Q3} < sales in {Q2}": (
        "stores trading in both Q2 and Q3 whose sales dropped in Q3, how many",
    ),
    f"{MEAT} and not {DELI}": (
        "shoppers who bought meat but no deli in May, how many",
        "how many customers bought meat without buying deli in May",
        "how many customers bought meat not deli in May",
    ),
    f"did transactions in {MAY} and did transactions in {JUNE}": (
        "how many customers were seen in both May and June",
        "number of customers seen in May as well as in June",
        "customers in both May and June, how many",
    ),
    f"{MEAT} in {MAY} and {MEAT} in {JUNE}": (
        "of the customers who bought meat in May, how many bought it again in June",
        "what share of customers who bought meat in May bought it again in June",
        "of the customers buying meat in May, what proportion bought it in June",
    ),
    f"{MEAT} and sales (department = MEAT) > 100": ("customers who bought meat in May and spent over $100 on it, how many",),
    f"did transactions in {MAY} and not did transactions in 2017-06-01..": (
        "how many people shopped in May and never again after that month",
    ),
    "did transactions in 2017-01-01..2017-03-31 and not did transactions in 2017-04-01..2017-06-30": (
        "customers who came in the first quarter but not in the second, how many",
        "bought in the first quarter but zero orders in the second, how many households",
    ),
    "date >= 31": ("how many stores rang up at least one sale every day in May", "how many stores made a sale every day in May"),
    "sales > 1000 and baskets < 40": ("how many stores took more than 1000 in May from fewer than 40 orders",),
}


@pytest.mark.parametrize(("told", "question"), [(told, each) for told, every in CONDITIONS.items() for each in every])
def test_what_is_said_of_each_one(demo: Asker, told: str, question: str) -> None:
    found = request(demo, question)
    assert found["kind"] == "metric_query"
    assert brief(found["where"]) == told


@pytest.mark.parametrize(
    ("question", "factor", "op"),
    [
        ("how many households at least tripled their spend from May to June", 3, "ge"),
        ("how many households doubled their spend in June", 2, "ge"),
        ("how many households more than halved their spend in June", 0.5, "lt"),
        ("6月消费比5月减半的客户有多少", 0.5, "le"),
    ],
)
def test_a_rise_and_its_amount_in_one_word(demo: Asker, question: str, factor: float, op: str) -> None:
    compared, above = request(demo, question)["where"]["of"]
    assert (compared["op"], compared["right"]["factor"]) == (op, factor)
    assert brief(above) == f"sales in {MAY} > 0"


@pytest.mark.parametrize(
    "question", ["who spent over $900 in May", "who placed over 20 orders in May", "list the stores that took over 900 in May"]
)
def test_who_asks_for_a_list(demo: Asker, question: str) -> None:
    assert request(demo, question)["kind"] == "entity_query"


@pytest.mark.parametrize(
    "question", ["products sold in at least 95 stores: how many do we have", "stores with over 900 orders - how many are there"]
)
def test_how_many_do_we_have_asks_for_a_number(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert found["kind"] == "metric_query" and "by" not in found


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("of the people buying in May, what percentage spent less than $30 that month", f"did transactions in {MAY}"),
        (
            "what fraction of May's first-time buyers bought again in June",
            f"did transactions in {MAY} and not did transactions in 2017-01-01..2017-04-30",
        ),
        ("of the stores selling meat in May, what share had fewer than 40 orders", f"{MEAT} in {MAY}"),
    ],
)
def test_the_whole_of_a_share(demo: Asker, question: str, whole: str) -> None:
    found = request(demo, question)["share_of"]["where"]
    assert brief(found).replace("in ..2017-04-30", "in 2017-01-01..2017-04-30") == whole


@pytest.mark.parametrize("question", ["what share of June's sales did the customers buying meat in May account for"])
def test_those_who_did_it_have_a_share_of_all(demo: Asker, question: str) -> None:
    found = request(demo, question)
    assert brief(found["where"]) == f"{MEAT} in {MAY}"
    assert found["share_of"].get("where") is None


@pytest.mark.parametrize(
    ("question", "descending"),
    [
        ("which department added the most dollars from May to June", True),
        ("which department gained the most sales between May and June", True),
        ("which department lost the most sales from May to June", False),
        ("哪个部门5月到6月销售额增加最多", True),
        ("哪个部门从5月到6月销售额减少最多", False),
        ("6月比5月销售额掉得最多的部门", False),
    ],
)
def test_the_most_added_is_a_change(demo: Asker, question: str, descending: bool) -> None:
    found = request(demo, question)
    order = found["order"][0]
    assert (order["part"], order["descending"], found["limit"]) == ("change", descending, 1)
    assert found["period"]["start"] == "2017-06-01" and found["compare"]["period"]["start"] == "2017-05-01"


def test_averages_of_days_and_of_orders(demo: Asker) -> None:
    daily = request(demo, "average daily orders by weekday in June")
    assert daily["of_each"]["entity"] == "date" and [each["grain"] for each in daily["by"]] == ["weekday"]
    worth = request(demo, "average value of orders containing something from deli")
    assert worth["metrics"] == ["avg_basket_value"] and brief(worth["where"]) == DELI


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("how many orders were placed in both May and June", "each"),
        ("compare the number of customers in both May and June", "each"),
        ("which department had the most sales from May to June", "dates"),
    ],
)
def test_what_only_sounds_alike_stays_as_it_was(demo: Asker, question: str, kept: str) -> None:
    found = request(demo, question)
    assert found.get("where") is None and found["period"]["kind"] == kept


@pytest.mark.parametrize(
    "question",
    [
        "sales of stores that grew in June",
        "stores that shrank in June, how many",
        "how many customers bought meat in May, and how many bought it in June",
        "of the customers who bought meat in May, how many bought it in June and how many in July",
    ],
)
def test_what_is_not_read_is_not_answered(demo: Asker, question: str) -> None:
    assert not isinstance(understood(demo, question), Plan)
