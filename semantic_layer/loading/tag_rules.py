"""Rules of tags and segments: what they are told from exists, is of the same entity, and does not lie ahead of their day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from semantic_layer.conditions import (
    AnyCondition,
    Did,
    EntityMetric,
    Field,
    InSegment,
    Scaled,
    Sequence,
    Step,
    Tag,
    leaves_of,
    refs_of,
)
from semantic_layer.errors import RequestError, did_you_mean
from semantic_layer.loading.found import Found, paths, problem
from semantic_layer.loading.references import datasets_behind, field_exists, is_counted, where_fits
from semantic_layer.loading.tag_kinds import field_fits, kind_fits, rows_fit
from semantic_layer.loading.yaml_tree import Path, Tree
from semantic_layer.model.tags import AttributeTag, MetricTag, RankTag, RuleTag, Segment, SequenceTag
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import Between, CalendarUnit, SinglePeriod
from semantic_layer.reach import reach_key
from semantic_layer.tag_parts import Item, item, mentioned, told_from

COUNTED_BACK = "Count them back from the day: {n: 30, unit: day}, with skip: for those before."


class Place(NamedTuple):
    """A part of a definition, with where it is written."""

    workspace: Workspace
    tree: Tree
    found: Item
    path: Path

    @property
    def owner(self) -> str:
        return f"{'segment' if isinstance(self.found, Segment) else 'tag'} '{self.found.name}'"

    def at(self, *keys: str | int) -> Place:
        return self._replace(path=(*self.path, *keys))


def tags_fit(workspace: Workspace, tree: Tree) -> Found:
    """What tags and segments are told from is there."""
    for section, found in (("tags", workspace.tag), ("segments", workspace.segment)):
        for name, path in paths(tree, section).items():
            each = found(name)
            assert each is not None
            if workspace.entity(each.entity) is None:
                continue  # said by `terms_refer`
            place = Place(workspace, tree, each, path)
            if workspace.profile(each.entity) is None:
                what = f"{place.owner}: no dataset has the key of '{each.entity}'"
                fix = f"Name the key of '{each.entity}' under entities: of the datasets that know it."
                yield problem(tree, (*path, "entity"), "unreachable_entity", what, fix)
                continue
            yield from kind_fits(workspace, tree, each, path)
            for keys, condition in _conditions(each):
                yield from condition_fits(place.at(*keys), condition)
            yield from _own_parts_fit(place)


def _conditions(found: Item) -> Iterator[tuple[tuple[str | int, ...], AnyCondition]]:
    """The conditions of a definition by the keys under which they are written."""
    match found:
        case Segment(rule=rule):
            yield ("rule",), rule
        case RuleTag(rules=rules):
            yield from ((("rules", index, "when"), rule.when) for index, rule in enumerate(rules) if rule.when is not None)
        case AttributeTag(condition=condition) if condition is not None:
            yield ("condition",), condition
        case _:
            return


def _own_parts_fit(place: Place) -> Found:
    """What a kind of tag names besides conditions."""
    match place.found:
        case MetricTag(measure=asked):
            yield from _figure_fits(place.at("measure"), asked.metric, asked.where)
        case RankTag(rank=rank):
            yield from _told_fits(place.at("rank", "of"), rank.of)
        case SequenceTag(sequence=asked):
            for index, step in enumerate(asked.steps):
                yield from _step_fits(place.at("sequence", "steps", index), step)
        case _:
            return


# ---- conditions -----------------------------------------------------------------------------------------------------------


def condition_fits(place: Place, condition: AnyCondition) -> Found:
    """All parts of a condition are about the entity, and known."""
    for leaf in leaves_of(condition):
        match leaf:
            case InSegment(name=name, as_of=as_of):
                yield from _told_fits(place, name, as_of, "segment")
            case Did():
                yield from _own_entity(place, leaf.dataset, leaf.entity)
                yield from rows_fit(place.workspace, place.tree, place.found, leaf.dataset, place.path)
                yield from _where_fits(place, (leaf.dataset,), leaf.where)
                yield from _looks_back(place, leaf.period)
                yield from _within_fits(place, leaf)
            case Sequence():
                yield from _own_entity(place, "steps", leaf.entity)
                for step in leaf.steps:
                    yield from _step_fits(place, step)
            case _:
                for ref in refs_of(leaf):
                    yield from _ref_fits(place, ref.ref if isinstance(ref, Scaled) else ref)


def _ref_fits(place: Place, ref: object) -> Found:
    match ref:
        case Tag(name=name, as_of=as_of):
            yield from _told_fits(place, name, as_of)
        case EntityMetric():
            yield from _own_entity(place, ref.metric, ref.entity or place.found.entity)
            yield from _figure_fits(place, ref.metric, ref.where)
            yield from _looks_back(place, ref.period)
        case Field(name=name):
            yield from field_fits(place.workspace, place.tree, place.found, name, place.path)
        case _:
            what = f"{place.owner}: '{getattr(ref, 'kind', ref)}' says nothing of a whole '{place.found.entity}'"
            fix = "Name a field of the entity, a tag, a metric with its period, or what was done, as did:."
            yield problem(place.tree, place.path, "of_rows", what, fix)


def _told_fits(place: Place, name: str, as_of: date | str | None = None, kind: str = "tag") -> Found:
    """A tag or a segment that another one is told from: known, of the same entity and of the same day."""
    workspace, tree, found, path = place
    known = workspace.segment(name) if kind == "segment" else workspace.tag(name)
    if known is None:
        names = [each.name for each in (workspace.segments if kind == "segment" else workspace.tags)]
        yield problem(tree, path, f"unknown_{kind}", f"{place.owner}: there is no {kind} '{name}'", did_you_mean(name, names))
    elif known.entity != found.entity:
        what = f"{place.owner}: '{name}' is of '{known.entity}', not of '{found.entity}'"
        yield problem(tree, path, "other_entity", what, f"Name a {kind} of '{found.entity}'.")
    elif as_of is not None:
        what = f"{place.owner}: '{name}' as of another day cannot be part of a definition"
        yield problem(tree, path, "other_day", what, "Take out as_of: the day is that of the profile.")


def _own_entity(place: Place, what: str, entity: str) -> Found:
    if entity != place.found.entity:
        about = f"{place.owner}: '{what}' of '{entity}' says nothing of a '{place.found.entity}'"
        yield problem(place.tree, place.path, "other_entity", about, f"Ask it of '{place.found.entity}'.")


def _figure_fits(place: Place, metric: str, where: AnyCondition | None) -> Found:
    """A metric of the entity: known, of rows that belong to it."""
    workspace, tree, found, path = place
    if not is_counted(workspace, metric):
        names = [each.name for each in workspace.metrics]
        what, fix = f"{place.owner}: there is no metric '{metric}'", did_you_mean(metric, names)
        yield problem(tree, path, "unknown_metric", what, fix)
        return
    datasets = datasets_behind(workspace, metric)
    for name in datasets:
        dataset = workspace.dataset(name)
        try:
            if dataset is not None:
                reach_key(workspace, dataset, found.entity)
        except RequestError:
            what = f"{place.owner}: the rows of '{metric}' belong to no single '{found.entity}'"
            fix = f"Name the key of '{found.entity}' under entities: of '{name}', or another metric."
            yield problem(tree, path, "unreachable_entity", what, fix)
    yield from _where_fits(place, datasets, where)


def _step_fits(place: Place, step: Step) -> Found:
    yield from rows_fit(place.workspace, place.tree, place.found, step.dataset, place.path, timed=True)
    yield from _where_fits(place, (step.dataset,), step.where)


def _within_fits(place: Place, did: Did) -> Found:
    """The days that follow something go by rows of the entity that have a time, or by a field."""
    within = did.within
    if within is None:
        return
    counted = within.dataset or did.dataset
    if within.is_after_first:
        if within.dataset is not None:
            yield from rows_fit(place.workspace, place.tree, place.found, counted, place.path, timed=True)
        yield from _where_fits(place, (counted,), within.where)
    elif place.workspace.dataset(did.dataset) is not None:
        yield from field_exists(place.workspace, place.tree, did.dataset, within.after, place.path, place.owner)


def _where_fits(place: Place, datasets: tuple[str, ...], where: AnyCondition | None) -> Found:
    """The rows that count are picked by what stands in them or is reached from them."""
    if where is None:
        return
    for each in mentioned(where):
        what = f"{place.owner}: '{each.name}' picks rows, and rows are not picked by tags and segments in a definition"
        fix = "Pick them by fields, or ask the tag in a condition of its own."
        yield problem(place.tree, place.path, "tag_picks_rows", what, fix)
        return
    for name in datasets:
        if place.workspace.dataset(name) is not None:
            yield from where_fits(place.workspace, place.tree, name, where, place.path, place.owner)


def _looks_back(place: Place, period: SinglePeriod | None) -> Found:
    """The days of a definition end on the day of the profile at the latest."""
    match period:
        case CalendarUnit(unit=unit, offset=offset) if offset > 0:
            what = f"{place.owner}: the {unit} with offset {offset} is still to come"
        case Between(start=date() as start) if isinstance(last := place.workspace.workspace.as_of, date) and start > last:
            what = f"{place.owner}: the days from {start} on are after the day that today is ({last})"
        case _:
            return
    yield problem(place.tree, place.path, "looks_ahead", what, COUNTED_BACK)


# ---- schedules ------------------------------------------------------------------------------------------------------------


def schedules_fit(workspace: Workspace, tree: Tree) -> Found:
    """Where it is said how often something is due, there is something to keep."""
    described = {each.entity for each in (*workspace.tags, *workspace.segments)}
    for name, path in paths(tree, "entities").items():
        entity = workspace.entity(name)
        if entity is not None and "refresh" in entity.model_fields_set and name not in described:
            what = f"entity '{name}' has a schedule, and no tag or segment that it would be for"
            fix = f"Define tags or segments of '{name}', or take out refresh:."
            yield problem(tree, (*path, "refresh"), "nothing_to_refresh", what, fix)


# ---- circles --------------------------------------------------------------------------------------------------------------


def no_cycles(workspace: Workspace, tree: Tree) -> Found:
    """No tag or segment is told from itself; each circle is told once."""
    places = {**paths(tree, "tags"), **paths(tree, "segments")}
    told: set[frozenset[str]] = set()
    for name, path in places.items():
        around = _around(workspace, name)
        if around and frozenset(around) not in told:
            told.add(frozenset(around))
            what = f"'{name}' is told from itself: {' -> '.join(around)}"
            yield problem(tree, path, "cycle", what, "Break the circle.")


def _around(workspace: Workspace, start: str) -> tuple[str, ...]:
    """The shortest way from a tag or a segment back to it; empty where there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    for way in ways:
        last = item(workspace, way[-1])
        for each in told_from(last) if last is not None else ():
            if each == start:
                return (*way, each)
            if each not in seen:
                seen.add(each)
                ways.append((*way, each))
    return ()
