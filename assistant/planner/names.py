"""Whether the names in a model's request are defined at all, before anything else is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant.planner.misfit import MisfitError
from semantic_layer.conditions import (
    AnyCondition,
    EntityMetric,
    Field,
    InSegment,
    Meets,
    Scaled,
    Tag,
    TimeBucket,
    parts_of,
    refs_of,
)
from semantic_layer.errors import RequestError, closest
from semantic_layer.frozen import Frozen
from semantic_layer.implied import figure
from semantic_layer.model.workspace import Workspace
from semantic_layer.reach import home_dataset
from semantic_layer.requests import EntityQuery, MetricQuery, ValueQuery
from tools.definitions import find
from tools.group_requests import GROUP_REQUESTS
from tools.requests import AudienceQuery, CatalogueQuery, DefinitionQuery, MembershipQuery, ProfileQuery, TagHealthQuery


def check_names(request: Frozen, workspace: Workspace, offered: list[str]) -> None:
    """Looks up every name of a request.

    Args:
        offered: The names that the model was shown; only these are proposed instead.

    Raises:
        MisfitError: naming the first one that nothing is called.
    """
    for kind, name in _names(request):
        if not _is_defined(workspace, kind, name):
            near = closest(name, offered)
            hint = f"did you mean {' or '.join(near)}?" if near else "use the names of the catalogue"
            raise MisfitError(f"there is no {kind} '{name}'; {hint}")
    if isinstance(request, MetricQuery | EntityQuery):
        _check_order(request, workspace)


def _names(request: Frozen) -> Iterator[tuple[str, str]]:
    """Each name with the kind of thing it should be."""
    match request:
        case MetricQuery():
            yield from (("metric", name) for name in request.metrics)
            yield from (("parameter", name) for name in request.parameters)
            yield from _names_of_refs(request.by)
            yield from _names_of_condition(request.where)
            if request.share_of is not None:
                yield from _names_of_refs(request.share_of.by)
                yield from _names_of_condition(request.share_of.where)
        case ValueQuery():
            yield from _names_of_refs((request.field,))
            yield from _names_of_condition(request.where)
        case EntityQuery():
            yield "entity", request.entity
            yield from _names_of_refs(request.columns)
            yield from _names_of_condition(request.where)
        case MembershipQuery():
            yield "entity", request.entity
            yield from _names_of_condition(request.where)
        case AudienceQuery():
            yield "entity", request.entity
            yield from _names_of_refs(request.columns)
            yield from _names_of_condition(request.where)
        case ProfileQuery():
            yield "entity", request.entity
            yield from _names_of_refs(request.fields)
            yield from _names_of_condition(request.where)
        case TagHealthQuery():
            yield from (("definition", name) for name in request.names)
        case _ if isinstance(request, GROUP_REQUESTS):
            yield from _names_of_groups(request)
        case DefinitionQuery():
            yield from (("definition", name) for name in request.names)
        case CatalogueQuery(metric=str() as name):
            yield "metric", name
        case _:
            return


def _names_of_groups(request: Frozen) -> Iterator[tuple[str, str]]:
    """The names of a request about groups, whichever it is."""
    for name in type(request).model_fields:
        value = getattr(request, name)
        if name in ("entity", "metric", "tag") and isinstance(value, str):
            yield name, value
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Field | Tag):
                yield from _names_of_refs((each,))
            elif isinstance(each, AnyCondition):
                yield from _names_of_condition(each)


def _names_of_condition(condition: AnyCondition | None) -> Iterator[tuple[str, str]]:
    yield from _names_of_refs(refs_of(condition))
    yield from (("segment", part.name) for part in parts_of(condition) if isinstance(part, InSegment))


def _names_of_refs(refs: Iterable[object]) -> Iterator[tuple[str, str]]:
    for ref in refs:
        match ref:
            case Field(name=name) | TimeBucket(field=str() as name):
                yield "field", name
            case Tag(name=name):
                yield "tag", name
            case Meets(entity=name, condition=condition):
                yield "entity", name
                yield from _names_of_condition(condition)
            case EntityMetric(metric=name):
                yield "metric", name
            case Scaled(ref=inner):
                yield from _names_of_refs((inner,))
            case _:
                continue


def _is_defined(workspace: Workspace, kind: str, name: str) -> bool:
    match kind:
        case "metric":
            metric = figure(workspace, name)
            return metric is not None and not metric.hidden
        case "field":
            bare = name.rpartition(".")[2]
            return home_dataset(workspace, name) is not None or workspace.entity_of_key(bare) is not None
        case "tag":
            return workspace.tag(name) is not None
        case "segment":
            return workspace.segment(name) is not None
        case "parameter":
            return workspace.parameter(name) is not None
        case "entity":
            return workspace.entity(name) is not None
        case _:
            try:
                return bool(find(workspace, name))
            except RequestError:
                return False


def _check_order(request: MetricQuery | EntityQuery, workspace: Workspace) -> None:
    """What is ordered by has to be in the result."""
    entity = workspace.entity(request.entity) if isinstance(request, EntityQuery) else None
    refs = request.by if isinstance(request, MetricQuery) else request.columns
    columns = {ref.name if isinstance(ref, Field) else getattr(ref, "grain", "") for ref in refs}
    columns |= {name.rpartition(".")[2] for name in columns}
    columns |= {ref.metric.replace(".", "_") for ref in refs if isinstance(ref, EntityMetric)}
    columns |= {"meets" for ref in refs if isinstance(ref, Meets)}
    columns |= set(request.metrics) if isinstance(request, MetricQuery) else {entity.key_name if entity is not None else ""}
    for order in request.order:
        if order.target not in columns:
            raise MisfitError(f"the order names '{order.target}', which is neither a metric nor a dimension of the request")
