"""Charts: which kind fits which data, and that what is drawn is what the reply's rows hold."""

from __future__ import annotations

import json
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
    RATE,
    SALES,
    SIZE,
    TEA,
    WEEKDAY,
    cities,
    days_from,
    dots,
    drawing,
    kind_of,
    months,
    months_from,
    reply,
    texts_of,
    towns,
    values,
)
from conftest import Asker

from assistant.render.charts import describe, figure, figure_json, views_of
from assistant.reply import Reply
from semantic_layer.columns import UNKNOWN

EVIL = "<img src=x onerror=alert(1)>"
LINK = "<a href='http://evil.example'>x</a>"


def kinds(answer: Reply) -> list[Any]:
    found = views_of(answer)
    assert found is not None
    return [option.value for option in found.kinds]


def tops(answer: Reply) -> list[Any]:
    found = views_of(answer)
    assert found is not None
    return [option.value for option in found.tops]


def title(answer: Reply, **chosen: Any) -> str:
    return drawing(answer, **chosen)["layout"]["title"]["text"]


def by_city_and_tea(cities: int, teas: int, column: Any = SALES) -> Reply:
    """City 1 sells 11 of tea 1, 12 of tea 2; city 2 sells 21 of tea 1 ..."""
    rows = [(f"City {city}", f"Tea {tea}", 10 * city + tea) for city in range(1, cities + 1) for tea in range(1, teas + 1)]
    return reply([CITY, TEA, column], rows)


def by_month_and_tea(months: int, teas: int, column: Any = SALES) -> Reply:
    """Tea 1 sells 1 each month, tea 2 sells 2 ..."""
    rows = [(month, f"Tea {tea}", tea) for month in months_from("2025-01-01", months) for tea in range(1, teas + 1)]
    return reply([MONTH, TEA, column], rows)


class TestKind:
    @pytest.mark.parametrize(
        ("answer", "fitting"),
        [
            (cities(3, 2, 1), ["column", "bar"]),
            (towns(6), ["bar", "column"]),
            (towns(9), ["bar"]),
            (reply([CITY, SALES], [("The very long name of a town by the sea and the river", 2), ("B", 1)]), ["bar", "column"]),
            (months(1, 2, 3), ["line", "column", "area"]),
            (months(1, -2, 3), ["line", "column"]),
            (reply([DAY, SALES], [(day, 1) for day in days_from("2025-01-01", 93)]), ["line", "area"]),
            (reply([HOUR, SALES], [(hour, 1) for hour in range(24)]), ["column", "line", "bar"]),
            (by_month_and_tea(3, 2), ["line", "stacked", "area", "share"]),
            (by_month_and_tea(3, 2, RATE), ["line"]),
            (by_month_and_tea(1, 2), ["column"]),
            (by_city_and_tea(3, 2), ["bar", "stacked", "share", "heatmap"]),
            (by_city_and_tea(9, 3), ["stacked", "share", "heatmap"]),
            (by_city_and_tea(9, 3, RATE), ["heatmap"]),
            (reply([HOUR, WEEKDAY, SALES], [(hour, day, 1) for hour in (9, 10) for day in range(1, 8)]), ["heatmap"]),
            (reply([HOUR, TEA, RATE], [(hour, tea, 0.1) for hour in range(24) for tea in "ab"]), ["line", "heatmap"]),
            (reply([CITY, *COMPARED], [("A", 3, 2, 1, 0.5), ("B", 1, 2, -1, -0.5)]), ["column", "bar", "change", "growth"]),
            (reply([PERIOD, CITY, SALES], [(day, city, 1) for day in ("2025-01-01", "2025-07-01") for city in "AB"]), ["bar", "heatmap"]),
        ],
    )  # fmt: skip
    def test_the_data_alone_say_which_kinds_fit_and_the_first_fits_best(self, answer: Reply, fitting: list[str]) -> None:
        assert kinds(answer) == fitting

    @pytest.mark.parametrize(
        ("answer", "kind", "drawn"),
        [
            (cities(3, 2), None, "column"),
            (cities(3, 2), "bar", "bar"),
            (months(1, 2), None, "line"),
            (months(1, 2), "column", "column"),
            (months(1, 2), "area", "area"),
            (by_city_and_tea(2, 2), "stacked", "stack"),
            (by_city_and_tea(2, 2), "share", "stack"),
            (by_city_and_tea(2, 2), "heatmap", "heatmap"),
            (reply([CITY, *COMPARED], [("A", 3, 2, 1, 0.5), ("B", 1, 2, -1, -0.5)]), "change", "column"),
        ],
    )
    def test_a_kind_is_drawn_as_it_is_called(self, answer: Reply, kind: Any, drawn: str) -> None:
        assert kind_of(drawing(answer, kind=kind)) == drawn

    def test_a_kind_that_does_not_fit_is_the_best_one_instead(self) -> None:
        assert drawing(cities(3, 2), kind="heatmap") == drawing(cities(3, 2))

    def test_a_number_or_nothing_at_all_has_no_chart(self) -> None:
        for answer in (reply([SALES], [(5,)]), cities(5), reply([CITY, SALES], []), cities(None, None)):
            assert (figure_json(answer), figure(answer), views_of(answer), describe(answer)) == (None, None, None, "")

    def test_lines_run_through_time_whatever_the_rows_are_ordered_by_first(self) -> None:
        rows = [(tea, month, 1) for tea in "ab" for month in months_from("2025-01-01", 3)]
        assert kinds(reply([TEA, MONTH, SALES], rows))[0] == "line"
        best = [("2025-03-01", "a", 9), ("2025-01-01", "b", 8), ("2025-01-01", "a", 7), ("2025-02-01", "a", 6)]
        assert kinds(reply([MONTH, TEA, SALES], best))[0] == "bar"

    def test_a_ranking_of_months_or_hours_is_drawn_as_any_ranking(self) -> None:
        best_months = reply([MONTH, SALES], [("2025-03-01", 9), ("2024-11-01", 5), ("2025-01-01", 2)])
        best_hours = reply([HOUR, SALES], [(18, 9), (9, 5), (12, 2)])
        for answer in (best_months, best_hours):
            assert kinds(answer) == ["column", "bar"]
            assert [(dot.value, dot.row) for dot in dots(answer)] == [(9, 0), (5, 1), (2, 2)]


