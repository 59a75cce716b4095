"""How many have each value of one tag and each of another, counted by eye in a small club."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Asker, Shop
from tools_club import CLUB, PEOPLE, VISITS, answer, rows

from semantic_layer.errors import RequestError
from tools.grids import rfm_scores


@pytest.fixture
def club(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop(CLUB, people=PEOPLE, visits=VISITS)


def cells(shop: Shop, down: Any, across: Any, role: str | None = None, **more: Any) -> dict[tuple[str, str], int]:
    request = {"kind": "grid_query", "entity": "member", "down": down, "across": across, **more}
    return {(row["down"], row["across"]): row["members"] for row in rows(answer(shop, role, **request))}


STAGE, WET, TOWN = ({"kind": "tag", "name": name} for name in ("stage", "wet", "town"))


def test_each_cell_is_counted_and_empty_ones_are_there(club: Shop) -> None:
    """Fresh: a and e for long, b not; quiet: c for long; gone: d not."""
    assert cells(club, STAGE, WET) == {
        ("fresh", "false"): 1,
        ("fresh", "true"): 2,
        ("quiet", "false"): 0,
        ("quiet", "true"): 1,
        ("gone", "false"): 1,
        ("gone", "true"): 0,
    }


def test_what_is_unknown_is_a_value_and_comes_last(club: Shop) -> None:
    """Nobody has said where e lives."""
    assert list(cells(club, TOWN, WET)) == [(town, wet) for town in ("north", "south", "Unknown") for wet in ("false", "true")]


def test_a_grid_may_be_of_a_group_and_of_another_day(club: Shop) -> None:
    assert cells(club, STAGE, WET, where={"segment": "northern"}) == {("fresh", "false"): 1, ("fresh", "true"): 1}
    then = {"kind": "tag", "name": "stage", "as_of": "2025-01-31"}
    assert cells(club, then, STAGE)["quiet", "fresh"] == 1


def test_what_is_no_grid_or_may_not_be_seen_is_refused(club: Shop) -> None:
    for arguments, code in (
        ((STAGE, STAGE), "bad_request"),
        ((STAGE, {"kind": "tag", "name": "colour"}), "unknown_tag"),
        ((STAGE, WET, "no_stage"), "field_hidden"),
        ((STAGE, WET, "careful"), "small_groups"),
    ):
        with pytest.raises(RequestError) as raised:
            cells(club, *arguments)
        assert raised.value.problem.code == code


def test_rfm_scores_are_known_by_what_they_rank(club: Shop, demo: Asker, web_shop: Asker) -> None:
    """In both workspaces by their definitions alone, whatever they are called; a club without scores has none."""
    for asker, entity in ((demo, "household"), (web_shop, "customer")):
        assert rfm_scores(asker.runtime.workspace, entity) == ("r_score", "f_score", "m_score")
    assert rfm_scores(club.workspace, "member") is None
