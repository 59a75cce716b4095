"""Periods in a question: which is asked, which is only compared with, and which stand side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from assistant.language.dates import day_in_month_of
from assistant.language.meanings import BareDayTerm, GrainTerm, NumberTerm, PeriodTerm
from assistant.language.words import language_data
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause
from semantic_layer.calendar import Span, add_months, aligned_unit, resolve, unit_of, whole_months
from semantic_layer.columns import Note
from semantic_layer.conditions import Grain, Range, TimeBucket
from semantic_layer.periods import Between, CalendarUnit, EachPeriod, LastN, Period
from semantic_layer.requests import AgainstPeriod, LastYear, PreviousPeriod

QUARTERS = re.compile(r"q[1-4]|quarter|季")


@dataclass
class Asked:
    """One period with the items that named it."""

    items: list[Item]
    term: PeriodTerm

    @property
    def period(self) -> Period:
        return self.term.period


def read_periods(draft: Draft) -> None:
    """Fills the periods and the comparison of periods."""
    previous = _previous_word(draft)
    if previous is not None:
        draft.claim("compare with the period before", previous)
        _claim_length(draft, previous)
    asked = _asked(draft)
    asked = _part_and_whole(draft, asked) or _narrowed(draft, asked)
    for each in asked:
        draft.claim("period", *each.items)
        if each.term.note:
            draft.notes.append(Note(code=each.term.note))
    if draft.words("last_year"):
        draft.claim("compare with last year", *draft.words("last_year"))
        draft.compare = LastYear()
        draft.marks.add("compare")
    elif previous is not None:
        draft.compare = _units_before(draft, previous, asked) or PreviousPeriod()
        draft.marks.add("compare")
        _each_against_the_one_before(draft, previous, asked)
    aligned = draft.words("same_weekdays")
    if aligned and (draft.compare is None or isinstance(draft.compare, PreviousPeriod)):
        draft.claim("compare with the same weekdays", *aligned)
        draft.compare = PreviousPeriod(align="weekday")
        draft.marks.add("compare")
    together = _together(draft, asked)
    if together is not None:
        draft.periods = [together]
        _claim_links(draft, asked)
    elif len(asked) >= 2 and draft.compare is None:
        _several(draft, asked)
    elif len(asked) >= 2:
        _drop_the_named_previous(draft, asked)
    elif asked:
        _one(draft, asked[0])


def without_said_weekdays(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """ "Sunday the 17th": the weekday of a day that is named says nothing new."""
    kept: list[Clause] = []
    for clause in clauses:
        if isinstance(clause.ref, TimeBucket) and clause.ref.grain == "weekday" and len(clause.values) == 1:
            beside = [draft.touching(clause.last, 1), draft.touching(clause.first, -1)]
            days = [_days(term.period, draft) for each in beside if each is not None and (term := each.get(PeriodTerm))]
            if any(span.days == 1 and span.start.isoweekday() == clause.values[0] for span in days):
                continue
        kept.append(clause)
    return kept


def _together(draft: Draft, asked: list[Asked]) -> Period | None:
    """ "July and August in all": periods that follow each other and are added up are one."""
    finer = any(term.groups and term.grain in ("date", "week") for item in draft.items for term in item.all(GrainTerm))
    if len(asked) < 2 or draft.compare is not None or not (draft.any_word("sum") or finer):
        return None
    spans = sorted((_days(each.period, draft) for each in asked), key=lambda span: span.start)
    if any(second.start.toordinal() != first.end.toordinal() + 1 for first, second in pairwise(spans)):
        return None
    return Between(start=spans[0].start, end=spans[-1].end)


Stated = Literal["week", "month", "quarter"]
STATED: tuple[tuple[Stated, tuple[str, ...]], ...] = (
    ("month", ("month", "月")),
    ("week", ("week", "周")),
    ("quarter", ("quarter", "qoq", "季")),
)
"""Words for "against the one before" that say which units are compared."""


def _each_against_the_one_before(draft: Draft, previous: Item, asked: list[Asked]) -> None:
    """ "Month over month from July to December": a row for each month, not the half against the one before."""
    around = previous.text.lower() + "".join(item.text for item in (draft.touching(previous, -1),) if item is not None)
    unit: Stated | None = next((unit for unit, words in STATED if any(word in around for word in words)), None)
    if unit is None or len(asked) != 1 or draft.any_word("total", "sum"):
        return
    days = _days(asked[0].period, draft)
    if unit_of(days.start, unit).end < days.end:
        draft.bind_group(TimeBucket(grain=unit))


def _part_and_whole(draft: Draft, asked: list[Asked]) -> list[Asked] | None:
    """ "December's share of the year": the longer period is asked, the shorter one is the part."""
    if len(asked) < 2 or not draft.words("share"):
        return None
    if len(asked) > 2:
        widest = max((_days(each.period, draft) for each in asked), key=lambda span: span.days)
        if all(_days(each.period, draft).within(widest) for each in asked):
            draft.beyond = ("one_part", {"text": draft.question.original.strip()})
        return None
    between = draft.between(asked[0].items[-1], asked[1].items[0])
    if all(item.light for item in between):
        return None
    outer, inner = sorted(asked, key=lambda each: -_days(each.period, draft).days)
    wide, narrow = _days(outer.period, draft), _days(inner.period, draft)
    if narrow == wide or not narrow.within(wide):
        return None
    draft.claim("period", *inner.items)
    draft.part = Range(left=TimeBucket(grain="date"), low=narrow.start.isoformat(), high=narrow.end.isoformat())
    draft.marks.add("part_by_filter")
    return [outer]


def _previous_word(draft: Draft) -> Item | None:
    """A word for the period before; "previous month" alone, with nothing to compare, is just a period."""
    for item in draft.words("previous"):
        as_period = item.get(PeriodTerm)
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
    return None


def _claim_length(draft: Draft, previous: Item) -> None:
    """ "the 30 days before that", 再往前30天: the length of the period before is that of the asked one."""
    for step in (draft.before, draft.after):
        near = step(previous)
        for _ in range(2):
            grain = near.get(GrainTerm) if near is not None else None
            if near is None or not near.free or (near.get(NumberTerm) is None and (grain is None or grain.groups)):
                break
            draft.claim("compare with the period before", near)
            near = step(near)


MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAYS = {"day": 1, "week": 7}


def _units_before(draft: Draft, previous: Item, asked: list[Asked]) -> AgainstPeriod | None:
    """ "Four weeks earlier", 三个月前: the same length of days, so many units before."""
    number = draft.before(previous)
    number = draft.before(number) if number is not None and number.get(GrainTerm) is not None else number
    count = int(number.number.value) if number is not None and number.number is not None else 1
    words = (language_data("en")["units"], language_data("zh")["units"])
    text = previous.text.lower() + "".join(each.text for each in draft.between(number, previous)) if number is not None else ""
    unit = next((unit for each in words for unit, names in each.items() if any(name in text for name in names)), None)
    if count < 2 or unit is None or len(asked) != 1 or (unit not in MONTHS and unit not in DAYS):
        return None
    span = _days(asked[0].period, draft)
    if unit in DAYS:
        step = timedelta(days=count * DAYS[unit])
        return AgainstPeriod(period=Between(start=span.start - step, end=span.end - step))
    months = -count * MONTHS[unit]
    end = add_months(span.end + timedelta(days=1), months) - timedelta(days=1)
    return AgainstPeriod(period=Between(start=add_months(span.start, months), end=end))


def _beside_comparison(draft: Draft, item: Item) -> bool:
    before = draft.before(item)
    return before is not None and before.word("than", "side_by_side")


def _following(period: Period) -> Period:
    if isinstance(period, CalendarUnit):
        return CalendarUnit(unit=period.unit, offset=period.offset + 1)
    return period


def _asked(draft: Draft) -> list[Asked]:
    """All periods in order; a bare day takes the month of the dated one before it."""
    found: list[Asked] = []
    for item in draft.items:
        if not item.free:
            continue
        term = item.get(PeriodTerm)
        if term is not None and isinstance(term.period, EachPeriod):
            found += [Asked([item], PeriodTerm(each)) for each in term.period.of]
            draft.marks.add("listed_periods")
            continue
        if term is not None and found and item.word("echo") and draft.touching(item, -1) is found[-1].items[-1]:
            draft.claim("period", item)
            continue
        if term is not None and not (item.word("filler") and _reads_as_filler(draft, item)):
            found.append(Asked([item], term))
            continue
        day = item.get(BareDayTerm)
        if day is None:
            continue
        base = found[-1].period if found else CalendarUnit(unit="month", offset=0)
        period = day_in_month_of(base, day.day, draft.today)
        if period is None:
            continue
        if found and draft.before(item) in found[-1].items and _is_month(found[-1].period, draft):
            found[-1] = Asked([*found[-1].items, item], PeriodTerm(period))
        else:
            found.append(Asked([item], PeriodTerm(period)))
    return found


def _reads_as_filler(draft: Draft, item: Item) -> bool:
    return draft.touching(item, -1) is None


def _days(period: Period, draft: Draft) -> Span:
    today = draft.today
    return resolve(period, today.as_of, today.data, today.settings.conventions)


def _is_month(period: Period, draft: Draft) -> bool:
    return whole_months(_days(period, draft)) == 1


def _narrowed(draft: Draft, asked: list[Asked]) -> list[Asked]:
    """Neighbours that narrow each other become one: last year December, this year's third quarter."""
    result: list[Asked] = []
    for each in asked:
        if result and (not _linked(draft, result[-1], each) or _said_again(draft, result[-1], each)):
            joined = _within(result[-1], each, draft) or _within(each, result[-1], draft)
            if joined is not None:
                result[-1] = Asked([*result[-1].items, *each.items], PeriodTerm(joined))
                continue
        result.append(each)
    return result


