"""What a group's figure is made of, against everyone's, in a club of eighty made to order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Shop
from tools_club import CLUB, answer, rows

from semantic_layer.errors import RequestError

NORTH = {"tag": "town", "is": "north"}


@pytest.fixture
def club(make_shop: Callable[..., Shop]) -> Shop:
    """40 of the north spend 30 minutes in the big hall and 10 in the small one; 40 of the south 20 in each; one is in the sauna."""
    people, visits = ["member_id,city"], ["member_id,day,hall,minutes"]
    for number in range(80):
        north = number < 40
        people.append(f"m{number:03d},{'north' if north else 'south'}")
        visits += [f"m{number:03d},2025-03-30,big,{30 if north else 20}", f"m{number:03d},2025-03-29,small,{10 if north else 20}"]
    visits.append("m000,2025-03-28,sauna,100")
    return make_shop(CLUB, people="\n".join(people), visits="\n".join(visits))


def asked(shop: Shop, metric: str = "minutes", **more: Any) -> Any:
    request = {"kind": "share_index_query", "entity": "member", "where": NORTH, "metric": metric, "by": "hall", **more}
    return answer(shop, **request)


def test_shares_are_of_all_values_and_the_index_of_both(club: Shop) -> None:
    """The north: 1200 + 400 + 100 = 1700 minutes; everyone 2000 + 1200 + 100 = 3300."""
    big, small = rows(asked(club))
    assert (big["hall"], big["members"], big["minutes"]) == ("big", 40, 1200)
    assert (big["member_share"], big["everyone_share"]) == (pytest.approx(12 / 17), pytest.approx(20 / 33))
    assert big["index"] == pytest.approx(12 / 17 / (20 / 33) * 100)
    assert small["hall"] == "small"


def test_what_only_a_few_are_in_is_left_out_and_said(club: Shop) -> None:
    """One was in the sauna: of so few an index says nothing."""
    found = asked(club)
    assert "sauna" not in [row["hall"] for row in rows(found)]
    assert [(note.code, note.parts["count"]) for note in found.notes if note.code == "few_members"] == [("few_members", 1)]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"metric": "pace"}, "share_of_ratio"),
        ({"where": {"segment": "lost"}}, "too_small"),
        ({"period": {"start": "2025-01-01", "end": "2025-01-31"}}, "outside_period"),
        ({"by": "colour"}, "unknown_field"),
    ],
)
def test_what_has_no_index_is_refused(club: Shop, more: dict[str, Any], code: str) -> None:
    with pytest.raises(RequestError) as raised:
        asked(club, **more)
    assert raised.value.problem.code == code
