"""The bench of a refresh measures what it says, on a star so small that its times mean nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.bench.refresh import DAY, Figures, Refreshed, Spent, _laid_out, facts_of, measured, report
from evals.bench.star_data import Size, opened
from semantic_layer.tags.definitions import definitions
from semantic_layer.tags.refresh import Facts, refresh
from semantic_layer.tags.store import Profiles

TINY = Size(orders=4_000, sessions=2_000, customers=500)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("star")
    with opened(folder, TINY, threads=1):
        return next(folder.glob("star_*"))


@pytest.fixture(scope="module")
def facts(files: Path) -> Iterator[Facts]:
    with opened(files.parent, TINY, threads=1) as star:
        yield facts_of(files, star.scope.version, threads=1)


def test_thirty_tags_are_refreshed(facts: Facts) -> None:
    known = definitions(facts.scope(DAY))
    assert (len(known.hashes), known.left_out) == (30, {})


def test_laid_out_by_customer_it_is_the_same_data(facts: Facts, files: Path, tmp_path: Path) -> None:
    other = facts_of(files, facts.version, 1, _laid_out(files, facts.version, 1))
    made = [refresh(each, Profiles(tmp_path / name), DAY) for name, each in {"time": facts, "customer": other}.items()]
    assert made[0].members == made[1].members
    assert made[0].members["customer"] > 100


def test_everything_is_measured(facts: Facts, files: Path) -> None:
    found = measured(facts, files, rounds=1)
    for spent in (found.whole.spent, found.following.spent, found.statement, found.each, found.group, found.scan):
        assert spent.clock > 0
    assert found.whole.peak > 0.05


def test_targets_go_by_the_processors_time() -> None:
    took = Refreshed(Spent(clock=100, cpu=10), peak=1.5)
    figures = Figures(took, Spent(9, 9), Spent(60, 60), Spent(2, 2), Spent(1, 1), Refreshed(Spent(5, 5), 1.5))
    told = report("as it comes", figures)[-4:]
    assert [line.rsplit(": ", 1)[1] for line in told] == ["met", "met", "met", "missed"]
    assert told[0].strip().startswith("5.00 of the GROUP BY")
