"""Periods of time as they are asked, before they become dates.

A relative period is stored as it was asked, so that a saved question moves on with time. `calendar.py` turns a period
into dates.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from semantic_layer.frozen import Frozen

Unit = Literal["day", "week", "month", "quarter", "half", "year", "fiscal_quarter", "fiscal_year"]
"""Calendar units that a period can be made of; a half is six months, a fiscal year begins where the workspace says."""


class Between(Frozen):
    """The days from `start` to `end`, both included. An open side reaches to the edge of the data.

    Raises:
        ValueError: both sides are open, or the end lies before the start.
    """

    kind: Literal["dates"] = "dates"
    start: date | None = None
    end: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Between:
        if self.start is None and self.end is None:
            raise ValueError("a period needs a start or an end")
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"the period ends ({self.end}) before it starts ({self.start})")
        return self


class LastN(Frozen):
    """The last `n` units that end on the as-of date, that date included: last 30 days, last 3 months.

    `skip` ends it so many units earlier: the 90 days before the last 90 days have n 90 and skip 90.
    """

    kind: Literal["last"] = "last"
    n: int = Field(ge=1, le=10_000)
    unit: Unit
    skip: int = Field(default=0, ge=0, le=10_000)


class CalendarUnit(Frozen):
    """One whole calendar unit: offset 0 is the one that holds the as-of date, -1 the one before."""

    kind: Literal["unit"] = "unit"
    unit: Unit
    offset: int = Field(default=0, ge=-1000, le=1000)


class WholeData(Frozen):
    """All days that the data covers."""

    kind: Literal["all"] = "all"


class EachPeriod(Frozen):
    """Several periods side by side; each becomes a row of its own and they may overlap."""

    kind: Literal["each"] = "each"
    of: tuple[SinglePeriod, ...] = Field(min_length=2, max_length=60)


def _with_kind(value: Any) -> Any:
    """YAML and people may leave out `kind`: the other keys tell it."""
    if isinstance(value, dict) and "kind" not in value:
        for key, kind in (("n", "last"), ("unit", "unit"), ("of", "each"), ("start", "dates"), ("end", "dates")):
            if key in value:
                return {"kind": kind, **value}
    return {"kind": value} if value == "all" else value


SinglePeriod = Annotated[
    Annotated[Between | LastN | CalendarUnit | WholeData, Field(discriminator="kind")], BeforeValidator(_with_kind)
]
Period = Annotated[
    Annotated[Between | LastN | CalendarUnit | WholeData | EachPeriod, Field(discriminator="kind")],
    BeforeValidator(_with_kind),
]
EachPeriod.model_rebuild()
