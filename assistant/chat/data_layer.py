"""Chainlit's view of our conversations: its list, its threads. Nothing is kept here; all of it comes from our own store."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from chainlit.data.base import BaseDataLayer
from chainlit.element import Element, ElementDict
from chainlit.emitter import ChainlitEmitter
from chainlit.session import ws_sessions_id
from chainlit.step import StepDict
from chainlit.types import Feedback, PageInfo, PaginatedResponse, Pagination, ThreadDict, ThreadFilter
from chainlit.user import PersistedUser, User

from assistant.chat.shared import served
from assistant.chat.thread import thread_of
from assistant.state.conversations import Kept

MOST_LISTED = 50


class ConversationLayer(BaseDataLayer):
    """Reads threads out of kept conversations; what Chainlit would write is kept by the session already."""

    async def get_user(self, identifier: str) -> PersistedUser | None:
        user = served().viewer.user
        return PersistedUser(id=user, identifier=user, createdAt="") if identifier == user else None

    async def create_user(self, user: User) -> PersistedUser | None:
        return await self.get_user(user.identifier)

    async def list_threads(self, pagination: Pagination, filters: ThreadFilter) -> PaginatedResponse[ThreadDict]:
        most = max(1, min(pagination.first, MOST_LISTED))
        listed = await asyncio.to_thread(
            served().conversations.listed, most + 1, pagination.cursor or None, (filters.search or "")[:200]
        )
        page = listed[:most]
        info = PageInfo(
            hasNextPage=len(listed) > most,
            startCursor=page[0].id if page else None,
            endCursor=page[-1].id if page else None,
        )
        return PaginatedResponse(pageInfo=info, data=[_listed(each) for each in page])

    async def get_thread(self, thread_id: str) -> ThreadDict | None:
        kept = await asyncio.to_thread(served().conversations.named, thread_id)
        if kept is None:
            return None
        steps, elements = await asyncio.to_thread(thread_of, thread_id, served())
        return cast("ThreadDict", {**_listed(kept), "steps": steps, "elements": elements})

    async def get_thread_author(self, thread_id: str) -> str:
        kept = await asyncio.to_thread(served().conversations.named, thread_id)
        return served().viewer.user if kept is not None else ""

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Renames. Chainlit names a thread by its first message as well, with a user, and then has the page list it."""
        if name and user_id is None:
            await asyncio.to_thread(served().conversations.rename, thread_id, name)
        elif name:
            await asyncio.to_thread(served().conversations.begun, thread_id, name)

    async def delete_thread(self, thread_id: str) -> None:
        """Deletes, and tells the pages that show it."""
        now = served()
        if not await asyncio.to_thread(now.conversations.delete, thread_id):
            return
        now.talks.forget(thread_id)
        for session in list(ws_sessions_id.values()):
            if session.thread_id == thread_id:
                await ChainlitEmitter(session).send_window_message({"huaxiang": "deleted", "conversation": thread_id})

    async def get_element(self, thread_id: str, element_id: str) -> ElementDict | None:
        return None

    async def create_element(self, element: Element) -> None:
        """Elements are drawn from the kept replies."""

    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:
        """See `create_element`."""

    async def create_step(self, step_dict: StepDict) -> None:
        """Steps are drawn from the kept replies."""

    async def update_step(self, step_dict: StepDict) -> None:
        """See `create_step`."""

    async def delete_step(self, step_id: str) -> None:
        """See `create_step`."""

    async def get_favorite_steps(self, user_id: str) -> list[StepDict]:
        return []

    async def upsert_feedback(self, feedback: Feedback) -> str:
        """Thumbs are part of the answer card, which says what was judged; Chainlit's own are not shown."""
        return ""

    async def delete_feedback(self, feedback_id: str) -> bool:
        return False

    async def build_debug_url(self) -> str:
        return ""

    async def close(self) -> None:
        """The store is closed with the server."""


def _listed(kept: Kept) -> ThreadDict:
    user = served().viewer.user
    return {
        "id": kept.id,
        "createdAt": kept.updated_at,
        "name": kept.title,
        "userId": user,
        "userIdentifier": user,
        "tags": None,
        "metadata": None,
        "steps": [],
        "elements": None,
    }
