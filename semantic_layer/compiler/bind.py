"""Pass 1. Names become definitions; what cannot be asked ends here, with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from semantic_layer.columns import Note
from semantic_layer.compiler.days import Fact, with_days
from semantic_layer.compiler.expand import Formulas, measures_of
from semantic_layer.compiler.measures import dataset_name, named_aggregate, time_of
from semantic_layer.compiler.naming import free_name
from semantic_layer.compiler.plan import Dimension, Key, LogicalPlan, Scope
from semantic_layer.compiler.profile_names import tag_field
from semantic_layer.compiler.relation import check_visible
from semantic_layer.compiler.shape import SUFFIX
from semantic_layer.compiler.summarise import with_keys
from semantic_layer.conditions import (
    And,
    AnyCondition,
    Compare,
    EntityMetric,
    Field,
    In,
    Meets,
    Or,
    Tag,
    TimeBucket,
    parts_of,
    refs_of,
)
from semantic_layer.errors import RequestError, closest, request_error
from semantic_layer.implied import figure
from semantic_layer.metric_parts import all_parts, parameters_of
from semantic_layer.model.datasets import DIMENSION_TYPES
from semantic_layer.model.metrics import AnyMetric, Conversion, Distinct, Unmeasured
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import EachPeriod
from semantic_layer.reach import Reached, all_reachable, reach, reaches
from semantic_layer.requests import MetricQuery
from semantic_layer.statistics import figure_of_each, summaries


def bind(plan: LogicalPlan) -> LogicalPlan:
    """Checks the request against the workspace and the grant.

    Raises:
        RequestError: with the code of what is wrong.
    """
    request, scope = plan.request, plan.scope
    metrics = tuple(_metric(scope.workspace, name, request) for name in request.metrics)
    _measurable(scope, metrics)
    _parameters_fit(scope.workspace, request)
    facts = _facts(plan, metrics)
    together = Together(tuple(dict.fromkeys(fact.dataset for fact in facts)), facts, scope)
    for name in (*together.datasets, *(name for fact in facts for name in fact.beside)):
        if name in scope.grant.denied:
            raise request_error("dataset_denied", f"role '{scope.grant.role}' may not ask dataset '{name}'", dataset=name)
    dimensions = _dimensions(request, together, _column_names(metrics, facts))
    dimensions = with_keys(dimensions, request, together.datasets, facts, scope.workspace)
    whole = request.share_of.where if request.share_of else None
    for where in (request.where, whole, *(ref.condition for ref in request.by if isinstance(ref, Meets))):
        for dataset in together.datasets:
            for ref in refs_of(where):
                if isinstance(ref, Field | Tag):
                    check_visible(together.reach(_field_of(ref, scope.workspace).name, dataset), scope)
            within_grant(where, dataset, scope)
    plan = replace(plan, metrics=metrics, datasets=together.datasets, dimensions=dimensions, where=request.where)
    plan = with_days(plan, facts)
    names = [dimension.name for dimension in dimensions if not isinstance(dimension.ref, Key)]
    names += [*(metric.name for metric in metrics), *(each.name for each in summaries(scope.workspace, request))]
    for order in request.order:
        if order.target not in names:
            raise request_error("unknown_field", f"cannot order by '{order.target}', it is not in the result", field=order.target)
    notes = [Note(code="metric_note", parts={"text": m.note.model_dump()}) for m in metrics if m.note.get("en")]
    return plan.noting(*notes)


def _facts(plan: LogicalPlan, metrics: tuple[AnyMetric, ...]) -> list[Fact]:
    """The measures of the request with what they are counted from."""
    workspace = plan.scope.workspace
    formulas = Formulas(workspace, plan.request.parameters)
    found: list[Fact] = []
    for metric in metrics:
        for measure in measures_of(formulas.of(metric)):
            name, time = dataset_name(measure.metric, workspace), time_of(measure, workspace)
            dataset = workspace.dataset(name)
            beside: tuple[str, ...] = ()
            if isinstance(measure.metric, Conversion):
                beside = (named_aggregate(measure.metric.conversion.then, workspace).dataset,)
            windowed = time is None and dataset is not None and dataset.window is not None
            found.append(Fact(metric.name, measure, name, time, windowed, beside))
    return found


def _metric(workspace: Workspace, name: str, request: MetricQuery) -> AnyMetric:
    """A metric of the request; of each one of an entity in data that tells them apart, where there is such."""
    found = figure_of_each(workspace, name, request.of_each.entity) if request.of_each is not None else None
    return found or find_metric(workspace, name)


def find_metric(workspace: Workspace, name: str) -> AnyMetric:
    metric = figure(workspace, name)
    if metric is None:
        known = [each.name for each in workspace.metrics if not each.hidden]
        near = closest(name, known)
        raise request_error(
            "unknown_metric", f"there is no metric '{name}'", f"Metrics: {', '.join(known)}.", metric=name, near=near
        )
    return metric


def _measurable(scope: Scope, metrics: tuple[AnyMetric, ...]) -> None:
    for metric in metrics:
        for part in all_parts(scope.workspace, metric):
            if isinstance(part, Unmeasured):
                what = f"metric '{metric.name}' cannot be measured"
                raise request_error("kind_not_compiled", what, metric=metric.name, why=part.unmeasured.model_dump())


def _parameters_fit(workspace: Workspace, request: MetricQuery) -> None:
    """Parameters are used by a metric of the request, and have a value that they may have."""
    used = {name for metric in request.metrics for name in parameters_of(workspace, metric)}
    for name, value in request.parameters.items():
        parameter = workspace.parameter(name)
        if name not in used or parameter is None:
            raise request_error(
                "unknown_parameter", f"no metric of the request uses the parameter '{name}'", parameter=name, used=sorted(used)
            )
        if parameter.choices and value not in parameter.choices:
            what = f"'{value}' is no value of '{name}': {', '.join(parameter.choices)}"
            raise request_error("wrong_value", what, field=name, value=value)


# ---- groups and filters, reached from every dataset -----------------------------------------------------------------------


class Together:
    """The datasets of one request: what is grouped or filtered by means the same for all of them."""

    def __init__(self, datasets: tuple[str, ...], facts: list[Fact], scope: Scope) -> None:
        self.datasets, self.facts, self.scope = datasets, facts, scope

    def reach(self, name: str, dataset: str) -> Reached:
        """A field from one of the datasets; where others reach it and this one does not, what all reach is offered."""
        workspace = self.scope.workspace
        try:
            return reach(workspace, dataset, name)
        except RequestError as error:
            elsewhere = any(reaches(workspace, other, name) for other in self.datasets)
            if error.problem.code != "unreachable_field" or not elsewhere:
                raise
        names = [each.field.name for each in all_reachable(workspace, dataset)]
        common = [each for each in names if all(reaches(workspace, other, each) for other in self.datasets)]
        metrics = list(dict.fromkeys(fact.metric for fact in self.facts if fact.dataset == dataset))
        raise request_error(
            "unreachable_field",
            f"'{name}' cannot be reached from dataset '{dataset}' of {', '.join(metrics)}",
            f"Fields that all of them reach: {', '.join(common)}.",
            field=name,
            dataset=dataset,
            metrics=metrics,
            reachable=common,
        )

    def reached_by_all(self, name: str) -> Reached:
        """A field that every dataset reaches; as the first one does.

        Raises:
            RequestError: one of them cannot, has another field of that name, or the viewer may not see it.
        """
        found = [self.reach(name, dataset) for dataset in self.datasets]
        for each in found:
            check_visible(each, self.scope)
        if len({_meaning(each) for each in found}) > 1:
            told = sorted(f"{each.dataset.name}.{each.field.name}" for each in found)
            raise request_error(
                "not_conformed",
                f"'{name}' is a field of its own in each of {', '.join(self.datasets)}",
                f"If they mean the same, say same_as: {told[0]} at the other.",
                field=name,
                fields=told,
            )
        return found[0]


def _meaning(found: Reached) -> tuple[str, str]:
    """Equal for fields that mean the same."""
    if found.entity is not None:
        return ("", found.entity)
    if found.field.same_as is not None:
        dataset, _, name = found.field.same_as.rpartition(".")
        return (dataset, name)
    return (found.dataset.name, found.field.name)


def _column_names(metrics: tuple[AnyMetric, ...], facts: list[Fact]) -> set[str]:
    """The columns that a statement has for its figures."""
    names = [metric.name for metric in metrics]
    return {f"{name}{suffix}" for name in names for suffix in SUFFIX.values()} | {fact.measure.column for fact in facts}


def _dimensions(request: MetricQuery, together: Together, taken: set[str]) -> tuple[Dimension, ...]:
    """What is grouped by, each in a column of its own: another one of its name is called by its way, or numbered."""
    found: list[Dimension] = []
    if isinstance(request.period, EachPeriod):
        found.append(Dimension(_free("period", "period", taken), "period"))
    for ref in request.by:
        if isinstance(ref, EntityMetric):
            name = ref.metric
            raise request_error("kind_not_compiled", f"grouping by '{name}' is not computed yet", kind=ref.kind, name=name)
        if isinstance(ref, Meets):
            dimension = Dimension("meets", ref)
        else:
            dimension = _dimension(ref if isinstance(ref, TimeBucket) else _field_of(ref, together.scope.workspace), together)
        if dimension.ref in [each.ref for each in found]:
            continue
        counted = next((fact for fact in together.facts if fact.metric == dimension.name), None)
        if counted is not None and isinstance(counted.measure.metric, Distinct):
            raise request_error("bad_request", f"'{dimension.name}' is counted and grouped by at once", field=dimension.name)
        found.append(Dimension(_free(dimension.name, dimension.ref, taken | {each.name for each in found}), dimension.ref))
    return tuple(found)


def _field_of(ref: Field | Tag, workspace: Workspace) -> Field:
    """A tag is a field of its entity's profile."""
    return ref if isinstance(ref, Field) else Field(name=tag_field(workspace, ref))


