"""What a group has more of than everyone: "which colours do loyal members over-index on", 高价值会员的品类偏好TGI."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, MetricTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.groups_named import groups_named, who_asked
from assistant.planner.rules.counting import counts_of
from assistant.planner.rules.heads import key_metric_of_money
from semantic_layer.conditions import Field, FieldRef, Tag, TimeBucket
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.metrics import Aggregate
from semantic_layer.model.profiles import profile_name
from semantic_layer.periods import EachPeriod
from semantic_layer.reach import reaches
from tools.group_requests import ShareIndexQuery

BESIDE = (
    "which", "is_what", "define", "than", "group", "list", "share", "how_much", "most", "least", "comparative_up", "more_than",
    "less_than", "side_by_side", "money", "ranking", "descending", "inside", "refer", "average", "per", "key_noun", "act",
)  # fmt: skip
"""Words of such questions; an order by the index is the answer's own."""


def share_index(draft: Draft) -> ShareIndexQuery | None:
    """The group, the figure and what it is split by; None where nothing asks what there is more of in a group."""
    words = draft.words("traits", "prefer")
    against = [item for item in draft.items if item.says("everyone")]
    shares = [item for item in draft.items if item.word("share") or item.word("comparative_up", "more_than")]
    if (not words and not (against and shares)) or any(not order.descending for order in draft.order):
        return None
    if len(draft.periods) > 1 or any(isinstance(each, EachPeriod) for each in draft.periods):
        return None
    found = groups_named(draft, split=True)
    if found is None or len(found.conditions) != 1:
        return None
    items = [item for item in draft.items if _is_split(draft, item, found.entity)]
    if any(isinstance(ref, Tag) for ref in draft.by):
        return None  # the profile's
    by: list[FieldRef] = [ref for ref in draft.by if isinstance(ref, Field | TimeBucket)]
    by += [Field(name=term.name) for item in items if (term := item.get(FieldTerm)) is not None]
    by = list(dict.fromkeys(by))
    if len(by) != 1 or (isinstance(by[0], Field) and reaches(draft.workspace, profile_name(found.entity), by[0].name)):
        return None  # what describes each one is a profile's
    metric = _figure(draft, found.entity)
    if metric is None:
        return None
    split = by[0]
    if isinstance(split, Field) and not all(
        reaches(draft.workspace, each, split.name) for each in base_datasets(draft.workspace, metric)
    ):
        return None
    draft.claim("index", *words, *items, *against, *draft.words(*BESIDE), *who_asked(draft, found.entity))
    draft.beyond, draft.order, draft.share = None, [], None
    return ShareIndexQuery(
        entity=found.entity,
        where=found.conditions[0],
        metric=metric,
        by=split,
        period=draft.periods[0] if draft.periods else None,  # pyright: ignore[reportArgumentType]
        limit=draft.limit,
    )


def _is_split(draft: Draft, item: Item, entity: str) -> bool:
    """A noun of a field that nothing has taken: 部门 in 部门偏好."""
    term = item.get(FieldTerm)
    return item.free and term is not None and term.entity is None and item.get(MetricTerm) is None


def _figure(draft: Draft, entity: str) -> str | None:
    """The metric that is named; without one how much money, or else the first key metric that adds up."""
    counts = counts_of(draft.workspace, entity)
    named = [name for name in draft.metrics if name not in counts and name != entity]
    if len(named) > 1:
        return None
    if named:
        return named[0]
    keys = [draft.workspace.metric(name) for name in draft.workspace.workspace.key_metrics]
    sums = [each.name for each in keys if isinstance(each, Aggregate) and each.agg in ("sum", "count")]
    return key_metric_of_money(draft) or (sums[0] if sums else None)
