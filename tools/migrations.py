"""How those of an entity moved between the values of a tag from one day to another: a count and a share for each pair."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlglot import exp

from semantic_layer.columns import UNKNOWN, Column, ValueLabel
from semantic_layer.compiler.naming import identifier
from semantic_layer.compiler.plan import Compiled
from semantic_layer.conditions import Did, FieldRef, Meets, Tag
from semantic_layer.errors import closest, request_error
from semantic_layer.model.tags import AnyTag
from semantic_layer.periods import Between
from semantic_layer.requests import EntityQuery
from semantic_layer.tag_parts import population
from semantic_layer.words import Text
from tools.answer import Answer, Cell, ChartSpec, Finding, Table
from tools.context import Context
from tools.group_requests import MigrationQuery
from tools.population import LISTED, answer_of, asked_columns, counted, everyone, smallest_group

NOT_YET = "not there yet"
"""Where those are on the first day who came into the data after it."""
NOT_YET_WORDS = Text(zh="当时还没有", en="Not there yet")
TOLD = 3
"""How many moves the text names."""


class Move(NamedTuple):
    """How many had one value on the first day, and one on the last."""

    first: str
    last: str
    members: int


def run(request: MigrationQuery, context: Context) -> Answer:
    """Answers who moved between the values of a tag.

    Raises:
        RequestError: an unknown entity or tag, a tag of another entity, days in the wrong order (`wrong_days`), what the viewer
            may not see, or moves that are too few for the viewer to be told of (`too_small`).
    """
    tag = _tag(request, context)
    last = request.end or context.scope.as_of
    if request.start >= last:
        raise request_error("wrong_days", "the first day does not come before the last", start=request.start, end=last)
    compiled = _counting(request, tag, last, context)
    rows = context.run(compiled, "migration")
    moves = [Move(str(first), str(second), int(members)) for first, second, members in rows.values]
    smallest = smallest_group(context)
    if any(move.members < smallest for move in moves):
        raise request_error("too_small", f"fewer than {smallest} moved in some way", size=smallest, entity=request.entity)
    moves = _in_order(moves, _values(tag, request.entity, context))
    shown = [move for move in moves if _is_asked(move, request)]
    table = _table(shown, moves, tag, request, context)
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


def _tag(request: MigrationQuery, context: Context) -> AnyTag:
    workspace = context.scope.workspace
    tag = workspace.tag(request.tag)
    if tag is None or tag.entity != request.entity:
        own = [each.name for each in workspace.tags if each.entity == request.entity]
        what = f"'{request.entity}' has no tag '{request.tag}'"
        raise request_error("unknown_tag", what, name=request.tag, near=closest(request.tag, own))
    return tag


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
    first, second = (_text(name) for name in names[:2])
    if len(names) > 2:
        was_there = exp.Is(this=exp.column(identifier(names[2])), expression=exp.true())
        first = exp.Case(ifs=[exp.If(this=was_there, true=first)], default=exp.Literal.string(NOT_YET))
    columns = (
        Column(name="first", role="dimension", type="category"),
        Column(name="last", role="dimension", type="category"),
        Column(name="members", role="metric", type="count"),
    )
    select = exp.select(first.as_("first"), second.as_("last"), exp.Count(this=exp.Star()).as_("members"))
    return counted(listed, select.from_(LISTED).group_by("1", "2"), columns)


def _text(name: str) -> exp.Expr:
    return exp.Coalesce(this=exp.cast(exp.column(identifier(name)), "VARCHAR"), expressions=[exp.Literal.string(UNKNOWN)])


def _values(tag: AnyTag, entity: str, context: Context) -> tuple[ValueLabel, ...]:
    """The values that have words, in their natural order, with the two that are no values."""
    profile = context.scope.workspace.profile(entity)
    field = profile.field(tag.name) if profile is not None else None
    named = field.values if field is not None else ()
    labels = [ValueLabel(value=str(each.value), label=_words(each.value, each)) for each in named]
    return (ValueLabel(value=NOT_YET, label=NOT_YET_WORDS), *labels)


def _words(value: Any, entry: Any) -> Text:
    return Text(zh=entry.label("zh", str(value)), en=entry.label("en", str(value)))


def _in_order(moves: Sequence[Move], values: Sequence[ValueLabel]) -> list[Move]:
    """Values in their natural order, others by themselves, what is unknown last."""
    places = {each.value: place for place, each in enumerate(values)}

    def place(value: str) -> tuple[bool, int, float, str]:
        number = float(value) if value.replace(".", "", 1).isdigit() else 0.0
        return value == UNKNOWN, places.get(value, len(places)), number, value

    return sorted(moves, key=lambda move: (place(move.first), place(move.last)))


def _is_asked(move: Move, request: MigrationQuery) -> bool:
    froms, tos = ([_key(value) for value in values] for values in (request.from_values, request.to_values))
    return (not froms or move.first in froms) and (not tos or move.last in tos)


def _key(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _table(shown: list[Move], moves: list[Move], tag: AnyTag, request: MigrationQuery, context: Context) -> Table:
    whole: dict[str, int] = {}
    for move in moves:
        whole[move.first] = whole.get(move.first, 0) + move.members
    rows: list[tuple[Cell, ...]] = [(move.first, move.last, move.members, move.members / whole[move.first]) for move in shown]
    words = _values(tag, request.entity, context)
    known = {each.value for each in words}
    others = dict.fromkeys(value for move in moves for value in (move.first, move.last) if value not in known)
    labels = (*words, *(ValueLabel(value=value, label=Text(zh=value, en=value)) for value in others if value != UNKNOWN))
    last = request.end or context.scope.as_of
    columns = (
        _dimension("first", tag, request.start, labels),
        _dimension("last", tag, last, labels),
        Column(name="members", role="metric", type="count", label=Text(zh="人数", en="Members"), additive=True),
        Column(name="share", role="metric", type="fraction", label=Text(zh="占起点的比例", en="Share of where they were")),
    )
    return Table(name="migration", columns=columns, rows=tuple(rows))


def _dimension(name: str, tag: AnyTag, day: date, labels: tuple[ValueLabel, ...]) -> Column:
    label = Text(zh=f"{tag.label_in('zh')}（{day}）", en=f"{tag.label_in('en')} ({day})")
    return Column(name=name, role="dimension", type="category", label=label, ordered=True, value_labels=labels)


def _finding(request: MigrationQuery, moves: list[Move], shown: list[Move], last: date) -> Finding:
    old = [move for move in moves if move.first != NOT_YET]
    moved = sorted((move for move in shown if move.first not in (move.last, NOT_YET)), key=lambda move: -move.members)
    whole = {move.first: sum(each.members for each in moves if each.first == move.first) for move in moves}
    parts: dict[str, Any] = {
        "entity": request.entity,
        "tag": request.tag,
        "start": request.start.isoformat(),
        "end": last.isoformat(),
        "total": sum(move.members for move in old),
        "stayed": sum(move.members for move in old if move.first == move.last),
        "new": sum(move.members for move in moves if move.first == NOT_YET),
        "moves": [[move.first, move.last, move.members, move.members / whole[move.first]] for move in moved[:TOLD]],
    }
    if not request.from_values and not request.to_values:
        return Finding(code="migration", parts=parts)
    asked = [move for move in old if move in shown]
    start = sum(members for value, members in whole.items() if value in [_key(each) for each in request.from_values])
    some = {"from": [_key(each) for each in request.from_values], "to": [_key(each) for each in request.to_values]}
    return Finding(code="migration_some", parts={**parts, **some, "members": sum(move.members for move in asked), "whole": start})
