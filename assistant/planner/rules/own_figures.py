"""Conditions on each one's own figures, taken out of the question before the other rules read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from assistant.language.meanings import DatasetTerm, FieldTerm, MetricTerm, PeriodTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import has_number, is_amount, is_comparing
from assistant.planner.rules.bounds import is_only_one
from assistant.planner.rules.clause import Clause, describes
from assistant.planner.rules.counting import entity_counts
from assistant.planner.rules.every import is_every
from assistant.planner.rules.own_comparisons import compares_periods
from assistant.planner.rules.phrases import OF_EACH, PRONOUNS, Phrase, phrases, whose_of
from assistant.planner.rules.said import NOT, ONLY, Said, does_something, read_said
from semantic_layer.conditions import GRAINS, EntityMetric, Field, TimeBucket
from semantic_layer.metric_parts import base_datasets

NEAR = 3
"""Items around a number among which its comparing word stands."""
EXACTLY = ("exactly", "precisely", "恰好", "刚好", "正好")
AMONG = ("among", "amongst", "of", "within")
ALONE = ("once", "twice", "single")
NONE = ("no", "without", "without any", "without a single")


@dataclass
class OwnFigures:
    """What a question says of each one, with the clause that stands for it.

    Attributes:
        columns: The figures that are bounded, to be shown beside a list.
        base: What is said of all of whom something is asked: "of those who …".
    """

    phrase: Phrase
    said: list[Said]
    clause: Clause
    columns: list[EntityMetric] = field(default_factory=list[EntityMetric])
    base: OwnFigures | None = None

    @property
    def ref(self) -> Field | TimeBucket:
        """The groups that a field or a grain makes."""
        whose = self.phrase.whose
        return TimeBucket(grain=whose) if whose in GRAINS else Field(name=whose)  # pyright: ignore[reportArgumentType]


def take_own_figures(draft: Draft, clauses: list[Clause]) -> tuple[list[Clause], OwnFigures | None]:
    """Takes what is said of each one out of the question.

    A phrase that only filters rows ("customers who bought red ones") is left to the other rules.
    """
    order = sorted(phrases(draft), key=lambda each: (draft.workspace.entity(each.whose) is None, not each.after, len(each.items)))
    special = [phrase for phrase in order if _is_special(draft, phrase, clauses)]
    found = _first_readable(draft, special, clauses) or _counted_elsewhere(draft)
    if found is None:
        return clauses, None
    _one_group(draft, order, found)
    other = _beside_it(draft, special, found, clauses)
    for each in (found, other):
        if each is not None:
            draft.marks.discard("loose_values")
            clauses = [*(clause for clause in clauses if not any(clause in said.clauses for said in each.said)), each.clause]
    if other is not None:
        first, found = sorted((found, other), key=lambda each: each.clause.first.index)
        first.clause.inside, found.base = True, first
    return sorted(clauses, key=lambda each: each.first.index), found


def _first_readable(draft: Draft, special: list[Phrase], clauses: list[Clause]) -> OwnFigures | None:
    for phrase in special:
        outer = [each for each in special if phrase.noun in (*each.items, *each.after) and phrase.noun is not each.noun]
        if any(draft.workspace.entity(each.whose) is not None for each in outer):
            continue  # a noun inside of what is said of another
        said = read_said(draft, phrase, clauses)
        if said:
            return _taken(draft, phrase, said)
    return None


def _beside_it(draft: Draft, special: list[Phrase], found: OwnFigures, clauses: list[Clause]) -> OwnFigures | None:
    """ "Of those who …, how many …": a second phrase about the same things, one of them without a noun of its own."""
    for phrase in special:
        if _is_apart(phrase, found) and (phrase.noun is None or found.phrase.noun is None):
            said = read_said(draft, phrase, clauses)
            return _taken(draft, phrase, said) if said else None
    return None


def _one_group(draft: Draft, order: list[Phrase], found: OwnFigures) -> None:
    """ "Those who did against those who did not": two groups side by side are not answered as one."""
    items = [*found.phrase.items, *found.phrase.after]
    for before, item in pairwise(items):
        again = item.text.lower() in PRONOUNS or (before.text == "的" and whose_of(draft, item) == found.phrase.whose)
        if again and any(each.word("conj", "than", "side_by_side") for each in items):
            draft.beyond = ("two_groups", {"text": draft.question.original.strip()})
    for phrase in order:
        if phrase.noun is None or found.phrase.noun is None or not _is_apart(phrase, found):
            continue
        if any(item.word("conj", "than", "side_by_side") for item in draft.between(phrase.noun, found.phrase.noun)):
            draft.beyond = ("two_groups", {"text": draft.question.original.strip()})


def _is_apart(phrase: Phrase, found: OwnFigures) -> bool:
    used, noun = found.clause.items, found.phrase.noun
    shared = any(item in used for item in (*phrase.items, *phrase.after, *((phrase.noun,) if phrase.noun is not None else ())))
    return phrase.whose == found.phrase.whose and not shared and (phrase.noun is None or phrase.noun is not noun)


def _taken(draft: Draft, phrase: Phrase, said: list[Said]) -> OwnFigures:
    used = [item for part in said for item in part.items]
    used += _named_before(draft, phrase)
    if phrase.noun is not None and phrase.items[-1].index < phrase.noun.index:
        used += [item for item in draft.between(phrase.items[-1], phrase.noun) if item.light]
    for item in used:
        item.role = f"{OF_EACH}{phrase.whose} did"
    _counts_them(draft, phrase)
    links = _inside_words(draft, phrase)
    draft.claim("inside", *links)
    return OwnFigures(phrase, said, Clause(used, words="of each", inside=bool(links)))


def _counts_them(draft: Draft, phrase: Phrase) -> None:
    """ "How many never came": the things that were named before are counted."""
    word, entity = draft.before(phrase.items[0]), draft.workspace.entity(phrase.whose)
    counts = word is not None and word.free and word.word("count") and word.is_word
    named = any(term.entity == phrase.whose for item in draft.items for term in item.all(FieldTerm))
    if phrase.noun is None and word is not None and counts and not named and entity is not None and entity.count is not None:
        draft.claim(f"metric {entity.count}", word)
        draft.metrics.append(entity.count)


def _inside_words(draft: Draft, phrase: Phrase) -> list[Item]:
    """ "Among the customers who …", …的客户中: the phrase names those among whom something is asked."""
    noun = phrase.noun
    if noun is None:
        return []
    before, after = draft.touching(noun, -1), draft.touching(noun, 1)
    while before is not None and before.light and not before.word("inside") and before.text.isascii():
        before = draft.touching(before, -1)
    ends = after is not None and not after.text.isascii() and after.word("inside") and after not in phrase.items
    if after is not None and ends:
        return [after]
    return [before] if before is not None and before.text.isascii() and before.text.lower() in AMONG else []


def _named_before(draft: Draft, phrase: Phrase) -> list[Item]:
    """ "In one order …的订单": the noun said before, too."""
    inside = draft.touching(phrase.items[0], -1)
    noun = draft.touching(inside, -1) if inside is not None and inside.word("inside") else None
    one = draft.touching(noun, -1) if noun is not None and whose_of(draft, noun) == phrase.whose else None
    if inside is None or noun is None or one is None or one.number is None or one.number.value != 1:
        return []
    return [one, noun, inside]


# ---- what needs each one's own figures --------------------------------------------------------------------------------------


def _is_special(draft: Draft, phrase: Phrase, clauses: list[Clause]) -> bool:
    """Whether it needs each one's own figures, and not only rows that are left out."""
    items = [*phrase.items, *phrase.after]
    if _is_bounded(items) or compares_periods(items):
        return True
    if draft.workspace.entity(phrase.whose) is None:
        return False
    own = [clause for clause in clauses if all(item in items for item in clause.items)]
    does = [item for index, item in enumerate(items) if does_something(item) or _is_deed_behind(items, index)]
    if any(_is_never(draft, item, own) or _is_without(draft, item) for item in items) or (does and _is_negated(items, own)):
        return True
    both = any(item.word("both") and (item.text.lower() == "both" or not item.word("conj", "filler")) for item in items)
    holds = bool(own) and (both or any(item.word("contains", "including") and item.is_word for item in items))
    if holds and not _asks_only_how_many(draft, phrase):
        return True
    first = [item for item in items if item.word("first_time")]
    if first and (does or any(item.get(PeriodTerm) for item in items)):
        return True
    if not does and not holds:
        return False
    others = [clause for clause in own if not describes(draft, clause, phrase.whose)]
    only = others and any(item.text.lower() in ONLY and item.word("only") for item in items)
    several = any(len(each.values) > 1 and not (each.either or each.plus or each.negated) for each in others)
    if only or several or both or any(is_every(item, items) for item in items):
        return True
    if not does:
        return False
    follows = phrase.noun is not None and phrase.items[0].index > phrase.noun.index
    inside = bool(phrase.after) or (not phrase.items[0].text.isascii() and phrase.items[0].word("inside"))
    if (inside or follows) and draft.any_word("share"):
        return True
    return len(does) > 1 or not _asks_only_how_many(draft, phrase) or _is_of_other_data(draft, does)


