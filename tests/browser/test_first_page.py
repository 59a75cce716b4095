"""The first page: what can be asked, and of what."""

from __future__ import annotations

import pytest
from conftest import Asker
from playwright.sync_api import expect

from browser.conftest import Asks, Opens, Server, figures_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_offers_the_first_questions_of_the_workspace(open_chat: Opens, demo: Asker, language: str) -> None:
    questions = [getattr(question, language) for question in demo.runtime.workspace.questions]
    assert open_chat(language).starters.all_inner_texts() == questions


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "完整旅程（杂货零售演示） · 今天按 2017年12月31日 算 · 角色：分析师"),
        ("en", "The Complete Journey (grocery demo) · today counts as December 31, 2017 · role: Analyst"),
    ],
)
def test_it_says_what_is_served_until_which_day_and_to_whom(open_chat: Opens, language: str, said: str) -> None:
    page = open_chat(language).page
    assert page.evaluate("getComputedStyle(document.querySelector('#welcome-screen'), '::after').content") == f'"{said}"'


@pytest.mark.parametrize(("language", "hint"), [("zh", "请用一句话提问"), ("en", "Ask about your customers")])
def test_the_field_says_what_it_is_for(open_chat: Opens, language: str, hint: str) -> None:
    assert open_chat(language).field.get_attribute("placeholder") == hint


def test_a_click_on_a_first_question_answers_it(open_chat: Opens, told: Asks) -> None:
    chat = open_chat("zh")
    question = chat.starters.first.inner_text()
    chat.click(chat.starters.first)
    assert figures_in(chat.number.inner_text()) == told(question).rows[0]


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_logo_is_shown_whole(open_chat: Opens, server: Server, ground: str) -> None:
    status, logo = server.get(f"/logo?theme={ground}")
    assert status == 200
    drawn = """logo => {
        const svg = document.body.appendChild(new DOMParser().parseFromString(logo, "image/svg+xml").documentElement);
        const [box, room] = [svg.querySelector("text").getBBox(), svg.viewBox.baseVal];
        svg.remove();
        return [box.x + box.width, room.width];
    }"""
    end, width = open_chat("zh").page.evaluate(drawn, logo)
    assert end <= width


def test_what_is_sent_in_the_moment_in_which_a_conversation_begins_is_answered(open_chat: Opens) -> None:
    chat = open_chat("en")
    chat.ask("Sales last month")
    for question in ("Sales in May", "Sales in June", "Sales in July"):
        chat.page.locator("#new-chat-button").click()
        expect(chat.questions).to_have_count(0)
        chat.field.fill(question)
        chat.page.keyboard.press("Enter")
        chat.answered(1)
        assert chat.questions.all_inner_texts() == [question]
