"""Each seeded fault of a compiler is caught by the generated cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import pytest
from hypothesis import Phase, given, settings

from oracle.case import hold, standing
from oracle.compare import assert_right
from oracle.effort import SLOW
from oracle.engine import Compiled, Found
from oracle.faults import FAULTS, Fault
from oracle.model import Plain, Viewer, World
from oracle.requests import Case, asked
from oracle.truth.ask import truth
from oracle.truth.check import whole
from oracle.truth.query import Outcome
from semantic_layer.errors import WorkspaceError

WORLDS = 120
"""Within so many worlds, of fifteen requests each, every fault must show."""


@dataclass
class Judged:
    """A case that the compiler has right."""

    compiled: Compiled
    request: Plain
    viewer: Viewer
    outcome: Outcome
    found: Found


@pytest.fixture(scope="module")
def bank() -> list[Judged]:
    """Cases that are answered, and answered rightly; where one is not, it is looked for once and not for each fault."""
    kept: list[Judged] = []

    @settings(
        max_examples=WORLDS,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=SLOW,
    )
    @given(asked(count=15, renamed=0))
    def collect(drawn: tuple[World, list[Case]]) -> None:
        world, cases = drawn
        compiled = Compiled(world)
        for request, viewer in cases:
            outcome, found = truth(world, request, viewer), compiled.ask(request, viewer)
            if standing(compiled.sight, request, viewer, outcome, found) == "answered":
                hold(found, outcome, request, viewer, world)
                kept.append(Judged(compiled, request, viewer, outcome, found))

    collect()
    return kept


def with_fault(fault: Fault, case: Judged) -> Found | None:
    """What a compiler with the fault would give; None where the fault makes no difference to what it is given."""
    if fault.statement:
        changed = fault.of_statement(case.found.sql)
        return None if changed == case.found.sql else case.compiled.rows_of(changed, case.found)
    if fault.request:
        changed_request = fault.of_plain(case.request)
        return None if changed_request == case.request else case.compiled.ask(changed_request, case.viewer)
    other = compiled_with(fault, case.compiled)
    return None if other is None or not touches(case, other) else other.ask(case.request, case.viewer)


def touches(case: Judged, other: Compiled) -> bool:
    """Whether the request is about a definition that the fault has changed."""
    before, after = case.compiled.sight.workspace, other.sight.workspace
    names = {each for name in case.request.get("metrics", []) for each in whole(case.compiled.sight, name)}
    changed = {name for name, metric in before.metrics.items() if metric != after.metrics[name]}
    return not changed or bool(changed & names)


@cache
def compiled_with(fault: Fault, compiled: Compiled) -> Compiled | None:
    world = compiled.world
    changed = fault.of_plain(world.workspace)
    if changed == world.workspace:
        return None
    try:
        return Compiled(replace(world, workspace=changed))
    except WorkspaceError:
        return None


def tried(fault: Fault, bank: list[Judged]) -> Iterator[bool]:
    """For each case that the fault could show in, whether it does."""
    for case in bank:
        found = with_fault(fault, case)
        if found is not None:
            try:
                assert_right(found, case.outcome)
            except AssertionError:
                yield True
            else:
                yield False


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_of_the_compiler_is_caught(fault: Fault, bank: list[Judged]) -> None:
    results: list[bool] = []
    for caught in tried(fault, bank):
        results.append(caught)
        if caught:
            return
    pytest.fail(f"not caught in {len(results)} cases")
