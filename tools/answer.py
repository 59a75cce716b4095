"""What a tool gives back: findings, tables, a chart and the evidence. Sentences are made elsewhere, from these."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from semantic_layer.columns import Column, Note
from semantic_layer.conditions import Condition
from semantic_layer.frozen import Frozen
from semantic_layer.requests import digest

Cell = str | int | float | bool | None
"""What a row holds once it has left the tools: JSON values, numbers unrounded, dates in ISO form."""


class Table(Frozen):
    """Rows with their columns. `name` tells the tables of an answer apart."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def cells(self, name: str) -> list[Cell]:
        """All cells of one column."""
        index = [column.name for column in self.columns].index(name)
        return [row[index] for row in self.rows]


class Finding(Frozen):
    """One thing to say: a code with typed quantities. Wording has a template for each code in each language."""

    code: str
    parts: dict[str, Any] = {}


class ChartSpec(Frozen):
    """A chart as data; `assistant/render` draws it.

    Attributes:
        kind: `number` is a big number without axes; `sankey` streams from the values of `x` to those of `series`.
        x: The column along the axis of categories or time.
        y: Columns of values.
        series: A column that splits the values into lines or bar groups.
    """

    kind: Literal["number", "line", "bar", "grouped_bar", "heatmap", "sankey"]
    table: str
    x: str | None = None
    y: tuple[str, ...] = ()
    series: str | None = None


class Check(Frozen):
    """A sum that must come out: the parts against the whole."""

    metric: str
    parts: float
    whole: float
    holds: bool


class Evidence(Frozen):
    """What an answer rests on.

    Attributes:
        metrics: Names whose definitions apply.
        tags: Tags and segments whose definitions apply.
        start, end: The days asked; several periods side by side are in `periods`.
        where: The filter, for wording.
        statements: The SQL that ran; empty where the viewer may not see it.
        restricted: The viewer sees less than everything.
    """

    metrics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    periods: tuple[tuple[date, date], ...] = ()
    compared_start: date | None = None
    compared_end: date | None = None
    as_of: date | None = None
    where: Condition | None = None
    row_count: int = 0
    data_version: str = ""
    fingerprint: str = ""
    statements: tuple[str, ...] = ()
    restricted: bool = False
    role: str = ""
    checks: tuple[Check, ...] = ()


class Next(Frozen):
    """A request that could follow, with the code of what it does."""

    code: str
    request: dict[str, Any]
    parts: dict[str, Any] = {}


class Answer(Frozen):
    """The result of one tool.

    Attributes:
        kind: The request's kind.
        request: The request in plain form.
        primary: The table that answers most directly.
        totals, rest: One row each: over all groups, and over the groups beyond a limit; never among the rows.
        notes: Assumptions and warnings that must be said.
        truncated: There were more rows than may be shown.
    """

    kind: str
    request: dict[str, Any]
    findings: tuple[Finding, ...] = ()
    tables: tuple[Table, ...] = ()
    primary: str | None = None
    totals: Table | None = None
    rest: Table | None = None
    charts: tuple[ChartSpec, ...] = ()
    evidence: Evidence = Evidence()
    notes: tuple[Note, ...] = ()
    next: tuple[Next, ...] = ()
    truncated: bool = False
    timings_ms: dict[str, float] = {}

    @property
    def main(self) -> Table | None:
        return next((table for table in self.tables if table.name == self.primary), None)

    def same_result(self) -> str:
        """Equal for answers that say the same: the rows, whatever their columns are called."""
        main = self.main
        return digest(self.kind, str(main.rows if main else ""), str(self.totals.rows if self.totals else ""))
