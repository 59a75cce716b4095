"""Who entered and who left a group from one day to another, and which condition of its rule turned for them.

The same conditions are read twice, each time with "today" being one of the two days, so that windows go back from it. For those
who left, a condition turned where it was met on the first day and is not on the last; for those who entered the other way round.
Several may turn for one member; `only` counts those for whom no other one did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlglot import exp

from semantic_layer.columns import Column, ValueLabel
from semantic_layer.compiler.naming import identifier
from semantic_layer.compiler.plan import Compiled
from semantic_layer.conditions import AnyCondition, InSegment
from semantic_layer.errors import request_error
from semantic_layer.words import Text
from tools.answer import Answer, Cell, Finding, Table
from tools.context import Context
from tools.group_requests import TurnoverQuery
from tools.membership import owned, parts_of_rule
from tools.population import answer_of, asked_columns, everyone, meets, smallest_group

THEN, NOW = "was", "now"
ENTERED, LEFT = "entered", "left"
SIDES = (ENTERED, LEFT)
WORDS = (
    ValueLabel(value=ENTERED, label=Text(zh="进入", en="Entered")),
    ValueLabel(value=LEFT, label=Text(zh="离开", en="Left")),
)


class Counts(NamedTuple):
    """How many were in the group on each day, in both, came into it, and of these were not in the data on the first day."""

    before: int
    after: int
    stayed: int
    entered: int
    left: int
    new: int


class Turned(NamedTuple):
    """For how many of those who entered or left a condition turned, and for how many it alone did."""

    side: str
    part: int
    members: int
    only: int


def run(request: TurnoverQuery, context: Context) -> Answer:
    """Answers who came and went, and why.

    Raises:
        RequestError: an unknown entity, days in the wrong order (`wrong_days`) or to come (`day_to_come`), what the viewer may
            not see, or fewer who came or went than it may be told of (`too_small`).
    """
    as_of = context.scope.as_of
    last = request.end or as_of
    if last > as_of:
        raise request_error("day_to_come", f"nothing is known yet as of {last}", day=last.isoformat())
    if request.start >= last:
        raise request_error("wrong_days", "the first day does not come before the last", start=request.start, end=last)
    parts = conditions_in(request, context)
    compiled = _statement(request, parts, last, context)
    rows = context.run(compiled, "turnover")
    counts, turned = _read([int(value) for value in rows.values[0]], len(parts))
    smallest = smallest_group(context)
    if any(0 < count < smallest for count in (*counts, *(each.members for each in turned), *(each.only for each in turned))):
        raise request_error("too_small", f"fewer than {smallest} came or went", size=smallest, entity=request.entity)
    finding = _finding(request, counts, turned, parts, last)
    table = _table(turned, counts, parts)
    found = answer_of(request, [finding], [table], compiled, rows.sql, context, where=request.where)
    # The sentence says both days.
    return found.model_copy(update={"notes": tuple(each for each in found.notes if each.code != "profile_day")})


def conditions_in(request: TurnoverQuery, context: Context) -> list[AnyCondition]:
    """The conditions that the group's rule is made of; of a segment those of its own rule."""
    workspace = context.scope.workspace
    found = [part.condition for part in parts_of_rule(workspace, request.where, 0)]
    inner = [each for each in found if not isinstance(each, InSegment)]
    return list(dict.fromkeys(owned(each, request.entity) for each in inner or found))


