"""Menus of time: periods that the data can answer, and what they can be compared with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from assistant.edits.edit import Edit, apply
from assistant.edits.option import Option, matches, offered, option
from assistant.edits.viewing import Viewing, begun, same
from assistant.wording.texts import fill
from semantic_layer.calendar import Conventions, Span, unit_of
from semantic_layer.periods import Between, CalendarUnit, LastN, SinglePeriod, Unit, WholeData
from semantic_layer.requests import AgainstPeriod, Comparison, LastYear, MetricQuery, PreviousPeriod, plain

DAYS_BACK = (7, 30, 90)
MOST_BUCKETS: dict[Unit, int] = {"quarter": 8, "month": 24, "year": 5}
"""How many single units are listed, latest first."""


def periods(request: MetricQuery, viewing: Viewing, search: str) -> tuple[Option, ...]:
    """The menu `period`: units around today, the last days, all data; then single quarters, months and years of the data."""
    found: list[Option] = []
    for period, asked, group in _candidates(request, viewing):
        edit = Edit(part="period", value=plain(period))
        edited = apply(request, edit)
        found_days = viewing.days(edited)
        if found_days is None:
            continue
        span = found_days.asked[0] if found_days.asked else None
        days = viewing.words.period(period, *span) if span is not None else ""
        text = begun(viewing.say("asked", asked=asked, days=days) if asked and days else asked or days)
        if matches(search, text):
            current = _is_current(period, request, edited, viewing)
            found.append(Option(text=text, edit=edit, current=current, group=group))
    return tuple(found)


def _is_current(period: SinglePeriod, request: MetricQuery, edited: MetricQuery, viewing: Viewing) -> bool:
    """A request without a period has the workspace's default one."""
    if request.period is None:
        return period == viewing.scope.workspace.workspace.default_period
    return same(edited, request)


def _candidates(request: MetricQuery, viewing: Viewing) -> Iterator[tuple[SinglePeriod, str, str]]:
    relative = viewing.say("relative")
    units: tuple[Unit, ...] = ("week", "month", "quarter", "year")
    for unit in units:
        yield CalendarUnit(unit=unit), viewing.say(f"this_{unit}"), relative
        yield CalendarUnit(unit=unit, offset=-1), viewing.say(f"last_{unit}"), relative
    for days in DAYS_BACK:
        yield LastN(n=days, unit="day"), "", relative
    yield WholeData(), fill(viewing.words.language, "periods", "all"), relative
    covered = _covered(request, viewing)
    if covered is None:
        return
    for unit, most in MOST_BUCKETS.items():
        for span in _latest(covered, unit, most, viewing.scope.workspace.workspace.conventions):
            yield Between(start=span.start, end=span.end), "", viewing.say(f"{unit}s")


def _covered(request: MetricQuery, viewing: Viewing) -> Span | None:
    """The days that the request's data covers, today at the latest; where it has windows only, those of all data."""
    whole = viewing.days(request.model_copy(update={"period": WholeData(), "compare": None, "order": ()}))
    if whole is None or not whole.asked:
        return None
    scope = viewing.scope
    start, end = whole.asked[0]
    if start == end:
        spans = [span for each in scope.workspace.datasets if each.time and (span := scope.version.covers(each.name, each.time))]
        start = min((span.start for span in spans), default=start)
    return Span(start, min(end, scope.as_of)) if start <= scope.as_of else None


def _latest(covered: Span, unit: Unit, most: int, by: Conventions) -> Iterator[Span]:
    day = covered.end
    for _ in range(most):
        span = unit_of(day, unit, by)
        yield span
        day = span.start - timedelta(days=1)
        if day < covered.start:
            return


def comparisons(request: MetricQuery, viewing: Viewing, search: str) -> tuple[Option, ...]:
    """The menu `compare`: with nothing, the period before, the year before, and the period that is named now."""
    found = [option(request, Edit(part="compare"), viewing.say("no_compare"), viewing)]
    named = (request.compare,) if isinstance(request.compare, AgainstPeriod) else ()
    choices: tuple[Comparison, ...] = (PreviousPeriod(), LastYear(), *named)
    for compare in choices:
        edit = Edit(part="compare", value=plain(compare))
        tried = viewing.tried(request, edit)
        if tried is not None:
            text = begun(" ".join(viewing.words.comparison(tried.request, tried.compiled.other_span)))
            found.append(Option(text=text, edit=edit, current=same(tried.request, request)))
    return tuple(each for each in offered(found) if matches(search, each.text))
