"""What an engine is: something that runs one statement within limits and gives Arrow."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from semantic_layer.frozen import Frozen

if TYPE_CHECKING:
    import pyarrow as pa


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


class Engine(Protocol):
    """Runs compiled statements on one data version."""

    dialect: str

    def run(self, sql: str, limits: Limits, cancel: CancelToken | None = None) -> pa.Table:
        """At most `limits.rows + 1` rows: one more than allowed tells that there are more.

        Raises:
            DataError: `too_slow`, `cancelled` or `engine_failed`. The engine's own text, which can hold values of the
                data, is in none of them.
        """
        ...
