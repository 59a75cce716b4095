"""What random worlds are made of: few values, so that keys, ties, duplicates and misses all happen, and days at edges."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from oracle.model import Kind

ZONES = ["UTC", "America/New_York", "Asia/Shanghai", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Auckland"]
WEEK_STARTS = ["monday", "sunday", "saturday", "wednesday"]
HOURS = ["00:00:00", "03:59:59", "04:00:00", "05:30:00", "06:15:00", "11:00:00", "15:59:59", "16:00:00", "18:15:00", "23:59:59"]


def _days(text: str) -> list[date]:
    return [date.fromisoformat(each) for each in text.split()]


CLUSTERS: list[list[date]] = [
    # A leap day, a month's and a quarter's end, the clocks of New York and Berlin put forward; the same days of a year before.
    _days(
        "2024-02-26 2024-02-28 2024-02-29 2024-03-01 2024-03-09 2024-03-10 2024-03-31 2024-04-01 2023-02-28 2023-03-01 2023-03-31"
    ),
    # The turn of a year whose last days belong to ISO week 1.
    _days(
        "2024-12-28 2024-12-29 2024-12-30 2024-12-31 2025-01-01 2025-01-05 2025-01-06 2025-02-01 2023-12-31 2024-01-01 2024-01-06"
    ),
    # A year with 53 weeks.
    _days("2020-12-27 2020-12-28 2020-12-31 2021-01-01 2021-01-03 2021-01-04 2021-01-31 2020-01-01 2019-12-30 2020-02-29"),
    # The clocks put back, and the turn of a quarter and of a fiscal year.
    _days("2024-09-30 2024-10-01 2024-10-26 2024-10-27 2024-11-02 2024-11-03 2024-11-04 2024-12-01 2023-10-27 2023-11-03"),
]

MONEY = [Decimal(cents).scaleb(-2) for cents in (-1250, -1, 0, 1, 1000, 2000, 2000, 3333)]
WHOLE = [-2, 0, 1, 1, 3, 5]

VALUES: dict[str, list[Any]] = {
    "city": ["north", "south", "O'Hara", "北京"],
    "family": ["small", "large", "50% off"],
    "colour": ["red", "a_b", "back\\slash", "Unknown"],
    "town": ["north", "east"],
    "country": ["here", "there"],
    "shelf": ["low", "high"],
    "level": ["gold", "none"],
    "topic": ["spring", "autumn"],
    "channel": ["web", "shop", "WEB"],
    "way": ["app", "web"],
    "gift": [True, False],
    "vip": [True, False],
    "ref_no": [1, 2, 7],
    "score": [0, 1, 5],
    "price": [Decimal("0.50"), Decimal(0), Decimal(20)],
    "customer_id": [1, 2, 3, 4],
    "item_id": ["a1", "b2", "c'3"],
    "shop_id": [30, 31, 32],
    "region_id": [7, 8, 9],
    "bill_id": [7, 8, 9],
    "ship_id": [7, 8, 9],
    "campaign_id": [50, 51],
    "order_id": ["A", "B", "C", "D", "E", "F"],
    "device_id": ["x", "y"],
}
"""The values of fields and keys; dates and numbers to sum are drawn apart."""

KINDS: dict[str, Kind] = {
    **dict.fromkeys(("city", "family", "colour", "town", "country", "shelf", "level", "topic", "channel", "way"), "text"),
    **dict.fromkeys(("gift", "vip"), "bool"),
    **dict.fromkeys(
        ("ref_no", "score", "customer_id", "shop_id", "region_id", "bill_id", "ship_id", "campaign_id", "qty"), "int"
    ),
    **dict.fromkeys(("item_id", "order_id", "device_id"), "text"),
    **dict.fromkeys(("opened_on", "noted_on", "starts_on", "ends_on", "day"), "date"),
    **dict.fromkeys(("at", "at_utc", "paid_at"), "moment"),
    **dict.fromkeys(("price", "amount", "stock"), "money"),
}
TYPES: dict[str, str] = {"text": "category", "bool": "boolean", "int": "id", "date": "date", "moment": "time", "money": "decimal"}
"""The type of a field by the kind of its column."""

NEVER = {"text": "nowhere", "int": 99, "bool": "Unknown"}
"""A value that no row has."""
