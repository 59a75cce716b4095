"""Rows of the compiler beside those of the truth: the same groups, the same figures, in an order that was asked for."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from oracle.engine import Found
from oracle.truth.query import Outcome, heights


def assert_right(found: Found, outcome: Outcome) -> None:
    """Holds a result against the outcome that is right."""
    if outcome.refusals:
        assert found.code in outcome.refusals, f"{found.code or found.rows} instead of {sorted(outcome.refusals)}"
        return
    assert found.code is None or found.code in outcome.may_refuse, f"refused with {found.code} instead of {outcome.rows}"
    if found.code is not None:
        return
    count = len(outcome.groups)
    rows = {row[:count]: list(row[count:]) for row in found.rows}
    assert len(rows) == len(found.rows), f"a group stands there twice: {found.rows}"
    missing = outcome.rows.keys() - rows.keys() - outcome.optional
    more = rows.keys() - outcome.rows.keys()
    assert not missing and not more, f"missing {missing}, too many {more}: {found.rows} instead of {outcome.rows}"
    for group, figures in rows.items():
        assert len(figures) == len(outcome.rows[group]), f"{group}: {figures} instead of {outcome.rows[group]}"
        assert all(map(equal, figures, outcome.rows[group])), f"{group}: {figures} instead of {outcome.rows[group]}"
    if outcome.order:
        height = heights(outcome)
        order = [height[row[:count]] for row in found.rows]
        assert order == sorted(order), f"not in the order that was asked for: {found.rows}"


def equal(found: Any, right: Any) -> bool:
    """Exact where the truth is exact; a figure that was divided or is a float may differ by a billionth."""
    if found is None or right is None:
        return found is None and right is None
    if isinstance(right, str) or isinstance(found, str):
        return found == right
    if isinstance(right, int | Decimal):
        return found == right if isinstance(found, int | Decimal) else float(found) == float(right)
    return math.isclose(float(found), float(right), rel_tol=1e-9, abs_tol=1e-9)
