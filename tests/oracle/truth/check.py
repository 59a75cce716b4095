"""What forbids a request: every fault that it has, by its code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from oracle.truth.arithmetic import names_in
from oracle.truth.conditions import Counted, read
from oracle.truth.days import SERIES, Days
from oracle.truth.reach import Meaning, Place, meaning, same
from oracle.truth.refusals import Refusal
from oracle.truth.sight import Sight
from oracle.truth.workspace import Dataset, Plain, use

SHARED_KINDS = ("cumulative", "semi_additive", "new_entities")
NUMBERS = ("count", "decimal", "fraction")
AGGREGATES_WITH_PARTS = ("sum", "count", "count_distinct")


@dataclass(frozen=True)
class Measure:
    """A dataset that a metric reads.

    Attributes:
        time: The field that its days go by.
        where: Filters that the definition adds; the request's own are not among them.
        asked: Whether the groups and the filter of the request are about its rows.
        timed: Whether it cannot be worked out without a time.
    """

    dataset: str
    time: str | None
    where: tuple[Plain, ...] = ()
    asked: bool = True
    timed: bool = False


def measures(sight: Sight, name: str) -> Iterator[Measure]:
    """All that a metric is made of."""
    metric, kind = sight.workspace.metrics[name], sight.workspace.kind(name)
    match kind:
        case "aggregate":
            own = (read(metric["where"]),) if metric.get("where") else ()
            yield Measure(metric["dataset"], metric.get("time") or sight.dataset(metric["dataset"]).time, own)
        case "ratio":
            for side in (use(metric["ratio"]["numerator"]), use(metric["ratio"]["denominator"])):
                narrowed = (read(side["where"]),) if side.get("where") else ()
                for each in measures(sight, side["metric"]):
                    yield replace(each, where=(*each.where, *narrowed))
        case "derived":
            for each in names_in(metric["derived"]):
                if each in sight.workspace.metrics:
                    yield from measures(sight, each)
        case "cumulative" | "repeat" | "moving":
            yield from measures(sight, metric[kind]["metric"])
        case "conversion":
            yield from (replace(each, timed=True) for each in measures(sight, metric[kind]["base"]))
            yield from (replace(each, timed=True, asked=False) for each in measures(sight, metric[kind]["then"]))
        case _:
            dataset = metric[kind]["dataset"]
            yield Measure(dataset, sight.dataset(dataset).time, timed=True)


def measures_of(sight: Sight, name: str, filtered: Counted) -> list[Measure]:
    """What a figure of an entity is made of: a metric, or the rows that are filtered, where it counts values of theirs."""
    if name in sight.workspace.metrics:
        return list(measures(sight, name))
    return [Measure(filtered.dataset.name, filtered.dataset.time)]


def covered_by(sight: Sight, found: list[Measure]) -> Days | None:
    """From the first to the last day that the data of some measures covers; what a conversion leads to is not asked for."""
    days = [each for measure in found if measure.asked and (each := sight.covers(measure.dataset, measure.time))]
    return Days(min(each.first for each in days), max(each.last for each in days)) if days else None


def entities_named(sight: Sight, name: str) -> Iterator[tuple[str, str]]:
    """The entities that a metric counts, each with a dataset that must know it."""
    metric, kind = sight.workspace.metrics[name], sight.workspace.kind(name)
    if kind in ("repeat", "new_entities", "retention", "conversion"):
        for measure in measures(sight, name):
            yield metric[kind]["entity"], measure.dataset
    for part in parts_of(sight, name):
        yield from entities_named(sight, part)


def parts_of(sight: Sight, name: str) -> list[str]:
    """The metrics that a metric names."""
    metric, kind = sight.workspace.metrics[name], sight.workspace.kind(name)
    match kind:
        case "ratio":
            return [use(metric["ratio"][side])["metric"] for side in ("numerator", "denominator")]
        case "derived":
            return [each for each in names_in(metric["derived"]) if each in sight.workspace.metrics]
        case "cumulative" | "repeat" | "moving":
            return [metric[kind]["metric"]]
        case "conversion":
            return [metric["conversion"]["base"], metric["conversion"]["then"]]
    return []


def whole(sight: Sight, name: str) -> list[str]:
    """A metric and all that it is made of."""
    return [name, *(deep for part in parts_of(sight, name) for deep in whole(sight, part))]


class Checker:
    """Gathers the faults of one request."""

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.codes: set[str] = set()
        self.perhaps: set[str] = set()
        self.meant: dict[str, list[Meaning]] = {}

    def dataset(self, name: str) -> None:
        read = [self.sight.dataset(name), *(other for other, _ in self.sight.narrowing(name))]
        sources = [each for dataset in read if dataset.derived for each in self.sight.sources(dataset)]
        if any(map(self.sight.denies, (name, *sources))):
            self.codes.add("dataset_denied")

    def place(self, start: Dataset, name: str) -> Place | None:
        try:
            found = self.sight.reach(start).place(name)
        except Refusal as refusal:
            self.codes |= refusal.codes
            return None
        for _, dataset in found.way:
            self.dataset(dataset)
        if self.sight.hides(found, name.rpartition(".")[2]):
            self.codes.add("field_hidden")
        return found

    def entity(self, start: Dataset, entity: str) -> None:
        try:
            found = self.sight.reach(start).key(entity)
        except Refusal as refusal:
            self.codes |= refusal.codes
            return
        for _, dataset in found.way:
            self.dataset(dataset)

    def start(self, measure: Measure, about: str | None) -> Dataset:
        """Where a condition's fields are reached from: its rows, or the entities that a query lists."""
        return self.sight.dataset(measure.dataset) if measure.dataset else self.sight.workspace.start_of(about or "")

    def type_of(self, place: Place) -> str:
        if place.field is None:
            return "id"
        return str(self.sight.dataset(place.dataset).fields[place.field]["type"])

    def grouped(self, ref: Plain, measure: Measure) -> None:
        """A group must be reached by the dataset, and be no number."""
        start = self.sight.dataset(measure.dataset)
        if ref["kind"] == "time":
            self.bucket(ref, measure)
            return
        if ref["kind"] == "meets":
            self.entity(start, ref["entity"])
            self.condition(ref["condition"], measure, shared=True)
            return
        found = self.place(start, ref["name"])
        if found is not None:
            self.meant.setdefault(ref["name"], []).append(meaning(self.sight.workspace, found))
            if self.type_of(found) in NUMBERS:
                self.codes.add("wrong_value")

    def bucket(self, ref: Plain, measure: Measure) -> None:
        start = self.sight.dataset(measure.dataset)
        if ref.get("field"):
            found = self.place(start, ref["field"])
            if found is None:
                return
            self.meant.setdefault(f"{ref['field']}.", []).append(meaning(self.sight.workspace, found))
            if self.type_of(found) not in ("date", "time"):
                self.codes |= {"wrong_value", "no_time", "unknown_field"}
            if ref["grain"] == "hour" and self.type_of(found) == "date":
                self.codes.add("no_hours")
        elif measure.time is None:
            self.codes.add("no_time")
        elif ref["grain"] == "hour" and start.fields[measure.time]["type"] == "date":
            self.codes.add("no_hours")

    def condition(self, condition: Plain, measure: Measure, about: str | None = None, shared: bool = False) -> None:
        """A condition's fields must be reached; what is asked of several datasets must mean the same to them."""
        match condition["kind"]:
            case "and" | "or":
                for each in condition["of"]:
                    self.condition(each, measure, about, shared)
            case "not":
                self.condition(condition["of"], measure, about, shared)
            case "did":
                self.entity(self.start(measure, about), condition["entity"])
                self.inside(condition["dataset"], condition["entity"], condition.get("where"), condition.get("period"))
                if condition.get("within"):
                    self.within(condition)
            case _:
                sides = [condition["left"], condition.get("right")]
                for side in sides:
                    if isinstance(side, dict):
                        self.reference(side, measure, about, shared)

    def reference(self, ref: Plain, measure: Measure, about: str | None, shared: bool) -> None:
        start = self.start(measure, about)
        match ref["kind"]:
            case "field":
                found = self.place(start, ref["name"])
                if found is not None and shared:
                    self.meant.setdefault(ref["name"], []).append(meaning(self.sight.workspace, found))
            case "time" if measure.dataset:
                self.bucket(ref, measure)
            case "scaled":
                self.reference(ref["ref"], measure, about, shared)
            case "entity_metric":
                entity = ref.get("entity") or about or ""
                self.entity(start, entity)
                if ref["metric"] in self.sight.workspace.metrics:
                    for each in measures(self.sight, ref["metric"]):
                        self.inside(each.dataset, entity, ref.get("where"), ref.get("period"), each)
                else:
                    self.inside(measure.dataset, entity, ref.get("where"), ref.get("period"))
                    self.counted(ref["metric"], start)

    def counted(self, name: str, start: Dataset) -> None:
        if name in self.sight.workspace.entities:
            self.entity(start, name)
        else:
            self.place(start, name)

    def inside(self, dataset: str, entity: str, where: Any, period: Any, measure: Measure | None = None) -> None:
        """The dataset of an entity's condition knows the entity, and its own filter is about that dataset."""
        self.dataset(dataset)
        home = self.sight.dataset(dataset)
        self.entity(home, entity)
        own = measure or Measure(dataset, home.time)
        for each in (*own.where, *(() if where is None else (read(where),))):
            self.condition(each, own)
        if own.time is None and not home.window and period is not None:
            self.codes.add("no_time")
        if own.time is None and home.window:
            for side in ("start", "end"):
                self.window_side(home, home.window[side], period is not None)

    def within(self, condition: Plain) -> None:
        """The first times lie in data that knows the entity and has a time; a date is one that the rows reach."""
        within, home = condition["within"], self.sight.dataset(condition["dataset"])
        if within.get("after", "first") == "first":
            name = within.get("dataset") or home.name
            self.inside(name, condition["entity"], within.get("where"), None)
            home = self.sight.dataset(name)
        else:
            self.place(home, within["after"])
        if home.time is None:
            self.codes.add("no_time")

    def window_side(self, home: Dataset, name: str, asked: bool) -> None:
        """A window may lie in another dataset; without a period of its own a condition may do without it."""
        found = self.sight.reach(home).place(name)
        if any(self.sight.denies(dataset) for _, dataset in found.way):
            (self.codes if asked else self.perhaps).add("dataset_denied")

    def differing(self) -> None:
        """What stands in one column, or is filtered by one condition, must mean the same to every dataset."""
        for found in self.meant.values():
            if any(not same(one, other) for one in found for other in found):
                self.codes.add("not_conformed")


def has_parts(sight: Sight, name: str) -> bool:
    """Whether a metric is a quantity of which there are shares."""
    metric, kind = sight.workspace.metrics[name], sight.workspace.kind(name)
    if kind == "aggregate":
        return metric["agg"] in AGGREGATES_WITH_PARTS
    if kind == "cumulative":
        return has_parts(sight, metric["cumulative"]["metric"])
    return kind in SHARED_KINDS


def is_series(sight: Sight, ref: Plain, found: list[Measure]) -> bool:
    """A bucket along the calendar of the metrics' own time; grouping by a moment is grouping by its days."""
    if ref["kind"] == "time":
        return ref["grain"] in SERIES and (ref.get("field") is None or all(each.time == ref["field"] for each in found))
    if ref["kind"] == "meets":
        return False
    return all(each.time == ref["name"] and sight.dataset(each.dataset).fields[each.time]["type"] == "time" for each in found)
