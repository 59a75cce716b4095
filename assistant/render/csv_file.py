"""An answer as CSV, the way a spreadsheet opens it well: UTF-8 with a byte order mark, CRLF, plain numbers."""

from __future__ import annotations

import codecs
from datetime import date, datetime
from decimal import Decimal

from assistant.render.legal_text import legal, not_a_formula
from assistant.render.reply_tables import tables_of
from assistant.render.typed_cells import Typed
from assistant.reply import Reply


def csv_of(reply: Reply, which: int = 0) -> bytes:
    """One table of a reply, by default the one that answers most directly: headings with units, then every row.

    Totals and the rest are no rows of it.

    Numbers are unrounded with a point, fractions stay fractions, days are ISO dates, a missing figure is empty. Every
    text is in quotes: where the system's separator is a semicolon, one inside a text would begin a cell of its own.

    Returns:
        The file; only the byte order mark where the reply has no such table.
    """
    table = next(iter(tables_of(reply)[which:]), None)
    if table is None:
        return codecs.BOM_UTF8
    lines = [[quoted(heading) for heading in table.headings_with_units(fractions=True)]]
    lines += [[field(value) for value in row] for row in table.typed_rows()]
    return codecs.BOM_UTF8 + "".join(",".join(line) + "\r\n" for line in lines).encode()


def field(value: Typed) -> str:
    """One cell: plain numbers, ISO dates, everything else as a text in quotes; nothing where there is no value."""
    match value:
        case None:
            return ""
        case str():
            return quoted(value)
        case datetime():
            return value.isoformat(" ")
        case date():
            return value.isoformat()
        case _:
            return format(Decimal(str(value)), "f")  # never 1e-07


def quoted(text: str) -> str:
    """A text in quotes that no spreadsheet computes."""
    safe = not_a_formula(legal(text)).replace('"', '""')
    return f'"{safe}"'
