"""Which natural groups there are among those of an entity, by the numbers of their tags, each described by what is its own."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from sqlglot import exp

from semantic_layer.columns import UNKNOWN, Column, ColumnType, Note, ValueLabel
from semantic_layer.compiler.naming import identifier
from semantic_layer.conditions import FieldRef, Tag
from semantic_layer.errors import request_error
from semantic_layer.model.tags import AnyTag
from semantic_layer.words import Text
from tools.answer import Answer, Cell, ChartSpec, Finding, Table
from tools.clusters import Found, Numbers, natural_groups
from tools.context import Context
from tools.group_requests import ClusterQuery
from tools.population import LISTED, answer_of, asked_columns, counted, everyone, is_computed, smallest_group
from tools.profiles import SMALLEST, field_names, label_of, telling_fields, words_of

FEWEST, MOST = 100, 50_000
"""Members: of fewer no groups are told; of more a part is looked at, the same one each time."""
MOST_UNKNOWN = 0.2
"""A tag of which more is unknown tells nobody apart."""
NUMBERS = ("count", "decimal", "fraction")
OWN_NUMBER, NOTABLE, OWN_VALUE = 0.4, 0.1, 0.15
"""From where on something is a group's own: spreads from everyone's mean with a middle so much of everyone's apart, and parts
above everyone's share."""
TOLD_NUMBERS, TOLD_VALUES = 3, 2
COUNT = "members_in_all"


class Members(NamedTuple):
    """The members that are looked at.

    Attributes:
        numbers: A row for each one, a column for each tag in `tags`.
        texts: For each field the values of all.
        total: How many there are in all.
    """

    tags: list[AnyTag]
    numbers: Numbers
    texts: dict[str, list[str]]
    total: int


def run(request: ClusterQuery, context: Context) -> Answer:
    """Answers which groups there are.

    Raises:
        RequestError: an unknown entity, what the viewer may not see, fewer than two tags with numbers (`no_numbers`), fewer than
            100 members (`too_few_to_group`), or no groups that lie apart (`no_groups`).
    """
    tags = _numeric(request, context)
    fields = telling_fields(request.entity, request.where, context)
    asked: list[FieldRef] = [*(Tag(name=tag.name) for tag in tags), *fields]
    listed = everyone(request.entity, asked, context, request.where)
    columns, keys = asked_columns(listed, asked), [column.name for column in listed.columns[: len(listed.columns) - len(asked)]]
    every = exp.Window(this=exp.Count(this=exp.Star()), over="OVER")
    # In an order that follows no key, and is the same each time.
    mixed = [exp.MD5(this=exp.cast(exp.column(identifier(key)), "VARCHAR")) for key in keys]
    order = [*mixed, *(exp.column(identifier(key)) for key in keys)]
    select = exp.select(every.as_(COUNT), *(exp.column(identifier(name)) for name in columns)).from_(LISTED)
    shown = tuple(Column(name=name, role="metric", type="decimal") for name in (COUNT, *columns))
    compiled = counted(listed, select.order_by(*order).limit(MOST), shown)
    # They are only counted and averaged, so that the limit of an answer's rows is not theirs.
    limits = context.limits.model_copy(update={"rows": MOST})
    wide = Context(context.scope, context.engine, limits, context.cancel, emit=context.emit)
    rows = wide.run(compiled, "members")
    context.timings_ms.update(wide.timings_ms)
    members = _members(rows.values, tags, field_names(fields))
    if members.total < FEWEST:
        what = f"{members.total} members are too few to look for groups"
        raise request_error("too_few_to_group", what, size=FEWEST, members=members.total, entity=request.entity)
    if len(members.tags) < 2:
        raise request_error("no_numbers", f"'{request.entity}' has fewer than two tags with numbers", entity=request.entity)
    smallest = max(SMALLEST, smallest_group(context))
    found = natural_groups(members.numbers, smallest, request.groups)
    if found is None and request.groups is not None:
        others = natural_groups(members.numbers, smallest)
        raise request_error(
            "no_such_groups",
            f"there are no {request.groups} groups that lie apart",
            entity=request.entity,
            count=request.groups,
            found=len(others.scores) if others is not None else 0,
        )
    if found is None:
        raise request_error("no_groups", "no groups lie apart from each other", entity=request.entity, members=members.total)
    labels = {name: label_of(ref, request.entity, context) for ref, name in zip(fields, field_names(fields), strict=True)}
    groups = [_described(place, found, members, labels) for place in range(len(found.scores))]
    parts = {
        "entity": request.entity,
        "total": members.total,
        "looked_at": len(members.numbers),
        "tags": [tag.name for tag in members.tags],
        "silhouette": found.silhouette,
        "clusters": groups,
    }
    table = _table(found, members)
    chart = ChartSpec(kind="bar", table=table.name, x="cluster", y=("members",))
    notes = [] if len(members.numbers) == members.total else [_part_note(members)]
    finding = Finding(code="clusters", parts=parts)
    return answer_of(request, [finding], [table], compiled, rows.sql, context, where=request.where, charts=[chart], notes=notes)


