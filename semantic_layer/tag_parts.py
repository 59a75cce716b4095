"""What tags and segments are told from: other tags and segments, figures over windows, deeds, fields of the entity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from semantic_layer.conditions import (
    And,
    AnyCondition,
    Compare,
    Did,
    EntityMetric,
    Field,
    In,
    InSegment,
    IsNull,
    Not,
    Or,
    Range,
    Scaled,
    Tag,
    sequences_in,
    unit_refs,
)
from semantic_layer.expressions import ExpressionError, columns_in, named_columns, tables_in
from semantic_layer.frozen import Frozen
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.datasets import Schedule
from semantic_layer.model.metrics import Aggregate
from semantic_layer.model.profiles import day_of_profile
from semantic_layer.model.tags import (
    AnyTag,
    AttributeTag,
    MetricTag,
    OccurrenceTag,
    PreferenceTag,
    RankTag,
    RuleTag,
    Segment,
    SequenceTag,
    SqlTag,
)
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import LastN, SinglePeriod

Item = AnyTag | Segment
DAYS_OF = {"day": 1, "week": 7, "month": 31, "quarter": 92, "half": 184, "year": 366, "fiscal_quarter": 92, "fiscal_year": 366}
"""At the most."""


def mentioned(value: Any) -> Iterator[Tag | InSegment]:
    """Tags and segments anywhere in a request, in reading order."""
    if isinstance(value, Tag | InSegment):
        yield value
    elif isinstance(value, Frozen):
        for name in type(value).model_fields:
            yield from mentioned(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from mentioned(each)


def days_mentioned(value: Any) -> frozenset[date]:
    """The days as of which a request names tags, segments and profiles, where it names any."""
    days = [each.as_of for each in mentioned(value)]
    days += [day_of_profile(name.rpartition(".")[0]) for name in getattr(value, "metrics", ())]
    return frozenset(day for day in days if isinstance(day, date))


def item(workspace: Workspace, name: str) -> Item | None:
    """A tag or a segment; they share one space of names."""
    return workspace.tag(name) or workspace.segment(name)


def schedule_of(workspace: Workspace, found: Item) -> Schedule:
    """How often a tag or a segment is due: as it says itself, else as its entity does."""
    entity = workspace.entity(found.entity)
    return found.refresh or (entity.refresh if entity is not None else "daily")


def told_from(found: Item) -> Iterator[str]:
    """The tags and segments that one is told from directly."""
    for condition in conditions_of(found):
        yield from named_in(condition)
    if isinstance(found, RankTag):
        yield found.rank.of


def conditions_of(found: Item) -> Iterator[AnyCondition]:
    """The conditions of a definition."""
    match found:
        case Segment(rule=rule):
            yield rule
        case RuleTag(rules=rules):
            yield from (rule.when for rule in rules if rule.when is not None)
        case AttributeTag(condition=condition) if condition is not None:
            yield condition
        case _:
            return


def named_in(condition: AnyCondition | None) -> Iterator[str]:
    """The tags and segments that a condition names, in reading order."""
    match condition:
        case And(of=parts) | Or(of=parts):
            for part in parts:
                yield from named_in(part)
        case Not(of=part):
            yield from named_in(part)
        case InSegment(name=name):
            yield name
        case Compare(left=left, right=right):
            for side in (left, right):
                inner = side.ref if isinstance(side, Scaled) else side
                if isinstance(inner, Tag):
                    yield inner.name
        case In(left=Tag(name=name)) | Range(left=Tag(name=name)) | IsNull(left=Tag(name=name)):
            yield name
        case _:
            return


def segments_in(value: Any) -> Iterator[InSegment]:
    """The segments that a condition names, at any depth."""
    return (each for each in mentioned(value) if isinstance(each, InSegment))


def all_of(workspace: Workspace, name: str) -> tuple[Item, ...]:
    """A tag or a segment and all that it is told from, each once; names that nothing has are left out."""
    found: dict[str, Item] = {}
    waiting = [name]
    while waiting:
        one = item(workspace, waiting.pop(0))
        if one is not None and one.name not in found:
            found[one.name] = one
            waiting += told_from(one)
    return tuple(found.values())


def fields_of(workspace: Workspace, found: Item) -> Iterator[str]:
    """The fields that one names itself, also those that pick the rows which it counts."""
    waiting: list[Any] = [found]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, Field):
            yield value.name
        elif isinstance(value, Frozen):
            waiting += [getattr(value, name) for name in type(value).model_fields]
        elif isinstance(value, tuple):
            waiting += value
    if isinstance(found, SqlTag):
        yield from _fields_in(workspace, found.sql)


def _fields_in(workspace: Workspace, select: str) -> Iterator[str]:
    """The fields of datasets that a SELECT reads, by their own names or by the columns that they are made of."""
    named = named_columns(select)
    for name in _tables_of(select):
        dataset = workspace.dataset(name)
        for field in dataset.fields if dataset is not None else ():
            if field.name in named or (field.expr is not None and columns_in(field.expr) & named):
                yield f"{name}.{field.name}"


def _tables_of(select: str) -> list[str]:
    try:
        return sorted(tables_in(select))
    except ExpressionError:
        return []


def figures_of(found: Item) -> Iterator[tuple[str, SinglePeriod | None]]:
    """The metrics that one counts itself, each with its days."""
    for condition in conditions_of(found):
        yield from ((unit.metric, unit.period) for unit in unit_refs(condition) if isinstance(unit, EntityMetric))
    match found:
        case MetricTag(measure=asked):
            yield asked.metric, LastN(n=asked.window.days, unit="day") if asked.window is not None else None
        case PreferenceTag(preference=asked):
            yield asked.metric, LastN(n=asked.window.days, unit="day") if asked.window is not None else None
        case _:
            return


def datasets_of(workspace: Workspace, found: Item) -> tuple[str, ...]:
    """The datasets whose rows one counts itself."""
    names = [name for metric, _ in figures_of(found) for name in base_datasets(workspace, metric)]
    names += [unit.dataset for each in conditions_of(found) for unit in unit_refs(each) if isinstance(unit, Did)]
    if isinstance(found, OccurrenceTag):
        names.append(found.occurrence.dataset)
    names += [step.dataset for each in conditions_of(found) for asked in sequences_in(each) for step in asked.steps]
    if isinstance(found, SequenceTag):
        names += [step.dataset for step in found.sequence.steps]
    if isinstance(found, SqlTag):
        names += _tables_of(found.sql)
    return tuple(dict.fromkeys(names))


def days_back(found: Item) -> int:
    """How many days one looks back itself; 0 where it counts all days."""
    periods = [period for _, period in figures_of(found)]
    periods += [unit.period for each in conditions_of(found) for unit in unit_refs(each) if isinstance(unit, Did)]
    return max((_length(period) for period in periods), default=0)


def _length(period: SinglePeriod | None) -> int:
    return (period.n + period.skip) * DAYS_OF[period.unit] if isinstance(period, LastN) else 0


def population(entity: str, workspace: Workspace) -> str:
    """The dataset whose rows make someone known: that of the entity's own count, else the first that has its key."""
    described = workspace.entity(entity)
    counting = workspace.metric(described.count or "") if described is not None else None
    if isinstance(counting, Aggregate):
        return counting.dataset
    return next(each.name for each in workspace.datasets if entity in each.entities)
