"""One algebra of conditions for metric filters, tag rules, segments, row policies and requests.

Logic is two-valued: a comparison with a missing value is false, and `not` makes it true, so that "not X" keeps what is
unknown. People write conditions short (`{field: colour, not: red}`); `read_condition` turns the short spelling
into the typed one, and is the only place that knows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, model_validator
from pydantic import Field as Constrained

from semantic_layer.frozen import Frozen
from semantic_layer.periods import SinglePeriod

Grain = Literal["date", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year", "hour", "weekday", "is_weekend"]
GRAINS: tuple[Grain, ...] = get_args(Grain)
SERIES_GRAINS: tuple[Grain, ...] = ("date", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year")
"""Grains that run along the calendar; the others come round again (hour 0..23, weekday 1..7 from Monday)."""

Value = bool | int | float | str
"""A literal; dates are written as ISO strings."""


class Field(Frozen):
    """A column of meaning: `city`, or with the entity or dataset it is reached by: `customer.city`."""

    kind: Literal["field"] = "field"
    name: str


class TimeBucket(Frozen):
    """Business time cut into buckets; `field` is a time field, by default the metric's own."""

    kind: Literal["time"] = "time"
    grain: Grain
    field: str | None = None


class Tag(Frozen):
    """A tag's value as of a date; by default the workspace's as-of date, `period_end` for each bucket's own end."""

    kind: Literal["tag"] = "tag"
    name: str
    as_of: date | Literal["period_end"] | None = None


class EntityMetric(Frozen):
    """A metric of each entity over a period, as a field of that entity: a customer's sales in the last 90 days.

    Attributes:
        metric: A metric; or a field, an entity or a grain of time, of which the different values that the entity's rows have
            are counted.
        entity: Whose metric: an entity, or else a field (the sales of each colour) or a grain of time (of each month). By
            default the entity that the surrounding definition is about.
        period: By default the days of the row that the condition filters.
        rank: Instead of the figure its rank among all that have rows of the metric in the period: 1 is the highest, or the
            lowest. Those who tie share a rank; who has no figure has none. Only rows that the viewer sees are ranked.
        rank_part: The rank as a part of their number: at most 0.1 is the top tenth, rounded down (of 25 the first two), with
            all who tie with the last of them.
    """

    kind: Literal["entity_metric"] = "entity_metric"
    metric: str
    entity: str | None = None
    period: SinglePeriod | None = None
    where: Condition | None = None
    rank: Literal["highest", "lowest"] | None = None
    rank_part: bool = False

    @model_validator(mode="after")
    def _part_of_a_rank(self) -> EntityMetric:
        if self.rank_part and self.rank is None:
            raise ValueError("rank_part needs a rank: highest or lowest")
        return self


class Meets(Frozen):
    """Whether the entity that a row belongs to meets a condition: two groups, those who do and all others.

    Unknown for a row of no entity, so that each entity is in exactly one of the two.

    Attributes:
        entity: Whose groups.
        condition: What is asked of each one: what it did, its figures, the fields that describe it.
    """

    kind: Literal["meets"] = "meets"
    entity: str
    condition: Condition


def _read_field(value: Any) -> Any:
    """`city`, `month` and `paid_at.month` are short for the typed references."""
    if not isinstance(value, str):
        return value
    owner, _, last = value.rpartition(".")
    if last in GRAINS:
        return {"kind": "time", "grain": last, "field": owner or None}
    return {"kind": "field", "name": value}


FieldRef = Annotated[
    Annotated[Field | TimeBucket | Tag | EntityMetric | Meets, Constrained(discriminator="kind")], BeforeValidator(_read_field)
]


class Scaled(Frozen):
    """A factor times a field, plus an amount: 0.7 x the sales of the 90 days before, or 500 more than they were."""

    kind: Literal["scaled"] = "scaled"
    factor: float = 1.0
    ref: FieldRef
    plus: float = 0.0


class Attribute(Frozen):
    """A viewer's attribute; policies alone may use it. Without that attribute the viewer sees no row."""

    kind: Literal["attribute"] = "attribute"
    name: str


Reference = Annotated[Field | TimeBucket | Tag | EntityMetric | Meets | Scaled, Constrained(discriminator="kind")]
Operand = Value | Reference
Operator = Literal["eq", "ne", "lt", "le", "gt", "ge", "contains"]


class Compare(Frozen):
    """One comparison. `ne` counts what is unknown as different; `contains` is part of a text, whatever the case."""

    kind: Literal["compare"] = "compare"
    left: Annotated[Reference, BeforeValidator(_read_field)]
    op: Operator
    right: Operand


class In(Frozen):
    """The value is one of a list, or of a viewer's attribute."""

    kind: Literal["in"] = "in"
    left: FieldRef
    values: tuple[Value, ...] | Attribute


