"""How many have each value of one tag and each of another: two scores as a grid, or any two tags crossed."""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp

from semantic_layer.columns import Column
from semantic_layer.conditions import Tag
from semantic_layer.errors import request_error
from semantic_layer.model.tags import AnyTag, MetricTag, OccurrenceTag, RankTag
from semantic_layer.model.workspace import Workspace
from semantic_layer.words import Text
from tools.answer import Answer, ChartSpec, Finding, Table
from tools.context import Context
from tools.group_requests import GridQuery
from tools.population import LISTED, answer_of, asked_columns, counted, everyone, smallest_group
from tools.tag_values import order_of, tag_of, text_of_value, value_column, words_of_values

TOLD = 3
"""How many cells the text names."""
COLUMNS = (
    Column(name="down", role="dimension", type="category"),
    Column(name="across", role="dimension", type="category"),
    Column(name="members", role="metric", type="count"),
)


class Scores(NamedTuple):
    """The names of an entity's RFM scores."""

    recency: str
    frequency: str
    monetary: str | None


def rfm_scores(workspace: Workspace, entity: str) -> Scores | None:
    """The scores in equal parts by the days since the last time, by a count and by an amount; None without the first two."""
    scores = [tag for tag in workspace.tags if tag.entity == entity and isinstance(tag, RankTag) and tag.rank.tiles is not None]
    found: dict[str, str] = {}
    for score in scores:
        ranked = workspace.tag(score.rank.of)
        match ranked:
            case OccurrenceTag() if ranked.occurrence.take == "last" and ranked.occurrence.give == "days_since":
                found.setdefault("recency", score.name)
            case MetricTag():
                metric = workspace.metric(ranked.measure.metric)
                of_count = ranked.type == "count" or (metric is not None and metric.type == "count")
                found.setdefault("frequency" if of_count else "monetary", score.name)
            case _:
                continue
    if "recency" not in found or "frequency" not in found:
        return None
    return Scores(found["recency"], found["frequency"], found.get("monetary"))


def run(request: GridQuery, context: Context) -> Answer:
    """Answers how many there are in each cell of a grid.

    Raises:
        RequestError: an unknown entity or tag, what the viewer may not see, the same tag twice (`bad_request`), or cells that are
            too small for the viewer to be told of (`small_groups`).
    """
    down, across = (tag_of(ref.name, request.entity, context) for ref in (request.down, request.across))
    if request.down == request.across:
        raise request_error("bad_request", f"'{down.name}' cannot be crossed with itself", field=down.name)
    listed = everyone(request.entity, (request.down, request.across), context, request.where)
    names = asked_columns(listed, (request.down, request.across))
    first, second = (text_of_value(name) for name in names)
    select = exp.select(first.as_("down"), second.as_("across"), exp.Count(this=exp.Star()).as_("members"))
    compiled = counted(listed, select.from_(LISTED).group_by("1", "2"), COLUMNS)
    rows = context.run(compiled, "grid")
    cells = {(str(one), str(other)): int(members) for one, other, members in rows.values}
    smallest = smallest_group(context)
    if any(members < smallest for members in cells.values()):
        raise request_error("small_groups", f"cells of fewer than {smallest}", size=smallest, entity=request.entity)
    table = _table(request, (down, across), cells, context)
    largest = sorted(cells.items(), key=lambda cell: (-cell[1], cell[0]))[:TOLD]
    total = sum(cells.values())
    parts = {
        "entity": request.entity,
        "down": down.name,
        "across": across.name,
        "total": total,
        "cells": [[one, other, members, members / total] for (one, other), members in largest],
    }
    chart = ChartSpec(kind="heatmap", table=table.name, x="down", y=("members",), series="across")
    finding = Finding(code="grid" if cells else "grid_empty", parts=parts)
    return answer_of(request, [finding], [table], compiled, rows.sql, context, where=request.where, charts=[chart])


def _table(request: GridQuery, tags: tuple[AnyTag, AnyTag], cells: dict[tuple[str, str], int], context: Context) -> Table:
    """A row for each pair of values that somebody has, and for the pairs of them that nobody has."""
    total = sum(cells.values())
    axes: list[list[str]] = []
    columns: list[Column] = []
    for place, (name, tag, ref) in enumerate(zip(("down", "across"), tags, (request.down, request.across), strict=True)):
        values = {cell[place] for cell in cells}
        labels = words_of_values(tag, context, values)
        places = order_of(labels)
        axes.append(sorted(values, key=lambda value, places=places: places[value]))
        columns.append(value_column(name, tag, _label(tag, ref), labels))
    rows = tuple(
        (one, other, members, members / total)
        for one in axes[0]
        for other in axes[1]
        for members in (cells.get((one, other), 0),)
    )
    columns += [
        Column(name="members", role="metric", type="count", label=Text(zh="人数", en="Members"), additive=True),
        Column(name="share", role="metric", type="fraction", label=Text(zh="占全部的比例", en="Share of all")),
    ]
    return Table(name="grid", columns=tuple(columns), rows=rows)


def _label(tag: AnyTag, ref: Tag) -> Text:
    if ref.as_of is None:
        return tag.label
    return Text(zh=f"{tag.label_in('zh')}（{ref.as_of}）", en=f"{tag.label_in('en')} ({ref.as_of})")
