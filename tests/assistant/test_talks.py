"""The conversations of a process: one question at a time in each, a few in all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Asker

from assistant.chat import talks as module
from assistant.chat.talks import Talks
from assistant.events import Event, Started
from assistant.session import Session
from assistant.settings import Settings
from assistant.state.conversations import Conversations
from assistant.state.store import Store
from semantic_layer.engines.base import CancelToken
from semantic_layer.policy import Viewer


class Question:
    """A question that runs until it is told to end, or stopped."""

    def __init__(self, name: str, log: list[str]) -> None:
        self.name, self.log, self.end = name, log, asyncio.Event()
        self.cancelled = False

    async def __call__(self, session: Session, cancel: CancelToken) -> AsyncIterator[Event]:
        self.log.append(f"{self.name} begins")
        yield Started(conversation=session.conversation.id, turn=0, sequence=0, question=self.name, language="en")
        while not self.end.is_set() and not cancel.cancelled:
            await asyncio.sleep(0.001)
        self.cancelled = cancel.cancelled
        self.log.append(f"{self.name} ends")


@pytest.fixture
def make(demo: Asker, tmp_path: Path) -> Iterator[Callable[[], Talks]]:
    """Makes what a server holds, within its event loop."""
    store = Store.open(Settings(home=tmp_path, state_url=""))
    viewer = Viewer()
    yield lambda: Talks(demo.runtime, demo.agent, viewer, Conversations(store, "me"))
    store.close()


async def drain(events: AsyncIterator[Event]) -> list[Event]:
    return [event async for event in events]


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0.002)


def test_questions_of_one_conversation_are_answered_one_after_the_other_in_their_order(make: Callable[[], Talks]) -> None:
    async def scene() -> list[str]:
        talks, log = make(), list[str]()
        questions = [Question(name, log) for name in "abc"]
        running = []
        for question in questions:
            running.append(asyncio.create_task(drain(talks.ask("one", question))))
            await settled()
        assert log == ["a begins"]
        assert talks.busy("one") and talks.must_wait("one")
        for question in questions:
            question.end.set()
        await asyncio.gather(*running)
        assert not talks.busy("one")
        return log

    assert asyncio.run(scene()) == ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]


def test_other_conversations_do_not_wait_until_there_are_too_many_at_once(
    make: Callable[[], Talks], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)

    async def scene() -> None:
        talks, log = make(), list[str]()
        questions = [Question(name, log) for name in "abc"]
        running = []
        for number, question in enumerate(questions):
            assert talks.must_wait(f"talk {number}") == (number == 2)
            running.append(asyncio.create_task(drain(talks.ask(f"talk {number}", question))))
            await settled()
        assert log == ["a begins", "b begins"]
        questions[0].end.set()
        await settled()
        assert log == ["a begins", "b begins", "a ends", "c begins"]
        for question in questions:
            question.end.set()
        await asyncio.gather(*running)

    asyncio.run(scene())


def test_a_stop_reaches_what_runs_and_what_waits_behind_it_in_that_conversation_alone(make: Callable[[], Talks]) -> None:
    async def scene() -> None:
        talks, log = make(), list[str]()
        first, behind, other = (Question(name, log) for name in ("first", "behind", "other"))
        running = [
            asyncio.create_task(drain(talks.ask(name, question)))
            for name, question in (("one", first), ("one", behind), ("two", other))
        ]
        await settled()
        talks.stop("one")
        talks.stop("nobody knows it")
        await settled()
        assert first.cancelled and behind.cancelled and not other.end.is_set()
        assert not talks.busy("one") and talks.busy("two")
        other.end.set()
        await asyncio.gather(*running)
        assert not other.cancelled

    asyncio.run(scene())


def test_a_question_after_a_stop_is_not_stopped(make: Callable[[], Talks]) -> None:
    async def scene() -> None:
        talks, log = make(), list[str]()
        talks.stop("one")
        question = Question("a", log)
        question.end.set()
        await drain(talks.ask("one", question))
        assert not question.cancelled

    asyncio.run(scene())


@pytest.mark.parametrize("leave", ["fault", "left"])
def test_a_question_that_fails_or_is_left_keeps_no_other_waiting(make: Callable[[], Talks], leave: str) -> None:
    async def fails(session: Session, cancel: CancelToken) -> AsyncIterator[Event]:
        yield Started(conversation="one", turn=0, sequence=0, question="", language="en")
        if leave == "fault":
            raise ZeroDivisionError
        await asyncio.sleep(60)

    async def scene() -> None:
        talks, log = make(), list[str]()
        if leave == "fault":
            with pytest.raises(ZeroDivisionError):
                await drain(talks.ask("one", fails))
        else:
            async for _ in talks.ask("one", fails):
                break
        await settled()
        assert not talks.busy("one")
        question = Question("a", log)
        question.end.set()
        await asyncio.wait_for(drain(talks.ask("one", question)), 5)
        assert log == ["a begins", "a ends"]

    asyncio.run(scene())


def test_pages_that_open_a_conversation_at_once_share_it(make: Callable[[], Talks]) -> None:
    async def scene() -> None:
        talks = make()
        found = await asyncio.gather(*(talks.of("one") for _ in range(5)))
        assert len({id(talk) for talk in found}) == 1

    asyncio.run(scene())


def test_whoever_waits_for_the_end_waits_for_what_is_behind_as_well(make: Callable[[], Talks]) -> None:
    async def scene() -> None:
        talks, log = make(), list[str]()
        talk = await talks.of("one")
        await asyncio.wait_for(talk.ended(), 1)
        question = Question("a", log)
        running = asyncio.create_task(drain(talks.ask("one", question)))
        await settled()
        waiting = asyncio.create_task(talk.ended())
        await settled()
        assert not waiting.done()
        question.end.set()
        await asyncio.wait_for(waiting, 1)
        await running

    asyncio.run(scene())


class TestHeld:
    def test_the_longest_unused_are_let_go_but_none_that_is_busy(
        self, make: Callable[[], Talks], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "MOST_HELD", 2)

        async def scene() -> None:
            talks, log = make(), list[str]()
            busy = Question("a", log)
            running = asyncio.create_task(drain(talks.ask("busy", busy)))
            await settled()
            first = await talks.of("first")
            for name in ("second", "third"):
                await talks.of(name)
            assert talks.busy("busy")
            assert await talks.of("first") is not first
            busy.end.set()
            await running

        asyncio.run(scene())

    def test_one_that_was_let_go_goes_on_from_what_is_kept(
        self, make: Callable[[], Talks], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "MOST_HELD", 1)

        async def scene() -> Any:
            talks = make()
            await (await talks.of("one")).session.reply("sales in November 2017")
            await talks.of("two")
            return await (await talks.of("one")).session.reply("and in October?")

        reply = asyncio.run(scene())
        assert reply.plan["period"]["start"] == "2017-10-01"

    def test_one_that_was_deleted_is_stopped_and_begins_anew(self, make: Callable[[], Talks]) -> None:
        async def scene() -> None:
            talks, log = make(), list[str]()
            question = Question("a", log)
            before = await talks.of("one")
            running = asyncio.create_task(drain(talks.ask("one", question)))
            await settled()
            talks.forget("one")
            await asyncio.wait_for(running, 5)
            assert question.cancelled
            assert await talks.of("one") is not before

        asyncio.run(scene())
