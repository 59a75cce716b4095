"""Traps of time, of entities and of several facts, each with a table of a few rows that can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from conftest import Shop

from semantic_layer.errors import RequestError, WorkspaceError
from semantic_layer.requests import MetricQuery
from tools.metrics import run

MakeShop = Callable[..., Shop]
SETTINGS = "workspace: {name: shop, time_zone: UTC, as_of: 2025-12-31, default_period: all}\n"
SALES = """
datasets:
  - name: sales
    entities: {customer: customer_id}
    time: sold_on
    fields: [{name: sold_on, type: date}, {name: amount, type: decimal}]
metrics:
  - {name: amount, dataset: sales, agg: sum, expr: amount}
  - {name: buyers, dataset: sales, agg: count_distinct, expr: customer_id}
  - {name: new_buyers, new_entities: {entity: customer, dataset: sales}}
  - {name: retained, retention: {entity: customer, dataset: sales}}
  - {name: typical, dataset: sales, agg: median, expr: amount}
  - {name: typical_share, ratio: {numerator: typical, denominator: amount}}
"""
LAST_YEAR = {"kind": "last_year"}


def sales(make_shop: MakeShop, rows: str, settings: str = SETTINGS) -> Shop:
    """A shop with one table of sales."""
    shop = make_shop(settings + SALES, sales="sold_on,customer_id,amount\n" + rows.replace(" ", "\n"))
    shop.as_of = date(2025, 12, 31)
    return shop


def code(shop: Shop, **request: Any) -> str:
    with pytest.raises(RequestError) as caught:
        shop.compile(**request)
    return caught.value.problem.code


# ---- several facts ------------------------------------------------------------------------------------------------------

CAMPAIGNS = """
datasets:
  - name: lines
    entities: {order: order_id, customer: customer_id}
    time: sold_on
    fields: [{name: sold_on, type: date}]
  - name: redemptions
    entities: {order: order_id, campaign: campaign_id}
    time: redeemed_on
    fields: [{name: redeemed_on, type: date}]
  - name: credited
    derived: >
      SELECT once.campaign_id, lines.sold_on, lines.amount
      FROM lines JOIN (SELECT DISTINCT campaign_id, order_id FROM redemptions) AS once ON once.order_id = lines.order_id
    entities: {campaign: campaign_id}
    time: sold_on
    fields: [{name: sold_on, type: date}]
  - name: targets
    grain: [campaign_id, customer_id]
    entities: {campaign: campaign_id, customer: customer_id}
  - name: campaigns
    grain: [campaign_id]
    entities: {campaign: campaign_id}
    fields: [{name: topic}]
metrics:
  - {name: amount, dataset: lines, agg: sum, expr: amount}
  - {name: redeemed, dataset: redemptions, agg: count}
  - {name: attributed, dataset: credited, agg: sum, expr: amount}
  - {name: targeted, dataset: targets, agg: count_distinct, expr: customer_id}
  - {name: per_redemption, ratio: {numerator: attributed, denominator: redeemed}}
