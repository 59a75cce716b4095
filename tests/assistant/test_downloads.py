"""Downloads, read back: what was answered is in them, typed; what data or questions hold stays text in all of them."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import zipfile
from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from conftest import Asker
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from assistant.render.charts import figure
from assistant.render.columns import columns_of
from assistant.render.conversation_html import conversation_html
from assistant.render.conversation_markdown import conversation_markdown
from assistant.render.csv_file import csv_of
from assistant.render.excel import conversation_excel, excel_of
from assistant.render.excel_book import LONGEST_TEXT, pieces
from assistant.render.file_names import file_name
from assistant.render.legal_text import legal, not_a_formula
from assistant.render.markdown import JOINER
from assistant.render.reply_tables import MOST_ROWS
from assistant.render.transcript import Asked
from assistant.reply import Reply
from assistant.wording.numbers import cell
from assistant.wording.texts import templates

AT = datetime(2025, 3, 1, 9, 30)
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULAS = ['=HYPERLINK("http://evil","x")', "@SUM(A1)", "+1+1", "-2+3", "\t=1", "\r=1", "\n=1", " =1", "\x01=1", "\uff1d1+1"]
MARKUP = [
    "<img src=x onerror=alert(1)>",
    "[x](http://evil)",
    "</script><script>alert(1)</script>",
    "<r><t>x</t></r>",
    "http://evil",
]
MARKUP += ["mailto:a@evil", "internal:Sheet1!A1", '"><a href="//evil">x</a>', "a|b", "`x`", "_x0041_", "</td></table>", "'x"]
HOSTILE = [*FORMULAS, *MARKUP]


def reply_of(values: list[str], language: str = "en", **more: Any) -> Reply:
    """A breakdown of sales by goods whose names are the values."""
    schema: list[dict[str, Any]] = [
        {"name": "goods", "role": "dimension", "type": "category", "labels": {"zh": "货品", "en": "Goods"}},
        {
            "name": "sales",
            "role": "metric",
            "type": "decimal",
            "labels": {"zh": "销售额", "en": "Sales"},
            "units": {"zh": "元", "en": "CNY"},
        },
    ]
    rows = [[value, -1.5 - index] for index, value in enumerate(values)]
    parts = {"status": "answered", "answer": "Said.", "reading": "Sales · by goods", "columns": ["goods", "sales"]}
    return Reply(**{**parts, "rows": rows, "table_schema": schema, "language": language, **more})


def poisoned(text: str, language: str) -> Asked:
    """A turn that holds the text wherever a text can stand."""
    heading: dict[str, Any] = {"name": "goods", "role": "dimension", "type": "category", "labels": {"zh": text, "en": text}}
    number = {
        "name": "sales",
        "role": "metric",
        "type": "decimal",
        "labels": {"zh": text, "en": text},
        "units": {"zh": text, "en": text},
    }
    said = {"answer": text, "reading": text, "assumptions": [text], "warnings": [text], "definitions": [text], "sql": text}
    table = {"name": text, "columns": ["goods"], "rows": [[text]], "schema": [heading]}
    reply = reply_of(
        [text], language, **said, table_schema=[heading, number], tables=[table], data_version=text, fingerprint=text
    )
    return Asked(question=text, at=AT, reply=reply)


def csv_rows(reply: Reply) -> list[list[str]]:
    content = csv_of(reply)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def parts_of(content: bytes) -> dict[str, ElementTree.Element]:
    """The XML parts of a workbook; each must be well-formed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}


def shared_strings(content: bytes) -> list[str]:
    items = parts_of(content)["xl/sharedStrings.xml"]
    assert {child.tag for item in items for child in item} <= {f"{SPREADSHEET}t"}  # runs would be markup of the text's own
    return [item[0].text or "" for item in items]


