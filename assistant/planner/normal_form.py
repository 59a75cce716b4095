"""Requests in a normal form, so that two ways to write the same meaning are equal and nothing else is.

Conditions are compared as values with types: 1 is not "1", and no text is searched in another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from semantic_layer.columns import UNKNOWN
from semantic_layer.conditions import (
    And,
    AnyCondition,
    Compare,
    Field,
    In,
    IsNull,
    Not,
    Or,
    Range,
    TimeBucket,
    Value,
)
from semantic_layer.errors import RequestError
from semantic_layer.frozen import Frozen
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import home_dataset, reach
from semantic_layer.requests import EntityQuery, MetricQuery, canonical

Form = tuple[Any, ...]
"""A part of a request as nested tuples and sets of plain values."""

DOMAINS: dict[str, tuple[int, ...]] = {"hour": tuple(range(24)), "weekday": tuple(range(1, 8))}
"""Buckets that come round again have few values: a condition on them is the set that it lets through."""
WEEKEND = (6, 7)
TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
}


def typed(value: Value) -> Form:
    """A literal with its type; whole numbers are equal however they are written."""
    if isinstance(value, bool):
        return ("bool", value)
    return ("number", float(value)) if isinstance(value, int | float) else ("text", value)


class Forms:
    """The normal forms of one request's parts.

    Args:
        dataset: Where its fields are reached from.
    """

    def __init__(self, workspace: Workspace, dataset: str | None) -> None:
        self.workspace, self.dataset = workspace, dataset

    @staticmethod
    def of(workspace: Workspace, request: Frozen) -> Forms:
        if isinstance(request, MetricQuery):
            return Forms(workspace, next((name for each in request.metrics for name in base_datasets(workspace, each)), None))
        homes = workspace.homes_of(request.entity) if isinstance(request, EntityQuery) else ()
        return Forms(workspace, homes[0].name if homes else None)

    def refs(self, refs: Iterable[object]) -> frozenset[Form]:
        return frozenset(self.ref(ref) for ref in refs)

    def ref(self, ref: object) -> Form:
        """A reference; the same field is the same however it is qualified."""
        match ref:
            case Field(name=name):
                return self._field(name)
            case TimeBucket(grain="is_weekend" | "weekday", field=field):
                return ("time", "weekday", self._time(field))
            case TimeBucket(grain=grain, field=field):
                return ("time", grain, self._time(field))
            case Frozen():
                return ("other", canonical(ref))
            case _:
                return ("other", str(ref))

    def group(self, ref: object) -> Form:
        """A reference that is grouped by: weekdays and weekends make different groups."""
        return (ref.grain, *self.ref(ref)) if isinstance(ref, TimeBucket) else self.ref(ref)

    def _field(self, name: str) -> Form:
        try:
            if self.dataset is not None:
                found = reach(self.workspace, self.dataset, name)
                return ("field", found.alias, found.field.name)
        except RequestError:
            pass  # what cannot be reached is refused elsewhere; here it only has to be told apart
        home = home_dataset(self.workspace, name)
        return ("field", home.name if home else "", name.rpartition(".")[2])

    def _time(self, field: str | None) -> Form | None:
        """The default time field may be named or not."""
        if field is None or self.dataset is None:
            return None if field is None else ("field", "", field)
        dataset = self.workspace.dataset(self.dataset)
        return None if dataset is not None and field == dataset.time else self._field(field)

    # ---- conditions --------------------------------------------------------------------------------------------------------

    def conjuncts(self, condition: AnyCondition | None) -> frozenset[Form]:
        """The conditions that all must hold."""
        if condition is None:
            return frozenset()
        form = self.condition(condition)
        return form[1] if form[0] == "and" else frozenset((form,))

    def condition(self, condition: AnyCondition, negated: bool = False) -> Form:
        """One condition; negations are pushed inwards, which the two-valued logic allows."""
        match condition:
            case Not(of=inner):
                return self.condition(inner, not negated)
            case And(of=parts) | Or(of=parts):
                kind = "and" if isinstance(condition, And) != negated else "or"
                return _joined(kind, [self.condition(part, negated) for part in parts])
            case (
                Compare(left=TimeBucket(grain="hour" | "weekday" | "is_weekend"))
                | In(left=TimeBucket())
                | Range(left=TimeBucket())
            ):
                return self._bucket(condition, negated)
            case Compare(left=left, op="eq" | "ne" as op, right=bool() | int() | float() | str() as value):
                return self._one_of(left, (value,), negated != (op == "ne"))
            case In(left=left, values=tuple() as values):
                return self._one_of(left, values, negated)
            case IsNull(left=left):
                return self._one_of(left, (UNKNOWN,), negated)
            case Range(left=left, low=low, high=high):
                both = And(of=(Compare(left=left, op="ge", right=low), Compare(left=left, op="le", right=high)))
                return self.condition(both, negated)
            case Compare(left=left, op=op, right=right):
                value = typed(right) if isinstance(right, bool | int | float | str) else self.ref(right)
                return self._negated((op, self.ref(left), value), negated)
            case _:
                return self._negated((condition.kind, canonical(condition)), negated)

    @staticmethod
    def _negated(form: Form, negated: bool) -> Form:
        return ("not", form) if negated else form

    def _one_of(self, left: object, values: tuple[Value, ...], negated: bool) -> Form:
        return ("not in" if negated else "in", self.ref(left), frozenset(typed(value) for value in values))

    def _bucket(self, condition: Compare | In | Range, negated: bool) -> Form:
        """A condition on buckets that come round again: the ones that it lets through."""
        left = condition.left
        assert isinstance(left, TimeBucket)
        if left.grain == "is_weekend" and isinstance(condition, Compare) and isinstance(condition.right, bool):
            weekend = condition.right == (condition.op == "eq")
            kept = {day for day in DOMAINS["weekday"] if (day in WEEKEND) == weekend}
        elif left.grain in DOMAINS:
            kept = {each for each in DOMAINS[left.grain] if _lets_through(condition, each)}
        else:
            return self._negated((condition.kind, canonical(condition)), negated)
        domain = DOMAINS["weekday" if left.grain == "is_weekend" else left.grain]
        return ("in", self.ref(left), frozenset(typed(each) for each in domain if (each in kept) != negated))


def _lets_through(condition: Compare | In | Range, value: int) -> bool:
    match condition:
        case Compare(op=op, right=int() | float() as right) if op in TESTS:
            return TESTS[op](value, right)
        case In(values=tuple() as values):
            return value in values
        case Range(low=int() | float() as low, high=int() | float() as high):
            return low <= value <= high
        case _:
            return False


def _joined(kind: str, forms: list[Form]) -> Form:
    """Parts of one kind as a flat set; lists of values of one field become one list where that means the same."""
    flat = [inner for form in forms for inner in (form[1] if form[0] == kind else (form,))]
    listed = "in" if kind == "or" else "not in"
    lists: dict[Form, frozenset[Form]] = {}
    for form in flat:
        if form[0] == listed:
            lists[form[1]] = lists.get(form[1], frozenset()) | form[2]
    parts = {form for form in flat if form[0] != listed} | {(listed, ref, values) for ref, values in lists.items()}
    return parts.pop() if len(parts) == 1 else (kind, frozenset(parts))


def fields_of(form: Form) -> set[str]:
    """The names of the fields and grains that a form speaks of."""
    found: set[str] = set()
    waiting: list[Any] = [form]
    while waiting:
        each = waiting.pop()
        if isinstance(each, tuple) and each and each[0] == "field":
            found.add(each[2])
        elif isinstance(each, tuple) and each and each[0] == "time":
            found.add(each[1])
        elif isinstance(each, tuple | frozenset):
            waiting += list(each)  # pyright: ignore[reportUnknownArgumentType]
    return found
