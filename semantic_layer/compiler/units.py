"""What entities did, beside the rows that belong to them: a helper with one row for each entity, joined by its key.

A helper is aggregated before it is joined, so that it can neither lose nor multiply a row; an entity that it does not have did
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic_layer.calendar import UNITS, Span, resolve, unit_of
from semantic_layer.compiler import build
from semantic_layer.compiler.arithmetic import Raw, formula_sql, when_empty
from semantic_layer.compiler.expand import Formulas, measures_of
from semantic_layer.compiler.measures import (
    aggregate_sql,
    covered_days,
    dataset_name,
    known_keys,
    periods,
    time_of,
)
from semantic_layer.compiler.naming import column, free_name, identifier, is_known, row
from semantic_layer.compiler.plan import Formula, Measure, Ref
from semantic_layer.compiler.sources import Sources, different_sql
from semantic_layer.compiler.time_sql import bucket, day, day_of, flat_and, in_days, in_span, last_day_of, series
from semantic_layer.conditions import GRAINS, AnyCondition, Did, EntityMetric, Grain, Within
from semantic_layer.errors import closest, no_time, request_error
from semantic_layer.implied import different
from semantic_layer.model.datasets import FieldType
from semantic_layer.model.metrics import Aggregate, Distinct
from semantic_layer.periods import SinglePeriod
from semantic_layer.requests import canonical

if TYPE_CHECKING:
    from semantic_layer.compiler.plan import Scope

PERIODS, BUCKETS = "periods", "cells"
PERIOD_DAYS = ("first_day", "last_day")


@dataclass(frozen=True)
class Cells:
    """The days of the rows that a condition filters, for conditions that name no days of their own.

    Attributes:
        spans: The asked days; several are side by side, and the rows stand beside the table `periods`.
        grain: Of a series: each of its buckets has its own days.
        time: The rows' time field; rows with windows stand beside the table `cells` instead, each in all that it overlaps.
    """

    spans: tuple[Span, ...] = ()
    grain: Grain | None = None
    time: str | None = None

    @property
    def key(self) -> str:
        return f"{self.spans}{self.grain}"


ALL_DAYS = Cells()
"""All days up to today: for lists of entities and for policies."""


def unit_sql(ref: EntityMetric, sources: Sources, cells: Cells) -> tuple[exp.Expr, FieldType]:
    """The metric of the entity that a row belongs to; null for a row of no entity.

    Raises:
        RequestError: an unknown metric or entity, one whose rows it cannot be told from, or a kind without a value of one entity.
    """
    formula, kind = formula_of(ref, sources)
    sql = formula_sql(formula, "now", _measures_beside(formula, ref, sources, cells))
    if when_empty(formula) is None:
        return sql, kind
    own = build.and_(*(is_known(key) for key in whose_key_sql(str(ref.entity), sources, cells.time)))
    return exp.Case(ifs=[exp.If(this=own, true=sql)]), kind


def compared_unit_sql(
    ref: EntityMetric, sources: Sources, cells: Cells, meets: Callable[[float], bool]
) -> tuple[exp.Expr, FieldType]:
    """The same for a comparison with a number: where nothing cannot meet it, an entity that did nothing may as well be null.

    Args:
        meets: Whether a figure meets the comparison.
    """
    formula, kind = formula_of(ref, sources)
    nothing = when_empty(formula)
    if nothing is None or meets(nothing) or len(measures_of(formula)) > 1:
        # Of several measures some may be empty where others are not.
        return unit_sql(ref, sources, cells)
    return formula_sql(formula, "now", _measures_beside(formula, ref, sources, cells), empty=None), kind


def _measures_beside(formula: Formula, ref: EntityMetric, sources: Sources, cells: Cells) -> Raw:
    return {f"now.{each.column}": _measure_beside(each, ref, sources, cells) for each in measures_of(formula)}


def formula_of(ref: EntityMetric, sources: Sources) -> tuple[Formula, FieldType]:
    """What a metric of each entity is computed from.

    Raises:
        RequestError: an unknown metric or entity, or a kind of metric without a value of one entity.
    """
    if ref.entity is None:
        raise request_error("bad_request", f"whose '{ref.metric}'? Name the entity", field=ref.metric)
    workspace = sources.scope.workspace
    metric = workspace.metric(ref.metric)
    if metric is None:
        return Ref(_different_values(ref, sources)), "count"
    formula = Formulas(workspace, sources.helpers.parameters).of(metric)
    for measure in measures_of(formula):
        if not isinstance(measure.metric, Aggregate | Distinct) or measure.window is not None:
            raise request_error(
                "kind_not_compiled",
                f"'{metric.name}' has no value of a single '{ref.entity}'",
                name=metric.name,
                kind=metric.kind,
            )
    return formula, metric.type


def _different_values(ref: EntityMetric, sources: Sources) -> Measure:
    """How many different values of a field, of an entity's key or of a time the rows of one entity have."""
    workspace, entity = sources.scope.workspace, str(ref.entity)
    described = workspace.entity(entity)
    counting = workspace.metric(described.count or "") if described is not None else None
    own = (counting.dataset,) if isinstance(counting, Aggregate) else ()
    counted = different(workspace, ref.metric, entity, (sources.name, *own))
    if counted is not None:
        return Measure(counted, None, f"different_{counted.name}")
    known = [metric.name for metric in workspace.metrics if not metric.hidden]
    raise request_error(
        "unknown_metric", f"there is no metric '{ref.metric}'", metric=ref.metric, near=closest(ref.metric, known)
    )


