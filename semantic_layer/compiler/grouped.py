"""What all SELECTs of groups share: dimensions, days and filters of one group, over the sources that they need."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from semantic_layer.calendar import Span
from semantic_layer.columns import UNKNOWN
from semantic_layer.compiler import build
from semantic_layer.compiler.condition_sql import condition_sql
from semantic_layer.compiler.measures import periods
from semantic_layer.compiler.meets import meets_sql
from semantic_layer.compiler.naming import column, free_name, is_known
from semantic_layer.compiler.place import NAMES
from semantic_layer.compiler.plan import Dimension, Group, Key, LogicalPlan
from semantic_layer.compiler.sources import Helpers, Sources
from semantic_layer.compiler.time_sql import (
    bucket,
    day,
    flat_and,
    holds_a_leap_day,
    in_days,
    in_span,
    is_leap_day,
    shift_bucket,
)
from semantic_layer.compiler.units import PERIODS, Cells, whose_key_sql
from semantic_layer.compiler.windows import WINDOWS, query, windows
from semantic_layer.conditions import AnyCondition, Field, Meets, TimeBucket
from semantic_layer.errors import request_error
from semantic_layer.model.datasets import Dataset
from semantic_layer.reach import knows
from semantic_layer.requests import LastYear

Dimensions = list[tuple[Dimension, exp.Expr]]
GROUP_SIZE = "_group_size"
"""The hidden counts of distinct entities behind each figure of a row begin so, where the grant has a minimum group."""


class Grouped:
    """One group on its way to a SELECT.

    Args:
        dataset: What its rows are taken from instead of its dataset: one that only this SELECT knows.
    """

    def __init__(self, plan: LogicalPlan, group: Group, helpers: Helpers, dataset: Dataset | None = None) -> None:
        self.plan, self.group, self.helpers = plan, group, helpers
        self.sources = Sources(dataset or group.dataset, plan.scope, helpers)
        self._others: list[Grouped] = []

    def over(self, dataset: Dataset | None) -> Grouped:
        """The same group once more, over other rows or over its own."""
        self._others.append(Grouped(self.plan, self.group, self.helpers, dataset))
        return self._others[-1]

    @property
    def joined(self) -> list[str]:
        """The datasets that its statements join."""
        own = [join.dataset for join in self.sources.joins.values()]
        return [*own, *(name for other in self._others for name in other.joined)]

    # ---- time -----------------------------------------------------------------------------------------------------------

    @property
    def series(self) -> Dimension | None:
        """The bucket of the measures' own time along the calendar, if the group has one."""
        return next((each for each in self.group.dimensions if self.is_series(each)), None)

    def is_series(self, dimension: Dimension) -> bool:
        return dimension == self.plan.series

    def is_cell(self, dimension: Dimension) -> bool:
        """Whether a dimension tells apart the asked days: it is the series, or several periods."""
        return isinstance(dimension.ref, str) or self.is_series(dimension)

    @property
    def trails(self) -> bool:
        """Whether days trail each bucket of a series, so that a row counts in several of them."""
        return self.group.window is not None and (self.series is not None or len(self.group.spans) > 1)

    @property
    def cells(self) -> Cells:
        """The days of conditions that name none: each bucket's or period's own, or the asked ones."""
        series = self.series
        if self.group.window is not None:
            return Cells(self.group.spans[:1], None, self.group.time)
        grain = series.grain if series is not None and isinstance(series.ref, TimeBucket) else None
        return Cells(self.group.spans, grain, self.group.time)

    def time_sql(self) -> exp.Expr:
        """The time that the group's days go by."""
        assert self.group.time is not None
        return self.sources.field_sql(self.group.time)

    def is_moment(self) -> bool:
        assert self.group.time is not None
        return self.sources.reached(self.group.time).field.type == "time"

    def shifted(self) -> Dimension | None:
        """The bucket that is moved to where it is compared; only of the earlier period of a series."""
        return self.plan.series if self.group.variant == "previous" else None

    def by_years(self) -> bool:
        return isinstance(self.plan.request.compare, LastYear)

    def apart(self, name: str) -> str:
        """A name for a column of our own beside those of the groups."""
        return free_name(name, (each.name for each in self.group.dimensions))

    # ---- what is selected -------------------------------------------------------------------------------------------------

    def dimensions(self, own: Sequence[Dimension] | None = None) -> Dimensions:
        return [(each, self.dimension_sql(each)) for each in (self.group.dimensions if own is None else own)]

    def dimension_sql(self, dimension: Dimension) -> exp.Expr:
        """What a dimension is for a row."""
        ref = dimension.ref
        if isinstance(ref, Key):
            return self.key_sql(ref)
        table = WINDOWS if self.trails else PERIODS
        if isinstance(ref, str):
            return column("first_day" if ref == "period" else "last_day", PERIODS) if not self.trails else column(ref, table)
        if isinstance(ref, TimeBucket):
            if self.trails and self.is_series(dimension):
                sql: exp.Expr = column("bucket", WINDOWS)
            else:
                sql = self.bucket_sql(ref)
            return self.where_compared(dimension, sql)
        if isinstance(ref, Meets):
            return meets_sql(ref, self.group.dataset, self.sources, self.group.time, self.cells)
        assert isinstance(ref, Field)
        found = self.sources.reached(ref.name)
        sql = self.sources.reached_sql(found)
        if found.field.type == "category":
            return exp.Coalesce(this=sql, expressions=[exp.Literal.string(UNKNOWN)])
        return sql

    def key_sql(self, key: Key) -> exp.Expr:
        """A part of what tells those apart whose figures a statistic is about."""
        return whose_key_sql(key.whose, self.sources, self.group.time)[key.part]

    def where_compared(self, dimension: Dimension, sql: exp.Expr) -> exp.Expr:
        """A bucket moved to the one that it is compared with, where it is one of an earlier period."""
        if dimension != self.shifted() or dimension.grain is None:
            return sql
        return shift_bucket(sql, dimension.grain, years=self.by_years())

    def bucket_sql(self, ref: TimeBucket) -> exp.Expr:
        """The bucket that a row's time is in."""
        name = ref.field or self.group.time
        if name is None:
            raise request_error("no_time", f"dataset '{self.group.dataset}' has no time of its own", dataset=self.group.dataset)
        found = self.sources.reached(name)
        if ref.grain == "hour" and found.field.type == "date":
            raise request_error("no_hours", f"'{name}' has days, no hours", field=name, dataset=self.group.dataset)
        return bucket(self.sources.reached_sql(found), ref.grain, self.plan.scope.workspace.workspace.conventions)

    def condition(self, where: AnyCondition) -> exp.Expr:
        return condition_sql(where, self.group.dataset, self.sources, self.group.time, self.cells)

    def conditions(self) -> list[exp.Expr]:
        """The group's filters and days; and that a row belongs to one of those whose figures a statistic is about."""
        found = [self.condition(self.group.where)] if self.group.where is not None else []
        keys = [is_known(self.key_sql(each.ref)) for each in self.group.dimensions if isinstance(each.ref, Key)]
        return [*found, *self.days(), *keys]

    def days(self) -> list[exp.Expr]:
        """The conditions that keep the rows of the group's days."""
        return [*self._asked_days(), *self.without_leap_days()]

    def _asked_days(self) -> list[exp.Expr]:
        group = self.group
        if self.trails:
            return self.in_days(column("first_day", WINDOWS), column("last_day", WINDOWS))
        if group.window is not None and group.spans:
            return self.in_days_of(windows(self.plan, group)[0].days)
        if len(group.spans) == 1:
            return self.in_days_of(group.spans[0])
        if len(group.spans) > 1:
            return self.in_days(column("first_day", PERIODS), column("last_day", PERIODS))
        return []

    def without_leap_days(self, bucket: exp.Expr | None = None) -> list[exp.Expr]:
        """Of days that are compared with those of a leap year: its last of February has no day of its own a year later.

        Args:
            bucket: The day of a row's bucket, where it is not simply that of its time.
        """
        bucketed = self.shifted()
        if bucketed is None or bucketed.grain != "date" or not self.by_years():
            return []
        if not any(map(holds_a_leap_day, self.group.spans)):
            return []
        if bucket is None:
            bucket = column("bucket", WINDOWS) if self.trails else build.cast(self.time_sql(), build.DATE)
        return [exp.Not(this=build.paren(is_leap_day(bucket)))]

    def in_days_of(self, span: Span) -> list[exp.Expr]:
        if self.group.time is None:
            return self.in_days(day(span.start), day(span.end))
        return [in_span(self.time_sql(), self.is_moment(), span)]

    def in_days(self, start: exp.Expr, end: exp.Expr) -> list[exp.Expr]:
        """The rows of some days: by the time field, or by windows that overlap them."""
        if self.group.time is not None:
            return [in_days(self.time_sql(), self.is_moment(), start, end)]
        dataset = self.plan.scope.workspace.dataset(self.group.dataset)
        if dataset is None or dataset.window is None:
            return []
        first = self.sources.field_sql(dataset.window.start)
        last = self.sources.field_sql(dataset.window.end)
        return [exp.LTE(this=first, expression=end), exp.GTE(this=last, expression=start)]

    def crossed(self) -> list[exp.Expr]:
        """Small tables of days that each row is held against."""
        if self.trails:
            name = self.helpers.known(f"windows {self.group.name}")
            if name is None:
                made = query(self.plan, self.group, self.series)
                name = self.helpers.add(f"windows {self.group.name}", WINDOWS, made)
            return [exp.table_(name) if name == WINDOWS else exp.alias_(exp.table_(name), WINDOWS, table=True, copy=False)]
        return [periods(self.group.spans)] if len(self.group.spans) > 1 else []

    def select(
        self, dimensions: Dimensions, measures: Sequence[exp.Expr], conditions: list[exp.Expr], grouped: bool = True
    ) -> exp.Select:
        """The SELECT over the group's rows."""
        select = build.select(*(build.alias(sql, each.name, quoted=False) for each, sql in dimensions), *measures)
        select = self.sources.from_clause(select, *self.crossed())
        if conditions:
            select = build.where(select, flat_and(conditions))
        return build.group_by(select, [sql for _, sql in dimensions] if grouped else [])

    @property
    def size_name(self) -> str:
        """What the hidden count of entities is called."""
        return GROUP_SIZE if self.group.name == NAMES["now"] else f"{GROUP_SIZE}_{self.group.name}"

    def minimum_keys(self) -> list[exp.Expr] | None:
        """The key of what the viewer sees no small groups of, where the rows belong to it."""
        minimum = self.plan.scope.grant.minimum_group
        if minimum is None or not knows(self.plan.scope.workspace, self.group.dataset, minimum.entity):
            return None
        return self.sources.key_sql(minimum.entity)
