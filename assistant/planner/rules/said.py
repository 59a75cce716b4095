"""One thing after the other that a phrase says of each one: what they did, did not do, and bounds on their figures."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from assistant.language.meanings import (
    FieldTerm,
    MetricTerm,
    PeriodTerm,
    VerbTerm,
)
from assistant.language.words import spelled
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import data_of_object, dataset_named, has_number
from assistant.planner.rules.bounds import read_bound
from assistant.planner.rules.clause import Clause, describes, reachable_from
from assistant.planner.rules.counting import entity_counts
from assistant.planner.rules.cut import cut, does_something, is_negation
from assistant.planner.rules.every import each_of_units, is_every
from assistant.planner.rules.heads import is_weak_metric
from assistant.planner.rules.own_comparisons import read_compared
from assistant.planner.rules.own_margins import read_margin
from assistant.planner.rules.own_nested import bounds_every_thing, read_nested
from assistant.planner.rules.phrase import Phrase
from assistant.planner.rules.said_days import (
    days_counted,
    has_days_of_its_thing,
    listed_days,
    reads_days_after,
    reads_weekdays,
    share_days,
)
from assistant.planner.rules.said_of import Said
from assistant.planner.rules.unread import after_that, is_last_time, is_one_of, left, names_something, told_in
from semantic_layer.conditions import GRAINS, Field
from semantic_layer.metric_parts import base_datasets
from semantic_layer.reach import knows


def read_said(draft: Draft, phrase: Phrase, clauses: list[Clause]) -> list[Said]:
    """Each thing that is said; nothing where one of them cannot be read."""
    found: list[Said] = []
    for stretch in (phrase.items, phrase.after):
        for items in cut(draft, list(stretch), clauses):
            if found and _says_nothing_else(items, clauses):
                found[-1].only = bool(found[-1].clauses)
                found[-1].items += items
                continue
            said = _one(draft, phrase, items, clauses, found)
            if said is None:
                return []
            found.append(said)
    if any(said.alternative for said in found) and not all(said.alternative for said in found[1:]):
        return []  # "a or b and c" can be meant in two ways
    share_days(draft, found)
    after_the_first(found)
    return found


def _says_nothing_else(items: list[Item], clauses: list[Clause]) -> bool:
    """ "… and nothing else", 别的都不买: only what was said before."""
    if any(item.word("nothing_else") for item in items):
        return True
    denied = any(_negates(item) or is_negation(item) for item in items)
    return (
        denied
        and any(item.word("others") for item in items)
        and not any(item in clause.items for clause in clauses for item in items)
    )


def _holds_each_time(items: list[Item]) -> bool:
    """每个月都超过…, "in each and every month": a bound that is met again and again, and not on average."""
    every = [item for item in items if is_every(item, items)]
    strict = any(item.text == "都" or "every" in item.text.lower() for item in items)
    return bool(every) and strict and not any(item.word("average") for item in items)


def _reads_each_time(said: Said, items: list[Item]) -> bool:
    """Fills the unit in each of which the bound is met; false where it is said of something else each time."""
    bound = said.bound
    if bound is None or bound.metric in GRAINS or not _holds_each_time(items):
        return True
    said.each_unit, units = each_of_units(items)
    said.bound = replace(bound, per=None, items=(*bound.items, *units))
    return said.each_unit is not None and bound.op not in ("all", "between") and bound.against is None


def after_the_first(found: list[Said]) -> None:
    """ "Bought in May and never came back": after the days of what was said before."""
    for before, said in pairwise(found):
        again = any(each in item.text.lower() for item in said.items for each in spelled("again")) or bool(after_that(said.items))
        named = any(item.get(PeriodTerm) is not None for item in said.items)
        if again and not named and said.days is None and before.period is not None:
            said.after = before.period
            said.once = before.period if before.first and said.negated and _is_same_deed(before, said) else None


def _is_same_deed(first: Said, other: Said) -> bool:
    """Whether "never again" is said of what was done for the first time, and of no part of it."""
    wheres = [[str(clause.as_condition()) for clause in said.clauses] for said in (first, other)]
    return first.dataset == other.dataset and wheres[0] == wheres[1] and other.bound is None and other.inner is None


# ---- one of them ----------------------------------------------------------------------------------------------------------


def _one(draft: Draft, phrase: Phrase, items: list[Item], clauses: list[Clause], before: list[Said]) -> Said | None:
    own = [clause for clause in clauses if all(item in items for item in clause.items)]
    own += _pointed_at(draft, items, clauses)
    entity = draft.workspace.entity(phrase.whose)
    kept = [clause for clause in own if entity is None or not describes(draft, clause, phrase.whose)]
    described = [item for clause in own if clause not in kept for item in clause.items]
    items = [item for item in items if item not in described]
    said = Said(items, kept, dataset_named(items) or _data_of_noun(draft, phrase))
    if not kept and any(item.says("its") for item in items) and said.dataset is not None:
        said.clauses = _named_again(draft, said.dataset, before)
    if not kept:
        said.clauses = said.clauses or _same_thing(draft, said.dataset, items, clauses, phrase.whose)
    if not kept and before and any(item.says("none_of_them") for item in items):
        said.clauses = [replace(clause, items=[]) for clause in before[-1].clauses]  # "bought red ones in May but none in June"
    said.counted = days_counted(items)
    items = [item for item in items if item not in said.counted]
    nested = read_nested(draft, items, phrase.whose, said.dataset)
    if nested is not None:
        said.inner = nested
        said.dataset = said.dataset or nested.dataset
        items = [item for item in items if item not in nested.items]
    earlier = next((each.bound.metric for each in reversed(before) if each.bound is not None), None)
    compared = read_margin(draft, items, phrase.whose, said.dataset, earlier)
    compared = compared or read_compared(draft, items, phrase.whose, said.dataset, earlier)
    loose = [item for item in items if item.number is None or not any(item in clause.items for clause in kept)]
    said.bound = compared or read_bound(draft, loose, phrase.whose, said.dataset)
    if said.bound is not None and bounds_every_thing(draft, items, phrase.whose, said.dataset):
        return None  # "under 30 on every order" bounds no sum
    numbers = said.bound.items if said.bound is not None else ()
    if not _reads_each_time(said, items):
        return None  # "over 100 on every Saturday"
    if not reads_weekdays(draft, said, kept, phrase.whose):
        return None
    days = [item for item in items if item not in numbers and not item.word("filler")]
    terms = [term for item in days if (term := item.get(PeriodTerm)) is not None]
    listed = listed_days(draft, terms)
    if listed is None or (len(listed) > 1 and said.bound is not None):
        return None
    said.period = listed[0] if listed else None
    said.periods = listed if len(listed) > 1 else ()
    denying = [item for item in items if item not in numbers]  # 一个月都没落下 denies nothing
    said.negated = any(map(is_negation, denying)) or (not kept and any(map(_negates, denying)))
    _read_kind(draft, said, items, kept, before)
    if said.periods and said.either and not said.negated:
        return None  # in one of them, and it is not said in which
    _settle_denials(said)
    said.dataset = (data_of_object(draft, items) if said.bound is None else None) or said.dataset
    if said.bound is None and any(_is_open_number(draft, phrase, item, said) for item in items):
        return None
    if said.dataset is None and said.bound is None:
        earlier = next((each.dataset for each in before if each.dataset), None)
        own = _data_of_verb(draft, items)
        earlier = earlier if not own or earlier in own else next(iter(own))
        said.dataset = earlier or _default_dataset(draft, phrase, items)
    if said.dataset is None and said.bound is None:
        return None
    if (
        not reads_days_after(draft, said, clauses)
        or _says_too_much_of_each(said)
        or _says_too_much_of_first(said)
        or _two_deeds(draft, said)
    ):
        return None
    return said if not left(draft, phrase, said) else None


def _data_of_noun(draft: Draft, phrase: Phrase) -> str | None:
    """ "People who replied more than ten times", where "people who replied" is a name of their number: replies are meant."""
    text = f" {phrase.noun.text.lower()} " if phrase.noun is not None else ""
    if phrase.noun is None or not any(f" {word} " in text for word in spelled("relatives")):
        return None
    counts = {each.name: each.dataset for each in entity_counts(draft.workspace, phrase.whose)}
    return next((counts[term.name] for term in phrase.noun.all(MetricTerm) if term.name in counts), None)


def _read_kind(draft: Draft, said: Said, items: list[Item], kept: list[Clause], before: list[Said]) -> None:
    """For the first or the last time, only, and how it is joined with what was said before it."""
    said.first = any(item.word("first_time") for item in items)
    said.last = any(is_last_time(draft, item) for item in items)
    said.only = bool(kept) and not said.first and any(item.says("only_these") and item.word("only") for item in items)
    said.alternative = bool(before) and items[0].word("or")
    said.either = any(item.word("or") for item in items[1:])


def _data_of_verb(draft: Draft, items: list[Item]) -> list[str]:
    """Where the verb of a figure is known: 从没被投放过的客户里下过单的, orders and not what was denied before."""
    names = [term.name for item in items if is_weak_metric(item) and not item.word("filler") for term in item.all(MetricTerm)]
    return [dataset for name in names for dataset in base_datasets(draft.workspace, name)]


def _two_deeds(draft: Draft, said: Said) -> bool:
    """ "Whom letter 13 reached wrote in July": another verb than that of its data, with days that are the other's."""
    verbs = [item for item in said.items if item.get(VerbTerm) is not None and not item.word("filler")]
    told = [{term.dataset for term in item.all(VerbTerm)} for item in verbs]
    apart = any(one.isdisjoint(other) for one, other in pairwise(told))
    return apart and said.period is not None and has_days_of_its_thing(draft, said)


