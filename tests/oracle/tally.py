"""What the generated cases were about, counted, and told at the end of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from oracle.model import Plain, Viewer
from oracle.truth.check import Measure, measures, whole
from oracle.truth.conditions import read
from oracle.truth.sight import Sight

DEMANDED = ("two facts", "orphans", "NULL keys", "own filter", "policy")
"""What at least a quarter of the cases must have."""

LEAST = 0.25


@dataclass
class Tally:
    cases: int = 0
    worlds: int = 0
    had: Counter[str] = field(default_factory=Counter)

    def add(self, labels: set[str]) -> None:
        self.cases += 1
        self.had.update(labels)

    def share(self, label: str) -> float:
        return self.had[label] / self.cases if self.cases else 0.0

    def told(self) -> str:
        """One paragraph: the demanded shares first, then everything else, the most frequent first."""
        others = [label for label, _ in self.had.most_common() if label not in DEMANDED]
        shares = [
            f"{label} {self.share(label):.0%}" if self.share(label) >= 0.1 else f"{label} {self.had[label]}" for label in others
        ]
        demanded = [f"{label} {self.share(label):.0%}" for label in DEMANDED]
        return f"{self.cases} cases of {self.worlds} worlds: {', '.join(demanded)}; {', '.join(shares)}"


TALLY = Tally()
"""Of this process: the cases of a file are all tried in one."""


def labels(sight: Sight, request: Plain, viewer: Viewer) -> set[str]:
    """What a case has."""
    names = [each for name in request.get("metrics", []) for each in whole(sight, name)]
    read_by = [each for name in request.get("metrics", []) for each in measures(sight, name)]
    datasets = {each.dataset for each in read_by}
    conditions = list(_conditions(request, names, sight))
    kinds = {kind for each in conditions for kind in _kinds(each)}
    found = {f"metric {sight.workspace.kind(name)}" for name in names} | {f"condition {kind}" for kind in kinds}
    found |= {
        f"with {key}" for key in ("compare", "share_of", "limit", "order", "parameters", "of_each", "window") if key in request
    }
    found.add("entity query" if request.get("kind") == "entity_query" else f"{len(request.get('by', []))} groups")
    period = request.get("period")
    if isinstance(period, dict) and "of" in period:
        found.add("several periods")
    if any(isinstance(each, dict) for each in request.get("by", [])):
        found.add("groups by a condition")
    if len(datasets) > 1:
        found.add("two facts")
    if any(_has_orphans(sight, each) for each in datasets):
        found.add("orphans")
    if any(_has_null_keys(sight, each) for each in datasets):
        found.add("NULL keys")
    if any(each.where for each in read_by):
        found.add("own filter")
    if any("rows" in rule for rule in sight.workspace.roles.get(viewer.role or "", {}).get("datasets", {}).values()):
        found.add("policy")
    return found | _shapes(sight, datasets, read_by)


def _shapes(sight: Sight, datasets: set[str], read_by: list[Measure]) -> set[str]:
    found: set[str] = set()
    if any(sight.dataset(each).window for each in datasets):
        found.add("window")
    if any(sight.dataset(each).derived for each in datasets):
        found.add("derived dataset")
    if any(each.time != sight.dataset(each.dataset).time for each in read_by):
        found.add("own time")
    if any(not sight.rows(each) for each in datasets):
        found.add("empty table")
    return found


def _conditions(request: Plain, names: list[str], sight: Sight) -> Iterator[Plain]:
    if "where" in request:
        yield read(request["where"])
    for name in names:
        if sight.workspace.metrics[name].get("where") is not None:
            yield read(sight.workspace.metrics[name]["where"])


def _kinds(condition: Any) -> Iterator[str]:
    """The kinds of a typed condition and of all that it refers to."""
    if isinstance(condition, list):
        for each in condition:
            yield from _kinds(each)
    elif isinstance(condition, dict):
        if "kind" in condition:
            yield str(condition["kind"])
        for each in condition.values():
            yield from _kinds(each)


def _has_orphans(sight: Sight, dataset: str) -> bool:
    """Whether a row has a key that nobody describes, though others are."""
    home = sight.dataset(dataset)
    for entity, columns in home.keys.items():
        for other in sight.workspace.homes(entity):
            described = {tuple(row.cells[column] for column in other.keys[entity]) for row in sight.rows(other.name)}
            keys = [tuple(row.cells[column] for column in columns) for row in sight.rows(dataset)]
            if other.name != dataset and any(None not in key and key not in described for key in keys):
                return True
    return False


def _has_null_keys(sight: Sight, dataset: str) -> bool:
    columns = [column for each in sight.dataset(dataset).keys.values() for column in each]
    return any(row.cells[column] is None for row in sight.rows(dataset) for column in columns)
