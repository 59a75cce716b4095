"""Pass 5. The groups are put side by side on their dimensions: nothing lost, nothing multiplied.

One group alone needs no join: its SELECT becomes the statement itself, so that simple questions read as simple SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from semantic_layer.calendar import UNITS, Span, unit_of
from semantic_layer.compiler import build
from semantic_layer.compiler.measures import periods
from semantic_layer.compiler.naming import column
from semantic_layer.compiler.plan import Group, LogicalPlan, Variant
from semantic_layer.compiler.time_sql import series

SERIES = "buckets"


@dataclass(frozen=True)
class Combined:
    """The source of the final SELECT, and where its dimensions and measures are found.

    Attributes:
        select: FROM and everything below it; no projections yet.
        dimensions: SQL of each dimension by name.
        measures: SQL of each measure by variant and column.
    """

    select: exp.Select
    dimensions: dict[str, exp.Expr]
    measures: dict[tuple[Variant, str], exp.Expr]


def combine(plan: LogicalPlan) -> LogicalPlan:
    """Keeps the tree with its raw columns; `derive` turns them into the result's."""
    combined = _combined(plan)
    named = [build.alias(sql, name) for name, sql in combined.dimensions.items()]
    named += [build.alias(sql, f"{variant}.{name}") for (variant, name), sql in combined.measures.items()]
    return replace(plan, tree=build.with_columns(combined.select, named))


def _combined(plan: LogicalPlan) -> Combined:
    filled = _filled_series(plan)
    if len(plan.groups) == 1 and filled is None:
        return _alone(plan.groups[0], _with(plan.selects[0], plan))
    tree = _with(build.select(), plan)
    for group, select in zip(plan.groups, plan.selects, strict=True):
        tree = build.with_query(tree, group.name, select)
    dimensions: dict[str, exp.Expr] = {}
    measures: dict[tuple[Variant, str], exp.Expr] = {}
    if filled is not None:
        tree = build.from_(build.with_query(tree, SERIES, filled), SERIES)
        dimensions |= {each.name: column(each.name, SERIES) for each in plan.dimensions}
    for group in plan.groups:
        tree = _joined(tree, group, dimensions, first=not dimensions and not measures, outer=filled is None)
        for measure in _names(plan, group):
            measures[group.variant, measure] = column(measure, group.name)
    return Combined(tree, {each.name: dimensions[each.name] for each in plan.dimensions}, measures)


def _with(select: exp.Select, plan: LogicalPlan) -> exp.Select:
    """The statement after its helpers."""
    for name, query in plan.helpers:
        select = build.with_query(select, name, query)
    return select


def _alone(group: Group, select: exp.Select) -> Combined:
    named = {each.alias_or_name: each.this if isinstance(each, exp.Alias) else each for each in select.expressions}
    dimensions = {each.name: named[each.name] for each in group.dimensions}
    measures: dict[tuple[Variant, str], exp.Expr] = {
        (group.variant, name): sql for name, sql in named.items() if name not in dimensions
    }
    return Combined(select, dimensions, measures)


def _names(plan: LogicalPlan, group: Group) -> list[str]:
    select = plan.selects[plan.groups.index(group)]
    dimensions = {each.name for each in group.dimensions}
    return [each.alias_or_name for each in select.expressions if each.alias_or_name not in dimensions]


def _joined(tree: exp.Select, group: Group, dimensions: dict[str, exp.Expr], first: bool, outer: bool) -> exp.Select:
    """Adds one group; `dimensions` is brought up to date with where each dimension is now found."""
    own = {each.name: column(each.name, group.name) for each in group.dimensions}
    if first:
        dimensions.update(own)
        return build.from_(tree, group.name)
    shared = [name for name in own if name in dimensions]
    if not shared:
        return build.join(tree, group.name, "cross")
    on = build.and_(*(exp.NullSafeEQ(this=dimensions[name].copy(), expression=own[name]) for name in shared))
    full = outer and group.variant != "whole"
    tree = build.join(tree, group.name, "full" if full else "left", on)
    if full:
        for name in shared:
            dimensions[name] = exp.Coalesce(this=dimensions[name], expressions=[own[name].copy()])
    return tree


def _filled_series(plan: LogicalPlan) -> exp.Select | None:
    """Every bucket of a series by time alone, or every named period."""
    if not plan.is_filled:
        return None
    dimension = plan.series
    if dimension is None:
        days = {"period": "first_day", "period_end": "last_day"}
        shown = [build.alias(column(days[str(each.ref)], "periods"), each.name) for each in plan.dimensions]
        return build.from_(build.select(*shown), periods(plan.spans))
    span = plan.spans[0]
    inside = span.clip(plan.covered) if plan.covered else span
    first = first_of_bucket(plan, inside.start, dimension.grain or "date")
    return series(Span(first, inside.end), dimension.grain or "date", dimension.name, first)


def first_of_bucket(plan: LogicalPlan, day: date, grain: str) -> date:
    """The first day of the bucket that holds a day."""
    return unit_of(day, UNITS[grain], plan.scope.workspace.workspace.conventions).start
