"""Pass 6. Measures become the result's columns: metrics by their formulas, then previous, change, growth and share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlglot import exp

from semantic_layer.calendar import Span, aligned_unit, first_whole_day
from semantic_layer.columns import Column, ColumnType, Role, ValueLabel
from semantic_layer.compiler import build
from semantic_layer.compiler.arithmetic import Raw, formula_sql, or_null, term
from semantic_layer.compiler.combine import first_of_bucket
from semantic_layer.compiler.grouped import GROUP_SIZE
from semantic_layer.compiler.plan import Apply, Dimension, Key, LogicalPlan, Output
from semantic_layer.compiler.time_sql import day as day_sql
from semantic_layer.compiler.time_sql import holds_a_leap_day, is_leap_day, last_day_of, shift_bucket
from semantic_layer.conditions import Field, Grain, Meets, TimeBucket
from semantic_layer.model.datasets import Field as FieldDefinition
from semantic_layer.model.metrics import Aggregate, AnyMetric, Ratio
from semantic_layer.reach import reach
from semantic_layer.requests import LastYear
from semantic_layer.words import Text


def derive(plan: LogicalPlan) -> LogicalPlan:
    assert plan.tree is not None
    raw: Raw = {each.alias: each.this for each in plan.tree.expressions}
    made: list[tuple[Column, exp.Expr]] = [(_dimension_column(plan, each), raw[each.name]) for each in plan.dimensions]
    for output in plan.outputs:
        made += _metric_columns(plan, output, raw)
    made += _group_sizes(raw)
    tree = build.with_columns(plan.tree, [build.alias(sql, column.name) for column, sql in made])
    return replace(plan, tree=tree, columns=tuple(column for column, _ in made))


def _group_sizes(raw: Raw) -> list[tuple[Column, exp.Expr]]:
    """The hidden sizes of what is asked, of what it is compared with, and of the whole of a share."""
    sizes = {key.partition(".")[2]: sql for key, sql in raw.items() if key.partition(".")[2].startswith(GROUP_SIZE)}
    return [
        (Column(name=name, role="hidden", type="count"), exp.Coalesce(this=sql.copy(), expressions=[exp.Literal.number(0)]))
        for name, sql in sizes.items()
    ]


def _metric_columns(plan: LogicalPlan, output: Output, raw: Raw) -> list[tuple[Column, exp.Expr]]:
    metric = output.metric
    value = _where_whole(plan, formula_sql(output.formula, "now", raw), raw)
    made = [(metric_column(metric, metric.name, "metric"), value)]
    if plan.other_span is not None:
        earlier = formula_sql(output.formula, "previous", raw, _empty_earlier(plan, raw))
        change = exp.Sub(this=term(value), expression=term(earlier))
        growth = exp.Div(this=build.paren(change.copy()), expression=or_null(earlier))
        made += [
            (metric_column(metric, f"{metric.name}_previous", "metric"), earlier.copy()),
            (metric_column(metric, f"{metric.name}_change", "change"), change),
            (metric_column(metric, f"{metric.name}_growth", "growth", "fraction"), growth),
        ]
    if plan.request.share_of is not None:
        whole = formula_sql(output.formula, "whole", raw)
        share = exp.Div(this=term(value), expression=or_null(whole))
        made.append((metric_column(metric, f"{metric.name}_share", "share", "fraction"), share))
    if isinstance(metric, Ratio) and metric.warn_below is not None and isinstance(output.formula, Apply):
        base = formula_sql(output.formula.right, "now", raw)
        hidden = Column(name=f"_{metric.name}_base", role="hidden", type="decimal", metric=metric.name, below=metric.warn_below)
        made.append((hidden, base))
    return [(column, sql.copy()) for column, sql in made]


def _where_whole(plan: LogicalPlan, value: exp.Expr, raw: Raw) -> exp.Expr:
    """A moving average where all days of its window lie inside the data; elsewhere null."""
    window, covered, series = plan.request.window, plan.covered, plan.series
    if window is None or not window.average or covered is None:
        return value
    first = first_whole_day(covered.start, window.trailing or 1, window.unit)
    if series is None or series.grain is None:
        whole = exp.convert(all(span.end >= first for span in plan.spans))
        return value if whole.this else exp.Case(ifs=[exp.If(this=whole, true=value)])
    last = last_day_of(raw[series.name].copy(), series.grain)
    if series.grain != "date":
        last = exp.Least(this=last, expressions=[day_sql(plan.spans[0].end)])
    whole = exp.GTE(this=last, expression=build.cast(exp.Literal.string(first.isoformat()), build.DATE))
    return exp.Case(ifs=[exp.If(this=whole, true=value)])


def _empty_earlier(plan: LogicalPlan, raw: Raw) -> exp.Expr | None:
    """What an earlier sum without rows is: 0, but in a series null where no bucket is earlier or it lies before the data."""
    assert plan.other_span is not None
    bucketed, zero = plan.series, exp.Literal.number(0)
    if bucketed is None or bucketed.grain is None:
        return zero
    bucket = raw[bucketed.name]
    there: list[exp.Expr] = []
    if plan.covered is not None and plan.other_span.start < plan.covered.start:
        there.append(exp.GTE(this=bucket.copy(), expression=_second_bucket(plan, plan.covered.start, bucketed.grain)))
    if bucketed.grain == "date" and isinstance(plan.request.compare, LastYear) and any(map(holds_a_leap_day, plan.spans)):
        there.append(exp.Not(this=build.paren(is_leap_day(bucket.copy()))))
    return exp.Case(ifs=[exp.If(this=build.and_(*there), true=zero)]) if there else zero


def _second_bucket(plan: LogicalPlan, day: date, grain: Grain) -> exp.Expr:
    """The bucket that is compared with the one that holds a day."""
    first = build.cast(exp.Literal.string(first_of_bucket(plan, day, grain).isoformat()), build.DATE)
    return shift_bucket(first, grain, years=isinstance(plan.request.compare, LastYear))


def metric_column(metric: AnyMetric, name: str, role: Role, kind: ColumnType | None = None) -> Column:
    """The column of a metric or of one of its parts."""
    return Column(
        name=name,
        role=role,
        type=kind or metric.type,
        label=Text(zh=metric.label_in("zh"), en=metric.label_in("en")),
        unit=metric.unit if kind is None else Text(),
        metric=metric.name,
        additive=role == "metric" and isinstance(metric, Aggregate) and metric.agg in ("sum", "count"),
        better=metric.better,
    )


def _dimension_column(plan: LogicalPlan, dimension: Dimension) -> Column:
    ref = dimension.ref
    if isinstance(ref, str):
        role: Role = "dimension" if ref == "period" else "hidden"
        units = {aligned_unit(span, plan.scope.workspace.workspace.conventions) for span in plan.spans}
        unit = units.pop() if len(units) == 1 else None
        whole = unit if unit in ("year", "quarter", "month", "week") else None
        labels = _first_and_last_days(plan.spans) if whole is None else ()
        return Column(name=dimension.name, role=role, type="date", grain="period", whole=whole, value_labels=labels)
    if isinstance(ref, TimeBucket):
        kind: ColumnType = "category" if ref.grain in ("hour", "weekday", "is_weekend") else "date"
        label = Text()
        if ref.field is not None:
            field = reach(plan.scope.workspace, plan.groups[0].dataset, ref.field).field
            label = Text(zh=field.label_in("zh"), en=field.label_in("en"))
        return Column(name=dimension.name, role="dimension", type=kind, grain=ref.grain, label=label)
    if isinstance(ref, Meets):
        return Column(name=dimension.name, role="dimension", type="category")
    if isinstance(ref, Key):
        return Column(name=dimension.name, role="key", type="category")
    assert isinstance(ref, Field)
    column = field_column(reach(plan.scope.workspace, plan.groups[0].dataset, ref.name).field)
    return column.model_copy(update={"name": dimension.name})


def _first_and_last_days(spans: tuple[Span, ...]) -> tuple[ValueLabel, ...]:
    """What tells periods of several days from their first days; of two that begin on one day the table has the last ones."""
    several = [span for span in spans if span.days > 1]
    if len({span.start for span in several}) < len(set(several)):
        return ()
    texts = {span.start.isoformat(): f"{span.start} – {span.end}" for span in several}
    return tuple(ValueLabel(value=start, label=Text(zh=text, en=text)) for start, text in texts.items())


def field_column(field: FieldDefinition, role: Role = "dimension") -> Column:
    """The column of a declared field or key, with the words of its values."""
    kind: ColumnType = "category" if field.type in ("category", "id", "boolean") else field.type
    labels = tuple(
        ValueLabel(value=entry.value, label=Text(zh=entry.label("zh", ""), en=entry.label("en", ""))) for entry in field.values
    )
    return Column(
        name=field.name,
        role=role,
        type=kind,
        label=Text(zh=field.label_in("zh"), en=field.label_in("en")),
        unit=field.unit,
        ordered=field.ordered,
        value_labels=labels,
    )