def _statement(request: TurnoverQuery, parts: Sequence[AnyCondition], last: date, context: Context) -> Compiled:
    """Everyone of either day with what they met on both, in one row of counts."""
    asked = meets(request.entity, (request.where, *parts))
    of_days = {THEN: request.start, NOW: last}
    listed = {
        name: everyone(request.entity, asked, replace(context, scope=replace(context.scope, as_of=day)))
        for name, day in of_days.items()
    }
    keys = [column.name for column in listed[NOW].columns[: len(listed[NOW].columns) - len(asked)]]
    whole, *own = asked_columns(listed[NOW], asked)

    def met(name: str, day: str) -> exp.Expr:
        return exp.Is(this=exp.column(identifier(name), identifier(day)), expression=exp.true())

    was, now = met(whole, THEN), met(whole, NOW)
    there = exp.Not(this=exp.Is(this=exp.column(identifier(keys[0]), identifier(THEN)), expression=exp.null()))
    came = exp.and_(now, exp.not_(was))
    went = exp.and_(was, exp.not_(now))
    conditions = [was, now, exp.and_(was, now), came, went, exp.and_(came, exp.not_(there))]
    for side, of in ((ENTERED, exp.and_(came, there)), (LEFT, went)):
        turns = [_turned(met(name, THEN), met(name, NOW), side) for name in own]
        for place, turn in enumerate(turns):
            others = [exp.not_(exp.paren(each.copy())) for other, each in enumerate(turns) if other != place]
            conditions += [exp.and_(of, turn), exp.and_(of, turn, *others)]
    counts = [
        exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=condition.copy())).as_(f"n{place}")
        for place, condition in enumerate(conditions)
    ]
    pairs = [[exp.column(identifier(key), identifier(day)) for day in (THEN, NOW)] for key in keys]
    on = exp.and_(*(exp.EQ(this=one, expression=other) for one, other in pairs))
    select = exp.select(*counts).from_(exp.to_table(THEN)).join(exp.to_table(NOW), on=on, join_type="FULL OUTER")
    for name in (THEN, NOW):
        select = select.with_(name, as_=listed[name].tree)
    columns = tuple(Column(name=f"n{place}", role="metric", type="count") for place in range(len(counts)))
    return replace(listed[NOW], tree=select, columns=columns)


def _turned(was: exp.Expr, now: exp.Expr, side: str) -> exp.Expr:
    return exp.and_(now, exp.not_(was)) if side == ENTERED else exp.and_(was, exp.not_(now))


def _read(numbers: list[int], parts: int) -> tuple[Counts, list[Turned]]:
    counts, rest = Counts(*numbers[: len(Counts._fields)]), numbers[len(Counts._fields) :]
    turned = [
        Turned(side, part, rest[2 * (place * parts + part)], rest[2 * (place * parts + part) + 1])
        for place, side in enumerate(SIDES)
        for part in range(parts)
    ]
    return counts, turned


def _of(side: str, counts: Counts) -> int:
    """Of whom a condition can have turned: who was not in the data had met none."""
    return counts.entered - counts.new if side == ENTERED else counts.left


def _finding(request: TurnoverQuery, counts: Counts, turned: list[Turned], parts: list[AnyCondition], last: date) -> Finding:
    told = {
        side: [
            [each.part, each.members, each.members / _of(side, counts)]
            for each in sorted(turned, key=lambda each: -each.members)
            if each.side == side and each.members
        ]
        for side in SIDES
    }
    found: dict[str, Any] = {
        "entity": request.entity,
        "start": request.start.isoformat(),
        "end": last.isoformat(),
        **counts._asdict(),
        "conditions": [_told(place, each) for place, each in enumerate(parts, 1)],
        "turned": told,
    }
    return Finding(code="turnover", parts=found)


def _told(place: int, condition: AnyCondition) -> dict[str, Any]:
    return {"name": _name(place), "condition": condition.model_dump(mode="json")}


def _name(place: int) -> str:
    return f"condition {place}"


def _table(turned: list[Turned], counts: Counts, parts: list[AnyCondition]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in turned:
        whole = _of(each.side, counts)
        rows.append((each.side, _name(each.part + 1), each.members, each.members / whole if whole else None, each.only))
    names = [_name(place) for place, _ in enumerate(parts, 1)]
    labels = tuple(ValueLabel(value=name, label=Text(zh=name, en=name)) for name in names)
    columns = (
        Column(name="change", role="dimension", type="category", label=Text(zh="变化", en="Change"), value_labels=WORDS),
        Column(name="condition", role="dimension", type="category", label=Text(zh="条件", en="Condition"), value_labels=labels),
        Column(name="members", role="metric", type="count", label=Text(zh="因此变化的人数", en="It turned for")),
        Column(name="share", role="metric", type="fraction", label=Text(zh="占比", en="Share of them")),
        Column(name="only", role="metric", type="count", label=Text(zh="仅因此变化的人数", en="It alone turned for")),
    )
    return Table(name="turnover", columns=columns, rows=tuple(rows))
