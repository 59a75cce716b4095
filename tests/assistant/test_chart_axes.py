"""Axes of charts: ticks in both languages, points in time with their gaps and their ends, labels that a phone has room for."""

from __future__ import annotations

from typing import Any

import pytest
from charting import (
    CITY,
    DAY,
    HOUR,
    MONTH,
    POURED,
    QUARTER,
    RATE,
    SALES,
    TEA,
    WEEK,
    WEEKDAY,
    YEAR,
    cities,
    days_from,
    dots,
    drawing,
    months,
    months_from,
    reply,
    ticks,
    time,
    towns,
    values,
)

from assistant.render.axes import extent_of, fits, wrapped
from assistant.render.chart_lines import spread
from assistant.render.charts import views_of
from semantic_layer.columns import UNKNOWN, Column

YEAR_2025 = {"start": "2025-01-01", "end": "2025-12-31"}


def over(column: Column, starts: list[str], language: str = "en", **more: Any) -> Any:
    return reply([column, SALES], [(start, 10 + place) for place, start in enumerate(starts)], language, **more)


class TestValueTicks:
    @pytest.mark.parametrize(
        ("values", "language", "expected"),
        [
            ((4e5, 1e5), "zh", ["0", "10万", "20万", "30万", "40万"]),
            ((4e5, 1e5), "en", ["0", "100K", "200K", "300K", "400K"]),
            ((3.2e8, 1), "zh", ["0", "1亿", "2亿", "3亿"]),
            ((3.2e9, 1), "en", ["0", "1B", "2B", "3B"]),
            ((9000, 1), "zh", ["0", "2,500", "5,000", "7,500"]),
            ((9000, 1), "en", ["0", "2,500", "5,000", "7,500"]),
        ],
    )
    def test_are_round_and_written_as_the_language_does(
        self, values: tuple[float, ...], language: str, expected: list[str]
    ) -> None:
        assert ticks(drawing(months(*values, language=language), kind="area")) == expected

    def test_of_fractions_are_percent_with_as_many_decimals_as_they_need(self) -> None:
        assert ticks(drawing(months(0.1, 0.4, column=RATE), kind="area")) == ["0%", "10%", "20%", "30%", "40%"]
        assert ticks(drawing(months(0.14, 0.16, column=RATE))) == ["14.0%", "14.5%", "15.0%", "15.5%", "16.0%"]

    def test_of_counts_are_whole(self) -> None:
        assert ticks(drawing(months(1, 2, column=POURED), kind="area")) == ["0", "1", "2"]

    def test_of_counts_on_a_log_scale_begin_at_one(self) -> None:
        assert ticks(drawing(cities(1, 40, column=POURED), log=True)) == ["1", "10"]

    def test_of_a_log_scale_are_powers_of_ten(self) -> None:
        assert ticks(drawing(months(1, 1000, 90_000), log=True)) == ["1", "10", "100", "1,000", "10K", "100K"]
        assert ticks(drawing(months(1, 1000, 90_000, language="zh"), log=True)) == ["1", "10", "100", "1,000", "1万", "10万"]

    def test_zero_is_on_the_axis_of_bars_and_areas_and_of_lines_that_come_near_it(self) -> None:
        far, near = months(900, 1000), months(200, 1000)
        assert drawing(far)["layout"]["yaxis"]["range"][0] > 0
        for drawn in (drawing(far, kind="column"), drawing(far, kind="area"), drawing(near)):
            assert drawn["layout"]["yaxis"]["range"][0] == 0

    def test_the_unit_stands_once_in_the_title(self) -> None:
        assert drawing(cities(2, 1, language="zh"))["layout"]["title"]["text"] == "销售额（美元）"
        assert drawing(cities(2, 1, column=RATE))["layout"]["title"]["text"] == "Discount rate"
        cups = POURED.model_copy(update={"label": POURED.unit})
        assert drawing(cities(2, 1, column=cups))["layout"]["title"]["text"] == "cups"

    @pytest.mark.parametrize(("language", "numbers"), [("zh", ["39.6万", "3,044"]), ("en", ["396K", "3,044"])])
    def test_bars_have_their_number_at_the_end(self, language: str, numbers: list[str]) -> None:
        assert drawing(cities(396_123.5, 3044, language=language))["data"][0]["text"] == numbers

    def test_columns_too_narrow_for_their_numbers_have_an_axis_instead(self) -> None:
        wide = drawing(months(*range(100_000, 106_000, 1000)), kind="column")
        narrow = drawing(months(*range(100_000, 112_000, 1000)), kind="column")
        assert ("text" in wide["data"][0], "text" in narrow["data"][0]) == (True, False)
        assert narrow["layout"]["yaxis"].get("showticklabels") is None

    def test_whatever_is_drawn_lies_within_the_axis(self) -> None:
        for low, high in ((0, 0), (0, 1), (5, 5), (-3, -3), (-7, 2), (-9, -8), (1e-6, 2e-6), (1e12, 1.1e12)):
            for zero in (True, False):
                extent = extent_of([low, high], zero=zero)
                assert extent.low <= low <= high <= extent.high
                assert extent.low < extent.high
                assert 1 <= len(extent.ticks) <= 7
                assert all(extent.low <= tick <= extent.high for tick in extent.ticks)

    @pytest.mark.parametrize("value", [0.001, 1.0, 1000.0])
    def test_on_a_log_scale_a_lone_power_of_ten_has_a_decade(self, value: float) -> None:
        low, high = extent_of([value], log=True, zero=False).range
        assert high >= low + 1

    def test_on_a_log_scale_bars_begin_below_the_least_value_and_lines_may_begin_at_it(self) -> None:
        assert extent_of([1, 300], log=True).low == 0.1
        assert extent_of([1, 300], log=True, zero=False).low == 1


