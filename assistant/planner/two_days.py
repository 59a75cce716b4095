"""The two days of a question about what changed: "from June 1 to December 31", "since June", 6月底到年底."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from assistant.language.meanings import PeriodTerm
from assistant.language.single_periods import days_of
from assistant.planner.draft import Draft, Item
from semantic_layer.columns import Note

BESIDE = ("at_end", "until_end", "starts_ends", "group", "act", "in_period", "inside", "restricts", "relative", "than", "conj")
SINCE = ("since", "以来", "以", "来", "至今", "起", "开始", "到现在", "迄今")
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
    return TwoDays(first, None if last >= today else last, (*items, *beside))


def claim_days(draft: Draft, days: TwoDays) -> None:
    """Takes the words of the days, and says which they are where none was named."""
    for item in days.items:
        item.role = "the two days"
    draft.periods = []
    if not days.items:
        parts = {"start": days.first.isoformat(), "end": draft.today.as_of.isoformat()}
        draft.notes.append(Note(code="default_days", parts=parts))


def _first_day(draft: Draft, item: Item, days: tuple[date, date], last: date) -> date:
    """The last day of what is named first. "From June" reaches to today: its first day, or 从6月底 that month's last."""
    if days[1] < last:
        return days[1]
    if not _is_an_end(draft, item):
        return days[0]
    return days[0].replace(day=monthrange(days[0].year, days[0].month)[1])


def _is_an_end(draft: Draft, item: Item) -> bool:
    """6月底: the last day of what is named."""
    following = draft.touching(item, 1)
    return any(each is not None and each.word("at_end", "until_end") for each in (following, draft.touching(item, -1)))


def _beside(draft: Draft, item: Item, way: int) -> list[Item]:
    """Words that belong to the days: 底, 以来, "at the end of"."""
    found: list[Item] = []
    at = draft.touching(item, way)
    while at is not None and at.free and at.is_word and (at.text.lower() in SINCE or at.word("at_end", "until_end")):
        found.append(at)
        at = draft.touching(at, way)
    return found
