"""Random conditions: comparisons of fields, buckets and entities, joined by and, or and not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from oracle.drawing import Draw, chance, pick, some
from oracle.menu import Item, Menu
from oracle.model import Plain
from oracle.truth.check import NUMBERS, measures, parts_of
from oracle.vocabulary import NEVER

ORDERED = ["at_least", "more_than", "at_most", "less_than"]


@dataclass
class Conditions:
    """What conditions may be drawn.

    Attributes:
        rows: The datasets that all must reach, each with the field that its days go by.
        entities: How often, in a hundred, a comparison is about an entity.
        open_days: Whether an entity's condition may go without a period of its own.
        counted: Whether it may count the values of a field.
        about: The entity that a query lists, instead of datasets.
    """

    draw: Draw
    menu: Menu
    rows: list[tuple[str, str | None]]
    days: list[date]
    entities: int = 15
    open_days: bool = True
    counted: bool = True
    about: str | None = None

    @property
    def datasets(self) -> list[str]:
        return list(dict.fromkeys(dataset for dataset, _ in self.rows))

    def condition(self, depth: int = 2) -> Plain | None:
        form = pick(self.draw, ["one"] * 6 + (["all", "any", "not", "list"] if depth else []))
        match form:
            case "all" | "any":
                parts = [self.condition(depth - 1) for _ in range(pick(self.draw, [0, 1, 2, 2, 3]))]
                return {form: [part for part in parts if part is not None]}
            case "list":
                parts = [self.condition(depth - 1) for _ in range(2)]
                return {"all": [part for part in parts if part is not None]}
            case "not":
                part = self.condition(depth - 1)
                return None if part is None else {"not": part}
        return self.comparison()

    def comparison(self) -> Plain | None:
        if chance(self.draw, self.entities):
            found = self.of_entity()
            if found is not None:
                return found
        if self.about is None and chance(self.draw, 12):
            found = self.of_bucket()
            if found is not None:
                return found
        items = self.menu.of_entity(self.about) if self.about else self.menu.shared(self.datasets)
        return self.of_field(pick(self.draw, items), items) if items else None

    def of_field(self, item: Item, items: list[Item]) -> Plain:
        draw = self.draw
        # A stored word Unknown is one group with what is missing; what else it is, is not laid down.
        plain = item.bare != "colour"
        if chance(draw, 10):
            return {"field": item.name, "missing": chance(draw, 50)}
        if item.type in ("date", "time"):
            return self._ranged(item.name, [day.isoformat() for day in self.days], items if item.type == "date" else [])
        values = (
            [*item.values, NEVER["text"]] if item.type == "category" or isinstance(item.values[0], str) else list(item.values)
        )
        if item.type in NUMBERS:
            return self._ranged(item.name, [float(each) if isinstance(each, Decimal) else each for each in values], [])
        word = pick(draw, ["is", "not", "in", "not_in", "is", *(["contains"] if plain and isinstance(values[0], str) else [])])
        if word in ("in", "not_in"):
            return {"field": item.name, word: some(draw, [*values, "Unknown"], least=0 if chance(draw, 10) else 1, most=3)}
        if word == "contains":
            return {"field": item.name, word: pick(draw, [*values, "O", "%", "_", "\\", "E"])}
        alike = [each.name for each in items if each.type == item.type == "category" and "colour" not in (each.bare, item.bare)]
        alike = [name for name in alike if name != item.name]
        if alike and chance(draw, 10):
            return {"field": item.name, word: {"field": pick(draw, alike)}}
        return {"field": item.name, word: pick(draw, [*values, "Unknown"])}

    def _ranged(self, name: str, values: list[Any], items: list[Item]) -> Plain:
        draw = self.draw
        dates = [each.name for each in items if each.type == "date" and each.name != name]
        if dates and chance(draw, 15):
            return {"field": name, pick(draw, [*ORDERED, "is", "not"]): {"field": pick(draw, dates)}}
        word = pick(draw, [*ORDERED, "between", "is", "not"])
        if word == "between":
            return {"field": name, word: sorted(pick(draw, values) for _ in range(2))}
        return {"field": name, word: pick(draw, values)}

    def of_bucket(self) -> Plain | None:
        if any(time is None for _, time in self.rows):
            return None
        days = [day.isoformat() for day in self.days]
        match pick(self.draw, ["month", "date", "weekday", "is_weekend", "quarter", "hour"]):
            case "month":
                firsts = sorted({day.replace(day=1).isoformat() for day in self.days})
                return {"field": "month", pick(self.draw, ["in", "not_in"]): some(self.draw, firsts)}
            case "quarter":
                return {"field": "quarter", pick(self.draw, ORDERED): pick(self.draw, days)}
            case "date":
                return self._ranged("date", days, [])
            case "weekday":
                return self._ranged("weekday", [1, 2, 5, 7], [])
            case "hour" if all(self._has_hours(*each) for each in self.rows):
                return self._ranged("hour", [0, 3, 11, 19, 23], [])
        return {"field": "is_weekend", "is": chance(self.draw, 50)}

    def _has_hours(self, dataset: str, time: str | None) -> bool:
        return self.menu.datasets[dataset].fields[time or ""]["type"] == "time"

    def of_entity(self) -> Plain | None:
        """What an entity did, or a metric of it."""
        entities = [self.about] if self.about else self.menu.entities(self.datasets)
        if not entities:
            return None
        entity = pick(self.draw, entities)
        if chance(self.draw, 40):
            return self._did(entity)
        left = self._figure(entity)
        if left is None:
            return None
        if chance(self.draw, 15):
            other = self._figure(entity)
            if other is not None:
                return {**left, pick(self.draw, ORDERED): {"times": pick(self.draw, [0.5, 1.0, 2.0]), **other}}
        if chance(self.draw, 20):
            return self._ranked(left)
        if chance(self.draw, 8):
            return {**left, "missing": chance(self.draw, 50)}
        return {**left, pick(self.draw, [*ORDERED, "is"]): pick(self.draw, [0, 1, 2, 3, 10])}

    def _ranked(self, left: Plain) -> Plain:
        """Where one stands among all."""
        left = {**left, "rank": pick(self.draw, ["highest", "lowest"])}
        if chance(self.draw, 40):
            return {**left, "rank_part": True, pick(self.draw, ORDERED): pick(self.draw, [0.1, 0.25, 0.5, 0.75, 1.0])}
        return {**left, pick(self.draw, [*ORDERED, "is"]): pick(self.draw, [1, 2, 3, 10])}

    def _figure(self, entity: str) -> Plain | None:
        simple = self.menu.sight.workspace.metrics
        names = [name for name in simple if entity in figures_of(self.menu, name)]
        own: Plain = {"of": entity}
        if self.counted and self.datasets and chance(self.draw, 20):
            others = [*self.menu.entities(self.datasets), *(each.name for each in self.menu.shared(self.datasets))]
            others = [each for each in others if each not in (entity, "colour") and "." not in each]
            if others and (others := [each for each in others if len(self.datasets) == 1]):
                return self._over_days({"metric": pick(self.draw, others), **own}, self.datasets)
        if not names:
            return None
        name = pick(self.draw, names)
        rows = rows_of(self.menu, name)
        timed = [bool(time or self.menu.datasets[dataset].window) for dataset, time in rows]
        if not self.open_days and any(timed) and not all(timed):
            return None  # it can say no days of its own
        found = {"metric": name, **own}
        if chance(self.draw, 25):
            inner = Conditions(self.draw, self.menu, rows, self.days, entities=0)
            where = inner.condition(depth=0)
            if where is not None:
                found["where"] = where
        return self._over_days(found, [dataset for dataset, _ in rows])

    def _did(self, entity: str) -> Plain | None:
        datasets = [name for name in self.menu.datasets if self.menu.knows(name, entity)]
        timed = [name for name in datasets if self.menu.datasets[name].time or self.menu.datasets[name].window]
        if not timed:
            return None
        dataset = pick(self.draw, timed)
        found: Plain = {"did": dataset, "entity": entity}
        if chance(self.draw, 40):
            inner = Conditions(self.draw, self.menu, [(dataset, self.menu.datasets[dataset].time)], self.days, entities=0)
            where = inner.condition(depth=1)
            if where is not None:
                found["where"] = where
        if chance(self.draw, 35):
            found["count"] = 1 + self.draw(3)
        if self.menu.datasets[dataset].time and chance(self.draw, 30):
            found["within"] = self._within(dataset, entity)
        return self._over_days(found, [dataset])

    def _within(self, dataset: str, entity: str) -> Plain:
        """Days after the first time, now and then of other rows; or after a date."""
        draw = self.draw
        found: Plain = {"days": pick(draw, [1, 2, 7, 30, 90])}
        dates = [item.name for item in self.menu.items(dataset) if item.type in ("date", "time")]
        if dates and chance(draw, 30):
            return {**found, "after": pick(draw, dates)}
        others = [name for name in self.menu.datasets if self.menu.knows(name, entity) and self.menu.datasets[name].time]
        if chance(draw, 40):
            found["dataset"] = dataset = pick(draw, others)
        if chance(draw, 30):
            inner = Conditions(draw, self.menu, [(dataset, self.menu.datasets[dataset].time)], self.days, entities=0)
            where = inner.condition(depth=0)
            if where is not None:
                found["where"] = where
        return found

    def _over_days(self, found: Plain, datasets: list[str]) -> Plain:
        timed = all(self.menu.datasets[each].time or self.menu.datasets[each].window for each in datasets)
        if timed and (not self.open_days or chance(self.draw, 50)):
            windowed = any(self.menu.datasets[each].window for each in datasets)
            found["period"] = closed_period(self.draw, self.days, whole=not windowed)
        return found


def closed_period(draw: Draw, days: list[date], whole: bool = True) -> Any:
    """A period with two ends; some relative to the as-of date."""
    first, last = sorted((pick(draw, days), pick(draw, days)))
    month = first.replace(day=1)
    dates = {"start": first.isoformat(), "end": last.isoformat()}
    return pick(
        draw,
        [
            *[dates] * 3,
            {"start": month.isoformat(), "end": last.isoformat()},
            {"n": pick(draw, [1, 7, 30, 90, 400]), "unit": "day"},
            {"n": pick(draw, [1, 2, 14]), "unit": pick(draw, ["week", "month", "quarter"])},
            {"n": 30, "unit": "day", "skip": 30},
            {"unit": pick(draw, ["week", "month", "quarter", "half", "year"]), "offset": pick(draw, [0, -1, -1, -2])},
            *(["all", {"start": first.isoformat()}, {"end": last.isoformat()}] if whole else []),
        ],
    )


def rows_of(menu: Menu, *names: str) -> list[tuple[str, str | None]]:
    """The datasets that metrics read and that a filter is about, each with the field that its days go by."""
    found = [each for name in names for each in measures(menu.sight, name) if each.asked]
    return list(dict.fromkeys((each.dataset, each.time) for each in found))


def figures_of(menu: Menu, name: str) -> list[str]:
    """The entities of which a metric can be worked out one by one."""
    simple = ("aggregate", "ratio", "derived")
    if any(menu.sight.workspace.kind(each) not in simple for each in (name, *parts_of(menu.sight, name))):
        return []
    datasets = [dataset for dataset, _ in rows_of(menu, name)]
    return menu.entities(datasets) if datasets else []
