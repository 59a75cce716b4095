"""The web chat in a browser: what a user sees, in both languages, and that nothing leaves the machine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from conftest import Asker
from playwright.sync_api import expect

from assistant.render.markdown import JOINER
from assistant.reply import Reply
from browser.conftest import WINDOW, Chat, Server, figures_in

pytestmark = pytest.mark.browser

Opens = Callable[[str], Chat]
Tells = Callable[..., Reply]


class TestServer:
    def test_health_names_what_is_served(self, server: Server) -> None:
        status, body = server.get("/health")
        assert status == 200
        assert json.loads(body).items() >= {"status": "ok", "workspace": "complete_journey"}.items()

    @pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
    def test_a_request_under_another_host_name_is_turned_away(self, server: Server, host: str) -> None:
        assert server.get("/", host)[0] == 400
        assert server.get("/health", host)[0] == 400

    @pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
    def test_the_names_of_this_machine_are_served(self, server: Server, name: str) -> None:
        assert server.get("/health", f"{name}:{server.port}")[0] == 200


class TestFirstPage:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_shows_the_first_questions_of_the_workspace(self, open_chat: Opens, demo: Asker, language: str) -> None:
        questions = [getattr(question, language) for question in demo.runtime.workspace.questions]
        expect(open_chat(language).starters).to_have_text(questions)

    def test_a_click_on_a_first_question_answers_it(self, open_chat: Opens, told: Tells) -> None:
        chat = open_chat("zh")
        question = chat.starters.first.inner_text()
        chat.click(chat.starters.first)
        assert figures_in(chat.number.inner_text()) == told(question).rows[0]

    @pytest.mark.parametrize("ground", ["light", "dark"])
    def test_the_logo_is_shown_whole(self, open_chat: Opens, server: Server, ground: str) -> None:
        status, logo = server.get(f"/logo?theme={ground}")
        assert status == 200
        drawn = """logo => {
            const svg = document.body.appendChild(new DOMParser().parseFromString(logo, "image/svg+xml").documentElement);
            const [box, room] = [svg.querySelector("text").getBBox(), svg.viewBox.baseVal];
            svg.remove();
            return [box.x + box.width, room.width];
        }"""
        end, width = open_chat("zh").page.evaluate(drawn, logo)
        assert end <= width


class TestAnswer:
    @pytest.mark.parametrize(("language", "question"), [("zh", "11月的销售额是多少"), ("en", "What were sales in November?")])
    def test_one_number_stands_large_with_its_reading(self, open_chat: Opens, told: Tells, language: str, question: str) -> None:
        chat, reply = open_chat(language), told(question)
        chat.ask(question)
        assert figures_in(chat.number.inner_text()) == reply.rows[0] == [386027.21]
        expect(chat.answer).to_contain_text(reply.answer)
        expect(chat.answer).to_contain_text(reply.reading)

    @pytest.mark.parametrize(
        ("language", "question"), [("zh", "四季度销售额前五的部门"), ("en", "Top 5 departments by sales in Q4")]
    )
    def test_a_breakdown_has_table_chart_reading_and_sql(
        self, open_chat: Opens, told: Tells, language: str, question: str
    ) -> None:
        chat, reply = open_chat(language), told(question)
        chat.ask(question)

        shown = chat.cells()[: len(reply.rows)]
        labels = reply.table_schema[0]["value_labels"]
        assert [name for name, _ in shown] == [labels[name][language] for name, _ in reply.rows]
        assert [figures_in(amount) for _, amount in shown] == [[amount] for _, amount in reply.rows]

        chat.charts.first.wait_for()
        expect(chat.charts.locator(".bars .point")).to_have_count(len(reply.rows))
        chat.answer.locator(".js-plotly-plot").hover()
        expect(chat.answer.locator(".modebar-container")).to_be_hidden()
        expect(chat.answer).to_contain_text(reply.reading)

        sql = chat.page.locator("code.language-sql")
        expect(sql).to_be_hidden()
        chat.fold("SQL").click()
        expect(sql).to_be_visible()
        assert sql.inner_text().split() == (reply.sql or "").split()

    def test_what_an_answer_rests_on_is_behind_a_fold(self, open_chat: Opens, told: Tells) -> None:
        question = "What was the average basket value last month?"
        chat, reply = open_chat("en"), told(question)
        chat.ask(question)
        (definition,) = reply.definitions
        expect(chat.page.get_by_text(definition)).to_be_hidden()
        chat.fold("What it rests on: definitions, filter, data version").click()
        expect(chat.page.get_by_text(definition)).to_be_visible()
        expect(chat.page.get_by_text(reply.data_version)).to_be_visible()

    def test_a_long_series_is_a_line_and_a_table_that_pages(self, open_chat: Opens, told: Tells) -> None:
        question = "2017年每周的订单数"
        chat, reply = open_chat("zh"), told(question)
        chat.ask(question)
        chat.charts.first.wait_for()
        expect(chat.charts.locator(".scatterlayer .point")).to_have_count(len(reply.rows))

        counts = [count for _, count in reply.rows]
        first = chat.cells()
        assert [figures_in(count) for _, count in first] == [[count] for count in counts[: len(first)]]
        chat.answer.get_by_role("button", name="下一页").click()
        expect(chat.answer.locator("table")).not_to_contain_text(first[0][0])
        assert [figures_in(count) for _, count in chat.cells()] == [[count] for count in counts[len(first) : 2 * len(first)]]
        chat.answer.get_by_role("button", name="上一页").click()
        assert chat.cells() == first

    def test_a_long_table_sorts_by_size_by_day_and_back(self, open_chat: Opens, told: Tells) -> None:
        question = "Orders per day in November"
        chat, reply = open_chat("en"), told(question)
        chat.ask(question)
        first = chat.cells()
        day, count = chat.answer.locator("th button").all()
        counts = sorted((count for _, count in reply.rows), reverse=True)
        count.click()
        assert [figures_in(count) for _, count in chat.cells()] == [[count] for count in counts[: len(first)]]
        count.click()
        assert [figures_in(count) for _, count in chat.cells()] == [[count] for count in counts[::-1][: len(first)]]
        day.click()
        assert chat.cells() == first
        day.click()
        assert chat.cells()[0][0] == "November 30, 2017"
        aligned = "cells => cells.map(cell => getComputedStyle(cell).textAlign)"
        assert chat.answer.locator("tbody tr:first-child td").evaluate_all(aligned) == ["start", "right"]

    @pytest.mark.parametrize(
        ("language", "question"),
        [("zh", "2017年按季度的销售额"), ("zh", "11月每月各品牌类型的订单数")],
    )
    def test_few_points_in_time_are_named_as_in_the_table(self, open_chat: Opens, language: str, question: str) -> None:
        chat = open_chat(language)
        chat.ask(question)
        chat.charts.first.wait_for()
        named = [*dict.fromkeys(bucket for bucket, *_ in chat.cells()[:-1])]
        expect(chat.answer.locator(".xaxislayer-above .xtick text")).to_have_text(named)

    def test_many_points_in_time_are_dates_without_the_words_of_a_language(self, open_chat: Opens) -> None:
        chat = open_chat("zh")
        chat.ask("2017年每月的销售额")
        chat.charts.first.wait_for()
        labels = chat.answer.locator(".xaxislayer-above .xtick text").all_text_contents()
        assert labels and all(re.fullmatch(r"20\d\d-\d\d", label) for label in labels)

    def test_the_reading_stands_upright_with_the_colon_of_its_language(self, open_chat: Opens, told: Tells) -> None:
        question = "四季度销售额前五的部门"
        chat = open_chat("zh")
        chat.ask(question)
        reading = chat.answer.get_by_text(f"理解为：{told(question).reading}")
        for text in (reading, chat.answer.get_by_text("其余"), chat.answer.get_by_text("整体", exact=True)):
            assert text.evaluate("text => getComputedStyle(text).fontStyle") == "normal"

    @pytest.mark.parametrize(
        ("language", "question", "unit"),
        [("zh", "11月各品牌类型的订单数", "单"), ("en", "November orders by brand type", "baskets")],
    )
    def test_units_are_in_the_language_of_the_question(self, open_chat: Opens, language: str, question: str, unit: str) -> None:
        chat = open_chat(language)
        chat.ask(question)
        assert {count.split()[-1] for _, count in chat.cells()} == {unit}

    def test_a_second_question_goes_on_from_the_first(self, open_chat: Opens, told: Tells) -> None:
        chat = open_chat("zh")
        chat.ask("11月的订单数")
        chat.ask("那10月呢")
        assert figures_in(chat.number.inner_text()) == told("11月的订单数", "那10月呢").rows[0]


class TestPhone:
    """390 points wide, as a common phone is."""

    @pytest.fixture
    def phone(self, open_chat: Opens) -> Iterator[Opens]:
        held: list[Chat] = []

        def open_on_phone(language: str) -> Chat:
            held.append(open_chat(language))
            held[-1].page.set_viewport_size({"width": 390, "height": 844})
            return held[-1]

        yield open_on_phone
        for chat in held:
            chat.page.set_viewport_size(WINDOW)

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_first_questions_fit(self, phone: Opens, language: str) -> None:
        boxes = [button.bounding_box() for button in phone(language).starters.all()]
        assert boxes and all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)

    @pytest.mark.parametrize(
        ("language", "question"),
        [("zh", "各年龄段的订单数、销售额、客单价和折扣率"), ("zh", "2017年每周的订单数"), ("en", "Orders per week in 2017")],
    )
    def test_a_wide_table_scrolls_and_its_first_column_is_not_squeezed(self, phone: Opens, language: str, question: str) -> None:
        chat = phone(language)
        chat.ask(question)
        chat.cells()
        heights = chat.answer.locator("tbody tr").evaluate_all("rows => rows.map(row => row.offsetHeight)")
        assert max(heights) <= 60, "two lines at most"
        assert chat.page.evaluate("document.scrollingElement.scrollWidth") <= 390
        box = chat.answer.bounding_box()
        assert box and box["x"] + box["width"] <= 390


class TestNoAnswer:
    @pytest.mark.parametrize(("language", "question"), [("zh", "按活动看销售额"), ("en", "Spend by gender")])
    def test_a_refused_question_shows_the_reason_and_what_can_be_asked(
        self, open_chat: Opens, told: Tells, language: str, question: str
    ) -> None:
        chat, reply = open_chat(language), told(question)
        assert reply.status == "refused"
        chat.ask(question)
        expect(chat.answer).to_contain_text(reply.answer.split("\n")[0])
        for suggestion in reply.suggestions:
            expect(chat.suggestion(suggestion.text)).to_be_visible()
        expect(chat.answer.locator("table, .js-plotly-plot")).to_have_count(0)

    def test_a_suggestion_that_is_clicked_is_answered(self, open_chat: Opens, told: Tells) -> None:
        chat = open_chat("en")
        chat.ask("Spend by gender")
        chat.click(chat.suggestion("Sales · by marital status"))
        expected = told("sales by marital status").rows
        assert [figures_in(amount) for _, amount in chat.cells()[: len(expected)]] == [[amount] for _, amount in expected]

    def test_a_question_back_offers_its_readings(self, open_chat: Opens, told: Tells) -> None:
        question = "上个月的折扣"
        chat, reply = open_chat("zh"), told(question)
        assert reply.status == "clarify"
        chat.ask(question)
        expect(chat.answer).to_contain_text(reply.answer.split("\n")[0])
        chat.click(chat.suggestion(reply.suggestions[0].text))
        assert figures_in(chat.number.inner_text())


@pytest.fixture(scope="module", params=["zh", "en"])
def conversation(fresh_chat: Opens, request: pytest.FixtureRequest) -> Chat:
    """A conversation with everything that a page can show."""
    questions = {
        "zh": ("上个月的销售额", "四季度销售额前五的部门", "按活动看销售额"),
        "en": ("Sales last month", "Top 5 departments by sales in Q4", "Spend by gender"),
    }
    number, breakdown, refused = questions[request.param]
    chat = fresh_chat(request.param)
    chat.ask(number)
    chat.ask(breakdown)
    chat.charts.first.wait_for()
    chat.fold("SQL").click()
    chat.ask(refused)
    chat.page.wait_for_load_state("networkidle")
    return chat


class TestQuiet:
    def test_no_request_leaves_the_machine(self, conversation: Chat) -> None:
        assert any(address.startswith("ws://127.0.0.1") for address in conversation.heard.addresses)
        assert conversation.heard.elsewhere() == []

    def test_no_request_fails_and_nothing_is_wrong_in_the_page(self, conversation: Chat) -> None:
        assert sorted(set(conversation.heard.refused)) == []
        assert conversation.heard.errors == []

    def test_markup_that_an_answer_quotes_is_text(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        chat.ask("sales of ![x](http://evil.example/a.png) <img src=http://evil.example/b.png> [y](http://evil.example)")
        expect(chat.answer).to_contain_text("evil.example")
        expect(chat.answer.locator(".message-content").locator("img, a")).to_have_count(0)
        assert chat.heard.elsewhere() == []

    @pytest.mark.parametrize("address", ["http://evil.example/a", "www.evil.example", "me@evil.example"])
    def test_an_address_that_an_answer_quotes_is_no_link(self, open_chat: Opens, address: str) -> None:
        chat = open_chat("en")
        chat.ask(f"sales of {address}")
        expect(chat.answer).to_contain_text("evil.example" if "@" in address else JOINER)
        expect(chat.answer.locator(".message-content a")).to_have_count(0)