class Range(Frozen):
    """From `low` to `high`, both included."""

    kind: Literal["between"] = "between"
    left: FieldRef
    low: Value
    high: Value


class IsNull(Frozen):
    """The value is missing: shown as Unknown."""

    kind: Literal["is_null"] = "is_null"
    left: FieldRef


class And(Frozen):
    kind: Literal["and"] = "and"
    of: tuple[Condition, ...]


class Or(Frozen):
    kind: Literal["or"] = "or"
    of: tuple[Condition, ...]


class Not(Frozen):
    kind: Literal["not"] = "not"
    of: Condition


class InSegment(Frozen):
    """The entity belongs to a segment as of a date (by default the workspace's as-of date)."""

    kind: Literal["in_segment"] = "in_segment"
    name: str
    as_of: date | None = None


class Within(Frozen):
    """Days that follow something: no more than `days` of them.

    Attributes:
        after: `first`: the entity's first time of all, whose own day does not count; or a date field of the rows that are
            counted (when what they belong to began), whose own day counts.
        dataset: Whose rows the first time is of, by default those that are counted.
        where: Which of these rows.
    """

    days: int = Constrained(ge=1)
    after: str = "first"
    dataset: str | None = None
    where: Condition | None = None

    @property
    def is_after_first(self) -> bool:
        return self.after == "first"


class Did(Frozen):
    """The entity has at least `count` rows of a dataset in a period: "bought in March".

    With `within` and without a period the days are those that `within` says: "bought again within 30 days of the first time".
    """

    kind: Literal["did"] = "did"
    entity: str
    dataset: str
    where: Condition | None = None
    period: SinglePeriod | None = None
    count: int = Constrained(default=1, ge=1)
    within: Within | None = None


class Step(Frozen):
    """One step of a sequence: rows of a dataset that meet a condition.

    Attributes:
        times: How many of them: the step is reached at the n-th one after the step before.
        absent: The step is that there are not so many of them, within the sequence's `within_days` after the step before.
            It is the last one.
    """

    dataset: str
    where: Condition | None = None
    times: int = Constrained(default=1, ge=1)
    absent: bool = False


class StepsOf(Frozen):
    """Steps in an order.

    The rows of a step come later than those of the steps before. Where both have moments, they tell; rows of one dataset
    that has only days come on a later day; else the order within a day is not known, and the same day counts.

    Attributes:
        within_days: The last row of the last step is at most so many days after the first row of the first one. Where the
            last step is absent, the days after the step before in which it does not happen.
    """

    steps: tuple[Step, ...] = Constrained(min_length=2)
    within_days: int | None = Constrained(default=None, ge=1)

    @model_validator(mode="after")
    def _absent_comes_last(self) -> StepsOf:
        if any(step.absent for step in self.steps[:-1]):
            raise ValueError("only the last step can be absent")
        if self.steps[-1].absent and self.within_days is None:
            raise ValueError("a step is absent within a number of days")
        return self


class Sequence(StepsOf):
    """The entity did the steps in this order, some time up to the day that "today" is."""

    kind: Literal["sequence"] = "sequence"
    entity: str


COMPARISONS: dict[str, Operator] = {
    "is": "eq",
    "at_least": "ge",
    "more_than": "gt",
    "at_most": "le",
    "less_than": "lt",
    "contains": "contains",
}
"""The comparison words of the short spelling; `not`, `in`, `not_in`, `between` and `missing` are read apart."""

SHORT_KEYS = (*COMPARISONS, "not", "in", "not_in", "between", "missing")


