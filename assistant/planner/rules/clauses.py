"""Conditions in a question: values of fields, times of day, tags, segments and named conditions; listed and negated."""

from __future__ import annotations

from assistant.language.meanings import (
    ConditionTerm,
    DatasetTerm,
    FieldTerm,
    GrainTerm,
    HoursTerm,
    MetricTerm,
    SegmentTerm,
    SeveralTerm,
    TagTerm,
    TagValueTerm,
    ValueTerm,
    WeekdaysTerm,
    WeekendTerm,
)
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause, describes
from assistant.planner.rules.identifiers import read_identifiers
from assistant.planner.rules.lists import absorb_counts, join_lists, join_weekdays, negate
from assistant.planner.rules.states import is_predicate, join_states, name_states, read_days_of_states, read_ends
from semantic_layer.conditions import Field as FieldOf
from semantic_layer.conditions import (
    In,
    InSegment,
    Tag,
    TimeBucket,
)

ASKS_FOR_GRAIN = ("group", "per", "which", "most", "least", "best", "worst", "top", "bottom")
"""Before a word like "weekday", these ask for a cut, not for working days."""


def read_clauses(draft: Draft, scores: list[Clause]) -> list[Clause]:
    """Finds every clause, joins the listed ones, and applies negations.

    Args:
        scores: Tags that are numbers, which were read before.
    """
    clauses = [*scores, *read_identifiers(draft), *_unknowns(draft), *_values(draft), *_others(draft)]
    clauses.sort(key=lambda clause: clause.first.index)
    name_states(draft, clauses)
    read_ends(draft, clauses)
    read_days_of_states(draft, clauses)
    _absorb_nouns(draft, clauses)
    clauses = join_weekdays(draft, clauses)
    negate(draft, clauses)
    clauses = join_lists(draft, clauses)
    absorb_counts(draft, clauses)
    return join_states(draft, clauses)


# ---- unknown values -----------------------------------------------------------------------------------------------------


def _unknowns(draft: Draft) -> list[Clause]:
    """ "age unknown", 年龄未知: the field has no value; 收入已知: it has one."""
    found: list[Clause] = []
    for word in draft.words("unknown", "known"):
        for neighbour in (draft.before(word), draft.after(word)):
            term = neighbour.get(FieldTerm) if neighbour is not None and neighbour.free else None
            if term is not None and term.entity is None and neighbour is not None:
                draft.claim(term.name, word, neighbour)
                found.append(Clause([word, neighbour], FieldOf(name=term.name), [None], words=f"{neighbour.text} {word.text}"))
                found[-1].negated = word.word("known")
                break
    return found


# ---- values, times, tags, segments --------------------------------------------------------------------------------------


def _values(draft: Draft) -> list[Clause]:
    found: list[Clause] = []
    for item in draft.items:
        terms = item.all(ValueTerm)
        if not terms or not item.free or _is_better_metric(draft, item):
            continue
        if item.word("filler") and not _describes_neighbour(draft, item, terms):
            continue
        if item.get(DatasetTerm) is not None and not _noun_beside(draft, item, terms):
            continue
        term = _choose(draft, item, terms)
        draft.claim(f"{term.field} = {term.value}", item)
        found.append(Clause([item], FieldOf(name=term.field), [term.value], words=item.text))
    return found


def _describes_neighbour(draft: Draft, item: Item, terms: list[ValueTerm]) -> bool:
    """A value that is an everyday word as well ("single") is meant where what it describes stands beside it."""
    before = draft.before(item)
    if before is not None and item.text.isascii() and any(each.word("relative") for each in draft.between(before, item)):
        before = None  # "customers whose single order": what it describes stands behind it
    nouns = [each for each in (before, draft.after(item)) if each is not None]
    entities = [term.entity for noun in nouns for term in noun.all(FieldTerm) if term.entity is not None]
    linked = any(noun.word("conj", "or", "than", "side_by_side", "not") for noun in nouns)
    clauses = [Clause([item], FieldOf(name=term.field), [term.value]) for term in terms]
    return linked or any(describes(draft, clause, entity) for clause in clauses for entity in entities)


def _noun_beside(draft: Draft, item: Item, terms: list[ValueTerm]) -> bool:
    """The field of one of the values is named beside it."""
    nouns = [each.get(FieldTerm) for each in (draft.before(item), draft.after(item)) if each is not None]
    return any(noun is not None and noun.name == term.field for noun in nouns for term in terms)


def _is_better_metric(draft: Draft, item: Item) -> bool:
    """A word that is a metric and a value is a metric where no other metric stands."""
    if item.get(MetricTerm) is None:
        return False
    return not any(other is not item and other.get(MetricTerm) is not None for other in draft.items)


