"""What a reply holds that can be drawn: its rows, and which columns run along an axis, split into series, or are values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assistant.render.buckets import CYCLES, filled, is_partial
from assistant.render.columns import column_of
from assistant.reply import Reply
from assistant.wording.texts import cleaned
from semantic_layer.columns import UNKNOWN, Column


@dataclass(frozen=True)
class Source:
    """A reply's chart: its specification with the columns and rows that it names.

    Attributes:
        kind: The specification's; time runs along the axis of a `line` alone.
        x: The column along the axis.
        y: The columns of values, one at least.
        series: The column that splits the values; then `y` has one column.
    """

    reply: Reply
    kind: str
    x: str
    y: tuple[str, ...]
    series: str | None

    @property
    def language(self) -> str:
        return self.reply.language

    @cached_property
    def columns(self) -> dict[str, Column]:
        return {described["name"]: column_of(described) for described in self.reply.table_schema}

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The reply's, in their order; a value that is no number is none."""
        return [dict(zip(self.reply.columns, map(_finite, row), strict=True)) for row in self.reply.rows]

    @property
    def rest(self) -> dict[str, Any]:
        return {name: _finite(value) for name, value in (self.reply.rest or {}).items()}

    def heading(self, name: str) -> str:
        described = next(each for each in self.reply.table_schema if each["name"] == name)
        return cleaned(described["labels"].get(self.language) or name)

    @cached_property
    def is_time(self) -> bool:
        """Whether the axis is the calendar."""
        column = self.columns[self.x]
        return self.kind == "line" and column.type == "date" and column.grain != "period"

    @cached_property
    def is_cycle(self) -> bool:
        """Whether the axis is hours or weekdays in their order; a ranking of them is as any other."""
        if self.columns[self.x].grain not in CYCLES:
            return False
        known = self._known(self.x)
        return self.series is not None or known == sorted(known)

    @cached_property
    def along(self) -> list[Any]:
        """The keys of the axis; in order and without gaps where they have an order of their own.

        What is unknown has no place in the calendar, and comes last in the order of hours or weekdays.
        """
        if not self.is_time and not self.is_cycle:
            return self.keys(self.x)
        known = filled(self._known(self.x), self.columns[self.x].grain)
        return known if self.is_time or UNKNOWN not in self.keys(self.x) else [*known, UNKNOWN]

    def keys(self, name: str) -> list[Any]:
        """The values of a dimension as the rows bring them."""
        return list(dict.fromkeys(row[name] for row in self.rows))

    def _known(self, name: str) -> list[Any]:
        return [key for key in self.keys(name) if key != UNKNOWN]

    @cached_property
    def partial(self) -> set[Any]:
        """The buckets of time that are longer than what was counted, where the axis is the metric's own time."""
        column = self.columns[self.x]
        if not self.is_time or self.x != column.grain:
            return set()
        period, keys = self.reply.period or {}, self.along
        return {key for key in keys if is_partial(key, column.grain, period, last=key == keys[-1])}

    def values(self, *names: str) -> list[float]:
        return [row[name] for row in self.rows for name in (names or self.y) if row[name] is not None]

    def additive(self, name: str) -> bool:
        """Whether its values sum to the whole; a share or change does where its metric does."""
        described = {each["name"]: each for each in self.reply.table_schema}
        metric = name.removesuffix(f"_{described[name]['role']}")
        return described[name]["role"] != "growth" and bool(described.get(metric, {}).get("additive"))

    def derived(self, role: str) -> str | None:
        """The column of the change or growth of the first value, where the reply compares."""
        name = f"{self.y[0]}_{role}"
        return name if name in self.columns and self.columns[name].role == role else None


def source_of(reply: Reply) -> Source | None:
    """None where there is nothing to draw: no values, no place for them, or a number that says it all."""
    spec = next((chart for chart in reply.charts if chart["kind"] != "number"), None)
    if spec is None or not reply.rows:
        return None
    source = Source(reply, spec["kind"], spec["x"], tuple(spec["y"]), spec["series"])
    return source if source.along and source.values() else None


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
