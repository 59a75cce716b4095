"""An audience as CSV and Parquet: a row for each one, the key first, then what goes along, the side of the split last."""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from assistant.render.csv_file import field, quoted
from tools.audiences import Audience
from tools.requests import AudienceQuery
from tools.split import hashed

Form = Literal["csv", "parquet"]
FORMS: tuple[Form, ...] = ("csv", "parquet")
GROUP, TREATMENT, CONTROL = "group", "treatment", "control"


class Sheet(NamedTuple):
    """What stands in a file: headings, and the values of each column."""

    names: list[str]
    columns: list[list[Any]]

    @property
    def rows(self) -> Iterator[tuple[Any, ...]]:
        return zip(*self.columns, strict=True)


def sheet_of(found: Audience, request: AudienceQuery, secret: bytes) -> Sheet:
    """The columns of an audience; keys are hashed where the request says so."""
    names, columns = list[str](), list[list[Any]]()
    if request.ids == "hashed":
        names.append(f"{request.entity}_hash")
        columns.append([hashed(key, secret, request.entity) for key in found.keys])
    else:
        names += found.key_names
        columns += [[key[place] for key in found.keys] for place in range(len(found.key_names))]
    for place, column in enumerate(found.columns):
        names.append(column.name)
        columns.append([row[place] for row in found.values])
    if found.control is not None:
        names.append(_free(GROUP, names))
        columns.append([CONTROL if held else TREATMENT for held in found.control])
    return Sheet(names, columns)


def _free(name: str, taken: list[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def write(sheet: Sheet, path: Path, form: Form) -> None:
    """Writes a file.

    CSV is UTF-8 with a byte order mark and CRLF (RFC 4180); a text that a spreadsheet would compute has an apostrophe before it.
    Parquet has the values as they are.
    """
    if form == "parquet":
        arrays = [_array(values) for values in sheet.columns]
        pq.write_table(pa.table(dict(zip(sheet.names, arrays, strict=True))), path)
        return
    with path.open("wb") as file:
        file.write(codecs.BOM_UTF8 + (",".join(map(quoted, sheet.names)) + "\r\n").encode())
        for row in sheet.rows:
            file.write((",".join(map(_cell, row)) + "\r\n").encode())


def _array(values: list[Any]) -> pa.Array:
    return pa.array(values) if any(each is not None for each in values) else pa.nulls(len(values), pa.string())


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return field(value)


def rows_in(path: Path, form: Form) -> int:
    """How many rows a file holds, read back from it."""
    if form == "parquet":
        return pq.read_metadata(path).num_rows
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
