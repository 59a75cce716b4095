"""The page for everybody: by keyboard, by screen reader, on a phone, in both schemes, with little motion.

axe-core is asked in every state that the page has; what it can't see is asked of the page itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from browser.conftest import LOCALES, PHONE, Chat, Opens, Server, begin_anew, eventually, load

pytestmark = pytest.mark.browser

BREAKDOWN = {"zh": "四季度销售额前五的部门", "en": "Top 5 departments by sales in Q4"}
KINDS = {
    "zh": [
        "11月的销售额是多少",
        "2017年每月的销售额",
        "各年龄段的订单数、销售额、客单价和折扣率",
        "11月各部门销售额环比",
        "按活动看销售额",
        "上个月的折扣",
        "复购率怎么算?",
        "有哪些指标?",
        "能问什么",
    ],
    "en": [
        "What were sales in November?",
        "Sales per month in 2017",
        "Orders, sales, average basket value and discount rate by age group",
        "Share of sales by department in Q4",
        "Spend by gender",
        "Discount last month",
        "what does discount rate mean",
        "what metrics are there",
        "what can I ask",
    ],
}
"""A question for every kind of answer."""
WIDTHS = (390, 820, 1440)
"""Pixels: a phone, a tablet, a desk."""
axe = Axe()


def faults(page: Page) -> list[str]:
    """What axe-core finds serious or critical, and still finds a moment later: a page names what it has drawn when it is drawn."""
    found: list[str] = []

    def none() -> bool:
        found[:] = _faults(page)
        return found == []

    eventually(none, page)
    return found


def _faults(page: Page) -> list[str]:
    found = axe.run(page).response["violations"]
    return [
        f"{each['impact']} {each['id']}: {node['target']} {node['html'][:120]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


# ---- every state --------------------------------------------------------------------------------------------------------


def first_page(chat: Chat) -> None:
    expect(chat.starters.first).to_be_visible()


def breakdown(chat: Chat) -> None:
    """A table with its chart; several states of one conversation have the same."""
    if not chat.answers.count():
        chat.ask(BREAKDOWN[chat.language])
    chat.drawn()


def menu_of(chip: str) -> Callable[[Chat], None]:
    def opened(chat: Chat) -> None:
        breakdown(chat)
        expect(chat.open_menu(chip).options.first).to_be_visible()

    return opened


def menu_without_finds(chat: Chat) -> None:
    breakdown(chat)
    chat.open_menu("metric").search.fill("qqqq")
    expect(chat.page.locator("[cmdk-empty]")).to_be_visible()


def look_into_a_group(chat: Chat) -> None:
    breakdown(chat)
    chat.answer.locator(".hx-group").first.click()
    expect(chat.dialog.locator(".hx-suggestion").first).to_be_visible()


def what_is_wrong(chat: Chat) -> None:
    breakdown(chat)
    chat.button(chat.words["bad"]).click()
    chat.dialog.get_by_role("textbox").first.fill(KINDS[chat.language][0])
    chat.page.keyboard.press("Tab")
    expect(chat.dialog.get_by_role("radio").first).to_be_visible()


def folds_open(chat: Chat) -> None:
    breakdown(chat)
    chat.unfold_work()
    expect(chat.work.locator("code.hljs").last).to_be_visible()
    for fold in chat.answer.locator("summary").all():
        fold.click()


def export_open(chat: Chat) -> None:
    breakdown(chat)
    chat.page.locator("#hx-export summary").click()
    expect(chat.page.locator(".hx-export-menu a").first).to_be_visible()


def notice(chat: Chat) -> None:
    breakdown(chat)
    chat.button(chat.words["copy_link"]).click()
    expect(chat.toast(chat.words["copied"])).to_be_visible()


def schemes(chat: Chat) -> None:
    chat.page.locator("#theme-toggle").click()
    expect(chat.page.get_by_role("menuitem").first).to_be_visible()


def conversations(chat: Chat) -> Locator:
    """The list of conversations, which a phone shows on demand."""
    breakdown(chat)
    if not chat.page.locator("[data-sidebar=sidebar]").count():
        chat.page.locator("#sidebar-trigger-button").click()
    item = chat.page.locator("[data-sidebar=menu-item]").first
    expect(item).to_be_visible()
    return item


def options_of_a_conversation(chat: Chat) -> None:
    item = conversations(chat)
    item.hover()
    item.locator("#thread-options").click()
    expect(chat.page.locator("#rename-thread")).to_be_visible()


def renaming(chat: Chat) -> None:
    options_of_a_conversation(chat)
    chat.page.locator("#rename-thread").click()
    expect(chat.page.locator("input#name")).to_be_visible()


def deleting(chat: Chat) -> None:
    options_of_a_conversation(chat)
    chat.page.locator("#delete-thread").click()
    expect(chat.page.get_by_role("alertdialog")).to_be_visible()


def searching(chat: Chat) -> None:
    conversations(chat)
    chat.page.locator("#search-chats-button").click()
    expect(chat.dialog.get_by_role("option").first).to_be_visible()


def searching_in_vain(chat: Chat) -> None:
    searching(chat)
    chat.page.keyboard.type("qqqq")
    expect(chat.page.locator("[cmdk-empty]")).to_be_visible()


STATES: dict[str, Callable[[Chat], object]] = {
    "the first page": first_page,
    "the menu of a metric": menu_of("metric"),
    "the menu of a period": menu_of("period"),
    "the menu that adds": menu_of("add"),
    "a menu that finds nothing": menu_without_finds,
    "a look into a group": look_into_a_group,
    "what is wrong": what_is_wrong,
    "the export menu": export_open,
    "a notice": notice,
    "the choice of a scheme": schemes,
    "the options of a conversation": options_of_a_conversation,
    "a conversation renamed": renaming,
    "a conversation deleted": deleting,
    "a search": searching,
    "a search in vain": searching_in_vain,
    "all folds open": folds_open,
}


Looks = Callable[..., Chat]


@pytest.fixture(scope="module")
def looks(chromium: Browser, server: Server) -> Iterator[Looks]:
    """A new conversation in a page of a language and a scheme."""
    pages: dict[tuple[str, str, bool], Chat] = {}

    def look(language: str, scheme: str, phone: bool = False) -> Chat:
        key = (language, scheme, phone)
        if key not in pages:
            more: dict[str, Any] = {"viewport": PHONE, "has_touch": True} if phone else {}
            pages[key] = load(chromium, server, language, color_scheme=scheme, reduced_motion="reduce", **more)
        elif phone:
            pages[key].page.goto(server.address)
            pages[key].starters.first.wait_for()
        else:
            begin_anew(pages[key])
        return pages[key]

    yield look
    for chat in pages.values():
        chat.page.context.close()


def faults_of(chat: Chat, states: Iterable[str]) -> dict[str, list[str]]:
    """What axe-core finds in states that are entered one after the other, by state."""
    found: dict[str, list[str]] = {}
    for state in states:
        STATES[state](chat)
        found[state] = faults(chat.page)
        chat.page.keyboard.press("Escape")
        expect(chat.page.locator("[role=dialog]:not([data-sidebar]), [role=alertdialog], [role=menu], .hx-menu")).to_have_count(0)
    return {state: what for state, what in found.items() if what}


@pytest.mark.parametrize(("language", "scheme", "width"), [("zh", "dark", 1440), ("en", "light", 820)])
def test_axe_finds_nothing_serious_in_any_state(looks: Looks, language: str, scheme: str, width: int) -> None:
    chat = looks(language, scheme)
    chat.page.set_viewport_size({"width": width, "height": 1000})
    assert faults_of(chat, STATES) == {}


@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "dark")])
def test_axe_finds_nothing_serious_in_states_of_a_phone(looks: Looks, language: str, scheme: str) -> None:
    chat = looks(language, scheme, phone=True)
    assert faults_of(chat, ["the first page", "the menu of a period", "what is wrong"]) == {}
    searching(chat)
    assert faults(chat.page) == []


@pytest.mark.parametrize(("language", "scheme", "other"), [("zh", "dark", "light"), ("en", "light", "dark")])
def test_axe_finds_nothing_serious_in_any_kind_of_answer_at_any_width(
    looks: Looks, language: str, scheme: str, other: str
) -> None:
    chat = looks(language, scheme)
    for question in KINDS[language]:
        chat.ask(question)
    found: dict[int, list[str]] = {}
    for width, shown in zip(WIDTHS, (scheme, other, scheme), strict=True):
        chat.page.emulate_media(color_scheme=shown)  # pyright: ignore[reportArgumentType]
        expect(chat.page.locator(f"html.{shown}")).to_be_attached()
        chat.page.set_viewport_size({"width": width, "height": 5000})
        chat.page.wait_for_timeout(300)  # what is drawn anew for it
        found[width] = faults(chat.page)
    assert {width: what for width, what in found.items() if what} == {}


def test_axe_finds_nothing_serious_while_a_question_is_worked_on(open_corner: Opens) -> None:
    chat = open_corner("en")
    chat.send("visitors")
    expect(chat.page.locator("#stop-button")).to_be_visible()
    expect(chat.work).to_be_visible()
    assert faults(chat.page) == []
    chat.page.keyboard.press("Escape")
    chat.answered(1)


# ---- by keyboard --------------------------------------------------------------------------------------------------------

AREAS = {
    ".hx-chips": "chips",
    ".hx-chart": "chart",
    ".hx-table thead": "headings",
    ".hx-table tbody": "groups",
    ".hx-table .hx-tools": "files",
    ".hx-evidence": "folds",
    ".hx-foot": "feedback",
    ".hx-next": "next",
    "#message-composer": "field",
}
WHERE = "areas => Object.entries(areas).find(([area]) => document.activeElement.closest(area))?.[1] || ''"
SEEN = """() => {
    const shows = each => {
        const style = getComputedStyle(each);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || /[1-9]\\d*px/.test(style.boxShadow);
    };
    const here = document.activeElement;
    return shows(here) || (here.id === 'chat-input' && shows(document.getElementById('message-composer')));
}"""


def tabbed(page: Page, key: str, most: int = 60) -> Iterator[str]:
    """The areas that a key leads to, each once in a row, until it has come to the field or left the page."""
    last = ""
    for _ in range(most):
        page.keyboard.press(key)
        where = str(page.evaluate(WHERE, AREAS))
        if where and where != last:
            yield where
        if where == "field":
            return
        last = where


@pytest.fixture(params=["zh", "en"])
def answered(open_chat: Opens, request: pytest.FixtureRequest) -> Chat:
    chat = open_chat(request.param)
    breakdown(chat)
    return chat


@pytest.fixture
def asked(open_chat: Opens) -> Chat:
    """In one language: keys are the same in any."""
    chat = open_chat("zh")
    breakdown(chat)
    return chat


class TestKeyboard:
    def test_tab_goes_through_a_card_as_it_reads(self, asked: Chat) -> None:
        first = asked.chip("metric").get_by_role("button").first
        first.focus()
        assert list(tabbed(asked.page, "Tab")) == list(AREAS.values())

    def test_from_the_field_one_step_back_is_what_to_ask_next(self, asked: Chat) -> None:
        asked.field.focus()
        assert next(tabbed(asked.page, "Shift+Tab")) == "next"

    def test_every_stop_of_the_page_shows_that_it_has_the_focus(self, asked: Chat) -> None:
        page = asked.page
        page.evaluate("document.activeElement.blur()")
        page.mouse.click(2, 990)
        unseen: list[str] = []
        for _ in range(60):
            page.keyboard.press("Tab")
            if not page.evaluate("document.activeElement !== document.body"):
                break
            if not page.evaluate(SEEN):
                unseen.append(str(page.evaluate("document.activeElement.outerHTML.slice(0, 120)")))
            if page.evaluate("document.activeElement.id") == "chat-input":
                break
        assert unseen == []

    def test_nothing_within_a_closed_list_of_conversations_takes_the_focus(self, looks: Looks) -> None:
        page = looks("en", "light").page
        page.locator("[data-sidebar=sidebar] #sidebar-trigger-button").click()
        expect(page.locator("#header #sidebar-trigger-button")).to_be_visible()
        inside = "[...document.querySelectorAll('[data-sidebar=sidebar] :is(a, button)')].map(each => (each.focus(), each === document.activeElement))"
        assert not any(page.evaluate(inside))
        page.locator("#header #sidebar-trigger-button").click()

    def test_a_chip_is_changed(self, asked: Chat) -> None:
        chip = asked.chip("order").get_by_role("button").first
        chip.focus()
        asked.page.keyboard.press("Enter")
        options = asked.page.locator(".hx-menu").get_by_role("option")
        expect(options.first).to_be_visible()
        asked.page.keyboard.press("Escape")
        expect(chip).to_be_focused()
        asked.page.keyboard.press("Enter")
        expect(options.first).to_have_attribute("aria-selected", "true")
        asked.page.keyboard.press("ArrowDown")
        wanted = asked.page.locator(".hx-menu [aria-selected=true]").inner_text()
        asked.press("Enter")
        assert asked.chips()["order"] == wanted

    def test_a_chart_is_switched_a_table_sorted_and_a_fold_opened(self, asked: Chat) -> None:
        page = asked.page
        kinds = asked.answer.get_by_role("combobox").first
        before = kinds.input_value()
        kinds.focus()
        page.keyboard.press("ArrowDown")
        assert kinds.input_value() != before
        heading = asked.answer.get_by_role("columnheader").last
        heading.get_by_role("button").focus()
        page.keyboard.press("Enter")
        expect(heading).to_have_attribute("aria-sort", "descending")
        asked.fold(asked.words["evidence"]).focus()
        page.keyboard.press("Enter")
        expect(asked.answer.locator("dd").first).to_be_visible()

    def test_a_group_is_looked_into_and_the_focus_comes_back(self, asked: Chat) -> None:
        group = asked.answer.locator(".hx-group").first
        group.focus()
        asked.page.keyboard.press("Enter")
        expect(asked.dialog.locator(".hx-suggestion").first).to_be_focused()
        asked.page.keyboard.press("Escape")
        expect(group).to_be_focused()
        asked.page.keyboard.press("Enter")
        expect(asked.dialog.locator(".hx-suggestion").first).to_be_focused()
        asked.press("Enter")

    def test_feedback_is_given(self, asked: Chat) -> None:
        page = asked.page
        bad = asked.button(asked.words["bad"])
        bad.focus()
        page.keyboard.press("Enter")
        expect(asked.dialog).to_be_visible()
        asked.dialog.get_by_role("checkbox").first.focus()
        page.keyboard.press("Space")
        asked.dialog.get_by_role("button", name=asked.words["send"]).focus()
        page.keyboard.press("Enter")
        expect(bad).to_have_attribute("aria-pressed", "true")

    def test_the_options_of_a_conversation_open_and_give_the_focus_back(self, asked: Chat) -> None:
        page = asked.page
        opener = page.locator("[data-sidebar=menu-item] .hx-options").first
        expect(opener).to_have_accessible_name(re.compile(re.escape(asked.words["options"])))
        for leave in ("", "#rename-thread"):
            opener.focus()
            page.keyboard.press("Enter")
            expect(page.get_by_role("menuitem").first).to_be_focused()
            if leave:
                page.locator(leave).press("Enter")
                expect(page.locator("input#name")).to_be_focused()
            page.keyboard.press("Escape")
            expect(opener).to_be_focused()


# ---- by ear -------------------------------------------------------------------------------------------------------------


class TestScreenReader:
    def test_hears_the_answer(self, answered: Chat) -> None:
        heard = answered.page.locator("body > [role=status]")
        said = answered.answer.locator("[role=article]").first.inner_text().split("\n")[0]
        expect(heard).to_contain_text(said)
        expect(heard).to_have_attribute("aria-live", "polite")

    def test_hears_what_the_chart_shows(self, answered: Chat) -> None:
        most = answered.rows()[0][0]
        chart = answered.answer.get_by_role("img").and_(answered.plot)
        expect(chart).to_have_accessible_name(re.compile(re.escape(most)))

    def test_knows_the_table_by_its_headings_and_groups(self, answered: Chat) -> None:
        table = answered.answer.get_by_role("table")
        headings = table.get_by_role("columnheader").all_inner_texts()
        expect(table).to_have_accessible_name(", ".join(headings))
        groups = table.get_by_role("rowheader").all_inner_texts()
        assert groups == [name for name, *_ in [*answered.rows(), *answered.sums()]]

    def test_knows_every_button_link_and_field_by_a_name(self, answered: Chat) -> None:
        answered.page.set_viewport_size({"width": 1280, "height": 2000})
        tree = answered.page.locator("body").aria_snapshot()
        assert (
            re.findall(
                r"^\s*- (?:button|link|combobox|textbox|checkbox|menuitem|dialog|navigation|table)(?: \[.*\])?:?$", tree, re.M
            )
            == []
        )

    def test_knows_the_parts_of_the_page(self, answered: Chat) -> None:
        page = answered.page
        expect(page.get_by_role("heading", level=1)).to_have_text("Huaxiang 画像")
        expect(page.get_by_role("banner")).to_have_count(1)
        expect(page.get_by_role("main")).to_have_count(1)
        expect(page.get_by_role("navigation", name=answered.words["history"])).to_have_count(1)

    @pytest.mark.parametrize(("language", "other"), [("zh", "en"), ("en", "zh")])
    def test_speaks_each_text_in_its_language(self, open_chat: Opens, language: str, other: str) -> None:
        chat = open_chat(language)
        chat.ask(BREAKDOWN[other])
        expect(chat.page.locator("html")).to_have_attribute("lang", LOCALES[language])
        for part in (chat.questions.last, chat.work, chat.answer, chat.answer.locator(".hx-card")):
            expect(part).to_have_attribute("lang", LOCALES[other])
        expect(chat.page.locator("#hx-language")).to_have_attribute("lang", {"zh": "en", "en": "zh-CN"}[language])


# ---- by eye and by finger -----------------------------------------------------------------------------------------------

EDGE = """each => {
    const number = text => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return {rgb: [r, g, b], a}; };
    const light = ({rgb}) => rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, place) => sum + v * [0.2126, 0.7152, 0.0722][place], 0);
    let under = each.parentElement;
    while (under && number(getComputedStyle(under).backgroundColor).a < 1) under = under.parentElement;
    const [one, two] = [number(getComputedStyle(each).borderTopColor), number(getComputedStyle(under || document.body).backgroundColor)]
        .map(light).sort((a, b) => b - a);
    return (one + 0.05) / (two + 0.05);
}"""
SMALL = """() => [...document.querySelectorAll('button, a, summary, select, input, textarea, [role=menuitem], [role=option]')]
    .map(each => each.closest('label') || each)
    .filter(each => each.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !each.closest('[inert]'))
    .map(each => [each, each.getBoundingClientRect()])
    .filter(([each, {width, height}]) => width > 1 && (width < 32 || height < 32))
    .map(([each, {width, height}]) => `${Math.round(width)}x${Math.round(height)} ${each.outerHTML.slice(0, 100)}`)"""


class TestSight:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_edges_of_controls_stand_out_three_to_one(self, looks: Looks, scheme: str) -> None:
        chat = looks("en", scheme)
        ratios = {"first questions": chat.starters.first.evaluate(EDGE), "field": 0.0}
        breakdown(chat)
        chat.page.evaluate("document.activeElement.blur()")
        for name in (".hx-chip", ".hx-pick", ".hx-suggestion", "#message-composer"):
            ratios[name] = chat.page.locator(name).first.evaluate(EDGE)
        ratios["field"] = ratios.pop("#message-composer")
        chat.button(chat.words["bad"]).click()
        for name in ("input[type=text]", "textarea"):
            ratios[name] = chat.dialog.locator(name).evaluate(EDGE)
        assert {name: ratio for name, ratio in ratios.items() if ratio < 3} == {}

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_on_a_phone_there_is_room_for_fingers(self, looks: Looks, language: str) -> None:
        chat = looks(language, "light", phone=True)
        assert chat.page.evaluate(SMALL) == []
        folds_open(chat)
        assert chat.page.evaluate(SMALL) == []
        chat.button(chat.words["bad"]).click()
        assert chat.page.evaluate(SMALL) == []

    @pytest.mark.parametrize("width", [390, 820])
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_nothing_is_wider_than_the_page(self, looks: Looks, language: str, width: int) -> None:
        chat = looks(language, "light", phone=width == 390)
        chat.page.set_viewport_size({"width": width, "height": 1000})
        for question in (BREAKDOWN[language], KINDS[language][2], KINDS[language][4]):
            chat.ask(question)
        wide = "document.querySelectorAll('.hx-card, .hx-card > *').values().some(each => each.getBoundingClientRect().right > innerWidth)"
        assert chat.page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert not chat.page.evaluate(wide)

    def test_who_wants_little_motion_gets_none(self, looks: Looks) -> None:
        chat = looks("en", "light")
        look_into_a_group(chat)
        moving = """[...document.querySelectorAll('*')].map(each => [each.className, getComputedStyle(each)])
            .filter(([, style]) => parseFloat(style.animationDuration) > 0.001 || parseFloat(style.transitionDuration) > 0.001)
            .map(([name]) => String(name))"""
        assert chat.page.evaluate(moving) == []
