"""Conditions on each one's own figures, taken out of the question before the other rules read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from assistant.language.meanings import DatasetTerm, FieldTerm, MetricTerm, PeriodTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.assumed import is_assumed
from assistant.planner.rules.clause import OF_EACH, RANKED_FEW, Clause, reachable_from
from assistant.planner.rules.counting import entity_counts
from assistant.planner.rules.cut import does_something
from assistant.planner.rules.deeds import COUNTS_BY_DEEDS
from assistant.planner.rules.first_timers import FirstTimers, first_timers
from assistant.planner.rules.own_parts import (
    before_the_predicate,
    is_asked_further,
    is_predicate,
    names_other_whole,
)
from assistant.planner.rules.own_sides import moved
from assistant.planner.rules.own_special import is_of_every, is_special
from assistant.planner.rules.phrase import LINKS, Phrase
from assistant.planner.rules.phrases import phrases
from assistant.planner.rules.said import read_said
from assistant.planner.rules.said_of import Said
from assistant.planner.rules.those_of import ThoseOf, those_of
from assistant.planner.rules.whose import whose_of
from semantic_layer.conditions import GRAINS, EntityMetric, Field, TimeBucket

SUPERLATIVES = ("most", "least", "best", "worst", "top", "bottom")


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
    order = [phrase for phrase in order if not any(_is_taken(draft, item) for item in (*phrase.items, *phrase.after))]
    counted = [phrase for phrase in order if _is_listed_count(draft, phrase, clauses)]
    listed = bool(counted) or COUNTS_BY_DEEDS in draft.marks
    order = [phrase for phrase in order if not listed or all(item.free for item in (*phrase.items, *phrase.after))]
    parted = "two_groups" in draft.marks
    special = [
        phrase
        for phrase in order
        if parted or is_special(draft, phrase, clauses) or is_asked_further(phrase, order) or is_predicate(draft, phrase, order)
    ]
    named = _first_timers(draft, clauses) or _those_of(draft, clauses)
    found = named or _first_readable(draft, special, clauses) or _counted_elsewhere(draft, clauses)
    if found is None:
        unread = next((phrase for phrase in order if is_of_every(draft, phrase)), None)
        if unread is not None:  # 每个月都…的门店, with a word that was not read: no series
            text = draft.question.words(unread.items[0].span.start, unread.items[-1].span.end)
            draft.beyond = ("entity_condition", {"text": text})
        told = next((phrase for phrase in special if phrase.items[0].word("relative") and moved(draft, list(phrase.items))), None)
        if told is not None:  # "stores that grew in May": what of them grew, nobody said
            draft.beyond = ("entity_condition", {"text": " ".join(item.text for item in told.items)})
        draft.unread = next((text for phrase in special if (text := _passed_on(draft, phrase, clauses))), "")
        return clauses, None
    _one_group(draft, order, found)
    other = found.base or _beside_it(draft, special, found, clauses) or _all_and_part(draft, found)
    if _two_numbers(draft, found):
        draft.beyond = ("two_groups", {"text": draft.question.original.strip()})
    for each in (found, other):
        if each is not None:
            draft.marks.discard("loose_values")
            clauses = [*(clause for clause in clauses if not any(clause in said.clauses for said in each.said)), each.clause]
    if other is not None:
        first, found = sorted((found, other), key=lambda each: each.clause.first.index)
        first.clause.inside, found.base = True, first
    if names_other_whole(draft, found.phrase, found.base is not None):
        draft.beyond = ("entity_condition", {"text": draft.question.original.strip()})
    draft.unread = _unread_beside(draft, special, found, clauses)
    return sorted(clauses, key=lambda each: each.first.index), found


def _unread_beside(draft: Draft, special: list[Phrase], found: OwnFigures, clauses: list[Clause]) -> str:
    """The same, of what stands apart from what was read."""
    used = [item for each in (found, found.base) if each is not None for item in each.clause.items]
    rest = [phrase for phrase in special if phrase.noun is None or phrase.noun is not found.phrase.noun]
    rest = [phrase for phrase in rest if not any(item in used for item in (*phrase.items, *phrase.after))]
    return next((text for phrase in rest if (text := _passed_on(draft, phrase, clauses))), "")


def _passed_on(draft: Draft, phrase: Phrase, clauses: list[Clause]) -> str:
    """What needs each one's own figures and was not read: rows that are left out do not say it, unless it is a ranking."""
    items = [*phrase.items, *phrase.after]
    if any(item.word(*SUPERLATIVES) for item in items) or not is_special(draft, phrase, clauses):
        return ""
    return draft.question.words(items[0].span.start, items[-1].span.end)


