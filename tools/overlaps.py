"""How much groups overlap: how many are in each two of them at once, as a share of each and of both together.

The Jaccard index is the number in both over the number in either (Jaccard, "Étude comparative de la distribution florale",
1901). Who belongs is counted once for all pairs, in one statement over everyone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

from sqlglot import exp

from semantic_layer.columns import Column, ColumnType, ValueLabel
from semantic_layer.conditions import AnyCondition, InSegment, Meets
from semantic_layer.errors import request_error
from semantic_layer.words import Text
from tools.answer import Answer, ChartSpec, Finding, Table
from tools.context import Context
from tools.group_requests import OverlapQuery
from tools.population import (
    LISTED,
    answer_of,
    asked_columns,
    check_size,
    count_where,
    counted,
    everyone,
    group_names,
    is_computed,
    meets,
    smallest_group,
    told_group,
)

LABELS = {
    "group": Text(zh="人群", en="Group"),
    "other": Text(zh="另一人群", en="Other group"),
    "members": Text(zh="同时属于的人数", en="In both"),
    "share": Text(zh="占人群的比例", en="Share of the group"),
    "jaccard": Text(zh="杰卡德系数", en="Jaccard index"),
}
TYPES: dict[str, ColumnType] = {"members": "count", "share": "fraction", "jaccard": "decimal"}
TOLD = 3
"""How many pairs the text names."""


class Pair(NamedTuple):
    """Two groups by their places, and how many are in both; None where they are too few to be told about."""

    first: int
    second: int
    both: int | None


def run(request: OverlapQuery, context: Context) -> Answer:
    """Answers how much groups overlap.

    Raises:
        RequestError: an unknown entity, what the viewer may not see, or fewer than two groups (`too_few_groups`).
    """
    groups = request.groups or _all_segments(request.entity, context)
    if len(groups) < 2:
        raise request_error("too_few_groups", "an overlap is one of two groups or more", entity=request.entity)
    flags = meets(request.entity, groups)
    listed = everyone(request.entity, flags, context)
    names = asked_columns(listed, flags)
    pairs = list(combinations(range(len(groups)), 2))
    counts = [count_where(), *(count_where(name) for name in names)]
    counts += [count_where(names[first], names[second]) for first, second in pairs]
    labels = [f"n{place}" for place in range(len(counts))]
    select = exp.select(*(sql.as_(label) for sql, label in zip(counts, labels, strict=True))).from_(LISTED)
    columns = tuple(Column(name=label, role="metric", type="count") for label in labels)
    compiled = counted(listed, select, columns)
    rows = context.run(compiled, "overlap")
    total, *found = (int(value) for value in rows.values[0])
    sizes, both = found[: len(groups)], found[len(groups) :]
    for size in sizes if request.groups else ():
        check_size(size, total, request.entity, context)
    told = [Pair(*pair, _told(count, sizes[pair[0]], sizes[pair[1]], context)) for pair, count in zip(pairs, both, strict=True)]
    table = _table(groups, sizes, told)
    chart = ChartSpec(kind="heatmap", table=table.name, x="group", y=("share",), series="other")
    finding = _finding(request, groups, sizes, total, told)
    asked = request.model_copy(update={"groups": groups})
    return answer_of(request, [finding], [table], compiled, rows.sql, context, about=asked, charts=[chart])


def _all_segments(entity: str, context: Context) -> tuple[AnyCondition, ...]:
    """The segments of an entity that the viewer may see, in the order of the workspace."""
    found = [InSegment(name=each.name) for each in context.scope.workspace.segments if each.entity == entity]
    return tuple(each for each in found if is_computed(Meets(entity=entity, condition=each), entity, context))


def _told(both: int, first: int, second: int, context: Context) -> int | None:
    """The number in both, unless it or those in only one of the groups are too few to be told about."""
    smallest = smallest_group(context)
    return None if any(0 < part < smallest for part in (both, first - both, second - both)) else both


def jaccard(both: int, first: int, second: int) -> float | None:
    """The number in both over the number in either; None where nobody is in either."""
    either = first + second - both
    return both / either if either else None


def _table(groups: Sequence[AnyCondition], sizes: list[int], pairs: list[Pair]) -> Table:
    """Each group with each group, itself included, in their order."""
    both = {(pair.first, pair.second): pair.both for pair in pairs}
    names = group_names(groups)
    rows: list[tuple[Any, ...]] = []
    for first, size in enumerate(sizes):
        for second, other in enumerate(sizes):
            count = size if first == second else both[min(first, second), max(first, second)]
            share = count / size if count is not None and size else None
            index = jaccard(count, size, other) if count is not None else None
            rows.append((names[first], names[second], count, share, index))
    labels = tuple(ValueLabel(value=name, label=Text(zh=name, en=name)) for name in names)
    columns = tuple(
        Column(
            name=name,
            role="metric" if name in TYPES else "dimension",
            type=TYPES.get(name, "category"),
            label=label,
            ordered=name not in TYPES,
            value_labels=() if name in TYPES else labels,
        )
        for name, label in LABELS.items()
    )
    return Table(name="overlap", columns=columns, rows=tuple(rows))


def _finding(request: OverlapQuery, groups: Sequence[AnyCondition], sizes: list[int], total: int, pairs: list[Pair]) -> Finding:
    known = [pair for pair in pairs if pair.both is not None]
    ranked = sorted(known, key=lambda pair: -(jaccard(pair.both or 0, sizes[pair.first], sizes[pair.second]) or 0))
    names = group_names(groups)
    parts: dict[str, Any] = {
        "entity": request.entity,
        "total": total,
        "groups": [told_group(name, group, size) for name, group, size in zip(names, groups, sizes, strict=True)],
        "pairs": [
            {
                "first": pair.first,
                "second": pair.second,
                "both": pair.both,
                "jaccard": jaccard(pair.both or 0, sizes[pair.first], sizes[pair.second]),
            }
            for pair in ranked
            if pair.both
        ][:TOLD],
        "apart": sum(pair.both == 0 for pair in known),
        "count": len(pairs),
    }
    return Finding(code="overlap_two" if len(groups) == 2 else "overlap_many", parts=parts)
