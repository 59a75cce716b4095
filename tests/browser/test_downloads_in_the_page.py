"""Files, downloaded by a click and read back."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from python_calamine import CalamineWorkbook

from browser.conftest import Asks, Chat, Opens, words

pytestmark = pytest.mark.browser

BREAKDOWN = [("zh", "2017年每月的销售额和折扣率", "销售额"), ("en", "Sales and discount rate by month in 2017", "Sales")]


def downloaded(chat: Chat, link: Locator) -> tuple[str, Path]:
    """The name and the place of what a click downloads."""
    with chat.page.expect_download() as waiting:
        link.click()
    return waiting.value.suggested_filename, waiting.value.path()


def link(chat: Chat, name: str) -> Locator:
    return chat.answer.get_by_role("link", name=words(chat.language)[name])


@pytest.mark.parametrize(("language", "question", "metric"), BREAKDOWN)
def test_a_csv_file_holds_the_rows_and_excel_reads_its_chinese(
    open_chat: Opens, told: Asks, language: str, question: str, metric: str
) -> None:
    chat, reply = open_chat(language), told(question)
    chat.ask(question)
    name, path = downloaded(chat, link(chat, "csv"))
    assert name.startswith(metric) and name.endswith(".csv")
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "the mark by which Excel knows UTF-8"
    headings, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert metric in headings[1]
    assert [(row[0], float(row[1]), float(row[2])) for row in rows[: len(reply.rows)]] == [tuple(row) for row in reply.rows]


@pytest.mark.parametrize(("language", "question", "metric"), BREAKDOWN)
def test_an_excel_file_has_typed_cells_and_what_they_rest_on_on_a_second_sheet(
    open_chat: Opens, told: Asks, language: str, question: str, metric: str
) -> None:
    chat, reply = open_chat(language), told(question)
    chat.ask(question)
    name, path = downloaded(chat, link(chat, "excel"))
    assert name.startswith(metric) and name.endswith(".xlsx")
    book = CalamineWorkbook.from_path(str(path))
    first, second = book.sheet_names[:2]
    headings, *rows = book.get_sheet_by_name(first).to_python()
    assert metric in str(headings[1])
    for (month, sales, rate), expected in zip(rows, reply.rows, strict=False):
        assert (month, sales) == (date.fromisoformat(expected[0]), expected[1])
        assert rate == pytest.approx(expected[2], rel=1e-14), "a spreadsheet keeps fifteen digits"
    evidence = "\n".join(str(cell) for row in book.get_sheet_by_name(second).to_python() for cell in row)
    for said in (question, reply.data_version, *(line.partition(": ")[2] for line in reply.definitions)):
        assert said in evidence
    assert "SELECT" in evidence


class TestConversation:
    QUESTIONS = {
        "zh": ("上个月的销售额", "四季度销售额前五的部门", "按活动看销售额"),
        "en": ("Sales last month", "Top 5 departments by sales in Q4", "Spend by gender"),
    }

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_it_is_exported_as_a_page_as_markdown_and_as_a_workbook(self, open_chat: Opens, told: Asks, language: str) -> None:
        chat = open_chat(language)
        number, breakdown, refused = (told(question) for question in self.QUESTIONS[language])
        for question in self.QUESTIONS[language]:
            chat.ask(question)
        chat.conversation  # noqa: B018  (the address stands before anything is exported)

        page = html.unescape(self.exported(chat, "html", ".html").read_text("utf-8"))
        markdown = self.exported(chat, "markdown", ".md").read_text("utf-8").replace("\\", "")
        for text in (page, markdown):
            for question in self.QUESTIONS[language]:
                assert question in text
            assert f"{number.rows[0][0]:,.2f}" in text
            assert all(f"{row[1]:,.2f}" in text for row in breakdown.rows)
            assert refused.answer.split("\n")[0] in text
        book = CalamineWorkbook.from_path(str(self.exported(chat, "excel", ".xlsx")))
        cells = {cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row}
        assert {*self.QUESTIONS[language], number.rows[0][0], *(row[1] for row in breakdown.rows)} <= cells

    def exported(self, chat: Chat, form: str, ending: str) -> Path:
        export = chat.page.locator("#hx-export")
        export.locator("summary").click()
        word = "Excel" if form == "excel" else words(chat.language)[form]
        name, path = downloaded(chat, export.get_by_role("link", name=word, exact=True))
        assert name.endswith(ending)
        expect(export.locator("a").first).to_be_hidden()
        return path

    def test_there_is_nothing_to_export_before_the_first_question(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        expect(chat.page.locator("#hx-export")).to_be_hidden()

    def test_the_menu_closes_on_escape_and_gives_the_focus_back(self, open_chat: Opens) -> None:
        chat = open_chat("en")
        chat.ask("Sales last month")
        opener = chat.page.locator("#hx-export summary")
        opener.focus()
        chat.page.keyboard.press("Enter")
        expect(chat.page.locator("#hx-export a")).to_have_count(3)
        chat.page.keyboard.press("Escape")
        expect(chat.page.locator("#hx-export a").first).to_be_hidden()
        expect(opener).to_be_focused()


def test_names_of_files_say_what_is_inside_and_when_it_was_asked(open_chat: Opens) -> None:
    chat = open_chat("en")
    chat.ask("Top 5 departments by sales in Q4")
    name, _ = downloaded(chat, link(chat, "csv"))
    assert re.fullmatch(r"Sales-by-department-Q4-2017-top-5_\d{8}-\d{4}\.csv", name)


@pytest.mark.parametrize(
    ("language", "question"),
    [("en", "Export the loyal customers as an audience with a 10% control group"), ("zh", "把忠诚客户导出成人群包，留10%对照组")],
)
def test_an_audience_leaves_when_it_is_confirmed(open_chat: Opens, language: str, question: str) -> None:
    chat = open_chat(language)
    chat.ask(question)
    expect(link(chat, "audience_csv")).to_have_count(0)
    chat.answer.get_by_role("button", name=words(language)["audience"]).click()
    name, path = downloaded(chat, link(chat, "audience_csv"))
    assert name.startswith("loyal_high_value") and name.endswith(".csv")
    headings, *rows = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig")))
    assert headings == ["household_hash", "group"]
    assert len(rows) == 463
    manifest, _ = downloaded(chat, link(chat, "audience_manifest"))
    assert manifest.endswith(".manifest.json")
