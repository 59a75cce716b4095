"""Several pages at the same time, of several conversations or of one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from browser.conftest import Asks, Chat, Opens, Server, figures_in, page_of

pytestmark = pytest.mark.browser

COMPUTING = re.compile("Computing|正在计算")


@pytest.fixture
def second(open_chat: Opens, server: Server) -> Iterator[Chat]:
    """One more page in the browser of the English one."""
    chat = page_of(open_chat("en").page.context, server, "en")
    yield chat
    assert chat.heard.trouble() == []
    chat.page.close()


ASKED = {
    "en": ("Sales last month", "and the month before?", "by department"),
    "zh": ("上个月的销售额", "10月呢", "按部门"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_conversations_never_mix(open_chat: Opens, second: Chat, told: Asks, language: str) -> None:
    """In two pages of one browser, and in two browsers that speak different languages."""
    first = open_chat("en")
    second = second if language == "en" else open_chat("zh")
    asked = {first: ("Orders in November", "and in October?", "by brand type"), second: ASKED[language]}
    for turn in range(3):
        for page, questions in asked.items():
            page.send(questions[turn])
        for page in asked:
            page.answered(turn + 1)
    assert first.conversation != second.conversation
    for page, questions in asked.items():
        assert page.questions.all_inner_texts() == list(questions)
        expect(page.answer).to_contain_text(told(*questions).answer)
        expect(page.answers.nth(1)).to_contain_text(told(*questions[:2]).answer)


def test_a_slow_question_in_one_keeps_no_other_waiting(open_corner: Opens, corner_server: Server) -> None:
    slow = open_corner("en")
    quick = page_of(slow.page.context, corner_server, "en")
    slow.send("Visitors by door")
    expect(slow.work).to_contain_text(COMPUTING)
    quick.ask("Sales in March")
    expect(slow.answers).to_have_count(0)
    slow.page.keyboard.press("Escape")
    slow.answered(1)
    expect(quick.answers).to_have_count(1)
    quick.page.close()


class TestOfOneConversation:
    def test_each_goes_on_from_what_was_asked_last_in_either(self, open_chat: Opens, server: Server, told: Asks) -> None:
        first = open_chat("en")
        first.ask("Orders in November")
        second = page_of(first.page.context, server, "en", f"/thread/{first.conversation}")
        second.answered(1)
        second.ask("and in October?")
        first.ask("by brand type")
        questions = ("Orders in November", "and in October?", "by brand type")
        expect(first.answer).to_contain_text(told(*questions).answer)
        for page in (first, second):
            page.page.reload()
            page.answered(3)
            assert page.questions.all_inner_texts() == list(questions)
        second.page.close()

    def test_questions_asked_at_once_are_answered_one_after_the_other(self, open_corner: Opens, corner_server: Server) -> None:
        first = open_corner("en")
        first.ask("Sales in March")
        second = page_of(first.page.context, corner_server, "en", f"/thread/{first.conversation}")
        second.answered(1)
        first.send("Visitors")
        expect(first.work).to_contain_text(COMPUTING)
        second.send("Sales in February")
        expect(second.work).to_contain_text("Others are asking too")
        first.answered(2)
        second.answered(2)
        assert figures_in(first.number.inner_text()) == [250000]
        assert figures_in(second.number.inner_text()) == [4200]
        expect(second.page.locator("[data-step-type=tool]")).to_have_count(2)
        first.page.reload()
        first.answered(3)
        assert first.questions.all_inner_texts() == ["Sales in March", "Visitors", "Sales in February"]
        second.page.close()
