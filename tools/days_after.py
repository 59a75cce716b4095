"""What an answer must say of days that follow a first time or a date: some of them may still lie ahead."""

from __future__ import annotations

from datetime import date, timedelta

from semantic_layer.columns import Note
from semantic_layer.compiler.measures import covered_days
from semantic_layer.compiler.plan import Compiled, Scope
from semantic_layer.compiler.units import days_of
from semantic_layer.conditions import Did, parts_of, unit_refs
from semantic_layer.requests import EntityQuery, MetricQuery, ValueQuery


def days_not_over(request: MetricQuery | EntityQuery | ValueQuery, compiled: Compiled, scope: Scope) -> tuple[Note, ...]:
    """That those who are late have not had all their days yet, unless all that is asked for began early enough."""
    notes: list[Note] = []
    for did in (each for each in unit_refs(request.where) if isinstance(each, Did) and each.within is not None):
        assert did.within is not None
        dataset = scope.workspace.dataset(did.dataset)
        covered = covered_days(scope, did.dataset, dataset.time if dataset is not None else None)
        if covered is None:
            continue
        last = min(covered.end, scope.as_of) - timedelta(days=did.within.days)
        begun = _latest_first(did, request, compiled, scope)
        if begun is None or begun > last:
            parts = {"days": did.within.days, "last": last.isoformat()}
            notes.append(Note(code="days_not_over", parts=parts))
    return tuple({str(note): note for note in notes}.values())


def _latest_first(did: Did, request: MetricQuery | EntityQuery | ValueQuery, compiled: Compiled, scope: Scope) -> date | None:
    """A day after which nobody's first time can lie: they have rows of the same data before; None where none is known."""
    within = did.within
    if within is None or not within.is_after_first or within.where is not None:
        return None
    name = within.dataset or did.dataset
    dataset = scope.workspace.dataset(name)
    time = dataset.time if dataset is not None else None
    asked = [span.end for span in compiled.spans] if set(compiled.datasets) == {name} else []
    ends = [max(asked)] if asked else []
    for other in parts_of(request.where):
        if isinstance(other, Did) and other.dataset == name and other.entity == did.entity and other.period is not None:
            ends.append(days_of(other.period, name, time, scope).end)
    return min(ends, default=None)