def formats(content: bytes, sheet: int, row: int) -> list[tuple[str, bool, bool, str]]:
    """Number format, bold, italic and alignment of each cell of a row, counted from 1."""
    parts = parts_of(content)
    styles = parts["xl/styles.xml"]
    codes = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iter(f"{SPREADSHEET}numFmt")}
    codes |= {"0": "General", "1": "0", "3": "#,##0", "4": "#,##0.00", "10": "0.00%"}  # those that Excel has a number for
    fonts = list(styles.find(f"{SPREADSHEET}fonts") or [])
    cells = list(styles.find(f"{SPREADSHEET}cellXfs") or [])
    found: list[tuple[str, bool, bool, str]] = []
    for each in parts[f"xl/worksheets/sheet{sheet}.xml"].iter(f"{SPREADSHEET}c"):
        if re.fullmatch(rf"[A-Z]+{row}", each.get("r", "")):
            style = cells[int(each.get("s", "0"))]
            font, alignment = fonts[int(style.get("fontId", "0"))], style.find(f"{SPREADSHEET}alignment")
            side = alignment.get("horizontal", "") if alignment is not None else ""
            bold, italic = (font.find(SPREADSHEET + tag) is not None for tag in "bi")
            found.append((codes[style.get("numFmtId")], bold, italic, side))
    return found


