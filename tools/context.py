"""What an analysis needs besides its request: the scope, the engine, limits, and someone to tell of progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlglot import exp

from semantic_layer.columns import UNKNOWN, Column, Note
from semantic_layer.compiler.compile import compile_request
from semantic_layer.compiler.neutral import render
from semantic_layer.compiler.plan import Compiled, Scope
from semantic_layer.engines.base import CancelToken, Engine, Limits
from semantic_layer.model.tags import Segment
from semantic_layer.requests import EntityQuery, MetricQuery, ValueQuery
from semantic_layer.tags.store import Profiles
from tools.answer import Cell, Table

Emit = Callable[[str, dict[str, Any]], None]
"""Tells the session what happens: an event's name and its data."""


class Drafts(Protocol):
    """Where segments that somebody defines in a conversation are kept until they are reviewed."""

    def keep(self, segment: Segment, asked: str) -> None:
        """Keeps one as a draft of the viewer.

        Args:
            asked: The words that it was defined by.
        """
        ...


def silent(name: str, data: dict[str, Any]) -> None:
    """For steps that nobody watches."""


@dataclass
class Context:
    """The surroundings of one question.

    Attributes:
        profiles: The kept tags and segments, where there is a place for them.
    """

    scope: Scope
    engine: Engine
    limits: Limits = field(default_factory=Limits)
    cancel: CancelToken | None = None
    profiles: Profiles | None = None
    emit: Emit = silent
    timings_ms: dict[str, float] = field(default_factory=dict[str, float])
    drafts: Drafts | None = None

    def compile(self, request: MetricQuery | EntityQuery | ValueQuery) -> Compiled:
        started = time.perf_counter()
        compiled = compile_request(request, self.scope)
        self._spent("compile", started)
        return compiled

    def run(self, compiled: Compiled, name: str) -> Rows:
        """Runs a compiled request."""
        started = time.perf_counter()
        sql = compiled.sql(self.engine.dialect)
        self._spent("compile", started)
        self.emit("compiled", {"sql": sql if self.scope.grant.may_see_sql else None})
        started = time.perf_counter()
        raw = self.engine.run(sql, self.limits, self.cancel)
        self._spent("execute", started)
        rows = Rows(name, compiled.columns, [list(row.values()) for row in raw.to_pylist()], sql, self.limits.rows)
        self.emit("rows", {"count": len(rows.values)})
        return rows

    def count(self, compiled: Compiled, ranked: bool = True) -> int:
        """How many rows a request has in all, where not all of them are shown.

        Args:
            ranked: Those that a limit leaves out do not count.
        """
        bare = compiled.tree.copy()
        bare.set("order", None)
        bare.set("limit", None)
        if not ranked:
            bare.set("qualify", None)
        return self.number(exp.select(exp.Count(this=exp.Star())).from_(bare.subquery("listed")))

    def number(self, statement: exp.Select) -> int:
        """The one whole number that a statement gives."""
        started = time.perf_counter()
        raw = self.engine.run(render(statement, self.engine.dialect).sql(self.engine.dialect), self.limits, self.cancel)
        self._spent("execute", started)
        return next(iter(raw.to_pylist()[0].values()))

    def _spent(self, what: str, started: float) -> None:
        self.timings_ms[what] = self.timings_ms.get(what, 0.0) + (time.perf_counter() - started) * 1000


def cut_note(rows: int, count: int) -> Note:
    """Says that a result goes on beyond the rows that are shown."""
    return Note(code="truncated", kind="warning", parts={"rows": rows, "count": count})


class Rows:
    """Rows as the engine gave them: exact decimals, real dates, hidden columns included."""

    def __init__(self, name: str, columns: tuple[Column, ...], values: list[list[Any]], sql: str, cap: int) -> None:
        self.name, self.columns, self.sql = name, columns, sql
        self.truncated = len(values) > cap
        self.values = values[:cap]

    def index(self, name: str) -> int:
        return [column.name for column in self.columns].index(name)

    def cells(self, name: str) -> list[Any]:
        index = self.index(name)
        return [row[index] for row in self.values]

    def table(self) -> Table:
        """The rows that people and programs see: JSON cells, hidden columns left out."""
        shown = [index for index, column in enumerate(self.columns) if column.role != "hidden"]
        columns = tuple(self.columns[index] for index in shown)
        rows = tuple(tuple(cell_of(row[index], self.columns[index]) for index in shown) for row in self.values)
        return Table(name=self.name, columns=columns, rows=rows)


def cell_of(value: Any, column: Column) -> Cell:
    """One value as a JSON cell. A missing category is called Unknown."""
    if value is None:
        return UNKNOWN if column.role in ("dimension", "key") else None
    if isinstance(value, Decimal):
        return int(value) if column.type == "count" else float(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and column.type == "count" and value.is_integer():
        return int(value)
    return value
