"""How long somebody waits for the first answer in a browser, and where the time goes.

With `--install` it begins with nothing but a clone of what is committed: `make chat` makes the environment, from empty
caches. Without it, this environment is taken, and only the state folder is empty. Chromium is there already; its own start
does not count.

Run it with `python -m evals.bench.first_answer`.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from assistant.settings import Settings
from evals.bench.server import PATIENCE, Server, end, environment, free_port, huaxiang, serving, wait_for
from semantic_layer.loading.loader import find_workspace, load_workspace

ROOT = Path(__file__).parents[2]
INSTALLING = 1800
"""Seconds that an environment may take."""
LOADED = re.compile(r": \S+ loaded")
"""What loading the data prints when it has ended."""
MILLISECONDS = 1000 * PATIENCE


class Clock:
    """Stages, each with the seconds since the one before."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self.restart()

    def restart(self) -> None:
        self._since = time.perf_counter()

    def took(self, stage: str) -> None:
        self.stages[stage] = time.perf_counter() - self._since
        self.restart()


def main() -> None:
    options = _options()
    questions = [
        text for each in load_workspace(find_workspace(options.workspace), Settings().cache).questions if (text := each.en)
    ]
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="huaxiang-") as folder:
        start = _from_nothing if options.install else _from_here
        with start(Path(folder), options.workspace, clock) as server:
            ask(server, questions, options.browser, clock)
    print("\n".join(report(clock.stages, options)))


@contextmanager
def _from_here(folder: Path, workspace: str, clock: Clock) -> Generator[Server]:
    huaxiang(["data", "load", "--workspace", workspace], folder)
    clock.took("loading the data")
    with serving(folder, workspace) as server:
        clock.took("starting the server")
        yield server


@contextmanager
def _from_nothing(folder: Path, workspace: str, clock: Clock) -> Generator[Server]:
    """`make chat` in a clone, with caches and a state folder of its own."""
    clone, home, said, port = folder / "clone", folder / "home", folder / "output.txt", free_port()
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S603, S607
    caches = {name: str(folder / name.lower()) for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR", "XDG_CACHE_HOME")}
    # What this program was started in is not the clone's.
    kept = {name: value for name, value in environment(home).items() if name not in ("VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS")}
    command = ["make", "chat", f"ARGS=--port {port} --workspace {workspace}"]
    clock.restart()
    with said.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=clone, env={**kept, **caches}, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    server = Server(port, process, said)
    try:
        _until((clone / ".venv" / ".set-up").exists, server)
        clock.took("environment and packages")
        _until(lambda: LOADED.search(said.read_text("utf-8", "replace")) is not None, server)
        clock.took("loading the data")
        wait_for(server)
        clock.took("starting the server")
        yield server
    finally:
        # The server is a child of make.
        os.killpg(process.pid, 15)
        end(process)


def _until(done: Callable[[], bool], server: Server) -> None:
    until = time.monotonic() + INSTALLING
    while not done():
        if server.process.poll() is not None or time.monotonic() > until:
            sys.exit(f"make chat did not come so far:\n{server.said.read_text('utf-8', 'replace')}")
        time.sleep(0.02)


def ask(server: Server, questions: list[str], browser: str, clock: Clock) -> None:
    """Loads the page, takes up its first question, then asks the others until one is answered with a chart."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--no-proxy-server"])
        page = chromium.new_context(locale="en-US").new_page()
        page.set_default_timeout(MILLISECONDS)
        clock.restart()
        page.goto(server.address)
        starter = page.locator("button[id^=starter]").first
        starter.wait_for()
        clock.took("loading the page")
        starter.click()
        _answer(page, 1)
        clock.took("the answer")
        for count, question in enumerate(questions[1:], 2):
            page.locator("#chat-input").fill(question)
            clock.restart()
            page.locator("#chat-submit").click()
            if _has_chart(_answer(page, count)):
                clock.took("the first chart")
                break
        chromium.close()


def _answer(page: Page, count: int) -> Locator:
    """The last of so many answers, once its words and its card can be seen."""
    answer = page.locator("[data-step-type=assistant_message]").nth(count - 1)
    answer.locator(".hx-card").wait_for()
    return answer


def _has_chart(answer: Locator) -> bool:
    """Waits for the chart of an answer; False where it has none."""
    if not answer.locator(".hx-chart").count():
        return False
    answer.locator(".hx-plot .main-svg").first.wait_for()
    return True


def report(stages: dict[str, float], options: argparse.Namespace) -> list[str]:
    """The stages as lines. The chart belongs to a later question, and is no part of the sum."""
    chart = stages.pop("the first chart", None)
    begin = "a clone with nothing installed" if options.install else "this environment, with no data loaded"
    lines = [f"the first answer of {options.workspace} in a browser, from {begin}\n", f"{'seconds':<30}"]
    lines += [f"{stage:<30}{seconds:>7.1f}" for stage, seconds in stages.items()]
    lines.append(f"{'in all':<30}{sum(stages.values()):>7.1f}")
    if chart is not None:
        lines.append(f"\nthe first chart is there {chart:.1f} seconds after its question")
    return lines


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", default="complete_journey", help="a workspace with example questions in English")
    parser.add_argument("--install", action="store_true", help="begin with a clone and an empty environment; uses the network")
    parser.add_argument("--browser", default="/usr/bin/chromium", help="the Chromium to load the page in")
    return parser.parse_args()


if __name__ == "__main__":
    main()
