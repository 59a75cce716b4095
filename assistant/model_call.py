"""The one call that stands of a language model's message: small, with known arguments, and fit to be sent back to a provider."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from langchain_core.messages import AIMessage

ARGUMENTS = ("readings", "bindings", "code", "span", "choices")
"""What the tools take. Nothing else goes on: a tool is a Python call, whose other parameters are ours."""
MOST_CHARACTERS = 20_000
"""Of a call's arguments as JSON; ten times what a long question needs."""
MOST_NESTED = 40
"""Lists and objects in each other; everything behind reads requests by recursion."""
NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_-]")
LONGEST_NAME = 64


def only_call(message: AIMessage) -> AIMessage | None:
    """The message with its first call alone; None where it calls no tool, or with more than any question needs.

    Of several calls the first one stands: the gate sees whether it is all of the question. Prose goes, and with it
    everything that providers keep beside a call: each of them wants an answer to every call that it is shown.
    """
    if not message.tool_calls:
        return None
    call = message.tool_calls[0]
    arguments = {key: call["args"][key] for key in ARGUMENTS if key in call["args"]}
    if _depth(arguments) > MOST_NESTED or len(json.dumps(arguments, ensure_ascii=False)) > MOST_CHARACTERS:
        return None
    name = NOT_IN_NAMES.sub("_", call["name"])[:LONGEST_NAME] or "_"
    own = {"name": name, "args": arguments, "id": f"call_{uuid.uuid4().hex[:12]}", "type": "tool_call"}
    return AIMessage(content="", tool_calls=[own], usage_metadata=message.usage_metadata)


def _depth(value: Any) -> int:
    """How many lists and objects stand in each other; not by recursion."""
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return depth
