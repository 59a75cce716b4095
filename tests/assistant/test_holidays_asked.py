"""Holidays in questions: read as far as the workspace says when they are, and refused in words where it does not."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import Asker

from assistant.language.dates import Today, period_spans
from assistant.language.meanings import NoPeriodTerm, PeriodTerm
from assistant.language.single_periods import days_of
from assistant.language.text import read_question
from semantic_layer.loading.loader import parse_workspace

SHOP = parse_workspace(
    {
        "shop.yaml": """
workspace: {name: shop}
holidays:
  - christmas_day
  - new_years_eve
  - thanksgiving
  - {name: fair, label: {zh: 庙会, en: Fair}, dates: {2016: {start: 2016-06-10, end: 2016-06-12}, 2017: {start: 2017-06-02, end: 2017-06-04}}}
  - {name: old_fair, label: {zh: 旧庙会, en: Old fair}, dates: {2015: 2015-06-10}}
"""
    }
)


def read(text: str, as_of: str = "2017-12-31") -> str | None:
    """The days of the longest period of a text, or why there are none."""
    today = Today(date.fromisoformat(as_of), SHOP.workspace, None, SHOP.holidays)
    spans = period_spans(read_question(text), today)
    terms = [(span.length, term) for span in spans for term in span.meanings if isinstance(term, PeriodTerm | NoPeriodTerm)]
    if not terms:
        return None
    term = max(terms, key=lambda pair: pair[0])[1]
    if isinstance(term, NoPeriodTerm):
        return term.code
    days = days_of(term.period, today)
    return str(days.start) if days.days == 1 else f"{days.start}..{days.end}"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("on Christmas Day", "2017-12-25"), ("xmas", "2017-12-25"), ("圣诞节当天", "2017-12-25"), ("圣诞", "2017-12-25"),
        ("Thanksgiving", "2017-11-23"), ("Thanksgiving 2016", "2016-11-24"), ("Thanksgiving of 2016", "2016-11-24"),
        ("2016年感恩节", "2016-11-24"), ("去年的感恩节", "2016-11-24"), ("last year's Thanksgiving", "2016-11-24"),
        ("Thanksgiving last year", "2016-11-24"), ("this Thanksgiving", "2017-11-23"), ("the fair", "2017-06-02..2017-06-04"),
        ("new year's eve", "2017-12-31"), ("new years eve", "2017-12-31"), ("New Year’s Eve", "2017-12-31"),
    ],
)  # fmt: skip
def test_a_holiday_is_read_as_its_days(text: str, days: str) -> None:
    assert read(text) == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Thanksgiving week", "2017-11-20..2017-11-26"), ("the week of Thanksgiving", "2017-11-20..2017-11-26"),
        ("感恩节那周", "2017-11-20..2017-11-26"), ("感恩节那一周", "2017-11-20..2017-11-26"), ("去年感恩节那周", "2016-11-21..2016-11-27"),
        ("the week before Thanksgiving", "2017-11-16..2017-11-22"), ("感恩节前一周", "2017-11-16..2017-11-22"),
        ("the 3 days before Christmas", "2017-12-22..2017-12-24"), ("圣诞节前三天", "2017-12-22..2017-12-24"),
        ("two weeks leading up to Christmas", "2017-12-11..2017-12-24"), ("the month before Christmas", "2017-11-25..2017-12-24"),
        ("the day after Thanksgiving", "2017-11-24"), ("庙会后两天", "2017-06-05..2017-06-06"), ("the day before the fair", "2017-06-01"),
        ("the Friday after Thanksgiving", "2017-11-24"), ("the Monday before Christmas", "2017-12-18"), ("感恩节后的周一", "2017-11-27"),
        ("last Thanksgiving week", "2017-11-20..2017-11-26"), ("the week before last Thanksgiving", "2017-11-16..2017-11-22"),
        ("庙会期间", "2017-06-02..2017-06-04"), ("during the fair", "2017-06-02..2017-06-04"),
        ("from Thanksgiving to Christmas", "2017-11-23..2017-12-25"), ("感恩节到圣诞节", "2017-11-23..2017-12-25"),
        ("since Thanksgiving", "2017-11-23..2017-12-31"), ("圣诞节以来", "2017-12-25..2017-12-31"),
    ],
)  # fmt: skip
def test_days_around_a_holiday_are_counted_from_it(text: str, days: str) -> None:
    assert read(text) == days


@pytest.mark.parametrize(
    ("as_of", "days"), [("2017-11-23", "2017-11-23"), ("2017-11-22", "2016-11-24"), ("2018-03-01", "2017-11-23")]
)
def test_without_a_year_it_is_the_latest_one_that_has_begun(as_of: str, days: str) -> None:
    assert read("thanksgiving", as_of) == days


@pytest.mark.parametrize(
    ("text", "as_of", "days"),
    [
        ("fair 2015", "2017-12-31", "holiday_year"),
        ("the fair", "2017-06-01", "2016-06-10..2016-06-12"),
        ("the fair", "2016-03-01", "holiday_year"),
        # The fair of 2018 may be over: nobody has said when it was, so that of 2017 is not the latest.
        ("the fair", "2018-12-31", "holiday_year"),
        ("庙会", "2018-12-31", "holiday_year"),
        ("旧庙会", "2017-12-31", "holiday_year"),
    ],
)
def test_a_year_that_is_not_listed_is_not_guessed(text: str, as_of: str, days: str) -> None:
    assert read(text, as_of) == days


@pytest.mark.parametrize(
    "text",
    [
        "Thanksgiving weekend",
        "Christmas season",
        "感恩节周末",
        "圣诞节期间",
        "during Christmas",
        "Thanksgiving Friday",
        "圣诞节前后",
    ],
)
def test_what_nobody_has_laid_down_is_not_read(text: str) -> None:
    assert read(text) == "holiday_days"


def test_a_week_holds_the_whole_holiday_or_is_none() -> None:
    assert read("庙会那周") == "2017-05-29..2017-06-04"
    assert read("the week of the fair 2016") == "2016-06-06..2016-06-12"
    sunday = SHOP.workspace.model_copy(update={"week_start": "sunday"})
    today = Today(date(2017, 12, 31), sunday, None, SHOP.holidays)
    terms = [term for span in period_spans(read_question("庙会那周"), today) for term in span.meanings]
    assert (
        NoPeriodTerm("holiday_week_of_many", (("holiday", "fair"), ("start", date(2017, 6, 2)), ("end", date(2017, 6, 4))))
        in terms
    )


@pytest.mark.parametrize("text", ["Good Friday", "Easter Monday", "Cyber Monday", "黑色星期五"])
def test_a_holiday_that_is_not_declared_is_never_read_as_its_weekday(text: str) -> None:
    assert read(text) == "undeclared_holiday"


@pytest.mark.parametrize("text", ["easter", "双十一", "independence day"])
def test_other_holidays_that_are_not_declared_are_no_periods(text: str) -> None:
    assert read(text) is None


# ---- in whole questions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("Sales in Thanksgiving week?", "2017-11-20", "2017-11-26"),
        ("sales on Black Friday by department", "2017-11-24", "2017-11-24"),
        ("sales on Easter", "2017-04-16", "2017-04-16"),
        ("独立日的销售额", "2017-07-04", "2017-07-04"),
        ("黑五当天各部门销售额", "2017-11-24", "2017-11-24"),
        ("双十一当天的销售额", "2017-11-11", "2017-11-11"),
        ("orders the week before Christmas", "2017-12-18", "2017-12-24"),
        ("sales on Thanksgivng", "2017-11-23", "2017-11-23"),
    ],
)
def test_the_demo_answers_about_its_holidays(demo: Asker, question: str, start: str, end: str) -> None:
    reply = demo.ask(question)
    assert reply.status == "answered", reply.answer
    assert reply.period is not None
    assert (reply.period["start"], reply.period["end"]) == (start, end)


@pytest.mark.parametrize("question", ["sales in Christmas week vs Thanksgiving week", "圣诞节那周和感恩节那周的销售额对比"])
def test_two_weeks_of_holidays_stand_side_by_side(demo: Asker, question: str) -> None:
    reply = demo.ask(question)
    assert sorted(row[0] for row in reply.rows) == ["2017-11-20", "2017-12-25"]
    assert len(reply.assumptions) == 1  # how a holiday's week is read is said once


def test_periods_of_several_days_are_told_by_their_first_and_last_day(tea: Asker) -> None:
    reply = tea.ask("春节和国庆的成交额对比")
    assert "2025-01-28 – 2025-02-04" in reply.answer
    assert "2025-10-01 – 2025-10-07" in reply.answer


def test_a_span_of_the_workspace_is_read_as_it_is_declared(tea: Asker) -> None:
    period = tea.ask("国庆期间的成交额").period
    assert period is not None
    assert (period["start"], period["end"]) == ("2025-10-01", "2025-10-07")


def test_an_unlisted_year_is_refused_with_the_years_that_are_known(tea: Asker) -> None:
    reply = tea.ask("2023年春节的成交额")
    assert (reply.status, reply.reason and reply.reason["code"]) == ("refused", "not_defined")
    assert "2024、2025 年" in reply.answer
    assert "2023 年" in reply.answer
    english = tea.ask("成交额 on 春茶节 2024")
    assert "2025" in english.answer
    assert english.status == "refused"


def test_a_holiday_that_moves_is_compared_with_its_own_days_of_the_year_before(tea: Asker) -> None:
    reply = tea.ask("春节成交额同比")
    assert "2024-02-10 至 2024-02-17" in reply.reading
    assert tea.ask("春茶节成交额同比").status == "refused"


def test_the_year_before_is_not_had_by_moving_dates(demo: Asker) -> None:
    reply = demo.ask("what were last year sales on Thanksgiving?")
    assert reply.status == "refused"
    assert "November 24, 2016" in reply.answer
    across = demo.ask("last year from Thanksgiving to Christmas sales")
    assert "Please name the days" in across.answer


def test_a_follow_up_may_name_a_holiday(demo: Asker) -> None:
    period = demo.ask("sales last month", "and on Black Friday?").period
    assert period is not None
    assert period["start"] == "2017-11-24"


@pytest.mark.parametrize("question", ["sales on Diwali", "春节的销售额"])
def test_a_holiday_that_is_not_declared_is_an_unread_word(demo: Asker, question: str) -> None:
    reply = demo.ask(question)
    assert (reply.status, reply.reason and reply.reason["code"]) == ("refused", "unbound_word")
