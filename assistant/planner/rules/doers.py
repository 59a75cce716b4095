"""Those who did the deed that was counted before: "how many letters were sent, and by how many people", 由多少客户下单.

A noun by itself is counted in its usual data. Behind a deed, with a word that leads back to it, it is counted in the deed's.
"""

from __future__ import annotations

from assistant.language.meanings import DatasetTerm, MetricTerm, PeriodTerm, VerbTerm
from assistant.language.words import spelled
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.counting import measured_by
from assistant.planner.rules.deeds import COUNTS_BY_DEEDS, count_in
from assistant.planner.rules.heads import add_metric, entity_of, is_noun, is_weak_metric
from assistant.planner.rules.how_often import asks_how_often
from semantic_layer.metric_parts import base_datasets

MOVES = ("growth", "decline", "comparative_up", "comparative_down", "change")
"""Words behind which "by how many" asks for a difference."""


def read_doers(draft: Draft, clauses: list[Clause]) -> None:
    """Fills two figures: how often something was done, and how many did it."""
    found = None if COUNTS_BY_DEEDS in draft.marks else _doers(draft, clauses)
    if found is None:
        return
    word, noun, links = found
    entity = entity_of(noun) or draft.person
    told = _told(draft, draft.items[: word.index], clauses)
    alone = told is None
    if told is None and links and links[0].index < word.index:
        told = _told(draft, draft.items[noun.index + 1 :], clauses)  # "by how many people were letters sent"
    if told is None or entity is None:
        return
    if not is_noun(noun):
        draft.beyond = ("entity_condition", {"text": draft.question.original.strip()})
        return
    name, used = told
    datasets = base_datasets(draft.workspace, name)
    doers = count_in(draft, datasets[0], entity) if len(datasets) == 1 else None
    if doers == name:
        return
    if doers is None or _narrowed(draft, word, clauses):
        draft.beyond = ("entity_condition", {"text": draft.question.original.strip()})
        return
    draft.marks.add(COUNTS_BY_DEEDS)
    if not alone:
        draft.claim(f"metric {name}", *used)
        add_metric(draft, name)
    draft.claim(f"metric {doers}", *used)
    draft.claim(f"metric {doers}", word, noun, *links)
    add_metric(draft, doers)


def _doers(draft: Draft, clauses: list[Clause]) -> tuple[Item, Item, list[Item]] | None:
    """The count word, the noun or the value behind it, and the words that say that they did what was named before."""
    for word in draft.words("count"):
        noun = draft.after(word)
        if word.index == 0 or not word.is_word or asks_how_often(word) or noun is None:
            continue
        described = any(noun in clause.items and entity_of(noun) is None for clause in clauses)
        if not described and not (is_noun(noun) and noun.free):
            continue
        lead = draft.touching(word, -1)
        behind = _did_that(draft, noun)
        leads = lead is not None and lead.is_word and lead.says("done_by")
        if lead is not None and (leads or behind):
            return word, noun, [*([lead] if leads else []), *behind]
    return None


def _did_that(draft: Draft, noun: Item) -> list[Item]:
    """ "… did that", "made them": the last words of the question, which only refer to what was named."""
    behind = [item for item in draft.items[noun.index + 1 :] if not item.word("stop")]
    text = draft.question.words(behind[0].span.start, behind[-1].span.end).lower() if behind else ""
    return behind if text in spelled("did_that") else []


def _told(draft: Draft, stretch: list[Item], clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """The figure that a stretch tells: a metric, what a verb counts or measures, a noun that is counted."""
    items = [item for item in stretch if item.free]
    if any(item.word(*MOVES) and item.is_word for item in items):
        return None
    strong = [item for item in items if any(not term.weak for term in item.all(MetricTerm)) and not is_noun(item)]
    if strong:
        return next(term.name for term in strong[-1].all(MetricTerm) if not term.weak), strong[-1:]
    counts = [item for item in items if item.word("count") and item.is_word]
    verbs = [item for item in items if item.get(VerbTerm) is not None and not item.word("filler")]
    datasets = {term.dataset for item in verbs for term in item.all(VerbTerm)}
    rows = draft.workspace.dataset(next(iter(datasets))) if len(datasets) == 1 else None
    nouns = [item for item in items if is_noun(item)]
    if rows is not None and rows.count is not None and counts and not nouns:
        things = [item for item in items if item.get(DatasetTerm) is not None]
        return rows.count, [*counts[-1:], *verbs, *things]
    if rows is None and counts and len(nouns) == 1:
        described = draft.workspace.entity(entity_of(nouns[0]) or "")
        return (described.count, [counts[-1], nouns[0]]) if described is not None and described.count is not None else None
    weak = [item for item in items if is_weak_metric(item) and not item.word("filler")]
    asks = any(item.word("how_much", "money") for item in items)
    return (measured_by(draft, weak[0], clauses, items), weak) if len(weak) == 1 and asks else None


def _narrowed(draft: Draft, word: Item, clauses: list[Clause]) -> bool:
    """Whether the second figure is narrowed by something that the first is not."""
    days = [item.index > word.index for item in draft.items if item.get(PeriodTerm) is not None and not item.text.isdigit()]
    return any(clause.last.index > word.index for clause in clauses) or len(set(days)) > 1
