"""Counts: of entities ("how many customers"), of things that a value names, of how often something happened."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, MetricTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause, describes
from assistant.planner.rules.heads import add_metric, is_noun
from semantic_layer.conditions import Field
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.metrics import Aggregate
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import reaches


def read_counts(draft: Draft, clauses: list[Clause]) -> None:
    """Fills counts of entities, and of how often something happened."""
    if any(_asks_how_often(word) for word in draft.words("count")) and draft.words("average", "per") and _times_of_each(draft):
        return
    _entities(draft, clauses)
    _described_people(draft, clauses)
    read_times(draft)


def _asks_how_often(word: Item) -> bool:
    return word.text.lower().endswith(("times", "次", "趟"))


def _times_of_each(draft: Draft) -> bool:
    """ "How many times did the average customer shop": the rows of the data that the verb names, for each entity."""
    for item, verb in [*draft.having(VerbTerm)]:
        dataset = draft.workspace.dataset(verb.dataset)
        noun = next((each for each in draft.items if each.free and is_noun(each) and each is not item), None)
        if dataset is None or dataset.count is None or noun is None:
            continue
        words = [word for word in draft.words("count") if _asks_how_often(word)]
        draft.claim(f"metric {dataset.count}", item, *words)
        add_metric(draft, dataset.count)
        return True
    return False


def _entities(draft: Draft, clauses: list[Clause]) -> None:
    """ "how many customers", 多少客户, 客户有多少: the metric that counts the entity, in the data that the verb names."""
    for item in draft.items:
        if not item.free or not is_noun(item):
            continue
        word = _counting_word(draft, item)
        if word is None:
            continue
        if item.get(MetricTerm) is not None and not _other_data(draft, item):
            name = next(term.name for term in item.all(MetricTerm))
        else:
            entity = next(term.entity for term in item.all(FieldTerm) if term.entity is not None)
            name = count_metric(draft, entity, clauses)
        if name is None:
            continue
        draft.claim(f"metric {name}", item, word)
        add_metric(draft, name)


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
    asked = next((item for item in draft.between(noun, after) if item.word("count")), None) if after is not None else None
    tail = [item for item in draft.items[noun.index + 1 : noun.index + 3] if item.word("count") and item.free and item.is_word]
    head = [
        item for item in draft.items[max(0, noun.index - 2) : noun.index] if item.word("count") and item.free and item.is_word
    ]
    return asked or (tail[0] if tail else None) or (head[-1] if head else None)


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


def entity_counts(workspace: Workspace, entity: str) -> list[Aggregate]:
    """Metrics that count distinct entities, one for each dataset that knows them."""
    found: list[Aggregate] = []
    for metric in workspace.metrics:
        if isinstance(metric, Aggregate) and metric.agg == "count_distinct" and not metric.hidden and metric.where is None:
            dataset = workspace.dataset(metric.dataset)
            key = dataset.entities.get(entity) if dataset else None
            if key and tuple(metric.expr) == tuple(key):
                found.append(metric)
    return found


def _needed_fields(draft: Draft, clauses: list[Clause]) -> list[str]:
    names = [clause.ref.name for clause in clauses if isinstance(clause.ref, Field)]
    for item in draft.items:
        before = draft.before(item)
        for term in item.all(FieldTerm):
            if before is not None and before.word("group", "per", "which") and item.free and not item.get(MetricTerm):
                names.append(term.name)
    return names


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
        if people is not None and any(
            each.word("refer") and each.text.lower() in ("them", "they", "他们", "她们", "这些人") for each in draft.items
        ):
            name = count_metric(draft, people.name, [])
            if name is not None:
                draft.claim(f"metric {name}", item, word)
                add_metric(draft, name)
                return
        draft.claim(f"metric {dataset.count}", item, word)
        add_metric(draft, dataset.count)
        return
