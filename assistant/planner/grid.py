"""Two tags crossed: "the RFM grid", 生命周期×客户价值的矩阵."""

from __future__ import annotations

from assistant.language.single_periods import days_of
from assistant.planner.draft import Draft, Item
from assistant.planner.groups_named import is_plain, only_counts, who_asked
from assistant.planner.profile_counts import dated
from assistant.planner.traits import is_about
from semantic_layer.conditions import AnyCondition, Compare, Field, Tag, all_of
from semantic_layer.requests import EntityQuery
from tools.grids import rfm_scores
from tools.group_requests import GridQuery

BESIDE = (
    "is_what", "which", "list", "count", "group", "per", "conj", "group_after", "distribution", "vague", "at_end", "until_end",
    "occasion", "how_much", "define", "composition", "side_by_side", "refer", "state_noun", "whole",
)  # fmt: skip
"""Words of such questions."""


def grid(draft: Draft) -> GridQuery | EntityQuery | None:
    """The two tags and of whom; None where nothing asks for a grid.

    RFM without tags is the score of the last time by that of how often; of one who has a key it is that one's scores.
    """
    words = [item for item in draft.items if item.word("grid", "drawn_map")]
    tags = list(dict.fromkeys(ref for ref in draft.by if isinstance(ref, Tag)))
    rfm = [item for item in draft.items if item.word("rfm")]
    spread = [item for item in draft.items if item.word("group_after", "distribution", "composition")]
    if rfm and not draft.by and any(names_one(draft, each) for each in draft.conditions):
        return _scores_of_one(draft, [*words, *rfm])
    if not words and not (rfm and spread):
        return None
    if not tags and rfm:
        tags = _rfm(draft)
    owners = {found.entity for tag in tags if (found := draft.workspace.tag(tag.name)) is not None}
    if len(tags) != 2 or len(owners) != 1 or len(draft.by) not in (0, 2) or len(draft.periods) > 1:
        return None
    entity = owners.pop()
    about = all(is_about(draft, each, entity) for each in draft.conditions)
    plain = is_plain(draft) and draft.own_figures is None and draft.share is None
    if not about or not plain or not only_counts(draft, entity):
        return None
    where = all_of(tuple(draft.conditions))
    if draft.periods and (day := days_of(draft.periods[0], draft.today)[1]) < draft.today.as_of:
        tags = [tag.model_copy(update={"as_of": day}) if tag.as_of is None else tag for tag in tags]
        where = dated(where, day)
    draft.claim("grid", *words, *rfm, *draft.words(*BESIDE), *who_asked(draft, entity))
    draft.beyond = None
    return GridQuery(entity=entity, down=tags[0], across=tags[1], where=where)


def names_one(draft: Draft, condition: AnyCondition) -> bool:
    """A condition on the key of an entity."""
    key = condition.left.name if isinstance(condition, Compare) and isinstance(condition.left, Field) else ""
    return draft.workspace.entity_of_key(key.rpartition(".")[2]) is not None


def _scores_of_one(draft: Draft, words: list[Item]) -> EntityQuery | None:
    where = all_of(tuple(draft.conditions))
    entities = [each.name for each in draft.workspace.entities]
    entity = next((name for name in entities if where is not None and is_about(draft, where, name)), None)
    scores = rfm_scores(draft.workspace, entity) if entity is not None else None
    if entity is None or scores is None or draft.periods or draft.limit is not None or not only_counts(draft, entity):
        return None
    draft.claim("scores", *words, *draft.words(*BESIDE), *who_asked(draft, entity))
    columns = tuple(Tag(name=name) for name in scores if name is not None)
    return EntityQuery(entity=entity, where=where, columns=columns)


def _rfm(draft: Draft) -> list[Tag]:
    """The two scores of the one entity that has them."""
    found = [scores for entity in draft.workspace.entities if (scores := rfm_scores(draft.workspace, entity.name)) is not None]
    return [Tag(name=found[0].recency), Tag(name=found[0].frequency)] if len(found) == 1 else []
