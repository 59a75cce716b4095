"""The state store: opened and brought up to date here; each kind of state has a file of its own beside this one."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from assistant.settings import Settings
from semantic_layer.errors import DataError, Problem

FIX = "Set HUAXIANG_STATE_URL to a database that can be reached, or leave it empty for a file in the state folder."


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


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_conversations, _feedback, _model_usage)
"""What has been done to the tables, oldest first. Only ever added to: the stored version is how many have run."""


class Store:
    """One database of state, its tables up to date.

    Raises:
        DataError: `no_state`, when it cannot be opened, or a later version of this program has written it.
    """

    def __init__(self, url: str) -> None:
        try:
            self.engine = _engine(url)
            with self.engine.begin() as connection:
                _migrate(connection)
        except (ArgumentError, NoSuchModuleError, SQLAlchemyError, ImportError) as error:
            # The driver's own text may hold the password of the URL.
            raise DataError(Problem("no_state", f"the state store cannot be opened ({type(error).__name__})", FIX)) from None

    @classmethod
    def open(cls, settings: Settings) -> Store:
        """The store of `HUAXIANG_STATE_URL`; by default a file in the state folder that only its owner can read."""
        if settings.state_url:
            return cls(settings.state_url)
        path = settings.home / "state.db"
        _make_private(path)
        return cls(f"sqlite:///{path}")

    @contextmanager
    def begin(self) -> Generator[Connection]:
        """A transaction: all of it or nothing."""
        with self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def now() -> str:
    """The time as the tables keep it: UTC, ISO 8601, so that texts sort by time."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _engine(url: str) -> Engine:
    engine = create_engine(make_url(url), pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
            cursor = connection.cursor()
            # Readers never wait for a writer, and a writer waits its turn instead of failing.
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA busy_timeout=10000")
            cursor.close()

    return engine


def _migrate(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE IF NOT EXISTS state_version (version INTEGER NOT NULL)"))
    found = connection.execute(text("SELECT max(version) FROM state_version")).scalar() or 0
    if found > len(MIGRATIONS):
        what = f"the state store was written by a later version of this program (its tables are version {found})"
        raise DataError(Problem("no_state", what, f"This one knows {len(MIGRATIONS)}: update it, or use another HUAXIANG_HOME."))
    for number, migration in enumerate(MIGRATIONS[found:], found + 1):
        migration(connection)
        connection.execute(text("INSERT INTO state_version (version) VALUES (:version)"), {"version": number})


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
    except OSError as error:
        what = f"the state file {path} cannot be written ({error.strerror})"
        raise DataError(Problem("no_state", what, "Set HUAXIANG_HOME to a folder that can be written.")) from None
