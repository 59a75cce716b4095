"""390 points wide, as a common phone is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from browser.conftest import PHONE, WINDOW, Chat, Opens, eventually, words

pytestmark = pytest.mark.browser

WIDTH = PHONE["width"]


@pytest.fixture
def phone(open_chat: Opens) -> Iterator[Opens]:
    held: list[Chat] = []

    def open_on_phone(language: str) -> Chat:
        held.append(open_chat(language))
        held[-1].page.set_viewport_size(PHONE)
        return held[-1]

    yield open_on_phone
    for chat in held:
        chat.page.set_viewport_size(WINDOW)


def fits(chat: Chat) -> bool:
    """Nothing is wider than the page, and nothing in it has to be looked for sideways."""
    wide = f"document.scrollingElement.scrollWidth <= {WIDTH} && visualViewport.width <= {WIDTH}"
    return eventually(lambda: bool(chat.page.evaluate(wide)), chat.page)


def is_inside(part: Locator) -> bool:
    def inside() -> bool:
        box = part.bounding_box()
        return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= WIDTH

    return eventually(inside, part.page)


def is_on_screen(part: Locator) -> bool:
    box = part.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= PHONE["height"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_first_page_fits(phone: Opens, language: str) -> None:
    chat = phone(language)
    assert chat.starters.count() == 6
    assert all(is_inside(starter) for starter in chat.starters.all())
    assert is_inside(chat.page.locator("#hx-header"))
    assert fits(chat)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("zh", "各年龄段的订单数、销售额、客单价和折扣率"),
        ("en", "Orders, sales, average basket value and discount rate by age group"),
        ("en", "Orders per week in 2017"),
    ],
)
def test_a_wide_table_scrolls_in_itself_and_its_first_column_can_be_read(phone: Opens, language: str, question: str) -> None:
    chat = phone(language)
    chat.ask(question)
    chat.rows()
    rows, first = chat.answer.locator("tbody tr"), chat.answer.locator("tbody th").first
    assert eventually(lambda: first.evaluate("cell => cell.offsetWidth") >= 70, chat.page)
    assert max(rows.evaluate_all("rows => rows.map(row => row.offsetHeight)")) <= 60, "two lines at most"
    assert is_inside(chat.answer)
    assert fits(chat)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_answer_its_chart_its_folds_and_its_buttons_fit(phone: Opens, language: str) -> None:
    chat, said = phone(language), words(language)
    chat.ask({"zh": "四季度销售额前五的部门", "en": "Top 5 departments by sales in Q4"}[language])
    chat.drawn()
    chat.fold(said["evidence"]).click()
    chat.fold(said["sql"]).click()
    chat.unfold_work()
    expect(chat.answer.locator("code.language-sql")).to_be_visible()
    assert is_inside(chat.plot)
    assert all(is_inside(chip) for chip in chat.answer.locator(".hx-chip").all())
    assert all(is_inside(button) for button in chat.answer.locator(".hx-suggestion").all())
    assert fits(chat)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_menus_of_chips_and_the_dialogs_fit(phone: Opens, language: str) -> None:
    chat, said = phone(language), words(language)
    chat.ask({"zh": "四季度销售额前五的部门", "en": "Top 5 departments by sales in Q4"}[language])
    for key in ("metric", "by.0", "period", "limit", "add"):
        menu = chat.open_menu(key)
        expect(menu.options.first).to_be_visible()
        assert is_inside(menu.all)
        assert eventually(lambda: is_on_screen(menu.all), chat.page)  # noqa: B023
        chat.page.keyboard.press("Escape")
        expect(menu.all).to_have_count(0)
        expect(chat.chip(key).get_by_role("button").first).to_be_focused()  # only then is it closed to the end
    chat.button(said["bad"]).click()
    assert is_inside(chat.dialog)
    chat.page.keyboard.press("Escape")
    chat.answer.locator(".hx-group").first.click()
    expect(chat.dialog.locator(".hx-suggestion").first).to_be_visible()
    assert is_inside(chat.dialog)
    chat.page.keyboard.press("Escape")
    chat.page.locator("#hx-export summary").click()
    assert is_inside(chat.page.locator(".hx-export-menu"))
    assert fits(chat)


def test_earlier_conversations_are_in_a_drawer(phone: Opens) -> None:
    chat = phone("en")
    chat.ask("Orders in November")
    asked = chat.conversation
    chat.page.locator("#new-chat-button:visible").click()
    chat.starters.first.wait_for()
    chat.page.locator("#sidebar-trigger-button:visible").click()
    entry = chat.page.locator(f"#thread-{asked}")
    expect(entry).to_be_in_viewport(ratio=1)
    assert fits(chat)
    entry.locator("a").click()
    chat.answered(1)
    assert chat.conversation == asked
