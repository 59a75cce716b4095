"""Any reply is drawn in every view that is offered for it, and nothing is drawn but what its rows hold or add up to."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest
from charting import (
    BUYERS,
    CITY,
    COMPARED,
    DAY,
    HOUR,
    MONTH,
    PERIOD,
    POURED,
    QUARTER,
    RATE,
    SALES,
    SHARE,
    SIZE,
    TEA,
    WEEK,
    WEEKDAY,
    WEEKEND,
    YEAR,
    Dot,
    days_from,
    dots_of,
    drawing,
    months_from,
    reply,
    texts_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.render.charts import View, describe, figure, views_of
from assistant.reply import Reply
from semantic_layer.columns import UNKNOWN, Column

KEYS: dict[str, list[Any]] = {
    "city": [f"Town {place}" for place in range(34)] + ["<b>Ürümqi</b> & more", "乌鲁木齐", "Llanfairpwllgwyngyllgogerychwyrndrobwll"],
    "tea": ["绿茶", "Oolong", "", "  ", "%{x} $a$", *(f"Tea {place}" for place in range(12))],
    "size": ["small", "middle", "large", "other"],
    "hour": list(range(24)),
    "weekday": list(range(1, 8)),
    "is_weekend": [False, True],
    "date": days_from("2024-12-20", 60),
    "week": days_from("2024-12-02", 30, step=7),
    "month": months_from("2023-05-01", 30),
    "quarter": months_from("2020-01-01", 40)[::3],
    "year": months_from("2010-01-01", 180)[::12],
    "period": ["2024-01-01", "2024-07-01", "2025-01-01"],
}  # fmt: skip
DIMENSIONS = (CITY, TEA, SIZE, HOUR, WEEKDAY, WEEKEND, DAY, WEEK, MONTH, QUARTER, YEAR, PERIOD)
VALUES: tuple[tuple[Column, ...], ...] = (
    (SALES,),
    (POURED,),
    (BUYERS,),
    (RATE,),
    (SALES, SHARE),
    (SALES, RATE),
    (SALES, POURED, BUYERS, RATE),
    COMPARED,
    COMPARED,
)


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    """One or two dimensions, groups in any order, some of them unknown, some values missing."""
    by = draw(st.lists(st.sampled_from(DIMENSIONS), min_size=1, max_size=2, unique_by=lambda column: column.name))
    columns = draw(st.sampled_from(VALUES))
    keys = st.tuples(*(st.sampled_from([*KEYS[column.name], UNKNOWN]) for column in by))
    groups = draw(st.lists(keys, min_size=1, max_size=70, unique=True))
    if draw(st.booleans()):
        by_time = sorted(range(len(by)), key=lambda place: by[place].type != "date")
        groups.sort(
            key=lambda group: [(group[place] == UNKNOWN, 0 if group[place] == UNKNOWN else group[place]) for place in by_time]
        )
    low = draw(st.sampled_from([-1e6, 0, 1e-3]))
    cells = {
        "count": st.integers(max(int(low), 0), 10**7),
        "decimal": st.floats(low, 1e9).map(lambda value: round(value, 6)),
        "fraction": st.floats(max(low, -1), 30).map(lambda value: round(value, 6)),
    }
    cell = {
        column.name: st.one_of(cells[column.type], st.none()) if draw(st.booleans()) else cells[column.type] for column in columns
    }
    rows = [(*group, *(draw(cell[column.name]) for column in columns)) for group in groups]
    rest = {column.name: draw(cells[column.type]) for column in columns} if len(by) == 1 and draw(st.booleans()) else None
    period = draw(st.sampled_from([None, {"start": "2024-12-24", "end": "2025-02-12", "as_of": "2025-02-01"}]))
    return reply([*by, *columns], rows, draw(st.sampled_from(["zh", "en"])), rest=rest, period=period)


def offered(answer: Reply) -> list[View]:
    """Every choice of the menus, one with another."""
    menus = views_of(answer)
    if menus is None:
        return []
    kinds, tops = [option.value for option in menus.kinds], [option.value for option in menus.tops] or [None]
    logs = [False, *([True] if menus.log else [])]
    return [View.model_validate({"kind": kind, "log": log, "top": top}) for kind in kinds for log in logs for top in tops]


def additive(column: str) -> bool:
    """A metric that adds up, with the columns that are made from it."""
    return column in ("sales", "sales_previous", "sales_change", "sales_share", "cups")


def rows_and_sums(answer: Reply, drawn: dict[str, Any]) -> None:
    """What may be drawn: each cell once and as it is; and all others of a column that adds up, together."""
    found = dots_of(drawn)
    left_out = any(re.search(r"\d+ / \d+", text) for text in texts_of(drawn["layout"]))
    for name in {dot.column for dot in found}:
        cells = {index: row[answer.columns.index(name)] for index, row in enumerate(answer.rows)}
        own = [(dot.row, dot.value) for dot in found if dot.column == name and dot.row is not None]
        together = [dot.value for dot in found if dot.column == name and dot.row is None]
        assert len(dict(own)) == len(own)
        assert all(cells[row] == value for row, value in own)
        beyond = (answer.rest or {}).get(name) or 0
        others = [value or 0 for row, value in cells.items() if row not in dict(own)]
        if together:
            assert additive(name) or (not any(others) and together == [beyond])
        if together and not left_out:
            assert math.isclose(sum(together), sum(others) + beyond, rel_tol=1e-9, abs_tol=1e-12 * sum(map(abs, others)))


def shares(found: list[Dot]) -> None:
    by_group: dict[Any, list[float]] = {}
    for dot in found:
        by_group.setdefault(dot.at, []).append(dot.value)
    assert all(math.isclose(sum(parts), 1, abs_tol=1e-9) and min(parts) >= 0 for parts in by_group.values())


@settings(max_examples=150, deadline=None)
@given(replies())
def test_any_reply_is_drawn_in_every_view_with_nothing_but_its_rows_and_their_sums(answer: Reply) -> None:
    for view in offered(answer):
        drawn = drawing(answer, view)
        json.dumps(drawn, allow_nan=False)
        if view.kind == "share":
            shares(dots_of(drawn))
        else:
            rows_and_sums(answer, drawn)
        assert describe(answer, view)


@settings(max_examples=25, deadline=None)
@given(replies())
def test_plotly_takes_any_figure_for_one_of_its_own(answer: Reply) -> None:
    assert [option for option in offered(answer) if figure(answer, option) is None] == []


@pytest.mark.parametrize(
    "view", [View(kind="share", log=True, top=3), View(top=0), View(top=-4), View(top=10_000), View(log=True, top=1)]
)
@settings(max_examples=20, deadline=None)
@given(answer=replies())
def test_a_view_that_nothing_offers_is_drawn_as_one_that_fits(answer: Reply, view: View) -> None:
    if views_of(answer) is not None:
        json.dumps(drawing(answer, view), allow_nan=False)
