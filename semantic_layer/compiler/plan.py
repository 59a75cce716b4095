"""The logical plan: what each pass adds, from the bound request to the SQL tree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlglot import exp

from semantic_layer.calendar import Span
from semantic_layer.columns import Column, Note
from semantic_layer.compiler.neutral import render
from semantic_layer.conditions import GRAINS, AnyCondition, Field, Grain, Meets, TimeBucket, refs_of, unit_refs
from semantic_layer.data_version import DataVersion
from semantic_layer.model.metrics import (
    Aggregate,
    AnyMetric,
    Conversion,
    Distinct,
    NewEntities,
    Repeat,
    Retention,
    SemiAdditive,
    WindowOf,
)
from semantic_layer.model.workspace import Workspace
from semantic_layer.policy import Grant
from semantic_layer.requests import MetricQuery

Variant = Literal["now", "previous", "whole"]
"""The asked rows, the other period of a comparison, and the whole that a share is a share of."""


@dataclass(frozen=True)
class Scope:
    """What decides the meaning of a request besides the request itself."""

    workspace: Workspace
    grant: Grant
    version: DataVersion
    as_of: date


@dataclass(frozen=True)
class Key:
    """One part of what tells those apart whose figures a statistic is about.

    Attributes:
        whose: An entity, a field or a grain of time.
        part: Which of the columns of an entity's key.
    """

    whose: str
    part: int = 0


@dataclass(frozen=True)
class Dimension:
    """One thing to group by.

    `period` stands for several named periods side by side; `period_end` tells those apart that begin on one day.
    """

    name: str
    ref: Field | TimeBucket | Meets | Key | Literal["period", "period_end"]

    @property
    def grain(self) -> Grain | None:
        return self.ref.grain if isinstance(self.ref, TimeBucket) else None


Measured = Aggregate | SemiAdditive | Repeat | NewEntities | Retention | Conversion | Distinct
"""What rows are aggregated for; all other metrics are made of these."""


@dataclass(frozen=True)
class Measure:
    """One figure as it is needed.

    Attributes:
        metric: What is aggregated; a rate gives two figures, its `part` and its `whole`.
        where: All filters that come with the metric: its own, and those of metrics that are made of it.
        column: The name of the figure, unique in a request.
        window: Other days than the asked ones: those that trail them.
    """

    metric: Measured
    where: AnyCondition | None
    column: str
    part: Literal["value", "part", "whole"] = "value"
    window: WindowOf | None = None


@dataclass(frozen=True)
class Ref:
    """A measure in a formula."""

    measure: Measure


@dataclass(frozen=True)
class Number:
    """A parameter's value in a formula."""

    value: float


@dataclass(frozen=True)
class Apply:
    """An arithmetic step of a formula."""

    op: Literal["+", "-", "*", "/"]
    left: Formula
    right: Formula


Formula = Ref | Number | Apply


@dataclass(frozen=True)
class Output:
    """One metric of the result with the formula over measures that gives it."""

    metric: AnyMetric
    formula: Formula


Kind = Literal["rows", "first", "stock", "repeat", "retention", "conversion"]
"""How the SELECT of a group is made: from rows one by one, or from what entities did."""


@dataclass(frozen=True)
class Group:
    """Measures that one SELECT can compute: same dataset, time field, days, filters and dimensions."""

    dataset: str
    time: str | None
    variant: Variant
    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...]
    where: AnyCondition | None
    spans: tuple[Span, ...]
    name: str
    kind: Kind = "rows"
    window: WindowOf | None = None


@dataclass(frozen=True)
class LogicalPlan:
    """The request on its way to SQL. Each pass returns a copy with its own part filled in.

    Attributes:
        series: The first bucket along the calendar of the time that all measures go by; each of its days is a point of its own.
    """

    request: MetricQuery
    scope: Scope
    # bind
    metrics: tuple[AnyMetric, ...] = ()
    datasets: tuple[str, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    where: AnyCondition | None = None
    series: Dimension | None = None
    spans: tuple[Span, ...] = ()
    covered: Span | None = None
    other_span: Span | None = None
    notes: tuple[Note, ...] = ()
    # expand
    outputs: tuple[Output, ...] = ()
    # place
    groups: tuple[Group, ...] = ()
    # aggregate
    helpers: tuple[tuple[str, exp.Query], ...] = ()
    selects: tuple[exp.Select, ...] = ()
    joined: tuple[str, ...] = ()
    # combine, derive, shape
    tree: exp.Select | None = None
    columns: tuple[Column, ...] = ()

    @property
    def is_filled(self) -> bool:
        """Whether every bucket inside the data, or every named period, is shown, empty ones too: nothing else is grouped by.

        A ranking shows what there is, and so do buckets that were picked by their own figures, and days by the day of the week.
        """
        picked = any(each.entity in GRAINS for each in unit_refs(self.request.where)) or self._picks_days
        if not self.dimensions or self.request.limit is not None or self.request.of_each is not None or picked:
            return False
        if all(isinstance(each.ref, str) for each in self.dimensions):
            return True
        return self.dimensions == (self.series,) and len(self.spans) == 1

    @property
    def _picks_days(self) -> bool:
        """Whether days are shown of which only those of some days of the week can have rows."""
        refs = [ref for ref in refs_of(self.request.where) if isinstance(ref, TimeBucket)]
        days = any(isinstance(each.ref, TimeBucket) and each.ref.grain == "date" for each in self.dimensions)
        return days and any(ref.grain in ("weekday", "is_weekend") for ref in refs)

    def noting(self, *notes: Note) -> LogicalPlan:
        fresh = tuple(note for note in notes if note not in self.notes)
        return replace(self, notes=self.notes + tuple({str(note): note for note in fresh}.values()))


@dataclass(frozen=True)
class Compiled:
    """A request ready to run.

    Attributes:
        tree: The statement, in nodes that each engine writes its own way.
        columns: What its columns are, in order; hidden ones included.
        spans: The days asked, one for each named period; empty where the data has no time.
        other_span: The days compared with.
        notes: Assumptions and warnings that the answer must say.
        metrics: The metrics of the request.
        datasets: The datasets whose rows are counted.
        joined: The datasets that describe them and that the statement joins.
    """

    tree: exp.Select
    columns: tuple[Column, ...]
    spans: tuple[Span, ...] = ()
    other_span: Span | None = None
    notes: tuple[Note, ...] = ()
    metrics: tuple[AnyMetric, ...] = ()
    datasets: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()

    def sql(self, dialect: str = "duckdb") -> str:
        return render(self.tree, dialect).sql(dialect, pretty=True)
