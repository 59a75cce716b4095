"""Medians, percentiles, averages and extremes over things: which ones are asked, and of whose figures."""

from __future__ import annotations

import re

from assistant.language.meanings import FieldTerm, GrainTerm, NumberTerm
from assistant.language.words import spelled
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.counting import counts_of, entity_counts
from assistant.planner.rules.each import CALENDAR, EACH
from assistant.planner.rules.heads import entity_of, key_metric_of_money
from semantic_layer.conditions import Field, TimeBucket
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.metrics import Aggregate, AnyMetric, Ratio
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import knows
from semantic_layer.requests import MetricQuery, OfEach, Percentile, Statistic

ROLE = "statistic"
NUMBER = re.compile(r"(\d{1,2}(?:\.\d+)?)(?:st|nd|rd|th)?")
SHORT = re.compile(r"p(\d{1,2})")
MEAN: Statistic = "mean"
QUARTERS = (0.25, 0.5, 0.75)
NAMED: dict[str, Statistic] = {"median": "median", "maximum": "max", "minimum": "min"}


def read_percentiles(draft: Draft) -> None:
    """ "25th and 75th percentile", 九十分位, P95: taken before any other rule reads their numbers."""
    for word in draft.items:
        short = SHORT.fullmatch(word.text.lower())
        if word.free and short is not None and int(short.group(1)):
            _take(draft, [word], [int(short.group(1))])
        elif word.free and word.text.lower() == "p" and (number := draft.touching(word, 1)) is not None and _value(number):
            _take(draft, [word, number], [_value(number) or 0])
        elif word.free and word.word("percentile"):
            _numbers_before(draft, word)
        elif word.free and word.word("quartile") and not _value(draft.before(word)):
            draft.claim(ROLE, word)
            draft.statistics += [(word.index, Percentile(percentile=each)) for each in QUARTERS]


def _numbers_before(draft: Draft, word: Item) -> None:
    """The numbers that are listed before a word for percentiles, with their endings and what joins them."""
    items, values = [word], list[float]()
    at = draft.touching(word, -1)
    while at is not None and (_value(at) or at.says("nth") or (at.word("conj") and values)):
        if _value(at):
            values.insert(0, _value(at) or 0)
        items.append(at)
        at = draft.touching(at, -1)
    while items[-1].word("conj") or items[-1].text in (",", "、", "，"):
        items.pop()
    if values:
        _take(draft, items, values)


def _value(item: Item | None) -> float | None:
    """The number that an item is: 90, the 25th, 九十."""
    if item is None or not item.free:
        return None
    number, written = item.get(NumberTerm), NUMBER.fullmatch(item.text.lower())
    value = number.value if number is not None else float(written.group(1)) if written is not None else 0
    return value if 0 < value < 100 else None


def _take(draft: Draft, items: list[Item], values: list[float] | list[int]) -> None:
    draft.claim(ROLE, *items)
    first = min(item.index for item in items)
    draft.statistics += [(first, Percentile(percentile=round(value / 100, 6))) for value in values]


def read_statistics(draft: Draft) -> None:
    """Binds the words for statistics to whose figures they are about; without any they stay not understood."""
    words = draft.words(*NAMED)
    means = [item for item in draft.items if item.word("average") and (item.free or draft.statistics or words)]
    means = [item for item in means if item.is_word and not (item.word("per") and draft.each is None)]
    means += [item for item in draft.each_items if item.word("average") and item not in means]
    means += [item for item in draft.items if item.word("average") and item.get(GrainTerm) is not None]
    if not (words or draft.statistics or (means and draft.metrics)) or draft.share is not None or draft.compare is not None:
        return
    whose = _whose(draft, bool(words or draft.statistics))
    if whose is None or not draft.metrics:
        grained = [item.text for item in means if item.get(GrainTerm) is not None]
        if grained:  # its grain is a group by now, and its mean would be lost
            draft.beyond = draft.beyond or ("statistic", {"text": grained[0]})
        return
    draft.claim(ROLE, *words, *means)
    draft.of_each = OfEach(entity=whose, statistics=_in_order(draft, words, means))


