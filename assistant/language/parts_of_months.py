"""Parts of a month that a phrase names: its first days, its second week, its last Friday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from assistant.language.patterns import Parts
from semantic_layer.calendar import Span as Days

WEEK_OF_MONTH = "week_of_month"
"""The assumption that weeks of a month are counted from its first day."""

Part = tuple[Days, str | None]
"""Days of the month, with the code of what had to be assumed."""


def _edge(at_start: bool) -> Callable[[Parts, Days], Part]:
    def read(parts: Parts, month: Days) -> Part:
        """The first or last n days."""
        n = parts.need("n")
        if not 1 <= n <= month.days:
            raise ValueError(n)
        step = timedelta(days=n - 1)
        return (Days(month.start, month.start + step) if at_start else Days(month.end - step, month.end)), None

    return read


def _third(parts: Parts, month: Days) -> Part:
    """Days 1 to 10, 11 to 20, and the rest."""
    third = parts.ahead("third") or 0
    first = month.start + timedelta(days=10 * third)
    return Days(first, month.end if third == 2 else first + timedelta(days=9)), None


def _half(parts: Parts, month: Days) -> Part:
    """Days 1 to 15, and the rest."""
    middle = month.start + timedelta(days=14)
    return (Days(middle + timedelta(days=1), month.end) if parts.ahead("half_of_month") else Days(month.start, middle)), None


def _week(parts: Parts, month: Days) -> Part:
    """Seven days, counted from the first day of the month or, for the last week, back from its end."""
    nth = parts.nth()
    if nth < 0:
        return Days(month.end - timedelta(days=6), month.end), WEEK_OF_MONTH
    first = month.start + timedelta(days=7 * (nth - 1))
    if first > month.end:
        raise ValueError(nth)
    return Days(first, min(first + timedelta(days=6), month.end)), WEEK_OF_MONTH


def _weekday(parts: Parts, month: Days) -> Part:
    """One day: the nth of its kind in the month."""
    weekday = parts.weekday()
    if weekday is None:
        raise ValueError(weekday)
    day = _nth(month, weekday, parts.nth())
    return Days(day.start, day.start), None


def _weekend(parts: Parts, month: Days) -> Part:
    """The nth Saturday of the month with the Sunday after it."""
    saturday = _nth(month, 5, parts.nth())
    return Days(saturday.start, saturday.start + timedelta(days=1)), None


def _nth(month: Days, weekday: int, nth: int) -> Days:
    first = month.start + timedelta(days=(weekday - month.start.weekday()) % 7)
    found = [first + timedelta(days=7 * week) for week in range(5)]
    found = [day for day in found if day <= month.end]
    if nth > len(found):
        raise ValueError(nth)
    day = found[nth - 1] if nth > 0 else found[-1]
    return Days(day, day)


PARTS_OF_MONTHS: dict[str, Callable[[Parts, Days], Part]] = {
    "first_days": _edge(at_start=True),
    "last_days": _edge(at_start=False),
    "third": _third,
    "half_of_month": _half,
    "week_of_month": _week,
    "weekday_of_month": _weekday,
    "weekend_of_month": _weekend,
}
"""What a pattern reads, from its slots and the whole month."""
