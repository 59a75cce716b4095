"""The scope gate for plans that a language model made: every content word must be accounted for, and nothing invented."""

from __future__ import annotations

import json

from assistant.language.meanings import FieldTerm, MetricTerm, PeriodTerm, ValueTerm
from assistant.planner.draft import Draft
from assistant.planner.outcome import Plan
from assistant.planner.plan import Reader, explain
from semantic_layer.conditions import AnyCondition, Compare, In, Not, Range, parts_of
from semantic_layer.requests import MetricQuery


def model_plan_problem(question: str, reader: Reader, plan: Plan) -> str | None:
    """What is wrong with a model's plan, in a sentence the model can act on; None where it fits the question.

    Checked are: each content word stands in a binding; periods and values that the question names are in the request; and
    no value is in the request that the question does not name.
    """
    draft = explain(question, reader)
    bound = " ".join(binding.text.lower() for binding in plan.bindings if binding.to)
    for item in draft.items:
        if item.soft or item.light or not item.text.strip():
            continue
        if item.text.lower() not in bound and not any(word in item.text.lower() for word in bound.split() if len(word) > 2):
            return f"the word '{item.text}' is bound to nothing; bind it or refuse, naming it"
    for data in plan.readings:
        if data.get("kind", "metric_query") == "metric_query":
            problem = _request_problem(draft, MetricQuery.model_validate(data))
            if problem is not None:
                return problem
    return None


def _request_problem(draft: Draft, request: MetricQuery) -> str | None:
    text = json.dumps(request.model_dump(mode="json"), ensure_ascii=False).lower()
    for item in draft.items:
        if item.get(PeriodTerm) is not None and request.period is None and request.compare is None:
            return f"the period '{item.text}' is not in the request"
        values = item.all(ValueTerm)
        plain = values and not item.get(MetricTerm) and not item.get(FieldTerm) and item.role and " = " in item.role
        if plain and not any(json.dumps(str(each.value), ensure_ascii=False).strip('"').lower() in text for each in values):
            return f"the value '{item.text}' is not in the request"
        if item.word("not") and item.role == "not" and not _negates(request):
            return f"'{item.text}' excludes something, and the request excludes nothing"
    asked = draft.question.text
    for value in _values_in(request):
        words = [str(value).lower(), *(word.lower() for word in _words_of(draft, value))]
        if not any(word in asked for word in words) and not _named_otherwise(draft, value):
            return f"the condition on '{value}' is not in the question"
    return None


def _negates(request: MetricQuery) -> bool:
    return any(isinstance(part, Not) or (isinstance(part, Compare) and part.op == "ne") for part in parts_of(request.where))


def _values_in(request: MetricQuery) -> list[object]:
    found: list[object] = []

    def collect(condition: AnyCondition) -> None:
        match condition:
            case Compare(right=bool() | int() | float() | str() as value):
                found.append(value)
            case In(values=tuple() as values):
                found.extend(values)
            case Range(low=low, high=high):
                found.extend((low, high))
            case Not(of=inner):
                collect(inner)
            case _:
                for part in getattr(condition, "of", ()):
                    collect(part)

    for part in parts_of(request.where):
        collect(part)
    return found


def _words_of(draft: Draft, value: object) -> list[str]:
    """Every word that the workspace has for a value."""
    return [
        word
        for _, field in draft.workspace.dimension_fields()
        for entry in field.values
        if entry.value == value
        for word in entry.all()
    ]


def _named_otherwise(draft: Draft, value: object) -> bool:
    """The planner's own reading of the question holds the value too: weekends, hours, bands."""
    return any(value in getattr(clause, "values", []) for clause in draft.clauses) or any(
        str(value) in json.dumps(condition.model_dump(mode="json"), ensure_ascii=False) for condition in draft.conditions
    )