def _is_taken(draft: Draft, item: Item) -> bool:
    """Words of a ranking, or of an assumption (寄一封要0.3的话), say nothing of each one."""
    return item.role == RANKED_FEW or is_assumed(draft, item)


def _first_timers(draft: Draft, clauses: list[Clause]) -> OwnFigures | None:
    named = first_timers(draft, clauses)
    return _named(draft, named) if named is not None else None


def _those_of(draft: Draft, clauses: list[Clause]) -> OwnFigures | None:
    named = those_of(draft, clauses)
    if named is None:
        return None
    draft.metrics.append(named.metric)
    if not named.head.word("share"):
        draft.claim(f"metric {named.metric}", named.head)
    return _named(draft, named)


def _named(draft: Draft, named: FirstTimers | ThoseOf) -> OwnFigures:
    """What makes them those is said of all of them where a share is asked."""
    base = _taken(draft, Phrase(named.phrase.noun, named.phrase.whose, tuple(named.said.items)), [named.said])
    found = _taken(draft, named.phrase, named.told)
    if draft.any_word("share"):
        base.clause.inside, found.base = True, base
    else:
        found.said, found.clause.items = [named.said, *named.told], [*base.clause.items, *found.clause.items]
    return found


def _is_listed_count(draft: Draft, phrase: Phrase, clauses: list[Clause]) -> bool:
    """ "Orders, people reached by letters, and replies": in a list of figures, those who did something are counted."""
    items = [*phrase.items, *phrase.after]
    verbs = {term.dataset for item in items for term in item.all(VerbTerm)}
    said = ("never", "not", "conj", "count")
    bare = not any(item.number or item.get(PeriodTerm) or item.word(*said) for item in items)
    bare = bare and not any(item in clause.items for clause in clauses for item in items)
    noun = phrase.noun
    if len(verbs) != 1 or not bare or (noun is not None and not (noun.free and noun.all(FieldTerm))):
        return False
    leads = noun is None or items[0].index < noun.index
    first = draft.before(items[0] if leads or noun is None else noun)
    words = [first] if first is not None and first.word("count") else []
    if noun is None and not (words and any(item.word("refer") for item in draft.between(words[0], items[0]))):
        return False  # "how many of them replied"
    start = words[0] if words else items[0] if leads else noun
    end = max(items[-1], noun or items[-1], key=lambda item: item.index)
    opening, closing = draft.touching(start, -1) if start is not None else None, draft.touching(end, 1)
    linked = any(each is not None and (each.word("conj") or each.text in (",", "，", "、")) for each in (opening, closing))
    heads = [item for item in draft.items if item not in items and item is not phrase.noun]
    figures = any(not term.weak and not item.all(FieldTerm) for item in heads for term in item.all(MetricTerm))
    counts = {each.dataset: each.name for each in entity_counts(draft.workspace, phrase.whose)}
    name = counts.get(next(iter(verbs)))
    if not linked or not figures or name is None:
        return False
    draft.claim(f"metric {name}", *((noun,) if noun is not None else ()), *words, *items)
    draft.metrics.append(name)
    return True


def _first_readable(draft: Draft, special: list[Phrase], clauses: list[Clause]) -> OwnFigures | None:
    for phrase in special:
        outer = [each for each in special if phrase.noun in (*each.items, *each.after) and phrase.noun is not each.noun]
        if any(draft.workspace.entity(each.whose) is not None for each in outer):
            continue  # a noun inside of what is said of another
        said = read_said(draft, phrase, clauses)
        if said:
            return _taken(draft, phrase, _left_out(draft, phrase, said))
    return None


