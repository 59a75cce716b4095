"""Requests about groups of an entity beside each other: their overlap, their differences, how members move between them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field as Constrained

from semantic_layer.conditions import Condition, Value
from semantic_layer.frozen import Frozen


class OverlapQuery(Frozen):
    """How many are in each two of several groups at once, with the share of each group and the Jaccard index.

    Attributes:
        groups: Who belongs to each group; all segments of the entity where none is named.
    """

    kind: Literal["overlap_query"] = "overlap_query"
    entity: str
    groups: tuple[Condition, ...] = Constrained(default=(), max_length=24)


class MigrationQuery(Frozen):
    """How those of an entity moved between the values of a tag from one day to another.

    Attributes:
        start, end: The days as of which the tag is read; without an end the day that "today" is.
        where: Of whom it is asked; by default of everyone.
        from_values, to_values: Only moves from these values, or to them.
    """

    kind: Literal["migration_query"] = "migration_query"
    entity: str
    tag: str
    start: date
    end: date | None = None
    where: Condition | None = None
    from_values: tuple[Value, ...] = ()
    to_values: tuple[Value, ...] = ()


GROUP_REQUESTS: tuple[type[Frozen], ...] = (OverlapQuery, MigrationQuery)
"""All of them."""
GROUP_KINDS = tuple(str(each.model_fields["kind"].default) for each in GROUP_REQUESTS)
