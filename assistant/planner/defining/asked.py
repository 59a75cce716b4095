"""A condition that no form of its own reads, read as a question about how many there are: its rows become deeds."""

from __future__ import annotations

from assistant.planner.defining.slots import describes
from assistant.planner.outcome import Outcome, Plan
from semantic_layer.conditions import (
    And,
    AnyCondition,
    Compare,
    Did,
    EntityMetric,
    Field,
    In,
    IsNull,
    Not,
    Or,
    Range,
    Scaled,
    Tag,
    all_of,
    parts_of,
    refs_of,
    unit_refs,
)
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.profiles import profile_name
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import EachPeriod, SinglePeriod, WholeData
from semantic_layer.reach import home_dataset
from semantic_layer.requests import MetricQuery
from semantic_layer.tag_parts import population


def condition_of(outcome: Outcome, entity: str, workspace: Workspace) -> AnyCondition | None:
    """The condition on each one that a counted group goes by; None where the question asks more than that."""
    if not isinstance(outcome, Plan) or len(outcome.readings) != 1 or outcome.readings[0].get("kind") != "metric_query":
        return None
    request = MetricQuery.model_validate(outcome.readings[0])
    if request.by or request.compare or request.share_of or request.of_each or request.window or request.limit:
        return None
    dataset = _counted(request, entity, workspace)
    if dataset is None or isinstance(request.period, EachPeriod):
        return None
    days = None if isinstance(request.period, WholeData) else request.period
    own: list[AnyCondition] = []
    rows: list[AnyCondition] = []
    for part in parts_of(request.where):
        if isinstance(part, Not) and not isinstance(part.of, Did) and any(True for _ in unit_refs(part)):
            return None  # "not more than": which of the two is denied is for the forms of definitions to tell
        if _is_about(part, entity, workspace):
            own.append(_dated(part, days, entity, workspace))
        elif any(True for _ in unit_refs(part)) or any(isinstance(ref, Tag) for ref in refs_of(part)):
            return None
        elif isinstance(part, Not):
            return None  # "not on weekends": never on one, or on another day as well?
        else:
            rows.append(part)
    if rows or (days is not None and not any(True for part in own for _ in unit_refs(part))):
        own.append(Did(entity=entity, dataset=dataset, where=all_of(tuple(rows)), period=days))
    return all_of(tuple(own))


def owned_field(field: Field, entity: str, workspace: Workspace) -> Field:
    """A field that describes the entity, by the entity's name as definitions write it."""
    own = "." not in field.name and home_dataset(workspace, field.name) in workspace.declared_homes_of(entity)
    return Field(name=f"{entity}.{field.name}") if own else field


def owned_fields(condition: AnyCondition, entity: str, workspace: Workspace) -> AnyCondition:
    """A condition on what describes the entity, as definitions write it."""
    return _dated(condition, None, entity, workspace)


def _counted(request: MetricQuery, entity: str, workspace: Workspace) -> str | None:
    """The dataset in which the entity's own are counted; None where something else is."""
    described = workspace.entity(entity)
    if len(request.metrics) != 1 or described is None:
        return None
    if request.metrics[0] == f"{profile_name(entity)}.{entity}":
        return population(entity, workspace)
    if request.metrics[0] in (described.count, entity):
        datasets = base_datasets(workspace, request.metrics[0])
        return datasets[0] if len(datasets) == 1 else None
    return None


def _is_about(condition: AnyCondition, entity: str, workspace: Workspace) -> bool:
    for ref in refs_of(condition):
        inner = ref.ref if isinstance(ref, Scaled) else ref
        if isinstance(inner, Tag) or (isinstance(inner, EntityMetric) and inner.entity in (entity, None) and inner.rank is None):
            continue
        if not (isinstance(inner, Field) and describes(workspace, entity, inner.name)):
            return False
    return not any(isinstance(unit, Did) and unit.entity != entity for unit in unit_refs(condition))


def _dated(condition: AnyCondition, days: SinglePeriod | None, entity: str, workspace: Workspace) -> AnyCondition:
    """The condition as a definition says it: fields and figures of the entity itself, figures each with their own days."""

    def side(value: object) -> object:
        match value:
            case EntityMetric():
                return value.model_copy(update={"entity": None, "period": value.period or days})
            case Scaled(ref=ref):
                return value.model_copy(update={"ref": side(ref)})
            case Field():
                return owned_field(value, entity, workspace)
            case _:
                return value

    match condition:
        case And(of=parts) | Or(of=parts):
            return condition.model_copy(update={"of": tuple(_dated(part, days, entity, workspace) for part in parts)})
        case Not(of=part):
            return Not(of=_dated(part, days, entity, workspace))
        case Did(period=None, within=None):
            return condition.model_copy(update={"period": days})
        case Compare():
            return condition.model_copy(update={"left": side(condition.left), "right": side(condition.right)})
        case In() | Range() | IsNull():
            return condition.model_copy(update={"left": side(condition.left)})
        case _:
            return condition
