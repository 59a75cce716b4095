"""A page that is loaded again, in the middle of a question or afterwards."""

from __future__ import annotations

import re

import pytest
from conftest import Asker
from playwright.sync_api import expect

from browser.conftest import Asks, Chat, Opens, figures_in, last_kept, words

pytestmark = pytest.mark.browser

SLOW = {"zh": "访客数", "en": "Visitors"}
COMPUTING = re.compile("Computing|正在计算")


def reload(chat: Chat) -> None:
    chat.page.reload(wait_until="commit")
    chat.questions.first.wait_for(timeout=60_000)


class TestInTheMiddle:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_the_answer_appears_by_itself_and_once(self, open_corner: Opens, corner: Asker, language: str) -> None:
        chat = open_corner(language)
        chat.send(SLOW[language])
        expect(chat.work).to_contain_text(COMPUTING)
        chat.conversation  # noqa: B018  (its address stands)
        reload(chat)
        expect(chat.questions).to_have_text([SLOW[language]])
        chat.answered(1)
        assert figures_in(chat.number.inner_text()) == last_kept(chat, corner).rows[0]
        expect(chat.work).to_contain_text({"zh": "理解为", "en": "Understood as"}[language])
        expect(chat.page.locator("[data-step-type=tool]")).to_have_count(1)
        expect(chat.questions).to_have_count(1)

    def test_it_can_still_be_stopped(self, open_corner: Opens) -> None:
        chat = open_corner("en")
        chat.send("Visitors by door")
        expect(chat.work).to_contain_text(COMPUTING)
        chat.conversation  # noqa: B018
        reload(chat)
        expect(chat.page.locator("#stop-button")).to_be_visible()
        chat.page.keyboard.press("Escape")
        chat.answered(1)
        expect(chat.answer).to_contain_text("Stopped.")


class TestAfterwards:
    @pytest.mark.parametrize(
        ("language", "questions"),
        [
            ("zh", ("四季度销售额前五的部门", "按活动看销售额", "上个月的折扣")),
            ("en", ("Top 5 departments by sales in Q4", "Spend by gender", "discounts last month")),
        ],
    )
    def test_words_charts_tables_and_buttons_are_there_again(
        self, open_chat: Opens, language: str, questions: tuple[str, ...]
    ) -> None:
        chat = open_chat(language)
        first = None
        for question in questions:
            chat.ask(question)
            if first is None:
                first = chat.answers.first
                chat.drawn()
        said, drawn = shown(chat), points(chat)
        reload(chat)
        chat.answered(len(questions))
        chat.page.wait_for_function("document.querySelector('.hx-plot')?.calcdata")
        assert shown(chat) == said
        assert points(chat) == drawn
        chat.click(chat.answers.first.get_by_role("group", name=words(language)["ask_next"]).get_by_role("button").first)
        assert chat.answers.count() == len(questions) + 1

    def test_a_follow_up_still_refers_to_what_was_asked_before(self, open_chat: Opens, told: Asks) -> None:
        chat = open_chat("en")
        chat.ask("Orders in November")
        reload(chat)
        chat.ask("and in October?")
        assert figures_in(chat.number.inner_text()) == told("Orders in November", "and in October?").rows[0]


def shown(chat: Chat) -> list[str]:
    """All words of the conversation, in their order, without those of its charts."""
    return [
        str(text)
        for text in chat.page.locator("[data-step-type]").evaluate_all(
            """lines => lines.map(line => {
                const words = line.cloneNode(true);
                words.querySelectorAll('.hx-plot').forEach(chart => chart.remove());
                return words.textContent;
            })"""
        )
    ]


def points(chat: Chat) -> object:
    drawn = "plot => plot.calcdata.map(points => points.map(point => [point.s, point.y]))"
    return chat.answers.first.locator(".hx-plot").evaluate(drawn)
