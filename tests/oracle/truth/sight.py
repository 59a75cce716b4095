"""The rows that a viewer may see, and the values that are reached from a row along keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import duckdb
import pyarrow as pa

from oracle.model import Cells, Kind, Table, Viewer, World
from oracle.truth.days import Days, day_of
from oracle.truth.reach import Place, Reach, Way
from oracle.truth.refusals import Refusal
from oracle.truth.scalars import scalar
from oracle.truth.workspace import Dataset, Plain, Workspace, listed

ARROW: dict[Kind, pa.DataType] = {
    "int": pa.int64(),
    "text": pa.string(),
    "bool": pa.bool_(),
    "money": pa.decimal128(12, 2),
    "date": pa.date32(),
    "moment": pa.timestamp("us"),
}
KIND_OF: dict[str, Kind] = {
    "category": "text",
    "id": "int",
    "boolean": "bool",
    "date": "date",
    "time": "moment",
    "count": "int",
    "decimal": "money",
    "fraction": "money",
}


@dataclass(eq=False)
class Row:
    """A row of a dataset; two rows of equal cells are two rows."""

    dataset: str
    cells: Cells


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """Runs the SELECTs of derived datasets; they are the analyst's own."""
    return duckdb.connect(":memory:", config={"threads": 1})


def close_connection() -> None:
    _connection().close()
    _connection.cache_clear()


def arrow_of(table: Table) -> pa.Table:
    columns = {name: pa.array([row[name] for row in table.rows], ARROW[kind]) for name, kind in table.columns.items()}
    return pa.table(columns)


