"""What the server hands to the Chainlit handlers, which Chainlit loads by itself."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.agent import Agent
from assistant.runtime import Runtime
from semantic_layer.policy import Viewer


@dataclass(frozen=True)
class Served:
    """What this process serves."""

    runtime: Runtime
    agent: Agent
    viewer: Viewer


_served: list[Served] = []


def serve_with(served: Served) -> None:
    """Sets what is served; once for a process."""
    _served[:] = [served]


def served() -> Served:
    if not _served:
        raise RuntimeError("the chat is started by `huaxiang chat`")
    return _served[0]
