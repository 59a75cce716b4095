"""Rates of entities: who came again within a period, who came back in the next one, who went on from one thing to another."""

from __future__ import annotations

from datetime import timedelta

from sqlglot import exp

from semantic_layer.calendar import UNITS, Span, unit_of
from semantic_layer.compiler import build
from semantic_layer.compiler.condition_sql import condition_sql
from semantic_layer.compiler.days import period_before
from semantic_layer.compiler.grouped import Dimensions, Grouped
from semantic_layer.compiler.measures import aggregate_sql, distinct, known_keys, named_aggregate
from semantic_layer.compiler.naming import column, identifier, is_known
from semantic_layer.compiler.neutral import AddDays
from semantic_layer.compiler.plan import Dimension
from semantic_layer.compiler.sources import Sources
from semantic_layer.compiler.time_sql import day, day_of, flat_and, in_days, in_span
from semantic_layer.conditions import AnyCondition, Grain
from semantic_layer.errors import request_error
from semantic_layer.model.metrics import Conversion, Repeat, Retention


def _column_of(of: Grouped, part: str) -> str:
    """The name of the figure of a rate; one that is not asked for has none."""
    return next((each.column for each in of.group.measures if each.part == part), part)


def _filter(of: Grouped) -> AnyCondition | None:
    return of.group.measures[0].where


def _keys(of: Grouped, entity: str, sources: Sources) -> list[tuple[str, exp.Expr]]:
    """The key columns of an entity by their names, apart from those of dimensions."""
    names = known_keys(of.plan.scope.workspace, of.group.dataset, entity)
    return [
        (of.apart(f"key_{name}" if len(names) > 1 else f"{entity}_key"), sql)
        for name, sql in zip(names, sources.key_sql(entity), strict=True)
    ]


def _known(keys: list[tuple[str, exp.Expr]]) -> list[exp.Expr]:
    return [is_known(sql) for _, sql in keys]


def _sizes(of: Grouped, entity: str, part: exp.Expr, whole: exp.Expr) -> list[exp.Expr]:
    """How many the figures are about, where the viewer sees no small groups."""
    minimum = of.plan.scope.grant.minimum_group
    if minimum is None:
        return []
    if minimum.entity != entity:
        what = f"role '{of.plan.scope.grant.role}' sees no small groups of '{minimum.entity}', which are not counted here"
        raise request_error("role_not_available", what, role=of.plan.scope.grant.role)
    return [build.alias(whole.copy(), of.size_name), build.alias(part.copy(), f"{of.size_name}_part")]


# ---- came again ---------------------------------------------------------------------------------------------------------


def repeated(of: Grouped) -> exp.Select:
    """Each entity's own figure in each group, then how many of them reached the count."""
    metric = of.group.measures[0].metric
    assert isinstance(metric, Repeat)
    counted = named_aggregate(metric.repeat.metric, of.plan.scope.workspace)
    dimensions, keys = of.dimensions(), _keys(of, metric.repeat.entity, of.sources)
    conditions = [*of.conditions(), *_known(keys)]
    conditions += [of.condition(each) for each in (_filter(of), counted.where) if each is not None]
    figure = build.alias(aggregate_sql(counted, of.group.dataset), of.apart("figure"))
    columns = [*(build.alias(sql, identifier(name)) for name, sql in keys), figure]
    inner = of.select(dimensions, columns, conditions, grouped=False)
    inner = build.group_by(inner, [sql for _, sql in [*dimensions, *keys]])
    name = of.helpers.add(f"repeated {of.group.name}", f"each_{metric.repeat.entity}", inner)
    enough = exp.GTE(this=column(of.apart("figure"), name), expression=exp.Literal.number(metric.repeat.at_least))
    part = exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=enough))
    whole = exp.Count(this=exp.Star())
    return _counted(of, metric.repeat.entity, name, part, whole)


def _counted(of: Grouped, entity: str, name: str, part: exp.Expr, whole: exp.Expr) -> exp.Select:
    """Two counts by group over a helper."""
    groups = [column(each.name, name) for each in of.group.dimensions]
    figures = [build.alias(part, _column_of(of, "part")), build.alias(whole, _column_of(of, "whole"))]
    select = build.from_(build.select(*groups, *figures, *_sizes(of, entity, part, whole)), name)
    return build.group_by(select, groups)


# ---- came back ----------------------------------------------------------------------------------------------------------


def retained(of: Grouped) -> exp.Select:
    """Who was there in the period before, beside who is there in this one: by entity and group."""
    metric = of.group.measures[0].metric
    assert isinstance(metric, Retention)
    if of.group.window is not None:
        raise request_error("kind_not_compiled", f"'{metric.name}' goes by periods, not by trailing days", name=metric.name)
    if of.group.time is None:
        raise request_error(
            "no_time", f"dataset '{of.group.dataset}' has no time of its own", dataset=of.group.dataset, metrics=[metric.name]
        )
    entity = metric.retention.entity
    before = of.helpers.add(f"before {of.group.name}", "before", _active(of, metric, earlier=True))
    here = of.helpers.add(f"here {of.group.name}", "here", _active(of, metric, earlier=False))
    keys = [name for name, _ in _keys(of, entity, Sources(of.group.dataset, of.plan.scope, of.helpers))]
    groups = [column(each.name, before) for each in of.group.dimensions]
    on = [exp.EQ(this=column(name, here), expression=column(name, before)) for name in keys]
    on += [exp.NullSafeEQ(this=column(each.name, here), expression=column(each.name, before)) for each in of.group.dimensions]
    part, whole = exp.Count(this=column(keys[0], here)), exp.Count(this=exp.Star())
    figures = [build.alias(part, _column_of(of, "part")), build.alias(whole, _column_of(of, "whole"))]
    select = build.from_(build.select(*groups, *figures, *_sizes(of, entity, part, whole)), before)
    select = build.join(select, here, "left", build.and_(*on))
    return build.group_by(select, groups)


