"""A value said by what tells it from the other values of a tag that is named: "service level is high", 等级高."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language.meanings import TagTerm, TagValueTerm
from assistant.planner.draft import Item
from semantic_layer.model.workspace import Workspace


def with_values_of_tags(items: list[Item], workspace: Workspace) -> list[Item]:
    """The items, where a word behind the name of a tag stands for one value of it and for no other.

    A word is that of a value where it is the stored value, or where the words of one value alone begin with it.
    """
    found: list[Item] = []
    for item in items:
        tags = _named_before(found)
        values = [TagValueTerm(tag, value) for tag in tags if (value := _value(item.text, tag, workspace)) is not None]
        if len(values) == 1 and not item.word("not", "never") and item.get(TagValueTerm) is None and item.get(TagTerm) is None:
            found.append(replace(item, span=replace(item.span, meanings=(values[0],))))
        else:
            found.append(item)
    return found


def _named_before(items: list[Item]) -> list[str]:
    """The tags that the last item names, words of grammar passed over."""
    before = next((item for item in reversed(items) if item.get(TagTerm) is not None or not item.light), None)
    return [term.name for term in before.all(TagTerm)] if before is not None else []


def _value(text: str, name: str, workspace: Workspace) -> bool | int | str | None:
    tag = workspace.tag(name)
    word = text.lower().strip()
    if tag is None or not word or word.isdecimal():
        return None
    stored = [entry.value for entry in tag.values if str(entry.value).lower() == word]
    begun = [entry.value for entry in tag.values if any(_begins(known.lower(), word) for known in entry.all())]
    return stored[0] if stored else begun[0] if len(begun) == 1 else None


def _begins(known: str, word: str) -> bool:
    """Whether the words of a value begin with a word; where words stand apart, with the whole of it."""
    return known.split(maxsplit=1)[0] == word if word.isascii() else known.startswith(word)


def with_values_in_full(text: str, workspace: Workspace) -> str:
    """A text in Chinese where a tag and how a value of it begins, 等级高, are the value's own word; 高于 stays as it is."""
    for tag in workspace.tags:
        names = "|".join(re.escape(word) for word in sorted(tag.words(), key=len, reverse=True) if not word.isascii())
        for entry in tag.values if names else ():
            own = next((word for word in entry.zh if not word.isascii()), None)
            starts = {word[0] for word in entry.zh if _value(word[0], tag.name, workspace) == entry.value}
            if own is None or not starts:
                continue
            either = "|".join(re.escape(each) for each in starts)
            text = re.sub(rf"(?:{names})(?:是|为)?(?:比较|很|较)?(?:{either})(?=的|且|并|而|又|[，,、]|$)", own, text)
    return text
