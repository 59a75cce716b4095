"""A refresh that is killed at any moment leaves what was kept before whole, and the next one completes."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable
from pathlib import Path

from conftest import Shop
from refreshing import FEBRUARY, JANUARY, MODEL, PEOPLE, SALES, Keeper, refresh_in_a_process

from semantic_layer.tags import health

KILLS = 30


def test_killed_at_thirty_moments(make_shop: Callable[..., Shop]) -> None:
    keeper = Keeper(make_shop(MODEL, people=PEOPLE, sales=SALES).folder)
    before = keeper.refresh(JANUARY)
    rows, told = keeper.rows(before), health.read(keeper.profiles.file_of(before.id))
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["semantic_layer.loading.loader", "semantic_layer.tags.refresh", "semantic_layer.warehouse"])
    takes = min(_refreshed(keeper.folder, processes, None) for _ in range(2))
    chance = random.Random(20250228)
    left_behind = 0
    for _ in range(KILLS):
        _refreshed(keeper.folder, processes, takes * chance.random())
        left_behind += any(keeper.profiles.folder.glob("*.draft*"))
        versions = keeper.profiles.versions()
        assert versions[0] == before
        assert keeper.rows(before) == rows
        assert health.read(keeper.profiles.file_of(before.id)) == told
        for each in versions[1:]:  # one that was done before it was killed is whole as well
            assert set(keeper.rows(each)) == {"a", "b", "c"}
            assert set(health.read(keeper.profiles.file_of(each.id))) == set(each.tags)
    assert left_behind > KILLS / 4  # most were killed in the middle, and not before or after
    made = keeper.refresh(FEBRUARY)
    assert set(keeper.rows(made)) == {"a", "b", "c"}
    names = {path.name for path in keeper.profiles.folder.iterdir()}
    assert names == {".lock", "versions.json", *(f"{each.id}.duckdb" for each in keeper.profiles.versions())}


def _refreshed(folder: Path, processes: multiprocessing.context.ForkServerContext, after: float | None) -> float:
    """Runs a refresh in a process of its own and kills it after so many seconds; how long it took."""
    here, there = processes.Pipe(duplex=False)
    process = processes.Process(target=refresh_in_a_process, args=(str(folder), FEBRUARY, there))
    process.start()
    try:
        assert here.recv() == "begins"
        started = time.perf_counter()
        if after is None:
            assert here.recv() == "done"
        else:
            time.sleep(after)
        return time.perf_counter() - started
    finally:
        if after is not None:
            process.kill()
        process.join()
        here.close()
        there.close()
