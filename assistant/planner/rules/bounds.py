"""Bounds on a figure of each one: 三个以上部门, "more than 20 times", 日均不到5单, "every week of March"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.language.meanings import DatasetTerm, FieldTerm, GrainTerm, MetricTerm, NumberTerm, PeriodTerm, VerbTerm
from assistant.language.numbers import han_number
from assistant.language.words import language_data
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.counting import entity_counts
from assistant.planner.rules.heads import is_weak_metric, key_metric_of_money
from semantic_layer.conditions import GRAINS, Grain, Operator
from semantic_layer.model.metrics import Aggregate
from semantic_layer.periods import SinglePeriod
from semantic_layer.reach import knows, reaches

COMPARISONS: dict[str, Operator] = {"at_least": "ge", "more_than": "gt", "at_most": "le", "less_than": "lt"}
UNITS = ("classifier", "times", "money", "stop")
EVERY = ("every", "each", "每")
FEW = ("single", "once", "twice")
"""Words that are a number by themselves."""
ONE = ("一个", "一名", "一位", "一家", "一种")
DIFFERENT = ("不同", "不同的", "different", "distinct", "unique")
REACH = 4
"""Items around a number in which what it counts is looked for."""
Per = Literal["date", "week", "month"]


@dataclass(frozen=True)
class Bound:
    """A bound on a figure.

    Attributes:
        metric: A metric; or a field, an entity or a grain whose different values are counted.
        op: How it is compared; `all` stands for every unit of the grain in the period.
        per: The figure is an average for each day, week or month.
        high: The upper end of a range, included.
        period: The days of the figure, where it is compared with the same figure of others.
        against: Those others.
    """

    items: tuple[Item, ...]
    metric: str
    op: Operator | Literal["all", "between"]
    value: float = 0
    high: float = 0
    per: Per | None = None
    period: SinglePeriod | None = None
    against: SinglePeriod | None = None


def read_bound(draft: Draft, items: list[Item], whose: str, dataset: str | None) -> Bound | None:
    """The bound among the words that say one thing of each one, if there is one that can be read."""
    every = _every(draft, items)
    if every is not None:
        return every
    for item in items:
        number = 1.0 if is_only_one(item, items) else _number(item)
        if number is None or (number == 1 and _is_one_of(draft, item, items, whose)):
            continue
        compared = _comparison(draft, item, items)
        second = _range_end(draft, item, items)
        if compared is None and second is None and not is_only_one(item, items) and not _is_exact(draft, item, items):
            continue
        counted = _counted(draft, second or item, items, whose, dataset)
        if counted is None:
            continue
        metric, named = counted
        per, words = _average(draft, items)
        used = [item, *named, *words, *([compared[1]] if compared is not None else [])]
        value = _value(draft, item, number, metric)
        if second is not None and second.number is not None:
            high = _value(draft, second, second.number.value, metric)
            return Bound(
                (*used, second, *_between(item, items), *draft.between(item, second)), metric, "between", value, high, per
            )
        return Bound(tuple(used), metric, COMPARISONS[compared[0]] if compared is not None else "eq", value, per=per)
    return None


def is_only_one(item: Item, items: list[Item]) -> bool:
    """只被一个客户买过: a "one" that is only grammar elsewhere is a number after "only"."""
    before, after = _near(item, items, -1), _near(item, items, 1)
    before = _near(before, items, -1) if before is not None and before.text == "被" else before
    counts = after is not None and (after.get(FieldTerm) is not None or after.text == "人")
    return item.text in ONE and before is not None and before.word("only") and counts


def _is_one_of(draft: Draft, number: Item, items: list[Item], whose: str) -> bool:
    """ "In one order": a single one of those that are spoken of."""
    following = _near(number, items, 1)
    return following is not None and any(term.entity == whose for term in following.all(FieldTerm))


def _number(item: Item) -> float | None:
    if item.number is not None and (item.get(PeriodTerm) is None or item.text.isdigit()):
        return item.number.value
    if item.word("single", "once"):
        return 1
    return 2 if item.word("twice") else None


def _value(draft: Draft, item: Item, value: float, metric: str) -> float:
    """A percentage is a fraction where the metric is one."""
    found = draft.workspace.metric(metric)
    percent = item.number is not None and item.number.percent
    if percent and found is not None and found.type == "fraction" and value > 1:
        return value / 100
    return value


# ---- how it is compared -------------------------------------------------------------------------------------------------


def _comparison(draft: Draft, number: Item, items: list[Item]) -> tuple[str, Item] | None:
    """The comparing word before a number, or after it and its counter or unit."""
    before = _near(number, items, -1)
    for _ in range(3):
        if before is None:
            break
        for code in COMPARISONS:
            if before.word(code) and (is_comparing(before, items) or not _is_only_grammar(before)):
                return code, before
        verb = before.get(VerbTerm) is not None or before.word("act") or is_weak_metric(before)
        if not (before.light or before.word("money", "stop") or verb):
            break
        before = _near(before, items, -1)
    after = _near(number, items, 1)
    if after is not None and after.text == "+":
        return "at_least", after
    for _ in range(3):
        if after is None:
            return None
        for code in COMPARISONS:
            if after.word(code) and not after.word("filler"):
                return code, after
        if not (
            after.light or after.word("classifier", "times", "money", "stop") or after.get(MetricTerm) or after.get(FieldTerm)
        ):
            return None
        after = _near(after, items, 1)
    return None


def is_comparing(item: Item, items: list[Item]) -> bool:
    """Whether a word compares. 过 does behind a named figure (销售额过一万), and only tells of the past behind a verb."""
    if item.text == "+":
        return True
    if not item.word(*COMPARISONS):
        return False
    before, after = _near(item, items, -1), _near(item, items, 1)
    named = before is not None and any(not term.weak for term in before.all(MetricTerm))
    return not item.word("filler") or (named and after is not None and after.number is not None)


def _is_only_grammar(item: Item) -> bool:
    """过 after a verb is no comparison: 买过三次."""
    return item.word("filler") and not item.word("than", "against")


def _is_exact(draft: Draft, number: Item, items: list[Item]) -> bool:
    """ "Only once", 恰好三次, 买过三次: the very number, where something is counted by it."""
    if number.word(*FEW):
        return True
    following = _near(number, items, 1)
    return following is not None and (
        following.word("classifier", "times") or following.get(FieldTerm) is not None or following.get(MetricTerm) is not None
    )


def _range_end(draft: Draft, number: Item, items: list[Item]) -> Item | None:
    link = _near(number, items, 1)
    second = _near(link, items, 1) if link is not None and link.text.lower() in ("to", "and", "-", "~", "到", "至") else None
    lead = _near(number, items, -1)
    joined = link is not None and link.text.lower() == "and"
    if joined and not (lead is not None and lead.text.lower() == "between"):
        return None
    return second if second is not None and second.number is not None else None


def _between(number: Item, items: list[Item]) -> list[Item]:
    """The word that opens a range."""
    lead = _near(number, items, -1)
    return [lead] if lead is not None and lead.text.lower() in ("between", "from", "介于", "在") else []


# ---- what is counted ----------------------------------------------------------------------------------------------------


def _counted(draft: Draft, number: Item, items: list[Item], whose: str, dataset: str | None) -> tuple[str, list[Item]] | None:
    """The figure that a number bounds: what stands after it, then a metric before it, then what the verb measures."""
    after = number
    for _ in range(REACH):
        found = _near(after, items, 1)
        if found is None:
            break
        after = found
        named = named_figure(draft, after, whose, dataset)
        if named is not None:
            return named, [after]
        passed = after.light or after.word(*COMPARISONS, "classifier", "money", "stop") or after.text.lower() in DIFFERENT
        passed = passed or after.get(PeriodTerm) is not None
        if not (passed or after is number):
            break
    if any(each is not None and (each.word("money") or each.text == "$") for each in _around(number, items)):
        amount = key_metric_of_money(draft)
        named = next((each for each in items if any(not term.weak for term in each.all(MetricTerm))), None)
        verb = next((each for each in items if is_weak_metric(each)), None)
        if amount is not None and named is None and verb is None:
            return amount, []
    if number.word("once", "twice"):
        rows = _rows(draft, whose, dataset)
        return (rows, []) if rows is not None else None
    before = number
    while (found := _near(before, items, -1)) is not None:
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


def named_figure(draft: Draft, item: Item, whose: str, dataset: str | None) -> str | None:
    """What one item counts."""
    if item.word("times") or item.text in ("次", "趟", "回"):
        return _rows(draft, whose, dataset)
    verb, number = item.get(VerbTerm), draft.touching(item, -1)
    if verb is not None and number is not None and _number(number) is not None and item.text.isascii():
        rows = draft.workspace.dataset(verb.dataset)
        return rows.count if rows is not None else None
    data = item.get(DatasetTerm)
    rows = draft.workspace.dataset(data.dataset) if data is not None else None
    if rows is not None and rows.count is not None:
        return rows.count
    person = next((each for each in draft.workspace.entities if each.personal), None)
    if person is not None and person.name != whose and item.is_word and item.word("classifier") and item.text.endswith("人"):
        return _count_in(draft, person.name, dataset) or person.count or person.name
    field = item.get(FieldTerm)
    metrics = [term.name for term in item.all(MetricTerm) if not term.weak]
    if field is not None and field.entity is not None and field.entity != whose:
        counts = {each.name for each in entity_counts(draft.workspace, field.entity)}
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


# ---- averages and "every" -----------------------------------------------------------------------------------------------


def _average(draft: Draft, items: list[Item]) -> tuple[Per | None, list[Item]]:
    """An average for each day: 日均, "a day", "per week"."""
    for item in items:
        for grain in item.all(GrainTerm):
            per: Per | None = grain.grain if grain.grain in ("date", "week", "month") else None  # pyright: ignore[reportAssignmentType]
            if per is None:
                continue
            after, before = _near(item, items, 1), _near(item, items, -1)
            if grain.groups:
                return per, [item]
            if after is not None and after.word("average") and after.text == "均":
                return per, [item, after]
            if before is not None and (before.word("per") or before.text.lower() in ("a", "an")):
                return per, [item, before]
    return None, []


def _every(draft: Draft, items: list[Item]) -> Bound | None:
    """ "Came every week", 每周都来: in each unit of the period at least once; a number makes it an average instead."""
    for item in items:
        after, number = _near(item, items, 1), _near(item, items, -1)
        counted = next((term.grain for term in item.all(GrainTerm)), None)
        many = han_number(item.text[:1]) if item.text[:1] not in EVERY else None
        if counted is not None and after is not None and after.text == "都":
            of = number if many is None and number is not None and number.number is not None else None
            value = many or (int(of.number.value) if of is not None and of.number is not None else None)
            if value is not None:
                return Bound((item, *([of] if of is not None else [])), counted, "ge", value)
        grain = counted or _all_of_them(item) or _of_each(item)
        if grain not in ("date", "week", "month", "quarter") or not is_every(item, items):
            continue
        before = _near(item, items, -1)
        said = [item, *([before] if before is not None and before.word("per", "group") else [])]
        said += _said_before(items, item, grain)
        others = [each for each in items if each not in said and (each.get(PeriodTerm) is None or is_amount(each, items))]
        if not any(_number(each) is not None for each in others):
            return Bound(tuple(said), grain, "all")
    return None


def is_every(item: Item, items: list[Item]) -> bool:
    """ "Every week", 每周, "every single week"."""
    before = _near(item, items, -1)
    led = before is not None and before.word("per", "group") and before.text.lower().startswith(EVERY)
    after = _near(item, items, 1)
    if item.all(GrainTerm) and after is not None and after.text == "都":
        return True  # 四个季度都, 三个月都
    grain = bool(item.all(GrainTerm)) or _of_each(item) is not None
    return _all_of_them(item) is not None or (grain and (item.text.lower().startswith(EVERY) or led))


def _of_each(item: Item) -> Grain | None:
    """The "month of" in "every single month of the year"."""
    first, _, rest = item.text.lower().partition(" ")
    return {"day": "date", "week": "week", "month": "month", "quarter": "quarter"}.get(first) if rest == "of" else None  # pyright: ignore[reportReturnType]


def _all_of_them(item: Item) -> Grain | None:
    """ "In all 12 months": the grain of a length that each one fills."""
    words = item.text.lower().split()
    if item.get(PeriodTerm) is None or "all" not in words:
        return None
    units = language_data("en")["units"]
    unit = next((unit for unit, names in units.items() if words[-1] in names), None)
    return {"day": "date"}.get(unit, unit) if unit in ("day", "week", "month", "quarter") else None  # pyright: ignore[reportReturnType]


def _said_before(items: list[Item], item: Item, grain: Grain) -> list[Item]:
    """ "12 months, every month": how many there are, said once more."""
    before, number, inside = _near(item, items, -1), _near(item, items, -2), None
    if before is not None and before.word("inside"):
        before, number, inside = number, _near(item, items, -3), before
    counted = before is not None and any(term.grain == grain for term in before.all(GrainTerm))
    if not counted or before is None or number is None or number.number is None:
        return []
    return [before, number, *([inside] if inside is not None else [])]


def _around(number: Item, items: list[Item]) -> tuple[Item | None, ...]:
    return (_near(number, items, -1), _near(number, items, 1))


def _near(item: Item | None, items: list[Item], way: int) -> Item | None:
    if item is None:
        return None
    index = items.index(item) + way
    return items[index] if 0 <= index < len(items) else None


def dataset_named(items: list[Item]) -> str | None:
    """The data that a verb or a noun of the rows names."""
    verbs = [term.dataset for item in items for term in item.all(VerbTerm)]
    nouns = [term.dataset for item in items for term in item.all(DatasetTerm)]
    return next(iter([*verbs, *nouns]), None)


def is_amount(item: Item, items: list[Item]) -> bool:
    """ "Over 2000 dollars", 满2000美元: the digits of a year, with what they count behind them or money before them."""
    before, after = _near(item, items, -1), _near(item, items, 1)
    if item.number is None or not item.text.isdigit():
        return False
    if before is not None and (before.text == "$" or (before.word("at_least") and not before.text.isascii())):
        return True
    if after is None or after.word("inside"):
        return False
    compared = before is not None and before.word(*COMPARISONS)
    return after.word("classifier", "times", "money") or (
        compared and (after.get(FieldTerm) is not None or after.get(MetricTerm) is not None)
    )


def has_number(item: Item) -> bool:
    """Whether an item is a number that may bound a figure."""
    return _number(item) is not None or item.get(NumberTerm) is not None
