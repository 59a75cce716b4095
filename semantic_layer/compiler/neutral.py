"""Nodes for what does not travel between engines: business time, quantiles, series. Each engine says how it writes them.

The passes build these; `render` puts an engine's own expressions in their place, once, before a tree becomes text.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp
from sqlglot.expressions.core import Expression

from semantic_layer.compiler import build


class DayOf(Expression, exp.Func):
    """The day of a date or a moment, as a date."""

    arg_types = {"this": True}


class FirstDay(Expression, exp.Func):
    """The first day of the month, quarter or year that holds a date or a moment; `offset` months before a fiscal year begins."""

    arg_types = {"this": True, "unit": True, "offset": False}


class WeekStart(Expression, exp.Func):
    """The first day of the week; `first` is its weekday, Monday 0."""

    arg_types = {"this": True, "first": True}


class IsoWeekday(Expression, exp.Func):
    """1 for Monday to 7."""

    arg_types = {"this": True}


class HourOf(Expression, exp.Func):
    """0 to 23."""

    arg_types = {"this": True}


class AddDays(Expression, exp.Func):
    """A day so many days later, as a date; `days` is a number."""

    arg_types = {"this": True, "days": True}


class AddMonths(Expression, exp.Func):
    """The same day so many months later, or the month's last; as a date."""

    arg_types = {"this": True, "months": True}


class Quantile(Expression, exp.AggFunc):
    """The value below which a share lies, between the two nearest ones where it falls between."""

    arg_types = {"this": True, "share": True}


class Steps(Expression, exp.Func):
    """Days from one to another, so many days or months apart: as many rows."""

    arg_types = {"start": True, "end": True, "amount": True, "unit": True}


Writer = Callable[[exp.Expr], exp.Expr]


def render(tree: exp.Expr, dialect: str) -> exp.Expr:
    """A copy of a tree in an engine's own terms.

    Raises:
        KeyError: an engine that is not known.
    """
    writers = WRITERS[dialect]
    tree = tree.copy()
    # The innermost come first, as the outer ones take them along.
    for node in reversed(list(tree.find_all(*writers))):
        written = writers[type(node)](node)
        if node is tree:
            tree = written
        else:
            node.replace(written)
    return tree


def _number(node: exp.Expr, name: str) -> int:
    return int(str(node.args[name].name if isinstance(node.args[name], exp.Literal) else node.args[name]))


def _interval(amount: int, unit: str) -> exp.Interval:
    return exp.Interval(this=exp.Literal.string(str(amount)), unit=exp.var(unit))


def _moved(value: exp.Expr, amount: int, unit: str) -> exp.Expr:
    if amount < 0:
        return exp.Sub(this=value, expression=_interval(-amount, unit))
    return exp.Add(this=value, expression=_interval(amount, unit)) if amount else value


# ---- DuckDB -------------------------------------------------------------------------------------------------------------


def _duckdb_first_day(node: exp.Expr) -> exp.Expr:
    unit, offset = str(node.args["unit"]), _number(node, "offset") if node.args.get("offset") else 0
    shifted = _moved(node.this, -offset, "MONTH")
    truncated = exp.TimestampTrunc(this=shifted, unit=exp.var(unit))
    return build.cast(_moved(truncated, offset, "MONTH"), build.DATE)


def _duckdb_week_start(node: exp.Expr) -> exp.Expr:
    first = _number(node, "first")
    if not first:
        return build.cast(exp.TimestampTrunc(this=node.this, unit=exp.var("WEEK")), build.DATE)
    # DATE_TRUNC knows Monday weeks only: shift so that the week's first day becomes a Monday, and back.
    shifted = exp.TimestampTrunc(this=_moved(node.this, 7 - first, "DAY"), unit=exp.var("WEEK"))
    return build.cast(_moved(shifted, first - 7, "DAY"), build.DATE)


def _duckdb_steps(node: exp.Expr) -> exp.Expr:
    step = _interval(_number(node, "amount"), str(node.args["unit"]))
    made = exp.GenerateSeries(start=node.args["start"], end=node.args["end"], step=step)
    return build.cast(exp.Explode(this=made), build.DATE)


def _duckdb_quantile(node: exp.Expr) -> exp.Expr:
    # It may lie between two values, where money has no digits for it.
    return exp.PercentileCont(this=build.cast(node.this, build.DOUBLE), expression=node.args["share"])


DUCKDB: dict[type[exp.Expr], Writer] = {
    DayOf: lambda node: build.cast(node.this, build.DATE),
    FirstDay: _duckdb_first_day,
    WeekStart: _duckdb_week_start,
    IsoWeekday: lambda node: exp.DayOfWeekIso(this=node.this),
    HourOf: lambda node: exp.Hour(this=node.this),
    AddDays: lambda node: build.cast(_moved(node.this, _number(node, "days"), "DAY"), build.DATE),
    AddMonths: lambda node: build.cast(_moved(node.this, _number(node, "months"), "MONTH"), build.DATE),
    Quantile: _duckdb_quantile,
    Steps: _duckdb_steps,
}

# ---- ClickHouse ---------------------------------------------------------------------------------------------------------


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _clickhouse_first_day(node: exp.Expr) -> exp.Expr:
    unit, offset = str(node.args["unit"]), _number(node, "offset") if node.args.get("offset") else 0
    value = _call("toDate", node.this)
    name = {"MONTH": "toStartOfMonth", "QUARTER": "toStartOfQuarter", "YEAR": "toStartOfYear"}[unit]
    if not offset:
        return _call(name, value)
    back = _call("subtractMonths", value, exp.Literal.number(offset))
    return _call("addMonths", _call(name, back), exp.Literal.number(offset))


def _clickhouse_week_start(node: exp.Expr) -> exp.Expr:
    first, value = _number(node, "first"), _call("toDate", node.this)
    if not first:
        return _call("toMonday", value)
    forth = _call("addDays", value, exp.Literal.number(7 - first))
    return _call("subtractDays", _call("toMonday", forth), exp.Literal.number(7 - first))


def _clickhouse_steps(node: exp.Expr) -> exp.Expr:
    """Numbers from 0 on, each so many steps after the start, as far as the end."""
    amount, months = _number(node, "amount"), str(node.args["unit"]) == "MONTH"
    start, end = node.args["start"], node.args["end"]
    apart = _call("dateDiff", exp.Literal.string("month" if months else "day"), start.copy(), end.copy())
    count = exp.Add(this=_call("intDiv", apart, exp.Literal.number(amount)), expression=exp.Literal.number(1))
    number = exp.Mul(this=_call("arrayJoin", _call("range", count)), expression=exp.Literal.number(amount))
    return _call("addMonths" if months else "addDays", start.copy(), number)


CLICKHOUSE: dict[type[exp.Expr], Writer] = {
    DayOf: lambda node: _call("toDate", node.this),
    FirstDay: _clickhouse_first_day,
    WeekStart: _clickhouse_week_start,
    IsoWeekday: lambda node: _call("toDayOfWeek", node.this),
    HourOf: lambda node: _call("toHour", node.this),
    AddDays: lambda node: _call("addDays", _call("toDate", node.this), exp.Literal.number(_number(node, "days"))),
    AddMonths: lambda node: _call("addMonths", _call("toDate", node.this), exp.Literal.number(_number(node, "months"))),
    Quantile: lambda node: exp.ParameterizedAgg(
        this="quantileExactInclusive", expressions=[node.args["share"]], params=[node.this]
    ),
    Steps: _clickhouse_steps,
}

WRITERS: dict[str, dict[type[exp.Expr], Writer]] = {"duckdb": DUCKDB, "clickhouse": CLICKHOUSE}
