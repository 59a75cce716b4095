"""Fiscal years in questions: read where the workspace declares one, refused in words where it does not."""

from __future__ import annotations

import pytest
from conftest import Asker
from tea_variants import tea_with


@pytest.fixture(scope="module")
def fiscal(tea: Asker, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """The tea shop with a fiscal year from April, seen from the last day of 2025."""
    return tea_with(tea, tmp_path_factory.mktemp("workspaces") / "fiscal", "fiscal_year_start: 4")


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("本财年的成交额", "2025-04-01", "2025-12-31"), ("成交额 this fiscal year", "2025-04-01", "2025-12-31"),
        ("财年至今的成交额", "2025-04-01", "2025-12-31"), ("成交额 fiscal year to date", "2025-04-01", "2025-12-31"),
        ("成交额 FYTD", "2025-04-01", "2025-12-31"),
        ("上个财年的成交额", "2024-04-01", "2025-03-31"), ("成交额 last fiscal year", "2024-04-01", "2025-03-31"),
        ("本财季的成交额", "2025-10-01", "2025-12-31"), ("上个财季的成交额", "2025-07-01", "2025-09-30"),
        ("成交额 last fiscal quarter", "2025-07-01", "2025-09-30"),
        ("FY2024的成交额", "2024-04-01", "2025-03-31"), ("2024财年的成交额", "2024-04-01", "2025-03-31"),
        ("成交额 in FY24", "2024-04-01", "2025-03-31"), ("成交额 in fiscal 2024", "2024-04-01", "2025-03-31"),
        ("2024财年第二季度的成交额", "2024-07-01", "2024-09-30"), ("成交额 in Q2 FY2024", "2024-07-01", "2024-09-30"),
        ("2024财年Q4成交额", "2025-01-01", "2025-03-31"), ("成交额 in the first fiscal quarter of FY2025", "2025-04-01", "2025-06-30"),
        ("本财年第一财季的成交额", "2025-04-01", "2025-06-30"), ("第四财季的成交额", "2025-01-01", "2025-03-31"),
        ("近两个财季的成交额", "2025-07-01", "2025-12-31"), ("成交额 over the last 2 fiscal quarters", "2025-07-01", "2025-12-31"),
    ],
)  # fmt: skip
def test_fiscal_periods_are_those_of_the_workspace(fiscal: Asker, question: str, start: str, end: str) -> None:
    reply = fiscal.ask(question)
    assert reply.status == "answered", reply.answer
    assert reply.period is not None
    assert (reply.period["start"], reply.period["end"]) == (start, end)


def test_a_fiscal_year_by_its_number_says_how_it_is_named(fiscal: Asker) -> None:
    assert "财年以其开始的公历年命名。" in fiscal.ask("FY2024的成交额").assumptions
    assert fiscal.ask("上个财年的成交额").assumptions == []


def test_a_fiscal_period_is_called_so_in_the_reading(fiscal: Asker) -> None:
    assert "2025年10月起的财季（2025-10-01 至 2025-12-31）" in fiscal.ask("本财季的成交额").reading


def test_a_fiscal_year_that_is_not_over_says_so_and_goes_with_as_many_days(fiscal: Asker) -> None:
    reply = fiscal.ask("成交额 this fiscal year vs last fiscal year")
    assert any("财年尚未结束" in each for each in reply.assumptions)
    assert "2024-04-01 至 2024-12-31" in reply.reading


def test_the_fiscal_quarter_before(fiscal: Asker) -> None:
    reply = fiscal.ask("上个财季比前一个财季成交额增长多少")
    assert "2025年7月起的财季" in reply.reading
    assert "2025年第2季度" in reply.reading


@pytest.mark.parametrize("question", ["上财年每个财季的成交额", "成交额 by fiscal quarter last fiscal year"])
def test_fiscal_quarters_are_buckets(fiscal: Asker, question: str) -> None:
    reply = fiscal.ask(question)
    assert [row[0] for row in reply.rows] == ["2024-04-01", "2024-07-01", "2024-10-01", "2025-01-01"]


def test_fiscal_years_that_the_days_cut_are_named_as_not_whole(fiscal: Asker) -> None:
    reply = fiscal.ask("2025年成交额按财年")
    assert [row[0] for row in reply.rows] == ["2024-04-01", "2025-04-01"]
    assert any("2024年4月起的财年、2025年4月起的财年" in each for each in reply.assumptions)


def test_a_calendar_year_beside_a_fiscal_word_is_not_guessed(fiscal: Asker) -> None:
    reply = fiscal.ask("去年财年的成交额")
    assert (reply.status, reply.reason and reply.reason["code"]) == ("refused", "unbound_word")


@pytest.mark.parametrize(
    "question",
    [
        "sales this fiscal year", "sales in FY2017", "sales last fiscal quarter", "sales by fiscal quarter", "fiscal year to date sales",
        "sales in Q2 FY2017", "本财年的销售额", "上个财季的销售额", "财年至今的销售额", "按财季的销售额", "2017财年销售额", "近两个财年的销售额",
    ],
)  # fmt: skip
def test_without_a_fiscal_year_the_reply_says_that_none_is_declared(demo: Asker, question: str) -> None:
    reply = demo.ask(question)
    assert (reply.status, reply.reason and reply.reason["code"]) == ("refused", "not_defined")
    assert "declares no fiscal year" in reply.answer or "没有定义财年" in reply.answer


def test_a_follow_up_may_not_slip_past_it(demo: Asker) -> None:
    assert demo.ask("sales last month", "and by department in FY2017?").status == "refused"
