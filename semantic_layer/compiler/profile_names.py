"""Where the tags and segments that a request names are found: fields of the profile of their entity, as of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from semantic_layer.compiler.plan import Scope
from semantic_layer.conditions import Tag
from semantic_layer.errors import closest, request_error
from semantic_layer.frozen import Frozen
from semantic_layer.model.profiles import over_time_name, profile_name
from semantic_layer.model.workspace import Workspace
from semantic_layer.tag_parts import days_mentioned


def tag_field(workspace: Workspace, tag: Tag) -> str:
    """The field that holds a tag.

    Raises:
        RequestError: `unknown_tag`; `kind_not_compiled` for a tag of each bucket's own end.
    """
    found = workspace.tag(tag.name)
    if found is None:
        near = closest(tag.name, [each.name for each in workspace.tags])
        raise request_error("unknown_tag", f"there is no tag '{tag.name}'", tag=tag.name, near=near)
    if tag.as_of == "period_end" and not _is_over_time(workspace, found.entity):
        what = f"'{tag.name}' at each period's end is not computed beside other data yet"
        raise request_error("kind_not_compiled", what, kind="tag", name=tag.name)
    day = tag.as_of if isinstance(tag.as_of, date) else None
    return f"{_profile(workspace, found.entity, day)}.{found.name}"


def segment_field(workspace: Workspace, name: str, as_of: date | None) -> str:
    """The true or false field of a segment.

    Raises:
        RequestError: `unknown_segment`.
    """
    found = workspace.segment(name)
    if found is None:
        near = closest(name, [each.name for each in workspace.segments])
        raise request_error("unknown_segment", f"there is no segment '{name}'", segment=name, near=near)
    return f"{_profile(workspace, found.entity, as_of)}.{found.name}"


def _profile(workspace: Workspace, entity: str, as_of: date | None) -> str:
    """In a request for sizes over time that of each row's own day, where no day is named."""
    name = profile_name(entity, as_of)
    return over_time_name(name) if as_of is None and _is_over_time(workspace, entity) else name


def _is_over_time(workspace: Workspace, entity: str) -> bool:
    return workspace.dataset(over_time_name(profile_name(entity))) is not None


def with_days(request: Frozen, scope: Scope) -> Scope:
    """The scope with profiles as of all days that the tags and segments of a request name.

    Raises:
        RequestError: `day_to_come`, a day after "today".
    """
    days = days_mentioned(request)
    late = next((day for day in sorted(days) if day > scope.as_of), None)
    if late is not None:
        fix = f"The last day is {scope.as_of}."
        raise request_error("day_to_come", f"nothing is known yet as of {late}", fix, day=late.isoformat())
    return replace(scope, workspace=scope.workspace.with_profiles(days)) if days else scope