def _choose(draft: Draft, item: Item, terms: list[ValueTerm]) -> ValueTerm:
    """One field among several that hold the value: a noun beside it decides, then the listed neighbours, then the
    analyst's own words before raw values, then the order in which fields are declared (coarse before fine)."""
    beside = {
        noun.name
        for neighbour in (draft.before(item), draft.after(item))
        if neighbour is not None
        for noun in neighbour.all(FieldTerm)
    }
    listed = {
        term.field
        for link in (draft.before(item), draft.after(item))
        if link is not None and link.word("conj", "or", "plus", "than", "side_by_side")
        for other in (draft.before(link), draft.after(link))
        if other is not None and other is not item
        for term in other.all(ValueTerm)
    }
    order = [each.name for _, each in draft.workspace.dimension_fields()]
    return min(
        terms,
        key=lambda term: (term.field not in beside, term.field not in listed, not term.declared, order.index(term.field)),
    )


def _others(draft: Draft) -> list[Clause]:
    found: list[Clause] = []
    for item in draft.items:
        if not item.free:
            continue
        clause = _other(draft, item)
        if clause is not None:
            draft.claim(clause.words, item)
            clause.words = item.text
            found.append(clause)
    return found


def _other(draft: Draft, item: Item) -> Clause | None:
    weekend, weekdays, hours = item.get(WeekendTerm), item.get(WeekdaysTerm), item.get(HoursTerm)
    grain = item.get(GrainTerm)
    if grain is not None and (grain.groups or draft.led_by(item, *ASKS_FOR_GRAIN)):
        return None
    if hours is not None:
        return Clause([item], TimeBucket(grain="hour"), list(hours.hours), words="hour")
    if weekdays is not None:
        return Clause([item], TimeBucket(grain="weekday"), list(weekdays.days), words="weekday")
    if weekend is not None:
        return Clause([item], TimeBucket(grain="is_weekend"), [weekend.value], words="is_weekend")
    if item.get(SeveralTerm) is not None or (item.get(MetricTerm) is not None and not is_predicate(draft, item)):
        return None
    if (named := item.get(ConditionTerm)) is not None:
        where = next(each.where for each in draft.workspace.conditions if each.name == named.name)
        if isinstance(where, In) and isinstance(where.left, TimeBucket) and isinstance(where.values, tuple):
            return Clause([item], where.left, list(where.values), plus=True, words=named.name)
        return Clause([item], condition=where, words=named.name)
    if (segment := item.get(SegmentTerm)) is not None:
        return Clause([item], condition=InSegment(name=segment.name), words=segment.name)
    if (value := item.get(TagValueTerm)) is not None and item.get(TagTerm) is None:
        return Clause([item], Tag(name=value.tag), [value.value], words=f"{value.tag} = {value.value}")
    if value is not None and not _asked_as_dimension(draft, item):
        return Clause([item], Tag(name=value.tag), [value.value], words=f"{value.tag} = {value.value}")
    return None


def _asked_as_dimension(draft: Draft, item: Item) -> bool:
    before, after = draft.before(item), draft.after(item)
    leads = before is not None and before.word("group", "per", "which", "distribution", "group_after")
    return leads or (after is not None and after.word("distribution", "group_after"))


# ---- nouns beside values, negation, lists --------------------------------------------------------------------------------


def _absorb_nouns(draft: Draft, clauses: list[Clause]) -> None:
    """The noun of a value's own field beside it says nothing new: the north region, 红色的颜色."""
    for clause in clauses:
        for start, way in ((clause.last, 1), (clause.first, -1)):
            noun = draft.after(start) if way == 1 else draft.before(start)
            if noun is None or not noun.free or noun.get(MetricTerm) is not None:
                continue
            term = noun.get(FieldTerm)
            apart = any(each.text in (",", "，", ".", ";", ":") for each in draft.between(noun, start))
            if term is None or _grouped(draft, noun) or (apart and term.entity is not None) or _is_counted(draft, noun):
                continue
            same = isinstance(clause.ref, FieldOf) and clause.ref.name == term.name
            if same or (way == 1 and term.entity is not None and describes(draft, clause, term.entity)):
                draft.claim("names the value's field", noun)
                if term.entity is not None:
                    draft.entities.append(term.entity)


def _is_counted(draft: Draft, noun: Item) -> bool:
    """已婚客户有多少: the noun is what is asked for."""
    entity = next((draft.workspace.entity(term.entity) for term in noun.all(FieldTerm) if term.entity is not None), None)
    word = draft.touching(noun, 1)
    counts = word is not None and word.word("count") and word.is_word and not word.text.isascii()
    following = draft.touching(word, 1) if word is not None else None
    if following is not None and (following.get(FieldTerm) or following.get(MetricTerm)):
        return False  # 已婚客户有多少订单
    return counts and entity is not None and entity.count is not None


def _grouped(draft: Draft, noun: Item) -> bool:
    before = draft.before(noun)
    return before is not None and before.word("group", "per", "which", "count")
