"""How those of an entity moved between the values of a tag from one day to another: a count and a share for each pair."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from sqlglot import exp

from semantic_layer.columns import Column, ValueLabel
from semantic_layer.compiler.naming import identifier
from semantic_layer.compiler.plan import Compiled
from semantic_layer.conditions import Did, FieldRef, Meets, Tag
from semantic_layer.errors import request_error
from semantic_layer.model.tags import AnyTag
from semantic_layer.periods import Between
from semantic_layer.requests import EntityQuery
from semantic_layer.tag_parts import population
from semantic_layer.words import Text
from tools.answer import Answer, ChartSpec, Finding, Table
from tools.context import Context
from tools.group_requests import MigrationQuery
from tools.population import LISTED, answer_of, asked_columns, counted, everyone, smallest_group
from tools.tag_values import key_of_value, order_of, tag_of, text_of_value, value_column, words_of_values

NOT_YET = None
"""The first value of those who came into the data after the first day: they have none, which is not an unknown one."""
NOT_YET_WORDS = Text(zh="当时还没有", en="Not there yet")
TOLD = 3
"""How many moves the text names."""


class Move(NamedTuple):
    """How many had one value on the first day, and one on the last."""

    first: str | None
    last: str
    members: int


def run(request: MigrationQuery, context: Context) -> Answer:
    """Answers who moved between the values of a tag.

    Raises:
        RequestError: an unknown entity or tag, a tag of another entity, days in the wrong order (`wrong_days`), what the viewer
            may not see, or moves that are too few for the viewer to be told of (`too_small`).
    """
    tag = tag_of(request.tag, request.entity, context)
    last = request.end or context.scope.as_of
    if request.start >= last:
        raise request_error("wrong_days", "the first day does not come before the last", start=request.start, end=last)
    compiled = _counting(request, tag, last, context)
    rows = context.run(compiled, "migration")
    moves = [Move(None if first is None else str(first), str(second), int(members)) for first, second, members in rows.values]
    smallest = smallest_group(context)
    if any(move.members < smallest for move in moves):
        raise request_error("too_small", f"fewer than {smallest} moved in some way", size=smallest, entity=request.entity)
    words = words_of_values(tag, context, (value for move in moves for value in (move.first, move.last) if value is not None))
    labels = (ValueLabel(value=NOT_YET, label=NOT_YET_WORDS), *words)
    places = order_of(labels)
    moves.sort(key=lambda move: (places[move.first], places[move.last]))
    shown = [move for move in moves if _is_asked(move, request)]
    table = _table(shown, moves, (tag, request.start, last), labels)
    chart = ChartSpec(kind="sankey", table=table.name, x="first", y=("members",), series="last")
    finding = _finding(request, moves, shown, last)
    read = EntityQuery(entity=request.entity, where=request.where, columns=_both(tag, request.start, last, context))
    found = answer_of(request, [finding], [table], compiled, rows.sql, context, about=read, where=request.where, charts=[chart])
    # The sentence says the two days of the tag.
    notes = tuple(each for each in found.notes if each.code != "profile_day" or each.parts["tags"] != [tag.name])
    return found.model_copy(update={"notes": notes})


def _both(tag: AnyTag, first: date, last: date, context: Context) -> tuple[Tag, Tag]:
    """The tag as of both days."""
    return Tag(name=tag.name, as_of=first), Tag(name=tag.name, as_of=None if last == context.scope.as_of else last)


def _counting(request: MigrationQuery, tag: AnyTag, last: date, context: Context) -> Compiled:
    """One statement: everyone once with the values of both days, then how many there are of each pair."""
    known = population(request.entity, context.scope.workspace)
    there = Did(entity=request.entity, dataset=known, period=Between(end=request.start))
    asked: list[FieldRef] = [*_both(tag, request.start, last, context)]
    dataset = context.scope.workspace.dataset(known)
    if dataset is not None and dataset.time is not None:
        asked.append(Meets(entity=request.entity, condition=there))
    listed = everyone(request.entity, asked, context, request.where)
    names = asked_columns(listed, asked)
    first, second = (text_of_value(name) for name in names[:2])
    if len(names) > 2:
        was_there = exp.Is(this=exp.column(identifier(names[2])), expression=exp.true())
        first = exp.Case(ifs=[exp.If(this=was_there, true=first)])
    columns = (
        Column(name="first", role="dimension", type="category"),
        Column(name="last", role="dimension", type="category"),
        Column(name="members", role="metric", type="count"),
    )
    select = exp.select(first.as_("first"), second.as_("last"), exp.Count(this=exp.Star()).as_("members"))
    return counted(listed, select.from_(LISTED).group_by("1", "2"), columns)


def _is_asked(move: Move, request: MigrationQuery) -> bool:
    froms, tos = ([key_of_value(value) for value in values] for values in (request.from_values, request.to_values))
    return (not froms or move.first in froms) and (not tos or move.last in tos)


def _table(shown: list[Move], moves: list[Move], of: tuple[AnyTag, date, date], labels: tuple[ValueLabel, ...]) -> Table:
    """A row for each move, with its share of all who had the first value.

    Args:
        of: The tag and its two days.
    """
    whole: dict[str | None, int] = {}
    for move in moves:
        whole[move.first] = whole.get(move.first, 0) + move.members
    tag, *days = of
    rows = tuple((move.first, move.last, move.members, move.members / whole[move.first]) for move in shown)
    first, last = (
        value_column(name, tag, Text(zh=f"{tag.label_in('zh')}（{day}）", en=f"{tag.label_in('en')} ({day})"), labels)
        for name, day in zip(("first", "last"), days, strict=True)
    )
    members = Column(name="members", role="metric", type="count", label=Text(zh="人数", en="Members"), additive=True)
    share = Column(name="share", role="metric", type="fraction", label=Text(zh="占起点的比例", en="Share of where they were"))
    return Table(name="migration", columns=(first, last, members, share), rows=rows)


def _finding(request: MigrationQuery, moves: list[Move], shown: list[Move], last: date) -> Finding:
    old = [move for move in moves if move.first is not None]
    moved = sorted((move for move in shown if move.first not in (move.last, None)), key=lambda move: -move.members)
    whole = {move.first: sum(each.members for each in moves if each.first == move.first) for move in moves}
    parts: dict[str, Any] = {
        "entity": request.entity,
        "tag": request.tag,
        "start": request.start.isoformat(),
        "end": last.isoformat(),
        "total": sum(move.members for move in old),
        "stayed": sum(move.members for move in old if move.first == move.last),
        "new": sum(move.members for move in moves if move.first is None),
        "moves": [[move.first, move.last, move.members, move.members / whole[move.first]] for move in moved[:TOLD]],
    }
    if not request.from_values and not request.to_values:
        return Finding(code="migration", parts=parts)
    asked = [move for move in old if move in shown]
    froms, tos = ([key_of_value(each) for each in values] for values in (request.from_values, request.to_values))
    start = sum(members for value, members in whole.items() if value in froms)
    some = {"from": froms, "to": tos}
    return Finding(code="migration_some", parts={**parts, **some, "members": sum(move.members for move in asked), "whole": start})