"""


TABLES = {
    "lines": "order_id,customer_id,sold_on,amount\nA,1,2025-01-31,10\nA,1,2025-01-31,20\nB,2,2025-02-01,5",
    "redemptions": "order_id,campaign_id,redeemed_on\nA,7,2025-02-01\nA,7,2025-02-02\nA,8,2025-02-02",
    "targets": "campaign_id,customer_id\n7,1\n7,2\n8,1",
    "campaigns": "campaign_id,topic\n7,spring\n8,spring",
}


@pytest.fixture
def campaigns(make_shop: MakeShop) -> Shop:
    return make_shop(SETTINGS + CAMPAIGNS, **TABLES)


def test_redemptions_and_the_sales_that_they_led_to_do_not_multiply_each_other(campaigns: Shop) -> None:
    """
    ======= ======================= ======================
    order   lines                   redemptions
    ======= ======================= ======================
    A       10 and 20               twice by 7, once by 8
    B       5                       none
    ======= ======================= ======================

    A join of lines and redemptions would have six rows and 90 of sales.
    """
    rows = campaigns.rows(metrics=["redeemed", "attributed", "per_redemption"], by=["campaign_id"])
    assert rows == [(7, 2, 30.0, 15.0), (8, 1, 30.0, 30.0)]
    assert campaigns.rows(metrics=["redeemed", "targeted"], by=["topic"]) == [("spring", 3, 2)]


def test_each_fact_goes_by_its_own_time_in_one_answer(campaigns: Shop) -> None:
    """
    ======= ============ =================
    order   sold on      redeemed on
    ======= ============ =================
    A       January 31   February 1, 2, 2
    B       February 1   never
    ======= ============ =================
    """
    rows = campaigns.rows(metrics=["amount", "redeemed"], by=["month"])
    assert rows == [("2025-01-01", 30.0, 0), ("2025-02-01", 5.0, 3)]
    assert campaigns.rows(metrics=["amount", "redeemed"], period={"start": "2025-02-01", "end": "2025-02-01"}) == [(5.0, 1)]


def test_sales_are_not_parted_by_campaigns_that_many_customers_share(campaigns: Shop) -> None:
    """
    ========= =========
    campaign  customer
    ========= =========
    7         1
    7         2
    8         1
    ========= =========

    Customer 1 is in two campaigns: the sales of each would add up to more than there were.
    """
    assert code(campaigns, metrics=["amount"], by=["campaign_id"]) == "unreachable_field"
    assert code(campaigns, metrics=["amount"], by=["topic"]) == "unreachable_field"
    assert code(campaigns, metrics=["amount", "redeemed"], where={"field": "topic", "is": "spring"}) == "unreachable_field"


def test_two_groups_of_one_name_are_two_columns(make_shop: MakeShop) -> None:
    """
    ======= ========= =========
    amount  paid in   sent to
    ======= ========= =========
    1       north     south
    2       north     nowhere
    4       south     south
    ======= ========= =========
    """
    model = """
datasets:
  - name: sales
    entities: {bill: bill_id, ship: ship_id}
  - name: regions
    grain: [region_id]
    entities: {bill: region_id, ship: region_id}
    fields: [{name: country}]
