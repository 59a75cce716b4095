"""A reply's table on a sheet: real types, formats by what a column holds, a header that stays, sums set apart below."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from assistant.render.columns import is_number
from assistant.render.excel_book import Book, write_text
from assistant.render.reply_tables import ReplyTable, Sum, sum_name
from assistant.render.typed_cells import Typed, is_dated, is_fraction, typed_cell
from assistant.wording.texts import fill
from semantic_layer.columns import Column

FIRST_DAY = date(1900, 3, 1)
"""Excel counts a February 29 in 1900; days before stand as texts."""
NARROWEST, WIDEST = 8, 60
"""Column widths, in widths of a digit."""
ARROW = 3
"""Room for the filter's button beside a heading."""
DATE_FORMATS = {"month": "yyyy-mm", "year": "yyyy"}
HEADING = {"bold": True, "bottom": 1, "bg_color": "#EDF1F5"}
SUMS: Mapping[Sum, dict[str, Any]] = {"rest": {"italic": True}, "totals": {"bold": True}}


def write_table(book: Book, sheet: Worksheet, table: ReplyTable) -> None:
    """Fills an empty sheet: headings with units, every row, then the rest and the whole below an empty row."""
    typed = [
        [typed_cell(value, column, table.language) for value, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    headings = table.headings_with_units(fractions=False)
    for index, (heading, column) in enumerate(zip(headings, table.columns, strict=True)):
        write_text(sheet, 0, index, heading, book.style(**HEADING, **_side(column)))
        cells = [row[index] for row in typed]
        number_format = number_format_of(column, cells, table.language)
        for row, value in enumerate(cells, start=1):
            _write(book, sheet, (row, index), value, {**_side(column), "num_format": _own_format(column, value, number_format)})
        for below, (kind, values) in enumerate(table.sums):
            place = (len(typed) + 2 + below, index)
            style = {**SUMS[kind], **_side(column), "num_format": number_format}
            _write(book, sheet, place, _sum_cell(table, kind, values, index), style)
        sheet.set_column(index, index, _width(heading, cells, number_format))
    sheet.freeze_panes(1, 0)
    if typed:
        sheet.autofilter(0, 0, len(typed), len(headings) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def number_format_of(column: Column, cells: Sequence[Typed], language: str) -> str:
    """How Excel shows the cells of a column.

    Figures under a hundredth, or under one percent, would look like nothing and get more digits.
    """
    if is_dated(column):
        moment = any(isinstance(value, datetime) for value in cells)
        return DATE_FORMATS.get(column.grain or "", "yyyy-mm-dd hh:mm:ss" if moment else "yyyy-mm-dd")
    if column.grain == "hour":
        before, after = (f'"{word}"' if word else "" for word in fill(language, "periods", "hour", h="\n").split("\n"))
        return f"{before}0{after}"
    if not is_number(column):
        return "0" if any(isinstance(value, int) for value in cells) else "General"
    smallest = min((abs(value) for value in cells if isinstance(value, int | float) and value), default=1)
    if is_fraction(column):
        return "0.0%" if smallest >= 0.01 else "0.00%"
    if column.type == "count":
        return "#,##0"
    return "#,##0.00" if smallest >= 0.01 else "#,##0.0000"


def _own_format(column: Column, value: Typed, number_format: str) -> str:
    """Excel has no format for quarters: each day brings its own."""
    if column.grain == "quarter" and isinstance(value, date):
        return f'yyyy"-Q{(value.month + 2) // 3}"'
    return number_format


def _side(column: Column) -> dict[str, Any]:
    return {"align": "right" if is_number(column) else "left"}


def _sum_cell(table: ReplyTable, kind: Sum, values: Mapping[str, Any], index: int) -> Typed:
    column = table.columns[index]
    if is_number(column):
        return typed_cell(values.get(column.name), column, table.language)
    return sum_name(kind, table.language) if index == 0 else None


def _write(book: Book, sheet: Worksheet, place: tuple[int, int], value: Typed, properties: dict[str, Any]) -> None:
    style: Format = book.style(**properties)
    match value:
        case None:
            sheet.write_blank(*place, None, style)
        case str():
            write_text(sheet, *place, value, style)
        case date() if _has_a_number(value):
            sheet.write_datetime(*place, value if isinstance(value, datetime) else datetime.combine(value, time.min), style)
        case date():
            write_text(sheet, *place, value.isoformat(), style)
        case _:
            sheet.write_number(*place, value, style)


def _has_a_number(value: date) -> bool:
    return (value.date() if isinstance(value, datetime) else value) >= FIRST_DAY


def _width(heading: str, cells: Sequence[Typed], number_format: str) -> int:
    longest = max((_length(value, number_format) for value in cells), default=0)
    return max(NARROWEST, min(max(text_width(heading) + ARROW, longest + 1), WIDEST))


def _length(value: Typed, number_format: str) -> int:
    """About how wide a cell is as it is shown."""
    match value:
        case None:
            return 0
        case str():
            return max(map(text_width, value.split("\n")))
        case date():
            return len(number_format)
        case _:
            return len(f"{value:,.2f}") + 1


def text_width(text: str) -> int:
    """Width in digits: Chinese, Japanese and Korean signs take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
