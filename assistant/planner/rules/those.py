"""Those whom an answer counted, as a condition that another question can put to them."""

from __future__ import annotations

from semantic_layer.calendar import Span
from semantic_layer.conditions import (
    And,
    AnyCondition,
    Compare,
    Did,
    EntityMetric,
    Field,
    Not,
    Or,
    Range,
    all_of,
    parts_of,
    refs_of,
    unit_refs,
)
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import Between, EachPeriod, SinglePeriod
from semantic_layer.reach import home_dataset
from semantic_layer.requests import MetricQuery


def days_of_last(workspace: Workspace, last: MetricQuery) -> SinglePeriod:
    """The days that an answer was about."""
    period = last.period if not isinstance(last.period, EachPeriod) else None
    return period or workspace.workspace.default_period  # pyright: ignore[reportReturnType]


def those_counted(workspace: Workspace, entity: str, last: MetricQuery, all_days: Span | None = None) -> AnyCondition | None:
    """Rows that the answer left out are left out of what each one must have done.

    Args:
        all_days: Those of the data, where the figure is asked of days of its own: they are none of those in which was counted.
    """
    asked = days_of_last(workspace, last)
    own = [part for part in parts_of(last.where) if any(unit_refs(part))]
    rows = [part for part in parts_of(last.where) if part not in own]
    described = [part for part in rows if described_of(workspace, part, entity)]
    dataset = base_datasets(workspace, last.metrics[0])[0]
    found = workspace.dataset(dataset)
    timed = found is not None and found.time is not None
    period = asked if timed or (not isinstance(last.period, EachPeriod) and last.period is not None) else None
    if period is None and all_days is not None:
        period = Between(start=all_days.start, end=all_days.end)
    met = all_of(tuple(part for part in rows if part not in described))
    did = Did(entity=entity, dataset=dataset, where=met, period=period)
    return all_of((did, *described, *(with_days(part, asked) for part in own)))


def described_of(workspace: Workspace, part: AnyCondition, entity: str) -> bool:
    """Whether a condition describes those of an entity themselves, and not the rows of what they did."""
    homes = {home.name for home in workspace.homes_of(entity)}
    names = [ref.name for ref in refs_of(part) if isinstance(ref, Field)]
    found = [home_dataset(workspace, name) for name in names]
    return bool(names) and all(home is not None and home.name in homes for home in found)


def with_days(condition: AnyCondition, days: SinglePeriod) -> AnyCondition:
    """The condition with days of its own where it went by those of the question."""
    match condition:
        case And(of=parts):
            return And(of=tuple(with_days(part, days) for part in parts))
        case Or(of=parts):
            return Or(of=tuple(with_days(part, days) for part in parts))
        case Not(of=part):
            return Not(of=with_days(part, days))
        case Did(period=None):
            return condition.model_copy(update={"period": days})
        case Compare(left=EntityMetric(period=None)) | Range(left=EntityMetric(period=None)):
            return condition.model_copy(update={"left": condition.left.model_copy(update={"period": days})})
        case _:
            return condition
