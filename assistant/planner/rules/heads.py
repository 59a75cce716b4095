"""What kind of word a metric's word is: a noun of an entity, a verb, the thing that is ranked."""

from __future__ import annotations

import re

from assistant.language.meanings import FieldTerm, MetricTerm, NumberTerm
from assistant.planner.draft import Draft, Item
from semantic_layer.model.metrics import Aggregate, AnyMetric


def is_weak(item: Item) -> bool:
    return all(term.weak for term in item.all(MetricTerm))


def is_noun(item: Item) -> bool:
    """The word names an entity as well ("customers"): a head only where nothing else is."""
    return entity_of(item) is not None


def entity_of(item: Item | None) -> str | None:
    """The entity that an item names, if any."""
    terms = item.all(FieldTerm) if item is not None else []
    return next((term.entity for term in terms if term.entity is not None), None)


def add_metric(draft: Draft, name: str) -> None:
    if name not in draft.metrics:
        draft.metrics.append(name)


def is_weak_metric(item: Item) -> bool:
    return bool(item.all(MetricTerm)) and is_weak(item)


def is_grouped(draft: Draft, item: Item) -> bool:
    before = draft.before(item)
    if before is not None and before.get(NumberTerm) is not None:
        before = draft.before(before)
    return before is not None and before.word("group", "per", "which", "top", "bottom")


def is_ranked(draft: Draft, noun: Item) -> bool:
    """The entity is what is ranked, by what a verb measures: 消费最高的10个客户, "the 5 customers who spent most"."""
    lead = draft.before(noun)
    if lead is not None and lead.get(NumberTerm) is not None:
        lead = draft.before(lead)
    after = draft.touching(noun, 1)
    chosen = draft.before(noun) is not lead or (lead is not None and lead.word("which"))
    chosen = chosen or (after is not None and after.word("which"))
    for verb in draft.items:
        if not is_weak_metric(verb):
            continue
        superlative = next(
            (each for each in (draft.after(verb), draft.before(verb)) if each is not None and each.word("most", "least")), None
        )
        if superlative is not None and (superlative is lead or chosen):
            return True
    return False


def key_metric_of_money(draft: Draft) -> str | None:
    """ "How much money": the first key metric that is an amount of money."""
    for name in draft.workspace.workspace.key_metrics:
        metric = draft.workspace.metric(name)
        if isinstance(metric, Aggregate) and metric.agg == "sum" and is_money(metric):
            return name
    return None


def is_money(metric: AnyMetric) -> bool:
    """Whether its unit is a currency."""
    return re.fullmatch("[A-Z]{3}", metric.unit.get("en")) is not None
