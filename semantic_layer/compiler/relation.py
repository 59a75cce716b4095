"""The only module that names a physical table. Row conditions and hidden fields of the viewer's grant are applied here."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.naming import column, identifier, is_quoted, row
from semantic_layer.compiler.plan import Scope
from semantic_layer.compiler.sources import Helpers, Sources
from semantic_layer.compiler.time_sql import day, day_of
from semantic_layer.conditions import AnyCondition
from semantic_layer.errors import RequestError, request_error
from semantic_layer.expressions import parsed_select, scalar
from semantic_layer.model.datasets import Dataset
from semantic_layer.model.profiles import ProfileDataset, profile_name
from semantic_layer.model.tags import PredictiveTag
from semantic_layer.predictions import definition_of
from semantic_layer.reach import Join, Reached, ReachedKey, home_dataset, ways_to
from semantic_layer.tag_parts import all_of, datasets_of, fields_of

CATALOG, LISTS, PREDICTIONS = "facts", "lists", "predictions"


def relation(name: str, scope: Scope, alias: str, helpers: Helpers, own: bool = False) -> exp.Expr:
    """A dataset as something to select from, with what the viewer may not see taken out.

    Args:
        own: Of a dataset that describes entities and has no row condition keep those alone that the viewer's own rows are
            about. What a row is joined to needs no such check, because the row itself has passed it.

    Raises:
        RequestError: `dataset_denied` where the grant has no part in it, `not_loaded` where its table has no data yet.
    """
    dataset = dataset_of(name, scope)
    if name in scope.grant.denied:
        raise request_error("dataset_denied", f"role '{scope.grant.role}' may not ask dataset '{name}'", dataset=name)
    table = _table(dataset, scope, helpers, granted=True)
    condition: AnyCondition | None = scope.grant.rows.get(name)
    about_own = _about_own_rows(dataset, scope, helpers) if own and condition is None else []
    if condition is None and not about_own:
        return exp.alias_(table, alias, table=True, quoted=is_quoted(alias), copy=False)
    inner = Sources(name, scope, helpers, granted=False)
    from semantic_layer.compiler.condition_sql import condition_sql

    conditions = [condition_sql(condition, name, inner)] if condition is not None else []
    select = build.select(exp.Column(this=exp.Star(), table=identifier(name)))
    select = build.from_(select, exp.alias_(table, name, table=True, quoted=is_quoted(name), copy=False))
    select = build.where(inner.joined(select), *conditions, *about_own)
    return exp.Subquery(this=select, alias=exp.TableAlias(this=identifier(alias)))


def ungranted(name: str, scope: Scope, alias: str, helpers: Helpers) -> exp.Expr:
    """A dataset with all its rows; only for what a policy itself decides upon."""
    table = _table(dataset_of(name, scope), scope, helpers, granted=False)
    return exp.alias_(table, alias, table=True, quoted=is_quoted(alias), copy=False)


def list_table(name: str, scope: Scope) -> exp.Table:
    """The ids of an imported list.

    Raises:
        RequestError: `not_loaded`, it is not imported yet.
    """
    lists = scope.version.lists
    if lists is None or name not in lists.lists:
        fix = f"huaxiang segments import {name} FILE"
        raise request_error("not_loaded", f"the list '{name}' is not imported", fix, dataset=name)
    return exp.table_(identifier(name), db=LISTS)


def prediction_table(tag: PredictiveTag, scope: Scope) -> exp.Table:
    """What was predicted of each one as of the scope's day.

    Raises:
        RequestError: `not_predicted`, nobody has trained it on this data for the day; `no_prediction`, a training came to none.
    """
    made, day = scope.version.predictions, scope.as_of.isoformat()
    found = made.of(tag.name, scope.as_of, scope.version.id, definition_of(tag, scope.workspace)) if made is not None else None
    if found is None:
        what, command = f"'{tag.name}' was not predicted as of {day}", f"huaxiang tags refresh --as-of {day}"
        raise request_error("not_predicted", what, command, tag=tag.name, day=day, command=command)
    if found.why is not None:
        what = f"there is no prediction of '{tag.name}' as of {day}: {found.why}"
        told = found.quality.model_dump(exclude={"calibration"}) if found.quality is not None else {}
        parts = {"because": found.why, "has": found.has, "needs": found.needs, **told}
        known: dict[str, Any] = {key: value for key, value in parts.items() if value is not None}
        raise request_error("no_prediction", what, tag=tag.name, day=day, **known)
    return exp.table_(identifier(found.table), db=PREDICTIONS)


def _table(dataset: Dataset, scope: Scope, helpers: Helpers, granted: bool) -> exp.Table:
    """A dataset's own table; of a derived one the query that it is, over what the viewer may see of others."""
    if isinstance(dataset, ProfileDataset):
        from semantic_layer.compiler.profile import profile_table

        return exp.table_(identifier(profile_table(dataset, scope, helpers)))
    if dataset.derived is not None:
        return exp.table_(identifier(_derived(dataset, scope, helpers, granted)))
    if dataset.table not in scope.version.tables:
        fix = f"huaxiang data load {dataset.table}"
        raise request_error("not_loaded", f"the table '{dataset.table}' is not loaded", fix, dataset=dataset.name)
    return exp.table_(identifier(dataset.table), db=CATALOG)


