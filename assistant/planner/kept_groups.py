"""Fewer rows of the last answer, by their own figures: "only the ones above 50,000", 只留一万以上的.

The bound is on each of the groups that the last answer showed, over the same days and of the same rows.
"""

from __future__ import annotations

from assistant.conversation import Conversation
from assistant.language.meanings import FieldTerm, MetricTerm, PeriodTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import has_number
from assistant.planner.rules.bounds import figure_bound
from assistant.planner.rules.counted import counted_by
from assistant.planner.rules.heads import is_money
from semantic_layer.conditions import AnyCondition, Compare, EntityMetric, Field, Range, TimeBucket, all_of, parts_of, unit_refs
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import EachPeriod
from semantic_layer.requests import MetricQuery

PASSED = ("only", "leave", "follow", "refer", "which", "list", "this", "remove", "than", "is_what", "relative", "quantity")
"""Words that such a message may be made of, beside the bound."""
OPPOSITE = {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge"}


def kept_groups(draft: Draft, conversation: Conversation) -> MetricQuery | None:
    """The last request with a bound on each of its groups; None where the message says anything else, or they cannot be told."""
    last = conversation.last
    if last is None or last.outcome != "answered" or (last.request or {}).get("kind") != "metric_query":
        return None
    base = MetricQuery.model_validate(last.request)
    items = [item for item in draft.items if not item.word("stop")]
    if len(base.by) != 1 or base.of_each is not None or base.window is not None or isinstance(base.period, EachPeriod):
        return None
    if not any(has_number(item) for item in items) or _is_whole_question(draft, items, base):
        return None
    found = _bound(draft, base, [item for item in items if not item.word("only") and not item.says("pronouns")])
    if found is None:
        return None
    condition, used = found
    if not all(item in used or _fits(draft, item, base) for item in items) or not _is_of_all_shown(base, condition):
        return None
    for item in items:
        item.role = "kept groups"
    draft.metrics, draft.beyond, draft.own_figures = [], None, None
    return base.model_copy(update={"where": all_of((*parts_of(base.where), condition))})


def _is_whole_question(draft: Draft, items: list[Item], base: MetricQuery) -> bool:
    """ "Which stores had sales above 500": the groups, the figure and no word that points at what was shown."""
    named = any(_is_the_group(draft.workspace, term, base.by[0]) for item in items for term in item.all(FieldTerm))
    figure = any(not term.weak for item in items for term in item.all(MetricTerm))
    return named and figure and not any(_points(item) for item in items)


def _points(item: Item) -> bool:
    return item.is_word and (item.word("only", "leave", "remove", "this") or (item.word("refer") and not item.word("which")))


def _fits(draft: Draft, item: Item, base: MetricQuery) -> bool:
    """A figure or a group of the last answer, or a word that only points at them."""
    if item.get(PeriodTerm) is not None or has_number(item):
        return False
    if any(term.name in base.metrics for term in item.all(MetricTerm) if not term.weak):
        return True
    fields = item.all(FieldTerm)
    if any(_is_the_group(draft.workspace, term, base.by[0]) for term in fields):
        return True
    figures = any(not term.weak for term in item.all(MetricTerm))
    return not (fields or figures) and (item.light or (item.is_word and item.word(*PASSED, "money", "conj", "classifier")))


def _is_the_group(workspace: Workspace, term: FieldTerm, ref: object) -> bool:
    entity = workspace.entity(term.entity) if term.entity is not None else None
    names = {term.name, *((entity.key_name,) if entity is not None else ())}
    return isinstance(ref, Field) and (ref.name in names or ref.name.rpartition(".")[2] in names)


def _bound(draft: Draft, base: MetricQuery, items: list[Item]) -> tuple[AnyCondition, tuple[Item, ...]] | None:
    """The bound as a condition, and the items that it was read from."""
    whose = _whose(draft.workspace, base.by[0])
    own = {type(ref).__name__ for part in parts_of(base.where) for ref in unit_refs(part) if ref.entity != whose}
    if whose is None or own:
        return None
    number = next(item for item in items if has_number(item))
    figure = _figure(draft, base, items, number, whose)
    if figure is None:
        return None
    metric, named = figure
    bound = figure_bound(draft, number, items, metric)
    if bound is None:
        return None
    used = (*bound.items, *named)
    rows = all_of(tuple(part for part in parts_of(base.where) if not any(unit_refs(part))))
    ref = EntityMetric(metric=metric, entity=whose, period=base.period, where=rows)  # pyright: ignore[reportArgumentType]
    removes = any(item.word("remove") and item.is_word for item in items)
    if bound.op == "between":
        return None if removes else (Range(left=ref, low=bound.value, high=bound.high), used)
    if bound.op == "all" or (removes and bound.op not in OPPOSITE):
        return None
    op = OPPOSITE[bound.op] if removes else bound.op
    return Compare(left=ref, op=op, right=bound.value), used  # pyright: ignore[reportArgumentType]


def _whose(workspace: Workspace, ref: object) -> str | None:
    """What the groups are: an entity, a field, or a grain of time."""
    if isinstance(ref, TimeBucket):
        return ref.grain if ref.field is None else None
    if not isinstance(ref, Field):
        return None
    keys = {entity.key_name: entity.name for entity in workspace.entities}
    return keys.get(ref.name, ref.name)


def _figure(draft: Draft, base: MetricQuery, items: list[Item], number: Item, whose: str) -> tuple[str, list[Item]] | None:
    """The figure that is bounded, with the words that name it: the one that is named, or in money, or else the first.

    Another figure than those that were shown is meant only where a word says that the groups are to be fewer.
    """
    known = {name: draft.workspace.metric(name) for name in base.metrics}
    money = [name for name, metric in known.items() if metric is not None and is_money(metric)]
    counted = counted_by(draft, number, items, whose, None)
    if counted is not None and counted[1]:
        points = any(item.word("only", "leave", "remove") and item.is_word for item in draft.items)
        return counted if counted[0] in base.metrics or (points and draft.workspace.metric(counted[0]) is not None) else None
    if any(item.word("money") or item.text == "$" for item in items):
        name = base.metrics[0] if base.metrics[0] in money else money[0] if len(money) == 1 else None
        return (name, []) if name is not None else None
    return (base.metrics[0], []) if counted is None else None


def _is_of_all_shown(base: MetricQuery, condition: AnyCondition) -> bool:
    """Of the first ten only what cuts off their end leaves the first ones of all."""
    if base.limit is None:
        return True
    order = base.order[0] if base.order else None
    if order is None or not isinstance(condition, Compare) or not isinstance(condition.left, EntityMetric):
        return False
    same = order.part == "value" and order.target == condition.left.metric
    return same and condition.op in (("ge", "gt") if order.descending else ("le", "lt"))
