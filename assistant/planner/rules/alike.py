"""Like with like: what is not over against as many days before, the same weekdays, the same holiday of another year."""

from __future__ import annotations

from datetime import timedelta

from assistant.language.meanings import NoPeriodTerm, PeriodTerm, WeekdaysTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.asked import Asked, claim_links, next_period, span_of
from semantic_layer.calendar import MONTHS_OF, add_months, aligned_unit, last_year, previous, unit_of
from semantic_layer.periods import Between, CalendarUnit, Period, Unit
from semantic_layer.requests import AgainstPeriod, Comparison, LastYear, PreviousPeriod


def against(draft: Draft, period: Period, other: Period) -> Comparison:
    """One period against another. One that is not over goes with as many days of the one before it or of the year before."""
    span, as_of = span_of(period, draft), draft.today.as_of
    if span.start <= as_of < span.end:
        by, named = draft.today.settings.conventions, span_of(other, draft)
        if named == last_year(period, span, by):
            return LastYear()
        if named == previous(period, span, by):
            return PreviousPeriod()
    return AgainstPeriod(period=other)  # pyright: ignore[reportArgumentType]


def whole_beside_partial(draft: Draft, asked: list[Asked]) -> Asked | None:
    """ "December against November" in the middle of December: two rows would set some days against a whole month."""
    if len(asked) != 2 or not draft.any_word("side_by_side", "than"):
        return None
    later, earlier = sorted(asked, key=lambda each: span_of(each.period, draft).start, reverse=True)
    compared = against(draft, later.period, earlier.period)
    return earlier if isinstance(compared, PreviousPeriod | LastYear) else None


def same_weekdays(draft: Draft, asked: list[Asked]) -> list[Asked]:
    """ "Against the same weekdays last month": whole weeks back. A period that is only compared with is the one before."""
    aligned = draft.words("same_weekdays")
    if not aligned or not (draft.compare is None or isinstance(draft.compare, PreviousPeriod)):
        return asked
    main = asked
    if len(asked) == 2:
        later, earlier = sorted(asked, key=lambda each: span_of(each.period, draft).start, reverse=True)
        span, by = span_of(later.period, draft), draft.today.settings.conventions
        if span_of(earlier.period, draft) != previous(later.period, span, by):
            return asked  # weekdays of any two periods cannot be matched; the words stay unread
        main = [later]
        claim_links(draft, asked)
        for each in asked:
            draft.claim("compare", *(item for item in (draft.before(each.items[0]),) if item is not None and item.word("than")))
    elif len(asked) == 1 and draft.before(asked[0].items[0]) in aligned:
        following = next_period(asked[0].period, draft)
        main = [Asked(asked[0].items, PeriodTerm(following))] if following is not None else asked
    draft.claim("compare with the same weekdays", *aligned)
    draft.compare = PreviousPeriod(align="weekday")
    draft.marks.add("compare")
    return main


def weekday_before(draft: Draft) -> None:
    """A day against "the Tuesday before", 前一个周二: the last such day before it. Read before weekdays filter rows."""
    asked = [item.all(PeriodTerm) for item in draft.items if item.all(PeriodTerm)]
    day = span_of(asked[0][0].period, draft) if len(asked) == 1 else None
    if day is None or day.days != 1:
        return
    for item in draft.items:
        kind, lead, tail = item.get(WeekdaysTerm), draft.before(item), draft.touching(item, 1)
        said = [tail] if tail is not None and tail.says("day_before") else []
        said += [lead] if lead is not None and (lead.says("day_before") or lead.word("previous")) else []
        if kind is None or len(kind.days) != 1 or not item.free or not said:
            continue
        back = (day.start.isoweekday() - kind.days[0] - 1) % 7 + 1
        other = day.start - timedelta(days=back)
        draft.compare = AgainstPeriod(period=Between(start=other, end=other))
        draft.claim("compare", item, *said)
        draft.marks.add("compare")