def _left_of(value: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Takes the left side (`field`, `tag` or `metric` with its extras) out of a short condition."""
    rest = dict(value)
    if "tag" in rest:
        return {"kind": "tag", "name": rest.pop("tag"), "as_of": rest.pop("as_of", None)}, rest
    if "metric" in rest:
        left = {"kind": "entity_metric", "metric": rest.pop("metric"), "entity": rest.pop("of", None)}
        left |= {key: rest.pop(key) for key in ("rank", "rank_part") if key in rest}
        return left | {"period": rest.pop("period", None), "where": rest.pop("where", None)}, rest
    return _read_field(rest.pop("field")), rest


def _right_of(value: Any) -> Any:
    """A right side that is a mapping: a viewer's attribute, a field, or `{times: 0.7, metric: ...}`."""
    if not isinstance(value, dict) or "kind" in value:
        return value
    if "attribute" in value:
        return {"kind": "attribute", "name": value["attribute"]}
    factor = value.get("times")
    left, _ = _left_of({key: item for key, item in value.items() if key != "times"})
    return left if factor is None else {"kind": "scaled", "factor": factor, "ref": left}


def read_condition(value: Any) -> Any:
    """Turns the short spelling of a condition into the typed one; anything else passes unchanged.

    Raises:
        ValueError: the short spelling has no comparison, or more than one.
    """
    if isinstance(value, list):
        return {"kind": "and", "of": value}
    if not isinstance(value, dict) or "kind" in value:
        return value
    for short, kind in (("all", "and"), ("any", "or")):
        if short in value:
            return {"kind": kind, "of": value[short]}
    if "segment" in value:
        return {"kind": "in_segment", "name": value["segment"], "as_of": value.get("as_of")}
    if "did" in value:
        return {"kind": "did", "dataset": value["did"], **{k: v for k, v in value.items() if k != "did"}}
    if "steps" in value:
        return {"kind": "sequence", **value}
    if set(value) == {"not"}:
        return {"kind": "not", "of": value["not"]}
    if not {"field", "tag", "metric"} & set(value):
        raise ValueError("a condition needs one of: field, tag, metric, segment, did, steps, all, any, not")
    left, rest = _left_of(value)
    if len(rest) != 1 or next(iter(rest)) not in SHORT_KEYS:
        raise ValueError(f"a condition needs exactly one comparison ({', '.join(SHORT_KEYS)}); found {sorted(rest)}")
    word, right = next(iter(rest.items()))
    if word == "missing":
        missing = {"kind": "is_null", "left": left}
        return missing if right else {"kind": "not", "of": missing}
    if word == "is" and isinstance(right, dict) and "attribute" in right:
        word = "in"
    if word in ("in", "not_in"):
        listed = {"kind": "in", "left": left, "values": _right_of(right)}
        return listed if word == "in" else {"kind": "not", "of": listed}
    if word == "between":
        return {"kind": "between", "left": left, "low": right[0], "high": right[1]}
    if word == "not":
        return {"kind": "compare", "left": left, "op": "ne", "right": _right_of(right)}
    return {"kind": "compare", "left": left, "op": COMPARISONS[word], "right": _right_of(right)}


AnyCondition = Compare | In | Range | IsNull | And | Or | Not | InSegment | Did | Sequence
Condition = Annotated[
    Annotated[AnyCondition, Constrained(discriminator="kind")],
    BeforeValidator(read_condition),
]

for _model in (EntityMetric, Meets, And, Or, Not, Within, Did, Step, StepsOf, Sequence):
    _model.model_rebuild()


def refs_of(condition: AnyCondition | None) -> tuple[Reference, ...]:
    """Every field reference of a condition, in reading order; used for reachability, policy and scope checks."""
    match condition:
        case None | InSegment() | Did() | Sequence():
            return ()
        case And(of=parts) | Or(of=parts):
            return tuple(ref for part in parts for ref in refs_of(part))
        case Not(of=part):
            return refs_of(part)
        case Compare(left=left, right=right):
            other = (right,) if isinstance(right, Field | TimeBucket | Tag | EntityMetric | Meets | Scaled) else ()
            return (left, *other)
        case In(left=left) | Range(left=left) | IsNull(left=left):
            return (left,)


def unit_refs(where: AnyCondition | None) -> Iterator[EntityMetric | Did]:
    """What entities did, as far as a condition asks for it."""
    match where:
        case And(of=parts) | Or(of=parts):
            for part in parts:
                yield from unit_refs(part)
        case Not(of=part):
            yield from unit_refs(part)
        case Did():
            yield where
        case Compare(left=left, right=right):
            for side in (left, right):
                inner = side.ref if isinstance(side, Scaled) else side
                yield from _own_units(inner)
        case In(left=left) | Range(left=left) | IsNull(left=left):
            yield from _own_units(left)
        case _:
            return


def _own_units(ref: object) -> Iterator[EntityMetric | Did]:
    if isinstance(ref, EntityMetric):
        yield ref
    if isinstance(ref, Meets):
        yield from unit_refs(ref.condition)


def sequences_in(where: AnyCondition | None) -> Iterator[Sequence]:
    """The sequences that a condition asks for."""
    for part in leaves_of(where):
        if isinstance(part, Sequence):
            yield part
        elif isinstance(part, Compare) and isinstance(part.left, Meets):
            yield from sequences_in(part.left.condition)


def leaves_of(condition: AnyCondition | None) -> Iterator[AnyCondition]:
    """The conditions that a condition is made of by and, or, not."""
    match condition:
        case None:
            return
        case And(of=parts) | Or(of=parts):
            for part in parts:
                yield from leaves_of(part)
        case Not(of=part):
            yield from leaves_of(part)
        case _:
            yield condition


def parts_of(condition: AnyCondition | None) -> tuple[AnyCondition, ...]:
    """The conditions that are joined by `and` at the top, flat."""
    if condition is None:
        return ()
    if isinstance(condition, And):
        return tuple(part for each in condition.of for part in parts_of(each))
    return (condition,)


def all_of(parts: tuple[AnyCondition, ...]) -> AnyCondition | None:
    """Joins conditions by `and`; none gives None and one stays itself."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(of=parts)
