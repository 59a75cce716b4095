"""Words that lead to two things. The planner takes the first that fits, or asks back; neither is what an analyst meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from semantic_layer.conditions import Field
from semantic_layer.loading.lint.finding import Finding, Key, Linted
from semantic_layer.loading.yaml_tree import Path
from semantic_layer.model.datasets import ValueEntry
from semantic_layer.model.tags import AttributeTag
from semantic_layer.model.workspace import Workspace
from semantic_layer.words import LANGUAGES, Definition, Words

Kind = Literal[
    "metric", "dimension", "value", "tag", "tag value", "segment", "condition", "parameter", "term", "dataset", "absent",
    "holiday", "verb of metric", "verb of dataset",
]  # fmt: skip


class Thing(NamedTuple):
    """What a word leads to; `name` is the identifier, `field=value` for a value."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind} '{self.name}'"

    @property
    def owner(self) -> str:
        """The field or tag of a value; else the thing's own name."""
        return self.name.partition("=")[0]


class Use(NamedTuple):
    """A word at its place."""

    word: str
    thing: Thing
    path: Path


def uses(linted: Linted) -> Iterator[Use]:
    """Every word of the workspace that a question may use, with what it leads to."""
    workspace = linted.workspace
    for metric in workspace.metrics:
        if not metric.hidden:
            path = linted.path("metrics", metric.name)
            yield from _of_definition(metric, Thing("metric", metric.name), path)
            yield from _of_words(metric.verbs, Thing("verb of metric", metric.name), (*path, "verbs"))
    for entity in workspace.entities:
        yield from _of_definition(entity, Thing("dimension", entity.key_name), linted.path("entities", entity.name))
    for dataset in workspace.datasets:
        path = linted.path("datasets", dataset.name)
        yield from _of_words(dataset.verbs, Thing("verb of dataset", dataset.name), (*path, "verbs"))
        yield from _of_words(dataset.synonyms, Thing("dataset", dataset.name), (*path, "synonyms"))
        for position, field in enumerate(dataset.fields):
            place = (*path, "fields", position)
            yield from _of_definition(field, Thing("dimension", field.name), place)
            yield from _of_values("value", field.name, field.values, (*place, "values"))
            yield from _as_stored(field.name, field.values, (*place, "values"))
    for tag in workspace.tags:
        path = linted.path("tags", tag.name)
        yield from _of_definition(tag, Thing("tag", tag.name), path)
        yield from _of_values("tag value", tag.name, tag.values, (*path, "values"))
    sections: tuple[tuple[Kind, str, tuple[Definition, ...]], ...] = (
        ("segment", "segments", workspace.segments),
        ("condition", "conditions", workspace.conditions),
        ("parameter", "parameters", workspace.parameters),
        ("term", "terms", workspace.terms),
    )
    for kind, section, items in sections:
        for item in items:
            yield from _of_definition(item, Thing(kind, item.name), linted.path(section, item.name))
    for index, holiday in enumerate(workspace.holidays):
        yield from _of_definition(holiday, Thing("holiday", holiday.name), ("holidays", index))
    for index, absent in enumerate(workspace.absent):
        name = next(iter(absent.words.all()), str(index + 1))
        yield from _of_words(absent.words, Thing("absent", name), ("absent", index, "words"))


def _of_definition(definition: Definition, thing: Thing, path: Path) -> Iterator[Use]:
    for language in LANGUAGES:
        label = getattr(definition.label, language)
        if label:
            yield Use(label, thing, (*path, "label", language))
    yield from _of_words(definition.synonyms, thing, (*path, "synonyms"))
    yield Use(definition.name, thing, (*path, "name"))
    yield Use(definition.name.replace("_", " "), thing, (*path, "name"))


def _of_words(words: Words, thing: Thing, path: Path) -> Iterator[Use]:
    for language in LANGUAGES:
        for index, word in enumerate(getattr(words, language)):
            yield Use(word, thing, (*path, language, index))


