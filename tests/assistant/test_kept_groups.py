"""Fewer rows of the last answer, by their own figures: "only the ones above 50,000", 只留一万以上的."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import brief

MAY = "2017-05-01..2017-05-31"
BY_DEPARTMENT = "sales by department in May"
DEPARTMENTS_ZH = "5月各部门的销售额"


@pytest.mark.parametrize(
    ("first", "second", "where"),
    [
        (BY_DEPARTMENT, "Only the ones above 50,000", f"sales in {MAY} > 50000"),
        (BY_DEPARTMENT, "keep the ones over 20k", f"sales in {MAY} > 20000"),
        (BY_DEPARTMENT, "only those above 10,000 dollars", f"sales in {MAY} > 10000"),
        (BY_DEPARTMENT, "which of them are above 50,000?", f"sales in {MAY} > 50000"),
        (BY_DEPARTMENT, "remove the ones below 5k", f"sales in {MAY} >= 5000"),
        (BY_DEPARTMENT, "between 10k and 50k only", f"sales in {MAY} 10000..50000"),
        (DEPARTMENTS_ZH, "只留一万美元以上的", f"sales in {MAY} >= 10000"),
        (DEPARTMENTS_ZH, "超过5万的有哪些", f"sales in {MAY} > 50000"),
        (DEPARTMENTS_ZH, "去掉5000以下的", f"sales in {MAY} > 5000"),
        (DEPARTMENTS_ZH, "1万到5万之间的", f"sales in {MAY} 10000..50000"),
        ("各门店5月订单数", "只要订单超过100的", f"baskets in {MAY} > 100"),
        ("各门店5月订单数", "哪些不到100单", f"baskets in {MAY} < 100"),
        ("sales and orders by store in May", "the ones with over 100 orders", f"baskets in {MAY} > 100"),
        ("sales by store in May", "only stores with more than 100 orders", f"baskets in {MAY} > 100"),
        ("discount rate by department in May", "only those above 20%", f"discount_rate in {MAY} > 0.2"),
        ("beef sales by store in May", "only those above 300", f"product_category = BEEF and sales (product_category = BEEF) in {MAY} > 300"),
        ("top 10 stores by sales in May", "only the ones above 8,000", f"sales in {MAY} > 8000"),
        ("sales by month", "only the ones above 400,000", "sales > 400000"),
    ],
)  # fmt: skip
def test_a_bound_is_on_each_of_the_groups_that_were_shown(demo: Asker, first: str, second: str, where: str) -> None:
    before, reply = demo.ask(first), demo.ask(first, second)
    assert reply.status == "answered" and isinstance(before.plan, dict) and isinstance(reply.plan, dict)
    assert brief(reply.plan["where"]).replace(".0", "") == where.replace(".0", "")
    assert {key: value for key, value in reply.plan.items() if key != "where"} == {
        key: value for key, value in before.plan.items() if key != "where"
    }


def test_the_rows_that_stay_are_the_ones_of_the_table_that_meet_it(demo: Asker) -> None:
    shown = demo.ask(BY_DEPARTMENT).rows
    assert demo.ask(BY_DEPARTMENT, "Only the ones above 10,000").rows == [row for row in shown if row[1] > 10_000]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("sales by month and department", "only those above 10,000"),  # each cell, or each department?
        ("top 10 stores by sales in May", "only the ones below 8,000"),  # others than the ten would be among them
        ("share of sales by department", "only the ones above 5%"),  # a share is no figure of a group alone
        (BY_DEPARTMENT, "only the ones above 50,000 in June"),
        ("sales in May", "only those above 10,000"),
        ("sales by department in May vs April", "only the ones above 20%"),
        (BY_DEPARTMENT, "how many are above 10,000?"),
        (DEPARTMENTS_ZH, "有几个超过一万"),
    ],
)
def test_what_cannot_be_told_of_each_is_refused(demo: Asker, first: str, second: str) -> None:
    assert demo.ask(first, second).status == "refused"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (BY_DEPARTMENT, "keep customers who spent over 500"),
        (BY_DEPARTMENT, "only customers who spent over 500"),
        (DEPARTMENTS_ZH, "只留消费超过500的客户"),
    ],
)
def test_only_some_customers_narrow_the_table(demo: Asker, first: str, second: str) -> None:
    plan = demo.ask(first, second).plan
    assert isinstance(plan, dict)
    assert (plan["metrics"], plan["by"][0]["name"], brief(plan["where"])) == (["sales"], "department", "sales > 500")


def test_a_question_of_its_own_stays_one(demo: Asker) -> None:
    plan = demo.ask("sales by store in May", "Which stores had sales above 10000?").plan
    assert isinstance(plan, dict) and plan["kind"] == "entity_query"
