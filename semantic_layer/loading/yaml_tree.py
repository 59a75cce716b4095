"""YAML text to plain values that remember file and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from semantic_layer.errors import Problem, Where

Path = tuple[str | int, ...]

WRITTEN = {"of": ("all", "any", "not"), "left": ("field", "tag", "metric")}
"""Keys of typed conditions with those of the short spelling that stand for them."""


@dataclass
class Tree:
    """Plain values with the place of each: `places[("metrics", 3, "agg")]` is file and line."""

    value: Any = None
    places: dict[Path, Where] = field(default_factory=dict[Path, Where])
    problems: list[Problem] = field(default_factory=list[Problem])

    def place(self, path: Path) -> Where | None:
        """Where a path stands; the nearest known ancestor's place if it is not in the file itself."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return None

    def known(self, path: Path) -> Path:
        """A path as it stands in the file: without the names of a union's members, and with keys as they are written short."""
        found: Path = ()
        for step in path:
            written = next((each for each in (step, *WRITTEN.get(str(step), ())) if (*found, each) in self.places), None)
            if written is not None:
                found = (*found, written)
        return found


def read_yaml(text: str, file: str) -> Tree:
    """Parses one document (YAML 1.2: `on` and `no` are words). Syntax errors and doubled keys become problems."""
    tree = Tree(value={})
    try:
        node = YAML(typ="rt").compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what, fix = f"not valid YAML: {error.problem or error.context}", "Mend the indentation, bracket, colon or quote here."
        tree.problems.append(Problem("yaml_syntax", what, fix, Where(file, line)))
        return tree
    if node is not None:
        tree.value = _value(node, (), tree, file)
    return tree


def _value(node: Node, path: Path, tree: Tree, file: str) -> Any:
    tree.places[path] = Where(file, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        return _mapping(node, path, tree, file)
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, index), tree, file) for index, item in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: MappingNode, path: Path, tree: Tree, file: str) -> dict[Any, Any]:
    values: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = _scalar(key_node)
        where = Where(file, key_node.start_mark.line + 1)
        if key in values:
            first = tree.places[(*path, key)]
            tree.problems.append(
                Problem("doubled_key", f"'{key}' stands here twice", f"The first one is in line {first.line}.", where)
            )
            continue
        values[key] = _value(value_node, (*path, key), tree, file)
        tree.places[(*path, key)] = where
    return values


def _scalar(node: Node) -> Any:
    assert isinstance(node, ScalarNode)
    # The reader marks with a bell where the lines of a folded text (`>`) were, so that it could write them again.
    text, tag = str(node.value).replace("\a", ""), str(node.tag)
    if tag.endswith(":null"):
        return None
    if tag.endswith(":bool"):
        return text.lower() == "true"
    if tag.endswith(":int"):
        return int(text.replace("_", ""), 0) if text.lower().startswith(("0x", "0o")) else int(text.replace("_", ""))
    if tag.endswith(":float"):
        return float(text.replace("_", ""))
    # Dates stay texts in ISO form: a type that wants a day reads them, and a value of a condition is such a text.
    return text


def names_of(items: Any) -> Iterator[tuple[int, str]]:
    """Position and name of each named item in a list of mappings."""
    if isinstance(items, list):
        for index, item in enumerate(items):
            if isinstance(item, dict) and isinstance(item.get("name"), str):
                yield index, item["name"]
