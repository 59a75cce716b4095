"""Several figures, each per something: 平均每个客户来几次,每单花多少钱, "orders per customer and how much per order".

Each stretch of the question names its own figure and whom it is divided by; one without such a word goes on with the one before.
Where one of them cannot be read, the question is refused rather than answered in part.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.averages import ratio_over
from assistant.planner.rules.clause import Clause, describes
from assistant.planner.rules.counting import all_counts, counts_of, measured_by
from assistant.planner.rules.deeds import COUNTS_BY_DEEDS, count_in, stretches_of
from assistant.planner.rules.heads import add_metric, entity_of, is_noun, is_weak_metric, key_metric_of_money
from assistant.planner.rules.how_often import asks_how_often, rows_told
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.metrics import Aggregate, Derived, Ratio


@dataclass
class _Figure:
    """What one stretch asks for.

    Attributes:
        metric: The figure that is divided, or the one asked as it is; None where it cannot be read.
        whole: It is asked as it is: a declared ratio, or a total.
        per: What it is divided by: an entity and the metrics that count it.
        used: The items that say so.
        averaged: A word for an average stands in the stretch.
        noun: It is named by a noun, and not by what somebody did.
        asks: A word asks for it.
    """

    metric: str | None
    whole: bool = False
    per: set[str] = field(default_factory=set[str])
    used: list[Item] = field(default_factory=list[Item])
    averaged: bool = False
    noun: bool = False
    asks: bool = False


def read_per_figures(draft: Draft, clauses: list[Clause]) -> None:
    """Fills the ratios of figures that are listed, where one of them is an average of what each one has."""
    if draft.statistics:
        return
    found: list[_Figure] = []
    for items in stretches_of(draft):
        figure = _figure(draft, items, clauses, found)
        if figure is not None:
            found.append(figure)
    owners = [each.per for each in found if each.per]
    averaged = any(item.free and item.word("average") for item in draft.items)
    if len(found) < 2 or not owners or not (averaged or all(_stands_alone(draft, each) for each in found)):
        return
    _goes_on(draft, found)
    names = [each.metric if each.whole else _ratio(draft, each.metric, each.per) for each in found]
    if None in names:
        draft.asked_figures = len(found)
        if any(each.per != owners[0] for each in found):
            draft.beyond = ("statistic", {"text": draft.question.original.strip()})
        return
    draft.marks.add(COUNTS_BY_DEEDS)
    for each, name in zip(found, names, strict=True):
        assert name is not None
        draft.claim(f"metric {name}", *each.used)
        add_metric(draft, name)


def read_all_figures(draft: Draft) -> None:
    """Nothing is answered in part: as many figures as were asked for."""
    if draft.asked_figures > len(draft.metrics):
        draft.beyond = draft.beyond or ("statistic", {"text": draft.question.original.strip()})


def _goes_on(draft: Draft, found: list[_Figure]) -> None:
    """Whom the figures are divided by that do not say it.

    What each one did goes on with the one before (平均每个客户来几次,花多少钱), and so does a noun that is listed in Chinese. A
    noun that is asked with a word of its own may be a total as well, and is left without an owner.
    """
    owner: set[str] = set()
    first = next(each.per for each in found if each.per)
    for each in found:
        if each.per or each.whole:
            owner = each.per or owner
        elif each.metric in (owner or first):
            each.whole = True  # how many of them there are
        elif not owner:
            each.per = first if each.averaged else set()
            each.whole = not each.averaged
        elif each.noun and draft.language == "en" and not each.asks:
            each.whole = True
        elif not (each.noun and each.asks):
            each.per = owner


def _ratio(draft: Draft, metric: str | None, counts: set[str]) -> str | None:
    ratio = ratio_over(draft.workspace, metric, counts) if metric is not None and counts else None
    if ratio is not None:
        return ratio.name
    # A figure that is an expression itself is divided by one: `cost / buyers`.
    forms = {f"{metric} / {count}" for count in counts}
    derived = [each.name for each in draft.workspace.metrics if isinstance(each, Derived) and each.derived.strip() in forms]
    return derived[0] if len(derived) == 1 else None


def _stands_alone(draft: Draft, figure: _Figure) -> bool:
    """Whether a figure is a ratio by its own words; a ratio of each one of others is a list of those."""
    metric = draft.workspace.metric(figure.metric or "")
    if isinstance(metric, Ratio):
        return not figure.per or metric.ratio.denominator.metric in figure.per
    return bool(figure.per) and _ratio(draft, figure.metric, figure.per) is not None


def _figure(draft: Draft, items: list[Item], clauses: list[Clause], before: list[_Figure]) -> _Figure | None:
    """The figure of a stretch; None where it asks for nothing."""
    free = [item for item in items if item.free]
    per, said = _divided_by(draft, free, before)
    rest = [item for item in free if item not in said]
    if said and draft.language != "en":
        rest = [item for item in rest if item.index > said[0].index or item.get(VerbTerm) is None]  # 买过红色的客户平均每个客户…
    asking = [item for item in free if item.is_word and item.word("count", "how_much", "money")]
    averages = [item for item in free if item.word("average") and item.is_word]
    beside = [*said, *averages, *asking, *(item for item in rest if item.word("act") or item.get(VerbTerm) is not None)]
    figure = _Figure(
        None, any(item.word("sum") and item.is_word for item in free), per, averaged=bool(averages), asks=bool(asking)
    )
    strong = [item for item in rest if any(not term.weak for term in item.all(MetricTerm)) and not is_noun(item)]
    if strong:
        name = next(term.name for term in strong[0].all(MetricTerm) if not term.weak)
        figure.metric, figure.noun = name if len(strong) == 1 else None, True
        figure.whole = figure.whole or isinstance(draft.workspace.metric(name), Ratio)
        figure.used = [*strong, *beside]
        return figure
    often = [item for item in asking if item.word("count") and asks_how_often(item)]
    weak = [item for item in rest if is_weak_metric(item) and not item.word("filler") and not is_noun(item)]
    nouns = [item for item in rest if is_noun(item) and not item.word("act")]
    counts = [item for item in asking if item.word("count") and not item.word("how_much")]
    if often:
        figure.metric, verbs = rows_told(draft, rest)
        figure.used = [*often, *verbs, *beside]
    elif nouns and asking and (counts or not weak):
        entity = draft.workspace.entity(entity_of(nouns[0]) or "")
        told = {term.dataset for item in rest if not item.word("filler") for term in item.all(VerbTerm)}
        known = entity is not None and entity.count is not None and told <= set(base_datasets(draft.workspace, entity.count))
        figure.metric = entity.count if entity is not None and known and len(nouns) == 1 else None
        figure.noun, figure.used = not per, [*nouns, *beside]
    elif counts and not per and _described(draft, counts[0], clauses):
        person = draft.workspace.entity(draft.person or "")
        figure.metric = person.count if person is not None else None
        figure.noun, figure.used = True, beside
    elif weak and (asking or weak[0].says_part("asks_how_much")):
        figure.metric, figure.used = measured_by(draft, weak[0], clauses, items), [*weak, *beside]
    elif per and any(item.word("how_much", "money") for item in asking):
        # "… and how much is that per customer?"
        earlier = before[-1].metric if before and before[-1].metric not in per else None
        earlier = None if isinstance(draft.workspace.metric(earlier or ""), Ratio) else earlier
        figure.metric, figure.used = earlier or key_metric_of_money(draft), beside
    elif not (asking and per):
        return None
    return figure


def _described(draft: Draft, count: Item, clauses: list[Clause]) -> bool:
    """ "How many people with a car", "how many of them": people, whom a value describes or who were named before."""
    noun = draft.after(count)
    them = draft.touching(count, 1)
    told = any(noun in clause.items and describes(draft, clause, draft.person or "") for clause in clauses)
    return told or (them is not None and them.says("them") and bool(clauses))


def _divided_by(draft: Draft, items: list[Item], before: list[_Figure]) -> tuple[set[str], list[Item]]:
    """What a stretch divides by, with the metrics that count it, and the words that say so: 每个客户, 每单, "per trip"."""
    for word in items:
        grain = word.get(GrainTerm)
        if grain is not None and grain.groups and word.text.startswith("每"):
            return {grain.grain}, [word]
        one = _one(draft, word, items, before) or _each_of_those(draft, word, before)
        if one is not None:
            return one
        if not word.word("per", "group") or not (word.word("per") or word.says("every") or word.text.startswith("每")):
            continue
        noun = draft.after(word)
        noun = noun if noun in items else None
        deed = noun.get(VerbTerm) if noun is not None else None
        done = draft.after(noun) if noun is not None and deed is not None and not word.text.isascii() else None
        if noun is not None and deed is not None and done is not None and (whose := entity_of(done)) is not None:
            counted_in = count_in(draft, deed.dataset, whose)  # 每个下单客户
            return ({counted_in} if counted_in is not None else set()), [word, noun, done]
        entity, grain = entity_of(noun), noun.get(GrainTerm) if noun is not None else None
        if entity is not None and noun is not None:
            return {entity, *counts_of(draft.workspace, entity)}, [word, noun]
        if noun is not None and grain is not None:
            return {grain.grain}, [word, noun]
        if noun is not None and noun.all(FieldTerm):
            continue
        counted = {each.name for each in draft.workspace.metrics if isinstance(each, Aggregate) and _is_unit(each, word.text)}
        if counted:
            return counted, [word]
    return set(), []


def _one(draft: Draft, word: Item, items: list[Item], before: list[_Figure]) -> tuple[set[str], list[Item]] | None:
    """平均一单, "the average one": one that stands for each."""
    lead, noun = draft.touching(word, -1), draft.touching(word, 1)
    if lead is None or lead not in items or not lead.word("average") or not (word.says("one_of_them") or word.text == "一"):
        return None
    entity = entity_of(noun) if noun is not None and noun in items else None
    if entity is not None and noun is not None:
        return {entity, *counts_of(draft.workspace, entity)}, [word, noun]
    earlier = _counted_last(draft, before)
    return ({earlier}, [word]) if earlier is not None and word.text.isascii() else None


def _each_of_those(draft: Draft, word: Item, before: list[_Figure]) -> tuple[set[str], list[Item]] | None:
    """ "… and how much did each (of them) spend": of those who were counted before."""
    following = draft.after(word)
    earlier = _counted_last(draft, before) if word.says("each_of_them", "each_one_of") else None
    if earlier is None or (following is not None and entity_of(following) is not None):
        return None
    return {earlier}, [word, *([following] if following is not None and following.says("them") else [])]


def _counted_last(draft: Draft, before: list[_Figure]) -> str | None:
    """ "How many came, and how much did each spend": the count of those of whom each one is meant."""
    counts = all_counts(draft.workspace)
    return next((each.metric for each in reversed(before) if each.metric in counts and not each.per), None)


def _is_unit(metric: Aggregate, text: str) -> bool:
    """每单, 平均每户: the counter is the unit of what is counted."""
    return metric.type == "count" and not metric.hidden and bool(metric.unit.zh) and text.endswith("每" + metric.unit.zh)
