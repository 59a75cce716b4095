"""The only function that names a physical table. Row conditions and hidden fields of the viewer's grant are applied here."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from semantic_layer.compiler.plan import Scope
from semantic_layer.conditions import AnyCondition
from semantic_layer.errors import request_error
from semantic_layer.expressions import scalar
from semantic_layer.model.datasets import Dataset
from semantic_layer.reach import Join, Reached, reach

CATALOG = "facts"


def relation(name: str, scope: Scope, alias: str) -> exp.Expr:
    """A dataset as something to select from, with what the viewer may not see taken out.

    Raises:
        RequestError: `dataset_denied` where the grant has no part in it, `not_loaded` where its table has no data yet,
            `kind_not_compiled` for a derived dataset.
    """
    dataset = dataset_of(name, scope)
    if name in scope.grant.denied:
        raise request_error("dataset_denied", f"role '{scope.grant.role}' may not ask dataset '{name}'", dataset=name)
    if dataset.derived is not None:
        raise request_error("kind_not_compiled", f"derived datasets ('{name}') are not computed yet", dataset=name)
    if dataset.table not in scope.version.tables:
        raise request_error(
            "not_loaded", f"the table '{dataset.table}' is not loaded", f"huaxiang data load {dataset.table}", dataset=name
        )
    table = exp.table_(exp.to_identifier(dataset.table, quoted=_quoted(dataset.table)), db=CATALOG)
    condition: AnyCondition | None = scope.grant.rows.get(name)
    if condition is None:
        return exp.alias_(table, alias, table=True, quoted=_quoted(alias))
    inner = Sources(name, scope, granted=False)
    from semantic_layer.compiler.condition_sql import condition_sql

    where = condition_sql(condition, name, inner)
    select = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier(name, quoted=_quoted(name))))
    select = select.from_(exp.alias_(table, name, table=True, quoted=_quoted(name)))
    select = inner.joined(select).where(where)
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=_quoted(alias))))


def dataset_of(name: str, scope: Scope) -> Dataset:
    dataset = scope.workspace.dataset(name)
    if dataset is None:
        raise request_error("unknown_field", f"there is no dataset '{name}'", dataset=name)
    return dataset


def _quoted(name: str) -> bool:
    """Plain lower-case names read better without quotes; all others need them."""
    return not (name.isidentifier() and name.isascii() and name == name.lower())


def column(name: str, table: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=_quoted(name)), table=exp.to_identifier(table, quoted=_quoted(table)))


@dataclass
class Sources:
    """What one SELECT reads: its dataset, and the joins that its fields turned out to need.

    Args:
        granted: False only inside a row condition, which must see what it decides upon.
    """

    dataset: str
    scope: Scope
    granted: bool = True
    joins: dict[str, Join] = field(default_factory=dict[str, Join])

    def field_sql(self, name: str) -> exp.Expr:
        """A field's SQL; remembers the joins it needs.

        Raises:
            RequestError: it cannot be reached, or the viewer may not see it.
        """
        return self.reached_sql(self.reached(name))

    def reached(self, name: str) -> Reached:
        found = reach(self.scope.workspace, self.dataset, name)
        if self.granted:
            check_visible(found, self.scope)
        return found

    def reached_sql(self, found: Reached) -> exp.Expr:
        for join in found.joins:
            self.joins[join.alias] = join
        if found.field.stored or found.field.expr is None:
            return column(found.field.name, found.alias)
        return scalar(found.field.expr, found.alias)

    def from_clause(self, select: exp.Select) -> exp.Select:
        base = relation(self.dataset, self.scope, self.dataset)
        return self.joined(select.from_(base))

    def joined(self, select: exp.Select) -> exp.Select:
        for join in self.joins.values():
            target = relation(join.dataset, self.scope, join.alias) if self.granted else self._ungranted(join)
            on = exp.and_(
                *(
                    exp.EQ(this=column(key, join.source), expression=column(other, join.alias))
                    for key, other in zip(join.keys, join.columns, strict=True)
                )
            )
            select = select.join(target, on=on, join_type="left")
        return select

    def _ungranted(self, join: Join) -> exp.Expr:
        table = dataset_of(join.dataset, self.scope).table
        return exp.alias_(exp.table_(exp.to_identifier(table, quoted=_quoted(table)), db=CATALOG), join.alias, table=True)


def check_visible(found: Reached, scope: Scope) -> None:
    """Raises RequestError `field_hidden` or `dataset_denied` where the grant does not show a field."""
    if scope.grant.hides(found.dataset.name, found.field.name):
        raise request_error("field_hidden", f"role '{scope.grant.role}' may not see '{found.field.name}'", field=found.field.name)
    for name in (found.dataset.name, *(join.dataset for join in found.joins)):
        if name in scope.grant.denied:
            raise request_error("dataset_denied", f"role '{scope.grant.role}' may not ask dataset '{name}'", dataset=name)
