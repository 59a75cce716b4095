"""The name of a new segment: what it is called, its technical name, and whether a word of it is taken already."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from assistant.language.dates import Today
from assistant.language.meanings import (
    ConditionTerm,
    MetricTerm,
    PeriodTerm,
    SegmentTerm,
    SeveralTerm,
    TagTerm,
    TagValueTerm,
    ValueTerm,
    VerbTerm,
)
from assistant.language.text import is_han, read_question
from assistant.language.words import language_data
from assistant.planner.cover import cover
from assistant.planner.defining.frame import LONGEST_NAME
from assistant.planner.draft import Item
from assistant.planner.lexicon import Lexicon
from semantic_layer.model.tags import Segment
from semantic_layer.model.workspace import Workspace
from semantic_layer.words import Text


class Taken(NamedTuple):
    """A name that means something already.

    Attributes:
        means: The label of what it means in the workspace; empty for a word of the language, or one that cannot be a name.
    """

    name: str
    means: Text


def own(label: Text, workspace: Workspace) -> Segment | None:
    """The viewer's own unreviewed segment of that name, whose place a new definition takes."""
    names = {name.lower() for name in (label.zh, label.en) if name}
    private = [each for each in workspace.segments if not each.public]
    return next((each for each in private if names & {name.lower() for name in (each.label.zh, each.label.en) if name}), None)


def taken(label: Text, lexicon: Lexicon, today: Today) -> Taken | None:
    """The first label that cannot be used, with what it means."""
    mine = own(label, lexicon.workspace)
    free = {word.lower() for word in mine.words()} if mine is not None else set[str]()
    for name in (label.zh, label.en):
        if not name or name.lower() in free:
            continue
        if len(name) > LONGEST_NAME or not any(char.isalpha() for char in name) or not name.isprintable():
            return Taken(name, Text())
        meant = _meant(name, lexicon)
        if meant is not None:
            return Taken(name, meant)
        items = cover(read_question(name), lexicon, today)
        known = all(item.span.meanings for item in items)
        if known and (len(items) == 1 or any(_says_something(item) for item in items)) and not _describes(items):
            return Taken(name, Text())  # a question with these words asks for something else already
    return None


def _says_something(item: Item) -> bool:
    """Whether it is a word of the workspace, and more than the noun of those who are spoken of."""
    kinds = (MetricTerm, TagTerm, TagValueTerm, SegmentTerm, SeveralTerm, PeriodTerm)
    return any(item.get(kind) is not None for kind in kinds)


def _describes(items: list[Item]) -> bool:
    """ "Loyal parents": several words that each say what somebody is, and none that asks for a figure or names days."""
    says = [item for item in items if any(item.get(kind) is not None for kind in QUALITIES)]
    other = any(item.get(kind) is not None for item in items for kind in (PeriodTerm, MetricTerm) if item not in says)
    return len(says) > 1 and not other


QUALITIES = (TagTerm, TagValueTerm, SegmentTerm, ConditionTerm, ValueTerm, VerbTerm)
"""What a word can mean that says something of somebody."""


def near(label: Text, lexicon: Lexicon, entity: str) -> Taken | None:
    """A name that together with the noun of the entity is a word already."""
    described = lexicon.workspace.entity(entity)
    for name in (label.zh, label.en):
        for noun in described.words() if name and described is not None else ():
            joined = f"{name}{noun}" if any(map(is_han, str(name))) and any(map(is_han, noun)) else f"{name} {noun}"
            meant = _meant(joined, lexicon)
            if meant is not None:
                return Taken(joined, meant)
    return None


def _meant(name: str, lexicon: Lexicon) -> Text | None:
    """What a word stands for in the workspace."""
    wanted = name.lower().strip()
    workspace = lexicon.workspace
    for each in (*workspace.segments, *workspace.tags, *workspace.metrics, *workspace.entities, *workspace.conditions):
        if wanted in (word.lower() for word in each.words()) or wanted == each.name.lower():
            return each.label if each.label != Text() else Text(zh=each.name, en=each.name)
    return Text(zh=name, en=name) if wanted in lexicon.spellings else None


def technical_name(label: Text, workspace: Workspace) -> str:
    """A name for YAML: from the English label; else one that the label always gives. A definition anew keeps its name."""
    mine = own(label, workspace)
    if mine is not None:
        return mine.name
    slug = re.sub(r"[^a-z0-9]+", "_", label.en.lower()).strip("_") if label.en else ""
    if not slug or not slug[0].isalpha():
        slug = f"segment_{hashlib.sha256((label.zh or label.en or '').encode()).hexdigest()[:6]}"
    known = {each.name for each in (*workspace.segments, *workspace.tags, *workspace.metrics)}
    return slug if slug not in known else f"{slug}_2"


def made_up(language: str, workspace: Workspace) -> Text:
    """A name where none was given: the first free number."""
    labels = {text for each in workspace.segments for text in (each.label.zh, each.label.en)}
    forms = {each: str(language_data(each)["defining"]["auto_label"]) for each in ("zh", "en")}
    number = next(n for n in range(1, 10_000) if not {form.format(n=n) for form in forms.values()} & labels)
    return Text(**{each: form.format(n=number) for each, form in forms.items()})
