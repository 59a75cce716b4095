"""Assumptions that a question sets: 如果毛利率按30%, "at 0.3 a contact"."""

from __future__ import annotations

import re

from assistant.language.meanings import FieldTerm, MetricTerm, ParameterTerm, ParameterValueTerm, PeriodTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.heads import is_weak_metric
from semantic_layer.metric_parts import parameters_of
from semantic_layer.model.metrics import Derived, Parameter
from semantic_layer.model.workspace import Workspace

ASSUMPTION = "assumption"
"""What words that only say that something is assumed are bound to."""
BETWEEN = 3
"""Words that may stand between an assumption and its number: 按, 为, "is", "of"."""
PASSED = ("suppose", "only", "decline", "growth", "motion", "change", "than", "against", "per", "group", "follow", "stop")
LISTS = (",", "，", "、", ";", "；")


def read_assumptions(draft: Draft) -> None:
    """Fills the parameters of the draft. One that no metric of the question uses is an error of the compiler, by name."""
    for item in draft.items:
        value = item.get(ParameterValueTerm)
        if value is not None and item.free and item.get(ParameterTerm) is None:
            draft.parameters[value.parameter] = value.value
            draft.claim(f"{value.parameter} = {value.value}", item, *_counts_as(draft, item, value.parameter))
    numbers = _numbers_of(draft)
    for item in draft.items:
        term = item.get(ParameterTerm)
        parameter = draft.workspace.parameter(term.name) if term is not None else None
        if parameter is None or not item.free:
            continue
        if parameter.values:
            _read_value(draft, item, parameter)
            continue
        number = numbers.get(item.index)
        if number is not None:
            draft.parameters[parameter.name] = _value(parameter, number)
            set_to = f"{parameter.name} = {draft.parameters[parameter.name]}"
            between = [each for each in draft.between(item, number) if each.get(MetricTerm) is not None or _is_each(draft, each)]
            draft.claim(set_to, item, number, *between)
            _claim_beside(draft, set_to, number)
    for verb in draft.items:
        _read_per_row(draft, verb)
    if draft.parameters:
        draft.claim(ASSUMPTION, *draft.words("suppose"))
        for item in draft.items:
            term = item.get(ParameterTerm)
            if term is not None and term.name in draft.parameters:
                draft.claim("names the assumption", item)


def _counts_as(draft: Draft, item: Item, parameter: str) -> list[Item]:
    """ "Only red ones count as our cost", 成本只算红的: the figure that the assumption is about, which is not asked for."""
    word = draft.touching(item, 1)
    defines = word is not None and word.is_word and word.word("define")
    behind = draft.after(word) if defines and word is not None else None
    if behind is not None and word is not None and _depends(draft, behind, parameter):
        return [word, behind]
    before = draft.before(item)
    assumed = before is not None and any(
        each.word("suppose") for each in (draft.before(before), draft.touching(before, -1)) if each
    )
    return [before] if before is not None and assumed and _depends(draft, before, parameter) else []


def _depends(draft: Draft, item: Item, parameter: str) -> bool:
    return any(parameter in parameters_of(draft.workspace, term.name) for term in item.all(MetricTerm))


def _claim_beside(draft: Draft, set_to: str, number: Item) -> None:
    """The unit of money, and the one that it is paid for: 每户0.3美元."""
    before, after = draft.touching(number, -1), draft.touching(number, 1)
    draft.claim(set_to, *(each for each in (before, after) if each is not None and each.is_word and each.word("money")))
    if before is not None and _is_each(draft, before):
        draft.claim(
            set_to, before, *([lead] if (lead := draft.touching(before, -1)) is not None and _is_each(draft, lead) else [])
        )


def _is_each(draft: Draft, item: Item) -> bool:
    """每户, 每个客户: the things that an amount is paid for, each."""
    before = draft.touching(item, -1)
    each = before is not None and before.word("per", "group") and not before.says("by")
    return item.word("per") or (each and any(term.entity is not None for term in item.all(FieldTerm)))


