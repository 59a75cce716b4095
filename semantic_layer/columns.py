"""The columns of a result: what each is, for tables, charts and wording."""

from __future__ import annotations

from typing import Any, Literal

from semantic_layer.frozen import Frozen
from semantic_layer.words import NO_TEXT, LabelText

Role = Literal["dimension", "metric", "change", "growth", "share", "key", "hidden"]
ColumnType = Literal["count", "decimal", "fraction", "date", "time", "category"]

UNKNOWN = "Unknown"
"""What a missing category is called in rows; never null, never dropped."""


class ValueLabel(Frozen):
    value: Any
    label: LabelText


class Column(Frozen):
    """One column of a result.

    Attributes:
        name: Unique in the result.
        role: `hidden` columns serve checks and never leave the tools.
        metric: The metric that it belongs to; None for dimensions.
        grain: For time buckets.
        whole: For periods side by side: the unit that each one is a whole one of.
        additive: Its rows sum to the whole.
        ordered: `value_labels` are in the natural order of the values.
        better: Whether more or less of it is good news, if either is.
        below: For a hidden denominator: smaller ones are too little to stand on.
    """

    name: str
    role: Role
    type: ColumnType
    label: LabelText = NO_TEXT
    unit: LabelText = NO_TEXT
    metric: str | None = None
    grain: str | None = None
    whole: str | None = None
    additive: bool = False
    ordered: bool = False
    better: Literal["higher", "lower"] | None = None
    value_labels: tuple[ValueLabel, ...] = ()
    below: float | None = None

    def label_in(self, language: str) -> str:
        return self.label.get(language, self.name)

    def value_label(self, value: Any, language: str) -> str | None:
        """The word for a stored value; None where it has none of its own."""
        found = next((each.label for each in self.value_labels if each.value == value), None)
        return found.get(language, str(value)) if found else None


class Note(Frozen):
    """Something an answer must say: an assumption made or a warning. Worded from its code and parts."""

    code: str
    kind: Literal["assumption", "warning"] = "assumption"
    parts: dict[str, Any] = {}
