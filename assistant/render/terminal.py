"""A reply in the terminal: text, table, a small bar chart, the reading and the SQL."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table

from assistant.reply import Reply
from assistant.wording.numbers import cell
from semantic_layer.columns import Column, ValueLabel
from semantic_layer.words import Text

SHOWN = 20
BAR = 24


def show(reply: Reply, console: Console, with_sql: bool = True) -> None:
    """Prints a reply."""
    console.print(reply.answer, markup=False, style="bold" if reply.status == "answered" else None)
    if reply.reading:
        console.print(reply.reading, style="cyan", markup=False)
    if reply.rows and reply.columns:
        console.print(_table(reply))
    if reply.rest:
        console.print(
            ("其余 " if reply.language == "zh" else "the rest ") + _object(reply, reply.rest), style="dim", markup=False
        )
    if reply.totals:
        console.print(
            ("整体 " if reply.language == "zh" else "overall ") + _object(reply, reply.totals), style="dim", markup=False
        )
    for definition in reply.definitions:
        console.print(definition, style="dim", markup=False)
    if with_sql and reply.sql:
        console.print(Syntax(reply.sql, "sql", background_color="default", word_wrap=True))
    if reply.status == "answered" and reply.suggestions:
        console.print("→ " + "   → ".join(each.text for each in reply.suggestions), style="green", markup=False)


def _table(reply: Reply) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    columns = [column_of(described) for described in reply.table_schema]
    for column, described in zip(columns, reply.table_schema, strict=True):
        heading = described["labels"][reply.language] or described["name"]
        table.add_column(heading, justify="left" if column.role in ("dimension", "key") else "right")
    bars = _bars(reply, columns)
    if bars:
        table.add_column("")
    for index, row in enumerate(reply.rows[:SHOWN]):
        cells = [cell(value, column, reply.language) for value, column in zip(row, columns, strict=True)]
        table.add_row(*cells, *([bars[index]] if bars else []))
    if len(reply.rows) > SHOWN:
        table.add_row(f"… {len(reply.rows)}")
    return table


def column_of(described: dict[str, Any]) -> Column:
    """A column from its description in the reply's schema."""
    labels = described.get("value_labels") or {}
    return Column(
        name=described["name"],
        role=described["role"],
        type=described["type"],
        grain=described.get("grain"),
        unit=Text(zh=described.get("unit"), en=described.get("unit")),
        value_labels=tuple(ValueLabel(value=value, label=Text(**label)) for value, label in labels.items()),
    )


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
