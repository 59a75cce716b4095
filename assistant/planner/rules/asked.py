"""The periods that a question names, with the words that named them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from assistant.language.meanings import PeriodTerm
from assistant.planner.draft import Draft, Item
from semantic_layer.calendar import UNITS, Span, aligned_unit, resolve, unit_of
from semantic_layer.periods import Between, CalendarUnit, Period


@dataclass
class Asked:
    """One period with the items that named it."""

    items: list[Item]
    term: PeriodTerm

    @property
    def period(self) -> Period:
        return self.term.period


def span_of(period: Period, draft: Draft) -> Span:
    today = draft.today
    return resolve(period, today.as_of, today.data, today.settings.conventions)


def units_in(draft: Draft, grain: str, days: Span, weekdays: set[int] | None = None) -> int:
    """How many units of a grain the days touch; of single days only those of the week that are named."""
    unit, conventions = UNITS[grain], draft.workspace.workspace.conventions
    count, at = 0, days.start
    while at <= days.end:
        count += not weekdays or at.isoweekday() in weekdays
        at = unit_of(at, unit, conventions).end + timedelta(days=1)
    return count


def next_period(period: Period, draft: Draft) -> Period | None:
    """What is asked when only the period compared with is named: the one after "last month", else the current one."""
    if isinstance(period, Between):
        unit = aligned_unit(span_of(period, draft), draft.today.settings.conventions)
        current = CalendarUnit(unit=unit, offset=0) if unit is not None else None
        return current if current is not None and span_of(current, draft).start > span_of(period, draft).end else None
    if isinstance(period, CalendarUnit):
        return CalendarUnit(unit=period.unit, offset=period.offset + 1) if period.offset < 0 else None
    return None


def claim_links(draft: Draft, asked: list[Asked]) -> None:
    for first, second in pairwise(asked):
        for item in draft.between(first.items[-1], second.items[0]):
            if item.word("conj", "than", "side_by_side"):
                draft.claim("side by side", item)
