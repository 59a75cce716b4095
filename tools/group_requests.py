"""Requests about groups of an entity beside each other: their overlap, their differences, how members move between them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Constrained

from semantic_layer.conditions import Condition
from semantic_layer.frozen import Frozen


class OverlapQuery(Frozen):
    """How many are in each two of several groups at once, with the share of each group and the Jaccard index.

    Attributes:
        groups: Who belongs to each group; all segments of the entity where none is named.
    """

    kind: Literal["overlap_query"] = "overlap_query"
    entity: str
    groups: tuple[Condition, ...] = Constrained(default=(), max_length=24)


GROUP_REQUESTS: tuple[type[Frozen], ...] = (OverlapQuery,)
"""All of them."""
GROUP_KINDS = tuple(str(each.model_fields["kind"].default) for each in GROUP_REQUESTS)
