"""A made-up shop whose tables are drawn at random: lines of orders, with items, customers, regions and listings beside them.

The tables live in memory, because a file for each of hundreds of shops would take most of the time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, cached_property
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from semantic_layer.compiler.compile import compile_request
from semantic_layer.compiler.plan import Compiled, Scope
from semantic_layer.data_version import Coverage, DataVersion, TableFacts
from semantic_layer.engines.base import CancelToken, Limits
from semantic_layer.loading.loader import parse_workspace
from semantic_layer.model.policies import Role
from semantic_layer.model.workspace import Workspace
from semantic_layer.policy import Viewer, grant_of
from semantic_layer.requests import REQUEST, MetricQuery
from tools.answer import Answer
from tools.context import Context
from tools.metrics import run

AS_OF = date(2026, 1, 31)
FIRST, LAST = date(2023, 11, 20), date(2025, 4, 10)
"""Every shop has a line that was sold and shipped on each of these days, so that they are the edges of its data."""

WEEK_START_DAYS = {"monday": 0, "saturday": 5, "sunday": 6}

MODEL = """
workspace: {{name: shop, time_zone: {zone}, as_of: 2026-01-31, week_start: {week_start}, default_period: all}}
sources:
  - {{name: lines, file: lines.parquet}}
  - {{name: items, file: items.parquet}}
  - {{name: customers, file: customers.parquet}}
  - {{name: regions, file: regions.parquet}}
  - {{name: listings, file: listings.parquet}}
entities:
  - {{name: order, key: order_id, type: category}}
datasets:
  - name: lines
    grain: [order_id, line]
    entities: {{order: order_id, item: item_id, customer: customer_id, listing: [shop_id, item_id]}}
    time: sold_at
    fields:
      - {{name: sold_at, type: time, expr: "timezone('{zone}', timezone('UTC', sold_utc))"}}
      - {{name: shipped_on, type: date}}
      - {{name: channel}}
      - {{name: gift, type: boolean}}
      - {{name: price, type: decimal}}
  - name: items
    grain: [item_id]
    entities: {{item: item_id}}
    fields: [{{name: family}}, {{name: colour}}]
  - name: customers
    grain: [customer_id]
    entities: {{customer: customer_id, region: region_id}}
    fields: [{{name: city}}, {{name: opened_on, type: date}}]
  - name: regions
    grain: [region_id]
    entities: {{region: region_id}}
    fields: [{{name: country}}]
  - name: listings
    grain: [shop_id, item_id]
    entities: {{listing: [shop_id, item_id], item: item_id}}
    fields: [{{name: tier}}]
parameters:
  - {{name: fee, value: 0.25}}
metrics:
  - {{name: sales, dataset: lines, agg: sum, expr: amount}}
  - {{name: listed, dataset: lines, agg: sum, expr: price}}
  - {{name: lines_sold, dataset: lines, agg: count}}
  - {{name: noted, dataset: lines, agg: count, expr: quantity}}
  - {{name: quantity, dataset: lines, agg: sum, expr: quantity}}
  - {{name: orders, dataset: lines, agg: count_distinct, expr: order_id}}
  - {{name: buyers, dataset: lines, agg: count_distinct, expr: customer_id}}
  - {{name: pairs, dataset: lines, agg: count_distinct, expr: [order_id, line]}}
  - {{name: mean_amount, dataset: lines, agg: mean, expr: amount}}
  - {{name: middle, dataset: lines, agg: median, expr: amount}}
  - {{name: lowest, dataset: lines, agg: min, expr: amount}}
  - {{name: highest, dataset: lines, agg: max, expr: amount}}
  - {{name: large_sales, dataset: lines, agg: sum, expr: amount, where: {{field: family, not: small}}}}
  - {{name: web_buyers, dataset: lines, agg: count_distinct, expr: customer_id, where: {{field: channel, is: web}}}}
  - {{name: shipped, dataset: lines, agg: sum, expr: amount, time: shipped_on}}
  - {{name: basket, ratio: {{numerator: sales, denominator: orders}}}}
  - {{name: small_share, ratio: {{numerator: {{metric: sales, where: {{field: family, is: small}}}}, denominator: sales}}}}
  - {{name: small_net, ratio: {{numerator: {{metric: net, where: {{field: family, is: small}}}}, denominator: net}}}}
  - {{name: net, derived: sales - fee * listed + 2}}
  - {{name: rebate, derived: -(listed - sales) / (listed + sales)}}
  - {{name: shipped_share, derived: shipped / sales}}
roles:
  - {{name: everyone, default: true}}
