"""Chainlit handlers: each hands what a page asks to the conversation, and shows what comes back. No decision is made here."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import chainlit as cl
from chainlit import socket as _  # noqa: F401  (its own handler of the stop button must be there before ours takes its place)
from chainlit.chat_context import chat_contexts
from chainlit.data.base import BaseDataLayer
from chainlit.server import sio
from chainlit.session import WebsocketSession
from chainlit.step import StepDict
from chainlit.types import ThreadDict

from assistant.chat import steps
from assistant.chat.clicks import Refused as ClickRefused
from assistant.chat.clicks import clicked
from assistant.chat.data_layer import ConversationLayer
from assistant.chat.shared import served
from assistant.chat.talks import Asking
from assistant.chat.thread import NAME, answered, is_worked_out, lines_of, thread_of
from assistant.chat.work import WorkLine
from assistant.events import Event, Last, Progress, Started
from assistant.language.text import read_question
from assistant.reply import Reply
from assistant.wording.texts import fill, text_of

log = logging.getLogger(__name__)
RESUMED = "resumed"
RESUMED_WITHIN = 100
"""Twentieths of a second."""
WAITING = -1
"""The number of a turn that has none yet, because others are before it."""


@cl.data_layer
def data_layer() -> BaseDataLayer:
    return ConversationLayer()


@cl.set_starters  # pyright: ignore[reportUntypedFunctionDecorator]
async def starters(user: Any, language: str | None) -> list[cl.Starter]:
    """The first questions of the workspace, in the browser's language; only those that this viewer gets answers to."""
    code = "zh" if (language or "").startswith("zh") else "en"
    now = served()
    questions = await asyncio.to_thread(now.first_questions)
    texts = [text_of(question.model_dump(), code) for question in questions]
    return [cl.Starter(label=text, message=text) for text in texts[:6] if text]


@cl.on_chat_start
async def start() -> None:
    """Tells the page which conversation it is in: one that shows another has outlived its server, and loads itself anew.

    Where the page wanted one that is gone, or another owner's, it gets a new one under a name of its own.
    """
    session = cl.context.session
    if session.thread_id_to_resume is not None:
        await _tell_page("gone")
        session.thread_id, session.thread_id_to_resume = str(uuid.uuid4()), None
    await _tell_page("started")


@cl.on_chat_resume
async def resume(thread: ThreadDict) -> None:
    """A conversation that is opened again. What is still being answered is shown as soon as it is there."""
    # First, for nothing may be sent between this and Chainlit's own message, which would end what is shown as running.
    await _tell_page("resumed")
    now, conversation = served(), _conversation()
    running = now.talks.busy(conversation)
    lines, cards = await asyncio.to_thread(thread_of, conversation, now)
    thread["steps"], thread["elements"] = lines, cast("Any", cards)
    if running:
        shown = {str(line.get("id")) for line in lines}
        _soon(_when_answered(conversation, shown))
    cl.user_session.set(RESUMED, True)


@cl.on_chat_end
async def leave() -> None:
    """A page is gone. What Chainlit has gathered of its messages is read by nobody, and would be kept for ever."""
    chat_contexts.pop(cl.context.session.id, None)
    cl.user_session.set(RESUMED, False)


@cl.on_message
async def ask(message: cl.Message) -> None:
    text = message.content
    language = read_question(text[:400]).language
    async with _never_a_traceback(language):
        if cl.context.session.thread_id_to_resume is not None:
            await _resumed()
            await cl.context.emitter.send_step(message.to_dict())
        await _show(lambda session, cancel: session.ask(text, cancel), language)


@cl.action_callback("click")  # pyright: ignore[reportUntypedFunctionDecorator]
async def click(action: cl.Action) -> dict[str, Any]:
    """A button of a card: its typed request is run as it is, or its words are asked."""
    language = "zh" if action.payload.get("language") == "zh" else "en"
    async with _never_a_traceback(language):
        try:
            wanted = await asyncio.to_thread(clicked, action.payload, _conversation(), served())
        except ClickRefused as refusal:
            return {"refused": fill(language, "refusals", refusal.code)}
        await cl.context.emitter.task_start()
        try:
            await _show(wanted.asking, language, wanted.shown_as)
        finally:
            await cl.context.emitter.task_end()
    return {}


@sio.on("stop")  # pyright: ignore[reportOptionalCall, reportUntypedFunctionDecorator]
async def stop(sid: str) -> None:
    """The stop button interrupts the statement that is running; the turn then says so itself."""
    session = WebsocketSession.get(sid)
    if session is not None:
        served().talks.stop(session.thread_id)


