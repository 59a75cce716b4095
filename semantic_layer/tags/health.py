"""How each tag is: of how many it is known, how its values are spread, and what has changed since the version before.

Measured by a refresh and kept in the file of the version, so that nobody who asks waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from semantic_layer.frozen import Frozen
from semantic_layer.tag_parts import Item
from semantic_layer.tags.drift import Bin, stability_index

MOST_VALUES = 20
"""So many values are counted one by one: those that most have; numbers and days with more are counted in ranges."""
PARTS = 10
"""Ranges of about equally many."""
RANGED = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL", "FLOAT", "DOUBLE", "DATE", "TIMESTAMP", "UINTEGER")
ABOUT = "about"
"""The schema of the tables that tell of tags."""
TABLES = (
    "tags (entity VARCHAR, tag VARCHAR, members BIGINT, known BIGINT, since VARCHAR, since_as_of DATE, redefined BOOLEAN, "
    'changed BIGINT, entered BIGINT, "left" BIGINT, drift DOUBLE)',
    "bins (tag VARCHAR, position INTEGER, kind VARCHAR, value VARCHAR, above VARCHAR, up_to VARCHAR, members BIGINT)",
)


class TagHealth(Frozen):
    """What is known of one tag or segment in one version.

    Attributes:
        members: How many there are of the entity.
        known: Of how many the tag has a value.
        bins: How its values are spread, what is unknown being one of the bins.
        since, since_as_of: The version that it is compared with, and its day; None where there was none before.
        redefined: Its definition is another one than in that version.
        changed: How many who are in both versions have another value now.
        entered, left: Of what is true or false: how many it was not true of before and is now, and the other way round, those
            who came into the population or went from it among them.
        drift: The population stability index between the two.
    """

    entity: str
    tag: str
    members: int
    known: int
    bins: tuple[Bin, ...] = ()
    since: str | None = None
    since_as_of: date | None = None
    redefined: bool = False
    changed: int | None = None
    entered: int | None = None
    left: int | None = None
    drift: float | None = None

    @property
    def coverage(self) -> float | None:
        """The share of everyone of whom it is known; None where there is nobody."""
        return self.known / self.members if self.members else None


class Before(NamedTuple):
    """What a tag is compared with.

    Attributes:
        catalog: Under which the version is attached.
    """

    version: str
    as_of: date
    catalog: str
    redefined: bool


class Table(NamedTuple):
    """The kept profile of one entity."""

    catalog: str
    entity: str
    keys: tuple[str, ...]

    @property
    def sql(self) -> str:
        return f"{self.catalog}.main.{quoted(self.entity)}"


def measured(
    connection: duckdb.DuckDBPyConnection, table: Table, items: Sequence[Item], before: Mapping[str, Before]
) -> list[TagHealth]:
    """Measures the tags and segments of one entity.

    Args:
        before: By tag; a tag that was in no version before is not in it.
    """
    types = _types(connection, table)
    counts = ", ".join(["COUNT(*)", *(f"COUNT({quoted(each.name)})" for each in items)])
    members, *known = _row(connection, f"SELECT {counts} FROM {table.sql}")
    moves = _moves(connection, table, [each.name for each in items], before, types)
    found: list[TagHealth] = []
    for each, count in zip(items, known, strict=True):
        kind = types[each.name]
        bins = counted(connection, table, each.name, kind, _own_bins(connection, table, each.name, kind))
        compared = before.get(each.name)
        drift = None
        if compared is not None and each.name in moves:
            was = read_bins(connection, compared.catalog, each.name)
            has = counted(connection, table, each.name, kind, was)
            drift = stability_index([one.members for one in was], [one.members for one in has])
        one = TagHealth(entity=table.entity, tag=each.name, members=members, known=count, bins=bins, drift=drift)
        if compared is not None:
            since = {"since": compared.version, "since_as_of": compared.as_of, "redefined": compared.redefined}
            one = one.model_copy(update={**since, **moves.get(each.name, {})})
        found.append(one)
    return found


# ---- how values are spread ------------------------------------------------------------------------------------------------


def _own_bins(connection: duckdb.DuckDBPyConnection, table: Table, tag: str, kind: str) -> tuple[Bin, ...]:
    """The bins of a tag by what it is now, not counted yet."""
    column = quoted(tag)
    unknown = Bin(kind="unknown")
    (different,) = _row(connection, f"SELECT COUNT(DISTINCT {column}) FROM {table.sql}")
    if kind.startswith(RANGED) and different > MOST_VALUES:
        shares = ", ".join(str(number / PARTS) for number in range(1, PARTS))
        (cuts,) = _row(connection, f"SELECT quantile_disc({column}, [{shares}])::VARCHAR[] FROM {table.sql}")
        bounds = [None, *dict.fromkeys(cuts), None]
        return (*(Bin(kind="range", above=low, up_to=high) for low, high in pairwise(bounds)), unknown)
    order = column if kind.startswith(RANGED) else f"COUNT(*) DESC, {column}"
    grouped = f"FROM {table.sql} WHERE {column} IS NOT NULL GROUP BY {column}"
    values = connection.execute(f"SELECT {column}::VARCHAR {grouped} ORDER BY {order} LIMIT {MOST_VALUES}").fetchall()
    return (*(Bin(kind="value", value=value) for (value,) in values), Bin(kind="others"), unknown)


def counted(connection: duckdb.DuckDBPyConnection, table: Table, tag: str, kind: str, bins: Sequence[Bin]) -> tuple[Bin, ...]:
    """The same bins with how many have one of their values in a table.

    Args:
        kind: The type of the tag's column.
    """
    values = [_text(each.value) for each in bins if each.kind == "value" and each.value is not None]
    tests = [_test(each, kind, values) for each in bins]
    sums = ", ".join(f"COALESCE(SUM(members) FILTER (WHERE {test}), 0)::BIGINT" for test in tests)
    column = quoted(tag)
    grouped = f"SELECT {column} AS value, {column}::VARCHAR AS said, COUNT(*) AS members FROM {table.sql} GROUP BY {column}"
    found = _row(connection, f"SELECT {sums} FROM ({grouped})")
    return tuple(each.model_copy(update={"members": members}) for each, members in zip(bins, found, strict=True))


def _test(each: Bin, kind: str, values: list[str]) -> str:
    """Whether a value belongs to a bin, as SQL."""
    match each.kind:
        case "unknown":
            return "value IS NULL"
        case "value":
            return f"said = {_text(each.value or '')}"
        case "others":
            listed = [f"said NOT IN ({', '.join(values)})"] if values else []
            return " AND ".join(["value IS NOT NULL", *listed])
        case "range":
            above = [f"value > {_text(each.above)}::{kind}"] if each.above is not None else []
            up_to = [f"value <= {_text(each.up_to)}::{kind}"] if each.up_to is not None else []
            return " AND ".join(["value IS NOT NULL", *above, *up_to])


# ---- what has changed -----------------------------------------------------------------------------------------------------


def _moves(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    names: Sequence[str],
    before: Mapping[str, Before],
    types: Mapping[str, str],
) -> dict[str, dict[str, int]]:
    """How many have another value, came in and went out, by tag: one join with each version that is compared with.

    A tag whose values were of another type cannot be compared and is left out.
    """
    found: dict[str, dict[str, int]] = {}
    compared = sorted((name for name in names if name in before), key=lambda name: before[name].catalog)
    for catalog, group in groupby(compared, key=lambda name: before[name].catalog):
        other = Table(catalog, table.entity, table.keys)
        was = _types(connection, other)
        same = [name for name in group if was.get(name) == types[name]]
        if not same:
            continue
        there = f"now.{quoted(table.keys[0])} IS NOT NULL AND was.{quoted(table.keys[0])} IS NOT NULL"
        sums: list[str] = []
        for name in same:
            now, then = f"now.{quoted(name)}", f"was.{quoted(name)}"
            sums.append(f"COUNT(*) FILTER (WHERE {there} AND {now} IS DISTINCT FROM {then})")
            if types[name] == "BOOLEAN":
                sums += [
                    f"COUNT(*) FILTER (WHERE {one} IS TRUE AND {other_one} IS NOT TRUE)"
                    for one, other_one in ((now, then), (then, now))
                ]
        on = " AND ".join(f"now.{quoted(key)} = was.{quoted(key)}" for key in table.keys)
        numbers = iter(_row(connection, f"SELECT {', '.join(sums)} FROM {table.sql} AS now FULL JOIN {other.sql} AS was ON {on}"))
        for name in same:
            found[name] = {"changed": next(numbers)}
            if types[name] == "BOOLEAN":
                found[name] |= {"entered": next(numbers), "left": next(numbers)}
    return found


# ---- keeping it -----------------------------------------------------------------------------------------------------------


def write(connection: duckdb.DuckDBPyConnection, catalog: str, found: Iterable[TagHealth]) -> None:
    """Keeps what was measured in the file of a version."""
    connection.execute(f"CREATE SCHEMA {catalog}.{ABOUT}")
    for table in TABLES:
        connection.execute(f"CREATE TABLE {catalog}.{ABOUT}.{table}")
    connection.execute("BEGIN")  # one write to the disk, not one for each row
    for each in found:
        row = (each.entity, each.tag, each.members, each.known, each.since, each.since_as_of, each.redefined)
        row += (each.changed, each.entered, each.left, each.drift)
        connection.execute(f"INSERT INTO {catalog}.{ABOUT}.tags VALUES ({', '.join('?' * len(row))})", row)
        for position, one in enumerate(each.bins):
            cells = (each.tag, position, one.kind, one.value, one.above, one.up_to, one.members)
            connection.execute(f"INSERT INTO {catalog}.{ABOUT}.bins VALUES (?, ?, ?, ?, ?, ?, ?)", cells)
    connection.execute("COMMIT")


def read_bins(connection: duckdb.DuckDBPyConnection, catalog: str, tag: str) -> tuple[Bin, ...]:
    """The bins of a tag in a version that is attached."""
    columns = ("kind", "value", "above", "up_to", "members")
    rows = connection.execute(
        f"SELECT {', '.join(columns)} FROM {catalog}.{ABOUT}.bins WHERE tag = ? ORDER BY position", [tag]
    ).fetchall()
    return tuple(Bin(**dict(zip(columns, row, strict=True))) for row in rows)


def read(file: Path) -> dict[str, TagHealth]:
    """What is kept in the file of a version, by tag."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH {_text(str(file))} AS kept (READ_ONLY)")
        found = connection.execute(f"FROM kept.{ABOUT}.tags")
        names = [column[0] for column in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return {row["tag"]: TagHealth(**row, bins=read_bins(connection, "kept", row["tag"])) for row in rows}


# ---- small things ---------------------------------------------------------------------------------------------------------


def _types(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, str]:
    try:
        return {row[0]: row[1] for row in connection.execute(f"DESCRIBE {table.sql}").fetchall()}
    except duckdb.CatalogException:
        return {}  # the version before did not have the entity


def _row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    return connection.execute(sql).fetchall()[0]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
