"""Running totals, trailing days and moving averages, as people ask for them."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.outcome import Refuse


@pytest.mark.parametrize(
    ("question", "window", "by"),
    [
        # A running total runs from the beginning of the smallest calendar unit that begins with the asked days.
        ("cumulative units by month", {"to_date": "year"}, ["month"]),
        ("11月逐日累计销售额", {"to_date": "month"}, ["date"]),
        ("running total of orders by week in Q2", {"to_date": "quarter"}, ["week"]),
        ("销量年初至今按季度累计", {"to_date": "year"}, ["quarter"]),
        ("year to date orders at the end of August", {"to_date": "year"}, []),
        # Days that trail each bucket.
        ("11月每天的滚动14天订单数", {"trailing": 14, "unit": "day"}, ["date"]),
        ("rolling 3 month sales by month", {"trailing": 3, "unit": "month"}, ["month"]),
        ("customers over the trailing 30 days, by month", {"trailing": 30, "unit": "day"}, ["month"]),
        # A moving average without a cut is of each of its units.
        ("For each of the last 14 days, give me the trailing 7-day sales total", {"trailing": 7, "unit": "day"}, ["date"]),
        (
            "Can I get the trailing 7-day average of daily sales for each day of August?",
            {"trailing": 7, "unit": "day", "average": True},
            ["date"],
        ),
        ("从7月累计到12月,每个月底的累计销售额分别是多少?", {"to_date": "half"}, ["month"]),
        ("7月到12月每个月底的累计销售额", {"to_date": "half"}, ["month"]),
        ("30-day moving average of units in November", {"trailing": 30, "unit": "day", "average": True}, ["date"]),
        ("11月订单数的7天移动平均", {"trailing": 7, "unit": "day", "average": True}, ["date"]),
    ],
)
def test_which_days_are_counted(demo: Asker, question: str, window: dict[str, Any], by: list[str]) -> None:
    found = request(demo, question)
    assert {key: value for key, value in found["window"].items() if value and (key != "unit" or "trailing" in window)} == window
    assert [ref.get("name") or ref.get("grain") for ref in found.get("by", [])] == by


@pytest.mark.parametrize(
    "question",
    [
        "cumulative sales by day from March 10 to April 5",  # no month, quarter or year begins with these days
        "7-day moving average of the average order value",  # the days of a ratio do not add up
        "3月10日到4月5日每天的累计销售额",
    ],
)
def test_what_has_no_running_total_is_refused(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    assert isinstance(outcome, Refuse)
    assert outcome.code == "running"


def test_to_date_alone_is_a_period(demo: Asker) -> None:
    assert "window" not in request(demo, "year to date sales")
    assert "window" not in request(demo, "累计销售额")


def test_a_follow_up_lays_a_window_over_the_last_request(demo: Asker) -> None:
    reply = demo.ask("sales by day in November", "as a 7 day rolling sum").contract("t")
    assert reply["reading"] == "Sales over the last 7 days · by day · November 2017"
    assert demo.ask("按月看订单数", "累计的呢").contract("t")["columns"] == ["month", "baskets_year_to_date"]


def test_from_one_month_to_another_a_total_runs_over_the_days_between(demo: Asker) -> None:
    assert request(demo, "从7月累计到12月,每个月底的累计销售额分别是多少?")["period"] == {
        "kind": "dates",
        "start": "2017-07-01",
        "end": "2017-12-31",
    }


@pytest.mark.parametrize("question", ["每个月底的客户数", "5月末有多少客户"])
def test_the_end_of_a_month_is_not_the_month(demo: Asker, question: str) -> None:
    assert isinstance(understood(demo, question), Refuse)
