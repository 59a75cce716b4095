"""Tags: one value for each entity as of a date, computed by rules that everyone can read; and segments on them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic import Field as Constrained

from semantic_layer.conditions import And, Condition, FieldRef, StepsOf, Value
from semantic_layer.frozen import Frozen
from semantic_layer.model.datasets import FieldType, Schedule, ValueList
from semantic_layer.words import NO_TEXT, Definition, LabelText


class TagBase(Definition):
    """What all tags share.

    Attributes:
        entity: Whose tag it is.
        group: Branch of the tag tree, such as `behaviour`.
        type: What its value is.
        values: Words for its values, in their natural order.
        sensitivity: Who may see it is decided by policies that go by this.
        refresh: How often it is due; as the entity says where it says nothing itself.
    """

    entity: str
    group: str | None = None
    type: FieldType = "category"
    unit: LabelText = NO_TEXT
    values: ValueList = ()
    sensitivity: Literal["public", "internal", "restricted"] = "internal"
    refresh: Schedule | None = None


class AttributeTag(TagBase):
    """A field of the entity's own dataset, or a condition on such fields (true, false, or unknown without data)."""

    kind: Literal["attribute"] = "attribute"
    attribute: FieldRef | None = None
    condition: Condition | None = None


class Case(Frozen):
    """One rule: the value where the condition is met; null where it means that the value cannot be told."""

    value: bool | int | str | None
    when: Condition | None = None


class RuleTag(TagBase):
    """Ordered rules; the first that matches gives the value, one without a condition is for the rest."""

    kind: Literal["rules"] = "rules"
    rules: tuple[Case, ...] = Constrained(min_length=1)


class Days(Frozen):
    """The N days that end on the tag's date, that date included."""

    days: int = Constrained(ge=1)


class WindowMetric(Frozen):
    metric: str
    window: Days | None = None
    where: Condition | None = None


class MetricTag(TagBase):
    """A metric of the entity over a window."""

    kind: Literal["measure"] = "measure"
    measure: WindowMetric


class Occurrence(Frozen):
    dataset: str
    take: Literal["first", "last"]
    give: Literal["days_since", "date"] | str = "date"


class OccurrenceTag(TagBase):
    """The first or last row of a dataset: its date, the days since, or the value of a field."""

    kind: Literal["occurrence"] = "occurrence"
    occurrence: Occurrence


class Preference(Frozen):
    """What an entity prefers: the value of `by` with most of `metric`; ties go to the earlier in `order`.

    `over_index` ranks by the entity's own share over everyone's share, among values of at least `min_share`.
    """

    by: FieldRef
    metric: str
    window: Days | None = None
    buckets: tuple[tuple[str, tuple[int, ...]], ...] = ()
    exclude: tuple[Value, ...] = ()
    over_index: bool = False
    min_share: float = 0.0


class PreferenceTag(TagBase):
    kind: Literal["preference"] = "preference"
    preference: Preference


class Ranked(Frozen):
    """A score by rank over all entities: equal parts by `ntile`, or thresholds on the share ranked above."""

    of: str
    descending: bool = False
    tiles: int | None = None
    thresholds: tuple[tuple[float, str], ...] = ()
    otherwise: str | None = None


class RankTag(TagBase):
    """Quantile scores (RFM) and value tiers."""

    kind: Literal["rank"] = "rank"
    rank: Ranked


class SequenceTag(TagBase):
    """True where the entity did the steps in order; unknown where the days of an absent one are not over yet."""

    kind: Literal["sequence"] = "sequence"
    type: FieldType = "boolean"
    sequence: StepsOf


class SqlTag(TagBase):
    """One SELECT over datasets that gives the columns of the entity's key and `value`.

    Attributes:
        sql: Its text. `:as_of` is the day of the profile; rows after it are not there. Who has several rows has no value.
    """

    kind: Literal["sql"] = "sql"
    sql: str


class ListTag(TagBase):
    """True for the ids of an imported list, on every day.

    Attributes:
        list: Its name: `huaxiang segments import NAME FILE`.
    """

    kind: Literal["list"] = "list"
    type: FieldType = "boolean"
    list: str = Constrained(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")


class Prediction(Frozen):
    """What is estimated of the days after the tag's date.

    Attributes:
        target: That a metric is 0 in those days, or how much it is.
        metric: What is counted or summed up in them.
        horizon_days: How many days.
        features: The tags that it goes by; without any, all that can be known of an earlier day.
    """

    target: Literal["no_activity", "future_value"]
    metric: str
    horizon_days: int = Constrained(ge=1)
    features: tuple[str, ...] = ()


class PredictiveTag(TagBase):
    """A model's estimate, trained on the past; stored as not available where it is no better than a simple rule."""

    kind: Literal["predictive"] = "predictive"
    predictive: Prediction


_KEYS = {
    "attribute": "attribute",
    "condition": "attribute",
    "rules": "rules",
    "measure": "measure",
    "occurrence": "occurrence",
    "preference": "preference",
    "rank": "rank",
    "sequence": "sequence",
    "sql": "sql",
    "list": "list",
    "predictive": "predictive",
}


def _read_tag(value: Any) -> Any:
    """A tag may leave out its kind, which its keys tell, and the type of one that is true or false."""
    if isinstance(value, dict) and "kind" not in value:
        for key, kind in _KEYS.items():
            if key in value:
                return {"kind": kind, **({"type": "boolean"} if _is_true_or_false(value) else {}), **value}
        raise ValueError(f"a tag is defined by one of: {', '.join(_KEYS)}")
    return value


def _is_true_or_false(value: dict[str, Any]) -> bool:
    rules = value.get("rules")
    given = [each.get("value") for each in rules if isinstance(each, dict)] if isinstance(rules, list | tuple) else []
    return "condition" in value or (bool(given) and all(isinstance(each, bool) for each in given))


AnyTag = (
    AttributeTag | RuleTag | MetricTag | OccurrenceTag | PreferenceTag | RankTag | SequenceTag | SqlTag | ListTag | PredictiveTag
)
TagDefinition = Annotated[Annotated[AnyTag, Constrained(discriminator="kind")], BeforeValidator(_read_tag)]


class Segment(Definition):
    """A group of entities: and, or, not over tags, fields, metrics over windows and other segments.

    Attributes:
        refresh: How often it is due; as the entity says where it says nothing itself.
    """

    entity: str
    rule: Condition
    public: bool = True
    refresh: Schedule | None = None


class ExportedSegment(Segment):
    """Those of an exported audience: on every day the same, whatever has become of the rule that they were picked by.

    Attributes:
        list: The list that holds them.
    """

    rule: Condition = And(of=())
    list: str


class Experiment(Definition):
    """A randomised test: who was exposed to which variant, when, and what is measured."""

    entity: str
    dataset: str
    variant: str
    control: str
    split: dict[str, float] = {}
    metrics: tuple[str, ...] = ()
