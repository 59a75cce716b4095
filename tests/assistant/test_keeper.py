"""A session tells its keeper of every turn, so that the conversation goes on after a restart as if there had been none."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Asker

from assistant.conversation import Turn
from assistant.events import Answered, Event
from assistant.reply import Reply
from assistant.session import Keeper, Session
from assistant.settings import Settings
from assistant.state.conversations import Conversations
from assistant.state.store import Store
from semantic_layer.engines.base import CancelToken, Limits
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.policy import Viewer

ENDLESS = "SELECT COUNT(*) AS n FROM range(100000000000) AS t(a) WHERE a % 17 = 3 AND a % 13 = 2"
FAULT = "SELECT CAST('no number' AS INT)"
FIRST, FOLLOW_UP = "sales by department in November 2017", "and in October?"
OUTCOMES = {
    "answered": FIRST,
    "answered, zh": "2017年11月的销售额",
    "clarify": "discounts last month",
    "refused": "sales by gender",
    "refused, odd text": "🙂 \u202e %_' \ud83d",
}


@pytest.fixture
def conversations(tmp_path: Path) -> Iterator[Conversations]:
    store = Store.open(Settings(home=tmp_path / "home", state_url=""))
    yield Conversations(store, "me")
    store.close()


@pytest.fixture
def statement(demo: Asker, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Put a statement in the list and the engine runs it in the place of every other one."""
    demo.ask(FIRST)
    instead: list[str] = []
    run = DuckDBEngine.run

    def running(engine: DuckDBEngine, sql: str, limits: Limits, cancel: CancelToken | None = None) -> Any:
        return run(engine, instead[0] if instead else sql, limits, cancel)

    monkeypatch.setattr(DuckDBEngine, "run", running)
    yield instead


def session(demo: Asker, conversations: Conversations, conversation: str = "c", **viewer: Any) -> Session:
    """As it begins after a restart: with what is kept, and nothing else."""
    return Session(demo.runtime, demo.agent, Viewer(**viewer), conversations.dialogue(conversation), conversations)


def ask(session: Session, *questions: str) -> Reply:
    async def talk() -> Reply:
        for question in questions[:-1]:
            await session.reply(question)
        return await session.reply(questions[-1])

    return asyncio.run(talk())


def stop_while_running(session: Session, question: str) -> Reply:
    """Asks, and presses stop as soon as the statement runs."""

    async def talk() -> Reply:
        cancel, reply = CancelToken(), None
        async for event in session.ask(question, cancel):
            if event.kind == "compiled":
                asyncio.get_running_loop().call_later(0.3, cancel.cancel)
            if hasattr(event, "reply"):
                reply = Reply.model_validate(event.reply)
        assert reply is not None
        return reply

    return asyncio.run(talk())


def said(reply: Reply) -> Reply:
    """A reply without the time that it took."""
    return reply.model_copy(update={"timings_ms": {}})


class TestEveryTurnIsKept:
    @pytest.mark.parametrize(("outcome", "question"), OUTCOMES.items(), ids=list(OUTCOMES))
    def test_with_its_reply_as_it_was_shown(self, demo: Asker, conversations: Conversations, outcome: str, question: str) -> None:
        talk = session(demo, conversations)
        reply = ask(talk, question)
        assert reply.status == outcome.split(",", maxsplit=1)[0]
        (kept,) = conversations.turns("c")
        assert kept.reply == reply
        assert kept.turn == talk.conversation.turns[0]
        assert kept.asked == kept.turn.question
        assert kept.seen_with == demo.runtime.scope(Viewer()).grant.hash

    def test_as_soon_as_it_is_asked(self, demo: Asker, conversations: Conversations, statement: list[str]) -> None:
        statement.append(ENDLESS)
        seen: list[tuple[str, Turn | None]] = []

        async def talk() -> None:
            cancel = CancelToken()
            async for event in session(demo, conversations).ask(FIRST, cancel):
                if event.kind == "compiled":
                    seen.extend((each.asked, each.turn) for each in conversations.turns("c"))
                    cancel.cancel()

        asyncio.run(talk())
        assert seen == [(FIRST, None)]

    def test_when_the_engine_fails(self, demo: Asker, conversations: Conversations, statement: list[str]) -> None:
        statement.append(FAULT)
        talk = session(demo, conversations)
        reply = ask(talk, FIRST)
        assert reply.status == "error"
        (kept,) = conversations.turns("c")
        assert (kept.asked, kept.turn, kept.reply) == (FIRST, talk.conversation.turns[0], reply)
        assert kept.turn is not None
        assert kept.turn.outcome == "error"

    def test_when_it_is_stopped(self, demo: Asker, conversations: Conversations, statement: list[str]) -> None:
        statement.append(ENDLESS)
        began = time.perf_counter()
        reply = stop_while_running(session(demo, conversations), FIRST)
        assert time.perf_counter() - began < 15
        assert reply.status == "error"
        assert "stopped" in reply.answer.lower()
        (kept,) = conversations.turns("c")
        assert kept.reply == reply

    def test_when_a_button_asked(self, demo: Asker, conversations: Conversations) -> None:
        async def talk() -> list[Event]:
            request = {"kind": "metric_query", "metrics": ["sales"]}
            return [event async for event in session(demo, conversations).ask_request(request, "Sales \ud83d", "en")]

        assert isinstance(asyncio.run(talk())[-1], Answered)
        (kept,) = conversations.turns("c")
        assert kept.asked == "Sales \N{REPLACEMENT CHARACTER}"
        assert kept.turn is not None
        assert (kept.turn.question, kept.turn.shown_as) == ("", kept.asked)

    def test_when_the_role_is_unknown(self, demo: Asker, conversations: Conversations) -> None:
        reply = ask(session(demo, conversations, role="nobody"), FIRST)
        assert (reply.status, reply.reason and reply.reason["code"]) == ("refused", "not_allowed")
        assert [each.reply for each in conversations.turns("c")] == [reply]

    def test_in_its_own_conversation_though_several_go_on_at_once(self, demo: Asker, conversations: Conversations) -> None:
        months = ["January", "February", "March", "April"]

        async def talk() -> list[Reply]:
            talks = [session(demo, conversations, month) for month in months]
            asked = (each.reply(f"sales in {month} 2017") for each, month in zip(talks, months, strict=True))
            return list(await asyncio.gather(*asked))

        replies = asyncio.run(talk())
        for month, reply in zip(months, replies, strict=True):
            assert [(each.asked, each.reply) for each in conversations.turns(month)] == [(f"sales in {month} 2017", reply)]
        assert len({str(reply.rows) for reply in replies}) == len(months)


