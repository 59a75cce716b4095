"""What a number counts: a metric by name or by its unit, the rows of a verb, different values of a field or of an entity."""

from __future__ import annotations

from assistant.language.meanings import DatasetTerm, FieldTerm, GrainTerm, MetricTerm, PeriodTerm, VerbTerm
from assistant.language.words import spelled
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import COMPARISONS, around, near, number_of
from assistant.planner.rules.counting import counts_of, entity_counts
from assistant.planner.rules.heads import is_money, is_weak_metric, key_metric_of_money
from semantic_layer.conditions import GRAINS
from semantic_layer.model.metrics import Aggregate
from semantic_layer.reach import knows, reaches

REACH = 4
"""Items around a number in which what it counts is looked for."""


def counted_by(draft: Draft, number: Item, items: list[Item], whose: str, dataset: str | None) -> tuple[str, list[Item]] | None:
    """The figure that a number bounds: what stands after it, then a metric before it, then what the verb measures."""
    after = number
    scaled = number.text.lower().endswith(spelled("scales_of_money"))
    money = scaled or any(each is not None and (each.word("money") or each.text == "$") for each in around(number, items))
    for _ in range(REACH):
        found = near(after, items, 1)
        if found is None:
            break
        after = found
        named = named_figure(draft, after, whose, dataset)
        if named is not None and money and not _is_amount(draft, named):
            break  # "over $300 at our branches": an amount counts no branches
        if named is not None:
            return named, [after]
        passed = after.light or after.word(*COMPARISONS, "classifier", "money", "stop") or after.says("different")
        passed = passed or after.get(PeriodTerm) is not None
        if not (passed or after is number):
            break
    if money:
        amount = key_metric_of_money(draft)
        named = next((each for each in items if any(not term.weak for term in each.all(MetricTerm))), None)
        verb = next((each for each in items if is_weak_metric(each)), None)
        if amount is not None and named is None and verb is None:
            return amount, []
    if number.word("once", "twice"):
        rows = _rows(draft, whose, dataset)
        return (rows, []) if rows is not None else None
    before = number
    while (found := near(before, items, -1)) is not None:
        before = found
        strong = next((term.name for term in before.all(MetricTerm) if not term.weak), None)
        if strong is not None:
            return strong, [before]
        named = next((term.entity for term in before.all(FieldTerm) if term.entity not in (None, whose)), None)
        if named is not None and before.index >= number.index - 2:
            return named_figure(draft, before, whose, dataset) or named, [before]
    weak = next((each for each in items if is_weak_metric(each)), None)
    if weak is not None:
        return weak.all(MetricTerm)[0].name, [weak]
    return None


def _is_amount(draft: Draft, name: str) -> bool:
    metric = draft.workspace.metric(name)
    return metric is not None and is_money(metric)


def named_figure(draft: Draft, item: Item, whose: str, dataset: str | None) -> str | None:
    """What one item counts."""
    if item.says("pronouns") and item.number is None and dataset is not None:
        return _counted_again(draft, item, whose, dataset)
    if item.word("times") or item.text in ("次", "趟", "回"):
        return _rows(draft, whose, dataset)
    verb, number = item.get(VerbTerm), draft.touching(item, -1)
    if verb is not None and number is not None and number_of(number) is not None and item.text.isascii():
        rows = draft.workspace.dataset(verb.dataset)
        return rows.count if rows is not None else None
    data = item.get(DatasetTerm)
    rows = draft.workspace.dataset(data.dataset) if data is not None else None
    if rows is not None and rows.count is not None:
        return rows.count
    person = draft.workspace.entity(draft.person) if draft.person is not None else None
    if person is not None and person.name != whose and item.is_word and item.word("classifier") and item.text.endswith("人"):
        return _count_in(draft, person.name, dataset) or person.count or person.name
    field = item.get(FieldTerm)
    metrics = [term.name for term in item.all(MetricTerm) if not term.weak]
    if field is not None and field.entity is not None and field.entity != whose:
        counts = counts_of(draft.workspace, field.entity)
        own = next((name for name in metrics if name in counts), None)
        described = draft.workspace.entity(field.entity)
        default = described.count if described is not None and dataset is None else None
        told = dataset is not None and knows(draft.workspace, dataset, field.entity)
        bare = f"{dataset}.{field.entity}" if told else field.entity
        return _count_in(draft, field.entity, dataset) or own or default or bare
    if metrics:
        return metrics[0]
    if field is not None and field.entity is None and field.name != whose:
        return field.name
    by_unit = _by_unit(draft, item, whose, dataset)
    if by_unit is not None:
        return by_unit
    grain, before = item.get(GrainTerm), draft.touching(item, -1)
    led = before is not None and before.text.lower() in ("the", "this", "that")
    return grain.grain if grain is not None and not grain.groups and not item.word("filler") and not led else None


def _counted_again(draft: Draft, pronoun: Item, whose: str, dataset: str) -> str | None:
    """ "Fewer than ten of them": what was counted before, in the data that the verb names."""
    named = [term.entity for item in draft.items[: pronoun.index] for term in item.all(FieldTerm)]
    entity = next((each for each in reversed(named) if each not in (None, whose)), None)
    return _count_in(draft, entity, dataset) if entity is not None else None


def _knows(draft: Draft, metric: Aggregate, whose: str) -> bool:
    if draft.workspace.entity(whose) is not None:
        return knows(draft.workspace, metric.dataset, whose)
    return whose in GRAINS or reaches(draft.workspace, metric.dataset, whose)


def _by_unit(draft: Draft, item: Item, whose: str, dataset: str | None) -> str | None:
    """A unit names the figure that is measured in it: 5单, 20 items."""
    for metric in draft.workspace.metrics:
        units = (metric.unit.get("zh"), metric.unit.get("en").lower())
        if not isinstance(metric, Aggregate) or metric.type != "count" or metric.hidden:
            continue
        if item.text.lower() in units and dataset in (None, metric.dataset) and _knows(draft, metric, whose):
            return metric.name
    return None


def _rows(draft: Draft, whose: str, dataset: str | None) -> str | None:
    """How often: the count of the rows that a verb names, else of those that tell of the entity."""
    workspace = draft.workspace
    entity = workspace.entity(whose)
    counting = workspace.metric(entity.count) if entity is not None and entity.count is not None else None
    names = [dataset, counting.dataset if isinstance(counting, Aggregate) else None, *_key_datasets(draft)]
    for name in names:
        found = workspace.dataset(name) if name is not None else None
        if found is not None and found.count is not None:
            return found.count
    return None


def _key_datasets(draft: Draft) -> list[str]:
    metrics = [draft.workspace.metric(name) for name in draft.workspace.workspace.key_metrics]
    return [metric.dataset for metric in metrics if isinstance(metric, Aggregate)]


def _count_in(draft: Draft, entity: str, dataset: str | None) -> str | None:
    """The metric that counts an entity in the data that a verb names."""
    return next((each.name for each in entity_counts(draft.workspace, entity) if each.dataset == dataset), None)
