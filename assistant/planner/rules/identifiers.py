"""Keys in a question: branch 12, 12分店, branches 8, 13 and 18. A number becomes a value of the noun beside it."""

from __future__ import annotations

from assistant.language.meanings import BareDayTerm, FieldTerm, GrainTerm, MetricTerm, NumberTerm, ValueTerm
from assistant.language.text import is_han
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause
from semantic_layer.conditions import Field as FieldOf
from semantic_layer.reach import home_dataset


def read_identifiers(draft: Draft) -> list[Clause]:
    found: list[Clause] = []
    for item in draft.items:
        term = item.get(FieldTerm)
        if term is None or not item.free or item.get(ValueTerm):
            continue
        numbers = _numbers_after(draft, item) or _numbers_before(draft, item)
        values = [(number, _as_key(draft, term.name, number)) for number in numbers]
        if not values or any(value is None for _, value in values):
            continue
        items = [item, *(number for number, _ in values)]
        draft.claim(f"{term.name}", *items)
        for between in draft.between(min(items, key=_index), max(items, key=_index)):
            draft.claim(term.name, between)
        clause = Clause(items, FieldOf(name=term.name), [value for _, value in values])
        clause.words = " ".join(each.text for each in sorted(items, key=_index))
        found.append(clause)
    return [*found, *_inside_metrics(draft)]


def _inside_metrics(draft: Draft) -> list[Clause]:
    """ "Cost of tours 18 and 20", 18号展会成本: the metric's own word holds the noun of the keys."""
    found: list[Clause] = []
    for item in draft.items:
        if not item.free or not any(not term.weak for term in item.all(MetricTerm)) or item.get(FieldTerm) is not None:
            continue
        for entity in draft.workspace.entities:
            words = [word.lower() for word in entity.words()]
            text = item.text.lower()
            after, before = draft.after(item), draft.touching(item, -1)
            singular = " ".join(token.key for token in draft.question.tokens[item.span.start : item.span.end])
            ends = any(text.endswith(word) or singular.endswith(f" {word}") for word in words) and _is_plain_number(after)
            begins = any(text.startswith(word) for word in words) and before is not None and _is_key(before)
            numbers = _numbers_after(draft, item) if ends else [before] if begins and before is not None else []
            values = [(number, _as_key(draft, entity.key_name, number)) for number in numbers]
            if values and all(value is not None for _, value in values):
                draft.claim(entity.key_name, *draft.items[numbers[0].index : numbers[-1].index + 1])
                words = f"{item.text} " + " ".join(number.text for number in numbers)
                found.append(Clause(numbers, FieldOf(name=entity.key_name), [value for _, value in values], words=words))
    return found


def _is_key(item: Item) -> bool:
    """18号: a number that is marked as the name of something."""
    return item.free and item.get(BareDayTerm) is not None and item.text.endswith("号")


def _index(item: Item) -> int:
    return item.index


def _is_plain_number(item: Item | None) -> bool:
    if item is None or not item.free:
        return False
    number = item.get(NumberTerm)
    if number is not None:
        return number.value.is_integer() and not number.percent and not number.scaled
    return item.get(BareDayTerm) is not None


def _numbers_after(draft: Draft, noun: Item) -> list[Item]:
    """`branch 12`, `branches 8, 13 and 18`, 分店12; not 分店5个, where a counter follows."""
    first = draft.after(noun)
    if not _is_plain_number(first) or first is None:
        return []
    if any(not each.light for each in draft.between(noun, first)) or draft.led_by(noun, "top", "bottom"):
        return []
    if any(
        each.text.strip() not in ("", "#", "no", "no.", "号", "number", "是", "为", "is", "nr", "-")
        for each in draft.between(noun, first)
    ):
        return []
    numbers = [first]
    while True:
        follower = draft.touching(numbers[-1], 1)
        if follower is not None and follower.word("classifier") and follower.text not in ("号", "号店"):
            numbers.pop()
            break
        link = draft.after(numbers[-1])
        comma = follower if follower is not None and follower.text in (",", "，", "、", "/", "&", "+") else None
        if _is_written(numbers[-1]) and _is_written(follower) and follower is not None and not _has_own_noun(draft, follower):
            numbers.append(follower)  # "branches 8 13 18"
            continue
        nearest = comma or link
        if nearest is None or not (nearest is comma or nearest.word("conj", "plus", "than", "side_by_side", "or")):
            break
        target = draft.after(nearest)
        if target is not None and target.word("conj"):
            target = draft.after(target)
        if not _is_plain_number(target) or target is None or _has_own_noun(draft, target):
            break
        numbers.append(target)
    return numbers


def _is_written(item: Item | None) -> bool:
    return item is not None and _is_plain_number(item) and item.text.strip().isdigit()


def _has_own_noun(draft: Draft, number: Item) -> bool:
    """The number belongs to something that follows it."""
    noun = draft.touching(number, 1)
    return noun is not None and (noun.get(FieldTerm) is not None or noun.get(GrainTerm) is not None or noun.word("classifier"))


def _numbers_before(draft: Draft, noun: Item) -> list[Item]:
    """12分店, 18号柜台; a number word or a number after "top" counts instead."""
    number = draft.touching(noun, -1)
    marked = False
    if number is not None and number.text in ("号", "#", "号店"):
        number, marked = draft.touching(number, -1), True
    number = _past_apposition(draft, number)
    if not _is_plain_number(number) or number is None:
        return []
    if noun.word("classifier") and not marked and number.get(BareDayTerm) is None:
        return []  # 50单 counts
    han = any(is_han(char) for char in noun.text)
    written = number.text.strip().rstrip("号日").isdigit()
    earlier = draft.touching(number, -1)
    bound = ("top", "bottom", "most", "least", "at_least", "more_than", "at_most", "less_than")
    if not han or not written or (earlier is not None and earlier.word(*bound) and not earlier.word("filler")):
        return []
    numbers = [number]
    while True:
        link = draft.touching(numbers[-1], -1)
        if link is None or not (link.word("conj") or link.text in (",", "、", "，")):
            break
        target = draft.touching(link, -1)
        if not _is_plain_number(target) or target is None:
            break
        numbers.append(target)
    if not marked and len(str(int(float(numbers[0].text.rstrip("号日"))))) < 2 and number.get(BareDayTerm) is None:
        # 5分店 is more likely a count that lacks its counter.
        return []
    return numbers[::-1]


def _past_apposition(draft: Draft, item: Item | None) -> Item | None:
    """406和429这两家店: the count between the numbers and their noun is passed over."""
    at, counted = item, False
    while at is not None:
        counts = at.number is not None and at.number.value <= 12 and not at.text.strip().isdigit()
        if not (counts or at.word("classifier", "refer", "this")):
            break
        counted = counted or counts or at.word("refer", "this")
        at = draft.touching(at, -1)
    return at if counted and at is not None and _is_plain_number(at) and at.text.strip().isdigit() else item


def _as_key(draft: Draft, name: str, number: Item) -> int | str | None:
    """The stored value that a written number stands for; None where the field has no such values."""
    term, day = number.get(NumberTerm), number.get(BareDayTerm)
    value = int(term.value) if term is not None else day.day if day is not None else None
    entity = draft.workspace.entity_of_key(name)
    if entity is not None:
        return value if entity.type == "id" else str(value)
    home = home_dataset(draft.workspace, name)
    declared = home.field(name) if home else None
    if declared is not None and declared.type == "id":
        return value
    known = draft.lexicon.values.get(name, ())
    return next((each for each in known if str(each) == str(value)), None)  # pyright: ignore[reportReturnType]