"""


@cache
def workspace(zone: str, week_start: str) -> Workspace:
    return parse_workspace({"model.yaml": MODEL.format(zone=zone, week_start=week_start)})


TYPES: dict[str, dict[str, pa.DataType]] = {
    "lines": {
        "order_id": pa.string(),
        "line": pa.int64(),
        "item_id": pa.int64(),
        "customer_id": pa.int64(),
        "shop_id": pa.int64(),
        "sold_utc": pa.timestamp("us"),
        "shipped_on": pa.date32(),
        "channel": pa.string(),
        "gift": pa.bool_(),
        "amount": pa.decimal128(12, 2),
        "price": pa.decimal128(12, 2),
        "quantity": pa.int64(),
    },
    "items": {"item_id": pa.int64(), "family": pa.string(), "colour": pa.string()},
    "customers": {"customer_id": pa.int64(), "city": pa.string(), "opened_on": pa.date32(), "region_id": pa.int64()},
    "regions": {"region_id": pa.int64(), "country": pa.string()},
    "listings": {"shop_id": pa.int64(), "item_id": pa.int64(), "tier": pa.string()},
}


class InMemory:
    """An engine on tables in memory; all shops share its one connection, one after the other."""

    dialect = "duckdb"

    def __init__(self) -> None:
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("ATTACH ':memory:' AS facts; SET threads = 1")
        self.holds: Tables | None = None

    def put(self, tables: Tables) -> InMemory:
        if self.holds is not tables:
            for name, columns in TYPES.items():
                rows = tables.frames[name].to_dict("list")
                arrow = pa.table({column: pa.array(rows[column], kind) for column, kind in columns.items()})
                self.connection.register("given", arrow)
                self.connection.execute(f"CREATE OR REPLACE TABLE facts.{name} AS SELECT * FROM given")
                self.connection.unregister("given")
            self.holds = tables
        return self

    def run(self, sql: str, limits: Limits, cancel: CancelToken | None = None) -> pa.Table:
        return self.connection.sql(sql).to_arrow_table()

    def close(self) -> None:
        self.connection.close()
        del self.connection


ENGINE = InMemory()


class Tables:
    """Raw rows, a frame of Python values for each table, and the conventions that they are read by."""

    def __init__(self, frames: dict[str, pd.DataFrame], zone: str, week_start: str) -> None:
        self.frames, self.zone, self.week_start = frames, zone, week_start
        self.covered = _covered(frames["lines"], zone)

    def having(self, **frames: pd.DataFrame) -> Tables:
        """These tables with others in the place of some; the days that the data covers stay."""
        tables = Tables({**self.frames, **frames}, self.zone, self.week_start)
        tables.covered = self.covered
        return tables

    def __repr__(self) -> str:
        told = [f"{name}\n{rows.to_string()}" for name, rows in self.frames.items() if len(rows)]
        return "\n".join([f"{self.zone}, weeks from {self.week_start}", *told])


def _covered(lines: pd.DataFrame, zone: str) -> dict[str, Coverage]:
    """The first and last day of each time, as a load notes them down."""
    local = pd.to_datetime(lines["sold_utc"]).dt.tz_localize("UTC").dt.tz_convert(zone).dt.date
    days = {"sold_at": local, "shipped_on": lines["shipped_on"].dropna()}
    return {name: Coverage(first=found.min(), last=found.max()) for name, found in days.items() if len(found)}


@dataclass(frozen=True)
class Shop:
    """Asks the compiler about some tables, as one viewer."""

    tables: Tables
    role: Role | None = None
    attributes: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def context(self) -> Context:
        model = workspace(self.tables.zone, self.tables.week_start)
        if self.role is not None:
            model = model.model_copy(update={"roles": (*model.roles, self.role)})
        grant = grant_of(Viewer(role=self.role.name if self.role else None, attributes=self.attributes), model)
        known = {name: TableFacts(rows=len(frame), columns={}, fingerprint="") for name, frame in self.tables.frames.items()}
        version = DataVersion(id="facts_0001", loaded_at=datetime.now(UTC), tables=known, coverage={"lines": self.tables.covered})
        return Context(Scope(model, grant, version, AS_OF), ENGINE.put(self.tables))

    def compile(self, request: dict[str, Any]) -> Compiled:
        return compile_request(REQUEST.validate_python({"kind": "metric_query", **request}), self.context.scope)

    def rows(self, request: dict[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of a request as a reader gets them."""
        compiled = self.compile(request)
        ENGINE.put(self.tables)
        return list(self.context.run(compiled, "result").table().rows)

    def answer(self, request: dict[str, Any]) -> Answer:
        """The rows with totals, rest and checks."""
        ENGINE.put(self.tables)
        return run(MetricQuery.model_validate(request), self.context)
