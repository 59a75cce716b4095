"""What each one of an entity did, counted in one pass over each dataset: every figure is a column of that pass."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.measures import aggregate_sql
from semantic_layer.compiler.naming import column, free_name, identifier
from semantic_layer.compiler.plan import Measure, Scope
from semantic_layer.compiler.sources import Helpers, Sources, different_sql
from semantic_layer.compiler.time_sql import day_of
from semantic_layer.compiler.units import ALL_DAYS, HelperRows, helper_of, whose_key_names
from semantic_layer.conditions import AnyCondition, Within
from semantic_layer.errors import no_time
from semantic_layer.model.metrics import Aggregate, Distinct
from semantic_layer.periods import SinglePeriod
from semantic_layer.requests import canonical


@dataclass(frozen=True)
class Extreme:
    """The first or last time of the rows, or what a field says in the row of that time."""

    take: Literal["first", "last"]
    field: str | None = None


@dataclass(frozen=True)
class Figure:
    """One figure of each one.

    Attributes:
        what: A measure; a first or last time; None for the number of rows.
        period: Its days; None for all days up to the day of the profile.
    """

    what: Measure | Extreme | None
    period: SinglePeriod | None = None
    filters: tuple[AnyCondition | None, ...] = ()
    within: Within | None = None

    @property
    def key(self) -> str:
        what = self.what.column if isinstance(self.what, Measure) else str(self.what)
        parts = [canonical(each) for each in (self.period, *self.filters, self.within) if each is not None]
        return "|".join([what, *parts])


@dataclass
class Pass:
    """One reading of a dataset.

    Attributes:
        figures: By the names of their columns.
    """

    dataset: str
    time: str | None
    entity: str
    scope: Scope
    figures: dict[str, Figure] = field(default_factory=dict[str, Figure])

    def column(self, figure: Figure, name: str) -> str:
        """The column of a figure; equal ones have one."""
        same = next((known for known, each in self.figures.items() if each.key == figure.key), None)
        if same is not None:
            return same
        free = free_name(name, (*self.keys, *self.figures))
        self.figures[free] = figure
        return free

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of the entity's key."""
        return whose_key_names(self.entity, self.dataset, Sources(self.dataset, self.scope, Helpers(), granted=False))

    def query(self, helpers: Helpers) -> exp.Query:
        """The statement: a row for each one that has rows up to the day of the profile."""
        sources = Sources(self.dataset, self.scope, helpers, granted=False)
        everything = self._rows(sources, Figure(None))
        keys = [build.alias(sql, identifier(name)) for sql, name in zip(sources.key_sql(self.entity), self.keys, strict=True)]
        columns = [build.alias(self._sql(figure, sources), identifier(name)) for name, figure in self.figures.items()]
        return everything.statement(*keys, *columns, grouped=keys)

    def _rows(self, sources: Sources, figure: Figure) -> HelperRows:
        helper = helper_of(self.dataset, self.entity, self.time, figure.period, figure.filters, ALL_DAYS, self.scope)
        return HelperRows(sources, replace(helper, within=figure.within))

    def _sql(self, figure: Figure, sources: Sources) -> exp.Expr:
        rows = self._rows(sources, figure)
        sql = self._aggregate(figure, sources)
        conditions = [*(rows.days() if figure.period is not None else []), *rows.filters()]
        return exp.Filter(this=sql, expression=exp.Where(this=build.and_(*conditions))) if conditions else sql

    def _aggregate(self, figure: Figure, sources: Sources) -> exp.Expr:
        match figure.what:
            case None:
                return exp.Count(this=exp.Star())
            case Extreme(take=take, field=name):
                return self._extreme(take, name, sources)
            case Measure(metric=Distinct() as counted):
                return different_sql(counted, sources)
            case Measure(metric=metric):
                assert isinstance(metric, Aggregate)
                return aggregate_sql(metric, self.dataset)

    def _extreme(self, take: str, name: str | None, sources: Sources) -> exp.Expr:
        if self.time is None:
            raise no_time(self.dataset)
        found = sources.reached(self.time)
        time = sources.reached_sql(found)
        if name is None:
            return (exp.Min if take == "first" else exp.Max)(this=day_of(time, found.field.type == "time"))
        value = sources.field_sql(name)
        # Of several rows of one time the value decides: a tie must not hang on the order of the rows.
        order = exp.Tuple(expressions=[time, value.copy()])
        return (exp.ArgMin if take == "first" else exp.ArgMax)(this=value, expression=order)


class Passes:
    """The passes that the columns of a profile turned out to need."""

    def __init__(self, entity: str, scope: Scope) -> None:
        self.entity, self.scope = entity, scope
        self._passes: dict[tuple[str, str | None], Pass] = {}

    def of(self, dataset: str, time: str | None = None) -> Pass:
        """The pass over a dataset, by its own time or another one."""
        described = self.scope.workspace.dataset(dataset)
        time = time or (described.time if described is not None else None)
        key = (dataset, time)
        if key not in self._passes:
            self._passes[key] = Pass(dataset, time, self.entity, self.scope)
        return self._passes[key]

    def name(self, one: Pass) -> str:
        """What a pass is called: by its dataset, and by its time where that is not the dataset's own."""
        described = self.scope.workspace.dataset(one.dataset)
        own = described is None or one.time == described.time
        return f"{self.entity}_{one.dataset}" if own else f"{self.entity}_{one.dataset}_by_{one.time}"


def join_to(sources: Sources, passed: Pass, name: str, helpers: Helpers) -> str:
    """Joins a pass by the entity's key; the alias under which its columns are known."""
    key = f"pass {passed.dataset} {passed.time}"
    helper = helpers.known(key) or helpers.add(key, name, passed.query(helpers))
    alias = sources.put_beside(key, helper)
    pairs = zip(sources.key_sql(passed.entity), passed.keys, strict=True)
    sources.on(key, *(exp.EQ(this=left, expression=column(right, alias)) for left, right in pairs))
    return alias
