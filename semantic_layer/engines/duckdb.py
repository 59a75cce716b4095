"""The default engine: one locked in-memory DuckDB for each data version, which is attached read-only."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from semantic_layer.engines.base import CancelToken, Limits
from semantic_layer.errors import DataError, Problem

log = logging.getLogger(__name__)

CATALOG = "facts"
"""The name under which compiled SQL finds a data version."""
LISTS = "lists"
"""And imported lists of ids."""
PREDICTIONS = "predictions"
"""And what was predicted."""


class Fetched(NamedTuple):
    """Rows as Python values. Results are small; importing Arrow takes longer than it would save."""

    names: list[str]
    values: list[tuple[Any, ...]]

    @property
    def num_rows(self) -> int:
        return len(self.values)

    def to_pylist(self) -> list[dict[str, Any]]:
        return [dict(zip(self.names, row, strict=True)) for row in self.values]


class DuckDBEngine:
    """Statements on one data version file. A cursor for each statement; a fair queue in front of them.

    Args:
        file: The data version; never written to.
        memory: DuckDB's memory limit, such as "2GB".
        threads: Threads of one statement.
        at_once: Statements that run at the same time; others wait their turn.
        beside: Further files by the names under which compiled SQL finds them; never written to either.
    """

    dialect = "duckdb"

    def __init__(
        self, file: Path, memory: str = "2GB", threads: int = 2, at_once: int = 4, beside: Mapping[str, Path] | None = None
    ) -> None:
        self._connection = duckdb.connect(":memory:")
        files = {CATALOG: file, **(beside or {})}
        for statement in (
            *(f"ATTACH '{_text(path)}' AS {name} (READ_ONLY)" for name, path in files.items()),
            f"SET memory_limit = '{memory}'",
            f"SET threads = {int(threads)}",
            "SET temp_directory = ''",
            "SET preserve_insertion_order = true",
            "SET allowed_configs = ['max_execution_time']",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            self._connection.execute(statement)
        self._turns = threading.BoundedSemaphore(at_once)

    def run(self, sql: str, limits: Limits, cancel: CancelToken | None = None) -> Fetched:
        with self._turns:
            cursor = self._connection.cursor()
            release = cancel.while_running(cursor.interrupt) if cancel else None
            try:
                if cancel and cancel.cancelled:
                    raise DataError(Problem("cancelled", "the question was stopped"))
                cursor.execute(f"SET max_execution_time = {int(limits.milliseconds)}")
                found = cursor.sql(sql).limit(limits.rows + 1)
                return Fetched(found.columns, found.fetchall())
            except duckdb.Error as error:
                raise _own_problem(error, cancel) from None
            finally:
                if release:
                    release()
                cursor.close()

    def close(self) -> None:
        self._connection.close()


def _text(path: Path) -> str:
    return str(path).replace("'", "''")


def _own_problem(error: duckdb.Error, cancel: CancelToken | None) -> DataError:
    """Our text instead of the engine's, which can hold values of the data."""
    if cancel and cancel.cancelled:
        return DataError(Problem("cancelled", "the question was stopped"))
    log.warning("statement failed: %s", type(error).__name__)
    if isinstance(error, duckdb.InterruptException | duckdb.OutOfMemoryException):
        return DataError(
            Problem("too_slow", "the statement needs more time or memory than it may take", "Ask for a shorter period.")
        )
    return DataError(Problem("engine_failed", f"the engine refused the statement ({type(error).__name__})"))