entities: [{name: bill, key: bill_id}, {name: ship, key: ship_id}]
metrics: [{name: amount, dataset: sales, agg: sum, expr: amount}]
"""
    shop = make_shop(
        SETTINGS + model, sales="bill_id,ship_id,amount\n1,2,1\n1,,2\n2,2,4", regions="region_id,country\n1,north\n2,south"
    )
    compiled = shop.compile(metrics=["amount"], by=["bill.country", "ship.country"])
    assert [column.name for column in compiled.columns] == ["country", "ship_country", "amount"]
    rows = shop.rows(metrics=["amount"], by=["bill.country", "ship.country"])
    assert rows == [("south", "south", 4.0), ("north", "Unknown", 2.0), ("north", "south", 1.0)]
    assert code(shop, metrics=["amount"], by=["country"]) == "ambiguous_field"


# ---- entities -----------------------------------------------------------------------------------------------------------


def test_customers_of_months_do_not_sum_to_those_of_the_year_and_a_total_is_counted(make_shop: MakeShop) -> None:
    """
    ========== =========
    sold on    customer
    ========== =========
    January 5  1
    January 9  2
    March 1    1
    ========== =========
    """
    shop = sales(make_shop, "2025-01-05,1,10 2025-01-09,2,20 2025-03-01,1,40")
    answer = run(MetricQuery.model_validate({"metrics": ["buyers"], "by": ["month"], "totals": True}), shop.context())
    assert answer.main is not None and answer.totals is not None
    assert [row[1] for row in answer.main.rows] == [2, 0, 1]
    assert answer.totals.rows[0][0] == 2


def test_nobody_can_come_back_to_the_first_month_and_all_of_it_are_new(make_shop: MakeShop) -> None:
    """
    ========== =========
    sold on    customer
    ========== =========
    January 5  1
    February 5 1
    February 6 2
    ========== =========

    The retention of January is unknown, which is not nothing.
    """
    shop = sales(make_shop, "2025-01-05,1,10 2025-02-05,1,20 2025-02-06,2,40")
    rows = shop.rows(metrics=["new_buyers", "retained"], by=["month"])
    assert rows == [("2025-01-01", 1, None), ("2025-02-01", 1, 1.0)]
    january = {"start": "2025-01-01", "end": "2025-01-31"}
    assert shop.rows(metrics=["new_buyers", "retained"], period=january) == [(1, None)]


def test_those_who_return_are_all_but_the_new_ones(make_shop: MakeShop) -> None:
    """
    =========== =========
    sold on     customer
    =========== =========
    January 5   1
    February 5  1
    February 6  2
    February 20 2
    =========== =========

    A customer who comes twice in the first month is new in it, and not also one who returns.
    """
    model = SETTINGS + SALES + "  - {name: returning, derived: buyers - new_buyers, type: count}\n"
    rows = "2025-01-05,1,10\n2025-02-05,1,20\n2025-02-06,2,40\n2025-02-20,2,5"
    shop = make_shop(model, sales="sold_on,customer_id,amount\n" + rows)
    shop.as_of = date(2025, 2, 28)
    assert shop.rows(metrics=["buyers", "new_buyers", "returning"], by=["month"]) == [
        ("2025-01-01", 1, 1, 0),
        ("2025-02-01", 2, 1, 1),
    ]


def test_what_comes_after_today_is_neither_new_nor_a_conversion(make_shop: MakeShop) -> None:
    """
    ============ =========
    sold on      customer
    ============ =========
    December 30  1
    December 31  2
    January 1    1
    ============ =========

    Today is December 31: what is dated later is not known yet.
    """
    model = SALES + "  - {name: again, conversion: {entity: customer, base: first, then: later, within_days: 7}}\n"
    model += "  - {name: first, dataset: sales, agg: count, where: {field: amount, is: 1}}\n"
    model += "  - {name: later, dataset: sales, agg: count, where: {field: amount, is: 2}}\n"
    model = model.replace("{name: amount, type: decimal}", "{name: amount, type: count}")
    shop = make_shop(SETTINGS + model, sales="sold_on,customer_id,amount\n2025-12-30,1,1\n2025-12-31,2,1\n2026-01-01,1,2")
    shop.as_of = date(2025, 12, 31)
    assert shop.rows(metrics=["again", "new_buyers"]) == [(0.0, 2)]
    tomorrow = {"start": "2026-01-01", "end": "2026-01-31"}
    bought = {"did": "sales", "entity": "customer", "period": tomorrow}
    assert shop.rows(metrics=["buyers"], where=bought) == [(0,)]


def test_again_within_days_counts_from_the_day_after_the_first_to_the_last_of_them(make_shop: MakeShop) -> None:
    """
    ============ ==============================
    customer     bought on
    ============ ==============================
    1            March 1, twice
    2            March 1 and March 31
    3            March 1 and April 1
    4            February 1 and March 1
    5            December 20
    ============ ==============================
    """
    rows = "2025-03-01,1,1 2025-03-01,1,2 2025-03-01,2,1 2025-03-31,2,1 2025-03-01,3,1 2025-04-01,3,1"
    shop = sales(make_shop, rows + " 2025-02-01,4,1 2025-03-01,4,3 2025-12-20,5,1")
    soon = {"did": "sales", "entity": "customer", "within": {"days": 30}}
    assert shop.rows(metrics=["buyers"], where=soon) == [(2,)]  # 2 on the 30th day; 3 a day too late; 4 on the 28th
    assert shop.rows(metrics=["buyers"], where={**soon, "within": {"days": 31}}) == [(3,)]
    assert shop.rows(metrics=["buyers"], where={"not": soon}) == [(3,)]
    march = {"start": "2025-03-01", "end": "2025-03-31"}
    # The days that are asked about are those of the first time; what came after may lie beyond them.
    assert shop.rows(metrics=["new_buyers"], period=march, where={**soon, "within": {"days": 31}}) == [(2,)]
    assert shop.rows(metrics=["new_buyers"], by=["month"], period=march, where={**soon, "within": {"days": 31}}) == [
        ("2025-03-01", 2)
    ]
    assert shop.rows(metrics=["buyers"], where={**soon, "period": march}) == [(2,)]
    assert shop.rows(metrics=["buyers"], where={**soon, "where": {"field": "amount", "is": 3}}) == [(1,)]
    of_ones = {"days": 60, "where": {"field": "amount", "is": 3}}
    assert shop.rows(metrics=["buyers"], where={**soon, "within": of_ones}) == [(0,)]
    assert code(shop, metrics=["buyers"], where={**soon, "within": {"days": 7, "after": "amount"}}) == "bad_request"
    assert code(shop, metrics=["buyers"], where={**soon, "within": {"days": 7, "dataset": "sails"}}) == "unknown_field"


def test_an_answer_says_from_when_on_the_days_are_not_over(make_shop: MakeShop) -> None:
    shop = sales(make_shop, "2025-03-01,1,1 2025-03-05,1,1 2025-12-20,2,1 2025-12-31,1,1")
    soon = {"did": "sales", "entity": "customer", "within": {"days": 30}}

    def said(**request: Any) -> list[str]:
        answer = run(MetricQuery.model_validate({"metrics": ["buyers"], "where": soon, **request}), shop.context())
        return [note.parts["last"] for note in answer.notes if note.code == "days_not_over"]

    assert said() == ["2025-12-01"]
    assert said(period={"start": "2025-03-01", "end": "2025-03-31"}) == []
    march = {"did": "sales", "entity": "customer", "period": {"start": "2025-03-01", "end": "2025-03-31"}}
    assert said(where=[march, soon]) == []


def test_a_median_is_of_rows_and_there_is_none_of_a_ratio(make_shop: MakeShop) -> None:
    """
    ========== =======
    sold on    amount
    ========== =======
    January 5  10
    January 9  20
    January 9  60
    ========== =======

    The median 20 over the sum 90. A median has no shares, and nobody can be counted by a ratio of it.
    """
    shop = sales(make_shop, "2025-01-05,1,10 2025-01-09,2,20 2025-01-09,1,60")
    assert shop.rows(metrics=["typical", "typical_share"]) == [(20.0, pytest.approx(20 / 90))]
    assert code(shop, metrics=["typical"], by=["customer_id"], share_of={"kind": "share"}) == "share_of_ratio"
    with pytest.raises(WorkspaceError, match="wrong"):
        shop_of = SETTINGS + SALES + "  - {name: wrong, repeat: {entity: customer, metric: typical_share}}\n"
        make_shop(shop_of, sales="sold_on,customer_id,amount\n2025-01-05,1,10")


def test_a_figure_of_two_measures_is_there_for_those_who_have_but_one_of_them(make_shop: MakeShop) -> None:
    """
    ========= ======= ===========
    customer  bought  targeted by
    ========= ======= ===========
    1         30      7 and 8
    2         5       7
    3         100     nothing
    ========= ======= ===========

    Bought less ten for each campaign that targeted: 10, -5 and 100.
    """
    model = CAMPAIGNS + "  - {name: contacts, dataset: targets, agg: count}\n  - {name: worth, derived: amount - 10 * contacts}\n"
    lines = "order_id,customer_id,sold_on,amount\nA,1,2025-01-31,30\nB,2,2025-02-01,5\nC,3,2025-02-01,100"
    shop = make_shop(SETTINGS + model, **TABLES | {"lines": lines})
    above = {"metric": "worth", "of": "customer", "more_than": 5}
    assert shop.rows(metrics=["amount"], by=["customer_id"], where=above) == [(3, 100.0), (1, 30.0)]


def test_shares_of_trailing_sums_are_of_what_trailed(make_shop: MakeShop) -> None:
    """
    ========== ========= =======
    sold on    customer  amount
    ========== ========= =======
    January 1  1         100
    January 9  1         10
    January 9  2         30
    ========== ========= =======

    Of the last two days of January 9 customer 1 has a quarter; January 1 is no part of them.
    """
    model = SALES + "  - {name: recent, cumulative: {metric: amount, last: 2}}\n"
    shop = make_shop(SETTINGS + model, sales="sold_on,customer_id,amount\n2025-01-01,1,100\n2025-01-09,1,10\n2025-01-09,2,30")
    rows = shop.rows(metrics=["recent"], by=["customer_id"], share_of={"kind": "share"})
    assert rows == [(2, 30.0, 0.75), (1, 10.0, 0.25)]


def test_a_stored_word_unknown_is_what_is_missing(make_shop: MakeShop) -> None:
    """
    ======== =======
    colour   amount
    ======== =======
    red      1
    Unknown  2
    (none)   4
    ======== =======
    """
    model = (
        "datasets: [{name: sales, fields: [{name: colour}]}]\nmetrics: [{name: amount, dataset: sales, agg: sum, expr: amount}]\n"
    )
    shop = make_shop(SETTINGS + model, sales="colour,amount\nred,1\nUnknown,2\n,4")
    assert shop.rows(metrics=["amount"], by=["colour"]) == [("Unknown", 6.0), ("red", 1.0)]
    assert shop.rows(metrics=["amount"], where={"field": "colour", "missing": True}) == [(6.0,)]
    assert shop.rows(metrics=["amount"], by=["colour"], where={"field": "colour", "missing": False}) == [("red", 1.0)]
    assert [row[0] for row in shop.rows(metrics=["amount"], by=["colour"], order=[{"target": "colour"}])] == ["red", "Unknown"]


# ---- the calendar -------------------------------------------------------------------------------------------------------


def test_a_week_over_the_new_year_is_one_week_and_has_the_name_of_its_monday(make_shop: MakeShop) -> None:
    """
    ================== =======
    sold on            amount
    ================== =======
    December 28, 2020  1        (week 53 of 2020: Monday)
    January 3, 2021    2        (week 53 of 2020: Sunday)
    January 4, 2021    4        (week 1 of 2021)
    ================== =======

    A year later week 53 stands beside the week 52 weeks before it, of the same weekdays.
    """
    shop = sales(make_shop, "2019-12-30,1,8 2020-12-28,1,1 2021-01-03,1,2 2021-01-04,1,4")
    new_year = {"start": "2020-12-28", "end": "2021-01-10"}
    assert shop.rows(metrics=["amount"], by=["week"], period=new_year) == [("2020-12-28", 3.0), ("2021-01-04", 4.0)]
    assert shop.rows(metrics=["amount"], by=["week"], period=new_year, compare=LAST_YEAR)[0][:3] == ("2020-12-28", 3.0, 8.0)


def test_a_leap_day_has_no_day_a_year_before_and_none_a_year_later(make_shop: MakeShop) -> None:
    """
    ================== =======
    sold on            amount
    ================== =======
    February 28, 2023  1
    February 28, 2024  2
    February 29, 2024  4
    February 28, 2025  8
    ================== =======

    Of the whole months the leap day is a part like any other day.
    """
    shop = sales(make_shop, "2023-02-28,1,1 2024-02-28,1,2 2024-02-29,1,4 2025-02-28,1,8 2025-03-01,1,16")
    days = shop.rows(metrics=["amount"], by=["date"], period={"start": "2024-02-28", "end": "2024-02-29"}, compare=LAST_YEAR)
    assert [row[:3] for row in days] == [("2024-02-28", 2.0, 1.0), ("2024-02-29", 4.0, None)]
    after = shop.rows(metrics=["amount"], by=["date"], period={"start": "2025-02-28", "end": "2025-03-01"}, compare=LAST_YEAR)
    assert [row[:3] for row in after] == [("2025-02-28", 8.0, 2.0), ("2025-03-01", 16.0, 0)]
    february = {"start": "2025-02-01", "end": "2025-02-28"}
    assert shop.rows(metrics=["amount"], period=february, compare=LAST_YEAR)[0][:2] == (8.0, 6.0)


def test_what_trails_a_leap_day_or_stands_on_it_is_no_figure_of_another_day_a_year_later(make_shop: MakeShop) -> None:
    """
    ================== ======== =======
    sold on            customer amount
    ================== ======== =======
    February 27, 2024  1        1
    February 28, 2024  2        2
    February 29, 2024  1        4
    March 1, 2024      1        8
    March 1, 2025      1        16
    ================== ======== =======

    Two days that end on March 1, 2024 hold the leap day, and 1 came back from it; what ends on it is compared with nothing.
    """
    more = """
  - {name: two_days, cumulative: {metric: amount, last: 2}}
  - {name: stock, semi_additive: {dataset: sales, expr: amount}}
