"""How long one question takes in a fresh process, beside a process that only imports the libraries it cannot do without.

Run it with `python -m evals.bench.cold_start`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from assistant.settings import Settings
from semantic_layer.loading.loader import find_workspace, load_workspace

TARGET = 1.6
"""How many times the bare imports a question may take."""
BARE = "import duckdb, sqlglot, pydantic, langchain.agents"


def main() -> None:
    options = _options()
    question = first_question(options.workspace)
    program = Path(sys.executable).with_name("huaxiang")
    start = [str(program)] if program.exists() else [sys.executable, "-m", "assistant.cli.main"]
    ask = [*start, "ask", question, "--workspace", options.workspace]
    bare = [sys.executable, "-c", BARE]
    for command in (ask, bare):
        seconds(command)
    turns = [(seconds(ask), seconds(bare)) for _ in range(options.runs)]
    asked, imported = ([turn[index] for turn in turns] for index in (0, 1))
    ratio = statistics.median(asked) / statistics.median(imported)
    print(f"{options.runs} fresh processes of each kind, in turn: huaxiang ask “{question}”, and {BARE}\n")
    print(f"{'seconds':<16}{'median':>8}{'least':>8}{'most':>8}")
    for name, values in (("one question", asked), ("bare imports", imported)):
        print(f"{name:<16}{statistics.median(values):>8.2f}{min(values):>8.2f}{max(values):>8.2f}")
    print(f"\nratio {ratio:.2f}; target {TARGET}: {'met' if ratio <= TARGET else 'missed'}")


def first_question(workspace: str) -> str:
    """The first of the questions that a newcomer is offered."""
    asked = load_workspace(find_workspace(workspace), Settings().cache).questions[0]
    return asked.zh or asked.en or ""


def seconds(command: list[str]) -> float:
    """The wall time of one process; it must end well."""
    environment = os.environ | {"HUAXIANG_MODEL": "", "PYTHONIOENCODING": "utf-8"}
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603 - our own command
    spent = time.perf_counter() - started
    if done.returncode:
        sys.exit(done.stderr.decode("utf-8", "replace") or f"{command[0]} ended with {done.returncode}")
    return spent


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", default="complete_journey", help="a workspace with example questions and loaded data")
    parser.add_argument("--runs", type=int, default=7, help="how many processes of each kind")
    return parser.parse_args()


if __name__ == "__main__":
    main()
