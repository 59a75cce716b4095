"""The server ends and begins again while pages are open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Asker
from playwright.sync_api import Browser, expect

from assistant.wording.texts import fill
from browser.conftest import Chat, Server, beside, figures_in, load, words

pytestmark = pytest.mark.browser

BEFORE = {"zh": "3月的销售额", "en": "Sales in March"}
AFTER = {"zh": "那2月呢", "en": "and in February?"}
SLOW = {"zh": "访客数", "en": "Visitors"}
COMPUTING = re.compile("Computing|正在计算")


@pytest.fixture(scope="module")
def restartable(corner: Asker, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    said = tmp_path_factory.mktemp("restartable") / "output.txt"
    running = Server(home, said, str(corner.runtime.folder), HUAXIANG_THREADS="1", HUAXIANG_MAX_SECONDS="120")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def page(chromium: Browser, restartable: Server, request: pytest.FixtureRequest) -> Iterator[Chat]:
    chat = load(chromium, restartable, getattr(request, "param", "en"))
    yield chat
    chat.page.context.close()


@pytest.mark.parametrize("page", ["zh", "en"], indirect=True)
@pytest.mark.parametrize("crash", [False, True], ids=["ended", "killed"])
def test_an_open_page_recovers_its_conversation_by_itself_and_goes_on_with_it(
    page: Chat, restartable: Server, corner: Asker, crash: bool
) -> None:
    page.ask(BEFORE[page.language])
    address, said = page.conversation, page.answer.inner_text()
    restartable.restart(crash)
    page.ask(AFTER[page.language])
    expected = beside(lambda: corner.ask(BEFORE[page.language], AFTER[page.language]))
    assert figures_in(page.number.inner_text()) == expected.rows[0]
    assert page.conversation == address
    assert page.answers.first.inner_text() == said
    assert page.questions.all_inner_texts() == [BEFORE[page.language], AFTER[page.language]]


@pytest.mark.parametrize("page", ["zh", "en"], indirect=True)
def test_a_question_that_was_cut_off_says_so_and_can_be_asked_again_by_a_click(page: Chat, restartable: Server) -> None:
    page.send(SLOW[page.language])
    expect(page.work).to_contain_text(COMPUTING)
    page.conversation  # noqa: B018  (its address stands)
    restartable.restart(crash=True)
    expect(page.answer).to_contain_text(fill(page.language, "page", "interrupted"), timeout=30_000)
    expect(page.page.locator("[data-step-type=tool]")).to_have_count(0)
    page.click(page.button(words(page.language)["again"]))
    assert figures_in(page.number.inner_text()) == [250000]
    assert page.questions.all_inner_texts() == [SLOW[page.language]] * 2


def test_a_page_that_had_asked_nothing_can_ask_afterwards(page: Chat, restartable: Server) -> None:
    restartable.restart()
    page.ask("Sales in March")
    expect(page.answers).to_have_count(1)
    assert figures_in(page.number.inner_text())


def test_buttons_of_earlier_answers_work_afterwards(page: Chat, restartable: Server) -> None:
    page.ask("Sales by shelf")
    page.conversation  # noqa: B018
    restartable.restart()
    expect(page.page.locator("#session-error")).to_have_count(0, timeout=30_000)
    page.drawn()
    page.type("x")
    expect(page.page.locator("#chat-submit")).to_be_enabled()
    page.open_menu("metric").choose("Visits")
    expect(page.questions).to_have_count(2)