def _derived(dataset: Dataset, scope: Scope, helpers: Helpers, granted: bool) -> str:
    """The helper that holds a derived dataset. Its SELECT names datasets, each of which stands for its relation."""
    assert dataset.derived is not None
    key = f"derived {dataset.name} {granted}"
    found = helpers.known(key)
    if found is not None:
        return found
    return helpers.add(key, dataset.name, over_datasets(parsed_select(dataset.derived), scope, helpers, granted))


def over_datasets(tree: exp.Query, scope: Scope, helpers: Helpers, granted: bool, so_far: bool = False) -> exp.Query:
    """An analyst's SELECT with the relation of each dataset that it names.

    Args:
        so_far: Only rows up to "today", of datasets that have a time.
    """
    inner = {each.alias for each in tree.find_all(exp.CTE)}
    columns = {each.name for each in tree.find_all(exp.Column)}
    for table in list(tree.find_all(exp.Table)):
        if table.name not in inner:
            source, alias = dataset_of(table.name, scope), table.alias or table.name
            base = relation(source.name, scope, alias, helpers) if granted else ungranted(source.name, scope, alias, helpers)
            table.replace(_source(source, alias, base, columns, scope.as_of if so_far else None))
    return tree


def _source(source: Dataset, alias: str, base: exp.Expr, columns: set[str], last: date | None) -> exp.Expr:
    """One dataset inside a SELECT, with those of its computed fields that are named there."""
    made = [each for each in source.fields if each.expr not in (None, each.name) and not each.stored and each.name in columns]
    time = source.field(source.time) if last is not None and source.time is not None else None
    if not made and time is None:
        return base
    fields = [build.alias(scalar(str(each.expr), alias), identifier(each.name)) for each in made]
    select = build.from_(build.select(exp.Column(this=exp.Star(), table=identifier(alias)), *fields), base)
    if time is not None and last is not None:
        at = column(time.name, alias) if time.stored or time.expr is None else scalar(time.expr, alias)
        select = build.where(select, exp.LTE(this=day_of(at, time.type == "time"), expression=day(last)))
    return exp.Subquery(this=select, alias=exp.TableAlias(this=identifier(alias)))


