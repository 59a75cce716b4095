"""How much groups overlap, each number counted by eye in a small club."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Shop
from tools_club import CLUB, PEOPLE, VISITS, answer, rows

from semantic_layer.errors import RequestError


@pytest.fixture
def club(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop(CLUB, people=PEOPLE, visits=VISITS)


def cells(shop: Shop, *groups: object, role: str | None = None) -> dict[tuple[str, str], tuple[object, object, object]]:
    found = answer(shop, role, kind="overlap_query", entity="member", groups=list(groups))
    return {(row["group"], row["other"]): (row["members"], row["share"], row["jaccard"]) for row in rows(found)}


KEEN, NORTHERN, LOST = {"segment": "keen"}, {"segment": "northern"}, {"segment": "lost"}


def test_each_two_are_counted_once(club: Shop) -> None:
    """a and e are keen, a and b northern: a is in both."""
    assert cells(club, KEEN, NORTHERN) == {
        ("keen", "keen"): (2, 1.0, 1.0),
        ("keen", "northern"): (1, 0.5, 1 / 3),
        ("northern", "keen"): (1, 0.5, 1 / 3),
        ("northern", "northern"): (2, 1.0, 1.0),
    }


def test_without_names_all_segments_are_meant(club: Shop) -> None:
    found = cells(club)
    assert {first for first, _ in found} == {"keen", "northern", "lost"}
    assert found["lost", "keen"] == (0, 0.0, 0.0)


def test_a_group_may_be_any_condition_on_each_one(club: Shop) -> None:
    """Those with 60 minutes or more: a, c and e."""
    wet = {"tag": "minutes_60d", "at_least": 60}
    fresh = {"tag": "stage", "is": "fresh"}
    assert cells(club, wet, fresh)["group 1", "stage: fresh"] == (2, 2 / 3, 2 / 4)


def test_a_group_of_nobody_has_no_share(club: Shop) -> None:
    nobody = {"tag": "minutes_60d", "at_least": 1000}
    assert cells(club, nobody, KEEN)["group 1", "keen"] == (0, None, 0.0)


def test_groups_may_be_as_of_days_of_their_own(club: Shop) -> None:
    """On January 31 a and e were fresh; today b is as well."""
    now, then = {"tag": "stage", "is": "fresh"}, {"tag": "stage", "is": "fresh", "as_of": "2025-01-31"}
    assert cells(club, now, then)["stage: fresh", "group 2"] == (2, 2 / 3, 2 / 3)


def test_one_group_overlaps_with_nothing(club: Shop) -> None:
    with pytest.raises(RequestError) as raised:
        cells(club, KEEN)
    assert raised.value.problem.code == "too_few_groups"


def test_what_a_viewer_may_not_see_is_no_group(club: Shop) -> None:
    """Keen and lost are told from the stage, so that one segment is left."""
    with pytest.raises(RequestError) as raised:
        cells(club, role="no_stage")
    assert raised.value.problem.code == "too_few_groups"
    with pytest.raises(RequestError):
        cells(club, KEEN, NORTHERN, role="no_stage")


def test_a_small_group_is_not_told_to_who_sees_none(club: Shop) -> None:
    with pytest.raises(RequestError) as raised:
        cells(club, KEEN, NORTHERN, role="careful")
    assert raised.value.problem.code == "too_small"


def test_a_small_overlap_is_withheld_where_the_groups_are_large(club: Shop) -> None:
    """All five have been here, three of them are fresh: the two who are not would be told."""
    ever, fresh = {"tag": "last_days", "at_least": 0}, {"tag": "stage", "in": ["fresh", "quiet", "gone"]}
    assert cells(club, ever, fresh, role="careful")["group 1", "group 2"] == (5, 1.0, 1.0)
