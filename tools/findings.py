"""What stands out in a result of a metric query, as codes with quantities."""

from __future__ import annotations

from typing import Any, NamedTuple

from semantic_layer.columns import UNKNOWN, Column
from semantic_layer.requests import MetricQuery
from tools.answer import Cell, Finding, Table

NAMED = 3
"""How many groups a sentence names at the most."""
FEW = 4
"""Results of so many rows are told row by row."""


def quantity(value: Cell, column: Column) -> dict[str, Any]:
    """A value with what is needed to write it."""
    return {"value": value, "column": column.name}


class Shown(NamedTuple):
    """What a result shows.

    Attributes:
        cut: How many groups there are in all, where the table does not hold every one of them.
    """

    table: Table
    totals: Table | None = None
    cut: int | None = None


def findings_of(shown: Shown, request: MetricQuery) -> tuple[Finding, ...]:
    """The findings of a result, most important first."""
    table, totals = shown.table, shown.totals
    dimensions = [column for column in table.columns if column.role == "dimension"]
    if not table.rows:
        return (Finding(code="empty"),)
    metrics = _figures(table, request)
    if not dimensions:
        return tuple(_single(table, metric) for metric in metrics)
    if shown.cut is not None:
        return tuple(found for metric in metrics[:3] for found in _of_cut(shown, dimensions, metric, request))
    if len(dimensions) == 1 and dimensions[0].type == "date" and dimensions[0].grain != "period":
        return tuple(_series(table, dimensions[0], metric, totals) for metric in metrics[:2])
    return tuple(_breakdown(table, dimensions, metric, request, totals) for metric in metrics[:3])


def _figures(table: Table, request: MetricQuery) -> tuple[str, ...]:
    """What is told of: the metrics, or each statistic of them, or each over its window."""
    if request.of_each is None and request.window is None:
        return tuple(name.replace(".", "_") for name in request.metrics)  # "visits.shop", the shops of one kind of rows
    return tuple(dict.fromkeys(column.metric for column in table.columns if column.role == "metric" and column.metric))


def _of_cut(shown: Shown, dimensions: list[Column], metric: str, request: MetricQuery) -> list[Finding]:
    """What is true of all groups though only the first are there: the first by the metric that orders them, or the total."""
    table, totals = shown.table, shown.totals
    if metric == _ordering_metric(request, dimensions, table):
        rows = [{"groups": _groups(dimensions, row), **_row(table, row, metric)} for row in table.rows[: NAMED + 1]]
        named = [row for row in rows if all(group["value"] != UNKNOWN for group in row["groups"])][:NAMED]
        parts = {"metric": metric, "count": shown.cut, "groups": [column.name for column in dimensions]}
        return [Finding(code="ranking", parts={**parts, "rows": named, "descending": _descending(request)})]
    if totals is not None and totals.rows:
        return [Finding(code="value", parts={"metric": metric, "value": _row(totals, totals.rows[0], metric)["value"]})]
    return []


def _ordering_metric(request: MetricQuery, dimensions: list[Column], table: Table) -> str | None:
    """The metric that the rows are ordered by; None where it is a dimension, or a change or share of a metric."""
    figures = _figures(table, request)
    if request.order:
        first = request.order[0]
        target = first.target
        if figures != request.metrics and target in request.metrics:
            target = figures[request.metrics.index(target) * (len(figures) // len(request.metrics))]
        return target if first.part == "value" and target in figures else None
    natural = any(column.grain is not None or column.ordered for column in dimensions)
    ranked = request.limit is not None and not any(column.grain for column in dimensions)
    return None if natural and not ranked else figures[0]


def _row(table: Table, row: tuple[Cell, ...], metric: str) -> dict[str, Any]:
    """One row's figures of one metric: value, and previous, change, growth, share where there are any."""
    found: dict[str, Any] = {}
    for column, cell in zip(table.columns, row, strict=True):
        if column.metric != metric:
            continue
        part = "previous" if column.name == f"{metric}_previous" else column.role
        found["value" if part == "metric" else part] = quantity(cell, column)
    return found


def _single(table: Table, metric: str) -> Finding:
    parts = _row(table, table.rows[0], metric)
    code = "compared" if "growth" in parts else "share" if "share" in parts else "value"
    return Finding(code=code, parts={"metric": metric, **parts})


def _groups(dimensions: list[Column], row: tuple[Cell, ...]) -> list[dict[str, Any]]:
    return [quantity(cell, column) for column, cell in zip(dimensions, row, strict=False)]


def _breakdown(table: Table, dimensions: list[Column], metric: str, request: MetricQuery, totals: Table | None) -> Finding:
    rows = [{"groups": _groups(dimensions, row), **_row(table, row, metric)} for row in table.rows]
    known = [row for row in rows if all(group["value"] != UNKNOWN for group in row["groups"])] or rows
    parts: dict[str, Any] = {"metric": metric, "count": len(rows), "groups": [column.name for column in dimensions]}
    if totals is not None and totals.rows and request.limit is None:
        parts["total"] = _row(totals, totals.rows[0], metric).get("value")
    if request.limit == 1 and len(rows) == 1:
        return Finding(code="winner", parts={**parts, "rows": rows, "descending": _descending(request)})
    if len(rows) <= FEW:
        return Finding(code="few_groups", parts={**parts, "rows": rows})
    if request.order or request.limit is not None:
        shown = rows[:NAMED] if len(rows) > 10 else rows[: max(NAMED, 5)]
        return Finding(code="ranking", parts={**parts, "rows": shown, "descending": _descending(request)})
    ordered = sorted(known, key=_value_of, reverse=True)
    return Finding(code="breakdown", parts={**parts, "rows": ordered[:NAMED], "lowest": ordered[-1]})


def _descending(request: MetricQuery) -> bool:
    return request.order[0].descending if request.order else True


def _value_of(row: dict[str, Any]) -> float:
    value = row["value"]["value"]
    return float("-inf") if value is None else float(value)


def _series(table: Table, time: Column, metric: str, totals: Table | None) -> Finding:
    column = table.column(metric)
    pairs = zip(table.cells(time.name), table.cells(metric), strict=True)
    points = [(at, value) for at, value in pairs if value is not None and at != UNKNOWN]
    if not points:
        return Finding(code="empty")
    high = max(points, key=lambda point: float(point[1] or 0))
    low = min(points, key=lambda point: float(point[1] or 0))
    first, last = points[0], points[-1]
    parts: dict[str, Any] = {
        "metric": metric,
        "count": len(table.rows),
        "grain": time.grain,
        "first": {"at": quantity(first[0], time), "value": quantity(first[1], column)},
        "last": {"at": quantity(last[0], time), "value": quantity(last[1], column)},
        "high": {"at": quantity(high[0], time), "value": quantity(high[1], column)},
        "low": {"at": quantity(low[0], time), "value": quantity(low[1], column)},
    }
    if totals is not None and totals.rows and column.additive:
        parts["total"] = _row(totals, totals.rows[0], metric).get("value")
    if len(table.rows) <= FEW:
        rows = [{"groups": [quantity(row[0], time)], **_row(table, row, metric)} for row in table.rows]
        return Finding(code="few_groups", parts={**parts, "rows": rows, "groups": [time.name]})
    return Finding(code="series", parts=parts)
