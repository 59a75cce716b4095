"""The profile of an entity as SQL: inputs in one pass over each dataset, then tags and segments, each after what it is told from.

What is computed is what a statement reads, with what that is told from, and nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.condition_sql import literal
from semantic_layer.compiler.measures import covered_days
from semantic_layer.compiler.naming import column, identifier
from semantic_layer.compiler.plan import Scope
from semantic_layer.compiler.profile_conditions import Known
from semantic_layer.compiler.profile_inputs import Input, Inputs, as_of
from semantic_layer.compiler.sources import Helpers
from semantic_layer.compiler.time_sql import day
from semantic_layer.conditions import EntityMetric, Field, Sequence
from semantic_layer.errors import closest, request_error
from semantic_layer.model.profiles import AS_OF, ProfileDataset
from semantic_layer.model.tags import (
    AnyTag,
    AttributeTag,
    ExportedSegment,
    ListTag,
    MetricTag,
    OccurrenceTag,
    PredictiveTag,
    PreferenceTag,
    Ranked,
    RankTag,
    RuleTag,
    Segment,
    SequenceTag,
    SqlTag,
)
from semantic_layer.periods import LastN
from semantic_layer.tag_parts import told_from


def profile_table(profile: ProfileDataset, scope: Scope, helpers: Helpers) -> str:
    """The helper that holds a profile. It is made last, when it is known which of its columns are read."""

    def query(own: Helpers, read: frozenset[str]) -> exp.Query:
        if profile.profile.ends:
            return _over_time(profile, read, scope, own)
        return profile_query(profile, read, as_of(scope, profile), own)

    return helpers.known(profile.name) or helpers.later(profile.name, profile.name, query)


def _over_time(profile: ProfileDataset, read: frozenset[str], scope: Scope, helpers: Helpers) -> exp.Query:
    """The profiles of several days below each other, each row with its day."""
    selects: list[exp.Select] = []
    for end in profile.profile.ends:
        own = helpers.apart()
        made = profile_query(profile, read - {AS_OF}, replace(scope, as_of=end), own)
        for name, query in own.queries().items():
            helpers.add(name, name, query)
        selects.append(made.select(build.alias(day(end), AS_OF), copy=False))
    return selects[0] if len(selects) == 1 else exp.union(*selects, distinct=False, copy=False)


def profile_query(profile: ProfileDataset, read: frozenset[str], scope: Scope, helpers: Helpers) -> exp.Select:
    """One row for each one of the population, with its key and the tags and segments that are read.

    Args:
        read: Names of tags and segments.
        scope: As of the profile's day.

    Raises:
        RequestError: a tag that is not computed, that refers to what there is not, or that refers to itself.
    """
    return _Profile(profile, scope, helpers).query(read)


class _Profile:
    def __init__(self, profile: ProfileDataset, scope: Scope, helpers: Helpers) -> None:
        self.profile, self.scope, self.helpers = profile, scope, helpers
        _is_inside(profile, scope)
        self.workspace = scope.workspace
        self.figures, self.tags = (f"{profile.profile.entity}_{what}" for what in ("figures", "tags"))
        self.inputs = Inputs(profile, scope, helpers)
        self.keys = self.inputs.keys
        self.direct: dict[str, Input] = {}
        self.unknown: dict[str, bool] = {}
        """Whether a tag can be null."""

    def query(self, read: frozenset[str]) -> exp.Select:
        wanted = [field.name for field in self.profile.fields if field.name in read]
        levels = self._levels(wanted)
        # What is below the first level are the inputs, below the others the tags so far.
        below = [self.figures, *(self.tags for _ in levels)]
        made = [{item.name: self._sql(item, table) for item in level} for level, table in zip(levels, below, strict=False)]
        inputs = self.inputs.query(self.helpers)
        if not levels:
            return self._only(inputs, wanted)
        return self._layered(self.helpers.add("figures", self.figures, inputs), made, wanted)

    def _only(self, inputs: exp.Select, wanted: list[str]) -> exp.Select:
        """Tags that are inputs as they stand need no further query."""
        by_name = {each.alias_or_name: each for each in inputs.expressions}
        names = [self.direct[name].name for name in wanted]
        columns = [by_name[key] for key in self.keys]
        columns += [build.alias(by_name[own].unalias(), identifier(name)) for own, name in zip(names, wanted, strict=True)]
        return build.with_columns(inputs, columns)

    def _layered(self, table: str, made: list[dict[str, exp.Expr]], wanted: list[str]) -> exp.Select:
        """Each level over the one below; the last one shows what is wanted."""
        alias = self.figures
        for number, level in enumerate(made[:-1]):
            columns = [build.alias(sql, identifier(each)) for each, sql in level.items()]
            select = build.select(exp.Column(this=exp.Star(), table=identifier(alias)), *columns)
            table = self.helpers.add(f"tags {number}", self.tags, build.from_(select, _aliased(table, alias)))
            alias = self.tags
        shown: list[exp.Expr] = [column(key, alias) for key in self.keys]
        for name in wanted:
            own = self.direct[name].name if name in self.direct else name
            shown.append(build.alias(made[-1].get(name, column(own, alias)), identifier(name)))
        return build.from_(build.select(*shown), _aliased(table, alias))

    # ---- the order --------------------------------------------------------------------------------------------------------

    def _levels(self, wanted: list[str]) -> list[list[AnyTag | Segment]]:
        """Tags and segments by how many others stand between them and the inputs; inputs themselves are left out."""
        depths: dict[str, int] = {}
        items: dict[str, AnyTag | Segment] = {}

        def depth(name: str, above: tuple[str, ...]) -> int:
            if name in above:
                around = " -> ".join((*above[above.index(name) :], name))
                raise request_error("bad_request", f"'{name}' is told from itself: {around}", field=name)
            if name not in depths:
                item = self._item(name)
                if self._is_direct(item):
                    depths[name] = 0
                else:
                    items[name] = item
                    depths[name] = 1 + max((depth(each, (*above, name)) for each in told_from(item)), default=0)
                    self.unknown[name] = self._may_be_unknown(item)
            return depths[name]

        for name in wanted:
            depth(name, ())
        highest = max(depths.values(), default=0)
        return [[items[name] for name in items if depths[name] == level] for level in range(1, highest + 1)]

    def _item(self, name: str) -> AnyTag | Segment:
        found = self.workspace.tag(name) or self.workspace.segment(name)
        if found is None:
            near = closest(name, [each.name for each in (*self.workspace.tags, *self.workspace.segments)])
            raise request_error("unknown_tag", f"there is no tag or segment '{name}'", tag=name, near=near)
        if found.entity != self.profile.profile.entity:
            what = f"'{name}' is of '{found.entity}', not of '{self.profile.profile.entity}'"
            raise request_error("bad_request", what, field=name)
        return found

    def _is_direct(self, item: AnyTag | Segment) -> bool:
        """Whether a tag is one of the inputs as it stands."""
        match item:
            case MetricTag(measure=asked):
                period = LastN(n=asked.window.days, unit="day") if asked.window is not None else None
                ref = EntityMetric(metric=asked.metric, entity=item.entity, period=period, where=asked.where)
                found = self.inputs.figure(ref, item.name)
            case OccurrenceTag(occurrence=asked):
                found = self.inputs.occurrence(asked, item.name, item.type)
            case PreferenceTag():
                found = self.inputs.preference(item)
            case ListTag() | ExportedSegment():
                found = self.inputs.listed(item)
            case SqlTag():
                found = self.inputs.sql(item)
            case PredictiveTag():
                found = self.inputs.predicted(item)
            case SequenceTag(sequence=asked):
                whole = Sequence(entity=item.entity, steps=asked.steps, within_days=asked.within_days)
                found = self.inputs.sequence(whole, item.name)
            case AttributeTag(attribute=Field() as attribute):
                found = self.inputs.field(attribute, item.name)
            case _:
                return False
        self.direct[item.name] = found
        self.unknown[item.name] = found.may_be_unknown
        return True

    # ---- the values -------------------------------------------------------------------------------------------------------

    def _sql(self, item: AnyTag | Segment, table: str) -> exp.Expr:
        match item:
            case Segment(rule=rule):
                told = self._known(table)
                met = told.sql(rule)
                return exp.Coalesce(this=met, expressions=[exp.false()]) if told.may_be_unknown(rule) else met
            case RuleTag():
                return self._rules(item, table)
            case AttributeTag(condition=condition) if condition is not None:
                return self._known(table).sql(condition)
            case RankTag(rank=rank):
                return self._rank(item, rank, table)
            case _:
                raise AssertionError(f"'{item.name}' is an input")

    def _known(self, table: str) -> Known:
        return Known(self.inputs, table, self.direct, self.unknown)

    def _rules(self, tag: RuleTag, table: str) -> exp.Expr:
        """The first rule that matches; where one before it cannot be told, neither can the value."""
        told, arms, checked = self._known(table), list[exp.If](), set[str]()
        otherwise: exp.Expr | None = None
        for rule in tag.rules:
            value = exp.null() if rule.value is None else literal(rule.value, tag.type, Field(name=tag.name))
            if rule.when is None:
                otherwise = value
                break
            condition = told.sql(rule.when)
            arms.append(exp.If(this=condition, true=value))
            doubts = told.doubts(rule.when)
            if doubts - checked:
                arms.append(exp.If(this=exp.Is(this=build.paren(condition.copy()), expression=exp.null()), true=exp.null()))
                checked |= doubts
        if not arms:
            return otherwise if otherwise is not None else exp.null()
        return exp.Case(ifs=arms, default=otherwise)

    def _may_be_unknown(self, item: AnyTag | Segment) -> bool:
        told = self._known(self.tags)
        match item:
            case Segment():
                return False
            case RuleTag(rules=rules):
                open_end = all(rule.when is not None for rule in rules)
                return open_end or any(rule.value is None or told.may_be_unknown(rule.when) for rule in rules)
            case AttributeTag(condition=condition):
                return told.may_be_unknown(condition)
            case RankTag(rank=rank):
                return self.unknown[rank.of]
            case _:
                return True

    def _rank(self, tag: RankTag, rank: Ranked, table: str) -> exp.Expr:
        """Equal parts, or thresholds on the share that ranks above; what is unknown ranks nowhere."""
        of = self._known(table).tag(rank.of)
        unknown = exp.Is(this=of, expression=exp.null())
        apart: list[exp.Expr] = [unknown] if self.unknown[rank.of] else []
        by = [exp.Ordered(this=of.copy(), desc=rank.descending, nulls_first=False)]
        if rank.tiles is not None:
            keys = [exp.Ordered(this=column(key, table), desc=False, nulls_first=False) for key in self.keys]
            order = exp.Order(expressions=[*by, *keys])
            parts = exp.Ntile(this=exp.Literal.number(rank.tiles))
            placed: exp.Expr = exp.Window(this=parts, partition_by=apart, order=order, over="OVER")
        else:
            share = exp.Window(this=exp.PercentRank(), partition_by=apart, order=exp.Order(expressions=by), over="OVER")
            arms = [
                exp.If(
                    this=exp.LT(this=share.copy(), expression=exp.Literal.number(least)),
                    true=literal(value, tag.type, Field(name=tag.name)),
                )
                for least, value in rank.thresholds
            ]
            rest = literal(rank.otherwise, tag.type, Field(name=tag.name)) if rank.otherwise is not None else None
            placed = exp.Case(ifs=arms, default=rest)
        if not apart:
            return placed
        return exp.Case(ifs=[exp.If(this=exp.Not(this=unknown.copy()), true=placed)])


def _is_inside(profile: ProfileDataset, scope: Scope) -> None:
    """Raises RequestError `outside_period`: nobody is known as of a day before the data."""
    covered = covered_days(scope, profile.name, None)
    if covered is not None and scope.as_of < covered.start:
        day = scope.as_of.isoformat()
        days = {"start": day, "end": day, "first": covered.start.isoformat(), "last": covered.end.isoformat()}
        raise request_error("outside_period", f"the data begins on {covered.start}", **days)


def _aliased(table: str, alias: str) -> exp.Expr:
    return exp.to_table(table) if table == alias else exp.alias_(exp.to_table(table), alias, table=True)