class TestPlacesInTime:
    def test_missing_buckets_are_gaps_and_no_line_crosses_them(self) -> None:
        answer = over(MONTH, ["2025-01-01", "2025-02-01", "2025-05-01"])
        for kind in ("line", "column"):
            (trace,) = drawing(answer, kind=kind)["data"]
            assert trace["y"] == [10, 11, None, None, 12]
            assert [told[2] for told in trace["customdata"]] == [0, 1, None, None, 2]
        assert drawing(answer)["data"][0]["x"] == months_from("2025-01-01", 5)

    def test_no_area_fills_them(self) -> None:
        starts = ["2025-01-01", "2025-02-01", "2025-05-01"]
        assert [trace["y"] for trace in drawing(over(MONTH, starts), kind="area")["data"]] == [[10, 11], [12]]
        rows = [(start, tea, 1) for start in starts for tea in "ab"]
        by_tea = views_of(reply([MONTH, TEA, SALES], rows))
        assert by_tea is not None
        assert [option.value for option in by_tea.kinds] == ["line", "stacked", "share"]

    @pytest.mark.parametrize(
        ("column", "starts", "places"),
        [
            (DAY, ["2024-02-27", "2024-03-01"], 4),
            (WEEK, ["2024-12-30", "2025-01-20"], 4),
            (QUARTER, ["2024-10-01", "2025-07-01"], 4),
            (YEAR, ["2020-01-01", "2023-01-01"], 4),
        ],
    )
    def test_every_grain_knows_what_lies_between(self, column: Column, starts: list[str], places: int) -> None:
        assert len(drawing(over(column, starts))["data"][0]["x"]) == places

    def test_missing_hours_are_gaps_as_well(self) -> None:
        answer = reply([HOUR, SALES], [(9, 1), (12, 2)])
        assert drawing(answer)["data"][0]["y"] == [1, None, None, 2]

    def test_a_point_that_stands_alone_in_a_long_line_has_a_mark(self) -> None:
        days = days_from("2025-01-01", 90)
        answer = over(DAY, [*days[:40], days[50], *days[60:]])
        sizes = drawing(answer)["data"][0]["marker"]["size"]
        assert [place for place, size in enumerate(sizes) if size] == [50]

    def test_what_has_no_time_is_counted_since_it_has_no_place(self) -> None:
        answer = over(MONTH, [*months_from("2025-01-01", 3), UNKNOWN])
        assert values(answer) == [10, 11, 12]
        assert drawing(answer)["layout"]["title"]["text"] == "Sales (US dollars) · 3 / 4"
        by_tea = reply([MONTH, TEA, SALES], [("2025-01-01", "a", 1), ("2025-02-01", "a", 2), (UNKNOWN, "b", 3)])
        assert values(by_tea) == [1, 2]

    def test_an_unknown_hour_or_weekday_comes_last(self) -> None:
        answer = reply([WEEKDAY, SALES], [(1, 5), (2, 6), (UNKNOWN, 7)])
        assert [(dot.label, dot.value) for dot in dots(answer)] == [("Monday", 5), ("Tuesday", 6), ("Unknown", 7)]