"""
    rows = "2024-02-27,1,1 2024-02-28,2,2 2024-02-29,1,4 2024-03-01,1,8 2025-03-01,1,16"
    shop = make_shop(SETTINGS + SALES + more, sales="sold_on,customer_id,amount\n" + rows.replace(" ", "\n"))
    asked = {"by": ["date"], "period": {"start": "2025-02-28", "end": "2025-03-01"}, "compare": LAST_YEAR}
    assert [row[2] for row in shop.rows(metrics=["two_days"], **asked)] == [3.0, 12.0]
    assert [row[2] for row in shop.rows(metrics=["stock"], **asked)] == [2.0, 8.0]
    assert [row[2] for row in shop.rows(metrics=["retained"], **asked)] == [0.0, 1.0]


def test_the_day_on_which_the_clocks_change_has_23_hours_and_all_its_sales(make_shop: MakeShop) -> None:
    """
    ======================= =======================
    sold at (UTC)           in New York
    ======================= =======================
    March 9, 2025 04:59     March 8, 23:59
    March 9, 2025 07:00     March 9, 03:00 (summer)
    March 10, 2025 03:59    March 9, 23:59
    March 10, 2025 04:00    March 10, 00:00
    ======================= =======================
    """
    model = """
datasets:
  - name: sales
    time: sold_at
    fields: [{name: sold_at, type: time, expr: "timezone('America/New_York', timezone('UTC', at_utc))"}]
