"""What a group's figure is made of, against everyone's: the share of each value, and the index (TGI) of the two.

Index of a value = its share of the group's figure over its share of everyone's x 100; everyone holds the group as well. A value
of which fewer than 30 of the group are in the rows, and would be if it were like everyone, is left out: a few would decide it.
"""

from __future__ import annotations

from typing import NamedTuple

from semantic_layer.columns import UNKNOWN, Column, Note
from semantic_layer.errors import request_error
from semantic_layer.metric_parts import base_datasets
from semantic_layer.requests import MetricQuery
from semantic_layer.words import Text
from tools.answer import Answer, Cell, ChartSpec, Finding, Table
from tools.context import Context, cell_of
from tools.group_requests import ShareIndexQuery
from tools.metrics import Computed, compute
from tools.population import answer_of
from tools.profiles import AVERAGE, SMALLEST

TOLD = 3
"""How many values the text names of each side."""
WORTH_TELLING = 0.01
"""The text names values of so large a share, as long as there are any; the table has all."""


class Share(NamedTuple):
    """One value: how many of the group and of everyone are in its rows, and the figure of both."""

    value: Cell
    members: int
    everyone: int
    figure: float
    whole: float


def run(request: ShareIndexQuery, context: Context) -> Answer:
    """Answers what a group has more of than everyone.

    Raises:
        RequestError: what is not defined, cannot be reached or may not be seen; a figure whose values do not add up
            (`share_of_ratio`); a group of fewer than 30 in the rows (`too_small`).
    """
    datasets = base_datasets(context.scope.workspace, request.metric)
    counted = f"{datasets[0]}.{request.entity}" if datasets else request.entity
    asked = MetricQuery(metrics=(request.metric, counted), by=(request.by,), period=request.period, totals=True)
    everyone = compute(asked, context)
    found = compute(asked.model_copy(update={"where": request.where}), context)
    split, figure, count = _columns(everyone)
    if not figure.additive:
        raise request_error("share_of_ratio", f"the values of '{request.metric}' do not add up", metric=request.metric)
    size, total = int(_whole(found, count) or 0), int(_whole(everyone, count) or 0)
    if size < SMALLEST:
        what = f"{size} members are too few"
        raise request_error("too_small", what, size=SMALLEST, entity=request.entity, members=size)
    figures, wholes = float(_whole(found, figure) or 0), float(_whole(everyone, figure) or 0)
    if not figures or not wholes:
        raise request_error("no_whole", f"'{request.metric}' is 0 in all: there are no shares", metric=request.metric)
    shares = _shares(found, everyone)
    kept = [each for each in shares if each.whole and max(each.members, size * each.everyone / total) >= SMALLEST]
    shown = sorted(kept, key=lambda each: -_index(each, figures, wholes))[: request.limit]
    table = _table(shown, split, figure, figures, wholes)
    notes = [*found.compiled.notes]
    if len(kept) < len(shares):
        notes.append(Note(code="few_members", parts={"count": len(shares) - len(kept), "size": SMALLEST}))
    large = [each for each in shown if max(each.figure / figures, each.whole / wholes) >= WORTH_TELLING]
    known = [each for each in large or shown if each.value != UNKNOWN]
    above = [each for each in known if _index(each, figures, wholes) > AVERAGE]
    below = [each for each in reversed(known) if _index(each, figures, wholes) < AVERAGE]
    parts = {
        "metric": request.metric,
        "entity": request.entity,
        "size": size,
        "total": total,
        "above": [_told(each, figures, wholes) for each in above[:TOLD]],
        "below": [_told(each, figures, wholes) for each in below[:TOLD]],
    }
    chart = ChartSpec(kind="bar", table=table.name, x=split.name, y=("index",))
    return answer_of(
        request,
        [Finding(code="share_index", parts=parts)],
        [table],
        found.compiled,
        found.rows.sql,
        context,
        where=request.where,
        charts=[chart] if len(shown) > 1 else [],
        notes=notes,
        metrics=(request.metric,),
    )


def _columns(computed: Computed) -> tuple[Column, Column, Column]:
    """The column of the values, of the figure, and of how many are in the rows."""
    shown = [column for column in computed.rows.columns if column.role in ("dimension", "key", "metric")]
    split = next(column for column in shown if column.role != "metric")
    figure, count = [column for column in shown if column.role == "metric"][:2]
    return split, figure, count


def _whole(computed: Computed, column: Column) -> float | None:
    """A figure over all values."""
    cells = computed.totals.cells(column.name) if computed.totals is not None else []
    return cells[0] if cells else None


def _shares(found: Computed, everyone: Computed) -> list[Share]:
    split, figure, count = _columns(everyone)
    own = {
        value: (members or 0, amount or 0)
        for value, members, amount in zip(*(found.rows.cells(each.name) for each in (split, count, figure)), strict=True)
    }
    rows = zip(*(everyone.rows.cells(each.name) for each in (split, count, figure)), strict=True)
    shares: list[Share] = []
    for value, members, amount in rows:
        ours, ours_amount = own.get(value, (0, 0))
        shares.append(Share(cell_of(value, split), int(ours), int(members or 0), float(ours_amount), float(amount or 0)))
    return shares


def _index(each: Share, figures: float, wholes: float) -> float:
    return (each.figure / figures) / (each.whole / wholes) * AVERAGE


def _told(each: Share, figures: float, wholes: float) -> list[Cell]:
    return [each.value, each.figure / figures, each.whole / wholes, _index(each, figures, wholes)]


def _table(shares: list[Share], split: Column, figure: Column, figures: float, wholes: float) -> Table:
    rows = tuple(
        (
            each.value,
            each.members,
            each.figure,
            each.figure / figures,
            each.whole / wholes,
            _index(each, figures, wholes),
        )
        for each in shares
    )
    columns = (
        split,
        Column(name="members", role="metric", type="count", label=Text(zh="人群内人数", en="In the group")),
        figure,
        Column(name="member_share", role="metric", type="fraction", label=Text(zh="人群占比", en="Share of the group")),
        Column(name="everyone_share", role="metric", type="fraction", label=Text(zh="全体占比", en="Share of everyone")),
        Column(name="index", role="metric", type="decimal", label=Text(zh="TGI", en="Index (TGI)")),
    )
    return Table(name="share_index", columns=columns, rows=rows)
