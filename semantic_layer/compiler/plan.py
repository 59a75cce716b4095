"""The logical plan: what each pass adds, from the bound request to the SQL tree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlglot import exp

from semantic_layer.calendar import Span
from semantic_layer.columns import Column, Note
from semantic_layer.conditions import AnyCondition, Field, Grain, TimeBucket
from semantic_layer.data_version import DataVersion
from semantic_layer.model.metrics import Aggregate, AnyMetric
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
class Dimension:
    """One thing to group by.

    `period` stands for several named periods side by side; `period_end` tells those apart that begin on one day.
    """

    name: str
    ref: Field | TimeBucket | Literal["period", "period_end"]

    @property
    def grain(self) -> Grain | None:
        return self.ref.grain if isinstance(self.ref, TimeBucket) else None


@dataclass(frozen=True)
class Measure:
    """One aggregate as it is needed: the metric with all filters of its own."""

    metric: Aggregate
    where: AnyCondition | None
    column: str


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


@dataclass(frozen=True)
class LogicalPlan:
    """The request on its way to SQL. Each pass returns a copy with its own part filled in."""

    request: MetricQuery
    scope: Scope
    # bind
    metrics: tuple[AnyMetric, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    where: AnyCondition | None = None
    spans: tuple[Span, ...] = ()
    covered: Span | None = None
    other_span: Span | None = None
    notes: tuple[Note, ...] = ()
    # expand
    outputs: tuple[Output, ...] = ()
    # place
    groups: tuple[Group, ...] = ()
    # aggregate
    selects: tuple[exp.Select, ...] = ()
    # combine, derive, shape
    tree: exp.Select | None = None
    columns: tuple[Column, ...] = ()

    def noting(self, *notes: Note) -> LogicalPlan:
        fresh = tuple(note for note in notes if note not in self.notes)
        return replace(self, notes=self.notes + tuple({str(note): note for note in fresh}.values()))


@dataclass(frozen=True)
class Compiled:
    """A request ready to run.

    Attributes:
        tree: The statement.
        columns: What its columns are, in order; hidden ones included.
        spans: The days asked, one for each named period; empty where the data has no time.
        other_span: The days compared with.
        notes: Assumptions and warnings that the answer must say.
        metrics: The metrics of the request.
        datasets: The datasets read.
    """

    tree: exp.Select
    columns: tuple[Column, ...]
    spans: tuple[Span, ...] = ()
    other_span: Span | None = None
    notes: tuple[Note, ...] = ()
    metrics: tuple[AnyMetric, ...] = ()
    datasets: tuple[str, ...] = ()

    def sql(self, dialect: str = "duckdb") -> str:
        return self.tree.sql(dialect, pretty=True)
