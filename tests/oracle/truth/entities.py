"""An entity query: which entities there are, which of them meet a condition, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oracle.model import Viewer, World
from oracle.truth.check import Checker, Measure, measures
from oracle.truth.conditions import Counted, entity_of, holds, read, read_ref, value
from oracle.truth.query import Outcome, ranked, shown
from oracle.truth.refusals import Refusal
from oracle.truth.scene import Scene
from oracle.truth.sight import Row, sight_of
from oracle.truth.workspace import Plain


def entity_query(world: World, request: Plain, viewer: Viewer) -> Outcome:
    """The entities of a request, by their key, with the columns asked for."""
    sight = sight_of(world, viewer)
    scene = Scene.of(sight)
    scene.about = entity = request["entity"]
    start = sight.workspace.start_of(entity)
    where = None if request.get("where") is None else read(request["where"])
    columns = [read_ref(each) for each in request.get("columns", [])]
    try:
        codes = _faults(scene, entity, where, columns)
        if codes:
            return Outcome(refusals=codes)
        counted = Counted(start, None, scene.always)
        rows: dict[tuple[Any, ...], list[Any]] = {}
        for key in sorted(set(_known(scene, entity, where, columns))):
            row = Row("", dict(zip(start.keys[entity], key, strict=True)))
            if where is None or holds(scene, where, row, counted):
                rows[key] = [_cell(scene, each, row, counted) for each in columns]
    except Refusal as refusal:
        return Outcome(refusals=refusal.codes)
    groups = [{"kind": "field", "name": sight.workspace.key_name(entity)}]
    names = [(each.get("name") or each.get("metric"), "value") for each in columns]
    return ranked(Outcome(rows, groups=groups, columns=names, order=request.get("order", []), limit=request.get("limit")))


def _cell(scene: Scene, ref: Plain, row: Row, counted: Counted) -> Any:
    found = value(scene, ref, row, counted)
    return found if ref["kind"] == "entity_metric" else shown(found)


def _faults(scene: Scene, entity: str, where: Plain | None, columns: list[Plain]) -> set[str]:
    checker = Checker(scene.sight)
    start = scene.sight.workspace.start_of(entity)
    key = scene.sight.reach(start).key(entity)
    if scene.sight.hides(key, scene.sight.workspace.key_name(entity)):
        checker.codes.add("field_hidden")
    if all(map(scene.sight.denies, _known_by(scene, entity, where, columns))):
        checker.codes.add("dataset_denied")
    own = Measure("", None)
    for each in columns:
        checker.reference(each, own, entity, shared=False)
    if where is not None:
        checker.condition(where, own, entity)
    return checker.codes


def _known(scene: Scene, entity: str, where: Plain | None, columns: list[Plain]) -> Iterator[tuple[Any, ...]]:
    """Their keys, each as often as it is mentioned."""
    for name in _known_by(scene, entity, where, columns):
        if not scene.sight.denies(name):
            yield from _mentioned(scene, name, entity)


def _known_by(scene: Scene, entity: str, where: Plain | None, columns: list[Plain]) -> list[str]:
    """All that describe them, the dataset of their own count metric, and those of the conditions; else all that mention them."""
    workspace = scene.sight.workspace
    count = workspace.entities[entity].get("count")
    names = [home.name for home in workspace.homes(entity)]
    names += [workspace.metrics[count]["dataset"]] if count else []
    names += _datasets(scene, where, columns)
    names = names or [name for name, dataset in workspace.datasets.items() if entity in dataset.keys]
    return list(dict.fromkeys(names))


def _mentioned(scene: Scene, dataset: str, entity: str) -> Iterator[tuple[Any, ...]]:
    home = scene.sight.dataset(dataset)
    yield from _keys(scene, entity, scene.sight.listed(dataset), Counted(home, home.time, None))


def _keys(scene: Scene, entity: str, rows: list[Row], counted: Counted) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        key = entity_of(scene, entity, row, counted)
        if key is not None:
            yield key


def _datasets(scene: Scene, where: Plain | None, columns: list[Plain]) -> Iterator[str]:
    """The datasets of all conditions on entities."""
    open_parts: list[Any] = [where, *columns]
    while open_parts:
        part = open_parts.pop()
        if isinstance(part, list):
            open_parts += part
        elif isinstance(part, dict):
            if part.get("kind") == "did":
                yield part["dataset"]
            elif part.get("kind") == "entity_metric":
                if part["metric"] in scene.sight.workspace.metrics:
                    yield from (each.dataset for each in measures(scene.sight, part["metric"]))
            else:
                open_parts += list(part.values())