def _said_again(draft: Draft, first: Asked, second: Asked) -> bool:
    """After a comma the days of a period are given: "in the run-up to the holiday, 20 to 24 December"."""
    between = draft.between(first.items[-1], second.items[0])
    if not all(item.word("stop", "filler") or item.text in (",", "，") for item in between):
        return False
    wide, narrow = _days(first.period, draft), _days(second.period, draft)
    return narrow == wide or (narrow.within(wide) and not (whole_months(wide) and whole_months(narrow)))


def _linked(draft: Draft, first: Asked, second: Asked) -> bool:
    """Whether something between two periods says that both are meant."""
    between = draft.between(first.items[-1], second.items[0])
    return any(
        (item.word("conj", "than", "side_by_side", "or", "plus") and not item.word("filler")) or item.text in (",", "、")
        for item in between
    )


def _within(outer: Asked, inner: Asked, draft: Draft) -> Period | None:
    """The inner period inside the outer year or half; None where it does not lie in there."""
    wide = _days(outer.period, draft)
    if isinstance(outer.period, CalendarUnit) and outer.period.unit == "year" and isinstance(inner.period, Between):
        narrow = _days(inner.period, draft)
        shift = (wide.start.year - narrow.start.year) * 12
        if whole_months(narrow):
            start = add_months(narrow.start, shift)
            months = whole_months(narrow) or 1
            return Between(start=start, end=date.fromordinal(add_months(start, months).toordinal() - 1))
        return Between(start=add_months(narrow.start, shift), end=add_months(narrow.end, shift))
    narrow = _days(inner.period, draft)
    return inner.period if narrow.within(wide) else None