def same_days(draft: Draft, asked: list[Asked]) -> None:
    """上月同期: the same days of the month or quarter before. "Like for like" is how comparisons are made anyway."""
    unit: Unit | None = "month" if draft.any_word("same_days_month") else None
    unit = "quarter" if draft.any_word("same_days_quarter") else unit
    if unit is not None and len(asked) <= 1 and draft.compare is None:
        draft.claim("compare with the same days before", *draft.words(f"same_days_{unit}"))
        draft.marks.add("compare")
        period = asked[0].period if asked else CalendarUnit(unit=unit)
        draft.periods = [period]
        span, by = span_of(period, draft), draft.today.settings.conventions
        if aligned_unit(span, by) == unit:
            draft.compare = PreviousPeriod()
        else:
            end = min(span.end, draft.today.as_of) if span.start <= draft.today.as_of else span.end
            start, last = (add_months(day, -MONTHS_OF[unit]) for day in (span.start, end))
            draft.compare = AgainstPeriod(period=Between(start=start, end=last))
    alike = draft.words("alike")
    if alike:
        draft.claim("compare like with like", *alike)
        if draft.compare is None and len(asked) < 2 and not any(draft.led_by(each.items[0], "than") for each in asked):
            draft.compare = PreviousPeriod()
            draft.marks.add("compare")


def same_days_of_another(draft: Draft, asked: list[Asked]) -> bool:
    """12月1号到15号跟11月同期比: as many days from the beginning of the period that is named.

    Where the asked days are in no such unit of their own, it is not said which days are alike.
    """
    found = next(((each, tail) for each in asked if (tail := _alike_behind(draft, each)) is not None), None)
    if found is None or len(asked) != 2:
        return False
    base, tail = found
    main = next(each for each in asked if each is not base)
    wide, span, by = span_of(base.period, draft), span_of(main.period, draft), draft.today.settings.conventions
    unit = aligned_unit(wide, by)
    own = unit_of(span.start, unit, by) if unit in MONTHS_OF else None
    draft.periods = [main.period]
    draft.marks.add("compare")
    if unit is None or own is None or not span.within(own):
        draft.beyond = ("two_periods", {"text": f"{main.items[0].text} / {base.items[0].text}{tail.text}"})
        return True
    months = (wide.start.year - own.start.year) * 12 + wide.start.month - own.start.month
    start = add_months(span.start, months)
    last = min(span.end, draft.today.as_of) if span.start <= draft.today.as_of else span.end
    end = wide.end if last == own.end else min(add_months(last, months), wide.end)
    whole = against(draft, main.period, base.period)  # as many days, where the asked ones are not over
    draft.compare = AgainstPeriod(period=Between(start=start, end=end)) if isinstance(whole, AgainstPeriod) else whole
    between = [*draft.between(main.items[-1], base.items[0]), *(each for each in (draft.after(tail),) if each is not None)]
    draft.claim("compare", tail, *(item for item in between if item.word("than", "conj", "side_by_side")))
    return True


def _alike_behind(draft: Draft, each: Asked) -> Item | None:
    tail = draft.touching(each.items[-1], 1)
    tail = draft.touching(tail, 1) if tail is not None and tail.text == "的" else tail
    return tail if tail is not None and tail.free and tail.says("same_days_of") else None


def same_holiday(draft: Draft, asked: list[Asked]) -> AgainstPeriod | None:
    """A holiday against last year: its days of that year, where those are other dates than the asked ones a year earlier."""
    holiday = asked[0].term.holiday if len(asked) == 1 else None
    if holiday is None:
        return None
    other = holiday.in_year(holiday.year - 1)
    if isinstance(other, NoPeriodTerm):
        draft.beyond = (other.code, {**dict(other.parts), "text": asked[0].items[0].text})
        return None
    span, conventions = span_of(asked[0].period, draft), draft.today.settings.conventions
    same = span_of(other.period, draft) == last_year(asked[0].period, span, conventions)
    return None if same else AgainstPeriod(period=other.period)  # pyright: ignore[reportArgumentType]
