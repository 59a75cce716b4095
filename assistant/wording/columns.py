"""The columns of a result as the output contract describes them: role, type, unit and labels in both languages."""

from __future__ import annotations

from typing import Any

from assistant.wording.numbers import unit_in
from assistant.wording.texts import fill
from semantic_layer.columns import Column
from semantic_layer.words import LANGUAGES
from tools.answer import Table


def described(table: Table) -> list[dict[str, Any]]:
    """Each column of a table."""
    return [_described(column) for column in table.columns]


def _described(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "role": column.role,
        "type": column.type,
        "labels": {language: column_label(column, language) for language in LANGUAGES},
    }
    if column.unit.get("en"):
        found["unit"] = column.unit.get("en")
        found["units"] = {language: unit_in(column, language) for language in LANGUAGES}
    if column.grain:
        found["grain"] = column.grain
    if column.role == "metric":
        found["additive"] = column.additive
    if column.ordered:
        found["ordered"] = True
    if column.value_labels:
        found["value_labels"] = {
            str(each.value): {language: each.label.get(language) for language in LANGUAGES} for each in column.value_labels
        }
    return found


def column_label(column: Column, language: str) -> str:
    """The heading of a column: the metric with what the column says of it, or the grain's name."""
    label = column.label.get(language)
    if not label:
        return fill(language, "grains", column.grain) if column.grain else column.name
    part = "previous" if column.role == "metric" and column.name.endswith("_previous") and column.metric else column.role
    if part in ("previous", "change", "growth", "share"):
        return fill(language, "parts", part, label=label)
    if column.grain and column.role == "dimension" and column.grain != "date":
        return f"{label} ({fill(language, 'grains', column.grain)})"
    return label
