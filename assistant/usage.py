"""What a language model cost: tokens, money and time, by turn and by day, and how much of it a day may cost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Protocol

from pydantic import Field

from semantic_layer.frozen import Frozen

BYTES_OF_A_TOKEN = 3
"""Of the tokens of a provider that reports none: a little more of them than it is likely to count, in either language."""


class Usage(Frozen):
    """What calls of a language model took. Usages add up.

    Attributes:
        calls: Requests that were sent, failed ones too.
        tokens_in, tokens_out: As the provider counted them; by length where it does not say.
        cost: In the currency of the prices that were set; None where a price is not known.
        milliseconds: Time that was spent waiting.
    """

    calls: int = Field(default=0, ge=0)
    tokens_in: int = Field(default=0, ge=0)
    tokens_out: int = Field(default=0, ge=0)
    cost: float | None = 0.0
    milliseconds: float = Field(default=0.0, ge=0)

    def __add__(self, other: Usage) -> Usage:
        cost = None if self.cost is None or other.cost is None else self.cost + other.cost
        return Usage(
            calls=self.calls + other.calls,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            cost=cost,
            milliseconds=self.milliseconds + other.milliseconds,
        )

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


NOTHING = Usage()
"""No call was made."""


class Prices(Frozen):
    """Currency units for a million tokens; None where it is not known."""

    tokens_in: float | None = None
    tokens_out: float | None = None

    def cost(self, tokens_in: int, tokens_out: int) -> float | None:
        """What so many tokens cost; None without both prices."""
        if self.tokens_in is None or self.tokens_out is None:
            return None
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1_000_000


UNKNOWN_PRICES = Prices()


class Budget(Frozen):
    """How much a day may take; None sets no bound. It is looked at before a call, so the last call may go beyond it."""

    tokens_per_day: int | None = None
    cost_per_day: float | None = None

    @property
    def bounded(self) -> bool:
        return self.tokens_per_day is not None or self.cost_per_day is not None

    def is_spent(self, today: Usage) -> bool:
        """Whether nothing is left. A cost that is not known counts as spent: what cannot be counted cannot be kept to."""
        if self.tokens_per_day is not None and today.tokens >= self.tokens_per_day:
            return True
        return self.cost_per_day is not None and (today.cost is None or today.cost >= self.cost_per_day)


NO_BUDGET = Budget()


class Spending(Protocol):
    """Keeps what the models of this installation took, by day. Thread-safe; a day is one of this machine's calendar."""

    def today(self) -> Usage:
        """Everything of today, of all models and users."""
        ...

    def add(self, usage: Usage, model: str, user: str) -> None:
        """Counts the usage towards today."""
        ...


class SpendingInMemory:
    """For a process of its own: nothing outlives it.

    Args:
        clock: What day it is.
    """

    def __init__(self, clock: Callable[[], date] = date.today) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._days: dict[date, Usage] = {}

    def today(self) -> Usage:
        return self._days.get(self._clock(), Usage())

    def add(self, usage: Usage, model: str, user: str) -> None:
        with self._lock:
            self._days[self._clock()] = self.today() + usage


def estimated_tokens(text: str) -> int:
    """Tokens of a text, by its length in UTF-8."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_OF_A_TOKEN)