def _part_note(members: Members) -> Note:
    return Note(code="part_of_members", kind="warning", parts={"rows": len(members.numbers), "count": members.total})


def _numeric(request: ClusterQuery, context: Context) -> list[AnyTag]:
    """The tags with numbers that the viewer may see; a rank says again what it ranks."""
    tags = [tag for tag in context.scope.workspace.tags if tag.entity == request.entity and tag.type in NUMBERS]
    own = [tag for tag in tags if tag.kind not in ("rank", "predictive")]
    return [tag for tag in own if is_computed(Tag(name=tag.name), request.entity, context)]


def _members(rows: list[list[Any]], tags: list[AnyTag], fields: list[str]) -> Members:
    """The numbers of all without what says nothing: tags that are mostly unknown, or the same for everyone."""
    total = int(rows[0][0]) if rows else 0
    read = [[np.nan if value is None else float(value) for value in row[1 : 1 + len(tags)]] for row in rows]
    numbers = np.array(read, dtype=np.float64).reshape(len(rows), len(tags))
    unknown = np.isnan(numbers).mean(axis=0) if len(rows) else np.ones(len(tags))
    kept = [place for place in range(len(tags)) if unknown[place] <= MOST_UNKNOWN]
    numbers = numbers[:, kept]
    if kept:
        numbers = np.where(np.isnan(numbers), np.nanmedian(numbers, axis=0), numbers)
    varied = [place for place in range(len(kept)) if np.ptp(numbers[:, place]) > 0] if len(rows) else []
    texts = {
        name: [UNKNOWN if row[1 + len(tags) + place] is None else _text(row[1 + len(tags) + place]) for row in rows]
        for place, name in enumerate(fields)
    }
    return Members([tags[kept[place]] for place in varied], numbers[:, varied], texts, total)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _described(place: int, found: Found, members: Members, labels: dict[str, Any]) -> dict[str, Any]:
    """A group by what is its own: numbers that are high or low in it, values that more of it have than of everyone."""
    inside = found.labels == place
    scores = found.scores[place]
    numbers: list[dict[str, Any]] = []
    for column in np.argsort(-np.abs(scores), kind="stable"):
        own, everyone_has = (float(np.median(members.numbers[rows, column])) for rows in (inside, slice(None)))
        if abs(scores[column]) >= OWN_NUMBER and abs(own - everyone_has) >= NOTABLE * abs(everyone_has):
            high = bool(scores[column] > 0)
            numbers.append({"tag": members.tags[column].name, "high": high, "own": own, "everyone": everyone_has})
    values: list[tuple[float, dict[str, Any]]] = []
    for name, texts in members.texts.items():
        array = np.array(texts)
        for value in sorted(set(texts) - {UNKNOWN, "false"}):
            own, everyone_share = float((array[inside] == value).mean()), float((array == value).mean())
            if own - everyone_share >= OWN_VALUE:
                told = {"field": labels[name].field.model_dump(), "value": words_of(name, value, labels).model_dump()}
                values.append((everyone_share - own, {**told, "own": own, "everyone": everyone_share}))
    values.sort(key=lambda each: each[0])
    size = int(inside.sum())
    own_values = [told for _, told in values[:TOLD_VALUES]]
    return {"size": size, "share": size / len(inside), "numbers": numbers[:TOLD_NUMBERS], "values": own_values}


def _table(found: Found, members: Members) -> Table:
    """A row for each group: its size, and the middle of each number."""
    rows: list[tuple[Cell, ...]] = []
    names = [str(place + 1) for place in range(len(found.scores))]
    for place, name in enumerate(names):
        inside = found.labels == place
        middles = [float(np.median(members.numbers[inside, column])) for column in range(len(members.tags))]
        rows.append((name, int(inside.sum()), float(inside.mean()), *middles))
    words = tuple(ValueLabel(value=name, label=Text(zh=f"第 {name} 类", en=f"Group {name}")) for name in names)
    kind = Text(zh="分类", en="Group")
    columns = (
        Column(name="cluster", role="dimension", type="category", label=kind, ordered=True, value_labels=words),
        Column(name="members", role="metric", type="count", label=Text(zh="人数", en="Members"), additive=True),
        Column(name="share", role="metric", type="fraction", label=Text(zh="占比", en="Share")),
        *(_middle(tag) for tag in members.tags),
    )
    return Table(name="clusters", columns=columns, rows=tuple(rows))


def _middle(tag: AnyTag) -> Column:
    label = Text(zh=f"{tag.label_in('zh')}（中位数）", en=f"{tag.label_in('en')} (median)")
    kind: ColumnType = "count" if tag.type == "count" else "fraction" if tag.type == "fraction" else "decimal"
    return Column(name=tag.name, role="metric", type=kind, label=label, unit=tag.unit)
