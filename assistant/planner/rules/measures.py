"""What is measured: metrics by name, counts of entities, ratios per entity, and verbs where no noun says it."""

from __future__ import annotations

import re

from assistant.language.meanings import DatasetTerm, FieldTerm, GrainTerm, MetricTerm, NumberTerm, TagTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clauses import Clause
from semantic_layer.columns import Note
from semantic_layer.conditions import Field, InSegment, Tag
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.metrics import Aggregate, AnyMetric, Ratio
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import reaches


def read_measures(draft: Draft, clauses: list[Clause]) -> None:
    """Fills the metrics of the draft."""
    _hints(draft)
    _per_entity(draft)
    _counted(draft, clauses)
    _named(draft, clauses)
    _things(draft, clauses)
    if not draft.metrics:
        _members(draft, clauses)
    if not draft.metrics:
        _entity_alone(draft, clauses)
    if not draft.metrics:
        _by_verb(draft)
    _verbs_beside(draft)
    _averages(draft)
    _quantities(draft)
    _same_data(draft)


# ---- metrics that are named ----------------------------------------------------------------------------------------------


def _named(draft: Draft, clauses: list[Clause]) -> None:
    strong = [(item, term) for item, term in draft.having(MetricTerm) if not _is_weak(item)]
    heads = [(item, term) for item, term in strong if not _is_noun(item)]
    for item, term in strong:
        if _is_noun(item) and (heads or draft.metrics) and not _listed_as_metric(draft, item):
            continue
        if _is_noun(item) and _is_ranked(draft, item):
            continue
        name = term.name
        if _is_noun(item) and _is_count_of(draft, name, item):
            entity = next(term.entity for term in item.all(FieldTerm) if term.entity is not None)
            name = count_metric(draft, entity, clauses) or name
        draft.claim(f"metric {name}", item)
        _add(draft, name)


def _is_count_of(draft: Draft, name: str, item: Item) -> bool:
    """The metric counts the very entity that its word names, so other data may count it as well."""
    entity = next((term.entity for term in item.all(FieldTerm) if term.entity is not None), None)
    return entity is not None and name in {metric.name for metric in entity_counts(draft.workspace, entity)}


def _verbs_beside(draft: Draft) -> None:
    """A verb beside a metric says nothing more, unless it is listed as a figure of its own: "customers and spent"."""
    for item, term in draft.having(MetricTerm):
        if not _is_weak(item) or not draft.metrics:
            continue
        link = draft.touching(item, -1)
        while link is not None and link.word("filler") and not link.word("conj"):
            link = draft.touching(link, -1)
        listed = link is not None and (link.word("conj") or link.text in (",", "、", "，"))
        earlier = any(each.role is not None and each.role.startswith("metric") for each in draft.items[: item.index])
        same = set(base_datasets(draft.workspace, term.name)) & {
            d for n in draft.metrics for d in base_datasets(draft.workspace, n)
        }
        if listed and earlier and same and term.name not in draft.metrics and draft.language == "zh":
            draft.claim(f"metric {term.name}", item)
            _add(draft, term.name)
        elif same:
            draft.claim("verb", item)


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
            _add(draft, entity.count)
            return


def _is_weak(item: Item) -> bool:
    return all(term.weak for term in item.all(MetricTerm))


def _is_noun(item: Item) -> bool:
    """The word names an entity as well ("customers"): a head only where nothing else is."""
    return any(term.entity is not None for term in item.all(FieldTerm))


def _listed_as_metric(draft: Draft, item: Item) -> bool:
    """ "revenue and customers": joined to another metric, or counted."""
    for step in (draft.before, draft.after):
        link = step(item)
        if link is None or not link.word("conj", "plus"):
            continue
        other = step(link)
        if other is not None and other.get(MetricTerm) is not None:
            return True
    return False


def _add(draft: Draft, name: str) -> None:
    if name not in draft.metrics:
        draft.metrics.append(name)


# ---- counts of entities ---------------------------------------------------------------------------------------------------


def _hints(draft: Draft) -> None:
    """Verbs and nouns that say which data is meant: redeemed, targeted, coupons."""
    for item in draft.items:
        for term in (*item.all(VerbTerm), *item.all(DatasetTerm)):
            if term.dataset not in draft.dataset_hints:
                draft.dataset_hints.append(term.dataset)


