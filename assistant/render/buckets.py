"""Places on an axis that have an order of their own: buckets of time, hours, weekdays. What lies between two is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAYS = {"date": 1, "week": 7}
CYCLES = ("hour", "weekday", "is_weekend")
"""Grains whose values come again and again, and are few."""
MOST_FILLED = 1500
"""Beyond so many places the missing ones stay missing."""


def day_of(key: Any) -> date:
    return date.fromisoformat(str(key)[:10])


def after(first: date, grain: str) -> date:
    """The first day of the next bucket."""
    if grain in DAYS:
        return first + timedelta(days=DAYS[grain])
    years, month = divmod(first.month - 1 + MONTHS[grain], 12)
    return date(first.year + years, month + 1, 1)


def filled(keys: Sequence[Any], grain: str | None) -> list[Any]:
    """Keys in order, with those between them that are missing, so that an axis does not close its gaps."""
    known = sorted(keys)
    if grain in ("hour", "weekday") and known:
        return list(range(known[0], known[-1] + 1))
    if grain not in (*DAYS, *MONTHS) or len(known) < 2:
        return known
    found = set(known)
    day, last = day_of(known[0]), day_of(known[-1])
    while day < last:
        found.add(day.isoformat())
        if len(found) > MOST_FILLED:
            return known
        day = after(day, str(grain))
    return sorted(found)


def is_partial(key: Any, grain: str | None, period: dict[str, Any], last: bool) -> bool:
    """Whether a bucket is longer than what was counted: it holds the first or last asked day, or today, and others beyond.

    Args:
        period: A reply's, with `start`, `end` and `as_of` in ISO form, each of which may be missing.
        last: No bucket comes after it, so that nothing is known from after today.
    """
    if grain not in ("week", *MONTHS):
        return False
    first = day_of(key)
    end = after(first, str(grain)) - timedelta(days=1)
    start_asked, end_asked, today = (day_of(period[name]) if period.get(name) else None for name in ("start", "end", "as_of"))
    begins_early = start_asked is not None and first < start_asked <= end
    ends = [end_asked, today if last else None]
    return begins_early or any(day is not None and first <= day < end for day in ends)
