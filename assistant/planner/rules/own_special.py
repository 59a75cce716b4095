"""Which phrases need each one's own figures: the others only filter rows."""

from __future__ import annotations

from itertools import pairwise

from assistant.language.meanings import FieldTerm, MetricTerm, PeriodTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import has_number, is_amount, is_comparing
from assistant.planner.rules.bounds import is_only_one
from assistant.planner.rules.clause import Clause, describes
from assistant.planner.rules.counting import all_counts, counted_by_rows, counts_of
from assistant.planner.rules.cut import cut, does_something
from assistant.planner.rules.every import is_every, misses_none
from assistant.planner.rules.heads import is_weak_metric
from assistant.planner.rules.how_often import how_often_asked
from assistant.planner.rules.own_comparisons import compares_periods
from assistant.planner.rules.own_margins import has_margin
from assistant.planner.rules.own_parts import is_whole_of_share
from assistant.planner.rules.phrase import Phrase
from semantic_layer.metric_parts import base_datasets

NEAR = 3
"""Items around a number among which its comparing word stands."""


ALONE = ("once", "twice", "single")


def is_special(draft: Draft, phrase: Phrase, clauses: list[Clause]) -> bool:
    """Whether it needs each one's own figures, and not only rows that are left out."""
    items = [*phrase.items, *phrase.after]
    if _is_everyone(draft, phrase, items, clauses):
        return False
    if any(item.word("within_days") for item in items) and any(map(does_something, items)):
        return True
    if _is_bounded(items) or compares_periods(items) or has_margin(draft, items) or _compares_twice(draft, phrase, clauses):
        return True
    if draft.workspace.entity(phrase.whose) is None:
        return False
    own = [clause for clause in clauses if all(item in items for item in clause.items)]
    does = [item for index, item in enumerate(items) if does_something(item) or _is_deed_behind(items, index)]
    if not does and _only_has_things(draft, phrase, items):
        return True
    both_days = any(item.word("both") for item in items) and sum(item.get(PeriodTerm) is not None for item in items) > 1
    if (
        both_days
        or any(item.word("never", "not") and item.says("denies") for item in items)
        or any(is_every(item, items) for item in items)
    ):
        does = does or [item for item in items if _has_things(draft, item, phrase.whose)]
    if any(_is_never(draft, item, own) or _is_without(draft, item) for item in items) or (does and _is_negated(items, own)):
        return True
    if _on_both_days(draft, phrase, items, bool(does)):
        return True
    both = any(item.word("both") and (item.text.lower() == "both" or not item.word("conj", "filler")) for item in items)
    both = both and (bool(own) or not _has_one_time(draft, phrase))
    holds = bool(own) and (both or any(item.word("contains", "including") and item.is_word for item in items))
    if holds and not _asks_only_how_many(draft, phrase):
        return True
    first = [item for item in items if item.word("first_time")]
    if first and (does or any(item.get(PeriodTerm) for item in items)):
        return True
    if misses_none(items):
        return True
    if not does and not holds:
        return False
    if phrase.noun is None and does and _is_asked_of_them(draft, items):
        return True
    others = [clause for clause in own if not describes(draft, clause, phrase.whose)]
    only = others and any(item.says("only_these") and item.word("only") for item in items)
    several = any(len(each.values) > 1 and not (each.either or each.plus or each.negated) for each in others)
    every = any(is_every(item, items) for item in items) and not _has_one_time(draft, phrase)
    if only or several or both or every:
        return True
    if not does:
        return False
    follows = phrase.noun is not None and phrase.items[0].index > phrase.noun.index
    inside = bool(phrase.after) or (not phrase.items[0].text.isascii() and phrase.items[0].word("inside"))
    if (inside or follows) and draft.any_word("share"):
        return True
    return len(does) > 1 or not _asks_only_how_many(draft, phrase) or _is_of_other_data(draft, does)


