"""A star of ten million orders: the compiler's statements beside statements written by hand, run in turn.

For each request: how long compiling takes, whether both statements give the same rows, and the ratio of their times. Ends
with 1 where rows differ. With `--sidemantic` another semantic layer is asked the same, in an environment of its own.

Run it with `python -m evals.bench.star`; `--divide 100` gives a quick look.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evals.bench.star_data import Size, Star, opened
from evals.bench.star_requests import Asked, Row, load_requests, same, shown
from evals.bench.star_sidemantic import Other, others
from semantic_layer.engines.base import Limits
from semantic_layer.errors import DataError, HuaxiangError

RATIO_TARGET = 1.05
"""What the compiler's statements may take of those by hand, at the median of all requests."""
WORST_TARGET = 1.3
"""What one of them may take, beyond what the statement by hand differs from itself."""
COMPILE_TARGET = 5
"""Milliseconds that compiling may take, at the median."""
COLD_RUNS, WARM_RUNS = 5, 30
"""How often a request is compiled: with nothing remembered of the workspace, and again and again."""
WIDTH = 52
"""Of the requests' names in the report."""


@dataclass
class Turns:
    """Times in milliseconds of statements that were run in turn; the one by hand twice in each round."""

    compiled: list[float] = field(default_factory=list[float])
    by_hand: list[float] = field(default_factory=list[float])
    again: list[float] = field(default_factory=list[float])
    other: list[float] = field(default_factory=list[float])

    def ratio(self, of: Sequence[float]) -> float:
        """The median of the rounds' ratios: a slow moment of the machine slows both sides of one."""
        return statistics.median(
            2 * time / (first + second) for time, first, second in zip(of, self.by_hand, self.again, strict=True)
        )

    @property
    def noise(self) -> float:
        """How much the statement by hand differs from itself in a round, at the median; 1 is not at all."""
        rounds = zip(self.by_hand, self.again, strict=True)
        return statistics.median(max(both) / min(both) for both in rounds)


@dataclass
class Result:
    """What was found of one request.

    Attributes:
        first, cold, warm: Milliseconds of compiling: the first time, with a workspace just loaded, and again; medians of these.
        right: Whether the compiler's rows are those by hand; None where its statement was stopped.
        stopped_at: Milliseconds after which it was.
        other: What another layer made of the request, and whether its rows are those by hand.
    """

    name: str
    first: float
    cold: float
    warm: float
    right: bool | None
    turns: Turns
    stopped_at: int
    other: Other | None = None
    other_right: bool | None = None

    @property
    def ratio(self) -> float:
        """At least so much where the statement was stopped."""
        if self.right is None:
            return self.stopped_at / statistics.median(self.turns.by_hand)
        return self.turns.ratio(self.turns.compiled)

    @property
    def slow(self) -> bool:
        return self.ratio > WORST_TARGET * self.turns.noise


def main() -> None:
    options = _options()
    size = Size().divided(options.divide)
    asked = [each for each in load_requests() if options.only in each.name]
    if not asked:
        sys.exit(f"no request has '{options.only}' in its name")
    limits = Limits(milliseconds=options.seconds * 1000)
    try:
        beside = others(options.sidemantic) if options.sidemantic else {}
        with tempfile.TemporaryDirectory() as made, opened(options.folder or Path(made), size, options.threads) as star:
            print(
                f"{size.orders:,} orders, {size.sessions:,} sessions, {size.customers:,} customers; "
                f"{options.rounds} rounds, {options.threads} threads\n"
            )
            print("\n".join(heading(bool(beside))), flush=True)
            results: list[Result] = []
            for each in asked:
                results.append(measured(each, star, limits, options.rounds, beside.get(each.name)))
                print(line(results[-1], bool(beside)), flush=True)
    except HuaxiangError as error:
        sys.exit(str(error))
    print("\n".join(["", *summary(results, bool(beside))]))
    if any(result.right is False for result in results):
        sys.exit(1)


def measured(asked: Asked, star: Star, limits: Limits, rounds: int, other: Other | None = None) -> Result:
    """Compiles a request and runs its statement in turn with the one by hand, and with another layer's."""
    cold = [_milliseconds(_compiling(asked, star)) for _ in range(COLD_RUNS)]
    warm = statistics.median(_milliseconds(lambda: asked.compiled(star.scope).sql()) for _ in range(WARM_RUNS))
    compiled = asked.compiled(star.scope)
    statements = {"by_hand": asked.sql, "again": asked.sql, "compiled": compiled.sql(star.engine.dialect)}
    expected = star.engine.run(asked.sql, limits).values
    # These runs also warm the engine's buffers, for each statement alike.
    rows = _rows(statements["compiled"], star, limits)
    right = None if rows is None else same(shown(rows, compiled), expected)
    if rows is None:
        del statements["compiled"]
    other_right = None
    if other is not None and other.sql is not None:
        found = _rows(other.sql, star, limits)
        other_right = found is not None and same(found, expected, ordered=False)
        if found is not None:
            statements["other"] = other.sql
    turns = Turns()
    order, mixing = list(statements), random.Random(0)  # noqa: S311 - no secret
    for _ in range(rounds):
        # None always follows the same other one: it would find the caches that this one leaves.
        mixing.shuffle(order)
        for name in order:
            spent = _milliseconds(lambda sql=statements[name]: _rows(sql, star, limits))
            getattr(turns, name).append(spent)
    return Result(asked.name, cold[0], statistics.median(cold), warm, right, turns, limits.milliseconds, other, other_right)