def _in_order(draft: Draft, words: list[Item], means: list[Item]) -> tuple[Statistic, ...]:
    """The statistics as the question names them, each once."""
    found = list(draft.statistics)
    for word in (*words, *means):
        found.append((word.index, _said(word)))
    found.sort(key=lambda pair: pair[0])
    named: list[Statistic] = []
    for _, each in found:
        if each not in named:
            named.append(each)
    return tuple(named)


def _said(word: Item) -> Statistic:
    """The statistic that a word stands for."""
    for code, statistic in NAMED.items():
        if word.word(code):
            return statistic
    return MEAN


def _whose(draft: Draft, said: bool) -> str | None:
    """Whose figures are meant; a ratio over the number of an entity is the mean of what each one has.

    Args:
        said: Another statistic than the mean is asked.
    """
    if said and draft.each is None:
        _amount_of(draft)
    _without_counts(draft)
    metrics = [draft.workspace.metric(name) for name in draft.metrics]
    divided = divided_by(draft.workspace, metrics[0]) if len(metrics) == 1 and said else None
    if divided is not None and (draft.each in (None, divided[1]) or not _has_rows(draft, draft.each)):
        draft.metrics = [divided[0]]
        _order_by(draft)
        return divided[1]
    if not said and any(isinstance(each, Ratio) or _is_mean(each) for each in metrics):
        return None
    if _is_one_each(draft):
        draft.each, draft.each_items = None, []
    whose = draft.each or (_named_entity(draft) if said else None) or _adjective(draft)
    if whose is None or not _has_rows(draft, whose):
        return None
    _drop_group(draft, whose)
    draft.claim(EACH, *draft.each_items)
    return whose


def _is_one_each(draft: Draft) -> bool:
    """ "Average orders per week": what is counted is no owner of the count, each one of them is one."""
    counts = counts_of(draft.workspace, draft.each or "")
    return bool(draft.metrics) and counts.issuperset(draft.metrics)


def _amount_of(draft: Draft) -> None:
    """ "Order amounts", 小票金额: the noun says whose money it is."""
    for item in draft.items:
        entity, word = entity_of(item), draft.touching(item, 1)
        described = draft.workspace.entity(entity or "")
        money = key_metric_of_money(draft)
        if described is None or money is None or word is None or not word.says("amount_of"):
            continue
        counted = base_datasets(draft.workspace, described.count or "")
        if draft.metrics in ([], [described.count]) and base_datasets(draft.workspace, money) == counted:
            draft.metrics, draft.each = [money], described.name
            lead = draft.touching(item, -1)
            draft.each_items = [lead] if lead is not None and lead.says("one_by_one") else []
            _order_by(draft)


def _without_counts(draft: Draft) -> None:
    """ "Among those who paid, the median of payments per customer": that they have rows is said, not asked."""
    entity = draft.workspace.entity(draft.each or "")
    if entity is None or len(draft.metrics) < 2:
        return
    counts = {each.name: each.dataset for each in entity_counts(draft.workspace, entity.name)}
    others = [name for name in draft.metrics if name not in counts]
    datasets = {dataset for name in others for dataset in base_datasets(draft.workspace, name)}
    if others and {counts[name] for name in draft.metrics if name in counts} <= datasets:
        draft.metrics = others


def divided_by(workspace: Workspace, metric: AnyMetric | None) -> tuple[str, str] | None:
    """The figure and the entity of a ratio that divides the one by the number of the other, from the same rows."""
    if not isinstance(metric, Ratio):
        return None
    top, bottom = metric.ratio.numerator, metric.ratio.denominator
    figure = workspace.metric(top.metric)
    if top.where is not None or bottom.where is not None or not isinstance(figure, Aggregate):
        return None
    for entity in workspace.entities:
        counts = {each.name: each for each in entity_counts(workspace, entity.name)}
        if bottom.metric in counts and counts[bottom.metric].dataset == figure.dataset:
            return top.metric, entity.name
    return None


def _is_mean(metric: AnyMetric | None) -> bool:
    return isinstance(metric, Aggregate) and metric.agg in ("mean", "median", "percentile")


