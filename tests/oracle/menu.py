"""What can be named in a world: the fields that datasets reach, alone and together, and their values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from oracle.model import Plain, World
from oracle.truth.check import NUMBERS
from oracle.truth.reach import Meaning, meaning, same
from oracle.truth.refusals import Refusal
from oracle.truth.sight import Sight
from oracle.truth.workspace import Dataset
from oracle.vocabulary import VALUES


@dataclass(frozen=True)
class Item:
    """A name by which a dataset reaches a field or a key."""

    name: str
    type: str
    meaning: Meaning

    @property
    def bare(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def values(self) -> list[Any]:
        return VALUES.get(self.bare, [])


class Menu:
    def __init__(self, world: World) -> None:
        self.world, self.sight = world, Sight(world)
        self._items: dict[str, list[Item]] = {}

    @cached_property
    def datasets(self) -> dict[str, Dataset]:
        return self.sight.workspace.datasets

    def add_metric(self, metric: Plain) -> None:
        """Defines one more metric, for the world and for what can be named from now on."""
        self.world.workspace.setdefault("metrics", []).append(metric)
        self.sight.workspace.metrics[metric["name"]] = metric

    def items(self, dataset: str) -> list[Item]:
        """All that a dataset reaches, by a bare name or by the entity that leads to it."""
        if dataset not in self._items:
            start = self.datasets[dataset]
            self._items[dataset] = self._of(start)
        return self._items[dataset]

    def of_entity(self, entity: str) -> list[Item]:
        return self._of(self.sight.workspace.start_of(entity))

    def _of(self, start: Dataset) -> list[Item]:
        reach = self.sight.reach(start)
        names: dict[str, None] = {}
        for way in reach.ways:
            at = reach.at(way)
            for name in (*at.fields, *(self.sight.workspace.key_name(entity) for entity in at.keys)):
                names[name] = None
                if way and name in at.fields:
                    names[f"{way[-1][0]}.{name}"] = None
        found: list[Item] = []
        for name in names:
            try:
                place = reach.place(name)
            except Refusal:
                continue
            if "." in name and self._is_clear(reach, name.rpartition(".")[2]):
                continue
            kind = "id" if place.field is None else str(self.datasets[place.dataset].fields[place.field]["type"])
            found.append(Item(name, kind, meaning(self.sight.workspace, place)))
        return found

    @staticmethod
    def _is_clear(reach: Any, name: str) -> bool:
        try:
            reach.place(name)
        except Refusal:
            return False
        return True

    def shared(self, datasets: list[str]) -> list[Item]:
        """What all of them reach, and mean the same by."""
        first, *others = [self.items(each) for each in datasets]
        return [
            item
            for item in first
            if all(any(each.name == item.name and same(each.meaning, item.meaning) for each in items) for items in others)
        ]

    def entities(self, datasets: list[str]) -> list[str]:
        """The entities that the rows of all of them belong to."""
        return [entity for entity in self.sight.workspace.entities if all(self.knows(each, entity) for each in datasets)]

    def knows(self, dataset: str, entity: str) -> bool:
        try:
            self.sight.reach(self.datasets[dataset]).key(entity)
        except Refusal:
            return False
        return True

    def times(self, dataset: str) -> list[str]:
        """Its own fields of time."""
        return [name for name, field in self.datasets[dataset].fields.items() if field["type"] in ("date", "time")]


def groupable(items: list[Item]) -> list[Item]:
    return [item for item in items if item.type not in NUMBERS]
