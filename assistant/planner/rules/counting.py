"""Counts: of entities ("how many customers"), of things that a value names, of how often something happened."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

from assistant.language.meanings import FieldTerm, MetricTerm, PeriodTerm, TagValueTerm, VerbTerm
from assistant.language.words import spelled
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import OF_EACH, Clause, describes
from assistant.planner.rules.heads import add_metric, is_noun
from assistant.planner.rules.how_often import asks_how_often, how_often_asked
from assistant.planner.rules.number_ranks import ranks_by_its_number
from semantic_layer.conditions import Field
from semantic_layer.implied import different
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.datasets import Dataset
from semantic_layer.model.metrics import Aggregate, AnyMetric
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import reaches

AMONG = 3
"""Words before a noun among which one like "among" may stand."""


def read_counts(draft: Draft, clauses: list[Clause]) -> None:
    """Fills counts of entities, and of how often something happened."""
    if any(asks_how_often(word) for word in draft.words("count")) and draft.words("average", "per") and _times_of_each(draft):
        return
    asked = how_often_asked(draft, draft.items)
    if asked is not None:
        name, words = asked
        draft.claim(f"metric {name}", *words)
        add_metric(draft, name)
        return
    _entities(draft, clauses)
    _described_people(draft, clauses)
    read_times(draft)


def read_most_of_them(draft: Draft) -> None:
    """用券客户最多的活动: where a word for some people is ranked by, and their number is a metric, that is what it stands for."""
    for item in draft.items:
        order = draft.touching(item, 1)
        if item.get(TagValueTerm) is None or order is None or not order.word("most", "least") or not order.is_word:
            continue
        names = {f"{item.text.lower()}{ending}" for ending in spelled("number_of")}
        for metric in draft.workspace.metrics:
            if not metric.hidden and names & {word.lower() for word in metric.words()}:
                item.span = replace(item.span, meanings=(MetricTerm(metric.name),))
                break


def _times_of_each(draft: Draft) -> bool:
    """ "How many times did the average customer shop": the rows of the data that the verb names, for each entity."""
    for item, verb in [*draft.having(VerbTerm)]:
        dataset = draft.workspace.dataset(verb.dataset)
        noun = next((each for each in draft.items if each.free and is_noun(each) and each is not item), None)
        if dataset is None or dataset.count is None or noun is None:
            continue
        words = [word for word in draft.words("count") if asks_how_often(word)]
        draft.claim(f"metric {dataset.count}", item, *words)
        add_metric(draft, dataset.count)
        return True
    return False


def _entities(draft: Draft, clauses: list[Clause]) -> None:
    """ "how many customers", 多少客户, 客户有多少: the metric that counts the entity, in the data that the verb names."""
    for item in draft.items:
        word = _counting_word(draft, item) if item.free and is_noun(item) else None
        ranks = word is None and item.free and ranks_by_its_number(draft, item)
        if (word is None and not ranks) or (word is not None and asks_how_often(word)):
            continue
        if item.get(MetricTerm) is not None and not _other_data(draft, item):
            name = next(term.name for term in item.all(MetricTerm))
        else:
            entity = next(term.entity for term in item.all(FieldTerm) if term.entity is not None)
            different = word is not None and any(each in word.text.lower() for each in spelled("different"))
            several = different or (draft.before(item) is word and (bool(draft.metrics) or _is_listed(draft, item)))
            several = several or (word is not None and _did_something(draft, item, word))
            name = count_metric(draft, entity, clauses) or (entity if several else None)
            name = name or (_number_in_one_data(draft, entity) if ranks else None)
            if name is None and ranks:
                draft.beyond = ("entity_condition", {"text": item.text})
        if name is None:
            continue
        draft.claim(f"metric {name}", item, *([word] if word is not None else []))
        add_metric(draft, name)
        if word is not None:
            listed_nouns(draft, item, clauses)


def _number_in_one_data(draft: Draft, entity: str) -> str | None:
    """The number of things that no metric counts, in the data that a verb names, else in that of the first key metric."""
    found = different(draft.workspace, entity)
    if found is None:
        return None
    hinted = [name for name in draft.dataset_hints if different(draft.workspace, f"{name}.{entity}") is not None]
    if hinted:
        return entity if found.distinct.dataset in hinted else f"{hinted[0]}.{entity}"
    keys = draft.workspace.workspace.key_metrics[:1]
    return entity if any(found.distinct.dataset in base_datasets(draft.workspace, key) for key in keys) else None


def _did_something(draft: Draft, noun: Item, word: Item) -> bool:
    """ "How many shops sold red ones", 卖过红色的门店有多少: they are counted, not what they sold."""
    if any(not term.weak for item in draft.items for term in item.all(MetricTerm)):
        return False
    if draft.after(noun) is word:
        return all(item.light or item.word("stop") for item in draft.items[word.index + 1 :])
    following = draft.after(noun)
    while following is not None and following.get(PeriodTerm) is not None:
        following = draft.after(following)
    leads = word in (draft.before(noun), draft.touching(noun, -1))
    if not leads or following is None or following.get(FieldTerm) is not None:
        return False
    return following.get(VerbTerm) is not None or any(term.weak for term in following.all(MetricTerm))


def _is_listed(draft: Draft, noun: Item) -> bool:
    """Whether another noun is listed after one."""
    link = draft.touching(noun, 1)
    following = draft.after(link) if link is not None and (link.word("conj") or link.text in (",", "、")) else None
    return following is not None and is_noun(following)


def listed_nouns(draft: Draft, counted: Item, clauses: list[Clause]) -> None:
    """ "How many customers, shops and orders": one count word for all that are listed."""
    link = draft.touching(counted, 1)
    while link is not None and (link.word("conj") or link.text in (",", "，", "、")):
        noun = draft.touching(link, 1)
        if noun is not None and noun.word("conj"):
            noun = draft.touching(noun, 1)
        if noun is None or not noun.free or not is_noun(noun):
            return
        entity = next(term.entity for term in noun.all(FieldTerm) if term.entity is not None)
        name = count_metric(draft, entity, clauses) or entity
        draft.claim(f"metric {name}", noun, link)
        add_metric(draft, name)
        link = draft.touching(noun, 1)


def _described_people(draft: Draft, clauses: list[Clause]) -> None:
    """ "how many homeowners": a value that describes people, counted, stands for the people."""
    if draft.metrics:
        return
    for word in draft.words("count"):
        following = draft.after(word)
        clause = next((each for each in clauses if following in each.items), None)
        for entity in draft.workspace.entities if clause is not None and word.is_word else ():
            noun = draft.after(clause.last) if clause is not None else None
            if clause is None or not entity.personal or not describes(draft, clause, entity.name):
                continue
            name = count_metric(draft, entity.name, clauses)
            if name is not None and (noun is None or noun.get(MetricTerm) is None or noun.get(VerbTerm) is not None):
                draft.claim(f"metric {name}", word)
                add_metric(draft, name)
                return


def _counting_word(draft: Draft, noun: Item) -> Item | None:
    before, after = draft.before(noun), draft.after(noun)
    for word in (before, after):
        if word is not None and word.free and word.word("count") and word.is_word:
            return word
    asked = [item for item in draft.between(noun, after) if item.word("count")] if after is not None else []
    tail = [item for item in draft.items[noun.index + 1 : noun.index + 3] if item.word("count") and item.free and item.is_word]
    tail, asked = ([each for each in words if not _asks_of_figure(draft, noun, each)] for words in (tail, asked))
    head = [
        item for item in draft.items[max(0, noun.index - 2) : noun.index] if item.word("count") and item.free and item.is_word
    ]
    return next(iter([*asked, *tail, *head[-1:]]), None)


def _asks_of_figure(draft: Draft, noun: Item, word: Item) -> bool:
    """客户人均消费多少, 客户贡献了多少销售额: how much of the figure, not how many of the noun before it."""
    if not word.word("how_much"):
        return False
    beside = [*draft.between(noun, word), *(each for each in (draft.touching(word, 1),) if each is not None)]
    return any(not item.all(FieldTerm) and any(not term.weak for term in item.all(MetricTerm)) for item in beside)


def _other_data(draft: Draft, item: Item) -> bool:
    """The question speaks of other data than the noun's own metric reads."""
    name = next((term.name for term in item.all(MetricTerm)), None)
    own = base_datasets(draft.workspace, name) if name else ()
    return bool(draft.dataset_hints) and not any(hint in own for hint in draft.dataset_hints)