def _measure_beside(measure: Measure, ref: EntityMetric, sources: Sources, cells: Cells) -> exp.Expr:
    """The column of a measure in its helper, which is joined here."""
    helper = helper_for(measure, ref, sources, cells)
    alias = helper.join_to(sources, measure)
    return column(helper.figure_name(measure, sources), alias)


def helper_for(measure: Measure, ref: EntityMetric, sources: Sources, cells: Cells) -> Helper:
    """The helper that a measure of each entity stands in."""
    scope = sources.scope
    dataset = dataset_name(measure.metric, scope.workspace)
    time, filters = time_of(measure, scope.workspace), (ref.where, measure.where)
    return helper_of(dataset, str(ref.entity), time, ref.period, filters, cells, scope)


@dataclass(frozen=True)
class Helper:
    """One row for each entity, and for each cell where the days are those of cells."""

    dataset: str
    entity: str
    time: str | None
    period: SinglePeriod | None
    filters: tuple[AnyCondition | None, ...]
    cells: Cells
    within: Within | None = None

    @property
    def by_cell(self) -> bool:
        """Whether each cell has days of its own."""
        return self.by_period or self.by_bucket

    @property
    def by_period(self) -> bool:
        return self.period is None and len(self.cells.spans) > 1

    @property
    def by_bucket(self) -> bool:
        return self.period is None and self.cells.grain is not None and self.entity != self.cells.grain

    def key(self, what: str, granted: bool) -> str:
        days = canonical(self.period) if self.period is not None else self.cells.key
        where = "&".join(canonical(each) for each in self.filters if each is not None)
        within = canonical(self.within) if self.within is not None else ""
        return f"{what}|{self.dataset}|{self.entity}|{self.time}|{days}|{within}|{where}|{granted}"

    def join_to(self, sources: Sources, measure: Measure) -> str:
        """Joins the helper with a measure; the alias under which it stands."""
        return self.beside(sources, self.key(measure.column, sources.granted), self.named(sources, measure))

    def named(self, sources: Sources, measure: Measure) -> str:
        """The name of the helper with a measure, which is written once."""
        key = self.key(measure.column, sources.granted)
        name = sources.helpers.known(key)
        if name is None:
            select, keys = self.select(sources)
            figure = self.figure(measure, select)
            made = select.statement(*keys, build.alias(figure, self.figure_name(measure, sources)), grouped=keys)
            name = sources.helpers.add(key, f"{self.entity}_{measure.column}", made)
        return name

    def columns(self, sources: Sources) -> tuple[str, ...]:
        """What tells its rows apart: the entity's key, and the cell."""
        return (*whose_key_names(self.entity, self.dataset, sources), *self.cell_names)

    @property
    def cell_names(self) -> tuple[str, ...]:
        return (*(PERIOD_DAYS if self.by_period else ()), *(("cell",) if self.by_bucket else ()))

    def beside(self, sources: Sources, key: str, name: str) -> str:
        """Joins a helper by the entity's key, and by the cell."""
        outer = whose_key_sql(self.entity, sources, self.cells.time)
        inner = whose_key_names(self.entity, self.dataset, sources)
        alias = sources.put_beside(key, name)
        on: list[exp.Expr] = [
            exp.EQ(this=left, expression=column(right, alias)) for left, right in zip(outer, inner, strict=True)
        ]
        if self.by_period:
            on += [exp.EQ(this=column(each, PERIODS), expression=column(each, alias)) for each in PERIOD_DAYS]
        if self.by_bucket:
            on.append(exp.EQ(this=_bucket_of(sources, self.cells), expression=column("cell", alias)))
        sources.on(key, *on)
        return alias

    def select(self, sources: Sources) -> tuple[HelperRows, list[exp.Expr]]:
        """The rows of the dataset that count, and what tells the entities and cells apart."""
        rows = HelperRows(Sources(self.dataset, sources.scope, sources.helpers, sources.granted), self)
        names = whose_key_names(self.entity, self.dataset, sources)
        key_sql = whose_key_sql(self.entity, rows.sources, self.time)
        keys = [build.alias(sql, identifier(name)) for sql, name in zip(key_sql, names, strict=True)]
        return rows, [*keys, *rows.cell_columns()]

    def figure_name(self, measure: Measure, sources: Sources) -> str:
        """What the figure is called beside the key, which may have a column of its name."""
        return free_name(measure.column, (*whose_key_names(self.entity, self.dataset, sources), *PERIOD_DAYS, "cell"))

    def figure(self, measure: Measure, rows: HelperRows) -> exp.Expr:
        if isinstance(measure.metric, Distinct):
            return different_sql(measure.metric, rows.sources)
        assert isinstance(measure.metric, Aggregate)
        return aggregate_sql(measure.metric, self.dataset)


