"""Twenty-odd ways in which a compiler goes wrong, each as a change to what it is given or to what it gives.

A fault changes the statement on its way to the engine, the workspace or the request on their way to the compiler. So it
needs to know nothing of how the compiler is made, and outlives the next one. The truth is always told the original.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlglot
from sqlglot import exp

from oracle.model import Plain

Statement = Callable[[exp.Expr], exp.Expr]
Definitions = Callable[[Plain], None]


@dataclass(frozen=True)
class Fault:
    """One fault: what goes wrong, and the one change that makes it so.

    Attributes:
        statement: Changes the tree of a statement.
        workspace: Changes the definitions, in place.
        request: Changes a request, in place.
    """

    name: str
    statement: Statement | None = None
    workspace: Definitions | None = None
    request: Definitions | None = None

    def of_statement(self, sql: str) -> str:
        """The statement with the fault; the same text where there is nothing to go wrong."""
        assert self.statement
        tree = sqlglot.parse_one(sql, dialect="duckdb")
        before = tree.sql("duckdb")
        changed = self.statement(tree).sql("duckdb")
        return sql if changed == before else changed

    def of_plain(self, plain: Plain) -> Plain:
        """The workspace or the request with the fault."""
        change = self.workspace or self.request
        assert change
        changed = copy.deepcopy(plain)
        change(changed)
        return changed


def joins(side: str, instead: str) -> Statement:
    def change(tree: exp.Expr) -> exp.Expr:
        for join in tree.find_all(exp.Join):
            if join.side == side:
                join.set("side", instead or None)
                join.set("kind", None if instead else "INNER")
        return tree

    return change


def replaced(kind: type[exp.Expr], instead: Callable[[Any], exp.Expr | None], first: bool = False) -> Statement:
    """Nodes of a kind become others; with `first` only the first one that would change."""

    def change(tree: exp.Expr) -> exp.Expr:
        for node in list(tree.find_all(kind)):
            found = instead(node)
            if found is not None:
                if node is tree:
                    return found
                node.replace(found)
                if first:
                    break
        return tree

    return change


def _without_distinct(node: exp.Count) -> exp.Expr | None:
    if not isinstance(node.this, exp.Distinct):
        return None
    found = node.this.expressions
    return exp.Count(this=found[0].copy()) if len(found) == 1 else None


def _without_filter(node: exp.Filter) -> exp.Expr:
    return node.this.copy()


def _without_a_condition(node: exp.Where) -> exp.Expr | None:
    """One of several conditions gone, but not a role's."""
    return exp.Where(this=node.this.expression.copy()) if isinstance(node.this, exp.And) else None


def _without_coalesce(node: exp.Coalesce) -> exp.Expr | None:
    zero = node.expressions and isinstance(node.expressions[0], exp.Literal) and not node.expressions[0].is_string
    return node.this.copy() if zero else None


def _moved(node: exp.Cast, days: int) -> exp.Expr | None:
    text = str(node.this.this) if isinstance(node.this, exp.Literal) and node.this.is_string else ""
    try:
        moved = date.fromisoformat(text) + timedelta(days=days)
    except ValueError:
        return None
    return exp.cast(exp.Literal.string(moved.isoformat()), "DATE")


def _bounds(kinds: tuple[type[exp.Expr], ...], days: int) -> Statement:
    """The first or the last day of every period, off by some days."""

    def change(tree: exp.Expr) -> exp.Expr:
        for node in tree.find_all(*kinds):
            side = node.args.get("low" if days > 0 else "high") if isinstance(node, exp.Between) else node.expression
            if isinstance(side, exp.Cast) and (moved := _moved(side, days)) is not None:
                side.replace(moved)
        return tree

    return change


def _without_zone(node: exp.Expr) -> exp.Expr | None:
    if isinstance(node, exp.Anonymous) and str(node.this).lower() == "timezone":
        return node.expressions[1].copy()
    return node.this.copy() if isinstance(node, exp.AtTimeZone) else None


