"""Who is new: the first time of each entity, beside the rows that belong to it or counted by itself."""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.grouped import Grouped
from semantic_layer.compiler.measures import known_keys
from semantic_layer.compiler.naming import column, free_name, identifier, is_known
from semantic_layer.compiler.sources import Sources
from semantic_layer.conditions import AnyCondition
from semantic_layer.model.datasets import Dataset, Field
from semantic_layer.model.metrics import NewEntities
from semantic_layer.requests import canonical


class FirstTimes(NamedTuple):
    """The helper with the first time of each entity, of all its rows in a dataset."""

    name: str
    keys: tuple[str, ...]
    time: str


def first_times(entity: str, sources: Sources, where: AnyCondition | None = None) -> FirstTimes:
    """The helper of an entity; it has those alone whom the rows know.

    Args:
        where: Which rows; by default all.
    """
    from semantic_layer.compiler.condition_sql import condition_sql

    workspace = sources.scope.workspace
    key = f"first|{sources.name}|{entity}|{sources.granted}|{canonical(where) if where is not None else ''}"
    names = known_keys(workspace, sources.dataset, entity)
    first = free_name("first_time", names)
    name = sources.helpers.known(key)
    if name is None:
        inner = Sources(sources.dataset, sources.scope, sources.helpers, sources.granted)
        key_sql = inner.key_sql(entity)
        own = [build.alias(sql, identifier(each)) for sql, each in zip(key_sql, names, strict=True)]
        dataset = workspace.dataset(sources.name)
        assert dataset is not None and dataset.time is not None
        select = build.select(*own, build.alias(exp.Min(this=inner.field_sql(dataset.time)), first))
        rows = [] if where is None else [condition_sql(where, sources.name, inner, dataset.time)]
        select = build.where(inner.from_clause(select), *(is_known(each) for each in key_sql), *rows)
        name = sources.helpers.add(key, f"first_{sources.name}", build.group_by(select, [each.this for each in own]))
    return FirstTimes(name, names, first)


def first_time(entity: str, sources: Sources, time: exp.Expr) -> exp.Expr:
    """Whether a row is one of the first of its entity, of all rows of the dataset: all rows of the earliest time are.

    Args:
        time: The time of the row.
    """
    return exp.EQ(this=time, expression=beside_rows(first_times(entity, sources), entity, sources))


def beside_rows(first: FirstTimes, entity: str, sources: Sources) -> exp.Expr:
    """The first time of the entity that a row belongs to; the helper is joined here."""
    key = f"{first.name}|{entity}"
    alias = sources.put_beside(key, first.name)
    pairs = zip(sources.key_sql(entity), first.keys, strict=True)
    sources.on(key, *(exp.EQ(this=left, expression=column(right, alias)) for left, right in pairs))
    return column(first.time, alias)


def first_rows(of: Grouped) -> exp.Select:
    """Those who are new, by their first times: each is there once."""
    measure = of.group.measures[0]
    assert isinstance(measure.metric, NewEntities) and of.group.time is not None
    entity, time = measure.metric.new_entities.entity, of.sources.reached(of.group.time).field
    first = first_times(entity, of.sources)
    at = Field(name=time.name, type=time.type, expr=first.time)
    one = of.over(Dataset(name=first.name, grain=first.keys, entities={entity: first.keys}, time=time.name, fields=(at,)))
    return one.select(one.dimensions(), [build.alias(exp.Count(this=exp.Star()), measure.column)], one.conditions())
