"""A reading as chips: each change of one is a typed edit of the request, and is answered as the session answers that request."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import expect

from assistant.reply import Reply
from browser.conftest import Chat, Menu, Opens, edited, first_page, huaxiang, points_of, rows_of, sums_of, words

pytestmark = pytest.mark.browser

Runs = Callable[..., Reply]
Keeps = Callable[[Chat], Reply]

QUESTION = {"zh": "四季度销售额前五的部门", "en": "Top 5 departments by sales in Q4"}
NOVEMBER = {"kind": "dates", "start": "2017-11-01", "end": "2017-11-30"}


class Choice(NamedTuple):
    """An entry of a chip's menu, and what the request should be then."""

    language: str
    chip: str
    text: str
    part: str
    value: Any


CHOICES = [
    Choice("en", "metric", "Units", "metrics", ["units"]),
    Choice("zh", "metric", "订单数", "metrics", ["baskets"]),
    Choice("en", "period", "November 2017", "period", NOVEMBER),
    Choice("zh", "period", "上个月（2017年11月）", "period", {"kind": "unit", "unit": "month", "offset": -1}),
    Choice("en", "by.0", "Brand type", "by", ["brand"]),
    Choice("zh", "by.0", "月", "by", ["month"]),
    Choice("en", "order", "Sales, low to high", "order", [{"target": "sales", "descending": False}]),
    Choice("zh", "order", "部门升序", "order", [{"target": "department", "descending": False}]),
    Choice("en", "limit", "Top 10", "limit", 10),
    Choice("zh", "limit", "全部显示", "limit", None),
]


def expect_answer(chat: Chat, expected: Reply, kept: Reply) -> None:
    """The last answer is what the session says to the request."""
    assert kept.plan == expected.plan
    assert chat.rows() == first_page(rows_of(expected))
    assert chat.sums() == sums_of(expected)
    expect(chat.answer).to_contain_text(expected.answer)
    if len(expected.charts[0]["y"]) == 1:
        assert chat.points() >= points_of(expected, expected.charts[0]["y"][0])


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: f"{choice.language}-{choice.chip}-{choice.text}")
def test_a_choice_in_a_menu_is_answered(open_chat: Opens, run: Runs, kept: Keeps, choice: Choice) -> None:
    chat = open_chat(choice.language)
    chat.ask(QUESTION[choice.language])
    before = kept(chat)
    name = chat.chip(choice.chip).locator(".hx-chip-name").inner_text()
    chat.open_menu(choice.chip).choose(choice.text)
    expect_answer(chat, run(edited(before, choice.part, choice.value), choice.language), kept(chat))
    colon = "：" if choice.language == "zh" else ": "
    assert chat.questions.last.inner_text() == f"{name}{colon}{choice.text}"
    if choice.value is not None:
        assert choice.text in chat.chips()[choice.chip] or choice.part == "period"


