"""Whether every deed of a question is in what is answered: "of those reached, what share replied" is about replies too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.language.meanings import VerbTerm
from assistant.planner.draft import Draft, Item
from semantic_layer.conditions import Did, EntityMetric, InSegment, Step, Tag, Within
from semantic_layer.expressions import ExpressionError, tables_in
from semantic_layer.frozen import Frozen
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import way_to
from semantic_layer.tag_parts import all_of, datasets_of


def deed_left_out(draft: Draft, request: Frozen) -> Item | None:
    """The first verb whose data no part of the request reads."""
    read = set(datasets_read(draft.workspace, request))
    for item in draft.items:
        named = {term.dataset for term in item.all(VerbTerm)}
        bound = item.role not in (None, "aside") and not item.word("filler")
        if named and bound and not any(_is_of(draft.workspace, one, other) for one in named for other in read):
            return item
    return None


def datasets_read(workspace: Workspace, value: Any) -> Iterator[str]:
    """The datasets whose rows a request counts: by its metrics, by what is said of each one, by tags."""
    match value:
        case EntityMetric(metric=name):
            yield from base_datasets(workspace, name)
        case Tag(name=name) | InSegment(name=name):
            for found in all_of(workspace, name):
                yield from datasets_of(workspace, found)
        case Did(dataset=name) | Step(dataset=name) | Within(dataset=str() as name):
            yield name
        case _:
            pass
    if isinstance(value, Frozen):
        for metric in getattr(value, "metrics", ()):
            yield from base_datasets(workspace, metric)
        for name in type(value).model_fields:
            yield from datasets_read(workspace, getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from datasets_read(workspace, each)


def _is_of(workspace: Workspace, one: str, other: str) -> bool:
    """Whether two datasets tell of the same deeds: orders and their lines, events and the views among them."""
    return one == other or any(_holds(workspace, *pair) for pair in ((one, other), (other, one)))


def _holds(workspace: Workspace, part: str, whole: str) -> bool:
    described = workspace.dataset(part)
    if described is None or workspace.dataset(whole) is None:
        return False
    try:
        made_of = tables_in(described.derived) if described.derived is not None else ()
    except ExpressionError:
        made_of = ()
    return whole in made_of or bool(way_to(workspace, part, whole))
