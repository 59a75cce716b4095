"""What goes wrong in other semantic layers and must not here. Each trap with rows small enough to add up by eye."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import SHOP, Asker, Shop


def test_a_line_whose_item_nobody_described_stays_in_the_total_under_unknown(shop: Shop) -> None:
    # items: 1 small, 2 large; line C has item 9 -> 40 belongs to nobody's family
    assert shop.rows(metrics=["sales"], by=["family"]) == [("large", 70.0), ("Unknown", 40.0), ("small", 40.0)]
    assert shop.rows(metrics=["sales"]) == [(150.0,)]


def test_a_customer_without_a_record_stays_in_the_total_under_unknown(shop: Shop) -> None:
    assert shop.rows(metrics=["sales"], by=["city"]) == [("north", 70.0), ("Unknown", 50.0), ("south", 30.0)]


def test_a_missing_value_and_a_missing_record_are_one_unknown(shop: Shop) -> None:
    # item 2 has no colour, item 9 no record: 20 + 50 + 40
    assert shop.rows(metrics=["sales"], by=["colour"]) == [("Unknown", 110.0), ("red", 40.0)]


def test_customers_are_counted_once_though_they_bought_in_two_months(shop: Shop) -> None:
    by_month = shop.rows(metrics=["buyers"], by=["month"])
    assert by_month == [("2025-01-01", 1), ("2025-02-01", 2), ("2025-03-01", 1)]
    assert shop.rows(metrics=["buyers"]) == [(3,)]


def test_the_ratio_of_the_whole_is_not_the_mean_of_the_rows(shop: Shop) -> None:
    # orders by city: north A 30, C 40 -> 35; south B -> 30; unknown D -> 50. All: 150 / 4
    assert shop.rows(metrics=["aov"], by=["city"]) == [("Unknown", 50.0), ("north", 35.0), ("south", 30.0)]
    assert shop.rows(metrics=["aov"]) == [(37.5,)]


def test_an_order_with_two_families_counts_in_both_and_once_in_the_whole(shop: Shop) -> None:
    assert shop.rows(metrics=["orders"], by=["family"]) == [("large", 2), ("small", 2), ("Unknown", 1)]
    assert shop.rows(metrics=["orders"]) == [(4,)]


def test_a_ratio_without_a_denominator_is_null_and_an_empty_sum_is_zero(shop: Shop) -> None:
    nothing = {"field": "city", "is": "nowhere"}
    assert shop.rows(metrics=["sales", "orders", "aov"], where=nothing) == [(0, 0, None)]


def test_a_metrics_own_filter_keeps_what_is_unknown(shop: Shop) -> None:
    # not small: large 70 and the line without a family 40
    assert shop.rows(metrics=["big_sales"]) == [(110.0,)]
    assert shop.rows(metrics=["big_sales"], by=["family"]) == [("large", 70.0), ("Unknown", 40.0), ("small", 0)]


def test_not_keeps_what_is_unknown_and_is_does_not(shop: Shop) -> None:
    assert shop.rows(metrics=["sales"], where={"field": "family", "is": "small"}) == [(40.0,)]
    assert shop.rows(metrics=["sales"], where={"field": "family", "not": "small"}) == [(110.0,)]
    assert shop.rows(metrics=["sales"], where={"not": {"field": "family", "in": ["small"]}}) == [(110.0,)]


def test_a_filter_on_unknown_finds_both_kinds(shop: Shop) -> None:
    assert shop.rows(metrics=["sales"], where={"field": "colour", "is": "Unknown"}) == [(110.0,)]
    assert shop.rows(metrics=["sales"], where={"field": "colour", "missing": True}) == [(110.0,)]


def test_an_empty_bucket_inside_the_data_is_there(shop: Shop) -> None:
    days = shop.rows(metrics=["sales", "aov"], by=["date"], period={"start": "2025-02-09", "end": "2025-02-11"})
    assert days == [("2025-02-09", 0, None), ("2025-02-10", 30.0, 30.0), ("2025-02-11", 0, None)]


def test_a_series_compared_with_before_has_no_figure_before_the_data(shop: Shop) -> None:
    rows = shop.rows(metrics=["sales"], by=["month"], compare={"kind": "previous"})
    assert rows[0] == ("2025-01-01", 30.0, None, None, None)
    assert rows[1][:4] == ("2025-02-01", 70.0, 30.0, 40.0)


def test_ties_with_the_last_place_are_kept(shop: Shop) -> None:
    # orders: A 30, B 30, C 40, D 50
    assert [row[0] for row in shop.rows(metrics=["sales"], by=["order_id"], limit=3)] == ["D", "C", "A", "B"]


def test_unknown_keeps_its_place_in_a_ranking(shop: Shop) -> None:
    assert shop.rows(metrics=["sales"], by=["city"], limit=2) == [("north", 70.0), ("Unknown", 50.0)]


def test_the_first_places_can_show_their_shares_and_what_they_were_before(shop: Shop) -> None:
    """Two of the statement's parts have a column of the metric's name: the rank must say which it means."""
    first = {"metrics": ["sales"], "by": ["city"], "limit": 1}
    assert shop.rows(**first, share_of={"kind": "share"}) == [("north", 70.0, pytest.approx(70 / 150))]
    compared = shop.rows(**first, period={"start": "2025-02-01", "end": "2025-02-28"}, compare={"kind": "previous"})
    assert compared == [("north", 40.0, 30.0, 10.0, pytest.approx(1 / 3))]


def test_a_rank_is_by_the_metric_though_a_column_has_its_name(make_shop: Callable[..., Shop]) -> None:
    model = SHOP.replace(
        "{name: sales, dataset: lines, agg: sum, expr: amount}", "{name: amount, dataset: lines, agg: sum, expr: amount}"
    )
    model = model.replace("numerator: sales", "numerator: amount").replace("[sales]", "[amount]")
    lines = (
        "order_id,line,item_id,customer_id,sold_on,amount\nA,1,1,10,2025-01-05,30\nB,1,2,10,2025-01-06,20\nC,1,2,10,2025-01-07,20"
    )
    named = make_shop(
        model, lines=lines, items="item_id,family,colour\n1,small,red\n2,large,red", customers="customer_id,city\n10,north"
    )
    assert named.rows(metrics=["amount"], by=["family"], limit=1) == [("large", 40.0)]


def test_periods_that_overlap_each_count_in_full(shop: Shop) -> None:
    each = {"of": [{"start": "2025-01-01", "end": "2025-03-31"}, {"start": "2025-02-01", "end": "2025-02-28"}]}
    assert shop.rows(metrics=["sales"], period=each) == [("2025-01-01", 150.0), ("2025-02-01", 70.0)]


def test_a_share_of_customers_is_of_all_customers_not_of_the_sum(shop: Shop) -> None:
    rows = shop.rows(metrics=["buyers"], by=["family"], share_of={"kind": "share"})
    assert rows == [("large", 2, pytest.approx(2 / 3)), ("small", 2, pytest.approx(2 / 3)), ("Unknown", 1, pytest.approx(1 / 3))]


class TestTheDemo:
    """The same on a year of purchases."""

    def rows(self, demo: Asker, **request: object) -> list[tuple[object, ...]]:
        from semantic_layer.requests import MetricQuery
        from tools.metrics import run

        answer = run(MetricQuery.model_validate(request), demo.context())
        assert answer.main is not None
        return list(answer.main.rows)

    def test_a_utc_evening_belongs_to_the_business_day_before(self, demo: Asker) -> None:
        import duckdb

        runtime = demo.runtime
        with duckdb.connect(str(runtime.warehouse.file_of(runtime.opened().version.id)), read_only=True) as raw:
            utc, local, moved = raw.execute(
                """SELECT COUNT(DISTINCT basket_id) FILTER (CAST(transaction_timestamp AS DATE) = DATE '2017-12-30'),
                  COUNT(DISTINCT basket_id) FILTER (CAST(timezone('America/New_York', timezone('UTC', transaction_timestamp)) AS DATE) = DATE '2017-12-30'),
                  COUNT(DISTINCT basket_id) FILTER (CAST(transaction_timestamp AS DATE)
                    <> CAST(timezone('America/New_York', timezone('UTC', transaction_timestamp)) AS DATE))
                FROM transactions"""
            ).fetchall()[0]
        assert moved == 28_571
        assert utc != local
        assert self.rows(demo, metrics=["baskets"], period={"start": "2017-12-30", "end": "2017-12-30"}) == [(local,)]

    def test_gasoline_is_left_out_of_units(self, demo: Asker) -> None:
        assert self.rows(demo, metrics=["units", "units_per_basket"])[0] == (1_902_528, pytest.approx(13.4227, abs=1e-4))
        assert self.rows(demo, metrics=["units", "avg_unit_price"], where={"field": "department", "is": "FUEL"}) == [(0, None)]

    def test_products_without_an_entry_keep_their_sales(self, demo: Asker) -> None:
        by_department = dict(self.rows(demo, metrics=["sales"], by=["department"]))
        assert by_department["Unknown"] == 172.57
        assert sum(by_department.values()) == pytest.approx(4_596_039.58, abs=0.005)

    def test_households_without_demographics_stay(self, demo: Asker) -> None:
        by_age = dict(self.rows(demo, metrics=["buyers"], by=["age"]))
        assert by_age["Unknown"] == 2_469 - 801
        assert list(by_age)[:3] == ["19-24", "25-34", "35-44"]

    def test_the_years_first_week_is_one_day_and_named_by_its_monday(self, demo: Asker) -> None:
        weeks = self.rows(demo, metrics=["sales"], by=["week"])
        assert len(weeks) == 53
        assert weeks[0][0] == "2016-12-26"
        assert weeks[0][1] == self.rows(demo, metrics=["sales"], period={"start": "2017-01-01", "end": "2017-01-01"})[0][0]

    def test_the_closed_day_is_a_zero_in_the_series(self, demo: Asker) -> None:
        days = dict(self.rows(demo, metrics=["baskets"], by=["date"], period={"start": "2017-12-24", "end": "2017-12-26"}))
        assert days["2017-12-25"] == 0

    def test_targeted_households_are_counted_once_over_campaigns(self, demo: Asker) -> None:
        by_campaign = self.rows(demo, metrics=["targeted"], by=["campaign_id"])
        assert sum(count for _, count in by_campaign) == 6_589
        assert self.rows(demo, metrics=["targeted"]) == [(1_559,)]

    def test_the_average_of_three_months_is_that_of_three_whole_months(self, demo: Asker) -> None:
        """April ends on the 30th: January 31 is no part of its three months."""
        by_month = dict(self.rows(demo, metrics=["sales"], by=["month"]))
        rows = self.rows(demo, metrics=["sales"], by=["month"], window={"trailing": 3, "unit": "month", "average": True})
        averages = dict(rows)
        for last, months in {"04": ("02", "03", "04"), "06": ("04", "05", "06"), "12": ("10", "11", "12")}.items():
            mean = sum(by_month[f"2017-{month}-01"] for month in months) / 3  # pyright: ignore[reportArgumentType, reportCallIssue]
            assert averages[f"2017-{last}-01"] == pytest.approx(mean, abs=0.01)
