"""What another definition does to those whom tags and segments hold: sizes before and after, who entered, who left.

Both definitions are read over the same rows and as of the same day, so that a difference is one of definitions alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from sqlglot import exp

from semantic_layer.columns import Column
from semantic_layer.compiler.naming import identifier
from semantic_layer.conditions import Compare, FieldRef, InSegment, Meets, Tag
from semantic_layer.errors import RequestError
from semantic_layer.frozen import Frozen
from semantic_layer.model.tags import Segment
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import plain
from semantic_layer.tag_parts import Item, all_of, figures_of
from semantic_layer.tag_parts import item as tag_or_segment
from tools.context import Context
from tools.population import asked_columns, everyone

WORDS = {
    "name",
    "was",
    "label",
    "synonyms",
    "description",
    "note",
    "values",
    "owner",
    "group",
    "sensitivity",
    "refresh",
    "public",
}
"""Keys that change nobody's value."""
OLD, NEW = "old", "new"


class GroupChange(Frozen):
    """A tag or a segment that means something else now.

    Attributes:
        was: What it was called, where that is another name.
        before, after: Members of a segment or of a tag that is true; of any other tag those who have a value.
        entered, left: Members on one side only; of any other tag those who have a value on one side only.
        changed: For how many of whom both versions know the value is another one.
        untold: Why nothing can be counted; empty where it is.
    """

    kind: Literal["tag", "segment"]
    name: str
    was: str | None = None
    before: int = 0
    after: int = 0
    entered: int = 0
    left: int = 0
    changed: int = 0
    untold: str = ""

    def __str__(self) -> str:
        named = f"{self.kind} '{self.name}'"
        if self.untold:
            return f"{named}: cannot be counted, {self.untold}"
        moves = f"{self.entered:,} entered, {self.left:,} left"
        other = f", {self.changed:,} have another value" if self.changed else ""
        return f"{named}: {self.before:,} before, {self.after:,} after; {moves}{other}"


def redefined(old: Workspace, new: Workspace) -> Iterator[tuple[Item, Item]]:
    """Tags and segments whose value may be another one: their definition changed, or one that they are told from."""
    for found in (*new.tags, *new.segments):
        earlier = next((known for name in (found.name, *getattr(found, "was", ())) if (known := tag_or_segment(old, name))), None)
        if earlier is not None and _meaning(old, earlier) != _meaning(new, found):
            yield earlier, found


def group_changes(old: Context, new: Context) -> tuple[GroupChange, ...]:
    """Counts each of them in both versions.

    Args:
        old, new: The two versions over the same data; statements run in the newer one.
    """
    return tuple(_counted(one, other, old, new) for one, other in redefined(old.scope.workspace, new.scope.workspace))


def _meaning(workspace: Workspace, found: Item) -> str:
    """All that decides a value: the definition, those that it is told from, and the metrics of both, without words."""
    parts = [[each.name if each is not found else "", _bare(plain(each))] for each in all_of(workspace, found.name)]
    metrics = {
        name for each in all_of(workspace, found.name) for metric, _ in figures_of(each) for name in _metrics(workspace, metric)
    }
    parts += [[name, _bare(plain(metric))] for name in sorted(metrics) if (metric := workspace.metric(name)) is not None]
    return json.dumps(parts, sort_keys=True)


def _bare(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in WORDS}


def _metrics(workspace: Workspace, name: str) -> set[str]:
    """A metric and those that it is made of."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        metric = workspace.metric(one)
        if metric is not None and one not in found:
            found.add(one)
            waiting += _texts(plain(metric))
    return found


def _texts(value: Any) -> list[str]:
    """All texts in JSON data."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in _texts(each)]


def _counted(one: Item, other: Item, old: Context, new: Context) -> GroupChange:
    kind = "segment" if isinstance(other, Segment) else "tag"
    told = GroupChange(kind=kind, name=other.name, was=one.name if one.name != other.name else None)
    try:
        if one.entity != other.entity:
            return told.model_copy(update={"untold": f"it was about '{one.entity}'"})
        numbers = _numbers(one, other, old, new)
    except RequestError as error:
        return told.model_copy(update={"untold": error.problem.what})
    names = ("before", "after", "entered", "left", "changed")
    return told.model_copy(update=dict(zip(names, numbers, strict=True)))


def _numbers(one: Item, other: Item, old: Context, new: Context) -> list[int]:
    """One statement: everyone of both versions side by side."""
    as_flag = _is_group(one) and _is_group(other)
    listed = {OLD: everyone(one.entity, [_ref(one, as_flag)], old), NEW: everyone(other.entity, [_ref(other, as_flag)], new)}
    values: dict[str, exp.Expr] = {}
    for side, ref in ((OLD, one), (NEW, other)):
        column = exp.column(identifier(asked_columns(listed[side], [_ref(ref, as_flag)])[0]), identifier(side))
        values[side] = exp.Nullif(this=column, expression=exp.false()) if as_flag else exp.cast(column, "VARCHAR")
    was, now = (exp.not_(exp.Is(this=values[side].copy(), expression=exp.null())) for side in (OLD, NEW))
    differ = exp.and_(was, now, exp.NEQ(this=values[OLD].copy(), expression=values[NEW].copy()))
    conditions = (was, now, exp.and_(now, exp.not_(was)), exp.and_(was, exp.not_(now)), differ)
    counts = [
        exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=condition.copy())).as_(f"n{place}")
        for place, condition in enumerate(conditions)
    ]
    keys = [[column.name for column in listed[side].columns[:-1]] for side in (OLD, NEW)]
    pairs = zip(*keys, strict=True)
    on = exp.and_(
        *(
            exp.EQ(this=exp.column(identifier(left), identifier(OLD)), expression=exp.column(identifier(right), identifier(NEW)))
            for left, right in pairs
        )
    )
    select = exp.select(*counts).from_(exp.to_table(OLD)).join(exp.to_table(NEW), on=on, join_type="FULL OUTER")
    for side in (OLD, NEW):
        select = select.with_(side, as_=listed[side].tree)
    columns = tuple(Column(name=f"n{place}", role="metric", type="count") for place in range(len(counts)))
    rows = new.run(replace(listed[NEW], tree=select, columns=columns), "definitions")
    return [int(value) for value in rows.values[0]]


def _is_group(found: Item) -> bool:
    return isinstance(found, Segment) or found.type == "boolean"


def _ref(found: Item, as_flag: bool) -> FieldRef:
    """What is listed of each one: whether it belongs, or the value of a tag."""
    if not as_flag:
        return Tag(name=found.name)
    belongs = (
        InSegment(name=found.name) if isinstance(found, Segment) else Compare(left=Tag(name=found.name), op="eq", right=True)
    )
    return Meets(entity=found.entity, condition=belongs)
