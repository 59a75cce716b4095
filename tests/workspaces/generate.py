"""Data of the test workspace `teahouse`: two years of a tea shop chain, the same at every run."""

from __future__ import annotations

import csv
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
FAMILIES = ("green", "black", "oolong", "ware")
SERIES = ("山野", "节令", "日常", "手作")
START, DAYS = date(2024, 1, 1), 731


def generate(folder: Path, seed: int = 7) -> None:
    """Writes the csv files. Some lines have an unknown item or no member, some orders are never paid."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    items = [(f"T{n:03d}", chance.choice(FAMILIES), chance.choice(SERIES)) for n in range(1, 41)]
    members = [
        (
            f"M{n:04d}",
            chance.choice(("basic", "basic", "silver", "gold")),
            chance.choice(("SH", "HZ", "BJ", "")),
            START - timedelta(days=n),
        )
        for n in range(1, 301)
    ]
    _write(folder / "items.csv", ("item_code", "family", "series"), items)
    _write(folder / "members.csv", ("member_no", "level", "city", "joined_on"), members)
    _write(folder / "shops.csv", ("shop_code", "region"), [(1, "east"), (2, "east"), (3, "north"), (4, "north")])
    lines, refunds = [], []
    for number in range(1, 6001):
        order = f"A{number:05d}"
        day = START + timedelta(days=min(DAYS - 1, int(DAYS * chance.random() ** 0.8)))
        local = datetime(day.year, day.month, day.day, chance.randrange(24), chance.randrange(60), tzinfo=SHANGHAI)
        paid = (
            (local + timedelta(minutes=chance.choice((1, 3, 30, 60 * 26)))).replace(tzinfo=None)
            if chance.random() < 0.85
            else None
        )
        member = chance.choice(members)[0] if chance.random() < 0.9 else ""
        shop, channel = chance.randrange(1, 6), chance.choice(("app", "mini", "store"))
        for line in range(1, chance.randrange(1, 4) + 1):
            item = chance.choice(items)[0] if chance.random() < 0.97 else "T999"
            quantity = chance.randrange(1, 5)
            amount = round(quantity * chance.uniform(18, 120), 2)
            utc = local.astimezone(UTC).replace(tzinfo=None)
            lines.append((order, line, item, member, shop, utc, paid or "", quantity, amount, channel))
            if paid and chance.random() < 0.06:
                refunds.append(
                    (
                        order,
                        line,
                        amount,
                        paid.date() + timedelta(days=chance.randrange(1, 9)),
                        chance.choice(("damaged", "late", "other")),
                    )
                )
    names = ("order_no", "line_no", "item_code", "member_no", "shop_code", "created_utc", "paid_at", "qty", "amount", "channel")
    _write(folder / "order_lines.csv", names, lines)
    kept = [row for row in refunds if row[3] <= START + timedelta(days=DAYS - 1)]
    _write(folder / "refunds.csv", ("order_no", "line_no", "refund_amount", "refunded_on", "reason"), kept)


def _write(path: Path, names: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(names)
        writer.writerows(rows)
