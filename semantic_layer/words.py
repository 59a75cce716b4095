"""Texts and word lists in the two languages of the product."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from semantic_layer.frozen import Frozen

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def _one_text_for_both(value: Any) -> Any:
    return {"zh": value, "en": value} if isinstance(value, str) else value


ALTERNATIVES = re.compile(r"\(([^()]*\|[^()]*)\)")
"""`(a|b)` within a word: either of them; `(a|)` may be left out."""


def _listed(value: Any) -> Any:
    """`营收` and `[营收, 成交额]` are both good YAML for a list of words; `(每户|每人|)多少` lists three of them."""
    if value is None:
        return ()
    if isinstance(value, str | int | float):
        return tuple(_spelled_out(str(value)))
    return tuple(word for each in value for word in _spelled_out(str(each))) if isinstance(value, list | tuple) else value


def _spelled_out(word: str) -> list[str]:
    found = ALTERNATIVES.search(word)
    if found is None:
        return [word]
    ways = [" ".join(f"{word[: found.start()]}{way}{word[found.end() :]}".split()) for way in found[1].split("|")]
    return [each for way in ways for each in _spelled_out(way)]


class Text(Frozen):
    """A label or sentence in either language; a missing one is stood in for by the other."""

    zh: str | None = None
    en: str | None = None

    def get(self, language: str, default: str = "") -> str:
        own, other = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return own or other or default


WordList = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Words(Frozen):
    """Words that mean the same thing, for each language; the order is the analyst's."""

    zh: WordList = ()
    en: WordList = ()

    def all(self) -> tuple[str, ...]:
        return self.zh + self.en


LabelText = Annotated[Text, BeforeValidator(_one_text_for_both)]
NO_TEXT = Text()
NO_WORDS = Words()


class ValueWords(Words):
    """The words of one stored value; the first of each language is its label."""

    def label(self, language: str, default: str) -> str:
        own, other = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return (own or other or (default,))[0]


class Definition(Frozen):
    """What every defined thing has: a name, labels, synonyms, a description and an owner.

    Attributes:
        name: The identifier; stable, used by requests.
        label: The word for people, for each language.
        synonyms: Other words that mean it in a question.
        description: The definition as people would say it.
        owner: Who answers for the definition.
        was: Earlier names, so that saved requests go on working after a rename.
    """

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    label: LabelText = NO_TEXT
    synonyms: Words = NO_WORDS
    description: LabelText = NO_TEXT
    owner: str | None = None
    was: WordList = ()

    def label_in(self, language: str) -> str:
        return self.label.get(language, self.name)

    def words(self) -> tuple[str, ...]:
        """Every word that means this thing in a question: labels, synonyms, its name."""
        labels = tuple(text for text in (self.label.zh, self.label.en) if text)
        return labels + self.synonyms.all() + (self.name, self.name.replace("_", " "))
