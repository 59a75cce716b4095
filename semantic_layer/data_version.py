"""What is known of a data version without opening it: tables, rows, and the days that each time field covers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from semantic_layer.calendar import Span
from semantic_layer.frozen import Frozen
from semantic_layer.model.checks import Severity
from semantic_layer.predictions import Predictions

CheckKind = Literal["grain", "not_null", "accepted", "link", "fresh", "rule"]


class TableFacts(Frozen):
    rows: int
    columns: dict[str, str]
    fingerprint: str


class Coverage(Frozen):
    """First and last business day of a time field."""

    first: date
    last: date

    @property
    def span(self) -> Span:
        return Span(self.first, self.last)


class CheckResult(Frozen):
    """What one check of a dataset found.

    Attributes:
        about: The field, column, entity or rule that it is about; empty for the dataset as a whole.
        home: For links: the dataset that describes the entity.
        expected, found: As text, for analysts.
        rows: How many rows break it.
        keys: For links: how many different keys have no entry; for the grain: how many rows are too many.
        ran: Whether it could be counted at all; `found` says why not.
        digest: Changes with what was declared, so that a result is not taken for another check's.
    """

    name: str
    dataset: str
    kind: CheckKind
    about: str = ""
    home: str | None = None
    severity: Severity
    expected: str
    found: str
    holds: bool
    rows: int = 0
    keys: int | None = None
    ran: bool = True
    digest: str = ""


class ListFacts(Frozen):
    """An imported list of ids.

    Attributes:
        rows: Different ids.
        unknown: How many of them no row of the data had when it was imported.
    """

    rows: int
    unknown: int
    imported_at: datetime


class ExportFacts(Frozen):
    """An audience that was exported, as it is remembered.

    Attributes:
        name, label: The name that it is asked by, and what it was called.
        as_of: What "today" was: the day on which its members count as contacted.
        treated, control: How many left, and how many were held back.
        request: The typed request, in plain form.
        files: Where it was written.
        asked: What asked for it, so that asking once more gives the same; empty where each call is a new one.
    """

    name: str
    label: str = ""
    entity: str
    as_of: date
    exported_at: datetime
    user: str = ""
    role: str = ""
    treated: int
    control: int = 0
    request: dict[str, Any] = {}
    files: tuple[str, ...] = ()
    asked: str = ""

    @property
    def list(self) -> str:
        """The list that holds those who left."""
        return f"audience__{self.name}"

    @property
    def control_list(self) -> str:
        """And those who were held back."""
        return f"{self.list}__control"


class Lists(Frozen):
    """The lists that are imported, the audiences that were exported, and the file that holds the ids of both."""

    file: str
    lists: dict[str, ListFacts] = {}
    exports: tuple[ExportFacts, ...] = ()


class DataVersion(Frozen):
    """The manifest of one immutable data version.

    Attributes:
        id: Its name, such as facts_0001.
        coverage: By dataset, then by time field.
        checks: What the checks found; kept in a file beside the manifest, since they change with the workspace.
        lists: Imported lists of ids, which are there beside every version.
        predictions: What was predicted, of this version and of others.
    """

    id: str
    loaded_at: datetime
    tables: dict[str, TableFacts]
    coverage: dict[str, dict[str, Coverage]] = {}
    checks: tuple[CheckResult, ...] = ()
    lists: Lists | None = None
    predictions: Predictions | None = None

    @property
    def data_mark(self) -> str:
        """Changes with the data and with the lists."""
        return self.id if self.lists is None else f"{self.id}+{self.lists.file}"

    @property
    def mark(self) -> str:
        """Changes with all that an answer can depend on: the predictions too."""
        return self.data_mark if self.predictions is None else f"{self.data_mark}+{self.predictions.file}"

    def covers(self, dataset: str, time: str | None) -> Span | None:
        """The days that a dataset's time field covers; None where it has no rows or no such field."""
        found = self.coverage.get(dataset, {}).get(time or "")
        return found.span if found else None


def differences(was: DataVersion, now: DataVersion) -> tuple[str, ...]:
    """What answers lose and gain when they are given from another version, a sentence each."""
    found: list[str] = []
    for name in dict.fromkeys((*was.tables, *now.tables)):
        before, after = was.tables.get(name), now.tables.get(name)
        if before is None or after is None:
            found.append(f"table '{name}' is {'there' if before is None else 'not there'}")
        elif before.rows != after.rows:
            found.append(f"table '{name}' has {after.rows:,} rows, not {before.rows:,}")
        elif before != after:
            found.append(f"table '{name}' has other contents")
    for dataset in dict.fromkeys((*was.coverage, *now.coverage)):
        fields = dict.fromkeys((*was.coverage.get(dataset, {}), *now.coverage.get(dataset, {})))
        found += [sentence for time in fields if (sentence := _moved(dataset, time, was, now))]
    return tuple(found)


def _moved(dataset: str, time: str, was: DataVersion, now: DataVersion) -> str:
    before, after = was.covers(dataset, time), now.covers(dataset, time)
    if before == after or before is None or after is None:
        return ""
    return f"{dataset}.{time} runs from {after.start} to {after.end}, not from {before.start} to {before.end}"
