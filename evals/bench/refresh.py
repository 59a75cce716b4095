"""A refresh of thirty tags over ten million orders, beside what the same data costs at the least.

Beside it are one statement for each tag, one GROUP BY with a count and a sum, and one scan of the columns: on the data as it
comes, in the order of time, and laid out by customer. Then a refresh after one more day. Refreshes run in processes of their
own, so that the peak of memory is theirs.

Run it with `python -m evals.bench.refresh`; `--small` is a quick look.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from evals.bench.star_data import WORKSPACE, Size, opened
from semantic_layer.data_version import DataVersion
from semantic_layer.engines.duckdb import CATALOG
from semantic_layer.loading.loader import load_workspace
from semantic_layer.tags.definitions import items_of, profile_sql
from semantic_layer.tags.refresh import Facts, refresh
from semantic_layer.tags.store import Profiles
from semantic_layer.warehouse import Warehouse

MEMORY = "4GB"
SMALL = 100
DAY = date(2025, 12, 31)
GROUP_TARGET, EACH_TARGET, RSS_TARGET, NEXT_TARGET = 6, 4, 2.0, 1 / 3
"""At most so many times the GROUP BY, at least so many times faster than a statement a tag, GB, and of a whole refresh."""
GROUP = "SELECT customer_id, COUNT(*) AS orders, SUM(amount) AS sales FROM facts.orders GROUP BY customer_id"
SCAN = (
    "SELECT COUNT(customer_id), MAX(product_id), MAX(channel_id), MAX(ordered_at), SUM(quantity), SUM(amount) FROM facts.orders "
    "UNION ALL SELECT COUNT(customer_id), NULL, MAX(channel_id), MAX(started_at), SUM(pages), NULL FROM facts.sessions"
)


class Spent(NamedTuple):
    """Seconds on the clock and of the processors; others who use the machine stretch the former."""

    clock: float
    cpu: float


class Refreshed(NamedTuple):
    """A refresh in a process of its own; the peak of its memory in GB."""

    spent: Spent
    peak: float


class Figures(NamedTuple):
    """What each spent, medians of the rounds."""

    whole: Refreshed
    statement: Spent
    each: Spent
    group: Spent
    scan: Spent
    following: Refreshed


def main() -> None:
    options = _options()
    if options.child:
        print(json.dumps(_refreshed_here(*options.child)))
        return
    size = Size().divided(SMALL if options.small else options.divide)
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        with opened(folder, size, options.threads) as star:
            version = star.scope.version
        files = next(path for path in folder.iterdir() if path.name.startswith("star_") and path.is_dir())
        tags = len(items_of(load_workspace(WORKSPACE)))
        print(
            f"{size.orders:,} orders, {size.sessions:,} sessions, {size.customers:,} customers, {tags} tags; "
            f"{options.threads} threads, {options.rounds} rounds"
        )
        for name, file in {
            "in the order of time": None,
            "laid out by customer": _laid_out(files, version, options.threads),
        }.items():
            facts = facts_of(files, version, options.threads, file)
            print("\n".join(["", *report(name, measured(facts, files, options.rounds))]), flush=True)


def facts_of(files: Path, version: DataVersion, threads: int, file: Path | None = None) -> Facts:
    workspace = load_workspace(WORKSPACE)
    warehouse = Warehouse(workspace, files, files / "versions")
    return Facts(workspace, version, file or warehouse.file_of(version.id), {}, MEMORY, threads)


def _laid_out(files: Path, version: DataVersion, threads: int) -> Path:
    """The same rows, those of a customer standing together."""
    target = files / "by_customer.duckdb"
    target.unlink(missing_ok=True)
    with duckdb.connect(str(target), config={"threads": threads, "memory_limit": MEMORY}) as connection:
        connection.execute(f"ATTACH '{files / 'versions' / version.id}.duckdb' AS {CATALOG} (READ_ONLY)")
        for table in version.tables:
            order = "ORDER BY customer_id, 1" if table in ("orders", "sessions") else ""
            connection.execute(f'CREATE TABLE "{table}" AS SELECT * FROM {CATALOG}."{table}" {order}')
    return target


def measured(facts: Facts, files: Path, rounds: int) -> Figures:
    """Each in turn, round by round; a refresh of the day before stands before the refresh after one more day."""
    scope = facts.scope(DAY)
    profile = facts.workspace.profile("customer")
    assert profile is not None
    names = [each.name for each in items_of(facts.workspace)]
    together = profile_sql(profile, names, scope)
    apart = [profile_sql(profile, [name], scope) for name in names]
    found: dict[str, list[Any]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=files) as kept:
            found.setdefault("whole", []).append(_refreshed(facts, kept, DAY - timedelta(days=1)))
            found.setdefault("following", []).append(_refreshed(facts, kept, DAY))
        for name, statements in {"statement": [together], "each": apart, "group": [GROUP], "scan": [SCAN]}.items():
            found.setdefault(name, []).append(_spent(facts, statements))
    middle = {name: _median(found[name]) for name in ("statement", "each", "group", "scan")}
    whole, following = (
        Refreshed(_median([each.spent for each in found[name]]), max(each.peak for each in found[name]))
        for name in ("whole", "following")
    )
    return Figures(whole=whole, following=following, **middle)


def _median(found: Sequence[Spent]) -> Spent:
    return Spent(statistics.median(each.clock for each in found), statistics.median(each.cpu for each in found))


def _spent(facts: Facts, statements: Sequence[str]) -> Spent:
    """What statements take, each written to a table in memory."""
    with duckdb.connect(":memory:", config={"threads": facts.threads, "memory_limit": facts.memory}) as connection:
        connection.execute(f"ATTACH '{facts.file}' AS {CATALOG} (READ_ONLY)")
        connection.execute("SET preserve_insertion_order = false")
        return _measured(lambda: [connection.execute(f"CREATE OR REPLACE TABLE made AS {each}") for each in statements])


def _measured(work: Callable[[], object]) -> Spent:
    clock, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - clock, time.process_time() - cpu)


def _refreshed(facts: Facts, kept: str, day: date) -> Refreshed:
    given = [str(facts.file), kept, day.isoformat(), facts.version.model_dump_json(), str(facts.threads)]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "evals.bench.refresh", "--child", *given], check=True, capture_output=True, text=True
    )
    clock, cpu, peak = json.loads(done.stdout)
    return Refreshed(Spent(clock, cpu), peak)


def _refreshed_here(file: str, kept: str, day: str, version: str, threads: str) -> tuple[float, float, float]:
    facts = Facts(load_workspace(WORKSPACE), DataVersion.model_validate_json(version), Path(file), {}, MEMORY, int(threads))
    spent = _measured(lambda: refresh(facts, Profiles(Path(kept)), date.fromisoformat(day)))
    return spent.clock, spent.cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def report(name: str, of: Figures) -> list[str]:
    """What was measured, and each target with whether it is met; ratios are of the processors' time."""
    whole, following = of.whole.spent.cpu, of.following.spent.cpu
    compared = [
        (f"of the GROUP BY, at most {GROUP_TARGET}", ratio := whole / of.group.cpu, ratio <= GROUP_TARGET),
        (f"a statement a tag beside it, at least {EACH_TARGET}", ratio := of.each.cpu / whole, ratio >= EACH_TARGET),
        (f"GB at its peak, under {RSS_TARGET:.0f}", of.whole.peak, of.whole.peak < RSS_TARGET),
        ("of it after one more day, at most 0.33", ratio := following / whole, ratio <= NEXT_TARGET),
    ]
    named = {
        "refresh": of.whole.spent,
        "its statement alone": of.statement,
        "after one more day": of.following.spent,
        "a statement a tag": of.each,
        "GROUP BY": of.group,
        "scan": of.scan,
    }
    return [
        f"{name}:",
        *(f"  {what:<20} {spent.clock:8.2f} s, processors {spent.cpu:8.2f} s" for what, spent in named.items()),
        *(f"  {value:.2f} {what}: {'met' if met else 'missed'}" for what, value, met in compared),
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--divide", type=int, default=1, help="a star so many times smaller")
    parser.add_argument("--small", action="store_true", help=f"the same as --divide {SMALL}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="keeps the data there")
    parser.add_argument("--child", nargs=5, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