def _says_too_much_of_first(said: Said) -> bool:
    """首单就买了红色的: of what the first order held, which is not the first time of red ones; nor is it said of every month."""
    order = any(item.says("first_order") for item in said.items)
    return (order and bool(said.clauses) and not said.days) or (said.first and said.bound is not None and said.bound.op == "all")


def _says_too_much_of_each(said: Said) -> bool:
    """ "Every order was under 30", together with a thing, a denial or a first time: of which of them?"""
    every = said.inner is not None and said.inner.every
    if said.each_unit is not None and (said.negated or said.first or said.last or said.periods or said.alternative):
        return True  # "not over 100 in every month": in none of them, or not in all?
    return every and bool(said.clauses or said.negated or said.first or said.last or said.days)


def _settle_denials(said: Said) -> None:
    """What a negation is of: of the deed, of the rows that count, or of all but them."""
    kept, items = said.clauses, said.items
    if said.negated and kept and all(clause.negated and not _denies(clause) for clause in kept):
        said.only, said.negated = True, False  # 除了红的都没买
        for clause in kept:
            clause.negated = False
    for clause in kept:
        if clause.negated and any(_negates(item) for item in items):
            said.negated, clause.negated = True, False
    if said.bound is not None and said.negated and said.bound.op == "eq" and said.bound.value == 1:
        said.bound = None  # not a single one
    if said.bound is not None and said.bound.op == "eq":
        said.only = False