def _compares_twice(draft: Draft, phrase: Phrase, clauses: list[Clause]) -> bool:
    """六月销售额比五月多、客户数比五月少: each part sets two periods against each other."""
    twice = sum(item.word("than") and not item.text.isascii() for item in phrase.items) > 1
    return twice and all(map(compares_periods, cut(draft, list(phrase.items), clauses)))


def _is_asked_of_them(draft: Draft, items: list[Item]) -> bool:
    """ "…, how many bought it again", "…, what share came in June": a deed of those who were named before."""
    if any(item.says("the_thing") and does_something(verb) for verb, item in pairwise(items)):
        return True
    return draft.any_word("share") and any(item.says("again") or item.get(PeriodTerm) is not None for item in items)


def _on_both_days(draft: Draft, phrase: Phrase, items: list[Item], does: bool) -> bool:
    """ "Seen in May as well as in June", "how many in both May and June": the same ones."""
    words = [item for item in items if item.word("both") and item.text.isascii()]
    days = [item for item in items if item.get(PeriodTerm) is not None]
    if len(days) < 2 or _has_one_time(draft, phrase):
        return False
    if any(_on_all_days(draft, item, days, phrase.whose) for item in items):
        return True
    if not words:
        return False
    first = next((item for item in items if not item.word("filler", "inside")), None)
    compared = any(item.word("side_by_side") and item not in words for item in draft.items)
    alone = first in words and (_asks_only_how_many(draft, phrase) or draft.any_word("share")) and not compared
    return alone or (does and any(words[0].index < each.index for each in days))


def _on_all_days(draft: Draft, word: Item, days: list[Item], whose: str) -> bool:
    """五月和六月都来过的客户: all of the days before the word, and a deed behind it."""
    before, deed = draft.touching(word, -1), draft.touching(word, 1)
    done = deed is not None and (does_something(deed) or _has_things(draft, deed, whose))
    return word.says("all_of_them") and before in days and done


def _has_one_time(draft: Draft, phrase: Phrase) -> bool:
    """An order is of one day: "orders in both May and June" are two numbers of them."""
    return any(counted_by_rows(draft.workspace, each) == phrase.whose for each in draft.workspace.datasets)


def _is_everyone(draft: Draft, phrase: Phrase, items: list[Item], clauses: list[Clause]) -> bool:
    """占下半年所有来过的客户, 在五月购买客户里占: all those who did anything at all."""
    before = draft.touching(items[0], -1)
    whole = any(item.word("whole") and item.get(PeriodTerm) is None for item in items)
    said = any(item.word("never", "not", "only", "first_time", "both") for item in items)
    bare = not said and not any(item.number or any(item in each.items for each in clauses) for item in items)
    if not bare:
        return False
    return (whole and before is not None and before.word("share")) or is_whole_of_share(draft, phrase)


def is_of_every(draft: Draft, phrase: Phrase) -> bool:
    """每个月都…的门店: true of each one in every unit, whatever it is."""
    for item in phrase.items:
        after = draft.touching(item, 1)
        if after is not None and after.text.startswith("都") and is_every(item, list(phrase.items)):
            link = draft.touching(phrase.items[-1], 1)
            return link is not None and link.text == "的" and draft.workspace.entity(phrase.whose) is not None
    return False


def _has_things(draft: Draft, item: Item, whose: str) -> bool:
    """每周都有订单, "had orders in both May and June": that there are any of the things that the rows of the data make up."""
    after = draft.touching(item, 1)
    entities = [term.entity for term in after.all(FieldTerm) if term.entity not in (None, whose)] if after is not None else []
    figures = after is not None and any(not term.weak for term in after.all(MetricTerm))
    return item.says("has") and bool(entities or (figures and item.text.isascii()))