def helper_of(
    dataset: str,
    entity: str,
    time: str | None,
    period: SinglePeriod | None,
    filters: tuple[AnyCondition | None, ...],
    cells: Cells,
    scope: Scope,
) -> Helper:
    """Rows that have neither a time nor a window count whatever the days are."""
    described = scope.workspace.dataset(dataset)
    always = time is None and (described is None or described.window is None)
    return Helper(dataset, entity, time, period, filters, ALL_DAYS if always else cells)


class HelperRows:
    """The rows of a helper: of its days, meeting its filters, that belong to an entity."""

    def __init__(self, sources: Sources, helper: Helper) -> None:
        self.sources, self.helper = sources, helper

    @property
    def cells(self) -> Cells:
        """The days of these rows, for conditions on them that name none."""
        helper, scope = self.helper, self.sources.scope
        if helper.period is None:
            return replace(helper.cells, time=helper.time)
        return Cells((days_of(helper.period, helper.dataset, helper.time, scope),), None, helper.time)

    def cell_columns(self) -> list[exp.Expr]:
        found: list[exp.Expr] = [column(each, PERIODS) for each in PERIOD_DAYS] if self.helper.by_period else []
        if self.helper.by_bucket:
            found.append(build.alias(_bucket_of(self.sources, self.cells), "cell"))
        return found

    def crossed(self) -> list[exp.Expr]:
        """Small tables of days that each row is held against."""
        helper = self.helper
        found = [periods(helper.cells.spans)] if helper.by_period else []
        if helper.by_bucket and helper.time is None:
            found.append(_buckets(helper.cells, self.sources.scope))
        return found

    def statement(
        self, *projections: exp.Expr, grouped: list[exp.Expr] | None = None, having: exp.Expr | None = None
    ) -> exp.Select:
        conditions = [is_known(key) for key in whose_key_sql(self.helper.entity, self.sources, self.helper.time)]
        conditions += [*self.days(), *self.filters()]
        select = build.where(self.sources.from_clause(build.select(*projections), *self.crossed()), flat_and(conditions))
        if grouped:
            select = build.group_by(select, [each.this if isinstance(each, exp.Alias) else each for each in grouped])
        return (
            select.having(having, copy=False)
            if having is not None
            else select.distinct(copy=False)
            if grouped is None
            else select
        )

    def filters(self) -> list[exp.Expr]:
        """What else is asked of the rows."""
        from semantic_layer.compiler.condition_sql import condition_sql
        from semantic_layer.compiler.within import within_sql

        helper = self.helper
        found = [within_sql(helper.within, helper.entity, helper.time, self.sources)] if helper.within is not None else []
        asked = [each for each in helper.filters if each is not None]
        return found + [condition_sql(each, helper.dataset, self.sources, helper.time, self.cells) for each in asked]

    def days(self) -> list[exp.Expr]:
        """The conditions that keep the rows of the days."""
        helper, scope = self.helper, self.sources.scope
        spans = self.cells.spans
        if helper.time is None:
            return self._window_days(spans)
        found = self.sources.reached(helper.time)
        sql, is_moment = self.sources.reached_sql(found), found.field.type == "time"
        if helper.by_period:
            return [in_days(sql, is_moment, *(column(each, PERIODS) for each in PERIOD_DAYS))]
        if spans:
            return [in_span(sql, is_moment, spans[0])]
        return [exp.LTE(this=day_of(sql, is_moment), expression=day(scope.as_of))]

    def _window_days(self, spans: tuple[Span, ...]) -> list[exp.Expr]:
        helper = self.helper
        dataset = self.sources.scope.workspace.dataset(helper.dataset)
        if dataset is None or dataset.window is None:
            if helper.period is not None:
                raise no_time(helper.dataset)
            return []
        if not spans:
            return []
        first, last = self.sources.field_sql(dataset.window.start), self.sources.field_sql(dataset.window.end)
        start, end = (column(each, PERIODS) for each in PERIOD_DAYS) if helper.by_period else map(day, spans[0])
        found: list[exp.Expr] = [exp.LTE(this=first, expression=end), exp.GTE(this=last, expression=start)]
        if helper.by_bucket:
            found.append(exp.LTE(this=first.copy(), expression=column("last_day", BUCKETS)))
            found.append(exp.GTE(this=last.copy(), expression=column("cell", BUCKETS)))
        return found


