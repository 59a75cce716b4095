"""Holidays on the page: their words, and when they are."""

from __future__ import annotations

from assistant.dictionary.writer import Both, Writer, code, flow, plain
from semantic_layer.model.holidays import Holiday, HolidayDays
from semantic_layer.requests import plain as as_data

MOST_YEARS = 6
"""A longer list of years is told by its first and its last one."""


def holidays(writer: Writer) -> list[str]:
    """A row for each holiday, in the analyst's order."""
    rows: list[list[str]] = []
    for holiday in writer.workspace.holidays:
        label, words = writer.label(holiday), writer.word_lists(holiday.synonyms)
        rows.append([label.en, label.zh, words.en, words.zh, _when(holiday)])
    also = writer.say("rows", "synonyms")
    headings = [Both("English"), Both(zh="中文"), Both(also.en), Both(zh=also.zh), writer.say("rows", "when")]
    return writer.listing(headings, rows)


def _when(holiday: Holiday) -> str:
    """When a holiday is, as a workspace would write it."""
    if holiday.day is not None:
        return f"{holiday.day.month:02}-{holiday.day.day:02}"
    if holiday.start is not None and holiday.end is not None:
        start, end = holiday.start, holiday.end
        return f"{start.month:02}-{start.day:02} … {end.month:02}-{end.day:02}"
    if holiday.weekday is not None:
        return code(flow(as_data(holiday.weekday)))
    if holiday.easter is not None:
        return code(flow({"easter": holiday.easter}))
    days = [_days(holiday.dates[year]) for year in sorted(holiday.dates)]
    return plain(" / ".join(days) if len(days) <= MOST_YEARS else f"{days[0]} … {days[-1]}")


def _days(days: HolidayDays) -> str:
    return str(days.start) if days.start == days.end else f"{days.start} … {days.end}"
