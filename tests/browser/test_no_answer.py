"""Questions back, refusals and suggestions: what can be asked instead, or next, is a button."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from assistant.reply import Reply
from browser.conftest import Asks, Chat, Opens, figures_in, rows_of, words

pytestmark = pytest.mark.browser

Keeps = Callable[[Chat], Reply]


class TestRefused:
    @pytest.mark.parametrize(("language", "question"), [("zh", "按活动看销售额"), ("en", "Spend by gender")])
    def test_it_says_why_and_what_can_be_asked_instead(self, open_chat: Opens, told: Asks, language: str, question: str) -> None:
        chat, reply = open_chat(language), told(question)
        assert reply.status == "refused"
        chat.ask(question)
        expect(chat.answer).to_contain_text(reply.answer.split("\n")[0])
        instead = chat.answer.get_by_role("group", name=words(language)["instead"])
        expect(instead.get_by_role("button")).to_have_text([each.text for each in reply.suggestions])
        expect(chat.answer.locator("table, .hx-plot")).to_have_count(0)
        prose = chat.answer.locator("[role=article]").first
        for suggestion in reply.suggestions:
            expect(prose).not_to_contain_text(f"- {suggestion.text}")

    def test_what_is_offered_instead_is_answered(self, open_chat: Opens, told: Asks) -> None:
        chat = open_chat("en")
        chat.ask("Spend by gender")
        chat.click(chat.button("Sales · by marital status"))
        assert chat.questions.last.inner_text() == "Sales · by marital status"
        assert chat.rows() == rows_of(told("sales by marital status"))


class TestClarified:
    @pytest.mark.parametrize(("language", "question"), [("zh", "上个月的折扣"), ("en", "discounts last month")])
    def test_each_reading_is_a_button_and_is_answered_as_read(
        self, open_chat: Opens, told: Asks, kept: Keeps, language: str, question: str
    ) -> None:
        chat, reply = open_chat(language), told(question)
        assert reply.status == "clarify"
        chat.ask(question)
        expect(chat.answer).to_contain_text(reply.answer.split("\n")[0])
        choices = chat.answer.get_by_role("group", name=words(language)["choose"]).get_by_role("button")
        expect(choices).to_have_text([each.text for each in reply.suggestions])
        chat.click(choices.nth(1))
        assert kept(chat).plan == reply.suggestions[1].request
        assert figures_in(chat.number.inner_text())

    def test_it_is_answered_by_typing_as_well(self, open_chat: Opens, told: Asks, kept: Keeps) -> None:
        chat = open_chat("zh")
        chat.ask("上个月的折扣")
        chat.ask("第二个")
        assert kept(chat).plan == told("上个月的折扣", "第二个").plan


class TestNext:
    @pytest.mark.parametrize(
        ("language", "question"), [("zh", "四季度销售额前五的部门"), ("en", "Top 5 departments by sales in Q4")]
    )
    def test_what_can_be_asked_next_is_answered_by_a_click(
        self, open_chat: Opens, told: Asks, kept: Keeps, language: str, question: str
    ) -> None:
        chat, reply = open_chat(language), told(question)
        chat.ask(question)
        offered = chat.answer.get_by_role("group", name=words(language)["ask_next"]).get_by_role("button")
        expect(offered).to_have_text([each.text for each in reply.suggestions])
        chosen = reply.suggestions[0]
        chat.click(offered.first)
        assert chat.questions.last.inner_text() == chosen.text
        assert kept(chat).status == "answered"
        assert kept(chat).plan == chosen.request
