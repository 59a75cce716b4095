"""The period before: the words that name it, how long it is, and each unit against the one before it."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from assistant.language.meanings import BareDayTerm, GrainTerm, NumberTerm, PeriodTerm, VerbTerm
from assistant.language.words import language_data
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.asked import Asked, span_of
from semantic_layer.calendar import add_months, unit_of
from semantic_layer.conditions import TimeBucket
from semantic_layer.periods import Between, CalendarUnit, LastN, Period
from semantic_layer.requests import AgainstPeriod

Stated = Literal["week", "month", "quarter"]
STATED: tuple[tuple[Stated, tuple[str, ...]], ...] = (
    ("month", ("month", "月")),
    ("week", ("week", "周")),
    ("quarter", ("quarter", "qoq", "季")),
)
"""Words for "against the one before" that say which units are compared."""


MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAYS = {"day": 1, "week": 7}


def previous_word(draft: Draft) -> Item | None:
    """A word for the period before; "previous month" alone, with nothing to compare, is just a period."""
    for item in draft.words("previous"):
        as_period = item.get(PeriodTerm)
        following = draft.touching(item, 1)
        days = following is not None and following.get(BareDayTerm) is not None and item.text.isascii()
        if days or _is_of_a_deed(draft, item):
            continue  # "this month before the 10th" compares nothing
        if as_period is None:
            return item
        others = [other for other in draft.items if other is not item and other.get(PeriodTerm) is not None]
        comparing = draft.any_word("growth", "decline", "than", "side_by_side")
        if others or (comparing and _beside_comparison(draft, item)):
            if not others:
                draft.periods.append(_following(as_period.period))
            return item
    for item in draft.items:
        following = draft.touching(item, 1)
        ends = following is None or following.word("stop")
        if item.free and ends and item.text.lower() == "last" and draft.led_by(item, "than"):
            return item
        if item.free and ends and item.says("day_before") and _says_its_length(draft, item):
            return item
    return None


def _is_of_a_deed(draft: Draft, word: Item) -> bool:
    """ "How many of them had replied before that": when they did it, and no comparison."""
    beside = [each for each in (draft.before(word), draft.after(word)) if each is not None]
    return word.says("deed_before") and any(each.get(VerbTerm) is not None or each.word("act") for each in beside)


def _says_its_length(draft: Draft, word: Item) -> bool:
    """ "The last 30 days vs the 30 before": as many again, of the same unit."""
    number = draft.touching(word, -1)
    lasts = [term.period for item in draft.items for term in item.all(PeriodTerm)]
    count = number.number if number is not None and number.free else None
    return count is not None and any(isinstance(each, LastN) and each.n == count.value for each in lasts)


def _beside_comparison(draft: Draft, item: Item) -> bool:
    before = draft.before(item)
    return before is not None and before.word("than", "side_by_side")


def _following(period: Period) -> Period:
    if isinstance(period, CalendarUnit):
        return CalendarUnit(unit=period.unit, offset=period.offset + 1)
    return period


def claim_length(draft: Draft, previous: Item) -> None:
    """ "the 30 days before that", 再往前30天: the length of the period before is that of the asked one."""
    for step in (draft.before, draft.after):
        near = step(previous)
        for _ in range(2):
            grain = near.get(GrainTerm) if near is not None else None
            if near is None or not near.free or (near.get(NumberTerm) is None and (grain is None or grain.groups)):
                break
            draft.claim("compare with the period before", near)
            near = step(near)


def units_before(draft: Draft, previous: Item, asked: list[Asked]) -> AgainstPeriod | None:
    """ "Four weeks earlier", 三个月前: the same length of days, so many units before."""
    number = draft.before(previous)
    number = draft.before(number) if number is not None and number.get(GrainTerm) is not None else number
    count = int(number.number.value) if number is not None and number.number is not None else 1
    words = (language_data("en")["units"], language_data("zh")["units"])
    text = previous.text.lower() + "".join(each.text for each in draft.between(number, previous)) if number is not None else ""
    unit = next((unit for each in words for unit, names in each.items() if any(name in text for name in names)), None)
    if count < 2 or unit is None or len(asked) != 1 or (unit not in MONTHS and unit not in DAYS):
        return None
    span = span_of(asked[0].period, draft)
    if unit in DAYS:
        step = timedelta(days=count * DAYS[unit])
        return AgainstPeriod(period=Between(start=span.start - step, end=span.end - step))
    months = -count * MONTHS[unit]
    end = add_months(span.end + timedelta(days=1), months) - timedelta(days=1)
    return AgainstPeriod(period=Between(start=add_months(span.start, months), end=end))


def each_against_the_one_before(draft: Draft, previous: Item, asked: list[Asked]) -> None:
    """ "Month over month from July to December": a row for each month, not the half against the one before."""
    around = previous.text.lower() + "".join(item.text for item in (draft.touching(previous, -1),) if item is not None)
    unit: Stated | None = next((unit for unit, words in STATED if any(word in around for word in words)), None)
    if unit is None or len(asked) > 1 or draft.any_word("total", "sum"):
        return
    days = span_of(asked[0].period if asked else draft.today.settings.default_period, draft)
    if unit_of(days.start, unit).end < days.end:
        draft.bind_group(TimeBucket(grain=unit))
