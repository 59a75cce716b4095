"""A reply as the page shows it: the message, and the card below it as plain data with all its words. No Chainlit here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from assistant.chat.offers import offers_of
from assistant.edits.chips import Chip, anything, chips
from assistant.edits.viewing import Viewing
from assistant.render.chart_views import Option, Views
from assistant.render.charts import describe, views_of
from assistant.render.columns import columns_of, is_number
from assistant.render.evidence import evidence_of
from assistant.render.file_names import file_name
from assistant.render.markdown import code, escaped
from assistant.render.reply_tables import ReplyTable, tables_of
from assistant.reply import Reply, read_request
from assistant.state.feedback import Kind
from assistant.usage import Usage
from assistant.wording.numbers import cell
from assistant.wording.texts import templates
from assistant.wording.usage import usage_line
from semantic_layer.columns import Column
from semantic_layer.requests import MetricQuery

MOST_ROWS_SENT = 200
"""Rows that a card brings along; the table asks for the others when somebody pages or sorts."""
LONG = 30
"""Signs from which on a text in a table may take several lines."""


def message(reply: Reply) -> str:
    """The words of a reply as Markdown: a big number where there is one, then the sentences.

    What is offered below as a button is left out.
    """
    parts: list[str] = []
    number = _big_number(reply)
    if number:
        parts.append(f"## {escaped(number)}")
    lines = [line for line in reply.answer.split("\n") if line.strip()]
    offered = {f"- {each.text}" for each in offers_of(reply)}
    parts += _paragraphs([line for line in lines if line not in offered])
    return "\n\n".join(part for part in parts if part)


def _paragraphs(lines: list[str]) -> list[str]:
    """Each line as a paragraph of its own; the YAML of a definition, whose lines are indented, as one block of code."""
    found: list[str] = []
    block: list[str] = []
    for line in lines:
        if line.rstrip() == "segments:" or (block and line.startswith(" ")):
            block.append(line)
            continue
        if block:
            found.append(code("\n".join(block), "yaml"))
            block = []
        found.append(f"- {escaped(line[2:])}" if line.startswith("- ") else escaped(line))
    return [*found, *([code("\n".join(block), "yaml")] if block else [])]


def _big_number(reply: Reply) -> str:
    if reply.status != "answered" or len(reply.rows) != 1 or not reply.charts or reply.charts[0]["kind"] != "number":
        return ""
    index = reply.columns.index(reply.charts[0]["y"][0])
    return cell(reply.rows[0][index], columns_of(reply)[index], reply.language)


def card(
    reply: Reply,
    conversation: str,
    number: int,
    at: str,
    viewing: Viewing | None = None,
    thumb: Kind | None = None,
    edited: int | None = None,
    usage: Usage | None = None,
) -> dict[str, Any]:
    """What stands below the message.

    Args:
        at: When it was asked, ISO 8601.
        viewing: Whose words the chips use, and who may have files; without it the reading has no chips.
        thumb: What the viewer has said of this answer.
        edited: The turn whose reading was changed into this one.
        usage: What a language model took for it.
    """
    answered = reply.status == "answered"
    tables = tables_shown(reply) if answered else []
    views = views_of(reply) if answered else None
    return {
        "conversation": conversation,
        "turn": number,
        "language": reply.language,
        "status": reply.status,
        "chips": [_chip(each) for each in _chips(reply, viewing)] if answered else [],
        "chart": _chart(reply, views) if views is not None else None,
        "tables": [_table(each, index, reply) for index, each in enumerate(tables) if _is_worth_showing(each, reply)],
        "evidence": _evidence(reply, usage),
        "sql": reply.sql if answered else None,
        "next": [each.text for each in offers_of(reply)],
        "thumb": thumb,
        "edited": edited,
        "request": reply.plan if edited is not None else None,
        "picture": file_name(reply, datetime.fromisoformat(at).astimezone(), "png"),
        "audience": answered and (reply.plan or {}).get("kind") == "audience_query",
        "files": viewing is None or viewing.scope.grant.may_export,
        "judged": answered or reply.status == "refused",
    }


def _chips(reply: Reply, viewing: Viewing | None) -> tuple[Chip, ...]:
    request = read_request(reply.plan) if viewing is not None and reply.plan else None
    if viewing is None or not isinstance(request, MetricQuery):
        return ()
    return chips(request, viewing.words, reply.period, anything)


def _chip(chip: Chip) -> dict[str, Any]:
    """An edit that takes a chip away is tried when it is clicked; trying all of them would cost more than the answer."""
    return {
        "key": chip.key,
        "part": chip.part,
        "name": chip.name,
        "text": chip.text,
        "options": chip.options,
        "remove": chip.remove.model_dump(mode="json") if chip.remove is not None else None,
    }


def _chart(reply: Reply, views: Views) -> dict[str, Any]:
    language = reply.language

    def menu(options: Sequence[Option]) -> list[dict[str, Any]]:
        return [{"value": each.value, "text": each.label.get(language)} for each in options]

    return {
        "kinds": menu(views.kinds),
        "log": views.log.label.get(language) if views.log is not None else None,
        "log_kinds": list(views.log_kinds),
        "tops": menu(views.tops),
        "describe": describe(reply),
    }


def tables_shown(reply: Reply) -> list[ReplyTable]:
    """The tables of a reply as the page has them: lists of what is defined are names and meanings in the reply's language."""
    tables = tables_of(reply)
    if (reply.plan or {}).get("kind") != "catalogue_query":
        return tables
    return [_in_words(table, reply.language) for table in tables]