def count_metric(draft: Draft, entity: str, clauses: list[Clause]) -> str | None:
    """The metric that counts an entity: in the data that a verb names, else the entity's own; it must reach what is asked."""
    counts = entity_counts(draft.workspace, entity)
    described = draft.workspace.entity(entity)
    default = described.count if described else None
    hinted = [metric.name for metric in counts if metric.dataset in draft.dataset_hints]
    candidates = hinted or [name for name in (default,) if name] or [metric.name for metric in counts]
    candidates += [metric.name for metric in counts if metric.name not in candidates]
    needed = _needed_fields(draft, clauses)
    for name in candidates:
        datasets = base_datasets(draft.workspace, name)
        if all(reaches(draft.workspace, dataset, field) for dataset in datasets for field in needed):
            return name
    return candidates[0] if candidates else None


def counts_of(workspace: Workspace, *entities: str) -> set[str]:
    """The names of the metrics that count one of some entities."""
    return {metric.name for entity in entities for metric in entity_counts(workspace, entity)}


def all_counts(workspace: Workspace) -> set[str]:
    """The names of the metrics that count any entity."""
    return counts_of(workspace, *(entity.name for entity in workspace.entities))


def entity_counts(workspace: Workspace, entity: str) -> list[Aggregate]:
    """Metrics that count distinct entities, one for each dataset that knows them."""
    key = ("entity_counts", entity)
    if key not in workspace.memo:
        workspace.memo[key] = [metric for metric in workspace.metrics if _counts_entity(metric, workspace, entity)]
    return workspace.memo[key]


