"""Days of the week that a word takes one by one: "every Saturday of May", "per Saturday", "on all Mondays"."""

from __future__ import annotations

from assistant.language.meanings import GrainTerm, WeekdaysTerm, WeekendTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.counting import counted_by_rows, counts_of
from semantic_layer.conditions import TimeBucket

EACH = "a row for each of them"


def one_weekday(item: Item) -> bool:
    term = item.get(WeekdaysTerm)
    return term is not None and len(term.days) == 1


def lead_of(draft: Draft, item: Item) -> Item | None:
    """The word that takes the days one by one, or all of them: "every", "all four", "each of the"."""
    before = draft.touching(item, -1)
    while before is not None and (before.says("the") or before.number is not None):
        before = draft.touching(before, -1)
    return before if before is not None and before.says("takes_every", "takes_each", "takes_all") else None


def day_behind(draft: Draft, item: Item) -> Item | None:
    """ "Weekend day": the unit that is named behind the days."""
    following = draft.touching(item, 1)
    grains = [term.grain for term in following.all(GrainTerm)] if following is not None else []
    return following if "date" in grains else None


def read_each_weekday(draft: Draft) -> None:
    """ "Orders on each Saturday in December": a row for each of the days.

    What is not taken so, and was not read as said of each one, is not answered: it is another question than that of the days
    together. Only sums over all of them are that.
    """
    for item in draft.items:
        days = item.get(WeekdaysTerm) or item.get(WeekendTerm)
        lead = lead_of(draft, item) if days is not None and item.role in ("weekday", "is_weekend") else None
        if lead is None or not lead.free:
            continue
        day = day_behind(draft, item)
        rows = (one_weekday(item) or day is not None) and not lead.says("takes_all")
        if rows and bool(draft.metrics) and (lead.says("takes_each") or not _counts_things(draft)):
            draft.claim(EACH, lead, *([day] if day is not None else []))
            draft.bind_group(TimeBucket(grain="date"))
        elif not lead.says("takes_all") or _counts_things(draft):
            draft.beyond = draft.beyond or ("entity_condition", {"text": draft.question.words(lead.span.start, item.span.end)})


def _counts_things(draft: Draft) -> bool:
    """Those who did something on several days are counted once; an order is of one day."""
    once = {counted_by_rows(draft.workspace, each) for each in draft.workspace.datasets}
    others = [entity.name for entity in draft.workspace.entities if entity.name not in once]
    counts = counts_of(draft.workspace, *others) | set(others)
    return not draft.metrics or any(name in counts for name in draft.metrics)
