"""A reply in the terminal: text, table, a small bar chart, the reading and the SQL."""

from __future__ import annotations

import unicodedata
from typing import Any

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from assistant.render.columns import column_of, columns_of, headings_of, is_number
from assistant.reply import Reply
from assistant.usage import Usage
from assistant.wording.numbers import cell
from assistant.wording.texts import fill
from assistant.wording.usage import usage_line
from semantic_layer.columns import Column

SHOWN = 20
BAR = 24
CROSSED, ACROSS = ("heatmap", "sankey"), 8
"""Charts that are crossed tables here, and the most columns of one."""


def show(reply: Reply, console: Console, with_sql: bool = True, usage: Usage | None = None) -> None:
    """Prints a reply, and below it what a language model took."""
    console.print(_plain(reply.answer, "bold" if reply.status == "answered" else ""))
    if reply.reading:
        console.print(_plain(reply.reading, "cyan"))
    if reply.rows and reply.columns:
        console.print(_crossed(reply) or _table(reply))
    for title, values in (("rest", reply.rest), ("totals", reply.totals)):
        if values:
            console.print(_plain(f"{fill(reply.language, 'chat', title)} {_object(reply, values)}", "dim"))
    for definition in reply.definitions:
        console.print(_plain(definition, "dim"))
    if with_sql and reply.sql:
        console.print(Syntax(reply.sql, "sql", background_color="default", word_wrap=True))
    if reply.status == "answered" and reply.suggestions:
        console.print(_plain("→ " + "   → ".join(each.text for each in reply.suggestions), "green"))
    if usage is not None:
        console.print(_plain(usage_line(usage, reply.language), "dim"))


def _plain(text: str, style: str = "") -> Text:
    """Text from data as it stands: no markup and no control characters, which a terminal would obey."""
    return Text("".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc"), style)


def _table(reply: Reply) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    columns = columns_of(reply)
    for column, heading in zip(columns, headings_of(reply), strict=True):
        table.add_column(_plain(heading), justify="right" if is_number(column) else "left")
    bars = _bars(reply, columns)
    if bars:
        table.add_column("")
    for index, row in enumerate(reply.rows[:SHOWN]):
        cells = [_plain(cell(value, column, reply.language)) for value, column in zip(row, columns, strict=True)]
        table.add_row(*cells, *([bars[index]] if bars else []))
    if len(reply.rows) > SHOWN:
        table.add_row(f"… {len(reply.rows)}")
    return table


def _crossed(reply: Reply) -> Table | None:
    """What is a map of colours elsewhere: the values of one column down, of another across. None for anything else."""
    spec = next((each for each in reply.charts if each["kind"] in CROSSED), None)
    if spec is None:
        return None
    columns = dict(zip(reply.columns, zip(columns_of(reply), headings_of(reply), strict=True), strict=True))
    rows = [dict(zip(reply.columns, row, strict=True)) for row in reply.rows]
    down, across = (list(dict.fromkeys(row[name] for row in rows)) for name in (spec["x"], spec["series"]))
    if len(across) > ACROSS:
        return None
    held = {(row[spec["x"]], row[spec["series"]]): row for row in rows}
    (first, heading), (second, _) = columns[spec["x"]], columns[spec["series"]]
    table = Table(show_edge=False, pad_edge=False)
    table.add_column(_plain(heading))
    for key in across:
        table.add_column(_plain(cell(key, second, reply.language)), justify="right")
    shown = [columns[name][0] for name in dict.fromkeys((_counts(columns), *spec["y"])) if name is not None]

    def said(row: dict[str, Any] | None) -> Text:
        return _plain(" · ".join(cell(row[each.name], each, reply.language) for each in shown) if row is not None else "")

    for key in down:
        table.add_row(_plain(cell(key, first, reply.language)), *(said(held.get((key, other))) for other in across))
    return table


def _counts(columns: dict[str, tuple[Column, str]]) -> str | None:
    return next((name for name, (column, _) in columns.items() if column.role == "metric" and column.type == "count"), None)


def _bars(reply: Reply, columns: list[Column]) -> list[str]:
    """A bar for each row's first value; only for several rows."""
    index = next((position for position, column in enumerate(columns) if column.role in ("metric", "share")), None)
    if index is None or len(reply.rows) < 2 or not any(column.role == "dimension" for column in columns):
        return []
    values = [row[index] for row in reply.rows[:SHOWN]]
    numbers = [value for value in values if isinstance(value, int | float)]
    most = max((abs(value) for value in numbers), default=0)
    return ["█" * round(BAR * abs(value) / most) if most and isinstance(value, int | float) else "" for value in values]


def _object(reply: Reply, values: dict[str, Any]) -> str:
    described = {each["name"]: each for each in reply.table_schema}
    shown = [
        f"{described[name]['labels'][reply.language]} {cell(value, column_of(described[name]), reply.language)}"
        for name, value in values.items()
        if name in described
    ]
    return "  ".join(shown)
