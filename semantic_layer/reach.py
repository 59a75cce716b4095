"""Which fields can be reached from a dataset: its own, and those of entities it knows, along many-to-one joins.

A join goes from a dataset that holds an entity's key to one whose grain is that key, so it can never multiply rows; it
is an outer join, so it can never lose one. Where two ways lead to one field by different keys, nobody guesses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from semantic_layer.errors import Problem, RequestError, closest, request_error
from semantic_layer.model.datasets import Dataset, Entity, Field
from semantic_layer.model.workspace import Workspace

MOST_JOINS = 5
"""Steps away from a dataset; farther fields are about something else."""
Origin = tuple[tuple[str, str], ...]
"""Where the values of key columns come from: alias and column of each, followed back along equal joins."""


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

    @property
    def path(self) -> tuple[str, ...]:
        """The entities along the way."""
        return tuple(join.entity for join in self.joins)


@dataclass(frozen=True)
class ReachedKey:
    """The key columns of an entity, in the nearest dataset that knows it."""

    joins: tuple[Join, ...]
    dataset: Dataset
    alias: str
    columns: tuple[str, ...]


def key_field(entity: Entity, columns: tuple[str, ...]) -> Field:
    """The dimension that an entity's key is, in a dataset that names the column differently perhaps."""
    return Field(
        name=entity.key_name,
        label=entity.label,
        synonyms=entity.synonyms,
        description=entity.description,
        type=entity.type,
        expr=None if columns[0] == entity.key_name else _quoted(columns[0]),
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# ---- ways ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stop:
    """A dataset on the way, with the joins that led there and where the keys of the last one come from."""

    dataset: Dataset
    alias: str
    joins: tuple[Join, ...]
    origin: Origin = ()
    origins: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict[tuple[str, str], tuple[str, str]])

    def came_from(self, columns: tuple[str, ...]) -> Origin:
        """Where the values of own columns come from: a joined key column has the values of the key that it was joined by."""
        return tuple(self.origins.get((self.alias, column), (self.alias, column)) for column in columns)

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(join.entity for join in self.joins)


def _stops(workspace: Workspace, start: Dataset) -> tuple[tuple[_Stop, ...], ...]:
    """Datasets that can be joined to, nearest first: a tuple for each number of joins. Of equal ways the shortest."""
    if not _is_declared(workspace, start):
        return tuple(tuple(level) for level in _levels(workspace, start))
    key = ("stops", start.name)
    if key not in workspace.memo:
        workspace.memo[key] = tuple(tuple(level) for level in _levels(workspace, start))
    return workspace.memo[key]


def _is_declared(workspace: Workspace, start: Dataset) -> bool:
    """A dataset that one statement makes for itself has a name that another one's may have as well."""
    return workspace.dataset(start.name) is start


def _levels(workspace: Workspace, start: Dataset) -> Iterator[list[_Stop]]:
    level = [_Stop(start, start.name, ())]
    aliases = {start.name}
    known: set[tuple[str, Origin]] = set()
    while level and len(level[0].joins) <= MOST_JOINS:
        yield level
        following: list[_Stop] = []
        for stop in level:
            for entity, keys in stop.dataset.entities.items():
                origin = stop.came_from(keys)
                for home in workspace.homes_of(entity):
                    passed = {start.name, *(join.dataset for join in stop.joins)}
                    if home.name in passed or (home.name, origin) in known:
                        continue
                    known.add((home.name, origin))
                    alias = _free(aliases, home.name, f"{entity}_{home.name}", f"{stop.alias}_{entity}_{home.name}")
                    columns = home.entities[entity]
                    join = Join(stop.alias, keys, entity, home.name, columns, alias)
                    same = {(alias, column): each for column, each in zip(columns, origin, strict=False)}
                    following.append(_Stop(home, alias, (*stop.joins, join), origin, {**stop.origins, **same}))
        level = following


def _free(taken: set[str], *names: str) -> str:
    numbered = (f"{names[-1]}_{number}" for number in range(2, 1000))
    name = next(each for each in (*names, *numbered) if each not in taken)
    taken.add(name)
    return name


# ---- fields -------------------------------------------------------------------------------------------------------------


def _in_stop(workspace: Workspace, stop: _Stop, name: str) -> Reached | None:
    own = stop.dataset.field(name)
    if own is not None:
        return Reached(stop.joins, stop.dataset, stop.alias, own)
    for entity_name, columns in stop.dataset.entities.items():
        entity = workspace.entity(entity_name)
        if entity is not None and entity.key_name == name and len(columns) == 1:
            return Reached(stop.joins, stop.dataset, stop.alias, key_field(entity, columns), entity_name)
    return None


