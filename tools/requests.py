"""Requests that are no single statement: what is defined and what it means, and what those of a group are like."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Constrained

from semantic_layer.conditions import Condition, FieldRef, Value
from semantic_layer.frozen import Frozen
from semantic_layer.words import LabelText

Topic = Literal["metrics", "dimensions", "tags", "segments", "entities", "parameters", "questions", "greeting", "workspace"]


class DefinitionQuery(Frozen):
    """What one or several defined things mean. Names of metrics, dimensions, tags, segments, entities, parameters."""

    kind: Literal["definition_query"] = "definition_query"
    names: tuple[str, ...] = Constrained(min_length=1, max_length=6)


class CatalogueQuery(Frozen):
    """What the workspace holds: its metrics, dimensions, tags, segments, or first questions to ask."""

    kind: Literal["catalogue_query"] = "catalogue_query"
    topic: Topic
    metric: str | None = None


class ProfileQuery(Frozen):
    """What those of a group are like, against everyone: the shares of their tags and fields with an index, 100 as in general.

    Attributes:
        where: Who belongs to the group: tags, segments, or what they did.
        fields: Tags and fields of the entity to look at; all that have values to group by where none is named.
        limit: How many values are shown, those that stand out most first; all of the named fields where it is not said.
    """

    kind: Literal["profile_query"] = "profile_query"
    entity: str
    where: Condition
    fields: tuple[FieldRef, ...] = Constrained(default=(), max_length=40)
    limit: int | None = Constrained(default=None, ge=1, le=200)


class MembershipQuery(Frozen):
    """Whether one of an entity meets a condition, and why: each part of it with the one's own value and whether it is met.

    Attributes:
        key: The one's key.
        where: A segment, a value of a tag, or any other condition on each one.
    """

    kind: Literal["membership_query"] = "membership_query"
    entity: str
    key: Value
    where: Condition


class DefineSegment(Frozen):
    """A segment that is being defined: its rule with its size and what it overlaps with; then kept as a draft, or not.

    Attributes:
        rule: Who belongs to it, in the condition language of the workspace.
        name: Its name in YAML.
        label: What it is called.
        asked: The words that it was defined by.
        named: Whether the name was given, and not made up.
        step: What is done with it.
    """

    kind: Literal["define_segment"] = "define_segment"
    entity: str
    rule: Condition
    name: str = Constrained(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    label: LabelText
    asked: str = ""
    named: bool = True
    step: Literal["show", "save", "cancel"] = "show"
