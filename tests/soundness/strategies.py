"""Random shops, conditions and requests. Values are few, so that keys, ties, duplicates and misses all happen."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from soundness.shop import FIRST, LAST, TYPES, WEEK_START_DAYS, Tables

Request = dict[str, Any]

DAYS = [
    *(date(2023, 12, 31), date(2024, 1, 1), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 10), date(2024, 6, 30)),
    *(date(2024, 7, 1), date(2024, 11, 3), date(2024, 12, 29), date(2024, 12, 30), date(2024, 12, 31), date(2025, 1, 1)),
    *(date(2025, 1, 5), date(2025, 1, 6), date(2025, 2, 1), date(2025, 2, 28)),
]
"""Edges of weeks, months, quarters and years, a leap day, and the days on which New York changes its clocks."""

HOURS = ["00:00:00", "03:59:59", "04:00:00", "04:59:59", "05:00:00", "06:30:00", "07:00:00", "15:59:59", "16:00:00", "23:59:59"]
"""UTC times around midnight in New York and in Shanghai, and around a change of clocks."""

ZONES = ["America/New_York", "Asia/Shanghai"]
FAMILIES = ["small", "large", "O'Hara"]
COLOURS = ["red", "50% red", "a_b", "back\\slash"]
CITIES = ["north", "south"]
COUNTRIES = ["here", "there"]
TIERS = ["low", "high"]
CHANNELS = ["web", "shop", "WEB"]
VALUES = {"family": FAMILIES, "colour": COLOURS, "city": CITIES, "country": COUNTRIES, "tier": TIERS, "channel": CHANNELS}
KEYS = {"item_id": [1, 2, 3, 4], "customer_id": [10, 11, 12], "region_id": [20, 21], "shop_id": [30, 31]}
CENTS = [-1250, -1, 0, 1, 1000, 2000, 3333]
PRICES = [0, 50, 1000, 2000]

ATTRIBUTES = ["family", "colour", "city", "country", "tier"]
"""Fields reached by joins: a missing value and a missing record are both Unknown."""

OWN = ["channel", "gift", "item_id", "customer_id", "order_id", "opened_on", "shipped_on"]
SERIES = ["date", "week", "month", "quarter", "year"]
ROUND = ["hour", "weekday", "is_weekend"]


def or_none(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from([*values, None])


def money(cents: list[int]) -> st.SearchStrategy[Decimal | None]:
    return or_none([Decimal(each).scaleb(-2) for each in cents])


MOMENTS = st.builds(lambda day, hour: datetime.fromisoformat(f"{day}T{hour}"), st.sampled_from(DAYS), st.sampled_from(HOURS))

LINE = st.fixed_dictionaries(
    {
        "order_id": st.sampled_from("ABCD"),
        "item_id": or_none(KEYS["item_id"]),
        "customer_id": or_none(KEYS["customer_id"]),
        "shop_id": or_none(KEYS["shop_id"]),
        "sold_utc": MOMENTS,
        "shipped_on": or_none(DAYS),
        "channel": or_none(CHANNELS),
        "gift": or_none([True, False]),
        "amount": money(CENTS),
        "price": money(PRICES),
        "quantity": or_none([0, 1, 5]),
    }
)


def described(key: list[Any], **columns: list[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """A record for some of the keys: never two for one, and none for the others, which makes orphans."""
    names = list(columns)
    record = st.tuples(*(or_none(values) for values in columns.values()))
    return st.fixed_dictionaries({}, optional=dict.fromkeys(key, record)).map(
        lambda found: [{"key": each, **dict(zip(names, values, strict=True))} for each, values in found.items()]
    )


def tables_of(zone: str = "America/New_York", week_start: str = "monday", **rows: list[dict[str, Any]]) -> Tables:
    """Tables of the rows that are given; what a row leaves out is missing. A moment may be a text."""
    frames: dict[str, pd.DataFrame] = {}
    for name, columns in TYPES.items():
        cells = [[row.get(column) for column in columns] for row in rows.get(name, [])]
        frames[name] = pd.DataFrame(cells, columns=list(columns), dtype=object)
    frames["lines"]["sold_utc"] = pd.to_datetime(frames["lines"]["sold_utc"]).astype(object)
    return Tables(frames, zone, week_start)


@st.composite
def tables(draw: st.DrawFn) -> Tables:
    edges = [
        {"order_id": order, "sold_utc": datetime(day.year, day.month, day.day, 12), "shipped_on": day}
        | {"item_id": 1, "customer_id": 10, "shop_id": 30, "channel": "web", "gift": None}
        | {"amount": Decimal("7.00"), "price": Decimal("7.00"), "quantity": 1}
        for order, day in (("first", FIRST), ("last", LAST))
    ]
    lines = [{**line, "line": number} for number, line in enumerate([*edges, *draw(st.lists(LINE, max_size=10))])]
    listings = draw(described([(shop, item) for shop in KEYS["shop_id"] for item in KEYS["item_id"]], tier=TIERS))
    rows = {
        "lines": lines,
        "items": draw(described(KEYS["item_id"], family=FAMILIES, colour=COLOURS)),
        "customers": draw(described(KEYS["customer_id"], city=CITIES, opened_on=DAYS, region_id=KEYS["region_id"])),
        "regions": draw(described(KEYS["region_id"], country=COUNTRIES)),
        "listings": [row | dict(zip(("shop_id", "item_id"), row["key"], strict=True)) for row in listings],
    }
    keyed = {name: [{next(iter(TYPES[name])): row.get("key"), **row} for row in found] for name, found in rows.items()}
    return tables_of(draw(st.sampled_from(ZONES)), draw(st.sampled_from(sorted(WEEK_START_DAYS))), **keyed)


def compared(field: str, values: list[Any], words: tuple[str, ...]) -> st.SearchStrategy[Request]:
    return st.builds(lambda word, value: {"field": field, word: value}, st.sampled_from(words), st.sampled_from(values))


def listed(field: str, values: list[Any]) -> st.SearchStrategy[Request]:
    some = st.lists(st.sampled_from(values), max_size=3, unique=True)
    return st.builds(lambda word, these: {"field": field, word: these}, st.sampled_from(["in", "not_in"]), some)


def ranged(field: str, values: list[Any]) -> st.SearchStrategy[Request]:
    pair = st.tuples(st.sampled_from(values), st.sampled_from(values)).map(sorted)
    return pair.map(lambda two: {"field": field, "between": two}) | compared(field, values, ORDERED)


ORDERED = ("at_least", "more_than", "at_most", "less_than")
EQUAL = ("is", "not")
DATES = [day.isoformat() for day in DAYS]
WORDS = [*VALUES, "gift", "customer_id"]
COMPARISONS = st.one_of(
    *(compared(name, [*values, "Unknown", "nowhere"], EQUAL) for name, values in VALUES.items()),
    *(listed(name, [*values, "Unknown", "nowhere"]) for name, values in VALUES.items()),
    st.builds(lambda name, yes: {"field": name, "missing": yes}, st.sampled_from(WORDS), st.booleans()),
    compared("colour", ["red", "%", "_", "\\", "RED", "a_"], ("contains",)),
    compared("gift", [True, False, "Unknown"], EQUAL) | listed("gift", [True, False, "Unknown"]),
    compared("customer_id", [10, 99, "Unknown"], EQUAL) | listed("customer_id", [10, 11, 99, "Unknown"]),
    ranged("item_id", [1, 2, 3, 9]),
    listed("order_id", ["A", "B", "first"]),
    compared("price", [0, 10], EQUAL) | ranged("price", [-1, 0, 0.5, 10, 20.0]),
    compared("shipped_on", DATES, EQUAL) | ranged("shipped_on", DATES),
    ranged("opened_on", DATES),
    st.sampled_from([*ORDERED, *EQUAL]).map(lambda word: {"field": "shipped_on", word: {"field": "opened_on"}}),
    ranged("date", DATES) | ranged("sold_at", DATES) | listed("sold_at", DATES),
    compared("shipped_on.month", ["2024-12-01", "2025-01-01"], EQUAL) | listed("month", ["2024-12-01", "2025-01-01"]),
    ranged("weekday", [1, 5, 7]) | listed("weekday", [1, 6, 7]),
    compared("is_weekend", [True, False], EQUAL) | listed("shipped_on.is_weekend", [True, False, "Unknown"]),
)
HOURLY = ranged("hour", [0, 3, 11, 19, 23])
"""Apart from the others, since not every metric's time has hours."""


