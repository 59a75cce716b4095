"""What a question was understood as: readings to run, a question back, or a refusal. All three are plain values."""

from __future__ import annotations

from typing import Any, Literal

from semantic_layer.columns import Note
from semantic_layer.frozen import Frozen


class Binding(Frozen):
    """Words of the question, and what they were bound to. `to` is empty for words that change nothing."""

    text: str
    to: str


class Choice(Frozen):
    """A possible meaning that can be taken up with a click."""

    request: dict[str, Any]
    code: str = "reading"


class Plan(Frozen):
    """One to several readings of a question as typed requests.

    Attributes:
        readings: Requests in plain form; where several remain, all are run, and equal results need no question back.
        notes: Assumptions that were made in reading.
        edited: The request is an edit of the one before.
    """

    kind: Literal["plan"] = "plan"
    readings: tuple[dict[str, Any], ...]
    bindings: tuple[Binding, ...] = ()
    notes: tuple[Note, ...] = ()
    edited: bool = False


class Clarify(Frozen):
    """A question back, with the choices.

    Attributes:
        code: What is unclear: metric, term, period, value.
        span: The words that are unclear.
    """

    kind: Literal["clarify"] = "clarify"
    code: str
    span: str = ""
    choices: tuple[Choice, ...] = ()
    parts: dict[str, Any] = {}
    bindings: tuple[Binding, ...] = ()


class Refuse(Frozen):
    """Why a question is not answered, and what could be asked instead.

    Attributes:
        code: A code of our own or a reason of the contract.
        span: The words that are the cause.
    """

    kind: Literal["refuse"] = "refuse"
    code: str
    span: str = ""
    parts: dict[str, Any] = {}
    choices: tuple[Choice, ...] = ()
    bindings: tuple[Binding, ...] = ()


Outcome = Plan | Clarify | Refuse
