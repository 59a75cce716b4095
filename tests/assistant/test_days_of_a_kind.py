"""Days by their place in a month or by their weekday, and what a day is set against."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import asked


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("sales in the second week of August", "2017-08-08", "2017-08-14"),
        ("8月第二周的销售额", "2017-08-08", "2017-08-14"),
        ("orders in the last week of February", "2017-02-22", "2017-02-28"),
        ("2月最后一周的订单数", "2017-02-22", "2017-02-28"),
        ("sales in the fifth week of August", "2017-08-29", "2017-08-31"),
        ("orders on the third Friday of August", "2017-08-18", "2017-08-18"),
        ("8月最后一个周五的订单数", "2017-08-25", "2017-08-25"),
        ("orders on the first weekend of August", "2017-08-05", "2017-08-06"),
        ("8月第一个周末的订单数", "2017-08-05", "2017-08-06"),
        ("sales in the second half of February", "2017-02-16", "2017-02-28"),
        ("2月上半月的销售额", "2017-02-01", "2017-02-15"),
        ("2月下旬的销售额", "2017-02-21", "2017-02-28"),
    ],
)
def test_a_part_of_a_month(demo: Asker, question: str, start: str, end: str) -> None:
    plan = asked(demo, question)
    assert plan["period"] == {"kind": "dates", "start": start, "end": end}
    assert not plan.get("where") and not plan.get("by")


def test_weeks_of_a_month_are_said_to_begin_with_it(demo: Asker) -> None:
    assert "days 1 to 7" in demo.ask("sales in the second week of August").answer


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("orders on the fifth Monday of February", "fifth"),
        ("orders in the first week", "first"),
        ("最后一个月的订单数", "最后"),
    ],
)
def test_no_such_day_is_refused_and_first_is_no_rank(demo: Asker, question: str, word: str) -> None:
    reply = demo.ask(question)
    assert reply.status == "refused"
    assert reply.reason is not None and word in reply.reason["span"]


@pytest.mark.parametrize(
    ("question", "grain", "limit"),
    [
        ("which Thursday in spring had the most orders", "date", 1),
        ("春天哪个周四订单最多", "date", 1),
        ("which Thursdays had the most orders", "date", 10),
        ("订单最少的周四", "date", 1),
        ("哪个周末销售额最低", "week", 1),
        ("best weekend of October by sales", "week", 1),
    ],
)
def test_the_best_of_the_days_that_are_meant(demo: Asker, question: str, grain: str, limit: int) -> None:
    plan = asked(demo, question)
    assert plan["by"] == [{"kind": "time", "grain": grain}]
    assert plan["limit"] == limit and plan["where"]


@pytest.mark.parametrize("question", ["周四卖得最好的门店", "best store on Thursdays by sales"])
def test_a_weekday_beside_a_ranking_of_others_is_a_filter(demo: Asker, question: str) -> None:
    assert asked(demo, question)["by"] == [{"kind": "field", "name": "store_id"}]


@pytest.mark.parametrize("question", ["最好按部门看看3月的销售额", "3月销售额，最好按部门"])
def test_a_polite_wish_orders_nothing(demo: Asker, question: str) -> None:
    plan = asked(demo, question)
    assert "limit" not in plan and "order" not in plan


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("sales on July 4 vs the Tuesday before", "2017-06-27"),
        ("7月4日的销售额和前一个周二比", "2017-06-27"),
        ("sales on July 4 compared with the previous Saturday", "2017-07-01"),
        ("7月4日的销售额比之前的周六高多少", "2017-07-01"),
    ],
)
def test_a_day_against_a_weekday_before_it(demo: Asker, question: str, other: str) -> None:
    plan = asked(demo, question)
    assert plan["compare"] == {"kind": "period", "period": {"kind": "dates", "start": other, "end": other}}
    assert "where" not in plan


def test_as_many_days_before(demo: Asker) -> None:
    assert asked(demo, "orders in the last 45 days vs the 45 before") == asked(
        demo, "orders in the last 45 days vs the period before"
    )
    assert demo.ask("orders in the last 45 days vs the 20 before").status == "refused"


@pytest.mark.parametrize(
    ("question", "grain"),
    [
        ("week over week sales growth", "week"),
        ("订单数月环比", "month"),
        ("quarter over quarter change in sales", "quarter"),
    ],
)
def test_each_unit_against_the_one_before_it(demo: Asker, question: str, grain: str) -> None:
    plan = asked(demo, question)
    assert plan["by"] == [{"kind": "time", "grain": grain}]
    assert isinstance(plan["compare"], dict) and plan["compare"]["kind"] == "previous"


@pytest.mark.parametrize(
    ("question", "days"),
    [("3月每天销售额的7日移动平均", 7), ("14日滚动平均的订单数，按天，3月", 14), ("8月滚动28日的订单数按天", 28)],
)
def test_a_bare_number_of_days_before_a_moving_average(demo: Asker, question: str, days: int) -> None:
    window = asked(demo, question)["window"]
    assert isinstance(window, dict) and (window["trailing"], window["unit"]) == (days, "day")