def _ungoverned(inside: bool) -> Statement:
    """The rules of roles gone: from every relation, or only inside conditions on entities."""

    def change(tree: exp.Expr) -> exp.Expr:
        for select in tree.find_all(exp.Select):
            everything = len(select.expressions) == 1 and select.expressions[0].is_star
            if everything and select.args.get("where") and (not inside or select.find_ancestor(exp.In, exp.Exists, exp.Join)):
                select.set("where", None)
        return tree

    return change


def _rank(node: exp.Expr) -> exp.Expr | None:
    return exp.RowNumber() if isinstance(node, exp.Rank) or str(node.this).upper() == "RANK" else None


def _unknown_first(node: exp.Ordered) -> exp.Expr | None:
    if node.args.get("nulls_first"):
        return None
    return exp.Ordered(this=node.this.copy(), desc=node.args.get("desc"), nulls_first=True)


def each_metric(change: Callable[[Plain], None]) -> Definitions:
    def of(workspace: Plain) -> None:
        for metric in workspace.get("metrics", []):
            change(metric)

    return of


def each_dataset(change: Callable[[Plain], None]) -> Definitions:
    def of(workspace: Plain) -> None:
        for dataset in workspace["datasets"]:
            change(dataset)

    return of


def _lose(*keys: str) -> Callable[[Plain], None]:
    def change(plain: Plain) -> None:
        for key in keys:
            plain.pop(key, None)

    return change


def _side_filter_lost(metric: Plain) -> None:
    for side, use in metric.get("ratio", {}).items():
        if isinstance(use, dict):
            metric["ratio"][side] = use["metric"]


def _more(kind: str, key: str) -> Callable[[Plain], None]:
    """A number in a definition that is one too large."""

    def change(metric: Plain) -> None:
        if key in metric.get(kind, {}):
            metric[kind][key] += 1
        elif kind == "repeat" and kind in metric:
            metric[kind][key] = 3

    return change


def _other_end(metric: Plain) -> None:
    stock = metric.get("semi_additive")
    if stock:
        stock["take"] = "last" if stock.get("take") == "first" else "first"


def _part_of_a_key(dataset: Plain) -> None:
    """A key of two columns is joined by one of them."""
    for entity, columns in dataset.get("entities", {}).items():
        if isinstance(columns, list):
            dataset["entities"][entity] = columns[:1]
            if dataset.get("grain") == columns:
                dataset["grain"] = columns[:1]


def _weeks_from_monday(workspace: Plain) -> None:
    workspace["workspace"]["week_start"] = "monday"


def parts_of(value: Any) -> Iterator[Plain]:
    """A condition and all inside it."""
    if isinstance(value, list):
        for each in value:
            yield from parts_of(each)
    elif isinstance(value, dict):
        yield value
        for each in value.values():
            yield from parts_of(each)


def each_condition(change: Callable[[Plain], None]) -> Definitions:
    def of(request: Plain) -> None:
        for part in list(parts_of(request.get("where"))):
            change(part)

    return of


def _entity_filter_lost(part: Plain) -> None:
    if "did" in part or "metric" in part:
        part.pop("where", None)


def _entity_days_lost(part: Plain) -> None:
    if "did" in part or "metric" in part:
        part.pop("period", None)


def _once_is_enough(part: Plain) -> None:
    if "did" in part:
        part.pop("count", None)


def _a_day_longer(part: Plain) -> None:
    if "within" in part:
        part["within"]["days"] += 1


def _after_a_first_of_any_kind(part: Plain) -> None:
    if "within" in part:
        part["within"].pop("where", None)
        part["within"].pop("dataset", None)


def _nobody_is_one(node: exp.Not) -> exp.Expr | None:
    """Rows of nobody are taken for those of one more."""
    unknown = isinstance(node.this, exp.Is) and isinstance(node.this.expression, exp.Null)
    return exp.true() if unknown else None


