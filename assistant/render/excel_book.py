"""An Excel workbook in memory: legal sheet names and texts that stay texts, whatever they hold."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from assistant.render.legal_text import legal

LONGEST_TEXT = 32_767
LONGEST_NAME = 31
"""What a cell and a sheet's name hold, in units of UTF-16."""
UNNAMEABLE = re.compile(r"[\[\]:*?/\\\n\t]")
RESERVED = frozenset({"history"})
UNDATED = datetime(1980, 1, 1)
"""What a file says of its making where nobody knows: the clock would make the same answer another file each time."""
AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
MARKUP = ("<r>", "</r>")
"""XlsxWriter writes a text between these as XML of its own, unescaped."""


class Book:
    """A workbook on its way.

    Args:
        title: For the properties of the file.
        at: When what it holds was asked.
    """

    def __init__(self, title: str, at: datetime | None) -> None:
        self._file = BytesIO()
        self._workbook = Workbook(self._file, {"in_memory": True, "remove_timezone": True, **AS_TEXT})
        self._workbook.set_properties({"title": cut(legal(title), 255), "created": (at or UNDATED).replace(tzinfo=None)})
        self._names: set[str] = set(RESERVED)
        self._styles: dict[frozenset[tuple[str, Any]], Format] = {}

    def sheet(self, wanted: str) -> Worksheet:
        """A new sheet; its name is the wanted one as far as Excel allows it and no other sheet has it."""
        return self._workbook.add_worksheet(self._name(wanted))

    def _name(self, wanted: str) -> str:
        base = " ".join(UNNAMEABLE.sub(" ", legal(wanted)).split()).strip("' ") or "-"
        name, number = cut(base, LONGEST_NAME).rstrip("' "), 2
        while name.casefold() in self._names:
            ending = f" ({number})"
            name, number = cut(base, LONGEST_NAME - len(ending), "") + ending, number + 1
        self._names.add(name.casefold())
        return name

    def style(self, **properties: Any) -> Format:
        """A cell format of XlsxWriter's properties; the same one for the same properties."""
        key = frozenset(properties.items())
        if key not in self._styles:
            self._styles[key] = self._workbook.add_format({"valign": "top", **properties})
        return self._styles[key]

    def content(self) -> bytes:
        """The file; nothing can be added afterwards."""
        self._workbook.close()
        return self._file.getvalue()


def write_text(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Writes a text as a text, never as a formula, a link, a number or markup; one that is too long is cut."""
    shown = legal(text)
    if shown.startswith(MARKUP[0]) and shown.endswith(MARKUP[1]):
        shown += " "
    sheet.write_string(row, column, cut(shown, LONGEST_TEXT), style)


def cut(text: str, most: int, mark: str = "…") -> str:
    """The beginning of a text, in at most so many units of UTF-16, with a mark where something is missing."""
    if units(text) <= most:
        return text
    kept = text.encode("utf-16-le")[: 2 * (most - units(mark))].decode("utf-16-le", "ignore")
    return kept + mark


def pieces(text: str, most: int = LONGEST_TEXT) -> list[str]:
    """A text in pieces that fit into cells, broken at line ends where there are any.

    Joined by line feeds they are the text again, unless a single line was too long for a cell.
    """
    found: list[str] = []
    lines: list[str] = []
    room = most
    for line in text.split("\n"):
        rest, size = line, units(line)
        if lines and size < room:
            lines.append(rest)
            room -= size + 1
            continue
        if lines:
            found.append("\n".join(lines))
        while size > most:
            found.append(cut(rest, most, ""))
            rest = rest[len(found[-1]) :]
            size = units(rest)
        lines, room = [rest], most - size
    return [*found, "\n".join(lines)]


def units(text: str) -> int:
    """The length of a text as Excel counts it."""
    return len(text) + sum(sign > "\uffff" for sign in text)
