"""Wording: a template for every code in both languages; values from data stay text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Asker

from assistant.render.markdown import cell, escaped
from assistant.wording.numbers import number
from assistant.wording.refusals import REFUSAL_REASONS
from assistant.wording.texts import templates
from semantic_layer.columns import Column
from semantic_layer.errors import REASON_OF
from semantic_layer.words import Text

ROOT = Path(__file__).parents[2]


def codes(pattern: str, *folders: str) -> set[str]:
    """Codes that the source gives to notes, findings and refusals."""
    found: set[str] = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            found |= set(re.findall(pattern, path.read_text("utf-8")))
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_note_has_a_template(language: str) -> None:
    used = codes(r'Note\(\s*code="(\w+)"', "semantic_layer", "tools", "assistant")
    assert used
    assert used - set(templates(language)["notes"]) == set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_finding_has_a_template(language: str) -> None:
    used = codes(r'Finding\(code="(\w+)"', "tools") - {"catalogue", "winner"}
    assert used - set(templates(language)["findings"]) - set(templates(language)["groups"]) == set()
    assert {"winner_top", "winner_bottom"} <= set(templates(language)["findings"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_refusal_and_question_back_has_a_template(language: str) -> None:
    used = codes(r'Refuse\(\s*code="(\w+)"', "assistant") | set(REFUSAL_REASONS) | set(REASON_OF)
    assert used - {"sql_denied"} - set(templates(language)["refusals"]) == set()
    asked = codes(r'Clarify\(\s*code="(\w+)"', "assistant")
    assert asked - set(templates(language)["clarify"]) == set()


def test_both_languages_have_the_same_codes() -> None:
    zh, en = templates("zh"), templates("en")
    for section in ("notes", "findings", "refusals", "clarify", "next", "reading", "conditions", "parts"):
        assert set(zh[section]) == set(en[section]), section


@pytest.mark.parametrize(
    ("value", "kind", "language", "expected"),
    [
        (386027.21, "decimal", "zh", "386,027.21 美元"),
        (386027.21, "decimal", "en", "386,027.21 USD"),
        (2469, "count", "en", "2,469 USD"),
        (0.1234, "fraction", "en", "12.3%"),
        (0.0034, "fraction", "zh", "0.34%"),
        (0.0, "fraction", "en", "0%"),
        (0.00004, "fraction", "zh", "0.004%"),
        (-0.0000004, "fraction", "en", "-0.00004%"),
    ],
)
def test_numbers_are_written_as_the_language_does(value: float, kind: str, language: str, expected: str) -> None:
    column = Column(name="x", role="metric", type=kind, unit=Text(zh="USD", en="USD"))  # pyright: ignore[reportArgumentType]
    assert number(value, column, language) == expected


@pytest.mark.parametrize(
    ("unit", "one"),
    [
        ("people", "person"),
        ("baskets", "basket"),
        ("visits per store", "visit per store"),
        ("loyal companies", "loyal company"),
        ("boxes", "box"),
        ("houses", "house"),
        ("USD", "USD"),
        ("km", "km"),
    ],
)
def test_one_of_a_unit_is_said_as_one(unit: str, one: str) -> None:
    column = Column(name="x", role="metric", type="count", unit=Text(zh="人", en=unit))
    assert [number(value, column, "en") for value in (1, -1, 0, 2)] == [f"1 {one}", f"-1 {one}", f"0 {unit}", f"2 {unit}"]
    assert number(1, column, "zh") == "1 人"


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", "[here](http://evil)", "![x](http://evil)", "a|b", "`code`", "**bold**"]
)
def test_a_value_never_becomes_markup(text: str) -> None:
    for shown in (escaped(text), cell(text)):
        assert not re.search(r"(?<!\\)[<\[`|*]", shown)


@pytest.mark.parametrize(
    "question",
    ["上个月各部门的销售额", "sales by department last month", "top 3 stores by sales", "销售额趋势", "grocery share of sales"],
)
def test_numbers_of_the_text_are_numbers_of_the_rows(demo: Asker, question: str) -> None:
    """No figure with decimals is said that no row, total or rest holds."""
    reply = demo.ask(question)
    cells = [cell for row in reply.rows for cell in row if isinstance(cell, float)]
    cells += [value for extra in (reply.totals, reply.rest) if extra for value in extra.values() if isinstance(value, float)]
    known = (
        {f"{value:,.2f}" for value in cells}
        | {f"{value * 100:,.1f}%" for value in cells}
        | {f"{abs(value):,.2f}" for value in cells}
    )
    said = re.findall(r"\d[\d,]*\.\d+%?", reply.answer)
    assert said
    assert set(said) <= known


@pytest.mark.parametrize(
    ("question", "said"),
    [("sales in Q4 compared to Q3", ("Q3 2017", "Q4 2017")), ("11月和12月的销售额", ("2017年11月", "2017年12月"))],
)
def test_whole_units_side_by_side_are_named_as_such_and_not_by_their_first_day(
    demo: Asker, question: str, said: tuple[str, str]
) -> None:
    reply = demo.ask(question)
    assert all(each in reply.answer for each in said)
