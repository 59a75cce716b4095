"""Whose figures a statistic is about, and what is counted of each one: "average number of different regions per customer"."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, PeriodTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.averages import ratio_per
from assistant.planner.rules.counted import named_figure
from assistant.planner.rules.heads import entity_of, is_weak
from assistant.planner.rules.weekdays import day_behind, one_weekday
from semantic_layer.conditions import Grain
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.metrics import Aggregate

STATISTICS = ("average", "median", "percentile", "quartile", "maximum", "minimum")
"""Codes of words that sum up the figures of several things."""
CALENDAR: tuple[Grain, ...] = ("date", "week", "month", "quarter", "year")
EACH = "of each one"
"""The role of a word that says whose figures are summed up."""


def read_each(draft: Draft) -> None:
    """Finds whose figures are summed up; and takes what is counted of each one, where that is no metric by name."""
    extreme = _extreme(draft)
    if extreme is None and not any(item.word(*STATISTICS) for item in draft.items if item.role in (None, "statistic")):
        return
    found = _any_one(draft) if extreme is not None else _whose(draft)
    if found is None:
        return
    whose, items = found
    counted = _counted(draft, whose, items, extreme)
    if counted is not None:
        name, words = counted
        if extreme is None and _only_means(draft) and _is_declared(draft, name, whose):
            return
        draft.metrics = [name]
        draft.claim(f"metric {name}", *words, *_used(draft, name))
    elif extreme is not None:
        return
    draft.each, draft.each_items = whose, items
    if counted is not None:
        draft.claim(EACH, *items)
    if extreme is not None:
        draft.claim("statistic", extreme)
        draft.statistics.append((extreme.index, "max" if extreme.word("most") else "min"))


def _only_means(draft: Draft) -> bool:
    return not any(item.word(*STATISTICS) and not item.word("average") for item in draft.items)


def _is_declared(draft: Draft, name: str, whose: str) -> bool:
    """Whether the workspace has a metric that is this very average."""
    return draft.workspace.metric(name) is not None and ratio_per(draft, name, whose) is not None


# ---- whose ----------------------------------------------------------------------------------------------------------------


def named(draft: Draft, item: Item | None) -> str | None:
    """The entity, field or grain that an item names."""
    if item is None:
        return None
    term, grain = item.get(FieldTerm), item.get(GrainTerm)
    if term is not None:
        return term.entity or term.name
    if grain is not None and grain.field is None and grain.grain in CALENDAR:
        return grain.grain
    return None


def _whose(draft: Draft) -> tuple[str, list[Item]] | None:
    for reader in (_one_of_them, _one_unit, _per, _the_average_one, _counter):
        found = reader(draft)
        if found is not None:
            return found
    return None


def _one_of_them(draft: Draft) -> tuple[str, list[Item]] | None:
    """ "On average one customer", 平均一个客户."""
    for item in draft.items:
        before = draft.touching(item, -1)
        if before is not None and before.get(PeriodTerm) is not None and item.text.isascii():
            before = draft.touching(before, -1)  # "an August shopper"
        lead = draft.touching(before, -1) if before is not None and before.word("classifier") else before
        entity = entity_of(item)
        if entity is None or not item.free or before is None or lead is None:
            continue
        if before.says("one_of_them") or lead.says("one_of_them"):
            return entity, [item, *(each for each in (before, lead) if each.free)]
    return None


def _one_unit(draft: Draft) -> tuple[str, list[Item]] | None:
    """平均一天, 平均一个月: of each of them."""
    for item in draft.items:
        before, grain = draft.touching(item, -1), item.get(GrainTerm)
        one = grain is not None and grain.field is None and not grain.groups and item.text.startswith("一")
        if grain is not None and one and item.free and before is not None and before.word("average"):
            return grain.grain, [item]
    return None


def _per(draft: Draft) -> tuple[str, list[Item]] | None:
    """ "Per customer", 每个客户, "per open day": those that have rows are counted anyway."""
    for word in draft.items:
        if not word.free or not word.word("per", "group") or word.says("by"):
            continue
        if not (word.word("per") or word.says("every")):
            continue
        noun = draft.after(word)
        beside: list[Item] = []
        if noun is not None and noun.says("with_rows"):
            beside, noun = [noun], draft.after(noun)
        whose = named(draft, noun)
        if noun is not None and noun.role in ("weekday", "is_weekend") and (one_weekday(noun) or day_behind(draft, noun)):
            day = day_behind(draft, noun)
            return "date", [word, *([day] if day is not None else [])]  # "per Saturday", "per weekend day"
        field = entity_of(noun) is None and noun is not None and noun.get(FieldTerm) is not None
        if field and (_only_means(draft) or not word.word("per")):
            continue
        if whose is not None and noun is not None and (noun.free or noun.role == "period"):
            return whose, [word, *beside, noun]
    return None


def _the_average_one(draft: Draft) -> tuple[str, list[Item]] | None:
    """ "The average customer", 客户平均去几家."""
    for word in draft.words("average"):
        for noun in (draft.after(word), draft.before(word)):
            entity = entity_of(noun)
            if entity is None or noun is None or not noun.free:
                continue
            beside = draft.touching(word, 1 if noun.index > word.index else -1)
            if beside is noun:
                return entity, [noun]
    return None


def _counter(draft: Draft) -> tuple[str, list[Item]] | None:
    """平均每家: the counter stands for the noun before it."""
    for word in draft.words("group"):
        noun = draft.after(word)
        text = word.text
        counts = len(text) == 2 and text[:1] in ("每",) and (noun is None or named(draft, noun) is None)
        before = [item for item in draft.items[: word.index] if entity_of(item) is not None and item.free]
        if counts and before:
            return entity_of(before[-1]) or "", [word, before[-1]]
    return None


def _extreme(draft: Draft) -> Item | None:
    """ "The most regions any one customer visited": no ranking, but the largest figure of a single one."""
    words = [word for word in draft.words("most", "least") if word.is_word]
    if len(words) != 1 or _any_one(draft) is None:
        return None
    asks = [item for item in draft.items if item.word("which", "list") and not item.word("filler") and item.is_word]
    return None if asks or any(item.says("who") for item in draft.items) else words[0]


def _any_one(draft: Draft) -> tuple[str, list[Item]] | None:
    for item in draft.items:
        entity = entity_of(item)
        before = draft.touching(item, -1)
        if entity is None or not item.free or before is None or not before.says("any_one"):
            continue
        lead = draft.touching(before, -1)
        most = draft.after(item)
        english = before.text.isascii() and (not before.says("one_of_them") or (lead is not None and lead.says("any_one")))
        if english or before.text.startswith("任") or (most is not None and most.word("most", "least")):
            return entity, [item, before, *([lead] if lead is not None and lead.says("any_one") else [])]
    return None


# ---- what is counted of each one -------------------------------------------------------------------------------------------


def _counted(draft: Draft, whose: str, taken: list[Item], extreme: Item | None) -> tuple[str, list[Item]] | None:
    """What is counted: the noun after "how many different", or after "the most"."""
    dataset = draft.dataset_hints[0] if draft.dataset_hints else None
    for item in draft.items:
        if not item.free or item in taken or not (item.get(FieldTerm) or item.get(MetricTerm)):
            continue
        words = _counting(draft, item, extreme)
        if words is None or (item.get(MetricTerm) is not None and is_weak(item) and item.get(FieldTerm) is None):
            continue
        name = named_figure(draft, item, whose, dataset)
        if name is not None and name != whose and not _counts(draft, name, whose):
            return name, [item, *words]
    return None


def _used(draft: Draft, name: str) -> list[Item]:
    """ "The regions that a customer used": the verb says nothing more where its own data has nothing of the kind."""
    datasets = base_datasets(draft.workspace, name)
    return [item for item, verb in draft.having(VerbTerm) if item.says("makes_use") and verb.dataset not in datasets]


def _counts(draft: Draft, name: str, whose: str) -> bool:
    """One customer is one customer."""
    entity = draft.workspace.entity(whose)
    metric = draft.workspace.metric(name)
    return entity is not None and entity.count == name and isinstance(metric, Aggregate)


def _counting(draft: Draft, item: Item, extreme: Item | None) -> list[Item] | None:
    """The words that say that a noun is counted: how many different, number of, 多少个不同的."""
    passed: list[Item] = []
    before = draft.touching(item, -1)
    while before is not None:
        if before is extreme:
            return passed
        if before.word("count"):
            return [before, *passed]
        between = before.light or before.says("different") or before.word("classifier") or before.get(GrainTerm) is not None
        if not between and not (before.word("group") and before.says("different")):
            break
        passed.append(before)
        before = draft.touching(before, -1)
    after = draft.touching(item, 1)
    return [after] if after is not None and after.free and after.word("count") and after.text in ("数", "数量", "个数") else None