class Page(HTMLParser):
    """What a browser would make of a page: its elements, and its text outside scripts and styles."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.scripts: list[str] = []
        self.text, self._inside = "", ""
        self.feed(content.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag in ("td", "th"):
            self.cells.append("")
        if tag == "script" and "type" not in dict(attrs):
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("td", "th"):
            self.cells[-1] += data
        if self._inside == "script" and self.elements[-1][1] == {}:
            self.scripts[-1] += data
        if self._inside not in ("script", "style"):
            self.text += data

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}


def figure_of(reply: Reply) -> dict[str, Any] | None:
    drawn = figure(reply) if reply.status == "answered" else None
    return drawn.to_plotly_json() if drawn is not None else None


def no_figure(reply: Reply) -> None:
    return None


def page_of(*turns: Asked, title: str = "Talk", language: str = "en", charts: bool = False) -> Page:
    return Page(conversation_html(title, turns, figure_of if charts else no_figure, language))


class TestCsv:
    def test_has_all_rows_unrounded_with_headings_and_units_and_crlf(self, demo: Asker) -> None:
        reply = demo.ask("Top 3 stores by sales in 2017")
        lines = csv_of(reply).decode("utf-8-sig").split("\r\n")
        assert lines[0] == '"Store","Sales (USD)"'
        assert lines[1:] == [*(f"{store},{sales}" for store, sales in reply.rows), ""]
        assert reply.rest and reply.totals

    def test_chinese_has_words_of_its_own_and_fractions_stay_fractions(self, demo: Asker) -> None:
        reply = demo.ask("2017年11月各品牌销售额占比")
        heading, *rows = csv_rows(reply)
        assert heading == ["品牌类型", "销售额（美元）", "销售额占比（小数）"]
        assert [row[0] for row in rows] == ["全国品牌", "自有品牌", "未知"]
        assert [[float(each) for each in row[1:]] for row in rows] == [row[1:] for row in reply.rows]

    def test_months_are_iso_dates_and_weekdays_are_words(self, demo: Asker) -> None:
        assert csv_rows(demo.ask("2017年各月销售额"))[2][0] == "2017-02-01"
        assert [row[0] for row in csv_rows(demo.ask("Sales by weekday in 2017"))[1:3]] == ["Monday", "Tuesday"]

    def test_numbers_are_never_in_scientific_notation_and_missing_ones_are_empty(self) -> None:
        rows = [["a", 1e-7], ["b", 1e21], ["c", None], ["Unknown", -3], [None, float("nan")]]
        reply = reply_of([], rows=rows)
        assert [row[1] for row in csv_rows(reply)[1:]] == ["0.0000001", "1" + "0" * 21, "", "-3", ""]

    @pytest.mark.parametrize("text", FORMULAS)
    def test_what_begins_like_a_formula_is_a_text(self, text: str) -> None:
        turn = poisoned(text, "en")
        heading, row = csv_rows(turn.reply)
        assert row[0] == f"'{legal(text)}"
        assert heading[0] == f"'{legal(text)}"
        assert row[1] == "-1.5"

    def test_a_semicolon_in_a_text_begins_no_cell_of_its_own(self) -> None:
        line = csv_of(reply_of(["a;=1+1"])).decode("utf-8-sig").split("\r\n")[1]
        assert line == '"a;=1+1",-1.5'

    def test_a_reply_without_a_table_is_empty(self) -> None:
        assert csv_of(Reply(status="refused", answer="No.")) == b"\xef\xbb\xbf"

    @given(st.lists(st.text(), max_size=5), st.sampled_from(["zh", "en"]))
    def test_any_text_comes_back(self, values: list[str], language: str) -> None:
        unknown = templates(language)["unknown"]
        expected = [unknown if value == "Unknown" else not_a_formula(legal(value)) for value in values]
        assert [row[0] for row in csv_rows(reply_of(values, language))[1:]] == expected


class TestExcel:
    def test_has_typed_rows_a_frozen_header_a_filter_and_sums_set_apart(self, demo: Asker) -> None:
        reply = demo.ask("Top 3 stores by sales in 2017")
        content = excel_of(reply, "Top 3 stores by sales in 2017", AT)
        table = next(iter(sheets(content).values()))
        assert table[0] == ["Store", "Sales (USD)"]
        assert table[1:4] == reply.rows
        assert table[4:] == [["", ""], ["The rest", reply.rest["sales"]], ["Overall", reply.totals["sales"]]]  # type: ignore[index]
        sheet = parts_of(content)["xl/worksheets/sheet1.xml"]
        pane, filtered = sheet.find(f".//{SPREADSHEET}pane"), sheet.find(f"{SPREADSHEET}autoFilter")
        assert pane is not None and pane.get("state") == "frozen" and pane.get("ySplit") == "1"
        assert filtered is not None and filtered.get("ref") == "A1:B4"
        assert formats(content, 1, 1) == [("General", True, False, "left"), ("General", True, False, "right")]
        assert formats(content, 1, 2) == [("0", False, False, "left"), ("#,##0.00", False, False, "right")]
        assert formats(content, 1, 6)[1] == ("#,##0.00", False, True, "right")
        assert formats(content, 1, 7)[1] == ("#,##0.00", True, False, "right")

    def test_counts_money_and_rates_have_their_formats(self, demo: Asker) -> None:
        content = excel_of(demo.ask("Sales, baskets and discount rate by month in 2017"), "?")
        assert [each[0] for each in formats(content, 1, 2)] == ["yyyy-mm", "#,##0.00", "#,##0", "0.0%"]
        assert next(iter(sheets(content).values()))[1][0] == date(2017, 1, 1)

    @pytest.mark.parametrize(
        ("question", "second", "shown"),
        [
            ("Sales by quarter in 2017", date(2017, 4, 1), 'yyyy"-Q2"'),
            ("2017年11月每天销售额", date(2017, 11, 2), "yyyy-mm-dd"),
            ("Sales by week in November 2017", date(2017, 11, 6), "yyyy-mm-dd"),
            ("2017年销售额按小时", 1, '0"点"'),
            ("Sales by hour in 2017", 1, '0":00"'),
            ("Sales by weekday in 2017", "Tuesday", "General"),
        ],
    )
    def test_time_has_the_format_of_its_grain(self, demo: Asker, question: str, second: Any, shown: str) -> None:
        content = excel_of(demo.ask(question), question)
        assert next(iter(sheets(content).values()))[2][0] == second
        assert formats(content, 1, 3)[0][0] == shown

    @pytest.mark.parametrize("question", ["Grocery sales by brand in November 2017 as a share", "2017年11月各品牌杂货销售额"])
    def test_the_last_sheet_is_the_evidence(self, demo: Asker, question: str) -> None:
        reply = demo.ask(question)
        texts = templates(reply.language)["download"]
        found = sheets(excel_of(reply, question, AT))
        assert list(found)[-1] == texts["evidence"]
        evidence = dict(found[texts["evidence"]])
        said = {
            "question": question,
            "asked_at": "2025-03-01 09:30",
            "reading": reply.reading,
            "definition": reply.definitions[0],
        }
        said |= {"fingerprint": reply.fingerprint, "as_of": "2017-12-31"}
        assert {name: evidence[texts[name]] for name in said} == said
        assert evidence[texts["answer"]] in reply.answer
        assert evidence["SQL"] == reply.sql
        assert evidence[templates(reply.language)["chat"]["data"]] == reply.data_version

    def test_sql_longer_than_a_cell_is_split_at_line_ends(self) -> None:
        sql = "\n".join(f"SELECT {number}" for number in range(6000))
        rows = [row for row in sheets(excel_of(reply_of(["a"], sql=sql), "?"))["Evidence"] if row[0] == "SQL"]
        assert len(rows) == 3
        assert max(len(text) for _, text in rows) <= LONGEST_TEXT
        assert "\n".join(text for _, text in rows) == sql

    def test_a_long_cell_is_cut_as_excel_counts(self) -> None:
        table = next(iter(sheets(excel_of(reply_of(["😀" * 20_000]), "?")).values()))
        assert table[1][0] == "😀" * ((LONGEST_TEXT - 1) // 2) + "…"

    def test_chinese_columns_are_twice_as_wide(self) -> None:
        def width(value: str) -> float:
            column = parts_of(excel_of(reply_of([value]), "?"))["xl/worksheets/sheet1.xml"].find(f".//{SPREADSHEET}col")
            assert column is not None
            return float(column.get("width", "0"))

        assert width("销" * 20) == width("x" * 40) > width("x" * 20)

    def test_sheet_names_are_legal_and_unique(self) -> None:
        wanted = ["a/b[c]:*?\\", "A b c", "x" * 40, "X" * 41, "''", "History", "😀" * 20]
        schema = reply_of([]).table_schema
        tables = [{"name": name, "columns": ["goods", "sales"], "rows": [], "schema": schema} for name in wanted]
        names = list(sheets(excel_of(reply_of(["a"], tables=tables), "?")))
        assert len({name.casefold() for name in names}) == len(wanted) + 2
        assert all(len(name.encode("utf-16-le")) <= 62 and not re.search(r"[\[\]:*?/\\]|^'|'$", name) for name in names)
        assert "history" not in {name.casefold() for name in names}

    @pytest.mark.parametrize("language", ["zh", "en"])
    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_text_is_a_text_wherever_it_stands(self, text: str, language: str) -> None:
        turn = poisoned(text, language)
        for content in (excel_of(turn.reply, turn.question, AT), conversation_excel(text, [turn])):
            parts = parts_of(content)
            assert not [name for name in parts if "externalLink" in name or "sheets/_rels" in name]
            tags = {element.tag.removeprefix(SPREADSHEET) for root in parts.values() for element in root.iter()}
            assert tags.isdisjoint({"f", "hyperlink", "hyperlinks"})
            strings = shared_strings(content)
            assert any(string.strip() == legal(text).replace("_x0041_", "_x005F_x0041_").strip() for string in strings)
        assert next(iter(sheets(excel_of(turn.reply, text)).values()))[1][1] == -1.5

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.text(), min_size=1, max_size=4), st.text())
    def test_any_text_makes_a_workbook_that_opens(self, values: list[str], question: str) -> None:
        content = excel_of(reply_of(values, reading=question, sql=question), question, AT)
        strings = {re.sub("_x005F_", "_", each) for each in shared_strings(content)}
        expected = {"Unknown" if value == "Unknown" else legal(value) for value in values}
        assert {each for each in expected if each} <= strings
        assert len(sheets(content)) == 2

    @given(st.text(max_size=60), st.integers(2, 20))
    def test_pieces_of_a_text_fit_and_hold_all_of_it(self, text: str, most: int) -> None:
        found = pieces(text, most)
        assert all(len(piece.encode("utf-16-le")) <= 2 * most for piece in found)
        assert "".join(found).replace("\n", "") == text.replace("\n", "")

    def test_the_same_answer_is_the_same_file(self) -> None:
        assert excel_of(reply_of(["a"]), "?", AT) == excel_of(reply_of(["a"]), "?", AT)


@pytest.fixture(scope="module")
def talk(demo: Asker) -> list[Asked]:
    """Two answers, in two languages, and a refusal."""
    questions = ["Sales by quarter in 2017", "2017年11月各品牌销售额", "Sales by shoe size"]
    return [Asked(question=question, at=AT, reply=demo.ask(question)) for question in questions]


class TestConversation:
    def test_excel_has_an_overview_a_sheet_for_each_table_and_the_evidence(self, talk: list[Asked]) -> None:
        found = sheets(conversation_excel("Talk", talk, "en"))
        overview, *tables, evidence = found.values()
        assert [row[:3] for row in overview[1:]] == [[index, AT, turn.question] for index, turn in enumerate(talk, start=1)]
        assert [row[4] for row in overview[1:]] == ["Answered", "已回答", "Not answered"]
        assert [row[5] for row in overview[1:]] == [*list(found)[1:-1], ""]
        assert [table[1][1] for table in tables] == [talk[0].reply.rows[0][1], talk[1].reply.rows[0][1]]
        assert [row[2] for row in evidence if row[1] == "SQL"] == [talk[0].reply.sql, talk[1].reply.sql]
        assert sorted({row[0] for row in evidence[1:]}) == [1, 2, 3]

    def test_an_empty_conversation_makes_files_that_open(self) -> None:
        assert list(sheets(conversation_excel("", []))) == ["Conversation", "Evidence"]
        assert "对话" in page_of(title="", language="zh").text
        assert conversation_markdown("", [], "zh").decode().startswith("# 对话\n")

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_html_shows_questions_answers_tables_evidence_and_sql(self, talk: list[Asked], language: str) -> None:
        page = page_of(*talk, language=language)
        assert dict(page.elements)["html"]["lang"] == {"zh": "zh-CN", "en": "en"}[language]
        for turn in talk:
            assert turn.question in page.text
            assert all(line in page.text for line in turn.reply.answer.split("\n"))
            assert (turn.reply.sql or "") in page.text
            columns = columns_of(turn.reply)
            for row in turn.reply.rows:
                assert {cell(value, column, turn.reply.language) for value, column in zip(row, columns, strict=True)} <= set(
                    page.cells
                )
        assert [attributes["lang"] for tag, attributes in page.elements if tag == "article"] == ["en", "zh-CN", "en"]

    def test_html_loads_nothing_and_embeds_plotly_once_where_there_is_a_chart(self, talk: list[Asked]) -> None:
        page = page_of(*talk, charts=True)
        addresses = [attributes for _, attributes in page.elements if {"src", "href", "action", "srcset"} & set(attributes)]
        assert addresses == []
        policy = next(each["content"] or "" for tag, each in page.elements if tag == "meta" and "http-equiv" in each)
        assert policy.startswith("default-src 'none'; script-src 'sha256-")
        hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in page.scripts]
        assert re.findall(r"'sha256-(.+?)'", policy) == hashes
        assert "unsafe-eval" not in policy and "http" not in policy
        scripts = [attributes.get("type") for tag, attributes in page.elements if tag == "script"]
        assert scripts == ["application/json", "application/json", None, None]

    def test_html_without_a_chart_has_no_script(self, talk: list[Asked]) -> None:
        content = conversation_html("Talk", talk, no_figure, "en")
        assert "script" not in Page(content).tags()
        assert "script-src 'none'" in content.decode()
        assert len(content) < 40_000

    @pytest.mark.parametrize("language", ["zh", "en"])
    @pytest.mark.parametrize("text", HOSTILE)
    def test_html_shows_hostile_text_as_it_is(self, text: str, language: str) -> None:
        turn = poisoned(text, language)
        harmless = page_of(poisoned("word", language), title="word", language=language)
        chart = {"data": [{"type": "bar", "name": text}], "layout": {"title": {"text": text}}}
        page = page_of(turn, title=text, language=language)
        charted = Page(conversation_html(text, [turn], lambda _: chart, language))
        assert [tag for tag, _ in page.elements] == [tag for tag, _ in harmless.elements]
        assert charted.tags() == harmless.tags() | {"div", "script"}
        assert [each for _, each in page.elements if any(name.startswith("on") or name in ("src", "href") for name in each)] == []
        assert page.cells.count(legal(text)) == 5

    @settings(max_examples=60, deadline=None)
    @given(st.text())
    def test_html_has_the_same_elements_whatever_a_cell_holds(self, text: str) -> None:
        page = page_of(Asked(question="?", at=AT, reply=reply_of([text])))
        assert [tag for tag, _ in page.elements] == [
            tag for tag, _ in page_of(Asked(question="?", at=AT, reply=reply_of(["a"]))).elements
        ]

    def test_a_text_file_says_where_a_long_table_ends(self) -> None:
        turn = Asked(question="?", at=AT, reply=reply_of([f"goods {number}" for number in range(MOST_ROWS + 1)]))
        note = f"The first {MOST_ROWS} of {MOST_ROWS + 1} rows"
        for text in (page_of(turn).text, conversation_markdown("Talk", [turn], "en").decode()):
            assert note in text
            assert f"goods {MOST_ROWS - 1}" in text and f"goods {MOST_ROWS}" not in text

    def test_markdown_has_tables_with_sums_and_sql_in_fences(self, talk: list[Asked]) -> None:
        text = conversation_markdown("Talk", talk, "en").decode()
        assert text.startswith("# Talk\n\nQuestions: 3\n\n## Sales by quarter in 2017\n")
        assert "| Quarter | Sales |\n|:--|--:|\n| Q1 2017 |" in text
        assert "| **整体** |" in text or f"| **{templates('zh')['chat']['totals']}** |" in text
        assert f"```sql\n{talk[0].reply.sql}\n```" in text

    @pytest.mark.parametrize("text", [text for text in HOSTILE if text != "`x`"])
    def test_markdown_obeys_no_hostile_text(self, text: str) -> None:
        turn = poisoned(text, "en")
        written = conversation_markdown(
            text, [Asked(question=text, at=AT, reply=turn.reply.model_copy(update={"sql": None}))], "en"
        ).decode()
        assert not re.search(r"(?<!\\)[<\[]", written)
        assert not re.search(r"://|@(?!" + JOINER + ")", written)
        assert all(len(re.findall(r"(?<!\\)\|", line)) in (2, 3) for line in written.split("\n") if line.startswith("|"))

    def test_markdown_closes_a_fence_only_itself(self) -> None:
        written = conversation_markdown(
            "Talk", [Asked(question="?", at=AT, reply=reply_of(["a"], sql="```\n# x"))], "en"
        ).decode()
        assert "````sql\n```\n# x\n````" in written


class TestFileNames:
    def test_says_what_is_inside_and_when(self, demo: Asker) -> None:
        assert file_name(demo.ask("Sales by month in 2017"), AT, "csv") == "Sales-by-month-2017_20250301-0930.csv"
        assert file_name(demo.ask("2017年各月销售额"), AT, "xlsx") == "销售额-按月-2017年_20250301-0930.xlsx"

    @pytest.mark.parametrize(
        "title", ["", "...", "../../etc/passwd", "con", "NUL.txt", "a\nb", "\u202egpj.exe", "=1", "-rf", "x" * 500, "销" * 300]
    )
    def test_is_safe_everywhere(self, title: str) -> None:
        name = file_name(title, AT, "html")
        assert re.fullmatch(r"[^\W_][^/\\:*?\"<>|\x00-\x1f\u202e]*_20250301-0930\.html", name)
        assert len(name.encode()) <= 200
        assert name.split(".")[0].casefold() not in ("con", "nul")

    @given(st.text())
    def test_any_title_gives_a_name(self, title: str) -> None:
        name = file_name(title, AT, "md")
        assert not re.search(r"[/\\:*?\"<>|\x00-\x1f]", name)
        assert not name.startswith((".", "-", "=", " "))
        assert len(name.encode("utf-8")) <= 200

    def test_an_extension_is_letters(self) -> None:
        with pytest.raises(ValueError, match="not an extension"):
            file_name("a", AT, "../x")
