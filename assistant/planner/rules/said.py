"""One thing after the other that a phrase says of each one: what they did, did not do, and bounds on their figures."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from assistant.language.meanings import DatasetTerm, FieldTerm, GrainTerm, MetricTerm, PeriodTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import COMPARISONS, Bound, dataset_named, has_number
from assistant.planner.rules.bounds import read_bound
from assistant.planner.rules.clause import Clause, describes
from assistant.planner.rules.every import is_every
from assistant.planner.rules.heads import is_weak_metric
from assistant.planner.rules.own_comparisons import read_compared
from assistant.planner.rules.phrases import WITHOUT, Phrase, whose_of
from semantic_layer.calendar import Span, resolve
from semantic_layer.conditions import GRAINS, Field
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.metrics import Aggregate
from semantic_layer.periods import EachPeriod, SinglePeriod
from semantic_layer.reach import knows

READ = (
    "never", "not", "or", "act", "first_time", "but", "both", "relative", "only", "classifier", "contains", "including", "inside",
    "per", "echo", "count", "which", "list", "share", "follow", "group", "key_noun",
)  # fmt: skip
"""Words of a phrase that say no more than what was read of it."""
ONLY = (
    "only",
    "just",
    "solely",
    "exclusively",
    "nothing but",
    "no other than",
    "nothing other than",
    "nothing except",
    "只",
    "仅",
    "仅仅",
    "只在",
    "仅在",
)
AGAIN = ("back", "again", "returned", "later", "afterwards", "since then", "再", "回来", "之后", "后来", "此后")
HAS = ("有", "含", "含有", "有过")
EVER = ("ever", "never ever")
NOT = ("not", "but not", "and not", "no", "没", "没有", "不", "未", "不是")
"""Negations of what was done; others ("without", 除了) say which rows count."""


@dataclass
class Said:
    """One thing that is said of each one.

    Attributes:
        clauses: What their rows must meet.
        dataset: What a verb names.
        negated: It is said that they did not.
        first: It is said that they did it for the first time.
        only: It is said that they did nothing else.
        either: Listed values are joined by "or".
        alternative: "Or" joins it to what was said before.
        period: Its own days.
        after: It is said of all days after these.
    """

    items: list[Item]
    clauses: list[Clause]
    dataset: str | None = None
    negated: bool = False
    first: bool = False
    only: bool = False
    either: bool = False
    alternative: bool = False
    period: SinglePeriod | None = None
    after: SinglePeriod | None = None
    bound: Bound | None = None


def read_said(draft: Draft, phrase: Phrase, clauses: list[Clause]) -> list[Said]:
    """Each thing that is said; nothing where one of them cannot be read."""
    found: list[Said] = []
    for stretch in (phrase.items, phrase.after):
        for items in _cut(draft, list(stretch), clauses):
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
    _share_days(found)
    _after_the_first(found)
    return found


def _says_nothing_else(items: list[Item], clauses: list[Clause]) -> bool:
    """ "… and nothing else", 别的都不买: only what was said before."""
    if any(item.word("nothing_else") for item in items):
        return True
    denied = any(_negates(item) or _is_negation(item) for item in items)
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


def _share_days(found: list[Said]) -> None:
    """Days of the first deed, or behind the last one, are those of all: "in May bought a and b", "bought a and b in May".

    "Never" is said of all time.
    """
    if len(found) < 2 or any(said.first for said in found):
        return
    first, last = found[0], found[-1]
    if first.period is not None and not any(said.period for said in found[1:]):
        for said in found[1:]:
            said.period = None if any(says_ever(item) or item.text.lower() == "never" for item in said.items) else first.period
    elif last.period is not None and not _stands_before(last) and not any(said.period for said in found[:-1]):
        for said in found[:-1]:
            said.period = last.period


def says_ever(item: Item) -> bool:
    """从没, "that no letter ever reached": said of all time."""
    return (item.word("never") and item.text.startswith("从")) or item.text.lower() in EVER


def _after_the_first(found: list[Said]) -> None:
    """ "Bought in May and never came back": after the days of what was said before."""
    for before, said in pairwise(found):
        again = any(each in item.text.lower() for item in said.items for each in AGAIN)
        named = any(item.get(PeriodTerm) is not None for item in said.items)
        if again and not named and before.period is not None:
            said.after = before.period


def _stands_before(said: Said) -> bool:
    """Whether the days stand before what was done."""
    days = [item.index for item in said.items if item.get(PeriodTerm) is not None]
    deeds = [item.index for item in said.items if _is_deed(item)]
    return bool(days) and (not deeds or days[0] < deeds[0])


# ---- cut ------------------------------------------------------------------------------------------------------------------


def _cut(draft: Draft, items: list[Item], clauses: list[Clause]) -> list[list[Item]]:
    """Cut where a new verb, figure or negation begins."""
    parts: list[list[Item]] = [[]]
    for index, item in enumerate(items):
        joins = (
            item.word("conj", "but", "or")
            or item.text in (",", "，", "、")
            or (item.word("not") and item.text.lower().startswith("but"))
        )
        begins = _begins(draft, items[index + 1 :], clauses, item.word("but")) and not _is_inside_range(items, index)
        counted = index > 0 and has_number(items[index - 1])
        again = (
            not counted
            and does_something(item)
            and _is_complete(parts[-1], clauses)
            and any(does_something(each) for each in parts[-1])
        )
        if (
            (joins and _has_core(parts[-1]) and begins)
            or (_is_negation(item) and any(_is_deed(each) or each.text in HAS for each in parts[-1]))
            or again
        ):
            parts.append([item])
        else:
            parts[-1].append(item)
    return [part for part in parts if part]


def _is_inside_range(items: list[Item], index: int) -> bool:
    """ "Between five and ten"."""
    numbers = 0 < index < len(items) - 1 and has_number(items[index - 1]) and has_number(items[index + 1])
    return numbers and index > 1 and items[index - 2].text.lower() == "between"


def does_something(item: Item) -> bool:
    """A verb of the data, or one that says that somebody came."""
    verb = item.get(VerbTerm) is not None or is_weak_metric(item)
    return (verb and not item.word("filler")) or item.word("act")


def _is_complete(items: list[Item], clauses: list[Clause]) -> bool:
    """Whether the words say something already: of what, how often, or when."""
    return any(item.get(PeriodTerm) or has_number(item) or any(item in clause.items for clause in clauses) for item in items)


def _is_negation(item: Item) -> bool:
    return item.word("never") and not item.word("filler")


def _is_deed(item: Item) -> bool:
    return does_something(item) or item.get(MetricTerm) is not None or item.word("first_time")


def _has_core(items: list[Item]) -> bool:
    denied = any(item.word("not", "never") for item in items)
    return any(_is_deed(item) or has_number(item) or (denied and item.get(PeriodTerm) is not None) for item in items)


def _begins(draft: Draft, items: list[Item], clauses: list[Clause], contrary: bool) -> bool:
    """Whether the words that follow begin something new: a verb, a figure, a negation, days."""
    for index, item in enumerate(items[: 6 if contrary else 4]):
        bound = item.get(FieldTerm) is not None and any(each.word(*COMPARISONS) for each in items[index + 1 : index + 3])
        if bound or does_something(item) or item.word("never", "first_time") or (item.word("not") and not item.word("conj")):
            return True
        if (item.word("relative") and not item.word("conj")) or item.word("others", "nothing_else"):
            return True
        negated = any(clause.negated and item in clause.items for clause in clauses)
        if negated or item.get(PeriodTerm) is not None or item.get(MetricTerm) is not None:
            return True
        if any(item in clause.items for clause in clauses) and not contrary:
            return False
    return False


# ---- one of them ----------------------------------------------------------------------------------------------------------


def _one(draft: Draft, phrase: Phrase, items: list[Item], clauses: list[Clause], before: list[Said]) -> Said | None:
    own = [clause for clause in clauses if all(item in items for item in clause.items)]
    entity = draft.workspace.entity(phrase.whose)
    kept = [clause for clause in own if entity is None or not describes(draft, clause, phrase.whose)]
    described = [item for clause in own if clause not in kept for item in clause.items]
    items = [item for item in items if item not in described]
    said = Said(items, kept, dataset_named(items))
    earlier = next((each.bound.metric for each in reversed(before) if each.bound is not None), None)
    compared = read_compared(draft, items, phrase.whose, said.dataset, earlier)
    loose = [item for item in items if item.number is None or not any(item in clause.items for clause in kept)]
    said.bound = compared or read_bound(draft, loose, phrase.whose, said.dataset)
    numbers = said.bound.items if said.bound is not None else ()
    if said.bound is not None and said.bound.metric not in GRAINS and _holds_each_time(items):
        return None  # "over 100 in every month" is said of each month
    days = [item for item in items if item not in numbers and not item.word("filler")]
    terms = [term for item in days if (term := item.get(PeriodTerm)) is not None]
    if any(isinstance(term.period, EachPeriod) for term in terms) or len({_span(draft, term) for term in terms}) > 1:
        return None
    said.period = terms[0].period if terms else None  # pyright: ignore[reportAttributeAccessIssue]
    said.negated = any(_is_negation(item) for item in items) or (not kept and any(_negates(item) for item in items))
    said.first = any(item.word("first_time") for item in items)
    said.only = bool(kept) and not said.first and any(item.text.lower() in ONLY and item.word("only") for item in items)
    said.alternative = bool(before) and items[0].word("or")
    said.either = any(item.word("or") for item in items[1:])
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
    elif said.bound is None and any(_is_open_number(draft, phrase, item, said) for item in items):
        return None
    if said.dataset is None and said.bound is None:
        earlier = next((each.dataset for each in before if each.dataset), None)
        said.dataset = earlier or _default_dataset(draft, phrase, items)
    if said.dataset is None and said.bound is None:
        return None
    return said if not _left(draft, phrase, said) else None


def _span(draft: Draft, term: PeriodTerm) -> Span:
    """The days of a period: "spring (March to May)" says the same twice."""
    return resolve(term.period, draft.today.as_of, draft.today.data, draft.workspace.workspace.conventions)


def _negates(item: Item) -> bool:
    return item.word("not", "never") and item.text.lower() in (*NOT, *WITHOUT)


def _denies(clause: Clause) -> bool:
    return any(_negates(item) for item in clause.items)


def _is_open_number(draft: Draft, phrase: Phrase, item: Item, said: Said) -> bool:
    following = draft.touching(item, 1)
    if said.negated and (item.word("once", "single") or (item.number is not None and item.number.value == 1)):
        return False  # not a single one
    each = following is not None and item.number is not None and item.number.value == 1 and _names(draft, phrase, following)
    return has_number(item) and item.get(PeriodTerm) is None and item.role is None and not each


def _names(draft: Draft, phrase: Phrase, item: Item) -> bool:
    """ "One order": the noun again."""
    return whose_of(draft, item) == phrase.whose


def _default_dataset(draft: Draft, phrase: Phrase, items: list[Item]) -> str | None:
    """The data that tells of an entity: where its own count is made. It is meant where no verb of the data stands."""
    strong = [term.name for item in items for term in item.all(MetricTerm)]
    if strong:
        return next(iter(base_datasets(draft.workspace, strong[0])), None)
    entity = draft.workspace.entity(phrase.whose)
    metric = draft.workspace.metric(entity.count) if entity is not None and entity.count is not None else None
    words = ("act", "first_time", "never", "contains", "including", "times", "both")
    told = any(item.word(*words) or item.text in HAS for item in items)
    return metric.dataset if isinstance(metric, Aggregate) and told else None


def _left(draft: Draft, phrase: Phrase, said: Said) -> list[Item]:
    """Words that nothing has read."""
    read = [*(said.bound.items if said.bound is not None else ()), *(item for clause in said.clauses for item in clause.items)]
    return [item for item in said.items if item not in read and not _is_read(draft, phrase, said, item)]


def _person_of(draft: Draft) -> str | None:
    return next((each.name for each in draft.workspace.entities if each.personal), None)


def _is_object(draft: Draft, said: Said, item: Item) -> bool:
    """ "Reached by a letter", 租过船: an entity that the rows of a deed are about, with nothing said of it."""
    entities = [term.entity for term in item.all(FieldTerm) if term.entity is not None]
    beside = [draft.touching(item, -1), draft.touching(item, 1)]
    counted = any(each is not None and (has_number(each) or each.word("group")) and not each.word("filler") for each in beside)
    by = any(each is not None and each.text.lower() == "by" for each in beside)
    measured = said.bound is not None and (
        said.bound.metric in (*entities,)
        or any(
            each is not None and each.word("classifier", "at_least", "more_than", "at_most", "less_than") for each in beside[:1]
        )
    )
    rows = said.dataset if said.bound is None or measured else None
    return rows is not None and (not counted or by) and any(knows(draft.workspace, rows, entity) for entity in entities)


def _is_read(draft: Draft, phrase: Phrase, said: Said, item: Item) -> bool:
    if item.role is not None or item.soft or item.light or item.word(*READ) or item.text in (",", "，", "$"):
        return True
    if item.get(VerbTerm) or item.get(PeriodTerm) or item.get(MetricTerm) or _names(draft, phrase, item):
        return True
    if item.word("others"):
        return said.only
    if item.word("jointly"):
        return phrase.whose != _person_of(draft)
    if item.word("average"):
        return said.bound is not None and said.bound.per is not None
    before = draft.touching(item, -1)
    if item.get(GrainTerm) is not None and before is not None and before.word("refer", "this"):
        return True  # "that month"
    after = draft.touching(item, 1)
    if item.text == "年" and after is not None and after.get(MetricTerm) is not None and said.period is None:
        return True  # 年消费
    if _is_object(draft, said, item):
        return True
    if said.negated and item.word("once", "single"):
        return True
    again = draft.touching(item, 1)
    if item.number is not None and again is not None and (_names(draft, phrase, again) or said.negated):
        return True
    counted = said.bound.metric if said.bound is not None else None
    entities = [draft.workspace.entity(term.entity or "") for term in item.all(FieldTerm)]
    if counted is not None and any(each is not None and counted in (each.name, each.count) for each in entities):
        return True
    fields = [clause.ref.name for clause in said.clauses if isinstance(clause.ref, Field)]
    names = [term.name for term in item.span.meanings if hasattr(term, "name")]  # pyright: ignore[reportAttributeAccessIssue]
    return any(name in fields for name in names) or any(each.dataset == said.dataset for each in item.all(DatasetTerm))
