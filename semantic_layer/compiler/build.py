"""SQL trees put together from parts that are handed over: nothing is copied, nothing is parsed.

sqlglot's builders copy what they are given and parse names and types, which was most of the time of compiling. A part that
is needed in two places is copied where that is; two parents of one node would change it for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlglot import exp

DATE, DOUBLE, TEXT = exp.DType.DATE, exp.DType.DOUBLE, exp.DType.VARCHAR


def cast(sql: exp.Expr, kind: exp.DType) -> exp.Expr:
    """A value as another type; one that was cast to it already stays as it is."""
    return exp.cast(sql, kind, copy=False)


def paren(sql: exp.Expr) -> exp.Expr:
    return exp.paren(sql, copy=False)


def and_(*conditions: exp.Expr) -> exp.Expr:
    """Conditions that are joined themselves get parentheses."""
    return exp.and_(*conditions, copy=False)


def or_(*conditions: exp.Expr) -> exp.Expr:
    return exp.or_(*conditions, copy=False)


def alias(sql: exp.Expr, name: str | exp.Identifier, quoted: bool | None = None) -> exp.Expr:
    return exp.alias_(sql, name, quoted=quoted, copy=False)


def select(*columns: exp.Expr) -> exp.Select:
    return exp.select(*columns, copy=False)


def with_columns(tree: exp.Select, columns: list[exp.Expr]) -> exp.Select:
    """The statement with these columns instead of its own."""
    return tree.select(*columns, append=False, copy=False)


def with_query(tree: exp.Select, name: str, query: exp.Expr) -> exp.Select:
    """The statement with a query before it that has a name."""
    return tree.with_(exp.TableAlias(this=exp.to_identifier(name)), as_=query, copy=False)


def from_(tree: exp.Select, source: exp.Expr | str) -> exp.Select:
    return tree.from_(_source(source), copy=False)


def join(
    tree: exp.Select, source: exp.Expr | str, how: Literal["left", "full", "inner", "cross"], on: exp.Expr | None = None
) -> exp.Select:
    joined = exp.Join(this=_source(source), on=on, **{"kind" if how in ("cross", "inner") else "side": how.upper()})
    tree.append("joins", joined)
    return tree


def where(tree: exp.Select, *conditions: exp.Expr) -> exp.Select:
    return tree.where(*conditions, copy=False)


def group_by(tree: exp.Select, groups: Sequence[exp.Expr]) -> exp.Select:
    """The statement with a row for each value of these; as it is where there are none. They may be shown by it as well."""
    return tree.group_by(*(each.copy() for each in groups), copy=False) if groups else tree


def _source(source: exp.Expr | str) -> exp.Expr:
    return exp.table_(source) if isinstance(source, str) else source