def _conversation() -> str:
    return str(cl.context.session.thread_id)


async def _resumed() -> None:
    """Waits until a page that opens a conversation again was sent it: it takes the place of what was typed before."""
    waited = 0
    while not cl.user_session.get(RESUMED) and waited < RESUMED_WITHIN:
        await asyncio.sleep(0.05)
        waited += 1


async def _tell_page(what: str) -> None:
    await cl.context.emitter.send_window_message({"huaxiang": what, "conversation": _conversation()})


# ---- showing ------------------------------------------------------------------------------------------------------------


async def _show(asking: Asking, language: str, shown_as: str = "") -> None:
    """Asks, and shows the events as they come.

    Args:
        language: In which it is said that others are before it.
        shown_as: What stands as the question where nobody typed one.
    """
    now, conversation = served(), _conversation()
    line = Line()
    try:
        if now.talks.must_wait(conversation):
            says = fill(language, "page", "waiting")
            await line.show(steps.work(conversation, WAITING, says, steps.moment(), running=True))
        async for event in now.talks.ask(conversation, asking):
            if isinstance(event, Started | Progress):
                # The end of a question before this one has told the page that nothing runs any more.
                await cl.context.emitter.task_start()
            if isinstance(event, Started):
                await _tell_page("asked")
                if shown_as:
                    asked = steps.question(conversation, event.turn, shown_as, now.viewer.user, steps.moment())
                    await cl.context.emitter.send_step(asked)
            if isinstance(event, Last):
                await _show_last(event, line)
            else:
                await line.follow(event)
    except Exception:
        await line.remove()
        raise


class Line:
    """The line of a turn on the page: sent once, then brought up to date."""

    def __init__(self) -> None:
        self._work = WorkLine()
        self._shown: StepDict | None = None

    async def follow(self, event: Event) -> None:
        says = self._work.after(event)
        if says is not None:
            await self.show(says)

    async def show(self, line: StepDict) -> None:
        emitter = cl.context.emitter
        if self._shown is not None and self._shown.get("id") != line.get("id"):
            await self.remove()
        await (emitter.update_step(line) if self._shown is not None else emitter.send_step(line))
        self._shown = line

    async def remove(self) -> None:
        if self._shown is not None:
            await cl.context.emitter.delete_step(self._shown)
            self._shown = None


async def _show_last(event: Last, line: Line) -> None:
    now, emitter = served(), cl.context.emitter
    reply = Reply.model_validate(event.reply)
    conversation, number, at = event.conversation, event.turn, steps.moment()
    edited = (await now.talks.of(conversation)).session.conversation.turns[number].edited
    lines, own = await asyncio.to_thread(lines_of, conversation, number, reply, at, now, None, edited, event.usage)
    own["props"]["fresh"] = True
    if not is_worked_out(reply):
        await line.remove()
    for each in lines:
        await (line.show(each) if each.get("type") == "tool" else emitter.send_step(each))
    await emitter.send_element(cast("Any", own))


async def _when_answered(conversation: str, shown: set[str]) -> None:
    """Shows the answers that a page missed because it was opened while they were worked on."""
    now, emitter = served(), cl.context.emitter
    talk = await now.talks.of(conversation)
    await emitter.task_start()
    try:
        while talk.busy:
            await talk.ended()
        thumbs, grant = now.feedback.thumbs(conversation, now.viewer.user), now.grant()
        for turn in await asyncio.to_thread(now.conversations.turns, conversation):
            if steps.step_id(conversation, turn.number, "answer") in shown:
                continue
            lines, own = await asyncio.to_thread(answered, conversation, turn, grant, now, thumbs.get(turn.number))
            if steps.step_id(conversation, turn.number, "question") not in shown:
                lines = [steps.question(conversation, turn.number, turn.asked, now.viewer.user, turn.asked_at), *lines]
            for line in lines:
                await emitter.send_step(line)
            await emitter.send_element(cast("Any", own))
    finally:
        await emitter.task_end()


_running: set[asyncio.Task[None]] = set()
"""Tasks of their own; the event loop itself would forget them."""


def _soon(work: Any) -> None:
    task = asyncio.get_running_loop().create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)


@asynccontextmanager
async def _never_a_traceback(language: str) -> AsyncGenerator[None]:
    """A fault of ours ends in a sentence in the chat and a line in the log, without what was asked or found."""
    try:
        yield
    except Exception as error:
        log.error("the chat failed: %s", type(error).__name__, exc_info=log.isEnabledFor(logging.DEBUG))
        await cl.Message(content=fill("zh" if language == "zh" else "en", "refusals", "internal"), author=NAME).send()