metrics: [{name: amount, dataset: sales, agg: sum, expr: amount}]
"""
    rows = "2025-03-09 04:59:00,1\n2025-03-09 07:00:00,2\n2025-03-10 03:59:00,4\n2025-03-10 04:00:00,8"
    shop = make_shop(SETTINGS.replace("UTC", "America/New_York") + model, sales="at_utc,amount\n" + rows)
    assert shop.rows(metrics=["amount"], by=["date"]) == [("2025-03-08", 1.0), ("2025-03-09", 6.0), ("2025-03-10", 8.0)]
    assert shop.rows(metrics=["amount"], period={"start": "2025-03-09", "end": "2025-03-09"}) == [(6.0,)]
    hours = shop.rows(metrics=["amount"], by=["hour"], period={"start": "2025-03-09", "end": "2025-03-09"})
    assert hours == [(3, 2.0), (23, 4.0)]


def test_a_fiscal_year_from_april_is_named_by_the_year_in_which_it_begins(make_shop: MakeShop) -> None:
    """
    =============== ======= ============= ==========
    sold on         amount  fiscal year   quarter
    =============== ======= ============= ==========
    March 31, 2024  1       2023          Q4
    April 1, 2024   2       2024          Q1
    March 31, 2025  4       2024          Q4
    April 1, 2025   8       2025          Q1
    =============== ======= ============= ==========
    """
    settings = SETTINGS.replace("default_period: all", "default_period: all, fiscal_year_start: 4")
    shop = sales(make_shop, "2024-03-31,1,1 2024-04-01,1,2 2025-03-31,1,4 2025-04-01,1,8", settings)
    assert shop.rows(metrics=["amount"], by=["fiscal_year"]) == [
        ("2023-04-01", 1.0),
        ("2024-04-01", 6.0),
        ("2025-04-01", 8.0),
    ]
    quarters = dict(shop.rows(metrics=["amount"], by=["fiscal_quarter"]))
    assert (quarters["2024-01-01"], quarters["2024-04-01"], quarters["2025-01-01"]) == (1.0, 2.0, 4.0)
    assert shop.rows(metrics=["amount"], period={"unit": "fiscal_year", "offset": -1}) == [(6.0,)]


def test_a_month_so_far_stands_beside_as_many_weekdays_of_the_month_before(make_shop: MakeShop) -> None:
    """
    ============== =========== =======
    sold on        weekday     amount
    ============== =========== =======
    February 1     Saturday    1
    March 1        Saturday    2
    March 31       Monday      4
    ============== =========== =======

    March as a whole goes five weeks back, so that the two are apart: January 25 to February 24.
    """
    shop = sales(make_shop, "2025-01-01,1,8 2025-02-01,1,1 2025-03-01,1,2 2025-03-31,1,4")
    march = {"start": "2025-03-01", "end": "2025-03-31"}
    weekday = {"kind": "previous", "align": "weekday"}
    assert shop.rows(metrics=["amount"], period=march, compare=weekday)[0][:2] == (6.0, 1.0)
