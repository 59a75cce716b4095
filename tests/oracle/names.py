"""Other names for everything in a world: words of SQL, quotes, spaces, Chinese. What is asked and answered stays the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import sqlglot
from sqlglot import exp

from oracle.drawing import Draw, shuffled
from oracle.model import Plain, Table, World
from oracle.truth.days import ROUND, SERIES
from oracle.truth.workspace import Workspace, listed

DEFINED = (
    *("select", "from", "where", "group", "order", "table", "join", "user", "desc", "all", "case", "when", "end", "left", "on"),
    *("value", "index", "limit", "having", "union", "distinct", "interval", "row", "count", "sum", "min", "filter", "window"),
    *("over", "values", "key", "primary", "natural", "cross", "lateral", "using", "with", "asked", "buckets", "earlier", "whole"),
    *("period", "share", "previous", "change", "growth", "total", "first_day", "facts", "given", "Amount", "A", "b", "_x", "x1"),
    *("lines", "orders", "sales", "customer", "customers", "city", "name", "type", "time", "at", "day", "rank", "position"),
)
"""Names of definitions: letters, digits and underscores alone are allowed."""

STORED = (
    *("select", "Order", "group by", "客户 编号", "金额", 'a "quoted" one', "it's", "x.y", "100%", "a;b", "--", "ünï cødé"),
    *("value", "count", "sum", "date", "month", " lead", "trail ", "(x)", "*", "A", "asked", "buckets", "period", "from", "0"),
    *(
        "lines",
        "row",
        "rowid_",
        "amount",
        "qty",
        "facts",
        "where",
        "end",
        "at",
        "day",
        "key",
        "name",
        "time",
        "?",
        "$1",
        ":x",
        "{}",
    ),
)
"""Names of columns, as they are stored."""


@dataclass(frozen=True)
class Renaming:
    """New names of definitions and of columns."""

    defined: dict[str, str]
    stored: dict[str, str]

    def world(self, world: World) -> World:
        tables = {
            self.defined[name]: Table(
                {self.stored[column]: kind for column, kind in table.columns.items()},
                [{self.stored[column]: cell for column, cell in row.items()} for row in table.rows],
            )
            for name, table in world.tables.items()
        }
        return replace(world, workspace=_Workspace(self, world).renamed(), tables=tables)

    def request(self, request: Plain) -> Plain:
        """A request in its short spelling."""
        found = dict(request)
        for key in ("metrics", "by", "columns"):
            if key in found:
                found[key] = [self.ref(each) for each in found[key]]
        if "where" in found:
            found["where"] = self.condition(found["where"])
        if "entity" in found:
            found["entity"] = self.defined[found["entity"]]
        if "of_each" in found:
            found["of_each"] = {**found["of_each"], "entity": self.ref(found["of_each"]["entity"])}
        if "share_of" in found:
            share = found["share_of"]
            kept = {"by": [self.ref(each) for each in share.get("by", [])]}
            found["share_of"] = {**share, **kept, **({"where": self.condition(share["where"])} if "where" in share else {})}
        if "order" in found:
            found["order"] = [{**each, "target": self.target(each["target"])} for each in found["order"]]
        if "parameters" in found:
            found["parameters"] = {self.defined[name]: value for name, value in found["parameters"].items()}
        return found

    def ref(self, name: Any) -> Any:
        if isinstance(name, dict):
            return {**name, "entity": self.ref(name["entity"]), "condition": self.condition(name["condition"])}
        return ".".join(part if part in (*SERIES, *ROUND) else self.defined.get(part, part) for part in name.split("."))

    def target(self, column: str) -> str:
        """A column of a result: `paid_at_month` is made of a field and a grain."""
        field, _, grain = column.rpartition("_")
        if column not in self.defined and field in self.defined and grain in (*SERIES, *ROUND):
            return f"{self.defined[field]}_{grain}"
        return self.defined.get(column, column)

    def condition(self, condition: Any) -> Any:
        if isinstance(condition, list):
            return [self.condition(each) for each in condition]
        if not isinstance(condition, dict):
            return condition
        found: Plain = {}
        for key, value in condition.items():
            if key in ("field", "metric", "of", "did", "entity", "dataset"):
                found[key] = self.ref(value)
            elif key == "after":
                found[key] = value if value == "first" else self.ref(value)
            elif (
                key in ("all", "any", "where")
                or (key == "not" and set(condition) == {"not"})
                or (isinstance(value, dict) and key != "period")
            ):
                found[key] = self.condition(value)
            else:
                found[key] = value
        return found

    def scalar(self, text: str) -> str:
        """An expression over columns."""
        return _rewritten(text, self.stored)

    def formula(self, text: str) -> str:
        """An expression over metrics and parameters."""
        return _rewritten(text, self.defined)


def _rewritten(text: str, names: dict[str, str]) -> str:
    tree = sqlglot.parse_one(text, dialect="duckdb")
    for column in tree.find_all(exp.Column):
        column.set("this", exp.to_identifier(names[column.name], quoted=True))
    return tree.sql("duckdb")


class _Workspace:
    def __init__(self, names: Renaming, world: World) -> None:
        self.names, self.plain, self.known = names, world.workspace, Workspace(world.workspace)
        self.world = world

    def renamed(self) -> Plain:
        names = self.names
        found = dict(self.plain)
        found["sources"] = [{**each, "name": names.defined[each["name"]]} for each in self.plain["sources"]]
        found["entities"] = [self.entity(each) for each in self.known.entities.values()]
        found["datasets"] = [self.dataset(each) for each in self.plain["datasets"]]
        found["metrics"] = [self.metric(each) for each in self.plain.get("metrics", [])]
        found["parameters"] = [{**each, "name": names.defined[each["name"]]} for each in self.plain.get("parameters", [])]
        found["roles"] = [self.role(each) for each in self.plain.get("roles", [])]
        return found

    def entity(self, plain: Plain) -> Plain:
        found = {
            **plain,
            "name": self.names.defined[plain["name"]],
            "key": self.names.defined[self.known.key_name(plain["name"])],
        }
        return {**found, "count": self.names.defined[plain["count"]]} if "count" in plain else found

    def dataset(self, plain: Plain) -> Plain:
        names = self.names
        found = {**plain, "name": names.defined[plain["name"]], "fields": [self.field(plain, each) for each in plain["fields"]]}
        found["entities"] = {
            names.defined[entity]: self.columns(columns) for entity, columns in plain.get("entities", {}).items()
        }
        if "grain" in plain:
            found["grain"] = self.columns(plain["grain"])
        if "time" in plain:
            found["time"] = names.defined[plain["time"]]
        if "window" in plain:
            found["window"] = {side: names.ref(field) for side, field in plain["window"].items()}
        if "derived" in plain:
            found["derived"] = self.select(plain["derived"])
        if "routes" in plain:
            found["routes"] = {names.defined[dataset]: names.defined[entity] for dataset, entity in plain["routes"].items()}
        return found

    def columns(self, columns: Any) -> Any:
        if isinstance(columns, str):
            return self.names.stored[columns]
        return [self.names.stored[each] for each in columns]

    def field(self, dataset: Plain, plain: Plain) -> Plain:
        quoted = exp.to_identifier(self.names.stored.get(plain["name"], plain["name"]), quoted=True).sql("duckdb")
        text = self.names.scalar(plain["expr"]) if "expr" in plain else quoted
        found = {**plain, "name": self.names.defined[plain["name"]], "expr": text}
        return {**found, "same_as": self.names.ref(plain["same_as"])} if "same_as" in plain else found

    def select(self, text: str) -> str:
        """A derived dataset's SELECT. It reads columns, and fields that are computed; both become columns of its own."""
        tree = sqlglot.parse_one(text, dialect="duckdb")
        tables = {table.alias_or_name: table.name for table in tree.find_all(exp.Table)}
        stored = {name: self.world.tables[self.known.datasets[table].source].columns for name, table in tables.items()}
        for projection in list(tree.expressions):
            name = projection.alias_or_name
            bare = projection.this if isinstance(projection, exp.Alias) else projection
            projection.replace(exp.alias_(bare.copy(), self.names.stored[name], quoted=True))
        for column in tree.find_all(exp.Column):
            is_stored = column.name in stored[column.table or next(iter(tables))]
            names = self.names.stored if is_stored else self.names.defined
            column.set("this", exp.to_identifier(names[column.name], quoted=True))
            if column.table and tables[column.table] == column.table:
                column.set("table", exp.to_identifier(self.names.defined[column.table], quoted=True))
        for table in tree.find_all(exp.Table):
            table.set("this", exp.to_identifier(self.names.defined[table.name], quoted=True))
        return tree.sql("duckdb")

    def metric(self, plain: Plain) -> Plain:
        names = self.names
        found = {**plain, "name": names.defined[plain["name"]]}
        if "dataset" in plain:
            found["dataset"] = names.defined[plain["dataset"]]
        if "expr" in plain:
            texts = [names.scalar(each) for each in listed(plain["expr"])]
            found["expr"] = texts if len(texts) > 1 else texts[0]
        if "where" in plain:
            found["where"] = names.condition(plain["where"])
        if "time" in plain:
            found["time"] = names.defined[plain["time"]]
        if "derived" in plain:
            found["derived"] = names.formula(plain["derived"])
        for kind in ("ratio", "cumulative", "semi_additive", "repeat", "new_entities", "retention", "conversion"):
            if kind in plain:
                found[kind] = {key: self.part(key, value) for key, value in plain[kind].items()}
        return found

    def part(self, key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {**value, "metric": self.names.defined[value["metric"]], "where": self.names.condition(value["where"])}
        if key == "expr":
            return self.names.scalar(value)
        return self.names.defined.get(value, value) if key in PARTS else value

    def role(self, plain: Plain) -> Plain:
        names = self.names
        found = dict(plain)
        if "hide" in plain:
            found["hide"] = [names.defined[each] for each in plain["hide"]]
        if "datasets" in plain:
            found["datasets"] = {names.defined[name]: self.rule(rule) for name, rule in plain["datasets"].items()}
        return found

    def rule(self, plain: Plain) -> Plain:
        found = dict(plain)
        if "rows" in plain:
            found["rows"] = self.names.condition(plain["rows"])
        if "hide" in plain:
            found["hide"] = [self.names.defined[each] for each in plain["hide"]]
        return found


PARTS = ("numerator", "denominator", "metric", "dataset", "entity", "base", "then")
"""Keys of a metric's definition whose values are names."""


def renamings(draw: Draw, world: World) -> Renaming:
    """A random new name for each definition and each column of a world."""
    known = Workspace(world.workspace)
    fields = [name for dataset in known.datasets.values() for name in dataset.fields]
    keys = [known.key_name(entity) for entity in known.entities]
    defined = [*known.datasets, *known.entities, *keys, *fields, *known.metrics, *known.parameters]
    stored = [column for table in world.tables.values() for column in table.columns]
    extra = [
        column
        for dataset in world.workspace["datasets"]
        if "derived" in dataset
        for column in ("amount", "qty", "way", "at", "day")
    ]
    definitions = _drawn(draw, defined, DEFINED, "defined")
    # A SELECT over a dataset cannot tell a field from a column of the same name.
    taken = {name.lower() for name in definitions.values()} if extra else set[str]()
    columns = tuple(name for name in STORED if name.lower() not in taken)
    return Renaming(definitions, _drawn(draw, [*stored, *extra], columns, "stored"))


def _drawn(draw: Draw, old: Iterable[str], new: tuple[str, ...], prefix: str) -> dict[str, str]:
    """Names are told apart whatever their case."""
    olds = list(dict.fromkeys(old))
    drawn = shuffled(draw, new)
    news = list({each.lower(): each for each in drawn}.values())
    news += [f"{prefix}_{number}" for number in range(len(olds) - len(news))]
    return dict(zip(olds, news, strict=False))
