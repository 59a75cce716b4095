"""What a reply holds that can be drawn: its rows, and which columns run along an axis, split into series, or are values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assistant.render.columns import column_of
from assistant.reply import Reply
from assistant.wording.texts import cleaned
from semantic_layer.columns import Column

CYCLES = ("hour", "weekday", "is_weekend")
"""Grains whose values have an order of their own and are few."""


@dataclass(frozen=True)
class Source:
    """A reply's chart: its specification with the columns and rows that it names.

    Attributes:
        x: The column along the axis.
        y: The columns of values, one at least.
        series: The column that splits the values; then `y` has one column.
    """

    reply: Reply
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
        return [dict(zip(self.reply.columns, row, strict=True)) for row in self.reply.rows]

    @property
    def rest(self) -> dict[str, Any]:
        return self.reply.rest or {}

    def heading(self, name: str) -> str:
        described = next(each for each in self.reply.table_schema if each["name"] == name)
        return cleaned(described["labels"].get(self.language) or name)

    def is_time(self) -> bool:
        column = self.columns[self.x]
        return column.type == "date" and column.grain != "period"

    def is_cycle(self) -> bool:
        return self.columns[self.x].grain in CYCLES

    def keys(self, name: str) -> list[Any]:
        """The values of a dimension as the rows bring them; those of time in order."""
        found = list(dict.fromkeys(row[name] for row in self.rows))
        return sorted(found) if name == self.x and self.is_time() else found

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
    """None where there is nothing to draw, or a number says it all."""
    spec = next((chart for chart in reply.charts if chart["kind"] != "number"), None)
    if spec is None or not reply.rows:
        return None
    return Source(reply, spec["x"], tuple(spec["y"]), spec["series"])
