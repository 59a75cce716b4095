"""Chainlit handlers: each hands a message to the session and shows the events it gives back."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import chainlit as cl

from assistant.chat import present
from assistant.chat.shared import served
from assistant.events import Answered, Clarified, Failed, Refused
from assistant.language.text import read_question
from assistant.reply import Reply
from assistant.session import Session
from assistant.wording.texts import fill, text_of
from semantic_layer.engines.base import CancelToken

log = logging.getLogger(__name__)


@cl.set_starters  # pyright: ignore[reportUntypedFunctionDecorator]
async def starters(user: Any, language: str | None) -> list[cl.Starter]:
    """The first questions of the workspace, in the browser's language."""
    code = "zh" if (language or "").startswith("zh") else "en"
    texts = [text_of(question.model_dump(), code) for question in served().runtime.workspace.questions]
    return [cl.Starter(label=text, message=text) for text in texts[:6] if text]


@cl.on_message
async def answer(message: cl.Message) -> None:
    async with _never_a_traceback(read_question(message.content[:400]).language):
        cancel = CancelToken()
        cl.user_session.set("cancel", cancel)
        async for event in _session().ask(message.content, cancel):
            if isinstance(event, Answered | Clarified | Refused | Failed):
                await _show(Reply.model_validate(event.reply))


@cl.on_stop
async def stop() -> None:
    """The stop button interrupts the statement that is running."""
    cancel = cl.user_session.get("cancel")
    if isinstance(cancel, CancelToken):
        cancel.cancel()


@cl.action_callback("request")  # pyright: ignore[reportUntypedFunctionDecorator]  (untyped in Chainlit)
async def follow(action: cl.Action) -> None:
    """A suggestion that was clicked: its typed request is run as it is."""
    language = str(action.payload.get("language") or "")
    async with _never_a_traceback(language):
        request = cast("dict[str, Any]", action.payload.get("request") or {})
        text = str(action.payload.get("text") or "")
        await cl.Message(content=text, type="user_message").send()
        session = _session()
        await _show(await (session.run_request(request, language=language) if request else session.reply(text)))


@asynccontextmanager
async def _never_a_traceback(language: str) -> AsyncGenerator[None]:
    """A fault of ours ends in a sentence in the chat and a line in the log, without what was asked or found."""
    try:
        yield
    except Exception as error:
        log.error("the chat failed: %s", type(error).__name__, exc_info=log.isEnabledFor(logging.DEBUG))
        await cl.Message(content=fill("zh" if language == "zh" else "en", "refusals", "internal")).send()


def _session() -> Session:
    """The conversation of this page; made when its first question comes."""
    session = cl.user_session.get("session")
    if not isinstance(session, Session):
        now = served()
        session = Session(now.runtime, now.agent, now.viewer)
        cl.user_session.set("session", session)
    return session


async def _show(reply: Reply) -> None:
    """The answer with its chart and table; what it rests on stays behind a fold."""
    elements: list[Any] = []
    figure = present.chart(reply)
    if figure is not None:
        elements.append(cl.Plotly(name="chart", figure=figure, display="inline", size="large"))
    table = present.long_table(reply)
    if table is not None:
        elements.append(cl.CustomElement(name="LongTable", props=table, display="inline"))
    actions = [
        cl.Action(
            name="request", label=each.text, payload={"request": each.request, "text": each.text, "language": reply.language}
        )
        for each in reply.suggestions
    ]
    await cl.Message(content=present.text(reply), elements=elements, actions=actions).send()
    for fold in present.folds(reply):
        async with cl.Step(name=fold.title, type="tool", show_input=False) as step:
            step.output = fold.text
