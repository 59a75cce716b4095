"""Random worlds: facts and what describes them, metrics of every kind, roles, and tables full of trouble."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from oracle.drawing import Draw, chance, draws, pick, some, without_none
from oracle.model import Cells, Kind, Plain, Table, World
from oracle.vocabulary import CLUSTERS, HOURS, KINDS, MONEY, TYPES, VALUES, WEEK_STARTS, WHOLE, ZONES

DESCRIBING: dict[str, tuple[str, list[str], list[str]]] = {
    "customers": ("customer", ["customer_id"], ["city", "vip", "opened_on", "score"]),
    "items": ("item", ["item_id"], ["family", "colour"]),
    "shops": ("shop", ["shop_id"], ["town"]),
    "regions": ("region", ["region_id"], ["country"]),
    "listings": ("listing", ["shop_id", "item_id"], ["shelf"]),
    "cards": ("customer", ["customer_id"], ["level"]),
    "campaigns": ("campaign", ["campaign_id"], ["topic", "starts_on", "ends_on"]),
}
"""Datasets that describe an entity: its name, its key, and their fields."""

KEY_OF = {"customer": ["customer_id"], "item": ["item_id"], "shop": ["shop_id"], "region": ["region_id"]} | {
    "listing": ["shop_id", "item_id"],
    "campaign": ["campaign_id"],
    "order": ["order_id"],
    "device": ["device_id"],
    "bill": ["bill_id"],
    "ship": ["ship_id"],
}
FACTS = ["orders", "lines", "visits", "returns"]
OWN_FIELDS = ["channel", "way", "gift", "ref_no", "price"]
CLOCKS = ["date", "date", "moment", "utc", "utc", "window", "window of another", "none"]


@dataclass
class Draft:
    """A world in the making."""

    draw: Draw
    days: list[date]
    zone: str
    datasets: list[Plain] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)

    def dataset(self, name: str) -> Plain:
        return next(each for each in self.datasets if each["name"] == name)

    def table(self, name: str, columns: dict[str, Kind], rows: list[Cells]) -> None:
        self.tables[name] = Table(columns, rows)

    def value(self, column: str, null: int = 15) -> Any:
        """A value of a column, or none."""
        if chance(self.draw, null):
            return None
        return pick(self.draw, self.values(column))

    def values(self, column: str) -> list[Any]:
        if column in VALUES:
            return VALUES[column]
        match KINDS[column]:
            case "date":
                return self.days
            case "moment":
                return [datetime.fromisoformat(f"{day}T{hour}") for day in self.days for hour in HOURS]
            case "money":
                return MONEY
        return WHOLE

    def rows(self, columns: list[str], most: int) -> list[Cells]:
        """Some rows, one of them perhaps twice; now and then none at all."""
        least = min(3, most)
        count = 0 if chance(self.draw, 10) else least + self.draw(most - least + 1)
        found = [{column: self.value(column) for column in columns} for _ in range(count)]
        return [*found, dict(found[0])] if found and chance(self.draw, 40) else found


def worlds(zones: list[str] = ZONES) -> st.SearchStrategy[World]:
    return draws().map(lambda draw: a_world(draw, zones))


def a_world(draw: Draw, zones: list[str] = ZONES) -> World:
    days = pick(draw, CLUSTERS)
    draft = Draft(draw, days, pick(draw, zones))
    describing = some(draw, list(DESCRIBING), most=4)
    roles = "regions" in describing and chance(draw, 50)
    for name in describing:
        add_describing(draft, name, describing, roles)
    described = [DESCRIBING[name][0] for name in describing] + (["bill", "ship"] if roles else [])
    for name in FACTS[: pick(draw, [1, 2, 2, 3, 3, 4])]:
        add_fact(draft, name, described)
    if chance(draw, 30):
        add_derived(draft)
    share_fields(draft)
    as_of = pick(draw, [max(days), max(days), max(days) + timedelta(days=40), sorted(days)[-3]])
    settings = {
        "name": "world",
        "time_zone": draft.zone,
        "as_of": as_of.isoformat(),
        "week_start": pick(draw, WEEK_STARTS),
        "default_period": pick(draw, ["all", "all", {"unit": "year"}, {"n": 90, "unit": "day"}, {"unit": "month", "offset": -1}]),
    }
    if chance(draw, 50):
        settings["fiscal_year_start"] = 1 + draw(12)
    workspace = without_none(
        {
            "workspace": settings,
            "sources": [{"name": name, "file": f"{name}.parquet"} for name in draft.tables],
            "entities": declared(draft),
            "datasets": draft.datasets,
        }
    )
    world = World(workspace, draft.tables, as_of, days=days)
    from oracle.metrics import add_metrics
    from oracle.roles import add_roles

    add_metrics(draw, world, draft.days)
    add_roles(draw, world)
    return world


def declared(draft: Draft) -> list[Plain]:
    """Entities whose keys are texts must say so, and so must those whose keys are not called as where they are described."""
    found: list[Plain] = []
    for entity in dict.fromkeys(entity for dataset in draft.datasets for entity in dataset.get("entities", {})):
        columns = KEY_OF[entity]
        if KINDS[columns[0]] == "text":
            found.append({"name": entity, "key": columns[0], "type": "category"})
        elif entity in ("bill", "ship") or (len(columns) == 1 and chance(draft.draw, 30)):
            found.append({"name": entity, "key": columns[0]})
    return found


def add_describing(draft: Draft, name: str, describing: list[str], roles: bool) -> None:
    """A dataset that describes an entity: some of its keys, each once."""
    entity, key, fields = DESCRIBING[name]
    parents = [
        parent for parent in PARENTS.get(name, []) if DESCRIBING[parent][0] in [DESCRIBING[each][0] for each in describing]
    ]
    parents = [parent for parent in parents if chance(draft.draw, 70)]
    columns = [*key, *[DESCRIBING[parent][1][0] for parent in parents if DESCRIBING[parent][1][0] not in key], *fields]
    described: dict[tuple[Any, ...], Cells] = {}
    for row in draft.rows(columns, most=8):
        if None not in (values := tuple(row[column] for column in key)):
            described[values] = row
    draft.table(name, {column: KINDS[column] for column in columns}, list(described.values()))
    entities: Plain = {entity: _short(key), **{DESCRIBING[parent][0]: DESCRIBING[parent][1][0] for parent in parents}}
    if name == "regions" and roles:
        entities |= {"bill": "region_id", "ship": "region_id"}
    draft.datasets.append({"name": name, "grain": key, "entities": entities, "fields": [field_of(each) for each in fields]})


PARENTS = {"customers": ["regions", "shops"], "shops": ["regions"], "listings": ["items", "shops"], "cards": ["regions"]}
"""What the keys of a describing dataset lead on to."""


def _short(columns: list[str]) -> Any:
    return columns[0] if len(columns) == 1 else columns


def field_of(column: str, **more: Any) -> Plain:
    kind = TYPES[KINDS[column]]
    if column == "score":
        kind = "count"
    return {"name": column, **({} if kind == "category" else {"type": kind}), **more}


def add_fact(draft: Draft, name: str, described: list[str]) -> None:
    """A dataset of what happened, with some of the keys, fields and times that there may be."""
    draw = draft.draw
    first = not any(each["name"] in FACTS for each in draft.datasets)
    clock = pick(draw, CLOCKS if not first else ["date", "moment", "utc"])
    if clock == "window of another" and "campaign" not in described:
        clock = "date"
    pool = [*dict.fromkeys(described), "device"]
    entities = some(draw, pool, least=min(2, len(pool)), most=5)
    home = name == "orders" and chance(draw, 60)
    if name == "orders" or chance(draw, 50):
        entities.append("order")
    if clock == "window of another" and "campaign" not in entities:
        entities.append("campaign")
    own = some(draw, OWN_FIELDS, least=1, most=3)
    second = pick(draw, ["noted_on", "paid_at", None])
    times = {"date": ["day"], "moment": ["at"], "utc": ["at_utc"], "window": ["starts_on", "ends_on"]}.get(clock, [])
    keys = list(dict.fromkeys(column for entity in entities for column in KEY_OF[entity]))
    columns = list(dict.fromkeys([*keys, *times, *([second] if second else []), *own, "price", "amount", "qty"]))
    rows = draft.rows(columns, most=14)
    if home:
        rows = list({row["order_id"]: row for row in rows if row["order_id"] is not None}.values())
    draft.table(name, {column: KINDS[column] for column in columns}, rows)
    fields = [*_time_fields(draft, clock), *([field_of(second)] if second else []), *(_own_field(draw, each) for each in own)]
    dataset = without_none(
        {
            "name": name,
            "grain": ["order_id"] if home else None,
            "entities": {entity: _short(KEY_OF[entity]) for entity in entities},
            "time": _time_of(clock),
            "window": _window_of(clock),
            "fields": fields,
        }
    )
    if {"bill", "ship"} <= set(entities) and chance(draw, 60):
        dataset["routes"] = {"regions": pick(draw, ["bill", "ship"])}
    draft.datasets.append(dataset)


def _time_of(clock: str) -> str | None:
    return {"date": "day", "moment": "at", "utc": "at"}.get(clock)


def _window_of(clock: str) -> Plain | None:
    if clock == "window":
        return {"start": "starts_on", "end": "ends_on"}
    return {"start": "campaign.starts_on", "end": "campaign.ends_on"} if clock == "window of another" else None


def _time_fields(draft: Draft, clock: str) -> list[Plain]:
    match clock:
        case "utc":
            zoned = f"timezone('{draft.zone}', timezone('UTC', at_utc))"
            return [{"name": "at", "type": "time", "expr": zoned}]
        case "window":
            return [field_of("starts_on"), field_of("ends_on")]
        case "none" | "window of another":
            return []
    return [field_of(_time_of(clock) or "")]


def _own_field(draw: Draw, name: str) -> Plain:
    """A field of the fact's own; some are computed, and then not what the column of that name holds."""
    if name == "channel" and chance(draw, 25):
        return field_of(name, expr="upper(channel)")
    if name == "price" and chance(draw, 25):
        return field_of(name, expr="price * 2 - 0.5")
    if name == "gift" and chance(draw, 25):
        return field_of(name, expr="coalesce(gift, amount > 0)")
    return field_of(name)


