"""Random requests about a world: mostly such as can be answered, now and then one that must not be."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from oracle.conditions import Conditions, closed_period, rows_of
from oracle.drawing import Draw, chance, draws, pick, some, without_none
from oracle.menu import Menu, groupable
from oracle.model import Plain, Viewer, World
from oracle.names import renamings
from oracle.truth.check import Measure, has_parts, is_series, whole
from oracle.truth.conditions import read_ref
from oracle.truth.query import Query, name_of
from oracle.workspaces import a_world

SERIES_DRAWN = ["date", "week", "month", "month", "quarter", "year"]
LONG = ("retention", "cumulative", "semi_additive")
"""Kinds that look at other days than the asked ones: a condition inside them must say its own days."""

PLAIN = {"aggregate", "ratio", "derived"}
"""Kinds that have a figure of each one, and over any days."""

CAUSES: dict[str, set[str]] = {
    "parameters": {"unknown_parameter"},
    "compare": {"no_earlier_period", "no_last_year", "bad_request"},
    "period": {"outside_period"},
    "where": {"field_hidden", "dataset_denied", "unreachable_field", "ambiguous_field"},
    "by": {"field_hidden", "dataset_denied", "unreachable_field", "ambiguous_field", "wrong_value"},
}
"""The part of a request that a refusal is mostly due to."""

CLUSTERED_DAYS = 40
Rows = list[tuple[str, str | None]]
"""Datasets, each with the field that its days go by."""


class Requests:
    def __init__(self, draw: Draw, world: World, days: list[date]) -> None:
        self.draw, self.world, self.days = draw, world, days
        self.menu = Menu(world)
        self.metrics = list(self.menu.sight.workspace.metrics)
        self.moments = ["at", "paid_at"]

    def one(self) -> tuple[Plain, Viewer]:
        """A request, and who asks it."""
        viewer = self.world.viewers[1 if chance(self.draw, 60) else 0]
        if chance(self.draw, 7):
            request = self.entity_query()
            return request, Viewer() if self.is_listed_by_facts(request["entity"], viewer) else viewer
        beyond = self.beyond() if chance(self.draw, 10) else None
        return self.sound(beyond or self.metric_query(), viewer), viewer

    def sound(self, request: Plain, viewer: Viewer) -> Plain:
        """The request without what it would be refused for; now and then as it is."""
        for _ in range(3):
            codes = Query(self.world, request, viewer).faults()
            dropped = [part for part, causes in CAUSES.items() if codes & causes and part in request]
            if not dropped or chance(self.draw, 15):
                break
            gone = {dropped[0], *(("share_of", "order", "limit") if dropped[0] == "by" else ())}
            request = {key: value for key, value in request.items() if key not in gone}
            if dropped[0] == "period" and not any(time is None for _, time in rows_of(self.menu, *request["metrics"])):
                request["period"] = "all"
        return self.in_its_columns(request)

    def in_its_columns(self, request: Plain) -> Plain:
        """Ordered by nothing but what it still shows."""
        kept = [
            each
            for each in request.get("order", [])
            if each.get("part", "value") == "value" or ("share_of" if each["part"] == "share" else "compare") in request
        ]
        found = {key: value for key, value in request.items() if key != "order"}
        if kept:
            return {**found, "order": kept}
        # What a limit ranks by must be said where there is time among the groups.
        return {key: value for key, value in found.items() if key != "limit" or "order" not in request}

    def is_listed_by_facts(self, entity: str, viewer: Viewer) -> bool:
        """Whether a rule on other rows than those that describe an entity could decide which of them a viewer is shown."""
        role = self.menu.sight.workspace.roles.get(viewer.role or "", {})
        ruled = [self.menu.datasets[name] for name, rule in role.get("datasets", {}).items() if "rows" in rule]
        return any(not dataset.describes(entity) for dataset in ruled)

    def metric_query(self) -> Plain:
        draw = self.draw
        names = self.some_metrics()
        rows = rows_of(self.menu, *names)
        by = [*self.groups(rows), *self.met(names, rows)]
        request: Plain = {"metrics": names, "by": by}
        if chance(draw, 55):
            request["where"] = self.conditions(names, rows).condition()
        request["period"] = self.period(rows, by, self.long(names))
        series = [ref for ref in by if self.is_series(ref, rows)]
        several = isinstance(request["period"], dict) and "of" in request["period"]
        if len(series) < 2 and chance(draw, 30) and (not several or chance(draw, 5)):
            request["compare"] = self.comparison(bool(series), rows)
        if chance(draw, 20) and (chance(draw, 5) or all(has_parts(self.menu.sight, name) for name in names)):
            request["share_of"] = self.share(names, rows, by)
        self.order(request, several)
        if chance(draw, 15):
            request["parameters"] = self.parameters(names)
        return without_none(request)

    def beyond(self) -> Plain | None:
        """A request for statistics over things, or with a window of its own; none where no metric is fit for it."""
        draw = self.draw
        plain = [name for name in self.metrics if set(map(self.kind_of, whole(self.menu.sight, name))) <= PLAIN]
        plain = [name for name in plain if all(time for _, time in rows_of(self.menu, name))]
        if not plain:
            return None
        name = self.of_any_kind(plain)
        rows = rows_of(self.menu, name)
        by: list[Any] = [ref for ref in self.groups(rows) if "." not in ref or ref.count(".") == 1]
        by += self.met([name], rows)
        request: Plain = {"metrics": [name], "by": by}
        extra = self.summed(rows, by) if chance(draw, 60) else self.windowed(name, rows)
        if chance(draw, 50):
            request["where"] = Conditions(
                draw, self.menu, rows, self.days, entities=30, open_days="window" not in extra
            ).condition()
        request["period"] = self.period(rows, by, "window" in extra)
        several = isinstance(request["period"], dict) and "of" in request["period"]
        averaged = extra.get("window", {}).get("average")
        if averaged and several:
            return None
        series = [ref for ref in by if self.is_series(ref, rows)]
        if "window" in extra and not averaged and len(series) < 2 and not several and chance(draw, 25):
            request["compare"] = self.comparison(bool(series), rows)
        self.order(request, several)
        return without_none({**request, **extra})

    def summed(self, rows: Rows, by: list[Any]) -> Plain:
        draw = self.draw
        entities = self.menu.entities(list(dict.fromkeys(dataset for dataset, _ in rows)))
        whose = pick(draw, entities) if entities and chance(draw, 75) else pick(draw, ["date", "week", "month"])
        options = ["mean", "median", "min", "max", {"percentile": 0.25}, {"percentile": 0.9}]
        return {"of_each": {"entity": whose, "statistics": some(draw, options, least=1, most=3)}}

    def windowed(self, name: str, rows: Rows) -> Plain:
        draw = self.draw
        metric = self.menu.sight.workspace.metrics[name]
        own = {field for dataset, _ in rows for field in self.menu.datasets[dataset].fields}
        adds_up = metric.get("agg") in ("sum", "count", "count_distinct") and all(time in own for _, time in rows)
        if adds_up and chance(draw, 40):
            return {"window": {"trailing": 1 + draw(5), "average": True}}
        if chance(draw, 40):
            return {"window": {"to_date": pick(draw, ["month", "quarter", "year", "week"])}}
        return {"window": {"trailing": 1 + draw(4), "unit": pick(draw, ["day", "day", "week", "month"])}}

    def kind_of(self, name: str) -> str:
        return self.menu.sight.workspace.kind(name)

    def some_metrics(self) -> list[str]:
        """One to three metrics; rather often of several facts."""
        draw = self.draw
        first = self.of_any_kind(self.metrics)
        datasets = {dataset for dataset, _ in rows_of(self.menu, first)}
        near = [name for name in self.metrics if {dataset for dataset, _ in rows_of(self.menu, name)} <= datasets]
        far = [name for name in self.metrics if name not in near]
        options = far if far and chance(draw, 75) else near
        return list(dict.fromkeys([first, *(self.of_any_kind(options) for _ in range(pick(draw, [0, 1, 1, 2])))]))

    def of_any_kind(self, names: list[str]) -> str:
        """One of some metrics: each kind as often as any other."""
        kinds = {name: self.kind(name) for name in names}
        kind = pick(self.draw, list(dict.fromkeys(kinds.values())))
        return pick(self.draw, [name for name in names if kinds[name] == kind])

    def kind(self, name: str) -> str:
        """The kind of a metric; of an aggregate, which one."""
        return self.menu.sight.workspace.metrics[name].get("agg") or self.menu.sight.workspace.kind(name)

    def groups(self, rows: Rows) -> list[str]:
        draw = self.draw
        datasets = list(dict.fromkeys(dataset for dataset, _ in rows))
        found: list[str] = []
        if chance(draw, 40 if all(time for _, time in rows) else 3):
            found.append(pick(draw, self.buckets(rows)))
        if chance(draw, 3):
            others = [item.name for dataset in self.menu.datasets for item in self.menu.items(dataset)]
            found.append(pick(draw, others))
        times = {time for _, time in rows}
        # A moment by which some of the metrics go and others do not is a series of neither.
        items = [item for item in groupable(self.menu.shared(datasets)) if item.name not in times or len(times) == 1]
        for _ in range(pick(draw, [0, 1, 1, 1, 2])):
            if items:
                item = pick(draw, items)
                bucketed = item.type in ("date", "time") and chance(draw, 50) and item.name not in [time for _, time in rows]
                found.append(f"{item.name}.{pick(draw, ['month', 'week', 'weekday'])}" if bucketed else item.name)
        return list(dict.fromkeys(found))[:3]

    def met(self, names: list[str], rows: Rows) -> list[Plain]:
        """Two groups by what entities did: at times one such dimension."""
        entities = self.menu.entities(list(dict.fromkeys(dataset for dataset, _ in rows)))
        if not entities or not chance(self.draw, 12):
            return []
        entity = pick(self.draw, entities)
        days = not self.long(names)
        drawn = Conditions(self.draw, self.menu, rows, self.days, open_days=days, counted=False, about=entity)
        parts = [each for each in (drawn.of_entity() for _ in range(1 + self.draw(2))) if each is not None]
        if not parts:
            return []
        condition = {pick(self.draw, ["all", "any"]): parts} if len(parts) > 1 else parts[0]
        return [{"kind": "meets", "entity": entity, "condition": {"not": condition} if chance(self.draw, 25) else condition}]

    def buckets(self, rows: Rows) -> list[str]:
        found = [*SERIES_DRAWN, "weekday", "is_weekend", "fiscal_quarter", "fiscal_year"]
        times = {time for _, time in rows}
        fields = [self.menu.datasets[dataset].fields.get(time or "") for dataset, time in rows]
        if all(field and field["type"] == "time" for field in fields):
            found += ["hour"]
        if len(rows) == 1 and None not in times:
            found.append(f"{rows[0][1]}.month")
        return found

    def is_series(self, ref: Any, rows: Rows) -> bool:
        return is_series(self.menu.sight, read_ref(ref), [Measure(*each) for each in rows])

    def conditions(self, names: list[str], rows: Rows) -> Conditions:
        return Conditions(self.draw, self.menu, rows, self.days, entities=30, open_days=not self.long(names))

    def long(self, names: list[str]) -> bool:
        kinds = [self.menu.sight.workspace.kind(each) for name in names for each in whole(self.menu.sight, name)]
        return any(kind in LONG for kind in kinds)

    def period(self, rows: Rows, by: list[Any], long: bool) -> Any:
        draw = self.draw
        windowed = any(self.menu.datasets[dataset].window and time is None for dataset, time in rows)
        timeless = any(not self.menu.datasets[dataset].window and time is None for dataset, time in rows)
        if timeless and not chance(draw, 5):
            return None
        if windowed and not long and chance(draw, 25):
            return None
        if "date" in by or any(time in by for _, time in rows):
            # Every day of two years is a long table, and teaches nothing more.
            return self.short_period()
        form = pick(draw, ["none"] * 2 + ["all"] * 3 + ["one"] * 6 + ["each"])
        if form == "each":
            return {"of": [closed_period(draw, self.days, whole=not windowed) for _ in range(2 + draw(2))]}
        if form == "none" and not windowed:
            return None
        return "all" if form == "all" and not windowed else closed_period(draw, self.days, whole=not windowed)

    def short_period(self) -> Any:
        first = pick(self.draw, self.days)
        near = [day for day in self.days if 0 <= (day - first).days <= CLUSTERED_DAYS]
        dates = {"start": first.isoformat(), "end": pick(self.draw, near).isoformat()}
        return pick(self.draw, [dates, dates, {"n": 30, "unit": "day"}, {"unit": "month", "offset": pick(self.draw, [0, -1])}])

    def comparison(self, series: bool, rows: Rows) -> Plain:
        draw = self.draw
        windowed = any(time is None for _, time in rows)
        kind = pick(draw, ["previous", "previous", "last_year", *(["period"] if not series or chance(draw, 5) else [])])
        found: Plain = {"kind": kind}
        if kind == "period":
            found["period"] = closed_period(draw, self.days, whole=not windowed)
        elif kind == "previous" and not series and chance(draw, 20):
            found["align"] = "weekday"
        return found

    def share(self, names: list[str], rows: Rows, by: list[Any]) -> Plain:
        where = self.conditions(names, rows).condition(depth=1) if chance(self.draw, 40) else None
        return {"kind": "share", **without_none({"by": some(self.draw, by, most=2), "where": where})}

    def order(self, request: Plain, several: bool) -> None:
        draw, names, by = self.draw, request["metrics"], request["by"]
        if not by or not chance(draw, 50):
            return
        parts = [
            "value",
            *(["previous", "change", "growth"] if request.get("compare") else []),
            *(["share"] if request.get("share_of") else []),
        ]
        names_of = [name_of(read_ref(ref)) for ref in by]
        options = [{"target": name, **({} if part == "value" else {"part": part})} for name in names for part in parts]
        options += [
            {"target": name_of(read_ref(ref))}
            for ref in by
            if (isinstance(ref, dict) or (ref not in self.moments and ref.count(".") < 2))
            and names_of.count(name_of(read_ref(ref))) == 1
        ]
        found = some(draw, options, least=1, most=2)
        request["order"] = [{**each, **({} if chance(draw, 50) else {"descending": False})} for each in found]
        if chance(draw, 75) and not several:
            request["limit"] = 1 + draw(3)

    def parameters(self, names: list[str]) -> Plain | None:
        if not any(
            "fee" in self.menu.sight.workspace.metrics[each].get("derived", "")
            for name in names
            for each in whole(self.menu.sight, name)
        ):
            return None if chance(self.draw, 90) else {"fee": 1}
        return {"fee": pick(self.draw, [0, 0.5, 2])}

    def entity_query(self) -> Plain:
        draw = self.draw
        entities = [each for each in self.menu.sight.workspace.entities if len(self.columns_of(each)) == 1]
        entity = pick(draw, entities)
        drawn = Conditions(draw, self.menu, [], self.days, entities=60, about=entity, counted=False)
        items = self.menu.of_entity(entity)
        key = self.menu.sight.workspace.key_name(entity)
        columns = some(draw, [item.name for item in items if item.bare != key and "." not in item.name], most=3)
        request: Plain = {"kind": "entity_query", "entity": entity, "columns": columns}
        if chance(draw, 80):
            request["where"] = drawn.condition(depth=1)
        # Moments rank by their hours, which are not among what is compared here.
        ordered = [name for name in columns if name not in [item.name for item in items if item.type == "time"]]
        if ordered and chance(draw, 40):
            request["order"] = [{"target": pick(draw, ordered), "descending": chance(draw, 50)}]
            if chance(draw, 50):
                request["limit"] = 1 + draw(3)
        return without_none(request)

    def columns_of(self, entity: str) -> tuple[str, ...]:
        return (
            self.menu.sight.workspace.start_of(entity).keys[entity]
            if any(entity in each.keys for each in self.menu.datasets.values())
            else ()
        )


Case = tuple[Plain, Viewer]


def asked(count: int = 10, renamed: int = 30) -> st.SearchStrategy[tuple[World, list[Case]]]:
    """A world and some requests about it; in some worlds everything has an odd name."""
    return draws().map(lambda draw: some_cases(draw, count, renamed))


def some_cases(draw: Draw, count: int, renamed: int) -> tuple[World, list[Case]]:
    world = a_world(draw)
    drawn = Requests(draw, world, world.days)
    cases = [drawn.one() for _ in range(count)]
    if not chance(draw, renamed):
        return world, cases
    names = renamings(draw, world)
    return names.world(world), [(names.request(request), viewer) for request, viewer in cases]
