"""What the rules give: problems with their place in the files."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.errors import Problem
from semantic_layer.loading.yaml_tree import Path, Tree, names_of

Found = Iterator[Problem]


def problem(tree: Tree, path: Path, code: str, what: str, fix: str = "") -> Problem:
    """A problem at a place of the files."""
    return Problem(code, what, fix, tree.place(path))


def paths(tree: Tree, section: str) -> dict[str, Path]:
    """Where each named item of a section stands."""
    return {name: (section, index) for index, name in names_of(tree.value.get(section, []))}
