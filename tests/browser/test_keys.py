"""Keys of the question field."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser.conftest import Opens

pytestmark = pytest.mark.browser


def test_enter_sends(open_chat: Opens) -> None:
    chat = open_chat("en")
    chat.ask("Sales last month")
    chat.type("Orders in November")
    chat.press("Enter")
    assert chat.questions.all_inner_texts() == ["Sales last month", "Orders in November"]
    expect(chat.field).to_have_value("")


def test_shift_and_enter_break_the_line(open_chat: Opens) -> None:
    chat = open_chat("en")
    chat.type("Orders in")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("November")
    expect(chat.field).to_have_value("Orders in\nNovember")
    expect(chat.questions).to_have_count(0)


class TestRecall:
    def test_up_goes_back_through_the_questions_and_down_comes_forward_again(self, open_chat: Opens) -> None:
        chat = open_chat("zh")
        for question in ("上个月的销售额", "11月的订单数", "上个月的销售额"):
            chat.ask(question)
        chat.field.click()
        seen: list[str] = []
        for key in ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown"):
            chat.page.keyboard.press(key)
            seen.append(chat.field.input_value())
        assert seen == ["上个月的销售额", "11月的订单数", "11月的订单数", "上个月的销售额", ""]

    def test_a_recalled_question_can_be_changed_and_sent(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        chat.ask("Orders in November")
        chat.field.click()
        chat.page.keyboard.press("ArrowUp")
        chat.page.keyboard.type(" by brand type")
        chat.press("Enter")
        assert chat.questions.last.inner_text() == "Orders in November by brand type"

    def test_words_that_were_typed_are_not_lost_to_it(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        chat.ask("Orders in November")
        chat.type("Sales")
        chat.page.keyboard.press("ArrowUp")
        expect(chat.field).to_have_value("Sales")

    def test_before_the_first_question_there_is_nothing_to_recall(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        chat.field.click()
        chat.page.keyboard.press("ArrowUp")
        expect(chat.field).to_have_value("")


def test_escape_changes_nothing_where_nothing_runs(open_chat: Opens) -> None:
    chat = open_chat("en")
    chat.ask("Orders in November")
    chat.type("Sales")
    chat.page.keyboard.press("Escape")
    expect(chat.answers).to_have_count(1)
    expect(chat.field).to_have_value("Sales")
