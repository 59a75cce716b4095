"""The columns that tags and segments are told from: figures, deeds, first and last times, preferences, fields of the entity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from sqlglot import exp

from semantic_layer.columns import UNKNOWN
from semantic_layer.compiler import build
from semantic_layer.compiler.arithmetic import formula_sql, when_empty
from semantic_layer.compiler.expand import measures_of
from semantic_layer.compiler.measures import dataset_name, time_of
from semantic_layer.compiler.naming import column, free_name, identifier
from semantic_layer.compiler.plan import Measure, Scope
from semantic_layer.compiler.preferences import preference
from semantic_layer.compiler.profile_passes import Extreme, Figure, Pass, Passes, join_to
from semantic_layer.compiler.relation import list_table, prediction_table
from semantic_layer.compiler.sequences import sequence
from semantic_layer.compiler.sources import Helpers, Sources
from semantic_layer.compiler.sql_tags import VALUE, sql_value
from semantic_layer.compiler.time_sql import day
from semantic_layer.compiler.units import formula_of
from semantic_layer.conditions import Did, EntityMetric, Field, Sequence
from semantic_layer.errors import closest, request_error
from semantic_layer.model.datasets import Dataset, FieldType
from semantic_layer.model.profiles import ProfileDataset
from semantic_layer.model.tags import ExportedSegment, ListTag, Occurrence, PredictiveTag, PreferenceTag, SqlTag
from semantic_layer.periods import LastN, SinglePeriod
from semantic_layer.requests import canonical
from semantic_layer.tag_parts import population


class Input(NamedTuple):
    """A column of the inputs.

    Attributes:
        may_be_unknown: Whether it can be null.
    """

    name: str
    kind: FieldType
    may_be_unknown: bool


class Inputs:
    """Collects what tags need, and gives the statement that has a row for each one of the population.

    The population is everyone who has a row, up to the day, in the data that the entity's own count goes by.

    Args:
        scope: Its "today" is the day of the profile.
        parameters: The values of parameters in the request.
    """

    def __init__(self, profile: ProfileDataset, scope: Scope, helpers: Helpers) -> None:
        self.profile, self.scope, self.entity = profile, scope, profile.profile.entity
        self.keys = profile.entities[self.entity]
        self.passes = Passes(self.entity, scope)
        self._parameters = helpers.parameters
        self._known: dict[str, Input] = {}
        self._sql: dict[str, Callable[[Base], exp.Expr]] = {}

    def _input(
        self, key: str, name: str, kind: FieldType, nullable: bool, sql: Callable[[Base], exp.Expr], own: bool = False
    ) -> Input:
        """Args: own: Whether it is a tag as it stands; what is no tag has no tag's name."""
        if key not in self._known:
            others = (field.name for field in self.profile.fields if field.name not in self.keys)
            taken = (*self.keys, *self._sql, *(() if own else others))
            free = free_name(name, taken)
            self._known[key], self._sql[free] = Input(free, kind, nullable), sql
        return self._known[key]

    # ---- what tags are told from ------------------------------------------------------------------------------------------

    def figure(self, ref: EntityMetric, name: str | None = None) -> Input:
        """A metric of each one.

        Raises:
            RequestError: an unknown metric, one of another entity, or a kind without a value of one.
        """
        own = ref if ref.entity is not None else ref.model_copy(update={"entity": self.entity})
        self._is_own(str(own.entity), own.metric)
        if own.rank is not None:
            what = f"the rank of '{own.metric}' cannot be part of a definition yet"
            raise request_error("kind_not_compiled", what, kind="entity_metric", name=own.metric)
        sources = Sources(self._start("none"), self.scope, Helpers(parameters=self._parameters), granted=False)
        formula, kind = formula_of(own, sources)
        placed: dict[str, tuple[Pass, str]] = {}
        for measure in measures_of(formula):
            passed = self._pass_of(measure)
            figure = Figure(measure, own.period, (own.where, measure.where))
            placed[measure.column] = passed, passed.column(figure, _named(measure.column, own.period))

        def sql(base: Base) -> exp.Expr:
            raw = {f"now.{each}": base.of_pass(passed, name) for each, (passed, name) in placed.items()}
            return formula_sql(formula, "now", raw)

        nullable = when_empty(formula) is None
        return self._input(canonical(own), name or _named(own.metric, own.period), kind, nullable, sql, name is not None)

    def did(self, did: Did) -> Input:
        """Whether each one has so many rows of a dataset."""
        self._is_own(did.entity, did.dataset)
        workspace = self.scope.workspace
        if workspace.dataset(did.dataset) is None:
            near = closest(did.dataset, [each.name for each in workspace.datasets])
            raise request_error("unknown_field", f"there is no dataset '{did.dataset}'", field=did.dataset, near=near)
        passed = self.passes.of(did.dataset)
        rows = passed.column(Figure(None, did.period, (did.where,), did.within), _named(f"{did.dataset}_rows", did.period))

        def sql(base: Base) -> exp.Expr:
            counted = exp.Coalesce(this=base.of_pass(passed, rows), expressions=[exp.Literal.number(0)])
            return exp.GTE(this=counted, expression=exp.Literal.number(did.count))

        return self._input(canonical(did), _named(f"did_{did.dataset}", did.period), "boolean", False, sql)

    def occurrence(self, asked: Occurrence, name: str, kind: FieldType) -> Input:
        """The first or last time of each one's rows in a dataset, the days since, or what a field said then."""
        passed = self.passes.of(asked.dataset)
        by_time = asked.give in ("days_since", "date")
        extreme = Extreme(asked.take, None if by_time else asked.give)
        told = passed.column(Figure(extreme), f"{asked.take}_{'day' if by_time else asked.give}")

        def sql(base: Base) -> exp.Expr:
            value = base.of_pass(passed, told)
            if asked.give != "days_since":
                return value
            return exp.DateDiff(this=day(self.scope.as_of), expression=value, unit=exp.var("DAY"))

        nullable = asked.dataset != population(self.entity, self.scope.workspace)
        return self._input(canonical(asked), name, kind, nullable, sql, own=True)

    def _is_own(self, entity: str, what: str) -> None:
        """Raises RequestError where something is asked of another entity."""
        if entity != self.entity:
            raise request_error("bad_request", f"'{what}' of '{entity}' says nothing of a '{self.entity}'", field=what)

    def sequence(self, asked: Sequence, name: str | None = None) -> Input:
        """Whether each one did steps in an order; unknown where the days of an absent one are not over."""
        self._is_own(asked.entity, asked.kind)
        absent = asked.steps[-1].absent

        def sql(base: Base) -> exp.Expr:
            rows = Sources(base.sources.dataset, self.scope, base.helpers, granted=False)
            met = sequence(asked, rows)
            alias = base.beside(canonical(asked), self.entity, met.name, met.keys)
            is_there = exp.Not(this=exp.Is(this=column(met.keys[0], alias), expression=exp.null()))
            if not absent:
                return is_there
            return exp.Case(ifs=[exp.If(this=is_there, true=column(met.met, alias))], default=exp.false())

        return self._input(canonical(asked), name or "did_in_order", "boolean", absent, sql, name is not None)

    def preference(self, tag: PreferenceTag) -> Input:
        """What each one prefers."""

        def sql(base: Base) -> exp.Expr:
            made = preference(tag, self.entity, self.scope, base.helpers)
            return column(made.value, base.beside(f"preference {tag.name}", self.entity, made.name, made.keys))

        return self._input(f"preference {tag.name}", tag.name, tag.type, True, sql, own=True)

    def sql(self, tag: SqlTag) -> Input:
        """What a SELECT of the analyst gives for each one."""

        def sql(base: Base) -> exp.Expr:
            helper = sql_value(tag, self.keys, self.scope, base.helpers)
            return column(VALUE, base.beside(f"sql {tag.name}", self.entity, helper, self.keys))

        return self._input(f"sql {tag.name}", tag.name, tag.type, True, sql, own=True)

    def listed(self, tag: ListTag | ExportedSegment) -> Input:
        """Whether each one is on an imported list, or in an exported audience."""

        def sql(base: Base) -> exp.Expr:
            key = f"list {tag.list}"
            columns = [exp.column(identifier(each)) for each in self.keys]
            helper = base.helpers.known(key) or base.helpers.add(
                key, f"on_{tag.list}", build.from_(build.select(*columns), list_table(tag.list, self.scope))
            )
            alias = base.beside(key, self.entity, helper, self.keys)
            return exp.Not(this=exp.Is(this=column(self.keys[0], alias), expression=exp.null()))

        return self._input(f"list {tag.list}", tag.name, "boolean", False, sql, own=True)

    def predicted(self, tag: PredictiveTag) -> Input:
        """What was predicted of each one; unknown of those who were not there then."""

        def sql(base: Base) -> exp.Expr:
            key = f"prediction {tag.name}"
            columns = [exp.column(identifier(each)) for each in (*self.keys, VALUE)]
            helper = base.helpers.known(key) or base.helpers.add(
                key, f"{tag.name}_predicted", build.from_(build.select(*columns), prediction_table(tag, self.scope))
            )
            return column(VALUE, base.beside(key, self.entity, helper, self.keys))

        return self._input(f"prediction {tag.name}", tag.name, tag.type, True, sql, own=True)

    def field(self, ref: Field, name: str | None = None) -> Input:
        """A field of what describes each one."""
        sources = Sources(self._start("none"), self.scope, Helpers(), granted=False)
        found = sources.reached(ref.name)

        def sql(base: Base) -> exp.Expr:
            own = base.sources.field_sql(ref.name)
            if found.field.type == "category":
                return exp.Nullif(this=own, expression=exp.Literal.string(UNKNOWN))
            return own

        return self._input(f"field {ref.name}", name or found.field.name, found.field.type, True, sql, name is not None)

    # ---- the statement ----------------------------------------------------------------------------------------------------

    def query(self, helpers: Helpers) -> exp.Select:
        """A row for each one, with its key and all inputs."""
        passed = self.passes.of(population(self.entity, self.scope.workspace))
        start = helpers.add("population", self.passes.name(passed), passed.query(helpers))
        base = Base(Sources(self._start(start), self.scope, helpers, granted=False), helpers, passed, self.passes)
        columns = [build.alias(sql(base), identifier(name)) for name, sql in self._sql.items()]
        select = build.select(*(column(key, start) for key in self.keys), *columns)
        return base.sources.from_clause(select)

    def _start(self, name: str) -> Dataset:
        return Dataset(name=name, grain=self.keys, entities={self.entity: self.keys})

    def _pass_of(self, measure: Measure) -> Pass:
        workspace = self.scope.workspace
        return self.passes.of(dataset_name(measure.metric, workspace), time_of(measure, workspace))


