"""The lines of a conversation in Chainlit's plain form: a question, what was done about it, an answer with its card.

A page that is open and one that is opened later get the same ones.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from chainlit.step import StepDict

from assistant.render.markdown import cell, code
from assistant.render.reply_tables import tables_of
from assistant.reply import Reply
from assistant.wording.texts import fill, templates

CARD = "Answer"
"""The element of the page that draws a card."""
FIRST_ROWS = 5
"""Rows behind the fold of what was done; all of them are in the card's table."""


def moment() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def step_id(conversation: str, number: int, what: str) -> str:
    return f"{conversation}-{number}-{what}"


def question(conversation: str, number: int, asked: str, user: str, at: str) -> StepDict:
    return {**_step(conversation, number, "question", at), "type": "user_message", "name": user, "output": asked}


def work(conversation: str, number: int, says: str, at: str, running: bool, behind: str = "") -> StepDict:
    """The one line that says what is being done, and in the end what was done; the rest is behind its fold."""
    ended = None if running else moment()
    step = {**_step(conversation, number, "work", at), "type": "tool", "name": says, "output": behind}
    return {**step, "start": at, "end": ended, "showInput": False}  # pyright: ignore[reportReturnType]


def answer(conversation: str, number: int, text: str, name: str, at: str) -> StepDict:
    return {**_step(conversation, number, "answer", at), "type": "assistant_message", "name": name, "output": text}


def element(conversation: str, number: int, props: dict[str, Any]) -> dict[str, Any]:
    """The card of an answer."""
    return {
        "id": step_id(conversation, number, "card"),
        "threadId": conversation,
        "forId": step_id(conversation, number, "answer"),
        "type": "custom",
        "name": CARD,
        "display": "inline",
        "mime": "application/json",
        "props": props,
    }


def _step(conversation: str, number: int, what: str, at: str) -> StepDict:
    return {
        "id": step_id(conversation, number, what),
        "threadId": conversation,
        "parentId": None,
        "createdAt": at,
        "input": "",
        "output": "",
        "streaming": False,
        "isError": False,
        "metadata": {},
    }


def done(reply: Reply) -> str:
    """What was done, in words: the reading, and where data was read, how many rows there are and how long it took."""
    code = "understood" if not reply.rows and not reply.sql else "understood_row" if len(reply.rows) == 1 else "understood_rows"
    return fill(
        reply.language,
        "page",
        code,
        reading=reply.reading,
        rows=f"{len(reply.rows):,}",
        milliseconds=f"{reply.timings_ms.get('total', 0):,.0f}",
    )


def behind(reply: Reply) -> str:
    """The request, its SQL and the first rows, as Markdown."""
    words = templates(reply.language)["page"]
    parts = [f"**{words['plan']}**\n\n{code(json.dumps(reply.plan, ensure_ascii=False, indent=1), 'json')}"]
    if reply.sql:
        parts.append(f"**SQL**\n\n{code(reply.sql, 'sql')}")
    tables = tables_of(reply)
    if tables and tables[0].rows:
        table = tables[0]
        shown = table.rows[:FIRST_ROWS]
        title = words["rows"]
        if len(shown) < len(table.rows):
            title += "：" if reply.language == "zh" else ": "
            title += fill(reply.language, "page", "first_rows", shown=len(shown), count=f"{len(table.rows):,}")
        lines = [_line(table.headings), _line(["---"] * len(table.headings), plain=True)]
        lines += [_line(table.shown(row)) for row in shown]
        parts.append(f"**{title}**\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def _line(cells: list[str], plain: bool = False) -> str:
    return "| " + " | ".join(each if plain else cell(each) for each in cells) + " |"
