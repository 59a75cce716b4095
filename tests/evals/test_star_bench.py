"""The star's bench at a size that is loaded in a moment: rows are compared, times are not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.bench.star import Result, Turns, line, measured, summary
from evals.bench.star_data import Size, Star, opened
from evals.bench.star_requests import Asked, load_requests, same
from evals.bench.star_sidemantic import QUERIES, Other
from semantic_layer.engines.base import Limits

TINY = Size(orders=20_000, sessions=8_000, customers=2_000)
REQUESTS = {each.name: each for each in load_requests()}


@pytest.fixture(scope="module")
def star(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Star]:
    with opened(tmp_path_factory.mktemp("star"), TINY, threads=1) as star:
        yield star


@pytest.mark.parametrize("asked", REQUESTS.values(), ids=list(REQUESTS))
def test_a_request_gives_the_rows_of_the_statement_by_hand(star: Star, asked: Asked) -> None:
    result = measured(asked, star, Limits(), rounds=1)
    assert result.right
    assert result.name in line(result, beside=False)


def test_the_star_has_rows_that_nobody_describes(star: Star) -> None:
    for missing in ("customer_id IS NULL", *(f"{key} NOT IN (SELECT {key} FROM facts.{table})" for table, key in KEYS.items())):
        [(count,)] = star.engine.run(f"SELECT COUNT(*) FROM facts.orders WHERE {missing}", Limits()).values
        assert count > 0, missing


KEYS = {"customers": "customer_id", "products": "product_id", "channels": "channel_id"}


def test_rows_are_the_same_for_the_same_size(tmp_path: Path, star: Star) -> None:
    sums = "SELECT SUM(hash(o)) FROM facts.orders AS o UNION ALL SELECT SUM(hash(s)) FROM facts.sessions AS s"
    with opened(tmp_path, TINY, threads=2) as again:
        assert again.engine.run(sums, Limits()).values == star.engine.run(sums, Limits()).values


def test_a_statement_with_other_rows_is_told(star: Star) -> None:
    asked = REQUESTS["buyers by region"]
    inner = asked.model_copy(update={"sql": asked.sql.replace("LEFT JOIN", "JOIN")})
    result = measured(inner, star, Limits(), rounds=1)
    assert result.right is False
    assert "rows differ" in line(result, beside=False)
    assert "0 of 1: missed" in summary([result], beside=False)[0]


def test_a_statement_that_was_stopped_counts_with_the_time_it_was_given() -> None:
    turns = Turns(by_hand=[10.0, 12.0, 10.0], again=[10.0, 10.0, 10.0])
    result = Result("slow", 1.0, 1.0, 1.0, None, turns, stopped_at=1000)
    assert (result.ratio, result.slow) == (100.0, True)
    assert "≥100.00" in line(result, beside=False)


def test_another_layer_is_held_to_the_same_rows(star: Star) -> None:
    asked = REQUESTS["buyers by region"]
    shuffled = Other(sql=f"FROM ({asked.sql}) ORDER BY buyers")
    assert measured(asked, star, Limits(), 1, shuffled).other_right
    result = measured(asked, star, Limits(), 1, Other(sql=asked.sql.replace("LEFT JOIN", "JOIN")))
    assert result.other_right is False
    assert "other rows" in line(result, beside=True)
    assert "AmbiguousPath" in line(measured(asked, star, Limits(), 1, Other(why="AmbiguousPath")), beside=True)


def test_what_another_layer_is_asked_are_requests_of_the_star() -> None:
    assert set(QUERIES) <= set(REQUESTS)


def test_unknown_and_null_are_one_where_order_does_not_matter() -> None:
    assert same([("b", 2), ("Unknown", 1)], [(None, 1.0), ("b", 2)], ordered=False)
    assert not same([("b", 2), ("Unknown", 1)], [(None, 1.0), ("b", 2)])
