"""`huaxiang ask --batch`: every input line gets its output line; a fault is a line with status error, never the end."""

from __future__ import annotations

import asyncio
import json
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import typer

from assistant.cli.common import bad_use, settled
from semantic_layer.errors import RequestError
from semantic_layer.policy import Viewer

if TYPE_CHECKING:
    from assistant.agent import Agent
    from assistant.reply import Reply
    from assistant.runtime import Runtime


@dataclass
class Item:
    """One line of the input, read.

    Attributes:
        id: The object's own, or the number of its line.
        question: None where the line is no question object.
    """

    id: str
    viewer: Viewer
    question: str | None = None
    history: tuple[str, ...] = ()


def run_batch(runtime: Runtime, agent: Agent, viewer: Viewer, source: Path, target: Path | None) -> None:
    """Answers the questions of a file in their order.

    Args:
        viewer: Who asks where a line does not say.
        target: Where the answers go; stdout if None.
    """
    try:
        # Not splitlines: the signs that it also splits at may stand inside a JSON text.
        lines = source.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        bad_use(f"cannot read {source}: {type(error).__name__}")
    try:
        opened = target.open("w", encoding="utf-8", newline="\n") if target is not None else nullcontext()
    except OSError as error:
        bad_use(f"cannot write {target}: {type(error).__name__}")

    settled()

    async def answer_all(handle: TextIO | None) -> None:
        for number, line in enumerate(lines, 1):
            if line.strip():
                item = read_item(line, number, viewer)
                reply = await _reply(item, runtime, agent, number)
                _write(as_line(reply.contract(item.id)), handle)

    with opened as handle:
        asyncio.run(answer_all(handle))


def read_item(line: str, number: int, viewer: Viewer) -> Item:
    """One line as an item. A role that is given is taken as it is, an empty one too: it is never the default role."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return Item(str(number), viewer)
    if not isinstance(data, dict):
        return Item(str(number), viewer)
    given, question, history, attributes = data.get("id"), data.get("question"), data.get("history"), data.get("attrs")
    identity = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else str(number)
    role = data.get("role")
    asker = viewer if role is None else viewer.model_copy(update={"role": role if isinstance(role, str) else str(role)})
    if isinstance(attributes, dict):
        asker = asker.model_copy(update={"attributes": attributes})
    if not isinstance(question, str) or not isinstance(history, list | None) or not isinstance(attributes, dict | None):
        return Item(identity, asker)
    return Item(identity, asker, question, tuple(str(earlier) for earlier in history or ()))


async def _reply(item: Item, runtime: Runtime, agent: Agent, number: int) -> Reply:
    from assistant.reply import Replies
    from assistant.session import Session

    replies = Replies(runtime.workspace, "en")
    if item.question is None:
        told = f"line {number} is not a question object"
        return replies.failed("internal", {}).model_copy(update={"answer": told})
    try:
        session = Session(runtime, agent, item.viewer)
        for earlier in item.history:
            await session.reply(earlier)
        return await session.reply(item.question)
    except RequestError as error:
        return replies.refused_by(error.problem, {}, {}, {})
    except Exception:
        return replies.failed("internal", {})


def as_line(answer: dict[str, Any]) -> str:
    """An answer as one line of JSON. Half a character, which UTF-8 cannot hold, is written as an escape."""
    text = json.dumps(answer, ensure_ascii=False, default=str)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(answer, default=str)
    return text


def _write(text: str, handle: TextIO | None) -> None:
    if handle is None:
        typer.echo(text)
    else:
        handle.write(text + "\n")