def _counts_entity(metric: AnyMetric, workspace: Workspace, entity: str) -> TypeGuard[Aggregate]:
    if not isinstance(metric, Aggregate) or metric.agg != "count_distinct" or metric.hidden or metric.where is not None:
        return False
    dataset = workspace.dataset(metric.dataset)
    key = dataset.entities.get(entity) if dataset is not None else None
    return bool(key) and tuple(metric.expr) == tuple(key or ())


def counted_by_rows(workspace: Workspace, rows: Dataset) -> str | None:
    """The entity that the count of a dataset's rows counts: each one belongs to one of those who did it, at one time."""
    counting = workspace.metric(rows.count) if rows.count is not None else None
    if not isinstance(counting, Aggregate):
        return None
    return next((name for name, key in rows.entities.items() if tuple(key) == tuple(counting.expr)), None)


def _needed_fields(draft: Draft, clauses: list[Clause]) -> list[str]:
    names = [clause.ref.name for clause in clauses if isinstance(clause.ref, Field)]
    for item in draft.items:
        before = draft.before(item)
        for term in item.all(FieldTerm):
            if before is not None and before.word("group", "per", "which") and item.free and not item.get(MetricTerm):
                names.append(term.name)
    return names


def measured_by(draft: Draft, verb: Item, clauses: list[Clause], told: list[Item] | None = None) -> str:
    """The metric that a verb asks for. Of several the first that reaches what the question speaks of: customers and fairs spend.

    Where people are named that did it, it is the verb's first metric, though a thing be named that others reach.

    Args:
        told: The words among which those who did it are named, if not those of the whole question.
    """
    names = [term.name for term in verb.all(MetricTerm)]
    entities = [draft.workspace.entity(term.entity or "") for item in told or _spoken_of(draft) for term in item.all(FieldTerm)]
    if any(entity is not None and entity.personal for entity in entities):
        return names[0]
    return next((each for each in names if _reaches_all(draft, each, clauses)), names[0])


def _spoken_of(draft: Draft) -> list[Item]:
    """The items of the question, but for what is said of each one."""
    return [item for item in draft.items if not (item.role or "").startswith(OF_EACH)]


def _reaches_all(draft: Draft, name: str, clauses: list[Clause]) -> bool:
    """Whether a metric reaches the conditions, the cuts, and the things that the question speaks of."""
    terms = [term for item in _spoken_of(draft) for term in item.all(FieldTerm)]
    keys = [draft.workspace.entity(term.entity) for term in terms if term.entity is not None]
    needed = {*_needed_fields(draft, clauses), *(entity.key_name for entity in keys if entity is not None)}
    return all(reaches(draft.workspace, each, field) for each in base_datasets(draft.workspace, name) for field in needed)


def read_things(draft: Draft, clauses: list[Clause]) -> None:
    """ "how many red ones got sold": things that are counted and that only a value names are units."""
    verbs = [term.name for _, term in draft.having(MetricTerm) if term.weak]
    datasets = [dataset for name in verbs for dataset in base_datasets(draft.workspace, name)]
    datasets += [verb.dataset for _, verb in draft.having(VerbTerm)]
    counted = [word for word in draft.words("count") if word.is_word and not word.word("how_much")]
    beside = [word for word in counted if any(draft.after(word) in clause.items for clause in clauses)]
    if draft.metrics or not datasets or not beside:
        return
    for metric in draft.workspace.metrics:
        if isinstance(metric, Aggregate) and metric.dataset == datasets[0] and metric.agg == "sum" and metric.type == "count":
            draft.claim(f"metric {metric.name}", *beside)
            add_metric(draft, metric.name)
            return


def read_times(draft: Draft) -> None:
    """ "退了几次": how often the rows of a dataset happened."""
    if draft.metrics or any(term for _, term in draft.having(MetricTerm)):
        return
    for item, verb in draft.having(VerbTerm):
        dataset = draft.workspace.dataset(verb.dataset)
        word = next((each for each in draft.words("count") if each.is_word), None)
        if dataset is None or dataset.count is None or word is None or any(is_noun(each) for each in draft.items if each.free):
            continue
        people = next(
            (entity for entity in draft.workspace.entities if entity.personal and entity.name in dataset.entities), None
        )
        them = any(each.word("refer") and each.says("them") for each in draft.items)
        if people is not None and (them or (not asks_how_often(word) and _is_among(draft, word, people.name))):
            name = count_metric(draft, people.name, [])
            if name is not None:
                draft.claim(f"metric {name}", item, word)
                add_metric(draft, name)
                return
        draft.claim(f"metric {dataset.count}", item, word)
        add_metric(draft, dataset.count)
        return


def _is_among(draft: Draft, word: Item, entity: str) -> bool:
    """ "Among married people, how many bought tea", 已婚的人里买茶的有几个: the people said before are counted."""
    for noun in draft.items[: word.index]:
        if not any(term.entity == entity for term in noun.all(FieldTerm)):
            continue
        after = draft.touching(noun, 1)
        led = any(item.says("among") for item in draft.items[max(0, noun.index - AMONG) : noun.index])
        if led or (after is not None and after.word("inside") and not after.text.isascii()):
            return True
    return False
