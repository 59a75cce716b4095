"""The compiler, asked about a world. The tables live in memory, as files would take most of the time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from oracle.model import Plain, Viewer, World
from oracle.truth.sight import Sight, arrow_of
from semantic_layer.compiler.plan import Scope
from semantic_layer.data_version import Coverage, DataVersion, TableFacts
from semantic_layer.engines.base import CancelToken, Limits
from semantic_layer.errors import RequestError
from semantic_layer.loading.loader import parse_workspace
from semantic_layer.model.workspace import Workspace
from semantic_layer.policy import Viewer as Asker
from semantic_layer.policy import grant_of
from semantic_layer.requests import REQUEST, MetricQuery
from tools.context import Context
from tools.metrics import run

UNKNOWN = "Unknown"


class InMemory:
    """An engine on the tables of one world at a time; all worlds share its connection."""

    dialect = "duckdb"

    def __init__(self) -> None:
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("ATTACH ':memory:' AS facts; SET threads = 1")
        self.holds: World | None = None

    def put(self, world: World) -> InMemory:
        if self.holds is not world:
            for name in self.holds.tables if self.holds else ():
                self.connection.execute(f'DROP TABLE facts."{name}"')
            for name, table in world.tables.items():
                self.connection.register("given", arrow_of(table))
                self.connection.execute(f'CREATE TABLE facts."{name}" AS SELECT * FROM given')
                self.connection.unregister("given")
            self.holds = world
        return self

    def run(self, sql: str, limits: Limits, cancel: CancelToken | None = None) -> pa.Table:
        return self.connection.sql(sql).to_arrow_table()

    def close(self) -> None:
        self.connection.close()
        del self.connection


ENGINE = InMemory()


@dataclass
class Found:
    """What the compiler gives: rows in their order, or the code of a refusal."""

    rows: list[tuple[Any, ...]]
    code: str | None = None
    sql: str = ""
    parts: Plain | None = None
    roles: tuple[str, ...] = ()


class Compiled:
    """A world as the compiler knows it."""

    def __init__(self, world: World) -> None:
        self.world, self.sight = world, Sight(world)
        self.workspace: Workspace = parse_workspace({"workspace.yaml": world.yaml()})
        tables = {name: TableFacts(rows=len(table.rows), columns={}, fingerprint="") for name, table in world.tables.items()}
        self.version = DataVersion(id="facts_0001", loaded_at=datetime.now(UTC), tables=tables, coverage=coverage(self.sight))

    def context(self, viewer: Viewer) -> Context:
        grant = grant_of(Asker(role=viewer.role, attributes=viewer.attributes), self.workspace)
        return Context(Scope(self.workspace, grant, self.version, self.world.as_of), ENGINE.put(self.world))

    def totals(self, request: Plain, viewer: Viewer) -> tuple[Any, ...] | None:
        """The figures over all groups, as an answer has them beside its rows; None where it has none."""
        try:
            answer = run(MetricQuery.model_validate({**request, "totals": True}), self.context(viewer))
        except RequestError:
            return None
        return answer.totals.rows[0] if answer.totals else None

    def ask(self, request: Plain, viewer: Viewer) -> Found:
        """The rows of a request, as exact as the engine gives them."""
        context = self.context(viewer)
        try:
            compiled = context.compile(REQUEST.validate_python({"kind": "metric_query", **request}))
        except RequestError as error:
            return Found([], error.problem.code, parts=error.problem.parts)
        rows = context.run(compiled, "result")
        roles = tuple(column.role for column in rows.columns)
        return Found(shown(rows.values, roles), sql=rows.sql, roles=roles)

    def rows_of(self, sql: str, like: Found) -> Found:
        """The rows of another statement, with the columns of a result."""
        table = ENGINE.put(self.world).run(sql, Limits())
        values = [list(row.values()) for row in table.to_pylist()]
        return replace(like, rows=shown(values, like.roles), sql=sql)


def shown(values: list[list[Any]], roles: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Rows as a reader sees them."""
    places = [place for place, role in enumerate(roles) if role != "hidden"]
    return [tuple(cell(row[place], roles[place] in ("dimension", "key")) for place in places) for row in values]


def coverage(sight: Sight) -> dict[str, dict[str, Coverage]]:
    """The days that each time field covers, as a load notes them down."""
    found: dict[str, dict[str, Coverage]] = {}
    for dataset in sight.workspace.datasets.values():
        for name, field in dataset.fields.items():
            days = sight.covers(dataset.name, name) if field["type"] in ("date", "time") else None
            if days:
                found.setdefault(dataset.name, {})[name] = Coverage(first=days.first, last=days.last)
    return found


def cell(value: Any, is_group: bool) -> Any:
    """A cell of a group as a reader sees it; a figure as it is."""
    if value is None:
        return UNKNOWN if is_group else None
    if isinstance(value, datetime):
        return value.date().isoformat() if is_group else value
    return value.isoformat() if isinstance(value, date) else value
