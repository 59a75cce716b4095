"""How many are in a state or a segment: they are counted in the profile as of a day, and not by what they did in a period."""

from __future__ import annotations

from datetime import date

from assistant.language.meanings import VerbTerm
from assistant.language.single_periods import days_of
from assistant.planner.draft import Draft
from assistant.planner.rules.states import AS_OF
from semantic_layer.conditions import (
    SERIES_GRAINS,
    And,
    AnyCondition,
    Compare,
    Field,
    In,
    InSegment,
    Not,
    Or,
    Range,
    Tag,
    TimeBucket,
    parts_of,
    refs_of,
)
from semantic_layer.model.profiles import profile_name
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import EachPeriod
from semantic_layer.reach import reaches
from semantic_layer.requests import MetricQuery


def counted_in_profile(draft: Draft, request: MetricQuery) -> MetricQuery:
    """ "How many dormant customers", 高价值客户有多少: the request over the profile, as of the end of its days.

    Only where nothing but tags and segments is asked of an entity's own count; a deed ("who came in May") or a field of what was
    done needs the rows of what was done.
    """
    entity = _entity_of(draft.workspace, request.metrics)
    if entity is None:
        return request
    counted, profile = draft.workspace.entity(entity), profile_name(entity)
    if not _is_state(draft, request, profile):
        was = request.metrics == (f"{profile}.{entity}",) and counted is not None and counted.count is not None
        return _named(request, str(counted.count)) if was and counted is not None else request
    if isinstance(request.period, EachPeriod) or any(isinstance(ref, TimeBucket) for ref in request.by):
        return _named(request, f"{profile}.{entity}")
    first, day = days_of(request.period, draft.today) if request.period is not None else (None, draft.today.as_of)
    if day >= draft.today.as_of and (first is None or first <= draft.today.as_of):
        return _named(request, f"{profile}.{entity}").model_copy(update={"period": None})
    return _named(_as_of(request, day), f"{profile_name(entity, day)}.{entity}").model_copy(update={"period": None})


def claim_ends(draft: Draft, request: MetricQuery | None) -> None:
    """ "At the end of June", 6月底: a state is read as of the last day anyway; elsewhere the words would say more."""
    entity = _entity_of(draft.workspace, request.metrics) if request is not None else None
    if request is not None and entity is not None and _is_state(draft, request, profile_name(entity)):
        draft.claim("as of", *draft.words("at_end", "until_end"))
        return
    for item in draft.items:
        if item.role == AS_OF:
            item.role = None


def _is_state(draft: Draft, request: MetricQuery, profile: str) -> bool:
    """Whether a request asks of nothing but tags, segments, and what describes the entity itself."""
    whole = request.share_of.where if request.share_of is not None else None
    buckets = [ref for ref in request.by if isinstance(ref, TimeBucket)]
    asked = [*_refs(request.where), *(ref for ref in request.by if ref not in buckets), *_refs(whole)]
    own = all(isinstance(ref, Tag | InSegment) or _is_of_profile(draft.workspace, profile, ref) for ref in asked)
    along = all(ref.grain in SERIES_GRAINS and ref.field is None for ref in buckets)
    plain = request.compare is None and request.of_each is None and request.window is None
    return plain and own and along and any(isinstance(ref, Tag | InSegment) for ref in asked) and not _does_something(draft)


def _entity_of(workspace: Workspace, metrics: tuple[str, ...]) -> str | None:
    """The entity whose own count is asked; None where something else is, or it has no tags."""
    if len(metrics) != 1:
        return None
    for entity in workspace.entities:
        profile = workspace.profile(entity.name)
        if profile is not None and metrics[0] in (entity.count, entity.name, f"{profile.name}.{entity.name}"):
            return entity.name
    return None


def _refs(where: AnyCondition | None) -> list[object]:
    found: list[object] = list(refs_of(where))
    waiting = [*parts_of(where)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, And | Or):
            waiting += part.of
        elif isinstance(part, Not):
            waiting.append(part.of)
        elif not isinstance(part, Compare | In | Range):
            found.append(part)  # a segment, or what they did
    return found


def _is_of_profile(workspace: Workspace, profile: str, ref: object) -> bool:
    """A field that describes the entity itself."""
    return isinstance(ref, Field) and reaches(workspace, profile, ref.name)


def _does_something(draft: Draft) -> bool:
    return any(item.get(VerbTerm) is not None or item.word("act") for item in draft.items if item.role != "aside")


def _named(request: MetricQuery, metric: str) -> MetricQuery:
    column = {"target": metric.replace(".", "_")}
    order = tuple(each.model_copy(update=column) if each.target in request.metrics else each for each in request.order)
    return request.model_copy(update={"metrics": (metric,), "order": order})


def _as_of(request: MetricQuery, day: date) -> MetricQuery:
    """The request with all its tags and segments as of a day, where they name none."""
    share = request.share_of
    whole = share.model_copy(update={"where": dated(share.where, day)}) if share is not None else None
    by = tuple(ref.model_copy(update={"as_of": day}) if isinstance(ref, Tag) and ref.as_of is None else ref for ref in request.by)
    return request.model_copy(update={"where": dated(request.where, day), "by": by, "share_of": whole})


def dated(where: AnyCondition | None, day: date) -> AnyCondition | None:
    """A condition whose tags and segments without a day are as of one."""
    match where:
        case And(of=parts) | Or(of=parts):
            return where.model_copy(update={"of": tuple(dated(part, day) for part in parts)})
        case Not(of=part):
            return Not(of=dated(part, day))  # pyright: ignore[reportArgumentType]
        case InSegment(as_of=None):
            return where.model_copy(update={"as_of": day})
        case Compare(left=Tag(as_of=None) as tag) | In(left=Tag(as_of=None) as tag) | Range(left=Tag(as_of=None) as tag):
            return where.model_copy(update={"left": tag.model_copy(update={"as_of": day})})
        case _:
            return where