def _reach(workspace: Workspace, start: Dataset, name: str) -> Reached | Problem:
    """`_search`, remembered for the life of the workspace.

    What is remembered is the problem and not an error: one that is raised again and again holds on to every place that it
    was raised from, and to all that was there. Names that nobody declared have no end, and are not remembered.
    """
    if not _is_declared(workspace, start):
        return _search(workspace, start, name)
    key = ("reach", start.name, name)
    if key in workspace.memo:
        return workspace.memo[key]
    found = _search(workspace, start, name)
    if isinstance(found, Reached) or found.code != "unknown_field":
        workspace.memo[key] = found
    return found


def _follows_routes(workspace: Workspace, start: Dataset, stop: _Stop) -> bool:
    """Wherever a dataset on the way says by which entity a later one is reached, the way goes by it."""
    at: Dataset | None = start
    for place, join in enumerate(stop.joins):
        routes = at.routes if at is not None else {}
        if any(routes.get(later.dataset, join.entity) != join.entity for later in stop.joins[place:]):
            return False
        at = workspace.dataset(join.dataset)
    return True


class _Way(NamedTuple):
    """A field that was found, what it is, and whose values it has."""

    reached: Reached
    thing: tuple[str, str]
    origin: Origin


def _search(workspace: Workspace, start: Dataset, name: str) -> Reached | Problem:
    owner, _, bare = name.rpartition(".")
    ways: dict[tuple[tuple[str, str], Origin], _Way] = {}
    by_entity = bool(owner) and workspace.dataset(owner) is None
    for level in _stops(workspace, start):
        for stop in level:
            reached = _in_stop(workspace, stop, bare) if not owner or _is_named(stop, owner) else None
            if reached is None or not (by_entity or _follows_routes(workspace, start, stop)):
                continue
            way = _Way(reached, (stop.dataset.name, bare), stop.origin)
            if reached.entity is not None:
                way = _Way(reached, ("", reached.entity), stop.came_from(stop.dataset.entities[reached.entity]))
            ways.setdefault((way.thing, way.origin), way)
    found = list(ways.values())
    exact = [way for way in found if way.reached.path == tuple(owner.split("."))] if owner else []
    return _one_of(exact or found, start, name) or _not_reached(workspace, start, name)


def _one_of(ways: list[_Way], start: Dataset, name: str) -> Reached | Problem | None:
    """The nearest field of a name, unless other keys lead to it as well, or another field is as near."""
    if not ways:
        return None
    nearest = ways[0]
    if not nearest.reached.joins:
        return nearest.reached
    rivals = [way for way in ways if way.thing == nearest.thing or len(way.reached.joins) == len(nearest.reached.joins)]
    declared = start.routes.get(nearest.thing[1])
    rivals = [way for way in rivals if way.reached.joins[0].entity == declared] or rivals if declared else rivals
    if len(rivals) == 1:
        return rivals[0].reached
    bare = name.rpartition(".")[2]
    names = sorted(".".join((*way.reached.path, bare)) for way in rivals)
    return Problem(
        "ambiguous_field",
        f"'{name}' can be reached from '{start.name}' in several ways",
        f"Write one of: {', '.join(names)}; or declare routes: of '{start.name}'.",
        parts={"field": name, "dataset": start.name, "ways": names},
    )


def _is_named(stop: _Stop, owner: str) -> bool:
    """What a qualified name may begin with: the dataset, the entities it was reached by, or the entity whose home it is."""
    if owner in (stop.dataset.name, stop.alias):
        return True
    parts = tuple(owner.split("."))
    if stop.joins:
        return stop.path[-len(parts) :] == parts
    own = {entity for entity, columns in stop.dataset.entities.items() if set(columns) == set(stop.dataset.grain)}
    return owner in own


def _not_reached(workspace: Workspace, start: Dataset, name: str) -> Problem:
    bare = name.rpartition(".")[2]
    known = {field.name for _, field in workspace.dimension_fields()} | {entity.key_name for entity in workspace.entities}
    here = [reached.field.name for reached in _all_from(workspace, start)]
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


def _start(workspace: Workspace, dataset: str | Dataset) -> Dataset:
    found = workspace.dataset(dataset) if isinstance(dataset, str) else dataset
    assert found is not None
    return found


