"""Kept profiles: what a refresh keeps equals what is asked, versions and schedules, and health by hand."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from conftest import Shop
from hypothesis import given, settings
from hypothesis import strategies as st
from refreshing import FEBRUARY, JANUARY, MODEL, PEOPLE, SALES, Keeper
from test_profiles import LETTERS, known
from test_profiles import MODEL as EVERY_KIND
from test_profiles import PEOPLE as PEOPLE_OF_EVERY_KIND
from test_profiles import SALES as SALES_OF_EVERY_KIND

from semantic_layer.errors import DataError, RequestError
from semantic_layer.tags import health, refresh
from semantic_layer.tags.drift import Bin, drift_of, stability_index
from semantic_layer.tags.refresh import day_of
from semantic_layer.tags.schedule import plan
from semantic_layer.tags.store import Profiles, ProfileVersion, kept, latest

MakeShop = Callable[..., Shop]


@pytest.fixture
def keeper(make_shop: MakeShop) -> Keeper:
    return Keeper(make_shop(MODEL, people=PEOPLE, sales=SALES).folder)


def test_a_refresh_keeps_every_tag_and_segment_as_of_a_day(keeper: Keeper) -> None:
    made = keeper.refresh(FEBRUARY)
    a = {"town": "north", "spent_30d": 5, "last_kind": "cheap", "big": False, "big_north": False}
    b = {"town": None, "spent_30d": 0, "last_kind": "cheap", "big": False, "big_north": False}
    c = {"town": "south", "spent_30d": 60, "last_kind": "good", "big": True, "big_north": False}
    assert keeper.rows(made) == {"a": a, "b": b, "c": c}
    assert (made.as_of, made.data, made.members) == (FEBRUARY, "facts_0001", {"member": 3})


def test_as_of_an_earlier_day_nobody_is_there_who_came_later(keeper: Keeper) -> None:
    rows = keeper.rows(keeper.refresh(JANUARY))
    assert {key: row["spent_30d"] for key, row in rows.items()} == {"a": 50, "b": 20}


def test_what_is_kept_is_what_a_question_is_answered_with(make_shop: MakeShop) -> None:
    shop = make_shop(EVERY_KIND, people=PEOPLE_OF_EVERY_KIND, sales=SALES_OF_EVERY_KIND, letters=LETTERS)
    keeper = Keeper(shop.folder)
    rows = keeper.rows(keeper.refresh(date(2025, 3, 31)))
    for tag in shop.workspace.tags:
        assert {key: row[tag.name] for key, row in rows.items()} == known(shop, tag.name), tag.name


def test_a_file_of_profiles_holds_no_facts(keeper: Keeper) -> None:
    made = keeper.refresh(FEBRUARY)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{keeper.profiles.file_of(made.id)}' AS kept (READ_ONLY)")
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'kept'").fetchall()
    assert sorted(name for (name,) in tables) == ["bins", "member", "tags"]


# ---- later rows -----------------------------------------------------------------------------------------------------------

LATER = st.lists(
    st.tuples(st.sampled_from("abcdz"), st.integers(1, 400), st.sampled_from(["good", "cheap", "odd"]), st.integers(0, 999)),
    min_size=1,
    max_size=8,
)
DAY = date(2025, 3, 31)


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Keeper:
    """A shop with every kind of tag, a year after the day."""
    tables = {"people": PEOPLE_OF_EVERY_KIND, "sales": SALES_OF_EVERY_KIND, "letters": LETTERS}
    model = EVERY_KIND.replace("as_of: 2025-03-31", "as_of: 2026-05-31")
    shop = Shop(tmp_path_factory.mktemp("every_kind") / "shop", model, tables)
    shop.engine.close()
    keeper = Keeper(shop.folder)
    keeper.refresh(DAY)
    return keeper


@settings(max_examples=20, deadline=None)
@given(later=LATER)
def test_no_later_row_changes_a_tag(every_kind: Keeper, later: list[tuple[str, int, str, int]]) -> None:
    facts = every_kind.facts()
    before = every_kind.rows(every_kind.profiles.versions()[0])
    more = facts.file.with_name("later.duckdb")
    shutil.copyfile(facts.file, more)
    with duckdb.connect(str(more)) as connection:
        for member, days, kind, amount in later:
            day = DAY + timedelta(days)
            connection.execute(
                "INSERT INTO sales (member_id, day, kind, amount) VALUES (?, ?, ?, ?)", [member, day, kind, amount]
            )
            connection.execute("INSERT INTO letters (member_id, sent_on) VALUES (?, ?)", [member, day])
    again = Keeper(every_kind.folder)
    again.profiles = Profiles(every_kind.folder / "again")
    after = refresh.refresh(replace(facts, file=more), again.profiles, DAY)
    assert again.rows(after) == before


def test_a_day_to_come_and_a_day_before_the_data_are_refused(keeper: Keeper) -> None:
    with pytest.raises(RequestError, match="nothing is known yet as of 2025-03-01"):
        day_of(date(2025, 3, 1), FEBRUARY)
    with pytest.raises(RequestError, match="the data begins on 2025-01-10"):
        keeper.refresh(date(2024, 12, 31))


# ---- versions -------------------------------------------------------------------------------------------------------------


def test_versions_stand_side_by_side_and_of_one_day_the_last_counts(keeper: Keeper) -> None:
    for day in (FEBRUARY, JANUARY, FEBRUARY):
        keeper.refresh(day)
    versions = keeper.profiles.versions()
    assert [(each.id, each.as_of) for each in versions] == [
        ("profiles_0001", FEBRUARY),
        ("profiles_0002", JANUARY),
        ("profiles_0003", FEBRUARY),
    ]
    found = [latest(versions, "big", day) for day in (FEBRUARY, date(2025, 2, 1), date(2025, 1, 30))]
    assert [each.id if each else None for each in found] == ["profiles_0003", "profiles_0002", None]


def version(number: int, as_of: date, *tags: str) -> ProfileVersion:
    made = {"data": "facts_0001", "made_at": "2025-01-01T00:00:00Z", "seconds": 1, "definitions": ""}
    return ProfileVersion.model_validate(
        {"id": f"profiles_{number:04d}", "as_of": as_of, "tags": dict.fromkeys(tags, ""), **made}
    )


def test_of_one_day_two_versions_of_each_tag_stay() -> None:
    found = kept([version(1, JANUARY, "a", "b"), version(2, JANUARY, "a"), version(3, JANUARY, "a"), version(4, JANUARY, "a")])
    assert [each.number for each in found] == [1, 3, 4]  # the first is the only one that has b


def test_of_earlier_months_the_last_day_stays() -> None:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(120)]
    found = [each.as_of for each in kept([version(number, day, "a") for number, day in enumerate(days, start=1)])]
    assert found[0] == date(2024, 1, 30)  # 90 days are left from January 31 on
    assert len(found) == 91
    assert found[-1] == days[-1]


def test_a_refresh_that_fails_changes_nothing(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    before = keeper.refresh(JANUARY)
    there = sorted(path.name for path in keeper.profiles.folder.iterdir())

    def full(*_: Any) -> None:
        raise duckdb.IOException("no space left: the engine's text holds values")

    monkeypatch.setattr(refresh, "write", full)
    with pytest.raises(DataError, match="the profiles cannot be written") as failed:
        keeper.refresh(FEBRUARY)
    assert "values" not in str(failed.value)
    assert sorted(path.name for path in keeper.profiles.folder.iterdir()) == there
    assert keeper.profiles.versions() == (before,)


def test_a_file_without_an_entry_never_counts_and_goes_with_the_next_refresh(keeper: Keeper) -> None:
    """What is left where a refresh was stopped between the file and the index."""
    keeper.refresh(JANUARY)
    stray = [keeper.profiles.file_of("profiles_0002"), keeper.profiles.draft_of("profiles_0003")]
    for path in stray:
        path.write_text("half a file")
    keeper.profiles.engine_folder("profiles_0003").mkdir()
    assert [each.id for each in keeper.profiles.versions()] == ["profiles_0001"]
    assert keeper.refresh(FEBRUARY).id == "profiles_0002"
    assert sorted(path.name for path in keeper.profiles.folder.glob("p*")) == ["profiles_0001.duckdb", "profiles_0002.duckdb"]


def test_what_cannot_be_computed_is_left_out_with_why(make_shop: MakeShop) -> None:
    more = "  - {name: invited, entity: member, list: guests}\n"
    keeper = Keeper(make_shop(MODEL.replace("segments:", more + "segments:"), people=PEOPLE, sales=SALES).folder)
    made = keeper.refresh(FEBRUARY)
    assert made.left_out == {"invited": "the list 'guests' is not imported"}
    assert "invited" not in made.tags


# ---- what is due ----------------------------------------------------------------------------------------------------------


def due(keeper: Keeper, day: date) -> dict[str, str]:
    return {each.tag: each.why for each in plan(keeper.facts().scope(day), keeper.profiles.versions()).due}


def test_everything_is_due_at_first_and_nothing_after_a_refresh(keeper: Keeper) -> None:
    assert set(due(keeper, JANUARY).values()) == {"never"}
    keeper.refresh(JANUARY)
    assert due(keeper, JANUARY) == {}


def test_each_tag_is_due_by_its_own_schedule(keeper: Keeper) -> None:
    """January 31 is a Friday: the week is over on Monday, February 3, the month on February 1."""
    keeper.refresh(JANUARY)
    daily = {"spent_30d": "time", "big": "time", "big_north": "time"}
    assert due(keeper, date(2025, 2, 1)) == {**daily, "town": "time"}
    assert due(keeper, date(2025, 2, 3)) == {**daily, "town": "time", "last_kind": "time"}
    keeper.refresh(date(2025, 2, 3), ["town", *daily])
    assert due(keeper, date(2025, 2, 4)) == {**daily, "last_kind": "time"}
    waiting = plan(keeper.facts().scope(date(2025, 2, 4)), keeper.profiles.versions()).waiting
    assert [(each.tag, each.last, each.next) for each in waiting] == [("town", date(2025, 2, 3), date(2025, 3, 1))]


def test_an_entity_says_it_for_all_its_tags(make_shop: MakeShop) -> None:
    monthly = MODEL.replace("count: buyers}", "count: buyers, refresh: monthly}")
    keeper = Keeper(make_shop(monthly, people=PEOPLE, sales=SALES).folder)
    keeper.refresh(date(2025, 2, 3))
    assert due(keeper, date(2025, 2, 27)) == {"last_kind": "time"}  # weekly, as it says itself


def test_what_is_defined_otherwise_is_due(keeper: Keeper) -> None:
    keeper.refresh(JANUARY)
    model = keeper.folder / "model.yaml"
    model.write_text(MODEL.replace("at_least: 40", "at_least: 45").replace("{name: town,", "{name: town, label: {en: Town},"))
    assert due(Keeper(keeper.folder), JANUARY) == {"big": "definition", "big_north": "definition"}  # words change nothing


def test_new_data_of_the_same_day_makes_daily_tags_due(keeper: Keeper) -> None:
    keeper.refresh(JANUARY)
    (keeper.folder / "sales.csv").write_text(SALES.strip() + "\nb,2025-01-21,good,100\n")
    assert due(Keeper(keeper.folder), JANUARY) == {"spent_30d": "data", "big": "data", "big_north": "data"}


# ---- health ---------------------------------------------------------------------------------------------------------------


def test_coverage_and_changes_by_hand(keeper: Keeper) -> None:
    keeper.refresh(JANUARY)
    found = health.read(keeper.profiles.file_of(keeper.refresh(FEBRUARY).id))
    counts = {name: (each.members, each.known, each.changed, each.entered, each.left) for name, each in found.items()}
    assert counts == {
        "town": (3, 2, 0, None, None),
        "spent_30d": (3, 3, 2, None, None),  # a 50 -> 5, b 20 -> 0; c was not there
        "last_kind": (3, 3, 1, None, None),  # a
        "big": (3, 3, 1, 1, 1),  # c came in, a went out
        "big_north": (3, 3, 1, 0, 1),  # a went out
    }
    assert found["town"].coverage == 2 / 3
    assert {(each.since, each.since_as_of, each.redefined) for each in found.values()} == {("profiles_0001", JANUARY, False)}


def test_spreads_by_hand(keeper: Keeper) -> None:
    found = health.read(keeper.profiles.file_of(keeper.refresh(FEBRUARY).id))
    shown = {name: [(one.kind, one.value, one.members) for one in each.bins] for name, each in found.items()}
    assert shown["town"] == [("value", "north", 1), ("value", "south", 1), ("others", None, 0), ("unknown", None, 1)]
    assert shown["big"] == [("value", "false", 2), ("value", "true", 1), ("others", None, 0), ("unknown", None, 0)]
    assert [value for _, value, _ in shown["spent_30d"]] == ["0", "5", "60", None, None]


def test_drift_by_hand(keeper: Keeper) -> None:
    """Big is no of 1 and yes of 1 before, no of 2 and yes of 1 now; four bins with half a member more each: 4 and 5 in all."""
    keeper.refresh(JANUARY)
    found = health.read(keeper.profiles.file_of(keeper.refresh(FEBRUARY).id))
    no, yes, empty = (1.5 / 4, 2.5 / 5), (1.5 / 4, 1.5 / 5), (0.5 / 4, 0.5 / 5)
    expected = sum((now - was) * math.log(now / was) for was, now in (no, yes, empty, empty))
    assert found["big"].drift == pytest.approx(expected)
    assert expected == pytest.approx(0.063853, abs=1e-6)


def test_numbers_of_many_values_are_counted_in_ranges(make_shop: MakeShop) -> None:
    """Thirty members who spent 1 to 30: ten ranges of three; a month later ten of them spent nothing."""
    rows = "".join(f"m{number:02d},2025-01-20,good,{number}\n" for number in range(1, 31))
    later = "".join(f"m{number:02d},2025-02-20,good,{number}\n" for number in range(11, 31))
    keeper = Keeper(make_shop(MODEL, people=PEOPLE, sales="member_id,day,kind,amount\n" + rows + later).folder)
    first = health.read(keeper.profiles.file_of(keeper.refresh(JANUARY).id))["spent_30d"]
    assert [(one.above, one.up_to, one.members) for one in first.bins[:2]] == [(None, "3", 3), ("3", "6", 3)]
    assert [one.members for one in first.bins] == [3] * 10 + [0]
    second = health.read(keeper.profiles.file_of(keeper.refresh(FEBRUARY).id))["spent_30d"]
    # Of the ranges of January the first now holds the ten with nothing, the next two nobody, the fourth 11 and 12.
    assert second.drift == pytest.approx(stability_index([3] * 10 + [0], [10, 0, 0, 2, 3, 3, 3, 3, 3, 3, 0]))


def test_a_tag_that_was_defined_otherwise_says_so(keeper: Keeper) -> None:
    keeper.refresh(JANUARY)
    (keeper.folder / "model.yaml").write_text(MODEL.replace("at_least: 40", "at_least: 45"))
    again = Keeper(keeper.folder)
    found = health.read(again.profiles.file_of(again.refresh(FEBRUARY).id))
    assert [name for name, each in found.items() if each.redefined] == ["big", "big_north"]


def test_a_tag_whose_values_are_of_another_type_is_not_compared(keeper: Keeper) -> None:
    keeper.refresh(JANUARY)
    (keeper.folder / "model.yaml").write_text(MODEL.replace("take: last, give: kind", "take: last, give: date"))
    again = Keeper(keeper.folder)
    found = health.read(again.profiles.file_of(again.refresh(FEBRUARY).id))["last_kind"]
    assert (found.since_as_of, found.redefined, found.changed, found.drift) == (JANUARY, True, None, None)


def test_a_stability_index_by_hand() -> None:
    """60/40 against 40/60 of 100 each: 0.2 * ln 1.5 twice, but for half a member more in each bin."""
    assert stability_index([60, 40], [60, 40]) == 0
    was, now = 60.5 / 101, 40.5 / 101
    assert stability_index([60, 40], [40, 60]) == pytest.approx(2 * (was - now) * math.log(was / now))
    assert stability_index([60, 40], [40, 60]) == pytest.approx(0.1589, abs=1e-4)
    assert stability_index([6, 4], [60, 40]) == pytest.approx(0, abs=1e-3)


def test_an_empty_bin_has_a_finite_index_and_an_empty_side_has_none() -> None:
    assert stability_index([10, 0], [5, 5]) == pytest.approx(5 / 11 * (math.log(11) + math.log(21 / 11)))
    assert stability_index([0, 0], [5, 5]) is None
    assert [drift_of(index) for index in (0.05, 0.1, 0.25)] == ["stable", "notable", "large"]
    assert Bin(kind="unknown").members == 0
