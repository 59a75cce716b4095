"""What a page is sent while a question is answered, and what it is left with when something fails inside."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from chatting import Listener, serving, talked, thread_of
from conftest import Asker

from assistant.chat.clicks import Clicked
from assistant.chat.shared import Served
from assistant.events import Event, Progress, Started
from assistant.session import Session
from assistant.wording.texts import fill
from semantic_layer.engines.base import CancelToken

BREAKDOWN = {"zh": "2017年11月各部门的销售额", "en": "sales by department in November 2017"}


@pytest.fixture
def now(demo: Asker, tmp_path: Path) -> Iterator[Served]:
    with serving(demo, tmp_path) as served:
        yield served


@pytest.fixture
def handlers(now: Served) -> ModuleType:
    from assistant.chat import handlers

    return handlers


def page(conversation: str = "") -> Listener:
    return Listener(conversation or str(uuid.uuid4()))


async def ask(handlers: ModuleType, question: str) -> None:
    """As Chainlit hands over what was typed."""
    import chainlit as cl

    await cl.context.emitter.task_start()
    await handlers.ask(cl.Message(content=question, type="user_message"))
    await cl.context.emitter.task_end()


async def click(handlers: ModuleType, **payload: Any) -> dict[str, Any]:
    import chainlit as cl

    return await handlers.click(cl.Action(name="click", payload=payload))


class TestAnswered:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_a_question_leaves_one_line_of_work_one_answer_and_its_card(self, handlers: ModuleType, language: str) -> None:
        async def scene() -> Listener:
            listener = page()
            await ask(handlers, BREAKDOWN[language])
            return listener

        listener = asyncio.run(scene())
        (work,) = listener.work()
        assert work["name"].startswith({"zh": "理解为：", "en": "Understood as: "}[language])
        assert work["end"]
        assert len(listener.said()) == 1
        (card,) = listener.cards()
        assert (card["language"], card["status"], card["fresh"]) == (language, "answered", True)
        assert ("window_message", {"huaxiang": "asked", "conversation": listener.session.thread_id}) in listener.events

    def test_what_a_page_is_sent_is_what_it_gets_when_it_is_loaded_again(self, handlers: ModuleType, now: Served) -> None:
        async def scene() -> Listener:
            listener = page()
            await ask(handlers, BREAKDOWN["en"])
            await click(handlers, turn=0, edit={"part": "limit", "value": 3}, text="Top 3", language="en")
            return listener

        listener = asyncio.run(scene())
        steps, cards = thread_of(str(listener.session.thread_id), now)
        kept = {str(step["id"]): step for step in steps}
        for id, line in listener.lines().items():
            assert {name: line[name] for name in ("type", "name", "output")} == {
                name: kept[id][name] for name in ("type", "name", "output")
            }
        assert [{**card["props"], "fresh": True} for card in cards] == [
            {**card, "picture": cards[place]["props"]["picture"]} for place, card in enumerate(listener.cards())
        ]

    def test_a_refusal_leaves_no_line_of_work(self, handlers: ModuleType) -> None:
        async def scene() -> Listener:
            listener = page()
            await ask(handlers, "Spend by gender")
            return listener

        listener = asyncio.run(scene())
        assert listener.work() == []
        assert [card["status"] for card in listener.cards()] == ["refused"]

    def test_a_click_stands_as_a_question_and_shows_that_it_is_running_until_it_is_answered(
        self, handlers: ModuleType, now: Served
    ) -> None:
        conversation, _ = talked(now, BREAKDOWN["en"])

        async def scene() -> Listener:
            listener = page(conversation)
            assert await click(handlers, turn=0, edit={"part": "limit", "value": 3}, text="Top 3", language="en") == {}
            return listener

        listener = asyncio.run(scene())
        asked = [line["output"] for line in listener.lines().values() if line["type"] == "user_message"]
        assert asked == ["Top 3"]
        events = [event for event, _ in listener.events]
        assert events.index("task_start") < events.index("new_message")
        assert not listener.is_busy

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_a_click_that_cannot_be_followed_says_why_in_the_language_of_its_card(
        self, handlers: ModuleType, language: str
    ) -> None:
        async def scene() -> tuple[dict[str, Any], Listener]:
            listener = page()
            return await click(handlers, turn=7, next=0, language=language), listener

        said, listener = asyncio.run(scene())
        assert said == {"refused": fill(language, "refusals", "gone")}
        assert listener.events == []

    def test_long_work_counts_its_seconds_in_the_one_line_that_is_there(self, handlers: ModuleType, now: Served) -> None:
        async def slow(session: Session, cancel: CancelToken) -> AsyncIterator[Event]:
            async for event in session.ask(BREAKDOWN["en"], cancel):
                yield event
                if isinstance(event, Started):
                    for seconds in (1.0, 2.0):
                        yield Progress(conversation=event.conversation, turn=0, sequence=0, seconds=seconds)

        async def scene() -> Listener:
            listener = page()
            await handlers._show(slow, "en")
            return listener

        listener = asyncio.run(scene())
        said = [
            data["name"]
            for event, data in listener.events
            if event in ("new_message", "update_message") and data["type"] == "tool"
        ]
        assert "Computing… 1 s so far (Esc stops it)" in said and "Computing… 2 s so far (Esc stops it)" in said
        assert len(listener.work()) == 1

    def test_a_question_that_waited_behind_another_shows_that_it_runs_when_its_turn_has_come(
        self, handlers: ModuleType, now: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def scene() -> None:
            ends = {name: asyncio.Event() for name in ("first", "second")}

            def choice(payload: dict[str, Any], *_: Any) -> Clicked:
                async def asking(session: Session, cancel: CancelToken) -> AsyncIterator[Event]:
                    async for event in session.ask(BREAKDOWN["en"], cancel):
                        yield event
                        if isinstance(event, Started):
                            await ends[payload["name"]].wait()

                return Clicked(asking, payload["name"])

            monkeypatch.setattr(handlers, "clicked", choice)
            listener = page()
            running = {}
            for name in ends:
                running[name] = asyncio.create_task(click(handlers, name=name, language="en"))
                await asyncio.sleep(0.1)
            assert any("Others are asking" in line["name"] for line in listener.work())
            ends["first"].set()
            await running["first"]
            for _ in range(100):
                if any(line["output"] == "second" for line in listener.lines().values()):
                    break
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.05)
            assert len(listener.said()) == 1
            assert listener.is_busy
            ends["second"].set()
            await running["second"]
            assert not listener.is_busy
            assert len(listener.said()) == 2

        asyncio.run(scene())


class TestFault:
    """A fault of ours ends in a sentence, in the language of what was asked, and nothing goes on turning."""

    def expect_sentence(self, listener: Listener, language: str) -> None:
        assert listener.said()[-1] == fill(language, "refusals", "internal")
        assert all(line["end"] for line in listener.work())
        assert not listener.is_busy
        assert "Zero" not in str(listener.events)

    @pytest.mark.parametrize("language", ["zh", "en"])
    @pytest.mark.parametrize("where", ["lines_of", "is_worked_out"])
    def test_while_the_answer_is_shown(
        self, handlers: ModuleType, monkeypatch: pytest.MonkeyPatch, language: str, where: str
    ) -> None:
        def fails(*_: Any, **__: Any) -> Any:
            raise ZeroDivisionError

        monkeypatch.setattr(handlers, where, fails)

        async def scene() -> Listener:
            listener = page()
            await ask(handlers, BREAKDOWN[language])
            return listener

        listener = asyncio.run(scene())
        self.expect_sentence(listener, language)
        assert listener.work() == []

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_while_it_is_asked_by_a_click(
        self, handlers: ModuleType, now: Served, monkeypatch: pytest.MonkeyPatch, language: str
    ) -> None:
        conversation, _ = talked(now, BREAKDOWN[language])
        monkeypatch.setattr(Session, "ask_request", broken)

        async def scene() -> Listener:
            listener = page(conversation)
            await click(handlers, turn=0, edit={"part": "limit", "value": 3}, text="Top 3", language=language)
            return listener

        self.expect_sentence(asyncio.run(scene()), language)

    def test_in_what_a_click_means(self, handlers: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(*_: Any, **__: Any) -> Any:
            raise ZeroDivisionError

        monkeypatch.setattr(handlers, "clicked", fails)

        async def scene() -> Listener:
            listener = page()
            await click(handlers, turn=0, next=0, language="zh")
            return listener

        self.expect_sentence(asyncio.run(scene()), "zh")

    def test_a_line_that_says_that_others_are_asking_goes_as_well(
        self, handlers: ModuleType, now: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(type(now.talks), "must_wait", lambda self, conversation: True)
        monkeypatch.setattr(Session, "ask", broken)

        async def scene() -> Listener:
            listener = page()
            await ask(handlers, BREAKDOWN["en"])
            return listener

        listener = asyncio.run(scene())
        assert any("Others are asking" in str(data) for _, data in listener.events)
        self.expect_sentence(listener, "en")
        assert listener.work() == []

    def test_the_next_question_works(self, handlers: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        async def scene() -> Listener:
            listener = page()
            with monkeypatch.context() as patched:
                patched.setattr(Session, "ask", broken)
                await ask(handlers, BREAKDOWN["en"])
            await asyncio.wait_for(ask(handlers, BREAKDOWN["en"]), 30)
            return listener

        listener = asyncio.run(scene())
        assert [card["status"] for card in listener.cards()] == ["answered"]


async def broken(session: Session, *arguments: Any) -> AsyncIterator[Event]:
    """A session that begins, and fails."""
    yield Started(conversation=session.conversation.id, turn=0, sequence=0, question="", language="en")
    raise ZeroDivisionError


class TestResumed:
    def test_a_page_gets_the_conversation_as_it_is_kept(self, handlers: ModuleType, now: Served) -> None:
        conversation, _ = talked(now, BREAKDOWN["en"])

        async def scene() -> dict[str, Any]:
            page(conversation)
            thread: dict[str, Any] = {"id": conversation}
            await handlers.resume(thread)
            return thread

        thread = asyncio.run(scene())
        assert [step["type"] for step in thread["steps"]] == ["user_message", "tool", "assistant_message"]
        assert len(thread["elements"]) == 1

    def test_an_answer_that_comes_after_a_page_was_loaded_again_is_sent_to_it_once(
        self, handlers: ModuleType, now: Served
    ) -> None:
        conversation = str(uuid.uuid4())

        async def scene() -> Listener:
            go_on = asyncio.Event()

            async def slow(session: Session, cancel: CancelToken) -> AsyncIterator[Event]:
                events = session.ask(BREAKDOWN["en"], cancel)
                async for event in events:
                    yield event
                    if isinstance(event, Started):
                        await go_on.wait()

            before = page(conversation)
            running = asyncio.create_task(handlers._show(slow, "en"))
            while not any(event == "new_message" for event, _ in before.events):
                await asyncio.sleep(0.01)
            now.conversations.started(conversation, 0, BREAKDOWN["en"], now.grant())
            after = page(conversation)
            thread: dict[str, Any] = {"id": conversation}
            await handlers.resume(thread)
            assert [step["type"] for step in thread["steps"]] == ["user_message"]
            await asyncio.sleep(0.05)
            assert after.is_busy and after.said() == []
            go_on.set()
            await running
            for _ in range(200):
                if after.events and not after.is_busy:
                    break
                await asyncio.sleep(0.02)
            return after

        after = asyncio.run(scene())
        assert len(after.said()) == 1 and len(after.cards()) == 1
        assert not after.is_busy

    def test_a_question_that_comes_before_the_conversation_was_sent_waits_for_it_and_is_shown_again(
        self, handlers: ModuleType, now: Served
    ) -> None:
        import chainlit as cl

        conversation, _ = talked(now, BREAKDOWN["en"])

        async def scene() -> Listener:
            listener = page(conversation)
            listener.session.thread_id_to_resume = conversation
            message = cl.Message(content="and in October?", type="user_message")
            running = asyncio.create_task(handlers.ask(message))
            await asyncio.sleep(0.1)
            assert listener.events == []
            await handlers.resume({"id": conversation})
            await running
            assert next(iter(listener.lines())) == message.id
            return listener

        assert len(asyncio.run(scene()).said()) == 1

    def test_a_conversation_that_is_not_there_gives_way_to_a_new_one(self, handlers: ModuleType) -> None:
        async def scene() -> Listener:
            listener = page("not there")
            listener.session.thread_id_to_resume = "not there"
            await handlers.start()
            return listener

        listener = asyncio.run(scene())
        told = [(data["huaxiang"], data["conversation"]) for event, data in listener.events if event == "window_message"]
        assert told == [("gone", "not there"), ("started", listener.session.thread_id)]
        assert listener.session.thread_id != "not there"


def test_a_stop_reaches_the_conversation_of_its_page_and_says_nothing_of_its_own(
    handlers: ModuleType, now: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(type(now.talks), "stop", lambda self, conversation: stopped.append(conversation))

    async def scene() -> Listener:
        from chainlit.server import sio

        listener = page("mine")
        await sio.handlers["/"]["stop"](listener.session.socket_id)
        await sio.handlers["/"]["stop"]("a page that is not there")
        return listener

    listener = asyncio.run(scene())
    assert stopped == ["mine"]
    assert listener.events == []


def test_first_questions_are_in_the_language_of_the_browser(handlers: ModuleType, now: Served) -> None:
    for language, code in (("zh-CN", "zh"), ("zh", "zh"), ("en-US", "en"), ("fr", "en"), (None, "en")):
        starters = asyncio.run(handlers.starters(None, language))
        assert [each.message for each in starters] == [getattr(each, code) for each in now.runtime.workspace.questions]
