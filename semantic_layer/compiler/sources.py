"""What one SELECT reads: a dataset, the joins that its fields need, and helpers that stand before the statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.measures import distinct
from semantic_layer.compiler.naming import column, free_name, is_quoted
from semantic_layer.compiler.plan import Scope
from semantic_layer.compiler.time_sql import bucket
from semantic_layer.expressions import scalar
from semantic_layer.model.datasets import Dataset
from semantic_layer.model.metrics import Distinct
from semantic_layer.model.profiles import ProfileDataset
from semantic_layer.reach import Join, Reached, reach, reach_key

Built = Mapping[str, exp.Query]
"""Queries by their names, each after those that it reads."""


class Helpers:
    """The named queries that stand before a statement. What is the same is written once.

    Args:
        reserved: Names that others have.
        parameters: The values of parameters in this request.
    """

    def __init__(self, *reserved: str, parameters: Mapping[str, float | str] | None = None) -> None:
        self._names: dict[str, str] = {}
        self._taken = set(reserved)
        self._queries: dict[str, exp.Query | Late] = {}
        self._needed: dict[str, set[str]] = {}
        self.parameters: Mapping[str, float | str] = parameters or {}

    def apart(self) -> Helpers:
        """Helpers with names that these do not have, which know nothing of what was added here."""
        return Helpers(*self._taken, *self._queries, parameters=self.parameters)

    def known(self, key: str) -> str | None:
        """The name of what was added under a key."""
        return self._names.get(key)

    def add(self, key: str, name: str, query: exp.Query) -> str:
        """Adds a query; the name under which it stands, since another one may have its name already."""
        return self._added(key, name, query)

    def later(self, key: str, name: str, query: Late) -> str:
        """Adds a query that is made when it is known which of its columns are read; the name under which it stands."""
        return self._added(key, name, query)

    def _added(self, key: str, name: str, query: exp.Query | Late) -> str:
        free = free_name(name, (*self._taken, *self._queries))
        self._names[key], self._queries[free] = free, query
        return free

    def read(self, key: str, column: str) -> None:
        """Says that a column is read of what is made later under a key."""
        self._needed.setdefault(key, set()).add(column)

    def queries(self) -> Built:
        """All of them, once the statement is known."""
        keys = {name: key for key, name in self._names.items()}
        found: dict[str, exp.Query] = {}
        for name, query in self._queries.items():
            if isinstance(query, exp.Query):
                found[name] = query
                continue
            own = Helpers(*self._taken, *self._queries, *found, parameters=self.parameters)
            made = query(own, frozenset(self._needed.get(keys[name], ())))
            found |= {**own.queries(), name: made}
        return found

    def before(self, select: exp.Select) -> exp.Select:
        """A statement after its helpers."""
        for name, query in self.queries().items():
            select = build.with_query(select, name, query)
        return select


Late = Callable[[Helpers, frozenset[str]], exp.Query]
"""Makes a query of helpers of its own, which stand before it, and of the columns that are read."""


class Beside(NamedTuple):
    """A helper that is joined: at most one of its rows for each row, none where there is none."""

    helper: str
    alias: str
    on: tuple[exp.Expr, ...]


@dataclass
class Sources:
    """What one SELECT reads: its dataset, and the joins that its fields and conditions turned out to need.

    Args:
        dataset: Its name, or a dataset that only this SELECT knows.
        granted: False only inside a row condition, which must see what it decides upon.
    """

    dataset: str | Dataset
    scope: Scope
    helpers: Helpers
    granted: bool = True
    joins: dict[str, Join] = field(default_factory=dict[str, Join])
    beside: dict[str, Beside] = field(default_factory=dict[str, Beside])

    @property
    def name(self) -> str:
        return self.dataset if isinstance(self.dataset, str) else self.dataset.name

    # ---- columns ----------------------------------------------------------------------------------------------------------

    def field_sql(self, name: str) -> exp.Expr:
        """A field's SQL; remembers the joins it needs.

        Raises:
            RequestError: it cannot be reached, or the viewer may not see it.
        """
        return self.reached_sql(self.reached(name))

    def reached(self, name: str) -> Reached:
        from semantic_layer.compiler.relation import check_visible

        found = reach(self.scope.workspace, self.dataset, name)
        if self.granted:
            check_visible(found, self.scope)
        return found

    def reached_sql(self, found: Reached) -> exp.Expr:
        self._join(found.joins)
        if isinstance(found.dataset, ProfileDataset):
            self.helpers.read(found.dataset.name, found.field.name)
        if found.field.stored or found.field.expr is None:
            return column(found.field.name, found.alias)
        return scalar(found.field.expr, found.alias)

    def key_sql(self, entity: str) -> list[exp.Expr]:
        """The key columns of an entity that the rows belong to.

        Raises:
            RequestError: they belong to none.
        """
        from semantic_layer.compiler.relation import check_key_usable

        found = reach_key(self.scope.workspace, self.dataset, entity)
        if self.granted:
            check_key_usable(found, self.scope)
        self._join(found.joins)
        return [column(each, found.alias) for each in found.columns]

    def _join(self, joins: tuple[Join, ...]) -> None:
        for join in joins:
            self.joins[join.alias] = join

    # ---- helpers beside ---------------------------------------------------------------------------------------------------

    def put_beside(self, key: str, helper: str) -> str:
        """Joins a helper; the alias by which its columns are known here. `on` says how."""
        if key not in self.beside:
            taken = {each.alias for each in self.beside.values()} | set(self.joins) | {self.name}
            alias = free_name(helper, taken)
            self.beside[key] = Beside(helper, alias, ())
        return self.beside[key].alias

    def on(self, key: str, *conditions: exp.Expr) -> None:
        """How a helper that was put beside is joined."""
        self.beside[key] = self.beside[key]._replace(on=conditions)

    # ---- FROM -------------------------------------------------------------------------------------------------------------

    def from_clause(self, select: exp.Select, *crossed: exp.Expr) -> exp.Select:
        """FROM with everything that is joined.

        Args:
            crossed: Small tables, each row of which meets each row of the dataset.
        """
        from semantic_layer.compiler.relation import relation, ungranted

        if not isinstance(self.dataset, str):
            source: exp.Expr | str = self.name
        elif self.granted:
            source = relation(self.name, self.scope, self.name, self.helpers, own=True)
        else:
            source = ungranted(self.name, self.scope, self.name, self.helpers)
        return self.joined(build.from_(select, source), *crossed)

    def joined(self, select: exp.Select, *crossed: exp.Expr) -> exp.Select:
        from semantic_layer.compiler.relation import relation, ungranted

        for join in self.joins.values():
            joining = relation if self.granted else ungranted
            target = joining(join.dataset, self.scope, join.alias, self.helpers)
            pairs = zip(join.keys, join.columns, strict=True)
            on = build.and_(
                *(exp.EQ(this=column(key, join.source), expression=column(other, join.alias)) for key, other in pairs)
            )
            select = build.join(select, target, "left", on)
        for table in crossed:
            select = build.join(select, table, "cross")
        for each in self.beside.values():
            target = exp.to_table(each.helper)
            if each.alias != each.helper:
                target = exp.alias_(target, each.alias, table=True, quoted=is_quoted(each.alias), copy=False)
            select = build.join(select, target, "left", build.and_(*each.on))
        return select


def different_sql(metric: Distinct, sources: Sources) -> exp.Expr:
    """How many different values of a field, or buckets of a time, the rows have, or to how many entities they belong."""
    if metric.distinct.entity is not None:
        return distinct(sources.key_sql(metric.distinct.entity))
    value, grain = sources.field_sql(metric.distinct.field), metric.distinct.grain
    conventions = sources.scope.workspace.workspace.conventions
    return distinct([value if grain is None else bucket(value, grain, conventions)])
