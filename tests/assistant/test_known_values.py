"""The words of the data are kept between starts: for one version and one viewer, private, and never taken on trust."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from conftest import Asker

from assistant.known_values import known_values
from semantic_layer.errors import DataError


class NoEngine:
    """An engine that must not be needed."""

    dialect = "duckdb"

    def run(self, sql: str, limits: object, cancel: object = None) -> object:
        raise DataError


def test_they_are_read_again_without_the_engine(demo: Asker, tmp_path: Path) -> None:
    found = known_values(demo.context(), tmp_path / "kept")
    again = demo.context()
    again.engine = NoEngine()  # pyright: ignore[reportAttributeAccessIssue]
    assert known_values(again, tmp_path / "kept") == found
    assert "PASTRY" in found["department"]


def test_only_the_owner_can_read_them(demo: Asker, tmp_path: Path) -> None:
    known_values(demo.context(), tmp_path / "kept")
    files = list((tmp_path / "kept").iterdir())
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "kept", *files)] == [0o700, 0o600]


def test_another_viewer_has_others(demo: Asker, tmp_path: Path) -> None:
    known_values(demo.context(), tmp_path)
    own = known_values(demo.context("store_manager", stores=[]), tmp_path)
    assert not any(own.values())


@pytest.mark.parametrize("text", ["", "[", "[]", "5", '{"department": 5}', "[" * 100_000])
def test_an_unreadable_file_is_ignored(demo: Asker, tmp_path: Path, text: str) -> None:
    found = known_values(demo.context(), tmp_path)
    next(tmp_path.glob("*.json")).write_text(text, "utf-8")
    assert known_values(demo.context(), tmp_path) == found


def test_a_folder_that_cannot_be_written_to_is_no_problem(demo: Asker, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file", "utf-8")
    assert known_values(demo.context(), tmp_path / "kept")["department"]


def test_they_go_with_their_data_version(demo: Asker) -> None:
    folder = demo.runtime.warehouse.kept_folder("facts_0007")
    assert folder.parent == demo.runtime.warehouse.folder
    assert folder.stem not in demo.runtime.warehouse.versions()
