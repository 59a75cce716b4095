"""Who entered and left a group, and by which condition, counted by eye in a small club."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Shop
from tools_club import CLUB, PEOPLE, VISITS, answer, rows

from semantic_layer.errors import RequestError
from tools.answer import Answer

KEEN = {"segment": "keen"}


@pytest.fixture
def club(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop(CLUB, people=PEOPLE, visits=VISITS)


def went(shop: Shop, where: Any = KEEN, role: str | None = None, **request: Any) -> Answer:
    asked = {"kind": "turnover_query", "entity": "member", "where": where, "start": "2025-01-31", **request}
    return answer(shop, role, **asked)


def counts(found: Answer) -> tuple[int, ...]:
    parts = found.findings[0].parts
    return tuple(parts[name] for name in ("before", "after", "stayed", "entered", "left", "new"))


def turned(found: Answer, side: str) -> list[tuple[int, int]]:
    """For each condition: for how many it turned, and for how many it alone did."""
    return [(row["members"], row["only"]) for row in rows(found) if row["change"] == side]


def test_who_is_in_on_both_days_stayed(club: Shop) -> None:
    """a and e were fresh with 60 minutes on January 31, and are fresh with 70 and 60 today."""
    assert counts(went(club)) == (2, 2, 2, 0, 0, 0)


def test_who_left_is_told_by_the_condition_that_turned(club: Shop) -> None:
    """On February 28 a had been there 18 days ago, with 120 minutes; e 34 days ago: quiet, with minutes enough. c is new."""
    found = went(club, end="2025-02-28")
    assert counts(found) == (2, 1, 0, 1, 2, 1)
    assert turned(found, "left") == [(2, 2), (0, 0)]
    stage, minutes = (part["condition"] for part in found.findings[0].parts["conditions"])
    assert (stage["right"], minutes["right"]) == ("fresh", 50)


def test_who_entered_is_told_as_well_and_who_was_not_there_apart(club: Shop) -> None:
    """From February 28 to today a and e came back, and c is no longer fresh; nobody is new since then. c came after January 31."""
    found = went(club, start="2025-02-28")
    assert counts(found) == (1, 2, 0, 2, 1, 0)
    assert turned(found, "entered") == [(2, 2), (0, 0)]
    here = went(club, {"tag": "last_days", "at_least": 0})
    assert counts(here) == (4, 5, 4, 1, 0, 1)
    assert turned(here, "entered") == [(0, 0)]


def test_windows_go_back_from_each_day(club: Shop) -> None:
    """To January 31 the 30 days hold 60 minutes of a, 40 of d and 60 of e; to March 31 10, 30 of b, and 60 of e."""
    recent = {"metric": "minutes", "period": {"n": 30, "unit": "day"}, "at_least": 50}
    assert counts(went(club, recent)) == (2, 1, 1, 0, 1, 0)


def test_conditions_that_turn_together_are_told_apart_from_those_that_turn_alone(club: Shop) -> None:
    """d was there 26 days before January 31 with 40 minutes: quiet; today gone with none: both conditions turned."""
    both = [{"tag": "stage", "is": "quiet"}, {"tag": "minutes_60d", "between": [35, 60]}]
    found = went(club, both)
    assert counts(found)[3:5] == (0, 1)
    assert turned(found, "left") == [(1, 0), (1, 0)]


@pytest.mark.parametrize(
    ("request_", "code"),
    [({"start": "2025-03-31"}, "wrong_days"), ({"end": "2026-01-01"}, "day_to_come"), ({"role": "no_stage"}, "field_hidden")],
)
def test_what_cannot_be_told_is_refused(club: Shop, request_: dict[str, str], code: str) -> None:
    with pytest.raises(RequestError) as raised:
        went(club, **request_)
    assert raised.value.problem.code == code
