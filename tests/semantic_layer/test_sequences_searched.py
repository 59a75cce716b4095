"""Steps in an order over random rows: the SQL finds those whom a search of every way there is finds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from conftest import Shop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semantic_layer.compiler.compile import compile_request
from semantic_layer.requests import REQUEST

AS_OF = date(2025, 1, 7)
MODEL = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-01-07, default_period: all}
datasets:
  - {name: clicks, entities: {one: one}, time: done_at, fields: [{name: done_at, type: time}, {name: what}]}
  - {name: buys, entities: {one: one}, time: done_at, fields: [{name: done_at, type: date}, {name: what}]}
  - {name: visits, entities: {one: one}, time: done_at, fields: [{name: done_at, type: time}, {name: what}]}
  - {name: everyone, grain: [one], entities: {one: one}}
entities: [{name: one, key: one, count: ones}]
metrics: [{name: ones, dataset: everyone, agg: count}]
"""
MOMENTS = {"clicks": True, "buys": False, "visits": True}


class Row(NamedTuple):
    one: int
    dataset: str
    at: datetime
    what: str

    @property
    def moment(self) -> datetime | None:
        return self.at if MOMENTS[self.dataset] else None


SETS = st.sampled_from(["clicks", "clicks", "buys", "buys", "visits"])
ROWS = st.lists(
    st.tuples(st.integers(1, 4), SETS, st.integers(0, 8), st.sampled_from([0, 9, 9, 12]), st.sampled_from("ab")),
    min_size=6,
    max_size=24,
)
STEP = st.tuples(SETS, st.sampled_from([None, "a", "b"]), st.sampled_from([1, 1, 1, 2, 3]))
ASKED = st.tuples(st.lists(STEP, min_size=2, max_size=3), st.sampled_from([None, 1, 2, 4]), st.booleans())


def later(row: Row, than: Row) -> bool:
    """As the format says: moments tell, days of one dataset differ, else the same day counts."""
    if row.moment is not None and than.moment is not None:
        return row.moment > than.moment
    if row.dataset == than.dataset:
        return row.at.date() > than.at.date()
    return row.at.date() >= than.at.date()


def surely_later(row: Row, than: Row) -> bool:
    """An absent row must be known to come later."""
    if row.moment is not None and than.moment is not None:
        return row.moment > than.moment
    return row.at.date() > than.at.date()


def when(row: Row) -> datetime:
    return row.at


def ways(rows: list[Row], steps: list[tuple[str, str | None, int]], exact: bool) -> Iterator[tuple[Row, ...]]:
    """All ways to do steps: the first row of the first step, then the last row of each.

    Args:
        exact: A step takes the earliest rows that it can.
    """

    def go(number: int, first: Row | None, ends: tuple[Row, ...]) -> Iterator[tuple[Row, ...]]:
        if number == len(steps):
            assert first is not None
            yield (first, *ends)
            return
        dataset, what, times = steps[number]
        matching = [row for row in rows if row.dataset == dataset and what in (None, row.what)]
        matching = [row for row in matching if all(later(row, end) for end in ends)]
        for chosen in combinations(matching, times):
            end = max(chosen, key=when)
            earlier = [row for row in matching if row.at < end.at]
            if exact and number and len(earlier) >= times:
                continue
            begin = first or min(chosen, key=when)
            yield from go(number + 1, begin, (*ends, end))

    yield from go(0, None, ())


def searched(rows: list[Row], steps: list[tuple[str, str | None, int]], within: int | None, absent: bool) -> bool | None:
    """Whether one did the steps; None where it is not known yet."""
    if not absent:
        found = ways(rows, steps, exact=False)
        return any(within is None or (way[-1].at.date() - way[0].at.date()).days <= within for way in found)
    assert within is not None
    dataset, what, times = steps[-1]
    told: set[bool | None] = {False}
    for _, *ends in ways(rows, steps[:-1], exact=True):
        over = ends[-1].at.date() + timedelta(days=within)
        after = [row for row in rows if row.dataset == dataset and what in (None, row.what) and row.at.date() <= over]
        same = [row for row in after if surely_later(row, ends[-1]) and all(later(row, end) for end in ends)]
        if len(same) < times:
            told.add(True if over <= AS_OF else None)
    return True if True in told else None if None in told else False


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    nothing = "one,done_at,what\n1,2025-01-01,a"
    folder: Path = tmp_path_factory.mktemp("searched")
    return Shop(folder, MODEL, {**dict.fromkeys(MOMENTS, nothing), "everyone": "one\n1"}, AS_OF)


def table_of(rows: list[Row], dataset: str) -> str:
    kind = "TIMESTAMP" if MOMENTS[dataset] else "DATE"
    own = [f"({row.one}, {kind} '{row.at if MOMENTS[dataset] else row.at.date()}', '{row.what}')" for row in rows]
    nobody = f"(NULL, {kind} '2025-01-01', 'a')"
    return f"SELECT * FROM (VALUES {', '.join([*own, nobody])}) AS made(one, done_at, what)"


def asked_of(steps: list[tuple[str, str | None, int]], within: int | None, absent: bool) -> dict[str, Any]:
    made: list[dict[str, Any]] = [
        {"dataset": dataset, "times": times, **({"where": {"field": "what", "is": what}} if what else {})}
        for dataset, what, times in steps
    ]
    made[-1]["absent"] = absent
    return {"steps": made, "within_days": within}


@settings(
    max_examples=800 if os.environ.get("HUAXIANG_SOAK") else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=ROWS, asked=st.lists(ASKED, min_size=8, max_size=12))
def test_the_steps_are_found_where_there_is_a_way(shop: Shop, drawn: list[Any], asked: list[Any]) -> None:
    rows = [
        Row(one, dataset, datetime(2025, 1, 1 + days, hour if MOMENTS[dataset] else 0), what)
        for one, dataset, days, hour, what in drawn
    ]
    with duckdb.connect(":memory:") as connection:
        connection.execute("ATTACH ':memory:' AS facts")
        for dataset in MOMENTS:
            connection.execute(
                f"CREATE TABLE facts.{dataset} AS {table_of([row for row in rows if row.dataset == dataset], dataset)}"
            )
        connection.execute("CREATE TABLE facts.everyone AS SELECT * FROM range(1, 6) AS made(one)")
        tags: list[dict[str, Any]] = []
        for number, (steps, days, absent) in enumerate(asked):
            tag = {"kind": "sequence", "name": f"done_{number}", "entity": "one", "type": "boolean"}
            tags.append({**tag, "sequence": asked_of(steps, days or 2 if absent else days, absent)})
        workspace = type(shop.workspace).model_validate(shop.workspace.model_dump() | {"tags": tags})
        columns = [{"kind": "tag", "name": tag["name"]} for tag in tags]
        request = REQUEST.validate_python({"kind": "entity_query", "entity": "one", "columns": columns})
        compiled = compile_request(request, replace(shop.scope(), workspace=workspace))
        found = connection.execute(compiled.sql("duckdb")).fetchall()
    known = [row for row in rows if row.at.date() <= AS_OF]
    for one, *told in found:
        own = [row for row in known if row.one == one]
        assert told == [searched(own, steps, days or 2 if absent else days, absent) for steps, days, absent in asked], one
    assert len(found) == 5
