"""Growth, shares, and what else is said of a number rather than about its groups."""

from __future__ import annotations

from assistant.language.meanings import GrainTerm, MetricTerm, PeriodTerm
from assistant.language.text import is_han
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import RANKED_FEW, Clause
from assistant.planner.rules.counting import counts_of
from assistant.planner.rules.heads import add_metric, is_noun
from assistant.planner.rules.periods import compare_ends, ends_of, several_units
from semantic_layer.columns import Note
from semantic_layer.conditions import SERIES_GRAINS, AnyCondition, FieldRef, TimeBucket
from semantic_layer.model.metrics import Ratio
from semantic_layer.requests import PreviousPeriod, ShareOf


def read_growth(draft: Draft) -> None:
    """ "grew", "fell": a comparison; without a period to compare with it is the one before.

    In a series, a word like "change" only says that time passes.
    """
    up, down, change = draft.words("growth"), draft.words("decline"), draft.words("change")
    up += _added_most(draft)
    if draft.compare is not None and not (up or down or change):
        up, down = _more_by_most(draft)
    down = [word for word in down if not _lost_people(draft, word)]
    motion = draft.words("motion")
    if motion and (draft.compare is not None or len(draft.periods) > 1):
        change += motion
    sides = _sides(draft) or ("two_groups" in draft.marks and not (up or down))
    compared = draft.compare is not None or len(draft.periods) > 1 or sides
    if compared:
        draft.claim("compare", *draft.words("comparative_up", "comparative_down"))
    if not (up or down or change):
        return
    if sides and draft.compare is None and not draft.periods[1:]:
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


def _added_most(draft: Draft) -> list[Item]:
    """ "Added the most from May to June": between two periods what was added is a rise."""
    from_to = len(draft.periods) == 1 and any(
        (term := item.get(PeriodTerm)) is not None and ends_of(item, term.period, draft) is not None for item in draft.items
    )
    words = draft.words("added") if from_to or draft.compare is not None else []
    words = [item for item in words if draft.followed_by(item, "most", "least")]
    if words and from_to and draft.compare is None:
        compare_ends(draft)
    return words


def _more_by_most(draft: Draft) -> tuple[list[Item], list[Item]]:
    """12月比11月少卖得最多: against another period, "less" by most is a fall, and not the least."""
    words = draft.words("comparative_up", "comparative_down")
    words = [item for item in words if not item.word("most", "least", "top", "bottom")]
    ordered = [item for item in draft.words("most", "least", "top") if item.is_word and not item.word("comparative_down")]
    if not ordered or len({item.word("comparative_up") for item in words}) != 1:
        return [], []
    return ([], words) if words[0].word("comparative_down") else (words, [])


def _lost_people(draft: Draft, word: Item) -> bool:
    """ "Customers lost": those who left are no fall of the number of those who came."""
    counts = counts_of(draft.workspace, draft.person or "")
    return word.says("loses") and bool(draft.metrics) and counts.issuperset(draft.metrics)


def _sides(draft: Draft) -> bool:
    """Two sides that stand as groups already: weekend and weekday, two cities."""
    pair = any(isinstance(ref, TimeBucket) and ref.grain == "is_weekend" for ref in draft.by)
    return pair or bool(draft.side_by_side)


def _values_compared(draft: Draft) -> bool:
    return "compare_values" in draft.marks


def read_listed_shares(draft: Draft) -> None:
    """ "What share of sales and what share of orders": each share word names the figure of which it is a part."""
    words = [item for item in draft.items if item.word("share") and item.is_word and item.text.isascii()]
    words = [word for word in words if word.text.endswith(" of") or ((link := draft.touching(word, 1)) and link.text == "of")]
    beside = [draft.after(word) for word in words]
    named = [(item, term.name) for item in beside if item is not None for term in item.all(MetricTerm)[:1] if not term.weak]
    if len(named) < 2 or len(named) != len(words) or len({name for _, name in named}) < len(named):
        return
    for item, name in named:
        draft.claim(f"metric {name}", item)
        add_metric(draft, name)


