"""The same business under made-up words: a workspace whose words, names and stored values mean nothing to anybody.

What a planner knows of a business can only come from its workspace. So a copy in which every label, synonym, name and
stored value is a made-up word must be understood as well as the original, if questions are rewritten with the same words.

A noun for the rows of a dataset (a return) stays a part of the words that hold it (a return fee), since that is how people
tell which data they mean. These stay as they are:
- words that the languages themselves have (an order by size is no order in a shop; neither is renamed);
- the values of fields with a natural order, and their words that hold a digit: the planner reads the numbers in them;
- calendar words at the end of the names of times (购买时间), since names like 购买月份 are made from them;
- names of roles and of viewers' attributes, which users of the workspace give.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from assistant.language.meanings import (
    AbsentTerm,
    ConditionTerm,
    DatasetTerm,
    ExplainedTerm,
    FieldTerm,
    MetricTerm,
    ParameterTerm,
    SegmentTerm,
    SeveralTerm,
    Span,
    TagTerm,
    TagValueTerm,
    UnitTerm,
    ValueTerm,
    VerbTerm,
)
from assistant.language.text import Token, is_han, key_of, read_question
from assistant.language.words import language_data, language_trie
from assistant.planner.cover import cover
from assistant.planner.lexicon import SKIPPABLE
from assistant.runtime import Runtime
from semantic_layer.loading.loader import workspace_files
from semantic_layer.loading.yaml_tree import read_yaml
from semantic_layer.policy import Viewer

NAMED = ("entities", "datasets", "conditions", "metrics", "parameters", "tags", "segments", "terms")
PROSE = ("description", "note", "notice", "because", "unmeasured")
VALUES = ("is", "not", "in", "exclude")
NAMED_KEYS = ("entities", "types", "links", "accepted")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FIRST_HAN, LAST_HAN = 0x4E00, 0x9FA5

WORDS_OF_A_WORKSPACE = (
    AbsentTerm, ConditionTerm, DatasetTerm, ExplainedTerm, FieldTerm, MetricTerm, ParameterTerm, SegmentTerm, SeveralTerm,
    TagTerm, TagValueTerm, UnitTerm, ValueTerm, VerbTerm,
)  # fmt: skip

Key = tuple[str, ...]


class MadeUp:
    """An endless supply of words that nobody uses, the same at every run."""

    def __init__(self, seed: int = 11) -> None:
        self._chance = random.Random(seed)
        self._used: set[str] = set()
        self._han = [char for char in map(chr, range(FIRST_HAN, LAST_HAN + 1)) if _is_rare(char)]
        self._chance.shuffle(self._han)

    def latin(self) -> str:
        """A pronounceable word without an ending that could be taken for a plural."""
        while True:
            syllables = (self._chance.choice("bdfgklmnprtv") + self._chance.choice("aeiou") for _ in range(4))
            word = "".join(syllables) + self._chance.choice("kmnpt")
            if word not in self._used and word not in language_trie():
                self._used.add(word)
                return word

    def han(self, length: int) -> str:
        """A word of rare characters, none of which is in another word."""
        return "".join(self._han.pop() for _ in range(min(4, max(2, length))))


class Renaming:
    """What every word, name and value of a workspace is called in the copy.

    Args:
        runtime: The opened original.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._reader = runtime.reader(runtime.scope(Viewer()))
        self._made_up = MadeUp()
        self._facts = runtime.warehouse.file_of(runtime.opened().version.id)
        self._tables = runtime.opened().version.tables
        self._workspace = runtime.workspace
        self.words: dict[Key, str] = {}
        self._back: dict[str, str] = {}
        self._trees = [read_yaml(path.read_text("utf-8"), path.name).value for path in workspace_files(runtime.folder)]
        self._nouns: dict[Key, str] = {}
        self._members: dict[Key, tuple[Key, Key]] = {}
        nouns = [word for dataset in self._workspace.datasets for word in dataset.synonyms.all()]
        self._nouns = {key_of(noun): self.word(noun) for noun in sorted(nouns, key=len)}
        self._members = dict(self._words_of_members())
        self.names = {name: self._new_name(name) for name in self._all_names()}
        self.values: dict[str, str] = {}
        for value in self._all_values():
            self._add_value(value)
        self._names_back = {new: old for old, new in self.names.items()}

    # ---- words --------------------------------------------------------------------------------------------------------

    def word(self, surface: str, time: bool = False) -> str:
        """The made-up word for a label or a synonym; forms that mean the same to the lexicon get forms of one word."""
        key = key_of(surface)
        if not key or is_of_the_language(surface):
            return surface
        if time:
            return self._time_word(surface)
        return self._inflected(self._base(key, surface), surface)

    def _base(self, key: Key, surface: str) -> str:
        if key not in self.words and key in self._members:
            stem, noun = (self._base(part, _text(part)) for part in self._members[key])
            self.words[key] = stem + ("" if is_han(noun[0]) else " ") + noun
        if key not in self.words:
            held = next((made for noun, made in reversed(self._nouns.items()) if _holds(key, noun)), "")
            han = sum(is_han(char) for char in surface)
            self.words[key] = held + self._made_up.han(han) if han else f"{held} {self._made_up.latin()}".strip()
        return self.words[key]

    def _words_of_members(self) -> Iterator[tuple[Key, tuple[Key, Key]]]:
        """What those of a tag or a segment are called, in two parts: what is said of them, and the noun of the entity."""
        for found in (*self._workspace.tags, *self._workspace.segments):
            entity = self._workspace.entity(found.entity)
            nouns = [key_of(word) for word in entity.words()] if entity is not None else []
            words = [word for entry in getattr(found, "values", ()) for word in entry.all()]
            for key in map(key_of, (*words, *(found.words() if not words else ()))):
                noun = max((each for each in nouns if _ends_with(key, each)), key=len, default=())
                if noun and not is_of_the_language(_text(key[: -len(noun)])):
                    yield key, (key[: -len(noun)], noun)

    @staticmethod
    def _inflected(base: str, surface: str) -> str:
        """With the plural or possessive ending of the original's last word."""
        last = next((token for token in reversed(read_question(surface).tokens) if token.kind == "word"), None)
        inflected = base + _ending(last) if last is not None and not is_han(base[0]) else base
        return inflected.capitalize() if surface[:1].isupper() and surface[1:2].islower() else inflected

    def _time_word(self, surface: str) -> str:
        """The name of a time field keeps its calendar word, and gives its other names: 购买时间, 购买月份."""
        table = language_data("zh" if any(map(is_han, surface)) else "en")["time_names"]
        ending = next(
            (each for each in table["endings"] if surface.lower().endswith(each) and len(surface) > len(each) + 1), None
        )
        if ending is None:
            return self.word(surface)
        stem = surface[: len(surface) - len(ending)].strip()
        made = self._base(key_of(stem), stem)
        forms = {*table["grains"], ending}
        for each in forms:
            self.words[key_of(table["form"].format(stem=stem, grain=each))] = table["form"].format(stem=made, grain=each)
        return table["form"].format(stem=made, grain=ending)

    # ---- names and values ---------------------------------------------------------------------------------------------

    def _all_names(self) -> Iterator[str]:
        for tree in self._trees:
            for section in NAMED:
                for item in tree.get(section, ()):
                    yield item["name"]
                    yield from (item["key"],) if "key" in item else ()
                    yield from (field["name"] for field in item.get("fields", ()))
        for table, facts in self._tables.items():
            yield table
            yield from facts.columns

    def _new_name(self, name: str) -> str:
        key = key_of(name.replace("_", " "))
        if is_of_the_language(name):
            return self._made_up.latin()
        return self._inflected(self._base(key, name), name.replace("_", " ")).replace(" ", "_")

    def name(self, text: str) -> str:
        """A name, or an expression of names."""
        return IDENTIFIER.sub(lambda found: self.names.get(found[0], found[0]), text)

    def _columns(self) -> Iterator[tuple[str, str]]:
        """The columns of text whose values are renamed."""
        for dataset, each in self._workspace.dimension_fields():
            if dataset.derived is None and each.type == "category" and not each.ordered:
                yield dataset.table, each.expr or each.name

    def _all_values(self) -> list[str]:
        found: set[str] = set()
        with duckdb.connect(str(self._facts), read_only=True) as connection:
            for table, column in self._columns():
                found |= {row[0] for row in connection.execute(f'SELECT DISTINCT "{column}" FROM "{table}"').fetchall()}
        return sorted(text for text in found if text)

    def _add_value(self, value: str) -> None:
        made = self._inflected(self._base(key_of(value), value), value.lower()).upper()
        while made in self._back:
            made = self._made_up.latin().upper()
        self.values[value] = made
        self._back[made] = value

    def original(self, cell: Any) -> Any:
        """A cell of the copy as the original would show it."""
        if not isinstance(cell, str):
            return cell
        return self._back.get(cell) or IDENTIFIER.sub(lambda found: self._names_back.get(found[0], found[0]), cell)

    # ---- questions ----------------------------------------------------------------------------------------------------

    def rewrite(self, question: str) -> str | None:
        """The question in the copy's words, cut as the planner cuts it; None where it holds no word of the workspace."""
        read = read_question(question)
        text, at = "", 0
        for span in self._spans(question):
            tokens = read.tokens[span.start : span.end]
            made = None if _of_language(span) else self._made_for(tokens)
            if made is None:
                continue
            start, end = read.origin[tokens[0].start], read.origin[tokens[-1].end - 1] + 1
            text += question[at:start]
            text += " " * _touches(text, made) + made + " " * _touches(made, question[end : end + 1])
            at = end
        return text + question[at:] if text else None

    def misspelt(self, question: str) -> bool:
        """Whether it has a word of neither the workspace nor the languages: what is answered all the same was a slip."""
        return any(not span.meanings for span in self._spans(question))

    def _spans(self, question: str) -> list[Span]:
        return [item.span for item in cover(read_question(question), self._reader.lexicon, self._reader.today)]

    def _made_for(self, tokens: tuple[Token, ...]) -> str | None:
        kept = [token for token in tokens if token.kind != "stop"]
        for shorter in _without_skipped(kept):
            base = self.words.get(tuple(token.key for token in shorter))
            if base is not None:
                return base + ("" if is_han(base[0]) else _ending(shorter[-1]))
        return None

    # ---- the copy -----------------------------------------------------------------------------------------------------

    def write(self, folder: Path) -> Path:
        """Writes the copy: one file of definitions, and its tables as parquet files."""
        (folder / "data").mkdir(parents=True)
        for index, tree in enumerate(self._trees):
            kept = {section: items for section, items in tree.items() if section != "questions"}
            text = json.dumps(self._renamed(kept, ()), ensure_ascii=False, default=str, indent=1)
            (folder / f"part{index}.yaml").write_text(text, "utf-8")
        self._write_tables(folder / "data")
        return folder

    def _renamed(self, node: Any, path: tuple[str, ...]) -> Any:
        key = path[-1] if path else ""
        if isinstance(node, dict):
            return self._renamed_mapping(node, path)
        if isinstance(node, list):
            if path == ("sources",):
                return [self._source(item) for item in node if item["name"] in self._tables]
            return [self._renamed(item, path) for item in node]
        if not isinstance(node, str):
            return node
        if key in VALUES and node in self.values:
            return self.values[node]
        return self.name(node)

    def _renamed_mapping(self, node: dict[str, Any], path: tuple[str, ...]) -> Any:
        if path == ("workspace",):
            node = {**node, "name": "renamed"}
        time = node.get("type") in ("date", "time")
        found: dict[str, Any] = {}
        for key, value in node.items():
            if path[:1] == ("roles",) and key == "label":
                continue
            if key in PROSE:
                found[key] = self._prose(value)
            elif key in ("label", "synonyms", "verbs", "words"):
                found[key] = self._worded(value, time=time)
                if key == "label" and isinstance(value, dict):
                    self._back |= {found[key][language]: text for language, text in value.items()}
            elif key == "unit":
                found[key] = self._worded(value) if node.get("ordered") and isinstance(value, dict) else value
            elif key == "values" and isinstance(value, dict):
                digits_stay = bool(node.get("ordered"))
                found[key] = {
                    self.values.get(each, each): self._worded(words, digits_stay=digits_stay) for each, words in value.items()
                }
            elif key == "name" and path == ("roles",):
                found[key] = value
            else:
                name = self.name(key) if (path and path[-1] in NAMED_KEYS) or path == ("roles", "datasets") else key
                found[name] = self._renamed(value, (*path, key))
        return found

    def _worded(self, value: Any, time: bool = False, digits_stay: bool = False) -> Any:
        if isinstance(value, dict):
            return {language: self._worded(words, time, digits_stay) for language, words in value.items()}
        if isinstance(value, list):
            return [self._worded(each, time, digits_stay) for each in value]
        text = str(value)
        return text if digits_stay and any(char.isdigit() for char in text) else self.word(text, time)

    def _prose(self, value: Any) -> Any:
        """What is said of a definition, which no planner reads: one made-up word for the whole of it."""
        if isinstance(value, dict):
            return {language: self._prose(text) for language, text in value.items()}
        made = self._made_up.latin()
        self._back[made] = str(value)
        return made

    def _source(self, source: dict[str, Any]) -> dict[str, Any]:
        name = self.names[source["name"]]
        types = {self.name(column): kind for column, kind in source.get("types", {}).items()}
        return {"name": name, "file": f"data/{name}.parquet", "types": types}

    def _write_tables(self, folder: Path) -> None:
        renamed = set(self._columns())
        stored = {(d.table, f.name) for d in self._workspace.datasets for f in d.fields if f.stored}
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH '{self._facts}' AS facts (READ_ONLY)")
            connection.execute("CREATE TABLE renamed (old VARCHAR PRIMARY KEY, new VARCHAR)")
            pairs = list(self.values.items())
            connection.execute(
                "INSERT INTO renamed SELECT unnest(?), unnest(?)", [[old for old, _ in pairs], [new for _, new in pairs]]
            )
            for table, facts in self._tables.items():
                columns = ", ".join(
                    f"{_looked_up(column) if (table, column) in renamed else _quoted(column)} AS {_quoted(self.names[column])}"
                    for column in facts.columns
                    if (table, column) not in stored
                )
                file = folder / f"{self.names[table]}.parquet"
                connection.execute(f"COPY (SELECT {columns} FROM facts.{_quoted(table)} t) TO '{file}' (FORMAT parquet)")


