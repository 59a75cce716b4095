"""The one door: a world, a request, a viewer, and the outcome that is right."""

from __future__ import annotations

from oracle.model import Plain, Viewer, World
from oracle.truth.entities import entity_query
from oracle.truth.query import Outcome, metric_query


def truth(world: World, request: Plain, viewer: Viewer) -> Outcome:
    """The rows that a request must give, or the codes that it must be refused with."""
    if request.get("kind") == "entity_query":
        return entity_query(world, request, viewer)
    return metric_query(world, request, viewer)
