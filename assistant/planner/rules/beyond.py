"""What is understood and not computed yet, or never: conditions on each entity's own figures, reasons, forecasts, advice."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, NumberTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.counting import all_counts
from assistant.planner.rules.heads import entity_of
from assistant.planner.rules.windows import beside_plain
from semantic_layer.conditions import SERIES_GRAINS, Field, TimeBucket
from semantic_layer.reach import home_dataset

EACH = re.compile(r"\beach\b|\bevery\b|各|每")
CODES = ("at_least", "more_than", "at_most", "less_than")


def read_beyond(draft: Draft, clauses: list[Clause]) -> None:
    """Marks the draft where the question needs more than rows filtered and grouped."""
    if draft.beyond is not None:
        return
    for reader in READERS:
        found = reader(draft, clauses)
        if found is not None:
            code, items = found
            draft.claim(code, *items)
            parts: dict[str, Any] = {"text": draft.question.words(items[0].span.start, items[-1].span.end)}
            if code == "no_ratio":
                parts["metrics"] = [_figure_of(draft, items[0]), _figure_of(draft, items[-1])]
            draft.beyond = (code, parts)
            return


def _never(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """Entities that did not do something: 从没买过红色."""
    for word in draft.words("never"):
        following = draft.after(word)
        if following is not None and (following.get(VerbTerm) is not None or following.get(MetricTerm) is not None):
            return "entity_condition", [word, following]
    return None


def _both(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """Entities that did two things: "bought both red and blue"; listed values under a verb mean the same."""
    if not _is_about_entities(draft):
        return None
    for clause in clauses:
        several = len(clause.values) > 1 and not clause.negated and isinstance(clause.ref, Field)
        if not several or clause.plus or _verb_beside(draft, clause) is None:
            continue
        either = any(item.word("or") for item in draft.between(clause.first, clause.last))
        if not either:
            return "entity_condition", sorted(clause.items, key=lambda item: item.index)
    for word in draft.words("both"):
        if not word.word("conj", "filler", "side_by_side"):
            return "entity_condition", [word]
    return None


def _of_two_fields(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """Values of two fields of the same thing, listed as if they were of one: "beer and crisps"."""
    for first, second in pairwise(clauses):
        if not (isinstance(first.ref, Field) and isinstance(second.ref, Field)) or first.negated or second.negated:
            continue
        one, other = home_dataset(draft.workspace, first.ref.name), home_dataset(draft.workspace, second.ref.name)
        alike = one is not None and other is not None and one.name == other.name
        between = [item for item in draft.between(first.last, second.first) if item.role != "names the value's field"]
        listed = bool(between) and all(item.is_word and (item.word("conj", "or") or item.light) for item in between)
        listed = listed and any(item.word("conj", "or") for item in between)
        if first.ref != second.ref and alike and listed:
            if draft.any_word("both") or any(item.word("both") for item in draft.items):
                return "entity_condition", [first.first, second.last]
            draft.marks.add("loose_values")
    return None


def _top_within(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """The best few of each group, or of a ranking another cut: "the top 2 in each city", 前三的城市每月."""
    if draft.limit is None or "ranked" not in draft.marks:
        return None
    if len(draft.periods) > 1 and draft.by:
        asked = [item for item in draft.items if item.role in ("order", "period")]
        return "top_within", [asked[0], asked[-1]]
    if len(draft.by) < 2:
        return None
    groups = [item for item in draft.items if item.role is not None and item.role.startswith("by ")]
    words = [item for item in groups if item.word("group", "per", "which") or item.get(GrainTerm)]
    ordered = next((item for item in draft.items if item.role == "order"), None)
    if ordered is None or (len(draft.by) == len([ref for ref in draft.by if isinstance(ref, TimeBucket)])):
        return None
    together = any(item.word("conj") and item.role is not None and item.role.startswith("by ") for item in draft.items)
    each = [item for item in words if item.word("per") or EACH.search(item.text.lower()) or _groups(item)]
    if each and not together:
        return "top_within", sorted((ordered, each[0]), key=lambda item: item.index)
    return None


def _top_noun_within(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """每个月销售额最高的门店: the best one of each group, where the noun behind is ranked and not what it is cut by."""
    if "ranked" not in draft.marks or not draft.by:
        return None
    for word in draft.items:
        if word.role != "order" or word.text.isascii() or not word.word("most", "least", "top", "bottom"):
            continue
        link = draft.touching(word, 1)
        while link is not None and (link.role == "order" or link.word("classifier")) and link.text != "的":
            link = draft.touching(link, 1)
        noun = draft.touching(link, 1) if link is not None and link.text == "的" else None
        groups = [item for item in draft.items[: word.index] if (item.role or "").startswith("by ")]
        if noun is not None and groups and noun.all(FieldTerm) and not (noun.role or "").startswith("by "):
            return "top_within", [groups[0], noun]
    return None


def _contains(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """ "Orders that contain red ones": a count of them is a filter; any other figure of them needs the whole order."""
    for word in [item for item in draft.items if item.word("contains") and item.is_word and item.free]:
        clause = next((each for each in clauses if draft.after(word) in each.items), None)
        if clause is None:
            continue
        if not _is_about_entities(draft):
            return "entity_condition", [word, clause.last]
        draft.claim("filter", word)
    return None


def _groups(item: Item) -> bool:
    """A time word that groups by itself: monthly."""
    return any(term.groups for term in item.all(GrainTerm))


def _share_compared(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """The growth of a share is not the growth of its part."""
    words = [item for item in draft.items if item.role in ("growth", "compare")]
    shares = [item for item in draft.items if item.role == "share"]
    if "share" in draft.marks and draft.compare is not None and words and shares:
        return "share_compared", sorted((shares[0], words[0]), key=lambda item: item.index)
    return None


def _running(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """Running totals and moving averages over a series; "cumulative" of one period is only its sum."""
    series = any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in draft.by)
    words = [item for item in draft.items if item.word("cumulative") and item.is_word and item.role != "window"]
    if words and (series or not words[0].word("sum")):
        return "running", words[:1]
    return None


def _is_about_entities(draft: Draft) -> bool:
    names = all_counts(draft.workspace)
    return (bool(draft.metrics) and all(name in names for name in draft.metrics)) or not draft.metrics


def _numbers(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """A bound on a figure: "cities with sales over 10,000", 买过三种以上颜色."""
    for item in draft.items:
        if item.get(NumberTerm) is None or not item.free:
            continue
        for neighbour in (draft.before(item), draft.after(item), draft.after(item, 2)):
            sign = neighbour is not None and not neighbour.text[:1].isalpha()
            if sign and neighbour is not draft.touching(item, -1):
                continue  # a bracket of markup, or of a remark
            if neighbour is not None and neighbour.free and neighbour.word(*CODES) and not neighbour.word("filler"):
                return "entity_condition", sorted((item, neighbour), key=lambda each: each.index)
    return None


def _by_others(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """Another figure of those who did something: the order value of customers who bought red ones."""
    if not draft.metrics or _is_about_entities(draft):
        return None
    for clause in clauses:
        if not isinstance(clause.ref, Field) or isinstance(clause.ref, TimeBucket):
            continue
        verb = _verb_beside(draft, clause)
        if verb is None:
            continue
        entity = _entity_beside(draft, clause, verb)
        if entity is not None and not _describes_itself(draft, clause, entity):
            return "entity_condition", sorted((*clause.items, verb), key=lambda item: item.index)
    return None


def _verb_beside(draft: Draft, clause: Clause) -> Item | None:
    before = draft.before(clause.first)
    if before is not None and before.get(VerbTerm) is not None:
        return before
    return None


def _entity_beside(draft: Draft, clause: Clause, verb: Item) -> str | None:
    """The entity that did it: in Chinese after the thing, in English before the verb."""
    after, before = draft.after(clause.last), draft.before(verb)
    link = draft.touching(clause.last, 1)
    if after is not None and link is not None and link.text == "的":
        return entity_of(after)
    joined = [item.text.lower() for item in draft.between(before, verb)] if before is not None else []
    if before is not None and (set(joined) & {"who", "that", "which"} or verb.text.lower().endswith("ing")):
        return entity_of(before)
    return None


def _describes_itself(draft: Draft, clause: Clause, entity: str) -> bool:
    assert isinstance(clause.ref, Field)
    home = home_dataset(draft.workspace, clause.ref.name)
    return home is not None and home in draft.workspace.homes_of(entity)


def _no_ratio(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """ "Sales per reply": one figure divided by another, which the workspace does not declare."""
    for word in draft.words("per"):
        before, after = draft.touching(word, -1), draft.after(word)
        top, bottom = _figure_of(draft, before), _figure_of(draft, after)
        if before is not None and after is not None and top is not None and bottom is not None and top != bottom:
            return "no_ratio", [before, word, after]
    return None


def _figure_of(draft: Draft, item: Item | None) -> str | None:
    """The metric that an item names, or that counts what it names."""
    if item is None or item.word("filler"):
        return None
    strong = next((term.name for term in item.all(MetricTerm) if not term.weak), None)
    entity = next((draft.workspace.entity(term.entity) for term in item.all(FieldTerm) if term.entity is not None), None)
    return strong or (entity.count if entity is not None else None)


def _words(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    summed = [item for item in draft.items if item.role == "statistic"]
    if draft.statistics and draft.of_each is None and summed:
        return "statistic", summed
    words = [word for word in draft.words("jointly") if not word.word("filler")]
    if words:
        return "entity_condition", words[:1]
    for code in ("why", "forecast", "advice", "median", "percentile", "quartile", "maximum", "minimum", "statistic"):
        words = [word for word in draft.words(code) if not word.word("filler")]
        if words:
            return code, [words[0]]
    return None


def _plain_beside_window(draft: Draft, clauses: list[Clause]) -> tuple[str, list[Item]] | None:
    """ "Sales by month with the moving average": a request has one window for all its figures."""
    words = beside_plain(draft)
    return ("two_questions", words) if words else None


READERS = (
    _plain_beside_window,
    _never,
    _both,
    _of_two_fields,
    _contains,
    _numbers,
    _by_others,
    _top_within,
    _top_noun_within,
    _share_compared,
    _running,
    _no_ratio,
    _words,
)
"""In the order in which they explain best."""
