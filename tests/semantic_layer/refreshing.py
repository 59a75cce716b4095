"""A small shop whose profiles are kept, and a refresh of it that can run in a process of its own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb

from semantic_layer.loading.loader import parse_workspace
from semantic_layer.tags.refresh import Facts, refresh
from semantic_layer.tags.store import Profiles, ProfileVersion
from semantic_layer.warehouse import Warehouse

MODEL = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-02-28, default_period: all}
entities:
  - {name: member, key: member_id, type: category, count: buyers}
datasets:
  - {name: people, grain: [member_id], entities: {member: member_id}, fields: [{name: city}]}
  - name: sales
    entities: {member: member_id}
    time: day
    fields: [{name: day, type: date}, {name: kind}]
metrics:
  - {name: spent, dataset: sales, agg: sum, expr: amount}
  - {name: buyers, dataset: sales, agg: count_distinct, expr: member_id}
tags:
  - {name: town, entity: member, refresh: monthly, attribute: member.city}
  - {name: spent_30d, entity: member, type: decimal, measure: {metric: spent, window: {days: 30}}}
  - {name: last_kind, entity: member, refresh: weekly, occurrence: {dataset: sales, take: last, give: kind}}
  - {name: big, entity: member, rules: [{value: true, when: {tag: spent_30d, at_least: 40}}, {value: false}]}
segments:
  - {name: big_north, entity: member, rule: [{tag: big, is: true}, {tag: town, is: north}]}
"""
# as of         January 31            February 28 (the 30 days begin on January 30)
# member  city  30 days  big  kind    30 days  big  kind
#   a     north   50     yes  good       5     no   cheap
#   b     -       20     no   cheap      0     no   cheap
#   c     south   (nobody knows c yet)  60     yes  good
PEOPLE = """
member_id,city
a,north
c,south
"""
SALES = """
member_id,day,kind,amount
a,2025-01-10,good,50
b,2025-01-20,cheap,20
c,2025-02-20,good,60
a,2025-02-25,cheap,5
"""
JANUARY, FEBRUARY = date(2025, 1, 31), date(2025, 2, 28)


class Keeper:
    """The kept profiles of a workspace in a folder, whose data is loaded into `versions`."""

    def __init__(self, folder: Path) -> None:
        texts = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.yaml"))}
        self.folder, self.workspace = folder, parse_workspace(texts)
        self.warehouse = Warehouse(self.workspace, folder, folder / "versions")
        self.profiles = Profiles(folder / "versions" / "profiles")

    def facts(self) -> Facts:
        version = self.warehouse.load()
        return Facts(self.workspace, version, self.warehouse.file_of(version.id), self.warehouse.files_beside(), threads=1)

    def refresh(self, as_of: date, names: Collection[str] | None = None) -> ProfileVersion:
        return refresh(self.facts(), self.profiles, as_of, names)

    def rows(self, version: ProfileVersion, entity: str = "member") -> dict[Any, dict[str, Any]]:
        """The kept values by key."""
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"ATTACH '{self.profiles.file_of(version.id)}' AS kept (READ_ONLY)")
            found = connection.execute(f'FROM kept."{entity}"')
            names = [column[0] for column in found.description or ()]
            return {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in found.fetchall()}


def refresh_in_a_process(folder: str, day: date, ready: Connection) -> None:
    """Says when it begins, since starting a process takes longer than a refresh of a small shop."""
    keeper = Keeper(Path(folder))
    facts = keeper.facts()
    ready.send("begins")
    refresh(facts, keeper.profiles, day)
    ready.send("done")