def _left_out(draft: Draft, phrase: Phrase, said: list[Said]) -> list[Said]:
    """ "Skip anyone with fewer than five orders": it is said of those who are not meant."""
    lead = draft.before(phrase.noun) if phrase.noun is not None else None
    if lead is None or len(said) != 1 or not lead.free or not lead.word("not") or not lead.text.isascii():
        return said
    said[0].negated = not said[0].negated
    draft.claim("not", lead)
    return said


def _beside_it(draft: Draft, special: list[Phrase], found: OwnFigures, clauses: list[Clause]) -> OwnFigures | None:
    """ "Of those who …, how many …": a second phrase about the same things, one of them without a noun of its own."""
    for phrase in special:
        lone = phrase.noun is None or found.phrase.noun is None
        if _is_apart(phrase, found) and (lone or _is_added(draft, phrase) or _is_added(draft, found.phrase)):
            said = read_said(draft, phrase, clauses)
            return _taken(draft, phrase, said) if said else None
    return None


def _two_numbers(draft: Draft, found: OwnFigures) -> bool:
    """ "How many came in May, and how many came in June": the second number is not one of the first."""
    counts = [item for item in draft.items if item.word("count") and item.is_word and not item.word("filler")]
    for word in counts[1:]:
        joined, noun = draft.touching(word, -1), draft.after(word)
        again = joined is not None and joined.word("conj") and joined.text.isascii() and joined.text != ","
        if again and (noun is None or whose_of(draft, noun) is None) and word.index > found.clause.first.index:
            return True
    return False


def _all_and_part(draft: Draft, found: OwnFigures) -> OwnFigures | None:
    """What is said of all of whom a share is asked, apart from what is said of the part."""
    at = before_the_predicate(draft, found.phrase, found.said)
    of_all, of_part = found.said[:at], found.said[at:]
    if not at or not of_all or not of_part:
        return None
    base = OwnFigures(found.phrase, of_all, Clause([item for said in of_all for item in said.items], words="of each"))
    found.said, found.clause = of_part, Clause([item for said in of_part for item in said.items], words="of each")
    return base


def _is_added(draft: Draft, phrase: Phrase) -> bool:
    """ "…, looking only at shops that …", "…, but only those who …": one more thing that is said of the same ones."""
    before = draft.touching(phrase.noun, -1) if phrase.noun is not None else None
    while before is not None and before.word("filler") and not before.word("only"):
        before = draft.touching(before, -1)
    return before is not None and before.word("only")


def _one_group(draft: Draft, order: list[Phrase], found: OwnFigures) -> None:
    """ "Those who did against those who did not": two groups side by side are not answered as one."""
    items = [*found.phrase.items, *found.phrase.after]
    for before, item in pairwise(items):
        again = _is_pronoun_of_some(draft, item) or (before.text == "的" and whose_of(draft, item) == found.phrase.whose)
        if again and any(each.word("conj", "than", "side_by_side") for each in items):
            draft.beyond = ("two_groups", {"text": draft.question.original.strip()})
    for phrase in order:
        if phrase.noun is None or found.phrase.noun is None or not _is_apart(phrase, found) or _is_added(draft, phrase):
            continue
        if any(item.word("conj", "than", "side_by_side") for item in draft.between(phrase.noun, found.phrase.noun)):
            draft.beyond = ("two_groups", {"text": draft.question.original.strip()})


def _is_pronoun_of_some(draft: Draft, item: Item) -> bool:
    """ "Those who did not": a pronoun of which something is said."""
    following = draft.touching(item, 1)
    return item.says("pronouns") and following is not None and (following.word("relative", "never", "not") or item.says("those"))


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
    _counts_further(draft, phrase)
    links = _inside_words(draft, phrase)
    draft.claim("inside", *links)
    return OwnFigures(phrase, said, Clause(used, words="of each", inside=bool(links)))


def _counts_them(draft: Draft, phrase: Phrase) -> None:
    """ "How many never came": the things that were named before are counted."""
    word, entity = draft.before(phrase.items[0]), draft.workspace.entity(phrase.whose)
    counts = word is not None and word.free and word.word("count") and word.is_word
    named = any(term.entity == phrase.whose for item in draft.items for term in item.all(FieldTerm))
    if phrase.noun is None and word is not None and counts and entity is not None and (not named or entity.count is None):
        name = entity.count or entity.name
        draft.claim(f"metric {name}", word)
        draft.metrics.append(name)