class Base(NamedTuple):
    """What the inputs are read from: the pass that makes the population, with everything else joined to it."""

    sources: Sources
    helpers: Helpers
    population: Pass
    passes: Passes

    def of_pass(self, passed: Pass, name: str) -> exp.Expr:
        """A column of a pass."""
        if passed is self.population:
            return column(name, self.sources.name)
        return column(name, join_to(self.sources, passed, self.passes.name(passed), self.helpers))

    def beside(self, key: str, entity: str, helper: str, keys: tuple[str, ...]) -> str:
        """Joins a helper with at most one row for each one; the alias under which it stands."""
        alias = self.sources.put_beside(key, helper)
        pairs = zip(self.sources.key_sql(entity), keys, strict=True)
        self.sources.on(key, *(exp.EQ(this=left, expression=column(right, alias)) for left, right in pairs))
        return alias


def as_of(scope: Scope, profile: ProfileDataset) -> Scope:
    """The scope as it was on the day of a profile."""
    return scope if profile.profile.as_of is None else replace(scope, as_of=profile.profile.as_of)


def _named(name: str, period: SinglePeriod | None) -> str:
    """What a column is called: by its days too, where they are counted back from the day."""
    name = name.replace(".", "_")
    if not isinstance(period, LastN):
        return name
    days = f"{period.n}{period.unit[0]}"
    return f"{name}_{days}_before" if period.skip else f"{name}_{days}"
