"""Assumptions of one phrase and of follow-ups; bare days that end or begin what is asked; keys behind a list of figures."""

from __future__ import annotations

import pytest
from conftest import Asker


@pytest.mark.parametrize(
    ("question", "margin", "contact"),
    [
        ("break-even lift of campaign 13 at a 45% margin and 0.2 per contact", 0.45, 0.2),
        ("break-even lift of campaign 13 assuming 0.2 per contact and a 45% gross margin", 0.45, 0.2),
        ("break even lift of campaign 13 at 0.7 per contact, 15% margin", 0.15, 0.7),
        ("break even lift of campaign 13 with margin 15%, contact cost 0.7", 0.15, 0.7),
        ("毛利率15%、每次触达0.7的话，活动13的保本提升", 0.15, 0.7),
        ("按每次触达0.7、毛利率15%算，活动13的保本提升", 0.15, 0.7),
        ("假设毛利率为45%，触达一次算0.2元，活动13的保本提升多少", 0.45, 0.2),
    ],
)
def test_each_assumption_has_its_own_number(demo: Asker, question: str, margin: float, contact: float) -> None:
    reply = demo.ask(question)
    assert reply.plan is not None, reply.text
    assert reply.plan["parameters"] == {"gross_margin": margin, "contact_cost": contact}
    assert reply.plan["metrics"] == ["break_even_lift"] and "13" in str(reply.plan["where"])


@pytest.mark.parametrize(
    ("talk", "parameters"),
    [
        (("活动13的保本提升", "毛利率改成35%呢"), {"gross_margin": 0.35}),
        (("活动13的保本提升", "毛利率改成35%呢", "那按每次触达0.2呢"), {"gross_margin": 0.35, "contact_cost": 0.2}),
        (("break-even lift of campaign 13", "what about a 35% margin?"), {"gross_margin": 0.35}),
        (("cost of campaign 13 at 0.3 per contact", "and at 0.7 per contact?"), {"contact_cost": 0.7}),
    ],
)
def test_a_follow_up_sets_an_assumption(demo: Asker, talk: tuple[str, ...], parameters: dict[str, float]) -> None:
    reply = demo.ask(*talk)
    assert reply.plan is not None, reply.text
    assert reply.plan["parameters"] == parameters
    assert "13" in str(reply.plan["where"])


def test_an_assumption_that_the_figure_does_not_use_is_refused(demo: Asker) -> None:
    assert demo.ask("11月销售额", "毛利率改成35%呢").status == "refused"


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("sales this month until the 12th", "sales from December 1 to December 12"),
        ("November orders up to the 8th", "orders from November 1 to November 8"),
        ("sales this month from the 20th", "sales from December 20 to December 31"),
        ("sales this month from the 3rd to the 9th", "sales from December 3 to December 9"),
        ("orders this year until the end of August", "orders from January 1 to August 31"),
        ("sales this quarter until November 20", "sales from October 1 to November 20"),
        ("sales in February and earlier", "sales from January 1 to February 28"),
        ("这个季度到11月20号为止卖了多少", "10月1日到11月20日卖了多少"),
        ("11月20号为止卖了多少", "1月1日到11月20日卖了多少"),
        ("11月20号之前卖了多少", "1月1日到11月19日卖了多少"),
        ("这个月到12号卖了多少", "12月1日到12日卖了多少"),
        ("9月截至15号的订单数", "9月1日到15日的订单数"),
    ],
)
def test_days_up_to_and_from_a_day(demo: Asker, question: str, same: str) -> None:
    reply = demo.ask(question)
    assert reply.status == "answered", reply.text
    assert reply.rows == demo.ask(same).rows


@pytest.mark.parametrize("question", ["sales on the 12th", "sales this month on the 12th"])
def test_a_day_by_itself_is_one_day(demo: Asker, question: str) -> None:
    assert demo.ask(question).rows == demo.ask("sales on December 12").rows


def test_the_month_before_a_bare_day_compares_nothing(demo: Asker) -> None:
    assert demo.ask("sales this month before the 10th").status == "refused"
    assert demo.ask("sales this month against the month before").status == "answered"


def test_keys_behind_a_list_of_figures(demo: Asker) -> None:
    english = demo.ask("reach, redeemers and cost of campaigns 8 and 26")
    assert english.status == "answered", english.text
    assert english.rows == demo.ask("活动8和26的触达客户数、核销客户数和成本").rows
    assert demo.ask("cost of campaigns 8, 13 and 26").rows == demo.ask("活动8、13和26的成本").rows
    assert demo.ask("cost of campaigns and 5 stores").status == "refused"


@pytest.mark.parametrize("question", ["11月同比涨了多少", "how much did October grow year over year"])
def test_a_year_before_all_data_has_no_figure_of_any_kind(demo: Asker, question: str) -> None:
    reply = demo.ask(question)
    assert reply.status == "refused", reply.text
    assert reply.reason is not None and reply.reason["code"] == "no_such_data"


def test_the_period_before_that_has_data_asks_for_the_metric(demo: Asker) -> None:
    assert demo.ask("11月环比涨了多少").status == "clarify"


@pytest.mark.parametrize(
    "question",
    [
        "how many campaigns had attributed sales below their cost",
        "how many campaigns had attributed sales over their cost",
        "归因销售额低于活动成本的活动有几个",
    ],
)
def test_one_figure_bound_by_another_is_not_both_side_by_side(demo: Asker, question: str) -> None:
    assert demo.ask(question).status == "refused"


def test_two_counts_that_only_a_gap_sets_apart(demo: Asker) -> None:
    assert demo.ask("B类活动触达多少人 多少人核销了").rows == demo.ask("B类活动的触达客户数和核销客户数").rows
    assert demo.ask("6月的客户 多少人").rows == demo.ask("6月有多少客户").rows


def test_people_by_whose_number_is_ranked(demo: Asker) -> None:
    assert demo.ask("10月用券客户最多的是哪个活动").rows == demo.ask("10月核销客户数最多的是哪个活动").rows