def _is_deed_behind(items: list[Item], index: int) -> bool:
    """ "Who rented boats": a figure's name right behind the relative word says what was done."""
    led = index > 0 and items[index - 1].word("relative") and items[index - 1].text.lower() in ("who", "that", "which")
    return led and any(not term.weak for term in items[index].all(MetricTerm))


def _is_bounded(items: list[Item]) -> bool:
    """A number with a comparing word near it, or one that counts by itself."""
    for index, item in enumerate(items):
        if item.role is not None or (item.get(PeriodTerm) is not None and not is_amount(item, items)):
            continue
        if item.word(*ALONE) or is_only_one(item, items):
            return True
        near = items[max(0, index - NEAR) : index + NEAR + 1]
        following = items[index + 1] if index + 1 < len(items) else None
        compared = any(is_comparing(each, items) for each in near)
        times = following is not None and following.word("times")
        between = index + 2 < len(items) and following is not None and following.text.lower() in ("到", "至", "and", "to", "-")
        before = items[max(0, index - NEAR) : index]
        exact = any((each.text.lower() in ONLY and each.word("only")) or each.text.lower() in EXACTLY for each in before)
        exact = exact and following is not None and (following.word("classifier") or following.get(FieldTerm) is not None)
        if has_number(item) and (compared or times or exact or (between and has_number(items[index + 2]))):
            return True
    return False


