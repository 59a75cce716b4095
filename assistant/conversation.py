"""The dialogue as our own value: what was asked, how it was read, what it mentioned. Everything else is derived from it."""

from __future__ import annotations

from typing import Any, Literal

from assistant.usage import Usage
from semantic_layer.frozen import Frozen

SCHEMA_VERSION = 1


class Mention(Frozen):
    """Values of a field that an answer showed first; "it" and "those" mean them."""

    field: str
    values: tuple[bool | int | str, ...]


class Turn(Frozen):
    """One question with its outcome.

    Attributes:
        request: The canonical request that was run; None where none was.
        choices: The requests that a question back offered.
        shown_as: What the page showed as asked, where a button and not a typed question led here.
        usage: What a language model took for it; None where none was asked.
        edited: The number of the turn whose reading was changed into this request by hand.
    """

    question: str
    outcome: Literal["answered", "clarify", "refused", "error"]
    request: dict[str, Any] | None = None
    reading: str = ""
    choices: tuple[dict[str, Any], ...] = ()
    mentions: tuple[Mention, ...] = ()
    shown_as: str = ""
    usage: Usage | None = None
    edited: int | None = None


class Conversation(Frozen):
    """A dialogue. Immutable: a new turn makes a new value."""

    id: str
    turns: tuple[Turn, ...] = ()
    schema_version: int = SCHEMA_VERSION

    def with_turn(self, turn: Turn) -> Conversation:
        return self.model_copy(update={"turns": (*self.turns, turn)})

    def requests(self) -> list[dict[str, Any]]:
        """Metric queries that were answered, latest first."""
        found = [turn.request for turn in reversed(self.turns) if turn.outcome == "answered" and turn.request]
        return [request for request in found if request.get("kind") == "metric_query"]

    @property
    def last(self) -> Turn | None:
        """The last turn that came to an outcome; a fault or a stop changes nothing in a dialogue."""
        return next((turn for turn in reversed(self.turns) if turn.outcome != "error"), None)
