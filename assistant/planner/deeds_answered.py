"""Whether every deed of a question is in what is answered: "of those reached, what share replied" is about replies too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.language.meanings import FieldTerm, MetricTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import OF_EACH
from assistant.planner.rules.counting import all_counts
from semantic_layer.conditions import Did, EntityMetric, InSegment, Step, Tag, Within
from semantic_layer.expressions import ExpressionError, tables_in
from semantic_layer.frozen import Frozen
from semantic_layer.metric_parts import all_parts, base_datasets
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import way_to
from semantic_layer.requests import MetricQuery, OrderBy
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


def figure_left_out(draft: Draft, request: MetricQuery) -> Item | None:
    """The first figure that is named and that no part of the request computes: what was asked was taken for what is said.

    Words for things ("orders", "customers") say whom or what a phrase is about, and statistics sum up other figures.
    """
    workspace = draft.workspace
    if request.of_each is not None:
        return None
    asked = [metric for name in figures_read(request) if (metric := workspace.metric(name)) is not None]
    read = {part.name for metric in asked for part in all_parts(workspace, metric)}
    counts, entities = all_counts(workspace), {each.name for each in workspace.entities}
    if not any(name in counts or name.rpartition(".")[2] in entities for name in request.metrics):
        for item in draft.items:
            asks = item.word("count") and item.is_word and not item.word("filler", "how_much", "which")
            if asks and item.text.isascii() and (item.role or "").startswith(OF_EACH):
                return item  # "stores that …: how many, and what did they take": those are to be counted as well
    for item in draft.items:
        if _compares_its_own(draft, item, request, read) or _is_second_share(draft, item, request):
            return item
        named = {term.name for term in item.all(MetricTerm) if not term.weak and term.name not in counts}
        thing = item.get(VerbTerm) is not None or any(term.entity is not None for term in item.all(FieldTerm))
        said = (item.role or "").startswith((OF_EACH, "metric ")) and not item.word("filler")
        if (
            named
            and said
            and not thing
            and named.isdisjoint(read)
            and (_is_made_of_others(draft, named) or _is_theirs(draft, item))
        ):
            return item
    return None


def _compares_its_own(draft: Draft, verb: Item, request: MetricQuery, read: set[str]) -> bool:
    """ "How many spent more in June than in May": each one's own figure is compared, and not their number."""
    after = draft.touching(verb, 1)
    names = {term.name for term in verb.all(MetricTerm)}
    said = request.compare is not None and verb.role == "verb" and after is not None and after.role == "compare"
    return bool(names) and said and names.isdisjoint(read)


def _is_second_share(draft: Draft, noun: Item, request: MetricQuery) -> bool:
    """订单占比也要: one share is computed, and the words of another one were taken for it."""
    word = draft.touching(noun, 1)
    entities = [draft.workspace.entity(term.entity) for term in noun.all(FieldTerm) if term.entity is not None]
    counts = {each.count for each in entities if each is not None and each.count is not None}
    if request.share_of is None or word is None or word.role != "share" or not counts or not counts.isdisjoint(request.metrics):
        return False
    earlier = any(each.role == "share" and each.index < noun.index - 1 for each in draft.items)
    before = draft.touching(noun, -1)
    return earlier and (before is None or before.text in (",", "，", "、", "？", "?", "。") or before.word("conj"))


def _is_made_of_others(draft: Draft, names: set[str]) -> bool:
    """A rate or a mean; "made a sale", "had no redemptions" only say what was done."""
    return all(len(all_parts(draft.workspace, metric)) > 1 for name in names if (metric := draft.workspace.metric(name)))


def _is_theirs(draft: Draft, item: Item) -> bool:
    """ "Their discounts"."""
    before = draft.touching(item, -1)
    while before is not None and (before.light or before.word("sum")) and not before.says("their_figures"):
        before = draft.touching(before, -1)
    return before is not None and before.says("their_figures")


def figures_read(value: Any) -> Iterator[str]:
    """The figures that a request computes: asked ones, those of each one, and those that it orders by."""
    match value:
        case EntityMetric(metric=name):
            yield name
        case OrderBy(target=name):
            yield name
        case _:
            pass
    if isinstance(value, Frozen):
        yield from getattr(value, "metrics", ())
        for name in type(value).model_fields:
            yield from figures_read(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from figures_read(each)


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
