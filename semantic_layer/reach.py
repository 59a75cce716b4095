"""Which fields can be reached from a dataset: its own, and those of entities it knows, along many-to-one joins.

A join goes from a dataset that holds an entity's key to one whose grain is that key, so it can never multiply rows; it
is an outer join, so it can never lose one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from semantic_layer.errors import Problem, RequestError, closest
from semantic_layer.model.datasets import Dataset, Entity, Field
from semantic_layer.model.workspace import Workspace


@dataclass(frozen=True)
class Join:
    """One step to a dataset that describes an entity.

    Attributes:
        source: Alias of the side that holds the key.
        keys: Key columns on that side.
        dataset: Name of the dataset joined, whose grain is `columns`.
        alias: Its name in the query.
    """

    source: str
    keys: tuple[str, ...]
    entity: str
    dataset: str
    columns: tuple[str, ...]
    alias: str


@dataclass(frozen=True)
class Reached:
    """A field with the joins that lead to it.

    Attributes:
        alias: The query name of the dataset that holds the field.
        entity: Set where the field is the key of an entity.
    """

    joins: tuple[Join, ...]
    dataset: Dataset
    alias: str
    field: Field
    entity: str | None = None


def key_field(entity: Entity, columns: tuple[str, ...]) -> Field:
    """The dimension that an entity's key is, in a dataset that names the column differently perhaps."""
    return Field(
        name=entity.key_name,
        label=entity.label,
        synonyms=entity.synonyms,
        description=entity.description,
        type=entity.type,
        expr=None if columns[0] == entity.key_name else f'"{columns[0]}"',
    )


@dataclass(frozen=True)
class _Stop:
    """A dataset on the way, with the joins that led there."""

    dataset: Dataset
    alias: str
    joins: tuple[Join, ...]


def _stops(workspace: Workspace, start: Dataset) -> Iterator[list[_Stop]]:
    """Datasets that can be joined to, nearest first: a list for each number of joins."""
    level = [_Stop(start, start.name, ())]
    used = {start.name}
    while level:
        yield level
        following: list[_Stop] = []
        for stop in level:
            for entity, keys in stop.dataset.entities.items():
                for home in workspace.homes_of(entity):
                    if home.name == stop.dataset.name:
                        continue
                    if any(join.dataset == home.name for join in stop.joins) or home.name == start.name:
                        continue
                    alias = home.name if home.name not in used else f"{entity}_{home.name}"
                    if alias in used:
                        continue
                    used.add(alias)
                    join = Join(stop.alias, keys, entity, home.name, home.entities[entity], alias)
                    following.append(_Stop(home, alias, (*stop.joins, join)))
        level = following


def _in_stop(workspace: Workspace, stop: _Stop, name: str) -> Reached | None:
    own = stop.dataset.field(name)
    if own is not None:
        return Reached(stop.joins, stop.dataset, stop.alias, own)
    for entity_name, columns in stop.dataset.entities.items():
        entity = workspace.entity(entity_name)
        if entity is not None and entity.key_name == name and len(columns) == 1:
            return Reached(stop.joins, stop.dataset, stop.alias, key_field(entity, columns), entity_name)
    return None


def _reach(workspace: Workspace, dataset: str, name: str) -> Reached | Problem:
    """`_search`, remembered for the life of the workspace.

    What is remembered is the problem and not an error: one that is raised again and again holds on to every place that it
    was raised from, and to all that was there. Names that nobody declared have no end, and are not remembered.
    """
    key = ("reach", dataset, name)
    if key in workspace.memo:
        return workspace.memo[key]
    found = _search(workspace, dataset, name)
    if isinstance(found, Reached) or found.code != "unknown_field":
        workspace.memo[key] = found
    return found


def _search(workspace: Workspace, dataset: str, name: str) -> Reached | Problem:
    start = workspace.dataset(dataset)
    assert start is not None
    owner, _, bare = name.rpartition(".")
    for level in _stops(workspace, start):
        found: dict[str, Reached] = {}
        for stop in level:
            if owner and owner not in _names_of(stop):
                continue
            reached = _in_stop(workspace, stop, bare)
            if reached is not None:
                found[f"{stop.alias}"] = reached
        keys = {reached.entity for reached in found.values()}
        if len(found) > 1 and not (len(keys) == 1 and None not in keys):
            ways = sorted(f"{reached.joins[-1].entity}.{bare}" for reached in found.values() if reached.joins)
            return Problem(
                "ambiguous_field",
                f"'{name}' can be reached from '{dataset}' in several ways",
                f"Write one of: {', '.join(ways)}.",
                parts={"field": name, "dataset": dataset, "ways": ways},
            )
        if found:
            return next(iter(found.values()))
    return _not_reached(workspace, start, name)


