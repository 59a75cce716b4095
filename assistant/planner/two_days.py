"""The two days of a question about what changed: "from June 1 to December 31", "since June", 6月底到年底."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from assistant.language.meanings import GrainTerm, PeriodTerm
from assistant.language.single_periods import days_of
from assistant.planner.draft import Draft, Item
from semantic_layer.columns import Note

BESIDE = ("at_end", "until_end", "starts_ends", "group", "act", "in_period", "inside", "restricts", "relative", "than", "conj")
SINCE = ("since", "between", "from", "以来", "以", "来", "至今", "起", "开始", "到现在", "迄今")
MONTHS = {"month": 1, "quarter": 3, "year": 12}
AGO = ("ago", "earlier", "前", "之前", "以前")
END = ("end", "close", "last day")
LINKS = ("of", "the", "at")
"""Words between the end and what ends: "the end of October"."""
BACK = 90
"""How many days ago the first day is where none is named; the answer says so."""


class TwoDays(NamedTuple):
    """The first day, and the last; None for the last is today.

    Attributes:
        items: The words that say so.
    """

    first: date
    last: date | None
    items: tuple[Item, ...]


def two_days(draft: Draft) -> TwoDays | None:
    """The days; None where more than two periods are named, or they are no two days in this order.

    Of one period they are its first day and its last; of one day that day and today; of two periods the last day of each.
    """
    items = [item for item in draft.items if item.get(PeriodTerm) is not None and item.role != "aside"]
    ago = _units_ago(draft) if not items else None
    if ago is not None:
        return ago
    spans = [days_of(term.period, draft.today) for item in items if (term := item.get(PeriodTerm)) is not None]
    today = draft.today.as_of
    if not spans:
        return TwoDays(today - timedelta(days=BACK), None, ())
    if len(spans) > 2:
        return None
    if len(spans) == 2:
        first, last = _first_day(draft, items[0], spans[0], spans[1][1]), spans[1][1]
    elif spans[0][0] == spans[0][1] or _is_an_end(draft, items[0]):
        first, last = _first_day(draft, items[0], spans[0], today), today
    else:
        first, last = spans[0]
    if first >= min(last, today):
        return None
    beside = [each for item in items for way in (-1, 1) for each in _beside(draft, item, way)]
    beside += _end_of_year(draft) if len(spans) == 1 and last >= today else []
    return TwoDays(first, None if last >= today else last, (*items, *beside))


def claim_days(draft: Draft, days: TwoDays) -> None:
    """Takes the words of the days, and says which they are where none was named."""
    for item in days.items:
        item.role = "the two days"
    draft.periods = []
    draft.by = [ref for ref in draft.by if getattr(ref, "kind", "") != "time"]
    if not days.items:
        parts = {"start": days.first.isoformat(), "end": draft.today.as_of.isoformat()}
        draft.notes.append(Note(code="default_days", parts=parts))


def _first_day(draft: Draft, item: Item, days: tuple[date, date], last: date) -> date:
    """The last day of what is named first. "From June" reaches to today: its first day, or 从6月底 that month's last."""
    if days[1] < last:
        return days[1]
    if not _is_an_end(draft, item):
        return days[0]
    return _end_of_unit(item, days[0])


def _end_of_unit(item: Item, first: date) -> date:
    """The last day of the month, the quarter or the year that begins on a day; what is named tells which."""
    text = item.text.lower()
    if first.month in (1, 4, 7, 10) and re.search(r"季|quarter|\bq[1-4]", text):
        month = first.month + 2
    elif (first.month, first.day) == (1, 1) and not re.search(r"月|jan|\d[-/]\d", text):
        month = 12
    else:
        month = first.month
    return first.replace(month=month, day=monthrange(first.year, month)[1])


def _units_ago(draft: Draft) -> TwoDays | None:
    """ "A quarter ago", 一个季度前: that day and today."""
    for item in draft.items:
        grain, after = item.get(GrainTerm), draft.touching(item, 1)
        if grain is None or grain.grain not in MONTHS or after is None or after.text.lower() not in AGO:
            continue
        today = draft.today.as_of
        year, month = divmod(today.year * 12 + today.month - 1 - MONTHS[grain.grain], 12)
        day = min(today.day, monthrange(year, month + 1)[1])
        lead = [each for each in (draft.touching(item, -1),) if each is not None and each.text.lower() in SINCE]
        return TwoDays(date(year, month + 1, day), None, (item, after, *lead))
    return None


def _end_of_year(draft: Draft) -> list[Item]:
    """到年底: to the last day of this year, which is no earlier than today."""
    for item in draft.items:
        after = draft.touching(item, 1)
        if item.text == "年" and after is not None and after.word("at_end"):
            return [item, after]
    return []


def _is_an_end(draft: Draft, item: Item) -> bool:
    """6月底: the last day of what is named."""
    return any(_says_end(each) for way in (-1, 1) for each in _beside(draft, item, way, True))


def _says_end(item: Item) -> bool:
    return item.word("at_end", "until_end") or item.text.lower() in END


def _beside(draft: Draft, item: Item, way: int, claimed: bool = False) -> list[Item]:
    """Words that belong to the days: 底, 以来, "at the end of"; with `claimed` also those that are bound already."""
    found: list[Item] = []
    at = draft.touching(item, way)
    while at is not None and at.is_word and (at.free or claimed):
        link = way < 0 and at.text.lower() in LINKS
        if not link and at.text.lower() not in SINCE and not _says_end(at):
            break
        found.append(at)
        at = draft.touching(at, way)
    return found
