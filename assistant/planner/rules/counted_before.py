"""What those did who were counted before: "how many replied in May, and how much did they spend?", 这些客户花了多少钱.

Side by side the second figure would be that of everyone; it is of those who did the deed that the first one counts.
"""

from __future__ import annotations

from assistant.language.meanings import MetricTerm, PeriodTerm, VerbTerm
from assistant.language.words import spelled
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.counting import all_counts, measured_by
from assistant.planner.rules.deeds import COUNTS_BY_DEEDS, figure_of, stretches_of
from assistant.planner.rules.heads import add_metric, entity_of, is_noun, is_weak_metric
from assistant.planner.rules.those import those_counted
from semantic_layer.metric_parts import base_datasets
from semantic_layer.reach import knows
from semantic_layer.requests import MetricQuery


def read_counted_before(draft: Draft, clauses: list[Clause]) -> None:
    """Fills the count, and a figure of those who were counted; they become a condition when the days are known."""
    stretches = stretches_of(draft)
    told = figure_of(draft, stretches[0], [], clauses) if len(stretches) > 1 else None
    if told is None or told.deed is None or told.metric is None or told.entity is None:
        return
    behind = [item for items in stretches[1:] for item in items]
    them = next((item for item in behind if _are_those(draft, item, told.entity)), None)
    if them is None or any(item.word("share", "average", "per") and not item.word("how_much") for item in behind):
        return
    found = _things(draft, behind, told.entity) or _measured(draft, behind, clauses)
    if found is None or told.deed in base_datasets(draft.workspace, found[0]):
        return
    name, used = found
    datasets = base_datasets(draft.workspace, name)
    if (
        clauses
        or not all(knows(draft.workspace, each, told.entity) for each in datasets)
        or _has_own_days(draft, stretches[0], behind)
    ):
        draft.beyond = ("entity_condition", {"text": draft.question.original.strip()})
        return
    draft.marks.add(COUNTS_BY_DEEDS)
    draft.claim(f"metric {told.metric}", *told.used)
    draft.claim(f"metric {name}", *used, them, *(item for item in behind if entity_of(item) == told.entity))
    add_metric(draft, told.metric)
    add_metric(draft, name)
    draft.counted_before = told.entity


def say_counted_before(draft: Draft) -> None:
    """Those who were counted, as a condition of all figures: of their own number it changes nothing."""
    _owners(draft)
    if draft.counted_before is None:
        return
    days = [period for index, period in enumerate(draft.periods) if period not in draft.periods[:index]]
    if len(days) > 1 or draft.by or draft.compare is not None or draft.beyond is not None:
        draft.beyond = draft.beyond or ("entity_condition", {"text": draft.question.original.strip()})
        return
    draft.periods = days
    counted = MetricQuery(metrics=(draft.metrics[0],), period=days[0] if days else None)
    those = those_counted(draft.workspace, draft.counted_before, counted)
    draft.conditions += [those] if those is not None else []


def _owners(draft: Draft) -> None:
    """ "What did people who replied spend?": the word for their number only says whose figure is asked."""
    if len(draft.metrics) != 2 or draft.own_figures is not None or draft.any_word("conj"):
        return
    for item in draft.items:
        name = (item.role or "").removeprefix("metric ")
        told = name in draft.metrics and any(f" {word} " in f" {item.text.lower()} " for word in spelled("relatives"))
        others = [each for each in draft.metrics if each != name]
        asked = draft.before(item) is not None and draft.led_by(item, "count")
        read = set(base_datasets(draft.workspace, name)) if told else set[str]()
        apart = all(read.isdisjoint(base_datasets(draft.workspace, each)) for each in others)
        if told and apart and not asked and name in all_counts(draft.workspace) and not _listed(draft, item):
            draft.beyond = draft.beyond or ("entity_condition", {"text": item.text})


def _listed(draft: Draft, item: Item) -> bool:
    beside = (draft.touching(item, -1), draft.touching(item, 1))
    return any(each is not None and (each.word("conj") or each.text in (",", "，", "、")) for each in beside)


def _things(draft: Draft, items: list[Item], entity: str) -> tuple[str, list[Item]] | None:
    """ "How many orders did they place": other things than those who were counted."""
    for word in items:
        noun = draft.after(word)
        if word.free and word.word("count") and word.is_word and noun is not None and entity_of(noun) not in (None, entity):
            described = draft.workspace.entity(entity_of(noun) or "")
            return (described.count, [word, noun]) if described is not None and described.count is not None else None
    return None


def _are_those(draft: Draft, item: Item, entity: str) -> bool:
    """ "They", "those people", 这些人."""
    if item.says("them", "their_figures"):
        return True
    noun = draft.after(item)
    return item.says("those_named") and noun is not None and entity_of(noun) == entity


def _measured(draft: Draft, items: list[Item], clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """The one figure that is asked of them."""
    told = [item for item in items if item.free and item.get(VerbTerm) is not None and not item.word("filler")]
    if told or any(item.word("count") and not item.word("how_much") for item in items):
        return None
    strong = [item for item in items if item.free and any(not term.weak for term in item.all(MetricTerm)) and not is_noun(item)]
    weak = [item for item in items if item.free and is_weak_metric(item) and not item.word("filler") and not is_noun(item)]
    if len(strong) == 1:
        return next(term.name for term in strong[0].all(MetricTerm) if not term.weak), [*strong, *weak]
    return (measured_by(draft, weak[0], clauses, items), weak) if weak and not strong else None


def _has_own_days(draft: Draft, first: list[Item], behind: list[Item]) -> bool:
    """Whether the figure is asked of other days than those in which they were counted."""
    told, own = ([term.period for item in items if (term := item.get(PeriodTerm)) is not None] for items in (first, behind))
    return any(period not in told for period in own)