def _pointed_at(draft: Draft, items: list[Item], clauses: list[Clause]) -> list[Clause]:
    """ "Shop 4: what those bought who came to that shop …": the one that was named outside of the phrase."""
    found: list[Clause] = []
    for item in items:
        before = draft.touching(item, -1)
        keys = [term.name for term in item.all(FieldTerm) if term.entity is not None]
        if before is None or before not in items or not before.says("that_one"):
            continue
        named = [each for each in clauses if isinstance(each.ref, Field) and each.ref.name in keys and item not in each.items]
        found += [replace(each, items=[before, item]) for each in named[:1]]
    return found


def _named_again(draft: Draft, dataset: str, before: list[Said]) -> list[Clause]:
    """ "Reached by letter 3 but never used its voucher": the thing that was named before, as far as the data knows it."""
    keys = {entity.key_name for entity in draft.workspace.entities}
    named = [clause for said in before for clause in said.clauses if isinstance(clause.ref, Field) and clause.ref.name in keys]
    return [replace(clause, items=[]) for clause in named if reachable_from(draft, dataset, clause)]


def _same_thing(draft: Draft, dataset: str | None, items: list[Item], clauses: list[Clause], whose: str) -> list[Clause]:
    """ "… bought dog food in May, how many bought it again", "spent over 50 on it": what the last deed before was done with."""
    for lead, pronoun in pairwise(items):
        verb = next((item for item in items if does_something(item) and item.index < pronoun.index), None)
        told = pronoun.says("the_thing") and (does_something(lead) or lead.says("of_the_thing"))
        if verb is None or not (told or pronoun.says("on_the_thing")):
            continue
        dataset = dataset or next(iter(base_datasets(draft.workspace, verb.all(MetricTerm)[0].name)), None)
        if dataset is None:
            continue
        things = [each for each in clauses if each.ref is not None and not each.negated and not describes(draft, each, whose)]
        things = [each for each in things if each.last.index < verb.index and reachable_from(draft, dataset, each)]
        deeds = [item.index for item in draft.items[: verb.index] if does_something(item)]
        last = max((each.last.index for each in things), default=-1)
        opened = max((index for index in deeds if index < last), default=-1)
        return [replace(each, items=[], inside=False) for each in things if each.first.index > opened]
    return []


def _negates(item: Item) -> bool:
    return item.word("not", "never") and item.says("denies", "without")


def _denies(clause: Clause) -> bool:
    return any(_negates(item) for item in clause.items)


def _is_open_number(draft: Draft, phrase: Phrase, item: Item, said: Said) -> bool:
    following = draft.touching(item, 1)
    if is_one_of(draft, item):
        return False
    if said.negated and (item.word("once", "single") or (item.number is not None and item.number.value == 1)):
        return False  # not a single one
    each = (
        following is not None and item.number is not None and item.number.value == 1 and names_something(draft, phrase, following)
    )
    return has_number(item) and item.get(PeriodTerm) is None and item.role is None and not each


def _default_dataset(draft: Draft, phrase: Phrase, items: list[Item]) -> str | None:
    """The data that tells of an entity: where its own count is made. It is meant where no verb of the data stands."""
    strong = [term.name for item in items for term in item.all(MetricTerm)]
    if strong:
        return next(iter(base_datasets(draft.workspace, strong[0])), None)
    words = ("act", "first_time", "never", "contains", "including", "times", "both")
    told = any(item.word(*words) or item.says("has") for item in items)
    return (told_in(draft, phrase.whose) or _data_of_things(draft, phrase.whose, items)) if told else None


def _data_of_things(draft: Draft, whose: str, items: list[Item]) -> str | None:
    """都有订单的门店: the data that the things make up, where it tells of them."""
    named = [term.entity for item in items for term in item.all(FieldTerm) if term.entity not in (None, whose)]
    data = [told_in(draft, each or "") for each in named]
    return next((each for each in data if each is not None and knows(draft.workspace, each, whose)), None)
