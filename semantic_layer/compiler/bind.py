"""Pass 1. Names become definitions, periods become days; what cannot be asked ends here, with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from semantic_layer.calendar import Span, last_year, previous, resolve
from semantic_layer.columns import Note
from semantic_layer.compiler.plan import Dimension, LogicalPlan, Scope
from semantic_layer.compiler.relation import check_visible
from semantic_layer.conditions import (
    SERIES_GRAINS,
    And,
    AnyCondition,
    Compare,
    EntityMetric,
    Field,
    In,
    Or,
    Tag,
    TimeBucket,
    parts_of,
    refs_of,
)
from semantic_layer.errors import closest, request_error
from semantic_layer.metric_parts import all_parts, base_datasets, parameters_of
from semantic_layer.model.datasets import DIMENSION_TYPES
from semantic_layer.model.metrics import Aggregate, AnyMetric, Derived, Ratio, Unmeasured
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import EachPeriod
from semantic_layer.reach import Reached, reach
from semantic_layer.requests import AgainstPeriod, LastYear, MetricQuery


def bind(plan: LogicalPlan) -> LogicalPlan:
    """Checks the request against the workspace and the grant.

    Raises:
        RequestError: with the code of what is wrong.
    """
    request, scope = plan.request, plan.scope
    metrics = tuple(find_metric(scope.workspace, name) for name in request.metrics)
    dataset = _one_dataset(scope, metrics)
    _parameters_used(scope.workspace, request)
    dimensions = _dimensions(request, dataset, scope)
    for where in (request.where, request.share_of.where if request.share_of else None):
        _reachable(where, dataset, scope)
        within_grant(where, dataset, scope)
    time = time_of(metrics, dataset, scope.workspace)
    plan = replace(plan, metrics=metrics, dimensions=dimensions, where=request.where)
    plan = _with_days(plan, dataset, time)
    names = [dimension.name for dimension in dimensions]
    for order in request.order:
        if order.target not in names and order.target not in [metric.name for metric in metrics]:
            raise request_error("unknown_field", f"cannot order by '{order.target}', it is not in the result", field=order.target)
    notes = [Note(code="metric_note", parts={"text": m.note.model_dump()}) for m in metrics if m.note.get("en")]
    return plan.noting(*notes)


def find_metric(workspace: Workspace, name: str) -> AnyMetric:
    metric = workspace.metric(name)
    if metric is None:
        known = [each.name for each in workspace.metrics if not each.hidden]
        near = closest(name, known)
        raise request_error(
            "unknown_metric", f"there is no metric '{name}'", f"Metrics: {', '.join(known)}.", metric=name, near=near
        )
    return metric


def _one_dataset(scope: Scope, metrics: tuple[AnyMetric, ...]) -> str:
    """The dataset of all metrics; several are not computed yet, nor are most kinds of metrics."""
    for metric in metrics:
        for part in all_parts(scope.workspace, metric):
            if isinstance(part, Unmeasured):
                raise request_error(
                    "kind_not_compiled",
                    f"metric '{metric.name}' cannot be measured",
                    metric=metric.name,
                    why=part.unmeasured.model_dump(),
                )
            if not isinstance(part, Aggregate | Ratio | Derived):
                raise request_error(
                    "kind_not_compiled", f"metrics of kind '{part.kind}' are not computed yet", metric=metric.name
                )
        for name in base_datasets(scope.workspace, metric.name):
            dataset = scope.workspace.dataset(name)
            if dataset is not None and dataset.derived is not None:
                raise request_error("kind_not_compiled", f"derived datasets ('{name}') are not computed yet", metric=metric.name)
    datasets = list(dict.fromkeys(name for metric in metrics for name in base_datasets(scope.workspace, metric.name)))
    if len(datasets) != 1:
        names = [metric.name for metric in metrics]
        raise request_error("several_datasets", f"{', '.join(names)} need several datasets: {', '.join(datasets)}", metrics=names)
    if datasets[0] in scope.grant.denied:
        raise request_error(
            "dataset_denied", f"role '{scope.grant.role}' may not ask dataset '{datasets[0]}'", dataset=datasets[0]
        )
    return datasets[0]


def _parameters_used(workspace: Workspace, request: MetricQuery) -> None:
    used = {name for metric in request.metrics for name in parameters_of(workspace, metric)}
    for name in request.parameters:
        if name not in used:
            raise request_error(
                "unknown_parameter", f"no metric of the request uses the parameter '{name}'", parameter=name, used=sorted(used)
            )


def _dimensions(request: MetricQuery, dataset: str, scope: Scope) -> tuple[Dimension, ...]:
    found: list[Dimension] = []
    if isinstance(request.period, EachPeriod):
        found.append(Dimension("period", "period"))
    for ref in request.by:
        if isinstance(ref, Tag | EntityMetric):
            name = ref.name if isinstance(ref, Tag) else ref.metric
            raise request_error("kind_not_compiled", f"grouping by '{name}' is not computed yet", kind=ref.kind, name=name)
        dimension = _dimension(ref, dataset, scope)
        if dimension.name not in [each.name for each in found]:
            found.append(dimension)
    return tuple(found)


def _dimension(ref: Field | TimeBucket, dataset: str, scope: Scope) -> Dimension:
    if isinstance(ref, TimeBucket):
        if ref.field is not None:
            check_visible(reach(scope.workspace, dataset, ref.field), scope)
        return Dimension(ref.grain if ref.field is None else f"{ref.field.replace('.', '_')}_{ref.grain}", ref)
    found = reach(scope.workspace, dataset, ref.name)
    check_visible(found, scope)
    if found.field.type not in DIMENSION_TYPES:
        raise request_error(
            "wrong_value", f"'{ref.name}' is a number; group by a category or by time", field=ref.name, type=found.field.type
        )
    if found.field.type == "time":
        return Dimension("date", TimeBucket(grain="date", field=ref.name))
    return Dimension(found.field.name, ref)


def _reachable(where: AnyCondition | None, dataset: str, scope: Scope) -> None:
    for ref in refs_of(where):
        if isinstance(ref, Field):
            check_visible(reach(scope.workspace, dataset, ref.name), scope)


def within_grant(where: AnyCondition | None, dataset: str, scope: Scope) -> None:
    """A filter that names values outside the viewer's rows is "not allowed": neither "no data", nor the others alone.

    Raises:
        RequestError: `beyond_grant`, with the values that are.
    """
    for name, asked in _named_values(where):
        found = reach(scope.workspace, dataset, name)
        for holder in dict.fromkeys((dataset, found.dataset.name)):
            allowed = _allowed_values(holder, scope).get(_identity(found))
            if allowed is not None and not asked <= allowed:
                what = f"role '{scope.grant.role}' sees other values of '{name}'"
                raise request_error("beyond_grant", what, field=name, values=sorted(asked - allowed))


def _allowed_values(dataset: str, scope: Scope) -> dict[tuple[str, str], frozenset[str]]:
    """Fields that the row condition of a dataset holds to listed values."""
    condition: AnyCondition | None = scope.grant.rows.get(dataset)
    held = [named for part in parts_of(condition) if not isinstance(part, Or) for named in _named_values(part)]
    return {_identity(reach(scope.workspace, dataset, name)): values for name, values in held}


def _identity(found: Reached) -> tuple[str, str]:
    """The same for a field under all its names, and for an entity's key in every dataset that has it."""
    return (found.entity or found.dataset.name, found.field.name)


