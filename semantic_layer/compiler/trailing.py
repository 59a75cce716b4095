"""Trailing days, taken up day by day: what adds up is aggregated once for each day, and each window takes up its days.

A row counts in as many windows as hold its day. Where days are few beside rows, holding days against windows costs next to
nothing. What does not add up, as different values do not, is aggregated from the rows of each window.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.calendar import Span
from semantic_layer.compiler import build
from semantic_layer.compiler.arithmetic import or_null
from semantic_layer.compiler.grouped import Grouped
from semantic_layer.compiler.naming import column, free_name, identifier
from semantic_layer.compiler.plan import Group, Measure
from semantic_layer.compiler.rows import measure_sql
from semantic_layer.compiler.time_sql import day_of, flat_and, in_span
from semantic_layer.compiler.windows import WINDOWS, days_within
from semantic_layer.model.metrics import Aggregate, NewEntities

ADDED: dict[str, type[exp.AggFunc]] = {"sum": exp.Sum, "count": exp.Sum, "min": exp.Min, "max": exp.Max}
"""How the aggregates of days become that of all of them."""
Columns = dict[Measure, str]
"""The columns of what is aggregated by day, whatever a figure is called after that."""


def adds_up(of: Grouped) -> bool:
    """Whether the figures of trailing days can be told from those of single days."""
    return of.trails and of.group.time is not None and _all_add_up(of.group) and of.minimum_keys() is None


def _all_add_up(group: Group) -> bool:
    return all(_adds_up(part) for measure in group.measures for part in _parts(measure))


def _adds_up(measure: Measure) -> bool:
    """An entity is new on one day only, so that those who are new add up as well."""
    metric = measure.metric
    return isinstance(metric, NewEntities) or (isinstance(metric, Aggregate) and metric.agg in ADDED)


def by_day(of: Grouped) -> exp.Select:
    """The figures of each window, from those of its days."""
    alike = _alike(of)
    columns = _columns(of, alike)
    key = f"by day {alike[0].name}"
    name = of.helpers.known(key) or of.helpers.add(key, f"{of.group.dataset}_by_day", _days(of, alike, columns))
    dimensions = [(each, of.dimension_sql(each) if of.is_cell(each) else column(each.name, name)) for each in of.group.dimensions]
    figures = [build.alias(_taken_up(each, columns, name), each.column) for each in of.group.measures]
    select = build.select(*(build.alias(sql, each.name, quoted=False) for each, sql in dimensions), *figures)
    select = build.from_(select, name)
    for table in of.crossed():
        select = build.join(select, table, "cross")
    first, last = (column(each, WINDOWS) for each in ("first_day", "last_day"))
    held = exp.Between(this=column(of.apart("day"), name), low=first, high=last)
    select = build.where(select, flat_and([held, *of.without_leap_days()]))
    return build.group_by(select, [sql for _, sql in dimensions])


def _alike(of: Grouped) -> list[Group]:
    """The groups that differ in their windows and figures alone: their rows are read once."""

    def bare(group: Group) -> Group:
        return replace(group, measures=(), name="", window=None)

    trailing = [each for each in of.plan.groups if each.window is not None and _all_add_up(each)]
    return [each for each in trailing if bare(each) == bare(of.group)]


def _parts(measure: Measure) -> tuple[Measure, ...]:
    """What is aggregated by day for a measure, by whatever it is called: of a mean the sum and the count."""
    metric, bare = measure.metric, replace(measure, column="", window=None)
    if not isinstance(metric, Aggregate) or metric.agg != "mean":
        return (bare,)
    changes = ({"agg": agg, "name": f"{metric.name}_{agg}"} for agg in ("sum", "count"))
    return tuple(replace(bare, metric=metric.model_copy(update=change)) for change in changes)


def _columns(of: Grouped, alike: list[Group]) -> Columns:
    found: Columns = {}
    taken = [of.apart("day"), *(each.name for each in of.group.dimensions)]
    for part in (part for group in alike for measure in group.measures for part in _parts(measure)):
        if part not in found:
            found[part] = free_name(part.metric.name, (*taken, *found.values()))
    return found


def _days(of: Grouped, alike: list[Group], columns: Columns) -> exp.Select:
    """The rows of all days that the windows hold, by day and by what is grouped by besides."""
    spans = [days_within(of.plan, each, of.series) for each in alike]
    span = Span(min(each.start for each in spans), max(each.end for each in spans))
    time, is_moment = of.time_sql(), of.is_moment()
    dimensions = of.dimensions([each for each in of.group.dimensions if not of.is_cell(each)])
    figures = [build.alias(measure_sql(part, of), identifier(name)) for part, name in columns.items()]
    conditions = [of.condition(of.group.where)] if of.group.where is not None else []
    conditions.append(in_span(time.copy(), is_moment, span))
    day = day_of(time, is_moment)
    shown = [build.alias(day, of.apart("day")), *(build.alias(sql, each.name, quoted=False) for each, sql in dimensions)]
    select = of.sources.from_clause(build.select(*shown, *figures))
    return build.group_by(build.where(select, flat_and(conditions)), [day, *(sql for _, sql in dimensions)])


def _taken_up(measure: Measure, columns: Columns, days: str) -> exp.Expr:
    """A measure over the days of a window."""
    found: list[exp.Expr] = []
    for part in _parts(measure):
        how = ADDED[part.metric.agg] if isinstance(part.metric, Aggregate) else exp.Sum
        found.append(how(this=column(columns[part], days)))
    return found[0] if len(found) == 1 else exp.Div(this=found[0], expression=or_null(found[1]))
