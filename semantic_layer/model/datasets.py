"""Datasets, their fields, and the entities whose keys join them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator
from pydantic import Field as Constrained

from semantic_layer.conditions import Condition
from semantic_layer.frozen import Frozen
from semantic_layer.model.checks import AcceptedValues, DayCount, Promise, RowCheck, Severity
from semantic_layer.words import NO_TEXT, NO_WORDS, Definition, LabelText, ValueWords, WordList, Words

FieldType = Literal["category", "id", "boolean", "date", "time", "count", "decimal", "fraction"]
"""What a field holds: text of a closed set, a whole-number key, true/false, a day, a moment, or a number."""

Schedule = Literal["daily", "weekly", "monthly"]
"""How often something is due: each day, each week of the workspace's, each month."""

DIMENSION_TYPES: frozenset[FieldType] = frozenset({"category", "id", "boolean", "date", "time"})
"""Types that a result can be grouped by."""


def _by_value(value: Any) -> Any:
    """`{N: {zh: 北区}}` is pleasant YAML; keys may be numbers or true/false there."""
    if isinstance(value, dict):
        return tuple(
            {"value": key, **(words if isinstance(words, dict) else {"zh": words, "en": words})} for key, words in value.items()
        )
    return value


class ValueEntry(ValueWords):
    """One stored value with its words."""

    value: bool | int | str


ValueList = Annotated[tuple[ValueEntry, ...], BeforeValidator(_by_value)]


class Field(Definition):
    """A column of meaning.

    Attributes:
        expr: A scalar SQL expression over the dataset's own columns; by default the column of the field's name.
        type: What it holds.
        unit: Unit of a number, such as USD.
        stored: Computed once when data is loaded and kept as a column; for what is slow to compute, such as a change of
            time zone.
        ordered: The order of `values` is the natural one (age bands), and results keep it.
        same_as: `dataset.field` that this one means the same as, so that facts which have one each can be put side by side.
        values: Words for stored values.
        closed: No other values than those of `values` may be stored; checked after each load.
        share_with_model: Whether a language model may see this field's values.
    """

    type: FieldType = "category"
    expr: str | None = None
    unit: LabelText = NO_TEXT
    stored: bool = False
    ordered: bool = False
    same_as: str | None = None
    values: ValueList = ()
    closed: bool = False
    share_with_model: bool = False

    def value_words(self, value: Any) -> ValueEntry | None:
        return next((entry for entry in self.values if entry.value == value), None)


class Window(Frozen):
    """Two date fields between which a row is valid; a period picks the rows whose window overlaps it."""

    start: str
    end: str


class Dataset(Definition):
    """A table, or a SELECT over other datasets, with its grain and the keys of the entities it knows.

    Attributes:
        source: A table of the data version; by default the dataset's name.
        derived: Instead of a source: one SELECT over other datasets (never over tables).
        grain: The columns that identify a row.
        entities: The key columns of each entity that a row belongs to.
        time: The default time field of its metrics.
        window: Instead of a time: the dates between which a row is valid.
        history: `none` where the fields hold only today's state, as with demographics.
        routes: Where two ways lead to a dataset: the entity by which it is reached from this one.
        verbs: Words for doing what a row records: bought, returned.
        count: The metric that counts how often it was done.
        not_null: Fields or columns that every row has.
        accepted: By field or column, the only values that may be stored.
        links: By entity, how bad it is that a key has no entry in the dataset that describes the entity; `warn` if not said.
        fresh_within: How many days the last row's time may lie before the day that "today" is.
        checks: Conditions that no row may meet.
        severity: How bad it is that another promise is broken: `error` for the grain and missing values, else `warn`.
    """

    source: str | None = None
    derived: str | None = None
    grain: WordList = ()
    entities: dict[str, WordList] = {}
    time: str | None = None
    window: Window | None = None
    history: Literal["none", "full"] = "full"
    routes: dict[str, str] = {}
    verbs: Words = NO_WORDS
    count: str | None = None
    not_null: WordList = ()
    accepted: dict[str, AcceptedValues] = {}
    links: dict[str, Severity] = {}
    fresh_within: DayCount | None = None
    checks: tuple[RowCheck, ...] = ()
    severity: dict[Promise, Severity] = {}
    fields: tuple[Field, ...] = ()

    @model_validator(mode="after")
    def _one_origin(self) -> Dataset:
        if self.source and self.derived:
            raise ValueError("a dataset has a source or is derived, not both")
        if self.time and self.window:
            raise ValueError("a dataset has a time or a window, not both")
        return self

    @property
    def table(self) -> str:
        return self.source or self.name

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


class Entity(Definition):
    """Something that has a key: a customer, an item, an order, a region.

    Attributes:
        key: The name under which its key is a dimension, such as `store_id`; by default `<name>_id`.
        type: How the key is stored.
        count: The metric that counts these entities.
        title: A field of its own dataset that names it for people.
        personal: A single one is a person or a family; policies hide it by this.
        refresh: How often its kept tags and segments are due, unless one says otherwise itself.
    """

    key: str | None = None
    type: Literal["id", "category"] = "id"
    count: str | None = None
    title: str | None = None
    personal: bool = False
    refresh: Schedule = "daily"

    @property
    def key_name(self) -> str:
        return self.key or f"{self.name}_id"


class NamedCondition(Definition):
    """A condition that has words of its own: "with children" means that a field has certain values."""

    where: Condition


class Absent(Frozen):
    """What people ask for and this data does not hold, with the reason."""

    words: Words
    because: Words = Constrained(default=NO_WORDS)
    instead: WordList = ()
