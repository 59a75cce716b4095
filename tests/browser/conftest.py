"""The chat as its users have it: the real server, asked in a real browser without a screen."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import Asker
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Response,
    ViewportSize,
    expect,
    sync_playwright,
)

from assistant.agent import Agent
from assistant.chat.shared import owner
from assistant.edits.edit import Edit, apply
from assistant.render.reply_tables import tables_of
from assistant.reply import Reply
from assistant.runtime import Runtime, data_folder
from assistant.settings import Settings
from assistant.state.conversations import Conversations
from assistant.state.feedback import Feedback, FeedbackList
from assistant.state.store import Store
from assistant.wording.texts import templates
from browser import corner_shop
from semantic_layer.policy import Viewer
from semantic_layer.requests import MetricQuery, plain

CHROMIUM = Path("/usr/bin/chromium")
LOCALES = {"zh": "zh-CN", "en": "en-US"}
WINDOW: ViewportSize = {"width": 1280, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 30_000
"""Milliseconds that an answer may take; the first chart of a page loads its library."""
expect.set_options(timeout=PATIENCE)

Message = "[data-step-type=assistant_message]"


def words(language: str) -> dict[str, Any]:
    """What the page says, by name."""
    texts = templates(language)["page"]
    return {**texts, **texts["labels"]}


# ---- the server ---------------------------------------------------------------------------------------------------------


class Server:
    """`huaxiang chat` in a process of its own, on a free port.

    Args:
        home: Its state folder; the data is loaded there.
        workspace: The demo where none is named.
        said: The file that takes its output.
    """

    def __init__(self, home: Path, said: Path, workspace: str = "complete_journey", role: str | None = None, **env: str) -> None:
        self.home, self.said, self.workspace, self.role = home, said, workspace, role
        self.port = _free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUAXIANG_", "CHAINLIT_"))}
        self.env = {**kept, **env, "HUAXIANG_HOME": str(home)}
        self._process: subprocess.Popen[bytes] | None = None
        self._store: Store | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        role = ["--role", self.role] if self.role else []
        command = [*huaxiang("chat", "--port", str(self.port), "--workspace", self.workspace), *role]
        with self.said.open("a") as output:
            self._process = subprocess.Popen(command, env=self.env, stdout=output, stderr=subprocess.STDOUT)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            assert self._process.poll() is None, f"the chat ended at once:\n{self.said.read_text('utf-8')}"
            try:
                if self.get("/health")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        pytest.fail(f"the chat did not start within a minute:\n{self.said.read_text('utf-8')}")

    def stop(self, crash: bool = False) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL if crash else signal.SIGTERM)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def restart(self, crash: bool = False) -> None:
        self.stop(crash)
        self.start()

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and body of a request, past any proxy of the environment."""
        return self.send("GET", path, **headers)

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.address + path, data=body, headers=named, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=10) as response:
                return response.status, response.read().decode("utf-8")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8")

    @property
    def store(self) -> Store:
        """Where the server keeps what was asked and said."""
        if self._store is None:
            self._store = Store.open(self.settings)
        return self._store

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, state_url="")

    def conversations(self, runtime: Runtime) -> Conversations:
        return Conversations(self.store, owner(self._kept_under(runtime), Viewer(role=self.role)))

    def feedback(self, runtime: Runtime) -> list[Feedback]:
        return FeedbackList(self.store, self._kept_under(runtime)).listed()

    def _kept_under(self, runtime: Runtime) -> str:
        return data_folder(self.settings, runtime.folder, runtime.workspace).name


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that waits for a core beside the other tests may be late: one more try, which the summary counts as a rerun."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def huaxiang(*arguments: str) -> list[str]:
    """The command line, as it is installed beside this Python."""
    return [str(Path(sys.executable).with_name("huaxiang")), *arguments]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def server(demo: Asker, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo, served; many tests share it, and so its list of conversations."""
    running = Server(home, tmp_path_factory.mktemp("chat") / "output.txt")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def corner(settings: Settings, agent: Agent, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """The shop whose goods have hostile names, and whose visitors take seconds to count."""
    folder = corner_shop.write(tmp_path_factory.mktemp("corner") / "corner")
    runtime = Runtime(str(folder), settings.model_copy(update={"threads": 1, "max_seconds": 120}))
    runtime.warehouse.load()
    return Asker(runtime, agent)


@pytest.fixture(scope="session")
def corner_server(corner: Asker, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    said = tmp_path_factory.mktemp("corner_chat") / "output.txt"
    # One thread of the two that a small machine has: the page stays quick while a question is slow.
    env = {"HUAXIANG_THREADS": "1", "HUAXIANG_MAX_SECONDS": "120"}
    running = Server(home, said, str(corner.runtime.folder), **env)
    running.start()
    yield running
    running.stop()


# ---- the browser --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of this folder: starting it and loading the page takes longer than most tests."""
    if not CHROMIUM.exists():
        if os.environ.get("HUAXIANG_REQUIRE_BROWSER") == "1":
            pytest.fail(f"{CHROMIUM} is missing, and HUAXIANG_REQUIRE_BROWSER=1 asks for it")
        pytest.skip(f"{CHROMIUM} is missing")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--no-proxy-server"])
        yield browser
        browser.close()


@dataclass
class Heard:
    """What a page did beyond showing itself."""

    addresses: list[str] = field(default_factory=list[str])
    refused: list[str] = field(default_factory=list[str])
    errors: list[str] = field(default_factory=list[str])

    def listen_to(self, page: Page) -> None:
        page.on("request", lambda request: self.addresses.append(request.url))
        page.on("websocket", lambda socket: self.addresses.append(socket.url))
        page.on("response", self._response)
        page.on("requestfailed", lambda request: self._request_failed(request.failure or "", request.url))
        page.on("console", self._console)
        page.on("pageerror", self._page_error)

    def _response(self, got: Response) -> None:
        if got.status >= 400 and not _is_of_an_ended_line(got.url):
            self.refused.append(f"{got.status} {got.url}")

    def _request_failed(self, why: str, url: str) -> None:
        # A request that the page itself gave up, since its answer is not wanted any more, or a download, did not fail.
        if "ERR_ABORTED" not in why:
            self.refused.append(f"{why} {url}")

    def _console(self, message: ConsoleMessage) -> None:
        url = str(message.location.get("url", ""))
        # Chainlit's drawer of conversations has a name, but no title, which its library of controls complains of.
        of_the_drawer = "requires a `DialogTitle`" in message.text
        if message.type == "error" and not of_the_drawer and not _is_of_an_ended_line(url):
            self.errors.append(f"{message.text} ({url})")

    def _page_error(self, error: Error) -> None:
        self.errors.append(str(error))

    def elsewhere(self) -> list[str]:
        """Requests to any other machine; data and blob addresses stay in the page."""
        return [url for url in self.addresses if urlsplit(url).hostname != "127.0.0.1" and not url.startswith(("data:", "blob:"))]

    def trouble(self) -> list[str]:
        """All that a page should never do."""
        return [*self.elsewhere(), *self.refused, *self.errors]


def _is_of_an_ended_line(url: str) -> bool:
    """A page that is loaded again ends its line to the server; what it had still asked by it is turned away."""
    return "/ws/socket.io/" in url and "transport=polling" in url and "&sid=" in url


@dataclass(eq=False)
class Chat:
    """A page of the chat, in the words of somebody who uses it."""

    page: Page
    heard: Heard
    server: Server
    language: str

    @property
    def words(self) -> dict[str, Any]:
        return words(self.language)

    # ---- what is there ----

    @property
    def starters(self) -> Locator:
        return self.page.locator("button[id^=starter]")

    @property
    def field(self) -> Locator:
        return self.page.locator("#chat-input")

    @property
    def questions(self) -> Locator:
        return self.page.locator("[data-step-type=user_message]")

    @property
    def answers(self) -> Locator:
        return self.page.locator(Message)

    @property
    def answer(self) -> Locator:
        """The last answer, with all that stands in its card."""
        return self.answers.last

    @property
    def work(self) -> Locator:
        """The last line that says what is done, or was."""
        return self.page.locator("[data-step-type=tool]").last

    @property
    def number(self) -> Locator:
        return self.answer.locator("h2")

    @property
    def plot(self) -> Locator:
        return self.answer.locator(".hx-plot")

    @property
    def bars(self) -> Locator:
        return self.plot.locator(".bars .point path")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def chip(self, key: str) -> Locator:
        return self.answer.locator(f"[data-chip='{key}']")

    def fold(self, title: str) -> Locator:
        return self.answer.locator("summary", has_text=re.compile(f"^{re.escape(title)}$"))

    def button(self, name: str) -> Locator:
        """A button of the last answer, by what a screen reader calls it."""
        return self.answer.get_by_role("button", name=name, exact=True)

    def toast(self, text: str) -> Locator:
        return self.page.locator("[data-sonner-toast]", has_text=text).first

    # ---- what one does ----

    def type(self, text: str) -> None:
        self.field.click()
        self.page.keyboard.type(text)

    def send(self, question: str) -> None:
        """Types a question and sends it as soon as the page takes it."""
        self.type(question)
        self.page.locator("#chat-submit").click()

    def ask(self, question: str) -> None:
        """Asks and waits for the answer."""
        before = self.answers.count()
        self.send(question)
        self.answered(before + 1)

    def click(self, button: Locator) -> None:
        """Clicks what asks something and waits for its answer; once more where a page that is being drawn has lost the click."""
        before, asked = self.answers.count(), self.questions.count()
        button.click()
        if not eventually(lambda: self.questions.count() > asked or self.answers.count() > before, self.page, within=10.0):
            button.click(timeout=1000)
        self.answered(before + 1)

    def press(self, key: str) -> None:
        """Presses a key that asks something and waits for its answer."""
        before = self.answers.count()
        self.page.keyboard.press(key)
        self.answered(before + 1)

    def answered(self, count: int) -> None:
        expect(self.answers).to_have_count(count)
        expect(self.answer.locator(".hx-card")).to_be_attached()
        expect(self.page.locator("#stop-button")).to_have_count(0)

    def unfold_work(self) -> None:
        """Opens the line that says what was done; a page that is drawing takes a click for none."""
        button = self.work.get_by_role("button")
        button.click()
        if not eventually(lambda: self.work.locator("code.hljs").count() > 0, self.page):
            button.click()

    def open_menu(self, chip: str) -> Menu:
        """Clicks a chip; once more where a page that is being drawn has lost the click."""
        menu = Menu(self)
        for _ in range(3):
            self.chip(chip).get_by_role("button").first.click()
            if eventually(lambda: menu.all.count() > 0, self.page):
                self.page.wait_for_timeout(150)
                if menu.all.count() > 0:
                    break
        return menu

    # ---- what is shown ----

    @property
    def conversation(self) -> str:
        self.page.wait_for_url("**/thread/*")
        return urlsplit(self.page.url).path.rpartition("/")[2]

    def rows(self) -> list[list[str]]:
        """The first table of the last answer as it is shown."""
        return self._cells("tbody tr")

    def sums(self) -> list[list[str]]:
        return self._cells("tfoot tr")

    def _cells(self, rows: str) -> list[list[str]]:
        table = self.answer.locator("table").first
        table.wait_for()
        found = table.locator(rows).evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")
        return [[str(cell) for cell in row] for row in found]

    def points(self) -> set[tuple[int | None, float]]:
        """What the chart draws: of which row each point is, where it is of one, and its value."""
        self.drawn()
        found = self.plot.evaluate(
            """plot => plot.calcdata.flatMap(points => points.map((point, place) => {
                const trace = points[0].trace;
                return [(trace.customdata || [])[point.i ?? place]?.[2] ?? null, point.s ?? point.y];
            }))"""
        )
        return {(row, value) for row, value in found}

    def drawn(self) -> None:
        """Waits until the chart stands."""
        expect(self.plot.locator(".main-svg").first).to_be_attached()
        self.page.wait_for_function("plot => plot.calcdata", arg=self.plot.element_handle())

    def click_point(self, point: Locator, place: int) -> None:
        """Clicks a bar or a point of a line; Plotly takes a click for what it has seen pointed at, a moment later."""
        self.drawn()
        point.scroll_into_view_if_needed()
        box = point.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        pointed_at = "([plot, place]) => plot._hoverdata?.[0]?.pointNumber === place"
        self.page.wait_for_function(pointed_at, arg=[self.plot.element_handle(), place])
        self.page.mouse.down()
        self.page.mouse.up()

    def chips(self) -> dict[str, str]:
        """What the chips say, by key; the button that adds one aside."""
        found = self.answer.locator(".hx-chip:not(.hx-chip-add)").evaluate_all(
            "chips => chips.map(chip => [chip.dataset.chip, chip.querySelectorAll('span')[1].innerText])"
        )
        return dict(found)


@dataclass
class Menu:
    """The open menu of a chip."""

    chat: Chat

    @property
    def all(self) -> Locator:
        return self.chat.page.locator(".hx-menu")

    @property
    def search(self) -> Locator:
        return self.all.locator("[cmdk-input]")

    @property
    def options(self) -> Locator:
        return self.all.get_by_role("option")

    def option(self, text: str) -> Locator:
        return self.all.get_by_role("option", name=text, exact=True)

    def choose(self, text: str) -> None:
        """Chooses an entry and waits for its answer."""
        self.chat.click(self.option(text))

    def open(self, text: str) -> None:
        """Chooses an entry that leads to a further menu."""
        self.option(text).click()
        expect(self.all.locator(".hx-back")).to_have_text(text)


def eventually(check: Callable[[], bool], page: Page, within: float = 5.0) -> bool:
    """Whether something becomes true within seconds, of a page that may still be drawing."""
    until = time.monotonic() + within
    while not check():
        if time.monotonic() > until:
            return False
        page.wait_for_timeout(100)
    return True


Opens = Callable[[str], Chat]
Asks = Callable[..., Reply]


def load(chromium: Browser, server: Server, language: str, path: str = "/", **more: Any) -> Chat:
    """Loads the chat in a new browser of a language, which shares nothing with any other."""
    context = chromium.new_context(**{"locale": LOCALES[language], "viewport": WINDOW, **more})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page_of(context, server, language, path)


def page_of(context: BrowserContext, server: Server, language: str, path: str = "/") -> Chat:
    """One more page in a browser."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    heard = Heard()
    heard.listen_to(page)
    page.goto(server.address + path, wait_until="commit", timeout=3 * PATIENCE)
    chat = Chat(page, heard, server, language)
    (chat.starters if path == "/" else page.locator(".hx-card")).first.wait_for(timeout=3 * PATIENCE)
    return chat


@pytest.fixture
def fresh_chat(chromium: Browser, server: Server) -> Iterator[Callable[..., Chat]]:
    """A browser of the test's own: `fresh_chat(language)`, and `at` another server, or at a `path`."""
    opened: list[Chat] = []

    def fresh(language: str, at: Server | None = None, **more: Any) -> Chat:
        opened.append(load(chromium, at or server, language, **more))
        return opened[-1]

    yield fresh
    for chat in opened:
        chat.page.context.close()


@pytest.fixture(scope="package")
def shared_pages(chromium: Browser) -> dict[tuple[str, int], Chat]:
    """The pages that tests take turns in, by language and server."""
    return {}


@pytest.fixture
def open_chat(chromium: Browser, shared_pages: dict[tuple[str, int], Chat], server: Server) -> Iterator[Opens]:
    """A new conversation with the demo. The page is used by other tests before and after, and none may leave it troubled."""
    yield from _opening(chromium, shared_pages, server)


@pytest.fixture
def open_corner(chromium: Browser, shared_pages: dict[tuple[str, int], Chat], corner_server: Server) -> Iterator[Opens]:
    """The same with the corner shop."""
    yield from _opening(chromium, shared_pages, corner_server)


def _opening(chromium: Browser, pages: dict[tuple[str, int], Chat], server: Server) -> Iterator[Opens]:
    opened: list[Chat] = []

    def open_in(language: str) -> Chat:
        key = (language, server.port)
        chat = pages.get(key)
        if chat is None:
            chat = pages[key] = load(chromium, server, language)
        else:
            begin_anew(chat)
        opened.append(chat)
        return chat

    yield open_in
    for chat in opened:
        trouble = chat.heard.trouble()
        if trouble:
            pages.pop((chat.language, server.port), None)
        assert trouble == []


def begin_anew(chat: Chat) -> None:
    """A new conversation in a page; one that a failed test has left in a bad way is loaded anew."""
    chat.page.set_viewport_size(WINDOW)
    if chat.page.locator("[role=dialog], [role=alertdialog], [role=menu], #stop-button").count():
        chat.page.goto(chat.server.address)
    else:
        chat.page.locator("#new-chat-button").click()
        expect(chat.page.locator("[data-step-type]")).to_have_count(0)
    chat.starters.first.wait_for()
    chat.field.fill("")


# ---- what it should say -------------------------------------------------------------------------------------------------


def beside(work: Callable[[], Reply]) -> Reply:
    """Runs what needs an event loop beside the thread of the browser, which has one of its own."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(work).result()


@pytest.fixture(scope="session")
def told(demo: Asker) -> Asks:
    """What the session says to the same questions."""
    return lambda *questions: beside(lambda: demo.ask(*questions))


@pytest.fixture(scope="session")
def run(demo: Asker) -> Callable[..., Reply]:
    """What the session says to a typed request, in a language."""
    return running(demo)


def running(asker: Asker) -> Callable[..., Reply]:
    def run(request: MetricQuery, language: str) -> Reply:
        return beside(lambda: asyncio.run(asker.session().run_request(plain(request), language=language)))

    return run


@pytest.fixture(scope="session")
def kept(demo: Asker) -> Callable[[Chat], Reply]:
    """The reply that the server keeps of a page's last answer."""
    return lambda chat: last_kept(chat, demo)


def last_kept(chat: Chat, asker: Asker) -> Reply:
    reply = chat.server.conversations(asker.runtime).turns(chat.conversation)[-1].reply
    assert reply is not None
    return reply


def edited(reply: Reply, part: Any, value: Any) -> MetricQuery:
    """The request of a reply after a typed edit."""
    return apply(MetricQuery.model_validate(reply.plan), Edit(part=part, value=value))


def rows_of(reply: Reply) -> list[list[str]]:
    """The rows of a reply's first table in words."""
    table = tables_of(reply)[0]
    return [table.shown(row) for row in table.rows]


def first_page(rows: list[list[str]]) -> list[list[str]]:
    """What a table shows before anybody turns its pages."""
    return rows if len(rows) <= 12 else rows[:10]


def sums_of(reply: Reply) -> list[list[str]]:
    return [cells for _, cells in tables_of(reply)[0].sums_shown()]


def points_of(reply: Reply, metric: str) -> set[tuple[int | None, float]]:
    """What a chart of a reply draws: each row's value."""
    place = reply.columns.index(metric)
    return {(number, row[place]) for number, row in enumerate(reply.rows)}


def figures_in(text: str) -> list[float]:
    """The numbers of a text as they are shown: 386,027.21 美元."""
    return [float(found.replace(",", "")) for found in re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)]
