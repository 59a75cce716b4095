"""What each one prefers: the value with most of a metric, or the one that stands out against everyone's share."""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp

from semantic_layer.columns import UNKNOWN
from semantic_layer.compiler import build
from semantic_layer.compiler.measures import aggregate_sql
from semantic_layer.compiler.naming import column, identifier, is_known
from semantic_layer.compiler.plan import Scope
from semantic_layer.compiler.sources import Helpers, Sources
from semantic_layer.compiler.time_sql import bucket
from semantic_layer.compiler.units import ALL_DAYS, HelperRows, helper_of, whose_key_names
from semantic_layer.conditions import Field, TimeBucket
from semantic_layer.errors import request_error
from semantic_layer.model.metrics import Aggregate
from semantic_layer.model.tags import Preference, PreferenceTag
from semantic_layer.periods import LastN

VALUE, FIGURE, OWN, ALL, PLACE = "value", "figure", "own_total", "value_total", "place"


class Preferred(NamedTuple):
    """A helper with the preferred value of each one."""

    name: str
    keys: tuple[str, ...]
    value: str = VALUE


def preference(tag: PreferenceTag, entity: str, scope: Scope, helpers: Helpers) -> Preferred:
    """Adds the queries of a preference: each one's figure by value, then the value that ranks first.

    Raises:
        RequestError: a metric that is no plain aggregate, or a field that cannot be reached.
    """
    asked = tag.preference
    metric = scope.workspace.metric(asked.metric)
    if not isinstance(metric, Aggregate):
        what = f"tag '{tag.name}': '{asked.metric}' is no plain aggregate"
        raise request_error("kind_not_compiled", what, name=tag.name, kind="preference")
    keys = whose_key_names(entity, metric.dataset, Sources(metric.dataset, scope, Helpers(), granted=False))
    figures = _figures(asked, metric, entity, keys, scope, helpers)
    by_value = helpers.add(f"by value {tag.name}", f"{entity}_by_{_told(asked)}", figures)
    source = _with_totals(by_value, keys, tag, entity, helpers) if asked.over_index else by_value
    return Preferred(helpers.add(f"preferred {tag.name}", f"{entity}_{tag.name}", _first(asked, source, keys)), keys)


def _told(asked: Preference) -> str:
    return (asked.by.grain if isinstance(asked.by, TimeBucket) else str(getattr(asked.by, "name", "value"))).replace(".", "_")


def _figures(
    asked: Preference, metric: Aggregate, entity: str, keys: tuple[str, ...], scope: Scope, helpers: Helpers
) -> exp.Query:
    """Each one's figure for each value that it has."""
    sources = Sources(metric.dataset, scope, helpers, granted=False)
    dataset = scope.workspace.dataset(metric.dataset)
    time = metric.time or (dataset.time if dataset is not None else None)
    period = LastN(n=asked.window.days, unit="day") if asked.window is not None else None
    helper = helper_of(metric.dataset, entity, time, period, (metric.where,), ALL_DAYS, scope)
    rows = HelperRows(sources, helper)
    value = _value(asked, sources, time, scope)
    key_sql = [build.alias(sql, identifier(key)) for sql, key in zip(sources.key_sql(entity), keys, strict=True)]
    groups = [*key_sql, build.alias(value, VALUE)]
    figure = build.alias(aggregate_sql(metric, metric.dataset), FIGURE)
    return rows.statement(*groups, figure, grouped=groups)


def _value(asked: Preference, sources: Sources, time: str | None, scope: Scope) -> exp.Expr:
    if isinstance(asked.by, Field):
        sql: exp.Expr = sources.field_sql(asked.by.name)
    elif isinstance(asked.by, TimeBucket) and time is not None:
        sql = bucket(sources.field_sql(asked.by.field or time), asked.by.grain, scope.workspace.workspace.conventions)
    else:
        raise request_error("kind_not_compiled", "a preference is by a field or by time", kind="preference", name=asked.metric)
    if not asked.buckets:
        return sql
    arms = [
        exp.If(
            this=exp.In(this=sql.copy(), expressions=[exp.Literal.number(each) for each in values]),
            true=exp.Literal.string(name),
        )
        for name, values in asked.buckets
    ]
    return exp.Case(ifs=arms)


def _with_totals(by_value: str, keys: tuple[str, ...], tag: PreferenceTag, entity: str, helpers: Helpers) -> str:
    """Beside each figure the total of that one, and everyone's total of that value."""
    figure = column(FIGURE, by_value)
    own = exp.Window(this=exp.Sum(this=figure), partition_by=[column(key, by_value) for key in keys], over="OVER")
    everyone = exp.Window(this=exp.Sum(this=figure.copy()), partition_by=[column(VALUE, by_value)], over="OVER")
    shown = [column(key, by_value) for key in (*keys, VALUE, FIGURE)]
    select = build.select(*shown, build.alias(own, OWN), build.alias(everyone, ALL))
    return helpers.add(f"totals {tag.name}", f"{by_value}_with_totals", build.from_(select, by_value))


def _first(asked: Preference, source: str, keys: tuple[str, ...]) -> exp.Query:
    """The value that ranks first; ties go to the earlier bucket, or to the one that sorts first."""
    value, figure = column(VALUE, source), column(FIGURE, source)
    conditions: list[exp.Expr] = [is_known(value)]
    excluded = [*asked.exclude] if UNKNOWN in asked.exclude or asked.buckets else [*asked.exclude, UNKNOWN]
    if excluded:
        listed = [exp.Literal.string(str(each)) for each in excluded]
        conditions.append(exp.Not(this=exp.In(this=value.copy(), expressions=listed)))
    if asked.over_index:
        least = exp.Mul(this=exp.Literal.number(asked.min_share), expression=column(OWN, source))
        conditions.append(exp.GT(this=figure.copy(), expression=exp.Literal.number(0)))
        conditions.append(exp.GTE(this=figure.copy(), expression=least))
        figure = exp.Div(this=figure, expression=exp.Nullif(this=column(ALL, source), expression=exp.Literal.number(0)))
    order = [exp.Ordered(this=figure.copy(), desc=True, nulls_first=False)]
    order.append(exp.Ordered(this=_tie(asked, value), nulls_first=False))
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(key, source) for key in keys],
        order=exp.Order(expressions=order),
        over="OVER",
    )
    select = build.from_(build.select(*(column(key, source) for key in keys), value.copy()), source)
    select = build.where(select, *conditions)
    select.set("qualify", exp.Qualify(this=exp.EQ(this=place, expression=exp.Literal.number(1))))
    return select


def _tie(asked: Preference, value: exp.Expr) -> exp.Expr:
    if not asked.buckets:
        return value.copy()
    arms = [
        exp.If(this=exp.EQ(this=value.copy(), expression=exp.Literal.string(name)), true=exp.Literal.number(number))
        for number, (name, _) in enumerate(asked.buckets, 1)
    ]
    return exp.Case(ifs=arms)
