"""Our conversations as Chainlit lists, opens, renames and deletes them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chatting import Listener, serving, talked, thread_of
from conftest import Asker

from assistant.chat.shared import Served, serve_with
from assistant.wording.texts import fill


@pytest.fixture
def now(demo: Asker, tmp_path: Path) -> Iterator[Served]:
    with serving(demo, tmp_path) as served:
        yield served


def layer() -> Any:
    from assistant.chat.data_layer import ConversationLayer

    return ConversationLayer()


def listed(first: int = 20, cursor: str | None = None, search: str | None = None) -> Any:
    from chainlit.types import Pagination, ThreadFilter

    wanted = Pagination(first=first, cursor=cursor)
    return asyncio.run(layer().list_threads(wanted, ThreadFilter(search=search, userId="local")))


def ask(now: Served, *questions: str) -> list[str]:
    """A conversation for each question, kept without being answered."""
    made = [str(uuid.uuid4()) for _ in questions]
    for conversation, question in zip(made, questions, strict=True):
        now.conversations.started(conversation, 0, question, now.grant())
    return made


class TestUser:
    def test_the_one_user_is_known_and_nobody_else(self, now: Served) -> None:
        user = asyncio.run(layer().get_user("local"))
        assert (user.id, user.identifier) == ("local", "local")
        assert asyncio.run(layer().get_user("somebody")) is None


class TestList:
    def test_the_latest_come_first_with_their_titles_and_no_lines(self, now: Served) -> None:
        first, second = ask(now, "sales last month", "上个月的销售额")
        found = listed()
        assert [(each["id"], each["name"]) for each in found.data] == [(second, "上个月的销售额"), (first, "sales last month")]
        assert all(each["steps"] == [] and each["userIdentifier"] == "local" for each in found.data)
        assert not found.pageInfo.hasNextPage

    def test_it_comes_a_page_at_a_time(self, now: Served) -> None:
        made = ask(now, *(f"question {number}" for number in range(5)))[::-1]
        seen: list[str] = []
        cursor = None
        for count in (2, 2, 1):
            found = listed(2, cursor)
            assert len(found.data) == count
            seen += [each["id"] for each in found.data]
            cursor = found.pageInfo.endCursor
            assert found.pageInfo.hasNextPage == (len(seen) < 5)
        assert seen == made

    @pytest.mark.parametrize("first", [0, -5, 1_000_000])
    def test_however_many_are_asked_for_some_are_given_and_not_all(self, now: Served, first: int) -> None:
        ask(now, *(f"question {number}" for number in range(60)))
        assert 1 <= len(listed(first).data) <= 50

    def test_a_search_looks_into_questions_and_titles(self, now: Served) -> None:
        made = ask(now, "sales last month", "orders by store")
        now.conversations.rename(made[0], "Monday meeting")
        assert [each["id"] for each in listed(search="MEETING").data] == [made[0]]
        assert [each["id"] for each in listed(search="sales").data] == [made[0]]
        assert listed(search="100%").data == []
        assert len(listed(search="x" * 10_000).data) == 0

    def test_another_role_has_a_list_of_its_own(self, now: Served, demo: Asker, tmp_path: Path) -> None:
        ask(now, "sales last month")
        with serving(demo, tmp_path, role="marketer"):
            assert listed().data == []
        serve_with(now)

    def test_a_cursor_that_is_not_there_lists_nothing(self, now: Served) -> None:
        ask(now, "sales last month")
        assert listed(cursor="nowhere").data == []


class TestThread:
    def test_it_has_question_work_answer_and_card_of_each_turn(self, now: Served) -> None:
        conversation, replies = talked(now, "sales by department in November", "Spend by gender")
        thread = asyncio.run(layer().get_thread(conversation))
        assert [step["type"] for step in thread["steps"]] == [
            "user_message",
            "tool",
            "assistant_message",
            "user_message",
            "assistant_message",
        ]
        assert [step["id"] for step in thread["steps"]] == [
            f"{conversation}-{turn}-{what}"
            for turn, what in ((0, "question"), (0, "work"), (0, "answer"), (1, "question"), (1, "answer"))
        ]
        assert [each["forId"] for each in thread["elements"]] == [f"{conversation}-{turn}-answer" for turn in (0, 1)]
        assert thread["elements"][0]["props"]["sql"] == replies[0].sql
        assert all(step["end"] for step in thread["steps"] if step["type"] == "tool")

    def test_one_that_was_cut_off_says_so_and_offers_to_ask_again(self, now: Served) -> None:
        for question, language in (("sales last month", "en"), ("上个月的销售额", "zh")):
            (conversation,) = ask(now, question)
            steps, (card,) = thread_of(conversation, now)
            assert [step["output"] for step in steps] == [question, fill(language, "page", "interrupted")]
            assert card["props"]["again"] is True
            assert card["props"]["next"] == [fill(language, "page", "again")]

    def test_one_that_is_being_answered_has_its_question_only(self, now: Served) -> None:
        async def scene() -> None:
            conversation = str(uuid.uuid4())
            talk = await now.talks.of(conversation)
            talk._asked.add(object())  # type: ignore[arg-type]
            now.conversations.started(conversation, 0, "sales last month", now.grant())
            steps, cards = await asyncio.to_thread(thread_of, conversation, now)
            assert [step["output"] for step in steps] == ["sales last month"]
            assert cards == []

        asyncio.run(scene())

    def test_an_answer_under_other_rights_is_not_in_it(self, now: Served) -> None:
        conversation, (reply,) = talked(now, "sales by department in November")
        kept = now.conversations.turn(conversation, 0)
        assert kept is not None and kept.turn is not None
        now.conversations.started(conversation, 0, kept.asked, "another grant")
        now.conversations.finished(conversation, 0, kept.turn, reply)
        steps, (card,) = thread_of(conversation, now)
        assert steps[1]["output"] == fill("en", "page", "withheld")
        assert (card["props"]["tables"], card["props"]["sql"]) == ([], None)

    def test_a_thumb_is_in_its_card(self, now: Served) -> None:
        conversation, _ = talked(now, "sales by department in November")
        now.feedback.give(conversation=conversation, number=0, given_by="local", kind="up")
        assert thread_of(conversation, now)[1][0]["props"]["thumb"] == "up"

    def test_one_that_is_not_there_or_anothers_is_none_of_ours(self, now: Served, demo: Asker, tmp_path: Path) -> None:
        (conversation,) = ask(now, "sales last month")
        assert asyncio.run(layer().get_thread_author(conversation)) == "local"
        with serving(demo, tmp_path, role="marketer"):
            assert asyncio.run(layer().get_thread(conversation)) is None
            assert asyncio.run(layer().get_thread_author(conversation)) == ""
        serve_with(now)
        assert asyncio.run(layer().get_thread("nowhere")) is None
        assert asyncio.run(layer().get_thread_author("nowhere")) == ""


class TestNames:
    def test_a_user_renames(self, now: Served) -> None:
        (conversation,) = ask(now, "sales last month")
        asyncio.run(layer().update_thread(conversation, name="Monday"))
        assert [each["name"] for each in listed().data] == ["Monday"]

    def test_the_first_words_list_a_conversation_before_its_first_turn_begins(self, now: Served) -> None:
        asyncio.run(layer().update_thread("new", name="sales last month", user_id="local"))
        assert [(each["id"], each["name"]) for each in listed().data] == [("new", "sales last month")]
        assert now.conversations.turns("new") == []

    def test_the_first_words_rename_nothing_that_has_a_name(self, now: Served) -> None:
        (conversation,) = ask(now, "sales last month")
        asyncio.run(layer().update_thread(conversation, name="Monday"))
        asyncio.run(layer().update_thread(conversation, name="something else", user_id="local"))
        assert [each["name"] for each in listed().data] == ["Monday"]

    def test_what_chainlit_notes_beside_a_name_is_not_kept(self, now: Served) -> None:
        asyncio.run(layer().update_thread("new", metadata={"a": 1}, tags=["b"]))
        assert listed().data == []


class TestDelete:
    def test_it_is_gone_with_its_turns_and_the_pages_that_show_it_are_told(self, now: Served) -> None:
        async def scene() -> None:
            conversation = str(uuid.uuid4())
            now.conversations.started(conversation, 0, "sales last month", now.grant())
            showing, other = Listener(conversation), Listener("another one")
            await layer().delete_thread(conversation)
            assert now.conversations.named(conversation) is None
            assert now.conversations.turns(conversation) == []
            assert showing.events == [("window_message", {"huaxiang": "deleted", "conversation": conversation})]
            assert other.events == []

        asyncio.run(scene())

    def test_one_of_another_owner_stays(self, now: Served, demo: Asker, tmp_path: Path) -> None:
        (conversation,) = ask(now, "sales last month")
        with serving(demo, tmp_path, role="marketer"):
            asyncio.run(layer().delete_thread(conversation))
        serve_with(now)
        assert now.conversations.named(conversation) is not None


def test_what_chainlit_would_write_is_kept_by_the_session_alone(now: Served) -> None:
    async def scene() -> None:
        made = layer()
        await made.create_step({"id": "x"})
        await made.update_step({"id": "x"})
        await made.delete_step("x")
        assert await made.get_element("t", "e") is None
        assert await made.get_favorite_steps("local") == []
        assert await made.delete_feedback("x") is False

    asyncio.run(scene())
    assert listed().data == []