def _of_values(kind: Kind, owner: str, values: Iterable[ValueEntry], path: Path) -> Iterator[Use]:
    for entry in values:
        yield from _of_words(entry, Thing(kind, f"{owner}={entry.value}"), (*path, entry.value))


def _as_stored(owner: str, values: Iterable[ValueEntry], path: Path) -> Iterator[Use]:
    """Values may be asked for as they are stored; those of tags are codes that nobody sees."""
    for entry in values:
        if isinstance(entry.value, str) and not entry.value.isdigit() and len(entry.value) > 1:
            yield Use(entry.value, Thing("value", f"{owner}={entry.value}"), (*path, entry.value))


# ---- rules ------------------------------------------------------------------------------------------------------------------


def colliding_words(linted: Linted) -> Iterator[Finding]:
    """One word for two things, or for a thing and a value, or for values of two fields."""
    for key, found in _by_key(linted).items():
        if key in _declared_ambiguous(linted):
            continue
        things: dict[Thing, Use] = {}
        for use in found:
            things.setdefault(use.thing, use)
        names = list(things)
        for position, thing in enumerate(names):
            other = next((each for each in names[:position] if _collide(each, thing, linted)), None)
            if other is not None:
                yield _collision(things[other], things[thing], linted)


def _by_key(linted: Linted) -> dict[Key, list[Use]]:
    found: dict[Key, list[Use]] = {}
    for use in uses(linted):
        key = linted.key_of(use.word)
        if key:
            found.setdefault(key, []).append(use)
    return found


def _declared_ambiguous(linted: Linted) -> set[Key]:
    return {linted.key_of(word) for term in linted.workspace.ambiguous for word in term.words.all()}


def _collide(one: Thing, other: Thing, linted: Linted) -> bool:
    """Whether a question cannot tell the two apart by the word alone."""
    verbs = [thing.kind for thing in (one, other) if thing.kind.startswith("verb")]
    if verbs:
        # A verb counts only where no noun does, and one of a dataset only where none of a metric does.
        return one.kind == other.kind
    if "dataset" in (one.kind, other.kind):
        return one.kind == other.kind
    values = [thing for thing in (one, other) if thing.kind in ("value", "tag value")]
    if len(values) == 2 and one.owner == other.owner:
        return True
    return not (_are_one(one, other, linted.workspace) or _are_one(other, one, linted.workspace))


def _are_one(one: Thing, other: Thing, workspace: Workspace) -> bool:
    """The metric that counts an entity is meant by the entity's own words; a tag that is a field, by the field's."""
    if one.kind == "metric":
        return any(entity.count == one.name and entity.key_name == other.name for entity in workspace.entities)
    tag = workspace.tag(one.name) if one.kind == "tag" else None
    field = tag.attribute if isinstance(tag, AttributeTag) else None
    return isinstance(field, Field) and field.name.rpartition(".")[2] == other.name


def _collision(first: Use, second: Use, linted: Linted) -> Finding:
    about = (first.word, second.word, first.thing.owner, second.thing.owner, first.thing.name, second.thing.name)
    kinds = {first.thing.kind, second.thing.kind}
    values = kinds & {"value", "tag value"}
    rule = "colliding_words" if not values else "colliding_values" if kinds <= {"value", "tag value"} else "word_is_value"
    what = f"'{second.word}' means {second.thing} and {first.thing}"
    labels = all("label" in use.path for use in (first, second))
    if labels and first.word != second.word and first.word.casefold() == second.word.casefold():
        rule, what = (
            "labels_by_case",
            f"the labels '{second.word}' of {second.thing} and '{first.word}' of {first.thing} differ by case",
        )
    fix = f"Take it from one of them (the other is at {linted.place(first.path)})"
    fix += "." if values else ", or list it under ambiguous: with both readings."
    return Finding(rule, "warning", what, fix, linted.place(second.path), tuple(dict.fromkeys(map(str, about))))