def _counted(draft: Draft, clauses: list[Clause]) -> None:
    """ "how many customers", 多少客户, 客户有多少: the metric that counts the entity, in the data that the verb names."""
    for item in draft.items:
        if not item.free or not _is_noun(item):
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
        _add(draft, name)
    _times(draft)


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


def _things(draft: Draft, clauses: list[Clause]) -> None:
    """ "how many own-label soft drinks got sold": things that are counted and that only a value names are units."""
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
            _add(draft, metric.name)
            return


def _times(draft: Draft) -> None:
    """ "核销了几次": how often the rows of a dataset happened."""
    if draft.metrics or any(term for _, term in draft.having(MetricTerm)):
        return
    for item, verb in draft.having(VerbTerm):
        dataset = draft.workspace.dataset(verb.dataset)
        word = next((each for each in draft.words("count") if each.is_word), None)
        if dataset is None or dataset.count is None or word is None or any(_is_noun(each) for each in draft.items if each.free):
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
                _add(draft, name)
                return
        draft.claim(f"metric {dataset.count}", item, word)
        _add(draft, dataset.count)
        return


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
        if entity is None or _is_grouped(draft, item) or _is_ranked(draft, item):
            continue
        if not wanted and item.get(MetricTerm) is None:
            continue
        name = count_metric(draft, entity, clauses)
        if name is not None:
            draft.claim(f"metric {name}", item)
            _add(draft, name)
            return


def _is_grouped(draft: Draft, item: Item) -> bool:
    before = draft.before(item)
    if before is not None and before.get(NumberTerm) is not None:
        before = draft.before(before)
    return before is not None and before.word("group", "per", "which", "top", "bottom")


def _is_ranked(draft: Draft, noun: Item) -> bool:
    """The entity is what is ranked, by what a verb measures: 消费最高的10个客户, "the 5 customers who spent most"."""
    lead = draft.before(noun)
    if lead is not None and lead.get(NumberTerm) is not None:
        lead = draft.before(lead)
    after = draft.touching(noun, 1)
    chosen = draft.before(noun) is not lead or (lead is not None and lead.word("which"))
    chosen = chosen or (after is not None and after.word("which"))
    for verb in draft.items:
        if not _is_weak_metric(verb):
            continue
        superlative = next(
            (each for each in (draft.after(verb), draft.before(verb)) if each is not None and each.word("most", "least")), None
        )
        if superlative is not None and (superlative is lead or chosen):
            return True
    return False


def _by_verb(draft: Draft) -> None:
    """ "sold", "spent": a verb asks for its metric where no noun does."""
    verbs = [item for item, _ in draft.having(MetricTerm) if not _is_noun(item)]
    for item in verbs:
        term = item.all(MetricTerm)[0]
        draft.claim(f"metric {term.name}", item)
        _add(draft, term.name)
        return
    for item in draft.words("money"):
        name = _key_metric_of_money(draft)
        if name is not None:
            draft.claim(f"metric {name}", item)
            draft.notes.append(Note(code="default_metric", parts={"metric": name}))
            _add(draft, name)
            return
    for item, verb in draft.having(VerbTerm):
        if not draft.any_word("how_much", "most", "least", "count"):
            continue
        name = next((n for n in draft.workspace.workspace.key_metrics if verb.dataset in base_datasets(draft.workspace, n)), None)
        if name is not None and not draft.any_word("count"):
            draft.claim(f"metric {name}", item)
            draft.notes.append(Note(code="default_metric", parts={"metric": name}))
            _add(draft, name)
            return


def _key_metric_of_money(draft: Draft) -> str | None:
    """ "How much money": the first key metric that is an amount of money."""
    for name in draft.workspace.workspace.key_metrics:
        metric = draft.workspace.metric(name)
        if isinstance(metric, Aggregate) and metric.agg == "sum" and re.fullmatch("[A-Z]{3}", metric.unit.get("en")):
            return name
    return None


# ---- ratios per entity ----------------------------------------------------------------------------------------------------


def _per_entity(draft: Draft) -> None:
    """ "sales per customer", 每个客户的订单数: the ratio that is declared for it, if one is."""
    ones = [item for item, number in draft.having(NumberTerm) if number.value == 1 and draft.any_word("average")]
    for word in [*draft.words("per"), *ones]:
        noun = draft.after(word)
        entity = _entity_of(noun)
        if noun is None or entity is None or noun.get(GrainTerm) is not None:
            continue
        head = _metric_near(draft, word, noun)
        if head is None:
            continue
        item, name = head
        ratio = ratio_per(draft, name, entity)
        if ratio is None:
            continue
        draft.claim(f"metric {ratio.name}", item, noun, word, *(each for each in draft.words("average")))
        for each in draft.items:
            if each.free and _is_weak_metric(each):
                draft.claim(f"metric {ratio.name}", each)
        _add(draft, ratio.name)
        return


