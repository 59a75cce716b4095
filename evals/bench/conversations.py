"""Many conversations at once with the real server: time to answer, answers that are not their own, memory.

Each speaks to `huaxiang chat` as a page does: follow-ups in both languages, now and then a changed chip or a stop. What it is
shown is compared with what a session of its own says. Ends with 1 where an answer is wrong, missing or late, or memory grows.

Run it with `python -m evals.bench.conversations`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from assistant.agent import Agent
from assistant.runtime import Runtime
from assistant.settings import Settings
from evals.bench.answers import p95
from evals.bench.page import Missing, Page, Timed
from evals.bench.scripts import Script, Shown, Step, scripts
from evals.bench.server import Server, busy_seconds, huaxiang, megabytes, processor_seconds, serving
from evals.golden import find_set, load_set
from semantic_layer.errors import HuaxiangError

PATIENCE = 30
"""Seconds after which an answer is missing."""
PAUSE = (1.0, 3.0)
"""Seconds between an answer and the next question."""
WARMING = 60
"""Seconds whose memory does not count: caches fill, and libraries are loaded where they are first used."""
GROWTH = 5.0
"""Megabytes that the server may grow in a minute after that."""
JUDGED = 120
"""Seconds of samples that it takes to tell growth from the ups and downs of garbage."""
EVERY = 2.0
"""Seconds between two looks at the server."""
NAMED = 10
"""Faults that are printed."""


class Sample(NamedTuple):
    at: float
    megabytes: float


@dataclass
class Seen:
    """What a run has seen."""

    answers: list[Timed] = field(default_factory=list[Timed])
    conversations: int = 0
    changed: int = 0
    stopped: int = 0
    in_time: int = 0
    errors: list[str] = field(default_factory=list[str])
    crossed: list[str] = field(default_factory=list[str])
    missing: list[str] = field(default_factory=list[str])
    memory: list[Sample] = field(default_factory=list[Sample])
    cores: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def late(self) -> list[Sample]:
        """The samples that count."""
        begin = min(WARMING, self.memory[-1].at / 2)
        return [sample for sample in self.memory if sample.at >= begin]

    @property
    def slope(self) -> float:
        """Megabytes a minute."""
        late = self.late if len(self.late) > 1 else self.memory
        return 60 * statistics.linear_regression([each.at for each in late], [each.megabytes for each in late]).slope

    @property
    def grows(self) -> bool | None:
        """Whether memory grows beyond the bound; None where the run was too short to tell."""
        late = self.late
        return self.slope > GROWTH if late[-1].at - late[0].at >= JUDGED - 2 * EVERY else None

    @property
    def good(self) -> bool:
        return bool(self.answers) and not (self.errors or self.crossed or self.missing or self.grows)


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="huaxiang-") as folder:
        home = Path(folder)
        huaxiang(["data", "load", "--workspace", options.workspace], home)
        settings = Settings(home=home, model="", mode="", state_url="", log_questions=False)
        try:
            runtime, agent = Runtime(options.workspace, settings), Agent.configured(settings)
            cases = load_set(find_set(options.workspace)).cases
            written = asyncio.run(scripts(cases, options.conversations, runtime, agent))
            version = runtime.opened().version.id
        except HuaxiangError as error:
            sys.exit(str(error))
        with serving(home, options.workspace) as server:
            seen = asyncio.run(run(server, written, options.seconds))
        seen.errors += complaints(server)
    count, seconds = options.conversations, options.seconds
    print(f"{count} conversations at once for {seconds:g} seconds, {options.workspace}, embedded planner, {version}\n")
    print("\n".join(report(seen, seconds)))
    sys.exit(0 if seen.good else 1)


async def run(server: Server, written: Sequence[Script], seconds: float) -> Seen:
    """All conversations until the time is over; each then ends with its answer."""
    seen, started = Seen(), time.perf_counter()
    until = started + seconds
    watching = asyncio.create_task(watch(server, seen, started))
    try:
        async with asyncio.timeout(seconds + 2 * PATIENCE):
            await asyncio.gather(*(_talk(server, number, script, until, seen) for number, script in enumerate(written)))
    except TimeoutError:
        seen.missing.append("the run did not end in time")
    watching.cancel()
    return seen


async def watch(server: Server, seen: Seen, started: float) -> None:
    """Looks at the server's memory every few seconds, and at who keeps the processor busy."""
    began = _spent(server)
    while True:
        at = time.perf_counter() - started
        seen.memory.append(Sample(at, megabytes(server.process.pid)))
        now = _spent(server)
        if at and began is not None and now is not None:
            seen.cores = {name: (now[name] - began[name]) / at for name in now}
        await asyncio.sleep(EVERY)


def _spent(server: Server) -> dict[str, float] | None:
    """Processor seconds so far of the server, this program, and all others."""
    all_of_them, of_server = busy_seconds(), processor_seconds(server.process.pid)
    if all_of_them is None or of_server is None:
        return None
    own = time.process_time()
    return {"the server": of_server, "this program": own, "others": all_of_them - of_server - own}


