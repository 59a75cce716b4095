"""Averages for each day, week or month, and what holds in every one of them: 日均, "a week", "in all 12 months", 四个季度都."""

from __future__ import annotations

from assistant.language.meanings import GrainTerm, PeriodTerm, WeekdaysTerm
from assistant.language.numbers import han_number
from assistant.language.words import language_data, spelled
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import Bound, Per, is_amount, near, number_of
from semantic_layer.conditions import Grain


def average_per(draft: Draft, items: list[Item]) -> tuple[Per | None, list[Item]]:
    """An average for each day: 日均, "a day", "per week"."""
    for item in items:
        for grain in item.all(GrainTerm):
            per: Per | None = grain.grain if grain.grain in ("date", "week", "month") else None  # pyright: ignore[reportAssignmentType]
            if per is None:
                continue
            after, before = near(item, items, 1), near(item, items, -1)
            if grain.groups:
                return per, [item]
            if after is not None and after.word("average") and after.text == "均":
                return per, [item, after]
            if before is not None and (before.word("per") or before.text.lower() in ("a", "an")):
                return per, [item, before]
    return None, []


def every_unit(draft: Draft, items: list[Item]) -> Bound | None:
    """ "Came every week", 每周都来: in each unit of the period at least once; a number makes it an average instead."""
    missed = misses_none(items)
    if missed:
        unit = next(item for item in missed if item.all(GrainTerm))
        grain = unit.all(GrainTerm)[0].grain
        return Bound((*missed, *_said_before(items, missed[0], grain)), grain, "all")
    for item in items:
        weekday = _every_weekday(item, items)
        if weekday:
            return Bound((item, *weekday), "date", "all")
        after, number = near(item, items, 1), near(item, items, -1)
        counted = next((term.grain for term in item.all(GrainTerm)), None)
        many = han_number(item.text[:1]) if not _says_every(item) else None
        if counted is not None and after is not None and after.text.startswith("都"):
            of = number if many is None and number is not None and number.number is not None else None
            value = many or (int(of.number.value) if of is not None and of.number is not None else None)
            if value is not None:
                return Bound((item, *([of] if of is not None else [])), counted, "ge", value)
        grain = counted or _all_of_them(item, _led_by_each_one(item, items)) or unit_of_each(item)
        if grain not in ("date", "week", "month", "quarter") or not is_every(item, items):
            continue
        lasts = item.get(PeriodTerm) is not None and _led_by_each_one(item, items)
        said = [*([] if lasts else [item]), *_lead(item, items), *_said_before(items, item, grain)]
        others = [each for each in items if each not in said and (each.get(PeriodTerm) is None or is_amount(each, items))]
        others = [each for each in others if not _is_any(each, items)]
        if not any(number_of(each) is not None for each in others):
            anys = [each for each in items if _is_any(each, items)]
            leads = [each for each in items if near(each, items, 1) in anys]
            return Bound((*said, *anys, *leads), grain, "all")
    return None


def each_of_units(items: list[Item]) -> tuple[Grain | None, list[Item]]:
    """ "In every quarter", 每个季度都, "every single month of": each of which something holds in, with the words."""
    for item in items:
        grain = next((term.grain for term in item.all(GrainTerm)), None) or unit_of_each(item)
        if grain in ("week", "month", "quarter") and is_every(item, items):
            return grain, [*_lead(item, items), item]
    return None, []


def misses_none(items: list[Item]) -> list[Item]:
    """一个月都没落下: the words that say that none of the units was left out."""
    for item in items:
        grain = next((term.grain for term in item.all(GrainTerm)), None)
        lead = near(item, items, -1)
        first = item if han_number(item.text[:1]) == 1 else lead if lead is not None and number_of(lead) == 1 else None
        if grain not in ("date", "week", "month", "quarter") or first is None:
            continue
        at = near(item, items, 1)
        while at is not None and at.light and not at.word("never"):
            at = near(at, items, 1)
        missed = near(at, items, 1) if at is not None and at.word("never") else None
        if missed is not None and missed.word("misses"):
            return items[items.index(first) : items.index(missed) + 1]
    return []


