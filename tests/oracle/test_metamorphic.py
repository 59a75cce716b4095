"""What must hold between two answers of the compiler, whatever each of them is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given

from oracle.compare import equal
from oracle.conditions import rows_of
from oracle.drawing import Draw, chance, draws, pick
from oracle.effort import effort
from oracle.engine import Compiled, Found
from oracle.menu import groupable
from oracle.model import Plain, Table, Viewer, World
from oracle.names import Renaming, renamings
from oracle.requests import Requests
from oracle.vocabulary import ZONES
from oracle.workspaces import a_world

ADDITIVE = ("sum", "count")
STILL_ZONES = ["UTC", "Asia/Shanghai", "Asia/Kathmandu"]
"""Zones that do not change their clocks."""

Case = tuple[Plain, Viewer]


class Drawn:
    """A world with some requests that are of use to a law."""

    def __init__(self, draw: Draw, zones: list[str] | None = None) -> None:
        self.draw = draw
        self.world: World = a_world(draw, zones or ZONES)
        self.requests = Requests(draw, self.world, self.world.days)
        self.menu = self.requests.menu

    def request(self, additive: bool = False, groups: int | None = None) -> Case:
        """A request without order and limit; of sums and counts alone, or with a number of groups of their own."""
        request, viewer = self.requests.metric_query(), pick(self.draw, self.world.viewers)
        kept = {key: value for key, value in request.items() if key not in ("order", "limit", "share_of", "compare")}
        if additive:
            kept["metrics"] = [pick(self.draw, self.sums())]
            kept.pop("parameters", None)
            kept.pop("where", None)
            kept.pop("by", None)
        if groups is not None:
            items = [item.name for item in groupable(self.menu.shared(self.datasets(kept)))]
            kept["by"] = list(dict.fromkeys(pick(self.draw, items) for _ in range(groups))) if items else []
        return kept, viewer

    def sums(self) -> list[str]:
        metrics = self.menu.sight.workspace.metrics
        return [name for name, plain in metrics.items() if plain.get("agg") in ADDITIVE]

    def datasets(self, request: Plain) -> list[str]:
        return list(dict.fromkeys(dataset for dataset, _ in rows_of(self.menu, *request["metrics"])))

    def where(self, request: Plain) -> Plain | None:
        return self.requests.conditions(request["metrics"], rows_of(self.menu, *request["metrics"])).condition(depth=1)


def by_group(found: Found, groups: int) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return {row[:groups]: row[groups:] for row in found.rows}


def assert_same(one: Found, other: Found, groups: int = 0) -> None:
    """The same refusal, or the same rows in any order."""
    assert one.code == other.code
    rows, others = by_group(one, groups), by_group(other, groups)
    assert rows.keys() == others.keys()
    for group, figures in rows.items():
        assert all(map(equal, figures, others[group])), f"{group}: {figures} and {others[group]}"


def figures(compiled: Compiled, request: Plain, viewer: Viewer) -> list[tuple[Any, ...]] | None:
    """The rows of a request; None where it is refused."""
    found = compiled.ask(request, viewer)
    return None if found.code else found.rows


def narrowed(request: Plain, where: Any) -> Plain:
    return {**request, "where": {"all": [*([request["where"]] if "where" in request else []), where]}}


@effort(worlds=10)
@given(draws())
def test_the_parts_of_a_sum_add_up_to_the_whole(draw: Draw) -> None:
    drawn = Drawn(draw)
    compiled = Compiled(drawn.world)
    for _ in range(3):
        request, viewer = drawn.request(additive=True, groups=1)
        parts, whole = (figures(compiled, each, viewer) for each in (request, {**request, "by": []}))
        if parts is not None and whole is not None and "of" not in str(request.get("period")):
            assert sum(row[-1] for row in parts if row[-1] is not None) == (whole[0][-1] or 0), request


@effort(worlds=10)
@given(draws())
def test_one_more_group_leaves_the_total_as_it_is(draw: Draw) -> None:
    drawn = Drawn(draw)
    compiled = Compiled(drawn.world)
    for _ in range(3):
        request, viewer = drawn.request(groups=2)
        if isinstance(request.get("period"), dict) and "of" in request["period"]:
            continue
        whole = compiled.ask({**request, "by": []}, viewer)
        for groups in (1, 2):
            totals = compiled.totals({**request, "by": request["by"][:groups]}, viewer)
            if totals is not None:
                assert all(map(roughly, totals, whole.rows[0])), f"{request}: {totals} instead of {whole.rows}"


def roughly(told: Any, exact: Any) -> bool:
    """A figure as an answer tells it is no decimal any more."""
    return equal(told, exact if exact is None or isinstance(exact, int) else float(exact))


@effort(worlds=10)
@given(draws())
def test_the_order_of_filters_does_not_matter(draw: Draw) -> None:
    drawn = Drawn(draw)
    compiled = Compiled(drawn.world)
    for _ in range(3):
        request, viewer = drawn.request()
        parts = [part for part in (drawn.where(request), drawn.where(request)) if part is not None]
        one, other = ({**request, "where": {"all": each}} for each in (parts, parts[::-1]))
        groups = len(request.get("by", [])) + ("of" in str(request.get("period")))
        found = [compiled.ask(each, viewer) for each in (one, other)]
        if None in (found[0].code, found[1].code):
            assert_same(found[0], found[1], groups)


@effort(worlds=10)
@given(draws())
def test_the_order_of_metrics_does_not_matter(draw: Draw) -> None:
    drawn = Drawn(draw)
    compiled = Compiled(drawn.world)
    for _ in range(3):
        request, viewer = drawn.request()
        names = request["metrics"]
        one, other = (compiled.ask({**request, "metrics": each}, viewer) for each in (names, names[::-1]))
        if one.code is None:
            groups = len(one.rows[0]) - len(names) if one.rows else 0
            turned = [(*row[:groups], *row[groups:][::-1]) for row in other.rows]
            assert_same(one, replace(other, rows=turned), groups)


@effort(worlds=10)
@given(draws())
def test_a_condition_and_its_negation_part_the_rows_between_them(draw: Draw) -> None:
    drawn = Drawn(draw)
    compiled = Compiled(drawn.world)
    for _ in range(3):
        request, viewer = drawn.request(additive=True)
        where = drawn.where(request)
        if where is None or "of" in str(request.get("period")):
            continue
        asked = [request, narrowed(request, where), narrowed(request, {"not": where})]
        whole, met, other = (figures(compiled, each, viewer) for each in asked)
        if whole is not None and met is not None and other is not None:
            assert (met[0][-1] or 0) + (other[0][-1] or 0) == (whole[0][-1] or 0), request


@effort(worlds=10)
@given(draws())
def test_other_names_change_nothing(draw: Draw) -> None:
    drawn = Drawn(draw)
    names: Renaming = renamings(draw, drawn.world)
    compiled, renamed = Compiled(drawn.world), Compiled(names.world(drawn.world))
    for _ in range(4):
        request, viewer = drawn.requests.one()
        one, other = compiled.ask(request, viewer), renamed.ask(names.request(request), viewer)
        assert one.code == other.code, request
        assert sorted(map(str, one.rows)) == sorted(map(str, other.rows)), request


SHIFTS = [1, 7, 28, 365, 366]


@effort(worlds=10)
@given(draws())
def test_data_and_period_moved_by_the_same_days_give_the_same_series(draw: Draw) -> None:
    drawn = Drawn(draw, STILL_ZONES)
    days = pick(draw, SHIFTS)
    compiled, moved = Compiled(drawn.world), Compiled(moved_world(drawn.world, days))
    for _ in range(3):
        request, viewer = drawn.request(groups=1)
        if re.search(r"month|quarter|year|half|week", str({**request, "metrics": kinds_in(drawn, request)})):
            continue
        first = pick(draw, drawn.world.days)
        around = (first - timedelta(days=20), first + timedelta(days=20))
        request["period"] = dict(zip(("start", "end"), map(str, around), strict=True))
        if chance(draw, 60) and all(time for _, time in rows_of(drawn.menu, *request["metrics"])):
            request["by"] = ["date", *request["by"]][:2]
        one, other = compiled.ask(request, viewer), moved.ask(moved_dates(request, days), viewer)
        assert_same(replace(one, rows=moved_rows(one.rows, days)), other, len(request["by"]))


def kinds_in(drawn: Drawn, request: Plain) -> list[Plain]:
    """The definitions of the metrics, and of all that their conditions name."""
    metrics = drawn.menu.sight.workspace.metrics
    texts = str(request)
    named = [plain for name, plain in metrics.items() if name in texts]
    return named + [plain for name, plain in metrics.items() if any(name in str(each) for each in named)]


def moved_world(world: World, days: int) -> World:
    by = timedelta(days=days)
    tables = {
        name: Table(
            table.columns,
            [{key: cell + by if isinstance(cell, date | datetime) else cell for key, cell in row.items()} for row in table.rows],
        )
        for name, table in world.tables.items()
    }
    return replace(world, workspace=moved_dates(world.workspace, days), tables=tables, as_of=world.as_of + by)


def moved_dates(value: Any, days: int) -> Any:
    """Every date that is written out, moved."""
    if isinstance(value, dict):
        return {key: moved_dates(each, days) for key, each in value.items()}
    if isinstance(value, list):
        return [moved_dates(each, days) for each in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return (date.fromisoformat(value) + timedelta(days=days)).isoformat()
    return value


def moved_rows(rows: list[tuple[Any, ...]], days: int) -> list[tuple[Any, ...]]:
    return [tuple(moved_dates(cell, days) for cell in row) for row in rows]
