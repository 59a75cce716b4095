"""The templates of the two languages."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import Any

from semantic_layer.words import Text


@lru_cache(maxsize=2)
def templates(language: str) -> dict[str, Any]:
    """All templates of a language, by section and code."""
    text = (resources.files("assistant.wording") / f"{language}.toml").read_text("utf-8")
    return tomllib.loads(text)


def fill(language: str, section: str, code: str, **parts: Any) -> str:
    """One template filled in. An unknown code gives a plain one rather than an error in the reader's face."""
    section_templates = templates(language)[section]
    template = section_templates.get(code)
    if template is None:
        return code.replace("_", " ")
    return template.format_map(_Lenient({key: _Part.of(value, language) for key, value in parts.items()}))


class _Lenient(dict[str, Any]):
    """Parts that nobody gave are left empty."""

    def __missing__(self, key: str) -> str:
        return _Part()


class _Part(str):
    """A text that goes into a template; `{label:in}` is one in the middle of a sentence."""

    language = "en"

    @staticmethod
    def of(value: Any, language: str) -> Any:
        if not isinstance(value, str):
            return value
        part = _Part(value)
        part.language = language
        return part

    def __format__(self, place: str) -> str:
        return inner(str(self), self.language) if place == "in" else str(self)


def inner(label: str, language: str) -> str:
    """A label in the middle of an English sentence: small, unless it is an abbreviation."""
    return label[:1].lower() + label[1:] if language == "en" and label[1:2].islower() else label


UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of what nobody sees: controls, marks that turn the direction of writing, halves of characters."""


def cleaned(text: str) -> str:
    """Words of somebody else, fit to be shown: signs that nobody sees are gone, and a space stands where they parted words."""
    return " ".join("".join(" " if unicodedata.category(sign) in UNSEEN else sign for sign in text).split())


def all_cleaned(value: Any) -> Any:
    """The same for every text in plain data."""
    if isinstance(value, dict):
        return {key: all_cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [all_cleaned(item) for item in value]
    return cleaned(value) if isinstance(value, str) else value


def escaped(text: str) -> str:
    """A text on one line of a log: whatever could end the line or steer a terminal is written out."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text)


def whole(text: str) -> str:
    """A text that can be encoded: halves of a character are joined, and a lone one is marked as lost."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def listed(language: str, items: list[str]) -> str:
    return templates(language)["join"].join(items)


def text_of(value: dict[str, Any] | Text | None, language: str) -> str:
    """A bilingual text that may have come through JSON."""
    if value is None:
        return ""
    if isinstance(value, Text):
        return value.get(language)
    own, other = value.get(language), value.get("en" if language == "zh" else "zh")
    return own or other or ""