def is_every(item: Item, items: list[Item]) -> bool:
    """ "Every week", 每周, "every single week"."""
    if _every_weekday(item, items):
        return True
    led = bool(_lead(item, items))
    after = near(item, items, 1)
    if item.all(GrainTerm) and after is not None and after.text.startswith("都"):
        return True  # 四个季度都, 三个月都
    grain = bool(item.all(GrainTerm)) or unit_of_each(item) is not None
    return _all_of_them(item, _led_by_each_one(item, items)) is not None or (grain and (_says_every(item) or led))


def _every_weekday(item: Item, items: list[Item]) -> list[Item]:
    """ "Every Saturday", "on all Saturdays": the words that say that it is each of those days."""
    term, found = item.get(WeekdaysTerm), list[Item]()
    before = near(item, items, -1)
    while before is not None and before.says("the"):
        found.append(before)
        before = near(before, items, -1)
    led = before is not None and before.says("takes_every", "takes_all") and before.number is None and not before.word("both")
    return [before, *found] if term is not None and len(term.days) == 1 and before is not None and led else []


def _lead(item: Item, items: list[Item]) -> list[Item]:
    """The "every" before a unit: "every week", "every one of the twelve months"."""
    found: list[Item] = []
    before = near(item, items, -1)
    unit = bool(item.all(GrainTerm)) or unit_of_each(item) is not None
    while before is not None and unit and (before.number is not None or before.says("the")):
        found.append(before)
        before = near(before, items, -1)
    return [*found, before] if before is not None and leads_each(before) else []


def leads_each(item: Item) -> bool:
    """ "In every", "each", 每."""
    return item.word("per", "group") and any(word.startswith(spelled("every")) for word in item.text.lower().split())


def _is_any(item: Item, items: list[Item]) -> bool:
    """ "At least one order on every day": that there is any."""
    before = near(item, items, -1)
    return number_of(item) == 1 and before is not None and before.word("at_least")


def _says_every(item: Item) -> bool:
    """ "Every week", 每周, 月月."""
    return item.text.lower().startswith(spelled("every")) or (
        len(item.text) == 2 and not item.text.isascii() and item.text[0] == item.text[1]
    )


def unit_of_each(item: Item) -> Grain | None:
    """The "month of" in "every single month of the year"."""
    first, _, rest = item.text.lower().partition(" ")
    return {"day": "date", "week": "week", "month": "month", "quarter": "quarter"}.get(first) if rest == "of" else None  # pyright: ignore[reportReturnType]


def _all_of_them(item: Item, before_all: bool = False) -> Grain | None:
    """ "In all 12 months", "every one of the last 8 weeks": the grain of a length that each one fills."""
    words = item.text.lower().split()
    if item.get(PeriodTerm) is None or not ("all" in words or before_all):
        return None
    units = language_data("en")["units"]
    unit = next((unit for unit, names in units.items() if words[-1] in names), None)
    return {"day": "date"}.get(unit, unit) if unit in ("day", "week", "month", "quarter") else None  # pyright: ignore[reportReturnType]


def _led_by_each_one(item: Item, items: list[Item]) -> bool:
    before = near(item, items, -1)
    return before is not None and before.says("each_one_of")


def _said_before(items: list[Item], item: Item, grain: Grain) -> list[Item]:
    """ "12 months, every month": how many there are, said once more."""
    before, number, inside = near(item, items, -1), near(item, items, -2), None
    if before is not None and before.word("inside"):
        before, number, inside = number, near(item, items, -3), before
    counted = before is not None and any(term.grain == grain for term in before.all(GrainTerm))
    if not counted or before is None or number is None or number.number is None:
        return []
    return [before, number, *([inside] if inside is not None else [])]
