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


class AudienceQuery(Frozen):
    """Those of a group as a file to be contacted by: who is left out and by which rule, who is held back as a control group.

    To ask it shows what would leave; nothing is written before that is confirmed.

    Attributes:
        where: Who belongs: a segment, a value of a tag, or any other condition on each one.
        name: What the audience is called; by default made of the group and the day.
        columns: Tags and fields that go along.
        suppress: Who is left out besides those whom the workspace always leaves out: suppressions, imported lists, segments and
            earlier audiences by name, in this order.
        not_contacted_in: Leave out those who were contacted in the last so many days, the day itself included.
        control: The share that is held back, by a hash of seed and key.
        ids: Keys as they are, or hashed.
    """

    kind: Literal["audience_query"] = "audience_query"
    entity: str
    where: Condition
    name: str | None = Constrained(default=None, max_length=80)
    columns: tuple[FieldRef, ...] = Constrained(default=(), max_length=40)
    suppress: tuple[str, ...] = Constrained(default=(), max_length=40)
    not_contacted_in: int | None = Constrained(default=None, ge=1, le=10_000)
    control: float | None = Constrained(default=None, gt=0, lt=1)
    seed: int = 0
    ids: Literal["hashed", "raw"] = "hashed"


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


Health = Literal["all", "freshness", "coverage", "change", "drift"]


class TagHealthQuery(Frozen):
    """How kept tags and segments are: as of which day, of how many known, changed and drifted since the version before.

    Attributes:
        names: Tags and segments; all of them where none is named.
        only: All tags, or all segments, where none is named.
        about: What the question is after; it comes first.
    """

    kind: Literal["tag_health_query"] = "tag_health_query"
    names: tuple[str, ...] = Constrained(default=(), max_length=6)
    only: Literal["tags", "segments"] | None = None
    about: Health = "all"


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
