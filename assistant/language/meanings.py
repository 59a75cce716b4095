"""What a span of a question can mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from semantic_layer.conditions import Grain
from semantic_layer.periods import Period, Unit


@dataclass(frozen=True)
class MetricTerm:
    """A metric. A weak one is a verb ("sold"): it asks for the metric only where no noun does."""

    name: str
    weak: bool = False


@dataclass(frozen=True)
class FieldTerm:
    """A dimension; `entity` is set where it is the key of one, `key` where the word names the key and not the thing."""

    name: str
    entity: str | None = None
    key: bool = False


@dataclass(frozen=True)
class ValueTerm:
    """A stored value of a field. A declared one has words in the workspace; others are known from the data alone."""

    field: str
    value: bool | int | str
    declared: bool = True


@dataclass(frozen=True)
class UnitTerm:
    """The unit in which a banded field is counted: years of age, people in a group."""

    field: str


@dataclass(frozen=True)
class ConditionTerm:
    name: str


@dataclass(frozen=True)
class TagTerm:
    name: str


@dataclass(frozen=True)
class TagValueTerm:
    tag: str
    value: bool | int | str


@dataclass(frozen=True)
class SegmentTerm:
    name: str


@dataclass(frozen=True)
class ParameterTerm:
    name: str


@dataclass(frozen=True)
class ParameterValueTerm:
    """One of the texts that an assumption may be."""

    parameter: str
    value: str


@dataclass(frozen=True)
class ExplainedTerm:
    """A word that the workspace explains and that cannot be asked otherwise."""

    name: str


@dataclass(frozen=True)
class VerbTerm:
    """Doing what the rows of a dataset record: bought, returned."""

    dataset: str


@dataclass(frozen=True)
class DatasetTerm:
    """What the rows of a dataset are about; it decides between metrics, and asks for none."""

    dataset: str


@dataclass(frozen=True)
class SeveralTerm:
    """A word that the workspace declares to have several meanings."""

    index: int


@dataclass(frozen=True)
class AbsentTerm:
    """A word for what the data does not hold."""

    index: int


@dataclass(frozen=True)
class PeriodTerm:
    """A period. `named` ones say where they lie (March); others are seen from today (last month).

    Attributes:
        holiday: For a period that goes by a holiday: what it is in other years.
    """

    period: Period
    named: bool = True
    note: str | None = None
    holiday: HolidayTerm | None = None


@dataclass(frozen=True)
class HolidayTerm:
    """A holiday in a period, which may lie on other days in other years.

    Attributes:
        moves: Whether it does.
        in_year: The same period by the holiday of a year.
    """

    year: int
    moves: bool
    in_year: Callable[[int], PeriodTerm | NoPeriodTerm] = field(compare=False)


@dataclass(frozen=True)
class NoPeriodTerm:
    """Words for a period of which nobody has said when it is.

    Attributes:
        code: Why, as the code of a refusal.
    """

    code: str
    parts: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class BareDayTerm:
    """A day of a month that is not named: the 24th."""

    day: int


@dataclass(frozen=True)
class HoursTerm:
    """Hours of the day."""

    hours: tuple[int, ...]


@dataclass(frozen=True)
class WeekdaysTerm:
    days: tuple[int, ...]


@dataclass(frozen=True)
class WeekendTerm:
    value: bool


@dataclass(frozen=True)
class GrainTerm:
    """A grain; one that groups by itself is "monthly", the other is "month". With `field`: month of payment."""

    grain: Grain
    groups: bool = False
    field: str | None = None


@dataclass(frozen=True)
class NumberTerm:
    """A number; `percent` where it was written so, `unit` a calendar unit that followed it."""

    value: float
    percent: bool = False
    unit: Unit | None = None
    scaled: bool = False


@dataclass(frozen=True)
class Word:
    """A word of the language itself, with the code of what it does."""

    code: str


Meaning = (
    MetricTerm
    | FieldTerm
    | ValueTerm
    | UnitTerm
    | ConditionTerm
    | TagTerm
    | TagValueTerm
    | SegmentTerm
    | ParameterTerm
    | ParameterValueTerm
    | ExplainedTerm
    | VerbTerm
    | DatasetTerm
    | SeveralTerm
    | AbsentTerm
    | PeriodTerm
    | NoPeriodTerm
    | BareDayTerm
    | HoursTerm
    | WeekdaysTerm
    | WeekendTerm
    | GrainTerm
    | NumberTerm
    | Word
)


@dataclass(frozen=True)
class Span:
    """Tokens start..end-1 with everything that they can mean."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]
    corrected: str | None = None

    @property
    def length(self) -> int:
        return self.end - self.start
