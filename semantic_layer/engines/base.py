"""What an engine is: something that runs one statement within limits and gives rows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

from semantic_layer.frozen import Frozen


class Limits(Frozen):
    """Bounds of one statement.

    Attributes:
        milliseconds: It is stopped after so long.
        rows: More rows than this are cut off; the answer says so.
    """

    milliseconds: int = 30_000
    rows: int = 10_000


class CancelToken:
    """Set from another thread (the stop button), it interrupts the statement that is running."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._actions: list[Callable[[], object]] = []

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def cancel(self) -> None:
        self._event.set()
        for action in tuple(self._actions):
            action()

    def while_running(self, action: Callable[[], object]) -> Callable[[], None]:
        """Registers what stops the statement; the returned function takes it back."""
        self._actions.append(action)
        if self.cancelled:
            action()
        return lambda: self._actions.remove(action)


class Result(Protocol):
    """The rows of a statement; an Arrow table is one."""

    @property
    def num_rows(self) -> int: ...

    def to_pylist(self) -> list[dict[str, Any]]:
        """A mapping for each row, from the name of a column to its value."""
        ...


class Engine(Protocol):
    """Runs compiled statements on one data version."""

    dialect: str

    def run(self, sql: str, limits: Limits, cancel: CancelToken | None = None) -> Result:
        """At most `limits.rows + 1` rows: one more than allowed tells that there are more.

        Raises:
            DataError: `too_slow`, `cancelled` or `engine_failed`. The engine's own text, which can hold values of the
                data, is in none of them.
        """
        ...
