"""What tells two groups apart: shares, the index, and whether it may be chance, in a club of a few hundred made to order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Shop
from scipy.stats import fisher_exact
from tools_club import CLUB, answer, rows

from semantic_layer.errors import RequestError

NORTH, SOUTH = {"tag": "town", "is": "north"}, {"tag": "town", "is": "south"}
WET = {"tag": "wet", "is": True}


@pytest.fixture
def club(make_shop: Callable[..., Shop]) -> Shop:
    """100 of the north, 40 of them there for long; 80 of the south, 8 of them; 20 of nowhere, none of them."""
    people, visits = ["member_id,city"], ["member_id,day,hall,minutes"]
    for number in range(200):
        city = "north" if number < 100 else "south" if number < 180 else ""
        long = number < 40 or 100 <= number < 108
        people.append(f"m{number:03d},{city}")
        visits.append(f"m{number:03d},2025-03-30,big,{90 if long else 20}")
    return make_shop(CLUB, people="\n".join(people), visits="\n".join(visits))


def compared(shop: Shop, first: Any, second: Any, role: str | None = None, **more: Any) -> dict[str, Any]:
    found = answer(shop, role, kind="comparison_query", entity="member", first=first, second=second, **more)
    shown = {(row["field"], row["value"]): row for row in rows(found)}
    return {"rows": shown, "finding": found.findings[0]}


def test_each_value_has_its_share_in_both_and_an_index(club: Shop) -> None:
    row = compared(club, NORTH, SOUTH)["rows"]["wet", "true"]
    assert (row["first"], row["second"]) == (40, 8)
    assert (row["first_share"], row["second_share"], row["index"]) == (0.4, 0.1, pytest.approx(400))
    assert row["sure"] == (fisher_exact([[40, 60], [8, 72]])[1] < 0.05)


def test_what_the_groups_are_told_by_is_not_shown(club: Shop) -> None:
    assert {field for field, _ in compared(club, NORTH, SOUTH)["rows"]} == {"stage", "wet"}


def test_groups_may_overlap_and_the_overlap_is_said(club: Shop) -> None:
    found = compared(club, NORTH, WET, fields=[{"kind": "tag", "name": "stage"}])
    assert [each["size"] for each in found["finding"].parts["groups"]] == [100, 48]
    assert found["finding"].parts["both"] == 40


def test_an_inner_group_is_judged_against_the_rest_of_the_outer(club: Shop) -> None:
    """All 200 against the 100 of the north in them: 48 and 40 were there for long; the 100 others, 8 of them, are the test."""
    everyone = {"tag": "last_days", "at_least": 0}
    row = compared(club, everyone, NORTH)["rows"]["wet", "true"]
    assert (row["first"], row["second"], row["sure"]) == (48, 40, True)


def test_groups_that_hold_the_same_members_are_not_told_apart(club: Shop) -> None:
    with pytest.raises(RequestError) as raised:
        compared(club, NORTH, {"segment": "northern"})
    assert raised.value.problem.code == "same_groups"


def test_of_a_few_nothing_is_said(club: Shop) -> None:
    with pytest.raises(RequestError) as raised:
        compared(club, NORTH, {"tag": "minutes_60d", "more_than": 1000})
    assert (raised.value.problem.code, raised.value.problem.parts["members"]) == ("too_small", 0)


def test_where_nothing_differs_it_is_said(club: Shop) -> None:
    assert compared(club, NORTH, SOUTH, fields=[{"kind": "tag", "name": "stage"}])["finding"].code == "comparison_alike"
