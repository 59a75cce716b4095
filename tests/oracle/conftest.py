"""Tells at the end what the generated cases were about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from oracle.engine import ENGINE
from oracle.summary import pytest_terminal_summary
from oracle.truth.sight import close_connection

__all__ = ["pytest_terminal_summary"]


@pytest.fixture(scope="session", autouse=True)
def engine() -> Iterator[None]:
    yield
    ENGINE.close()
    close_connection()
