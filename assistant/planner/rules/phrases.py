"""Phrases that say something about each entity: "customers who came twice", 从没买过红色的客户, "which shops sold under 100".

A phrase is found by its noun and by where it stands: in Chinese before the noun or after it, in English after it.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, PeriodTerm, ValueTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import COMPARISONS
from assistant.planner.rules.counting import entity_counts
from semantic_layer.conditions import GRAINS
from semantic_layer.reach import home_dataset

HEADS = ("count", "which", "list", "share", "how_much")
"""Words that ask of the noun: what follows it says which of them are meant."""
LINKS = (",", "，", ";", "；", "?", "？", "。", ".", ":", "：")
OF_EACH = "what each "
"""How the roles of words begin that say something of each one."""
COUNTS = ("number of ", "how many ", "count of ", "share of ", "percentage of ")
"""How names of metrics begin that count their noun."""
EVERYONE = ("everyone", "everybody", "anyone", "anybody", "all those", "those people")
WITHOUT = ("without", "without any")
AUXILIARIES = ("have", "has", "had", "do", "does", "did")
PRONOUNS = ("those", "ones", "the ones", "them", "these")
WHO = ("who", "谁", "哪些人", "什么人")


@dataclass(frozen=True)
class Phrase:
    """A noun and what is said of each one that it names.

    Attributes:
        noun: The item of the noun; None where Chinese leaves it out (从没买过的有多少).
        whose: The entity, or a field or a grain of time.
        items: What is said, in the order of the question; stretches before and after the noun apart.
    """

    noun: Item | None
    whose: str
    items: tuple[Item, ...]
    after: tuple[Item, ...] = ()


def phrases(draft: Draft) -> list[Phrase]:
    """Every stretch that may say something of each one of a noun."""
    found: list[Phrase] = []
    for item in draft.items:
        whose = whose_of(draft, item) or _whose_again(draft, item)
        if whose is None:
            continue
        before, after = tuple(_before(draft, item, whose)), tuple(_after(draft, item))
        after = after if any(not (each.light or each.word("inside", "filler")) for each in after) else ()
        before = () if _only_asks(before) else before
        if _noun_inside(draft, item) is not None:
            after = (item, *after)
        found += [Phrase(item, whose, items) for items in (before, after) if items]
        if before and after:
            found.append(Phrase(item, whose, before, after))
    person = next((each.name for each in draft.workspace.entities if each.personal), None)
    for item in draft.items:
        said = tuple(_back_from(draft, item.index - 1)) if item.text == "的" and _asks_after(draft, item) else ()
        whose = (_named_last(draft, said[0]) or person) if said else None
        if whose is not None:
            found.append(Phrase(None, whose, said))
    for item in draft.items:
        first = _deed_asked(draft, item)
        named = _named_last(draft, item)
        if first is not None and named is not None:
            found.append(Phrase(None, named, tuple(_until_link(draft, first))))
    return [phrase for phrase in found if any(not (item.light or item.word("inside", "filler")) for item in phrase.items)]


def whose_of(draft: Draft, item: Item) -> str | None:
    """What an item names, if it names things that have figures of their own."""
    if item.text.lower() in WHO and item.word("which"):
        before = draft.touching(item, -1)
        if (
            before is not None
            and before.word("conj", "but", "or")
            and any(whose_of(draft, each) for each in draft.items[: before.index])
        ):
            return None
        return _person(draft) if before is None or whose_of(draft, before) is None else None
    for term in item.all(FieldTerm):
        if term.entity is not None:
            return term.entity
    following = draft.touching(item, 1)
    if item.text.lower() in EVERYONE and following is not None and following.word("relative"):
        return _person(draft)
    described = next((term for term in item.all(ValueTerm) if item.text.lower().endswith("s")), None)
    if described is not None and following is not None and (following.word("relative", "act") or _is_participle(following)):
        return _person(draft) if _describes_people(draft, described.field) else None
    for term in item.all(MetricTerm) if item.get(VerbTerm) is None else ():
        for entity in draft.workspace.entities:
            if not term.weak and term.name in {each.name for each in entity_counts(draft.workspace, entity.name)}:
                return entity.name
    inside = _noun_inside(draft, item)
    if inside is not None:
        return inside
    plain = item.get(FieldTerm)
    if plain is not None and item.get(MetricTerm) is None and item.get(VerbTerm) is None:
        return plain.name
    grain = item.get(GrainTerm)
    return grain.grain if grain is not None and not item.word("filler") and grain.field is None else None


def _noun_inside(draft: Draft, item: Item) -> str | None:
    """哪些展会的成本超过…: the word for the figure begins with the noun that is asked for."""
    before = draft.touching(item, -1)
    head, link, _ = item.text.partition("的")
    if not link or item.get(MetricTerm) is None or before is None or not before.word("which"):
        return None
    return next((each.name for each in draft.workspace.entities if head in each.words()), None)


def _whose_again(draft: Draft, item: Item) -> str | None:
    """ "The top ten of those who …": the noun that was named last."""
    following = draft.touching(item, 1)
    if item.text.lower() not in PRONOUNS or following is None or not (following.word("relative") or _is_participle(following)):
        return None
    named = [whose for each in draft.items[: item.index] if (whose := whose_of(draft, each)) is not None]
    return next((whose for whose in reversed(named) if draft.workspace.entity(whose) is not None), None)


def _is_subject(draft: Draft, noun: Item) -> bool:
    """ "How many did our letters reach": the noun of a question, whose verb says what it did."""
    before = draft.touching(noun, -1)
    while before is not None and before.light and before.text.lower() not in AUXILIARIES:
        before = draft.touching(before, -1)
    return before is not None and before.text.lower() in AUXILIARIES


def _is_participle(item: Item) -> bool:
    """ "Customers reached by mail", "orders holding three items", "those never reached"."""
    if not item.text.isascii() or item.word("filler"):
        return False
    measures = item.get(MetricTerm) is not None or item.word("average")
    if item.text.lower() in WITHOUT or (measures and item.text.lower().endswith("ing")):
        return True
    return item.get(VerbTerm) is not None or item.word("contains", "including", "never")


def _describes_people(draft: Draft, field: str) -> bool:
    """ "Homeowners": a value that names people by what they are."""
    home, person = home_dataset(draft.workspace, field), _person(draft)
    return person is not None and home is not None and home in draft.workspace.homes_of(person)


def _person(draft: Draft) -> str | None:
    return next((each.name for each in draft.workspace.entities if each.personal), None)


def _asks_after(draft: Draft, link: Item) -> bool:
    """的 with nothing but a question after it."""
    following = draft.touching(link, 1)
    return following is not None and following.word("count", "share", "list") and following.get(FieldTerm) is None


# ---- before the noun: Chinese -------------------------------------------------------------------------------------------


def _before(draft: Draft, noun: Item, whose: str) -> list[Item]:
    """What stands before 的 and the noun; a verb alone may touch it (退货客户)."""
    link = draft.touching(noun, -1)
    while link is not None and _stands_between(link):
        link = draft.touching(link, -1)
    if link is None:
        return []
    if link.text == "的":
        return _back_from(draft, link.index - 1)
    if link.text.endswith("的") and link.word("first_time"):
        return _back_from(draft, link.index)
    alone = link.get(VerbTerm) is not None and not link.text.isascii() and not link.word("filler")
    return [link] if alone and draft.workspace.entity(whose) is not None else []


def _back_from(draft: Draft, index: int) -> list[Item]:
    found: list[Item] = []
    while index >= 0:
        item = draft.items[index]
        if item.text in LINKS and not _goes_on(draft, item):
            break
        if item.word("inside") and not item.text.isascii() and _names_a_whole(draft, item):
            break
        found.insert(0, item)
        index -= 1
    while found and found[0].word("list", "which") and not found[0].word("filler"):
        found.pop(0)
    return found


def _names_a_whole(draft: Draft, item: Item) -> bool:
    """客户里: what follows is about a part of those that the noun before it names."""
    before = draft.before(item)
    whose = whose_of(draft, before) if before is not None and before.get(PeriodTerm) is None else None
    return whose is not None and whose not in GRAINS


def _stands_between(item: Item) -> bool:
    """What may stand between 的 and its noun: …的那批客户, …的是哪些门店."""
    passed = item.light or (item.word("which") and item.word("list"))
    return passed and not item.text.endswith("的") and not item.text.isascii()


# ---- after the noun -----------------------------------------------------------------------------------------------------


def _after(draft: Draft, noun: Item) -> list[Item]:
    """What stands after the noun: behind "who", as the predicate of a question about it, or a bound ("orders over 100")."""
    following = _past_days(draft, noun) or _far_relative(draft, noun) or _past_colon(draft, noun) or draft.touching(noun, 1)
    if following is None:
        return []
    inside = not following.text.isascii() and following.word("inside")
    bounded = following.word(*COMPARISONS) and following.text.isascii() and _number_follows(draft, following)
    described = _is_participle(following) and whose_of(draft, noun) not in GRAINS and not _is_subject(draft, noun)
    told = _past_colon(draft, noun) is not None
    if not (following.word("relative") or bounded or inside or described or told or _is_asked(draft, noun)):
        return []
    found: list[Item] = []
    for item in draft.items[following.index :]:
        if item.text in LINKS and not _goes_on(draft, item):
            break
        opens = inside and not any(each.get(VerbTerm) or each.get(MetricTerm) for each in found)
        asks = not item.text.isascii() and item.word("count", "share", "group") and not item.word("filler", "classifier")
        if (asks or (item.word("count") and inside)) and not opens:
            break
        if item.word("group") and item.text.isascii() and found and _grouped_by(draft, item):
            break
        if item.get(GrainTerm) is not None and item.text.lower().startswith("by "):
            break
        found.append(item)
    while found and found[-1].text == "的":
        found.pop()
    return [item for item in found if not (inside and item.word("count", "share"))]


def _past_days(draft: Draft, noun: Item) -> Item | None:
    """ "Weeks in spring with …": days between a noun and what is said of it are those of the question."""
    days = draft.after(noun)
    if not noun.text.isascii() or days is None or days.get(PeriodTerm) is None:
        return None
    following = draft.touching(days, 1)
    return following if following is not None and (following.word("relative") or _is_participle(following)) else None


def _past_colon(draft: Draft, noun: Item) -> Item | None:
    """ "Shops: sold more than …": what is said of the noun stands behind a colon."""
    sign = draft.touching(noun, 1)
    while sign is not None and sign.light and sign.text not in (":", "：", "-", "—"):
        sign = draft.touching(sign, 1)
    following = draft.after(sign) if sign is not None and sign.text in (":", "：", "-", "—") else None
    entity = draft.workspace.entity(whose_of(draft, noun) or "") is not None
    if following is None or not entity or following.get(FieldTerm) is not None:
        return None
    deed = following.get(VerbTerm) is not None or following.word("act", "never", "relative")
    return following if deed else None


def _far_relative(draft: Draft, noun: Item) -> Item | None:
    """ "The top ten customers by sales that never …": a clause that stands apart from its noun, with no other noun between."""
    if draft.workspace.entity(whose_of(draft, noun) or "") is None or not noun.text.isascii():
        return None
    for item in draft.items[noun.index + 1 :]:
        if item.text in LINKS or (whose_of(draft, item) is not None and not item.word("relative")):
            return None
        following = draft.after(item)
        denies = following is not None and following.word("never", "not")
        if item.text.lower() in ("who", "that") and item.index > noun.index + 1 and denies:
            return item
    return None


def _named_last(draft: Draft, item: Item) -> str | None:
    """The entity that a noun before names last; nouns that are bound already ("tour 18") say which one is meant."""
    whose = [name for each in draft.items[: item.index] if each.free and (name := whose_of(draft, each)) is not None]
    return next((name for name in reversed(whose) if draft.workspace.entity(name) is not None), None)


def _only_asks(before: tuple[Item, ...]) -> bool:
    """三季度有百分之多少的客户: what stands before the noun asks for a number of them, and says nothing."""
    asks = any(item.word("count", "share", "how_much") and not item.word("filler") for item in before)
    deeds = any(item.get(VerbTerm) is not None or item.get(MetricTerm) is not None or item.word("act") for item in before)
    return asks and not deeds


def _deed_asked(draft: Draft, item: Item) -> Item | None:
    """ "Of those, how many never came", …里百分之多少也买了红的: what is asked of a noun that was named before."""
    if not item.word("count", "share") or not item.is_word or item.word("filler"):
        return None
    following = draft.after(item)
    if following is not None and following.word("add") and following.text.lower() in ("also", "too", "也", "还"):
        following = draft.after(following)
    deed = following is not None and (following.get(VerbTerm) is not None or following.word("never", "act", "contains"))
    return following if deed else None


def _until_link(draft: Draft, first: Item) -> list[Item]:
    found: list[Item] = []
    for item in draft.items[first.index :]:
        if item.text in LINKS and not _goes_on(draft, item):
            break
        found.append(item)
    return found


def _number_follows(draft: Draft, comparison: Item) -> bool:
    following = draft.after(comparison)
    if following is not None and following.text == "$":
        following = draft.after(following)
    return following is not None and following.number is not None


def _grouped_by(draft: Draft, word: Item) -> bool:
    """ "by month", "by sales": what follows the phrase says how to cut or to order."""
    following, before = draft.after(word), draft.touching(word, -1)
    passive = following is not None and before is not None and before.get(VerbTerm) is not None
    if passive and following is not None and any(term.entity is not None for term in following.all(FieldTerm)):
        return False  # "reached by a letter"
    kinds = (FieldTerm, GrainTerm, MetricTerm)
    return word.text.lower() in ("by", "per") and following is not None and any(following.get(kind) for kind in kinds)


def _goes_on(draft: Draft, comma: Item) -> bool:
    """What is said goes on after a comma."""
    following = draft.after(comma)
    if comma.text not in (",", "，") or following is None:
        return False
    return following.word("but", "never", "not") or _tells_of_deeds(draft, comma)


def _tells_of_deeds(draft: Draft, comma: Item) -> bool:
    """一季度买过,二季度没来…的客户: nothing but a deed stands before the comma, and a further one after it."""
    segment: list[Item] = []
    before = draft.touching(comma, -1)
    while before is not None and before.text not in LINKS:
        segment.append(before)
        before = draft.touching(before, -1)
    after = [item for item in draft.items[comma.index + 1 : comma.index + 6] if item.text not in LINKS]
    deeds = [any(item.get(VerbTerm) is not None or item.word("act") for item in each) for each in (segment, after)]
    asks = any(item.word("count", "which", "list", "how_much", "share") and not item.word("filler") for item in segment)
    nouns = any(item.text == "的" or whose_of(draft, item) is not None or item.get(MetricTerm) for item in segment)
    return all(deeds) and not asks and not nouns and not segment[0].text.isascii()


def _is_asked(draft: Draft, noun: Item) -> bool:
    """ "how many customers …", 哪些门店…, "who …": the noun is the subject of the question."""
    following = draft.touching(noun, 1)
    counts = noun.text.lower().startswith(COUNTS) and not (following is not None and following.word("group", "per"))
    if noun.text.lower() in WHO or counts:
        return True
    before = draft.before(noun)
    while before is not None and not before.word(*HEADS) and _describes(before):
        before = draft.before(before)
    return before is not None and before.word(*HEADS)


def _describes(item: Item) -> bool:
    """What may stand between a question word and its noun: a period, a value."""
    return item.get(PeriodTerm) is not None or item.get(ValueTerm) is not None or item.word("inside", "filler", "whole")
