"""Writes the generated data of a web shop that never was: the same rows on every run, from one seed.

No row is about a real customer or a real product. What the numbers show was put in by hand: channels that convert
differently, seasons, cohorts that leave, night owls, refunds that drive people away. Business time is Asia/Shanghai,
stored as UTC.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas

Table = Any
pd = cast("Any", pandas)
"""Pandas' stubs cannot tell a table from a column, so that nothing of it would pass the type checker."""

SEED = 20230101
CUSTOMERS, PRODUCTS = 8_000, 600
FIRST, DAYS = "2023-01-01", 731
DAY = 86_400
START = int(pd.Timestamp(FIRST).timestamp()) - 8 * 3_600
END = START + DAYS * DAY
"""The data is of the moments from START up to END, in seconds of UTC."""

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CHANNELS = np.array(["app", "mini_program", "web", "store_pickup"], dtype=object)
DEVICES = {
    0: (["ios", "android"], [0.45, 0.55]),
    1: (["ios", "android"], [0.4, 0.6]),
    2: (["desktop", "android", "ios"], [0.7, 0.2, 0.1]),
}
SIGNUPS = np.array(["app_signup", "mini_program_signup", "web_signup"], dtype=object)
CONVERTS = np.array([1.15, 1.0, 0.7])
"""How readily a session on each channel ends in an order."""

CATEGORIES = np.array(["digital", "appliances", "beauty", "clothing", "sports", "food", "baby", "books"], dtype=object)
POPULAR = [0.11, 0.06, 0.19, 0.22, 0.11, 0.18, 0.07, 0.06]
PRICES = np.array([1_200.0, 620.0, 130.0, 160.0, 210.0, 45.0, 110.0, 38.0])
REFUNDED = np.array([0.07, 0.06, 0.05, 0.16, 0.07, 0.015, 0.04, 0.02])
"""The share of order lines of each category that are refunded."""

BRANDS = [
    "Aurelo",
    "Bexon",
    "Calmari",
    "Dunho",
    "Elvanta",
    "Fjordly",
    "Gantry",
    "Hualin",
    "Iskra",
    "Jadewell",
    "Kestrel",
    "Lumora",
]
REGIONS = ["east", "north", "south", "central", "southwest", "northwest", "northeast", None]
SOURCES = ["organic", "search_engine", "social", "ad", "referral"]
AGES = ["18-24", "25-34", "35-44", "45-54", "55+", None]
TIERS = ["tier1", "new_tier1", "tier2", "tier3_below"]
INTERESTS = ["tech", "fashion", "outdoors", "cooking", "parenting", "reading", "travel"]
LEADS_TO = [0, 3, 4, 5, 6, 7, 4]
"""The category that those with each interest are drawn to."""
ATTITUDES = ["price_first", "quality_first", "trend_follower", "convenience_first", "green_minded"]
SALE_DAYS = (
    ("06-01", "06-17", 1.5),
    ("06-18", "06-18", 3.2),
    ("11-01", "11-10", 1.6),
    ("11-11", "11-11", 4.5),
    ("12-12", "12-12", 2.0),
)
"""First day, last day, and how many times as busy as other days."""
REASONS = ["quality", "wrong_size", "late_delivery", "changed_mind", "other"]