def _names_of(stop: _Stop) -> set[str]:
    """What a qualified name may begin with: the dataset, or the entity it was reached by (or whose home it is)."""
    names = {stop.dataset.name, stop.alias} | {join.entity for join in stop.joins[-1:]}
    if not stop.joins:
        names |= {entity for entity, columns in stop.dataset.entities.items() if set(columns) == set(stop.dataset.grain)}
    return names


def _not_reached(workspace: Workspace, start: Dataset, name: str) -> Problem:
    bare = name.rpartition(".")[2]
    known = {field.name for _, field in workspace.dimension_fields()} | {entity.key_name for entity in workspace.entities}
    here = [reached.field.name for reached in all_reachable(workspace, start.name)]
    if bare in known:
        return Problem(
            "unreachable_field",
            f"'{name}' cannot be reached from dataset '{start.name}'",
            f"Fields that can: {', '.join(here)}.",
            parts={"field": name, "dataset": start.name, "reachable": here},
        )
    near = closest(bare, known)
    return Problem(
        "unknown_field",
        f"there is no field '{name}'",
        f"Did you mean {' or '.join(map(repr, near))}?" if near else f"Fields of '{start.name}': {', '.join(here)}.",
        parts={"field": name, "near": near},
    )


def reach(workspace: Workspace, dataset: str, name: str) -> Reached:
    """Finds a field from a dataset, nearest first.

    Args:
        dataset: The dataset to start from.
        name: A field or an entity's key; `entity.field` or `dataset.field` where the bare name is not enough.

    Raises:
        RequestError: `unknown_field`, `unreachable_field`, or `ambiguous_field` where two ways lead to different fields.
    """
    found = _reach(workspace, dataset, name)
    if isinstance(found, Problem):
        raise RequestError(found)
    return found


def reaches(workspace: Workspace, dataset: str, name: str) -> bool:
    """Whether a field can be reached from a dataset without ambiguity."""
    return isinstance(_reach(workspace, dataset, name), Reached)


def all_reachable(workspace: Workspace, dataset: str) -> tuple[Reached, ...]:
    """Every field that can be reached from a dataset, nearest first; of equal names the nearest."""
    start = workspace.dataset(dataset)
    assert start is not None
    found: dict[str, Reached] = {}
    for level in _stops(workspace, start):
        for stop in level:
            names = [field.name for field in stop.dataset.fields]
            names += [entity.key_name for name in stop.dataset.entities if (entity := workspace.entity(name))]
            for name in names:
                reached = _in_stop(workspace, stop, name)
                if reached is not None:
                    found.setdefault(name, reached)
    return tuple(found.values())


def way_to(workspace: Workspace, dataset: str, home: str) -> tuple[Join, ...]:
    """The joins from a dataset to one that describes an entity; none where there is no way."""
    key = ("way", dataset, home)
    if key not in workspace.memo:
        start = workspace.dataset(dataset)
        stops = (stop for level in _stops(workspace, start) for stop in level) if start is not None else ()
        workspace.memo[key] = next((stop.joins for stop in stops if stop.dataset.name == home), ())
    return workspace.memo[key]


def home_dataset(workspace: Workspace, name: str) -> Dataset | None:
    """Where a field lives: the dataset that declares it; for an entity's key the one that describes the entity."""
    owner, _, bare = name.rpartition(".")
    entity = workspace.entity_of_key(bare)
    if entity is not None:
        homes = workspace.homes_of(entity.name) or tuple(d for d in workspace.datasets if entity.name in d.entities)
        return homes[0] if homes else None
    holders = [dataset for dataset, field in workspace.dimension_fields() if field.name == bare]
    if owner:
        named = [d for d in holders if d.name == owner or d in workspace.homes_of(owner)]
        return named[0] if named else None
    return holders[0] if holders else None
