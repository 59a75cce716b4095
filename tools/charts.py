"""Which chart fits a result: a line for time, bars for categories, a big number for one value. Data, no drawing."""

from __future__ import annotations

from semantic_layer.columns import UNKNOWN, Column
from tools.answer import Cell, ChartSpec, Table

MOST_VALUES = 4
"""So many columns of values are drawn at most, whatever their units: those of other units get a panel of their own."""


def chart_of(table: Table) -> tuple[ChartSpec, ...]:
    """At most one chart: none without figures, or with more than two dimensions."""
    dimensions = [column for column in table.columns if column.role == "dimension"]
    value = _value(table)
    if value is None or not table.rows:
        return ()
    if not dimensions:
        return (ChartSpec(kind="number", table=table.name, y=(value.name,)),)
    if len(table.rows) == 1 and len(dimensions) == 1:
        return (ChartSpec(kind="number", table=table.name, x=dimensions[0].name, y=(value.name,)),)
    if len(dimensions) > 2:
        return ()
    x, series = _axis_and_series(table, dimensions)
    values = tuple(column.name for column in table.columns if column.role == value.role)[: MOST_VALUES if series is None else 1]
    several = len(values) > 1 or series is not None
    kind = "line" if _is_time(x) and _in_order(table, x, series) else "grouped_bar" if several else "bar"
    return (ChartSpec(kind=kind, table=table.name, x=x.name, y=values, series=series.name if series else None),)


def _axis_and_series(table: Table, dimensions: list[Column]) -> tuple[Column, Column | None]:
    """Time runs along the axis; of two categories the one with more values does, and periods are always compared."""
    if len(dimensions) == 1:
        return dimensions[0], None

    def along(column: Column) -> tuple[bool, bool, int]:
        return _is_time(column), column.grain != "period", len(set(table.cells(column.name)))

    first, second = dimensions
    return (second, first) if along(second) > along(first) else (first, second)


def _is_time(column: Column) -> bool:
    return column.type == "date" and column.grain != "period"


def _in_order(table: Table, x: Column, series: Column | None) -> bool:
    """Whether time runs through each series, either way: the best months of a ranking are compared, not joined by a line."""
    times: dict[Cell, list[str]] = {}
    names = table.cells(series.name) if series else [None] * len(table.rows)
    for time, name in zip(table.cells(x.name), names, strict=True):
        if time != UNKNOWN:
            times.setdefault(name, []).append(str(time))
    return all(known in (sorted(known), sorted(known, reverse=True)) for known in times.values())


def _value(table: Table) -> Column | None:
    """What the question is about: the share where one was asked, else the first metric."""
    for role in ("share", "metric"):
        found = next((column for column in table.columns if column.role == role), None)
        if found is not None:
            return found
    return None
