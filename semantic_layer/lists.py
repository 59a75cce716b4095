"""Imported lists of ids: a file of their own beside the data versions, written anew for each import and never changed.

A pointer says which file counts, so a reader sees the lists before an import or after it. Facts are not copied for it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb
from pydantic import ValidationError

from semantic_layer.data_version import DataVersion, ListFacts, Lists
from semantic_layer.errors import DataError, Problem, did_you_mean
from semantic_layer.model.tags import ListTag
from semantic_layer.model.workspace import Workspace

POINTER = "lists.json"


class Key(NamedTuple):
    """A column of an entity's key; `kind` is its type in the data."""

    name: str
    kind: str


def current_lists(folder: Path) -> Lists | None:
    """The lists that count; None where nothing is imported."""
    try:
        found = Lists.model_validate_json((folder / POINTER).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return found if (folder / found.file).is_file() else None


def import_list(name: str, file: Path, workspace: Workspace, folder: Path, facts: Path, version: DataVersion) -> ListFacts:
    """Imports a list, or replaces it.

    Args:
        file: A CSV file whose header names the entity's key, or that has a single column.
        folder, facts, version: Where the lists are, and the data that ids are held against.

    Raises:
        DataError: `unknown_list`, `no_file` or `bad_list`; nothing is changed then.
    """
    keys, tables = keys_of(_entity_of(name, workspace), workspace, version)
    if not file.is_file():
        raise DataError(Problem("no_file", f"there is no file {file}", "Name a CSV file."))

    def write(connection: duckdb.DuckDBPyConnection, before: Lists) -> Lists:
        connection.execute(f"ATTACH '{_text(facts)}' AS facts (READ_ONLY)")
        return before.model_copy(update={"lists": {**before.lists, name: _write(connection, name, file, keys, tables)}})

    return written_anew(folder, write).lists[name]


def written_anew(folder: Path, write: Callable[[duckdb.DuckDBPyConnection, Lists], Lists]) -> Lists:
    """A new file of lists, which counts from the moment that it is whole.

    Args:
        write: Changes the copy that the connection has open, and gives what the file holds then. What it raises changes nothing.
    """
    before = current_lists(folder)
    number = int(before.file.partition("_")[2].partition(".")[0]) + 1 if before is not None else 1
    made = f"lists_{number:04d}.duckdb"
    draft = folder / f"{made}.draft"
    try:
        draft.unlink(missing_ok=True)
        if before is not None:
            shutil.copyfile(folder / before.file, draft)
        with duckdb.connect(str(draft)) as connection:
            lists = write(connection, before or Lists(file=made)).model_copy(update={"file": made})
        draft.replace(folder / made)
    finally:
        draft.unlink(missing_ok=True)
        draft.with_suffix(".draft.wal").unlink(missing_ok=True)
    fresh = folder / f"{POINTER}.new"
    fresh.write_text(lists.model_dump_json(indent=1), "utf-8")
    fresh.replace(folder / POINTER)
    if before is not None:
        (folder / before.file).unlink(missing_ok=True)  # who has it open reads on
    return lists


def _entity_of(name: str, workspace: Workspace) -> str:
    known = {tag.list: tag.entity for tag in workspace.tags if isinstance(tag, ListTag)}
    if name not in known:
        fix = did_you_mean(name, known) if known else f"Define it first: tags: [{{name: …, entity: …, list: {name}}}]."
        raise DataError(Problem("unknown_list", f"no tag goes by a list '{name}'", fix))
    return known[name]


def keys_of(entity: str, workspace: Workspace, version: DataVersion) -> tuple[list[Key], list[tuple[str, tuple[str, ...]]]]:
    """The key of an entity with its types, and the tables whose rows belong to it, with their columns."""
    profile = workspace.profile(entity)
    assert profile is not None
    holders = [each for each in workspace.datasets if entity in each.entities and each.derived is None]
    tables = [(each.table, each.entities[entity]) for each in holders if each.table in version.tables]
    if not tables:
        raise DataError(Problem("not_loaded", f"no data with '{entity}' is loaded", "Run `huaxiang data load` first."))
    columns = version.tables[tables[0][0]].columns
    kinds = [columns.get(column, "VARCHAR") for column in tables[0][1]]
    return [Key(name, kind) for name, kind in zip(profile.grain, kinds, strict=True)], tables


def _write(
    connection: duckdb.DuckDBPyConnection, name: str, file: Path, keys: list[Key], tables: list[tuple[str, tuple[str, ...]]]
) -> ListFacts:
    """Writes the table of a list, each id once."""
    reader = f"read_csv('{_text(file)}', header = true, all_varchar = true, null_padding = false)"
    try:
        given = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()]
        named = all(key.name in given for key in keys)
        if not named and (len(given) > 1 or len(keys) > 1):
            fix = f"Begin the file with a line that names {', '.join(key.name for key in keys)}."
            raise DataError(Problem("bad_list", f"{file.name} has no column {keys[0].name}", fix))
        columns = [key.name if named else given[0] for key in keys]
        if not named and _is_known(connection, given[0], keys[0], tables):
            fix = f"Begin the file with a line that says {keys[0].name}."
            raise DataError(Problem("bad_list", f"the first line of {file.name} is an id and no heading", fix))
        casts = [f"TRY_CAST({quoted(column)} AS {key.kind})" for column, key in zip(columns, keys, strict=True)]
        bad = connection.execute(
            f"SELECT line FROM (SELECT *, row_number() OVER () + 1 AS line FROM {reader}) "
            f"WHERE {' OR '.join(f'{cast} IS NULL' for cast in casts)} LIMIT 1"
        ).fetchone()
        if bad is not None:
            fix = f"Each line names one {', '.join(key.name for key in keys)} ({', '.join(key.kind for key in keys)})."
            raise DataError(Problem("bad_list", f"{file.name}: line {bad[0]} holds no id", fix))
        shown = ", ".join(f"{cast} AS {quoted(key.name)}" for cast, key in zip(casts, keys, strict=True))
        connection.execute(f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT DISTINCT {shown} FROM {reader}")
    except duckdb.Error:
        raise DataError(Problem("bad_list", f"{file.name} cannot be read as CSV", "Write one id on each line.")) from None
    rows = _count(connection, f"SELECT COUNT(*) FROM {quoted(name)}")
    own = ", ".join(f"l.{quoted(key.name)}" for key in keys)
    there = " UNION ALL ".join(f"SELECT {', '.join(map(quoted, held))} FROM facts.{quoted(table)}" for table, held in tables)
    names = ", ".join(quoted(key.name) for key in keys)
    met = " AND ".join(f"l.{quoted(key.name)} = k.{quoted(key.name)}" for key in keys)
    others = f"SELECT {own} FROM {quoted(name)} l ANTI JOIN (SELECT * FROM ({there}) AS known({names})) k ON {met}"
    unknown = _count(connection, f"SELECT COUNT(*) FROM ({others})")
    return ListFacts(rows=rows, unknown=unknown, imported_at=datetime.now(UTC))


def _is_known(connection: duckdb.DuckDBPyConnection, text: str, key: Key, tables: list[tuple[str, tuple[str, ...]]]) -> bool:
    """Whether a heading is really an id."""
    same = f"= TRY_CAST(? AS {key.kind}) LIMIT 1"
    held = [f"SELECT 1 FROM facts.{quoted(table)} WHERE {quoted(columns[0])} {same}" for table, columns in tables]
    return any(connection.execute(sql, [text]).fetchone() for sql in held)


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    return connection.execute(sql).fetchall()[0][0]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
