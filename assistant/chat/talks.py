"""The conversations that this process is holding: one question at a time in each, a few at a time in all."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable

from assistant.agent import Agent
from assistant.events import Event
from assistant.runtime import Runtime
from assistant.session import Session
from assistant.state.conversations import Conversations
from semantic_layer.engines.base import CancelToken
from semantic_layer.policy import Viewer

MOST_HELD = 50
"""Conversations held in memory; the others are read from the store when they go on."""
AT_ONCE = max(2, 2 * (os.cpu_count() or 1))
"""Questions that are worked on at the same time; more of them only make each other slower."""

Asking = Callable[[Session, CancelToken], AsyncIterator[Event]]


class Talk:
    """One conversation, however many pages show it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._turn = asyncio.Lock()
        self._asked: set[CancelToken] = set()

    @property
    def busy(self) -> bool:
        """Whether a question is being answered, or waits for its turn."""
        return bool(self._asked)

    def stop(self) -> None:
        """Interrupts the statement that is running, and what waits behind it; the turns then end by themselves."""
        for cancel in self._asked:
            cancel.cancel()

    async def ended(self) -> None:
        """Waits until no question is being answered."""
        async with self._turn:
            return

    async def ask(self, asking: Asking, slots: asyncio.Semaphore) -> AsyncIterator[Event]:
        """Asks once it is this question's turn; first come, first served."""
        cancel = CancelToken()
        self._asked.add(cancel)
        try:
            async with self._turn, slots:
                async for event in asking(self.session, cancel):
                    yield event
        finally:
            self._asked.discard(cancel)


class Talks:
    """All conversations of one viewer."""

    def __init__(self, runtime: Runtime, agent: Agent, viewer: Viewer, conversations: Conversations) -> None:
        self._runtime, self._agent, self._viewer, self._conversations = runtime, agent, viewer, conversations
        self._held: OrderedDict[str, Talk] = OrderedDict()
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def of(self, conversation: str) -> Talk:
        """A conversation: the one that is held, else as it was kept, else a new one."""
        found = self._held.get(conversation)
        if found is None:
            dialogue = await asyncio.to_thread(self._conversations.dialogue, conversation)
            # Two pages may have waited for the store at the same time: both get the first one's.
            session = Session(self._runtime, self._agent, self._viewer, dialogue, self._conversations)
            found = self._held.setdefault(conversation, Talk(session))
        self._held.move_to_end(conversation)
        self._let_go()
        return found

    async def ask(self, conversation: str, asking: Asking) -> AsyncIterator[Event]:
        talk = await self.of(conversation)
        async for event in talk.ask(asking, self._slots):
            yield event

    def must_wait(self, conversation: str) -> bool:
        """Whether a question that comes now has to wait for others."""
        return self.busy(conversation) or self._slots.locked()

    def busy(self, conversation: str) -> bool:
        return conversation in self._held and self._held[conversation].busy

    def stop(self, conversation: str) -> None:
        if conversation in self._held:
            self._held[conversation].stop()

    def forget(self, conversation: str) -> None:
        """A conversation that was deleted; what is still running in it is stopped."""
        self.stop(conversation)
        self._held.pop(conversation, None)

    def _let_go(self) -> None:
        for name in list(self._held)[:-MOST_HELD]:
            if not self._held[name].busy:
                del self._held[name]
