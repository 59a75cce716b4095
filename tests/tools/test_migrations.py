"""Who moved between the values of a tag, each pair counted by eye in a small club."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Shop
from tools_club import CLUB, PEOPLE, VISITS, answer, rows

from semantic_layer.errors import RequestError
from tools.migrations import NOT_YET


@pytest.fixture
def club(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop(CLUB, people=PEOPLE, visits=VISITS)


def moves(shop: Shop, role: str | None = None, **request: Any) -> dict[tuple[str, str], tuple[int, float]]:
    asked = {"kind": "migration_query", "entity": "member", "tag": "stage", "start": "2025-01-31", **request}
    return {(row["first"], row["last"]): (row["members"], row["share"]) for row in rows(answer(shop, role, **asked))}


def test_each_pair_has_its_count_and_its_share_of_where_they_were(club: Shop) -> None:
    """On January 31 a and e were fresh, b and d quiet, and nobody knew c."""
    assert moves(club) == {
        (NOT_YET, "quiet"): (1, 1.0),
        ("fresh", "fresh"): (2, 1.0),
        ("quiet", "fresh"): (1, 0.5),
        ("quiet", "gone"): (1, 0.5),
    }


def test_values_stand_in_their_natural_order(club: Shop) -> None:
    assert [first for first, _ in moves(club)] == [NOT_YET, "fresh", "quiet", "quiet"]


def test_shares_are_of_all_who_were_there_also_where_some_moves_are_asked(club: Shop) -> None:
    assert moves(club, from_values=["quiet"], to_values=["gone"]) == {("quiet", "gone"): (1, 0.5)}


def test_a_group_moves_by_itself(club: Shop) -> None:
    assert moves(club, where={"segment": "northern"}) == {("fresh", "fresh"): (1, 1.0), ("quiet", "fresh"): (1, 1.0)}


def test_the_last_day_may_be_another_one(club: Shop) -> None:
    """By February 28 nobody who was fresh came again but a; c came."""
    found = moves(club, end="2025-02-28")
    assert found["fresh", "quiet"] == (2, 1.0)
    assert (NOT_YET, "fresh") in found


def test_what_is_true_or_false_moves_too(club: Shop) -> None:
    found = moves(club, tag="wet")
    assert found["true", "true"] == (2, 1.0)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"start": "2025-03-31"}, "wrong_days"),
        ({"end": "2025-01-01"}, "wrong_days"),
        ({"end": "2026-01-01"}, "day_to_come"),
        ({"tag": "stages"}, "unknown_tag"),
    ],
)
def test_what_cannot_be_told_is_refused(club: Shop, request_: dict[str, str], code: str) -> None:
    with pytest.raises(RequestError) as raised:
        moves(club, **request_)
    assert raised.value.problem.code == code


def test_a_hidden_tag_and_small_moves_are_not_told(club: Shop) -> None:
    for role, code in (("no_stage", "field_hidden"), ("careful", "too_small")):
        with pytest.raises(RequestError) as raised:
            moves(club, role)
        assert raised.value.problem.code == code
