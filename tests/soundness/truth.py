"""What the answer must be, by brute force: one flat frame by pandas joins, then its rows taken one by one.

Nothing here comes from the compiler. Conditions are the two-valued logic that is promised, calendar buckets are pandas
periods, and the metrics are written out once more in `arithmetic`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

import pandas as pd

from soundness.arithmetic import METRICS, Row, Rows, less, over
from soundness.shop import FIRST, LAST, Tables

Request = dict[str, Any]
Group = tuple[Any, ...]
Figures = dict[Group, list[Any]]

UNKNOWN = "Unknown"
FREQUENCIES = {"date": "D", "month": "M", "quarter": "Q", "year": "Y"}
WEEKS = {"monday": "W-SUN", "saturday": "W-FRI", "sunday": "W-SAT"}
SERIES = ("date", "week", "month", "quarter", "year")
GRAINS = (*SERIES, "hour", "weekday", "is_weekend")


class Truth:
    """The right answers about some tables."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    @cached_property
    def flat(self) -> Rows:
        """A row for each line, with all that is known of it."""
        frames = self.tables.frames
        people = frames["customers"].merge(frames["regions"], on="region_id", how="left", validate="many_to_one")
        flat = frames["lines"].merge(frames["items"], on="item_id", how="left", validate="many_to_one")
        flat = flat.merge(people, on="customer_id", how="left", validate="many_to_one")
        flat = flat.merge(frames["listings"], on=["shop_id", "item_id"], how="left", validate="many_to_one")
        local = pd.to_datetime(flat["sold_utc"]).dt.tz_localize("UTC").dt.tz_convert(self.tables.zone).dt.tz_localize(None)
        return records(flat.assign(sold_at=local.astype(object)))

    def rows(self, request: Request) -> Figures:
        """The figures of each group."""
        by, (start, end) = request.get("by", []), days_of(request.get("period"))
        found = self.groups(request["metrics"], by, request.get("where"), start, end)
        if len(by) == 1 and by[0] in SERIES and "limit" not in request:
            buckets = self.buckets(by[0], max(start, FIRST), min(end, LAST))
            return {(each.isoformat(),): found.get((each.isoformat(),), nothing(request["metrics"])) for each in buckets}
        return found

    def groups(self, metrics: list[str], by: list[str], where: Any, start: date, end: date) -> Figures:
        """The figures of the groups that have rows on some days; without dimensions there is always one group."""
        parted: dict[Group, dict[str, Rows]] = {} if by else {(): {}}
        for time in {time for name in metrics for time in METRICS[name].times}:
            for row in self.flat:
                if row[time] is not None and start <= day(row[time]) <= end and self.holds(where, row, time):
                    group = tuple(self.shown(row, ref, time) for ref in by)
                    parted.setdefault(group, {}).setdefault(time, []).append(row)
        return {group: [METRICS[name].of(rows) for name in metrics] for group, rows in parted.items()}

    def buckets(self, grain: str, start: date, end: date) -> list[date]:
        """The first days of all buckets that hold one of the days."""
        return list(dict.fromkeys(self.bucket(each.date(), grain) for each in pd.date_range(start, end)))

    def bucket(self, moment: date | datetime, grain: str, step: int = 0) -> Any:
        """A time cut to a grain: the first day of its bucket, or of the one so many steps later."""
        match grain:
            case "hour":
                return moment.hour
            case "weekday":
                return moment.isoweekday()
            case "is_weekend":
                return moment.isoweekday() > 5
        return first_day(day(moment), WEEKS[self.tables.week_start] if grain == "week" else FREQUENCIES[grain], step)

    def value(self, row: Row, ref: str, time: str) -> Any:
        """`month` is a bucket of the metric's time; `shipped_on.month` says of which."""
        name, _, grain = ref.rpartition(".")
        if grain not in GRAINS:
            return day(row[ref]) if ref == "sold_at" else row[ref]
        moment = row[name or time]
        return None if moment is None else self.bucket(moment, grain)

    def shown(self, row: Row, ref: str, time: str) -> Any:
        value = self.value(row, ref, time)
        if value is None:
            return UNKNOWN
        return value.isoformat() if isinstance(value, date) else value

    def holds(self, where: Any, row: Row, time: str = "sold_at") -> bool:
        """Two-valued: an unknown value meets no comparison, and `not` is true wherever the condition is not."""
        if where is None:
            return True
        if "all" in where:
            return all(self.holds(part, row, time) for part in where["all"])
        if "any" in where:
            return any(self.holds(part, row, time) for part in where["any"])
        if set(where) == {"not"}:
            return not self.holds(where["not"], row, time)
        left = self.value(row, where["field"], time)
        word, right = next((word, right) for word, right in where.items() if word != "field")
        if isinstance(right, dict):
            right = self.value(row, right["field"], time)
        return compare(left, word, right)