def _is_weak_metric(item: Item) -> bool:
    return bool(item.all(MetricTerm)) and _is_weak(item)


def _entity_of(item: Item | None) -> str | None:
    if item is None or not item.free:
        return None
    return next((term.entity for term in item.all(FieldTerm) if term.entity is not None), None)


def _metric_near(draft: Draft, word: Item, noun: Item) -> tuple[Item, str] | None:
    """The metric that a "per" divides: the nearest one, named before verbs."""
    candidates = [item for item in draft.items if item.free and item is not noun and item.get(MetricTerm) is not None]
    candidates.sort(key=lambda item: (_is_weak(item), abs(item.index - word.index)))
    for item in candidates:
        return item, item.all(MetricTerm)[0].name
    return None


def ratio_per(draft: Draft, metric: str, entity: str) -> Ratio | None:
    """The declared ratio of a metric over the count of an entity."""
    counts = {each.name for each in entity_counts(draft.workspace, entity)}
    for each in draft.workspace.metrics:
        if isinstance(each, Ratio) and not each.hidden:
            top, bottom = each.ratio.numerator, each.ratio.denominator
            if top.metric == metric and top.where is None and bottom.metric in counts and bottom.where is None:
                return each
    return None


def _averages(draft: Draft) -> None:
    """ "average" belongs to a ratio already, or makes one with the entity of the question; else it stays not understood."""
    words = [word for word in draft.words("average") if not word.word("per")]
    if not words or not draft.metrics:
        return
    metric = draft.workspace.metric(draft.metrics[0])
    if isinstance(metric, Ratio) or _is_mean(metric):
        draft.claim("average", *words)
        return
    for item in draft.items:
        entity = next((term.entity for term in item.all(FieldTerm) if term.entity is not None), None)
        if entity is None or metric is None or not (item.free or item.role == "names the value's field"):
            continue
        ratio = ratio_per(draft, metric.name, entity)
        if ratio is not None and not _is_grouped(draft, item):
            draft.claim(f"metric {ratio.name}", item, *words)
            draft.metrics[0] = ratio.name
            return
    if not any(item.get(GrainTerm) is not None for item in draft.items):
        options = [each.name for each in draft.workspace.metrics if _averages_of(each, draft.metrics[0])]
        if options:
            draft.claim("average", *words)
            draft.beyond = ("which_average", {"metric": draft.metrics[0], "options": options, "text": words[0].text})


def _is_mean(metric: AnyMetric | None) -> bool:
    return isinstance(metric, Aggregate) and metric.agg in ("mean", "median", "percentile")


def _averages_of(metric: AnyMetric, name: str) -> bool:
    if not isinstance(metric, Ratio) or metric.hidden or metric.type == "fraction":
        return False
    top, bottom = metric.ratio.numerator, metric.ratio.denominator
    return top.metric == name and top.where is None and bottom.where is None


def _same_data(draft: Draft) -> None:
    """Verbs and nouns of the data that the metrics read say nothing more: "coupons" beside redemptions."""
    datasets = {dataset for name in draft.metrics for dataset in base_datasets(draft.workspace, name)}
    for item in draft.items:
        terms = [*item.all(VerbTerm), *item.all(DatasetTerm)]
        fits = any(term.dataset in datasets for term in terms) or (bool(terms) and _in_words(draft, item.text))
        if item.free and fits and item.get(FieldTerm) is None:
            draft.claim("says which data", item)


def _in_words(draft: Draft, text: str) -> bool:
    """A noun that is part of the metrics' own words: coupon beside coupon discount."""
    metrics = [draft.workspace.metric(name) for name in draft.metrics]
    return any(text.lower() in word.lower() for metric in metrics if metric is not None for word in metric.words())


def _quantities(draft: Draft) -> None:
    """ "sales value", 客户数量: a word for "how much of it" beside the metric."""
    for word in draft.words("quantity"):
        neighbours = (draft.touching(word, -1), draft.touching(word, 1))
        if any(each is not None and (each.get(MetricTerm) or each.get(FieldTerm)) for each in neighbours):
            draft.claim("quantity", word)
