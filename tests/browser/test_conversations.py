"""The list of conversations: opened, searched, renamed, deleted."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Locator, expect

from browser.conftest import PHONE, Chat, Opens, Server, figures_in, page_of

pytestmark = pytest.mark.browser

NUMBER = {"zh": "11月的订单数", "en": "Orders in November"}


def listed(chat: Chat, conversation: str | None = None) -> Locator:
    """A conversation in the list beside the page."""
    return chat.page.locator(f"#thread-{conversation or chat.conversation}")


def option(chat: Chat, conversation: str, name: str) -> None:
    """Chooses from the menu of a conversation in the list."""
    listed(chat, conversation).hover()
    listed(chat, conversation).locator("#thread-options").click()
    chat.page.locator(f"#{name}-thread").click()


def rename(chat: Chat, conversation: str, title: str) -> None:
    option(chat, conversation, "rename")
    chat.dialog.locator("#name").fill(title)
    chat.dialog.get_by_role("button").filter(has_text={"zh": "确认", "en": "Confirm"}[chat.language]).click()
    expect(listed(chat, conversation)).to_contain_text(title)
    expect(chat.dialog).to_have_count(0)


def delete(chat: Chat, conversation: str) -> None:
    option(chat, conversation, "delete")
    asking = chat.page.get_by_role("alertdialog")
    asking.get_by_role("button").filter(has_text={"zh": "确认", "en": "Confirm"}[chat.language]).click()
    expect(listed(chat, conversation)).to_have_count(0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_conversation_is_listed_first_by_its_first_question_and_opens_by_a_click(open_chat: Opens, language: str) -> None:
    chat = open_chat(language)
    chat.ask(NUMBER[language])
    asked = chat.conversation
    expect(chat.answer.locator(".hx-chips")).to_be_visible()  # the page draws it anew when it takes its address
    said = chat.answer.inner_text()
    expect(chat.page.locator("[id^='thread-'][data-sidebar=menu-item]").first).to_have_id(f"thread-{asked}")
    expect(listed(chat, asked)).to_contain_text(NUMBER[language])
    chat.page.locator("#new-chat-button").click()
    chat.starters.first.wait_for()
    listed(chat, asked).click()
    chat.answered(1)
    assert chat.conversation == asked
    expect(chat.answer.locator(".hx-chips")).to_be_visible()
    assert chat.answer.inner_text() == said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_search_finds_it_by_any_question_in_it(open_chat: Opens, language: str) -> None:
    chat = open_chat(language)
    mark = uuid.uuid4().hex[:8]
    chat.ask(NUMBER[language])
    chat.ask(f"{NUMBER[language]} {mark}")
    asked = chat.conversation
    rename(chat, asked, f"Title {mark[:3]}")
    chat.page.locator("#new-chat-button").click()
    chat.page.locator("#search-chats-button").click()
    chat.dialog.locator("[cmdk-input]").fill(mark)
    found = chat.dialog.locator("[cmdk-item]")
    expect(found).to_have_text([f"Title {mark[:3]}"])
    found.click()
    chat.answered(2)
    assert chat.conversation == asked


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_new_name_stays(open_chat: Opens, language: str) -> None:
    chat = open_chat(language)
    chat.ask(NUMBER[language])
    asked, title = chat.conversation, f"{uuid.uuid4().hex[:6]} 十一月"
    rename(chat, asked, title)
    chat.ask(NUMBER[language])
    chat.page.reload()
    chat.answered(2)
    expect(listed(chat, asked)).to_contain_text(title)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_deleted_is_gone_after_a_reload_too(open_chat: Opens, language: str) -> None:
    chat = open_chat(language)
    chat.ask(NUMBER[language])
    asked = chat.conversation
    expect(listed(chat, asked)).to_have_count(1)
    delete(chat, asked)
    chat.starters.first.wait_for()
    chat.page.reload()
    chat.starters.first.wait_for()
    expect(chat.page.locator("#thread-history")).to_be_visible()
    expect(listed(chat, asked)).to_have_count(0)


@pytest.mark.parametrize(("language", "said"), [("zh", "这个对话已经没有了"), ("en", "This conversation is not there any more")])
def test_the_address_of_one_that_is_gone_leads_to_a_new_one_and_says_so(open_chat: Opens, language: str, said: str) -> None:
    chat = open_chat(language)
    chat.page.goto(f"{chat.server.address}/thread/{uuid.uuid4()}")
    chat.starters.first.wait_for()
    expect(chat.toast(said)).to_be_visible()
    chat.ask(NUMBER[language])
    assert figures_in(chat.number.inner_text()) == [12734]


def test_after_one_was_deleted_words_that_are_typed_stay_and_the_next_one_opens(open_chat: Opens) -> None:
    chat = open_chat("en")
    chat.ask("Sales last month")
    stays = chat.conversation
    chat.page.locator("#new-chat-button").click()
    chat.starters.first.wait_for()
    chat.ask("Orders in November")
    delete(chat, chat.conversation)
    chat.starters.first.wait_for()
    chat.field.fill("Sales by")
    chat.page.wait_for_timeout(1000)  # long enough for a page that would be loaded anew by itself
    expect(chat.field).to_have_value("Sales by")
    listed(chat, stays).click()
    chat.answered(1)
    assert chat.conversation == stays


def test_another_page_that_shows_what_is_deleted_leaves_it(open_chat: Opens, server: Server) -> None:
    chat = open_chat("en")
    chat.ask("Orders in November")
    other = page_of(chat.page.context, server, "en", f"/thread/{chat.conversation}")
    delete(chat, chat.conversation)
    other.starters.first.wait_for()
    expect(other.questions).to_have_count(0)
    other.page.close()


def test_one_deleted_while_another_is_open_leaves_that_one_alone(open_chat: Opens) -> None:
    chat = open_chat("en")
    chat.ask("Orders in November")
    gone = chat.conversation
    chat.page.locator("#new-chat-button").click()
    chat.starters.first.wait_for()
    chat.ask("Sales last month")
    stays = chat.conversation
    delete(chat, gone)
    expect(listed(chat, stays)).to_have_count(1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_phone_it_keeps_its_address_and_is_there_after_a_reload(open_chat: Opens, language: str) -> None:
    chat = open_chat(language)
    chat.page.set_viewport_size(PHONE)
    chat.ask(NUMBER[language])
    asked = chat.conversation
    reading = chat.answer.locator(".hx-chips")
    expect(reading).to_be_visible()
    said = chat.answer.inner_text()
    chat.page.reload()
    expect(reading).to_be_visible()
    assert chat.conversation == asked
    assert chat.answer.inner_text() == said