def heading(beside: bool) -> list[str]:
    columns = f"{'':<{WIDTH}}{'compile':>16}{'SQL':>10}{'by hand':>10}{'ratio':>8}{'noise':>7}"
    units = f"{'milliseconds':<{WIDTH}}{'cold':>8}{'warm':>8}{'':>35}"
    return [columns + ("   sidemantic: compile, SQL, ratio" if beside else ""), units]


def line(result: Result, beside: bool) -> str:
    """One request's figures, and what is wrong with it."""
    turns, times = result.turns, f"{result.cold:>8.1f}{result.warm:>8.1f}"
    spent = f"{statistics.median(turns.compiled):>10.0f}" if turns.compiled else f"{'stopped':>10}"
    ratio = f"{'≥' if result.right is None else ''}{result.ratio:.2f}"
    shown = f"{result.name:<{WIDTH}}{times}{spent}{statistics.median(turns.by_hand):>10.0f}{ratio:>8}{turns.noise:>7.2f}"
    wrong = " rows differ" if result.right is False else ""
    return shown + (f"   {_of_other(result)}" if beside else "") + wrong


def _of_other(result: Result) -> str:
    other = result.other
    if other is None or other.sql is None:
        return f"– {other.why if other else 'not asked'}"
    if not result.turns.other:
        return f"{other.warm:>6.1f} no rows"
    spent = statistics.median(result.turns.other)
    ratio = result.turns.ratio(result.turns.other)
    return f"{other.warm:>6.1f}{spent:>8.0f}{ratio:>7.2f}{'' if result.other_right else ' other rows'}"


def summary(results: Sequence[Result], beside: bool) -> list[str]:
    """The figures over all requests, against their targets."""
    ratio = statistics.median(result.ratio for result in results)
    warm, cold = (statistics.median(getattr(result, name) for result in results) for name in ("warm", "cold"))
    right = sum(result.right is True for result in results)
    slow = [f"{result.name} ({result.ratio:.2f})" for result in results if result.slow]
    lines = [
        f"rows as by hand: {right} of {len(results)}: {_met(right == len(results))}",
        f"compiling: median {warm:.1f} ms, cold {cold:.1f}, the first of the process {results[0].first:.0f}; "
        f"target < {COMPILE_TARGET}: {_met(warm < COMPILE_TARGET)}",
        f"SQL against SQL by hand: median of the ratios {ratio:.2f}; target {RATIO_TARGET}: {_met(ratio <= RATIO_TARGET)}",
        f"slower than {WORST_TARGET} times the noise: {', '.join(slow) or 'none'}: {_met(not slow)}",
    ]
    if not beside:
        lines.append("sidemantic was not asked: `--sidemantic PYTHON` names a Python that has it")
        return lines
    answered = [result for result in results if result.other and result.other.sql is not None]
    right = [result for result in answered if result.other_right]
    lines.append(f"sidemantic: {len(answered)} of {len(results)} requests taken, {len(right)} of them with the rows by hand")
    if answered:
        theirs, ours = ([result.other.warm if of else result.warm for result in answered if result.other] for of in (True, False))
        medians = [statistics.median(times) for times in (theirs, ours)]
        lines.append(f"  compiling these: median {medians[0]:.1f} ms; here {medians[1]:.1f}")
    if right:
        # What gives other rows may well be faster.
        ratios = [(result.turns.ratio(result.turns.other), result.ratio) for result in right]
        told = [f"median {statistics.median(each):.2f}, worst {max(each):.2f}" for each in zip(*ratios, strict=True)]
        lines.append(f"  SQL against SQL by hand where rows are right: {told[0]}; here {told[1]}")
    return lines


def _met(met: bool) -> str:
    return "met" if met else "missed"


def _compiling(asked: Asked, star: Star) -> Callable[[], object]:
    scope = star.afresh()
    return lambda: asked.compiled(scope).sql()


def _rows(sql: str, star: Star, limits: Limits) -> list[Row] | None:
    """None where the statement was stopped: then it took what it was given, at least."""
    try:
        return star.engine.run(sql, limits).values
    except DataError as error:
        if error.problem.code != "too_slow":
            raise
        return None


def _milliseconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--divide", type=int, default=1, help="so many times fewer rows")
    parser.add_argument("--rounds", type=int, default=7, help="how often each statement is run")
    parser.add_argument("--threads", type=int, default=2, help="threads of one statement")
    parser.add_argument("--seconds", type=int, default=30, help="a statement is stopped after so long, as a question's is")
    parser.add_argument("--only", default="", help="requests whose name has this")
    parser.add_argument("--folder", type=Path, help="where the rows are kept for the next run; else they are deleted")
    parser.add_argument("--sidemantic", type=Path, metavar="PYTHON", help="a Python that has sidemantic, to compare with")
    return parser.parse_args()


if __name__ == "__main__":
    main()
