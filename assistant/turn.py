"""One turn on its way: what its planner, tools and session share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.conversation import Conversation
from assistant.planner.outcome import Clarify, Plan, Refuse
from assistant.planner.plan import Reader
from semantic_layer.errors import Problem
from tools.answer import Answer
from tools.context import Context


@dataclass(frozen=True)
class Handled:
    """What a tool made of a plan; the artifact that the session reads.

    Attributes:
        answers: One for each reading whose result differs; one in nearly all cases.
        problem: Why the compiler or the policy refused the request.
    """

    outcome: Plan | Clarify | Refuse
    request: dict[str, Any] = field(default_factory=dict[str, Any])
    answers: tuple[Answer, ...] = ()
    problem: Problem | None = None


@dataclass(repr=False)
class TurnContext:
    """Passed to the agent as its run-time context.

    It has no long repr: LangChain writes the repr of whatever a model holds, and this one holds a whole workspace.

    Attributes:
        attempts: Calls that a language model has made in this turn.
        fell_back: The embedded planner took over from a language model.
    """

    question: str
    conversation: Conversation
    reader: Reader
    context: Context
    timings_ms: dict[str, float] = field(default_factory=dict[str, float])
    attempts: int = 0
    fell_back: str | None = None