async def _talk(server: Server, number: int, script: Script, until: float, seen: Seen) -> None:
    """One user: the conversation again and again, each time as a new one."""
    name, dice = f"conversation {number + 1}", random.Random(number)  # noqa: S311
    page: Page | None = None
    # Users do not come in step.
    await asyncio.sleep(dice.uniform(0, PAUSE[1]))
    while time.perf_counter() < until:
        try:
            if page is None:
                page = Page(server.address, ("zh-CN", "en-US")[number % 2], PATIENCE)
                await page.open()
            else:
                await page.new_conversation()
            seen.conversations += 1
            await _converse(page, script, until, seen, dice, name)
        except Exception as error:
            if isinstance(error, Missing):
                seen.missing.append(f"{name}: {error}")
            else:
                seen.errors.append(f"{name}: {type(error).__name__}: {error}")
            page = await _left(page, name, seen)
            await asyncio.sleep(PAUSE[1])
    await _left(page, name, seen)


async def _left(page: Page | None, name: str, seen: Seen) -> None:
    """Closes a page; what it has heard that was not for it is told."""
    if page is None:
        return
    seen.crossed += [f"{name}: {strange}" for strange in page.strange]
    with contextlib.suppress(Exception):
        await page.close()


async def _converse(page: Page, script: Script, until: float, seen: Seen, dice: random.Random, name: str) -> None:
    due = script.answers
    for place, step in enumerate(script.steps):
        if time.perf_counter() > until:
            return
        answer = await _do(page, step, seen)
        if step.stops and answer.shown == script.stopped[place]:
            seen.in_time += 1
            due = script.stopped
        if (answer.conversation, answer.turn) != (page.conversation, place):
            seen.crossed.append(f"{name}, turn {place}: the card of another turn")
        elif answer.shown != due[place]:
            seen.crossed.append(f"{name}, turn {place}, “{step.says}”: {_difference(answer.shown, due[place])}")
        seen.answers.append(answer)
        await asyncio.sleep(dice.uniform(*PAUSE))


async def _do(page: Page, step: Step, seen: Seen) -> Timed:
    if step.change is not None:
        seen.changed += 1
        return await page.change(step.change, step.says)
    seen.stopped += step.stops
    return await page.ask(step.says, step.stops)


def _difference(shown: Shown, due: Shown) -> str:
    if shown.text != due.text:
        return f"“{shown.text[:80]}” instead of “{due.text[:80]}”"
    parts = [name for name in {**due.card, **shown.card} if shown.card.get(name) != due.card.get(name)]
    return f"the right words, but other {', '.join(parts)} below them"


def complaints(server: Server) -> list[str]:
    """What the server printed besides its address, and what it logged."""
    printed = server.said.read_text("utf-8", "replace").splitlines()
    log = server.said.parent / "logs" / "huaxiang.log"
    logged = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    return [f"the server says: {line}" for line in (*printed[1:], *logged) if line.strip()]


def report(seen: Seen, seconds: float) -> list[str]:
    """The figures as lines."""
    lines = [f"{'milliseconds':<26}{'median':>9}{'p95':>9}{'most':>9}"]
    lines.append(_line("until work begins", [1000 * each.begun for each in seen.answers]))
    lines.append(_line("until the answer", [1000 * each.came for each in seen.answers]))
    lines += [
        "",
        f"{len(seen.answers)} answers, {len(seen.answers) / seconds:.1f} a second, in {seen.conversations} conversations; "
        f"{seen.changed} chips changed, {seen.stopped} stops, {seen.in_time} of them before the answer",
        f"errors {len(seen.errors)}, crossed answers {len(seen.crossed)}, missing answers {len(seen.missing)}",
    ]
    for fault in [*seen.errors, *seen.crossed, *seen.missing][:NAMED]:
        lines.append(f"  {fault}")
    if seen.cores and seen.answers:
        each = 1000 * seen.cores["the server"] * seconds / len(seen.answers)
        busy = ", ".join(f"{name} {cores:.2f}" for name, cores in seen.cores.items())
        lines.append(f"cores busy with {busy}; {each:.0f} ms of a core for an answer")
    late, verdict = seen.late, {True: "missed", False: "met", None: "too short a run to tell"}[seen.grows]
    lines.append(
        f"memory {seen.memory[0].megabytes:.0f} MB at the start, {late[0].megabytes:.0f} MB after {late[0].at:.0f} seconds, "
        f"{late[-1].megabytes:.0f} MB at the end: {seen.slope:+.1f} MB a minute; "
        f"at most {GROWTH:g}: {verdict}"
    )
    return lines


def _line(name: str, values: Sequence[float]) -> str:
    if not values:
        return f"{name:<26}{'–':>9}{'–':>9}{'–':>9}"
    return f"{name:<26}{statistics.median(values):>9.1f}{p95(values):>9.1f}{max(values):>9.1f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", default="complete_journey", help="a shipped workspace that has a golden set")
    parser.add_argument("--conversations", type=int, default=20, help="how many at once")
    parser.add_argument("--seconds", type=float, default=300, help="for how long")
    return parser.parse_args()


if __name__ == "__main__":
    main()
