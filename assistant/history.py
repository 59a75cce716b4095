"""The conversation as a language model sees it: questions, and the requests that they became. Derived, never stored."""

from __future__ import annotations

import json
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from assistant.conversation import Conversation, Turn
from assistant.planner.stored_values import with_words_for_values
from assistant.reply import read_request
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import plain

MOST_TURNS = 6
TAKEN_UP = "(A suggestion was taken up.)"
"""What a turn without a question says: its words were ours, and may hold values of rows."""


def history(conversation: Conversation, workspace: Workspace, most: int = MOST_TURNS) -> list[BaseMessage]:
    """The last turns as messages. Values that nobody typed are withheld: they come from rows."""
    asked = [turn.question for turn in conversation.turns if turn.question]
    messages: list[BaseMessage] = []
    for turn in shown_turns(conversation, most):
        said = turn.question if turn.question.strip() else TAKEN_UP
        messages += [HumanMessage(said), AIMessage(_outcome(turn, workspace, asked))]
    return messages


def shown_turns(conversation: Conversation, most: int = MOST_TURNS) -> list[Turn]:
    """The turns that a model is shown: the last ones that came to an outcome."""
    return [each for each in conversation.turns if each.outcome != "error"][-most:]


def _outcome(turn: Turn, workspace: Workspace, asked: list[str]) -> str:
    if turn.request is not None:
        return json.dumps(_shown(turn.request, workspace, asked), ensure_ascii=False)
    if turn.choices:
        choices = [_shown(request, workspace, asked) for request in turn.choices if request]
        return json.dumps({turn.outcome: choices}, ensure_ascii=False)
    return turn.outcome


def _shown(request: dict[str, Any], workspace: Workspace, asked: list[str]) -> dict[str, Any]:
    return plain(with_words_for_values(read_request(request), workspace, asked))
