"""Pass 3. Measures that one SELECT can compute are put together; a comparison or a whole is a SELECT of its own."""

from __future__ import annotations

from dataclasses import replace

from semantic_layer.calendar import Span
from semantic_layer.compiler.bind import time_of
from semantic_layer.compiler.expand import measures_of
from semantic_layer.compiler.plan import Dimension, Group, LogicalPlan, Measure, Variant
from semantic_layer.conditions import AnyCondition
from semantic_layer.errors import request_error

NAMES: dict[Variant, str] = {"now": "asked", "previous": "earlier", "whole": "whole"}


def place(plan: LogicalPlan) -> LogicalPlan:
    groups = _groups(plan, "now", plan.dimensions, plan.where, plan.spans)
    if plan.other_span is not None:
        groups += _groups(plan, "previous", plan.dimensions, plan.where, (plan.other_span,))
    if plan.request.share_of is not None:
        _shares_make_sense(plan)
        groups += _groups(plan, "whole", _kept(plan), plan.request.share_of.where, plan.spans)
    return replace(plan, groups=groups)


def _groups(
    plan: LogicalPlan, variant: Variant, dimensions: tuple[Dimension, ...], where: AnyCondition | None, spans: tuple[Span, ...]
) -> tuple[Group, ...]:
    """One group for each dataset and time field."""
    placed: dict[tuple[str, str | None], dict[str, Measure]] = {}
    for output in plan.outputs:
        for measure in measures_of(output.formula):
            time = time_of((measure.metric,), measure.metric.dataset, plan.scope.workspace).field
            placed.setdefault((measure.metric.dataset, time), {})[measure.column] = measure
    several = len(placed) > 1
    return tuple(
        Group(
            dataset=dataset,
            time=time,
            variant=variant,
            measures=tuple(measures.values()),
            dimensions=dimensions,
            where=where,
            spans=spans,
            name=f"{NAMES[variant]}_{index + 1}" if several else NAMES[variant],
        )
        for index, ((dataset, time), measures) in enumerate(placed.items())
    )


def _kept(plan: LogicalPlan) -> tuple[Dimension, ...]:
    """The dimensions that the whole of a share keeps; they must be among the request's own."""
    share = plan.request.share_of
    assert share is not None
    kept = [each for each in plan.dimensions if each.ref in share.by or isinstance(each.ref, str)]
    if len([each for each in kept if not isinstance(each.ref, str)]) != len(set(share.by)):
        raise request_error("bad_request", "a share keeps dimensions of the request only")
    return tuple(kept)


def _shares_make_sense(plan: LogicalPlan) -> None:
    """A share is part over whole: a rate or an average has no parts."""
    from semantic_layer.model.metrics import Aggregate

    for metric in plan.metrics:
        if not isinstance(metric, Aggregate) or metric.agg not in ("sum", "count", "count_distinct"):
            raise request_error("share_of_ratio", f"'{metric.name}' is no quantity that has parts", metric=metric.name)
