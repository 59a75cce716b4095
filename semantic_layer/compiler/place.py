"""Pass 3. Measures that one SELECT can compute are put together; a comparison or a whole is a SELECT of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from semantic_layer.calendar import Span
from semantic_layer.compiler.expand import measures_of
from semantic_layer.compiler.measures import dataset_name, time_of
from semantic_layer.compiler.plan import Dimension, Group, Key, Kind, LogicalPlan, Measure, Variant
from semantic_layer.conditions import AnyCondition, Field, FieldRef, TimeBucket
from semantic_layer.errors import request_error
from semantic_layer.model.metrics import (
    Aggregate,
    AnyMetric,
    Conversion,
    Cumulative,
    Distinct,
    NewEntities,
    Repeat,
    Retention,
    SemiAdditive,
    WindowOf,
)
from semantic_layer.model.workspace import Workspace

NAMES: dict[Variant, str] = {"now": "asked", "previous": "earlier", "whole": "whole"}


class Place(NamedTuple):
    """What one SELECT is about. What is not counted row by row has one for each metric with its filter."""

    dataset: str
    time: str | None
    window: WindowOf | None
    kind: Kind
    metric: str = ""
    where: AnyCondition | None = None


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
    """One group for each dataset, time field and way to compute."""
    placed: dict[Place, dict[str, Measure]] = {}
    for output in plan.outputs:
        for measure in measures_of(output.formula):
            placed.setdefault(_place_of(plan, measure, dimensions, where), {})[measure.column] = measure
    return tuple(
        Group(
            dataset=each.dataset,
            time=each.time,
            variant=variant,
            measures=tuple(measures.values()),
            dimensions=dimensions,
            where=where,
            spans=() if each.time is None and plan.request.period is None else spans,
            name=name,
            kind=each.kind,
            window=each.window,
        )
        for name, (each, measures) in zip(_names(list(placed), variant), placed.items(), strict=True)
    )


def _place_of(plan: LogicalPlan, measure: Measure, dimensions: tuple[Dimension, ...], where: AnyCondition | None) -> Place:
    workspace, kind = plan.scope.workspace, kind_of(measure)
    if isinstance(measure.metric, NewEntities) and _by_first_times(plan, measure, dimensions, where):
        kind = "first"
    found = Place(dataset_name(measure.metric, workspace), time_of(measure, workspace), measure.window, kind)
    return found if kind == "rows" else found._replace(metric=measure.metric.name, where=measure.where)


def kind_of(measure: Measure) -> Kind:
    """How a measure is computed. Of a conversion those who started are counted like any rows."""
    match measure.metric:
        case SemiAdditive():
            return "stock"
        case Repeat():
            return "repeat"
        case Retention():
            return "retention"
        case Conversion() if measure.part == "part":
            return "conversion"
        case _:
            return "rows"


def _by_first_times(plan: LogicalPlan, measure: Measure, dimensions: tuple[Dimension, ...], where: AnyCondition | None) -> bool:
    """Whether those who are new can be counted by their first times alone, without any other row.

    By anything else than time there are groups that have rows and nobody who is new, and they are shown; who sees no small
    groups must be told how many the rows are about.
    """
    shown = not dimensions or plan.is_filled
    filtered = where is not None or measure.where is not None or measure.window is not None
    return shown and not filtered and plan.scope.grant.minimum_group is None


def _names(places: list[Place], variant: Variant) -> list[str]:
    """What the SELECTs are called: by what they compute, where there are several."""
    if len(places) == 1:
        return [NAMES[variant]]
    found: list[str] = []
    for each in places:
        name = f"{NAMES[variant]}_{each.metric or each.dataset}{'_trailing' if each.window is not None else ''}"
        free, number = name, 2
        while free in found:
            free, number = f"{name}_{number}", number + 1
        found.append(free)
    return found


def _kept(plan: LogicalPlan) -> tuple[Dimension, ...]:
    """The dimensions that the whole of a share keeps; they must be among the request's own."""
    share = plan.request.share_of
    assert share is not None
    kept = [each for each in plan.dimensions if isinstance(each.ref, str) or any(ref in share.by for ref in _asked_as(each))]
    if len([each for each in kept if not isinstance(each.ref, str)]) != len(set(share.by)):
        raise request_error("bad_request", "a share keeps dimensions of the request only")
    return tuple(kept)


def _asked_as(dimension: Dimension) -> tuple[FieldRef, ...]:
    """What a request may have called a dimension: a moment is grouped by its days."""
    ref = dimension.ref
    if isinstance(ref, str | Key):
        return ()
    return (ref, Field(name=ref.field)) if isinstance(ref, TimeBucket) and ref.grain == "date" and ref.field else (ref,)


def _shares_make_sense(plan: LogicalPlan) -> None:
    """A share is part over whole: a rate or an average has no parts."""
    for metric in plan.metrics:
        if not has_parts(metric, plan.scope.workspace):
            raise request_error("share_of_ratio", f"'{metric.name}' is no quantity that has parts", metric=metric.name)


def has_parts(metric: AnyMetric, workspace: Workspace) -> bool:
    """Whether a metric counts or sums something that can be divided up; on trailing days as on any others."""
    if isinstance(metric, Cumulative):
        inner = workspace.metric(metric.cumulative.metric)
        return inner is not None and has_parts(inner, workspace)
    if isinstance(metric, Aggregate):
        return metric.agg in ("sum", "count", "count_distinct")
    return isinstance(metric, NewEntities | SemiAdditive | Distinct)
