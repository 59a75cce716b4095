"""What a request can be grouped or filtered by, from where its metrics live: grains of time, fields, keys, tags, segments."""

from __future__ import annotations

from typing import NamedTuple

from assistant.edits.viewing import Viewing
from semantic_layer.compiler.relation import is_visible
from semantic_layer.conditions import GRAINS, Field, FieldRef, Tag, TimeBucket
from semantic_layer.errors import RequestError
from semantic_layer.model.datasets import FieldType
from semantic_layer.reach import Reached, all_reachable, reach
from semantic_layer.requests import MetricQuery


class Dimension(NamedTuple):
    """Something to group or filter by.

    Attributes:
        group: The heading of its menu: time, the dataset that describes it, single entities.
        type: How its values are stored; None for grains of time and tags.
        words: Other words for it, to be found by.
    """

    ref: FieldRef
    text: str
    group: str
    type: FieldType | None = None
    key: bool = False
    words: tuple[str, ...] = ()


def dimensions_of(request: MetricQuery, viewing: Viewing) -> list[Dimension]:
    """Everything that the request's own dataset reaches and that the viewer may see; whether it compiles is not decided here."""
    workspace, words = viewing.scope.workspace, viewing.words
    dataset = viewing.dataset(request)
    found = [Dimension(ref, words.ref(ref), viewing.say("time")) for ref in (TimeBucket(grain=grain) for grain in GRAINS)]
    reached = [(name, each) for name, each in _named(viewing, dataset) if is_visible(each, viewing.scope)]
    found += [_described(name, each, viewing) for name, each in reached if each.entity is None]
    found += [_described(name, each, viewing) for name, each in reached if each.entity is not None]
    tags = viewing.say("tags")
    found += [Dimension(Tag(name=tag.name), tag.label_in(words.language), tags, words=tag.words()) for tag in workspace.tags]
    return found


def _named(viewing: Viewing, dataset: str) -> list[tuple[str, Reached]]:
    """Fields by the shortest name that means one of them."""
    workspace = viewing.scope.workspace
    start = workspace.dataset(dataset)
    own_time = start.time if start is not None else None
    found: list[tuple[str, Reached]] = []
    for each in all_reachable(workspace, dataset):
        name = each.field.name
        if name == own_time and not each.joins:
            continue
        try:
            found.append((name, reach(workspace, dataset, name)))
        except RequestError as error:
            found += [(way, reach(workspace, dataset, way)) for way in error.problem.parts.get("ways", ())]
    return found


def _described(name: str, reached: Reached, viewing: Viewing) -> Dimension:
    words, field = viewing.words, reached.field
    group = viewing.say("keys") if reached.entity is not None else reached.dataset.label_in(words.language)
    text = words.name(name)
    if "." in name:
        text = f"{words.name(name.partition('.')[0])}: {text}"
    ref: FieldRef = Field(name=name)
    if field.type in ("date", "time"):
        ref = TimeBucket(grain="month", field=name)
        text = words.ref(ref)
    return Dimension(ref, text, group, field.type, reached.entity is not None, field.words())
