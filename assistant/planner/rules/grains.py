"""Units of time that a result is cut by: "monthly", "which Sunday", trends, a time of its own by month."""

from __future__ import annotations

from datetime import timedelta

from assistant.language.meanings import GrainTerm, NumberTerm, PeriodTerm, WeekdaysTerm, WeekendTerm
from assistant.planner.draft import Draft
from assistant.planner.rules.every import leads_each, unit_of_each
from assistant.planner.rules.periods import several_units
from semantic_layer.calendar import resolve
from semantic_layer.columns import Note
from semantic_layer.conditions import Grain, TimeBucket


def read_grains(draft: Draft) -> None:
    """ "monthly" groups by itself; "month" does after an order word or "which"."""
    ordering = draft.any_word("most", "least", "top", "bottom")
    for item in draft.items:
        if not item.free:
            continue
        grain = item.get(GrainTerm)
        if grain is None:
            continue
        number = draft.before(item)
        counted = number is not None and number.get(NumberTerm) is not None
        if any(term.groups for term in item.all(GrainTerm)):
            chosen: Grain = next(term.grain for term in item.all(GrainTerm) if term.groups)
            draft.claim(f"by {chosen}", item)
            draft.bind_group(TimeBucket(grain=chosen))
        elif grain.field is not None:
            draft.claim(f"by {grain.grain}", item)
            draft.bind_group(TimeBucket(grain=grain.grain, field=grain.field))
        elif ordering or draft.any_word("which", "share", "ranking", "distribution") or (counted and not draft.by):
            draft.claim(f"by {grain.grain}", item)
            draft.bind_group(TimeBucket(grain=grain.grain))
    for item in draft.items:
        lead, unit = draft.touching(item, -1), unit_of_each(item)
        if item.free and unit is not None and lead is not None and lead.free and leads_each(lead):
            draft.claim(f"by {unit}", lead, item)  # "in every month of Q4"
            draft.bind_group(TimeBucket(grain=unit))
    _days_of_a_kind(draft)
    _absorb_units(draft)
    grains = {ref.grain for ref in draft.by if isinstance(ref, TimeBucket)}
    if "weekday" in grains and "week" in grains and not _apart(draft, "week", "weekday"):
        # 一周里星期几: the week is only what the days are of.
        draft.by = [ref for ref in draft.by if not (isinstance(ref, TimeBucket) and ref.grain == "week" and ref.field is None)]
    averaged = "weekday" in grains and any(item.role == "by date" and draft.led_by(item, "average") for item in draft.items)
    finer = grains & {"weekday", "hour"}
    if finer and "date" in grains and not averaged and not _apart(draft, "date", *finer):
        # 一周七天里哪天, 一天里每个小时: the day is the weekday's or the hour's own.
        draft.by = [ref for ref in draft.by if not (isinstance(ref, TimeBucket) and ref.grain == "date" and ref.field is None)]


def join_own_time(draft: Draft) -> None:
    """ "by payment time, monthly": the field and the grain are one cut."""
    fields = [ref for ref in draft.by if isinstance(ref, TimeBucket) and ref.field is not None]
    plain = [ref for ref in draft.by if isinstance(ref, TimeBucket) and ref.field is None]
    if len(fields) == 1 and len(plain) == 1 and fields[0].grain == "date":
        merged = TimeBucket(grain=plain[0].grain, field=fields[0].field)
        draft.by = [merged if ref == fields[0] else ref for ref in draft.by if ref != plain[0]]


def _days_of_a_kind(draft: Draft) -> None:
    """ "Which Sunday was best", 最好的周末: one of the days, or of the weeks, that the filter leaves."""
    if not draft.any_word("most", "least", "top", "bottom") or draft.by:
        return
    for item in draft.items:
        kind = item.get(WeekdaysTerm) or item.get(WeekendTerm)
        word = draft.before(item)
        if kind is not None and word is not None and word.word("which", "most", "least") and word.is_word:
            grain: Grain = "date" if isinstance(kind, WeekdaysTerm) else "week"
            if word.word("which"):
                draft.claim(f"by {grain}", word)
                draft.marks.add("which")
            draft.bind_group(TimeBucket(grain=grain))
            return


def _apart(draft: Draft, *grains: str) -> bool:
    """The grains are asked in two phrases: "which day was best, and what weekday was it"."""
    places = [[item for item in draft.items if item.role == f"by {grain}"] for grain in grains]
    if not all(places):
        return False
    between = draft.between(places[0][0], places[1][-1])
    if not any(item.text.startswith("哪") or item.word("which") or draft.led_by(item, "which") for item in places[0]):
        return False
    return any(item.text in (",", "，", ".", "?", ";", "and") for item in between)


def _absorb_units(draft: Draft) -> None:
    """ "these two hours", "the two months": a grain noun beside listed times or periods says nothing new."""
    for item in draft.items:
        grain = item.get(GrainTerm)
        if item.free and grain is not None and (draft.periods or draft.by):
            neighbours = [draft.touching(item, -1), draft.touching(item, -1) and draft.before(item)]
            touching = draft.touching(item, -1)
            named = touching is not None and touching.get(PeriodTerm) is not None
            if named or any(each is not None and each.word("refer", "this", "filler") for each in neighbours):
                draft.claim("names the period", item)


def read_trend(draft: Draft) -> None:
    """A trend without a grain: by month, or by day where the period is short."""
    words = draft.words("trend")
    if not words or not draft.metrics:
        return
    if not any(isinstance(ref, TimeBucket) for ref in draft.by):
        grain = _grain_for(draft)
        draft.bind_group(TimeBucket(grain=grain))
        draft.notes.append(Note(code="default_grain", parts={"grain": grain}))
    draft.claim("over time", *words)
    draft.marks.add("trend")


def _grain_for(draft: Draft) -> Grain:
    today = draft.today
    many = several_units(draft)
    if many is not None:
        return many
    period = draft.periods[0] if draft.periods else today.settings.default_period
    span = resolve(period, today.as_of, today.data, today.settings.conventions)
    days = (span.end - span.start + timedelta(days=1)).days
    return "date" if days <= 31 else "week" if days <= 92 else "month"
