"""The chat as its users have it: the real server, asked in a real browser without a screen."""

from __future__ import annotations

import os
import re
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
from urllib.parse import urlsplit

import pytest
from conftest import Asker
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, ViewportSize, expect, sync_playwright

from assistant.reply import Reply

CHROMIUM = Path("/usr/bin/chromium")
LOCALES = {"zh": "zh-CN", "en": "en-US"}
WINDOW: ViewportSize = {"width": 1280, "height": 1000}
PATIENCE = 15_000
"""Milliseconds that an answer may take; the first chart of a page loads its library."""


@dataclass
class Server:
    """The chat that runs, by its port."""

    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, host: str | None = None) -> tuple[int, str]:
        """Status and body of a request, past any proxy of the environment."""
        request = urllib.request.Request(self.address + path, headers={"Host": host} if host else {})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=10) as response:
                return response.status, response.read().decode("utf-8")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8")


@pytest.fixture(scope="module")
def server(demo: Asker, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`huaxiang chat` on a free port, over the demo data of the tests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Server(port)
    said = tmp_path_factory.mktemp("chat") / "output.txt"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUAXIANG_", "CHAINLIT_"))}
    command = [str(Path(sys.executable).with_name("huaxiang")), "chat", "--port", str(port)]
    with said.open("w") as output:
        process = subprocess.Popen(command, env={**kept, "HUAXIANG_HOME": str(home)}, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_for(running, process, said)
            yield running
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_for(running: Server, process: subprocess.Popen[bytes], said: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, f"the chat ended at once:\n{said.read_text('utf-8')}"
        try:
            if running.get("/health")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the chat did not start within a minute:\n{said.read_text('utf-8')}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
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

    addresses: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def listen_to(self, page: Page) -> None:
        page.on("request", lambda request: self.addresses.append(request.url))
        page.on("websocket", lambda socket: self.addresses.append(socket.url))
        page.on("response", lambda got: self.refused.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        page.on("requestfailed", lambda request: self.refused.append(f"{request.failure} {request.url}"))
        page.on("console", self._console)
        page.on("pageerror", self._page_error)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _page_error(self, error: Error) -> None:
        self.errors.append(str(error))

    def elsewhere(self) -> list[str]:
        """Requests to any other machine; data and blob addresses stay in the page."""
        return [url for url in self.addresses if urlsplit(url).hostname != "127.0.0.1" and not url.startswith(("data:", "blob:"))]


@dataclass
class Chat:
    """A page of the chat, in the words of somebody who uses it."""

    page: Page
    heard: Heard

    @property
    def starters(self) -> Locator:
        return self.page.locator("button[id^=starter]")

    @property
    def answer(self) -> Locator:
        """The last answer, with its chart, table and buttons."""
        return self.page.locator("[data-step-type=assistant_message]").last

    @property
    def number(self) -> Locator:
        return self.answer.locator("h2")

    @property
    def charts(self) -> Locator:
        return self.answer.locator(".js-plotly-plot .main-svg .plot")

    def fold(self, title: str) -> Locator:
        return self.page.get_by_role("button", name=title, exact=True).last

    def suggestion(self, text: str) -> Locator:
        return self.answer.get_by_role("button", name=text, exact=True)

    def ask(self, question: str) -> None:
        """Types a question, sends it and waits for its answer."""
        before = self.page.locator("[data-step-type=assistant_message]").count()
        self.page.locator("#chat-input").click()
        self.page.keyboard.type(question)
        self.page.locator("#chat-submit").click()
        self.answered(before + 1)

    def click(self, button: Locator) -> None:
        """Clicks what asks something and waits for its answer."""
        before = self.page.locator("[data-step-type=assistant_message]").count()
        button.click()
        self.answered(before + 1)

    def answered(self, count: int) -> None:
        expect(self.page.locator("[data-step-type=assistant_message]")).to_have_count(count, timeout=PATIENCE)
        expect(self.answer.locator("[role=article]").first).to_be_visible(timeout=PATIENCE)

    def cells(self) -> list[list[str]]:
        """The table of the last answer as it is shown."""
        self.answer.locator("table").wait_for(timeout=PATIENCE)
        rows = self.answer.locator("table tbody tr")
        return [row.locator("td").all_inner_texts() for row in rows.all()]


@pytest.fixture(scope="module")
def fresh_chat(server: Server, chromium: Browser) -> Callable[[str], Chat]:
    """Loads the chat in a new browser of a language."""

    def load(language: str) -> Chat:
        page = chromium.new_context(locale=LOCALES[language], viewport=WINDOW).new_page()
        page.set_default_timeout(PATIENCE)
        heard = Heard()
        heard.listen_to(page)
        page.goto(server.address)
        chat = Chat(page, heard)
        chat.starters.first.wait_for()
        return chat

    return load


@pytest.fixture(scope="module")
def open_chat(fresh_chat: Callable[[str], Chat]) -> Callable[[str], Chat]:
    """A new conversation in a browser of a language."""
    loaded: dict[str, Chat] = {}

    def open_in(language: str) -> Chat:
        if language not in loaded:
            loaded[language] = fresh_chat(language)
        chat = loaded[language]
        chat.page.locator("#new-chat-button").click()
        expect(chat.page.locator("[data-step-type]")).to_have_count(0)
        chat.starters.first.wait_for()
        return chat

    return open_in


@pytest.fixture(scope="module")
def told(demo: Asker) -> Callable[..., Reply]:
    """What the session says to the same question. It runs beside the thread of the browser, which has a loop of its own."""

    def ask(*questions: str) -> Reply:
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(demo.ask, *questions).result()

    return ask


def figures_in(text: str) -> list[float]:
    """The numbers of a text as they are shown: 386,027.21 美元."""
    return [float(found.replace(",", "")) for found in re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)]
