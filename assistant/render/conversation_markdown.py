"""A conversation as Markdown: nothing in it but our own signs is obeyed."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.render.columns import is_number
from assistant.render.evidence import evidence_of
from assistant.render.legal_text import legal
from assistant.render.markdown import cell, code, escaped
from assistant.render.reply_tables import ReplyTable, tables_of
from assistant.render.transcript import Asked
from assistant.reply import Reply
from assistant.wording.texts import fill, templates

MARKS = {"rest": "*", "totals": "**"}


def conversation_markdown(title: str, asked: Sequence[Asked], language: str) -> bytes:
    """Title, then each question with its answer, tables, evidence and SQL.

    Args:
        language: Of the frame; a reply brings its own.
    """
    heading = f"# {cell(legal(title)) or templates(language)['download']['conversation']}"
    parts = [heading, fill(language, "download", "questions", count=len(asked)), *(_turn(turn) for turn in asked)]
    return ("\n\n".join(parts) + "\n").encode()


def _turn(turn: Asked) -> str:
    reply, texts = turn.reply, templates(turn.reply.language)
    parts = [f"## {cell(legal(turn.question))}", f"*{turn.at:%Y-%m-%d %H:%M} · {texts['download']['outcomes'][reply.status]}*"]
    parts.append("\n\n".join(escaped(line) for line in legal(reply.answer).split("\n") if line.strip()))
    for table in tables_of(reply):
        parts += [_table(table), table.cut_note()]
    evidence = _evidence(reply)
    if evidence:
        parts += [f"### {texts['download']['evidence']}", evidence]
    if reply.sql:
        parts += ["### SQL", code(legal(reply.sql), "sql")]
    return "\n\n".join(part for part in parts if part)


def _table(table: ReplyTable) -> str:
    rule = "|".join("--:" if is_number(column) else ":--" for column in table.columns)
    lines = [_line(table.headings), f"|{rule}|", *map(_line, table.first_rows_shown())]
    return "\n".join([*lines, *(_line(cells, MARKS[kind]) for kind, cells in table.sums_shown())])


def _line(cells: Sequence[str], mark: str = "") -> str:
    shown = [cell(legal(each)) for each in cells]
    return "| " + " | ".join(f"{mark}{each}{mark}" if each else "" for each in shown) + " |"


def _evidence(reply: Reply) -> str:
    colon = templates(reply.language)["colon"]
    return "\n".join(f"- **{line.name}**{colon}{cell(legal(line.text))}" for line in evidence_of(reply))
