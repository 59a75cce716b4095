"""Metrics: what people quote. A union of small types; each says one way to compute a number."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator
from pydantic import Field as Constrained

from semantic_layer.conditions import Condition, Grain
from semantic_layer.frozen import Frozen
from semantic_layer.model.datasets import ValueList
from semantic_layer.periods import SinglePeriod, Unit
from semantic_layer.words import NO_TEXT, NO_WORDS, Definition, LabelText, WordList, Words

NumberType = Literal["count", "decimal", "fraction"]
Aggregation = Literal["sum", "count", "count_distinct", "min", "max", "mean", "median", "percentile"]


class MetricBase(Definition):
    """What all metrics share.

    Attributes:
        unit: The unit of the value: a currency code, or a word in each language. Empty for pure numbers and fractions.
        type: A count, a decimal number or a fraction (0.123, shown as 12.3%).
        verbs: Words that ask for this metric where no noun does: "sold", "spent".
        hidden: Only a building block of other metrics; cannot be asked for by name.
        note: What every answer with this metric must say.
        better: Whether more or less of it is good news, if either is.
        default_grain: A question that names no period gets a row for each such bucket, where one figure would say little.
    """

    unit: LabelText = NO_TEXT
    type: NumberType = "decimal"
    verbs: Words = NO_WORDS
    hidden: bool = False
    note: LabelText = NO_TEXT
    better: Literal["higher", "lower"] | None = None
    default_grain: Grain | None = None


class Aggregate(MetricBase):
    """An aggregation of the rows of one dataset.

    Attributes:
        expr: A scalar over the dataset's own columns; several for a distinct count of combinations. None counts rows.
        where: Rows that count for this metric, whatever is asked.
        time: The time field that its periods go by, if not the dataset's.
        percentile: Between 0 and 1, for `agg: percentile`.
    """

    kind: Literal["aggregate"] = "aggregate"
    dataset: str
    agg: Aggregation
    expr: WordList = ()
    where: Condition | None = None
    time: str | None = None
    percentile: float | None = Constrained(default=None, gt=0, lt=1)

    @model_validator(mode="before")
    @classmethod
    def _counts_are_counts(cls, data: Any) -> Any:
        if isinstance(data, dict) and str(data.get("agg", "")).startswith("count") and "type" not in data:
            return {**data, "type": "count"}
        return data

    @model_validator(mode="after")
    def _complete(self) -> Aggregate:
        if self.agg != "count" and not self.expr:
            raise ValueError(f"agg: {self.agg} needs an expr")
        if len(self.expr) > 1 and self.agg != "count_distinct":
            raise ValueError("only count_distinct takes several expressions")
        if (self.agg == "percentile") != (self.percentile is not None):
            raise ValueError("agg: percentile and percentile: belong together")
        return self


class DistinctOf(Frozen):
    """What is counted: a field that the rows of a dataset reach, a time cut to a grain, or what entities they belong to."""

    dataset: str
    field: str = ""
    grain: Grain | None = None
    entity: str | None = None


class Distinct(MetricBase):
    """How many different values of a field the rows have; what is unknown is none of them."""

    kind: Literal["distinct"] = "distinct"
    type: NumberType = "count"
    distinct: DistinctOf


def _metric_use(value: Any) -> Any:
    return {"metric": value} if isinstance(value, str) else value


class MetricUse(Frozen):
    """A metric inside another one, perhaps with a filter of its own."""

    metric: str
    where: Condition | None = None


Use = Annotated[MetricUse, BeforeValidator(_metric_use)]


class RatioOf(Frozen):
    numerator: Use
    denominator: Use


class Ratio(MetricBase):
    """One metric over another, each aggregated first; null where the denominator is null or zero.

    Attributes:
        warn_below: Answers warn where the denominator is smaller than this: too little to stand on.
    """

    kind: Literal["ratio"] = "ratio"
    ratio: RatioOf
    warn_below: float | None = None


class Derived(MetricBase):
    """An arithmetic expression over metrics and parameters: `1 - retention_rate`.

    Attributes:
        derived: The expression; names are metrics or parameters of the workspace.
    """

    kind: Literal["derived"] = "derived"
    derived: str


class RepeatOf(Frozen):
    entity: str
    metric: str
    at_least: int = Constrained(default=2, ge=1)


class Repeat(MetricBase):
    """The share of the entities active in a period that reached a count of a metric in it."""

    kind: Literal["repeat"] = "repeat"
    type: NumberType = "fraction"
    repeat: RepeatOf


class FirstTime(Frozen):
    entity: str
    dataset: str


class NewEntities(MetricBase):
    """Entities whose first row in a dataset falls into the period."""

    kind: Literal["new_entities"] = "new_entities"
    type: NumberType = "count"
    new_entities: FirstTime


class RetainedOf(Frozen):
    entity: str
    dataset: str


class Retention(MetricBase):
    """Entities active in the previous period of the same grain that are active in this one, over the former."""

    kind: Literal["retention"] = "retention"
    type: NumberType = "fraction"
    retention: RetainedOf


class WindowOf(Frozen):
    metric: str
    last: int | None = Constrained(default=None, ge=1)
    unit: Unit = "day"
    to_date: Unit | None = None

    @model_validator(mode="after")
    def _one_window(self) -> WindowOf:
        if (self.last is None) == (self.to_date is None):
            raise ValueError("a window has last: (with unit:) or to_date:")
        return self


class Cumulative(MetricBase):
    """A metric over a window that trails each bucket (last 28 days), or from a calendar unit's start to date."""

    kind: Literal["cumulative"] = "cumulative"
    cumulative: WindowOf


