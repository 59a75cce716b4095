"""Rows of the days that follow a first time of their entity, or a date of what they belong to."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler.first_times import beside_rows, first_times
from semantic_layer.compiler.neutral import AddDays
from semantic_layer.compiler.sources import Sources
from semantic_layer.compiler.time_sql import day_of
from semantic_layer.conditions import Within
from semantic_layer.errors import closest, no_time, request_error


def within_sql(within: Within, entity: str, time: str | None, sources: Sources) -> exp.Expr:
    """Whether a row is of these days. Null where there is no first time, or no date.

    Args:
        time: The field that the row's day goes by.

    Raises:
        RequestError: rows without a time, an unknown dataset, or what is no date.
    """
    if time is None:
        raise no_time(sources.name)
    found = sources.reached(time)
    own = day_of(sources.reached_sql(found), found.field.type == "time")
    first = within.is_after_first
    start = _first_day(within, entity, sources) if first else _date(within.after, sources)
    low = AddDays(this=start, days=1) if first else start
    return exp.Between(this=own, low=low, high=AddDays(this=start.copy(), days=within.days))


def _first_day(within: Within, entity: str, sources: Sources) -> exp.Expr:
    workspace = sources.scope.workspace
    name = within.dataset or sources.name
    dataset = workspace.dataset(name)
    if dataset is None:
        near = closest(name, [each.name for each in workspace.datasets])
        raise request_error("unknown_field", f"there is no dataset '{name}'", field=name, near=near)
    if dataset.time is None:
        raise no_time(name)
    rows = Sources(name, sources.scope, sources.helpers, sources.granted)
    first = beside_rows(first_times(entity, rows, within.where), entity, sources)
    field = rows.reached(dataset.time).field
    return day_of(first, field.type == "time")


def _date(name: str, sources: Sources) -> exp.Expr:
    found = sources.reached(name)
    if found.field.type not in ("date", "time"):
        raise request_error("bad_request", f"'{name}' is no date", field=name)
    return day_of(sources.reached_sql(found), found.field.type == "time")
