"""The server ends and begins again while pages are open: one in Chinese, one in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Asker
from playwright.sync_api import Browser, expect

from assistant.wording.texts import fill
from browser import corner_shop
from browser.conftest import Chat, Server, begin_anew, beside, figures_in, load, words

pytestmark = pytest.mark.browser

BEFORE = {"zh": "3月的销售额", "en": "Sales in March"}
AFTER = {"zh": "那2月呢", "en": "and in February?"}
SLOW = {"zh": "访客数", "en": "Visitors"}
COMPUTING = re.compile("Computing|正在计算")
RECONNECTED = 40_000
"""Milliseconds within which a page has found its server again."""


@pytest.fixture(scope="module")
def restartable(corner: Asker, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    said = tmp_path_factory.mktemp("restartable") / "output.txt"
    running = Server(home, said, str(corner.runtime.folder), HUAXIANG_THREADS="1", HUAXIANG_MAX_SECONDS="120")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def opened(chromium: Browser, restartable: Server) -> Iterator[list[Chat]]:
    chats = [load(chromium, restartable, language) for language in ("zh", "en")]
    yield chats
    for chat in chats:
        chat.page.context.close()


@pytest.fixture
def chats(opened: list[Chat]) -> list[Chat]:
    """A new conversation in either language."""
    for chat in opened:
        begin_anew(chat)
    return opened


@pytest.mark.parametrize("crash", [False, True], ids=["ended", "killed"])
def test_an_open_page_recovers_its_conversation_by_itself_and_goes_on_with_it(
    chats: list[Chat], restartable: Server, corner: Asker, crash: bool
) -> None:
    for chat in chats:
        chat.ask(BEFORE[chat.language])
        expect(chat.answer.locator(".hx-chips")).to_be_visible()
    addresses, said = [chat.conversation for chat in chats], [chat.answer.inner_text() for chat in chats]
    restartable.restart(crash)
    for chat in chats:
        chat.ask(AFTER[chat.language])
        expected = beside(lambda: corner.ask(BEFORE[chat.language], AFTER[chat.language]))  # noqa: B023
        assert figures_in(chat.number.inner_text()) == expected.rows[0]
        assert chat.questions.all_inner_texts() == [BEFORE[chat.language], AFTER[chat.language]]
    assert [chat.conversation for chat in chats] == addresses
    assert [chat.answers.first.inner_text() for chat in chats] == said


def test_a_question_that_was_cut_off_says_so_and_can_be_asked_again_by_a_click(chats: list[Chat], restartable: Server) -> None:
    for chat in chats:
        chat.send(SLOW[chat.language])
        expect(chat.work).to_contain_text(COMPUTING)
        chat.conversation  # noqa: B018  (its address stands)
    restartable.restart(crash=True)
    for chat in chats:
        expect(chat.answer).to_contain_text(fill(chat.language, "page", "interrupted"), timeout=RECONNECTED)
        expect(chat.page.locator("[data-step-type=tool]")).to_have_count(0)
        chat.button(words(chat.language)["again"]).click()
    for chat in chats:
        chat.answered(2)
        assert figures_in(chat.number.inner_text()) == [corner_shop.VISITS]
        assert chat.questions.all_inner_texts() == [SLOW[chat.language]] * 2


def test_charts_and_buttons_of_earlier_answers_work_afterwards_and_a_page_that_had_asked_nothing_can_ask(
    chats: list[Chat], restartable: Server
) -> None:
    new, old = chats
    old.ask("Sales by shelf")
    old.conversation  # noqa: B018
    restartable.restart()
    old.type("x")
    expect(old.page.locator("#chat-submit")).to_be_enabled(timeout=RECONNECTED)
    old.drawn()
    old.open_menu("by.0").choose("Brand")
    assert len(old.rows()) == len(corner_shop.HOSTILE)
    new.ask(BEFORE["zh"])
    assert new.questions.all_inner_texts() == [BEFORE["zh"]]
    assert figures_in(new.number.inner_text())