def _read_value(draft: Draft, item: Item, parameter: Parameter) -> None:
    """ "Postage funding none": a value by its bare name, right behind the parameter's."""
    value = draft.touching(item, 1)
    while value is not None and value.light:
        value = draft.touching(value, 1)
    name = next(
        (str(each.value) for each in parameter.values if value is not None and value.text.lower() == str(each.value)), None
    )
    if value is not None and value.free and name is not None and parameter.name not in draft.parameters:
        draft.parameters[parameter.name] = name
        draft.claim(f"{parameter.name} = {name}", item, value)


def _read_per_row(draft: Draft, verb: Item) -> None:
    """寄一封算0.3的话, "if reaching a reader costs 0.3": what one row of the verb's data costs, by the one parameter that
    the workspace multiplies their number by."""
    term = verb.get(VerbTerm)
    if term is None or not verb.free or not draft.any_word("suppose"):
        return
    parameter, one = _parameter_of_rows(draft.workspace, term.dataset), draft.touching(verb, 1)
    if (
        parameter is None
        or one is None
        or not one.says("one_of_them", "any_one", "just_one")
        or parameter.name in draft.parameters
    ):
        return
    last = one
    while (noun := draft.touching(last, 1)) is not None and (
        noun.word("classifier") or any(each.entity is not None for each in noun.all(FieldTerm))
    ):
        last = noun
    number = _number_near(draft, last, 1)
    if number is None:
        return
    draft.parameters[parameter.name] = _value(parameter, number)
    set_to = f"{parameter.name} = {draft.parameters[parameter.name]}"
    draft.claim(set_to, *draft.items[verb.index : last.index + 1], number)
    draft.claim(set_to, *(each for each in draft.between(last, number) if each.get(MetricTerm) is not None))
    _claim_beside(draft, set_to, number)


def _parameter_of_rows(workspace: Workspace, name: str) -> Parameter | None:
    """The parameter that a derived metric multiplies the number of a dataset's rows by."""
    dataset = workspace.dataset(name)
    count = dataset.count if dataset is not None else None
    formulas = [metric.derived for metric in workspace.metrics if isinstance(metric, Derived)]
    for parameter in workspace.parameters:
        product = rf"\b(?:{count} \* {parameter.name}|{parameter.name} \* {count})\b"
        if count is not None and any(re.search(product, formula) for formula in formulas):
            return parameter
    return None


def is_assumed(draft: Draft, item: Item) -> bool:
    """Whether an item is part of an assumption that the question sets."""
    return any((item.role or "").startswith(f"{name} = ") for name in draft.parameters) or item.role == "names the assumption"


def _numbers_of(draft: Draft) -> dict[int, Item]:
    """The number of each assumption, by the place of its name: of two names the nearer one has it, and of two numbers the
    nearer one is meant ("at a 30% margin and 0.4 per letter")."""
    near: list[tuple[int, int, int, Item]] = []
    for item in draft.items:
        term = item.get(ParameterTerm)
        parameter = draft.workspace.parameter(term.name) if term is not None else None
        if parameter is None or parameter.values or not item.free:
            continue
        for way in (1, -1):
            number = _number_near(draft, item, way)
            if number is not None and number.number is not None and (parameter.type == "fraction" or not number.number.percent):
                near.append((abs(number.index - item.index), -way, item.index, number))
    found: dict[int, Item] = {}
    for _, _, index, number in sorted(near, key=lambda each: each[:3]):
        if index not in found and number not in found.values():
            found[index] = number
    return found


def _number_near(draft: Draft, item: Item, way: int) -> Item | None:
    """The number on one side of an item, with nothing between that begins another phrase."""
    at = item
    for _ in range(BETWEEN + 1):
        found = draft.touching(at, way)
        if found is None:
            return None
        at = found
        if at.number is not None and at.free and at.get(PeriodTerm) is None:
            return at
        if at.text in LISTS or at.word("conj"):
            return None
        told = at.get(MetricTerm) is not None and draft.any_word("suppose")
        if not (at.light or at.text == "$" or told or is_weak_metric(at) or _is_each(draft, at) or at.word(*PASSED)):
            return None
    return None


def _value(parameter: Parameter, item: Item) -> float:
    number = item.number
    assert number is not None
    fraction = parameter.type == "fraction" and number.value > 1
    return number.value / 100 if fraction else number.value
