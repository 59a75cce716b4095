"""Requests about the workspace itself: what is defined, and what it means."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Constrained

from semantic_layer.frozen import Frozen

Topic = Literal["metrics", "dimensions", "tags", "segments", "entities", "parameters", "questions", "greeting", "workspace"]


class DefinitionQuery(Frozen):
    """What one or several defined things mean. Names of metrics, dimensions, tags, segments, entities, parameters."""

    kind: Literal["definition_query"] = "definition_query"
    names: tuple[str, ...] = Constrained(min_length=1, max_length=6)


class CatalogueQuery(Frozen):
    """What the workspace holds: its metrics, dimensions, tags, segments, or first questions to ask."""

    kind: Literal["catalogue_query"] = "catalogue_query"
    topic: Topic
    metric: str | None = None
