"""A reply as the chat shows it: text, chart, table, folds. No Chainlit here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.render.charts import figure
from assistant.render.markdown import cell as markdown_cell
from assistant.render.markdown import escaped
from assistant.render.terminal import column_of
from assistant.reply import Reply
from assistant.wording.numbers import cell
from assistant.wording.texts import fill, templates

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

SMALL = 12
"""Tables of up to so many rows stand in the text; longer ones page and sort."""


class Fold(NamedTuple):
    """Something that is there and out of the way."""

    title: str
    text: str
    language: str | None = None


def text(reply: Reply) -> str:
    """The message: a big number where there is one, the sentences, a small table."""
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
        parts.append(f"*{fill(reply.language, 'chat', 'reading')}: {escaped(reply.reading)}*")
    table = _table(reply)
    if table:
        parts.append(table)
    return "\n\n".join(part for part in parts if part)


def _big_number(reply: Reply) -> str:
    if reply.status != "answered" or len(reply.rows) != 1 or not reply.charts or reply.charts[0]["kind"] != "number":
        return ""
    name = reply.charts[0]["y"][0]
    index = reply.columns.index(name)
    return cell(reply.rows[0][index], column_of(reply.table_schema[index]), reply.language)


def _table(reply: Reply) -> str:
    """A Markdown table for few rows, with the rest and the whole as lines of their own."""
    if not 1 < len(reply.rows) <= SMALL or not reply.columns:
        return ""
    columns = [column_of(described) for described in reply.table_schema]
    headings = [markdown_cell(described["labels"][reply.language] or described["name"]) for described in reply.table_schema]
    align = [":--" if column.role in ("dimension", "key") else "--:" for column in columns]
    lines = ["| " + " | ".join(headings) + " |", "| " + " | ".join(align) + " |"]
    for row in reply.rows:
        cells = [markdown_cell(cell(value, column, reply.language)) for value, column in zip(row, columns, strict=True)]
        lines.append("| " + " | ".join(cells) + " |")
    for title, values in (("rest", reply.rest), ("totals", reply.totals)):
        if values:
            named = [fill(reply.language, "chat", title)] + [""] * (len(columns) - 1)
            for index, column in enumerate(columns):
                if column.name in values and column.role not in ("dimension", "key"):
                    named[index] = markdown_cell(cell(values[column.name], column, reply.language))
            lines.append("| " + " | ".join(f"*{each}*" if each else "" for each in named) + " |")
    return "\n".join(lines)


def chart(reply: Reply) -> go.Figure | None:
    return figure(reply) if reply.status == "answered" else None


def frame(reply: Reply) -> pd.DataFrame | None:
    """A long table as a data frame that pages and sorts; labels in the reply's language."""
    if len(reply.rows) <= SMALL or not reply.columns:
        return None
    import pandas as pd

    columns = [column_of(described) for described in reply.table_schema]
    data: dict[str, list[Any]] = {}
    for index, (described, column) in enumerate(zip(reply.table_schema, columns, strict=True)):
        heading = described["labels"][reply.language] or described["name"]
        data[heading] = [cell(row[index], column, reply.language) for row in reply.rows]
    return pd.DataFrame(data)


def folds(reply: Reply) -> list[Fold]:
    """What the answer rests on, and its SQL."""
    if reply.status != "answered" or not reply.plan:
        return []
    words = templates(reply.language)["chat"]
    lines = [f"- {escaped(line)}" for line in reply.definitions]
    if reply.period and reply.period.get("words"):
        lines.append(f"- {words['period']}: {escaped(str(reply.period['words']))}")
    lines += [f"- {escaped(line)}" for line in (*reply.assumptions, *reply.warnings)]
    if reply.checks and all(check["holds"] for check in reply.checks):
        lines.append(f"- {words['check']}: {words['ok']}")
    if reply.data_version:
        lines.append(f"- {words['data']}: {escaped(reply.data_version)}")
    found = [Fold(words["evidence"], "\n".join(lines))] if lines else []
    if reply.sql:
        found.append(Fold(words["sql"], reply.sql, "sql"))
    return found
