"""What could be asked next: typed edits of the request that are known to be answered."""

from __future__ import annotations

from collections.abc import Callable

from semantic_layer.compiler.plan import Compiled, Scope
from semantic_layer.compiler.relation import is_visible
from semantic_layer.conditions import SERIES_GRAINS, Compare, Field, TimeBucket, all_of, parts_of
from semantic_layer.errors import HuaxiangError
from semantic_layer.model.metrics import Aggregate
from semantic_layer.periods import EachPeriod
from semantic_layer.reach import reach, reaches
from semantic_layer.requests import MetricQuery, PreviousPeriod, ShareOf, plain
from tools.answer import Next, Table

MOST = 3

Ask = Callable[[MetricQuery], None]
"""Tries a request out for the viewer; raises RequestError where it would be refused."""


def next_of(request: MetricQuery, compiled: Compiled, table: Table, scope: Scope, ask: Ask) -> tuple[Next, ...]:
    """Up to three follow-ups that this viewer gets answers to.

    They look inside the largest group, split by a first dimension, go over time, or compare with before.
    """
    if isinstance(request.period, EachPeriod):
        return ()
    found: list[Next] = []
    for code, edited, parts in _candidates(request, compiled, table, scope):
        if len(found) == MOST:
            break
        try:
            ask(edited)
        except HuaxiangError:
            continue
        found.append(Next(code=code, request=plain(edited), parts=parts))
    return tuple(found)


def _candidates(
    request: MetricQuery, compiled: Compiled, table: Table, scope: Scope
) -> list[tuple[str, MetricQuery, dict[str, object]]]:
    bare = request.model_copy(update={"by": (), "order": (), "limit": None, "compare": None, "share_of": None})
    found: list[tuple[str, MetricQuery, dict[str, object]]] = []
    grouped = [ref for ref in request.by if isinstance(ref, Field)]
    span = compiled.spans[0] if compiled.spans else None
    if grouped and table.rows and len(request.by) == 1 and table.rows[0][0] != "Unknown":
        value = table.rows[0][0]
        only = Compare(left=grouped[0], op="eq", right=value if value is not None else "")
        inside = bare.model_copy(update={"where": all_of((*parts_of(request.where), only)), "by": (TimeBucket(grain="month"),)})
        if span is not None and span.days > 62:
            found.append(("inside_over_time", inside, {"field": grouped[0].name, "value": value}))
    if not request.by:
        split = _first_split(request, compiled, scope)
        if split is not None:
            found.append(("split", bare.model_copy(update={"by": (split,)}), {"field": split.name}))
    if (
        span is not None
        and span.days > 45
        and not any(isinstance(r, TimeBucket) and r.grain in SERIES_GRAINS for r in request.by)
    ):
        found.append(("over_time", bare.model_copy(update={"by": (TimeBucket(grain="month"),)}), {"grain": "month"}))
    if request.compare is None and span is not None and span.days < 200:
        found.append(("against_before", request.model_copy(update={"compare": PreviousPeriod(), "share_of": None}), {}))
    if grouped and request.share_of is None and all(isinstance(metric, Aggregate) for metric in compiled.metrics):
        found.append(("shares", request.model_copy(update={"share_of": ShareOf(), "compare": None}), {}))
    return found


def _first_split(request: MetricQuery, compiled: Compiled, scope: Scope) -> Field | None:
    """The first described category of the workspace that the metric can reach and that is not filtered already."""
    filtered = {getattr(getattr(part, "left", None), "name", None) for part in parts_of(request.where)}
    for _, field in scope.workspace.dimension_fields():
        if field.type != "category" or not field.values or field.name in filtered:
            continue
        if all(_splits(scope, dataset, field.name) for dataset in compiled.datasets):
            return Field(name=field.name)
    return None


def _splits(scope: Scope, dataset: str, field: str) -> bool:
    return reaches(scope.workspace, dataset, field) and is_visible(reach(scope.workspace, dataset, field), scope)
