"""A question that takes seconds: it says so, and it can be stopped."""

from __future__ import annotations

import re

import pytest
from conftest import Asker
from playwright.sync_api import expect

from assistant.wording.texts import fill
from browser.conftest import Chat, Opens, beside, figures_in, last_kept, words

pytestmark = pytest.mark.browser

SLOW = {"zh": "按入口的访客数", "en": "Visitors by door"}
BEFORE = {"zh": "3月的销售额", "en": "Sales in March"}
AFTER = {"zh": "那2月呢", "en": "and in February?"}


def stopped(language: str) -> str:
    return fill(language, "refusals", "cancelled")


def start(chat: Chat, question: str) -> None:
    """Asks, and waits until it is being computed."""
    chat.send(question)
    expect(chat.work).to_contain_text(re.compile("Computing|正在计算"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("way", ["button", "Escape"])
def test_a_stop_interrupts_the_question_says_so_and_the_next_one_works(
    open_corner: Opens, corner: Asker, language: str, way: str
) -> None:
    chat = open_corner(language)
    chat.ask(BEFORE[language])
    start(chat, SLOW[language])
    if way == "button":
        chat.page.get_by_role("button", name=words(language)["stop"], exact=True).click()
    else:
        chat.page.keyboard.press("Escape")
    chat.answered(2)
    expect(chat.answer).to_contain_text(stopped(language))
    assert last_kept(chat, corner).status == "error"

    chat.ask(AFTER[language])
    expected = beside(lambda: corner.ask(BEFORE[language], AFTER[language]))
    assert figures_in(chat.number.inner_text()) == expected.rows[0]
    expect(chat.page.get_by_text("manually")).to_have_count(0)


def test_a_stopped_question_leaves_no_line_that_goes_on(open_corner: Opens) -> None:
    chat = open_corner("en")
    start(chat, SLOW["en"])
    chat.page.keyboard.press("Escape")
    chat.answered(1)
    expect(chat.page.locator("[data-step-type=tool]")).to_have_count(0)
    chat.page.reload()
    expect(chat.answer).to_contain_text(stopped("en"))
    expect(chat.answers).to_have_count(1)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("zh", r"理解为：访客数 · 按入口 · 正在计算…已 [1-9]\d* 秒"),
        ("en", r"Understood as: Visitors · by door · Computing… [1-9]\d* s so far"),
    ],
)
def test_long_work_says_how_it_was_understood_and_counts_the_seconds(open_corner: Opens, language: str, says: str) -> None:
    chat = open_corner(language)
    start(chat, SLOW[language])
    expect(chat.work).to_have_text(re.compile(says))
    chat.page.keyboard.press("Escape")
    chat.answered(1)


def test_a_click_on_a_card_can_be_stopped_as_well(open_corner: Opens) -> None:
    chat = open_corner("en")
    chat.ask("Visits by door")
    menu = chat.open_menu("metric")
    menu.option("Visitors").click()
    expect(chat.work).to_contain_text("Computing")
    chat.page.locator("#stop-button").click()
    chat.answered(2)
    expect(chat.answer).to_contain_text(stopped("en"))
