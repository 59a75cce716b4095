"""The templates of the two languages."""

from __future__ import annotations

import tomllib
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
    return template.format_map(_Lenient(parts))


class _Lenient(dict[str, Any]):
    """Parts that nobody gave are left empty."""

    def __missing__(self, key: str) -> str:
        return ""


def inner(label: str, language: str) -> str:
    """A label in the middle of an English sentence: small, unless it is an abbreviation."""
    return label[:1].lower() + label[1:] if language == "en" and label[1:2].islower() else label


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
