"""Values as they are compared: two-valued, and unknown equals only what is called Unknown."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from oracle.truth.days import day_of

UNKNOWN = "Unknown"
ORDERED = {"lt": lt, "le": le, "gt": gt, "ge": ge}


def plain(value: Any) -> Any:
    """A stored value as it counts: a moment by its day, and the word Unknown is what is unknown."""
    if isinstance(value, datetime):
        return day_of(value)
    return None if value == UNKNOWN else value


def like(value: Any, other: Any) -> Any:
    """A value as it is written in a request, as the type of the value beside it."""
    if isinstance(value, str) and isinstance(other, date):
        return date.fromisoformat(value)
    if isinstance(value, float) and isinstance(other, Decimal):
        return Decimal(str(value))
    if isinstance(value, Decimal) and isinstance(other, float):
        return float(value)
    return value


def equal(left: Any, right: Any) -> bool:
    """A literal Unknown means what is missing."""
    if left is None or right == UNKNOWN:
        return left is None and right == UNKNOWN
    return right is not None and left == like(right, left)


def compare(left: Any, operator: str, right: Any, literal: bool) -> bool:
    """Both sides are plain values; between two fields what is unknown equals nothing."""
    if operator in ("eq", "ne"):
        found = equal(left, right) if literal else left is not None and right is not None and left == like(right, left)
        return found if operator == "eq" else not found
    if left is None or right is None:
        return False
    if operator == "contains":
        return str(right).lower() in str(left).lower()
    return ORDERED[operator](left, like(right, left))
