"""Requests as a language model proposes them."""

from __future__ import annotations

from typing import Any

from loopback import Says, calls

LAST_MONTH = {"kind": "unit", "unit": "month", "offset": -1}
NOVEMBER = {"kind": "dates", "start": "2017-11-01", "end": "2017-11-30"}


def field(name: str) -> dict[str, str]:
    return {"kind": "field", "name": name}


def is_(name: str, value: Any) -> dict[str, Any]:
    return {"kind": "compare", "left": field(name), "op": "eq", "right": value}


def not_(condition: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "not", "of": condition}


def plan(words: str, tool: str = "query_metrics", **request: Any) -> Says:
    """One reading, and a binding for each of the words."""
    return calls(tool, readings=[request], bindings=[{"text": word, "to": "the request"} for word in words.split()])


MISFITS = {
    "value dropped": ("sales of produce last month", "sales produce last month", {"period": LAST_MONTH}),
    "value dropped, zh": ("上个月海鲜的销售额", "上个月 海鲜 销售额", {"period": LAST_MONTH}),
    "one of two values dropped": ("sales of produce and seafood last month", "sales produce and seafood last month", {"where": is_("department", "PRODUCE"), "period": LAST_MONTH}),
    "exclusion dropped": ("不含燃油的销售额", "不含 燃油 销售额", {}),
    "exclusion turned round": ("不含燃油的销售额", "不含 燃油 销售额", {"where": is_("department", "FUEL")}),
    "inclusion turned round": ("sales of produce last month", "sales produce last month", {"where": {"kind": "not", "of": is_("department", "PRODUCE")}, "period": LAST_MONTH}),
    "an hour turned round": ("sales after 6pm last month", "sales after 6pm last month", {"where": {"kind": "compare", "left": {"kind": "time", "grain": "hour"}, "op": "lt", "right": 18}, "period": LAST_MONTH}),
    "an exclusion invented": ("上个月的销售额", "上个月 销售额", {"where": not_(is_("department", "FUEL")), "period": LAST_MONTH}),
    "a text searched for": ("sales of produce last month", "sales produce last month", {"where": {"kind": "compare", "left": field("department"), "op": "contains", "right": "PRO"}, "period": LAST_MONTH}),
    "group dropped, zh": ("上个月各部门的销售额", "上个月 各 部门 销售额", {"period": LAST_MONTH}),
    "limit raised": ("top 5 stores by sales", "top 5 stores by sales", {"by": [field("store_id")], "limit": 50}),
    "another metric, zh": ("上个月的订单数", "上个月 订单数", {"period": LAST_MONTH}),
    "a second reading": ("sales last month", "sales last month", {"period": LAST_MONTH, "compare": {"kind": "last_year"}}),
    "period dropped": ("sales last month", "sales last month", {}),
    "another period": ("sales last month", "sales last month", {"period": {**LAST_MONTH, "offset": -2}}),
    "another fixed period": ("2017年11月的销售额", "2017年11月 销售额", {"period": {"kind": "dates", "start": "2017-10-01", "end": "2017-10-31"}}),
    "period invented": ("sales by department", "sales by department", {"by": [field("department")], "period": LAST_MONTH}),
    "value invented": ("sales last month", "sales last month", {"where": is_("department", "PRODUCE"), "period": LAST_MONTH}),
    "number invented that is part of another": ("2017年11月的销售额", "2017年11月 销售额", {"where": is_("kids_count", "1"), "period": NOVEMBER}),
    "true invented": ("weekly sales last month", "weekly sales last month", {"by": [{"kind": "time", "grain": "week"}], "where": {"kind": "compare", "left": {"kind": "time", "grain": "is_weekend"}, "op": "eq", "right": True}, "period": LAST_MONTH}),
    "unknown left out": ("sales by age group last month", "sales by age group last month", {"by": [field("age")], "where": {"kind": "not", "of": {"kind": "is_null", "left": field("age")}}, "period": LAST_MONTH}),
    "segment invented": ("sales last month", "sales last month", {"where": {"kind": "did", "entity": "household", "dataset": "coupon_redemptions"}, "period": LAST_MONTH}),
    "group dropped": ("sales by department last month", "sales by department last month", {"period": LAST_MONTH}),
    "group invented": ("sales last month", "sales last month", {"by": [field("department")], "period": LAST_MONTH}),
    "another group": ("sales by department last month", "sales by department last month", {"by": [field("brand")], "period": LAST_MONTH}),
    "limit dropped": ("top 5 stores by sales", "top 5 stores by sales", {"by": [field("store_id")]}),
    "limit invented": ("sales by department", "sales by department", {"by": [field("department")], "limit": 3}),
    "order turned round": ("top 5 stores by sales", "top 5 stores by sales", {"by": [field("store_id")], "order": [{"target": "sales", "descending": False}], "limit": 5}),
    "comparison dropped": ("11月销售额环比", "11月 销售额 环比", {"period": NOVEMBER}),
    "comparison invented": ("2017年11月的销售额", "2017年11月 销售额", {"period": NOVEMBER, "compare": {"kind": "previous"}}),
    "share dropped": ("各部门销售额占比", "各 部门 销售额 占比", {"by": [field("department")]}),
    "another metric": ("orders last month", "orders last month", {"period": LAST_MONTH}),
    "a metric dropped": ("sales and orders last month", "sales and orders last month", {"period": LAST_MONTH}),
    "a metric invented": ("orders last month", "orders last month", {"metrics": ["baskets", "sales"], "period": LAST_MONTH}),
}  # fmt: skip
"""Plans that claim to bind every word and say something else than the question."""
