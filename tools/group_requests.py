"""Requests about groups of an entity beside each other: their overlap, their differences, how members move between them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field as Constrained

from semantic_layer.conditions import Condition, FieldRef, Tag, Value
from semantic_layer.frozen import Frozen
from semantic_layer.periods import SinglePeriod


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


class ComparisonQuery(Frozen):
    """What tells two groups apart: their sizes, how many are in both, and the shares of tags and fields in each with an index.

    Attributes:
        first, second: Who belongs to each group; they may overlap.
        fields: Tags and fields of the entity to look at; all that have values to group by where none is named.
        limit: How many values are shown, those that differ most first.
    """

    kind: Literal["comparison_query"] = "comparison_query"
    entity: str
    first: Condition
    second: Condition
    fields: tuple[FieldRef, ...] = Constrained(default=(), max_length=40)
    limit: int | None = Constrained(default=None, ge=1, le=200)


class ShareIndexQuery(Frozen):
    """What a group's figure is made of, against everyone's: the share of each value with an index, 100 as in general.

    Attributes:
        where: Who belongs to the group.
        metric: A figure whose values add up: of each value its share of the group's whole and of everyone's.
        by: The field or time that the figure is split by.
        period: By default the workspace's default period.
    """

    kind: Literal["share_index_query"] = "share_index_query"
    entity: str
    where: Condition
    metric: str
    by: FieldRef
    period: SinglePeriod | None = None
    limit: int | None = Constrained(default=None, ge=1, le=200)


class GridQuery(Frozen):
    """How many have each value of one tag and each of another: a grid, such as that of two scores.

    Attributes:
        down, across: The two tags, each as of a day of its own.
        where: Of whom it is asked; by default of everyone.
    """

    kind: Literal["grid_query"] = "grid_query"
    entity: str
    down: Tag
    across: Tag
    where: Condition | None = None


class TurnoverQuery(Frozen):
    """Who entered and who left a group from one day to another, and by which condition of its rule.

    Attributes:
        where: The group: a segment, a value of a tag, or any other condition, read as of each of the two days.
        start, end: The two days; without an end the day that "today" is.
    """

    kind: Literal["turnover_query"] = "turnover_query"
    entity: str
    where: Condition
    start: date
    end: date | None = None


GROUP_REQUESTS: tuple[type[Frozen], ...] = (
    OverlapQuery,
    MigrationQuery,
    ComparisonQuery,
    ShareIndexQuery,
    GridQuery,
    TurnoverQuery,
)
"""All of them."""
GROUP_KINDS = tuple(str(each.model_fields["kind"].default) for each in GROUP_REQUESTS)
