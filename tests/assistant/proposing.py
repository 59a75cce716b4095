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
