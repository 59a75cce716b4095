"""The state store: opened and brought up to date here; each kind of state has a file of its own beside this one."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from assistant.settings import Settings
from assistant.wording.texts import whole
from semantic_layer.errors import DataError, Problem

FIX = (
    "Set HUAXIANG_STATE_URL to a database that can be reached and whose driver is installed, "
    "or leave it empty for a file in the state folder."
)
WAIT = 10
"""Seconds that one who finds an SQLite file locked waits for it."""
WRITES = "huaxiang_writes"
"""Of a connection: that its transactions may write."""
MIGRATION_LOCK = 4_850_817
"""The key of the lock that a migration holds; any number that nobody else takes."""


def _conversations(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE conversations (id VARCHAR(64) PRIMARY KEY, owner VARCHAR(64) NOT NULL, title TEXT NOT NULL, "
            "renamed INTEGER NOT NULL, created_at VARCHAR(32) NOT NULL, updated_at VARCHAR(32) NOT NULL)"
        )
    )
    connection.execute(text("CREATE INDEX conversations_by_owner ON conversations (owner, updated_at)"))
    connection.execute(
        text(
            "CREATE TABLE turns (conversation VARCHAR(64) NOT NULL, number INTEGER NOT NULL, asked TEXT NOT NULL, "
            "asked_at VARCHAR(32) NOT NULL, seen_with VARCHAR(64) NOT NULL, turn TEXT, reply TEXT, "
            "PRIMARY KEY (conversation, number))"
        )
    )


def _feedback(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE feedback (id VARCHAR(64) PRIMARY KEY, conversation VARCHAR(64) NOT NULL, number INTEGER NOT NULL, "
            "workspace VARCHAR(200) NOT NULL, given_by VARCHAR(200) NOT NULL, given_at VARCHAR(32) NOT NULL, "
            "kind VARCHAR(20) NOT NULL, reasons TEXT NOT NULL, comment TEXT NOT NULL, question TEXT NOT NULL, "
            "reading TEXT NOT NULL, request TEXT, should_be TEXT, state VARCHAR(20) NOT NULL, reviewed_at VARCHAR(32), "
            "note TEXT NOT NULL)"
        )
    )
    connection.execute(text("CREATE INDEX feedback_by_state ON feedback (state, given_at)"))


def _model_usage(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE model_usage (day VARCHAR(10) NOT NULL, asked_by VARCHAR(200) NOT NULL, model VARCHAR(200) NOT NULL, "
            "calls INTEGER NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, cost DOUBLE PRECISION, "
            "milliseconds DOUBLE PRECISION NOT NULL)"
        )
    )
    connection.execute(text("CREATE INDEX model_usage_by_day ON model_usage (day, model)"))


def _segment_drafts(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE segment_drafts (id VARCHAR(64) PRIMARY KEY, workspace VARCHAR(200) NOT NULL, "
            "author VARCHAR(200) NOT NULL, created_at VARCHAR(32) NOT NULL, name VARCHAR(200) NOT NULL, yaml TEXT NOT NULL, "
            "asked TEXT NOT NULL, state VARCHAR(20) NOT NULL, reviewed_at VARCHAR(32), reviewed_by VARCHAR(200) NOT NULL, "
            "note TEXT NOT NULL)"
        )
    )
    connection.execute(text("CREATE INDEX segment_drafts_by_author ON segment_drafts (workspace, author, state)"))


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_conversations, _feedback, _model_usage, _segment_drafts)
"""What has been done to the tables, oldest first. Only ever added to: the stored version is how many have run."""


class Store:
    """One database of state, its tables up to date. Thread-safe, and shared by processes.

    Args:
        url: As SQLAlchemy writes it. An SQLite file is made where there is none, readable by its owner alone.

    Raises:
        DataError: `no_state`, when it cannot be opened, or a later version of this program has written it.
    """

    def __init__(self, url: str | URL) -> None:
        fix = FIX
        try:
            url = make_url(url)
            path = _file_of(url)
            if path is not None:
                _make_private(path)
                fix = f"If {path} is damaged, move it away and a new one is made. {FIX}"
            engine = _engine(url)
            self._reading, self._writing = engine, engine.execution_options(**{WRITES: True})
            with self.begin() as connection:
                _migrate(connection)
        except (ArgumentError, NoSuchModuleError, SQLAlchemyError, ImportError) as error:
            # The driver's own text may hold the password of the URL.
            raise DataError(Problem("no_state", f"the state store cannot be opened ({type(error).__name__})", fix)) from None

    @classmethod
    def open(cls, settings: Settings) -> Store:
        """The store of `HUAXIANG_STATE_URL`; by default a file in the state folder."""
        return cls(settings.state_url or URL.create("sqlite", database=str(settings.home / "state.db")))

    @contextmanager
    def begin(self) -> Generator[Connection]:
        """A transaction that may write: all of it or nothing."""
        with self._writing.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Generator[Connection]:
        """A transaction that only reads: one state of the tables, and no waiting for those who write."""
        with self._reading.begin() as connection:
            yield connection

    def close(self) -> None:
        self._reading.dispose()


def now(ago: timedelta = timedelta(0)) -> str:
    """The time, or so long ago, as the tables keep it: UTC, ISO 8601, so that texts sort by time."""
    return (datetime.now(UTC) - ago).isoformat(timespec="microseconds")


def storable(text: str) -> str:
    """A text that every database takes: halves of a character and NUL are marked as lost."""
    return whole(text).replace("\0", "\N{REPLACEMENT CHARACTER}")


def _engine(url: URL) -> Engine:
    engine = create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # Python's driver would begin a transaction only before some statements, and never before those that make tables.
    connection.isolation_level = None
    # SQLite's own lower() knows ASCII alone.
    connection.create_function("lower", 1, _lower, deterministic=True)
    connection.execute(f"PRAGMA busy_timeout={WAIT * 1000}")
    _log_ahead(connection)


def _log_ahead(connection: Any) -> None:
    """Turns write-ahead logging on, so that readers never wait. Of several that do so on a new file at once SQLite lets
    one go on and turns the others away, without the wait that it gives to statements."""
    deadline = time.monotonic() + WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that begins as a reader may not write once somebody else has: writers queue at the beginning."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Of several processes that start at once one migrates; SQLite's transaction sees to it by itself.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.execute(text("CREATE TABLE IF NOT EXISTS state_version (version INTEGER NOT NULL)"))
    found = connection.execute(text("SELECT max(version) FROM state_version")).scalar() or 0
    if found > len(MIGRATIONS):
        what = f"the state store was written by a later version of this program (its tables are version {found})"
        raise DataError(Problem("no_state", what, f"This one knows {len(MIGRATIONS)}: update it, or use another HUAXIANG_HOME."))
    for number, migration in enumerate(MIGRATIONS[found:], found + 1):
        migration(connection)
        connection.execute(text("INSERT INTO state_version (version) VALUES (:version)"), {"version": number})


def _file_of(url: URL) -> Path | None:
    """The file of an SQLite database; None for other databases, and for one in memory."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:") or url.query:
        return None
    return Path(str(url.database))


def _make_private(path: Path) -> None:
    """Makes the file where there is none. One that is there is never opened here: closing it would end the locks that this
    process holds on it through SQLite, and another process would then take away the log that this one still writes to."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        path.chmod(0o600)
    except OSError as error:
        what = f"the state file {path} cannot be written ({error.strerror})"
        raise DataError(Problem("no_state", what, "Set HUAXIANG_HOME to a folder that can be written.")) from None
