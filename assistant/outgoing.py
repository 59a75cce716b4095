"""What a question sends to a language model, as it can be looked at before anything is sent."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import BaseMessage

from semantic_layer.frozen import Frozen

ROLES = {"human": "user", "ai": "assistant"}


class Message(Frozen):
    """One message, its role as providers call it."""

    role: str
    content: str


class Outgoing(Frozen):
    """What a question sends to a model.

    Attributes:
        leaves: Whether it would be sent, as things are set; today's budget aside.
        messages: The last turns, and the question as the last message.
        tools: JSON schemas; the same for every question.
    """

    leaves: bool
    system: str
    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...]

    @staticmethod
    def of(leaves: bool, system: str, messages: list[BaseMessage], tools: list[dict[str, Any]]) -> Outgoing:
        plain = tuple(Message(role=ROLES[each.type], content=each.text) for each in messages)
        return Outgoing(leaves=leaves, system=system, messages=plain, tools=tuple(tools))