def days_of(period: SinglePeriod, dataset: str, time: str | None, scope: Scope) -> Span:
    """The days of a condition's own period, up to today; none where all of them are still to come."""
    span = resolve(period, scope.as_of, covered_days(scope, dataset, time), scope.workspace.workspace.conventions)
    return Span(span.start, min(span.end, scope.as_of))


def _buckets(cells: Cells, scope: Scope) -> exp.Expr:
    """The buckets that hold the asked days, as a table: what has a window is in all that it overlaps."""
    assert cells.grain is not None
    first = min(span.start for span in cells.spans)
    first = unit_of(first, UNITS[cells.grain], scope.workspace.workspace.conventions).start
    made = series(Span(first, max(span.end for span in cells.spans)), cells.grain, "cell", first).subquery("made", copy=False)
    last = build.alias(last_day_of(exp.column("cell"), cells.grain), "last_day")
    return build.from_(build.select(exp.column("cell"), last), made).subquery(BUCKETS, copy=False)


def _bucket_of(sources: Sources, cells: Cells) -> exp.Expr:
    assert cells.grain is not None
    if cells.time is None:
        return column("cell", BUCKETS)
    return bucket(sources.field_sql(cells.time), cells.grain, sources.scope.workspace.workspace.conventions)


def did_sql(condition: Did, sources: Sources, cells: Cells) -> exp.Expr:
    """Whether the entity that a row belongs to has so many rows of a dataset. Null for a row of no entity.

    Raises:
        RequestError: an unknown dataset or entity.
    """
    scope = sources.scope
    dataset = scope.workspace.dataset(condition.dataset)
    if dataset is None:
        near = closest(condition.dataset, [each.name for each in scope.workspace.datasets])
        raise request_error("unknown_field", f"there is no dataset '{condition.dataset}'", field=condition.dataset, near=near)
    if condition.within is not None:
        cells = ALL_DAYS  # it says its own days
    helper = helper_of(dataset.name, condition.entity, dataset.time, condition.period, (condition.where,), cells, scope)
    helper = replace(helper, within=condition.within)
    if helper.by_cell:
        counted = Aggregate(name=f"{dataset.name}_rows", dataset=dataset.name, agg="count")
        counting = Measure(counted, None, counted.name)
        alias = helper.join_to(sources, counting)
        sql = exp.Coalesce(this=column(helper.figure_name(counting, sources), alias), expressions=[exp.Literal.number(0)])
        own = build.and_(*(is_known(key) for key in whose_key_sql(condition.entity, sources, cells.time)))
        return build.and_(own, exp.GTE(this=sql, expression=exp.Literal.number(condition.count)))
    key = helper.key(f"did {condition.count}", sources.granted)
    name = sources.helpers.known(key)
    names = whose_key_names(condition.entity, dataset.name, sources)
    if name is None:
        rows, keys = helper.select(sources)
        enough = exp.GTE(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(condition.count))
        made = rows.statement(*keys, grouped=keys, having=enough) if condition.count > 1 else rows.statement(*keys)
        name = sources.helpers.add(key, f"{condition.entity}_in_{dataset.name}", made)
    found = build.from_(build.select(*(exp.column(identifier(each)) for each in names)), name)
    return exp.In(this=row(sources.key_sql(condition.entity)), query=exp.Subquery(this=found))


# ---- whose ----------------------------------------------------------------------------------------------------------------


def whose_key_sql(whose: str, sources: Sources, time: str | None) -> list[exp.Expr]:
    """What tells apart those whose figures are asked: the key of an entity, a field, or a bucket of the rows' own time."""
    workspace = sources.scope.workspace
    if workspace.entity(whose) is not None:
        return sources.key_sql(whose)
    if whose in GRAINS:
        if time is None:
            raise no_time(sources.name)
        return [bucket(sources.field_sql(time), whose, workspace.workspace.conventions)]
    return [sources.field_sql(whose)]


def whose_key_names(whose: str, dataset: str, sources: Sources) -> tuple[str, ...]:
    workspace = sources.scope.workspace
    return known_keys(workspace, dataset, whose) if workspace.entity(whose) is not None else (whose.replace(".", "_"),)
