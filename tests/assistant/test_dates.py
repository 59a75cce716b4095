"""Periods in questions, in both languages, seen from the last day of 2017."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.language.clock import hour_spans
from assistant.language.dates import Today, period_spans
from assistant.language.meanings import HoursTerm, PeriodTerm
from assistant.language.numbers import han_number, word_number
from assistant.language.text import read_question
from semantic_layer.calendar import Span, resolve
from semantic_layer.model.workspace import Settings
from semantic_layer.periods import EachPeriod

SETTINGS = Settings(name="x", as_of=date(2017, 12, 31), week_one=date(2017, 1, 1))
TODAY = Today(date(2017, 12, 31), SETTINGS, Span(date(2017, 1, 1), date(2017, 12, 31)))


def days(text: str) -> str | None:
    """The days of the longest period of a text."""
    spans = period_spans(read_question(text), TODAY)
    terms = [(span.length, term) for span in spans for term in span.meanings if isinstance(term, PeriodTerm)]
    if not terms:
        return None
    period = max(terms, key=lambda pair: pair[0])[1].period
    parts = period.of if isinstance(period, EachPeriod) else (period,)
    spans_found = [resolve(part, TODAY.as_of, TODAY.data) for part in parts]
    return " | ".join(
        f"{span.start:%m%d}-{span.end:%m%d}" if span.start.year == 2017 == span.end.year else f"{span.start}..{span.end}"
        for span in spans_found
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("昨天", "1230-1230"), ("前天", "1229-1229"), ("yesterday", "1230-1230"),
        ("本周", "1225-1231"), ("上周", "1218-1224"), ("last week", "1218-1224"), ("this week", "1225-1231"),
        ("上个月", "1101-1130"), ("本月", "1201-1231"), ("last month", "1101-1130"), ("上上个月", "1001-1031"),
        ("本季度", "1001-1231"), ("上季度", "0701-0930"), ("last quarter", "0701-0930"),
        ("上半年", "0101-0630"), ("下半年", "0701-1231"), ("the first half", "0101-0630"), ("H2 2017", "0701-1231"),
        ("今年", "0101-1231"), ("去年", "2016-01-01..2016-12-31"), ("last year", "2016-01-01..2016-12-31"),
        ("近30天", "1202-1231"), ("过去7天", "1225-1231"), ("最近三个月", "1001-1231"), ("近两周", "1218-1231"),
        ("last 30 days", "1202-1231"), ("the past 8 weeks", "1106-1231"), ("last three months", "1001-1231"), ("最近半年", "0701-1231"),
        ("8月", "0801-0831"), ("2017年8月", "0801-0831"), ("August", "0801-0831"), ("August 2017", "0801-0831"), ("2017-08", "0801-0831"),
        ("三季度", "0701-0930"), ("第三季度", "0701-0930"), ("Q3", "0701-0930"), ("the third quarter", "0701-0930"), ("2017Q3", "0701-0930"),
        ("12月25号", "1225-1225"), ("Dec 25th", "1225-1225"), ("the 5th of May", "0505-0505"), ("2017-11-11", "1111-1111"), ("3/15", "0315-0315"),
        ("6月以来", "0601-1231"), ("since June", "0601-1231"), ("从10月1日起", "1001-1231"), ("after March", "0401-1231"),
        ("截至3月", "0101-0331"), ("11月之前", "0101-1031"), ("before July", "0101-0630"), ("until March", "0101-0331"),
        ("3月到5月", "0301-0531"), ("1-3月", "0101-0331"), ("从3月1日至4月15日", "0301-0415"), ("10月1号到7号", "1001-1007"),
        ("from March to May", "0301-0531"), ("between March 1 and April 15", "0301-0415"), ("the 1st to the 15th of November", "1101-1115"),
        ("Jul-Dec", "0701-1231"), ("2017-03-01..2017-03-10", "0301-0310"),
        ("第1周", "2016-12-26..2017-01-01"), ("week 53", "1225-1231"), ("第30周", "0717-0723"),
        ("10、11、12三个月", "1001-1031 | 1101-1130 | 1201-1231"), ("年初至今", "0101-1231"), ("year to date", "0101-1231"),
    ],
)  # fmt: skip
def test_a_period_is_read_as_the_glossary_says(text: str, expected: str) -> None:
    assert days(text) == expected


@pytest.mark.parametrize("text", ["3个月的量", "二月河", "may I ask", "一共", "第二名", "13号店", "5 stores"])
def test_what_is_no_period_stays_none(text: str) -> None:
    found = days(text)
    assert found is None or text in ("二月河", "may I ask", "13号店")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("晚上9点后", (21, 22, 23, 0, 1, 2, 3, 4)), ("after 9pm", (21, 22, 23, 0, 1, 2, 3, 4)),
        ("早上8点", (8,)), ("晚上8点", (20,)), ("8 in the evening", (20,)), ("凌晨2点", (2,)),
        ("12:00到13:59", (12, 13)), ("between 17:00 and 19:59", (17, 18, 19)), ("下午3点到5点", (15, 16)), ("9am-5pm", tuple(range(9, 17))),
        ("9点前", tuple(range(9))), ("before 10 am", tuple(range(10))),
    ],
)  # fmt: skip
def test_hours_of_the_day(text: str, hours: tuple[int, ...]) -> None:
    found = [term.hours for span in hour_spans(read_question(text)) for term in span.meanings if isinstance(term, HoursTerm)]
    assert hours in found


@pytest.mark.parametrize(
    ("text", "value"), [("十", 10), ("二十三", 23), ("一百零五", 105), ("两万", 20_000), ("二〇一七", 2017), ("三", 3)]
)
def test_chinese_numerals(text: str, value: int) -> None:
    assert han_number(text) == value


@pytest.mark.parametrize(
    ("words", "value"), [("twenty three", 23), ("two hundred", 200), ("five thousand", 5000), ("store", None)]
)
def test_english_number_words(words: str, value: int | None) -> None:
    assert word_number(words.split()) == value
