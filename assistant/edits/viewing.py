"""For whom choices are offered, and in which words: a viewer's scope, the values it may see, a language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from assistant.edits.edit import Edit, apply, column_of
from assistant.planner.lexicon import Values
from assistant.planner.plan import Reader
from assistant.wording.readings import Words
from assistant.wording.texts import fill, templates
from semantic_layer.calendar import Span
from semantic_layer.compiler.bind import bind, within_grant
from semantic_layer.compiler.compile import compile_request
from semantic_layer.compiler.plan import Compiled, LogicalPlan, Scope
from semantic_layer.conditions import AnyCondition, TimeBucket
from semantic_layer.errors import RequestError
from semantic_layer.metric_parts import base_datasets
from semantic_layer.requests import MetricQuery, OrderBy, canonical


class Tried(NamedTuple):
    """An edited request that would be answered, compiled."""

    request: MetricQuery
    compiled: Compiled


class Days(NamedTuple):
    """Days asked for, one stretch for each named period, none where the data has no time; and those compared with."""

    asked: tuple[Span, ...]
    compared: Span | None


@dataclass(frozen=True)
class Viewing:
    """What menus need besides the request.

    Attributes:
        values: Values of categorical fields that this viewer may see, by bare field name.
    """

    scope: Scope
    values: Values
    words: Words

    @staticmethod
    def of(scope: Scope, reader: Reader, language: str) -> Viewing:
        return Viewing(scope, reader.lexicon.values, Words(scope.workspace, language))

    def say(self, code: str, **parts: Any) -> str:
        return fill(self.words.language, "edits", code, **parts)

    def compiled(self, request: MetricQuery) -> Compiled | None:
        """The request compiled for the viewer; None where it is refused."""
        try:
            return compile_request(request, self.scope)
        except RequestError:
            return None

    def tried(self, request: MetricQuery, edit: Edit) -> Tried | None:
        """The request after an edit; None where it cannot stand, or would be refused to this viewer."""
        try:
            edited = apply(request, edit)
        except RequestError:
            return None
        compiled = self.compiled(edited)
        return Tried(edited, compiled) if compiled is not None else None

    def days(self, request: MetricQuery) -> Days | None:
        """The days that a request asks for; None where the data does not have them.

        Days are decided by the first pass of the compiler, which is enough to choose among periods of a request that
        compiles.
        """
        try:
            bound = bind(LogicalPlan(request, self.scope))
        except RequestError:
            return None
        return Days(bound.spans, bound.other_span)

    def allows(self, where: AnyCondition, request: MetricQuery) -> bool:
        """Whether the values that a condition names are the viewer's to ask for."""
        try:
            within_grant(where, self.dataset(request), self.scope)
        except RequestError:
            return False
        return True

    def dataset(self, request: MetricQuery) -> str:
        """Where a request's fields are reached from."""
        return base_datasets(self.scope.workspace, request.metrics[0])[0]


def same(one: MetricQuery, other: MetricQuery) -> bool:
    return canonical(one) == canonical(other)


def order_words(order: OrderBy, request: MetricQuery, words: Words) -> str:
    """ "Sales, high to low", "Month, earliest first", "City, ascending"."""
    ref = next((ref for ref in request.by if column_of(ref) == order.target), None)
    if order.target in request.metrics:
        name = words.metric(order.target)
        if order.part != "value":
            name = fill(words.language, "parts", order.part, label=name)
        code = "order_down" if order.descending else "order_up"
    elif isinstance(ref, TimeBucket) or order.target == "period":
        name = words.ref(ref) if ref is not None else templates(words.language)["grains"]["period"]
        code = "later_first" if order.descending else "earlier_first"
    else:
        name = words.ref(ref) if ref is not None else words.name(order.target)
        code = "listed_down" if order.descending else "listed_up"
    return fill(words.language, "edits", code, name=name)


def limit_words(limit: int, request: MetricQuery, words: Words) -> str:
    """ "Top 5" or "Bottom 5", as the order goes."""
    return begun(" ".join(words.order(request.model_copy(update={"limit": limit}))))


def begun(text: str) -> str:
    """Words that stand alone, where they were written to stand inside a sentence."""
    return text[:1].upper() + text[1:]
