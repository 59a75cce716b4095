"""What the buttons of a card mean. What comes from a page is asked as it is meant, or refused; it never fails."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from chatting import serving, talked
from conftest import Asker
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.chat.clicks import LONGEST, Clicked, Refused, clicked, drilled, edited, request_of, shown_turn
from assistant.chat.shared import Served
from assistant.conversation import Turn
from assistant.events import Answered, Started
from assistant.reply import Reply
from assistant.session import Session
from semantic_layer.engines.base import CancelToken

QUESTIONS = ("Top 5 departments by sales in Q4", "Spend by gender", "discounts last month", "Which departments are there?")
BREAKDOWN, REFUSED, CLARIFIED, LISTED = range(len(QUESTIONS))


@pytest.fixture(scope="module")
def now(demo: Asker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(demo, tmp_path_factory.mktemp("clicks")) as served:
        yield served


@pytest.fixture(scope="module")
def talk(now: Served) -> tuple[str, list[Reply]]:
    return talked(now, *QUESTIONS)


def asked(choice: Clicked, now: Served, conversation: str) -> Reply:
    """What the session says when the click is followed."""

    async def follow() -> Reply:
        session = Session(now.runtime, now.agent, now.viewer, now.conversations.dialogue(conversation))
        events = [event async for event in choice.asking(session, CancelToken())]
        assert isinstance(events[0], Started) and isinstance(events[-1], Answered)
        assert events[0].question == choice.shown_as
        return Reply.model_validate(events[-1].reply)

    return asyncio.run(follow())


class TestFollowed:
    def test_an_edit_is_the_request_with_one_part_replaced(self, now: Served, talk: tuple[str, list[Reply]]) -> None:
        conversation, replies = talk
        edit = {"part": "limit", "value": 3}
        choice = clicked({"turn": BREAKDOWN, "edit": edit, "text": "How many: Top 3"}, conversation, now)
        assert choice.shown_as == "How many: Top 3"
        reply = asked(choice, now, conversation)
        assert reply.plan == {**(replies[BREAKDOWN].plan or {}), "limit": 3}
        assert reply.rows == replies[BREAKDOWN].rows[:3]

    def test_it_remembers_whose_reading_was_changed(self, now: Served, talk: tuple[str, list[Reply]]) -> None:
        conversation, _ = talk
        choice = clicked({"turn": BREAKDOWN, "edit": {"part": "limit", "value": 3}, "text": "x"}, conversation, now)

        async def follow() -> Turn:
            session = Session(now.runtime, now.agent, now.viewer, now.conversations.dialogue(conversation))
            async for _ in choice.asking(session, CancelToken()):
                pass
            return session.conversation.turns[-1]

        turn = asyncio.run(follow())
        assert (turn.edited, turn.shown_as) == (BREAKDOWN, "x")

    def test_a_suggestion_is_the_request_that_it_was_made_of(self, now: Served, talk: tuple[str, list[Reply]]) -> None:
        conversation, replies = talk
        for number in (BREAKDOWN, REFUSED, CLARIFIED):
            for place, suggestion in enumerate(replies[number].suggestions):
                choice = clicked({"turn": number, "next": place}, conversation, now)
                assert choice.shown_as == suggestion.text
                reply = asked(choice, now, conversation)
                assert not suggestion.request or reply.plan == suggestion.request

    def test_a_look_is_into_the_group_of_its_row(self, now: Served, talk: tuple[str, list[Reply]]) -> None:
        conversation, replies = talk
        looks = drilled(shown_turn(conversation, BREAKDOWN, now), 1, now)
        assert looks is not None
        choice = clicked({"turn": BREAKDOWN, "row": 1, "look": 0}, conversation, now)
        assert choice.shown_as == f"{looks.label} · {looks.looks[0].text}"
        reply = asked(choice, now, conversation)
        assert round(sum(row[1] for row in reply.rows), 2) == replies[BREAKDOWN].rows[1][1]

    def test_again_is_the_question_once_more(self, now: Served, talk: tuple[str, list[Reply]]) -> None:
        conversation, replies = talk
        choice = clicked({"turn": BREAKDOWN, "again": True}, conversation, now)
        assert choice.shown_as == QUESTIONS[BREAKDOWN]
        assert asked(choice, now, conversation).rows == replies[BREAKDOWN].rows

    def test_what_stands_as_asked_is_bounded(self, now: Served, talk: tuple[str, list[Reply]]) -> None:
        choice = clicked({"turn": 0, "edit": {"part": "limit", "value": 3}, "text": "x" * 5000}, talk[0], now)
        assert len(choice.shown_as) == LONGEST


class TestRefused:
    @pytest.mark.parametrize(
        ("payload", "code"),
        [
            ({}, "gone"),
            ({"turn": 99, "next": 0}, "gone"),
            ({"turn": "0", "next": 0}, "gone"),
            ({"turn": None, "again": True}, "gone"),
            ({"turn": BREAKDOWN}, "gone"),
            ({"turn": BREAKDOWN, "next": 99}, "gone"),
            ({"turn": BREAKDOWN, "next": -1}, "gone"),
            ({"turn": BREAKDOWN, "next": "0"}, "gone"),
            ({"turn": BREAKDOWN, "row": 99, "look": 0}, "gone"),
            ({"turn": BREAKDOWN, "row": -1, "look": 0}, "gone"),
            ({"turn": BREAKDOWN, "row": 0, "look": 99}, "gone"),
            ({"turn": BREAKDOWN, "row": 0}, "gone"),
            ({"turn": BREAKDOWN, "edit": None}, "bad_request"),
            ({"turn": BREAKDOWN, "edit": {"part": "everything"}}, "bad_request"),
            ({"turn": BREAKDOWN, "edit": {"part": "limit", "value": -1}}, "bad_request"),
            ({"turn": BREAKDOWN, "edit": {"part": "where", "value": {"sql": "1=1"}}}, "bad_request"),
            ({"turn": BREAKDOWN, "edit": {"part": "metrics", "value": []}}, "bad_request"),
            ({"turn": REFUSED, "edit": {"part": "limit", "value": 3}}, "gone"),
            ({"turn": LISTED, "edit": {"part": "limit", "value": 3}}, "gone"),
            ({"turn": LISTED, "row": 0, "look": 0}, "gone"),
        ],
    )
    def test_what_does_not_fit_is_refused_with_a_reason(
        self, now: Served, talk: tuple[str, list[Reply]], payload: dict[str, Any], code: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            clicked(payload, talk[0], now)
        assert refused.value.code == code

    def test_a_conversation_that_is_gone(self, now: Served) -> None:
        with pytest.raises(Refused) as refused:
            clicked({"turn": 0, "again": True}, "nowhere", now)
        assert refused.value.code == "gone"

    def test_a_metric_that_does_not_exist_is_for_the_compiler_to_refuse(self, now: Served, talk: tuple[str, list[Reply]]) -> None:
        edit = {"part": "metrics", "value": ["no_such_metric"]}
        choice = clicked({"turn": BREAKDOWN, "edit": edit, "text": "x"}, talk[0], now)

        async def follow() -> Any:
            session = Session(now.runtime, now.agent, now.viewer)
            return [event async for event in choice.asking(session, CancelToken())][-1]

        assert asyncio.run(follow()).kind == "refused"

    def test_an_answer_that_was_made_under_other_rights(self, now: Served, talk: tuple[str, list[Reply]]) -> None:
        """The same owner whose role has been changed since."""
        conversation, replies = talk
        kept = now.conversations.turn(conversation, BREAKDOWN)
        assert kept is not None and kept.turn is not None
        other = "other rights"
        now.conversations.started(other, 0, kept.asked, "another grant")
        now.conversations.finished(other, 0, kept.turn, replies[BREAKDOWN])
        for payload in ({"next": 0}, {"edit": {"part": "limit", "value": 3}}, {"row": 0, "look": 0}, {"again": True}):
            with pytest.raises(Refused) as refused:
                clicked({"turn": 0, **payload}, other, now)
            assert refused.value.code == "withheld"

    anything = st.recursive(
        st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=5) | st.floats(allow_nan=True),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=6,
    )

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        payload=st.fixed_dictionaries(
            {"turn": st.integers(-1, 4) | anything},
            optional={
                "edit": anything
                | st.fixed_dictionaries({"part": st.sampled_from(["by", "where", "period", "order"]), "value": anything}),
                "text": anything,
                "next": anything,
                "row": anything,
                "look": anything,
                "again": anything,
            },
        )
    )
    def test_whatever_a_page_sends_is_followed_or_refused(
        self, now: Served, talk: tuple[str, list[Reply]], payload: dict[str, Any]
    ) -> None:
        try:
            choice = clicked(payload, talk[0], now)
        except Refused:
            return
        assert isinstance(choice.shown_as, str)


def test_a_turn_without_a_metric_query_has_no_request_that_could_be_changed(now: Served, talk: tuple[str, list[Reply]]) -> None:
    for number in (REFUSED, CLARIFIED, LISTED):
        with pytest.raises(Refused):
            request_of(shown_turn(talk[0], number, now))
    assert edited(shown_turn(talk[0], BREAKDOWN, now), {"part": "limit", "value": 2}).limit == 2
