"""The engine: read-only, locked, within limits, and silent about values."""

from __future__ import annotations

import threading
import time

import pytest
from conftest import Shop

from semantic_layer.engines.base import CancelToken, Limits
from semantic_layer.errors import DataError

ENDLESS = "SELECT COUNT(*) AS n FROM range(100000000000) AS t(a) WHERE a % 17 = 3 AND a % 13 = 2"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE facts.x (a INT)",
        "DELETE FROM facts.lines",
        "UPDATE facts.lines SET amount = 0",
        "ATTACH '/tmp/other.duckdb' AS other",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY facts.lines TO '/tmp/out.csv'",
        "SET memory_limit = '64GB'",
    ],
)
def test_nothing_is_written_attached_or_read_from_outside(shop: Shop, statement: str) -> None:
    with pytest.raises(DataError):
        shop.engine.run(statement, Limits())
    assert shop.rows(metrics=["sales"]) == [(150.0,)]


def test_an_error_does_not_tell_the_values_that_caused_it(shop: Shop) -> None:
    with pytest.raises(DataError) as caught:
        shop.engine.run("SELECT CAST('a secret value' AS INT)", Limits())
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_statement_is_stopped_after_its_time(shop: Shop) -> None:
    started = time.perf_counter()
    with pytest.raises(DataError) as caught:
        shop.engine.run(ENDLESS, Limits(milliseconds=200))
    assert caught.value.problem.code == "too_slow"
    assert time.perf_counter() - started < 10


def test_the_stop_button_interrupts_the_statement(shop: Shop) -> None:
    cancel = CancelToken()
    threading.Timer(0.2, cancel.cancel).start()
    with pytest.raises(DataError) as caught:
        shop.engine.run(ENDLESS, Limits(milliseconds=60_000), cancel)
    assert caught.value.problem.code == "cancelled"


def test_more_rows_than_allowed_are_cut_and_one_more_tells_it(shop: Shop) -> None:
    assert shop.engine.run("SELECT * FROM range(100) AS t(a) ORDER BY a", Limits(rows=10)).num_rows == 11