def _about_own_rows(dataset: Dataset, scope: Scope, helpers: Helpers) -> list[exp.Expr]:
    """Conditions that keep the entities which the viewer's rows of other datasets are about.

    Who sees some rows of the events alone must not see everybody in the list of those whom the events are about. Rows of
    any one dataset of events are enough; datasets that describe something narrow it each on its own.
    """
    workspace = scope.workspace
    events: list[exp.Expr] = []
    conditions: list[exp.Expr] = []
    for name in scope.grant.rows:
        other = workspace.dataset(name)
        if other is None or other.name == dataset.name or other.name in scope.grant.denied:
            continue
        ways = ways_to(workspace, name, dataset.name)
        open_ways = [joins for joins in ways if not any(join.dataset in scope.grant.denied for join in joins)]
        among = [_is_among(dataset, other, joins, scope, helpers) for joins in open_ways]
        if any(other in workspace.homes_of(entity) for entity in other.entities):
            conditions += _any_of(among)
        else:
            events += among
    return [*conditions, *_any_of(events)]


def _any_of(conditions: list[exp.Expr]) -> list[exp.Expr]:
    return [build.paren(build.or_(*conditions))] if len(conditions) > 1 else conditions


def _is_among(dataset: Dataset, other: Dataset, joins: tuple[Join, ...], scope: Scope, helpers: Helpers) -> exp.Expr:
    """Whether an entity's key stands in a row of another dataset that the viewer may see."""
    last = joins[-1]
    sources = Sources(other.name, scope, helpers, joins={join.alias: join for join in joins[:-1]})
    keys = row([column(key, last.source) for key in last.keys])
    seen = sources.joined(build.from_(build.select(keys), relation(other.name, scope, other.name, helpers)))
    return exp.In(this=row([column(key, dataset.name) for key in last.columns]), query=exp.Subquery(this=seen))


def dataset_of(name: str, scope: Scope) -> Dataset:
    dataset = scope.workspace.dataset(name)
    if dataset is None:
        raise request_error("unknown_field", f"there is no dataset '{name}'", dataset=name)
    return dataset


# ---- what the grant shows -------------------------------------------------------------------------------------------------


def check_visible(found: Reached, scope: Scope) -> None:
    """Raises RequestError `field_hidden` or `dataset_denied` where the grant does not show a field.

    An entity's key is the same value in every dataset on the way to it: hidden in one, it is hidden by all its names.
    """
    passed = (found.dataset.name, *(join.dataset for join in found.joins))
    named_by = (*(join.source for join in found.joins[:1]), *passed) if found.entity else passed[:1]
    if any(scope.grant.hides(name, found.field.name) for name in named_by):
        raise request_error("field_hidden", f"role '{scope.grant.role}' may not see '{found.field.name}'", field=found.field.name)
    _check_passed(passed, scope)
    if isinstance(found.dataset, ProfileDataset):
        _check_told_from(found.field.name, found.dataset.profile.entity, scope)


def _check_told_from(name: str, entity: str, scope: Scope) -> None:
    """A tag shows something of all that it is told from: what the grant hides of that, it hides of the tag."""
    workspace = scope.workspace
    for each in all_of(workspace, name):
        fields = [
            (home.name, field) for field in fields_of(workspace, each) if (home := home_dataset(workspace, field)) is not None
        ]
        hidden = [field for home, field in fields if scope.grant.hides(home, field.rpartition(".")[2])]
        if hidden or scope.grant.hides(profile_name(entity), each.name):
            raise request_error("field_hidden", f"role '{scope.grant.role}' may not see '{name}'", field=name)
        _check_passed((*(home for home, _ in fields), *datasets_of(workspace, each)), scope)


def check_key_usable(found: ReachedKey, scope: Scope) -> None:
    """Raises RequestError `dataset_denied` where the way to a key leads through a dataset that the grant has no part in.

    A hidden key may be counted and compared by: what the viewer must not see is a single one, shown or named.
    """
    _check_passed((found.dataset.name, *(join.dataset for join in found.joins)), scope)


def _check_passed(names: tuple[str, ...], scope: Scope) -> None:
    for name in names:
        if name in scope.grant.denied:
            raise request_error("dataset_denied", f"role '{scope.grant.role}' may not ask dataset '{name}'", dataset=name)


def is_visible(found: Reached, scope: Scope) -> bool:
    """Whether the grant shows a field."""
    try:
        check_visible(found, scope)
    except RequestError:
        return False
    return True