def _named_values(condition: AnyCondition | None) -> list[tuple[str, frozenset[str]]]:
    """Fields with the values that a condition asks for; compared as text, so that 367 is "367"."""
    match condition:
        case And(of=parts) | Or(of=parts):
            return [named for part in parts for named in _named_values(part)]
        case In(left=Field(name=name), values=tuple() as values):
            return [(name, frozenset(str(value) for value in values))]
        case Compare(left=Field(name=name), op="eq", right=bool() | int() | float() | str() as value):
            return [(name, frozenset((str(value),)))]
        case _:
            return []


class Time(NamedTuple):
    """How days apply to a dataset: by a time field, by a window of two fields, or not at all."""

    field: str | None
    window: bool = False


def time_of(metrics: tuple[AnyMetric, ...], dataset: str, workspace: Workspace) -> Time:
    own = next((metric.time for metric in metrics if isinstance(metric, Aggregate) and metric.time), None)
    found = workspace.dataset(dataset)
    assert found is not None
    return Time(own or found.time, window=own is None and found.window is not None)


def _with_days(plan: LogicalPlan, dataset: str, time: Time) -> LogicalPlan:
    request, scope = plan.request, plan.scope
    settings = scope.workspace.workspace
    if time.field is None:
        return _without_time(plan, dataset, time)
    covered = _covered(plan.metrics, dataset, scope)
    period = request.period or settings.default_period
    parts = period.of if isinstance(period, EachPeriod) else (period,)
    spans = tuple(_days_of(part, plan, covered) for part in parts)
    for span in spans:
        _inside(span, covered)
    notes: list[Note] = []
    if request.period is None:
        notes.append(Note(code="default_period", parts={"start": spans[0].start, "end": spans[0].end}))
    elif covered and any(not span.within(covered) for span in spans):
        notes.append(Note(code="partly_outside", kind="warning", parts={"first": covered.start, "last": covered.end}))
    plan = replace(plan, spans=spans, covered=covered)
    if len({span.start for span in spans}) < len(set(spans)):
        plan = replace(plan, dimensions=(plan.dimensions[0], Dimension("_period_end", "period_end"), *plan.dimensions[1:]))
    if request.compare is not None:
        if isinstance(period, EachPeriod):
            raise request_error("bad_request", "several periods side by side are a comparison already")
        plan = replace(plan, other_span=_other_span(plan, covered))
    return plan.noting(*notes)


