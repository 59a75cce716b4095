"""Natural groups: found where they are, the same each time, and refused with the reason where there are none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from conftest import Shop
from tools_club import CLUB, answer, rows

from semantic_layer.errors import RequestError
from tools.clusters import natural_groups


def clouds(*middles: tuple[float, float], size: int = 200, wide: float = 1.0) -> Any:
    chance = np.random.default_rng(7)
    return np.vstack([chance.normal(middle, wide, size=(size, 2)) for middle in middles])


def test_groups_that_lie_apart_are_found() -> None:
    found = natural_groups(clouds((0, 0), (12, 0), (0, 12)), 30)
    assert found is not None
    assert sorted(np.bincount(found.labels)) == [200, 200, 200]


def test_one_cloud_is_no_groups_also_where_it_is_long() -> None:
    assert natural_groups(clouds((0, 0), size=600), 30) is None
    long = clouds((0, 0), size=600)
    long[:, 1] = long[:, 0] * 3 + long[:, 1] * 0.2
    assert natural_groups(long, 30) is None


def test_groups_are_in_order_of_size_and_the_same_each_time() -> None:
    values = np.vstack([clouds((0, 0), size=80), clouds((15, 0), size=300), clouds((0, 15), size=150)])
    first, again = natural_groups(values, 30), natural_groups(values, 30)
    assert first is not None
    assert again is not None
    assert list(np.bincount(first.labels)) == [300, 150, 80]
    assert (first.labels == again.labels).all()


def test_so_many_groups_as_are_asked_or_none() -> None:
    values = clouds((0, 0), (12, 0), (0, 12))
    assert natural_groups(values, 30, 3) is not None
    assert natural_groups(values, 60, 12) is None


def test_what_leans_to_one_side_is_no_group_of_its_own() -> None:
    """Amounts are lognormal: in logarithms one cloud, and a few large ones are no group."""
    assert natural_groups(np.exp(clouds((3, 3), size=600)), 30) is None


@pytest.fixture
def club(make_shop: Callable[..., Shop]) -> Callable[..., Shop]:
    """Members who come often and long, and those who came once, long ago."""

    def make(often: int, seldom: int) -> Shop:
        people, visits = ["member_id,city"], ["member_id,day,hall,minutes"]
        for number in range(often + seldom):
            keen = number < often
            people.append(f"m{number:04d},{'north' if keen else 'south'}")
            day = f"2025-03-{20 + number % 10:02d}" if keen else f"2025-01-{5 + number % 10:02d}"
            visits.append(f"m{number:04d},{day},big,{200 + number % 40 if keen else 5 + number % 4}")
        return make_shop(CLUB, people="\n".join(people), visits="\n".join(visits))

    return make


def test_each_group_has_its_size_and_what_is_its_own(club: Callable[..., Shop]) -> None:
    found = answer(club(120, 80), kind="cluster_query", entity="member")
    first, second = rows(found)
    assert [(row["cluster"], row["members"], row["share"]) for row in (first, second)] == [("1", 120, 0.6), ("2", 80, 0.4)]
    assert first["minutes_60d"] > 200
    assert second["minutes_60d"] == 0
    groups = found.findings[0].parts["clusters"]
    assert {(told["tag"], told["high"]) for told in groups[1]["numbers"]} == {("last_days", True), ("minutes_60d", False)}
    assert ("north", 1.0, 0.6) in [(told["value"]["en"], told["own"], told["everyone"]) for told in groups[0]["values"]]


def test_a_number_of_groups_that_does_not_hold_is_told_with_the_one_that_does(club: Callable[..., Shop]) -> None:
    with pytest.raises(RequestError) as raised:
        answer(club(120, 80), kind="cluster_query", entity="member", groups=7)
    problem = raised.value.problem
    assert (problem.code, problem.parts["count"], problem.parts["found"]) == ("no_such_groups", 7, 2)


def test_of_a_few_and_of_numbers_that_are_all_alike_no_groups_are_told(club: Callable[..., Shop]) -> None:
    for shop, where, code in (
        (club(30, 20), None, "too_few_to_group"),
        (club(150, 60), {"tag": "town", "is": "south"}, "too_few_to_group"),
        (club(150, 0), {"tag": "minutes_60d", "at_least": 220}, "too_few_to_group"),
    ):
        with pytest.raises(RequestError) as raised:
            answer(shop, kind="cluster_query", entity="member", where=where)
        assert raised.value.problem.code == code


def test_what_a_viewer_may_not_see_groups_nobody(club: Callable[..., Shop]) -> None:
    """The stage is hidden, and with it what is told from it; two numbers are left."""
    found = answer(club(120, 80), "no_stage", kind="cluster_query", entity="member")
    assert "stage" not in str(found.findings[0].parts["clusters"])
