"""What an answer must say of the data it touches: broken promises and old data, where they matter, at the most two.

Counts are those of all rows. A viewer who sees fewer is told that there is something, and no number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from semantic_layer.columns import Note
from semantic_layer.compiler.plan import Compiled, Scope
from semantic_layer.conditions import AnyCondition, Did, Field, Reference, Scaled, TimeBucket, refs_of, sequences_in, unit_refs
from semantic_layer.data_checks.declared import known_results
from semantic_layer.data_version import CheckResult
from semantic_layer.errors import RequestError
from semantic_layer.expressions import columns_in
from semantic_layer.metric_parts import all_parts, base_datasets
from semantic_layer.model.datasets import Dataset
from semantic_layer.model.metrics import Aggregate
from semantic_layer.reach import Reached, reach
from semantic_layer.requests import EntityQuery, MetricQuery, ValueQuery

MOST = 2
"""How many such notes an answer bears."""
IMPORTANCE = ("fresh", "link", "grain", "not_null", "accepted", "rule")


class Link(NamedTuple):
    """A join of a request: the dataset that holds the key, whose key it is, and the dataset that describes it."""

    dataset: str
    entity: str
    home: str


@dataclass
class Touched:
    """What a request reads.

    Attributes:
        columns: By dataset, the fields and columns that its figures, groups and filters go by.
        grouped, filtered: The joins that lead to what it groups by, and to what it filters by.
    """

    datasets: set[str]
    columns: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    grouped: set[Link] = field(default_factory=set[Link])
    filtered: set[Link] = field(default_factory=set[Link])

    def uses(self, dataset: str, names: Iterable[str]) -> None:
        self.datasets.add(dataset)
        self.columns.setdefault(dataset, set()).update(names)


def data_notes(request: MetricQuery | EntityQuery | ValueQuery, compiled: Compiled, scope: Scope) -> tuple[Note, ...]:
    """The notes of an answer about the data it rests on, most important first."""
    broken = [
        result
        for result in known_results(scope.workspace, scope.version, scope.as_of)
        if not result.holds and result.ran and result.severity != "info"
    ]
    if not broken:
        return ()
    touched = _touched(request, compiled, scope)
    broken.sort(key=lambda result: (result.severity != "error", IMPORTANCE.index(result.kind), -result.rows))
    notes = (_note(result, touched, request, compiled, scope) for result in broken)
    return tuple({note.code + str(note.parts): note for note in notes if note is not None}.values())[:MOST]


# ---- what a request reads ---------------------------------------------------------------------------------------------------


def _touched(request: MetricQuery | EntityQuery | ValueQuery, compiled: Compiled, scope: Scope) -> Touched:
    touched = Touched({*compiled.datasets, *getattr(compiled, "joined", ())})
    grouped, filtered = _refs_of(request)
    for dataset in compiled.datasets:
        for refs, links in ((grouped, touched.grouped), (filtered, touched.filtered)):
            for ref in refs:
                links.update(_reached(ref, dataset, touched, scope))
    for dataset, where in _rows_counted(request.where, scope):
        touched.datasets.add(dataset)
        for ref in refs_of(where):
            touched.filtered.update(_reached(ref, dataset, touched, scope))
    for metric in compiled.metrics:
        for part in all_parts(scope.workspace, metric):
            if isinstance(part, Aggregate):
                found = scope.workspace.dataset(part.dataset)
                time = part.time or (found.time if found else None)
                touched.uses(part.dataset, [name for expr in part.expr for name in columns_in(expr)])
                if found is not None and time is not None:
                    touched.uses(part.dataset, _columns_of(found, time))
    return touched


def _rows_counted(where: AnyCondition | None, scope: Scope) -> Iterator[tuple[str, AnyCondition | None]]:
    """The datasets whose rows a condition counts for each entity, with which of them."""
    for each in unit_refs(where):
        for dataset in (each.dataset,) if isinstance(each, Did) else base_datasets(scope.workspace, each.metric):
            yield dataset, each.where
    yield from ((step.dataset, step.where) for each in sequences_in(where) for step in each.steps)


def _refs_of(request: MetricQuery | EntityQuery | ValueQuery) -> tuple[list[Reference], list[Reference]]:
    """What a request groups by or lists, and what it filters by."""
    filters: list[AnyCondition | None] = [request.where]
    match request:
        case MetricQuery():
            shown: list[Any] = list(request.by)
            filters.append(request.share_of.where if request.share_of else None)
        case EntityQuery():
            shown = list(request.columns)
        case ValueQuery():
            shown = [request.field]
    return shown, [ref for where in filters for ref in refs_of(where)]


def _reached(ref: Reference, dataset: str, touched: Touched, scope: Scope) -> set[Link]:
    """Marks what a reference reads; gives the joins that lead to it."""
    inner = ref.ref if isinstance(ref, Scaled) else ref
    name = inner.name if isinstance(inner, Field) else inner.field if isinstance(inner, TimeBucket) else None
    if name is None:
        return set()
    try:
        found = reach(scope.workspace, dataset, name)
    except RequestError:
        return set()
    holder, links = dataset, set[Link]()
    for join in found.joins:
        touched.uses(holder, join.keys)
        links.add(Link(holder, join.entity, join.dataset))
        holder = join.dataset
    touched.uses(holder, _names_of(found))
    return links


def _names_of(found: Reached) -> set[str]:
    return {found.field.name, *(columns_in(found.field.expr) if found.field.expr else ())}


def _columns_of(dataset: Dataset, name: str) -> set[str]:
    own = dataset.field(name)
    return {name, *(columns_in(own.expr) if own is not None and own.expr else ())}


# ---- what must be said of it ------------------------------------------------------------------------------------------------


def _note(
    result: CheckResult,
    touched: Touched,
    request: MetricQuery | EntityQuery | ValueQuery,
    compiled: Compiled,
    scope: Scope,
) -> Note | None:
    """The note of a broken promise, where it matters to the request."""
    if result.dataset not in touched.datasets:
        return None
    match result.kind:
        case "fresh":
            return _stale(result, compiled, scope)
        case "link":
            return _orphans(result, touched, request, scope)
        case "not_null" | "accepted":
            if result.about not in touched.columns.get(result.dataset, ()):
                return None
            parts = {**_counted(result), "field": f"{result.dataset}.{result.about}"}
            missing = Note(code="missing_values", kind="warning", parts=parts)
            unexpected = Note(code="unexpected_values", kind="warning", parts=parts)
            return _told(missing if result.kind == "not_null" else unexpected, scope)
        case "grain":
            return _told(Note(code="doubled_rows", kind="warning", parts=_counted(result)), scope)
        case "rule":
            parts = {**_counted(result), "check": _label(result, scope)}
            return _told(Note(code="broken_rule", kind="warning", parts=parts), scope)


def _counted(result: CheckResult) -> dict[str, Any]:
    return {"dataset": result.dataset, "rows": result.rows}


def _label(result: CheckResult, scope: Scope) -> dict[str, str]:
    dataset = scope.workspace.dataset(result.dataset)
    rule = next(each for each in dataset.checks if each.name == result.about) if dataset else None
    return {language: rule.label_in(language) if rule else result.about for language in ("zh", "en")}


def _told(note: Note, scope: Scope) -> Note:
    """The note as this viewer may hear it."""
    if not scope.grant.restricted:
        return note
    return Note(code="data_flaw", kind="warning", parts={"dataset": note.parts["dataset"]})


def _stale(result: CheckResult, compiled: Compiled, scope: Scope) -> Note | None:
    """Old data matters where days are asked that it does not reach."""
    dataset = scope.workspace.dataset(result.dataset)
    covered = scope.version.covers(result.dataset, dataset.time) if dataset else None
    if covered is None:
        return None
    asked = [span.end for span in compiled.spans] or [scope.as_of]
    if result.dataset in compiled.datasets and max(asked) <= covered.end:
        return None
    within = dataset.fresh_within if dataset else 0
    parts = {"dataset": result.dataset, "last": covered.end, "as_of": scope.as_of, "days": result.rows, "within": within}
    return Note(code="stale", kind="warning", parts=parts)


def _orphans(result: CheckResult, touched: Touched, request: MetricQuery | EntityQuery | ValueQuery, scope: Scope) -> Note | None:
    """Keys that nobody describes matter where a field of the describing dataset is grouped or filtered by."""
    link = Link(result.dataset, result.about, result.home or "")
    parts: dict[str, Any] = {"dataset": link.home, "entity": link.entity}
    counts: dict[str, Any] = {} if scope.grant.restricted else {"keys": result.keys or 0, "rows": result.rows}
    if isinstance(request, MetricQuery) and link in touched.grouped:
        parts["metrics"] = list(request.metrics)
        orphans = Note(code="orphans", kind="warning", parts={**parts, **counts})
        return orphans if counts else Note(code="some_orphans", kind="warning", parts=parts)
    if link in touched.grouped | touched.filtered:
        orphans = Note(code="orphans_filtered", kind="warning", parts={**parts, **counts})
        return orphans if counts else Note(code="some_orphans_filtered", kind="warning", parts=parts)
    return None