def reach(workspace: Workspace, dataset: str | Dataset, name: str) -> Reached:
    """Finds a field from a dataset, nearest first.

    Args:
        dataset: The dataset to start from, or a value of its own with a name that no other has.
        name: A field or an entity's key; `entity.field` or `dataset.field` where the bare name is not enough, with all
            entities along the way (`customer.region.country`) where one of them is not.

    Raises:
        RequestError: `unknown_field`, `unreachable_field`, or `ambiguous_field` where two ways lead there by different keys.
    """
    found = _reach(workspace, _start(workspace, dataset), name)
    if isinstance(found, Problem):
        raise RequestError(found)
    return found


def reaches(workspace: Workspace, dataset: str, name: str) -> bool:
    """Whether a field can be reached from a dataset without ambiguity."""
    return isinstance(_reach(workspace, _start(workspace, dataset), name), Reached)


def all_reachable(workspace: Workspace, dataset: str | Dataset) -> tuple[Reached, ...]:
    """Every field that can be reached from a dataset, nearest first; of equal names the nearest."""
    return _all_from(workspace, _start(workspace, dataset))


def _all_from(workspace: Workspace, start: Dataset) -> tuple[Reached, ...]:
    found: dict[str, Reached] = {}
    for level in _stops(workspace, start):
        for stop in level:
            names = [each.name for each in stop.dataset.fields]
            names += [entity.key_name for name in stop.dataset.entities if (entity := workspace.entity(name))]
            for name in names:
                reached = _in_stop(workspace, stop, name)
                if reached is not None:
                    found.setdefault(name, reached)
    return tuple(found.values())


# ---- entities -----------------------------------------------------------------------------------------------------------


def reach_key(workspace: Workspace, dataset: str | Dataset, entity: str) -> ReachedKey:
    """The key of an entity that a dataset's rows belong to.

    Raises:
        RequestError: `unknown_entity`, `unreachable_field` where its rows belong to none, or `ambiguous_field`.
    """
    start = _start(workspace, dataset)
    described = workspace.entity(entity)
    if described is None:
        near = closest(entity, [each.name for each in workspace.entities])
        raise request_error("unknown_entity", f"there is no entity '{entity}'", entity=entity, near=near)
    declared = start.routes.get(entity)
    found = [stop for level in _stops(workspace, start) for stop in level if entity in stop.dataset.entities]
    if not found or found[0].joins:
        found = [stop for stop in found if _follows_routes(workspace, start, stop)]
        found = [stop for stop in found if declared is None or stop.joins[0].entity == declared]
        if len({stop.came_from(stop.dataset.entities[entity]) for stop in found}) > 1:
            raise request_error(
                "ambiguous_field",
                f"'{entity}' can be reached from '{start.name}' in several ways",
                f"Declare routes: of '{start.name}'.",
                field=described.key_name,
                dataset=start.name,
                ways=sorted(".".join((*stop.path, described.key_name)) for stop in found),
            )
    if found:
        stop = found[0]
        return ReachedKey(stop.joins, stop.dataset, stop.alias, stop.dataset.entities[entity])
    raise request_error(
        "unreachable_field",
        f"the rows of dataset '{start.name}' belong to no '{entity}'",
        field=described.key_name,
        dataset=start.name,
        reachable=[reached.field.name for reached in _all_from(workspace, start)],
    )


def is_by_key(workspace: Workspace, dataset: str, entity: str, start: Dataset, name: str) -> bool:
    """Whether a field of a dataset's rows belongs to an entity: all rows of one have its value, and the key alone leads to it.

    Args:
        start: What has nothing but the entity's key.
    """
    here, after = (_reach(workspace, each, name) for each in (_start(workspace, dataset), start))
    if isinstance(here, Problem) or isinstance(after, Problem) or not after.joins:
        return False
    way = (*reach_key(workspace, dataset, entity).joins, *after.joins)
    same_steps = [(step.entity, step.dataset) for step in here.joins] == [(step.entity, step.dataset) for step in way]
    return same_steps and here.field == after.field


def knows(workspace: Workspace, dataset: str | Dataset, entity: str) -> bool:
    """Whether a dataset's rows belong to an entity."""
    try:
        reach_key(workspace, dataset, entity)
    except RequestError:
        return False
    return True


def ways_to(workspace: Workspace, dataset: str, home: str) -> list[tuple[Join, ...]]:
    """The joins from a dataset to one that describes an entity, by each key that leads to it."""
    start = workspace.dataset(dataset)
    stops = (stop for level in _stops(workspace, start) for stop in level) if start is not None else ()
    return [stop.joins for stop in stops if stop.dataset.name == home and stop.joins]


def way_to(workspace: Workspace, dataset: str, home: str) -> tuple[Join, ...]:
    """The nearest of these ways; nothing where there is none."""
    return next(iter(ways_to(workspace, dataset, home)), ())


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
