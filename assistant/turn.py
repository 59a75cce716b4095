"""One turn on its way: what its planner, tools and session share."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from assistant.conversation import Conversation
from assistant.planner.outcome import Clarify, Outcome, Plan, Refuse
from assistant.planner.plan import Reader, plan
from assistant.usage import NOTHING, Usage
from semantic_layer.columns import Note
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
        fell_back: Why the embedded planner took over from a language model.
        taught: The model was told once what the compiler refused in its request.
        user: Who asks, for the count of what models took.
        usage: What calls of a language model took in this turn.
        notes: What the reply has to say of who planned.
    """

    question: str
    conversation: Conversation
    reader: Reader
    context: Context
    timings_ms: dict[str, float] = field(default_factory=dict[str, float])
    attempts: int = 0
    fell_back: str | None = None
    taught: bool = False
    user: str = "local"
    usage: Usage = NOTHING
    notes: list[Note] = field(default_factory=list[Note])
    _planned: Outcome | None = None

    @property
    def from_model(self) -> bool:
        """Whether the call that is being handled was made by a language model."""
        return self.attempts > 0 and self.fell_back is None

    def planned(self) -> Outcome:
        """What the embedded planner makes of the question: the answer where it plans, the reference where a model does."""
        if self._planned is None:
            started = time.perf_counter()
            self._planned = plan(self.question, self.conversation, self.reader)
            self.spent("plan", started)
        return self._planned

    def spent(self, what: str, started: float) -> None:
        """Adds the time since `started`, a reading of `time.perf_counter`."""
        self.timings_ms[what] = self.timings_ms.get(what, 0.0) + (time.perf_counter() - started) * 1000