def conditions() -> st.SearchStrategy[Request]:
    """Comparisons joined by and, or and not."""
    return st.recursive(
        COMPARISONS,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=4,
    )


EDGES = sorted(
    {*DAYS, *(date(2024, month, 1) for month in range(1, 13)), date(2024, 1, 31), date(2024, 9, 30), date(2025, 3, 31)}
)


def spans(edges: list[date]) -> st.SearchStrategy[tuple[date, date]]:
    return st.tuples(st.sampled_from(edges), st.sampled_from(edges)).map(lambda two: (min(two), max(two)))


def period(start: date, end: date) -> Request:
    return {"start": start.isoformat(), "end": end.isoformat()}


SPANS = spans(EDGES)
PERIODS = st.one_of(
    st.none(),
    SPANS.map(lambda span: period(*span)),
    st.sampled_from([{"start": "2024-12-15"}, {"end": "2024-01-15"}, {"start": "2023-10-01", "end": "2024-01-10"}]),
)


def requests(
    metrics: list[str],
    by: list[str] | None = None,
    least: int = 0,
    most: int = 2,
    where: st.SearchStrategy[Any] | None = None,
    **more: st.SearchStrategy[Any],
) -> st.SearchStrategy[Request]:
    """Requests for one to three of some metrics, grouped by some dimensions."""
    parts = {
        "metrics": st.lists(st.sampled_from(metrics), min_size=1, max_size=3, unique=True),
        "by": st.lists(st.sampled_from(by or [*ATTRIBUTES, *OWN, *SERIES]), min_size=least, max_size=most, unique=True),
        "where": st.none() | (conditions() if where is None else where),
        "period": PERIODS,
        **more,
    }
    return st.fixed_dictionaries(parts).map(lambda found: {key: value for key, value in found.items() if value is not None})


def several(of: st.SearchStrategy[Request]) -> st.SearchStrategy[list[Request]]:
    """A few requests about the same tables, since making tables takes longer than asking."""
    return st.lists(of, min_size=2, max_size=4)