def write(folder: Path) -> None:
    """Writes all tables as parquet files into a folder."""
    rng = np.random.default_rng(SEED)
    products = _products(rng)
    people, traits = _customers(rng)
    sessions = _sessions(rng, traits)
    events, carts = _events(rng, sessions, products, traits)
    lines = _lines(rng, carts, _pickups(rng, traits, products), products, traits)
    refunds = _refunds(rng, lines, products, traits)
    left = _left_after(rng, refunds)
    lines, refunds = _without(left, lines, "ordered_at"), _without(left, refunds, "bought_at")
    refunds = refunds[refunds["order_id"].isin(lines["order_id"])]
    events = _without(left, events, "happened_at")
    tables = {
        "products": products.drop(columns="category_number"),
        "customers": people,
        "survey": _survey(rng, traits),
        "events": _in_order(events, "event_id", "happened_at"),
        "orders": _renumbered(lines),
        "refunds": _in_order(_on_days(refunds, lines), "refund_id", "refunded_at"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        _with_times(table).to_parquet(folder / f"{name}.parquet", index=False)


def _products(rng: np.random.Generator) -> Table:
    category = np.sort(rng.choice(8, PRODUCTS, p=POPULAR))
    price = PRICES[category] * np.exp(rng.normal(0, 0.6, PRODUCTS))
    launched = np.where(rng.random(PRODUCTS) < 0.75, rng.integers(-700, 0, PRODUCTS), rng.integers(0, 600, PRODUCTS))
    number = np.arange(1, PRODUCTS + 1)
    return pd.DataFrame(
        {
            "product_id": number,
            "product_name": [f"{CATEGORIES[c]} {n:03d}" for c, n in zip(category, number, strict=True)],
            "category": CATEGORIES[category],
            "brand": np.array(BRANDS, dtype=object)[(category * 2 + rng.integers(0, 5, PRODUCTS)) % len(BRANDS)],
            "list_price": np.round(np.maximum(price, 5), 0) - 0.1,
            "launched_on": pd.to_datetime(FIRST) + pd.to_timedelta(launched, unit="D"),
            "category_number": category,
        }
    )


def _customers(rng: np.random.Generator) -> tuple[Table, dict[str, Any]]:
    """Who registered, and what each is like; the latter is written nowhere."""
    n = CUSTOMERS
    growth = np.linspace(0.8, 1.5, DAYS) * np.sqrt(_season())
    joined = np.where(rng.random(n) < 0.22, rng.integers(-700, 0, n), rng.choice(DAYS, n, p=growth / growth.sum()))
    joined = np.sort(joined)
    via = rng.choice(3, n, p=[0.48, 0.34, 0.18])
    interest = rng.choice(7, n, p=[0.16, 0.22, 0.13, 0.17, 0.12, 0.1, 0.1])
    drawn = np.array(LEADS_TO)[interest]
    traits = {
        "joined": joined,
        "via": np.where(rng.random(n) < 0.75, via, rng.choice(3, n, p=[0.5, 0.35, 0.15])),
        "interest": interest,
        "likes": np.where(rng.random(n) < 0.6, drawn, rng.choice(8, n, p=POPULAR)),
        "owl": rng.random(n) < 0.13,
        "buys": np.where(rng.random(n) < 0.2, 0.0, np.exp(rng.normal(0, 0.35, n))),
        "bargains": rng.random(n) < 0.22,
        "returns": rng.random(n) < 0.06,
        "stays": np.where(rng.random(n) < 0.3, 2_000.0, rng.exponential(130, n) + 5),
        "pace": rng.gamma(1.6, 0.042, n),
        "picks_up": rng.random(n) < 0.25,
    }
    gender = rng.choice(np.array(["female", "male", None], dtype=object), n, p=[0.48, 0.36, 0.16])
    people = pd.DataFrame(
        {
            "customer_id": np.arange(10_001, 10_001 + n),
            "registered_on": pd.to_datetime(FIRST) + pd.to_timedelta(joined, unit="D"),
            "registered_via": SIGNUPS[via],
            "source": rng.choice(np.array(SOURCES, dtype=object), n, p=[0.34, 0.2, 0.22, 0.16, 0.08]),
            "gender": gender,
            "age_band": rng.choice(np.array(AGES, dtype=object), n, p=[0.2, 0.34, 0.22, 0.09, 0.05, 0.1]),
            "region": rng.choice(np.array(REGIONS, dtype=object), n, p=[0.3, 0.16, 0.22, 0.11, 0.1, 0.04, 0.05, 0.02]),
            "city_tier": rng.choice(np.array(TIERS, dtype=object), n, p=[0.27, 0.3, 0.25, 0.18]),
        }
    )
    return people, traits


def _season() -> Floats:
    """How busy each day is: weekends, sale days, holidays."""
    days = pd.date_range(FIRST, periods=DAYS)
    busy = np.where(days.day_of_week >= 5, 1.2, 1.0)
    for first, last, times in SALE_DAYS:
        busy *= np.where((days.strftime("%m-%d") >= first) & (days.strftime("%m-%d") <= last), times, 1.0)
    for first, last in (("2023-01-21", "2023-01-27"), ("2024-02-10", "2024-02-17")):
        busy *= np.where((days >= first) & (days <= last), 0.5, 1.0)
    return np.asarray(busy, dtype=np.float64)


def _sessions(rng: np.random.Generator, traits: dict[str, Any]) -> Table:
    """Visits of customers while they stay, the first one on the day they register, and those of nobody known."""
    first = np.maximum(traits["joined"], 0)
    alive = np.minimum(traits["stays"], DAYS - first)
    tries = rng.poisson(traits["pace"] * alive * 4.6 + 1)
    who = np.repeat(np.arange(CUSTOMERS), tries)
    day = first[who] + (alive[who] * rng.random(len(who)) ** 1.25).astype(np.int64)
    season = _season()
    kept = rng.random(len(who)) < np.minimum(season[np.minimum(day, DAYS - 1)] / 4.5, 1.0)
    new = np.flatnonzero(traits["joined"] >= 0)
    who, day = np.concatenate([who[kept], new]), np.concatenate([day[kept], first[new]])
    unknown = int(len(who) * 0.2)
    day = np.concatenate([day, rng.choice(DAYS, unknown, p=season / season.sum())])
    who = np.concatenate([who, np.full(unknown, -1)])
    usual = np.array([3, 2, 1, 1, 1, 2, 5, 10, 14, 16, 18, 20, 24, 20, 16, 16, 16, 18, 22, 26, 28, 18, 12, 6.0])
    late = np.where((np.arange(24) >= 21) | (np.arange(24) <= 3), 30, 4.0)
    owl = (who >= 0) & traits["owl"][who]
    hour = np.where(owl, rng.choice(24, len(who), p=late / late.sum()), rng.choice(24, len(who), p=usual / usual.sum()))
    channel = np.where((who >= 0) & (rng.random(len(who)) < 0.8), traits["via"][who], rng.choice(3, len(who), p=[0.4, 0.3, 0.3]))
    device = np.empty(len(who), dtype=object)
    for number, (names, shares) in DEVICES.items():
        here = channel == number
        device[here] = rng.choice(np.array(names, dtype=object), int(here.sum()), p=shares)
    category = np.where((who >= 0) & (rng.random(len(who)) < 0.55), traits["likes"][who], rng.choice(8, len(who), p=POPULAR))
    start = START + day * DAY + hour * 3_600 + rng.integers(0, 3_600, len(who))
    found = pd.DataFrame({"who": who, "start": start, "day": day, "channel": channel, "device": device, "category": category})
    found = found.sort_values(["start", "who"], kind="stable").reset_index(drop=True)
    found["session_id"] = found.index + 1
    return found


def _events(rng: np.random.Generator, sessions: Table, products: Table, traits: dict[str, Any]) -> tuple[Table, Table]:
    """Views, clicks and carts in order within each session; and the carts that are bought, with their moments."""
    count = np.minimum(rng.geometric(0.5, len(sessions)), 8)
    at = np.repeat(np.arange(len(sessions)), count)
    place = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    category = sessions["category"].to_numpy()
    focus = _product_of(rng, category, products)
    product = np.where(rng.random(len(at)) < 0.6, focus[at], _product_of(rng, category[at], products))
    viewed = sessions["start"].to_numpy()[at] + place * 75 + rng.integers(0, 25, len(at))
    clicked = rng.random(len(at)) < 0.52
    clicks = viewed[clicked] + rng.integers(4, 45, int(clicked.sum()))
    last = pd.DataFrame({"at": at[clicked], "product": product[clicked], "moment": clicks, "place": place[clicked]})
    last = last.groupby("at", as_index=False).last()
    who = sessions["who"].to_numpy()[last["at"]]
    buys = np.where(who >= 0, traits["buys"][who], 0.15)
    visited = sessions.iloc[last["at"]]
    eager = CONVERTS[visited["channel"]] * np.minimum(_season()[np.minimum(visited["day"], DAYS - 1)], 2) ** 0.35
    taken = rng.random(len(last)) < np.minimum(0.62 * (0.5 + 0.5 * buys) * eager, 0.95)
    carts = last[taken].reset_index(drop=True)
    carts["moment"] += rng.integers(30, 400, len(carts)) + (count[carts["at"]] - carts["place"]) * 75
    parts = [
        _rows_of(sessions.iloc[at], "page_view", product, viewed),
        _rows_of(sessions.iloc[at[clicked]], "product_click", product[clicked], clicks),
        _rows_of(sessions.iloc[carts["at"]], "cart_add", carts["product"].to_numpy(), carts["moment"].to_numpy()),
    ]
    carts["who"] = sessions["who"].to_numpy()[carts["at"]]
    carts["channel"] = sessions["channel"].to_numpy()[carts["at"]]
    willing = np.minimum(0.82 * np.minimum(traits["buys"][carts["who"]], 1.25), 0.97)
    bought = (carts["who"] >= 0) & (rng.random(len(carts)) < willing)
    carts = carts[bought].reset_index(drop=True)
    delay = np.where(
        rng.random(len(carts)) < 0.8, rng.integers(40, 2_400, len(carts)), rng.integers(DAY // 4, 5 * DAY, len(carts))
    )
    carts["moment"] += delay
    events = pd.concat(parts, ignore_index=True)
    return events[events["happened_at"] < END].reset_index(drop=True), carts[carts["moment"] < END].reset_index(drop=True)


def _product_of(rng: np.random.Generator, category: Any, products: Table) -> Numbers:
    """A product of each category; a few sell far better than the others."""
    numbers = products["category_number"].to_numpy()
    first, size = np.searchsorted(numbers, np.arange(8)), np.bincount(numbers, minlength=8)
    place = (rng.random(len(category)) ** 2 * size[category]).astype(np.int64)
    return cast("Numbers", first[category] + place + 1)


def _rows_of(sessions: Table, kind: str, product: Any, moments: Any) -> Table:
    return pd.DataFrame(
        {
            "session_id": sessions["session_id"].to_numpy(),
            "customer_id": _ids(sessions["who"].to_numpy()),
            "product_id": product,
            "event_type": kind,
            "channel": CHANNELS[sessions["channel"].to_numpy()],
            "device": sessions["device"].to_numpy(),
            "happened_at": moments,
        }
    )


def _ids(who: Any) -> Any:
    return pd.Series(who + 10_001, dtype="Int64").mask(who < 0).array


def _pickups(rng: np.random.Generator, traits: dict[str, Any], products: Table) -> Table:
    """Orders that are made and picked up in a store, without a visit of the web shop before."""
    first = np.maximum(traits["joined"], 0)
    alive = np.minimum(traits["stays"], DAYS - first)
    number = rng.poisson(np.where(traits["picks_up"] & (traits["buys"] > 0), 0.028 * alive + 0.4, 0.0))
    who = np.repeat(np.arange(CUSTOMERS), number)
    day = first[who] + (alive[who] * rng.random(len(who))).astype(np.int64)
    moment = START + day * DAY + rng.integers(9 * 3_600, 21 * 3_600, len(who))
    product = _product_of(rng, np.where(rng.random(len(who)) < 0.5, traits["likes"][who], 5), products)
    return pd.DataFrame({"who": who, "channel": 3, "product": product, "moment": moment})


def _lines(rng: np.random.Generator, carts: Table, pickups: Table, products: Table, traits: dict[str, Any]) -> Table:
    """Order lines: what was in the cart first, then what was taken along; a few products that nobody catalogued."""
    orders = pd.concat([carts[["who", "channel", "product", "moment"]], pickups], ignore_index=True)
    orders = orders[orders["moment"] < END].sort_values(["moment", "who"], kind="stable").reset_index(drop=True)
    number = 1 + (rng.random(len(orders)) < 0.24) + (rng.random(len(orders)) < 0.08)
    at = np.repeat(np.arange(len(orders)), number)
    place = np.arange(len(at)) - np.repeat(np.cumsum(number) - number, number)
    categories = products["category_number"].to_numpy()[orders["product"] - 1]
    product = np.where(place == 0, orders["product"].to_numpy()[at], _product_of(rng, categories[at], products))
    price = products["list_price"].to_numpy()[product - 1]
    who, moment = orders["who"].to_numpy()[at], orders["moment"].to_numpy()[at]
    busy = _season()[(moment - START) // DAY] >= 1.5
    cut = rng.random(len(at)) < np.where(busy, 0.8, np.where(traits["bargains"][who], 0.75, 0.18))
    share = np.where(cut, np.where(busy, rng.integers(2, 9, len(at)), rng.integers(1, 6, len(at))) * 0.05, 0.0)
    quantity = 1 + (rng.random(len(at)) < 0.17) + (rng.random(len(at)) < 0.05)
    listed = np.round(price * quantity, 2)
    return pd.DataFrame(
        {
            "order_id": orders.index.to_numpy()[at] + 1,
            "line_no": place + 1,
            "customer_id": who + 10_001,
            "product_id": np.where(rng.random(len(at)) < 0.002, product + 9_000, product),
            "channel": CHANNELS[orders["channel"].to_numpy()[at]],
            "quantity": quantity,
            "list_amount": listed,
            "discount": np.round(listed * share, 2),
            "amount": np.round(listed - np.round(listed * share, 2), 2),
            "ordered_at": moment,
        }
    )


def _refunds(rng: np.random.Generator, lines: Table, products: Table, traits: dict[str, Any]) -> Table:
    category = products["category_number"].to_numpy()[(lines["product_id"].to_numpy() - 1) % 9_000]
    chance = np.where(traits["returns"][lines["customer_id"] - 10_001], 0.4, REFUNDED[category])
    back = rng.random(len(lines)) < chance
    found = lines.loc[back, ["order_id", "line_no", "customer_id", "product_id", "channel", "amount"]].reset_index(drop=True)
    found["bought_at"] = lines.loc[back, "ordered_at"].to_numpy()
    found["refunded_at"] = found["bought_at"] + rng.integers(DAY // 2, 20 * DAY, len(found))
    whole = rng.random(len(found)) < 0.8
    found["refund_amount"] = np.round(np.where(whole, found["amount"], found["amount"] * rng.integers(2, 8, len(found)) / 10), 2)
    clothes = category[back] == 3
    usual = rng.choice(5, len(found), p=[0.3, 0.05, 0.2, 0.35, 0.1])
    found["reason"] = np.array(REASONS, dtype=object)[np.where(clothes & (rng.random(len(found)) < 0.5), 1, usual)]
    return found[found["refunded_at"] < END].drop(columns="amount").reset_index(drop=True)


def _left_after(rng: np.random.Generator, refunds: Table) -> Table:
    """Those whom their first refund drove away for two months, with its moment."""
    first = refunds.groupby("customer_id")["refunded_at"].min()
    return first[rng.random(len(first)) < 0.35]


def _without(left: Table, rows: Table, time: str) -> Table:
    gone = rows["customer_id"].map(left)
    away = (rows[time] > gone) & (rows[time] <= gone + 60 * DAY)
    return rows[~away.fillna(False).astype(bool)].reset_index(drop=True)


def _renumbered(lines: Table) -> Table:
    """Order numbers run on without gaps and tell nothing of what was left out."""
    return lines.assign(order_id=pd.factorize(lines["order_id"])[0] + 500_001)


def _on_days(refunds: Table, lines: Table) -> Table:
    numbers = pd.Series(pd.factorize(lines["order_id"])[0] + 500_001, index=lines["order_id"])
    numbers = numbers[~numbers.index.duplicated()]
    return refunds.assign(order_id=refunds["order_id"].map(numbers).astype("int64")).drop(columns="bought_at")


def _in_order(rows: Table, key: str, time: str) -> Table:
    """Rows by their moments, numbered."""
    rows = rows.sort_values(
        [time, *(name for name in rows.columns if name in ("session_id", "order_id", "line_no"))], kind="stable"
    )
    rows = rows.reset_index(drop=True)
    rows.insert(0, key, rows.index + 1)
    return rows


def _survey(rng: np.random.Generator, traits: dict[str, Any]) -> Table:
    """What a third of the customers said of themselves, some while after they registered."""
    asked = np.flatnonzero(rng.random(CUSTOMERS) < 0.36)
    day = np.maximum(traits["joined"][asked], 0) + rng.integers(5, 90, len(asked))
    asked, day = asked[day < DAYS], day[day < DAYS]
    usual = rng.choice(5, len(asked), p=[0.2, 0.3, 0.2, 0.2, 0.1])
    attitude = np.where(traits["bargains"][asked] & (rng.random(len(asked)) < 0.6), 0, usual)
    score = np.clip(np.round(rng.normal(7.6, 2.0, len(asked)) - 2.5 * traits["returns"][asked]), 0, 10)
    return pd.DataFrame(
        {
            "customer_id": asked + 10_001,
            "answered_on": pd.to_datetime(FIRST) + pd.to_timedelta(day, unit="D"),
            "main_interest": np.array(INTERESTS, dtype=object)[traits["interest"][asked]],
            "attitude": np.array(ATTITUDES, dtype=object)[attitude],
            "recommend_score": score.astype(np.int64),
        }
    )


def _with_times(table: Table) -> Table:
    """Seconds become moments of UTC, and are named so; days lose their midnight."""
    made = table.copy()
    for name in table.columns:
        if name.endswith("_at"):
            made[name] = pd.to_datetime(table[name].astype("int64"), unit="s")
            made = made.rename(columns={name: name.replace("_at", "_utc")})
        elif name.endswith("_on"):
            made[name] = pd.to_datetime(table[name]).dt.date
    return made


if __name__ == "__main__":
    write(Path("data"))