class TestTimeTicks:
    @pytest.mark.parametrize(
        ("column", "starts", "zh", "en"),
        [
            (MONTH, months_from("2025-01-01", 2), ["2025年1月", "2025年2月"], ["January 2025", "February 2025"]),
            (QUARTER, months_from("2025-01-01", 9)[::3], ["2025年第1季度", "2025年第2季度", "2025年第3季度"], ["Q1 2025", "Q2 2025", "Q3 2025"]),
            (QUARTER, months_from("2025-01-01", 12)[::3], [f"2025年<br>第{n}季度" for n in range(1, 5)], [f"Q{n} 2025" for n in range(1, 5)]),
            (YEAR, ["2024-01-01", "2025-01-01"], ["2024年", "2025年"], ["2024", "2025"]),
            (WEEK, ["2025-01-06", "2025-01-13"], ["2025年1月6日起的一周", "2025年1月<br>13日起的一周"], ["week of January<br>6, 2025", "week of January<br>13, 2025"]),
            (MONTH, months_from("2025-01-01", 5), [f"2025-0{n}" for n in range(1, 6)], [f"2025-0{n}" for n in range(1, 6)]),
            (DAY, days_from("2025-01-01", 7), [f"01-0{n}" for n in range(1, 8)], [f"01-0{n}" for n in range(1, 8)]),
            (WEEK, days_from("2024-12-30", 12, step=7), ["2024-12-30", "2025-01-20", "2025-02-10", "2025-03-03"], None),
        ],
    )  # fmt: skip
    def test_few_are_in_words_and_more_are_dates_that_need_no_language(
        self, column: Column, starts: list[str], zh: list[str], en: list[str] | None
    ) -> None:
        for language, expected in (("zh", zh), ("en", en or zh)):
            assert ticks(drawing(over(column, starts, language)), "xaxis") == expected

    @pytest.mark.parametrize(
        ("column", "starts", "form"),
        [
            (DAY, days_from("2025-01-01", 30), "%m-%d"),
            (DAY, days_from("2024-12-20", 30), "%Y-%m-%d"),
            (DAY, days_from("2024-12-20", 300), "%Y-%m"),
            (MONTH, months_from("2024-01-01", 18), "%Y-%m"),
            (QUARTER, months_from("2020-01-01", 36)[::3], "%Y-Q%q"),
        ],
    )
    def test_many_are_chosen_by_the_width_in_a_form_without_words(self, column: Column, starts: list[str], form: str) -> None:
        assert drawing(over(column, starts))["layout"]["xaxis"]["tickformat"] == form

    def test_columns_have_as_many_as_a_phone_has_room_for(self) -> None:
        drawn = drawing(over(MONTH, months_from("2025-01-01", 18)), kind="column")
        assert ticks(drawn, "xaxis") == ["2025-01", "2025-05", "2025-09", "2026-01", "2026-05"]

    def test_weekdays_that_do_not_fit_are_shortened(self) -> None:
        rows = [(day, day) for day in range(1, 8)]
        assert ticks(drawing(reply([WEEKDAY, SALES], rows)), "xaxis") == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        assert ticks(drawing(reply([WEEKDAY, SALES], rows, "zh")), "xaxis")[0] == "周一"


class TestPartialBuckets:
    def test_the_first_and_the_last_are_hollow_at_the_end_of_a_dotted_line_and_named(self) -> None:
        drawn = drawing(months(1, 2, 3, period={"start": "2025-01-15", "end": "2025-03-20"}))
        *joints, whole, ends = drawn["data"]
        assert [joint["line"]["dash"] for joint in joints] == ["dot", "dot"]
        assert [joint["hoverinfo"] for joint in joints] == ["skip", "skip"]
        assert (whole["y"], ends["y"], ends["marker"]["symbol"]) == ([2], [1, 3], "circle-open")
        key = drawn["layout"]["title"]["subtitle"]["text"]
        assert "January 2025 (partial)" in key
        assert "March 2025 (partial)" in key

    def test_bars_of_them_are_hatched(self) -> None:
        drawn = drawing(months(1, 2, 3, language="zh", period={"start": "2025-01-15", "end": "2025-03-31"}), kind="column")
        assert drawn["data"][0]["marker"]["pattern"]["shape"] == ["/", "", ""]
        assert drawn["data"][0]["customdata"][0][0] == "2025年1月（不完整）"
        assert "2025年1月（不完整）" in drawn["layout"]["title"]["subtitle"]["text"]

    def test_an_area_has_a_line_where_they_begin(self) -> None:
        drawn = drawing(months(1, 2, 3, period={"start": "2025-01-01", "end": "2025-03-20"}), kind="area")
        assert [shape["x0"] for shape in drawn["layout"]["shapes"]] == ["2025-02-01"]

    @pytest.mark.parametrize(
        ("column", "starts", "period", "partial"),
        [
            (MONTH, months_from("2025-01-01", 2), {"start": "2025-01-01", "end": "2025-02-28"}, []),
            (MONTH, months_from("2025-01-01", 2), {**YEAR_2025, "as_of": "2025-02-12"}, [1]),
            (MONTH, months_from("2025-01-01", 3), {**YEAR_2025, "as_of": "2025-02-12"}, []),
            (WEEK, ["2024-12-30", "2025-01-06"], {"start": "2025-01-01", "end": "2025-01-12"}, [0]),
            (QUARTER, ["2025-01-01", "2025-04-01"], {"start": "2025-01-01", "end": "2025-05-31"}, [1]),
            (YEAR, ["2024-01-01", "2025-01-01"], {"start": "2024-01-01", "end": "2025-08-31"}, [1]),
            (DAY, ["2025-01-01", "2025-01-02"], {"start": "2025-01-01", "end": "2025-01-02"}, []),
            (MONTH, months_from("2025-01-01", 2), None, []),
            (time("month", "opened_month"), months_from("2025-01-01", 2), {"start": "2025-01-15", "end": "2025-02-12"}, []),
        ],
    )
    def test_are_those_that_reach_beyond_the_asked_days_or_today(
        self, column: Column, starts: list[str], period: Any, partial: list[int]
    ) -> None:
        found = dots(over(column, starts, period=period), kind="column")
        assert [place for place, dot in enumerate(found) if "(partial)" in dot.label] == partial