def _other_statistic(request: Plain) -> None:
    asked = request.get("of_each")
    if asked:
        asked["statistics"] = ["median" if each == "mean" else "mean" for each in asked["statistics"]][:1]


def _longer_window(request: Plain) -> None:
    if "trailing" in request.get("window", {}):
        request["window"]["trailing"] += 1


def _sum_for_average(request: Plain) -> None:
    request.get("window", {}).pop("average", None)


def _to_date_of_the_month(request: Plain) -> None:
    if "to_date" in request.get("window", {}):
        request["window"]["to_date"] = "month"


FAULTS = [
    Fault("rows without a match are lost in joins", joins("LEFT", "")),
    Fault("groups of one measure alone are lost", joins("FULL", "LEFT")),
    Fault("groups that not all measures have are lost", joins("FULL", "")),
    Fault("a distinct count counts doubles", replaced(exp.Count, _without_distinct)),
    Fault("a metric's own filter is lost in the statement", replaced(exp.Filter, _without_filter)),
    Fault("a condition is lost in one branch", replaced(exp.Where, _without_a_condition, first=True)),
    Fault("a period begins a day late", _bounds((exp.GTE, exp.Between), 1)),
    Fault("a period ends a day early", _bounds((exp.LT, exp.LTE, exp.Between), -1)),
    Fault(
        "unknown groups of two sides do not meet",
        replaced(exp.NullSafeEQ, lambda node: exp.EQ(this=node.this.copy(), expression=node.expression.copy())),
    ),
    Fault(
        "not leaves out what is unknown",
        replaced(exp.NullSafeNEQ, lambda node: exp.NEQ(this=node.this.copy(), expression=node.expression.copy())),
    ),
    Fault("a sum of nothing is null", replaced(exp.Coalesce, _without_coalesce)),
    Fault("ties with the last place are lost", replaced(exp.Func, _rank)),
    Fault("what is unknown ranks first", replaced(exp.Ordered, _unknown_first)),
    Fault("moments are read in the wrong zone", replaced(exp.Func, _without_zone)),
    Fault("a role's rules are lost", _ungoverned(inside=False)),
    Fault("a role's rules are lost inside conditions and joins", _ungoverned(inside=True)),
    Fault("a metric goes by its dataset's time", workspace=each_metric(_lose("time"))),
    Fault("a metric's own filter is lost", workspace=each_metric(_lose("where"))),
    Fault("the filter of one side of a ratio is lost", workspace=each_metric(_side_filter_lost)),
    Fault("a trailing window is a unit too long", workspace=each_metric(_more("cumulative", "last"))),
    Fault("conversion may take a day longer", workspace=each_metric(_more("conversion", "within_days"))),
    Fault("once more is needed to come back", workspace=each_metric(_more("repeat", "at_least"))),
    Fault("a stock is that of the other end", workspace=each_metric(_other_end)),
    Fault("a key of two columns is joined by one", workspace=each_dataset(_part_of_a_key)),
    Fault("weeks begin on Monday whatever is said", workspace=_weeks_from_monday),
    Fault("a filter inside a condition on entities is lost", request=each_condition(_entity_filter_lost)),
    Fault("the days of a condition on entities are lost", request=each_condition(_entity_days_lost)),
    Fault("once is as good as often", request=each_condition(_once_is_enough)),
    Fault("days after the first time are one more", request=each_condition(_a_day_longer)),
    Fault("the first time is of any rows", request=each_condition(_after_a_first_of_any_kind)),
    Fault("rows of nobody are those of one more", replaced(exp.Not, _nobody_is_one)),
    Fault("a statistic is another one", request=_other_statistic),
    Fault("a window of a request is a unit too long", request=_longer_window),
    Fault("a moving average is a sum", request=_sum_for_average),
    Fault("to date begins with the month whatever is asked", request=_to_date_of_the_month),
    Fault("the conditions of a share's whole are lost", request=lambda request: request.get("share_of", {}).pop("where", None)),
]