def read_share(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """Fills the share and gives back the clauses that narrow the numerator.

    A clause that is marked as the inside of the share ("in the north") belongs to part and whole.
    """
    words = draft.words("share") or _contributes(draft) or _composition(draft)
    few = [clause for clause in clauses if clause.words == RANKED_FEW]
    if not words and "few_share" not in draft.marks:
        return clauses
    moved = draft.marks & {"growth", "fall", "change"} or draft.any_word("money")
    if draft.compare is not None and moved and all(_is_percent(word) for word in words):
        draft.claim("growth", *words)
        return clauses
    draft.claim("share", *words, *draft.words("whole"), *(_of_each_group(draft, words) if draft.by else []))
    named = [clause for clause in clauses if clause.inside and not clause.is_said]
    inside = named if named and len(clauses) > len(named) and not draft.by else _inside(draft, clauses)
    if few:
        # Who has most is the part; what else is said is true of all.
        inside = [clause for clause in clauses if clause not in few]
        draft.marks |= {"part_by_filter"} if draft.by else set()
    for clause in clauses:
        clause.inside = clause in inside
    base = [clause.as_condition() for clause in inside if clause.is_said]
    draft.base_conditions += base
    draft.marks.add("share")
    if "own_whole" in draft.marks and len(draft.metrics) == 2 and draft.beyond is None:
        # 各月新客数占当月客户数: one figure of another
        draft.beyond = ("no_ratio", {"text": draft.question.original.strip(), "metrics": list(draft.metrics)})
    return clauses


def _of_each_group(draft: Draft, words: list[Item]) -> list[Item]:
    """ "… and each one's share": each of the groups."""
    leads = [draft.before(word) for word in words]
    leads += [draft.before(lead) for lead in leads if lead is not None and lead.is_word]
    return [lead for lead in leads if lead is not None and lead.free and lead.says("each_of_them", "each_one_of")]


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
        times: list[FieldRef] = [ref for ref in draft.by if isinstance(ref, TimeBucket) and ref not in draft.side_by_side]
        series: list[FieldRef] = [ref for ref in times if isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS]
        kept = times if len(times) < len(draft.by) else series if 0 < len(series) < len(times) else times[:1]
    if "own_whole" in draft.marks:
        kept += [ref for ref in draft.by if isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS and ref not in kept]
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
    predicates = [clause for clause in clauses if _is_predicate(draft, clause)] if grouped else []
    if predicates:
        # "What share of the customers came twice, by age": of those of each age
        draft.marks.add("part_by_filter")
        return [clause for clause in clauses if clause not in predicates]
    led = _before_share_of_them(draft, clauses)
    if led:
        return led
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


def _before_share_of_them(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """ "Of the customers in Paris, what share came again": those of whom it is asked stand before, what they did behind."""
    share = next((item for item in draft.items if item.role == "share" and item.word("share")), None)
    opening = next((item for item in draft.items if item.says("among", "out_of")), None)
    if share is None or opening is None or opening.index > 1:
        return []
    lead = draft.touching(share, -1)
    while lead is not None and lead.word("filler", "which") and not lead.text.endswith(","):
        lead = draft.touching(lead, -1)  # ", what percent"
    comma = lead is not None and lead.text.endswith((",", "，"))
    before = [clause for clause in clauses if opening.index < clause.last.index < share.index]
    return before if comma and 0 < len(before) < len(clauses) else []


def _is_predicate(draft: Draft, clause: Clause) -> bool:
    """ "What share of the customers came twice": what they did stands behind the noun, and no "who" makes them the whole."""
    share = next((item for item in draft.items if item.role == "share" and item.word("share")), None)
    first = clause.first
    if clause.is_said or share is None or not share.text.isascii() or first.index < share.index or first.word("relative"):
        return False
    noun = draft.touching(first, -1)
    while noun is not None and noun.light and not is_noun(noun) and noun.index > share.index:
        noun = draft.touching(noun, -1)
    return noun is not None and noun.index > share.index and is_noun(noun)


def _by_time_alone(draft: Draft) -> bool:
    return all(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in draft.by)


def _beside_share(draft: Draft, clause: Clause) -> bool:
    """The share word follows the clause (红色占比, red share) or leads it (share of red)."""
    after, before = draft.after(clause.last), draft.before(clause.first)
    while after is not None and after.role == "names the value's field":
        after = draft.after(after)
    comma = after is not None and any(item.text in (",", "，") for item in draft.between(clause.last, after))
    follows = after is not None and after.word("share") and not (comma and _is_inside(draft, clause))
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
