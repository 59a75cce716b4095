"""The star's requests as sidemantic is asked them: another semantic layer, to compare with.

It is under the AGPL and never a dependency: this file is run as a script by a Python that has it, in an environment of its
own, and only statements and times come back. So nothing of this project is imported here. A request that it has no kind of
metric for is left out; where one is asked its own way, `shape` brings its columns and days into those of the answer.
"""

from __future__ import annotations

import importlib
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

RUNS = 30
"""How often a request is compiled again."""


class Query(TypedDict, total=False):
    """What is asked of it.

    Attributes:
        shape: A statement over its statement `{sql}`.
    """

    metrics: list[str]
    dimensions: list[str]
    filters: list[str]
    order_by: list[str]
    limit: int
    shape: str


class Other(NamedTuple):
    """What it made of one request.

    Attributes:
        sql: Its statement; None where it has none, and then `why`.
        cold, warm: Milliseconds of compiling: the first time in a process, and again.
    """

    sql: str | None = None
    why: str = ""
    cold: float = 0.0
    warm: float = 0.0


def others(python: Path) -> dict[str, Other]:
    """Asks it in a process of that Python; an environment without it is said, and nothing is compared."""
    done = subprocess.run([str(python), __file__], capture_output=True, text=True, check=False)  # noqa: S603 - named by the caller
    if done.returncode:
        print(f"sidemantic was not asked: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
        return {}
    return {name: Other(**answer) for name, answer in json.loads(done.stdout).items()}


def _days(field: str, first: str = "2025-01-01", end: str = "2026-01-01") -> list[str]:
    return [f"{field} >= '{first}'", f"{field} < '{end}'"]


ORDERED, STARTED = "orders.ordered_at", "sessions.started_at"

QUERIES: dict[str, Query] = {
    "sales by month": {
        "metrics": ["orders.sales", "orders.orders"],
        "dimensions": ["orders.ordered_at__month"],
        "filters": _days(ORDERED),
        "order_by": ["orders.ordered_at__month"],
    },
    "orders per session by channel": {
        "metrics": ["orders_per_session", "orders.orders", "sessions.sessions"],
        "dimensions": ["channels.channel"],
        "filters": _days(ORDERED) + _days(STARTED),
    },
    "buyers by region": {"metrics": ["orders.buyers"], "dimensions": ["customers.region"], "filters": _days(ORDERED)},
    "ten best customers": {
        "metrics": ["orders.sales", "orders.orders"],
        "dimensions": ["orders.customer_id"],
        "filters": _days(ORDERED),
        "order_by": ["orders.sales DESC"],
        "limit": 10,
    },
    "orders beside sessions by month and level": {
        "metrics": ["orders.sales", "sessions.sessions", "sessions.pages"],
        "dimensions": ["orders.ordered_at__month", "customers.level"],
        "filters": _days(ORDERED) + _days(STARTED),
    },
    # Its windows see no rows but the filtered ones: 27 days more are read, and left out of the rows.
    "rolling 28 days and year to date by day": {
        "metrics": ["sales_28_days", "sales_to_date"],
        "dimensions": ["orders.ordered_at__day"],
        "filters": _days(ORDERED, "2024-12-05"),
        "shape": "SELECT ordered_at__day, sales_28_days, sales_to_date FROM ({sql}) WHERE ordered_at__day >= DATE '2025-01-01'",
    },
    # It gives both quarters as rows of their own, and the change.
    "sales by category, a quarter and the one before": {
        "metrics": ["orders.sales", "change"],
        "dimensions": ["orders.ordered_at__quarter", "products.category"],
        "filters": _days(ORDERED, "2025-07-01"),
        "shape": "SELECT category, sales, sales - change, change, change / (sales - change) FROM ({sql}) "
        "WHERE ordered_at__quarter = DATE '2025-10-01'",
    },
    "own days of two facts, two grains of conditions": {
        "metrics": ["orders.sales_since_summer", "sessions.sessions_in_spring"],
        "dimensions": ["customers.level"],
        "filters": ["channels.is_digital = TRUE", *_days(ORDERED), *_days(STARTED)],
    },
}


def _layer() -> Any:
    """The star as it is told of it. A default time would become a dimension of each answer."""
    layer = importlib.import_module("sidemantic.core.semantic_layer").SemanticLayer()
    it = importlib.import_module("sidemantic")

    def model(name: str, key: str, dimensions: list[Any], metrics: list[Any], *to: str) -> None:
        keys = {each: f"{each[:-1]}_id" for each in to}
        links = [it.Relationship(name=each, type="many_to_one", foreign_key=k, primary_key=k) for each, k in keys.items()]
        table = f"facts.{name}"
        layer.add_model(
            it.Model(name=name, table=table, primary_key=key, relationships=links, dimensions=dimensions, metrics=metrics)
        )

    def moment(name: str) -> Any:
        return it.Dimension(name=name, type="time", granularity="day", sql=name)

    def words(name: str, kind: str = "categorical") -> Any:
        return it.Dimension(name=name, type=kind)

    def metric(name: str, agg: str, sql: str | None = None, *filters: str) -> Any:
        return it.Metric(name=name, agg=agg, sql=sql, filters=list(filters) or None)

    sales = [
        metric("sales", "sum", "amount"),
        metric("orders", "count"),
        metric("buyers", "count_distinct", "customer_id"),
        metric("sales_since_summer", "sum", "amount", "{model}.ordered_at >= '2025-06-01'"),
    ]
    in_spring = ("{model}.started_at >= '2025-03-01'", "{model}.started_at < '2025-06-01'")
    visits = [
        metric("sessions", "count"),
        metric("pages", "sum", "pages"),
        metric("sessions_in_spring", "count", None, *in_spring),
    ]
    model("orders", "order_id", [moment("ordered_at"), words("customer_id")], sales, "customers", "products", "channels")
    model("sessions", "session_id", [moment("started_at")], visits, "customers", "channels")
    model("customers", "customer_id", [words("level"), words("region")], [])
    model("products", "product_id", [words("category")], [])
    model("channels", "channel_id", [words("channel"), words("is_digital", "boolean")], [])
    over = {"numerator": "orders.orders", "denominator": "sessions.sessions"}
    layer.add_metric(it.Metric(name="orders_per_session", type="ratio", **over))
    layer.add_metric(it.Metric(name="sales_28_days", type="cumulative", sql="orders.sales", window="27 days"))
    layer.add_metric(it.Metric(name="sales_to_date", type="cumulative", sql="orders.sales", grain_to_date="year"))
    before = {"base_metric": "orders.sales", "comparison_type": "qoq", "calculation": "difference"}
    layer.add_metric(it.Metric(name="change", type="time_comparison", **before))
    return layer


def _asked(layer: Any, query: Query) -> Other:
    arguments = {name: value for name, value in query.items() if name != "shape"}

    def compiled() -> tuple[str, float]:
        started = time.perf_counter()
        sql = layer.compile(**arguments)
        return sql, (time.perf_counter() - started) * 1000

    try:
        sql, cold = compiled()
    except Exception as error:
        return Other(why=f"{type(error).__name__}")
    warm = statistics.median(compiled()[1] for _ in range(RUNS))
    # The statement ends with a comment, which would take what follows with it.
    return Other(sql=query.get("shape", "{sql}").replace("{sql}", f"{sql}\n"), cold=cold, warm=warm)


def main() -> None:
    layer = _layer()
    json.dump({name: _asked(layer, query)._asdict() for name, query in QUERIES.items()}, sys.stdout)


if __name__ == "__main__":
    main()
