"""Tags that are numbers, with the number: R得分是5, "recency over 60 days", 流失概率大于60%."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, GrainTerm, TagTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import COMPARISONS
from assistant.planner.rules.bounds import comparison, opens_range, range_end, range_words
from assistant.planner.rules.clause import Clause
from semantic_layer.conditions import Compare, Range, Tag
from semantic_layer.model.tags import AnyTag

NUMBERS = ("count", "decimal", "fraction")
BETWEEN = ("only", "is_what", "filler", "stop", "inside", "act", *COMPARISONS)
"""Words that may stand between a tag and its number."""


def read_scores(draft: Draft) -> list[Clause]:
    """The number that a tag has, or the bound that is set to it."""
    found: list[Clause] = []
    for item, term in draft.having(TagTerm):
        if not item.free:
            continue
        tag = draft.workspace.tag(term.name)
        number = _number_behind(draft, item)
        if tag is None or tag.type not in NUMBERS or number is None or not number.free:
            continue
        clause = _bounded(draft, tag, item, number) or _exact(draft, tag, item, number)
        if clause is not None:
            found.append(clause)
    return found


def _number_behind(draft: Draft, item: Item) -> Item | None:
    number = draft.touching(item, 1)
    while number is not None and number.number is None:
        if not (number.light or number.word(*BETWEEN) or number.text == "$" or opens_range(number)):
            return None
        number = draft.touching(number, 1)
    return number


def _bounded(draft: Draft, tag: AnyTag, item: Item, number: Item) -> Clause | None:
    """ "Over 60 days", 在30%到60%之间."""
    compared, second = comparison(draft, number, draft.items), range_end(draft, number, draft.items)
    ref, low = Tag(name=tag.name), _value(tag, number)
    if second is not None and second.number is not None:
        percent = second.number.percent
        low = low / 100 if percent and number.number is not None and not number.number.percent and tag.type == "fraction" else low
        words = [*range_words(number, draft.items), *draft.between(number, second)]
        condition = Range(left=ref, low=low, high=_value(tag, second))
    elif compared is not None and (compared[1].index > item.index):
        second, words = number, [compared[1]]
        condition = Compare(left=ref, op=COMPARISONS[compared[0]], right=low)
    else:
        return None
    last = max([second, *words], key=lambda each: each.index)
    inner = [each for each in draft.between(item, last) if each is not number]
    used = {each.index: each for each in (item, number, second, *words, *_unit(draft, tag, number, second))}
    items = list(used.values())
    draft.claim(tag.name, *items, *(each for each in inner if not each.light))
    return Clause(items, condition=condition, words=f"{tag.name} {number.text}")


def _exact(draft: Draft, tag: AnyTag, item: Item, number: Item) -> Clause | None:
    """ "A recency score of 5"."""
    behind = draft.touching(number, 1)
    bound = behind is not None and behind.word("more", "less", "at_least", "at_most", "classifier") and behind.is_word
    if tag.type != "count" or bound or number.number is None:
        return None  # a bound, or a number of something else
    passed = [each for each in draft.between(item, number) if not each.light]
    draft.claim(tag.name, item, number, *passed)
    return Clause([item, number], Tag(name=tag.name), [int(number.number.value)], words=f"{tag.name} = {number.text}")


def _unit(draft: Draft, tag: AnyTag, *numbers: Item) -> list[Item]:
    """The unit of the tag, or a word for counting, behind a number."""
    found: list[Item] = []
    for number in numbers:
        behind = draft.touching(number, 1)
        named = tag.unit if isinstance(tag.unit, str) else tag.unit.model_dump().values()
        if behind is None or not behind.free or behind.get(FieldTerm) is not None:
            continue
        grain = behind.get(GrainTerm)
        if behind.light or behind.word("times", "classifier", "money") or behind.text in named or grain is not None:
            found.append(behind)
    return found


def _value(tag: AnyTag, item: Item) -> float | int:
    """A percentage is a fraction; a whole number stays one."""
    assert item.number is not None
    value = item.number.value
    if item.number.percent and tag.type == "fraction" and value > 1:
        return value / 100
    return int(value) if float(value).is_integer() else value
