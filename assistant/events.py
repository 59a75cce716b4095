"""What happens while a question is answered: the stream that chat, command line and evaluation read."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from assistant.usage import Usage
from semantic_layer.frozen import Frozen


class EventBase(Frozen):
    """Every event knows its conversation, its turn and its place in the turn."""

    conversation: str
    turn: int
    sequence: int


class Started(EventBase):
    kind: Literal["started"] = "started"
    question: str
    language: str


class Planned(EventBase):
    """The question was understood; `reading` says how, in words."""

    kind: Literal["planned"] = "planned"
    plan: dict[str, Any]
    reading: str = ""


class Compiled(EventBase):
    kind: Literal["compiled"] = "compiled"
    sql: str | None = None


class Progress(EventBase):
    """Nothing new for a while: work goes on."""

    kind: Literal["progress"] = "progress"
    seconds: float


class Rows(EventBase):
    kind: Literal["rows"] = "rows"
    count: int


class Text(EventBase):
    kind: Literal["text"] = "text"
    text: str


class LastBase(EventBase):
    """What every last event holds.

    Attributes:
        reply: The whole reply.
        usage: What a language model took; None where none was asked. It is no part of a reply: no answer depends on it.
    """

    reply: dict[str, Any]
    usage: Usage | None = None


class Answered(LastBase):
    kind: Literal["answered"] = "answered"


class Clarified(LastBase):
    kind: Literal["clarified"] = "clarified"


class Refused(LastBase):
    kind: Literal["refused"] = "refused"


class Failed(LastBase):
    """A fault of ours, or a stop."""

    kind: Literal["failed"] = "failed"


Last = Answered | Clarified | Refused | Failed
"""Exactly one of these ends a turn, also after a cancel."""
Event = Annotated[
    Started | Planned | Compiled | Progress | Rows | Text | Answered | Clarified | Refused | Failed, Field(discriminator="kind")
]
