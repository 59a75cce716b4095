"""What is known of a data version without opening it: tables, rows, and the days that each time field covers."""

from __future__ import annotations

from datetime import date, datetime

from semantic_layer.calendar import Span
from semantic_layer.frozen import Frozen


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


class DataVersion(Frozen):
    """The manifest of one immutable data version.

    Attributes:
        id: Its name, such as facts_0001.
        coverage: By dataset, then by time field.
    """

    id: str
    loaded_at: datetime
    tables: dict[str, TableFacts]
    coverage: dict[str, dict[str, Coverage]] = {}

    def covers(self, dataset: str, time: str | None) -> Span | None:
        """The days that a dataset's time field covers; None where it has no rows or no such field."""
        found = self.coverage.get(dataset, {}).get(time or "")
        return found.span if found else None
