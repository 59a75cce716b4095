"""What a question sends to a language model, as it can be looked at before anything is sent."""

from __future__ import annotations

import json
from typing import Any

from langchain_core.messages import BaseMessage

from semantic_layer.frozen import Frozen

LEAVES = "This is what the model is sent."
STAYS = "Nothing is sent: the embedded planner answers this question. A model would be sent this:"
ROLES = {"human": "user", "ai": "assistant"}


class Message(Frozen):
    """One message, its role as providers call it."""

    role: str
    content: str


class Outgoing(Frozen):
    """What a question sends to a model.

    Attributes:
        leaves: Whether it would be sent, as model and mode are set; today's budget aside.
        messages: The last turns, and the question as the last message.
        tools: JSON schemas; the same for every question.
    """

    leaves: bool
    system: str
    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...]

    @staticmethod
    def of(leaves: bool, system: str, messages: list[BaseMessage], tools: list[dict[str, Any]]) -> Outgoing:
        """The same as plain data."""
        plain = tuple(Message(role=ROLES[each.type], content=each.text) for each in messages)
        return Outgoing(leaves=leaves, system=system, messages=plain, tools=tuple(tools))

    def as_text(self) -> str:
        """For people: each part under a heading, nothing left out."""
        said = LEAVES if self.leaves else STAYS
        parts = [("system", self.system), *((each.role, each.content) for each in self.messages)]
        parts += [("tool", json.dumps(tool, ensure_ascii=False)) for tool in self.tools]
        return "\n\n".join([said, *(f"--- {name} ---\n{text}" for name, text in parts)])
