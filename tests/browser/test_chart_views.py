"""A chart in other kinds, on another scale, of fewer groups, on another ground, and as a picture."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from assistant.render.charts import View, figure_json, views_of
from assistant.reply import Reply
from browser.conftest import Asks, Chat, Opens, points_of, words

pytestmark = pytest.mark.browser

QUESTION = {"zh": "2017年各部门的销售额", "en": "Sales by department in 2017"}


def menu(chat: Chat, name: str) -> Locator:
    """A menu of the chart's tools."""
    return chat.answer.get_by_role("combobox", name=words(chat.language)[name])


def shapes(chat: Chat) -> list[tuple[str, str, int]]:
    """What is drawn: the type of each trace, which way it lies, how many points it has."""
    chat.drawn()
    found = chat.plot.evaluate(
        "plot => plot.data.map(trace => [trace.type, trace.orientation || 'v', (trace.x || trace.z || []).length])"
    )
    return [(kind, way, count) for kind, way, count in found]


def shapes_of(reply: Reply, view: View) -> list[tuple[str, str, int]]:
    drawn = figure_json(reply, view, "light")
    assert drawn is not None
    return [(trace["type"], trace.get("orientation", "v"), len(trace["x"])) for trace in drawn["data"]]


def eventually(seen: Callable[[], Any], expected: Any, chat: Chat) -> None:
    """A chart is drawn again as soon as the server has said how."""
    for _ in range(100):
        if seen() == expected:
            return
        chat.page.wait_for_timeout(100)
    assert seen() == expected


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_that_its_menu_offers_is_drawn(open_chat: Opens, told: Asks, language: str) -> None:
    question = {"zh": "2017年每月的销售额", "en": "Sales by month in 2017"}[language]
    chat, reply = open_chat(language), told(question)
    chat.ask(question)
    views = views_of(reply)
    assert views is not None
    assert [kind.value for kind in views.kinds] == ["line", "column", "area"]
    kinds = menu(chat, "chart_type")
    assert kinds.locator("option").all_inner_texts() == [kind.label.get(language) for kind in views.kinds]
    for kind in views.kinds:
        kinds.select_option(label=kind.label.get(language))
        eventually(lambda: shapes(chat), shapes_of(reply, View(kind=kind.value)), chat)
        assert chat.points() >= points_of(reply, "sales")


def test_what_is_drawn_is_said_in_words_as_well(open_chat: Opens, told: Asks) -> None:
    chat, reply = open_chat("en"), told("Top 5 departments by sales in Q4")
    chat.ask("Top 5 departments by sales in Q4")
    chat.drawn()
    said = chat.plot.get_attribute("aria-label") or ""
    assert "Grocery" in said and "610,228.58 USD" in said
    assert len(reply.rows) == 5


def test_a_log_scale_is_switched_on_and_off(open_chat: Opens) -> None:
    chat = open_chat("en")
    chat.ask(QUESTION["en"])
    chat.drawn()
    scale = "plot => [plot._fullLayout.xaxis.type, plot._fullLayout.yaxis.type].includes('log')"
    assert not chat.plot.evaluate(scale)
    log = chat.button(words("en")["log"])
    log.click()
    expect(log).to_have_attribute("aria-pressed", "true")
    eventually(lambda: chat.plot.evaluate(scale), True, chat)
    log.click()
    eventually(lambda: chat.plot.evaluate(scale), False, chat)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_of_many_groups_the_first_are_drawn_with_the_rest_as_one_more(open_chat: Opens, told: Asks, language: str) -> None:
    chat, reply = open_chat(language), told(QUESTION[language])
    chat.ask(QUESTION[language])
    chat.drawn()
    menu(chat, "top").select_option(label={"zh": "前 5 个", "en": "Top 5"}[language])
    rest = round(sum(row[1] for row in reply.rows[5:]), 2)
    expected = {(row, value) for row, value in points_of(reply, "sales") if row is not None and row < 5} | {(None, rest)}
    eventually(lambda: {(row, round(value, 2)) for row, value in chat.points()}, expected, chat)
    expect(chat.plot.locator(".ytick", has_text=re.compile({"zh": "^其余", "en": "^(Rest|Other)"}[language]))).to_have_count(1)
    menu(chat, "top").select_option(label={"zh": "全部", "en": "All"}[language])
    eventually(lambda: chat.points() >= {point for point in points_of(reply, "sales") if point[0] < 20}, True, chat)


def test_on_a_dark_page_it_is_drawn_anew_in_colours_for_dark(open_chat: Opens) -> None:
    chat = open_chat("en")
    chat.ask("Top 5 departments by sales in Q4")
    chat.drawn()
    ink = "plot => plot._fullLayout.font.color"
    light = chat.plot.evaluate(ink)
    try:
        choose_theme(chat, "Dark")
        eventually(lambda: chat.plot.evaluate(ink) != light, True, chat)
        expect(chat.bars).to_have_count(5)
    finally:
        choose_theme(chat, "Light")
    eventually(lambda: chat.plot.evaluate(ink), light, chat)


def choose_theme(chat: Chat, name: str) -> None:
    chat.page.locator("#theme-toggle").click()
    chat.page.get_by_role("menuitem", name=name).click()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_downloaded_as_a_picture_that_shows_it(open_chat: Opens, language: str) -> None:
    chat = open_chat(language)
    chat.ask({"zh": "四季度销售额前五的部门", "en": "Top 5 departments by sales in Q4"}[language])
    chat.drawn()
    with chat.page.expect_download() as waiting:
        chat.button(words(language)["picture"]).click()
    name = waiting.value.suggested_filename
    assert name.startswith({"zh": "销售额-按部门-2017年第4季度-前-5-名_", "en": "Sales-by-department-Q4-2017-top-5_"}[language])
    assert name.endswith(".png")
    content = waiting.value.path().read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    assert width == 1800 and height >= 640
    assert len(colours_of(content)) > 20, "bars, words and their soft edges"


def colours_of(png: bytes) -> set[bytes]:
    """A picture's colours, from its first hundred lines that hold any but one."""
    at, packed, header = 8, b"", b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        header = body if kind == b"IHDR" else header
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    width, height, depth, form = struct.unpack(">IIBB", header[:10])
    assert (depth, form) in ((8, 2), (8, 6))
    size = 3 if form == 2 else 4
    lines, line = zlib.decompress(packed), 1 + width * size
    # The bytes are differences to their neighbours; of an empty picture all of them would be alike.
    found: set[bytes] = set()
    for row in range(height):
        start = row * line + 1
        found |= {lines[start + each : start + each + size] for each in range(0, width * size, size)}
    return found
