"""The only function that names a physical table. Row conditions and hidden fields of the viewer's grant are applied here."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.plan import Scope
from semantic_layer.conditions import AnyCondition
from semantic_layer.errors import RequestError, request_error
from semantic_layer.expressions import scalar
from semantic_layer.model.datasets import Dataset
from semantic_layer.reach import Join, Reached, reach, way_to

CATALOG = "facts"


def relation(name: str, scope: Scope, alias: str, own: bool = False) -> exp.Expr:
    """A dataset as something to select from, with what the viewer may not see taken out.

    Args:
        own: Of a dataset that describes entities keep those alone that the viewer's own rows are about. What a row is
            joined to needs no such check, because the row itself has passed it.

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
    about_own = _about_own_rows(dataset, scope) if own else []
    if condition is None and not about_own:
        return exp.alias_(table, alias, table=True, quoted=_quoted(alias), copy=False)
    inner = Sources(name, scope, granted=False)
    from semantic_layer.compiler.condition_sql import condition_sql

    conditions = [condition_sql(condition, name, inner)] if condition is not None else []
    select = build.select(exp.Column(this=exp.Star(), table=exp.to_identifier(name, quoted=_quoted(name))))
    select = build.from_(select, exp.alias_(table, name, table=True, quoted=_quoted(name), copy=False))
    select = build.where(inner.joined(select), *conditions, *about_own)
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=_quoted(alias))))


def _about_own_rows(dataset: Dataset, scope: Scope) -> list[exp.Expr]:
    """Conditions that keep the entities which the viewer's rows of other datasets are about.

    Who sees some rows of the events alone must not see everybody in the list of those whom the events are about. Rows of
    any one dataset of events are enough; datasets that describe something narrow it each on its own.
    """
    workspace = scope.workspace
    events: list[exp.Expr] = []
    conditions: list[exp.Expr] = []
    for name in scope.grant.rows:
        other = workspace.dataset(name)
        joins = way_to(workspace, name, dataset.name)
        if other is None or other.name == dataset.name or other.name in scope.grant.denied or not joins:
            continue
        describes = any(other in workspace.homes_of(entity) for entity in other.entities)
        (conditions if describes else events).append(_is_among(dataset, other, joins, scope))
    if events:
        conditions.append(build.paren(build.or_(*events)) if len(events) > 1 else events[0])
    return conditions


def _is_among(dataset: Dataset, other: Dataset, joins: tuple[Join, ...], scope: Scope) -> exp.Expr:
    """Whether an entity's key stands in a row of another dataset that the viewer may see."""
    last = joins[-1]
    sources = Sources(other.name, scope, joins={join.alias: join for join in joins[:-1]})
    keys = _row([column(key, last.source) for key in last.keys])
    seen = sources.joined(build.from_(build.select(keys), relation(other.name, scope, other.name)))
    return exp.In(this=_row([column(key, dataset.name) for key in last.columns]), query=exp.Subquery(this=seen))


def _row(columns: list[exp.Expr]) -> exp.Expr:
    return columns[0] if len(columns) == 1 else exp.Tuple(expressions=columns)


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
        base = relation(self.dataset, self.scope, self.dataset, own=True)
        return self.joined(build.from_(select, base))

    def joined(self, select: exp.Select) -> exp.Select:
        for join in self.joins.values():
            target = relation(join.dataset, self.scope, join.alias) if self.granted else self._ungranted(join)
            on = build.and_(
                *(
                    exp.EQ(this=column(key, join.source), expression=column(other, join.alias))
                    for key, other in zip(join.keys, join.columns, strict=True)
                )
            )
            select = build.join(select, target, "left", on)
        return select

    def _ungranted(self, join: Join) -> exp.Expr:
        table = dataset_of(join.dataset, self.scope).table
        return exp.alias_(exp.table_(exp.to_identifier(table, quoted=_quoted(table)), db=CATALOG), join.alias, table=True)


def check_visible(found: Reached, scope: Scope) -> None:
    """Raises RequestError `field_hidden` or `dataset_denied` where the grant does not show a field.

    An entity's key is the same value in every dataset on the way to it: hidden in one, it is hidden by all its names.
    """
    passed = (found.dataset.name, *(join.dataset for join in found.joins))
    named_by = (*(join.source for join in found.joins[:1]), *passed) if found.entity else passed[:1]
    if any(scope.grant.hides(name, found.field.name) for name in named_by):
        raise request_error("field_hidden", f"role '{scope.grant.role}' may not see '{found.field.name}'", field=found.field.name)
    for name in passed:
        if name in scope.grant.denied:
            raise request_error("dataset_denied", f"role '{scope.grant.role}' may not ask dataset '{name}'", dataset=name)


def is_visible(found: Reached, scope: Scope) -> bool:
    """Whether the grant shows a field."""
    try:
        check_visible(found, scope)
    except RequestError:
        return False
    return True