def _one(draft: Draft, asked: Asked) -> None:
    """One period; with "than" before it and nothing else, it is what the one after it is compared with."""
    before = draft.before(asked.items[0])
    compared = before is not None and before.free and before.word("than") and not before.word("group")
    after = draft.after(asked.items[-1])
    if not compared and before is not None and before.free and before.word("conj") and not asked.items[0].text.isascii():
        compared = after is not None and after.word("than")
    moved = draft.any_word("growth", "decline", "change", "motion")
    if compared and before is not None and isinstance(asked.period, CalendarUnit | LastN | Between):
        following = _next_period(asked.period, draft)
        if following is not None:
            draft.claim("compare", before)
            draft.periods = [following]
            draft.marks.add("main_period_assumed")
            draft.compare = AgainstPeriod(period=asked.period)  # pyright: ignore[reportArgumentType]
            draft.marks.add("compare")
            return
    months = whole_months(_days(asked.period, draft))
    if moved and months and months >= 2 and _says_from_to(asked) and not _over_time(draft):
        ends = _days(asked.period, draft)
        unit = "quarter" if QUARTERS.search(asked.items[0].text.lower()) and months % 3 == 0 else "month"
        first, last = unit_of(ends.start, unit), unit_of(ends.end, unit)
        draft.periods = [Between(start=last.start, end=last.end)]
        draft.compare = AgainstPeriod(period=Between(start=first.start, end=first.end))
        draft.marks.add("compare")
        return
    draft.periods = [asked.period]


def _over_time(draft: Draft) -> bool:
    return draft.any_word("trend") or any(term.groups for _, term in draft.having(GrainTerm))


def _says_from_to(asked: Asked) -> bool:
    return asked.items[0].text.lower().startswith(("from", "从"))


