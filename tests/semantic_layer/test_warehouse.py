"""Data versions: immutable, atomic, and loaded again only when something has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Shop

from semantic_layer.data_version import differences
from semantic_layer.errors import DataError
from semantic_layer.warehouse import KEEP, Warehouse


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


def add_line(shop: Shop, text: str) -> None:
    path = shop.folder / "lines.csv"
    path.write_text(path.read_text("utf-8") + text + "\n", "utf-8")


def test_rollback_points_to_the_version_before_and_leaves_the_later_one_on_disk(shop: Shop) -> None:
    add_line(shop, "E,1,1,10,2025-03-02,100")
    newer = shop.warehouse.load()
    was, now = shop.warehouse.rollback()
    assert (was.id, now.id, shop.warehouse.current_id()) == (newer.id, shop.version.id, shop.version.id)
    assert shop.warehouse.versions() == [shop.version.id, newer.id]
    assert differences(was, now) == (
        "table 'lines' has 5 rows, not 6",
        "lines.sold_on runs from 2025-01-05 to 2025-03-01, not from 2025-01-05 to 2025-03-02",
    )


def test_rollback_goes_to_any_version_that_is_kept_forward_too(shop: Shop) -> None:
    shop.warehouse.load(force=True)
    shop.warehouse.load(force=True)
    assert shop.warehouse.rollback("facts_0001").now.id == "facts_0001"
    assert shop.warehouse.rollback("facts_0003").now.id == "facts_0003"
    assert shop.warehouse.current_id() == "facts_0003"


@pytest.mark.parametrize(
    ("to", "code", "what"),
    [
        (None, "no_earlier_version", "no version before 'facts_0001' is kept"),
        ("facts_0007", "no_version", "there is no data version 'facts_0007'"),
        ("facts_0001", "same_version", "'facts_0001' is the current version"),
        ("../facts_0001", "no_version", "there is no data version"),
    ],
)
def test_rollback_says_why_there_is_nothing_to_go_back_to(shop: Shop, to: str | None, code: str, what: str) -> None:
    with pytest.raises(DataError) as caught:
        shop.warehouse.rollback(to)
    assert caught.value.problem.code == code
    assert what in caught.value.problem.what
    assert "facts_0001" in caught.value.problem.fix


def test_nothing_is_rolled_back_where_nothing_is_loaded(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing is loaded"):
        Warehouse(shop.workspace, shop.folder, tmp_path / "empty").rollback()


def test_what_a_rollback_left_is_not_loaded_again_until_its_file_changes(shop: Shop) -> None:
    add_line(shop, "E,1,1,10,2025-03-02,100")
    shop.warehouse.load()
    shop.warehouse.rollback()
    assert shop.warehouse.due() == []
    assert shop.warehouse.load().id == "facts_0001"
    assert set(shop.warehouse.left()) == {"lines"}
    # Another file may be loaded meanwhile; what was left stays left.
    path = shop.folder / "items.csv"
    path.write_text(path.read_text("utf-8") + "3,large,blue\n", "utf-8")
    third = shop.warehouse.load()
    assert (third.tables["items"].rows, third.tables["lines"].rows) == (3, 5)
    assert shop.warehouse.due() == []
    add_line(shop, "F,1,1,10,2025-03-03,100")
    assert [source.name for source in shop.warehouse.due()] == ["lines"]
    assert shop.warehouse.load().tables["lines"].rows == 7
    assert shop.warehouse.left() == {}


def test_what_a_rollback_left_is_loaded_when_it_is_asked_for(shop: Shop) -> None:
    add_line(shop, "E,1,1,10,2025-03-02,100")
    shop.warehouse.load()
    shop.warehouse.rollback()
    assert shop.warehouse.load(force=True).tables["lines"].rows == 6


def test_checks_go_with_their_version(shop: Shop) -> None:
    for _ in range(KEEP + 1):
        shop.warehouse.load(force=True)
    kept = sorted(path.name for path in shop.warehouse.folder.glob("*.checks.json"))
    assert kept == [f"{name}.checks.json" for name in shop.warehouse.versions()]
    was, now = shop.warehouse.rollback()
    assert [check.name for check in now.checks] == [check.name for check in was.checks]
