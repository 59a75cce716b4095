"""What all SELECTs of groups share: dimensions, days and filters of one group, over the sources that they need."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from semantic_layer.calendar import Span
from semantic_layer.columns import UNKNOWN
from semantic_layer.compiler import build
from semantic_layer.compiler.condition_sql import condition_sql
from semantic_layer.compiler.measures import periods
from semantic_layer.compiler.naming import column, free_name
from semantic_layer.compiler.place import NAMES
from semantic_layer.compiler.plan import Dimension, Group, LogicalPlan
from semantic_layer.compiler.sources import Helpers, Sources
from semantic_layer.compiler.time_sql import bucket, day, flat_and, in_days, in_span, shift_bucket
from semantic_layer.compiler.units import PERIODS, Cells
from semantic_layer.compiler.windows import WINDOWS, query, windows
from semantic_layer.conditions import AnyCondition, Field, TimeBucket
from semantic_layer.errors import request_error
from semantic_layer.reach import knows
from semantic_layer.requests import LastYear

Dimensions = list[tuple[Dimension, exp.Expr]]
GROUP_SIZE = "_group_size"
"""The hidden counts of distinct entities behind each figure of a row begin so, where the grant has a minimum group."""


class Grouped:
    """One group on its way to a SELECT."""

    def __init__(self, plan: LogicalPlan, group: Group, helpers: Helpers) -> None:
        self.plan, self.group, self.helpers = plan, group, helpers
        self.sources = Sources(group.dataset, plan.scope, helpers)

    # ---- time -----------------------------------------------------------------------------------------------------------

    @property
    def series(self) -> Dimension | None:
        """The bucket of the measures' own time along the calendar, if the group has one."""
        return next((each for each in self.group.dimensions if self.is_series(each)), None)

    def is_series(self, dimension: Dimension) -> bool:
        return dimension == self.plan.series

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

    def dimension_sql(self, dimension: Dimension, follows: bool = False) -> exp.Expr:
        """What a dimension is for a row.

        Args:
            follows: Of a series the bucket after the row's own.
        """
        ref = dimension.ref
        table = WINDOWS if self.trails else PERIODS
        if isinstance(ref, str):
            return column("first_day" if ref == "period" else "last_day", PERIODS) if not self.trails else column(ref, table)
        if isinstance(ref, TimeBucket):
            if self.trails and self.is_series(dimension):
                sql: exp.Expr = column("bucket", WINDOWS)
            else:
                sql = self._bucket_sql(ref)
            if follows and self.is_series(dimension):
                sql = shift_bucket(sql, ref.grain, years=False)
            if dimension == self.shifted():
                return shift_bucket(sql, ref.grain, years=self.by_years())
            return sql
        assert isinstance(ref, Field)
        found = self.sources.reached(ref.name)
        sql = self.sources.reached_sql(found)
        if found.field.type == "category":
            return exp.Coalesce(this=sql, expressions=[exp.Literal.string(UNKNOWN)])
        return sql

    def _bucket_sql(self, ref: TimeBucket) -> exp.Expr:
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
        """The group's filters and days."""
        found = [self.condition(self.group.where)] if self.group.where is not None else []
        return [*found, *self.days()]

    def days(self) -> list[exp.Expr]:
        """The conditions that keep the rows of the group's days."""
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
