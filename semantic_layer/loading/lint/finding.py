"""A finding, and what the rules of lint look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from semantic_layer.errors import Where
from semantic_layer.loading.yaml_tree import Path, Tree, names_of
from semantic_layer.model.workspace import Workspace

Severity = Literal["warning", "hint"]
"""A warning changes what a question is answered with; a hint is about what people can read."""

Key = tuple[str, ...]
KeyOf = Callable[[str], Key]
"""How the planner cuts a word: two words with one key are the same word in a question."""


@dataclass(frozen=True)
class Finding:
    """Something that is likely to be a mistake.

    Attributes:
        rule: Its code.
        what, fix: What is found, and what would be right; for analysts, in English.
        about: The names and words that it is about; `ignore:` goes by them.
    """

    rule: str
    severity: Severity
    what: str
    fix: str
    where: Where | None
    about: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.where}  " if self.where else ""
        return f"{place}{self.severity} {self.rule}: {self.what}\n{' ' * len(place)}{self.fix}"


@dataclass(frozen=True)
class Linted:
    """A workspace with the places of its parts, as the rules see it."""

    workspace: Workspace
    tree: Tree
    key_of: KeyOf
    paths: dict[tuple[str, str], Path] = field(default_factory=dict[tuple[str, str], Path])

    @staticmethod
    def of(workspace: Workspace, tree: Tree, key_of: KeyOf) -> Linted:
        paths: dict[tuple[str, str], Path] = {}
        for section, items in tree.value.items():
            for index, name in names_of(items):
                paths.setdefault((section, name), (section, index))
        return Linted(workspace, tree, key_of, paths)

    def path(self, section: str, name: str) -> Path:
        """Where a named item stands; for an entity that only datasets mention, where its section would."""
        return self.paths.get((section, name), (section,))

    def place(self, path: Path) -> Where | None:
        return self.tree.place(path)


Rule = Callable[[Linted], Iterator[Finding]]
