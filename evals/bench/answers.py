"""Answers golden questions in one process, as `huaxiang ask --batch` does: time of the parts, and peak memory.

Run it with `python -m evals.bench.answers`.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import sys
from collections.abc import Sequence

from assistant.agent import Agent
from assistant.reply import Reply
from assistant.runtime import Runtime
from assistant.session import Session
from assistant.settings import Settings
from evals.golden import Case, find_set, load_set
from semantic_layer.errors import HuaxiangError
from semantic_layer.policy import Viewer

PLANNING_TARGET = 15
"""Milliseconds that planning and compiling may take, at the median."""
ANSWER_TARGET = 100
"""Milliseconds that a whole answer may take, at the median."""


def main() -> None:
    options = _options()
    settings = Settings()
    try:
        runtime, agent = Runtime(options.workspace, settings), Agent.configured(settings)
        version = runtime.opened().version.id
    except HuaxiangError as error:
        sys.exit(str(error))
    cases = spread(load_set(find_set(options.workspace)).cases, options.count)
    replies = asyncio.run(answer_all(cases, runtime, agent))
    print(f"{len(cases)} questions of {options.workspace}, {settings.model or 'embedded planner'}, {version}\n")
    print("\n".join(report(replies)))


def spread(cases: Sequence[Case], count: int) -> list[Case]:
    """So many cases, evenly from all categories; the same ones each time."""
    if len(cases) <= count:
        return list(cases)
    return [cases[index * len(cases) // count] for index in range(count)]


async def answer_all(cases: Sequence[Case], runtime: Runtime, agent: Agent) -> list[Reply]:
    """Each question in a conversation of its own, after its history."""
    replies: list[Reply] = []
    for case in cases:
        session = Session(runtime, agent, Viewer(role=case.role, attributes=case.attrs))
        for earlier in case.history:
            await session.reply(earlier)
        replies.append(await session.reply(case.question))
    return replies


def report(replies: Sequence[Reply]) -> list[str]:
    """The figures as lines. The first reply is told apart: it gathers the words of the data."""
    later = [reply.timings_ms for reply in replies[1:]] or [reply.timings_ms for reply in replies]
    planning = [each.get("plan", 0.0) + each.get("compile", 0.0) for each in later if "plan" in each]
    executing = [each["execute"] for each in later if "execute" in each]
    whole = [each["total"] for each in later]
    lines = [f"{'milliseconds':<26}{'median':>9}{'p95':>9}   target"]
    lines.append(_line("planning and compiling", planning, PLANNING_TARGET))
    lines.append(_line("running the SQL", executing))
    lines.append(_line("whole answer", whole, ANSWER_TARGET))
    lines.append(f"{'first answer':<26}{replies[0].timings_ms['total']:>9.1f}")
    statuses = {
        status: sum(reply.status == status for reply in replies) for status in ("answered", "clarify", "refused", "error")
    }
    lines += ["", f"peak memory {peak_megabytes():.0f} MB; " + ", ".join(f"{status} {n}" for status, n in statuses.items())]
    return lines


def _line(name: str, values: Sequence[float], target: float | None = None) -> str:
    if not values:
        return f"{name:<26}{'–':>9}{'–':>9}"
    median = statistics.median(values)
    line = f"{name:<26}{median:>9.1f}{p95(values):>9.1f}"
    if target is None:
        return line
    return f"{line}   median < {target:g}: {'met' if median < target else 'missed'}"


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def peak_megabytes() -> float:
    """The most memory that this process held; macOS counts bytes, others kilobytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", default="complete_journey", help="a shipped workspace that has a golden set")
    parser.add_argument("--count", type=int, default=200, help="how many questions")
    return parser.parse_args()


if __name__ == "__main__":
    main()
