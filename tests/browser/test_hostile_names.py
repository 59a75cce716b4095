"""Names out of the data that would be images, links, scripts or formulas if they were not text: they are text everywhere."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect
from python_calamine import CalamineWorkbook

from browser import corner_shop
from browser.conftest import Chat, Opens, first_page, words

pytestmark = pytest.mark.browser

QUESTION = {"zh": "各牌子的销售额", "en": "Sales by brand"}
NAMES = list(corner_shop.HOSTILE)
JOINER = "\u2060"
"""Breaks what would become a link by itself; nobody sees it."""


@pytest.fixture(params=["zh", "en"])
def chat(open_corner: Opens, request: pytest.FixtureRequest) -> Chat:
    chat = open_corner(request.param)
    chat.ask(QUESTION[request.param])
    return chat


def expect_text(chat: Chat) -> None:
    """Nothing of the names has become a part of the page, or was asked for."""
    assert chat.page.title() == "Huaxiang 画像"
    made = "img[src=x], [onerror], [href*='evil.example'], [src*='evil.example']"
    expect(chat.page.locator(made)).to_have_count(0)
    assert chat.heard.trouble() == []


def plain(text: str) -> str:
    return text.replace(JOINER, "").replace("\u200b", "")


def test_in_the_message_the_table_and_what_was_done(chat: Chat) -> None:
    prose = plain(chat.answer.locator("[role=article]").first.inner_text())
    assert corner_shop.IMAGE in prose and corner_shop.LINK in prose
    assert [cells[0] for cells in chat.rows()] == first_page([NAMES])[0]
    chat.unfold_work()
    cells = chat.work.locator("tbody td:first-child").all_inner_texts()
    assert [plain(cell) for cell in cells] == NAMES[:5]
    expect_text(chat)


def test_in_the_chart_its_labels_and_what_it_says_when_pointed_at(chat: Chat) -> None:
    chat.drawn()
    labels = "".join(chat.plot.locator(".ytick text, .xtick text").all_text_contents()).replace(" ", "")
    assert "onerror=document.title='run'" in labels or "<imgsrc=x" in labels
    for place in range(len(NAMES)):
        box = chat.bars.nth(place).bounding_box()
        assert box is not None
        chat.page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2, steps=3)
        expect(chat.plot.locator(".hoverlayer .hovertext")).to_be_visible()
        expect_text(chat)
    assert chat.plot.locator("a, image").count() == 0


def test_in_the_menu_of_values_and_the_chip_then_in_what_it_rests_on(chat: Chat) -> None:
    menu = chat.open_menu("add")
    menu.open({"zh": "筛选", "en": "Filter"}[chat.language])
    menu.open({"zh": "牌子", "en": "Brand"}[chat.language])
    expect(menu.options).to_have_count(len(NAMES))
    assert sorted(menu.options.all_inner_texts()) == sorted(NAMES)
    menu.search.fill("onerror")
    expect(menu.options).to_have_text([corner_shop.IMAGE])
    menu.choose(corner_shop.IMAGE)
    assert corner_shop.IMAGE in chat.chips()["where.0"]
    assert corner_shop.IMAGE in chat.questions.last.inner_text()
    chat.fold(words(chat.language)["evidence"]).click()
    expect(chat.answer.locator("dd", has_text=corner_shop.IMAGE).first).to_be_visible()
    chat.fold(words(chat.language)["sql"]).click()
    expect(chat.answer.locator("code.language-sql")).to_contain_text("onerror")
    expect_text(chat)


def test_in_the_dialog_that_looks_into_it_and_in_what_is_asked_then(chat: Chat) -> None:
    for name in (corner_shop.LINK, corner_shop.SCRIPT):
        chat.answers.first.locator(".hx-group", has_text=name).click()
        expect(chat.dialog.locator("h2")).to_have_text(words(chat.language)["drill"].replace("{label}", name))
        chat.click(chat.dialog.locator(".hx-suggestion").first)
        assert name in chat.questions.last.inner_text()
        expect(chat.answer).to_contain_text(name[:8])
        expect_text(chat)


def test_in_that_dialog_while_it_is_not_known_yet_what_can_be_asked(chat: Chat) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    chat.page.route("**/looks?*", hold)
    for place, name in enumerate(NAMES):
        chat.click_point(chat.bars.nth(place), place)
        expect(chat.dialog.locator("h2")).to_have_text(words(chat.language)["drill"].replace("{label}", name))
        chat.page.wait_for_function("document.activeElement.closest('[role=dialog]')")  # keys reach it from then on
        chat.page.keyboard.press("Escape")
        expect(chat.dialog).to_have_count(0)
    for route in held:
        route.continue_()
    chat.page.unroute("**/looks?*")
    expect_text(chat)


def test_in_the_list_of_conversations_and_its_search(open_corner: Opens) -> None:
    chat = open_corner("en")
    asked = f"sales of {corner_shop.IMAGE} {corner_shop.LINK}"
    chat.ask(asked)
    expect(chat.page.locator(f"#thread-{chat.conversation}")).to_contain_text(asked[:100])
    chat.page.locator(f"#thread-{chat.conversation}").hover()
    chat.page.locator("#search-chats-button").click()
    chat.dialog.locator("[cmdk-input]").fill("onerror")
    expect(chat.dialog.locator("[cmdk-item]").first).to_contain_text(asked[:100])
    expect_text(chat)
    chat.page.keyboard.press("Escape")


def test_in_files(chat: Chat) -> None:
    said = words(chat.language)
    with chat.page.expect_download() as waiting:
        chat.answer.get_by_role("link", name=said["csv"]).click()
    rows = list(csv.reader(io.StringIO(waiting.value.path().read_text("utf-8-sig"))))
    cells = [row[0] for row in rows[1 : 1 + len(NAMES)]]
    assert [cell.lstrip("'") for cell in cells] == NAMES
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells), "nothing that a spreadsheet would compute"

    with chat.page.expect_download() as waiting:
        chat.answer.get_by_role("link", name=said["excel"]).click()
    sheet = CalamineWorkbook.from_path(str(waiting.value.path())).get_sheet_by_index(0).to_python()
    assert [str(row[0]).lstrip("'") for row in sheet[1 : 1 + len(NAMES)]] == NAMES


def test_in_an_exported_page(chat: Chat, tmp_path: Path) -> None:
    chat.conversation  # noqa: B018  (its address stands)
    chat.page.locator("#hx-export summary").click()
    with chat.page.expect_download() as waiting:
        chat.page.locator("#hx-export a").first.click()
    saved = tmp_path / "conversation.html"
    waiting.value.save_as(saved)
    page = chat.page.context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(saved.as_uri())
    assert [text for text in page.locator("td:first-child").all_inner_texts() if text in NAMES][: len(NAMES)] == NAMES
    expect(page.locator("img, a[href*=evil]")).to_have_count(0)
    assert page.title() != "run"
    assert all(url.startswith("file:") for url in asked)
    page.close()
