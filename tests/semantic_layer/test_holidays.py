"""Holidays as data: when they are, and what a workspace may leave unsaid."""

from __future__ import annotations

from datetime import date

import pytest

from semantic_layer.calendar import Span
from semantic_layer.loading.loader import find_workspace, load_workspace, parse_workspace
from semantic_layer.model.holidays import Holiday, common_holidays
from semantic_layer.model.workspace import Workspace


def workspace(holidays: str) -> Workspace:
    return parse_workspace({"shop.yaml": f"workspace: {{name: shop}}\nholidays:\n{holidays}"})


def days_of(holiday: Holiday, year: int) -> str | None:
    span = holiday.in_year(year)
    return None if span is None else str(span.start) if span.days == 1 else f"{span.start}..{span.end}"


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("day: 12-25", "2017-12-25"),
        ("start: 10-01, end: 10-07", "2017-10-01..2017-10-07"),
        ("start: 12-24, end: 01-02", "2017-12-24..2018-01-02"),
        ("weekday: {month: 11, weekday: thursday, nth: 4}", "2017-11-23"),
        ("weekday: {month: 11, weekday: thursday, nth: 4, plus_days: 1}", "2017-11-24"),
        ("weekday: {month: 5, weekday: monday, nth: -1}", "2017-05-29"),
        ("weekday: {month: 2, weekday: monday, nth: 5}", None),
        ("easter: 0", "2017-04-16"),
        ("easter: -2", "2017-04-14"),
        ("dates: {2017: 2017-06-18}", "2017-06-18"),
        ("dates: {2017: {start: 2016-12-31, end: 2017-01-02}}", "2016-12-31..2017-01-02"),
        ("dates: {2016: 2016-06-18}", None),
    ],
)
def test_a_holiday_is_where_the_workspace_says(said: str, days: str | None) -> None:
    assert days_of(workspace(f"  - {{name: feast, {said}}}").holidays[0], 2017) == days


def test_a_name_alone_is_the_common_holiday_of_that_name() -> None:
    christmas = workspace("  - christmas_day").holidays[0]
    assert (christmas.label.zh, christmas.label.en, days_of(christmas, 2031)) == ("圣诞节", "Christmas Day", "2031-12-25")


def test_a_common_holiday_may_have_words_of_the_workspace() -> None:
    christmas = workspace("  - {name: christmas_day, label: {en: Yule}}").holidays[0]
    assert (christmas.label.en, christmas.label.zh, days_of(christmas, 2017)) == ("Yule", None, "2017-12-25")


def test_a_holiday_with_days_of_its_own_takes_nothing_from_the_common_one() -> None:
    festival = workspace("  - {name: spring_festival, dates: {2025: {start: 2025-01-28, end: 2025-02-04}}}").holidays[0]
    assert days_of(festival, 2025) == "2025-01-28..2025-02-04"
    assert (festival.label.zh, festival.in_year(2024)) == (None, None)


def test_a_list_of_years_says_which_years_are_known() -> None:
    feast = workspace("  - {name: feast, dates: {2018: 2018-06-18, 2016: 2016-06-18}}").holidays[0]
    assert feast.years == (2016, 2018)
    assert workspace("  - easter").holidays[0].years is None


def test_every_common_holiday_can_be_used_and_has_words_in_both_languages() -> None:
    found = workspace("".join(f"  - {name}\n" for name in common_holidays())).holidays
    assert all(each.is_placed and each.label.zh and each.label.en for each in found)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("thanksgiving", "2024-11-28"), ("black_friday", "2024-11-29"), ("cyber_monday", "2024-12-02"), ("labor_day", "2024-09-02"),
        ("memorial_day", "2024-05-27"), ("mothers_day", "2024-05-12"), ("easter", "2024-03-31"), ("good_friday", "2024-03-29"),
        ("spring_festival", "2024-02-10"), ("qingming", "2024-04-04"), ("dragon_boat_festival", "2024-06-10"),
        ("mid_autumn_festival", "2024-09-17"), ("double_ninth_festival", "2024-10-11"), ("lantern_festival", "2024-02-24"),
    ],
)  # fmt: skip
def test_common_holidays_that_move_are_on_their_day(name: str, day: str) -> None:
    assert days_of(workspace(f"  - {name}").holidays[0], 2024) == day


def test_the_checked_form_of_a_workspace_keeps_its_holidays() -> None:
    shop = workspace("  - easter\n  - {name: fair, dates: {2025: {start: 2025-09-06, end: 2025-09-14}}}")
    again = Workspace.model_validate_json(shop.model_dump_json())
    assert again == shop
    assert again.holidays[1].in_year(2025) == Span(date(2025, 9, 6), date(2025, 9, 14))


def test_the_demo_knows_the_holidays_of_its_year() -> None:
    demo = load_workspace(find_workspace("complete_journey"))
    said = {"thanksgiving": "2017-11-23", "black_friday": "2017-11-24", "easter": "2017-04-16", "independence_day": "2017-07-04"}
    found = {name: demo.holiday(name) for name in said}
    assert {name: days_of(holiday, 2017) for name, holiday in found.items() if holiday} == said
    assert all(holiday is not None and holiday.label.zh for holiday in found.values())


def test_without_a_month_there_is_no_fiscal_year() -> None:
    plain = parse_workspace({"shop.yaml": "workspace: {name: shop}"}).workspace
    april = parse_workspace({"shop.yaml": "workspace: {name: shop, fiscal_year_start: 4}"}).workspace
    assert (plain.fiscal_year_start, april.fiscal_year_start) == (None, 4)
    assert (plain.conventions.fiscal_start, april.conventions.fiscal_start) == (1, 4)
