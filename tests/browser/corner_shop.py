"""A workspace made for the tests of the page: names that would be markup if they were not text, and a metric that takes seconds."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

IMAGE = "<img src=x onerror=document.title='run'>"
LINK = "[press](http://evil.example/press)"
PICTURE = "![seen](http://evil.example/seen.png)"
SCRIPT = "<script>document.title='run'</script>"
FORMULA = '=HYPERLINK("http://evil.example","x")'
BARE = "http://evil.example/bare"
HOSTILE = (IMAGE, LINK, PICTURE, SCRIPT, FORMULA, BARE)
"""Names of goods, the best sold first."""
VISITS = 250_000
"""Each with a long path: rewriting all of them takes a thread some seconds, and can be stopped after any few."""

MODEL = """
workspace:
  name: corner
  label: {zh: 街角店, en: Corner shop}
  time_zone: UTC
  as_of: 2025-03-31
  default_period: all
  key_metrics: [sales, visits, visitors]

sources:
  - {name: sales, file: sales.csv, types: {amount: "DECIMAL(18,2)", sold_on: DATE}}
  - {name: items, file: items.csv}
  - {name: visits, file: visits.parquet}

entities:
  - {name: item, key: item_id, label: {zh: 编号, en: Item number}}

datasets:
  - name: sales
    label: {zh: 卖出, en: Sold}
    grain: [line]
    entities: {item: item_id}
    time: sold_on
    fields:
      - {name: sold_on, type: date}
  - name: items
    label: {zh: 货品表, en: Catalogue}
    grain: [item_id]
    entities: {item: item_id}
    fields:
      - {name: brand, label: {zh: 牌子, en: Brand}}
      - {name: shelf, label: {zh: 货架, en: Shelf}}
  - name: visits
    label: {zh: 到访, en: Visited}
    grain: [visit]
    time: seen_on
    fields:
      - {name: seen_on, type: date}
      - {name: door, label: {zh: 入口, en: Door}}

metrics:
  - {name: sales, label: {zh: 销售额, en: Sales}, dataset: sales, agg: sum, expr: amount, unit: CNY}
  - {name: visits, label: {zh: 到访数, en: Visits}, dataset: visits, agg: count}
  - {name: visitors, label: {zh: 访客数, en: Visitors}, dataset: visits, agg: count_distinct, expr: "visit + length(replace(concat(path, CAST(visit AS VARCHAR)), 'step', 'leap'))"}

questions:
  - {zh: 各牌子的销售额, en: Sales by brand}
  - {zh: 到访数, en: Visits}
"""


def write(folder: Path) -> Path:
    """Writes the workspace with its data into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.yaml").write_text(MODEL, "utf-8")
    items = [(number, name, "left" if number % 2 else "right") for number, name in enumerate(HOSTILE, start=1)]
    _write(folder / "items.csv", ("item_id", "brand", "shelf"), items)
    days = ("2025-02-03", "2025-02-20", "2025-03-04", "2025-03-21")
    lines = [(number, day, 100 * (len(HOSTILE) + 1 - number)) for number, _, _ in items for day in days]
    _write(folder / "sales.csv", ("line", "item_id", "sold_on", "amount"), [(line, *sold) for line, sold in enumerate(lines)])
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            COPY (
                SELECT i AS visit, DATE '2025-01-01' + CAST(i % 90 AS INT) AS seen_on, repeat('step ', 400) AS path,
                       CASE i % 3 WHEN 0 THEN 'north' ELSE 'south' END AS door
                FROM range({VISITS}) AS t(i)
            ) TO '{folder / "visits.parquet"}' (FORMAT parquet)
            """
        )
    return folder


def _write(path: Path, names: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(rows)
