"""What is measured: metrics by name, counts of entities, ratios per entity, and verbs where no noun says it."""

from __future__ import annotations

from assistant.language.meanings import DatasetTerm, FieldTerm, GrainTerm, MetricTerm, TagTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.averages import read_averages, read_ratios
from assistant.planner.rules.clause import OF_EACH, Clause
from assistant.planner.rules.counting import (
    count_metric,
    counts_of,
    entity_counts,
    listed_nouns,
    measured_by,
    read_counts,
    read_things,
)
from assistant.planner.rules.deeds import COUNTS_BY_DEEDS
from assistant.planner.rules.each import read_each
from assistant.planner.rules.heads import (
    add_metric,
    entity_of,
    is_grouped,
    is_noun,
    is_ranked,
    is_weak,
    is_weak_metric,
    key_metric_of_money,
)
from semantic_layer.columns import Note
from semantic_layer.conditions import Tag
from semantic_layer.metric_parts import all_parts, base_datasets
from semantic_layer.tag_parts import mentioned


def read_measures(draft: Draft, clauses: list[Clause]) -> None:
    """Fills the metrics of the draft."""
    _hints(draft)
    read_each(draft)
    if draft.each is None or not draft.metrics:
        _measured(draft, clauses)
    _times_beside(draft)
    _verbs_beside(draft)
    read_averages(draft)
    if COUNTS_BY_DEEDS not in draft.marks:
        _one_count(draft)
    _quantities(draft)
    _same_data(draft)
    _visits(draft)


def _sold(draft: Draft) -> None:
    """ "Bestsellers", 最畅销的颜色: the word for the order says that money is meant."""
    money = key_metric_of_money(draft)
    if money is not None and any(item.says("sells") for item in draft.words("most", "least")):
        add_metric(draft, money)


def _measured(draft: Draft, clauses: list[Clause]) -> None:
    read_ratios(draft)
    read_counts(draft, clauses)
    _named(draft, clauses)
    read_things(draft, clauses)
    if not draft.metrics:
        _sold(draft)
    if not draft.metrics:
        _members(draft, clauses)
    if not draft.metrics:
        _entity_alone(draft, clauses)
    if not draft.metrics:
        _by_verb(draft, clauses)


def _named(draft: Draft, clauses: list[Clause]) -> None:
    strong = [(item, term) for item, term in draft.having(MetricTerm) if not is_weak(item)]
    heads = [(item, term) for item, term in strong if not is_noun(item)]
    for item, term in strong:
        if is_noun(item) and (heads or draft.metrics) and not _listed_as_metric(draft, item):
            continue
        if is_noun(item) and is_ranked(draft, item):
            continue
        name = term.name
        if is_noun(item) and _is_count_of(draft, name, item) and not (heads and _stands_alone(draft, item)):
            entity = next(term.entity for term in item.all(FieldTerm) if term.entity is not None)
            name = count_metric(draft, entity, clauses) or name
        draft.claim(f"metric {name}", item)
        add_metric(draft, name)


def _is_count_of(draft: Draft, name: str, item: Item) -> bool:
    """The metric counts the very entity that its word names, so other data may count it as well."""
    entity = entity_of(item)
    return entity is not None and name in counts_of(draft.workspace, entity)


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
        if any(each.name in draft.metrics for each in item.all(MetricTerm)):
            draft.claim("verb", item)
            continue
        if _asks_how_much(draft, item) and _is_another(draft, term.name) and not (item.role or "").startswith(OF_EACH):
            draft.claim(f"metric {term.name}", item)
            _put_in_place(draft, term.name, item)
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


def _asks_how_much(draft: Draft, verb: Item) -> bool:
    """花了多少钱, 消费了多少, "how much did they spend": the verb asks for its own figure, and says no more of another one."""
    if not verb.text.isascii() and verb.says_part("asks_how_much"):
        return True
    way = -1 if verb.text.isascii() else 1
    beside = draft.touching(verb, way)
    while beside is not None and beside.light and not beside.word("how_much"):
        beside = draft.touching(beside, way)
    if beside is None or not beside.word("how_much") or not beside.is_word:
        return False
    counted = draft.touching(beside, 1)
    return way < 0 or counted is None or not (counted.get(FieldTerm) or counted.get(MetricTerm) or counted.word("classifier"))


def _is_another(draft: Draft, name: str) -> bool:
    """Whether no metric of the question is made of a figure: 人均消费了多少 asks for one."""
    found = [metric for each in draft.metrics if (metric := draft.workspace.metric(each)) is not None]
    return all(part.name != name for metric in found for part in all_parts(draft.workspace, metric))


def _put_in_place(draft: Draft, name: str, item: Item) -> None:
    """Figures stand in the order in which they were named."""
    places = {each.role: each.index for each in reversed(draft.items) if each.role}
    before = [each for each in draft.metrics if places.get(f"metric {each}", -1) < item.index]
    draft.metrics = [*before, name, *(each for each in draft.metrics if each not in before)]


