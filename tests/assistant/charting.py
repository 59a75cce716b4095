"""Replies with small tables to draw, and what a drawing holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from assistant.render.charts import View, figure_json
from assistant.render.colours import Ground
from assistant.reply import Reply
from assistant.wording.columns import described
from semantic_layer.columns import Column, ValueLabel
from semantic_layer.words import Text
from tools.answer import Table
from tools.charts import chart_of

NO_UNIT = Text()
DOLLARS, CUPS, PEOPLE = Text(zh="美元", en="US dollars"), Text(zh="杯", en="cups"), Text(zh="人", en="people")


def dimension(name: str, zh: str, en: str, **more: Any) -> Column:
    return Column(name=name, role="dimension", type=more.pop("type", "category"), label=Text(zh=zh, en=en), **more)


def time(grain: str, name: str | None = None) -> Column:
    return dimension(name or grain, "", "", type="date", grain=grain)


def metric(name: str, zh: str, en: str, **more: Any) -> Column:
    given = {"role": "metric", "type": "decimal", "additive": True, "metric": name, **more}
    return Column(name=name, label=Text(zh=zh, en=en), **given)


CITY, TEA = dimension("city", "城市", "City"), dimension("tea", "茶类", "Tea")
SIZE = dimension(
    "size", "杯型", "Size", ordered=True,
    value_labels=tuple(ValueLabel(value=value, label=Text(zh=zh, en=value.title())) for value, zh in (("small", "小杯"), ("middle", "中杯"), ("large", "大杯"))),
)  # fmt: skip
HOUR, WEEKDAY, WEEKEND = (dimension(grain, "", "", grain=grain) for grain in ("hour", "weekday", "is_weekend"))
DAY, WEEK, MONTH, QUARTER, YEAR = (time(grain) for grain in ("date", "week", "month", "quarter", "year"))
PERIOD = dimension("period", "期间", "Period", type="date", grain="period")
SALES = metric("sales", "销售额", "Sales", unit=DOLLARS)
POURED = metric("cups", "杯数", "Cups poured", type="count", unit=CUPS)
BUYERS = metric("buyers", "购买人数", "Buyers", type="count", unit=PEOPLE, additive=False)
RATE = metric("rate", "折扣率", "Discount rate", type="fraction", additive=False)
BEFORE = metric("sales_previous", "销售额", "Sales", unit=DOLLARS, metric="sales")
CHANGE = metric("sales_change", "销售额", "Sales", unit=DOLLARS, role="change", metric="sales", additive=False)
GROWTH = metric("sales_growth", "销售额", "Sales", type="fraction", role="growth", metric="sales", additive=False)
SHARE = metric("sales_share", "销售额", "Sales", type="fraction", role="share", metric="sales", additive=False)
COMPARED = (SALES, BEFORE, CHANGE, GROWTH)


def reply(columns: Sequence[Column], rows: Sequence[Sequence[Any]], language: str = "en", **more: Any) -> Reply:
    """A reply as the tools make it of these rows, its chart included."""
    table = Table(name="result", columns=tuple(columns), rows=tuple(tuple(row) for row in rows))
    return Reply(
        status="answered",
        answer="",
        columns=[column.name for column in columns],
        rows=[list(row) for row in rows],
        table_schema=described(table),
        charts=[chart.model_dump(mode="json") for chart in chart_of(table)],
        language=language,
        **more,
    )


def cities(*values: float | None, column: Column = SALES, language: str = "en", **more: Any) -> Reply:
    """Sales (or another metric) of the cities A, B, C ..."""
    return reply([CITY, column], [(chr(ord("A") + place), value) for place, value in enumerate(values)], language, **more)


def towns(count: int, column: Column = SALES, **more: Any) -> Reply:
    """Towns from 1 on; the first sells as much as there are towns, the last 1."""
    return reply([CITY, column], [(f"Town {place + 1}", count - place) for place in range(count)], **more)


def months(*values: float | None, first: str = "2025-01-01", column: Column = SALES, language: str = "en", **more: Any) -> Reply:
    """Sales (or another metric) of consecutive months."""
    return reply([MONTH, column], list(zip(months_from(first, len(values)), values, strict=True)), language, **more)


def months_from(first: str, count: int) -> list[str]:
    year, month = int(first[:4]), int(first[5:7]) - 1
    return [date(year + (month + step) // 12, (month + step) % 12 + 1, 1).isoformat() for step in range(count)]


def days_from(first: str, count: int, step: int = 1) -> list[str]:
    return [(date.fromisoformat(first) + timedelta(days=step * place)).isoformat() for place in range(count)]


# ---- what a drawing holds -----------------------------------------------------------------------------------------------


class Dot(NamedTuple):
    """One drawn value: what it says, where it stands, and the row of the reply that it is of."""

    value: float
    label: str
    said: str
    row: int | None
    column: str
    series: str | None
    tone: str
    at: Any


def drawing(answer: Reply, view: View | None = None, ground: Ground = "light", **chosen: Any) -> dict[str, Any]:
    found = figure_json(answer, view or View(**chosen), ground)
    assert found is not None
    return found


def dots(answer: Reply, view: View | None = None, **chosen: Any) -> list[Dot]:
    """All values that a view draws, but no lines that only join them."""
    return dots_of(drawing(answer, view, **chosen))


def dots_of(figure: dict[str, Any]) -> list[Dot]:
    found: list[Dot] = []
    for trace in figure["data"]:
        if trace.get("hoverinfo") == "skip":
            continue
        flat = trace["orientation"] == "h" if trace["type"] == "bar" else False
        if trace["type"] == "heatmap":
            cells = [
                (value, told, row)
                for row, (line, tolds) in enumerate(zip(trace["z"], trace["customdata"], strict=True))
                for value, told in zip(line, tolds, strict=True)
            ]
        else:
            values, places = (trace["x"], trace["y"]) if flat else (trace["y"], trace["x"])
            cells = list(zip(values, trace["customdata"], places, strict=True))
        found += [
            Dot(value, *told, *(trace["meta"][name] for name in ("column", "series", "tone")), at)
            for value, told, at in cells
            if value is not None
        ]
    return found


def values(answer: Reply, **chosen: Any) -> list[float]:
    return [dot.value for dot in dots(answer, **chosen)]


def kind_of(figure: dict[str, Any]) -> str:
    """What a figure looks like, in the words of the menu."""
    trace, layout = figure["data"][0], figure["layout"]
    if trace["type"] == "bar":
        return layout["barmode"] if layout["barmode"] == "stack" else {"h": "bar", "v": "column"}[trace["orientation"]]
    if trace["type"] == "scatter":
        return "area" if "stackgroup" in trace or "fill" in trace else "line"
    return trace["type"]


def ticks(figure: dict[str, Any], axis: str = "yaxis") -> list[str]:
    return figure["layout"][axis]["ticktext"]


def texts_of(value: Any) -> list[str]:
    """Every text in a figure."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts_of(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in texts_of(item)]
    return [value] if isinstance(value, str) else []