def _in_words(table: ReplyTable, language: str) -> ReplyTable:
    texts = templates(language)["page"]["catalogue"]
    names = [column.name for column in table.columns]
    wanted = [(names.index(f"{part}_{language}"), heading) for part, heading in texts.items() if f"{part}_{language}" in names]
    kept = [(place, heading) for place, heading in wanted if any(row[place] for row in table.rows)]
    return table._replace(
        columns=[table.columns[place] for place, _ in kept],
        headings=[heading for _, heading in kept],
        rows=[[row[place] for place, _ in kept] for row in table.rows],
    )


def _is_worth_showing(table: ReplyTable, reply: Reply) -> bool:
    """Whether a table says more than the message: one row without groups is its big number, a definition is its sentence."""
    if (reply.plan or {}).get("kind") == "definition_query":
        return False
    grouped = any(column.role in ("dimension", "key") for column in table.columns)
    return bool(table.rows) and (len(table.rows) > 1 or grouped or len(table.columns) > 1 or bool(reply.rest))


def _table(table: ReplyTable, index: int, reply: Reply) -> dict[str, Any]:
    shown = rows(table, MOST_ROWS_SENT)
    return {
        "index": index,
        "name": table.name,
        "columns": [
            {
                "heading": heading,
                "number": is_number(column),
                "words": _title(heading, column, reply),
                "wraps": not is_number(column) and any(len(row["cells"][place]) > LONG for row in shown),
            }
            for place, (heading, column) in enumerate(zip(table.headings, table.columns, strict=True))
        ],
        "rows": shown,
        "count": len(table.rows),
        "sums": [{"kind": kind, "cells": cells} for kind, cells in table.sums_shown()],
        "drills": index == 0 and _has_groups(table, reply),
    }


def _has_groups(table: ReplyTable, reply: Reply) -> bool:
    """Whether rows are groups that can be looked into."""
    return (reply.plan or {}).get("kind") == "metric_query" and any(column.role == "dimension" for column in table.columns)


def _title(heading: str, column: Column, reply: Reply) -> str:
    """What a heading says when it is pointed at: the definition of its metric."""
    if column.role == "dimension":
        return heading
    return next((line for line in reply.definitions if line.split(": ", 1)[0] == heading), heading)


def rows(table: ReplyTable, most: int | None = None) -> list[dict[str, Any]]:
    """Rows in words, each with what it sorts by and its place in the reply."""
    return [
        {"cells": table.shown(row), "keys": [*map(_sort_key, row, table.columns)], "row": place}
        for place, row in enumerate(table.rows[:most])
    ]


def _sort_key(value: Any, column: Column) -> Any:
    """Figures, dates and numbered groups sort by what they are; None says to sort by what is shown."""
    if isinstance(value, bool | int | float):
        return value
    return str(value) if value is not None and column.grain else None


def _evidence(reply: Reply, usage: Usage | None) -> list[dict[str, Any]]:
    """What it rests on: each name once, with all that it says."""
    found: dict[str, list[str]] = {}
    for line in evidence_of(reply) if reply.status == "answered" else []:
        found.setdefault(line.name, []).append(line.text)
    if usage is not None and usage.calls:
        found[templates(reply.language)["page"]["labels"]["model"]] = [usage_line(usage, reply.language)]
    return [{"name": name, "texts": texts} for name, texts in found.items()]


def notice(conversation: str, number: int, at: str, language: str) -> dict[str, Any]:
    """The card of a turn that has nothing to show but a way to ask again."""
    again: Mapping[str, Any] = templates(language)["page"]
    empty = Reply(status="error", answer="", language=language)
    return {**card(empty, conversation, number, at), "next": [again["again"]], "again": True}
