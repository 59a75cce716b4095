"""What is measured: metrics by name, counts of entities, ratios per entity, and verbs where no noun says it."""

from __future__ import annotations

from assistant.language.meanings import DatasetTerm, FieldTerm, GrainTerm, MetricTerm, TagTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.averages import read_averages, read_ratios
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.counting import count_metric, entity_counts, read_counts, read_things
from assistant.planner.rules.heads import add_metric, is_grouped, is_noun, is_ranked, is_weak, key_metric_of_money
from assistant.planner.rules.phrases import OF_EACH
from semantic_layer.columns import Note
from semantic_layer.conditions import InSegment, Tag
from semantic_layer.metric_parts import base_datasets


def read_measures(draft: Draft, clauses: list[Clause]) -> None:
    """Fills the metrics of the draft."""
    _hints(draft)
    read_ratios(draft)
    read_counts(draft, clauses)
    _named(draft, clauses)
    read_things(draft, clauses)
    if not draft.metrics:
        _members(draft, clauses)
    if not draft.metrics:
        _entity_alone(draft, clauses)
    if not draft.metrics:
        _by_verb(draft)
    _times_beside(draft)
    _verbs_beside(draft)
    read_averages(draft)
    _one_count(draft)
    _quantities(draft)
    _same_data(draft)


def _named(draft: Draft, clauses: list[Clause]) -> None:
    strong = [(item, term) for item, term in draft.having(MetricTerm) if not is_weak(item)]
    heads = [(item, term) for item, term in strong if not is_noun(item)]
    for item, term in strong:
        if is_noun(item) and (heads or draft.metrics) and not _listed_as_metric(draft, item):
            continue
        if is_noun(item) and is_ranked(draft, item):
            continue
        name = term.name
        if is_noun(item) and _is_count_of(draft, name, item):
            entity = next(term.entity for term in item.all(FieldTerm) if term.entity is not None)
            name = count_metric(draft, entity, clauses) or name
        draft.claim(f"metric {name}", item)
        add_metric(draft, name)


def _is_count_of(draft: Draft, name: str, item: Item) -> bool:
    """The metric counts the very entity that its word names, so other data may count it as well."""
    entity = next((term.entity for term in item.all(FieldTerm) if term.entity is not None), None)
    return entity is not None and name in {metric.name for metric in entity_counts(draft.workspace, entity)}


def _times_beside(draft: Draft) -> None:
    """退货人数和次数: how often it happened, beside another figure of the same data."""
    for word in draft.words("count"):
        link = draft.touching(word, -1)
        if (
            not draft.metrics
            or not word.text.endswith("次数")
            or link is None
            or not (link.word("conj") or link.text in (",", "、"))
        ):
            continue
        for name in base_datasets(draft.workspace, draft.metrics[0]):
            dataset = draft.workspace.dataset(name)
            if dataset is not None and dataset.count is not None:
                draft.claim(f"metric {dataset.count}", word)
                add_metric(draft, dataset.count)


def _verbs_beside(draft: Draft) -> None:
    """A verb beside a metric says nothing more, unless it is listed as a figure of its own: "customers and spent"."""
    for item, term in draft.having(MetricTerm):
        if not is_weak(item) or not draft.metrics:
            continue
        after = draft.touching(item, 1)
        if after is not None and any(not term.weak for term in after.all(MetricTerm)) and not item.text.isascii():
            draft.claim("verb", item)  # 花了多少成本: the verb of the figure
            continue
        before = draft.touching(item, -1)
        if before is not None and before.get(VerbTerm) is not None and not before.get(MetricTerm) and len(item.text) == 1:
            continue  # what follows a verb is its object, and this one is not known
        link = draft.touching(item, -1)
        while link is not None and link.word("filler") and not link.word("conj"):
            link = draft.touching(link, -1)
        listed = link is not None and (link.word("conj") or link.text in (",", "、", "，"))
        earlier = any(each.role is not None and each.role.startswith("metric") for each in draft.items[: item.index])
        same = set(base_datasets(draft.workspace, term.name)) & {
            d for n in draft.metrics for d in base_datasets(draft.workspace, n)
        }
        asked_again = link is not None and any(each.word("is_what", "how_much") for each in draft.between(link, item))
        own = draft.language == "zh" or asked_again
        if listed and earlier and same and term.name not in draft.metrics and own:
            draft.claim(f"metric {term.name}", item)
            add_metric(draft, term.name)
        elif same:
            draft.claim("verb", item)


def _one_count(draft: Draft) -> None:
    """ "How many readers did our letters reach": the verb says in which data the noun is counted."""
    for entity in draft.workspace.entities:
        counts = [each.name for each in entity_counts(draft.workspace, entity.name) if each.name in draft.metrics]
        nouns = [item for item in draft.items if is_noun(item) and item.role == f"metric {entity.count}"]
        if len(counts) == 2 and entity.count in counts and nouns and not any(_listed_as_metric(draft, item) for item in nouns):
            draft.metrics.remove(entity.count)


