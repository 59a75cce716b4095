"""Days that follow something each one did, or the start of what it was part of: "within 30 days of it", 首单后30天内.

They are read before anything else, and stand as one item from then on: their number counts nothing, their "first" orders
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, PeriodTerm, Span, VerbTerm, Word
from assistant.language.words import spelled
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import dataset_named
from assistant.planner.rules.clause import Clause
from semantic_layer.conditions import Field, Within
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import LastN
from semantic_layer.reach import home_dataset, knows

CODE = "within_days"
DAYS_OF = {"date": 1, "week": 7}
NEAR = 8


@dataclass(frozen=True)
class DaysAfter:
    """So many days after something.

    Attributes:
        first: It is the first time that each one did something; else the start of something.
        dataset: What was done for the first time, where a verb says it.
        of: Whose start: an entity that the words name, if they do.
    """

    item: Item
    days: int
    first: bool
    dataset: str | None = None
    of: str | None = None


def read_days_after(draft: Draft) -> None:
    """Puts the words of each such window together; without an anchor they are left to be named in a refusal."""
    index = 0
    while index < len(draft.items):
        found = _english(draft, index) or _chinese(draft, index)
        if found is not None:
            last, days, anchor = found
            words = draft.items[index:last]
            item = _together(draft, index, last, CODE)
            if anchor is not None:
                of = next((term.entity for each in words for term in each.all(FieldTerm) if term.entity is not None), None)
                draft.days_after.append(DaysAfter(item, days, anchor, dataset_named(words) if anchor else None, of))
        index += 1
    if any(each.first for each in draft.days_after):
        _pass_over_echoes(draft)


def _together(draft: Draft, first: int, last: int, code: str) -> Item:
    """The items from `first` to before `last` as one."""
    start, end = draft.items[first].span.start, draft.items[last - 1].span.end
    item = Item(first, Span(start, end, (Word(code),)), draft.question.words(start, end))
    draft.items[first:last] = [item]
    for index, each in enumerate(draft.items):
        each.index = index
    return item


def days_said(draft: Draft, items: Sequence[Item]) -> DaysAfter | None:
    """The window that stands among some words."""
    return next((each for each in draft.days_after if any(each.item is item for item in items)), None)


# ---- what stands around a number of days ------------------------------------------------------------------------------------

Found = tuple[int, int, bool | None]
"""Where the words end, the days, and whether a first time is the anchor; None where there is no anchor."""


def _english(draft: Draft, index: int) -> Found | None:
    items = draft.items
    period = next((term.period for term in items[index].all(PeriodTerm)), None)
    if isinstance(period, LastN) and items[index].text.isascii() and not period.skip and period.unit in ("day", "week"):
        days, at = period.n * (7 if period.unit == "week" else 1), index + 1
        after = at < len(items) and items[at].says("days_after_link")
        anchor = _anchor_ahead(draft, at + 1) if after else None
        return (anchor[0], days, anchor[1]) if anchor is not None else None
    if not items[index].says("days_lead"):
        return None
    at = index + 1
    while at < len(items) and items[at].says("days_lead_in"):
        at += 1
    days = _days_at(draft, at)
    if days is None:
        return None
    at += 2
    linked = at < len(items) and items[at].says("days_after_link", "days_of_link")
    anchor = _anchor_ahead(draft, at + 1) if linked else None
    if anchor is not None:
        return anchor[0], days, anchor[1]
    again = any(item.says("again") or item.text.lower() in spelled("once_more") for item in items[max(0, index - 3) : index])
    if linked and items[at].says("days_after_link"):
        return at + 1, days, None
    return (at, days, True if _first_before(draft, index) else None) if again else None


def _anchor_ahead(draft: Draft, at: int) -> tuple[int, bool] | None:
    """ "… their first order", "… it", "… the start of the tour", "… its kickoff"."""
    items = draft.items
    begin = at
    while at < len(items) and at < begin + 2 and (items[at].says("days_owner") or items[at].text.lower() in ("the", "a")):
        at += 1
    if at >= len(items):
        return (at, True) if at > begin and items[at - 1].says("it") and _first_before(draft, begin) else None
    if items[at].says("initial"):
        noun = items[at + 1] if at + 1 < len(items) else None
        return (at + 2, True) if noun is not None and (_is_deed(noun) or noun.says("time_one")) else None
    named = at + 1 if any(term.entity is not None for term in items[at].all(FieldTerm)) else at
    if named < len(items) and _is_start(draft, items[named]):
        end = named + 1
        if end + 2 < len(items) and items[end].text.lower() == "of":
            thing = end + (2 if items[end + 1].light else 1)
            end = thing + 1 if any(term.entity is not None for term in items[thing].all(FieldTerm)) else end
        return end, False
    if at > begin and items[at - 1].says("it") and _first_before(draft, begin):
        return at, True
    return (at + 1, True) if items[at].says("it") and _first_before(draft, begin) else None


def _chinese(draft: Draft, index: int) -> Found | None:
    items = draft.items
    if items[index].text.isascii():
        return None
    anchor, at = _anchor_before(draft, index)
    if anchor is not None:
        while at < len(items) and items[at].says("that_day"):
            at += 1
        if at >= len(items) or not items[at].says("days_after_link"):
            return None
        at += 1
        at += at < len(items) and items[at].text == "的"
    else:
        at = index
    days = _days_at(draft, at)
    if days is None or at + 2 >= len(items) or not items[at + 2].says("days_close"):
        return None
    end = at + 3
    if anchor is not None:
        return end, days, anchor
    again = any(item.says("once_more") for item in items[max(0, index - 1) : end + 2])
    return (end, days, True if _first_before(draft, index) else None) if again else None


def _anchor_before(draft: Draft, index: int) -> tuple[bool | None, int]:
    """首单…, 首次购买…, 展会开始…: what the days follow, and where its words end."""
    items = draft.items
    if items[index].word("first_time") and items[index].says("initial"):
        at = index + 1
        noun = items[at] if at < len(items) else None
        return True, at + (noun is not None and not noun.text.isascii() and _is_deed(noun))
    named = index + 1 if any(term.entity is not None for term in items[index].all(FieldTerm)) else index
    if named < len(items) and _is_start(draft, items[named]):
        return False, named + 1
    return None, index


def _days_at(draft: Draft, at: int) -> int | None:
    """A whole number with days or weeks behind it."""
    number, unit = (draft.items[each] if each < len(draft.items) else None for each in (at, at + 1))
    grain = unit.get(GrainTerm) if unit is not None else None
    if number is None or number.number is None or grain is None or grain.grain not in DAYS_OF:
        return None
    value = number.number.value
    return int(value) * DAYS_OF[grain.grain] if value.is_integer() and value >= 1 and number.free else None


def _first_before(draft: Draft, index: int) -> bool:
    """Whether a first time was told of, to which "again" and "it" point back."""
    return any(item.word("first_time") and item.says("initial") for item in draft.items[:index])


def _is_deed(item: Item) -> bool:
    return any(item.get(kind) is not None for kind in (VerbTerm, MetricTerm, FieldTerm)) and item.number is None


def _is_start(draft: Draft, item: Item) -> bool:
    fields = {name.rpartition(".")[2] for name in _starts(draft.workspace)}
    return item.says("beginning") or any(term.name in fields for term in item.all(FieldTerm))


def _starts(workspace: Workspace) -> list[str]:
    """The fields that say when something began."""
    return list(dict.fromkeys(each.window.start for each in workspace.datasets if each.window is not None))


def _pass_over_echoes(draft: Draft) -> None:
    """ "A second order", "on another day", 换一天: after a first time these say "again" once more."""
    for name in ("other_day", "second_time"):
        for index in range(len(draft.items)):
            for size in range(4, 0, -1):
                words = draft.items[index : index + size]
                if len(words) == size and "".join(item.text.lower() for item in words) in _glued(name):
                    following = draft.items[index + size] if index + size < len(draft.items) else None
                    noun = name == "second_time" and following is not None and _is_deed(following)
                    if name == "other_day" or noun:
                        _together(draft, index, index + size + noun, "filler")
                    break


def _glued(name: str) -> set[str]:
    return {word.replace(" ", "") for word in spelled(name)}


# ---- conditions ---------------------------------------------------------------------------------------------------------------


def start_of(draft: Draft, said: DaysAfter, dataset: str, clauses: list[Clause]) -> tuple[str, list[Clause]] | None:
    """The date that the days follow as rows of a dataset reach it, and which one is meant, if it was named before.

    None where the rows know of no such thing, or of several.
    """
    found: list[tuple[str, str]] = []
    for name in _starts(draft.workspace):
        home = home_dataset(draft.workspace, name)
        for entity in draft.workspace.entities:
            described = home is not None and home in draft.workspace.homes_of(entity.name)
            if described and said.of in (None, entity.name) and knows(draft.workspace, dataset, entity.name):
                found.append((name, entity.key_name))
    if len(found) != 1:
        return None
    name, key = found[0]
    named = [each for each in clauses if isinstance(each.ref, Field) and each.ref.name.rpartition(".")[2] == key]
    return name, named


def within_of(days: DaysAfter, start: str | None, dataset: str, first: tuple[str | None, object] | None) -> Within:
    """The window as a condition knows it."""
    if not days.first:
        return Within(days=days.days, after=start or "")
    other = days.dataset or (first[0] if first is not None else None)
    where = first[1] if first is not None else None
    return Within(days=days.days, dataset=other if other != dataset else None, where=where)  # pyright: ignore[reportArgumentType]
