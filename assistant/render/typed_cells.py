"""The cells of a reply as typed values, for files whose readers go on computing with them."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

from assistant.render.columns import is_number
from assistant.wording.numbers import dimension_value
from semantic_layer.columns import UNKNOWN, Column

Typed = str | int | float | date | datetime | None
DATED_GRAINS = ("date", "week", "month", "quarter", "year", "period")
MOST_EXACT = 10**15
"""Spreadsheets hold 15 digits; a longer number that names something is a text to them."""


def typed_cell(value: Any, column: Column, language: str) -> Typed:
    """One cell: figures unrounded, days as dates, hours and keys as numbers, all else in the words of the language.

    Args:
        value: A JSON cell of the column.

    Returns:
        None where there is no figure. A day that cannot be read stays a text.
    """
    if value is None:
        return None
    if is_number(column) and isinstance(value, int | float) and not isinstance(value, bool):
        return value if math.isfinite(value) else None
    if value == UNKNOWN:
        return dimension_value(value, column, language)
    if is_dated(column):
        return _day(str(value))
    if isinstance(value, int) and not isinstance(value, bool) and column.grain in (None, "hour"):
        return column.value_label(str(value), language) or (value if abs(value) < MOST_EXACT else str(value))
    return dimension_value(value, column, language)


def is_dated(column: Column) -> bool:
    """Whether the cells are days or moments."""
    return not is_number(column) and (column.grain in DATED_GRAINS or (column.grain is None and column.type in ("date", "time")))


def is_fraction(column: Column) -> bool:
    """Whether the figures are parts of one, which people read as percentages."""
    return is_number(column) and (column.type == "fraction" or column.role in ("share", "growth"))


def _day(text: str) -> date | datetime | str:
    try:
        return date.fromisoformat(text) if len(text) == len("2000-01-01") else datetime.fromisoformat(text)
    except ValueError:
        return text