def _members(draft: Draft, clauses: list[Clause]) -> None:
    """Members of a segment, or holders of a tag's value, are counted: how many high-value customers."""
    asked = draft.any_word("count", "share", "distribution", "group_after", "group", "list", "trend", "how_much")
    about = [ref.name for clause in clauses if isinstance(ref := clause.ref, Tag)]
    about += [clause.condition.name for clause in clauses if isinstance(clause.condition, InSegment)]
    about += [term.name for _, term in draft.having(TagTerm)]
    for name in about if asked else []:
        owner = draft.workspace.tag(name) or draft.workspace.segment(name)
        entity = draft.workspace.entity(owner.entity) if owner else None
        if entity is not None and entity.count is not None:
            draft.claim(f"metric {entity.count}", *(word for word in draft.words("count") if word.is_word))
            add_metric(draft, entity.count)
            return


def _listed_as_metric(draft: Draft, item: Item) -> bool:
    """ "revenue and customers": joined to another metric, or counted."""
    for way in (-1, 1):
        sign = draft.touching(item, way)
        beyond = draft.touching(sign, way) if sign is not None and sign.text in (",", "，", "、") else None
        if beyond is not None and beyond.get(MetricTerm) is not None:
            return True
    for step in (draft.before, draft.after):
        link = step(item)
        if link is None or not link.word("conj", "plus", "remove") or (link.role or "").startswith(OF_EACH):
            continue
        other = step(link)
        if other is not None and other.get(MetricTerm) is not None:
            return True
    return False


def _hints(draft: Draft) -> None:
    """Verbs and nouns that say which data is meant: returned, delivered, parcels."""
    for item in draft.items:
        if (item.role or "").startswith(OF_EACH):
            continue
        for term in (*item.all(VerbTerm), *item.all(DatasetTerm)):
            if term.dataset not in draft.dataset_hints:
                draft.dataset_hints.append(term.dataset)


def _entity_alone(draft: Draft, clauses: list[Clause]) -> None:
    """No metric is named: an entity that the question is about is counted."""
    wanted = draft.any_word(
        "group", "per", "which", "share", "trend", "distribution", "growth", "decline", "most", "least", "group_after"
    )
    wanted = wanted or any(term.groups for _, term in draft.having(GrainTerm)) or bool(draft.having(VerbTerm))
    for item in draft.items:
        if not item.free:
            continue
        entity = next((term.entity for term in item.all(FieldTerm) if term.entity is not None), None)
        if entity is None or is_grouped(draft, item) or is_ranked(draft, item):
            continue
        if not wanted and item.get(MetricTerm) is None:
            continue
        name = count_metric(draft, entity, clauses)
        if name is not None:
            draft.claim(f"metric {name}", item)
            add_metric(draft, name)
            return


def _by_verb(draft: Draft) -> None:
    """ "sold", "spent": a verb asks for its metric where no noun does."""
    verbs = [item for item, _ in draft.having(MetricTerm) if not is_noun(item)]
    for item in verbs:
        term = item.all(MetricTerm)[0]
        draft.claim(f"metric {term.name}", item)
        add_metric(draft, term.name)
        return
    for item in draft.words("money"):
        name = key_metric_of_money(draft)
        if name is not None:
            draft.claim(f"metric {name}", item)
            draft.notes.append(Note(code="default_metric", parts={"metric": name}))
            add_metric(draft, name)
            return
    for item, verb in draft.having(VerbTerm):
        if not draft.any_word("how_much", "most", "least", "count"):
            continue
        name = next((n for n in draft.workspace.workspace.key_metrics if verb.dataset in base_datasets(draft.workspace, n)), None)
        if name is not None and not draft.any_word("count"):
            draft.claim(f"metric {name}", item)
            draft.notes.append(Note(code="default_metric", parts={"metric": name}))
            add_metric(draft, name)
            return


def _same_data(draft: Draft) -> None:
    """Verbs and nouns of the data that the metrics read say nothing more: "returns" beside returned amount."""
    datasets = {dataset for name in draft.metrics for dataset in base_datasets(draft.workspace, name)}
    for item in draft.items:
        terms = [*item.all(VerbTerm), *item.all(DatasetTerm)]
        fits = any(term.dataset in datasets for term in terms) or (bool(terms) and _in_words(draft, item.text))
        if item.free and fits and item.get(FieldTerm) is None:
            draft.claim("says which data", item)


def _in_words(draft: Draft, text: str) -> bool:
    """A noun that is part of the metrics' own words: return beside return fee."""
    metrics = [draft.workspace.metric(name) for name in draft.metrics]
    return any(text.lower() in word.lower() for metric in metrics if metric is not None for word in metric.words())


def _quantities(draft: Draft) -> None:
    """ "sales value", 客户数量: a word for "how much of it" beside the metric."""
    for word in draft.words("quantity"):
        neighbours = (draft.touching(word, -1), draft.touching(word, 1))
        if any(each is not None and (each.get(MetricTerm) or each.get(FieldTerm)) for each in neighbours):
            draft.claim("quantity", word)
