"""The compiler: typed requests to one SQL statement each."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

from semantic_layer.compiler.aggregate import aggregate
from semantic_layer.compiler.bind import bind, find_metric
from semantic_layer.compiler.combine import combine
from semantic_layer.compiler.derive import derive
from semantic_layer.compiler.expand import expand
from semantic_layer.compiler.members import entities
from semantic_layer.compiler.place import place
from semantic_layer.compiler.plan import Compiled, LogicalPlan, Scope
from semantic_layer.compiler.profile_names import with_days
from semantic_layer.compiler.profile_series import over_time
from semantic_layer.compiler.shape import shape
from semantic_layer.compiler.summarise import summarise
from semantic_layer.compiler.values import values
from semantic_layer.conditions import SERIES_GRAINS, TimeBucket
from semantic_layer.errors import RequestError
from semantic_layer.requests import EntityQuery, MetricQuery, ValueQuery, Window
from semantic_layer.windowed import as_declared, in_its_own_names, windowed

PASSES = (bind, expand, place, aggregate, combine, derive, summarise, shape)


def compile_request(request: MetricQuery | EntityQuery | ValueQuery, scope: Scope) -> Compiled:
    """Compiles a request for a viewer.

    Raises:
        RequestError: with the code of what is wrong.
    """
    scope = with_days(request, scope)
    if isinstance(request, MetricQuery):
        scope = over_time(request, scope)
    match request:
        case MetricQuery(window=Window()):
            return _windowed(request, scope)
        case MetricQuery():
            return _metrics(request, scope)
        case ValueQuery():
            return values(request, scope)
        case EntityQuery():
            return entities(request, scope)


def _windowed(request: MetricQuery, scope: Scope) -> Compiled:
    """Metrics over a window, as if the workspace had declared them; what is said of them names the ones it has."""
    for name in request.metrics:
        find_metric(scope.workspace, name)
    found = windowed(scope.workspace, request)
    renamed, workspace = as_declared(request, scope.workspace)
    try:
        compiled = _metrics(renamed, replace(scope, workspace=workspace))
    except RequestError as error:
        raise in_its_own_names(error, found) from None
    names = {each.metric.name: each.base for each in found}
    notes = [each.model_copy(update={"parts": {**each.parts, **_named(each.parts, names)}}) for each in compiled.notes]
    return replace(compiled, notes=tuple(notes))


def _named(parts: dict[str, Any], names: dict[str, str]) -> dict[str, str]:
    return {key: names[value] for key, value in parts.items() if isinstance(value, str) and value in names}


def _metrics(request: MetricQuery, scope: Scope) -> Compiled:
    plan = reduce(lambda plan, step: step(plan), PASSES, LogicalPlan(request, scope))
    assert plan.tree is not None
    return Compiled(
        tree=plan.tree,
        columns=plan.columns,
        spans=plan.spans,
        other_span=plan.other_span,
        notes=plan.notes,
        metrics=plan.metrics,
        datasets=plan.datasets,
        joined=plan.joined,
    )


def over_all(request: MetricQuery) -> MetricQuery:
    """The request over all its groups: what totals are computed from, never summed from rows.

    A series is compared bucket by bucket; its total has nothing to be compared with.
    """
    series = any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in request.by)
    compare = None if series else request.compare
    share = request.share_of.model_copy(update={"by": ()}) if request.share_of else None
    return request.model_copy(
        update={"by": (), "order": (), "limit": None, "totals": False, "share_of": share, "compare": compare}
    )
