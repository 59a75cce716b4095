"""What language models took, by day, user and model, in the state store: the count that budgets are held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from assistant.state.store import Store
from assistant.usage import Usage
from semantic_layer.frozen import Frozen

SUMS = "sum(calls), sum(tokens_in), sum(tokens_out), sum(cost), sum(CASE WHEN cost IS NULL THEN 1 ELSE 0 END), sum(milliseconds)"


class Spent(Frozen):
    """What one model took on one day."""

    day: date
    model: str
    usage: Usage


class SpendingInStore:
    """Shared by every process on the same store.

    Args:
        clock: What day it is.
    """

    def __init__(self, store: Store, clock: Callable[[], date] = date.today) -> None:
        self._store, self._clock = store, clock

    def today(self) -> Usage:
        """Everything of today, of all models and users."""
        with self._store.begin() as connection:
            found = connection.execute(
                text(f"SELECT {SUMS} FROM model_usage WHERE day = :day"), {"day": self._clock().isoformat()}
            ).one()
        return _usage(found)

    def add(self, usage: Usage, model: str, user: str) -> None:
        """Counts the usage towards today. Each call is a row of its own, so that nobody waits for another one's sum."""
        with self._store.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO model_usage (day, asked_by, model, calls, tokens_in, tokens_out, cost, milliseconds) "
                    "VALUES (:day, :asked_by, :model, :calls, :tokens_in, :tokens_out, :cost, :milliseconds)"
                ),
                {"day": self._clock().isoformat(), "asked_by": user, "model": model, **usage.model_dump()},
            )

    def by_day(self, days: int) -> tuple[Spent, ...]:
        """Each day of the last ones with each of its models, latest day first; days without a call are left out."""
        first = self._clock() - timedelta(days=days - 1)
        statement = text(
            f"SELECT day, model, {SUMS} FROM model_usage WHERE day >= :first GROUP BY day, model ORDER BY day DESC, model"
        )
        with self._store.begin() as connection:
            found = connection.execute(statement, {"first": first.isoformat()}).all()
        return tuple(Spent(day=date.fromisoformat(row[0]), model=row[1], usage=_usage(row[2:])) for row in found)


def _usage(sums: Iterable[Any]) -> Usage:
    """One row of sums. A cost that was not known anywhere makes the whole unknown."""
    calls, tokens_in, tokens_out, cost, unknown, milliseconds = (each or 0 for each in sums)
    return Usage(
        calls=calls,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=None if unknown else cost,
        milliseconds=milliseconds,
    )
