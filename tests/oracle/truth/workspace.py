"""A plain workspace, looked up by name."""

from __future__ import annotations

from typing import Any

Plain = dict[str, Any]

HIDDEN_START = ""
"""The dataset that an entity query sets out from: it has the key of one entity and nothing else."""


class Dataset:
    def __init__(self, plain: Plain) -> None:
        self.name: str = plain["name"]
        self.source: str = plain.get("source") or self.name
        self.derived: str | None = plain.get("derived")
        self.grain: tuple[str, ...] = listed(plain.get("grain"))
        self.keys: dict[str, tuple[str, ...]] = {name: listed(columns) for name, columns in plain.get("entities", {}).items()}
        self.time: str | None = plain.get("time")
        self.window: Plain | None = plain.get("window")
        self.routes: dict[str, str] = plain.get("routes", {})
        self.fields: dict[str, Plain] = {field["name"]: {"type": "category", **field} for field in plain.get("fields", [])}

    def describes(self, entity: str) -> bool:
        """Each row is one of the entity's keys."""
        return bool(self.grain) and set(self.grain) == set(self.keys.get(entity, ()))


class Workspace:
    def __init__(self, plain: Plain) -> None:
        self.settings: Plain = plain["workspace"]
        self.datasets = {each["name"]: Dataset(each) for each in plain.get("datasets", [])}
        self.metrics: dict[str, Plain] = {each["name"]: each for each in plain.get("metrics", [])}
        self.parameters: dict[str, Any] = {each["name"]: each["value"] for each in plain.get("parameters", [])}
        self.roles: dict[str, Plain] = {each["name"]: each for each in plain.get("roles", [])}
        self.entities: dict[str, Plain] = {each["name"]: each for each in plain.get("entities", [])}
        for dataset in self.datasets.values():
            for entity, columns in dataset.keys.items():
                self.entities.setdefault(entity, {"name": entity, **({"key": columns[0]} if len(columns) == 1 else {})})

    def key_name(self, entity: str) -> str:
        """The name by which the key of an entity can be grouped by."""
        return self.entities[entity].get("key") or f"{entity}_id"

    def homes(self, entity: str) -> list[Dataset]:
        """The datasets that describe an entity."""
        return [dataset for dataset in self.datasets.values() if dataset.describes(entity)]

    def start_of(self, entity: str) -> Dataset:
        """A dataset that knows the key of an entity and nothing else."""
        columns = next(dataset.keys[entity] for dataset in self.datasets.values() if entity in dataset.keys)
        return Dataset({"name": HIDDEN_START, "entities": {entity: list(columns)}})

    def kind(self, metric: str) -> str:
        plain = self.metrics[metric]
        kinds = ("ratio", "derived", "cumulative", "semi_additive", "repeat", "new_entities", "retention", "conversion", "moving")
        return next((kind for kind in kinds if kind in plain), "aggregate")


def listed(value: Any) -> tuple[str, ...]:
    """`a` and `[a, b]` are both lists of names."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def use(value: Any) -> Plain:
    """A metric inside another one: a name, or a name with a filter."""
    return {"metric": value} if isinstance(value, str) else value