class Sight:
    """A world through the eyes of a viewer; without a role through no one's: all rows."""

    def __init__(self, world: World, role: Plain | None = None, attributes: Plain | None = None) -> None:
        self.world, self.workspace = world, Workspace(world.workspace)
        self.role, self.attributes = role or {}, attributes or {}
        self._rows: dict[str, list[Row]] = {}
        self._listed: dict[str, list[Row]] = {}
        self._reach: dict[str, Reach] = {}
        self._fields: dict[tuple[int, str], Any] = {}
        self._covers: dict[tuple[str, str], Days | None] = {}
        self._index: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], Row]] = {}

    @cached_property
    def unrestricted(self) -> Sight:
        return Sight(self.world) if self.role else self

    def denies(self, dataset: str) -> bool:
        return bool(self.role.get("only_these")) and dataset not in self.role.get("datasets", {})

    def hides(self, place: Place, name: str) -> bool:
        rule = self.role.get("datasets", {}).get(place.dataset, {})
        return name in listed(self.role.get("hide")) or name in listed(rule.get("hide"))

    def dataset(self, name: str) -> Dataset:
        return self.workspace.datasets[name]

    def rows(self, name: str) -> list[Row]:
        """The rows of a dataset that the viewer may see. A rule decides over all that is known of a row."""
        if name not in self._rows:
            dataset = self.dataset(name)
            if self.denies(name):
                raise Refusal("dataset_denied")
            if dataset.derived:
                found = self._selected(dataset)
            else:
                # The cells are the same objects for all viewers.
                found = (
                    self.unrestricted.rows(name)
                    if self.role
                    else [Row(name, row) for row in self.world.tables[dataset.source].rows]
                )
            rule = self.role.get("datasets", {}).get(name, {}).get("rows")
            if rule is not None:
                from oracle.truth.conditions import permits

                found = [row for row in found if permits(self, rule, row)]
            self._rows[name] = found
        return self._rows[name]

    def listed(self, name: str) -> list[Row]:
        """The rows that are counted where a dataset is itself asked.

        Of one that has no rule of its own those that the viewer's rows of others are about: of those that describe something
        each narrows it, of all others any one is enough.
        """
        if name not in self._listed:
            describing: list[set[int]] = []
            events: list[set[int]] = []
            for start, ways in self.narrowing(name):
                about = {id(self.follow(row, start, way)) for way in ways for row in self.rows(start.name)}
                (describing if any(map(start.describes, start.keys)) else events).append(about)
            among = [*describing, *([set().union(*events)] if events else [])]
            self._listed[name] = [row for row in self.rows(name) if all(id(row) in each for each in among)]
        return self._listed[name]

    def narrowing(self, name: str) -> Iterator[tuple[Dataset, list[Way]]]:
        """The datasets by whose rules one without a rule is narrowed, and the ways that lead from them to it."""
        ruled = [each for each, rule in self.role.get("datasets", {}).items() if "rows" in rule]
        for other in () if name in ruled else ruled:
            start = self.dataset(other)
            ways = [way for way in self.reach(start).ways if way and way[-1][1] == name]
            ways = [way for way in ways if not any(self.denies(passed) for _, passed in way)]
            if ways:
                yield start, ways

    def _selected(self, dataset: Dataset) -> list[Row]:
        """A derived dataset is its SELECT over the visible rows of the datasets that it names."""
        assert dataset.derived
        connection = _connection()
        for name in self.sources(dataset):
            connection.register("rows of a dataset", arrow_of(self._table(name)))
            connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM "rows of a dataset"')
        found = connection.execute(dataset.derived)
        columns = [each[0] for each in found.description]
        return [Row(dataset.name, dict(zip(columns, row, strict=True))) for row in found.fetchall()]

    def sources(self, dataset: Dataset) -> list[str]:
        """The datasets that a derived one names."""
        import sqlglot
        from sqlglot import exp

        tables = sqlglot.parse_one(dataset.derived or "SELECT 1", dialect="duckdb").find_all(exp.Table)
        return sorted({table.name for table in tables})

    def _table(self, name: str) -> Table:
        """The columns of a dataset, and its fields that are computed."""
        dataset = self.dataset(name)
        stored = self.world.tables[dataset.source].columns
        computed = {each: KIND_OF[field["type"]] for each, field in dataset.fields.items() if each not in stored}
        rows = [{**row.cells, **{each: self.field(row, each) for each in computed}} for row in self.rows(name)]
        return Table({**stored, **computed}, rows)

    def reach(self, start: Dataset) -> Reach:
        key = f"{start.name}/{','.join(start.keys)}"
        if key not in self._reach:
            self._reach[key] = Reach(self.workspace, start)
        return self._reach[key]

    def field(self, row: Row, name: str) -> Any:
        """A field of the row's own dataset, as it is declared."""
        key = (id(row), name)
        if key not in self._fields:
            field = self.dataset(row.dataset).fields[name]
            found = scalar(field["expr"], row.cells.__getitem__) if "expr" in field else row.cells[name]
            self._fields[key] = found
        return self._fields[key]

    def follow(self, row: Row, start: Dataset, way: Way) -> Row | None:
        """The row that a way leads to; none where a key is missing or nobody describes it."""
        at = start
        current: Row | None = row
        for entity, name in way:
            if current is None:
                return None
            current = self._described(name, entity, tuple(current.cells[column] for column in at.keys[entity]))
            at = self.dataset(name)
        return current

    def _described(self, name: str, entity: str, key: tuple[Any, ...]) -> Row | None:
        if None in key:
            return None
        columns = self.dataset(name).keys[entity]
        if (name, columns) not in self._index:
            self._index[name, columns] = {tuple(row.cells[each] for each in columns): row for row in self.rows(name)}
        return self._index[name, columns].get(key)

    def value(self, row: Row, start: Dataset, place: Place) -> Any:
        """The value of a field, or of a key of one column; None is unknown."""
        found = self.follow(row, start, place.way)
        if found is None:
            return None
        return self.field(found, place.field) if place.field else found.cells[place.columns[0]]

    def key(self, row: Row, start: Dataset, place: Place) -> tuple[Any, ...] | None:
        """The key of the entity that a row belongs to; None where a part of it is missing."""
        found = self.follow(row, start, place.way)
        key = (None,) if found is None else tuple(found.cells[column] for column in place.columns)
        return None if None in key else key

    def covers(self, dataset: str, time: str | None) -> Days | None:
        """The days that a time field covers, whoever looks: None where it has none."""
        whole = self.unrestricted
        if time is None or time not in whole.dataset(dataset).fields:
            return None
        if (dataset, time) not in whole._covers:
            whole._covers[dataset, time] = whole._days(dataset, time)
        return whole._covers[dataset, time]

    def _days(self, dataset: str, time: str) -> Days | None:
        days = [day_of(moment) for row in self.rows(dataset) if (moment := self.field(row, time)) is not None]
        return Days(min(days), max(days)) if days else None


def sight_of(world: World, viewer: Viewer) -> Sight:
    """What a viewer sees; without a role by the default one."""
    roles = Workspace(world.workspace).roles
    name = viewer.role or next((each for each, role in roles.items() if role.get("default")), None)
    return Sight(world, roles[name] if name else None, viewer.attributes)
