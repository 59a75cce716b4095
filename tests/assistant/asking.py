"""Asking a workspace with a model on the loopback."""

from __future__ import annotations

import re
from typing import Any

import pytest
from conftest import Asker
from loopback import Loopback, environment

from assistant.agent import Agent
from assistant.model import configured_model, configured_terms
from assistant.reply import Reply
from assistant.settings import Settings
from assistant.usage import SpendingInMemory


def with_model(asker: Asker, server: Loopback, monkeypatch: pytest.MonkeyPatch, seconds: float = 5, **extra: Any) -> Asker:
    """The same workspace, planned by the model that the server plays.

    Args:
        seconds: How long one turn may wait for the model.
        extra: Attributes of the LangChain model, such as `streaming`.
    """
    for name, value in environment(server.url, seconds, server.dialect).items():
        monkeypatch.setenv(name, value)
    settings = Settings(home=asker.runtime.settings.home)
    model = configured_model(settings)
    assert model is not None
    return Asker(asker.runtime, Agent(model.model_copy(update=extra), configured_terms(settings, SpendingInMemory())))


def says_that_the_planner_took_over(reply: Reply) -> bool:
    return any(re.search(r"\bmodel\b|模型", text) for text in (*reply.assumptions, *reply.warnings))
