"""Averages for each day, week or month, and what holds in every one of them: 日均, "a week", "in all 12 months", 四个季度都."""

from __future__ import annotations

from assistant.language.meanings import GrainTerm, PeriodTerm
from assistant.language.numbers import han_number
from assistant.language.words import language_data
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import Bound, Per, is_amount, near, number_of
from semantic_layer.conditions import Grain

EVERY = ("every", "each", "每")


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
    for item in items:
        after, number = near(item, items, 1), near(item, items, -1)
        counted = next((term.grain for term in item.all(GrainTerm)), None)
        many = han_number(item.text[:1]) if not _says_every(item) else None
        if counted is not None and after is not None and after.text.startswith("都"):
            of = number if many is None and number is not None and number.number is not None else None
            value = many or (int(of.number.value) if of is not None and of.number is not None else None)
            if value is not None:
                return Bound((item, *([of] if of is not None else [])), counted, "ge", value)
        grain = counted or _all_of_them(item) or _of_each(item)
        if grain not in ("date", "week", "month", "quarter") or not is_every(item, items):
            continue
        before = near(item, items, -1)
        said = [item, *([before] if before is not None and before.word("per", "group") else [])]
        said += _said_before(items, item, grain)
        others = [each for each in items if each not in said and (each.get(PeriodTerm) is None or is_amount(each, items))]
        others = [each for each in others if not _is_any(each, items)]
        if not any(number_of(each) is not None for each in others):
            return Bound(tuple(said), grain, "all")
    return None


def is_every(item: Item, items: list[Item]) -> bool:
    """ "Every week", 每周, "every single week"."""
    before = near(item, items, -1)
    led = before is not None and before.word("per", "group") and before.text.lower().startswith(EVERY)
    after = near(item, items, 1)
    if item.all(GrainTerm) and after is not None and after.text.startswith("都"):
        return True  # 四个季度都, 三个月都
    grain = bool(item.all(GrainTerm)) or _of_each(item) is not None
    return _all_of_them(item) is not None or (grain and (_says_every(item) or led))


def _is_any(item: Item, items: list[Item]) -> bool:
    """ "At least one order on every day": that there is any."""
    before = near(item, items, -1)
    return number_of(item) == 1 and before is not None and before.word("at_least")


def _says_every(item: Item) -> bool:
    """ "Every week", 每周, 月月."""
    return item.text.lower().startswith(EVERY) or (
        len(item.text) == 2 and not item.text.isascii() and item.text[0] == item.text[1]
    )


def _of_each(item: Item) -> Grain | None:
    """The "month of" in "every single month of the year"."""
    first, _, rest = item.text.lower().partition(" ")
    return {"day": "date", "week": "week", "month": "month", "quarter": "quarter"}.get(first) if rest == "of" else None  # pyright: ignore[reportReturnType]


def _all_of_them(item: Item) -> Grain | None:
    """ "In all 12 months": the grain of a length that each one fills."""
    words = item.text.lower().split()
    if item.get(PeriodTerm) is None or "all" not in words:
        return None
    units = language_data("en")["units"]
    unit = next((unit for unit, names in units.items() if words[-1] in names), None)
    return {"day": "date"}.get(unit, unit) if unit in ("day", "week", "month", "quarter") else None  # pyright: ignore[reportReturnType]


def _said_before(items: list[Item], item: Item, grain: Grain) -> list[Item]:
    """ "12 months, every month": how many there are, said once more."""
    before, number, inside = near(item, items, -1), near(item, items, -2), None
    if before is not None and before.word("inside"):
        before, number, inside = number, near(item, items, -3), before
    counted = before is not None and any(term.grain == grain for term in before.all(GrainTerm))
    if not counted or before is None or number is None or number.number is None:
        return []
    return [before, number, *([inside] if inside is not None else [])]