class TestValues:
    def test_each_value_is_drawn_once_and_points_at_its_row(self) -> None:
        assert [(dot.value, dot.row, dot.label, dot.said) for dot in dots(cities(30, None, 10.5))] == [
            (30, 0, "A", "30.00 US dollars"),
            (10.5, 2, "C", "10.50 US dollars"),
        ]

    def test_rows_keep_their_index_where_the_chart_has_another_order(self) -> None:
        latest_first = reply([MONTH, SALES], [("2025-02-01", 2), ("2025-01-01", 1)])
        assert [(dot.value, dot.row) for dot in dots(latest_first)] == [(1, 1), (2, 0)]
        by_tea = reply([CITY, TEA, SALES], [("A", "red", 1), ("B", "red", 9), ("A", "green", 2), ("B", "green", 1)])
        for kind in ("bar", "heatmap"):
            assert {(dot.value, dot.row) for dot in dots(by_tea, kind=kind)} == {(1, 0), (9, 1), (2, 2), (1, 3)}

    @pytest.mark.parametrize(
        "question",
        [
            "各茶类的销售额",
            "销售额的月度趋势",
            "各渠道每月销售额",
            "各渠道各茶类的销售额",
            "各茶类上个月销售额环比",
            "各茶类的订单数和销售额",
        ],
    )
    def test_every_point_of_an_answer_is_of_its_row(self, tea: Asker, question: str) -> None:
        answer = tea.ask(question)
        for kind in kinds(answer):
            if kind == "share":
                continue
            found = dots(answer, kind=kind)
            assert {dot.row for dot in found} == set(range(len(answer.rows)))
            assert all(answer.rows[dot.row or 0][answer.columns.index(dot.column)] == dot.value for dot in found)

    def test_values_of_other_units_have_a_panel_of_their_own(self) -> None:
        answer = reply([MONTH, SALES, RATE, POURED], [("2025-01-01", 100, 0.1, 7), ("2025-02-01", 200, 0.2, 8)])
        drawn = drawing(answer)
        assert [(dot.column, dot.value, dot.row) for dot in dots(answer)] == [
            ("sales", 100, 0), ("sales", 200, 1), ("rate", 0.1, 0), ("rate", 0.2, 1), ("cups", 7, 0), ("cups", 8, 1),
        ]  # fmt: skip
        assert [trace["yaxis"] for trace in drawn["data"]] == ["y", "y2", "y3"]
        by_city = reply([CITY, SALES, RATE, POURED], [(city, 9 - place, 0.1, 7) for place, city in enumerate("ABCDEF")])
        assert {dot.column for dot in dots(by_city)} == {"sales", "rate", "cups"}

    def test_a_value_and_the_one_before_share_an_axis_and_the_one_before_is_paler(self) -> None:
        answer = reply([CITY, *COMPARED], [("A", 3, 2, 1, 0.5), ("B", 1, 2, -1, -0.5)])
        assert [(dot.value, dot.column, dot.series, dot.tone) for dot in dots(answer)] == [
            (3, "sales", "Sales", "plain"), (1, "sales", "Sales", "plain"),
            (2, "sales_previous", "Sales (before)", "previous"), (2, "sales_previous", "Sales (before)", "previous"),
        ]  # fmt: skip
        assert values(answer, kind="change") == [1, -1]
        assert values(answer, kind="growth") == [0.5, -0.5]
        assert title(answer, kind="growth") == "Growth of sales"

    def test_growth_from_nothing_is_left_blank(self) -> None:
        answer = reply([CITY, *COMPARED], [("A", 3, 2, 1, 0.5), ("B", 1, 0, 1, None)])
        assert [(dot.value, dot.row) for dot in dots(answer, kind="growth")] == [(0.5, 0)]

    def test_below_zero_and_unknown_have_their_own_colours(self) -> None:
        colours = drawing(reply([CITY, SALES], [("A", 5), (UNKNOWN, 4), ("B", -3)]))["data"][0]["marker"]["color"]
        assert len(set(colours)) == 3

    def test_shares_are_of_their_group_and_sum_to_one(self) -> None:
        answer = reply([CITY, TEA, SALES], [("A", "red", 30), ("A", "green", 10), ("B", "red", 5)])
        found = dots(answer, kind="share")
        assert [(dot.label, dot.series, dot.value, dot.said, dot.row) for dot in found] == [
            ("A", "red", 0.75, "75.0% (30.00 US dollars)", 0),
            ("B", "red", 1.0, "100.0% (5.00 US dollars)", 2),
            ("A", "green", 0.25, "25.0% (10.00 US dollars)", 1),
        ]
        assert title(answer, kind="share") == "Share of sales"

    def test_a_group_of_nothing_has_no_shares(self) -> None:
        answer = reply([CITY, TEA, SALES], [("A", "red", 3), ("B", "red", 0), ("B", "green", 0)])
        assert values(answer, kind="share") == [1.0]

    def test_what_is_no_number_is_not_drawn_and_a_figure_is_plain_json(self) -> None:
        answer = cities(float("nan"), 2, float("inf"), 1)
        assert values(answer) == [2, 1]
        assert "NaN" not in json.dumps(drawing(answer), allow_nan=False)


