"""The words around a condition that ask to keep those who meet it as a segment, and the name that it gets."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from assistant.language.text import Question, is_han
from assistant.language.words import language_data
from semantic_layer.words import Text

LANGUAGES = ("zh", "en")
QUOTES = "\"'“”‘’「」『』《》`"
QUOTED = rf"[{QUOTES}][^{QUOTES}]+[{QUOTES}]"
LONGEST_NAME = 40
"""Characters of a name."""


class Frame(NamedTuple):
    """What is to be kept, and how it is to be called.

    Attributes:
        what: The condition, as typed.
        name: As typed, without quotes; None where none is given.
    """

    what: str
    name: str | None


def words_of(name: str) -> tuple[str, ...]:
    """Words of both languages that defining goes by, in lower case."""
    return tuple(word for language in LANGUAGES for word in language_data(language)["defining"][name])


def frame_of(question: Question) -> Frame | None:
    """The frame of a question; None where nothing asks to keep anybody."""
    text, last = question.text.rstrip(" .。!?？！"), None
    if not any(noun in text for noun in (*words_of("noun"), *words_of("opens"), *QUOTES)):
        return None
    for language in LANGUAGES:
        trailing = _pattern(language, "trailing_name").search(text)
        bare = text[: trailing.start()].rstrip(" ,") if trailing is not None else None
        for form in _forms(language):
            found = form.fullmatch(text)
            shorter = form.fullmatch(bare) if bare and (found is None or not found.groupdict().get("name")) else None
            if shorter is not None and trailing is not None and not shorter.groupdict().get("name"):
                return _frame(question, shorter, trailing)
            if found is not None and last is None:
                last = _frame(question, found, found)
    return last


def renamed(question: Question) -> str | None:
    """The name in "call it X", 叫X, and in "save it as X", which also confirms."""
    text = question.text.strip(" .。!！")
    for language in LANGUAGES:
        for form in ("rename", "save_as"):
            found = _pattern(language, form, anchored=True).fullmatch(text)
            if found is not None:
                return _original(question, found, "name").strip(QUOTES + " ")
    return None


def saves_under_name(question: Question) -> bool:
    text = question.text.strip(" .。!！")
    return any(_pattern(language, "save_as", anchored=True).fullmatch(text) for language in LANGUAGES)


def says(question: Question, name: str) -> bool:
    """Whether the whole question is one of the words of a list: confirming, cancelling."""
    return question.text.strip(" .。!！,，~").lower() in words_of(name)


def names_of(name: str) -> Text:
    """A name as labels: one that stands in both languages ("夜猫子 / Night owls", 夜猫子（Night owls）) is two."""
    parts = [part.strip(" )）" + QUOTES) for part in re.split(r"\s*[/(（|]\s*", name) if part.strip(" )）" + QUOTES)]
    if len(parts) == 2 and any(map(is_han, parts[0])) != any(map(is_han, parts[1])):
        zh, en = parts if any(map(is_han, parts[0])) else reversed(parts)
        return Text(zh=zh, en=en)
    bare = name.strip(QUOTES + " ")
    return Text(zh=bare) if any(map(is_han, bare)) else Text(en=bare)


def _frame(question: Question, found: re.Match[str], named: re.Match[str]) -> Frame:
    name = _original(question, named, "name").strip(QUOTES + " ") if named.groupdict().get("name") else None
    return Frame(_original(question, found, "what").strip(" ,，、"), name or None)


def _original(question: Question, found: re.Match[str], group: str) -> str:
    """What was typed where a group of the normal form stands."""
    start, end = found.span(group)
    return question.original[question.origin[start] : question.origin[end - 1] + 1] if end > start else ""


@lru_cache(maxsize=2)
def _forms(language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_filled(language, form)) for form in language_data(language)["defining"]["forms"])


@lru_cache
def _pattern(language: str, name: str, anchored: bool = False) -> re.Pattern[str]:
    form = _filled(language, language_data(language)["defining"][name])
    return re.compile(form if anchored else form + "$")


def _filled(language: str, form: str) -> str:
    table: dict[str, Any] = language_data(language)["defining"]
    for name in ("noun", "save", "define", "called", "lead", "is", "pick", "picked"):
        words = sorted(table.get(name, ()), key=len, reverse=True)
        plural = "s?" if name == "noun" and language == "en" else ""
        form = form.replace(f"{{{name}}}", "|".join(re.escape(word) + plural for word in words))
    return form.replace("{quoted}", QUOTED)