def _one_count(draft: Draft) -> None:
    """ "How many readers did our letters reach": the verb says in which data the noun is counted."""
    for entity in draft.workspace.entities:
        counts = [each.name for each in entity_counts(draft.workspace, entity.name) if each.name in draft.metrics]
        nouns = [item for item in draft.items if is_noun(item) and item.role == f"metric {entity.count}"]
        if len(counts) == 2 and entity.count in counts and nouns and not any(_listed_as_metric(draft, item) for item in nouns):
            draft.metrics.remove(entity.count)


def _members(draft: Draft, clauses: list[Clause]) -> None:
    """Members of a segment, or holders of a tag's value, are counted: how many high-value customers."""
    asked = draft.any_word("size_of", "count", "share", "distribution", "group_after", "group", "list", "trend", "how_much")
    about = [ref.name for clause in clauses if isinstance(ref := clause.ref, Tag)]
    about += [each.name for clause in clauses for each in mentioned(clause.condition)]
    about += [term.name for _, term in draft.having(TagTerm)]
    for name in about if asked else []:
        owner = draft.workspace.tag(name) or draft.workspace.segment(name)
        entity = draft.workspace.entity(owner.entity) if owner else None
        if entity is not None and entity.count is not None:
            draft.claim(f"metric {entity.count}", *(word for word in draft.words("count", "size_of") if word.is_word))
            add_metric(draft, entity.count)
            return


def _stands_alone(draft: Draft, noun: Item) -> bool:
    """ "Buyers vs loan borrowers": the word for the data is not the noun's own, as in "reached buyers"."""
    beside = [near for near in (draft.touching(noun, -1), draft.touching(noun, 1)) if near is not None]
    told = any(near.get(DatasetTerm) is not None or near.get(VerbTerm) is not None for near in beside)
    return not told and _listed_as_metric(draft, noun)


def _listed_as_metric(draft: Draft, item: Item) -> bool:
    """ "revenue and customers": joined to another metric, or counted."""
    for way in (-1, 1):
        sign = draft.touching(item, way)
        beyond = draft.touching(sign, way) if sign is not None and sign.text in (",", "，", "、") else None
        if beyond is not None and beyond.get(MetricTerm) is not None:
            return True
    for step in (draft.before, draft.after):
        link = step(item)
        if link is None or not link.word("conj", "plus", "remove", "side_by_side") or (link.role or "").startswith(OF_EACH):
            continue
        other = step(link)
        if other is not None and other.get(DatasetTerm) is not None and other.get(MetricTerm) is None:
            other = step(other)  # "buyers vs loan borrowers": the data of the other figure
        if other is not None and other.get(MetricTerm) is not None:
            return True
        if step == draft.before and other is not None and other.get(FieldTerm) is not None and is_grouped(draft, other):
            # "Sales by age and orders": things in the plural are a figure, and no second cut.
            last = draft.question.tokens[item.span.end - 1]
            return last.text.isascii() and last.text != last.key
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
        entity = entity_of(item)
        if entity is None or is_grouped(draft, item) or is_ranked(draft, item) or _is_owner(draft, item):
            continue
        if not wanted and item.get(MetricTerm) is None:
            continue
        name = count_metric(draft, entity, clauses)
        if name is not None:
            draft.claim(f"metric {name}", item)
            add_metric(draft, name)
            listed_nouns(draft, item, clauses)
            return


def _is_owner(draft: Draft, noun: Item) -> bool:
    """5月来过的客户6月花了多少: of those whom something is said of, what a verb measures is asked."""
    said = any(each is not None and (each.role or "").startswith(OF_EACH) for each in _beside(draft, noun))
    said = said or any(each.word("median", "percentile", "quartile") or each.role == "statistic" for each in draft.items)
    asked = any(item.free and is_weak_metric(item) and not item.word("filler") for item in draft.items)
    return said and (asked or any(item.says("how_much_money") for item in draft.items))


def _beside(draft: Draft, noun: Item) -> tuple[Item | None, Item | None]:
    """The items around a noun; fillers before it are passed over."""
    before = draft.touching(noun, -1)
    while before is not None and before.light and before.role is None:
        before = draft.touching(before, -1)
    return before, draft.touching(noun, 1)


def _by_verb(draft: Draft, clauses: list[Clause]) -> None:
    """ "sold", "spent": a verb asks for its metric where no noun does."""
    verbs = [item for item, _ in draft.having(MetricTerm) if not is_noun(item)]
    for item in verbs:
        name = measured_by(draft, item, clauses)
        draft.claim(f"metric {name}", item)
        add_metric(draft, name)
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


def _visits(draft: Draft) -> None:
    """七月来了多少客户, 逛了几家门店: that people came is what the data of their number tells."""
    person = draft.workspace.entity(draft.person or "")
    told = set(base_datasets(draft.workspace, person.count)) if person is not None and person.count is not None else set[str]()
    asked = {dataset for name in draft.metrics for dataset in base_datasets(draft.workspace, name)}
    for item in draft.words("act"):
        before = draft.touching(item, -1)
        denied = before is not None and before.word("never", "not", "only", "both", "add", "first_time")
        if item.says("came") and not item.word("never") and not denied and told and asked <= told:
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
