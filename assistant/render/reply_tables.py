"""The tables of a reply, each with its columns, headings, rows and sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from assistant.render.columns import column_of, is_number
from assistant.render.typed_cells import Typed, is_fraction, typed_cell
from assistant.reply import Reply
from assistant.wording.numbers import cell, unit_in
from assistant.wording.texts import fill
from semantic_layer.columns import Column

Sum = Literal["rest", "totals"]
MOST_ROWS = 200
"""Longer tables are for spreadsheets; a text says so."""


class ReplyTable(NamedTuple):
    """One table of a reply.

    Attributes:
        name: What the answer calls it; empty for the table that answers most directly.
        headings: In the reply's language, without units.
        sums: What stands below the rows: the groups beyond a limit, then the whole, each by column name.
    """

    name: str
    language: str
    columns: list[Column]
    headings: list[str]
    rows: Sequence[Sequence[Any]]
    sums: list[tuple[Sum, Mapping[str, Any]]]

    def headings_with_units(self, fractions: bool) -> list[str]:
        """Headings as a file needs them, whose cells are bare numbers.

        Args:
            fractions: Say that a column holds fractions; for files that cannot show them as percentages.
        """
        return [self._with_unit(*both, fractions) for both in zip(self.headings, self.columns, strict=True)]

    def _with_unit(self, heading: str, column: Column, fractions: bool) -> str:
        if is_fraction(column):
            return fill(self.language, "download", "fraction", heading=heading) if fractions else heading
        unit = unit_in(column, self.language) if is_number(column) else ""
        says_it = not unit or unit.casefold() == heading.casefold()
        return heading if says_it else fill(self.language, "download", "unit", heading=heading, unit=unit)

    def typed_rows(self) -> list[list[Typed]]:
        """The rows as typed values."""
        return [[typed_cell(*both, self.language) for both in zip(row, self.columns, strict=True)] for row in self.rows]

    def shown(self, row: Sequence[Any]) -> list[str]:
        """A row in words, as the chat shows it."""
        return [cell(value, column, self.language) for value, column in zip(row, self.columns, strict=True)]

    def first_rows_shown(self) -> list[list[str]]:
        """As many rows in words as a page of text bears."""
        return [self.shown(row) for row in self.rows[:MOST_ROWS]]

    def cut_note(self) -> str:
        """That these are not all rows; empty where they are."""
        if len(self.rows) <= MOST_ROWS:
            return ""
        return fill(self.language, "download", "first_rows", shown=MOST_ROWS, rows=len(self.rows))

    def sums_shown(self) -> list[tuple[Sum, list[str]]]:
        """The sums in words: figures under their columns, and what they are in the first column where that is free."""
        return [(kind, self._named(kind, self._figures(values))) for kind, values in self.sums]

    def _figures(self, values: Mapping[str, Any]) -> list[str]:
        present = [is_number(column) and column.name in values for column in self.columns]
        cells = zip(self.columns, present, strict=True)
        return [cell(values[column.name], column, self.language) if there else "" for column, there in cells]

    def _named(self, kind: Sum, cells: list[str]) -> list[str]:
        return [cells[0] or sum_name(kind, self.language), *cells[1:]]


def sum_name(kind: Sum, language: str) -> str:
    """The rest, 合计."""
    return fill(language, "chat", kind)


def tables_of(reply: Reply) -> list[ReplyTable]:
    """All tables of a reply, the one that answers most directly first; none where nothing was answered."""
    main = {"name": "", "schema": reply.table_schema, "rows": reply.rows}
    described = [main, *reply.tables] if reply.table_schema else reply.tables
    found = [_table(each, reply.language) for each in described]
    sums: list[tuple[Sum, Mapping[str, Any]]] = []
    if reply.rest:
        sums.append(("rest", reply.rest))
    if reply.totals:
        sums.append(("totals", reply.totals))
    return [found[0]._replace(sums=sums), *found[1:]] if found and reply.table_schema else found


def _table(described: Mapping[str, Any], language: str) -> ReplyTable:
    schema = described["schema"]
    return ReplyTable(
        name=described["name"],
        language=language,
        columns=[column_of(each) for each in schema],
        headings=[each["labels"][language] or each["name"] for each in schema],
        rows=described["rows"],
        sums=[],
    )
