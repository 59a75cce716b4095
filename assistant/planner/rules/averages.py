"""Ratios that the question makes of a metric and an entity, and what "average" belongs to."""

from __future__ import annotations

from assistant.language.meanings import GrainTerm, MetricTerm, NumberTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.counting import counts_of
from assistant.planner.rules.heads import add_metric, entity_of, is_grouped, is_weak, is_weak_metric, key_metric_of_money
from semantic_layer.model.metrics import Aggregate, AnyMetric, Ratio
from semantic_layer.model.workspace import Workspace


def read_ratios(draft: Draft) -> None:
    """ "sales per customer", 每个客户的订单数: the ratio that is declared for it, if one is."""
    for word in [*draft.words("per"), *_ones(draft)]:
        noun, counts = _divided_by(draft, word)
        if word.text.endswith("均"):
            noun, counts = word, _counts_of_people(draft)
        if noun is None or not counts or noun.get(GrainTerm) is not None:
            continue
        head = _metric_near(draft, word, noun)
        if head is None:
            continue
        item, name = head
        ratio = ratio_over(draft.workspace, name, counts)
        if ratio is None:
            continue
        draft.claim(f"metric {ratio.name}", item, noun, word, *(each for each in draft.words("average")))
        for each in draft.items:
            if each.free and is_weak_metric(each):
                draft.claim(f"metric {ratio.name}", each)
        add_metric(draft, ratio.name)
        return


def _counts_of_people(draft: Draft) -> set[str]:
    """人均, 户均: the word holds whom it is divided by."""
    return counts_of(draft.workspace, draft.person or "")


def _ones(draft: Draft) -> list[Item]:
    """A one that stands for each: "on average one customer spends", "what does one customer spend"."""
    average = draft.any_word("average")
    found: list[Item] = []
    for item, number in draft.having(NumberTerm):
        noun = draft.after(item)
        spends = noun is not None and any(
            each.get(MetricTerm) is not None for each in (draft.after(noun), draft.before(item)) if each is not None
        )
        if number.value == 1 and (average or (spends and _entity_of(noun) is not None)):
            found.append(item)
    return found


def _divided_by(draft: Draft, word: Item) -> tuple[Item | None, set[str]]:
    """What comes after "per" and the metrics that count it: an entity, a thing that is added up, the counter of its unit."""
    noun = draft.after(word)
    counter = draft.touching(word, 1)
    if counter is not None and counter.word("classifier") and counter.text not in ("个", "位", "名"):
        measured = {each.name for each in draft.workspace.metrics if _counts_in(each, counter.text)}
        if measured:
            return counter, measured
    entity = _entity_of(noun)
    if entity is not None:
        return noun, counts_of(draft.workspace, entity)
    if noun is None or not noun.free or is_weak(noun):
        return noun, set()
    return noun, {term.name for term in noun.all(MetricTerm) if _adds_up(draft.workspace.metric(term.name))}


def _counts_in(metric: AnyMetric, unit: str) -> bool:
    return isinstance(metric, Aggregate) and not metric.hidden and metric.unit.zh == unit


def _adds_up(metric: AnyMetric | None) -> bool:
    return isinstance(metric, Aggregate) and metric.agg == "sum" and metric.type == "count"


def _entity_of(item: Item | None) -> str | None:
    if item is None or not item.free:
        return None
    return entity_of(item)


def _metric_near(draft: Draft, word: Item, noun: Item) -> tuple[Item, str] | None:
    """The metric that a "per" divides: the nearest one, named before verbs."""
    candidates = [item for item in draft.items if item.free and item is not noun and item.get(MetricTerm) is not None]
    candidates.sort(key=lambda item: (is_weak(item), abs(item.index - word.index)))
    for item in candidates:
        return item, item.all(MetricTerm)[0].name
    return None


def ratio_per(draft: Draft, metric: str, entity: str) -> Ratio | None:
    """The declared ratio of a metric over the count of an entity."""
    return ratio_over(draft.workspace, metric, counts_of(draft.workspace, entity))


def ratio_over(workspace: Workspace, metric: str, counts: set[str]) -> Ratio | None:
    """The one declared ratio of a metric over one of the counts; one without conditions of its own before others."""
    ratios = [each for each in workspace.metrics if isinstance(each, Ratio) and not each.hidden]
    found = [each for each in ratios if each.ratio.numerator.metric == metric and each.ratio.denominator.metric in counts]
    plain = [each for each in found if each.ratio.denominator.where is None and each.ratio.numerator.where is None]
    return plain[0] if plain else found[0] if len(found) == 1 else None


def read_averages(draft: Draft) -> None:
    """ "average" belongs to a ratio already, or makes one with the entity of the question; else it stays not understood."""
    words = [word for word in draft.words("average") if not word.word("per")]
    if not words or not draft.metrics:
        return
    _value_of(draft, words)
    metric = draft.workspace.metric(draft.metrics[0])
    if isinstance(metric, Ratio) or _is_mean(metric):
        draft.claim("average", *(word for word in words if not _is_of_a_total(draft, word)))
        return
    for item in draft.items:
        entity = entity_of(item)
        if entity is None or metric is None or not (item.free or item.role == "names the value's field"):
            continue
        ratio = ratio_per(draft, metric.name, entity)
        if ratio is not None and not is_grouped(draft, item):
            draft.claim(f"metric {ratio.name}", item, *words)
            draft.metrics[0] = ratio.name
            return
    if draft.each is None and not any(item.get(GrainTerm) is not None for item in draft.items):
        options = [each.name for each in draft.workspace.metrics if _averages_of(each, draft.metrics[0])]
        if options:
            draft.claim("average", *words)
            draft.beyond = ("which_average", {"metric": draft.metrics[0], "options": options, "text": words[0].text})


def _is_of_a_total(draft: Draft, word: Item) -> bool:
    """ "What is the order value, and how many items are in an order on average": the word stands with another, plain figure."""
    named = [item for item in draft.items if (item.role or "").startswith("metric ")]
    nearest = min(named, key=lambda item: abs(item.index - word.index), default=None)
    metric = draft.workspace.metric((nearest.role or "").removeprefix("metric ")) if nearest is not None else None
    return len(draft.metrics) > 1 and isinstance(metric, Aggregate) and not _is_mean(metric)


def _value_of(draft: Draft, words: list[Item]) -> None:
    """ "The average value of orders": what one of them is worth, and not their number."""
    money = key_metric_of_money(draft)
    for word in words:
        amount = draft.touching(word, 1)
        link = draft.touching(amount, 1) if amount is not None and amount.says("amount_of") else None
        noun = draft.after(link) if link is not None and link.word("inside") else None
        entity = entity_of(noun)
        ratio = ratio_per(draft, money, entity) if money is not None and entity is not None else None
        counts = counts_of(draft.workspace, entity or "")
        if ratio is not None and amount is not None and set(draft.metrics) <= counts:
            draft.metrics = [ratio.name]
            draft.claim(f"metric {ratio.name}", amount)


def _is_mean(metric: AnyMetric | None) -> bool:
    return isinstance(metric, Aggregate) and metric.agg in ("mean", "median", "percentile")


def _averages_of(metric: AnyMetric, name: str) -> bool:
    if not isinstance(metric, Ratio) or metric.hidden or metric.type == "fraction":
        return False
    top, bottom = metric.ratio.numerator, metric.ratio.denominator
    return top.metric == name and top.where is None and bottom.where is None