def _free(name: str, ref: Field | TimeBucket | Meets | Key | str, taken: set[str]) -> str:
    longer = [ref.name.replace(".", "_")] if isinstance(ref, Field) else []
    longer += [f"{ref.field.replace('.', '_')}_{ref.grain}"] if isinstance(ref, TimeBucket) and ref.field else []
    known = {each.casefold() for each in taken}
    return next((each for each in (name, *longer) if each.casefold() not in known), free_name(name, taken))


def _dimension(ref: Field | TimeBucket, together: Together) -> Dimension:
    if isinstance(ref, TimeBucket):
        if ref.field is None:
            return Dimension(ref.grain, ref)
        together.reached_by_all(ref.field)
        return Dimension(f"{ref.field.replace('.', '_')}_{ref.grain}", ref)
    found = together.reached_by_all(ref.name)
    if found.field.type not in DIMENSION_TYPES:
        raise request_error(
            "wrong_value", f"'{ref.name}' is a number; group by a category or by time", field=ref.name, type=found.field.type
        )
    if found.field.type == "time":
        return Dimension("date", TimeBucket(grain="date", field=ref.name))
    return Dimension(found.field.name, ref)


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


def today(workspace: Workspace, last_days: tuple[date, ...], clock: date) -> date:
    """What "today" means: the workspace's fixed date, the clock, or the last day of its data."""
    as_of = workspace.workspace.as_of
    if isinstance(as_of, date):
        return as_of
    return clock if as_of == "today" or not last_days else max(last_days)
