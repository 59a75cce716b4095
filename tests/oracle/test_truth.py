"""The truth itself, held against rows that can be added up by eye: a line of docs/metrics.md a test."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from oracle.model import Plain, Table, Viewer, World
from oracle.truth.ask import truth
from oracle.truth.query import Outcome

MODEL: Plain = {
    "workspace": {"name": "shop", "default_period": "all", "fiscal_year_start": 4},
    "parameters": [
        {"name": "fee", "value": 0.5},
        {"name": "mode", "value": "net", "values": {"net": {"en": ["net"]}, "gross": {"en": ["gross"]}}},
    ],
    "datasets": [
        {
            "name": "sales",
            "entities": {"customer": "customer_id", "bill": "bill_id", "ship": "ship_id"},
            "time": "day",
            "fields": [{"name": "day", "type": "date"}, {"name": "paid", "type": "date"}, {"name": "channel"}],
        },
        {
            "name": "visits",
            "entities": {"customer": "customer_id"},
            "time": "at",
            "fields": [{"name": "at", "type": "time"}, {"name": "channel"}, {"name": "way", "same_as": "sales.channel"}],
        },
        {
            "name": "customers",
            "grain": ["customer_id"],
            "entities": {"customer": "customer_id"},
            "fields": [{"name": "city"}],
        },
        {
            "name": "regions",
            "grain": ["region_id"],
            "entities": {"bill": "region_id", "ship": "region_id"},
            "fields": [{"name": "country"}],
        },
        {
            "name": "offers",
            "entities": {"customer": "customer_id"},
            "window": {"start": "opens", "end": "closes"},
            "fields": [{"name": "opens", "type": "date"}, {"name": "closes", "type": "date"}],
        },
    ],
    "metrics": [
        {"name": "amount", "dataset": "sales", "agg": "sum", "expr": "amount"},
        {"name": "lines", "dataset": "sales", "agg": "count"},
        {"name": "web_amount", "dataset": "sales", "agg": "sum", "expr": "amount", "where": {"field": "channel", "is": "web"}},
        {"name": "paid", "dataset": "sales", "agg": "sum", "expr": "amount", "time": "paid"},
        {"name": "mean", "dataset": "sales", "agg": "mean", "expr": "amount"},
        {"name": "p90", "dataset": "sales", "agg": "percentile", "expr": "amount", "percentile": 0.9},
        {"name": "pairs", "dataset": "sales", "agg": "count_distinct", "expr": ["customer_id", "channel"]},
        {"name": "visits", "dataset": "visits", "agg": "count"},
        {"name": "offers", "dataset": "offers", "agg": "count"},
        {"name": "per_visit", "ratio": {"numerator": "amount", "denominator": "visits"}},
        {
            "name": "web_share",
            "ratio": {"numerator": {"metric": "amount", "where": {"field": "channel", "is": "web"}}, "denominator": "amount"},
        },
        {"name": "net", "derived": "amount - fee * lines"},
        {"name": "either", "derived": "(mode = 'net') * amount + (mode = 'gross') * lines"},
        {"name": "last_3", "cumulative": {"metric": "amount", "last": 3, "unit": "day"}},
        {"name": "mtd", "cumulative": {"metric": "amount", "to_date": "month"}},
        {"name": "stock", "semi_additive": {"dataset": "sales", "expr": "amount"}},
        {"name": "opening", "semi_additive": {"dataset": "sales", "expr": "amount", "take": "first"}},
        {"name": "repeat", "repeat": {"entity": "customer", "metric": "lines"}},
        {"name": "new", "new_entities": {"entity": "customer", "dataset": "sales"}},
        {"name": "retained", "retention": {"entity": "customer", "dataset": "sales"}},
        {"name": "converted", "conversion": {"entity": "customer", "base": "visits", "then": "lines", "within_days": 2}},
        {"name": "visited_again", "conversion": {"entity": "customer", "base": "visits", "then": "app_visits", "within_days": 0}},
        {"name": "app_visits", "dataset": "visits", "agg": "count", "where": {"field": "channel", "is": "app"}},
    ],
}
COLUMNS: dict[str, dict[str, Any]] = {
    "sales": {
        "customer_id": "int",
        "bill_id": "int",
        "ship_id": "int",
        "day": "date",
        "paid": "date",
        "channel": "text",
        "amount": "money",
    },
    "visits": {"customer_id": "int", "at": "moment", "channel": "text", "way": "text"},
    "customers": {"customer_id": "int", "city": "text"},
    "regions": {"region_id": "int", "country": "text"},
    "offers": {"customer_id": "int", "opens": "date", "closes": "date"},
}


def world(as_of: str = "2025-03-31", **rows: list[dict[str, Any]]) -> World:
    """The shop with some rows; what a row leaves out is missing."""
    tables = {
        name: Table(
            columns, [{column: _cell(row.get(column), columns[column]) for column in columns} for row in rows.get(name, [])]
        )
        for name, columns in COLUMNS.items()
    }
    return World(MODEL, tables, date.fromisoformat(as_of))


def _cell(value: Any, kind: str) -> Any:
    if value is None:
        return None
    return {"date": date.fromisoformat, "moment": datetime.fromisoformat, "money": Decimal}.get(kind, lambda each: each)(value)


def sale(day: str | None, amount: int | None = 10, customer: int | None = 1, **more: Any) -> dict[str, Any]:
    return {"day": day, "amount": amount, "customer_id": customer, **more}


def visit(at: str, customer: int | None = 1, **more: Any) -> dict[str, Any]:
    return {"at": at, "customer_id": customer, **more}


def ask(shop: World, **request: Any) -> Outcome:
    return truth(shop, request, Viewer())


def rows(shop: World, **request: Any) -> dict[Any, Any]:
    """Groups and figures, bare where they are one."""
    outcome = ask(shop, **request)
    assert not outcome.refusals
    return {_bare(group): _bare(tuple(cells)) for group, cells in outcome.rows.items()}


def _bare(cells: tuple[Any, ...]) -> Any:
    return cells[0] if len(cells) == 1 else cells


JANUARY = {"start": "2025-01-01", "end": "2025-01-31"}
FEBRUARY = {"start": "2025-02-01", "end": "2025-02-28"}


def test_a_missing_key_an_orphan_and_a_missing_value_are_one_unknown() -> None:
    shop = world(
        sales=[sale("2025-01-01", 1, None), sale("2025-01-01", 2, 9), sale("2025-01-01", 4, 1), sale("2025-01-01", 8, 2)],
        customers=[{"customer_id": 1}, {"customer_id": 2, "city": "north"}],
    )
    assert rows(shop, metrics=["amount"], by=["city"]) == {"Unknown": 7, "north": 8}
    assert rows(shop, metrics=["amount"], by=["customer_id"]) == {"Unknown": 1, 9: 2, 1: 4, 2: 8}


def test_two_ways_are_an_error_unless_one_is_named() -> None:
    shop = world(sales=[sale("2025-01-01", bill_id=1, ship_id=2)], regions=[{"region_id": 1, "country": "here"}])
    assert ask(shop, metrics=["lines"], by=["country"]).refusals == {"ambiguous_field"}
    assert rows(shop, metrics=["lines"], by=["bill.country"]) == {"here": 1}
    assert rows(shop, metrics=["lines"], by=["ship.country"]) == {"Unknown": 1}


def test_a_comparison_with_something_unknown_is_false_and_not_makes_it_true() -> None:
    shop = world(sales=[sale("2025-01-01", channel="web"), sale("2025-01-01")])
    web = {"field": "channel", "is": "web"}
    assert rows(shop, metrics=["lines"], where=web) == {(): 1}
    assert rows(shop, metrics=["lines"], where={"not": web}) == {(): 1}
    assert rows(shop, metrics=["lines"], where={"field": "channel", "is": "Unknown"}) == {(): 1}


def test_a_row_without_a_time_counts_on_no_day_and_days_after_the_as_of_date_are_cut_off() -> None:
    shop = world("2025-01-15", sales=[sale(None, 1), sale("2025-01-15", 2), sale("2025-01-16", 4)])
    assert rows(shop, metrics=["amount"], period=JANUARY) == {(): 2}
    assert rows(shop, metrics=["amount"], period={"unit": "month"}) == {(): 2}


def test_a_window_counts_where_it_overlaps_and_without_a_period_all_days_do() -> None:
    shop = world(
        offers=[{"opens": "2024-12-01", "closes": "2025-01-01"}, {"opens": "2025-02-01", "closes": "2025-02-02"}, {}],
        sales=[sale("2024-05-05", 3), sale(None, 4)],
    )
    assert rows(shop, metrics=["offers"], period=JANUARY) == {(): 1}
    # Of the sales all days, and a sale without one has none.
    assert rows(shop, metrics=["offers", "amount"]) == {(): (3, 3)}


def test_the_period_before_has_the_same_shape_or_as_many_days() -> None:
    shop = world("2025-03-10", sales=[sale("2025-01-31", 1), sale("2025-02-05", 2), sale("2025-02-20", 4), sale("2025-03-01", 8)])
    previous: Plain = {"compare": {"kind": "previous"}}
    assert rows(shop, metrics=["amount"], period=FEBRUARY, **previous)[()][:2] == (6, 1)
    # March is ten days old: it stands beside the first ten days of February.
    assert rows(shop, metrics=["amount"], period={"unit": "month"}, **previous)[()][:2] == (8, 2)
    assert rows(shop, metrics=["amount"], period={"start": "2025-02-20", "end": "2025-03-01"}, **previous)[()][:2] == (12, 0)
    weekday = {"compare": {"kind": "previous", "align": "weekday"}}
    # The 28 days of weeks that keep Saturday, March 1, beside Saturday, February 1.
    assert rows(shop, metrics=["amount"], period={"unit": "month"}, **weekday)[()][:2] == (8, 2)


def test_last_year_has_the_same_dates_and_a_week_its_weekdays() -> None:
    shop = world("2025-12-31", sales=[sale("2024-02-29", 1), sale("2024-12-30", 2), sale("2025-02-28", 4), sale("2025-12-29", 8)])
    last_year: Plain = {"compare": {"kind": "last_year"}}
    assert rows(shop, metrics=["amount"], period=FEBRUARY, **last_year)[()][:2] == (4, 1)
    assert rows(shop, metrics=["amount"], period={"unit": "week"}, **last_year)[()][:2] == (8, 2)


def test_a_series_shows_every_bucket_inside_the_data_beside_the_one_before() -> None:
    shop = world(sales=[sale("2025-01-20", 1), sale("2025-03-05", 2)])
    series = rows(shop, metrics=["amount", "mean"], by=["month"], period={"unit": "year"}, compare={"kind": "previous"})
    assert {month: (cells[0], cells[1], cells[4]) for month, cells in series.items()} == {
        "2025-01-01": (1, None, 1.0),
        "2025-02-01": (0, 1, None),
        "2025-03-01": (2, 0, 2.0),
    }


def test_the_first_and_the_last_bucket_hold_only_the_asked_days() -> None:
    shop = world(sales=[sale("2025-01-10", 1), sale("2025-01-20", 2), sale("2025-02-05", 4), sale("2025-02-20", 8)])
    asked: Plain = {"by": ["month"], "period": {"start": "2025-01-15", "end": "2025-02-10"}}
    assert rows(shop, metrics=["amount"], **asked) == {"2025-01-01": 2, "2025-02-01": 4}
    # The first ten days of February stand beside the first ten of January.
    assert rows(shop, metrics=["amount"], **asked, compare={"kind": "previous"})["2025-02-01"][:2] == (4, 1)


def test_a_fiscal_year_is_named_by_the_year_in_which_it_begins() -> None:
    shop = world(sales=[sale("2025-03-31", 1), sale("2024-04-01", 2), sale("2024-03-31", 4)])
    assert rows(shop, metrics=["amount"], by=["fiscal_year"]) == {"2023-04-01": 4, "2024-04-01": 3}
    assert list(rows(shop, metrics=["amount"], by=["fiscal_quarter"], period=JANUARY | {"end": "2025-03-31"})) == ["2025-01-01"]


def test_aggregates_leave_out_null_values_and_interpolate() -> None:
    shop = world(sales=[sale("2025-01-01", each, 1, channel="web") for each in (10, 20, 40, None)] + [sale("2025-01-01", None)])
    assert rows(shop, metrics=["amount", "lines", "mean", "p90", "pairs"]) == {(): (70, 5, pytest.approx(70 / 3), 36.0, 1)}


def test_a_filter_inside_a_ratio_narrows_that_side_and_nothing_over_nothing_is_null() -> None:
    shop = world(sales=[sale("2025-01-01", 10, channel="web"), sale("2025-01-01", 30), sale("2025-02-01", 0)])
    assert rows(shop, metrics=["web_share"], by=["month"]) == {"2025-01-01": 0.25, "2025-02-01": None}


def test_arithmetic_over_metrics_and_parameters() -> None:
    shop = world(sales=[sale("2025-01-01", 10), sale("2025-01-01", 30)])
    assert rows(shop, metrics=["net", "either"]) == {(): (39.0, 40.0)}
    assert rows(shop, metrics=["net"], parameters={"fee": 2}) == {(): 36.0}
    assert rows(shop, metrics=["either"], parameters={"mode": "gross"}) == {(): 2.0}


def test_each_measure_goes_by_its_own_time_and_keeps_the_groups_of_the_other() -> None:
    shop = world(
        sales=[sale("2025-01-05", 10, 1), sale("2025-02-05", 20, 2)],
        visits=[visit("2025-02-01T10:00", 1), visit("2025-02-02T10:00", 3)],
        customers=[{"customer_id": 1, "city": "north"}, {"customer_id": 2, "city": "south"}],
    )
    assert rows(shop, metrics=["amount", "visits"], by=["month"]) == {"2025-01-01": (10, 0), "2025-02-01": (20, 2)}
    assert rows(shop, metrics=["amount", "visits", "per_visit"], by=["city"]) == {
        "north": (10, 1, 10.0),
        "south": (20, 0, None),
        "Unknown": (0, 1, 0.0),
    }


def test_a_field_that_two_datasets_have_apart_is_the_same_only_if_one_says_so() -> None:
    shop = world(sales=[sale("2025-01-01", channel="web")], visits=[visit("2025-01-01T10:00", way="web", channel="app")])
    assert ask(shop, metrics=["lines", "visits"], by=["channel"]).refusals == {"not_conformed"}
    assert ask(shop, metrics=["lines", "visits"], by=["bill.country"]).refusals == {"unreachable_field"}


def test_a_window_that_trails_the_last_day_may_begin_before_the_period() -> None:
    shop = world(sales=[sale("2025-01-30", 1), sale("2025-01-31", 2), sale("2025-02-01", 4), sale("2025-02-28", 8)])
    assert rows(shop, metrics=["last_3"], period={"start": "2025-02-01", "end": "2025-02-01"}) == {(): 7}
    assert rows(shop, metrics=["last_3", "mtd"], by=["month"]) == {"2025-01-01": (3, 3), "2025-02-01": (8, 12)}


def test_a_stock_is_that_of_the_last_day_with_any_row_whatever_is_filtered() -> None:
    shop = world(
        sales=[sale("2025-01-10", 1, channel="web"), sale("2025-01-20", 2), sale("2025-01-20", 4), sale("2025-02-03", 8)]
    )
    assert rows(shop, metrics=["stock", "opening"], period=JANUARY) == {(): (6, 1)}
    assert rows(shop, metrics=["stock"], period=JANUARY, where={"field": "channel", "is": "web"}) == {(): None}
    assert rows(shop, metrics=["stock"], by=["month"]) == {"2025-01-01": 6, "2025-02-01": 8}


def test_those_who_came_twice_over_all_who_came() -> None:
    shop = world(sales=[sale("2025-01-01", customer=each, channel=channel) for each, channel in CAME])
    assert rows(shop, metrics=["repeat"]) == {(): 0.5}
    assert rows(shop, metrics=["repeat"], by=["channel"]) == {"web": 0.0, "app": 0.5}


CAME = [(1, "web"), (1, "app"), (2, "app"), (2, "app"), (3, "web"), (4, "web"), (None, "web"), (None, "web")]


def test_the_first_row_decides_when_and_where_an_entity_is_new() -> None:
    shop = world(
        sales=[
            *(sale("2025-01-05", customer=1, channel="web"), sale("2025-02-05", customer=1, channel="app")),
            *(
                sale("2025-02-06", customer=2, channel="app"),
                sale("2025-02-06", customer=2, channel="web"),
                sale(None, customer=1),
            ),
        ]
    )
    assert rows(shop, metrics=["new"], by=["month"]) == {"2025-01-01": 1, "2025-02-01": 1}
    assert rows(shop, metrics=["new"], by=["channel"], period=FEBRUARY) == {"app": 1, "web": 1}
    assert rows(shop, metrics=["new"], where={"field": "channel", "is": "app"}) == {(): 1}


def test_those_of_the_period_before_who_came_again() -> None:
    shop = world(
        sales=[
            *(sale("2025-01-05", customer=1), sale("2025-01-06", customer=2), sale("2025-02-05", customer=1)),
            *(sale("2025-02-06", customer=3), sale("2025-03-06", customer=3, channel="web")),
        ]
    )
    assert rows(shop, metrics=["retained"], by=["month"]) == {"2025-01-01": None, "2025-02-01": 0.5, "2025-03-01": 0.5}
    assert rows(shop, metrics=["retained"], period=FEBRUARY) == {(): 0.5}
    # In February nobody bought on the web, so that there is nobody to come back.
    assert rows(shop, metrics=["retained"], by=["month"], where={"field": "channel", "is": "web"})["2025-03-01"] is None


def test_conversion_counts_what_follows_and_not_what_is_known_to_be_earlier() -> None:
    shop = world(
        visits=[
            *(visit("2025-01-10T12:00", customer) for customer in (1, 2, 3, 4)),
            *(visit("2025-01-10T11:00", 4, channel="app"), visit("2025-01-10T12:00", 3, channel="app")),
        ],
        sales=[sale("2025-01-12", customer=1), sale("2025-01-13", customer=2), sale("2025-01-10", customer=3)],
    )
    assert rows(shop, metrics=["converted"]) == {(): 0.5}
    # 3: at the same moment; 4: its visit by the app was earlier than one of its visits, and follows itself.
    assert rows(shop, metrics=["visited_again"]) == {(): 0.5}
    assert rows(shop, metrics=["visited_again"], where={"field": "channel", "is": "Unknown"}) == {(): 0.25}


def test_a_metric_of_an_entity_goes_by_the_days_of_the_row_unless_it_says_its_own() -> None:
    shop = world(
        sales=[sale("2025-01-05", 10, 1), sale("2025-01-06", 10, 1), sale("2025-02-05", 10, 1), sale("2025-02-06", 10, 2)]
    )
    twice = {"metric": "lines", "of": "customer", "at_least": 2}
    assert rows(shop, metrics=["lines"], by=["month"], where=twice) == {"2025-01-01": 2, "2025-02-01": 0}
    assert rows(shop, metrics=["lines"], by=["month"], where={**twice, "period": "all"}) == {"2025-01-01": 2, "2025-02-01": 1}
    assert rows(shop, metrics=["lines"], where={"metric": "visits", "of": "customer", "is": 0}) == {(): 4}
    assert rows(shop, metrics=["lines"], where={"metric": "channel", "of": "customer", "is": 0}) == {(): 4}


def test_a_row_of_no_entity_meets_no_condition_on_it() -> None:
    shop = world(sales=[sale("2025-01-05", customer=1), sale("2025-01-05", customer=None)], visits=[visit("2025-01-01T10:00", 1)])
    came = {"did": "visits", "entity": "customer"}
    assert rows(shop, metrics=["lines"], where={**came, "period": "all"}) == {(): 1}
    assert rows(shop, metrics=["lines"], where={"not": {**came, "period": "all"}}) == {(): 1}
    assert rows(shop, metrics=["lines"], where={**came, "count": 2}) == {(): 0}


def test_entities_are_listed_with_those_that_only_conditions_know() -> None:
    shop = world(
        customers=[{"customer_id": 1, "city": "north"}, {"customer_id": 2}],
        visits=[visit("2025-01-01T10:00", 3), visit("2025-06-01T10:00", 1)],
    )
    listed = {"kind": "entity_query", "entity": "customer", "columns": ["city"]}
    assert rows(shop, **listed) == {1: "north", 2: "Unknown"}
    assert rows(shop, **listed, where={"did": "visits", "entity": "customer"}) == {3: "Unknown"}
    assert rows(shop, **listed, where={"metric": "visits", "is": 0}) == {1: "north", 2: "Unknown"}


def test_a_share_is_of_the_whole_that_keeps_what_it_names() -> None:
    shop = world(sales=[sale("2025-01-01", 10, channel="web"), sale("2025-02-01", 30, channel="web"), sale("2025-02-01", 10)])
    whole = rows(shop, metrics=["amount"], by=["channel", "month"], share_of={"kind": "share"})
    assert whole[("web", "2025-02-01")] == (30, 0.6)
    within = rows(shop, metrics=["amount"], by=["channel", "month"], share_of={"kind": "share", "by": ["month"]})
    assert within[("web", "2025-02-01")] == (30, 0.75)
    assert ask(shop, metrics=["mean"], share_of={"kind": "share"}).refusals == {"share_of_ratio"}


def test_a_limit_keeps_ties_and_null_ranks_last_either_way() -> None:
    shop = world(sales=[sale("2025-01-01", each, customer) for customer, each in enumerate((30, 20, 20, None, 10))])
    top: Plain = {"by": ["customer_id"], "limit": 2}
    assert set(rows(shop, metrics=["mean"], **top, order=[{"target": "mean"}])) == {0, 1, 2}
    assert set(rows(shop, metrics=["mean"], by=["customer_id"], limit=1, order=[{"target": "mean", "descending": False}])) == {4}


def test_several_periods_are_rows_of_their_own_and_may_overlap() -> None:
    shop = world(sales=[sale("2025-01-05", 10), sale("2025-02-05", 20)])
    both = {"of": [{"start": "2025-01-01", "end": "2025-02-28"}, FEBRUARY]}
    assert rows(shop, metrics=["amount"], period=both) == {"2025-01-01": 30, "2025-02-01": 20}
