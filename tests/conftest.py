"""What tests share: the demo and the tea shop, each loaded once into a folder of the tests' own, and small shops made to order."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.agent import Agent
from assistant.reply import Reply
from assistant.runtime import Runtime
from assistant.session import Session
from assistant.settings import Settings
from semantic_layer.compiler.compile import compile_request
from semantic_layer.compiler.plan import Compiled, Scope
from semantic_layer.engines.base import Limits
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.loading.loader import parse_workspace
from semantic_layer.policy import Viewer, grant_of
from semantic_layer.requests import REQUEST
from semantic_layer.warehouse import Warehouse
from tools.context import Context

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "workspaces"))


def everything(reply: Reply) -> str:
    """All that a reply says, as one text; its timings aside, whose digits mean nothing."""
    return json.dumps({**reply.contract("1"), "timings_ms": {}}, ensure_ascii=False)


@dataclass
class Asker:
    """Asks one workspace the way users do."""

    runtime: Runtime
    agent: Agent

    def session(self, role: str | None = None, **attributes: Any) -> Session:
        return Session(self.runtime, self.agent, Viewer(role=role, attributes=attributes))

    def ask(self, *questions: str, role: str | None = None, **attributes: Any) -> Reply:
        """Asks the questions in one conversation; the reply to the last one."""

        async def talk() -> Reply:
            session = self.session(role, **attributes)
            for question in questions[:-1]:
                await session.reply(question)
            return await session.reply(questions[-1])

        return asyncio.run(talk())

    def context(self, role: str | None = None, **attributes: Any) -> Context:
        return self.runtime.context(self.runtime.scope(Viewer(role=role, attributes=attributes)))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("huaxiang")


@pytest.fixture(scope="session")
def settings(home: Path) -> Settings:
    return Settings(home=home, model="")


@pytest.fixture(scope="session")
def agent() -> Agent:
    return Agent()


@pytest.fixture(scope="session")
def demo(settings: Settings, agent: Agent) -> Asker:
    runtime = Runtime("complete_journey", settings)
    runtime.warehouse.load()
    return Asker(runtime, agent)


@pytest.fixture(scope="session")
def tea(settings: Settings, agent: Agent, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    from generate import generate

    folder = tmp_path_factory.mktemp("workspaces") / "teahouse"
    shutil.copytree(HERE / "workspaces" / "teahouse", folder)
    generate(folder / "data")
    runtime = Runtime(str(folder), settings)
    runtime.warehouse.load()
    return Asker(runtime, agent)


@pytest.fixture(scope="session")
def web_shop(settings: Settings, agent: Agent) -> Asker:
    """The shipped workspace of generated data: its script is run into the tests' own folder."""
    runtime = Runtime("shop_events", settings)
    runtime.warehouse.load()
    return Asker(runtime, agent)


class Shop:
    """A small workspace with rows that can be added up by eye.

    Args:
        files: YAML texts by name.
        tables: CSV texts by name; `sources` are made from them.
    """

    def __init__(self, folder: Path, model: str, tables: dict[str, str], as_of: date = date(2025, 3, 31)) -> None:
        self.folder, self.as_of = folder, as_of
        folder.mkdir(parents=True, exist_ok=True)
        sources = "sources:\n" + "".join(f"  - {{name: {name}, file: {name}.csv}}\n" for name in tables)
        for name, text in tables.items():
            rows = [",".join(cell.strip() for cell in line.split(",")) for line in text.strip().splitlines()]
            (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", "utf-8")
        texts = {"sources.yaml": sources, "model.yaml": model}
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
        self.workspace = parse_workspace(texts)
        self.warehouse = Warehouse(self.workspace, folder, folder / "versions")
        self.version = self.warehouse.load()
        self.engine = DuckDBEngine(self.warehouse.file_of(self.version.id))

    def scope(self, role: str | None = None, **attributes: Any) -> Scope:
        grant = grant_of(Viewer(role=role, attributes=attributes), self.workspace)
        return Scope(self.workspace, grant, self.version, self.as_of)

    def compile(self, role: str | None = None, attributes: dict[str, Any] | None = None, **request: Any) -> Compiled:
        typed = REQUEST.validate_python({"kind": "metric_query", **request})
        return compile_request(typed, self.scope(role, **(attributes or {})))

    def rows(self, role: str | None = None, attributes: dict[str, Any] | None = None, **request: Any) -> list[tuple[Any, ...]]:
        """The visible rows of a request, as JSON cells."""
        context = self.context(role, attributes)
        compiled = self.compile(role, attributes, **request)
        return list(context.run(compiled, "result").table().rows)

    def context(self, role: str | None = None, attributes: dict[str, Any] | None = None) -> Context:
        return Context(self.scope(role, **(attributes or {})), self.engine, Limits())


@pytest.fixture
def make_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    made: list[Shop] = []

    def make(model: str, **tables: str) -> Shop:
        shop = Shop(tmp_path / f"shop{len(made)}", model, tables)
        made.append(shop)
        return shop

    yield make
    for shop in made:
        shop.engine.close()


SHOP = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-03-31, default_period: all, key_metrics: [sales]}
datasets:
  - name: lines
    grain: [order_id, line]
    entities: {order: order_id, item: item_id, customer: customer_id}
    time: sold_on
    fields:
      - {name: sold_on, type: date}
  - name: items
    grain: [item_id]
    entities: {item: item_id}
    fields: [{name: family}, {name: colour}]
  - name: customers
    grain: [customer_id]
    entities: {customer: customer_id}
    fields: [{name: city}]
metrics:
  - {name: sales, dataset: lines, agg: sum, expr: amount}
  - {name: orders, dataset: lines, agg: count_distinct, expr: order_id}
  - {name: buyers, dataset: lines, agg: count_distinct, expr: customer_id}
  - {name: aov, ratio: {numerator: sales, denominator: orders}}
  - {name: big_sales, dataset: lines, agg: sum, expr: amount, where: {field: family, not: small}}
roles:
  - {name: everyone, default: true}
  - name: citizen
    datasets: {customers: {}, lines: {rows: {field: customer.city, in: {attribute: cities}}}}
    hide: [customer_id]
"""


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """Five lines of four orders; one line has an item that nobody described, one a customer that nobody described."""
    return make_shop(
        SHOP,
        lines="""
            order_id,line,item_id,customer_id,sold_on,amount
            A,1,1,10,2025-01-05,10
            A,2,2,10,2025-01-05,20
            B,1,1,11,2025-02-10,30
            C,1,9,10,2025-02-20,40
            D,1,2,99,2025-03-01,50
        """,
        items="""
            item_id,family,colour
            1,small,red
            2,large,
        """,
        customers="""
            customer_id,city
            10,north
            11,south
        """,
    )
