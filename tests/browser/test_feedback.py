"""What users say of answers reaches the list of the analysts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Asker
from playwright.sync_api import Locator, expect

from assistant.reply import Reply
from browser.conftest import Asks, Chat, Opens, words

pytestmark = pytest.mark.browser

Keeps = Callable[[Chat], Reply]
QUESTION = {"zh": "四季度销售额前五的部门", "en": "Top 5 departments by sales in Q4"}


def said(chat: Chat, demo: Asker) -> list[dict[str, Any]]:
    """What analysts see of this conversation, as `huaxiang review` lists it."""
    found = [each for each in chat.server.feedback(demo.runtime) if each.conversation == chat.conversation]
    return [each.model_dump() for each in found]


def thumb(chat: Chat, name: str) -> Locator:
    return chat.button(words(chat.language)[name])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_thumb_up_is_kept_over_a_reload_and_taken_back_by_a_second_click(open_chat: Opens, demo: Asker, language: str) -> None:
    chat = open_chat(language)
    chat.ask(QUESTION[language])
    thumb(chat, "good").click()
    expect(thumb(chat, "good")).to_have_attribute("aria-pressed", "true")
    (given,) = said(chat, demo)
    assert (given["kind"], given["question"], given["number"]) == ("up", QUESTION[language], 0)
    chat.page.reload()
    expect(thumb(chat, "good")).to_have_attribute("aria-pressed", "true")
    thumb(chat, "good").click()
    expect(thumb(chat, "good")).to_have_attribute("aria-pressed", "false")
    assert said(chat, demo) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_thumb_down_says_why(open_chat: Opens, demo: Asker, language: str) -> None:
    chat, page = open_chat(language), words(language)
    chat.ask(QUESTION[language])
    thumb(chat, "bad").click()
    expect(chat.dialog).to_contain_text(page["why"])
    send = chat.dialog.get_by_role("button", name=page["send"])
    expect(send).to_be_disabled()
    assert chat.dialog.locator("input[type=checkbox]").count() == len(page["reasons"])
    chat.dialog.get_by_label(page["reasons"]["metric"]).check()
    chat.dialog.get_by_label(page["reasons"]["period"]).check()
    chat.dialog.get_by_label(page["reasons"]["period"]).uncheck()
    chat.dialog.get_by_label(page["reasons"]["slow"]).check()
    chat.dialog.locator("textarea").fill("少了退货 <b>")
    send.click()
    expect(chat.toast(page["thanks"])).to_be_visible()
    expect(thumb(chat, "bad")).to_have_attribute("aria-pressed", "true")
    (given,) = said(chat, demo)
    assert (given["kind"], given["reasons"], given["comment"]) == ("down", ("metric", "slow"), "少了退货 <b>")


def test_a_dialog_that_is_closed_says_nothing(open_chat: Opens, demo: Asker) -> None:
    chat = open_chat("en")
    chat.ask(QUESTION["en"])
    thumb(chat, "bad").click()
    chat.page.keyboard.press("Escape")
    expect(chat.dialog).to_have_count(0)
    expect(thumb(chat, "bad")).to_have_attribute("aria-pressed", "false")
    assert said(chat, demo) == []


class TestItShouldBe:
    @pytest.mark.parametrize(
        ("language", "meant"), [("zh", "四季度订单数前五的部门"), ("en", "Top 5 departments by baskets in Q4")]
    )
    def test_other_words_are_read_at_once_and_a_reading_that_is_confirmed_is_kept_as_a_request(
        self, open_chat: Opens, demo: Asker, told: Asks, kept: Keeps, language: str, meant: str
    ) -> None:
        chat, page = open_chat(language), words(language)
        chat.ask(QUESTION[language])
        thumb(chat, "bad").click()
        chat.dialog.get_by_label(page["should_be"]).fill(meant)
        chat.page.keyboard.press("Tab")
        expected = told(meant)
        reading = chat.dialog.get_by_role("radio", name=expected.reading)
        reading.check()
        chat.dialog.get_by_role("button", name=page["send"]).click()
        expect(thumb(chat, "bad")).to_have_attribute("aria-pressed", "true")
        expect(chat.dialog).to_have_count(0)
        chat.page.wait_for_timeout(300)
        down, reading_ = sorted(said(chat, demo), key=lambda each: each["kind"])
        assert (down["kind"], reading_["kind"]) == ("down", "reading")
        assert reading_["request"] == kept(chat).plan
        assert reading_["should_be"] == expected.plan

    def test_words_that_are_not_understood_are_said_so_and_kept_as_words(self, open_chat: Opens, demo: Asker) -> None:
        chat, page = open_chat("en"), words("en")
        chat.ask(QUESTION["en"])
        thumb(chat, "bad").click()
        chat.dialog.get_by_label(page["should_be"]).fill("the frobnication of quux")
        chat.page.keyboard.press("Tab")
        expect(chat.dialog.get_by_role("status")).to_have_text(page["not_understood"])
        chat.dialog.get_by_role("button", name=page["send"]).click()
        expect(thumb(chat, "bad")).to_have_attribute("aria-pressed", "true")
        (given,) = said(chat, demo)
        assert "the frobnication of quux" in given["comment"]


def test_a_refusal_can_be_judged_and_a_question_back_cannot(open_chat: Opens, demo: Asker) -> None:
    chat = open_chat("en")
    chat.ask("Spend by gender")
    thumb(chat, "bad").click()
    chat.dialog.locator("textarea").fill("we do have it")
    chat.dialog.get_by_role("button", name=words("en")["send"]).click()
    expect(thumb(chat, "bad")).to_have_attribute("aria-pressed", "true")
    assert [each["comment"] for each in said(chat, demo)] == ["we do have it"]
    chat.ask("discounts last month")
    expect(thumb(chat, "good")).to_have_count(0)