class TestMenu:
    def test_it_marks_what_stands_there_now_and_choosing_that_asks_nothing(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        chat.ask(QUESTION["en"])
        menu = chat.open_menu("limit")
        expect(menu.all.locator("[data-current]")).to_have_text("Top 5")
        menu.option("Top 5").click()
        expect(chat.answers).to_have_count(1)

    @pytest.mark.parametrize(
        ("language", "typed", "found"),
        [("zh", "11月", ["上个月（2017年11月）", "2017年11月"]), ("en", "nov", ["Last month (November 2017)", "November 2017"])],
    )
    def test_a_search_finds_periods_by_their_words(self, open_chat: Opens, language: str, typed: str, found: list[str]) -> None:
        chat = open_chat(language)
        chat.ask(QUESTION[language])
        menu = chat.open_menu("period")
        menu.search.fill(typed)
        expect(menu.options).to_have_text(found)

    def test_what_is_not_there_is_said(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        chat.ask(QUESTION["en"])
        menu = chat.open_menu("metric")
        menu.search.fill("nothing of this name")
        expect(menu.all).to_contain_text(words("en")["nothing"])

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_two_days_of_ones_own_are_a_period(self, open_chat: Opens, run: Runs, kept: Keeps, language: str) -> None:
        chat = open_chat(language)
        chat.ask(QUESTION[language])
        before, said = kept(chat), words(language)
        menu = chat.open_menu("period")
        apply = menu.all.get_by_role("button", name=said["apply"], exact=True)
        menu.all.get_by_label(said["from"], exact=True).fill("2017-11-24")
        expect(apply).to_be_disabled()
        menu.all.get_by_label(said["to"], exact=True).fill("2017-11-20")
        expect(apply).to_be_disabled()
        menu.all.get_by_label(said["to"], exact=True).fill("2017-11-30")
        chat.click(apply)
        days = {"kind": "dates", "start": "2017-11-24", "end": "2017-11-30"}
        expect_answer(chat, run(edited(before, "period", days), language), kept(chat))


class TestFilter:
    @pytest.mark.parametrize(
        ("language", "filter_", "field", "first", "second"),
        [("zh", "筛选", "品牌类型", "全国品牌", "自有品牌"), ("en", "Filter", "Brand type", "National", "Private")],
    )
    def test_it_is_added_by_field_and_value_then_changed_then_taken_away(
        self, open_chat: Opens, run: Runs, kept: Keeps, language: str, filter_: str, field: str, first: str, second: str
    ) -> None:
        chat = open_chat(language)
        chat.ask(QUESTION[language])
        before = kept(chat)

        menu = chat.open_menu("add")
        menu.open(filter_)
        menu.open(field)
        expect(menu.options.filter(has_text=first)).to_have_count(1)
        chat.click(menu.options.filter(has_text=first))
        expect_answer(chat, run(edited(before, "where", {"field": "brand", "is": "National"}), language), kept(chat))

        chat.click(chat.open_menu("where.0").options.filter(has_text=second).first)
        expect_answer(chat, run(edited(before, "where", {"field": "brand", "is": "Private"}), language), kept(chat))

        chat.click(chat.chip("where.0").locator(".hx-chip-remove"))
        expect_answer(chat, run(edited(before, "where", None), language), kept(chat))
        assert kept(chat).plan == before.plan

    def test_a_menu_leads_back_to_the_one_before(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        chat.ask(QUESTION["en"])
        menu = chat.open_menu("add")
        expect(menu.options).to_have_text(["Metric", "Filter", "Group by", "Comparison"])
        menu.open("Filter")
        menu.open("Department")
        menu.all.locator(".hx-back").click()
        expect(menu.all.locator(".hx-back")).to_have_text("Filter")
        menu.all.locator(".hx-back").click()
        expect(menu.options).to_have_text(["Metric", "Filter", "Group by", "Comparison"])


class TestComparison:
    @pytest.mark.parametrize(
        ("language", "compare", "before_words"),
        [("zh", "比较", "与上期比较 (2017年第3季度)"), ("en", "Comparison", "Against the period before (Q3 2017)")],
    )
    def test_it_is_added_and_taken_away(
        self, open_chat: Opens, run: Runs, kept: Keeps, language: str, compare: str, before_words: str
    ) -> None:
        chat = open_chat(language)
        chat.ask(QUESTION[language])
        before = kept(chat)
        menu = chat.open_menu("add")
        menu.open(compare)
        menu.choose(before_words)
        expect_answer(chat, run(edited(before, "compare", {"kind": "previous"}), language), kept(chat))
        chat.click(chat.chip("compare").locator(".hx-chip-remove"))
        assert kept(chat).plan == before.plan


class TestByKeyboardAlone:
    @pytest.mark.parametrize(("language", "typed", "metric"), [("zh", "订单", "baskets"), ("en", "baskets", "baskets")])
    def test_a_chip_is_reached_opened_searched_and_changed(
        self, open_chat: Opens, run: Runs, kept: Keeps, language: str, typed: str, metric: str
    ) -> None:
        chat = open_chat(language)
        chat.ask(QUESTION[language])
        before = kept(chat)
        chat.chip("metric").get_by_role("button").focus()
        chat.page.keyboard.press("Enter")
        menu = Menu(chat)
        expect(menu.search).to_be_focused()
        chat.page.keyboard.type(typed)
        expect(menu.options.first).to_contain_text({"zh": "订单数", "en": "Baskets"}[language])
        chat.press("Enter")
        expect_answer(chat, run(edited(before, "metrics", [metric]), language), kept(chat))

    def test_arrows_choose_and_escape_goes_back_to_the_chip(self, open_chat: Opens, run: Runs, kept: Keeps) -> None:
        chat = open_chat("en")
        chat.ask(QUESTION["en"])
        before = kept(chat)
        chip = chat.chip("limit").get_by_role("button").first
        chip.focus()
        chat.page.keyboard.press("Enter")
        menu = Menu(chat)
        expect(menu.options.first).to_have_attribute("aria-selected", "true")
        chat.page.keyboard.press("Escape")
        expect(menu.all).to_have_count(0)
        expect(chip).to_be_focused()
        chat.page.keyboard.press("Enter")
        expect(menu.options.first).to_have_attribute("aria-selected", "true")
        chat.page.keyboard.press("ArrowDown")
        chat.page.keyboard.press("ArrowDown")
        chat.press("Enter")
        expect_answer(chat, run(edited(before, "limit", 10), "en"), kept(chat))

    def test_the_next_stop_after_a_chip_takes_it_away(self, open_chat: Opens, kept: Keeps) -> None:
        chat = open_chat("en")
        chat.ask(QUESTION["en"])
        chat.chip("limit").get_by_role("button").first.focus()
        chat.page.keyboard.press("Tab")
        chat.press("Enter")
        assert kept(chat).plan is not None
        assert "limit" not in chat.chips() or not chat.chips()["limit"]
        assert (kept(chat).plan or {}).get("limit") is None


class TestMeant:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_that_a_change_is_what_was_meant_reaches_the_list_of_the_analysts(
        self, open_chat: Opens, kept: Keeps, language: str
    ) -> None:
        chat = open_chat(language)
        chat.ask(QUESTION[language])
        before, said = kept(chat), words(language)
        expect(chat.button(said["meant"])).to_have_count(0)
        chat.open_menu("limit").choose({"zh": "前 10 名", "en": "Top 10"}[language])
        chat.button(said["meant"]).click()
        expect(chat.toast(said["meant_thanks"])).to_be_visible()
        expect(chat.button(said["meant"])).to_be_disabled()
        (given,) = [each for each in reviewed(chat) if each["conversation"] == chat.conversation]
        assert (given["kind"], given["number"], given["question"]) == ("reading", 0, QUESTION[language])
        assert given["request"] == before.plan
        assert given["should_be"] == kept(chat).plan


def reviewed(chat: Chat) -> list[dict[str, Any]]:
    """What `huaxiang review` lists."""
    command = huaxiang("review", "--format", "json", "--workspace", chat.server.workspace)
    done = subprocess.run(command, env=chat.server.env, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout)["items"])
