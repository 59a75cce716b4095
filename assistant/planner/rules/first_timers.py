"""What is asked of those whom a word names by their first time: "what share of May's first-time buyers came again in June"."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language.meanings import MetricTerm, PeriodTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.cut import does_something
from assistant.planner.rules.phrase import LINKS, Phrase
from assistant.planner.rules.said import after_the_first, read_said
from assistant.planner.rules.said_of import Said
from semantic_layer.model.metrics import NewEntities


@dataclass(frozen=True)
class FirstTimers:
    """Those who did something for the first time, and what is told of them.

    Attributes:
        phrase: The word, and what stands behind it.
        said: That they did it for the first time, with its days.
    """

    phrase: Phrase
    said: Said
    told: list[Said]


def first_timers(draft: Draft, clauses: list[Clause]) -> FirstTimers | None:
    """The word with its days and with a deed behind it; without a deed it is only their number."""
    for item in draft.items:
        metrics = [draft.workspace.metric(term.name) for term in item.all(MetricTerm) if not term.weak]
        metric = next((each for each in metrics if isinstance(each, NewEntities)), None)
        days = _days(draft, item) if metric is not None else None
        term = days.get(PeriodTerm) if days is not None else None
        if metric is None or days is None or term is None:
            continue
        behind = draft.items[max(item.index, days.index) + 1 :]
        told = [each for each in behind if each.text not in LINKS]
        phrase = Phrase(item, metric.new_entities.entity, tuple(told))
        read = read_said(draft, phrase, clauses) if any(does_something(each) or each.word("never") for each in told[:2]) else []
        if read:
            said = Said([item, days], [], metric.new_entities.dataset, first=True, period=term.period)  # pyright: ignore[reportArgumentType]
            after_the_first([said, *read])
            return FirstTimers(phrase, said, read)
    return None


def _days(draft: Draft, item: Item) -> Item | None:
    """The days beside the word, where the question asks how many of them, or what share."""
    before, after = draft.before(item), draft.after(item)
    days = next((each for each in (before, after) if each is not None and each.get(PeriodTerm) is not None), None)
    head = draft.before(days) if days is not None and days is before else before
    return days if head is not None and head.word("count", "share") else None
