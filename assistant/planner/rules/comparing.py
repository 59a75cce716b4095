"""Growth, shares, and what else is said of a number rather than about its groups."""

from __future__ import annotations

from assistant.language.meanings import GrainTerm
from assistant.planner.draft import Draft
from assistant.planner.rules.clauses import Clause
from semantic_layer.columns import Note
from semantic_layer.conditions import SERIES_GRAINS, FieldRef, TimeBucket
from semantic_layer.requests import PreviousPeriod, ShareOf


def read_growth(draft: Draft) -> None:
    """ "grew", "fell": a comparison; without a period to compare with it is the one before.

    In a series, a word like "change" only says that time passes.
    """
    up, down, change = draft.words("growth"), draft.words("decline"), draft.words("change")
    if not (up or down or change):
        return
    series = any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in draft.by)
    series = series or any(term.groups and term.grain in SERIES_GRAINS for _, term in draft.having(GrainTerm))
    if change and not up and not down and (series or draft.any_word("trend")):
        draft.claim("over time", *change)
        draft.marks.add("trend")
        return
    if draft.compare is None and not _values_compared(draft):
        if len(draft.periods) > 1:
            draft.claim("compare", *up, *down, *change)
            return
        draft.compare = PreviousPeriod()
        draft.notes.append(Note(code="compared_with_previous"))
    draft.claim("growth", *up, *down, *change)
    draft.marks.add("fall" if down and not up else "growth" if up else "change")


def _values_compared(draft: Draft) -> bool:
    return "compare_values" in draft.marks


def read_share(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """Fills the share and gives back the clauses that narrow the numerator.

    A clause that is marked as the inside of the share ("in grocery") belongs to part and whole.
    """
    words = draft.words("share")
    if not words:
        return clauses
    draft.claim("share", *words, *draft.words("whole"))
    inside = _inside(draft, clauses)
    for clause in clauses:
        clause.inside = clause in inside
    base = [clause.as_condition() for clause in inside]
    draft.base_conditions += base
    draft.marks.add("share")
    return clauses


def share_of(draft: Draft, where_whole: object) -> ShareOf:
    """The whole: what the share keeps of the request's dimensions and conditions."""
    kept: list[FieldRef] = []
    if len(draft.by) > 1:
        kept = [ref for ref in draft.by if isinstance(ref, TimeBucket)]
    elif draft.by and "part_by_filter" in draft.marks:
        kept = list(draft.by)
    return ShareOf(by=tuple(kept), where=where_whole)  # pyright: ignore[reportArgumentType]


def _inside(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """Clauses that name the whole. One clause alone is the part, wherever it stands, unless groups are the parts."""
    positive = [clause for clause in clauses]
    if draft.by and not all(isinstance(ref, TimeBucket) for ref in draft.by):
        return positive
    marked = [clause for clause in positive if _is_inside(draft, clause)]
    if len(positive) < 2:
        return []
    if marked and len(marked) < len(positive):
        return marked
    return []


def _is_inside(draft: Draft, clause: Clause) -> bool:
    after, before = draft.touching(clause.last, 1), draft.touching(clause.first, -1)
    while after is not None and after.role == "names the value's field":
        after = draft.touching(after, 1)
    han = any("\u4e00" <= char <= "\u9fff" for char in clause.first.text)
    if after is not None and after.word("inside") and (han or not after.text.isascii()):
        return True
    return before is not None and before.text.lower() in ("in", "inside", "within", "among", "amongst")
