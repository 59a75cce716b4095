"""The words of the languages, from their data files."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any

from assistant.language.meanings import GrainTerm, Meaning, WeekdaysTerm, WeekendTerm, Word
from assistant.language.text import key_of

Trie = dict[Any, Any]
"""Nested by token key; the meanings of a term stand under None."""

NO_TERMS = frozenset(
    {
        "numerals",
        "units",
        "periods",
        "clock",
        "weekday",
        "weekend",
        "grain",
        "grouped_by",
        "time_names",
        "amounts",
        "key_names",
        "kind_names",
        "small_money",
        "spelled",
        "defining",
    }
)
"""Tables of a language file whose words no question is cut by as they stand."""


@lru_cache(maxsize=2)
def language_data(language: str) -> dict[str, Any]:
    """The data file of a language."""
    text = (resources.files("assistant.language") / f"{language}.toml").read_text("utf-8")
    return tomllib.loads(text)


@lru_cache
def spelled(name: str) -> tuple[str, ...]:
    """Words of both languages that a rule tells apart by their spelling, in lower case.

    Raises:
        KeyError: if neither language has words under the name.
    """
    tables = [language_data(language)["spelled"] for language in ("zh", "en")]
    if not any(name in table for table in tables):
        raise KeyError(name)
    return tuple(word for table in tables for word in table.get(name, ()))


def add(trie: Trie, term: str, meaning: Meaning) -> None:
    """Puts one term into a trie."""
    key = key_of(term)
    if not key:
        return
    node = trie
    for part in key:
        node = node.setdefault(part, {})
    meanings = node.setdefault(None, [])
    if meaning not in meanings:
        meanings.append(meaning)


def with_term(trie: Trie, term: str, meaning: Meaning) -> Trie:
    """A trie with one more term. The given one stays as it is, and shares with it all nodes but those on the way."""
    key = key_of(term)
    if not key:
        return trie
    root = node = dict(trie)
    for part in key:
        node[part] = dict(node.get(part, {}))
        node = node[part]
    node[None] = [*node.get(None, []), *([] if meaning in node.get(None, []) else [meaning])]
    return root


@lru_cache(maxsize=1)
def written_words() -> frozenset[str]:
    """The words of both languages as they are written, in lower case: a trie knows them without their endings."""
    tables = [table for language in ("zh", "en") for code, table in language_data(language).items() if code not in NO_TERMS]
    return frozenset(word.lower() for table in tables for word in table)


@lru_cache(maxsize=1)
def language_trie() -> Trie:
    """The words of both languages in one trie: questions mix them."""
    trie: Trie = {}
    for language in ("zh", "en"):
        data = language_data(language)
        for code, words in data.items():
            if code not in NO_TERMS:
                for word in words:
                    add(trie, word, Word(code))
        for number, words in data["weekday"].items():
            for word in words:
                add(trie, word, WeekdaysTerm((int(number),)))
        for value, words in data["weekend"].items():
            for word in words:
                add(trie, word, WeekendTerm(value == "true"))
        for table, groups in (("grain", False), ("grouped_by", True)):
            for grain, words in data[table].items():
                for word in words:
                    add(trie, word, GrainTerm(grain, groups))
    return trie
