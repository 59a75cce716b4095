"""Like with like: what is not over, what the data does not reach, the same weekdays; seen from 17 December 2025."""

from __future__ import annotations

import pytest
from conftest import Asker
from tea_variants import tea_with

from assistant.reply import Reply


@pytest.fixture(scope="module")
def mid(tea: Asker, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """The tea shop in the middle of a month. Its data begins on 2 January 2024."""
    return tea_with(tea, tmp_path_factory.mktemp("workspaces") / "mid", "as_of: 2025-12-17")


def compared(reply: Reply) -> str:
    """The days that a reply compares with, from its reading."""
    assert reply.status == "answered", reply.answer
    return reply.reading.rpartition("(")[2].rstrip(")")


# ---- as many days ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "本月成交额环比", "本月成交额比上月增长多少", "本月成交额和上月对比", "12月成交额比11月增长多少", "12月和11月的成交额对比",
        "成交额 this month vs last month", "成交额 in December against November", "本月成交额和上月同期对比", "本月成交额对比上月同期",
        "本月成交额与上个月同样天数比", "成交额 this month against the same days last month", "成交额 this month like for like",
        "本月成交额同口径对比上月",
    ],
)  # fmt: skip
def test_a_month_that_is_not_over_is_compared_with_as_many_days(mid: Asker, question: str) -> None:
    reply = mid.ask(question)
    assert compared(reply) == "2025-11-01 至 2025-11-17"
    assert "所问的月尚未结束：只算了 2025-12-01 至 2025-12-17，共 17 天。" in reply.assumptions
    assert "因此与之前同样的天数比较：2025-11-01 至 2025-11-17，共 17 天。" in reply.assumptions


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("本月成交额同比", "2024-12-01 至 2024-12-17"),
        ("今年成交额比去年增长多少", "2024-01-01 至 2024-12-17"),
        ("成交额 this year compared with last year", "2024-01-01 至 2024-12-17"),
        ("本周成交额环比", "2025-12-07 至 2025-12-10"),
        ("本季度成交额和上季度同期比", "2025-07-01 至 2025-09-16"),
    ],
)
def test_so_are_weeks_quarters_and_years(mid: Asker, question: str, days: str) -> None:
    assert compared(mid.ask(question)) == days


def test_a_month_that_is_over_is_compared_with_the_whole_one_before(mid: Asker) -> None:
    reply = mid.ask("11月成交额环比")
    assert compared(reply) == "2025年10月"
    assert reply.assumptions == []


def test_another_month_that_is_named_stays_whole_and_is_said_to_be_longer(mid: Asker) -> None:
    reply = mid.ask("12月成交额比8月增长多少")
    assert "2025年8月" in reply.reading
    assert "所问的时间目前只有 17 天，比较的是 31 天（2025年8月）。" in reply.warnings


def test_two_rows_say_which_one_is_not_over(mid: Asker) -> None:
    reply = mid.ask("8月和12月的成交额")
    assert "其中一段时间尚未结束：2025-12-01 至 2025-12-17，只有 17 天。" in reply.assumptions


@pytest.mark.parametrize("question", ["本月的成交额", "12月的成交额", "成交额 in December"])
def test_a_month_that_is_not_over_says_so(mid: Asker, question: str) -> None:
    assert mid.ask(question).assumptions == ["所问的月尚未结束：只算了 2025-12-01 至 2025-12-17，共 17 天。"]


# ---- the same weekdays --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "本月成交额，同星期对比", "本月成交额与上月同样的星期对比", "本月成交额和上个月的相同星期比", "本月成交额和上月同星期对比",
        "成交额 this month compared with the same weekdays last month", "compare 成交额 with the same weekdays last month",
        "成交额 this month weekday-aligned",
    ],
)  # fmt: skip
def test_on_request_the_same_weekdays_are_compared(mid: Asker, question: str) -> None:
    reply = mid.ask(question)
    # 1 December is a Monday, as 27 October is: five weeks lie between them, so that the two are apart.
    assert compared(reply) == "2025-10-27 至 2025-11-12"
    assert "星期对齐" in reply.reading


@pytest.mark.parametrize(
    "question", ["11月成交额跟10月同星期对比", "成交额 in November aligned by weekday", "上个月成交额按星期对齐环比"]
)
def test_a_whole_month_may_be_aligned_as_well(mid: Asker, question: str) -> None:
    assert compared(mid.ask(question)) == "2025-09-27 至 2025-10-26"


def test_weekdays_of_two_months_that_do_not_follow_each_other_are_not_matched(mid: Asker) -> None:
    reply = mid.ask("11月成交额跟8月同星期对比")
    assert (reply.status, reply.reason and reply.reason["code"]) == ("refused", "unbound_word")


# ---- what the data does not reach ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["2024年的成交额", "成交额 since 2023", "2024年1月的成交额"])
def test_data_that_begins_inside_the_period_is_said(mid: Asker, question: str) -> None:
    assert "所问时间有一部分不在数据内；数据从 2024-01-02 到 2025-12-17。" in mid.ask(question).warnings


def test_a_period_compared_with_that_begins_before_the_data_is_said(mid: Asker) -> None:
    reply = mid.ask("2024年2月成交额环比")
    assert compared(reply) == "2024年1月"
    assert any("比较的时间有一部分不在数据内" in each for each in reply.warnings)


def test_buckets_that_are_not_whole_are_named(mid: Asker) -> None:
    assert "不完整、天数比其他少的：2025年12月。" in mid.ask("第四季度每月成交额").assumptions
    assert "不完整、天数比其他少的：2024年1月。" in mid.ask("2024年成交额的月度趋势").assumptions
    assert not any("不完整" in each for each in mid.ask("第三季度每月成交额").assumptions)


def test_the_default_period_says_where_the_data_begins_inside_it(tea: Asker, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("workspaces") / "first_year"
    first_year = tea_with(tea, folder, "as_of: 2024-12-31")
    reply = first_year.ask("成交额")
    assert any("问题没有说时间" in each for each in reply.assumptions)
    assert any("数据从 2024-01-02" in each for each in reply.warnings)
