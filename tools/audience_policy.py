"""What a role may take away of an audience. Whatever it may not see is refused by the compiler as well; this is about leaving."""

from __future__ import annotations

from collections import Counter
from typing import Any

from semantic_layer.compiler.plan import Scope
from semantic_layer.compiler.profile_names import tag_field, with_days
from semantic_layer.compiler.relation import check_visible
from semantic_layer.conditions import Field, Tag
from semantic_layer.errors import request_error
from semantic_layer.model.audiences import SENSITIVITIES
from semantic_layer.model.datasets import Entity
from semantic_layer.model.profiles import profile_name
from semantic_layer.model.tags import Segment
from semantic_layer.policy import Grant
from semantic_layer.reach import reach
from semantic_layer.tag_parts import all_of, mentioned
from tools.requests import AudienceQuery


def check_allowed(request: AudienceQuery, scope: Scope) -> None:
    """Raises RequestError where the viewer's role may not export an audience like that one."""
    grant, workspace = scope.grant, scope.workspace
    entity = workspace.entity(request.entity)
    assert entity is not None
    if not grant.may_export:
        raise request_error("export_denied", f"role '{grant.role}' may not export", role=grant.role)
    if request.ids == "raw" and (grant.export.ids != "raw" or _key_names(scope, entity) & grant.hidden):
        fix = "Export hashed ids."
        raise request_error("export_raw", f"role '{grant.role}' may not export the keys of '{entity.name}'", fix, role=grant.role)
    highest = SENSITIVITIES.index(grant.export.sensitivity)
    for each in mentioned((request.where, *request.columns)):
        for part in all_of(workspace, each.name):
            if not isinstance(part, Segment) and SENSITIVITIES.index(part.sensitivity) > highest:
                what = f"role '{grant.role}' may not export what is told from the {part.sensitivity} tag '{part.name}'"
                raise request_error("export_sensitive", what, tag=part.name, role=grant.role, field=part.name)
    within = with_days(request, scope)
    for ref in request.columns:
        if not isinstance(ref, Tag | Field):
            raise request_error("kind_not_compiled", f"columns of the kind '{ref.kind}' are not exported", kind=ref.kind)
        name = tag_field(within.workspace, ref) if isinstance(ref, Tag) else ref.name
        check_visible(reach(within.workspace, profile_name(request.entity), name), within)


def _key_names(scope: Scope, entity: Entity) -> frozenset[str]:
    """All names under which the key of an entity can be hidden."""
    names = {entity.key_name}
    for dataset in (*scope.workspace.datasets, *scope.workspace.homes_of(entity.name)):
        for key in dataset.entities.get(entity.name, ()):
            names |= {key, f"{dataset.name}.{key}", f"{dataset.name}.{entity.key_name}"}
    return frozenset(names)


def with_keys(scope: Scope, entity: Entity) -> Grant:
    """The grant with which keys are read in order to be hashed: they are not shown, so that they need not be hidden."""
    return scope.grant.model_copy(update={"hidden": scope.grant.hidden - _key_names(scope, entity)})


def smallest_group(entity: str, grant: Grant) -> int:
    """The fewest of an entity that a figure may be about; 0 where there is no such limit.

    Raises:
        RequestError: `small_groups`, the limit is on another entity, which is not counted here.
    """
    minimum = grant.minimum_group
    if minimum is None:
        return 0
    if minimum.entity != entity:
        what = f"role '{grant.role}' sees no small groups of '{minimum.entity}', which are not counted in an audience"
        raise request_error("export_denied", what, role=grant.role)
    return minimum.size


def check_groups(values: list[tuple[Any, ...]], control: list[bool] | None, minimum: int, entity: str) -> None:
    """Raises RequestError where an audience is empty, or tells something of fewer than the viewer may know of.

    What goes along must not single anybody out either: each combination of values is that of at least so many.
    """
    if not values:
        raise request_error("export_empty", "nobody is left in the audience", entity=entity)
    sides = Counter(control or [False] * len(values))
    if any(0 < count < minimum for count in sides.values()):
        raise request_error("too_small", f"an audience of fewer than {minimum}", size=minimum, entity=entity)
    combinations = Counter(values) if minimum and values[0] else Counter()
    if any(count < minimum for count in combinations.values()):
        what = f"values that go along single out fewer than {minimum} '{entity}'"
        raise request_error("export_singles_out", what, "Leave out tags, or take coarser ones.", size=minimum, entity=entity)