class TestLogScale:
    @pytest.mark.parametrize(("sales", "fits"), [((1, 20), True), ((1, 19), False), ((0, 20), False), ((-1, 20), False)])
    def test_is_offered_where_all_values_are_positive_and_far_apart(self, sales: tuple[int, ...], fits: bool) -> None:
        found = views_of(cities(*sales))
        assert found is not None
        assert (found.log is not None, "column" in found.log_kinds) == (fits, fits)
        assert drawing(cities(*sales), log=True)["layout"]["yaxis"]["type"] == ("log" if fits else "linear")

    def test_is_no_scale_for_what_is_piled_up(self) -> None:
        answer = by_city_and_tea(9, 3)
        assert drawing(answer, log=True) == drawing(answer)

    def test_a_rest_of_nothing_is_not_drawn_on_it(self) -> None:
        answer = cities(100, 1, rest={"sales": 0})
        assert drawing(answer, log=True)["layout"]["yaxis"]["type"] == "log"
        assert drawing(answer, log=True, top=2)["layout"]["yaxis"]["type"] == "linear"


class TestFirstGroups:
    def test_the_first_are_drawn_and_the_others_are_one_more_where_they_add_up(self) -> None:
        # the last three of eight towns sell 3 + 2 + 1
        assert [(dot.label, dot.value, dot.row, dot.tone) for dot in dots(towns(8), top=5)][4:] == [
            ("Town 5", 4, 4, "plain"),
            ("Other 3", 6, None, "plain"),
        ]
        assert tops(towns(8)) == [5, None]

    def test_the_rest_of_the_reply_is_part_of_the_others(self) -> None:
        top_eight = towns(8, rest={"sales": 100})
        assert tops(top_eight) == [5, 8, None]
        assert values(top_eight) == [8, 7, 6, 5, 4, 3, 2, 1]
        assert values(top_eight, top=8) == [8, 7, 6, 5, 4, 3, 2, 1, 100]
        assert values(top_eight, top=5) == [8, 7, 6, 5, 4, 106]

    def test_what_does_not_add_up_is_counted_instead(self) -> None:
        answer = towns(8, column=BUYERS)
        assert values(answer, top=5) == [8, 7, 6, 5, 4]
        assert title(answer, top=5) == "Buyers (people) · 5 / 8"
        assert describe(answer).endswith("lowest Town 8: 1 person.")

    def test_the_rest_that_the_reply_counted_is_drawn_though_it_does_not_add_up(self) -> None:
        assert values(cities(9, 8, column=BUYERS, rest={"buyers": 10}), top=2) == [9, 8, 10]

    def test_thirty_groups_are_drawn_and_one_more_is_not_worth_a_rest(self) -> None:
        assert len(dots(towns(31))) == 31
        assert [dot.label for dot in dots(towns(32))][-1] == "Other 2"
        assert len(dots(towns(32))) == 31

    def test_the_largest_are_the_first_where_the_order_is_of_another_kind(self) -> None:
        by_size = reply([SIZE, SALES], [("small", 1), ("middle", 9), ("large", 5)])
        assert [(dot.label, dot.value) for dot in dots(by_size, top=2)] == [("Middle", 9), ("Large", 5), ("Other 1", 1)]

    def test_a_rest_that_dwarfs_all_others_runs_out_of_the_chart_with_its_number(self) -> None:
        drawn = drawing(cities(4, 3, rest={"sales": 5000}), top=2)
        assert drawn["layout"]["yaxis"]["range"][1] < 10
        assert [note["text"] for note in drawn["layout"]["annotations"]] == ["<b>▴<br>5,000</b>"]
        assert drawn["data"][0]["y"] == [4, 3, 5000]

    def test_the_unknown_runs_out_as_well_but_a_group_of_the_data_never_does(self) -> None:
        unknown = drawing(reply([CITY, RATE], [(UNKNOWN, 37.8), ("A", 0.4), ("B", 0.2)]))
        assert unknown["layout"]["yaxis"]["range"][1] < 1
        assert drawing(cities(5000, 4, 3))["layout"]["yaxis"]["range"][1] > 5000


