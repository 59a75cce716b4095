"""Names in SQL: plain ones as they are, all others in quotes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

KEYWORDS = frozenset(
    """
    all and any array as asc between both case cast check collate column constraint create cross current_date default desc
    distinct do else end except exists false fetch for foreign from full glob grant group having in inner intersect into is
    isnull join lateral leading left like limit natural not notnull null offset on only or order outer over pivot primary
    qualify references returning right select semi similar some summarize table tablesample then to trailing true union
    unique unpivot using values when where window with
    """.split()  # noqa: SIM905  (a line for each word would be long)
)
"""Names that need quotes though they look plain."""


def is_quoted(name: str) -> bool:
    """Plain lower-case names read better without quotes; all others need them."""
    return not (name.isidentifier() and name.isascii() and name == name.lower() and name not in KEYWORDS)


def identifier(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=is_quoted(name))


def column(name: str, table: str) -> exp.Column:
    return exp.column(identifier(name), table=identifier(table))


def row(columns: list[exp.Expr]) -> exp.Expr:
    """One column, or several as one value."""
    return columns[0] if len(columns) == 1 else exp.Tuple(expressions=columns)


def is_known(column: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=column.copy(), expression=exp.null()))


def free_name(name: str, taken: Iterable[str]) -> str:
    """A name, numbered where others have it already; the engine tells names apart by more than their case."""
    known = {each.casefold() for each in taken}
    numbered = (f"{name}_{number}" for number in range(2, 1000))
    return next(each for each in (name, *numbered) if each.casefold() not in known)
