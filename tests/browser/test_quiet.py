"""While every page and state is visited, nothing leaves the machine, nothing fails and nothing is wrong in the page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from browser.conftest import PHONE, Chat, words

pytestmark = pytest.mark.browser

QUESTIONS = (
    "上个月的销售额",
    "四季度销售额前五的部门",
    "2017年每周的订单数",
    "11月各品牌类型每周的销售额",
    "按活动看销售额",
    "上个月的折扣",
)


def test_a_visit_of_every_page_and_state(fresh_chat: Callable[..., Chat]) -> None:
    """In one language; every test of this folder holds its pages to the same in both."""
    chat, said = fresh_chat("zh"), words("zh")
    number, breakdown, *others = QUESTIONS
    chat.click(chat.starters.first)
    for question in (number, *others, breakdown):
        chat.ask(question)

    chat.drawn()
    chat.answer.get_by_role("combobox", name=said["chart_type"]).select_option(index=1)
    for fold in (said["evidence"], said["sql"]):
        chat.fold(fold).click()
    chat.unfold_work()
    with chat.page.expect_download():
        chat.button(said["picture"]).click()
    with chat.page.expect_download():
        chat.answer.get_by_role("link", name=said["csv"]).click()
    for key in ("metric", "period", "add"):
        menu = chat.open_menu(key)
        expect(menu.options.first).to_be_visible()
        chat.page.keyboard.press("Escape")
        expect(menu.all).to_have_count(0)
    chat.button(said["good"]).click()
    expect(chat.button(said["good"])).to_have_attribute("aria-pressed", "true")
    for opener in (chat.button(said["bad"]), chat.answer.locator(".hx-group").first):
        opener.click()
        expect(chat.dialog).to_be_visible()
        chat.page.keyboard.press("Escape")
        expect(chat.dialog).to_have_count(0)
    chat.page.locator("#hx-export summary").click()
    chat.page.keyboard.press("Escape")
    chat.page.locator("#search-chats-button").click()
    chat.dialog.locator("[cmdk-input]").fill(number)
    expect(chat.dialog.locator("[cmdk-item]").first).to_be_visible()
    chat.page.keyboard.press("Escape")
    for theme in ("dark", "light"):
        chat.page.locator("#theme-toggle").click()
        chat.page.get_by_role("menuitem").nth(["light", "dark"].index(theme)).click()
    chat.page.set_viewport_size(PHONE)
    chat.drawn()
    chat.page.reload()
    chat.answered(len(QUESTIONS) + 1)
    chat.page.locator("#new-chat-button:visible").click()
    chat.starters.first.wait_for()
    chat.page.wait_for_load_state("networkidle")

    assert any(address.startswith("ws://127.0.0.1") for address in chat.heard.addresses)
    assert {urlsplit(address).hostname for address in chat.heard.addresses} <= {"127.0.0.1", None}
    assert chat.heard.trouble() == []


def test_plain_words_of_a_question_are_text_whatever_they_look_like(fresh_chat: Callable[..., Chat]) -> None:
    chat = fresh_chat("en")
    asked = "sales of ![x](http://evil.example/a.png) <img src=http://evil.example/b.png> [y](http://evil.example)"
    chat.ask(asked)
    expect(chat.questions).to_have_text(asked)
    expect(chat.answer).to_contain_text("evil.example")
    for address in ("http://evil.example/a", "www.evil.example", "me@evil.example"):
        chat.ask(f"sales of {address}")
    expect(chat.page.locator(".message-content").locator("img[src*=evil], a[href*=evil], a[href^=mailto]")).to_have_count(0)
    assert chat.heard.trouble() == []
