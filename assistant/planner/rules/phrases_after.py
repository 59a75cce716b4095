"""What stands behind a noun, or asks for it, and says something of it: customers who came in May."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, PeriodTerm, ValueTerm, VerbTerm
from assistant.language.words import spelled
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import COMPARISONS
from assistant.planner.rules.commas import goes_on
from assistant.planner.rules.heads import is_weak_metric
from assistant.planner.rules.phrase import HEADS, LINKS
from assistant.planner.rules.whose import is_participle, whose_of
from semantic_layer.conditions import GRAINS


def behind(draft: Draft, noun: Item) -> list[Item]:
    """What stands after the noun: behind "who", as the predicate of a question about it, or a bound ("orders over 100")."""
    following = _past_days(draft, noun) or _far_relative(draft, noun) or _past_colon(draft, noun) or draft.touching(noun, 1)
    if following is None:
        return []
    inside = not following.text.isascii() and following.word("inside")
    bounded = following.word(*COMPARISONS) and following.text.isascii() and _number_follows(draft, following)
    described = is_participle(following) and whose_of(draft, noun) not in GRAINS
    described = described and (not is_subject(draft, noun) or following.text.lower().endswith("ing"))
    told = _past_colon(draft, noun) is not None or _subject_of_deed(draft, noun) or _in_both(draft, noun)
    if not (following.word("relative") or bounded or inside or described or told or _is_asked(draft, noun)):
        return []
    if following.word("relative") and _is_superlative(draft, following):
        return []
    found: list[Item] = []
    for item in draft.items[following.index :]:
        if item.text in LINKS and not goes_on(draft, item):
            break
        opens = inside and not any(each.get(VerbTerm) or each.get(MetricTerm) for each in found)
        asks = not item.text.isascii() and item.word("count", "share", "group") and not item.word("filler", "classifier")
        if (asks or (item.word("count") and inside)) and not opens:
            break
        if item.word("group") and item.text.isascii() and found and _grouped_by(draft, item):
            break
        if item.get(GrainTerm) is not None and item.text.lower().startswith("by "):
            break
        if found and (_other_group_follows(draft, noun, item) or (not following.word("relative") and _cut_by_each(draft, item))):
            break
        if found and item.word("conj") and _asks_another_figure(draft, item, found):
            break
        found.append(item)
        if item.text.endswith(",") and _asks_behind(draft, item):
            break  # "whose first order was in Q2, what share …": the days took the comma along
    while found and found[-1].text == "的":
        found.pop()
    found = _without_main_verb(draft, noun, found)
    return [item for item in found if not (inside and item.word("count", "share"))]


def _asks_another_figure(draft: Draft, link: Item, found: list[Item]) -> bool:
    """ "… in May and what was their rate": a figure is asked behind "and"."""
    behind = draft.touching(link, 1)
    if behind is None or not link.text.isascii():
        return False
    figures = [item for item in draft.items[behind.index :] if any(not term.weak for term in item.all(MetricTerm))]
    told = any(item.number or item.get(ValueTerm) is not None or item.word("never", "not") for item in found)
    if behind.says("asks_how_much") or (behind.word("how_much") and behind.text.isascii()):
        return told
    return bool(figures) and (behind.says("asks_what") or (behind.word("is_what") and behind.text.isascii()))


def _asks_behind(draft: Draft, item: Item) -> bool:
    """ "…, what share", "…, how many"."""
    behind = draft.touching(item, 1)
    while behind is not None and behind.word("which") and behind.word("filler"):
        behind = draft.touching(behind, 1)
    if behind is None or not behind.word("share", "count") or not behind.is_word or behind.word("filler"):
        return False
    noun = draft.after(behind)
    return behind.word("share") or noun is None or whose_of(draft, noun) is None  # "…, how many customers …": the noun again


def _in_both(draft: Draft, noun: Item) -> bool:
    """ "Customers in both May and June"."""
    inside = draft.touching(noun, 1)
    both = draft.touching(inside, 1) if inside is not None and inside.word("inside") else None
    return noun.text.isascii() and both is not None and both.word("both") and both.get(PeriodTerm) is None


def _is_superlative(draft: Draft, relative: Item) -> bool:
    """ "Customers with the highest sales": an order, and nothing that is said of each one."""
    following = draft.after(relative)
    return following is not None and following.word("most", "least") and not following.word("single", *COMPARISONS)


def _other_group_follows(draft: Draft, noun: Item, link: Item) -> bool:
    """ "People who buy red ones vs people who never do": the noun again, with something else said of it."""
    again = draft.touching(link, 1)
    relative = draft.touching(again, 1) if again is not None else None
    joins = link.word("than", "side_by_side", "conj") and not link.word("relative")
    same = again is not None and whose_of(draft, again) is not None and whose_of(draft, again) == whose_of(draft, noun)
    return joins and same and relative is not None and relative.word("relative", "never")


def _cut_by_each(draft: Draft, word: Item) -> bool:
    """ "How many came in each month": a cut of the question, where "who came every month" says something of each one."""
    if word.get(GrainTerm) is not None and word.text.lower().startswith("each ") and word.text.count(" ") == 1:
        return True
    following = draft.after(word)
    return word.says("each") and following is not None and following.get(GrainTerm) is not None


def _subject_of_deed(draft: Draft, noun: Item) -> bool:
    """ "Customers letter 3 reached": who did it stands between the noun and the verb."""
    whose = whose_of(draft, noun)
    subject = draft.touching(noun, 1)
    while subject is not None and (
        subject.says("none_of")
        or (subject.word("filler") and not subject.word("inside", "restricts") and not subject.says("did"))
    ):
        subject = draft.touching(subject, 1)
    if subject is None or not noun.text.isascii() or draft.workspace.entity(whose or "") is None:
        return False
    if not any(term.entity not in (None, whose) for term in subject.all(FieldTerm)):
        return False
    verb = draft.after(subject)
    while verb is not None and (verb.number is not None or verb.word("filler") or verb.says("ever")):
        verb = draft.after(verb)
    return verb is not None and verb.get(VerbTerm) is not None


def _without_main_verb(draft: Draft, noun: Item, found: list[Item]) -> list[Item]:
    """ "What did those who never came back spend": the verb of the question is not said of each one."""
    if not is_subject(draft, noun) or not found or not found[0].word("relative"):
        return found
    verbs = [item for item in found if item.get(MetricTerm) is not None and not item.all(FieldTerm)]
    deeds = [item for item in found if item.get(VerbTerm) is not None or item.word("act")]
    if not verbs or not deeds or verbs[-1].index < deeds[0].index:
        return found
    return [item for item in found if item.index < verbs[-1].index]


def _past_days(draft: Draft, noun: Item) -> Item | None:
    """ "Weeks in spring with …": days between a noun and what is said of it are those of the question."""
    days = draft.after(noun)
    if not noun.text.isascii() or days is None or days.get(PeriodTerm) is None:
        return None
    following = draft.touching(days, 1)
    return following if following is not None and (following.word("relative") or is_participle(following)) else None


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


def named_last(draft: Draft, item: Item) -> str | None:
    """The entity that a noun before names last; nouns that are bound already ("tour 18") say which one is meant."""
    free = [each for each in draft.items[: item.index] if each.free and not _is_first_one(draft, each)]
    whose = [name for each in free if (name := whose_of(draft, each)) is not None]
    return next((name for name in reversed(whose) if draft.workspace.entity(name) is not None), None)


def _is_first_one(draft: Draft, noun: Item) -> bool:
    """ "Whose first order was in May": the noun says what they did."""
    before = draft.before(noun)
    return before is not None and before.word("first_time") and before.text.isascii()


def deed_asked(draft: Draft, item: Item) -> Item | None:
    """ "Of those, how many never came", …里百分之多少也买了红的: what is asked of a noun that was named before."""
    if not item.word("count", "share") or not item.is_word or item.word("filler"):
        return None
    sign, following = draft.touching(item, 1), draft.after(item)
    if sign is not None and sign.text in ("(", "（"):
        return None  # a remark
    if any(each.word("whole") for each in (draft.between(item, following) if following is not None else ())):
        return None  # 占所有购买客户: all of them
    if following is not None and following.word("add") and following.text.lower() in ("also", "too", "也", "还"):
        following = draft.after(following)
    first = following
    while following is not None and following.get(PeriodTerm) is not None:
        following = draft.after(following)  # 多少人三月又来了
    deed = following is not None and (following.get(VerbTerm) is not None or following.word("never", "act", "contains"))
    if first is following and following is not None and following.text.isascii():
        bound = draft.after(following) if is_weak_metric(following) else following
        deed = deed or (bound is not None and _is_bound(draft, bound))  # "what percentage spent less than 50"
    return first if deed else None


def _is_bound(draft: Draft, word: Item) -> bool:
    """ "How many had fewer than 50 orders"."""
    return word.word(*COMPARISONS) and not word.word("filler") and _number_follows(draft, word)


def until_link(draft: Draft, first: Item) -> list[Item]:
    found: list[Item] = []
    for item in draft.items[first.index :]:
        if (item.text in LINKS and not goes_on(draft, item)) or _cut_by_each(draft, item):
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


def _is_asked(draft: Draft, noun: Item) -> bool:
    """ "how many customers …", 哪些门店…, "who …": the noun is the subject of the question."""
    following = draft.touching(noun, 1)
    counts = noun.text.lower().startswith(spelled("counts")) or (
        noun.get(MetricTerm) is not None and noun.text.startswith(spelled("how_many_of"))
    )
    counts = counts and not (following is not None and following.word("group", "per"))
    if noun.says("who") or counts:
        return True
    before = draft.before(noun)
    while before is not None and not before.word(*HEADS) and _describes(before):
        before = draft.before(before)
    return before is not None and before.word(*HEADS) and not (before.word("share") and _other_subject(draft, noun))


def _other_subject(draft: Draft, noun: Item) -> bool:
    """ "What share of orders did customers who … account for": what follows is said of others."""
    auxiliary = draft.touching(noun, 1)
    subject = draft.after(auxiliary) if auxiliary is not None and auxiliary.says("auxiliaries") else None
    whose = whose_of(draft, subject) if subject is not None else None
    return whose is not None and whose != whose_of(draft, noun) and draft.workspace.entity(whose) is not None


def _describes(item: Item) -> bool:
    """What may stand between a question word and its noun: a period, a value."""
    return item.get(PeriodTerm) is not None or item.get(ValueTerm) is not None or item.word("inside", "filler", "whole")


def is_subject(draft: Draft, noun: Item) -> bool:
    """ "How many did our letters reach": the noun of a question, whose verb says what it did."""
    before = draft.touching(noun, -1)
    while before is not None and before.light and not before.says("auxiliaries"):
        before = draft.touching(before, -1)
    return before is not None and before.says("auxiliaries")
