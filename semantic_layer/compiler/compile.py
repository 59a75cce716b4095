"""The compiler: typed requests to one SQL statement each."""

from __future__ import annotations

from functools import reduce

from semantic_layer.compiler.aggregate import aggregate
from semantic_layer.compiler.bind import bind
from semantic_layer.compiler.combine import combine
from semantic_layer.compiler.derive import derive
from semantic_layer.compiler.expand import expand
from semantic_layer.compiler.members import entities
from semantic_layer.compiler.place import place
from semantic_layer.compiler.plan import Compiled, LogicalPlan, Scope
from semantic_layer.compiler.shape import shape
from semantic_layer.compiler.values import values
from semantic_layer.conditions import SERIES_GRAINS, TimeBucket
from semantic_layer.requests import EntityQuery, MetricQuery, ValueQuery

PASSES = (bind, expand, place, aggregate, combine, derive, shape)


def compile_request(request: MetricQuery | EntityQuery | ValueQuery, scope: Scope) -> Compiled:
    """Compiles a request for a viewer.

    Raises:
        RequestError: with the code of what is wrong.
    """
    match request:
        case MetricQuery():
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
        case ValueQuery():
            return values(request, scope)
        case EntityQuery():
            return entities(request, scope)


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
