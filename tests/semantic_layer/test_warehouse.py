"""Data versions: immutable, atomic, and loaded again only when something has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Shop

from semantic_layer.errors import DataError
from semantic_layer.warehouse import KEEP


def test_loading_again_without_a_change_makes_no_new_version(shop: Shop) -> None:
    assert shop.warehouse.load().id == shop.version.id


def test_a_changed_file_makes_a_new_version_and_the_old_one_stays_readable(shop: Shop) -> None:
    path = shop.folder / "lines.csv"
    path.write_text(path.read_text("utf-8") + "E,1,1,10,2025-03-02,100\n", "utf-8")
    assert [source.name for source in shop.warehouse.due()] == ["lines"]
    newer = shop.warehouse.load()
    assert newer.id != shop.version.id
    assert newer.tables["lines"].rows == 6
    assert shop.rows(metrics=["sales"]) == [(150.0,)]


def test_bad_input_ends_the_load_and_changes_nothing(shop: Shop) -> None:
    source = shop.workspace.sources[0].model_copy(update={"types": {"amount": "DATE"}})
    shop.warehouse.workspace = shop.workspace.model_copy(update={"sources": (source, *shop.workspace.sources[1:])})
    with pytest.raises(DataError) as caught:
        shop.warehouse.load()
    assert caught.value.problem.code == "load_failed"
    assert shop.warehouse.current_id() == shop.version.id
    assert not list(shop.warehouse.folder.glob("*.draft*"))


def test_the_engines_own_text_is_not_told_because_it_holds_values(shop: Shop) -> None:
    source = shop.workspace.sources[0].model_copy(update={"types": {"customer_id": "BOOLEAN"}})
    shop.warehouse.workspace = shop.workspace.model_copy(update={"sources": (source, *shop.workspace.sources[1:])})
    with pytest.raises(DataError) as caught:
        shop.warehouse.load()
    assert "99" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_key_that_stands_twice_ends_the_load_without_telling_it(shop: Shop) -> None:
    path = shop.folder / "customers.csv"
    path.write_text(path.read_text("utf-8") + "10,west\n", "utf-8")
    with pytest.raises(DataError, match="customers") as caught:
        shop.warehouse.load()
    assert caught.value.problem.code == "doubled_keys"
    assert "10" not in str(caught.value)
    assert shop.warehouse.current_id() == shop.version.id


def test_a_missing_file_is_named(shop: Shop) -> None:
    (shop.folder / "items.csv").unlink()
    with pytest.raises(DataError, match=r"items\.csv"):
        shop.warehouse.load(force=True)


def test_only_the_last_versions_are_kept(shop: Shop) -> None:
    for _ in range(KEEP + 2):
        shop.warehouse.load(force=True)
    assert len(shop.warehouse.versions()) == KEEP
    assert len(list(Path(shop.warehouse.folder).glob("facts_*.duckdb"))) == KEEP


def test_the_version_knows_which_days_it_covers(shop: Shop) -> None:
    covered = shop.version.covers("lines", "sold_on")
    assert covered is not None
    assert (str(covered.start), str(covered.end)) == ("2025-01-05", "2025-03-01")
