"""Statistics over the figures of each one, and requests with a window as requests for metrics that are defined so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from oracle.model import Plain, World
from oracle.truth.arithmetic import Number, aggregate

GRAINS = ("date", "week", "month", "quarter", "year")


def key_of(whose: str) -> Plain:
    """What tells those apart whose figures are summed up."""
    return {"kind": "time", "grain": whose} if whose in GRAINS else {"kind": "each", "whose": whose}


def columns_of(name: str, statistics: list[Any]) -> list[tuple[str, str]]:
    """The first statistic of a metric goes by the metric's own name."""
    return [(name, "value" if place == 0 else str(each)) for place, each in enumerate(statistics)]


def statistic(asked: Any, figures: list[Number]) -> Number:
    """One statistic of some figures; of none there is none."""
    known: list[Any] = [each for each in figures if each is not None]
    if isinstance(asked, dict):
        return aggregate("percentile", [_exact(each) for each in known], asked["percentile"])
    return aggregate(asked, known if asked in ("min", "max") else [_exact(each) for each in known])


def _exact(value: Any) -> Any:
    return Fraction(value)


def with_window(world: World, request: Plain, first: date | None) -> tuple[World, Plain]:
    """A world whose metrics have the window of a request, and the request for those.

    Args:
        first: The first day that the data covers.
    """
    window = request["window"]
    names = {name: f"{name} in its window" for name in request["metrics"]}
    made: list[Plain] = []
    for name, own in names.items():
        if window.get("average"):
            made.append({"name": own, "moving": {"metric": name, "last": window["trailing"], "first": first}})
        elif window.get("to_date"):
            made.append({"name": own, "cumulative": {"metric": name, "to_date": window["to_date"]}})
        else:
            trailing = {"metric": name, "last": window["trailing"], "unit": window.get("unit", "day")}
            made.append({"name": own, "cumulative": trailing})
    order = [{**each, "target": names.get(each["target"], each["target"])} for each in request.get("order", [])]
    found = {key: value for key, value in request.items() if key not in ("window", "order")}
    found |= {"metrics": list(names.values()), **({"order": order} if order else {})}
    metrics = [*world.workspace.get("metrics", []), *made]
    return replace(world, workspace={**world.workspace, "metrics": metrics}), found