class Snapshot(Frozen):
    dataset: str
    expr: str
    take: Literal["first", "last"] = "last"


class SemiAdditive(MetricBase):
    """A stock: adds up over everything but time, where the first or last value of a period counts."""

    kind: Literal["semi_additive"] = "semi_additive"
    semi_additive: Snapshot


class ConversionOf(Frozen):
    entity: str
    base: str
    then: str
    within_days: int = Constrained(ge=0)


class Conversion(MetricBase):
    """The share of entities counted by one metric that are counted by another within N days."""

    kind: Literal["conversion"] = "conversion"
    type: NumberType = "fraction"
    conversion: ConversionOf


class Unmeasured(MetricBase):
    """A metric with an agreed definition that this data cannot give.

    Attributes:
        unmeasured: What it waits for; said whenever it is asked.
    """

    kind: Literal["unmeasured"] = "unmeasured"
    unmeasured: LabelText


METRIC_KINDS: tuple[type[MetricBase], ...] = (
    Aggregate,
    Distinct,
    Ratio,
    Derived,
    Repeat,
    NewEntities,
    Retention,
    Cumulative,
    SemiAdditive,
    Conversion,
    Unmeasured,
)


KINDS_BY_KEY = (
    "distinct",
    "ratio",
    "derived",
    "repeat",
    "new_entities",
    "retention",
    "cumulative",
    "semi_additive",
    "conversion",
    "unmeasured",
)


def _read_metric(value: Any) -> Any:
    """The kind of a metric shows in the key it is defined by; `agg` defines an aggregate."""
    if isinstance(value, dict) and "kind" not in value:
        if "agg" in value:
            return {"kind": "aggregate", **value}
        for kind in KINDS_BY_KEY:
            if kind in value:
                return {"kind": kind, **value}
        raise ValueError(f"a metric is defined by one of: agg (with dataset), {', '.join(KINDS_BY_KEY)}")
    return value


AnyMetric = (
    Aggregate
    | Distinct
    | Ratio
    | Derived
    | Repeat
    | NewEntities
    | Retention
    | Cumulative
    | SemiAdditive
    | Conversion
    | Unmeasured
)
Metric = Annotated[Annotated[AnyMetric, Constrained(discriminator="kind")], BeforeValidator(_read_metric)]


class Parameter(Definition):
    """An assumption with a number: a margin, a cost. It is named in answers and can be changed in a question.

    Attributes:
        value: A number, or one of the texts of `values`.
        type: How a number is shown: a fraction as a percentage.
        values: Words for the texts that it may be; empty where it is a number.
        also: Other values under which answers give their figures as well.
    """

    value: float | str
    type: NumberType = "decimal"
    unit: LabelText = NO_TEXT
    values: ValueList = ()
    also: tuple[float | str, ...] = ()

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts that it may be."""
        return tuple(str(each.value) for each in self.values)


class Expectation(Frozen):
    """A pinned fact: a metric in a period, with the value it must have. Run by `huaxiang check`."""

    metric: str
    period: SinglePeriod | None = None
    where: Condition | None = None
    value: float
    tolerance: float = 0.005
