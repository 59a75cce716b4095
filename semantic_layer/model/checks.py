"""What an analyst promises of the data: rules that are counted after each load."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic import Field as Constrained

from semantic_layer.conditions import Condition, Value
from semantic_layer.words import Definition

Severity = Literal["error", "warn", "info"]
"""`error` fails `huaxiang check`; `error` and `warn` are said in answers; `info` is only shown by `huaxiang check`."""

Promise = Literal["grain", "not_null", "accepted", "fresh_within"]
"""Promises of a dataset whose severity can be set."""


def _days(value: Any) -> Any:
    """`2`, `2 days` and `1 day` are all good YAML."""
    if not isinstance(value, str):
        return value
    number, _, unit = value.strip().partition(" ")
    if not number.isdigit() or unit.strip() not in ("", "day", "days"):
        raise ValueError(f"'{value}' is not a number of days; write it like 2 days")
    return int(number)


DayCount = Annotated[Annotated[int, Constrained(ge=0)], BeforeValidator(_days)]


def _values(value: Any) -> Any:
    """`red` and `[red, blue]` are both good YAML."""
    return (value,) if isinstance(value, bool | int | float | str) else value


AcceptedValues = Annotated[Annotated[tuple[Value, ...], Constrained(min_length=1)], BeforeValidator(_values)]


class RowCheck(Definition):
    """A condition that no row of the dataset may meet.

    Attributes:
        no_row: Over the dataset's own fields and columns, and over fields that it reaches.
    """

    no_row: Condition
    severity: Severity = "warn"