def add_derived(draft: Draft) -> None:
    """A dataset that is a SELECT over one or two others: filtered, grouped or joined."""
    draw = draft.draw
    facts = [each for each in draft.datasets if each["name"] in FACTS and each.get("time")]
    fact = pick(draw, facts)
    name, time = fact["name"], fact["time"]
    stored = draft.tables[name].columns
    kept = [entity for entity, columns in fact["entities"].items() if isinstance(columns, str) and columns in stored]
    kept = some(draw, kept, least=1, most=2)
    keys = [fact["entities"][entity] for entity in kept]
    joinable = [
        (entity, other)
        for other in draft.datasets
        for entity, columns in other.get("entities", {}).items()
        if other.get("grain") == [columns] and fact["entities"].get(entity) == columns and other["name"] != name
    ]
    form = pick(draw, ["filter", "group", *(["join", "join"] if joinable else [])])
    fields = [next(field for field in fact["fields"] if field["name"] == time)]
    fields = [{key: value for key, value in fields[0].items() if key != "expr"}]
    # `at` is a word of SQL.
    clock = f'"{time}"'
    listed = ", ".join([*keys, clock])
    match form:
        case "filter":
            select = f"SELECT {listed}, amount, qty FROM {name} WHERE amount > 0 OR qty IS NULL"
        case "group":
            select = f"SELECT {listed}, sum(amount) AS amount, count(*) AS qty FROM {name} GROUP BY {listed}"
        case _:
            entity, other = pick(draw, joinable)
            key, extra = fact["entities"][entity], other["fields"][0]["name"]
            own = ", ".join(f"{name}.{column}" for column in [*keys, clock, "amount", "qty"])
            select = f"SELECT {own}, other.{extra} AS way FROM {name} JOIN {other['name']} AS other ON other.{key} = {name}.{key}"
            if KINDS[extra] == "text":
                fields.append({"name": "way"})
    draft.datasets.append(
        {"name": "digest", "derived": select, "entities": dict(zip(kept, keys, strict=True)), "time": time, "fields": fields}
    )


def share_fields(draft: Draft) -> None:
    """A field that two facts have apart may be declared the same."""
    facts = [each for each in draft.datasets if each["name"] in (*FACTS, "digest")]
    for place, fact in enumerate(facts):
        for each in fact["fields"]:
            twin = next((other["name"] for other in facts[:place] if each["name"] in [f["name"] for f in other["fields"]]), None)
            if twin and each["name"] in OWN_FIELDS and chance(draft.draw, 50):
                each["same_as"] = f"{twin}.{each['name']}"
