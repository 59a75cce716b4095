"""Aggregates of values, and arithmetic over figures."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlglot import exp

from oracle.truth.scalars import parsed

Number = int | float | Decimal | None


def aggregate(agg: str, values: list[Any], percentile: float | None = None) -> Number:
    """One figure of many values. What is unknown has been left out already."""
    match agg:
        case "sum":
            return sum(values)
        case "count":
            return len(values)
        case "count_distinct":
            return len(set(values))
    if not values:
        return None
    match agg:
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "mean":
            return float(sum(map(Fraction, values)) / len(values))
        case "median":
            return between(values, Fraction(1, 2))
    assert agg == "percentile"
    assert percentile is not None
    return between(values, Fraction(str(percentile)))


def between(values: list[Any], part: Fraction) -> float:
    """The value at a part of the way from the lowest to the highest, between its two neighbours in proportion."""
    ordered = sorted(map(Fraction, values))
    position = part * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (position - below) * (ordered[above] - ordered[below]))


def over(one: Number, other: Number) -> Number:
    """Nothing over nothing, and anything over zero, is no figure."""
    return None if one is None or not other else float(one) / float(other)


def less(one: Number, other: Number) -> Number:
    if one is None or other is None:
        return None
    return float(one) - float(other) if isinstance(one, float) or isinstance(other, float) else one - other


def names_in(formula: str) -> list[str]:
    """Metrics and parameters of a formula, in reading order."""
    return list(dict.fromkeys(column.name for column in parsed(formula).find_all(exp.Column, bfs=False)))


def formula(text: str, named: dict[str, Any]) -> Number:
    """Arithmetic over figures by name; no figure where an operand is none."""
    return _value(parsed(text), named)


def _value(node: exp.Expr, named: dict[str, Any]) -> Any:
    match node:
        case exp.Column():
            found = named[node.name]
            return float(found) if isinstance(found, int | Decimal) else found
        case exp.Literal():
            return str(node.this) if node.is_string else float(str(node.this))
        case exp.Paren():
            return _value(node.this, named)
        case exp.Neg():
            inner = _value(node.this, named)
            return None if inner is None else -inner
    left, right = _value(node.this, named), _value(node.expression, named)
    if left is None or right is None:
        return None
    match node:
        case exp.EQ():
            return float(left == right)
        case exp.Add():
            return left + right
        case exp.Sub():
            return left - right
        case exp.Mul():
            return left * right
        case exp.Div():
            return over(left, right)
    raise AssertionError(node)
