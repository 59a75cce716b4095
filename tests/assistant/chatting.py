"""The chat's server within a test's process: its routes asked by a test client, its handlers by a page that only listens.

Chainlit reads its settings when it is imported; so nothing that imports it may be imported before `application` has run.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conftest import Asker
from starlette.testclient import TestClient

from assistant.chat.shared import Served, serve_with
from assistant.reply import Reply
from assistant.runtime import Runtime
from assistant.settings import Settings
from assistant.state.store import Store
from semantic_layer.policy import Viewer

if TYPE_CHECKING:
    from fastapi import FastAPI

PORT = 8000
ADDRESS = f"http://127.0.0.1:{PORT}"
PAGE = {"accept": "text/html"}


@cache
def application(home: Path) -> FastAPI:
    """The whole application, once for a process, as Chainlit keeps its settings in modules."""
    from assistant.chat import server

    return server.application(Runtime("complete_journey", Settings(home=home, model="")), Viewer(), PORT)


@contextmanager
def serving(asker: Asker, folder: Path, role: str | None = None, **attributes: Any) -> Iterator[Served]:
    """What is served, to whom, with a store of its own in a folder."""
    application(asker.runtime.settings.home)
    store = Store.open(Settings(home=folder, state_url=""))
    now = Served.of(asker.runtime, asker.agent, Viewer(role=role, attributes=attributes), store)
    serve_with(now)
    yield now
    store.close()


def client(asker: Asker, signed_in: bool = True) -> TestClient:
    """A browser without a window."""
    opened = TestClient(application(asker.runtime.settings.home), ADDRESS, raise_server_exceptions=False)
    if signed_in:
        assert opened.get("/", headers=PAGE).status_code == 200
    return opened


def talked(now: Served, *questions: str) -> tuple[str, list[Reply]]:
    """A conversation in which something was asked: its id and the replies."""
    conversation = str(uuid.uuid4())

    async def ask() -> list[Reply]:
        session = (await now.talks.of(conversation)).session
        return [await session.reply(question) for question in questions]

    return conversation, asyncio.run(ask())


def thread_of(conversation: str, now: Served) -> tuple[list[Any], list[dict[str, Any]]]:
    """A kept conversation as a page gets it."""
    from assistant.chat import thread

    return thread.thread_of(conversation, now)


class Listener:
    """A page of a conversation that shows nothing, and remembers what it was sent."""

    def __init__(self, conversation: str, user: str = "local") -> None:
        from chainlit.context import init_ws_context
        from chainlit.session import WebsocketSession
        from chainlit.user import PersistedUser

        self.events: list[tuple[str, Any]] = []
        self.session = WebsocketSession(
            id=str(uuid.uuid4()),
            socket_id=str(uuid.uuid4()),
            emit=self._emit,
            emit_call=self._emit,
            user_env={},
            client_type="webapp",
            thread_id=conversation,
            user=PersistedUser(id=user, identifier=user, createdAt=""),
        )
        self.session.thread_id_to_resume = None
        init_ws_context(self.session)

    async def _emit(self, event: str, data: Any, *_: Any) -> None:
        self.events.append((event, data))

    def lines(self) -> dict[str, dict[str, Any]]:
        """The lines that stand on the page, in their order, by id."""
        shown: dict[str, dict[str, Any]] = {}
        for event, data in self.events:
            if event in ("new_message", "update_message") and data.get("type") != "run":
                shown[data["id"]] = data
            elif event == "delete_message":
                shown.pop(data["id"], None)
        return shown

    def said(self) -> list[str]:
        """What was answered."""
        return [line["output"] for line in self.lines().values() if line["type"] == "assistant_message"]

    def work(self) -> list[dict[str, Any]]:
        """The lines of what is done or was."""
        return [line for line in self.lines().values() if line["type"] == "tool"]

    def cards(self) -> list[dict[str, Any]]:
        return [data["props"] for event, data in self.events if event == "element"]

    @property
    def is_busy(self) -> bool:
        """Whether the page shows that something is running."""
        states = [event for event, _ in self.events if event in ("task_start", "task_end")]
        return states[-1:] == ["task_start"]