def _is_never(draft: Draft, item: Item, clauses: list[Clause]) -> bool:
    """A negation before something done, or before what it was done with, or when: "but never red ones"."""
    following = draft.after(item)
    if not item.word("never") or following is None:
        return False
    again = any(following in clause.items for clause in clauses) or following.get(PeriodTerm) is not None
    return again or following.get(VerbTerm) is not None or following.get(MetricTerm) is not None or following.word("act")


def _is_without(draft: Draft, item: Item) -> bool:
    """ "Had no orders": none of what is counted."""
    following = draft.after(item)
    if item.text.lower() not in NONE or not item.word("not") or following is None:
        return False
    terms = following.all(FieldTerm)
    return following.get(MetricTerm) is not None or any(term.entity is not None for term in terms)


def _is_negated(items: list[Item], clauses: list[Clause]) -> bool:
    """ "Bought red but not blue", "came in March but not in April"."""
    words = [item for item in items if item.word("not", "never") and item.text.lower() in NOT]
    return bool(words) and (any(clause.negated for clause in clauses) or any(_before_days(items, word) for word in words))


def _before_days(items: list[Item], word: Item) -> bool:
    following = [item for item in items[items.index(word) + 1 :] if not (item.light or (item.is_word and item.word("filler")))]
    return bool(following) and following[0].get(PeriodTerm) is not None


def _asks_only_how_many(draft: Draft, phrase: Phrase) -> bool:
    """Whether the question asks how many of them there are, and no other figure."""
    counts = {each.name for each in entity_counts(draft.workspace, phrase.whose)}
    outside = [item for item in draft.items if item not in phrase.items and item not in phrase.after]
    strong = [term.name for item in outside for term in item.all(MetricTerm) if not term.weak and item.role is None]
    return all(name in counts for name in strong)


def _is_of_other_data(draft: Draft, does: list[Item]) -> bool:
    """What they did is in other data than what is asked of them."""
    outside = [term.name for item in draft.items if item not in does for term in item.all(MetricTerm) if not term.weak]
    counts = {each.name for entity in draft.workspace.entities for each in entity_counts(draft.workspace, entity.name)}
    data = {dataset for name in outside for dataset in base_datasets(draft.workspace, name)}
    verbs = {term.dataset for item in does for term in item.all(VerbTerm)}
    return bool(data) and not (verbs & data) and not any(name in counts for name in outside)


# ---- a word that counts them in other data ------------------------------------------------------------------------------------


def _counted_elsewhere(draft: Draft) -> OwnFigures | None:
    """ "Sales of returners", 退货客户的客单价: a word that counts an entity in other data stands for those who are in it."""
    heads = [item for item in draft.items if any(not term.weak for term in item.all(MetricTerm))]
    for item in heads:
        for entity in draft.workspace.entities:
            counts = {each.name: each for each in entity_counts(draft.workspace, entity.name)}
            counted = next((counts[term.name] for term in item.all(MetricTerm) if term.name in counts), None)
            if counted is None or counted.name == entity.count or not _is_owner(item, heads, set(counts), draft):
                continue
            beside = _beside(draft, item, counted.dataset)
            period = next((term.period for each in beside if (term := each.get(PeriodTerm)) is not None), None)
            said = Said([item, *beside], [], counted.dataset, period=period)  # pyright: ignore[reportArgumentType]
            return _taken(draft, Phrase(item, entity.name, ()), [said])
    return None


def _is_owner(item: Item, heads: list[Item], counts: set[str], draft: Draft) -> bool:
    """Another figure is asked of those that the word names: "sales of", …的客单价."""
    others = [each for each in heads if each is not item and not any(term.name in counts for term in each.all(MetricTerm))]
    before, after = draft.touching(item, -1), draft.touching(item, 1)
    led = before is not None and before.text.lower() in ("of", "by", "from", "among")
    linked = after is not None and after.text == "的"
    return (led and any(each.index < item.index for each in others)) or (
        linked and any(each.index > item.index for each in others)
    )


def _beside(draft: Draft, item: Item, dataset: str) -> list[Item]:
    """In English the days of what they did stand behind it, and the thing that they did it with."""
    found: list[Item] = []
    for each in draft.items[item.index + 1 :] if item.text.isascii() else []:
        same = any(term.dataset == dataset for term in each.all(DatasetTerm))
        period = each.get(PeriodTerm) is not None
        if not (each.light or each.is_word or period or same) or (each.word("group", "per", "conj") and not period):
            break
        found += [each] if same or period else []
    return found
