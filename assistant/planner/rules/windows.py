"""Running totals, trailing days and moving averages that a question asks for: 滚动7天, "cumulative sales by month"."""

from __future__ import annotations

from dataclasses import replace

from assistant.language.dates import Today
from assistant.language.meanings import BareDayTerm, GrainTerm, NumberTerm, PeriodTerm, Word
from assistant.language.single_periods import days_of
from assistant.language.words import spelled
from assistant.planner.draft import Draft, Item
from semantic_layer.calendar import Span, unit_of
from semantic_layer.conditions import SERIES_GRAINS, Grain, TimeBucket
from semantic_layer.model.metrics import Aggregate, AnyMetric, Cumulative
from semantic_layer.periods import Between, CalendarUnit, EachPeriod, LastN, Unit
from semantic_layer.requests import MetricQuery, Window

ROLE = "window"
UNITS_OF: dict[str, Unit] = {"date": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year"}
GRAINS_OF: dict[Unit, Grain] = {"day": "date", "week": "week", "month": "month", "quarter": "quarter", "year": "year"}
TOTALS: tuple[Unit, ...] = ("month", "quarter", "year", "half")
"""Calendar units from whose beginning a running total runs: the smallest that holds the asked days."""


def read_trailing(draft: Draft) -> None:
    """Trailing days by their number, before any other rule reads it: 滚动七天, "28-day rolling", "the trailing 28 days"."""
    _totalled_to(draft)
    for word in draft.words("cumulative"):
        found = _count_beside(draft, word) if word.says("rolling") else None
        if found is not None:
            number, unit, items = found
            averaged = _averaged(draft, word)
            average = word.says("moving_average") or averaged is not None
            draft.window = Window(trailing=number, unit=unit, average=average)
            draft.claim(ROLE, word, *items, *([averaged] if averaged is not None else []))
            _with_its_own(draft)
            return
    _said_as_period(draft)


def _with_its_own(draft: Draft) -> None:
    """(含当月), "including the current month": the bucket's own days, which trailing days always hold; they are no period."""
    for item in draft.items:
        if not item.free or not item.says("includes"):
            continue
        own = [each for each in draft.items[item.index + 1 : item.index + 4] if each.text.lower() != "the"]
        for last in (1, 2):
            told = " ".join(each.text.lower() for each in own[:last])
            if told in spelled("that_time") or told in spelled("current_time"):
                for each in own[:last]:
                    each.span = replace(each.span, meanings=(Word("filler"),))
                draft.claim(ROLE, item, *own[:last])
                return


def _totalled_to(draft: Draft) -> None:
    """从7月累计到12月: the days from the one to the other, of which a total runs."""
    for word in draft.words("until_end"):
        first, last = draft.touching(word, -1), draft.touching(word, 1)
        periods = [each.get(PeriodTerm) if each is not None else None for each in (first, last)]
        if first is None or last is None or periods[0] is None or periods[1] is None or not word.word("cumulative"):
            continue
        begin, end = (days_of(term.period, draft.today) for term in periods if term is not None)
        if begin[0] < end[0]:
            days = Between(start=begin[0], end=end[1])
            first.span = replace(first.span, meanings=(PeriodTerm(days),))
            draft.claim(ROLE, word, last)


def _averaged(draft: Draft, word: Item) -> Item | None:
    """ "Rolling 7-day average": the word that makes it one."""
    near = [item for item in draft.items[word.index + 1 : word.index + 6] if item.word("average") and item.is_word]
    return near[0] if near else None


def _count_beside(draft: Draft, word: Item) -> tuple[int, Unit, list[Item]] | None:
    """A number with its unit, right before or right after; a day's bare number there is a number of days: 7日移动平均."""
    for way in (1, -1):
        first = _touching(draft, word, way)
        days = first.get(BareDayTerm) if first is not None and first.free else None
        if first is not None and days is not None:
            return days.day, "day", [first]
        second = _touching(draft, first, way) if first is not None else None
        number, unit = (first, second) if way > 0 else (second, first)
        count, grain = number.get(NumberTerm) if number else None, unit.get(GrainTerm) if unit else None
        if number is None or unit is None or count is None or grain is None or grain.grain not in UNITS_OF:
            continue
        if number.free and unit.free and count.value.is_integer() and 1 <= count.value <= 1_000:
            return int(count.value), UNITS_OF[grain.grain], [number, unit]
    return None


def _touching(draft: Draft, item: Item, way: int) -> Item | None:
    found = draft.touching(item, way)
    return draft.touching(found, way) if found is not None and found.text in ("-", "的", "a", "the") else found


def _said_as_period(draft: Draft) -> None:
    """ "Sales over the trailing 28 days by month", "year to date at the end of June": the days of each bucket, no period."""
    periods = [(item, item.all(PeriodTerm)[0].period) for item in draft.items if item.free and item.all(PeriodTerm)]
    series = any(term.groups for _, term in draft.having(GrainTerm))
    ends = draft.any_word("until_end")
    for item, period in periods:
        others = len(periods) > 1
        if isinstance(period, LastN) and not period.skip and item.says_part("trailing") and (others or series):
            draft.window = Window(trailing=period.n, unit=period.unit)
        elif isinstance(period, CalendarUnit) and not period.offset and item.says("to_date"):
            summed = any(word.word("cumulative") and word.is_word for word in draft.items)
            if not (others or (series and (ends or summed))):
                continue
            draft.window = Window(to_date=period.unit)
        else:
            continue
        lead = draft.touching(item, -1)
        draft.claim(ROLE, item, *([lead] if lead is not None and lead.says("over") else []))
        return


def beside_plain(draft: Draft) -> list[Item]:
    """ "Sales by month with a moving average": the window's words, where they stand beside a figure that has none."""
    words = [item for item in draft.items if item.role == ROLE]
    if draft.window is None or not words:
        return []
    lead = draft.touching(words[0], -1)
    while lead is not None and (lead.text.lower() in ("a", "the", "its", "their") or lead.get(PeriodTerm) is not None):
        lead = draft.touching(lead, -1)
    joins = lead is not None and (lead.word("conj") or lead.text in (",", "，", "、"))
    figure = lead is not None and any((item.role or "").startswith("metric ") for item in draft.items[: lead.index])
    commas = lead is not None and lead.text in (",", "，", "、") and lead.text.isascii()
    return words if joins and figure and not commas else []


def read_window(draft: Draft) -> None:
    """Running totals over a series; and where what is asked can have a window at all."""
    words = [item for item in draft.items if item.word("cumulative") and item.is_word]
    series = any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in draft.by)
    if draft.window is None and words and series and not any(word.says("rolling") for word in words):
        unit = _unit_of_total(draft)
        draft.window = Window(to_date=unit) if unit is not None else None
    window = draft.window
    if window is None or not draft.metrics:
        return
    metrics = [draft.workspace.metric(name) for name in draft.metrics]
    if draft.of_each is not None or any(not _may_trail(each, window) for each in metrics):
        draft.window = None
        said = next((item.text for item in draft.items if item.role == ROLE and not item.get(NumberTerm)), "")
        draft.beyond = draft.beyond or ("running", {"text": said})
        return
    ends = [item for item in draft.words("starts_ends") if item.says("window_end")]
    draft.claim(ROLE, *words, *draft.words("until_end"), *ends)
    if not series and window.trailing is not None and window.unit in GRAINS_OF:
        draft.bind_group(TimeBucket(grain=GRAINS_OF[window.unit]))
    declared = [_declared(draft, name, window) for name in draft.metrics]
    if all(declared):
        draft.metrics, draft.window = [name for name in declared if name], None


