"""What can be kept of a workspace's tags and segments, each with the statement that computes it and a hash of that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from semantic_layer.compiler.neutral import render
from semantic_layer.compiler.plan import Scope
from semantic_layer.compiler.profile import profile_query
from semantic_layer.compiler.sources import Helpers
from semantic_layer.data_version import DataVersion
from semantic_layer.errors import RequestError
from semantic_layer.model.profiles import ProfileDataset
from semantic_layer.model.tags import ListTag
from semantic_layer.model.workspace import Workspace
from semantic_layer.policy import Grant
from semantic_layer.requests import digest
from semantic_layer.tag_parts import Item, all_of

EVERYTHING = Grant(role="refresh")
"""Profiles are computed over all rows; what a viewer may see of them is decided when they are asked."""
DIALECT = "duckdb"


class Definitions(NamedTuple):
    """What can be computed as of a day.

    Attributes:
        hashes: Of each tag and segment; equal as long as it means the same.
        left_out: Those that cannot be computed, with why.
    """

    hashes: dict[str, str]
    left_out: dict[str, str]


def scope_of(workspace: Workspace, version: DataVersion, as_of: date) -> Scope:
    """A scope over all rows up to a day."""
    return Scope(workspace, EVERYTHING, version, as_of)


def items_of(workspace: Workspace) -> tuple[Item, ...]:
    """All tags and segments of entities that have a profile."""
    return tuple(each for each in (*workspace.tags, *workspace.segments) if workspace.profile(each.entity) is not None)


def profile_sql(profile: ProfileDataset, names: Iterable[str], scope: Scope) -> str:
    """One statement: a row for each one, with the key and the named tags and segments.

    Raises:
        RequestError: one that cannot be computed, or a day before the data.
    """
    helpers = Helpers(*scope.workspace.stored_names)
    query = profile_query(profile, frozenset(names), scope, helpers)
    return render(helpers.before(query), DIALECT).sql(DIALECT)


def definitions(scope: Scope, names: Iterable[str] | None = None) -> Definitions:
    """The hash of each definition: that of the statement which computes the tag alone, and of the lists that it goes by.

    A statement holds all that a tag is told from, other tags, metrics and datasets too, and nothing that is said in words.

    Args:
        names: Of these alone.
    """
    chosen = set(names) if names is not None else None
    hashes, left_out = dict[str, str](), dict[str, str]()
    for one in items_of(scope.workspace):
        if chosen is not None and one.name not in chosen:
            continue
        profile = scope.workspace.profile(one.entity)
        assert profile is not None
        try:
            sql = profile_sql(profile, [one.name], scope)
        except RequestError as error:
            if error.problem.code == "outside_period":
                raise
            left_out[one.name] = error.problem.what
            continue
        hashes[one.name] = digest(sql, *_lists_of(scope, one.name))
    return Definitions(hashes, left_out)


def hashes_as_of(scope: Scope, day: date, names: Iterable[str] | None = None) -> dict[str, str]:
    """The hashes as of another day; none where the data no longer reaches back to it."""
    try:
        return definitions(replace(scope, as_of=day), names).hashes
    except RequestError:
        return {}


def _lists_of(scope: Scope, name: str) -> list[str]:
    """When the lists that a tag goes by were imported."""
    lists = scope.version.lists
    if lists is None:
        return []
    told = (each.list for each in all_of(scope.workspace, name) if isinstance(each, ListTag))
    return [lists.lists[each].imported_at.isoformat() for each in told if each in lists.lists]