def _active(of: Grouped, metric: Retention, earlier: bool) -> exp.Select:
    """Entities with a row in each group: of the asked days, or of the periods before them, by the period that follows."""
    one = Grouped(of.plan, of.group, of.helpers)
    keys = _keys(one, metric.retention.entity, one.sources)
    conditions = _known(keys)
    conditions += [one.condition(each) for each in (of.group.where, _filter(of)) if each is not None]
    dimensions: Dimensions = []
    crossed: list[exp.Expr] = []
    if len(of.group.spans) > 1:
        crossed.append(_periods(one, earlier))
        conditions += [in_days(one.time_sql(), one.is_moment(), column("first", "spans"), column("last", "spans"))]
    else:
        asked = next(iter(of.group.spans))
        conditions.append(in_span(one.time_sql(), one.is_moment(), _before(one, asked) if earlier else asked))
    for each in of.group.dimensions:
        dimensions.append((each, _period_or_group(one, each, earlier)))
    shown = [build.alias(sql, each.name, quoted=False) for each, sql in dimensions]
    shown += [build.alias(sql, identifier(name)) for name, sql in keys]
    select = build.select(*shown).distinct(copy=False)
    return build.where(one.sources.from_clause(select, *crossed), flat_and(conditions))


def _before(of: Grouped, span: Span) -> Span:
    """The period before some days; of a series the whole buckets before those that hold them."""
    if of.series is not None and of.series.grain is not None:
        return _buckets_before(of, span, of.series.grain)
    return period_before(of.plan, span, compared=of.group.variant == "previous")


def _buckets_before(of: Grouped, span: Span, grain: Grain) -> Span:
    unit, conventions = UNITS[grain], of.plan.scope.workspace.workspace.conventions
    first, last = (unit_of(day, unit, conventions).start for day in span)
    return Span(unit_of(first - timedelta(days=1), unit, conventions).start, last - timedelta(days=1))


def _periods(of: Grouped, earlier: bool) -> exp.Expr:
    rows: list[exp.Expr] = []
    for span in dict.fromkeys(of.group.spans):
        days = _before(of, span) if earlier else span
        rows.append(exp.Tuple(expressions=[day(each) for each in (*span, *days)]))
    names = ("first_day", "last_day", "first", "last")
    columns = [exp.to_identifier(name) for name in names]
    return exp.Values(expressions=rows, alias=exp.TableAlias(this=exp.to_identifier("spans"), columns=columns))


def _period_or_group(one: Grouped, dimension: Dimension, earlier: bool) -> exp.Expr:
    if isinstance(dimension.ref, str):
        return column("first_day" if dimension.ref == "period" else "last_day", "spans")
    return one.dimension_sql(dimension, follows=earlier)


# ---- went on ------------------------------------------------------------------------------------------------------------


def converted(of: Grouped) -> exp.Select:
    """Entities that did the second thing within some days of the first, by the groups of the first."""
    metric = of.group.measures[0].metric
    assert isinstance(metric, Conversion)
    workspace, conversion = of.plan.scope.workspace, metric.conversion
    base = named_aggregate(conversion.base, workspace)
    dimensions, keys = of.dimensions(), _keys(of, conversion.entity, of.sources)
    conditions = [*of.conditions(), *_known(keys)]
    conditions += [of.condition(each) for each in (_filter(of), base.where) if each is not None]
    started = of.select(
        dimensions,
        [*(build.alias(sql, identifier(name)) for name, sql in keys), build.alias(of.time_sql(), of.apart("started_at"))],
        conditions,
        grouped=False,
    )
    first = of.helpers.add(f"started {of.group.name}", "started", started)
    second, later = _then(of, metric, [name for name, _ in keys])
    moments = (of.is_moment(), later)
    begun, done = column(of.apart("started_at"), first), column("done_at", second)
    from_day, to_day = day_of(begun, moments[0]), day_of(done, moments[1])
    end = AddDays(this=from_day.copy(), days=conversion.within_days)
    on: list[exp.Expr] = [exp.EQ(this=column(name, second), expression=column(name, first)) for name, _ in keys]
    on.append(exp.Between(this=to_day, low=from_day, high=end))
    if all(moments):
        on.append(exp.GTE(this=done.copy(), expression=begun.copy()))
    groups = [column(each.name, first) for each in of.group.dimensions]
    figure = distinct([column(name, first) for name, _ in keys])
    shown = [build.alias(figure, _column_of(of, "part")), *_conversion_sizes(of, conversion.entity, figure)]
    select = build.from_(build.select(*groups, *shown), first)
    select = build.join(select, second, "inner", build.and_(*on))
    return build.group_by(select, groups)


def _conversion_sizes(of: Grouped, entity: str, figure: exp.Expr) -> list[exp.Expr]:
    return _sizes(of, entity, figure, figure)[:1]


def _then(of: Grouped, metric: Conversion, keys: list[str]) -> tuple[str, bool]:
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
