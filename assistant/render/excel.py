"""Answers as Excel: the table first, then what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from xlsxwriter.worksheet import Worksheet

from assistant.render.evidence import EvidenceLine, evidence_of, sentence_of
from assistant.render.excel_book import Book, pieces, write_text
from assistant.render.excel_table import HEADING, write_table
from assistant.render.legal_text import legal
from assistant.render.reply_tables import tables_of
from assistant.render.transcript import Asked
from assistant.reply import Reply
from assistant.wording.texts import templates

WRAPPED = {"text_wrap": True, "align": "left"}
CODE = {**WRAPPED, "font_name": "Consolas", "font_size": 10}
BOLD = {"bold": True, "align": "left"}
NUMBER_WIDTH, MOMENT_WIDTH, NAME_WIDTH, TEXT_WIDTH = 7, 18, 26, 100
MOMENT = "yyyy-mm-dd hh:mm"


def excel_of(reply: Reply, question: str, at: datetime | None = None) -> bytes:
    """One answer: a sheet for each table, then the evidence.

    Args:
        question: As it was asked.
        at: When; the evidence leaves it out where it is not known.
    """
    texts = templates(reply.language)["download"]
    book = Book(question, at)
    for table in tables_of(reply):
        write_table(book, book.sheet(table.name or reply.reading or texts["table"]), table)
    sheet = book.sheet(texts["evidence"])
    _frame(book, sheet, [texts["what"], texts["text"]], [NAME_WIDTH, TEXT_WIDTH])
    lines = [EvidenceLine(texts["question"], question)]
    if at is not None:
        lines.append(EvidenceLine(texts["asked_at"], f"{at:%Y-%m-%d %H:%M %Z}".strip()))
    _evidence(book, sheet, 1, [*lines, *_all_evidence(reply)], reply.sql)
    return book.content()


def conversation_excel(title: str, asked: Sequence[Asked], language: str | None = None) -> bytes:
    """A conversation: a sheet of questions and answers, one for each table, then the evidence of all of them.

    Args:
        language: Of the frame, `zh` or `en`; by default that of the last reply. Tables and evidence have their reply's own.
    """
    own = language or (asked[-1].reply.language if asked else "en")
    texts = templates(own)["download"]
    book = Book(title, asked[-1].at if asked else None)
    overview = book.sheet(texts["conversation"])
    headings = [texts[name] for name in ("number", "asked_at", "question", "answer", "outcome", "sheet")]
    _frame(book, overview, headings, [NUMBER_WIDTH, MOMENT_WIDTH, 50, 80, 14, NAME_WIDTH])
    for number, turn in enumerate(asked, start=1):
        names = _tables(book, number, turn.reply)
        _overview_line(book, overview, number, turn, names)
    evidence = book.sheet(texts["evidence"])
    _frame(book, evidence, [texts["number"], texts["what"], texts["text"]], [NUMBER_WIDTH, NAME_WIDTH, TEXT_WIDTH])
    row = 1
    for number, turn in enumerate(asked, start=1):
        question = EvidenceLine(templates(turn.reply.language)["download"]["question"], turn.question)
        after = _evidence(book, evidence, row, [question, *_all_evidence(turn.reply)], turn.reply.sql, first_column=1)
        for each in range(row, after):
            evidence.write_number(each, 0, number, book.style(align="left"))
        row = after
    return book.content()


def _tables(book: Book, number: int, reply: Reply) -> list[str]:
    """Writes the sheets of one turn; their names."""
    names: list[str] = []
    for table in tables_of(reply):
        word = templates(reply.language)["download"]["table"]
        sheet = book.sheet(f"{number} {table.name or reply.reading or word}")
        write_table(book, sheet, table)
        names.append(str(sheet.get_name()))
    return names


def _overview_line(book: Book, sheet: Worksheet, row: int, turn: Asked, names: list[str]) -> None:
    texts = templates(turn.reply.language)["download"]
    sheet.write_number(row, 0, row, book.style(align="left"))
    sheet.write_datetime(row, 1, turn.at, book.style(align="left", num_format=MOMENT))
    cells = [turn.question, turn.reply.answer, texts["outcomes"][turn.reply.status], "\n".join(names)]
    for column, text in enumerate(cells, start=2):
        write_text(sheet, row, column, text, book.style(**WRAPPED))


def _frame(book: Book, sheet: Worksheet, headings: Sequence[str], widths: Sequence[int]) -> None:
    """The header of a sheet of texts."""
    for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        write_text(sheet, 0, column, heading, book.style(**HEADING, align="left"))
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _all_evidence(reply: Reply) -> list[EvidenceLine]:
    answer = EvidenceLine(templates(reply.language)["download"]["answer"], sentence_of(reply))
    return [answer, *evidence_of(reply)]


def _evidence(
    book: Book, sheet: Worksheet, row: int, lines: Sequence[EvidenceLine], sql: str | None, first_column: int = 0
) -> int:
    """Writes evidence from a row on, texts too long for a cell in several; the first row after it."""
    code = [EvidenceLine("SQL", sql)] if sql else []
    for line, style in [*((line, WRAPPED) for line in lines), *((line, CODE) for line in code)]:
        for piece in pieces(legal(line.text)):
            write_text(sheet, row, first_column, line.name, book.style(**BOLD))
            write_text(sheet, row, first_column + 1, piece, book.style(**style))
            row += 1
    return row
