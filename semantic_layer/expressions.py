"""Scalar SQL expressions that analysts write: parsed once, and checked against what is allowed.

An expression sees the columns of one row of its own dataset and nothing else: no sub-query, no aggregate, no window, no
function that reads files or the system.
"""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

DIALECT = "duckdb"
"""The dialect in which workspaces are written."""

ALLOWED: tuple[type[exp.Expr], ...] = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Paren,
    exp.Tuple,
    exp.Binary,
    exp.Unary,
    exp.Between,
    exp.In,
    exp.Case,
    exp.If,
    exp.Coalesce,
    exp.Nullif,
    exp.Greatest,
    exp.Least,
    exp.Cast,
    exp.DataType,
    exp.DataTypeParam,
    exp.Interval,
    exp.Var,
    exp.Abs,
    exp.Round,
    exp.Floor,
    exp.Ceil,
    exp.Sign,
    exp.Ln,
    exp.Sqrt,
    exp.Lower,
    exp.Upper,
    exp.Trim,
    exp.Length,
    exp.Substring,
    exp.Left,
    exp.Right,
    exp.Concat,
    exp.ConcatWs,
    exp.Replace,
    exp.SplitPart,
    exp.StrPosition,
    exp.StartsWith,
    exp.Extract,
    exp.Year,
    exp.Quarter,
    exp.Month,
    exp.Day,
    exp.Hour,
    exp.Minute,
    exp.DayOfWeekIso,
    exp.DateTrunc,
    exp.TimestampTrunc,
    exp.DateDiff,
    exp.DateAdd,
    exp.DateSub,
    exp.TimeToStr,
    exp.StrToTime,
    exp.StrToDate,
    exp.AtTimeZone,
    exp.ParameterizedAgg,
)
ALLOWED_FUNCTIONS = frozenset({"timezone", "epoch_ms", "make_date", "make_timestamp", "isodow"})
"""Functions that sqlglot has no node for."""


class ExpressionError(ValueError):
    """The text is not one allowed scalar expression; the message says why."""


@lru_cache(maxsize=4096)
def _parsed(text: str) -> exp.Expr:
    try:
        tree = sqlglot.parse_one(text, dialect=DIALECT)
    except (ParseError, TokenError) as error:
        first = str(error).splitlines()[0]
        raise ExpressionError(f"'{text}' is not a SQL expression: {first}") from error
    for node in tree.walk():
        _check(node, text)
    return tree


def _check(node: exp.Expr, text: str) -> None:
    if isinstance(node, exp.Anonymous):
        if str(node.this).lower() not in ALLOWED_FUNCTIONS:
            raise ExpressionError(f"'{text}': the function {node.this} is not allowed in an expression")
        return
    if isinstance(node, exp.Column) and node.table:
        raise ExpressionError(
            f"'{text}': write columns of the own dataset without a prefix; fields of others are reached by joins"
        )
    if isinstance(node, exp.AggFunc):
        raise ExpressionError(f"'{text}': no aggregate here; a metric names its aggregate apart, in agg:")
    if not isinstance(node, ALLOWED):
        raise ExpressionError(f"'{text}': {type(node).__name__} is not allowed in an expression")


def scalar(text: str, table: str | None = None) -> exp.Expr:
    """A fresh tree of an expression, its columns qualified by a table's alias.

    Raises:
        ExpressionError: not one allowed scalar expression.
    """
    tree = _parsed(text).copy()
    if table is None:
        return tree
    for column in list(tree.find_all(exp.Column)):
        column.set("table", exp.to_identifier(table))
    return tree if isinstance(tree, exp.Column | exp.Func | exp.Literal | exp.Paren) else exp.paren(tree, copy=False)


def columns_in(text: str) -> set[str]:
    """Names of the columns that an expression reads."""
    return {column.name for column in _parsed(text).find_all(exp.Column)}


@lru_cache(maxsize=512)
def formula_names(text: str) -> tuple[str, ...]:
    """The metrics and parameters that a derived metric's formula names, in reading order."""
    names = [column.name for column in _parsed(text).find_all(exp.Column, bfs=False)]
    return tuple(dict.fromkeys(names))


@lru_cache(maxsize=64)
def _select(text: str) -> exp.Query:
    try:
        trees = sqlglot.parse(text, dialect=DIALECT)
    except (ParseError, TokenError) as error:
        raise ExpressionError(f"not valid SQL: {str(error).splitlines()[0]}") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise ExpressionError("its SQL is not one SELECT")
    return trees[0]


def parsed_select(text: str) -> exp.Query:
    """A fresh tree of the SELECT of a derived dataset or of a tag.

    Raises:
        ExpressionError: the text is not exactly one SELECT.
    """
    return _select(text).copy()


def tables_in(select: str) -> set[str]:
    """Names of the datasets that a SELECT reads.

    Raises:
        ExpressionError: the text is not exactly one SELECT, or reads anything but datasets.
    """
    tree = _select(select)
    named = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.db or table.catalog or not isinstance(table.this, exp.Identifier):
            raise ExpressionError(f"its SQL reads datasets by their bare names, not {table.sql(DIALECT)}")
    return {table.name for table in tree.find_all(exp.Table)} - named


def placeholders_in(select: str) -> set[str]:
    """Names such as `as_of` that a SELECT leaves to be filled in: `:as_of`.

    Raises:
        ExpressionError: the text is not exactly one SELECT.
    """
    return {str(each.this or "?") for each in _select(select).find_all(exp.Placeholder, exp.Parameter)}


def named_columns(select: str) -> set[str]:
    """Names of all columns that a SELECT reads."""
    return {column.name for column in _select(select).find_all(exp.Column)}


def output_columns(select: str) -> set[str]:
    """Names of the columns that a SELECT gives; `*` among them where it gives all of something.

    Raises:
        ExpressionError: the text is not exactly one SELECT.
    """
    tree = _select(select)
    return {"*" if each.is_star else each.alias_or_name for each in tree.selects}
