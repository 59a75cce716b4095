"""The days of what is said: listed ones, counted ones, those that follow something, and weekdays."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from assistant.language.meanings import GrainTerm, PeriodTerm, WeekdaysTerm, WeekendTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.counting import counted_by_rows
from assistant.planner.rules.cut import is_deed
from assistant.planner.rules.said_of import Said
from assistant.planner.rules.weekdays import lead_of
from assistant.planner.rules.within import days_said, start_of
from semantic_layer.calendar import Span, resolve
from semantic_layer.conditions import TimeBucket
from semantic_layer.periods import EachPeriod, SinglePeriod


def share_days(draft: Draft, found: list[Said]) -> None:
    """Days of the first deed, or behind the last one, are those of all: "in May bought a and b", "bought a and b in May".

    "Never" is said of all time. What letter 13 did has the days of letter 13, where its data has none of its own: "whom letter 13
    reached and who wrote in July" wrote in July.
    """
    if len(found) < 2 or any(said.first or said.days for said in found):
        return
    first, last = found[0], found[-1]
    while last.period is None and last is not first and not any(is_deed(item) for item in last.items):
        last = found[found.index(last) - 1]  # "… but no red ones in May, and no blue ones"
    if first.period is not None and not any(said.period for said in found[1:]):
        for said in found[1:]:
            said.period = None if any(says_ever(item) or item.text.lower() == "never" for item in said.items) else first.period
    elif last.period is not None and not stands_before(last) and not any(said.period for said in found if said is not last):
        for said in found:
            said.period = None if said is not last and has_days_of_its_thing(draft, said) else last.period


def has_days_of_its_thing(draft: Draft, said: Said) -> bool:
    """A deed with one thing, in data that has only the days of such things."""
    data = draft.workspace.dataset(said.dataset or "")
    return data is not None and data.time is None and data.window is not None and bool(said.clauses)


def reads_weekdays(draft: Draft, said: Said, kept: list[Clause], whose: str) -> bool:
    """ "Every Saturday" is read; "every Monday and Tuesday", and what has only one day, are not."""
    days = [item for item in said.items if item.get(WeekdaysTerm) is not None or item.get(WeekendTerm) is not None]
    if not any(lead_of(draft, item) in said.items for item in days):
        return True
    once = any(counted_by_rows(draft.workspace, each) == whose for each in draft.workspace.datasets)
    plain = said.bound is not None and said.bound.op == "all" and not once
    return plain and sum(isinstance(each.ref, TimeBucket) for each in kept) == 1


def reads_days_after(draft: Draft, said: Said, clauses: list[Clause]) -> bool:
    """The days that follow something; False where it cannot be said of what was done."""
    if not any(item.word("within_days") for item in said.items):
        return True
    said.days = days_said(draft, said.items)
    other_days = said.period is not None or bool(said.periods) or said.first
    if said.days is None or said.dataset is None or said.bound is not None or other_days:
        return False
    if not said.days.first:
        found = start_of(draft, said.days, said.dataset, clauses)
        if found is None:
            return False
        said.start = found[0]
        said.clauses = said.clauses + [replace(each, items=[]) for each in found[1] if each not in said.clauses]
    return True


def days_counted(items: list[Item]) -> tuple[Item, ...]:
    """五月和六月两个月都…: the number of the days that were listed."""
    listed = sum(item.get(PeriodTerm) is not None and not item.text.isdigit() for item in items)
    for number, unit in pairwise(items):
        if number.number is not None and number.number.value == listed > 1 and unit.get(GrainTerm) is not None:
            return (number, unit)
    return ()


def listed_days(draft: Draft, terms: list[PeriodTerm]) -> tuple[SinglePeriod, ...] | None:
    """The different days that are named; None where they cannot be listed."""
    if any(isinstance(term.period, EachPeriod) for term in terms):
        return None
    spans = {_span(draft, term): term.period for term in terms}
    whole = [span for span in spans if all(span.start <= other.start and other.end <= span.end for other in spans)]
    if len(spans) > 1 and whole:
        return None  # one lies in the other
    return tuple(spans.values())  # pyright: ignore[reportReturnType]


def _span(draft: Draft, term: PeriodTerm) -> Span:
    """The days of a period: "spring (March to May)" says the same twice."""
    return resolve(term.period, draft.today.as_of, draft.today.data, draft.workspace.workspace.conventions)


def says_ever(item: Item) -> bool:
    """从没, "that no letter ever reached": said of all time."""
    return (item.word("never") and item.text.startswith("从")) or item.says("ever")


def stands_before(said: Said) -> bool:
    """Whether the days stand before what was done, or before what it was done with: "but no red ones in May"."""
    days = [item.index for item in said.items if item.get(PeriodTerm) is not None]
    deeds = [item.index for item in said.items if is_deed(item)] or [
        item.index for clause in said.clauses for item in clause.items
    ]
    return bool(days) and (not deeds or days[0] < deeds[0])