class TestLabels:
    @pytest.mark.parametrize(
        ("text", "room", "expected"),
        [
            ("North Sea", 20, "North Sea"),
            ("North Sea coast", 10, "North Sea<br>coast"),
            ("A very long name of a town", 8, "A very<br>long na…"),
            ("Antidisestablishment", 10, "Antidises…"),
            ("伊犁哈萨克自治州", 10, "伊犁哈萨克<br>自治州"),
            ("销售额（上期）", 8, "销售额<br>（上期）"),
            ("一二三四五六七八九十", 6, "一二三<br>四五…"),
            ("2025年12月30日", 9, "2025年<br>12月30日"),
        ],
    )
    def test_break_between_words_and_signs_and_end_in_an_ellipsis(self, text: str, room: int, expected: str) -> None:
        assert wrapped(text, room) == expected
        assert fits(text, room) == ("…" not in expected)

    def test_of_bars_have_two_lines_where_bars_are_few_and_one_where_they_are_many(self) -> None:
        name = "Frankfurt am Main (Innenstadt)"
        few = reply([CITY, SALES], [(name, 9), *((f"T{n}", 8 - n) for n in range(6))])
        many = reply([CITY, SALES], [(name, 90), *((f"T{n}", 80 - n) for n in range(20))])
        assert ticks(drawing(few))[0] == "Frankfurt am Main<br>(Innenstadt)"
        assert ticks(drawing(many))[0] == "Frankfurt am Main (…"

    def test_the_whole_name_is_in_the_words_of_the_point(self) -> None:
        name = "Frankfurt am Main (Innenstadt) " * 4
        assert dots(reply([CITY, SALES], [(name, 2), ("B", 1)]))[0].label == name.strip()

    def test_a_long_title_breaks_and_keeps_its_count(self) -> None:
        long = RATE.model_copy(
            update={"label": RATE.label.model_copy(update={"en": "A name that says everything about what it counts " * 3})}
        )
        lines = drawing(towns(40, column=long))["layout"]["title"]["text"].split("<br>")
        assert len(lines) == 3
        assert lines[-1] == "30 / 40"

    def test_few_lines_are_named_at_their_ends_and_more_or_longer_names_in_a_key(self) -> None:
        def lines(*names: str) -> dict[str, Any]:
            rows = [(month, name, place) for month in months_from("2025-01-01", 2) for place, name in enumerate(names)]
            return drawing(reply([MONTH, TEA, SALES], rows))["layout"]

        few = lines("red", "green")
        assert [note["text"].split(" ")[-1] for note in few["annotations"]] == ["red", "green"]
        assert few["title"]["subtitle"]["text"] == ""
        for layout in (lines(*"abcde"), lines("red", "Antidisestablishmentarianism")):
            assert layout["annotations"] == []
            assert layout["title"]["subtitle"]["text"].count("<span") == 5 - 3 * ("Anti" in str(layout))

    def test_names_at_the_ends_are_pushed_apart(self) -> None:
        assert spread([50, 52, 90], [15, 15, 15], 100) == [50, 65, 90]
        assert spread([96, 98], [15, 15], 100) == [77.5, 92.5]

    def test_numbers_are_in_the_cells_of_a_map_where_they_have_room(self) -> None:
        narrow = reply([CITY, TEA, RATE], [(city, tea, 0.1) for city in "ABC" for tea in "xyz"])
        wide = reply([CITY, TEA, RATE], [(f"C{city}", f"T{tea}", 0.1) for city in range(12) for tea in range(12)])
        assert [trace["type"] for trace in drawing(narrow, kind="heatmap")["data"]] == ["heatmap", "scatter"]
        (map_alone,) = drawing(wide, kind="heatmap")["data"]
        assert map_alone["showscale"]