def _next_period(period: Period, draft: Draft) -> Period | None:
    """What is asked when only the period compared with is named: the one after "last month", else the current one."""
    if isinstance(period, Between):
        unit = aligned_unit(_days(period, draft), draft.today.settings.conventions)
        current = CalendarUnit(unit=unit, offset=0) if unit is not None else None
        return current if current is not None and _days(current, draft).start > _days(period, draft).end else None
    if isinstance(period, CalendarUnit):
        return CalendarUnit(unit=period.unit, offset=period.offset + 1) if period.offset < 0 else None
    return None


def _several(draft: Draft, asked: list[Asked]) -> None:
    if len(asked) == 2 and isinstance(asked[0].period, LastN) and asked[0].period == asked[1].period:
        # "the last 7 days against the previous 7 days": the second cannot be the same days again.
        draft.periods, draft.compare = [asked[0].period], PreviousPeriod()
        draft.marks.add("compare")
        draft.claim(
            "compare", *(item for item in draft.between(asked[0].items[-1], asked[1].items[0]) if item.word("than", "conj"))
        )
        return
    reference = _reference(draft, asked)
    if reference is not None:
        main = next(each for each in asked if each is not reference)
        draft.periods = [main.period]
        draft.compare = AgainstPeriod(period=reference.period)  # pyright: ignore[reportArgumentType]
        draft.marks.add("compare")
        return
    if len(asked) == 2 and not _any_link(draft, asked) and "listed_periods" not in draft.marks:
        draft.beyond = ("two_periods", {"text": f"{asked[0].items[0].text} / {asked[1].items[0].text}"})
    draft.periods = [each.period for each in asked]
    _claim_links(draft, asked)


def _any_link(draft: Draft, asked: list[Asked]) -> bool:
    return all(_linked(draft, first, second) for first, second in pairwise(asked)) or draft.any_word("side_by_side", "than")


def _claim_links(draft: Draft, asked: list[Asked]) -> None:
    for first, second in pairwise(asked):
        for item in draft.between(first.items[-1], second.items[0]):
            if item.word("conj", "than", "side_by_side"):
                draft.claim("side by side", item)


def _reference(draft: Draft, asked: list[Asked]) -> Asked | None:
    """Of two periods the one that is only compared with; None where both are wanted alike."""
    if len(asked) != 2:
        return None
    first, second = asked
    moved = draft.any_word("growth", "decline", "change")
    between = [item for item in draft.between(first.items[-1], second.items[0]) if not item.word("stop")]
    if between and all(item.word("against") for item in between):
        draft.claim("compare", *between)
        return second
    for each, other in ((second, first), (first, second)):
        before, after = draft.before(each.items[0]), draft.after(each.items[-1])
        led = before is not None and before.free and before.word("than")
        followed = after is not None and after.free and after.word("than") and before is not None and before.word("conj")
        symmetric = led and before is not None and before.word("side_by_side")
        apart = any(not item.light and not item.word("conj") for item in draft.between(first.items[-1], second.items[0]))
        if (led and (moved or not symmetric or _comes_before(each, other, draft))) or (followed and (moved or apart)):
            draft.claim("compare", *(item for item in (before, after) if item is not None and item.word("than", "conj")))
            return each
    if moved and _comes_before(first, second, draft) and _linked(draft, first, second):
        return first
    if moved and _comes_before(second, first, draft) and _linked(draft, first, second):
        return second
    return None


def _comes_before(each: Asked, other: Asked, draft: Draft) -> bool:
    """Seen from today, "last month" beside "this month" is the earlier one that the other is measured by."""
    if each.term.named and other.term.named and not draft.any_word("growth", "decline", "change"):
        return False
    return _days(each.period, draft).end < _days(other.period, draft).start


def _drop_the_named_previous(draft: Draft, asked: list[Asked]) -> None:
    """ "November against the previous month (October)": the asked period is the later one."""
    later = max(asked, key=lambda each: _days(each.period, draft).end)
    draft.periods = [later.period]
    others = [each for each in asked if each is not later]
    if others:
        draft.compare = AgainstPeriod(period=others[0].period)  # pyright: ignore[reportArgumentType]


def several_units(draft: Draft) -> Grain | None:
    """The unit of a period of several units, said with their number: "these four quarters" change from one to the next."""
    period = draft.periods[0] if len(draft.periods) == 1 and draft.compare is None else None
    if isinstance(period, LastN) and 2 <= period.n <= 24 and period.unit in ("week", "month", "quarter"):
        return period.unit
    return None
