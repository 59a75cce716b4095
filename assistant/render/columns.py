"""The columns of a reply, read back from the description that the reply carries."""

from __future__ import annotations

from typing import Any

from assistant.reply import Reply
from semantic_layer.columns import Column, ValueLabel
from semantic_layer.words import Text


def columns_of(reply: Reply) -> list[Column]:
    """The columns of a reply's table, in its order."""
    return [column_of(described) for described in reply.table_schema]


def column_of(described: dict[str, Any]) -> Column:
    """A column from its description in the reply's schema."""
    units = described.get("units") or {language: described.get("unit") for language in ("zh", "en")}
    labels = described.get("value_labels") or {}
    return Column(
        name=described["name"],
        role=described["role"],
        type=described["type"],
        grain=described.get("grain"),
        ordered=described.get("ordered", False),
        unit=Text(zh=units.get("zh"), en=units.get("en")),
        value_labels=tuple(ValueLabel(value=value, label=Text(**label)) for value, label in labels.items()),
    )


def headings_of(reply: Reply) -> list[str]:
    """What stands above each column, in the reply's language."""
    return [described["labels"][reply.language] or described["name"] for described in reply.table_schema]


def is_number(column: Column) -> bool:
    """Whether the column holds figures, which stand on the right."""
    return column.role not in ("dimension", "key")