class TestSeries:
    def test_seven_series_are_coloured_and_the_others_are_one_grey_rest(self) -> None:
        answer = by_month_and_tea(2, 9)  # teas 2 to 1 are the rest: 2 + 1 a month
        found = dots(answer)
        assert [dot.series for dot in found[::2]] == ["Tea 9", "Tea 8", "Tea 7", "Tea 6", "Tea 5", "Tea 4", "Tea 3", "Other 2"]
        assert [(dot.value, dot.row, dot.tone) for dot in found[-2:]] == [(3, None, "rest"), (3, None, "rest")]
        colours = [trace["line"]["color"] for trace in drawing(answer)["data"]]
        assert len(set(colours)) == len(colours) == 8

    def test_an_eighth_is_drawn_where_it_is_the_unknown_which_is_grey(self) -> None:
        rows = [(month, tea, 1) for month in months_from("2025-01-01", 2) for tea in [UNKNOWN, *"abcdefg"]]
        found = dots(reply([MONTH, TEA, SALES], rows))
        assert [dot.series for dot in found[::2]] == [*"abcdefg", "Unknown"]
        assert found[-1].tone == "unknown"

    def test_series_that_do_not_add_up_are_counted(self) -> None:
        answer = by_month_and_tea(2, 9, BUYERS)
        assert len(dots(answer)) == 14
        assert title(answer) == "Buyers (people) · 7 / 9"

    def test_a_rest_that_would_flatten_all_lines_is_counted_too(self) -> None:
        rows = [(month, f"Tea {tea}", 10) for month in months_from("2025-01-01", 2) for tea in range(40)]
        answer = reply([MONTH, TEA, SALES], rows)
        assert title(answer) == "Sales (US dollars) · 7 / 40"
        assert sum(values(answer, kind="stacked")) == 800

    def test_no_more_than_the_first_five_series_where_they_are_asked_for(self) -> None:
        assert tops(by_month_and_tea(2, 9)) == [5, None]
        assert {dot.series for dot in dots(by_month_and_tea(2, 9), top=5)} == {*(f"Tea {tea}" for tea in range(5, 10)), "Other 4"}

    def test_each_line_has_a_mark_of_its_own(self) -> None:
        symbols = [trace["marker"]["symbol"] for trace in drawing(by_month_and_tea(2, 9))["data"]]
        assert len(set(symbols)) == 8

    def test_a_pair_that_no_row_holds_is_left_blank(self) -> None:
        answer = reply([CITY, TEA, SALES], [("A", "red", 1), ("B", "green", 2)])
        for kind in ("bar", "stacked", "heatmap"):
            assert sorted(values(answer, kind=kind)) == [1, 2]