def _looked_up(column: str) -> str:
    return f"coalesce((SELECT new FROM renamed WHERE old = t.{_quoted(column)}), t.{_quoted(column)})"


def _is_rare(char: str) -> bool:
    """Not among the characters of everyday Chinese, and not the traditional form of one."""
    return not _encodes(char, "gb2312") and read_question(char).text == char


def _encodes(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _quoted(name: str) -> str:
    return f'"{name}"'


def _holds(key: Key, part: Key) -> bool:
    return any(key[at : at + len(part)] == part for at in range(len(key) - len(part) + 1)) and key != part


def is_of_the_language(word: str) -> bool:
    """Whether a language has the word by itself, whatever the business."""
    node: Any = language_trie()
    for part in key_of(word.replace("_", " ")):
        node = node.get(part)
        if node is None:
            return False
    return bool(node.get(None))


def _of_language(span: Span) -> bool:
    return not any(isinstance(meaning, WORDS_OF_A_WORKSPACE) for meaning in span.meanings)


def _without_skipped(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens, and the tokens without the little words that may stand inside a term."""
    yield tokens
    inner = [index for index in range(1, len(tokens) - 1) if tokens[index].key in SKIPPABLE]
    for index in inner:
        yield tokens[:index] + tokens[index + 1 :]
    if len(inner) > 1:
        yield [token for index, token in enumerate(tokens) if index not in inner]


def _text(key: Key) -> str:
    return ("" if is_han(key[0][0]) else " ").join(key)


def _ends_with(key: Key, noun: Key) -> bool:
    return len(key) > len(noun) and key[-len(noun) :] == noun


def _ending(token: Token) -> str:
    """The ending that the key of an English word has lost."""
    if token.kind != "word" or token.text == token.key or not token.text.isascii():
        return ""
    return "'s" if token.text.endswith("'s") else "s"


def _touches(left: str, right: str) -> bool:
    """Whether two pieces would grow together into one Latin word."""
    return bool(left and right) and all(char.isascii() and char.isalnum() for char in (left[-1], right[0]))
