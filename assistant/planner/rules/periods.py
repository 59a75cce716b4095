"""Periods in a question: which is asked, which is only compared with, and which stand side by side."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

from assistant.language.dates import day_in_month_of
from assistant.language.meanings import BareDayTerm, GrainTerm, PeriodTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.alike import (
    against,
    same_days,
    same_days_of_another,
    same_holiday,
    same_weekdays,
    whole_beside_partial,
)
from assistant.planner.rules.asked import Asked
from assistant.planner.rules.asked import claim_links as _claim_links
from assistant.planner.rules.asked import next_period as _next_period
from assistant.planner.rules.asked import span_of as _days
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.previous import claim_length, each_against_the_one_before, previous_word, units_before
from semantic_layer.calendar import UNITS, add_months, aligned_unit, unit_of, whole_months
from semantic_layer.columns import Note
from semantic_layer.conditions import Grain, Range, TimeBucket
from semantic_layer.periods import Between, CalendarUnit, EachPeriod, LastN, Period
from semantic_layer.requests import AgainstPeriod, LastYear, PreviousPeriod

QUARTERS = re.compile(r"q[1-4]|quarter|季")


def read_periods(draft: Draft) -> None:
    """Fills the periods and the comparison of periods."""
    led = _led_days(draft)
    previous = previous_word(draft)
    if previous is not None:
        draft.claim("compare with the period before", previous)
        claim_length(draft, previous)
    asked = _asked(draft, led)
    asked = _part_and_whole(draft, asked) or _narrowed(draft, asked)
    for each in asked:
        draft.claim("period", *each.items)
        note = Note(code=each.term.note) if each.term.note else None
        if note is not None and note not in draft.notes:
            draft.notes.append(note)
    if same_days_of_another(draft, asked):
        return
    if draft.words("last_year"):
        draft.claim("compare with last year", *draft.words("last_year"))
        draft.compare = same_holiday(draft, asked) or LastYear()
        draft.marks.add("compare")
    elif previous is not None:
        draft.compare = units_before(draft, previous, asked) or PreviousPeriod()
        draft.marks.add("compare")
        each_against_the_one_before(draft, previous, asked)
    asked = same_weekdays(draft, asked)
    same_days(draft, asked)
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
        _through(draft, asked[0])


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


def _led_days(draft: Draft) -> dict[int, PeriodTerm]:
    """ "Until the 10th", 到10号, "from the 5th": a bare day that others end or begin with, in the month that is named."""
    found: dict[int, PeriodTerm] = {}
    for item in draft.items:
        day = item.get(BareDayTerm) if item.free else None
        lead = draft.touching(item, -1)
        lead = draft.touching(lead, -1) if lead is not None and lead.says("the") else lead
        if day is None or lead is None or not lead.free or not lead.says("day_ends", "day_follows", "day_begins"):
            continue
        dated = [each for each in draft.items if each.free and (term := each.get(PeriodTerm)) and _is_month(term.period, draft)]
        near = [each for each in dated if each.index < item.index][-1:] or dated[:1]
        base = near[0].all(PeriodTerm)[0].period if near else CalendarUnit(unit="month", offset=0)
        period = day_in_month_of(base, day.day, draft.today)
        if isinstance(period, Between) and period.start is not None:
            eve = date.fromordinal(period.start.toordinal() - 1)
            begins = Between(start=period.start, end=_days(base, draft).end)
            ends = Between(end=eve if lead.says("day_follows") else period.start)
            found[item.index] = PeriodTerm(begins if lead.says("day_begins") else ends)
            draft.claim("period", lead)
    return found


def _asked(draft: Draft, led: dict[int, PeriodTerm]) -> list[Asked]:
    """All periods in order; a bare day takes the month of the dated one before it."""
    found: list[Asked] = []
    for item in draft.items:
        if item.index in led:
            found.append(Asked([item], led[item.index]))
            continue
        if not item.free:
            continue
        term = item.get(PeriodTerm)
        if term is not None and isinstance(term.period, EachPeriod):
            found += [Asked([item], PeriodTerm(each)) for each in term.period.of]
            draft.marks.add("listed_periods")
            continue
        if term is not None and _is_own_of_each_row(draft, item, term):
            draft.claim("period", item)
            draft.marks.add("own_whole")
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


def _is_own_of_each_row(draft: Draft, item: Item, term: PeriodTerm) -> bool:
    """每个月占当月订单的比重: beside a cut by the same unit, each row's own."""
    unit = term.period.unit if isinstance(term.period, CalendarUnit) else None
    cuts = [cut for each in draft.items[: item.index] for cut in each.all(GrainTerm) if cut.groups]
    return item.says("that_time") and any(unit is not None and UNITS.get(cut.grain) == unit for cut in cuts)


