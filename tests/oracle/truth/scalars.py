"""Scalar SQL over the columns of one row, by hand: what is unknown makes the result unknown, as in SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any
from zoneinfo import ZoneInfo

import sqlglot
from sqlglot import exp

Names = Callable[[str], Any]
"""The value of a column of the row."""

SIMPLE: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.Add: add,
    exp.Sub: sub,
    exp.Mul: mul,
    exp.EQ: eq,
    exp.NEQ: ne,
    exp.LT: lt,
    exp.LTE: le,
    exp.GT: gt,
    exp.GTE: ge,
}


@cache
def parsed(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, dialect="duckdb")


def scalar(text: str, column: Names) -> Any:
    """The value of an expression."""
    return value(parsed(text), column)


def value(node: exp.Expr, column: Names) -> Any:
    match node:
        case exp.Column():
            return column(node.name)
        case exp.Literal():
            return str(node.this) if node.is_string else number(str(node.this))
        case exp.Boolean():
            return bool(node.this)
        case exp.Null():
            return None
        case exp.Paren():
            return value(node.this, column)
        case exp.Neg():
            inner = value(node.this, column)
            return None if inner is None else -inner
        case exp.Not():
            inner = value(node.this, column)
            return None if inner is None else not inner
        case exp.Is():
            return value(node.this, column) is None
        case exp.Coalesce():
            return next((found for each in (node.this, *node.expressions) if (found := value(each, column)) is not None), None)
        case exp.Case():
            when = next((each.args["true"] for each in node.args["ifs"] if value(each.this, column)), node.args.get("default"))
            return None if when is None else value(when, column)
        case exp.Upper():
            inner = value(node.this, column)
            return None if inner is None else inner.upper()
        case exp.Anonymous() if str(node.this).lower() == "timezone":
            return in_zone(value(node.expressions[0], column), value(node.expressions[1], column))
    left, right = value(node.this, column), value(node.expression, column)
    return None if left is None or right is None else SIMPLE[type(node)](*alike(left, right))


def number(text: str) -> int | Decimal:
    return Decimal(text) if "." in text else int(text)


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    """A float beside a decimal would be neither exact nor allowed."""
    if isinstance(left, float) and isinstance(right, Decimal):
        return left, float(right)
    return (float(left), right) if isinstance(left, Decimal) and isinstance(right, float) else (left, right)


def in_zone(zone: str, moment: datetime | None) -> datetime | None:
    """A moment of no zone becomes one of that zone; one that has a zone is told in that zone, and has none then."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