class TestTheDialogueIsTheSame:
    def test_after_every_kind_of_turn(self, demo: Asker, conversations: Conversations, statement: list[str]) -> None:
        talk = session(demo, conversations)
        ask(talk, *OUTCOMES.values())
        statement.append(FAULT)
        ask(talk, FIRST)
        statement[:] = [ENDLESS]
        stop_while_running(talk, FIRST)
        statement.clear()
        ask(talk, "2017年10月的销售额", "那11月呢?")
        assert len(talk.conversation.turns) == len(OUTCOMES) + 4
        assert conversations.dialogue("c") == talk.conversation

    def test_so_a_follow_up_after_a_restart_is_read_as_without_one(self, demo: Asker, conversations: Conversations) -> None:
        ask(session(demo, conversations), FIRST)
        reply = ask(session(demo, conversations), FOLLOW_UP)
        assert reply.status == "answered"
        assert said(reply) == said(demo.ask(FIRST, FOLLOW_UP))
        assert [each.number for each in conversations.turns("c")] == [0, 1]

    def test_so_an_answer_to_a_question_back_is_read_as_without_one(self, demo: Asker, conversations: Conversations) -> None:
        asked_back = ask(session(demo, conversations), OUTCOMES["clarify"])
        choice = asked_back.suggestions[0].text
        reply = ask(session(demo, conversations), choice)
        assert said(reply) == said(demo.ask(OUTCOMES["clarify"], choice))


class TestAFaultChangesNothing:
    """Neither a fault nor a stop has a say in how the next follow-up is read; before a restart or after it."""

    @pytest.mark.parametrize("restarted", [False, True])
    def test_of_the_engine(self, demo: Asker, conversations: Conversations, statement: list[str], restarted: bool) -> None:
        talk = session(demo, conversations)
        ask(talk, FIRST)
        statement.append(FAULT)
        assert ask(talk, "units by brand type").status == "error"
        statement.clear()
        reply = ask(session(demo, conversations) if restarted else talk, FOLLOW_UP)
        assert said(reply) == said(demo.ask(FIRST, FOLLOW_UP))

    @pytest.mark.parametrize("restarted", [False, True])
    def test_nor_a_stop(self, demo: Asker, conversations: Conversations, statement: list[str], restarted: bool) -> None:
        talk = session(demo, conversations)
        ask(talk, FIRST)
        statement.append(ENDLESS)
        assert stop_while_running(talk, "units by brand type").status == "error"
        statement.clear()
        reply = ask(session(demo, conversations) if restarted else talk, FOLLOW_UP)
        assert said(reply) == said(demo.ask(FIRST, FOLLOW_UP))

    def test_nor_the_end_of_the_program_in_the_middle_of_a_turn(self, demo: Asker, conversations: Conversations) -> None:
        ask(session(demo, conversations), FIRST)
        conversations.started("c", 1, "units by brand type", "grant")
        reply = ask(session(demo, conversations), FOLLOW_UP)
        assert said(reply) == said(demo.ask(FIRST, FOLLOW_UP))
        assert [each.asked for each in conversations.turns("c")] == [FIRST, "units by brand type", FOLLOW_UP]


class Failing:
    """A keeper whose disk is full."""

    def started(self, conversation: str, number: int, asked: str, seen_with: str) -> None:
        raise OSError("no space left")

    def finished(self, conversation: str, number: int, turn: Turn, reply: Reply) -> None:
        raise OSError("no space left")


class TestAKeeperThatFails:
    def test_costs_no_answer_and_is_logged_without_the_question(self, demo: Asker, caplog: pytest.LogCaptureFixture) -> None:
        keeper: Keeper = Failing()
        talk = Session(demo.runtime, demo.agent, keeper=keeper)
        assert said(ask(talk, FIRST, FOLLOW_UP)) == said(demo.ask(FIRST, FOLLOW_UP))
        logged = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
        assert logged == ["a turn is not kept: OSError"] * 4

    def test_neither_reads_nor_changes_anothers_conversation(self, demo: Asker, conversations: Conversations) -> None:
        ask(session(demo, conversations), FIRST)
        before = conversations.turns("c")
        store = conversations._store
        intruder = session(demo, Conversations(store, "somebody else"))
        assert intruder.conversation.turns == ()
        ask(intruder, FOLLOW_UP)
        assert conversations.turns("c") == before


def test_a_conversation_deleted_while_it_is_answered_stays_deleted(
    demo: Asker, conversations: Conversations, statement: list[str]
) -> None:
    statement.append(ENDLESS)

    async def talk() -> None:
        cancel = CancelToken()
        async for event in session(demo, conversations).ask(FIRST, cancel):
            if event.kind == "compiled":
                assert conversations.delete("c")
                cancel.cancel()

    asyncio.run(talk())
    assert conversations.listed(9) == []
    assert conversations.turns("c") == []