def compare(left: Any, word: str, right: Any) -> bool:
    match word:
        case "missing":
            return (left is None) == right
        case "is":
            return same(left, right)
        case "in":
            return any(same(left, each) for each in right)
        case "not" | "not_in":
            return not compare(left, "is" if word == "not" else "in", right)
        case "between":
            return compare(left, "at_least", right[0]) and compare(left, "at_most", right[1])
    if left is None or right is None:
        return False
    right = like(right, left)
    match word:
        case "contains":
            return right.lower() in left.lower()
        case "at_least":
            return left >= right
        case "more_than":
            return left > right
        case "at_most":
            return left <= right
        case _:
            return left < right


def same(left: Any, right: Any) -> bool:
    if left is None or right is None or right == UNKNOWN:
        return left is None and right == UNKNOWN
    return left == like(right, left)


def like(value: Any, left: Any) -> Any:
    """A value as it is written in a request, as the type of what it is compared with."""
    if isinstance(left, date) and isinstance(value, str):
        return date.fromisoformat(value)
    return Decimal(str(value)) if isinstance(left, Decimal) else value


def day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


@cache
def first_day(of: date, frequency: str, step: int = 0) -> date:
    return (pd.Period(pd.Timestamp(of), frequency) + step).start_time.date()


def days_of(period: Any) -> tuple[date, date]:
    if period is None:
        return FIRST, LAST
    return date.fromisoformat(period.get("start", "0001-01-01")), date.fromisoformat(period.get("end", "9999-12-31"))


def records(frame: pd.DataFrame) -> Rows:
    """Rows as mappings; pandas' several ways to say that nothing is known are None."""
    return [{str(name): None if pd.isna(value) else value for name, value in row.items()} for row in frame.to_dict("records")]


def nothing(metrics: list[str]) -> list[Any]:
    """The figures of a group without rows: sums and counts are 0, all else is no figure."""
    return [METRICS[name].of({}) for name in metrics]


def side_by_side(now: Figures, earlier: Figures, metrics: list[str], groups: Iterable[Group]) -> Figures:
    """Value, the value before, the change and the growth, of each metric of each group."""
    sides: Figures = {}
    for group in groups:
        pairs = zip(now.get(group, nothing(metrics)), earlier.get(group, nothing(metrics)), strict=True)
        sides[group] = [cell for one, other in pairs for cell in (one, other, less(one, other), over(less(one, other), other))]
    return sides


def by_group(rows: Iterable[tuple[Any, ...]], dimensions: int) -> Figures:
    """Rows by their group. A group that stands there twice is an error of its own."""
    found: Figures = {}
    for row in rows:
        assert row[:dimensions] not in found, f"the group {row[:dimensions]} stands there twice"
        found[row[:dimensions]] = list(row[dimensions:])
    return found


def close(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-9)


def assert_equal(found: Figures, truth: Figures) -> None:
    assert found.keys() == truth.keys()
    for group, figures in truth.items():
        equal = [close(one, other) for one, other in zip(found[group], figures, strict=True)]
        assert all(equal), f"{group}: {found[group]} instead of {figures}"
