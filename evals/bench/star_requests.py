"""The requests that the star is asked, with SQL written by hand, and whether two statements give the same rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML

from evals.bench.star_data import FOLDER
from semantic_layer.columns import UNKNOWN
from semantic_layer.compiler.compile import compile_request
from semantic_layer.compiler.plan import Compiled, Scope
from semantic_layer.frozen import Frozen
from semantic_layer.requests import MetricQuery

Row = tuple[Any, ...]

CLOSE = 1e-9
"""How far two ratios may lie apart, as a part of them: one divides decimals where the other divides doubles."""


class Asked(Frozen):
    """One request.

    Attributes:
        request: As a program would send it.
        sql: What a careful analyst writes for it.
    """

    name: str
    request: dict[str, Any]
    sql: str

    def compiled(self, scope: Scope) -> Compiled:
        return compile_request(MetricQuery.model_validate(self.request), scope)


def load_requests() -> list[Asked]:
    listed = YAML(typ="safe").load((FOLDER / "requests.yaml").read_text("utf-8"))
    return [Asked.model_validate(each) for each in listed]


def shown(rows: Sequence[Row], compiled: Compiled) -> list[Row]:
    """The rows without the columns that nobody is shown."""
    places = [place for place, column in enumerate(compiled.columns) if column.role != "hidden"]
    return [tuple(row[place] for place in places) for row in rows]


def same(rows: Sequence[Row], others: Sequence[Row], ordered: bool = True) -> bool:
    """Whether two results are equal; in any order, what is unknown may be null or have its name."""
    if not ordered:
        rows, others = (sorted((_named(row) for row in each), key=_place) for each in (rows, others))
    return len(rows) == len(others) and all(map(_same_row, rows, others))


def _same_row(row: Row, other: Row) -> bool:
    return len(row) == len(other) and all(map(_same_cell, row, other))


def _same_cell(cell: Any, other: Any) -> bool:
    if isinstance(cell, int | float | Decimal) and isinstance(other, int | float | Decimal):
        return math.isclose(cell, other, rel_tol=CLOSE)
    return _day(cell) == _day(other)


def _day(cell: Any) -> Any:
    """A month is a date to one and the moment at its start to another."""
    return datetime(cell.year, cell.month, cell.day) if isinstance(cell, date) and not isinstance(cell, datetime) else cell


def _named(row: Row) -> Row:
    return tuple(None if cell == UNKNOWN else _day(cell) for cell in row)


def _place(row: Row) -> tuple[str, ...]:
    """Groups come before figures, so that equal groups stand beside each other."""
    return tuple(
        "" if cell is None else f"{cell:020.6f}" if isinstance(cell, int | float | Decimal) else str(cell) for cell in row
    )