def _counts_further(draft: Draft, phrase: Phrase) -> None:
    """ "Of those who came in May, how many came in June": the count asks for the same things again."""
    entity = draft.workspace.entity(phrase.whose)
    last = phrase.items[-1].index
    for word in draft.words("count"):
        following = draft.after(word)
        deed = following is not None and following.free and does_something(following) and not following.all(FieldTerm)
        if word.index > last and word.is_word and deed and entity is not None and entity.count is not None:
            draft.claim(f"metric {entity.count}", word)
            draft.metrics.append(entity.count)
            return


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
    return [before] if before is not None and before.text.isascii() and before.says("among") else []


def _named_before(draft: Draft, phrase: Phrase) -> list[Item]:
    """ "In one order …的订单": the noun said before, too."""
    inside = draft.touching(phrase.items[0], -1)
    noun = draft.touching(inside, -1) if inside is not None and inside.word("inside") else None
    one = draft.touching(noun, -1) if noun is not None and whose_of(draft, noun) == phrase.whose else None
    if inside is None or noun is None or one is None or one.number is None or one.number.value != 1:
        return []
    return [one, noun, inside]


# ---- a word that counts them in other data ------------------------------------------------------------------------------------


def _counted_elsewhere(draft: Draft, clauses: list[Clause]) -> OwnFigures | None:
    """ "Sales of returners", 退货客户的客单价: a word that counts an entity in other data stands for those who are in it."""
    heads = [item for item in draft.items if any(not term.weak for term in item.all(MetricTerm))]
    for item in heads:
        for entity in draft.workspace.entities:
            counts = {each.name: each for each in entity_counts(draft.workspace, entity.name)}
            counted = next((counts[term.name] for term in item.all(MetricTerm) if term.name in counts), None)
            if counted is None or counted.name == entity.count or not _is_owner(item, heads, set(counts), draft):
                continue
            beside = _beside(draft, item, counted.dataset, clauses)
            kept = [clause for clause in clauses if all(each in beside for each in clause.items)]
            period = next((term.period for each in beside if (term := each.get(PeriodTerm)) is not None), None)
            said = Said([item, *beside], kept, counted.dataset, period=period)  # pyright: ignore[reportArgumentType]
            return _taken(draft, Phrase(item, entity.name, tuple(said.items)), [said])
    return None


def _is_owner(item: Item, heads: list[Item], counts: set[str], draft: Draft) -> bool:
    """Another figure is asked of those that the word names: "sales of", …的客单价."""
    others = [each for each in heads if each is not item and not any(term.name in counts for term in each.all(MetricTerm))]
    before, after = draft.touching(item, -1), draft.touching(item, 1)
    while before is not None and before.says("the"):
        before = draft.touching(before, -1)
    led = before is not None and before.says("owner_lead")
    linked = after is not None and after.text == "的"
    if item.index == 0 and item.text.isascii() and any(each.text in (":", "：") for each in draft.items):
        return True
    return (led and any(each.index < item.index for each in others)) or (
        linked and any(each.index > item.index for each in others)
    )


def _beside(draft: Draft, item: Item, dataset: str, clauses: list[Clause]) -> list[Item]:
    """In English the days of what they did stand behind it, the thing that they did it with, and which one."""
    found: list[Item] = []
    for each in draft.items[item.index + 1 :] if item.text.isascii() else []:
        same = any(term.dataset == dataset for term in each.all(DatasetTerm))
        period = each.get(PeriodTerm) is not None
        named = any(each in clause.items and reachable_from(draft, dataset, clause) for clause in clauses)
        known = period or same or named
        leads = each.text.lower() == "by" and any(draft.touching(each, 1) in clause.items for clause in clauses)
        cuts = each.word("group", "per", "conj") and not known and not leads
        if not (each.light or each.is_word or known) or cuts or each.text in LINKS:
            break
        found += [each] if known else []
    return found