def _may_trail(metric: AnyMetric | None, window: Window) -> bool:
    if metric is None or isinstance(metric, Cumulative):
        return False
    return not window.average or (isinstance(metric, Aggregate) and metric.agg in ("sum", "count", "count_distinct"))


def _declared(draft: Draft, name: str, window: Window) -> str | None:
    """The workspace's own metric over that very window."""
    for metric in draft.workspace.metrics:
        if isinstance(metric, Cumulative) and not metric.hidden and not window.average:
            over = metric.cumulative
            if (over.metric, over.last, over.to_date) == (name, window.trailing, window.to_date) and (
                over.last is None or over.unit == window.unit
            ):
                return metric.name
    return None


def _unit_of_total(draft: Draft) -> Unit | None:
    """The smallest calendar unit that begins with the asked days and holds them."""
    today: Today = draft.today
    period = draft.periods[0] if draft.periods else today.settings.default_period
    if len(draft.periods) > 1 or isinstance(period, EachPeriod):
        return None
    span = Span(*days_of(period, today))
    if span.start <= today.as_of < span.end:
        span = Span(span.start, today.as_of)
    for unit in TOTALS:
        whole = unit_of(span.start, unit, today.settings.conventions)
        if whole.start == span.start and span.end <= whole.end:
            return unit
    return None


# ---- follow-ups -----------------------------------------------------------------------------------------------------------


def with_window(draft: Draft, base: MetricQuery) -> MetricQuery:
    """ "As a rolling 7 days": the last request over other days."""
    words = [item for item in draft.items if item.word("cumulative") and item.is_word]
    window = draft.window
    series = any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in base.by)
    if window is None and words and series and not draft.metrics:
        draft.periods = draft.periods or ([base.period] if base.period is not None else [])
        unit = _unit_of_total(draft)
        window = Window(to_date=unit) if unit is not None else None
    metrics = [draft.workspace.metric(name) for name in base.metrics]
    if window is None or base.of_each is not None or not all(_may_trail(each, window) for each in metrics):
        return base
    draft.claim(ROLE, *words, *draft.words("until_end"))
    by = base.by
    if not series and window.trailing is not None and window.unit in GRAINS_OF:
        by = (*base.by, TimeBucket(grain=GRAINS_OF[window.unit]))
    return base.model_copy(update={"window": window, "by": by})
