"""Pass 4. Each group becomes one SELECT: its dataset, the joins that its fields need, the days, the measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler.entities import converted, repeated
from semantic_layer.compiler.first_times import first_rows
from semantic_layer.compiler.grouped import Grouped
from semantic_layer.compiler.plan import Kind, LogicalPlan
from semantic_layer.compiler.retention import retained
from semantic_layer.compiler.rows import rows
from semantic_layer.compiler.sources import Helpers
from semantic_layer.compiler.stocks import stock
from semantic_layer.compiler.trailing import adds_up, by_day


def aggregate(plan: LogicalPlan) -> LogicalPlan:
    reserved = plan.scope.workspace.stored_names
    helpers = Helpers(*reserved, *(group.name for group in plan.groups), "periods", "buckets", parameters=plan.request.parameters)
    made = [Grouped(plan, group, helpers) for group in plan.groups]
    selects = tuple(SELECTS[each.group.kind](each) for each in made)
    joined = tuple(dict.fromkeys(name for each in made for name in each.joined))
    return replace(plan, selects=selects, helpers=tuple(helpers.queries().items()), joined=joined)


def _rows(of: Grouped) -> exp.Select:
    return by_day(of) if adds_up(of) else rows(of)


SELECTS: dict[Kind, Callable[[Grouped], exp.Select]] = {
    "rows": _rows,
    "first": first_rows,
    "stock": stock,
    "repeat": repeated,
    "retention": retained,
    "conversion": converted,
}
