"""Growth, shares, and what else is said of a number rather than about its groups."""

from __future__ import annotations

from assistant.language.meanings import GrainTerm
from assistant.language.text import is_han
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.periods import several_units
from semantic_layer.columns import Note
from semantic_layer.conditions import SERIES_GRAINS, AnyCondition, FieldRef, TimeBucket
from semantic_layer.model.metrics import Ratio
from semantic_layer.requests import PreviousPeriod, ShareOf


def read_growth(draft: Draft) -> None:
    """ "grew", "fell": a comparison; without a period to compare with it is the one before.

    In a series, a word like "change" only says that time passes.
    """
    up, down, change = draft.words("growth"), draft.words("decline"), draft.words("change")
    motion = draft.words("motion")
    if motion and (draft.compare is not None or len(draft.periods) > 1):
        change += motion
    compared = draft.compare is not None or len(draft.periods) > 1 or _sides(draft)
    if compared:
        draft.claim("compare", *draft.words("comparative_up", "comparative_down"))
    if not (up or down or change):
        return
    if _sides(draft) and draft.compare is None and not draft.periods[1:]:
        draft.claim("side by side", *up, *down, *change)
        return
    series = any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in draft.by)
    many = several_units(draft)
    if change and not up and not down and many is not None and not series:
        draft.bind_group(TimeBucket(grain=many))
        series = True
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


def _sides(draft: Draft) -> bool:
    """Two sides that stand as groups already: weekend and weekday, two cities."""
    pair = any(isinstance(ref, TimeBucket) and ref.grain == "is_weekend" for ref in draft.by)
    return pair or bool(draft.side_by_side)


def _values_compared(draft: Draft) -> bool:
    return "compare_values" in draft.marks


def read_share(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """Fills the share and gives back the clauses that narrow the numerator.

    A clause that is marked as the inside of the share ("in the north") belongs to part and whole.
    """
    words = draft.words("share") or _contributes(draft) or _composition(draft)
    if not words:
        return clauses
    moved = draft.marks & {"growth", "fall", "change"} or draft.any_word("money")
    if draft.compare is not None and moved and all(_is_percent(word) for word in words):
        draft.claim("growth", *words)
        return clauses
    draft.claim("share", *words, *draft.words("whole"))
    named = [clause for clause in clauses if clause.inside and not clause.is_said]
    inside = named if named and len(clauses) > len(named) and not draft.by else _inside(draft, clauses)
    for clause in clauses:
        clause.inside = clause in inside
    base = [clause.as_condition() for clause in inside if clause.is_said]
    draft.base_conditions += base
    draft.marks.add("share")
    return clauses


def _contributes(draft: Draft) -> list[Item]:
    """各贡献了全年销售额的多少: "how much of the whole" asks for a share."""
    for item in draft.items:
        if not item.text.startswith("贡献"):
            continue
        whole, of = draft.touching(item, 1), None
        if whole is not None and whole.word("whole"):
            of = next((each for each in draft.items[whole.index :] if each.text == "的"), None)
        asked = draft.touching(of, 1) if of is not None else None
        if asked is not None and asked.word("how_much", "count"):
            return [item]
    return []


def _composition(draft: Draft) -> list[Item]:
    """ "Sales mix by city", 构成: how a whole is made up is told in shares."""
    groups = [ref for ref in draft.by if not (isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS)]
    if not groups or any(isinstance(draft.workspace.metric(name), Ratio) for name in draft.metrics):
        return []
    return [item for item in draft.items if item.word("composition") and item.is_word]


def _is_percent(word: Item) -> bool:
    """ "By what percentage did it grow" asks for a rate; "share" for a part of a whole."""
    text = word.text.lower()
    return text.startswith(("percent", "per cent", "pct", "%", "百分", "几成", "what percent")) and not text.endswith("of")


def share_of(draft: Draft, where_whole: AnyCondition | None) -> ShareOf:
    """The whole: what the share keeps of the request's dimensions and conditions.

    Where conditions make the part, each group has its own whole; where the groups are the parts, times keep theirs.
    """
    kept: list[FieldRef] = []
    if "part_by_filter" in draft.marks:
        kept = list(draft.by)
    elif len(draft.by) > 1:
        kept = [ref for ref in draft.by if isinstance(ref, TimeBucket)]
    return ShareOf(by=tuple(kept), where=where_whole)


def _inside(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """The clauses that belong to part and whole alike. At least one clause makes the part, unless the groups are the parts.

    A clause beside the share word makes the part ("red share"); one marked with "in", or beside the metric while
    another makes the part, names the whole.
    """
    grouped = bool(draft.by) and not all(ref in draft.side_by_side for ref in draft.by)
    beside = [clause for clause in clauses if _beside_share(draft, clause) and not _after_share(draft, clause)]
    whole = [clause for clause in clauses if _after_share(draft, clause) and len(clauses) + bool(draft.by) > 1]
    if whole:
        return whole
    if grouped and not beside and not _by_time_alone(draft):
        return list(clauses)
    if grouped and clauses:
        draft.marks.add("part_by_filter")
    if len(clauses) < 2:
        return []
    parts = beside if 0 < len(beside) < len(clauses) else []
    if parts:
        return [clause for clause in clauses if clause not in parts]
    marked = [clause for clause in clauses if _is_inside(draft, clause)]
    if 0 < len(marked) < len(clauses):
        return marked
    near = [clause for clause in clauses if _beside_metric(draft, clause)]
    return near if 0 < len(near) < len(clauses) else []


def _by_time_alone(draft: Draft) -> bool:
    return all(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in draft.by)


def _beside_share(draft: Draft, clause: Clause) -> bool:
    """The share word follows the clause (红色占比, red share) or leads it (share of red)."""
    after, before = draft.after(clause.last), draft.before(clause.first)
    while after is not None and after.role == "names the value's field":
        after = draft.after(after)
    follows = after is not None and after.word("share")
    leads = (
        before is not None and before.word("share") and before.text.lower().endswith(("of", "share", "percentage", "占", "占了"))
    )
    leads = leads and not _beside_metric(draft, clause)
    return follows or (leads and clause.first.text.isascii())


def _after_share(draft: Draft, clause: Clause) -> bool:
    """In Chinese what follows 占 is the whole: 各占杂货的百分之几."""
    before = draft.before(clause.last)
    return before is not None and before.word("share") and not clause.last.text.isascii() and "占" in before.text


def _beside_metric(draft: Draft, clause: Clause) -> bool:
    after = draft.after(clause.last)
    while after is not None and after.role == "names the value's field":
        after = draft.after(after)
    return after is not None and after.role is not None and after.role.startswith("metric ")


def _is_inside(draft: Draft, clause: Clause) -> bool:
    after, before = draft.touching(clause.last, 1), draft.touching(clause.first, -1)
    while after is not None and after.role == "names the value's field":
        after = draft.touching(after, 1)
    han = any(is_han(char) for char in clause.first.text)
    if after is not None and after.word("inside") and (han or not after.text.isascii()):
        return True
    return before is not None and before.text.lower() in ("in", "inside", "within", "among", "amongst")
