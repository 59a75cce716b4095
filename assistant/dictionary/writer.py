"""What all parts of the page share: texts in two languages, links, tables."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

from assistant.wording.readings import Words
from assistant.wording.texts import templates
from semantic_layer.conditions import And, AnyCondition, Attribute, Did, EntityMetric, In, Not, Or, Scaled, Sequence, refs_of
from semantic_layer.loading.loader import Parsed
from semantic_layer.model.profiles import ProfileDataset
from semantic_layer.words import LANGUAGES, Definition, Text
from semantic_layer.words import Words as WordLists


class Both(NamedTuple):
    """A text in each language, fit for a cell of a table: links in it are meant."""

    en: str = ""
    zh: str = ""

    @property
    def empty(self) -> bool:
        return not self.en and not self.zh


@lru_cache(maxsize=2)
def page_texts(language: str) -> dict[str, Any]:
    """The page's own texts."""
    return tomllib.loads((resources.files("assistant.dictionary") / f"{language}.toml").read_text("utf-8"))


class Writer:
    """Writes definitions of one workspace."""

    def __init__(self, parsed: Parsed) -> None:
        self.workspace, self.tree = parsed
        self.words = {language: Words(self.workspace, language) for language in LANGUAGES}

    # ---- texts ------------------------------------------------------------------------------------------------------------

    def say(self, section: str, code: str, **parts: Any) -> Both:
        """One of the page's texts; parts that are `Both` go in by language."""
        return Both(*(self._say(language, section, code, parts) for language in ("en", "zh")))

    def _say(self, language: str, section: str, code: str, parts: dict[str, Any]) -> str:
        chosen = {key: getattr(value, language) if isinstance(value, Both) else value for key, value in parts.items()}
        return page_texts(language)[section].get(code, code.replace("_", " ")).format(**chosen)

    def text(self, text: Text) -> Both:
        """Both languages of a text as they are: a missing one stays missing, so that it is seen."""
        return Both(plain(text.en or ""), plain(text.zh or ""))

    def word_lists(self, words: WordLists) -> Both:
        return Both(plain(", ".join(words.en)), plain("、".join(words.zh)))

    def condition(self, condition: AnyCondition | None) -> Both:
        """A condition in words; nothing where words are not exact, and it is shown as written."""
        if condition is None or not _worded(condition):
            return Both()
        return Both(*(plain(self.words[language].condition(condition)) for language in ("en", "zh")))

    def unit(self, unit: Text) -> Both:
        """A unit, a currency by its name."""
        found = [unit.get(language) for language in ("en", "zh")]
        return Both(
            *(
                plain(templates(language)["currencies"].get(name, name))
                for language, name in zip(("en", "zh"), found, strict=True)
            )
        )

    def joined(self, parts: Iterable[Both]) -> Both:
        kept = list(parts)
        return Both(", ".join(part.en for part in kept), "、".join(part.zh for part in kept))

    # ---- links ------------------------------------------------------------------------------------------------------------

    def label(self, definition: Definition) -> Both:
        return Both(plain(definition.label_in("en")), plain(definition.label_in("zh")))

    def link(self, section: str, definition: Definition | None, name: str = "") -> Both:
        """The label of a definition, leading to where it is defined."""
        if definition is None:
            return Both(code(name), code(name))
        target = anchor(section, definition.name)
        return Both(*(f"[{text}](#{target})" for text in self.label(definition)))

    def metric(self, name: str) -> Both:
        return self.link("metrics", self.workspace.metric(name), name)

    def dataset(self, name: str) -> Both:
        found = self.workspace.dataset(name)
        if isinstance(found, ProfileDataset):
            return Both(*self.label(found))  # nobody declares it, so that it has no place on the page
        return self.link("datasets", found, name)

    def entity(self, name: str) -> Both:
        return self.link("entities", self.workspace.entity(name), name)

    # ---- blocks -----------------------------------------------------------------------------------------------------------

    def heading(self, section: str, definition: Definition) -> list[str]:
        """A definition's heading, with the place that links lead to."""
        labels = dict.fromkeys(label for label in self.label(definition) if label != definition.name)
        shown = " / ".join((f"`{definition.name}`", *labels))
        return [f'<a id="{anchor(section, definition.name)}"></a>', f"### {shown}", ""]

    def table(self, rows: list[tuple[str, Both]]) -> list[str]:
        """What is said of one definition, a row for each thing; what is not said has none."""
        lines = [f"| | {page_texts('en')['language']} | {page_texts('zh')['language']} |", "| --- | --- | --- |"]
        for key, both in rows:
            if not both.empty:
                names = dict.fromkeys((page_texts("en")["rows"][key], page_texts("zh")["rows"][key]))
                lines.append(f"| {' '.join(names)} | {both.en} | {both.zh} |")
        return [*lines, ""]

    def listing(self, headings: list[Both], rows: list[list[str]]) -> list[str]:
        """A table of many alike."""
        if not rows:
            return []
        titles = [" ".join(dict.fromkeys(part for part in heading if part)) for heading in headings]
        return [_line(titles), _line(["---"] * len(titles)), *(_line(row) for row in rows), ""]

    def common(self, definition: Definition) -> list[tuple[str, Both]]:
        """What every definition may say of itself."""
        owner = plain(definition.owner or "")
        was = ", ".join(map(code, definition.was))
        return [("synonyms", self.word_lists(definition.synonyms)), ("owner", Both(owner, owner)), ("was", Both(was, was))]

    def written(self, section: str, name: str, *keys: str) -> Both:
        """Keys of a definition as the analyst wrote them, where words cannot be exact."""
        items = self.tree.value.get(section, [])
        item = next((each for each in items if isinstance(each, dict) and each.get("name") == name), {})
        shown = code(flow({key: item[key] for key in keys if key in item})) if any(key in item for key in keys) else ""
        return Both(shown, shown)


def _worded(condition: AnyCondition) -> bool:
    """Whether all of a condition can be said: periods and filters of an entity's own figures cannot, nor can events."""
    match condition:
        case And(of=parts) | Or(of=parts):
            return all(_worded(part) for part in parts)
        case Not(of=part):
            return _worded(part)
        case In(values=Attribute()) | Did() | Sequence():
            return False
        case _:
            refs = [ref.ref if isinstance(ref, Scaled) else ref for ref in refs_of(condition)]
            return not any(isinstance(ref, EntityMetric) and (ref.period or ref.where) for ref in refs)


def anchor(section: str, name: str) -> str:
    return f"{section}-{name}"


def plain(text: str) -> str:
    """A text for a cell: nothing in it ends the cell or is HTML."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def code(text: str) -> str:
    """A text as code in a cell."""
    shown = " ".join(text.split()).replace("|", "\\|")
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    # A text that YAML would read as something else stands in quotes.
    return json.dumps(value) if isinstance(value, str) and LOOKS_ELSE.fullmatch(value) else str(value)


LOOKS_ELSE = re.compile(r"[-+]?[0-9.]+|true|false|null|~|", re.IGNORECASE)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
