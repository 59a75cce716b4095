"""Which ways lead from a dataset to a field of meaning, and which of them is meant.

A way is a chain of keys, many rows to one. Ways are the same if the key values that they pass come from the same columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oracle.truth.refusals import Refusal
from oracle.truth.workspace import Dataset, Plain, Workspace

Way = tuple[tuple[str, str], ...]
"""The entity of each step and the dataset that it leads to."""

Origin = tuple[Any, ...]
"""Where a value comes from: a dataset as it was reached, and a column of it."""


@dataclass(frozen=True)
class Place:
    """A field, or the key of an entity, as it is reached from a dataset.

    Attributes:
        way: The steps that lead to the dataset that has it.
        field: The field's name, where it is one.
        columns: The key's columns, where it is a key.
        entity: The entity that is the key's, or by which the field is reached; None for an own field.
    """

    way: Way
    dataset: str
    field: str | None
    columns: tuple[str, ...]
    entity: str | None


class Reach:
    def __init__(self, workspace: Workspace, start: Dataset) -> None:
        self.workspace, self.start = workspace, start
        self.ways = list(self._ways(start, (), {start.name}))

    def _ways(self, at: Dataset, way: Way, seen: set[str]) -> Iterator[Way]:
        yield way
        for entity in at.keys:
            for home in self.workspace.homes(entity):
                if home.name not in seen:
                    yield from self._ways(home, (*way, (entity, home.name)), seen | {home.name})

    def at(self, way: Way) -> Dataset:
        return self.workspace.datasets[way[-1][1]] if way else self.start

    def origin(self, way: Way, column: str) -> Origin:
        """The column that a value was first in: a key that was passed on has the value that it had before."""
        if way:
            entity = way[-1][0]
            before = self.at(way[:-1])
            passed = dict(zip(self.at(way).keys[entity], before.keys[entity], strict=True))
            if column in passed:
                return self.origin(way[:-1], passed[column])
        return (self.identity(way), column)

    def identity(self, way: Way) -> Origin:
        """Equal for ways that lead to the same row by construction."""
        if not way:
            return (self.start.name,)
        entity, name = way[-1]
        return (name, *(self.origin(way[:-1], column) for column in self.at(way[:-1]).keys[entity]))

    def place(self, name: str) -> Place:
        """The one place that a name means.

        Raises:
            Refusal: there is none, or more than one.
        """
        owner, _, bare = name.rpartition(".")
        found = [place for way in self.ways for place in self._places(way, bare) if not owner or self._is_by(place, owner)]
        if not owner and (own := [place for place in found if not place.way]):
            return own[0]
        if not owner or owner in self.workspace.datasets:
            found = self._along_routes(found)
        elif direct := [place for place in found if len(place.way) == 1]:
            # The row's own key of that entity, though others lead to it as well.
            found = direct
        if not found:
            raise Refusal("unreachable_field" if self._known(bare) else "unknown_field")
        return self._only(found)

    def key(self, entity: str) -> Place:
        """The key of the entity that a row belongs to."""
        found = [
            Place(way, self.at(way).name, None, columns, entity)
            for way in self.ways
            for name, columns in self.at(way).keys.items()
            if name == entity
        ]
        if own := [place for place in found if not place.way]:
            return own[0]
        found = self._along_routes(found)
        if not found:
            raise Refusal("unreachable_field")
        return self._only(found)

    def _places(self, way: Way, name: str) -> Iterator[Place]:
        at, entity = self.at(way), way[-1][0] if way else None
        if name in at.fields:
            yield Place(way, at.name, name, (), entity)
        else:
            for key, columns in at.keys.items():
                if self.workspace.key_name(key) == name and len(columns) == 1:
                    yield Place(way, at.name, None, columns, key)

    def _is_by(self, place: Place, owner: str) -> bool:
        """`customer.city` is reached by the entity's key, `customers.city` is a field of that dataset."""
        if owner in self.workspace.datasets:
            return place.dataset == owner
        by = place.way[-1][0] if place.way else None
        return by == owner or (not place.way and self.start.describes(owner))

    def _along_routes(self, places: list[Place]) -> list[Place]:
        return [place for place in places if self._follows_routes(place.way)]

    def _follows_routes(self, way: Way) -> bool:
        """Wherever a dataset on the way says how to get to a later one, the way does so."""
        for position in range(len(way)):
            routes = self.at(way[:position]).routes
            if any(later in routes and routes[later] != way[position][0] for _, later in way[position:]):
                return False
        return True

    def _only(self, places: list[Place]) -> Place:
        """The shortest of places that are the same by construction."""
        kinds = {self._sameness(place) for place in places}
        if len(kinds) > 1:
            raise Refusal("ambiguous_field")
        return min(places, key=lambda place: len(place.way))

    def _sameness(self, place: Place) -> Origin:
        if place.field is not None:
            return (self.identity(place.way), place.field)
        return tuple(self.origin(place.way, column) for column in place.columns)

    def _known(self, name: str) -> bool:
        keys = {self.workspace.key_name(entity) for entity in self.workspace.entities}
        return name in keys or any(name in dataset.fields for dataset in self.workspace.datasets.values())


@dataclass(frozen=True)
class Meaning:
    """What a place stands for beside those of other datasets."""

    dataset: str
    name: str
    entity: str | None


def meaning(workspace: Workspace, place: Place) -> Meaning:
    """A key is its entity's; a field is its dataset's, as it is reached by an entity, or the one that it is `same_as`."""
    if place.field is None:
        return Meaning("", "key", place.entity)
    field: Plain = workspace.datasets[place.dataset].fields[place.field]
    if "same_as" in field:
        dataset, _, name = field["same_as"].rpartition(".")
        return Meaning(dataset, name, None)
    return Meaning(place.dataset, place.field, place.entity)


def same(one: Meaning, other: Meaning) -> bool:
    """Whether values of the two may stand in one column: a field that both have, along the same entity."""
    along = one.entity == other.entity or None in (one.entity, other.entity)
    return (one.dataset, one.name) == (other.dataset, other.name) and along
