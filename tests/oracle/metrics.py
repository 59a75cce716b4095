"""Random metrics of every kind, for the datasets of a world."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from oracle.conditions import Conditions, rows_of
from oracle.drawing import Draw, chance, pick, without_none
from oracle.menu import Menu
from oracle.model import Plain, World
from oracle.truth.check import parts_of

MEASURED = [
    *[{"agg": "sum", "expr": "amount"}] * 3,
    {"agg": "sum", "expr": "qty"},
    {"agg": "sum", "expr": "amount * qty"},
    {"agg": "sum", "expr": "CASE WHEN qty > 1 THEN amount ELSE 0 END"},
    {"agg": "count", "expr": "qty"},
    {"agg": "min", "expr": "amount"},
    {"agg": "max", "expr": "amount"},
    {"agg": "mean", "expr": "amount"},
    {"agg": "median", "expr": "amount"},
    {"agg": "percentile", "expr": "amount", "percentile": 0.9},
]
"""Aggregates of columns that every fact has."""

PRICED = [{"agg": "sum", "expr": "amount - price"}, {"agg": "sum", "expr": "coalesce(price, 1)"}]


def add_metrics(draw: Draw, world: World, days: list[date]) -> None:
    world.workspace["parameters"] = [
        {"name": "fee", "value": 0.25},
        {"name": "mode", "value": "net", "values": {"net": {"en": ["net"]}, "gross": {"en": ["gross"]}}},
    ]
    Metrics(draw, Menu(world), days).add_all()


class Metrics:
    def __init__(self, draw: Draw, menu: Menu, days: list[date]) -> None:
        self.draw, self.menu, self.days = draw, menu, days
        self.facts = [name for name, dataset in menu.datasets.items() if _has_amounts(menu, name)]
        self.timed = [name for name in self.facts if menu.datasets[name].time]
        self.open: set[str] = set()

    def add_all(self) -> None:
        for dataset in self.facts:
            self.add(f"{dataset}_count", {"dataset": dataset, "agg": "count"})
            for number in range(1 + self.draw(3)):
                self.add_aggregate(f"{dataset}_figure{number}", dataset)
        for dataset in self.menu.datasets:
            if dataset not in self.facts and chance(self.draw, 30):
                self.add(f"{dataset}_count", {"dataset": dataset, "agg": "count"})
        self.add_counts()
        for kind, make in self.makers().items():
            for number in range(pick(self.draw, [0, 1, 1, 2])):
                found = make()
                if found is not None:
                    self.add(f"{kind}_{number}", found)

    def makers(self) -> dict[str, Callable[[], Plain | None]]:
        """How the kinds that are made of other things are drawn."""
        return {
            "ratio": self.ratio_of,
            "cumulative": self.cumulative_of,
            "semi_additive": self.semi_additive_of,
            "repeat": self.repeat_of,
            "new_entities": self.new_entities_of,
            "retention": self.retention_of,
            "conversion": self.conversion_of,
            "derived": self.derived_of,
        }

    def add(self, name: str, plain: Plain) -> None:
        self.menu.add_metric({"name": name, **plain})

    def add_aggregate(self, name: str, dataset: str) -> None:
        draw, home = self.draw, self.menu.datasets[dataset]
        stored = self.menu.world.tables[home.source].columns if not home.derived else {}
        keys = [column for columns in home.keys.values() for column in columns]
        options = [
            *MEASURED,
            *(PRICED if "price" in stored else []),
            *[{"agg": "count_distinct", "expr": key} for key in keys] * 2,
        ]
        if len(set(keys)) > 1:
            options.append({"agg": "count_distinct", "expr": list(dict.fromkeys(keys))[:2]})
        plain: Plain = {"dataset": dataset, **pick(draw, options)}
        others = [time for time in self.menu.times(dataset) if time != home.time]
        if home.time and others and chance(draw, 25):
            plain["time"] = pick(draw, others)
        if chance(draw, 68):
            open_days = chance(draw, 30)
            rows = [(dataset, plain.get("time") or home.time)]
            where = Conditions(draw, self.menu, rows, self.days, open_days=open_days, counted=False).condition(depth=1)
            if where is not None:
                plain["where"] = where
                if open_days:
                    self.open.add(name)
        self.add(name, plain)

    def add_counts(self) -> None:
        """Some entities have a metric that counts them."""
        entities = self.menu.world.workspace.setdefault("entities", [])
        for dataset in self.facts:
            for entity, columns in self.menu.datasets[dataset].keys.items():
                name = f"{entity}s_known"
                if len(columns) == 1 and name not in self.menu.sight.workspace.metrics and chance(self.draw, 30):
                    self.add(name, {"dataset": dataset, "agg": "count_distinct", "expr": columns[0]})
                    described = next((each for each in entities if each["name"] == entity), None)
                    if described is None:
                        described = {"name": entity, "key": columns[0]}
                        entities.append(described)
                    described["count"] = name
                    self.menu.sight.workspace.entities[entity] = described

    def names(self, *kinds: str, closed: bool = False) -> list[str]:
        """Metrics of some kinds; `closed` ones have no condition that goes by the days of what is asked."""
        found = [name for name in self.menu.sight.workspace.metrics if self.menu.sight.workspace.kind(name) in kinds]
        return [name for name in found if not (closed and self.is_open(name))]

    def is_open(self, name: str) -> bool:
        return name in self.open or any(self.is_open(part) for part in parts_of(self.menu.sight, name))

    def side(self, name: str) -> Any:
        """A metric inside a ratio, perhaps with a filter of its own."""
        if not chance(self.draw, 45):
            return name
        where = Conditions(self.draw, self.menu, rows_of(self.menu, name), self.days, entities=5, open_days=False, counted=False)
        return without_none({"metric": name, "where": where.condition(depth=1)})

    def ratio_of(self) -> Plain | None:
        names = self.names("aggregate", "derived")
        return {"ratio": {side: self.side(pick(self.draw, names)) for side in ("numerator", "denominator")}}

    def derived_of(self) -> Plain | None:
        names = self.names("aggregate", "ratio", "aggregate", "cumulative", "new_entities")
        one, two = (pick(self.draw, names) for _ in range(2))
        forms = [f"{one} - fee * {two} + 2", f"-({one} - {two}) / ({one} + {two})", f"1 - {one}", f"{one} / {two}"]
        forms.append(f"(mode = 'net') * {one} + (mode = 'gross') * {two}")
        return {"derived": pick(self.draw, forms)}

    def cumulative_of(self) -> Plain | None:
        names = [name for name in self.names("aggregate", "ratio", closed=True) if self.is_timed(name)]
        if not names:
            return None
        windows: list[Plain] = [
            *[{"last": last, "unit": "day"} for last in (1, 7, 28, 90)],
            *[
                {"last": 2, "unit": "week"},
                {"last": 1, "unit": "month"},
                {"last": 3, "unit": "month"},
                {"last": 1, "unit": "quarter"},
            ],
            *[{"to_date": unit} for unit in ("week", "month", "quarter", "half", "year")],
            {"last": 400},
        ]
        return {"cumulative": {"metric": pick(self.draw, names), **pick(self.draw, windows)}}

    def is_timed(self, name: str) -> bool:
        return all(time is not None for _, time in rows_of(self.menu, name))

    def semi_additive_of(self) -> Plain | None:
        if not self.timed:
            return None
        stock = {"dataset": pick(self.draw, self.timed), "expr": pick(self.draw, ["amount", "qty", "amount * qty"])}
        return {"semi_additive": without_none({**stock, "take": pick(self.draw, ["last", "first", None])})}

    def repeat_of(self) -> Plain | None:
        names = [name for name in self.names("aggregate", closed=True) if self.entities_of(name)]
        if not names:
            return None
        name = pick(self.draw, names)
        repeat = {"entity": pick(self.draw, self.entities_of(name)), "metric": name}
        return {"repeat": without_none({**repeat, "at_least": pick(self.draw, [None, 1, 2, 3])})}

    def entities_of(self, *names: str) -> list[str]:
        return self.menu.entities([dataset for dataset, _ in rows_of(self.menu, *names)])

    def new_entities_of(self) -> Plain | None:
        found = self.entity_and_dataset()
        return None if found is None else {"new_entities": found}

    def retention_of(self) -> Plain | None:
        found = self.entity_and_dataset()
        return None if found is None else {"retention": found}

    def entity_and_dataset(self) -> Plain | None:
        pairs = [(entity, dataset) for dataset in self.timed for entity in self.menu.entities([dataset])]
        return dict(zip(("entity", "dataset"), pick(self.draw, pairs), strict=True)) if pairs else None

    def conversion_of(self) -> Plain | None:
        names = [name for name in self.names("aggregate", closed=True) if self.is_timed(name)]
        pairs = [(one, two) for one in names for two in names if self.entities_of(one, two)]
        if not pairs:
            return None
        base, then = pick(self.draw, pairs)
        entity = pick(self.draw, self.entities_of(base, then))
        gap = abs((pick(self.draw, self.days) - pick(self.draw, self.days)).days)
        # A day less than there is between two rows tells whether the last day counts.
        within = pick(self.draw, [0, 1, max(0, gap - 1), max(0, gap - 1), 30, 365])
        return {"conversion": {"entity": entity, "base": base, "then": then, "within_days": within}}


def _has_amounts(menu: Menu, name: str) -> bool:
    """Whether a dataset has the columns that facts have."""
    dataset = menu.datasets[name]
    return bool(dataset.derived) or "amount" in menu.world.tables[dataset.source].columns
