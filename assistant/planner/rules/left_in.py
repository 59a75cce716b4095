"""What a question says it does not leave out: the unknown ones, and all of a thing."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm
from assistant.planner.draft import Draft
from semantic_layer.conditions import Field


def read_unrestricted(draft: Draft) -> None:
    """ "Regardless of branch", 不限分店: the noun neither filters nor cuts."""
    for word in draft.words("unrestricted"):
        noun = draft.after(word)
        if noun is not None and noun.free and noun.get(FieldTerm) is not None and draft.touching(word, 1) is noun:
            draft.claim("not restricted", word, noun)


def read_unknown_kept(draft: Draft) -> None:
    """ "Count the unknown ones in", 未知也算进去: what is missing is a group of its own anyway."""
    words = [item for item in draft.words("unknown") if item.is_word]
    including = [item for item in draft.words("including") if item.is_word]
    others = any(item.word("not", "never", "remove", "only") and not item.word("filler") for item in draft.items if item.free)
    if words and including and not others and any(isinstance(ref, Field) for ref in draft.by):
        draft.claim("the unknown are kept", *words, *including)
