"""An answer: what was done, its words, its chart, its table, what it rests on."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from browser.conftest import Asks, Opens, Server, figures_in, points_of, rows_of, sums_of, words

pytestmark = pytest.mark.browser

NUMBER = [("zh", "11月的销售额是多少"), ("en", "What were sales in November?")]
BREAKDOWN = [("zh", "四季度销售额前五的部门"), ("en", "Top 5 departments by sales in Q4")]


class TestOneNumber:
    @pytest.mark.parametrize(("language", "question"), NUMBER)
    def test_stands_large_above_its_sentence_and_needs_no_table(
        self, open_chat: Opens, told: Asks, language: str, question: str
    ) -> None:
        chat, reply = open_chat(language), told(question)
        chat.ask(question)
        assert figures_in(chat.number.inner_text()) == reply.rows[0] == [386027.21]
        expect(chat.answer).to_contain_text(reply.answer)
        expect(chat.answer.locator("table, .hx-plot")).to_have_count(0)


class TestWork:
    @pytest.mark.parametrize(("language", "question"), BREAKDOWN)
    def test_a_line_says_how_it_was_understood_how_many_rows_and_how_long_it_took(
        self, open_chat: Opens, told: Asks, language: str, question: str
    ) -> None:
        chat, reply = open_chat(language), told(question)
        chat.ask(question)
        said = {"zh": "理解为：{}（5 行，# 毫秒）", "en": "Understood as: {} (5 rows, # ms)"}[language].format(reply.reading)
        pattern = re.escape(said).replace(r"\#", r"[\d,]+")
        expect(chat.work).to_have_text(re.compile(rf"^\s*{pattern}\s*$"))
        expect(chat.page.locator("[data-step-type=tool]")).to_have_count(1)

    @pytest.mark.parametrize(("language", "question"), BREAKDOWN)
    def test_request_sql_and_rows_are_behind_its_fold(self, open_chat: Opens, told: Asks, language: str, question: str) -> None:
        chat, reply = open_chat(language), told(question)
        chat.ask(question)
        expect(chat.work.locator("code")).to_have_count(0)
        chat.unfold_work()
        request, sql = chat.work.locator("pre code").all_inner_texts()
        assert json.loads(request) == reply.plan
        assert sql.split() == (reply.sql or "").split()
        cells = chat.work.locator("tbody tr").evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.innerText))")
        assert cells == rows_of(reply)

    def test_an_answer_without_rows_has_no_such_line(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        chat.ask("Spend by gender")
        expect(chat.page.locator("[data-step-type=tool]")).to_have_count(0)


class TestBreakdown:
    @pytest.mark.parametrize(("language", "question"), BREAKDOWN)
    def test_chart_table_and_sums_hold_the_rows_of_the_reply(
        self, open_chat: Opens, told: Asks, language: str, question: str
    ) -> None:
        chat, reply = open_chat(language), told(question)
        chat.ask(question)
        expect(chat.answer).to_contain_text(reply.answer)
        assert chat.rows() == rows_of(reply)
        assert chat.sums() == sums_of(reply)
        assert chat.points() == points_of(reply, "sales")
        expect(chat.bars).to_have_count(len(reply.rows))

    @pytest.mark.parametrize(("language", "question"), BREAKDOWN)
    def test_what_it_rests_on_and_its_sql_are_behind_folds_and_can_be_copied(
        self, open_chat: Opens, told: Asks, language: str, question: str
    ) -> None:
        chat, reply, said = open_chat(language), told(question), words(language)
        chat.ask(question)
        (definition,) = reply.definitions
        meaning = chat.answer.locator("dd", has_text=definition.partition(": ")[2])
        expect(meaning).to_be_hidden()
        chat.fold(said["evidence"]).click()
        expect(meaning).to_be_visible()
        expect(chat.answer.locator("dd", has_text=reply.data_version)).to_be_visible()

        sql = chat.answer.locator("code.language-sql")
        expect(sql).to_be_hidden()
        chat.fold(said["sql"]).click()
        expect(sql).to_have_text(reply.sql or "")
        chat.button(said["copy_sql"]).click()
        expect(chat.toast(said["copied"])).to_be_visible()
        assert chat.page.evaluate("navigator.clipboard.readText()") == reply.sql

    @pytest.mark.parametrize(
        ("language", "question", "unit"),
        [("zh", "11月各品牌类型的订单数", "单"), ("en", "November orders by brand type", "baskets")],
    )
    def test_units_are_in_the_language_of_the_question(self, open_chat: Opens, language: str, question: str, unit: str) -> None:
        chat = open_chat(language)
        chat.ask(question)
        assert {count.split()[-1] for _, count in chat.rows()} == {unit}

    def test_figures_stand_on_the_right_and_names_on_the_left(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        chat.ask("November orders by brand type")
        aligned = "row => [...row.cells].map(cell => getComputedStyle(cell).textAlign)"
        assert [chat.answer.locator("tbody tr").first.evaluate(aligned)] == [["left", "right"]]


class TestLongTable:
    def test_it_pages(self, open_chat: Opens, told: Asks) -> None:
        question = "2017年每周的订单数"
        chat, reply = open_chat("zh"), told(question)
        chat.ask(question)
        rows, said = rows_of(reply), words("zh")
        assert chat.rows() == rows[:10]
        expect(chat.answer.locator(".hx-pages")).to_have_text(f"1–10 / {len(rows)}")
        expect(chat.button(said["previous"])).to_be_disabled()
        chat.button(said["next"]).click()
        expect(chat.answer.locator(".hx-pages")).to_have_text(f"11–20 / {len(rows)}")
        assert chat.rows() == rows[10:20]
        for _ in range(len(rows) // 10 - 1):
            chat.button(said["next"]).click()
        expect(chat.button(said["next"])).to_be_disabled()
        assert chat.rows() == rows[len(rows) // 10 * 10 :]
        assert chat.points() == points_of(reply, "baskets")

    def test_it_sorts_by_size_by_day_and_back(self, open_chat: Opens, told: Asks) -> None:
        question = "Orders per day in November"
        chat, reply = open_chat("en"), told(question)
        chat.ask(question)
        rows, by_size = rows_of(reply), sorted(reply.rows, key=lambda row: row[1])
        day, count = chat.answer.locator("thead button").all()

        def counts() -> list[float]:
            return [figures_in(shown)[0] for _, shown in chat.rows()]

        count.click()
        assert counts() == [row[1] for row in by_size[::-1][:10]]
        expect(chat.answer.locator("th[aria-sort=descending]")).to_have_count(1)
        count.click()
        assert counts() == [row[1] for row in by_size[:10]]
        expect(chat.answer.locator("th[aria-sort=ascending]")).to_have_count(1)
        count.click()
        assert chat.rows() == rows[:10]
        day.click()
        assert chat.rows() == rows[:10]
        day.click()
        assert chat.rows() == rows[::-1][:10]

    def test_rows_that_the_page_does_not_have_yet_come_when_they_are_turned_to(self, open_chat: Opens, told: Asks) -> None:
        question = "Orders per day in 2017"
        chat, reply = open_chat("en"), told(question)
        chat.ask(question)
        assert len(reply.rows) == 365
        chat.answer.locator("thead button").last.click()
        expect(chat.answer.locator("th[aria-sort=descending]")).to_have_count(1)
        assert figures_in(chat.rows()[0][1])[0] == max(row[1] for row in reply.rows)


class TestTime:
    @pytest.mark.parametrize("question", ["2017年按季度的销售额", "11月每月各品牌类型的订单数"])
    def test_few_points_in_time_are_named_as_in_the_table(self, open_chat: Opens, question: str) -> None:
        chat = open_chat("zh")
        chat.ask(question)
        chat.drawn()
        named = [*dict.fromkeys(bucket for bucket, *_ in chat.rows())]
        assert chat.plot.locator(".xaxislayer-above .xtick text").all_text_contents() == named


class TestConversation:
    @pytest.mark.parametrize(
        ("language", "first", "follow_up"),
        [("zh", "11月的订单数", "那10月呢"), ("en", "Orders in November", "and in October?")],
    )
    def test_a_second_question_goes_on_from_the_first(
        self, open_chat: Opens, told: Asks, language: str, first: str, follow_up: str
    ) -> None:
        chat = open_chat(language)
        chat.ask(first)
        chat.ask(follow_up)
        assert figures_in(chat.number.inner_text()) == told(first, follow_up).rows[0]
        assert chat.questions.all_inner_texts() == [first, follow_up]


class TestLink:
    def test_a_copied_link_opens_at_its_answer(self, open_chat: Opens, server: Server) -> None:
        chat = open_chat("en")
        for question in ("Sales last month", "Top 5 departments by sales in Q4", "Orders by department in November"):
            chat.ask(question)
        middle = chat.answers.nth(1)
        middle.get_by_role("button", name=words("en")["copy_link"]).click()
        expect(chat.toast(words("en")["copied"])).to_be_visible()
        link = chat.page.evaluate("navigator.clipboard.readText()")
        assert link == f"{server.address}/thread/{chat.conversation}#answer-1"

        page = chat.page.context.new_page()
        page.goto(link)
        expect(page.locator("#answer-1.hx-linked")).to_be_visible()
        expect(page.locator("#answer-1")).to_be_in_viewport()
        page.close()