def _covered(metrics: tuple[AnyMetric, ...], dataset: str, scope: Scope) -> Span | None:
    """The days that the data covers by any of the times that the metrics go by."""
    measures = [part for metric in metrics for part in all_parts(scope.workspace, metric) if isinstance(part, Aggregate)]
    times = {time_of((measure,), dataset, scope.workspace).field for measure in measures}
    spans = [span for time in times if (span := scope.version.covers(dataset, time)) is not None]
    return Span(min(span.start for span in spans), max(span.end for span in spans)) if spans else None


def _days_of(part: object, plan: LogicalPlan, covered: Span | None) -> Span:
    settings = plan.scope.workspace.workspace
    span = resolve(part, plan.scope.as_of, covered, settings.first_weekday)  # pyright: ignore[reportArgumentType]
    as_of = plan.scope.as_of
    if span.start <= as_of < span.end:
        return Span(span.start, as_of)
    return span


def _inside(span: Span, covered: Span | None) -> None:
    if covered is not None and not span.overlaps(covered):
        raise request_error(
            "outside_period",
            f"the data covers {covered.start} to {covered.end}",
            start=span.start,
            end=span.end,
            first=covered.start,
            last=covered.end,
        )


def series_dimension(plan: LogicalPlan) -> Dimension | None:
    """The time bucket along the calendar that the request groups by, if there is one."""
    return next((each for each in plan.dimensions if each.grain in SERIES_GRAINS), None)


def _other_span(plan: LogicalPlan, covered: Span | None) -> Span:
    """The days compared with. In a series each bucket is compared with its own earlier one, so the days shift with it."""
    compare, span, settings = plan.request.compare, plan.spans[0], plan.scope.workspace.workspace
    period = plan.request.period or settings.default_period
    bucket = series_dimension(plan)
    if isinstance(compare, AgainstPeriod):
        if bucket is not None:
            raise request_error("bad_request", "a series is compared with the period before or the year before")
        other = _days_of(compare.period, plan, covered)
    elif isinstance(compare, LastYear):
        other = last_year(period, span, settings.first_weekday)
    elif bucket is not None:
        other = _one_bucket_earlier(span, bucket.grain or "date")
    else:
        other = previous(period, span, settings.first_weekday)
    if covered is not None and not other.overlaps(covered):
        code = "no_last_year" if isinstance(compare, LastYear) else "no_earlier_period"
        raise request_error(
            code,
            f"the data covers {covered.start} to {covered.end}",
            start=other.start,
            end=other.end,
            first=covered.start,
            last=covered.end,
        )
    return other


def _one_bucket_earlier(span: Span, grain: str) -> Span:
    from datetime import timedelta

    from semantic_layer.calendar import add_months, whole_months

    if grain in ("date", "week"):
        days = timedelta(days=7 if grain == "week" else 1)
        return Span(span.start - days, span.end - days)
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    start = add_months(span.start, -months)
    whole = whole_months(span)
    end = add_months(start, whole) - timedelta(days=1) if whole else add_months(span.end, -months)
    return Span(start, end)


def _without_time(plan: LogicalPlan, dataset: str, time: Time) -> LogicalPlan:
    """Data with windows takes the rows whose window overlaps the days; data without any time takes all rows."""
    request, scope = plan.request, plan.scope
    if request.compare is not None or any(
        isinstance(each.ref, TimeBucket) and each.ref.field is None for each in plan.dimensions
    ):
        raise request_error(
            "no_time", f"dataset '{dataset}' has no time of its own", dataset=dataset, metrics=list(request.metrics)
        )
    if request.period is None:
        return plan
    if not time.window:
        raise request_error(
            "no_time", f"dataset '{dataset}' has no time of its own", dataset=dataset, metrics=list(request.metrics)
        )
    parts = request.period.of if isinstance(request.period, EachPeriod) else (request.period,)
    spans = tuple(resolve(part, scope.as_of, None, scope.workspace.workspace.first_weekday) for part in parts)
    return replace(plan, spans=spans).noting(Note(code="window_overlap", parts={"dataset": dataset}))


def today(workspace: Workspace, last_days: tuple[date, ...], clock: date) -> date:
    """What "today" means: the workspace's fixed date, the clock, or the last day of its data."""
    as_of = workspace.workspace.as_of
    if isinstance(as_of, date):
        return as_of
    return clock if as_of == "today" or not last_days else max(last_days)
