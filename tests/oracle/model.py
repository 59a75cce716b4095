"""A world: a workspace as an analyst would write it, the tables under it, and who may ask. All of it plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Kind = Literal["int", "text", "bool", "money", "date", "moment"]
"""What a column of a table holds; a moment has no time zone of its own."""

Plain = dict[str, Any]
Cells = dict[str, Any]


@dataclass
class Table:
    """Rows as they are stored."""

    columns: dict[str, Kind]
    rows: list[Cells] = field(default_factory=list)


@dataclass(frozen=True)
class Viewer:
    """Who asks; no role is the default one."""

    role: str | None = None
    attributes: Plain = field(default_factory=dict)


@dataclass
class World:
    """What the compiler is given, and what the truth is told from."""

    workspace: Plain
    tables: dict[str, Table]
    as_of: date
    viewers: list[Viewer] = field(default_factory=lambda: [Viewer()])
    days: list[date] = field(default_factory=list)
    """The days that its rows are drawn from."""

    def yaml(self) -> str:
        """The workspace as a file: JSON is YAML."""
        return json.dumps(self.workspace, ensure_ascii=False, default=str)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("a world")

    def __repr__(self) -> str:
        return f"\n{told(self.workspace)}\n{tables_told(self.tables)}\nas of {self.as_of}\n"


def told(workspace: Plain) -> str:
    """A workspace with one definition a line, to be read where a case has failed."""
    lines: list[str] = []
    for section, value in workspace.items():
        if isinstance(value, list):
            lines += [f"{section}:", *(f"  - {json.dumps(each, ensure_ascii=False, default=str)}" for each in value)]
        else:
            lines.append(f"{section}: {json.dumps(value, ensure_ascii=False, default=str)}")
    return "\n".join(lines)


def tables_told(tables: dict[str, Table]) -> str:
    lines: list[str] = []
    for name, table in tables.items():
        lines.append(f"{name}: {' | '.join(f'{column} {kind}' for column, kind in table.columns.items())}")
        lines += [f"    {' | '.join(str(row[column]) for column in table.columns)}" for row in table.rows]
    return "\n".join(lines)
