"""What a reply becomes on its way to the chat and the terminal, without a browser."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from assistant.chat.card import MOST_ROWS_SENT, card
from assistant.render.charts import figure
from assistant.render.columns import column_of
from assistant.render.markdown import JOINER, cell, code, escaped
from assistant.render.terminal import show
from assistant.reply import Reply

GROUP = {"name": "brand", "role": "dimension", "type": "category", "labels": {"zh": "品牌", "en": "Brand"}}
COUNT = {
    "name": "orders",
    "role": "metric",
    "type": "count",
    "unit": "orders",
    "units": {"zh": "单", "en": "orders"},
    "labels": {"zh": "订单数", "en": "Orders"},
}


def reply_of(*rows: list[Any], language: str = "zh", **more: Any) -> Reply:
    bar = {"kind": "bar", "table": "main", "x": "brand", "y": ["orders"], "series": None}
    given = {
        "columns": ["brand", "orders"],
        "rows": list(rows),
        "table_schema": [GROUP, COUNT],
        "charts": [bar],
        "plan": {"a": 1},
    }
    return Reply(status="answered", answer="", language=language, **{**given, **more})


def shown(reply: Reply) -> dict[str, Any]:
    """The card of a reply."""
    return card(reply, "talk", 0, "2025-01-05T10:00:00+00:00")


class TestMarkdown:
    @pytest.mark.parametrize("sign", list("\\`*_{}[]()|<>~&$:"))
    def test_a_sign_within_a_line_is_escaped(self, sign: str) -> None:
        assert escaped(f"a{sign}b") == f"a\\{sign}b"

    @pytest.mark.parametrize("line", ["- a", "+ a", "# a", "=== a", "1. a", "1) a", "    - a"])
    def test_a_line_starts_no_list_heading_or_code(self, line: str) -> None:
        first, *_ = escaped(line)
        assert first in "\\1"
        assert "\\" in escaped(line)

    @pytest.mark.parametrize(
        "address", ["http://a.example", "HTTPS://a.example", "www.a.example", "WWW.a.example", "me@a.example"]
    )
    def test_an_address_is_broken_without_a_trace(self, address: str) -> None:
        shown = escaped(address).replace("\\", "")
        assert shown != address
        assert shown.replace(JOINER, "") == address

    def test_the_sign_of_a_blinking_cursor_is_dropped(self) -> None:
        assert escaped("a\u200bb") == "ab"

    def test_a_cell_is_one_line(self) -> None:
        assert cell("a\n\n|b") == "a \\|b"

    def test_code_ends_where_it_ends(self) -> None:
        block = code("SELECT '\n```\n'", "sql")
        assert block.split("\n")[0] == "````sql"
        assert block.endswith("\n````")


class TestColumns:
    @pytest.mark.parametrize(("language", "unit"), [("zh", "单"), ("en", "orders")])
    def test_units_are_of_the_language(self, language: str, unit: str) -> None:
        assert column_of(COUNT).unit.get(language) == unit
        (table,) = shown(reply_of(["x", 2], ["y", 1], language=language))["tables"]
        assert table["rows"][0]["cells"] == ["x", f"2 {unit}"]

    def test_a_schema_with_one_unit_is_read_as_well(self) -> None:
        column = column_of({name: value for name, value in COUNT.items() if name != "units"})
        assert column.unit.get("zh") == "orders"


class TestTable:
    def test_a_row_keeps_what_it_sorts_by_and_its_place(self) -> None:
        rows = [["a", None], *([f"n{number}", number] for number in range(12))]
        (table,) = shown(reply_of(*rows, totals={"orders": 66}))["tables"]
        assert table["rows"][0] == {"cells": ["a", "–"], "keys": [None, None], "row": 0}
        assert table["rows"][11] == {"cells": ["n10", "10 单"], "keys": [None, 10], "row": 11}
        assert table["sums"] == [{"kind": "totals", "cells": ["整体", "66 单"]}]

    def test_of_many_rows_the_first_come_along(self) -> None:
        (table,) = shown(reply_of(*([f"n{number}", number] for number in range(MOST_ROWS_SENT + 5))))["tables"]
        assert (len(table["rows"]), table["count"]) == (MOST_ROWS_SENT, MOST_ROWS_SENT + 5)

    def test_columns_of_one_heading_are_all_there(self) -> None:
        schema = [GROUP, COUNT, {**COUNT, "name": "more"}]
        (table,) = shown(reply_of(["a", 1, 2], ["b", 2, 3], columns=["brand", "orders", "more"], table_schema=schema))["tables"]
        assert [column["heading"] for column in table["columns"]] == ["品牌", "订单数", "订单数"]

    def test_one_number_has_no_table_as_it_stands_above(self) -> None:
        number = {"kind": "number", "table": "main", "x": None, "y": ["orders"], "series": None}
        assert shown(reply_of([3], columns=["orders"], table_schema=[COUNT], charts=[number]))["tables"] == []


class TestChart:
    def test_markup_in_a_name_is_text(self) -> None:
        drawn = figure(reply_of(["<a href='http://evil.example'>x</a>", 2], ["y", 1]))
        assert drawn is not None
        assert "<a" not in str(drawn.to_json())

    def test_more_groups_than_can_be_drawn_are_counted(self) -> None:
        drawn = figure(reply_of(*([f"n{number}", number] for number in range(40))))
        assert drawn is not None
        assert drawn.to_dict()["layout"]["title"]["text"] == "订单数（单） · 30 / 40"


class TestTerminal:
    def test_units_are_of_the_language_and_markup_is_text(self) -> None:
        said = io.StringIO()
        show(reply_of(["[red]x[/red]\x1b[2J", 2], ["y", 1]), Console(file=said, width=100))
        assert "[red]x[/red][2J" in said.getvalue()
        assert "2 单" in said.getvalue()
        assert "\x1b" not in said.getvalue()
