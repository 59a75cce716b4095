"""Assumptions that a question sets: 如果毛利率按30%, "at 0.3 a contact"."""

from __future__ import annotations

from assistant.language.meanings import MetricTerm, ParameterTerm, ParameterValueTerm, PeriodTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.heads import is_weak_metric
from semantic_layer.model.metrics import Parameter

BETWEEN = 3
"""Words that may stand between an assumption and its number: 按, 为, "is", "of"."""


def read_assumptions(draft: Draft) -> None:
    """Fills the parameters of the draft. One that no metric of the question uses is an error of the compiler, by name."""
    for item in draft.items:
        value = item.get(ParameterValueTerm)
        if value is not None and item.free and item.get(ParameterTerm) is None:
            draft.parameters[value.parameter] = value.value
            draft.claim(f"{value.parameter} = {value.value}", item)
    for item in draft.items:
        term = item.get(ParameterTerm)
        parameter = draft.workspace.parameter(term.name) if term is not None else None
        if parameter is None or not item.free or parameter.values:
            continue
        number = _number_near(draft, item)
        if number is not None:
            draft.parameters[parameter.name] = _value(parameter, number)
            set_to = f"{parameter.name} = {draft.parameters[parameter.name]}"
            draft.claim(set_to, item, number, *(each for each in draft.between(item, number) if each.get(MetricTerm) is not None))
            beside = (draft.touching(number, 1), draft.touching(number, -1))
            draft.claim(set_to, *(each for each in beside if each is not None and each.is_word and each.word("money")))
    if draft.parameters:
        draft.claim("assumption", *draft.words("suppose"))
        for item in draft.items:
            term = item.get(ParameterTerm)
            if term is not None and term.name in draft.parameters:
                draft.claim("names the assumption", item)


def is_assumed(draft: Draft, item: Item) -> bool:
    """Whether an item is part of an assumption that the question sets."""
    return any((item.role or "").startswith(f"{name} = ") for name in draft.parameters) or item.role == "names the assumption"


def _number_near(draft: Draft, item: Item) -> Item | None:
    for way in (1, -1):
        at = item
        for _ in range(BETWEEN + 1):
            found = draft.touching(at, way)
            if found is None:
                break
            at = found
            if at.number is not None and at.free and at.get(PeriodTerm) is None:
                return at
            told = at.get(MetricTerm) is not None and draft.any_word("suppose")
            if not (
                at.light
                or at.text == "$"
                or told
                or is_weak_metric(at)
                or at.word(
                    "suppose", "decline", "growth", "motion", "change", "than", "against", "per", "group", "follow", "stop"
                )
            ):
                break
    return None


def _value(parameter: Parameter, item: Item) -> float:
    number = item.number
    assert number is not None
    fraction = parameter.type == "fraction" and number.value > 1
    return number.value / 100 if fraction else number.value
