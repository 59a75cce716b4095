"""Formulas as SQL: measures by their names, parameters as numbers, nothing over nothing is null."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.plan import Formula, Measure, Number, Ref, Variant
from semantic_layer.model.metrics import Aggregate, Distinct, NewEntities

Raw = dict[str, exp.Expr]
"""The SQL of each measure, by `variant.column`."""
BINARY: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div}
ZERO_WHEN_EMPTY = ("sum", "count", "count_distinct")
ZERO = exp.Literal.number(0)


def is_zero_when_empty(measure: Measure) -> bool:
    """Whether nothing to count is 0: counts and sums, and the entities of a rate."""
    metric = measure.metric
    if isinstance(metric, Aggregate):
        return metric.agg in ZERO_WHEN_EMPTY
    return isinstance(metric, NewEntities | Distinct) or measure.part == "part"


def formula_sql(formula: Formula, variant: Variant, raw: Raw, empty: exp.Expr | None = ZERO) -> exp.Expr:
    """A formula over the measures of one variant. Division by zero gives null.

    Args:
        empty: What a sum or count without rows is; None leaves it null.
    """
    if isinstance(formula, Number):
        value = int(formula.value) if float(formula.value).is_integer() else formula.value
        return exp.Literal.number(value)
    if isinstance(formula, Ref):
        sql = raw[f"{variant}.{formula.measure.column}"].copy()
        never_null = isinstance(sql.this if isinstance(sql, exp.Filter) else sql, exp.Count)
        if is_zero_when_empty(formula.measure) and not never_null and empty is not None:
            return exp.Coalesce(this=sql, expressions=[empty.copy()])
        return sql
    left, right = formula_sql(formula.left, variant, raw, empty), formula_sql(formula.right, variant, raw, empty)
    if formula.op == "/":
        return exp.Div(this=term(left), expression=or_null(right))
    return BINARY[formula.op](this=term(left), expression=term(right))


def when_empty(formula: Formula) -> float | None:
    """The value of a formula where nothing was counted; None where that is no figure."""
    if isinstance(formula, Number):
        return formula.value
    if isinstance(formula, Ref):
        return 0.0 if is_zero_when_empty(formula.measure) else None
    left, right = when_empty(formula.left), when_empty(formula.right)
    if left is None or right is None:
        return None
    match formula.op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right if right else None


def term(sql: exp.Expr) -> exp.Expr:
    return build.paren(sql.copy()) if isinstance(sql, exp.Binary) and not isinstance(sql, exp.Dot) else sql.copy()


def or_null(sql: exp.Expr) -> exp.Expr:
    return exp.Nullif(this=sql.copy(), expression=exp.Literal.number(0))
