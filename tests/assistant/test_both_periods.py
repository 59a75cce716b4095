"""How many are in both of the last two answers, and a follow-up that sets an assumption by what counts as a cost."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import brief

MAY, JUNE = "2017-05-01..2017-05-31", "2017-06-01..2017-06-30"
BEEF = "(product_category = BEEF) "


@pytest.mark.parametrize(
    ("questions", "things"),
    [
        (("How many customers bought beef in May?", "And in June?", "How many bought it in both months?"), BEEF),
        (("How many customers bought in May?", "and in June?", "how many in both months?"), ""),
        (("5月有多少客户购买", "6月呢", "两个月都买过的有多少"), ""),
        (("5月买过牛肉的客户有多少", "6月呢", "两个月都买的有几个"), BEEF),
    ],
)
def test_they_were_counted_in_each_of_the_two(demo: Asker, questions: tuple[str, ...], things: str) -> None:
    plan = demo.ask(*questions).plan
    assert isinstance(plan, dict)
    assert plan["metrics"] == ["buyers"]
    assert brief(plan["where"]) == f"did transactions {things}in {MAY} and did transactions {things}in {JUNE}"


@pytest.mark.parametrize(
    "questions",
    [
        ("sales in May", "and June?", "how many customers in both months?"),  # nobody was counted
        ("how many orders in May?", "and in June?", "how many in both months?"),  # an order has one day
        ("How many customers bought beef in May?", "How many bought it in both months?"),
    ],
)
def test_where_no_two_counts_were_asked_it_is_refused(demo: Asker, questions: tuple[str, ...]) -> None:
    assert demo.ask(*questions).status == "refused"


@pytest.mark.parametrize(
    "questions",
    [
        ("ROAS of campaign 13", "And if only the match discount counts as our coupon cost?"),
        ("ROAS of campaign 13 if only the match discount counts as our coupon cost",),
        ("活动13的ROAS", "如果优惠券成本只算匹配优惠呢"),
    ],
)
def test_what_counts_as_a_cost_is_an_assumption(demo: Asker, questions: tuple[str, ...]) -> None:
    plan = demo.ask(*questions).plan
    assert isinstance(plan, dict)
    assert (plan["metrics"], plan["parameters"]) == (["roas"], {"coupon_funding": "match_only"})


def test_what_counts_as_a_figure_is_still_a_definition(demo: Asker) -> None:
    plan = demo.ask("cost of campaign 13", "what counts as coupon cost?").plan
    assert isinstance(plan, dict) and plan["kind"] == "definition_query"
