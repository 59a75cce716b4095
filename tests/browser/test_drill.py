"""A look into one group of an answer, as the next question."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Asker
from playwright.sync_api import expect

from assistant.edits.drill import drill
from assistant.edits.viewing import Viewing
from assistant.reply import Reply
from browser.conftest import Asks, Chat, Opens, figures_in, first_page, rows_of, words
from semantic_layer.policy import Viewer
from semantic_layer.requests import MetricQuery

pytestmark = pytest.mark.browser

Runs = Callable[..., Reply]
Keeps = Callable[[Chat], Reply]
QUESTION = {"zh": "四季度销售额前五的部门", "en": "Top 5 departments by sales in Q4"}


def looks(demo: Asker, reply: Reply, row: int) -> list[tuple[str, MetricQuery]]:
    """What can be asked of the group of a row."""
    scope = demo.runtime.scope(Viewer())
    viewing = Viewing.of(scope, demo.runtime.reader(scope), reply.language)
    found = drill(MetricQuery.model_validate(reply.plan), reply.columns, reply.rows[row], viewing)
    assert found is not None
    return [(look.text, look.request) for look in found.looks]


@pytest.mark.parametrize(("language", "group", "title"), [("zh", "日用药妆", "看 日用药妆"), ("en", "Meat", "Look into Meat")])
def test_a_click_on_a_bar_offers_ways_to_split_it_and_the_chosen_one_is_answered(
    open_chat: Opens, demo: Asker, told: Asks, run: Runs, kept: Keeps, language: str, group: str, title: str
) -> None:
    chat, reply = open_chat(language), told(QUESTION[language])
    chat.ask(QUESTION[language])
    row = [cells[0] for cells in chat.rows()].index(group)
    chat.click_point(chat.bars.nth(row), row)

    expect(chat.dialog).to_contain_text(title)
    offered = looks(demo, reply, row)
    buttons = chat.dialog.locator(".hx-suggestion")
    expect(buttons).to_have_text([text for text, _ in offered])
    text, request = offered[0]
    chat.click(buttons.first)
    assert chat.questions.last.inner_text() == f"{group} · {text}"
    expected = run(request, language)
    assert kept(chat).plan == expected.plan
    assert chat.rows() == first_page(rows_of(expected))


def test_so_does_a_click_on_a_point_of_a_line(open_chat: Opens, told: Asks) -> None:
    question = "Sales per month in 2017"
    chat, reply = open_chat("en"), told(question)
    chat.ask(question)
    chat.click_point(chat.plot.locator(".scatterlayer .point").nth(9), 9)
    expect(chat.dialog).to_contain_text("Look into October 2017")
    chat.click(chat.dialog.get_by_role("button", name="By week"))
    assert chat.questions.last.inner_text() == "October 2017 · By week"
    assert round(sum(figures_in(sales)[-1] for _, sales in chat.rows()), 2) == reply.rows[9][1]


def test_a_row_of_the_table_is_looked_into_by_the_keyboard(
    open_chat: Opens, demo: Asker, told: Asks, run: Runs, kept: Keeps
) -> None:
    chat, reply = open_chat("en"), told(QUESTION["en"])
    chat.ask(QUESTION["en"])
    row = chat.answer.locator("tbody .hx-group").nth(1)
    row.focus()
    chat.page.keyboard.press("Enter")
    offered = looks(demo, reply, 1)
    expect(chat.dialog.locator(".hx-suggestion")).to_have_count(len(offered))
    for _ in range(10):
        if chat.page.evaluate("document.activeElement.innerText") == offered[1][0]:
            break
        chat.page.keyboard.press("Tab")
    chat.press("Enter")
    expected = run(offered[1][1], "en")
    assert kept(chat).plan == expected.plan
    assert chat.rows() == first_page(rows_of(expected))


def test_the_parts_of_a_group_add_up_to_it(open_chat: Opens, told: Asks) -> None:
    chat, reply = open_chat("en"), told(QUESTION["en"])
    chat.ask(QUESTION["en"])
    chat.answer.locator("tbody .hx-group").first.click()
    chat.click(chat.dialog.get_by_role("button", name="by month"))
    assert round(sum(figures_in(sales)[0] for _, sales in chat.rows()), 2) == reply.rows[0][1]


def test_a_dialog_that_is_closed_asks_nothing_and_gives_the_focus_back(open_chat: Opens) -> None:
    chat = open_chat("en")
    chat.ask(QUESTION["en"])
    row = chat.answer.locator("tbody .hx-group").first
    row.focus()
    chat.page.keyboard.press("Enter")
    expect(chat.dialog).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.dialog).to_have_count(0)
    expect(chat.answers).to_have_count(1)


def test_rows_without_groups_are_not_looked_into(open_chat: Opens) -> None:
    chat = open_chat("en")
    chat.ask("Which departments are there?")
    expect(chat.answer.locator("table")).to_have_count(1)
    expect(chat.answer.locator(".hx-group")).to_have_count(0)


def test_the_ways_on_are_those_of_the_language(open_chat: Opens) -> None:
    chat = open_chat("zh")
    chat.ask(QUESTION["zh"])
    chat.answer.locator("tbody .hx-group").first.click()
    expect(chat.dialog.locator(".hx-suggestion").first).to_have_text("按月")
    expect(chat.dialog).to_contain_text(words("zh")["drill"].replace("{label}", "杂货"))