def _reads_as_filler(draft: Draft, item: Item) -> bool:
    return draft.touching(item, -1) is None


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
    """The inner period inside the outer one, or the outer one up to where the inner ends; None where it does not lie in there."""
    wide = _days(outer.period, draft)
    ended = inner.period.end if isinstance(inner.period, Between) and inner.period.start is None else None
    if ended is not None:  # "this quarter up to the 24th of December"
        return Between(start=wide.start, end=ended) if wide.start <= ended <= wide.end else None
    if inner.term.holiday is not None and not _days(inner.period, draft).within(wide) and whole_months(wide) == 12:
        other = inner.term.holiday.in_year(wide.start.year)
        if isinstance(other, PeriodTerm):
            return other.period
        draft.beyond = (other.code, {**dict(other.parts), "text": inner.items[0].text})
        return inner.period
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
            if not (isinstance(draft.compare, PreviousPeriod) and draft.compare.align == "weekday"):
                draft.compare = against(draft, following, asked.period)
            draft.marks.add("compare")
            return
    draft.periods = [asked.period]
    if moved and not _over_time(draft):
        compare_ends(draft)


def _through(draft: Draft, asked: Asked) -> None:
    """ "By month through June": from the beginning of the year, as one month is no series; else June alone."""
    lead, days = draft.touching(asked.items[0], -1), _days(asked.period, draft)
    unit = aligned_unit(days, draft.today.settings.conventions)
    series = unit in [term.grain for item in draft.items for term in item.all(GrainTerm) if term.groups]
    if lead is not None and lead.says("through") and draft.periods == [asked.period] and series:
        draft.claim("period", lead)
        draft.periods = [Between(start=unit_of(days.start, "year").start, end=days.end)]


def _over_time(draft: Draft) -> bool:
    return draft.any_word("trend") or any(term.groups for _, term in draft.having(GrainTerm))


def compare_ends(draft: Draft) -> None:
    """What moved "from May to July" is July's figure against May's."""
    for item in draft.items:
        term = item.get(PeriodTerm)
        ends = ends_of(item, term.period, draft) if term is not None and [term.period] == draft.periods else None
        if ends is not None:
            draft.periods, draft.compare = [ends[1]], AgainstPeriod(period=ends[0])
            draft.marks.add("compare")


def ends_of(item: Item, period: Period, draft: Draft) -> tuple[Between, Between] | None:
    """ "From May to July", 5月到6月, where something moved: its first and its last month, or quarter."""
    days = _days(period, draft)
    months = whole_months(days)
    if not months or months < 2 or not isinstance(period, Between):
        return None
    unit = "quarter" if QUARTERS.search(item.text.lower()) and months % 3 == 0 else "month"
    first, last = unit_of(days.start, unit), unit_of(days.end, unit)
    beside = months == (6 if unit == "quarter" else 2) and item.says_part("range_link")
    if first == last or not (beside or item.text.lower().startswith(("from", "between", "从"))):
        return None
    return Between(start=first.start, end=first.end), Between(start=last.start, end=last.end)


def _several(draft: Draft, asked: list[Asked]) -> None:
    if len(asked) == 2 and isinstance(asked[0].period, LastN) and asked[0].period == asked[1].period:
        # "the last 7 days against the previous 7 days": the second cannot be the same days again.
        draft.periods, draft.compare = [asked[0].period], PreviousPeriod()
        draft.marks.add("compare")
        draft.claim(
            "compare", *(item for item in draft.between(asked[0].items[-1], asked[1].items[0]) if item.word("than", "conj"))
        )
        return
    reference = _reference(draft, asked) or whole_beside_partial(draft, asked)
    if reference is not None:
        main = next(each for each in asked if each is not reference)
        draft.periods = [main.period]
        draft.compare = against(draft, main.period, reference.period)
        draft.marks.add("compare")
        return
    if len(asked) == 2 and not _any_link(draft, asked) and "listed_periods" not in draft.marks:
        draft.beyond = ("two_periods", {"text": f"{asked[0].items[0].text} / {asked[1].items[0].text}"})
    draft.periods = [each.period for each in asked]
    _claim_links(draft, asked)


def _any_link(draft: Draft, asked: list[Asked]) -> bool:
    return all(_linked(draft, first, second) for first, second in pairwise(asked)) or draft.any_word("side_by_side", "than")


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
        draft.compare = against(draft, later.period, others[0].period)


def several_units(draft: Draft) -> Grain | None:
    """The unit of a period of several units, said with their number: "these four quarters" change from one to the next."""
    period = draft.periods[0] if len(draft.periods) == 1 and draft.compare is None else None
    if isinstance(period, LastN) and 2 <= period.n <= 24 and period.unit in ("week", "month", "quarter"):
        return period.unit
    return None
