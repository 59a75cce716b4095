"""A reply as the chat shows it: text, chart, table, folds. No Chainlit here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.render.charts import figure
from assistant.render.columns import columns_of, headings_of, is_number
from assistant.render.markdown import cell as markdown_cell
from assistant.render.markdown import code, escaped
from assistant.reply import Reply
from assistant.wording.numbers import cell
from assistant.wording.texts import fill, templates
from semantic_layer.columns import Column

if TYPE_CHECKING:
    import plotly.graph_objects as go

SMALL = 12
"""Tables of up to so many rows stand in the text; longer ones page and sort."""


class Fold(NamedTuple):
    """Something that is there and out of the way."""

    title: str
    text: str


def text(reply: Reply) -> str:
    """The message: a big number where there is one, the sentences, a small table.

    Emphasis is what stands back and strong what sums up; the style sheet says how they look.
    """
    parts: list[str] = []
    number = _big_number(reply)
    if number:
        parts.append(f"## {escaped(number)}")
    lines = reply.answer.split("\n")
    if reply.status in ("clarify", "refused"):
        lines = [line for line in lines if not line.startswith("- ")]
    parts.append(
        "\n\n".join(escaped(line) if not line.startswith("- ") else "- " + escaped(line[2:]) for line in lines if line.strip())
    )
    if reply.reading and reply.status == "answered":
        reading = _pair(reply.language, fill(reply.language, "chat", "reading"), reply.reading)
        parts.append(f"*{escaped(reading)}*")
    table = _small_table(reply)
    if table:
        parts.append(table)
    return "\n\n".join(part for part in parts if part)


def _pair(language: str, name: str, value: str) -> str:
    """理解为：订单数, Understood as: Orders."""
    return f"{name}{templates(language)['colon']}{value}"


def _big_number(reply: Reply) -> str:
    if reply.status != "answered" or len(reply.rows) != 1 or not reply.charts or reply.charts[0]["kind"] != "number":
        return ""
    index = reply.columns.index(reply.charts[0]["y"][0])
    return cell(reply.rows[0][index], columns_of(reply)[index], reply.language)


def _small_table(reply: Reply) -> str:
    """A Markdown table for few rows, with the rest and the whole as lines of their own."""
    if not 1 < len(reply.rows) <= SMALL or not reply.columns:
        return ""
    columns = columns_of(reply)
    marks = {"rest": "*", "totals": "**"}
    lines = [_line(headings_of(reply)), "|" + "|".join("--:" if is_number(column) else ":--" for column in columns) + "|"]
    lines += [_line(_cells(row, columns, reply.language)) for row in reply.rows]
    lines += [_line(cells, marks[kind]) for kind, cells in _sums(reply, columns)]
    return "\n".join(lines)


def _line(cells: list[str], mark: str = "") -> str:
    shown = [f"{mark}{markdown_cell(each)}{mark}" if each else "" for each in cells]
    return "| " + " | ".join(shown) + " |"


def _cells(row: list[Any], columns: list[Column], language: str) -> list[str]:
    return [cell(value, column, language) for value, column in zip(row, columns, strict=True)]


def _sums(reply: Reply, columns: list[Column]) -> list[tuple[str, list[str]]]:
    """The lines under a table: what is not shown, and the whole."""
    found: list[tuple[str, list[str]]] = []
    for kind, values in (("rest", reply.rest), ("totals", reply.totals)):
        if values:
            cells = [
                cell(values[column.name], column, reply.language) if column.name in values and is_number(column) else ""
                for column in columns
            ]
            found.append((kind, [cells[0] or fill(reply.language, "chat", kind), *cells[1:]]))
    return found


def chart(reply: Reply) -> go.Figure | None:
    return figure(reply) if reply.status == "answered" else None


def long_table(reply: Reply) -> dict[str, Any] | None:
    """A long table for the element that pages and sorts: the texts of its cells, and what each sorts by."""
    if len(reply.rows) <= SMALL or not reply.columns:
        return None
    columns = columns_of(reply)
    headings = headings_of(reply)
    return {
        "language": reply.language,
        "columns": [{"heading": heading, "number": is_number(column)} for heading, column in zip(headings, columns, strict=True)],
        "rows": [{"cells": _cells(row, columns, reply.language), "keys": [*map(_sort_key, row, columns)]} for row in reply.rows],
        "sums": [{"kind": kind, "cells": cells} for kind, cells in _sums(reply, columns)],
    }


def _sort_key(value: Any, column: Column) -> Any:
    """Figures, dates and numbered groups sort by what they are; None says to sort by what is shown."""
    if isinstance(value, bool | int | float):
        return value
    return str(value) if value is not None and column.grain else None


def folds(reply: Reply) -> list[Fold]:
    """What the answer rests on, and its SQL."""
    if reply.status != "answered" or not reply.plan:
        return []
    words = templates(reply.language)["chat"]
    lines = list(reply.definitions)
    if reply.period and reply.period.get("words"):
        lines.append(_pair(reply.language, words["period"], str(reply.period["words"])))
    lines += [*reply.assumptions, *reply.warnings]
    if reply.checks and all(check["holds"] for check in reply.checks):
        lines.append(_pair(reply.language, words["check"], words["ok"]))
    if reply.data_version:
        lines.append(_pair(reply.language, words["data"], reply.data_version))
    found = [Fold(words["evidence"], "\n".join(f"- {escaped(line)}" for line in lines))] if lines else []
    if reply.sql:
        found.append(Fold(words["sql"], code(reply.sql, "sql")))
    return found