class TestText:
    @pytest.mark.parametrize("name", [EVIL, LINK, "<em>x</em>"])
    def test_markup_in_the_data_is_text_wherever_it_stands(self, name: str) -> None:
        answers = [
            reply([CITY, SALES], [(name, 2), ("B", 1)]),
            reply([CITY, TEA, SALES], [("A", name, 2), (name, "B", 1)]),
            reply([MONTH, TEA, SALES], [(month, tea, 2) for month in months_from("2025-01-01", 2) for tea in (name, "B")]),
            named(cities(2, 1), name),
        ]
        for answer in answers:
            for kind in kinds(answer):
                texts = texts_of(drawing(answer, kind=kind))
                assert [text for text in texts if name[:3] in text] == []
                assert [text for text in texts if "&lt;" in text]

    def test_a_name_that_looks_like_a_template_is_not_obeyed(self) -> None:
        answer = named(reply([CITY, TEA, SALES], [("%{x}", "%{y}", 2), ("$a$", "B", 1)]), "%{z}")
        for kind in kinds(answer):
            drawn = drawing(answer, kind=kind)
            templates = {trace.pop("hovertemplate", None) for trace in drawn["data"]}
            assert all(template is None or template.startswith("%{customdata[0]}") for template in templates)
            assert [text for text in texts_of(drawn) if "%{" in text or "$" in text] == []

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            ("en", "Column chart of Sales by city, 3 groups; highest A: 30.00 US dollars, lowest C: 1.00 US dollars."),
            ("zh", "柱状图：销售额，按城市，3 个分组；最高 A：30.00 美元，最低 C：1.00 美元。"),
        ],
    )
    def test_a_chart_is_described_in_a_sentence(self, language: str, sentence: str) -> None:
        assert describe(cities(30, 2, 1, language=language)) == sentence

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            (
                "en",
                "Line chart of Sales by month, January 2025 to March 2025, 2 points in time; highest January 2025: 9.00 US dollars, "
                "lowest March 2025 (partial): 5.00 US dollars.",
            ),
            (
                "zh",
                "折线图：销售额，按月，2025年1月至2025年3月共 2 个时间点；最高 2025年1月：9.00 美元，最低 2025年3月（不完整）：5.00 美元。",
            ),
        ],
    )
    def test_a_description_of_time_counts_what_is_there_and_says_what_is_not_whole(self, language: str, sentence: str) -> None:
        answer = reply(
            [MONTH, SALES], [("2025-01-01", 9), ("2025-03-01", 5)], language, period={"start": "2025-01-01", "end": "2025-03-10"}
        )
        assert describe(answer) == sentence

    def test_a_description_names_series_and_says_what_was_left_out(self) -> None:
        assert describe(by_month_and_tea(2, 2)).startswith(
            "Line chart of Sales by month and tea, January 2025 to February 2025, 2 points in time; series: Tea 2, Tea 1;"
        )
        assert describe(towns(40, column=RATE)).endswith("; 30 of 40 drawn.")
        assert describe(towns(40)).endswith("; the rest together 55.00 US dollars.")
        assert describe(reply([CITY, *COMPARED], [("A", 3, 2, 1, 0.5), ("B", 1, 2, -1, -0.5)])).startswith(
            "Column chart of Sales by city, 2 groups; series: Sales, Sales (before);"
        )


def named(answer: Reply, name: str) -> Reply:
    """The same reply with another heading and unit on every column."""
    schema = [{**column, "labels": {"zh": name, "en": name}, "units": {"zh": name, "en": name}} for column in answer.table_schema]
    return answer.model_copy(update={"table_schema": schema})
