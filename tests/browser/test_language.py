"""The language of the interface: the browser's, until somebody switches it. Answers are in that of their question."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from browser.conftest import Chat, Opens, words

pytestmark = pytest.mark.browser

HINT = {"zh": "请用一句话提问", "en": "Ask about your customers"}


def expect_interface(chat: Chat, language: str) -> None:
    """Everything that is not an answer speaks the language."""
    chat.starters.first.wait_for()
    said = words(language)
    expect(chat.field).to_have_attribute("placeholder", HINT[language])
    expect(chat.page.locator("html")).to_have_attribute("lang", {"zh": "zh-CN", "en": "en-US"}[language])
    expect(chat.page.locator("#hx-language")).to_have_text(said["language"])
    expect(chat.page.locator("#new-chat-button").first).to_have_attribute("aria-label", said["new_chat"])
    chat.page.locator("#theme-toggle").click()
    expect(chat.page.get_by_role("menuitem").first).to_have_text({"zh": "浅色", "en": "Light"}[language])
    chat.page.keyboard.press("Escape")


def test_the_switch_turns_the_whole_interface_and_stays_over_a_reload(fresh_chat: Callable[..., Chat]) -> None:
    chat = fresh_chat("zh")
    expect_interface(chat, "zh")
    first = chat.starters.first.inner_text()
    chat.page.locator("#hx-language").click()
    expect(chat.field).to_have_attribute("placeholder", HINT["en"])
    expect_interface(chat, "en")
    assert chat.starters.first.inner_text() != first
    chat.page.reload()
    expect_interface(chat, "en")
    chat.page.locator("#hx-language").click()
    expect(chat.field).to_have_attribute("placeholder", HINT["zh"])
    expect_interface(chat, "zh")
    assert chat.heard.trouble() == []


@pytest.mark.parametrize(("locale", "language"), [("zh-TW", "zh"), ("fr-FR", "en")])
def test_it_follows_the_browser_and_is_english_for_others(fresh_chat: Callable[..., Chat], locale: str, language: str) -> None:
    chat = fresh_chat(language, locale=locale)
    expect_interface(chat, language)
    assert chat.heard.trouble() == []


def test_an_answer_is_in_the_language_of_its_question_whatever_the_interface_speaks(open_chat: Opens) -> None:
    chat = open_chat("en")
    chat.ask("四季度销售额前五的部门")
    expect(chat.work).to_contain_text("理解为")
    expect(chat.answer.get_by_role("button", name=words("zh")["add"], exact=True)).to_be_visible()
    expect(chat.answer.locator(".hx-card")).to_have_attribute("lang", "zh-CN")
    chat.ask("Orders in November")
    expect(chat.answer.locator(".hx-card")).to_have_attribute("lang", "en-US")
    expect(chat.field).to_have_attribute("placeholder", HINT["en"])
