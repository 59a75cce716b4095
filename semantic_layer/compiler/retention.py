"""Who came back: entities of the period before that are there in this one as well."""

from __future__ import annotations

from datetime import timedelta

from sqlglot import exp

from semantic_layer.calendar import UNITS, Span, unit_of
from semantic_layer.compiler import build
from semantic_layer.compiler.by_entity import ByEntity, aliased, figures, known, own_filter
from semantic_layer.compiler.days import period_before
from semantic_layer.compiler.grouped import Dimensions, Grouped
from semantic_layer.compiler.naming import column, free_name, identifier
from semantic_layer.compiler.plan import Dimension
from semantic_layer.compiler.time_sql import day, flat_and, in_days, in_span, shift_bucket
from semantic_layer.conditions import Grain, TimeBucket
from semantic_layer.errors import request_error
from semantic_layer.model.metrics import Retention


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
    by = ByEntity(of, metric.retention.entity, "before")
    buckets = _whole_buckets(of)
    if buckets is not None:
        first = second = of.helpers.add(f"active {of.group.name}", "active", _active(by, buckets))
    else:
        first, second = (
            of.helpers.add(f"{name} {of.group.name}", name, _active(by, earlier=earlier))
            for name, earlier in ((by.alias, True), ("here", False))
        )
    dimensions: Dimensions = [
        (each, of.where_compared(each, _following(each, sql)) if of.is_series(each) else sql) for each, sql in by.dimensions()
    ]
    here = free_name("here", (by.alias, *by.after.sources.joins))
    part, whole = exp.Count(this=column(by.keys[0], here)), exp.Count(this=exp.Star())
    select = by.select(first, dimensions, figures(of, by.entity, part, whole))
    select = build.join(select, aliased(second, here), "left", build.and_(*_came_back(by, here)))
    conditions = _with_a_next_one(by, buckets)
    if conditions:
        select = build.where(select, flat_and(conditions))
    return build.group_by(select, [sql for _, sql in dimensions])


def _following(series: Dimension, bucket: exp.Expr) -> exp.Expr:
    """The bucket after one."""
    assert series.grain is not None
    return shift_bucket(bucket, series.grain, years=False)


def _came_back(by: ByEntity, here: str) -> list[exp.Expr]:
    """The same entity in the same group, of a series in the bucket after."""
    on: list[exp.Expr] = [exp.EQ(this=column(name, here), expression=by.column(name)) for name in by.keys]
    for each in by.own:
        before, now = by.column(each.name), column(each.name, here)
        if by.of.is_series(each):
            on.append(exp.EQ(this=now, expression=_following(each, before)))
        else:
            on.append(exp.NullSafeEQ(this=now, expression=before))
    return on


def _with_a_next_one(by: ByEntity, buckets: Span | None) -> list[exp.Expr]:
    """Of the buckets those that are looked back to."""
    of, series = by.of, by.of.series
    if series is None or series.grain is None:
        return []
    found: list[exp.Expr] = []
    if buckets is not None:
        last = unit_of(buckets.end, UNITS[series.grain], of.plan.scope.workspace.workspace.conventions)
        found.append(exp.LT(this=by.column(series.name), expression=day(last.start)))
    return [*found, *of.without_leap_days(_following(series, by.column(series.name)))]


def _whole_buckets(of: Grouped) -> Span | None:
    """The days of a series' buckets and of the one before them, where they are asked from their first day on."""
    if of.series is None or of.series.grain is None or len(of.group.spans) > 1:
        return None
    span = next(iter(of.group.spans))
    first = unit_of(span.start, UNITS[of.series.grain], of.plan.scope.workspace.workspace.conventions).start
    return Span(_before(of, span).start, span.end) if span.start == first else None


def _active(by: ByEntity, days: Span | None = None, earlier: bool = False) -> exp.Select:
    """Entities with a row in each group: of some days, of the asked ones, or of the periods before them."""
    one = by.of.over(None)
    keys = by.key_sql(one.sources)
    conditions = known(keys)
    conditions += [one.condition(each) for each in (one.group.where, own_filter(one)) if each is not None]
    crossed: list[exp.Expr] = []
    if len(one.group.spans) > 1:
        crossed.append(_periods(one, earlier))
        conditions += [in_days(one.time_sql(), one.is_moment(), column("first", "spans"), column("last", "spans"))]
    else:
        asked = next(iter(one.group.spans))
        conditions.append(in_span(one.time_sql(), one.is_moment(), days or (_before(one, asked) if earlier else asked)))
    shown = [build.alias(_listed_as(one, each), each.name, quoted=False) for each in by.own]
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


def _listed_as(one: Grouped, dimension: Dimension) -> exp.Expr:
    """What a dimension is where entities are listed: of a series the row's own bucket."""
    if isinstance(dimension.ref, str):
        return column("first_day" if dimension.ref == "period" else "last_day", "spans")
    if one.is_series(dimension) and isinstance(dimension.ref, TimeBucket):
        return one.bucket_sql(dimension.ref)
    return one.dimension_sql(dimension)
