"""The few who have most or least of a tag that is a number: "the 10 members with the highest chance of leaving"."""

from __future__ import annotations

from assistant.planner.draft import Draft
from assistant.planner.rules.scores import NUMBERS
from semantic_layer.conditions import Tag, all_of
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import EntityQuery, OrderBy


def tag_ranking(draft: Draft) -> EntityQuery | None:
    """A list of them with the tag, in its order; None where something else is asked."""
    tag = draft.by[0] if len(draft.by) == 1 else None
    if not isinstance(tag, Tag) or "ranked" not in draft.marks or draft.limit is None or not draft.order:
        return None
    found = draft.workspace.tag(tag.name)
    other = draft.share or draft.compare or draft.window or draft.of_each or draft.periods or draft.side_by_side
    if found is None or found.type not in NUMBERS or other or not _only_counted(draft.workspace, found.entity, draft.metrics):
        return None
    order = OrderBy(target=found.name, descending=draft.order[0].descending)
    where = all_of(tuple(draft.conditions))
    return EntityQuery(entity=found.entity, where=where, columns=(tag,), order=(order,), limit=draft.limit)


def _only_counted(workspace: Workspace, entity: str, metrics: list[str]) -> bool:
    """Whether nothing but the entity itself is named."""
    described = workspace.entity(entity)
    counts = {described.count, f"{entity}_profile.{entity}", entity} if described is not None else set[str]()
    return bool(metrics) and set(metrics) <= counts
