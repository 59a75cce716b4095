"""Chainlit handlers: each hands a message to the session and shows the events it gives back."""

from __future__ import annotations

from typing import Any, cast

import chainlit as cl

from assistant.chat import present
from assistant.chat.shared import served
from assistant.events import Answered, Clarified, Failed, Refused
from assistant.reply import Reply
from assistant.session import Session
from assistant.wording.texts import text_of
from semantic_layer.engines.base import CancelToken


@cl.set_starters  # pyright: ignore[reportUntypedFunctionDecorator]
async def starters(user: Any, language: str | None) -> list[cl.Starter]:
    """The first questions of the workspace, in the browser's language."""
    code = "zh" if (language or "").startswith("zh") else "en"
    texts = [text_of(question.model_dump(), code) for question in served().runtime.workspace.questions]
    return [cl.Starter(label=text, message=text) for text in texts[:6] if text]


@cl.on_chat_start
async def start() -> None:
    now = served()
    cl.user_session.set("session", Session(now.runtime, now.agent, now.viewer))


@cl.on_message
async def answer(message: cl.Message) -> None:
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
    request = cast("dict[str, Any]", action.payload.get("request") or {})
    text = str(action.payload.get("text") or "")
    await cl.Message(content=text, type="user_message").send()
    if request:
        await _show(await _session().run_request(request, language=str(action.payload.get("language") or "")))
    else:
        await _show(await _session().reply(text))


def _session() -> Session:
    session = cl.user_session.get("session")
    assert isinstance(session, Session)
    return session


async def _show(reply: Reply) -> None:
    """The answer with its chart and table; what it rests on stays behind a fold."""
    elements: list[Any] = []
    figure = present.chart(reply)
    if figure is not None:
        elements.append(cl.Plotly(name="chart", figure=figure, display="inline", size="large"))
    frame = present.frame(reply)
    if frame is not None:
        elements.append(cl.Dataframe(name="rows", data=frame, display="inline", size="large"))
    actions = [
        cl.Action(
            name="request", label=each.text, payload={"request": each.request, "text": each.text, "language": reply.language}
        )
        for each in reply.suggestions
    ]
    await cl.Message(content=present.text(reply), elements=elements, actions=actions).send()
    for fold in present.folds(reply):
        async with cl.Step(name=fold.title, type="tool", show_input=False, language=fold.language) as step:
            step.output = fold.text
