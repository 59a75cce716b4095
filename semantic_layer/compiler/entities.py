"""Rates of entities: who came again within a period, and who went on from one thing to another."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.by_entity import ByEntity, column_of, figures, known, own_filter, sizes
from semantic_layer.compiler.condition_sql import condition_sql
from semantic_layer.compiler.grouped import Grouped
from semantic_layer.compiler.measures import aggregate_sql, distinct, named_aggregate
from semantic_layer.compiler.naming import column, identifier, is_known
from semantic_layer.compiler.neutral import AddDays
from semantic_layer.compiler.sources import Sources
from semantic_layer.compiler.time_sql import day, day_of, flat_and
from semantic_layer.errors import request_error
from semantic_layer.model.metrics import Conversion, Repeat

# ---- came again ---------------------------------------------------------------------------------------------------------


def repeated(of: Grouped) -> exp.Select:
    """Each entity's own figure in each group, then how many of them reached the count."""
    metric = of.group.measures[0].metric
    assert isinstance(metric, Repeat)
    entity = metric.repeat.entity
    counted = named_aggregate(metric.repeat.metric, of.plan.scope.workspace)
    by = ByEntity(of, entity, f"each_{entity}")
    dimensions, keys = of.dimensions(by.own), by.key_sql(of.sources)
    conditions = [*of.conditions(), *known(keys)]
    conditions += [of.condition(each) for each in (own_filter(of), counted.where) if each is not None]
    figure = build.alias(aggregate_sql(counted, of.group.dataset), of.apart("figure"))
    columns = [*(build.alias(sql, identifier(name)) for name, sql in keys), figure]
    inner = of.select(dimensions, columns, conditions, grouped=False)
    inner = build.group_by(inner, [sql for _, sql in [*dimensions, *keys]])
    name = of.helpers.add(f"repeated {of.group.name}", by.alias, inner)
    enough = exp.GTE(this=by.column(of.apart("figure")), expression=exp.Literal.number(metric.repeat.at_least))
    part = exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=enough))
    shown = by.dimensions()
    select = by.select(name, shown, figures(of, entity, part, exp.Count(this=exp.Star())))
    return build.group_by(select, [sql for _, sql in shown])


# ---- went on ------------------------------------------------------------------------------------------------------------


def converted(of: Grouped) -> exp.Select:
    """Entities that did the second thing within some days of the first, by the groups of the first."""
    metric = of.group.measures[0].metric
    assert isinstance(metric, Conversion)
    workspace, conversion = of.plan.scope.workspace, metric.conversion
    base = named_aggregate(conversion.base, workspace)
    by = ByEntity(of, conversion.entity, "started")
    dimensions, keys = of.dimensions(by.own), by.key_sql(of.sources)
    conditions = [*of.conditions(), *known(keys)]
    conditions += [of.condition(each) for each in (own_filter(of), base.where) if each is not None]
    started = of.select(
        dimensions,
        [*(build.alias(sql, identifier(name)) for name, sql in keys), build.alias(of.time_sql(), of.apart("started_at"))],
        conditions,
        grouped=False,
    )
    first = of.helpers.add(f"started {of.group.name}", by.alias, started)
    second, later = _then(of, metric, by.keys)
    moments = (of.is_moment(), later)
    begun, done = by.column(of.apart("started_at")), column("done_at", second)
    from_day, to_day = day_of(begun, moments[0]), day_of(done, moments[1])
    end = AddDays(this=from_day.copy(), days=conversion.within_days)
    on: list[exp.Expr] = [exp.EQ(this=column(name, second), expression=by.column(name)) for name in by.keys]
    on.append(exp.Between(this=to_day, low=from_day, high=end))
    if all(moments):
        on.append(exp.GTE(this=done.copy(), expression=begun.copy()))
    shown = by.dimensions()
    figure = distinct([by.column(name) for name in by.keys])
    select = by.select(
        first, shown, [build.alias(figure, column_of(of, "part")), *_conversion_sizes(of, conversion.entity, figure)]
    )
    select = build.join(select, second, "inner", build.and_(*on))
    return build.group_by(select, [sql for _, sql in shown])


def _conversion_sizes(of: Grouped, entity: str, figure: exp.Expr) -> list[exp.Expr]:
    return sizes(of, entity, figure, figure)[:1]


def _then(of: Grouped, metric: Conversion, keys: tuple[str, ...]) -> tuple[str, bool]:
    """The rows of the second thing: key and time; whether the time is a moment."""
    scope, conversion = of.plan.scope, metric.conversion
    then = named_aggregate(conversion.then, scope.workspace)
    dataset = scope.workspace.dataset(then.dataset)
    time = then.time or (dataset.time if dataset is not None else None)
    if time is None:
        raise request_error(
            "no_time", f"dataset '{then.dataset}' has no time of its own", dataset=then.dataset, metrics=[metric.name]
        )
    sources = Sources(then.dataset, scope, of.helpers)
    key_sql = sources.key_sql(conversion.entity)
    found = sources.reached(time)
    at = sources.reached_sql(found)
    conditions = [is_known(each) for each in key_sql]
    conditions.append(exp.LTE(this=day_of(at.copy(), found.field.type == "time"), expression=day(scope.as_of)))
    if then.where is not None:
        conditions.append(condition_sql(then.where, then.dataset, sources, time))
    shown = [build.alias(sql, identifier(name)) for name, sql in zip(keys, key_sql, strict=True)]
    select = sources.from_clause(build.select(*shown, build.alias(at, "done_at")))
    select = build.where(select, flat_and(conditions))
    key = f"then {metric.name} {then.name}"
    name = of.helpers.known(key) or of.helpers.add(key, "done", select)
    return name, found.field.type == "time"
