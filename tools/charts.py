"""Which chart fits a result: a line for time, bars for categories, a big number for one value. Data, no drawing."""

from __future__ import annotations

from semantic_layer.columns import Column
from tools.answer import ChartSpec, Table

MOST_SERIES = 8
"""More lines or bar groups than this cannot be told apart."""


def chart_of(table: Table) -> tuple[ChartSpec, ...]:
    """At most one chart."""
    dimensions = [column for column in table.columns if column.role == "dimension"]
    value = _value(table)
    if value is None or not table.rows:
        return ()
    if not dimensions:
        return (ChartSpec(kind="number", table=table.name, y=(value.name,)),)
    if len(table.rows) == 1 and len(dimensions) == 1:
        return (ChartSpec(kind="number", table=table.name, x=dimensions[0].name, y=(value.name,)),)
    time = next((column for column in dimensions if column.type == "date" and column.grain != "period"), None)
    others = [column for column in dimensions if column is not time]
    if len(others) > 1:
        return ()
    values = tuple(column.name for column in _values_alike(table, value))
    if time is not None:
        series = others[0].name if others else None
        if series is not None and len(set(table.cells(series))) > MOST_SERIES:
            return ()
        return (ChartSpec(kind="line", table=table.name, x=time.name, y=values if series is None else values[:1], series=series),)
    if len(others) == 1 and len(table.rows) <= 400:
        kind = "grouped_bar" if len(values) > 1 else "bar"
        return (ChartSpec(kind=kind, table=table.name, x=others[0].name, y=values),)
    return ()


def _value(table: Table) -> Column | None:
    """What the question is about: the share or growth where one was asked, else the first metric."""
    for role in ("share", "metric"):
        found = next((column for column in table.columns if column.role == role), None)
        if found is not None:
            return found
    return None


def _values_alike(table: Table, value: Column) -> list[Column]:
    """Columns that share an axis with the main value: same role, type and unit; a metric's previous value as well."""
    return [
        column
        for column in table.columns
        if column.role == value.role and column.type == value.type and column.unit == value.unit
    ][:4]
