"""Steps in an order: which entities did them.

From each row of the first step there is one way on: the n-th row of the next step that comes later, the earliest end that
there can be. So each start has one end, and some start fits into the days or none does. The n-th later row is found by
numbers: rows of a step are numbered, and those that do not come later are counted, both with plain window functions.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.naming import column, free_name, identifier, row
from semantic_layer.compiler.neutral import AddDays
from semantic_layer.compiler.sources import Sources
from semantic_layer.compiler.time_sql import day, day_of
from semantic_layer.compiler.units import ALL_DAYS, HelperRows, helper_of, whose_key_names
from semantic_layer.conditions import Sequence, Step
from semantic_layer.errors import closest, no_time, request_error
from semantic_layer.requests import canonical

FIRST_DAY, REACHED, PLACE, SIDE, BEFORE, STEP, MET = "first_day", "reached", "place", "side", "before", "step", "met"
OWN = (FIRST_DAY, REACHED, PLACE, SIDE, BEFORE, STEP, MET)
DAY_ITSELF, ROW, AFTER = 0, 1, 2
"""Where an end stands among the rows of one time: before them, so that they come later, or after them."""


class StepRows(NamedTuple):
    """The numbered rows of a step.

    Attributes:
        moments: Whether their time is a moment; else it is a day.
    """

    step: Step
    name: str
    moments: bool


class Met(NamedTuple):
    """A helper with those who did the steps: one row for each.

    Attributes:
        met: Null where it is not known yet; all others are not there.
    """

    name: str
    keys: tuple[str, ...]
    met: str


def sequence(asked: Sequence, sources: Sources) -> Met:
    """Adds the queries of a sequence. Rows after "today" are not read.

    Raises:
        RequestError: an unknown dataset, one without a time, or one whose rows belong to no such entity.
    """
    return _Sequence(asked, sources).met()


def sequence_sql(asked: Sequence, sources: Sources) -> exp.Expr:
    """Whether the entity that a row belongs to did the steps. Null for a row of no entity."""
    found = sequence(asked, sources)
    who = build.from_(build.select(*(exp.column(identifier(key)) for key in found.keys)), found.name)
    if asked.steps[-1].absent:
        who = build.where(who, exp.column(identifier(found.met)))
    return exp.In(this=row(sources.key_sql(asked.entity)), query=exp.Subquery(this=who))


class _Sequence:
    def __init__(self, asked: Sequence, sources: Sources) -> None:
        self.asked, self.sources, self.helpers = asked, sources, sources.helpers
        self.known = f"sequence {sources.granted} {canonical(asked)}"
        first = Sources(asked.steps[0].dataset, sources.scope, sources.helpers, sources.granted)
        self._dataset(asked.steps[0].dataset)
        self.keys = whose_key_names(asked.entity, first.name, first)
        ends = [f"end_{number}" for number in range(1, len(asked.steps) + 1)]
        free = {name: free_name(name, self.keys) for name in (*OWN, *ends)}
        self.names, self.ends = free, [free[each] for each in ends]

    def met(self) -> Met:
        key, met = self.known, self.names[MET]
        name = self.helpers.known(key)
        if name is None:
            rows = [self._rows(step) for step in self.asked.steps]
            chain = self._started(rows[0])
            for number in range(1, len(rows)):
                chain = self._next(chain, rows, number)
            made = self._missing(chain, rows) if rows[-1].step.absent else self._done(chain, rows)
            name = self.helpers.add(key, f"{self.asked.entity}_in_order", made)
        return Met(name, self.keys, met)

    # ---- rows of a step ---------------------------------------------------------------------------------------------------

    def _rows(self, step: Step) -> StepRows:
        """The rows of a step, numbered by time for each entity."""
        scope, entity = self.sources.scope, self.asked.entity
        dataset, time = step.dataset, self._dataset(step.dataset)
        helper = helper_of(dataset, entity, time, None, (step.where,), ALL_DAYS, scope)
        rows = HelperRows(Sources(dataset, scope, self.helpers, self.sources.granted), helper)
        found = rows.sources.reached(time)
        moments = found.field.type == "time"
        key = helper.key(f"step {' '.join(self.keys)}", self.sources.granted)
        name = self.helpers.known(key)
        if name is None:
            key_sql, at = rows.sources.key_sql(entity), rows.sources.reached_sql(found)
            keys = [build.alias(sql, identifier(each)) for sql, each in zip(key_sql, self.keys, strict=True)]
            place = _window(exp.RowNumber(), [each.copy() for each in key_sql], [at.copy()])
            shown = [*keys, build.alias(at, self.names[REACHED]), build.alias(place, self.names[PLACE])]
            made = rows.statement(*shown, grouped=[])
            name = self.helpers.add(key, f"{entity}_{dataset}_steps", made)
        return StepRows(step, name, moments)

    def _dataset(self, name: str) -> str:
        """The time of a dataset."""
        workspace = self.sources.scope.workspace
        dataset = workspace.dataset(name)
        if dataset is None:
            near = closest(name, [each.name for each in workspace.datasets])
            raise request_error("unknown_field", f"there is no dataset '{name}'", field=name, near=near)
        if dataset.time is None:
            raise no_time(name)
        return dataset.time

    # ---- from step to step ------------------------------------------------------------------------------------------------

    def _started(self, rows: StepRows) -> str:
        """Each row of the first step as a start, with the row at which the step is reached."""
        at = column(self.names[REACHED], rows.name)
        first = build.alias(day_of(at, rows.moments), self.names[FIRST_DAY])
        shown: list[exp.Expr] = [*(column(key, rows.name) for key in self.keys), first]
        if rows.step.times == 1:
            end: exp.Expr = at.copy()
        else:
            later = exp.Lead(this=at.copy(), offset=exp.Literal.number(rows.step.times - 1))
            place = column(self.names[PLACE], rows.name)
            end = _window(later, [column(key, rows.name) for key in self.keys], [place])
        select = build.from_(build.select(*shown, build.alias(end, self.ends[0])), rows.name)
        return self.helpers.add(f"{self.known} from 1", f"{self.asked.entity}_from_1", select)

    def _next(self, chain: str, rows: list[StepRows], number: int) -> str:
        """The chain with one more end: the n-th row of the next step that comes later."""
        placed, following = self._placed(chain, rows, number), rows[number]
        wanted = exp.Add(this=column(self.names[BEFORE], placed), expression=exp.Literal.number(following.step.times))
        on = [exp.EQ(this=column(key, placed), expression=column(key, following.name)) for key in self.keys]
        on.append(exp.EQ(this=column(self.names[PLACE], following.name), expression=wanted))
        shown = [column(name, placed) for name in (*self.keys, self.names[FIRST_DAY], *self.ends[:number])]
        end = build.alias(column(self.names[REACHED], following.name), self.ends[number])
        select = build.from_(build.select(*shown, end), placed)
        # What did not come has no row, and that is what is asked of an absent step.
        select = build.join(select, following.name, "left" if following.step.absent else "inner", build.and_(*on))
        is_end = exp.NEQ(this=column(self.names[SIDE], placed), expression=exp.Literal.number(ROW))
        select = build.where(select, is_end)
        return self.helpers.add(f"{self.known} from {number + 1}", f"{self.asked.entity}_from_{number + 1}", select)

    def _placed(self, chain: str, rows: list[StepRows], number: int) -> str:
        """The ends so far among the rows of the next step, each with how many of these do not come later."""
        names, following = self.names, rows[number]
        held = (*self.keys, names[FIRST_DAY], *self.ends[:number])
        at, side = self._later_than(chain, rows, number)
        ends = build.select(
            *(column(each, chain) for each in held), build.alias(at, names[REACHED]), build.alias(side, names[SIDE])
        )
        known = exp.Not(this=exp.Is(this=column(self.ends[0], chain), expression=exp.null()))
        ends = build.where(build.from_(ends, chain), known)
        own: list[exp.Expr] = [column(key, following.name) for key in self.keys]
        own += [build.alias(exp.null(), identifier(each)) for each in held[len(self.keys) :]]
        own.append(column(names[REACHED], following.name))
        own.append(build.alias(exp.Literal.number(ROW), names[SIDE]))
        both = exp.union(ends, build.from_(build.select(*own), following.name), distinct=False, copy=False)
        is_row = exp.EQ(this=column(names[SIDE], STEP), expression=exp.Literal.number(ROW))
        counted = exp.Count(this=exp.Case(ifs=[exp.If(this=is_row, true=exp.Literal.number(1))]))
        order: list[exp.Expr] = [column(names[REACHED], STEP), column(names[SIDE], STEP)]
        before = _window(counted, [column(key, STEP) for key in self.keys], order)
        shown = [column(each, STEP) for each in (*held, names[SIDE])]
        select = build.select(*shown, build.alias(before, names[BEFORE]))
        select = build.from_(select, exp.Subquery(this=both, alias=exp.TableAlias(this=identifier(STEP))))
        return self.helpers.add(f"{self.known} placed {number}", f"{self.asked.entity}_to_{number + 1}", select)

    def _later_than(self, chain: str, rows: list[StepRows], number: int) -> tuple[exp.Expr, exp.Expr]:
        """From when on rows of a step come later than all ends so far, and whether that time itself does."""
        following, before = rows[number], rows[:number]
        ends = [column(self.ends[index], chain) for index in range(number)]
        days = [index for index, each in enumerate(before) if not (each.moments and following.moments)]
        if not days:
            return ends[-1], exp.Literal.number(AFTER)
        # A row that is absent must be known to come later; one that is there must not be known to come earlier.
        firsts: list[exp.Expr] = []
        if days[-1] == number - 1:
            last = day_of(ends[-1], before[-1].moments)
            firsts.append(AddDays(this=last, days=1) if following.step.absent else last)
        if not following.moments:
            same = [index for index in days if before[index].step.dataset == following.step.dataset]
            firsts += [AddDays(this=ends[index].copy(), days=1) for index in same[-1:]]
        day_bound = firsts[0] if len(firsts) == 1 else exp.Greatest(this=firsts[0], expressions=firsts[1:]) if firsts else None
        moments = [index for index in range(number) if index not in days]
        if not moments:
            assert day_bound is not None
            bound = build.cast(day_bound, exp.DType.TIMESTAMP) if following.moments else day_bound
            return bound, exp.Literal.number(DAY_ITSELF)
        moment = ends[moments[-1]].copy()
        if day_bound is None:
            return moment, exp.Literal.number(AFTER)
        midnight = build.cast(day_bound, exp.DType.TIMESTAMP)
        is_later = exp.If(this=exp.GT(this=midnight.copy(), expression=moment), true=exp.Literal.number(DAY_ITSELF))
        side = exp.Case(ifs=[is_later], default=exp.Literal.number(AFTER))
        return exp.Greatest(this=midnight, expressions=[moment.copy()]), side

    # ---- who --------------------------------------------------------------------------------------------------------------

    def _done(self, chain: str, rows: list[StepRows]) -> exp.Query:
        """Those of whom some start has its end within the days."""
        select = build.from_(build.select(*(column(key, chain) for key in self.keys)), chain)
        if self.asked.within_days is not None:
            last = day_of(column(self.ends[-1], chain), rows[-1].moments)
            most = AddDays(this=column(self.names[FIRST_DAY], chain), days=self.asked.within_days)
            select = build.where(select, exp.LTE(this=last, expression=most))
        return select.distinct(copy=False)

    def _missing(self, chain: str, rows: list[StepRows]) -> exp.Query:
        """Those of whom some end of the step before the absent one has days without it: true where these days are over."""
        end = column(self.ends[-1], chain)
        before = day_of(column(self.ends[-2], chain), rows[-2].moments)
        over = AddDays(this=before, days=self.asked.within_days)
        is_over = exp.LTE(this=over.copy(), expression=day(self.sources.scope.as_of))
        never = exp.Is(this=end, expression=exp.null())
        later = exp.GT(this=day_of(end.copy(), rows[-1].moments), expression=over)
        # MAX of 1 and nothing: 1 = 1 is true, and nothing = 1 is unknown.
        flag = exp.Max(this=exp.Case(ifs=[exp.If(this=is_over, true=exp.Literal.number(1))]))
        met = build.alias(exp.EQ(this=flag, expression=exp.Literal.number(1)), self.names[MET])
        keys: list[exp.Expr] = [column(key, chain) for key in self.keys]
        select = build.where(build.from_(build.select(*keys, met), chain), build.or_(never, later))
        return build.group_by(select, keys)


def _window(figure: exp.Expr, keys: list[exp.Expr], order: list[exp.Expr]) -> exp.Expr:
    by = exp.Order(expressions=[exp.Ordered(this=each, nulls_first=False) for each in order])
    return exp.Window(this=figure, partition_by=keys, order=by, over="OVER")
