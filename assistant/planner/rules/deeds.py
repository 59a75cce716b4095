"""Counts by what was done, side by side: 多少客户购买、多少客户退货, "how many bought and how many got a letter".

Each deed that has a count word of its own is a figure of its own. Read as conditions on one count, the answer would be another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from assistant.language.meanings import DatasetTerm, FieldTerm, GrainTerm, MetricTerm, PeriodTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.counting import entity_counts, measured_by
from assistant.planner.rules.heads import add_metric, entity_of, is_grouped, is_noun, is_weak_metric
from assistant.planner.rules.how_often import asks_how_often
from assistant.planner.rules.unread import told_in
from semantic_layer.metric_parts import base_datasets
from semantic_layer.reach import knows

COUNTS_BY_DEEDS = "counts by deeds"
"""What the draft is marked with: the words of the counts say nothing of each one."""
BREAKS = (",", "，", "、", ";", "；", "?", "？", "。")


@dataclass
class CountedFigure:
    """What one stretch asks for.

    Attributes:
        metric: Its name; None where it counts by a deed and cannot be read.
        deed: The data that a verb names.
        entity: Whom it counts.
        used: The items that say so.
    """

    metric: str | None
    deed: str | None = None
    entity: str | None = None
    used: list[Item] = field(default_factory=list[Item])


def read_deeds(draft: Draft, clauses: list[Clause]) -> None:
    """Fills the metrics of figures that are listed, one of them at least a count of those who did something."""
    found: list[CountedFigure] = []
    stretches = stretches_of(draft)
    for at, items in enumerate(stretches):
        figure = figure_of(draft, items, found, clauses)
        if figure is not None:
            if found and any(_goes_on_with_them(draft, item) for item in items):
                return  # "…, and how many of them replied": of those who were counted before
            found.append(figure)
        elif any(_tells(item) for item in items) or (found and at < len(stretches) - 1 and not _only_when(items)):
            return
    deeds = [each for each in found if each.deed is not None]
    if len(found) < 2 or not deeds:
        return
    names = [each.metric for each in found]
    if None in names or len(set(names)) < len(names) or _apart(draft, found, clauses):
        if len(deeds) > 1:
            draft.beyond = ("entity_condition", {"text": draft.question.original.strip()})
        return
    draft.marks.add(COUNTS_BY_DEEDS)
    for each in found:
        assert each.metric is not None
        draft.claim(f"metric {each.metric}", *each.used)
        add_metric(draft, each.metric)


def read_deeds_in_figures(draft: Draft) -> None:
    """ "How many people placed orders", where "placed orders" is a name of a figure: behind those who did it, it is the deed."""
    for item in draft.items:
        figures = [term.name for term in item.all(MetricTerm) if not term.weak]
        datasets = {name for figure in figures for name in base_datasets(draft.workspace, figure)}
        data = draft.workspace.dataset(next(iter(datasets))) if len(datasets) == 1 else None
        text = f"{item.text.lower()} "
        if data is None or is_noun(item) or not text.isascii():
            continue
        verb = any(text.startswith(f"{word.lower()} ") for word in data.verbs.all())
        if verb and _is_told_of(draft, item):
            item.span = replace(item.span, meanings=(VerbTerm(data.name),))


def _is_told_of(draft: Draft, item: Item) -> bool:
    """Behind "how many people" or "who"."""
    before = draft.touching(item, -1)
    while before is not None and before.light and not before.word("relative"):
        before = draft.touching(before, -1)
    if before is None or not (is_noun(before) or before.word("relative", "count")):
        return False
    return before.word("relative", "count") or draft.led_by(before, "count")


def stretches_of(draft: Draft) -> list[list[Item]]:
    """The question cut at commas, at words that join, and at a gap before a Chinese count word (触达多少人 多少人核销)."""
    parts: list[list[Item]] = [[]]
    for item in draft.items:
        if item.text in BREAKS or (item.word("conj") and not item.get(PeriodTerm)):
            parts.append([])
            continue
        if item.word("count") and not item.text.isascii() and _stands_apart(draft, item):
            parts.append([])
        parts[-1].append(item)
    return [part for part in parts if part]


def _stands_apart(draft: Draft, item: Item) -> bool:
    tokens, at = draft.question.tokens, item.span.start
    return at > 0 and draft.question.text[tokens[at - 1].end : tokens[at].start].isspace()


def figure_of(draft: Draft, items: list[Item], before: list[CountedFigure], clauses: list[Clause]) -> CountedFigure | None:
    counts = [item for item in items if item.free and item.word("count") and item.is_word]
    verbs = [item for item in items if item.free and (_does(item) or _came(draft, item, counts))]
    measured = [item for item in items if item.free and is_weak_metric(item) and not item.word("filler")]
    if len(counts) == 1 and (verbs or (measured and _noun(draft, counts[0], items, clauses) is not None)):
        return _counted(draft, items, counts[0], verbs or measured, before, clauses)
    if verbs or any(_denies(item) for item in items):
        return None
    strong = [item for item in items if item.free and any(not term.weak for term in item.all(MetricTerm)) and not is_noun(item)]
    if strong:
        return CountedFigure(next(term.name for term in strong[0].all(MetricTerm)), used=strong) if len(strong) == 1 else None
    noun = _noun(draft, counts[0], items, clauses) if len(counts) == 1 else None
    if noun is not None:
        return _bare(draft, counts[0], noun, before)
    weak = measured
    asks = any(item.word("how_much", "money") or item.text.endswith(("多少", "多少钱")) for item in items)
    if len(weak) == 1 and asks:
        return CountedFigure(measured_by(draft, weak[0], clauses, items), used=weak)
    return None


def _bare(draft: Draft, count: Item, noun: Item, before: list[CountedFigure]) -> CountedFigure | None:
    """A noun that is counted and did nothing of its own: in its usual data.

    Behind a deed that others than the usual ones do, it is those who did it (发出多少封信,来自多少人); without a word that
    leads back to the deed it may be either.
    """
    entity = draft.workspace.entity(entity_of(noun) or "")
    if entity is None:
        return None
    deed = next((each.deed for each in reversed(before) if each.deed is not None), None)
    usual = base_datasets(draft.workspace, entity.count) if entity.count is not None else ()
    used = [count, noun]
    if deed is not None and deed not in usual and knows(draft.workspace, deed, entity.name):
        lead = draft.touching(count, -1)
        if lead is None or not lead.says("done_by"):
            return CountedFigure(None, deed, entity.name, used)
        return CountedFigure(count_in(draft, deed, entity.name), deed, entity.name, [lead, *used])
    return CountedFigure(entity.count, entity=entity.name, used=used) if entity.count else None


def count_in(draft: Draft, dataset: str, entity: str) -> str | None:
    """The figure that counts an entity in one data."""
    declared = next((each.name for each in entity_counts(draft.workspace, entity) if each.dataset == dataset), None)
    return declared or (f"{dataset}.{entity}" if knows(draft.workspace, dataset, entity) else None)


def _counted(
    draft: Draft, items: list[Item], count: Item, verbs: list[Item], before: list[CountedFigure], clauses: list[Clause]
) -> CountedFigure | None:
    """A count word with a verb: whom or how often it counts, in the data that the verb names."""
    datasets = {term.dataset for item in verbs for term in item.all(VerbTerm)}
    datasets |= {
        name
        for item in verbs
        if not _does(item) and item.all(MetricTerm)
        for name in base_datasets(draft.workspace, item.all(MetricTerm)[0].name)
    }
    came = [told_in(draft, draft.person or "") for item in verbs if item.get(VerbTerm) is None and item.word("act")]
    datasets |= {name for name in came if name is not None}
    name = next(iter(datasets), "")
    dataset = draft.workspace.dataset(name)
    noun = _noun(draft, count, items, clauses)
    used = [count, *verbs, *([noun] if noun is not None else [])]
    if len(datasets) > 1 or dataset is None:
        return None
    if asks_how_often(count) or count.text.endswith("次数"):
        return CountedFigure(dataset.count, name, None, [*used, *_agents(draft, items, used, name)])
    thing = draft.after(count)
    if noun is None and dataset.count is not None and thing is not None and thing in items and _is_a_row(thing, name):
        return CountedFigure(dataset.count, name, None, [*used, thing])
    entity = entity_of(noun) if noun is not None else _elided(draft, count, before)
    counted = count_in(draft, name, entity) if entity is not None else None
    agents = _agents(draft, items, used, name)
    first, last = min(item.index for item in used), max(item.index for item in (*used, *agents))
    inner = [item for item in items if first < item.index < last and item not in used and item not in agents]
    told = [item for clause in clauses for item in clause.items]
    readable = all(item.light or item.text == "的" or item.soft or _cuts(draft, item) or item in told for item in inner)
    if any(_denies(item) or item.number is not None for item in items if item.index >= first):
        readable = False
    return CountedFigure(counted if readable else None, name, entity, [*used, *agents])


def _is_a_row(thing: Item, dataset: str) -> bool:
    """发出多少封信, "how many letters were sent": the noun of the data is one of its rows."""
    return entity_of(thing) is None and any(term.dataset == dataset for term in thing.all(DatasetTerm))


def _noun(draft: Draft, count: Item, items: list[Item], clauses: list[Clause]) -> Item | None:
    """What the count word counts: the noun after it, in Chinese also the one before it; words that describe it are passed."""
    after = draft.after(count)
    while after is not None and after in items and any(after in clause.items for clause in clauses) and not is_noun(after):
        after = draft.after(after)
    if after is not None and after in items and _does(after) and not after.text.isascii():
        following = draft.after(after)  # 多少退货客户
        after = following if following is not None and is_noun(following) else after
    if after is not None and after in items and is_noun(after):
        return after
    before = draft.before(count)
    plain = before is not None and before in items and is_noun(before) and not is_grouped(draft, before)
    return before if plain and before is not None and not before.text.isascii() else None


def _elided(draft: Draft, count: Item, before: list[CountedFigure]) -> str | None:
    """ "… and how many replied": those who were counted before; in English people, where nobody was named."""
    earlier = next((each.entity for each in reversed(before) if each.entity is not None), None)
    following = draft.after(count)
    leads = following is not None and (following.get(VerbTerm) is not None or _came(draft, following, [count]))
    return (earlier if leads else None) or (draft.person if count.text.isascii() and leads else None)


def _agents(draft: Draft, items: list[Item], used: list[Item], dataset: str) -> list[Item]:
    """ "Reached by letters", "did our letters reach": what they did it with, of which nothing is said."""
    found: list[Item] = []
    for item in items:
        entity = entity_of(item)
        if item in used or entity is None or not item.free or not knows(draft.workspace, dataset, entity):
            continue
        last = draft.question.tokens[item.span.end - 1]
        before = draft.before(item)
        if not last.text.isascii() or last.text == last.key or before is None:
            continue
        if before.text.lower() == "by" and before.index - 1 in [each.index for each in used]:
            found += [before, item]
        elif not before.word("group", "per", "which") or before in used:
            found.append(item)
    return found


def _cuts(draft: Draft, item: Item) -> bool:
    """ "How many did each letter reach": a cut that stands between the noun and the verb."""
    before = draft.before(item)
    return item.word("group", "per") or (before is not None and before.word("group", "per") and bool(item.all(FieldTerm)))


def _denies(item: Item) -> bool:
    return (item.word("never") and not item.word("filler")) or (item.word("not") and item.says("denies", "without"))


def _goes_on_with_them(draft: Draft, item: Item) -> bool:
    """ "… of them", 其中…, "… also", 又退货: what follows is asked of those who were counted before."""
    following = draft.touching(item, 1)
    more = (item.word("add") and not item.word("conj", "plus")) or item.says("once_more")
    more = more and (item.text.isascii() or (following is not None and _does(following)))
    inside = item.word("inside") and not item.text.isascii()
    return inside or more or item.word("refer", "first_time") or item.says("them", "among")


def _tells(item: Item) -> bool:
    """Whether an item says that something was done, or denies it."""
    return _denies(item) or _does(item) or item.word("first_time")


def _does(item: Item) -> bool:
    return item.get(VerbTerm) is not None and not item.word("filler")


def _came(draft: Draft, item: Item, counts: list[Item]) -> bool:
    """ "How many came": a word for doing anything at all, right behind the count word."""
    return item.word("act") and item.text.isascii() and draft.touching(item, -1) in counts


def _only_when(items: list[Item]) -> bool:
    return all(item.light or item.get(PeriodTerm) or item.get(GrainTerm) for item in items)


def _apart(draft: Draft, found: list[CountedFigure], clauses: list[Clause]) -> bool:
    """Whether something narrows one of the figures and not the others: a value, or days, with one of the deeds.

    What stands before the first figure, or behind the last, is meant of all of them; so is what describes a noun that is left out
    after it.
    """
    first = min(item.index for item in found[0].used)
    opening = max(item.index for item in found[0].used)
    last = max(item.index for item in found[-1].used)
    own = any(noun for each in found[1:] for noun in each.used if is_noun(noun))
    count = next((item for item in found[0].used if item.word("count")), None)
    for clause in clauses:
        described = count is not None and clause.last.index < opening and _noun_follows(draft, clause, found[0]) and not own
        if first < clause.first.index <= last and not described:
            return True
    days = [item for item in draft.items if item.get(PeriodTerm) is not None and not item.text.isdigit()]
    return any(first < item.index < last for item in days)


def _noun_follows(draft: Draft, clause: Clause, figure: CountedFigure) -> bool:
    noun = draft.after(clause.last)
    return noun is not None and noun in figure.used and is_noun(noun)
