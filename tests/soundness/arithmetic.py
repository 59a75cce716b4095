"""The metrics of the shop once more, as plain arithmetic over rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Rows = list[Row]
Number = int | float | Decimal | None


@dataclass(frozen=True)
class Metric:
    """Parts that are computed over rows, each by its own time, and how they make the figure."""

    parts: tuple[Callable[[Rows], Number], ...]
    combine: Callable[..., Number] = lambda part: part
    times: tuple[str, ...] = ("sold_at", "sold_at")

    def of(self, rows: dict[str, Rows]) -> Number:
        """The figure; `rows` are those of the group, by each time."""
        return self.combine(*(part(rows.get(time, [])) for part, time in zip(self.parts, self.times, strict=False)))


def values(rows: Rows, column: str) -> list[Any]:
    return [row[column] for row in rows if row[column] is not None]


def sales(rows: Rows) -> Number:
    return sum(values(rows, "amount"), Decimal(0))


def listed(rows: Rows) -> Number:
    return sum(values(rows, "price"), Decimal(0))


def orders(rows: Rows) -> Number:
    return len(set(values(rows, "order_id")))


def buyers(rows: Rows) -> Number:
    return len(set(values(rows, "customer_id")))


def mean(rows: Rows) -> Number:
    found = values(rows, "amount")
    return sum(found) / len(found) if found else None


def middle(rows: Rows) -> Number:
    found = sorted(values(rows, "amount"))
    return (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2 if found else None


def over(numerator: Number, denominator: Number) -> Number:
    """Nothing over nothing, and anything over zero, is no figure."""
    return None if numerator is None or not denominator else float(numerator) / float(denominator)


def less(one: Number, other: Number) -> Number:
    return None if one is None or other is None else float(one) - float(other)


def net(sold: Number, at_list_price: Number) -> Number:
    return float(sold or 0) - float(at_list_price or 0) / 4 + 2


def small(rows: Rows) -> Rows:
    return [row for row in rows if row["family"] == "small"]


def not_small(rows: Rows) -> Rows:
    return [row for row in rows if row["family"] != "small"]


def on_the_web(rows: Rows) -> Rows:
    return [row for row in rows if row["channel"] == "web"]


METRICS = {
    "sales": Metric((sales,)),
    "listed": Metric((listed,)),
    "lines_sold": Metric((len,)),
    "noted": Metric((lambda rows: len(values(rows, "quantity")),)),
    "quantity": Metric((lambda rows: sum(values(rows, "quantity")),)),
    "orders": Metric((orders,)),
    "buyers": Metric((buyers,)),
    "pairs": Metric((lambda rows: len({(row["order_id"], row["line"]) for row in rows}),)),
    "mean_amount": Metric((mean,)),
    "middle": Metric((middle,)),
    "lowest": Metric((lambda rows: min(values(rows, "amount"), default=None),)),
    "highest": Metric((lambda rows: max(values(rows, "amount"), default=None),)),
    "large_sales": Metric((lambda rows: sales(not_small(rows)),)),
    "web_buyers": Metric((lambda rows: buyers(on_the_web(rows)),)),
    "shipped": Metric((sales,), times=("shipped_on",)),
    "basket": Metric((sales, orders), over),
    "small_share": Metric((lambda rows: sales(small(rows)), sales), over),
    "net": Metric((sales, listed), net),
    "small_net": Metric(
        (lambda rows: net(sales(small(rows)), listed(small(rows))), lambda rows: net(sales(rows), listed(rows))), over
    ),
    "rebate": Metric((listed, sales), lambda listed, sold: over(sold - listed, listed + sold)),
    "shipped_share": Metric((sales, sales), over, times=("shipped_on", "sold_at")),
}
ADDITIVE = ["sales", "listed", "lines_sold", "noted", "large_sales"]
DISTINCT = ["orders", "buyers", "pairs", "web_buyers"]
SPREAD = ["mean_amount", "lowest", "highest"]
FORMULAS = ["basket", "small_share", "net", "rebate"]
TWO_TIMES = ["shipped", "shipped_share"]
FIGURES = [*ADDITIVE, *DISTINCT, *SPREAD, *FORMULAS]