def _has_rows(draft: Draft, whose: str | None) -> bool:
    """Whether the data of the metrics tells them apart."""
    datasets = [name for metric in draft.metrics for name in base_datasets(draft.workspace, metric)]
    return whose is not None and (
        draft.workspace.entity(whose) is None or all(knows(draft.workspace, name, whose) for name in datasets)
    )


def _named_entity(draft: Draft) -> str | None:
    """客户消费额的中位数: the entity that the question names beside the figure, if it is one alone."""
    counts = {name for each in draft.workspace.entities for name in (each.count,) if name in draft.metrics}
    nouns = [item for item in draft.items if entity_of(item) is not None and item.role in (None, "names what is measured")]
    entities = {entity_of(item) for item in nouns}
    if len(entities) != 1 or counts:
        return None
    draft.each_items = nouns
    return entities.pop()


def _adjective(draft: Draft) -> str | None:
    """Daily sales, 每天的销售额: a grain that stands before what is measured, where nothing else is summed up."""
    series = [ref.grain for ref in draft.by if isinstance(ref, TimeBucket) and ref.field is None and ref.grain in CALENDAR]
    if len(series) != 1:
        return None
    for item in draft.items:
        terms = [term for term in item.all(GrainTerm) if term.groups]
        leads = item.text.lower().endswith("ly") or item.text.startswith("每") or item.word("average")
        leads = leads or item.text.lower().split(" ")[0] in spelled("leads_each")
        if item.role == f"by {series[0]}" and terms and leads and item.get(FieldTerm) is None:
            return series[0]
    return None


def _drop_group(draft: Draft, whose: str) -> None:
    """Those whose figures are summed up are no groups; nor is a year of which there is only one."""
    entity = draft.workspace.entity(whose)
    key = entity.key_name if entity is not None else whose
    draft.by = [
        ref
        for ref in draft.by
        if not (isinstance(ref, Field) and ref.name == key) and not (isinstance(ref, TimeBucket) and ref.grain == whose)
    ]
    counted = _counted_keys(draft)
    draft.by = [ref for ref in draft.by if not (isinstance(ref, Field) and ref.name in counted)]
    yearly = [item for item in draft.items if item.role == "by year" and item.text.lower().endswith("ly")]
    if yearly and not draft.periods:
        draft.by = [ref for ref in draft.by if not (isinstance(ref, TimeBucket) and ref.grain == "year")]
    draft.order = [each for each in draft.order if each.target != key]


def _counted_keys(draft: Draft) -> set[str]:
    """Counting different ones "by number" says how they are told apart: each of them is one."""
    entities = [draft.workspace.entity(name.rpartition(".")[2]) for name in draft.metrics if not draft.workspace.metric(name)]
    return {*draft.metrics, *(entity.key_name for entity in entities if entity is not None)}


def _order_by(draft: Draft) -> None:
    draft.order = [each.model_copy(update={"target": draft.metrics[0]}) for each in draft.order]


# ---- follow-ups -----------------------------------------------------------------------------------------------------------


def with_statistics(draft: Draft, base: MetricQuery) -> MetricQuery:
    """ "And the median?": the statistics of the last request are others now, or those of what its ratio is the mean of."""
    if draft.of_each is not None:
        return base.model_copy(update={"of_each": draft.of_each})
    words = [item for item in draft.items if item.word(*NAMED) and item.is_word]
    means = [] if draft.metrics else draft.words("average")
    if not (words or means or draft.statistics):
        rated = any(isinstance(draft.workspace.metric(name), Ratio) for name in draft.metrics)
        return base.model_copy(update={"of_each": None}) if rated else base
    statistics = _in_order(draft, words, means)
    divided = divided_by(draft.workspace, draft.workspace.metric(base.metrics[0])) if len(base.metrics) == 1 else None
    if base.of_each is not None:
        draft.claim(ROLE, *words, *means)
        return base.model_copy(update={"of_each": base.of_each.model_copy(update={"statistics": statistics})})
    if divided is None or base.compare is not None or base.share_of is not None:
        return base
    draft.claim(ROLE, *words, *means)
    order = tuple(each.model_copy(update={"target": divided[0]}) if each.target in base.metrics else each for each in base.order)
    summed = OfEach(entity=divided[1], statistics=statistics)
    return base.model_copy(update={"metrics": (divided[0],), "of_each": summed, "order": order})
