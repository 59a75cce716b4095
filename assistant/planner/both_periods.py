"""Those of the last two answers who are in both: "how many in both months?", 两个月都来过的有多少.

Two counts of the same people that differ in their days and in nothing else: who was counted in each of them.
"""

from __future__ import annotations

from assistant.conversation import Conversation
from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, VerbTerm
from assistant.planner.asked_of_those import entity_counted
from assistant.planner.draft import Draft, Item
from assistant.planner.outcome import Refuse
from assistant.planner.rules.counting import counted_by_rows
from assistant.planner.rules.heads import is_weak_metric
from assistant.planner.rules.those import those_counted
from assistant.planner.scope import bindings_of
from semantic_layer.conditions import all_of, parts_of
from semantic_layer.metric_parts import base_datasets
from semantic_layer.requests import MetricQuery

PASSED = ("both", "side_by_side", "count", "act", "refer", "follow", "this", "inside", "classifier", "conj", "but", "stop")


def counted_in_both(draft: Draft, conversation: Conversation) -> MetricQuery | Refuse | None:
    """The number of those who were counted twice; refused where the last two answers are no such counts.

    None where the message asks for something else.
    """
    requests = conversation.requests()
    if not _asks(draft) or not requests:
        return None
    text = draft.question.original.strip()
    refusal = Refuse(code="entity_condition", span=text, parts={"text": text}, bindings=bindings_of(draft))
    if len(requests) < 2:
        return refusal
    second, first = (MetricQuery.model_validate(request) for request in requests[:2])
    entity = entity_counted(draft.workspace, second)
    same = first.model_copy(update={"period": second.period}) == second and first.period != second.period
    once = any(counted_by_rows(draft.workspace, rows) == entity for rows in draft.workspace.datasets)  # an order has one day
    if entity is None or once or not same or not all(_is_of(draft, item, second, entity) for item in draft.items):
        return refusal
    each = [those_counted(draft.workspace, entity, request) for request in (first, second)]
    draft.claim("both of the last answers", *draft.items)
    told = [part for those in each for part in parts_of(those)]
    unique = tuple(part for index, part in enumerate(told) if part not in told[:index])
    return MetricQuery(metrics=second.metrics, where=all_of(unique))


def _asks(draft: Draft) -> bool:
    """ "How many in both months": a count, a word for both, the unit, and no days or values of its own."""
    counts = any(item.word("count") and item.is_word for item in draft.items)
    both = any((item.text.lower() == "both" or item.text.startswith(("都", "两"))) for item in draft.items)
    units = any(item.get(GrainTerm) is not None for item in draft.items)
    clauses = [clause for clause in draft.clauses if clause is not getattr(draft.own_figures, "clause", None)]
    return counts and both and units and not clauses and not draft.periods


def _is_of(draft: Draft, item: Item, last: MetricQuery, entity: str) -> bool:
    """A word that only says that they did it again, in each of the two."""
    if item.get(GrainTerm) is not None or item.number is not None or item.light:
        return True
    datasets = base_datasets(draft.workspace, last.metrics[0])
    verbs = {term.dataset for term in item.all(VerbTerm)}
    if verbs:
        return bool(verbs & set(datasets))
    if is_weak_metric(item):
        return any(set(base_datasets(draft.workspace, term.name)) & set(datasets) for term in item.all(MetricTerm))
    nouns = [term.entity for term in item.all(FieldTerm)]
    return (entity in nouns) if nouns else item.is_word and item.word(*PASSED)
