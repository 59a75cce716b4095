"""What changed between two versions of a workspace: added, removed, renamed, or changed key by key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from semantic_layer.frozen import Frozen
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import plain
from semantic_layer.words import Definition

What = Literal["added", "removed", "renamed", "changed"]

KINDS: dict[str, str] = {
    "sources": "source",
    "entities": "entity",
    "datasets": "dataset",
    "conditions": "condition",
    "terms": "term",
    "metrics": "metric",
    "parameters": "parameter",
    "tags": "tag",
    "segments": "segment",
    "experiments": "experiment",
    "suppressions": "suppression",
    "roles": "role",
    "holidays": "holiday",
    "ambiguous": "ambiguous word",
    "absent": "absent word",
    "questions": "first question",
    "expect": "known fact",
    "ignore": "ignored finding",
}
"""What an item of each section is called, in the order in which changes are told."""

LONGEST = 70
"""Characters of a value that a sentence shows."""


class KeyChange(Frozen):
    """One key with both values; None where it is not there.

    Attributes:
        key: Such as `expr` or `label.en`.
    """

    key: str
    old: Any = None
    new: Any = None

    def __str__(self) -> str:
        if isinstance(self.old, list) and isinstance(self.new, list) and max(len(self.old), len(self.new)) > 1:
            gone = [each for each in self.old if each not in self.new]
            fresh = [each for each in self.new if each not in self.old]
            moves = [f"without {_short(gone)}"] if gone else []
            moves += [f"with {_short(fresh)}"] if fresh else []
            return f"{self.key} {' and '.join(moves) or 'in another order'}"
        if self.old is None:
            return f"{self.key} is {_short(self.new)}"
        if self.new is None:
            return f"{self.key} is gone, it was {_short(self.old)}"
        return f"{self.key} is {_short(self.new)}, it was {_short(self.old)}"


class Change(Frozen):
    """A change of one definition."""

    what: What
    kind: str
    name: str
    was: str | None = None
    label: str = ""
    keys: tuple[KeyChange, ...] = ()

    def __str__(self) -> str:
        named = f"{self.kind} '{self.name}'" if self.name else self.kind
        label = f" ({self.label})" if self.label and self.label != self.name else ""
        match self.what:
            case "added":
                return f"{named}{label} is new"
            case "removed":
                return f"{named}{label} is gone"
            case "renamed":
                also = f"; {'; '.join(map(str, self.keys))}" if self.keys else ""
                return f"{self.kind} '{self.was}' is called '{self.name}' now{also}"
            case "changed":
                return f"{named}: {'; '.join(map(str, self.keys))}"


def differences(old: Workspace, new: Workspace) -> tuple[Change, ...]:
    """All changes, by kind and then in the order of the newer version."""
    found = list(_keys_of("settings", "", plain(old.workspace), plain(new.workspace)))
    for section, kind in KINDS.items():
        found += _of_section(kind, _items(getattr(old, section)), _items(getattr(new, section)))
        if section == "datasets":
            for part, name in (("fields", "field"), ("checks", "check")):
                found += _of_section(name, _parts(old, part, new), _parts(new, part, new))
    return tuple(found)


class _Item(Frozen):
    """One item of a section, as data."""

    data: dict[str, Any]
    label: str = ""
    was: tuple[str, ...] = ()


def _items(section: tuple[Any, ...]) -> dict[str, _Item]:
    return {_name_of(item): _item(item) for item in section}


def _item(item: Any) -> _Item:
    data = {key: value for key, value in plain(item).items() if key not in ("name", "was", "fields", "checks")}
    return _Item(data=data, label=item.label_in("en") if isinstance(item, Definition) else "", was=getattr(item, "was", ()))


def _parts(workspace: Workspace, part: str, newer: Workspace) -> dict[str, _Item]:
    """Fields or checks of all datasets, named with the dataset as it is called now."""
    found: dict[str, _Item] = {}
    for dataset in workspace.datasets:
        now = newer.dataset(dataset.name)
        owner = now.name if now is not None else dataset.name
        for item in getattr(dataset, part):
            made = _item(item)
            was = tuple(f"{owner}.{earlier}" for earlier in made.was)
            found[f"{owner}.{item.name}"] = made.model_copy(update={"was": was})
    return found


def _name_of(item: Any) -> str:
    """What an item is told apart by: its name, or what it says."""
    name = getattr(item, "name", None)
    if isinstance(name, str):
        return name
    data = plain(item)
    words = data.get("words") or {key: value for key, value in data.items() if key in ("zh", "en")}
    if words:
        first = next(iter(words.values()))
        return first[0] if isinstance(first, list) else str(first)
    told = (value for key, value in data.items() if key not in ("value", "tolerance", "because"))
    return ", ".join(part.strip("“”") for value in told for part in _text(value).split(", "))


def _of_section(kind: str, old: dict[str, _Item], new: dict[str, _Item]) -> Iterator[Change]:
    earlier = {name: next((each for each in item.was if each in old and each not in new), None) for name, item in new.items()}
    for name, item in new.items():
        was = earlier[name]
        if name in old:
            yield from _keys_of(kind, name, old[name].data, item.data)
        elif was is not None:
            yield Change(what="renamed", kind=kind, name=name, was=was, keys=tuple(_changed(old[was].data, item.data)))
        else:
            yield Change(what="added", kind=kind, name=name, label=item.label)
    for name, item in old.items():
        if name not in new and name not in earlier.values():
            yield Change(what="removed", kind=kind, name=name, label=item.label)


def _keys_of(kind: str, name: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    keys = tuple(_changed(old, new))
    if keys:
        yield Change(what="changed", kind=kind, name=name, keys=keys)


CONDITION_KINDS = {"compare", "in", "between", "is_null", "and", "or", "not", "in_segment", "did", "sequence"}


def _changed(old: Any, new: Any, key: str = "") -> Iterator[KeyChange]:
    """The keys that differ, as deep as people would name them: `label.en`, `values.red.zh`, a condition as a whole."""
    if old == new:
        return
    old_by, new_by = _by_key(old), _by_key(new)
    if old_by is None or new_by is None:
        yield KeyChange(key=key, old=old, new=new)
        return
    for name in dict.fromkeys((*old_by, *new_by)):
        yield from _changed(old_by.get(name), new_by.get(name), f"{key}.{name}" if key else str(name))
    both = [name for name in old_by if name in new_by]
    if isinstance(new, list) and [name for name in new_by if name in old_by] != both:
        yield KeyChange(key=f"{key} (order)", old=list(old_by), new=list(new_by))


def _by_key(value: Any) -> dict[str, Any] | None:
    """A mapping, or a list of values with words, by what its parts are called; None for what is told as a whole."""
    if isinstance(value, dict):
        return None if value.get("kind") in CONDITION_KINDS else value
    if (
        isinstance(value, list)
        and value
        and all(isinstance(each, dict) and "value" in each and "when" not in each for each in value)
    ):
        return {str(each["value"]): {key: item for key, item in each.items() if key != "value"} for each in value}
    return None


def _short(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _text(value: Any) -> str:
    """A value on one line: lists of words without brackets, all else as JSON."""
    if isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(f"“{each}”" for each in value)
    return json.dumps(value, ensure_ascii=False)