def _only_has_things(draft: Draft, phrase: Phrase, items: list[Item]) -> bool:
    """ "How many shops had orders in May": of things that no metric counts, that they had any is said of each one."""
    entity = draft.workspace.entity(phrase.whose)
    if entity is None or entity.count is not None or phrase.noun is None or not draft.led_by(phrase.noun, "count"):
        return False
    once = sum(item.get(PeriodTerm) is not None for item in items) <= 1
    return once and any(item.text.isascii() and _has_things(draft, item, phrase.whose) for item in items)


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
        plain = [each for each in items[index + 1 :] if each.text != "$"]
        between = index + 2 < len(items) and following is not None and following.text.lower() in ("到", "至", "and", "to", "-")
        before = items[max(0, index - NEAR) : index]
        exact = any((each.says("only_these") and each.word("only")) or each.says("exactly") for each in before)
        exact = exact and following is not None and (following.word("classifier") or following.get(FieldTerm) is not None)
        if has_number(item) and (compared or times or exact or (between and len(plain) > 1 and has_number(plain[1]))):
            return True
    return False


def _is_never(draft: Draft, item: Item, clauses: list[Clause]) -> bool:
    """A negation before something done, or before what it was done with, or when: "but never red ones"."""
    following = draft.after(item)
    if item.word("never") and _denies_one(draft, item):
        return True
    if not item.word("never") or following is None:
        return False
    again = any(following in clause.items for clause in clauses) or following.get(PeriodTerm) is not None
    again = again or following.says("again", "after_that")
    return again or following.get(VerbTerm) is not None or following.get(MetricTerm) is not None or following.word("act")


def _denies_one(draft: Draft, never: Item) -> bool:
    """一单都没有: not a single one of what is counted."""
    before = draft.touching(never, -1)
    while before is not None and (before.light or before.word("classifier") or before.all(FieldTerm)):
        before = draft.touching(before, -1)
    return before is not None and before.number is not None and before.number.value == 1 and not never.text.isascii()


def _is_without(draft: Draft, item: Item) -> bool:
    """ "Had no orders": none of what is counted."""
    following = draft.after(item)
    if not item.says("none_of") or not item.word("not") or following is None:
        return False
    terms = following.all(FieldTerm)
    return following.get(MetricTerm) is not None or any(term.entity is not None for term in terms)


def _is_negated(items: list[Item], clauses: list[Clause]) -> bool:
    """ "Bought red but not blue", "came in March but not in April"."""
    words = [item for item in items if item.word("not", "never") and item.says("denies")]
    return bool(words) and (any(clause.negated for clause in clauses) or any(_before_days(items, word) for word in words))


def _before_days(items: list[Item], word: Item) -> bool:
    following = [item for item in items[items.index(word) + 1 :] if not (item.light or (item.is_word and item.word("filler")))]
    return bool(following) and (following[0].get(PeriodTerm) is not None or following[0].says("after_that"))


def _asks_only_how_many(draft: Draft, phrase: Phrase) -> bool:
    """Whether the question asks how many of them there are, and no other figure."""
    counts = counts_of(draft.workspace, phrase.whose)
    outside = [item for item in draft.items if item not in phrase.items and item not in phrase.after]
    if any(item.word("average") and (amount := draft.touching(item, 1)) and amount.says("amount_of") for item in outside):
        return False  # "the average value of orders that contain …"
    if how_often_asked(draft, outside) is not None:
        return False
    return all(name in counts for name in _figures(outside))


def _figures(items: list[Item]) -> list[str]:
    """The metrics that are asked: by name, else by a verb (花了多少钱)."""
    free = [item for item in items if item.role is None]
    strong = [term.name for item in free for term in item.all(MetricTerm) if not term.weak]
    weak = [item.all(MetricTerm)[0].name for item in free if is_weak_metric(item) and not item.word("filler")]
    return strong or weak


def _is_of_other_data(draft: Draft, does: list[Item]) -> bool:
    """What they did is in other data than what is asked of them."""
    outside = _figures([item for item in draft.items if item not in does])
    counts = all_counts(draft.workspace)
    data = {dataset for name in outside for dataset in base_datasets(draft.workspace, name)}
    verbs = {term.dataset for item in does for term in item.all(VerbTerm)}
    return bool(data) and not (verbs & data) and not any(name in counts for name in outside)
