"""Rates are told from entities: what belongs to one is looked up by its key after its rows are, once and not for each row."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.grouped import Dimensions, Grouped
from semantic_layer.compiler.measures import known_keys
from semantic_layer.compiler.naming import column, is_known, is_quoted
from semantic_layer.compiler.plan import Dimension, Key
from semantic_layer.compiler.sources import Sources
from semantic_layer.conditions import AnyCondition, Field, Meets
from semantic_layer.errors import request_error
from semantic_layer.model.datasets import Dataset
from semantic_layer.reach import is_by_key


class ByEntity:
    """A group over a query that has entities and no more of their rows than is counted.

    Args:
        of: The group; its rows are those that are counted by entity.
        alias: What the query is called in the SELECT over it.

    Attributes:
        keys: The names of the key's columns in the query.
        own: The dimensions that are columns of the query: rows of one entity may differ in them.
    """

    def __init__(self, of: Grouped, entity: str, alias: str) -> None:
        self.of, self.entity, self.alias = of, entity, alias
        names = known_keys(of.plan.scope.workspace, of.group.dataset, entity)
        self.keys = tuple(of.apart(f"key_{name}" if len(names) > 1 else f"{entity}_key") for name in names)
        self._start = Dataset(name=alias, grain=self.keys, entities={entity: self.keys})
        self.after = of.over(self._start)
        self.own = [each for each in of.group.dimensions if not self._belongs(each)]

    def _belongs(self, dimension: Dimension) -> bool:
        """Whether a dimension is the entity's."""
        ref = dimension.ref
        if isinstance(ref, str | Key | Meets) or self.of.is_series(dimension):
            return False
        name = ref.name if isinstance(ref, Field) else ref.field
        dataset = self.of.group.dataset
        return name is not None and is_by_key(self.of.plan.scope.workspace, dataset, self.entity, self._start, name)

    def key_sql(self, sources: Sources) -> list[tuple[str, exp.Expr]]:
        """The key of a row by its columns' names in the query."""
        return list(zip(self.keys, sources.key_sql(self.entity), strict=True))

    def column(self, name: str) -> exp.Expr:
        """A column of the query."""
        return column(name, self.alias)

    def dimensions(self) -> Dimensions:
        """The group's dimensions over the query."""
        return [
            (each, self.column(each.name) if each in self.own else self.after.dimension_sql(each))
            for each in self.of.group.dimensions
        ]

    def select(self, query: str, dimensions: Dimensions, figures: list[exp.Expr]) -> exp.Select:
        """The SELECT over the query, with what is looked up by its keys; not grouped yet."""
        select = build.select(*(build.alias(sql, each.name, quoted=False) for each, sql in dimensions), *figures)
        return self.after.sources.joined(build.from_(select, aliased(query, self.alias)))


def aliased(query: str, alias: str) -> exp.Expr:
    """A query under the name that a SELECT knows it by."""
    table = exp.table_(query)
    return table if alias == query else exp.alias_(table, alias, table=True, quoted=is_quoted(alias), copy=False)


# ---- rates --------------------------------------------------------------------------------------------------------------


def column_of(of: Grouped, part: str) -> str:
    """The name of the figure of a rate; one that is not asked for has none."""
    return next((each.column for each in of.group.measures if each.part == part), part)


def own_filter(of: Grouped) -> AnyCondition | None:
    """The filter that comes with a rate."""
    return of.group.measures[0].where


def known(keys: list[tuple[str, exp.Expr]]) -> list[exp.Expr]:
    """Conditions that keep the rows of an entity."""
    return [is_known(sql) for _, sql in keys]


def sizes(of: Grouped, entity: str, part: exp.Expr, whole: exp.Expr) -> list[exp.Expr]:
    """How many the figures are about, where the viewer sees no small groups."""
    minimum = of.plan.scope.grant.minimum_group
    if minimum is None:
        return []
    if minimum.entity != entity:
        what = f"role '{of.plan.scope.grant.role}' sees no small groups of '{minimum.entity}', which are not counted here"
        raise request_error("role_not_available", what, role=of.plan.scope.grant.role)
    return [build.alias(whole.copy(), of.size_name), build.alias(part.copy(), f"{of.size_name}_part")]


def figures(of: Grouped, entity: str, part: exp.Expr, whole: exp.Expr) -> list[exp.Expr]:
    """The two figures of a rate, and how many they are about."""
    both = [build.alias(part, column_of(of, "part")), build.alias(whole, column_of(of, "whole"))]
    return [*both, *sizes(of, entity, part, whole)]
