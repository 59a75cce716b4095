"""A folder of YAML files -> Workspace, or all its problems at once, each with file, line and cure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path as FilePath
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from semantic_layer.errors import Problem, Where, WorkspaceError, closest, did_you_mean
from semantic_layer.loading.cures import FROM_KEY, cure_of, said_of
from semantic_layer.loading.yaml_tree import Path, Tree, read_yaml
from semantic_layer.model import audiences, checks, datasets, holidays, metrics, policies, sources, tags
from semantic_layer.model.workspace import AmbiguousTerm, Ignored, Question, Settings, Workspace
from semantic_layer.words import Definition

SHIPPED = "semantic_layer.workspaces"
SECTIONS: dict[str, tuple[type[BaseModel], ...]] = {
    "workspace": (Settings,),
    "sources": (sources.Source,),
    "entities": (datasets.Entity,),
    "datasets": (datasets.Dataset, datasets.Field, datasets.Window, checks.RowCheck),
    "conditions": (datasets.NamedCondition,),
    "terms": (Definition,),
    "metrics": metrics.METRIC_KINDS,
    "parameters": (metrics.Parameter,),
    "tags": tuple(get_args(tags.AnyTag)),
    "segments": (tags.Segment,),
    "experiments": (tags.Experiment,),
    "suppressions": (audiences.Suppression, audiences.Contacts),
    "roles": (policies.Role, policies.DatasetRule, policies.MinimumGroup, audiences.ExportRule),
    "holidays": (holidays.Holiday, holidays.NthWeekday, holidays.HolidayDays),
    "ambiguous": (AmbiguousTerm,),
    "absent": (datasets.Absent,),
    "questions": (Question,),
    "expect": (metrics.Expectation,),
    "ignore": (Ignored,),
}
"""The sections of a workspace with the types found in them; used to say what a mistyped key may have meant."""


def shipped_names() -> list[str]:
    """Names of the workspaces that come with the product."""
    folder = resources.files(SHIPPED)
    return sorted(item.name for item in folder.iterdir() if item.is_dir() and (item / "workspace.yaml").is_file())


def find_workspace(name_or_path: str) -> FilePath:
    """The folder of a shipped workspace by name, or a folder by path.

    Raises:
        WorkspaceError: there is neither.
    """
    if name_or_path in shipped_names():
        return FilePath(str(resources.files(SHIPPED) / name_or_path))
    folder = FilePath(name_or_path).expanduser()
    if folder.is_dir():
        return folder.resolve()
    raise WorkspaceError(
        Problem(
            "no_workspace",
            f"there is no workspace '{name_or_path}'",
            f"Name a shipped one ({', '.join(shipped_names())}) or a folder of YAML files.",
        )
    )


def is_shipped(folder: FilePath) -> bool:
    """Whether a workspace's folder is one that came with the product, wherever else one of its name may lie."""
    return any(folder.resolve() == FilePath(str(resources.files(SHIPPED) / name)).resolve() for name in shipped_names())


def workspace_files(folder: FilePath) -> list[FilePath]:
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))


def content_hash(files: Iterable[FilePath]) -> str:
    """One hash of a workspace's files: name and content of each."""
    hashed = hashlib.sha256()
    for path in files:
        hashed.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return hashed.hexdigest()[:20]


def load_workspace(folder: FilePath, cache: FilePath | None = None) -> Workspace:
    """Loads and checks a workspace.

    Args:
        folder: The folder with its YAML files.
        cache: A folder that keeps the checked form of unchanged files, so that a start need not parse YAML again.

    Raises:
        WorkspaceError: with every problem found.
    """
    files = workspace_files(folder)
    if not files:
        raise WorkspaceError(
            Problem("no_workspace", f"{folder} holds no .yaml file", "A workspace is a folder with workspace.yaml and others.")
        )
    key = content_hash(files)
    kept = cache / f"workspace-{key}-{_code_version()}.json" if cache else None
    if kept and kept.is_file():
        try:
            return Workspace.model_validate_json(kept.read_bytes())
        except ValidationError:
            kept.unlink(missing_ok=True)
    workspace = parse_workspace(texts_of(files)).model_copy(update={"content_hash": key})
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(workspace.model_dump_json(), "utf-8")
    return workspace


def texts_of(files: Iterable[FilePath]) -> dict[str, str]:
    """The texts of a workspace's files, by name.

    Raises:
        WorkspaceError: one is not UTF-8.
    """
    texts: dict[str, str] = {}
    for path in files:
        try:
            texts[path.name] = path.read_text("utf-8-sig")
        except UnicodeDecodeError:
            what, fix = f"{path.name} is not UTF-8", "Save it as UTF-8."
            raise WorkspaceError(Problem("not_utf8", what, fix, Where(path.name, 1))) from None
    return texts


def _code_version() -> str:
    """Changes when the types or rules of a workspace change, so that no older checked form is taken."""
    home = FilePath(__file__).parent.parent
    parts = (path.read_bytes() for path in sorted([*home.rglob("*.py"), *home.rglob("*.toml")]))
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(part)
    return hashed.hexdigest()[:8]


class Parsed(NamedTuple):
    """A workspace with the tree that knows where each part of it is written."""

    workspace: Workspace
    tree: Tree


def parse_workspace(texts: dict[str, str]) -> Workspace:
    """Texts by file name -> Workspace. Pure; raises WorkspaceError with every problem found."""
    return parse_with_places(texts).workspace


def parse_with_places(texts: dict[str, str]) -> Parsed:
    """The same, with file and line of every part."""
    from semantic_layer.loading.rules import check_rules

    tree = merged([read_yaml(text, file) for file, text in texts.items()])
    problems = list(tree.problems)
    if any(problem.code == "yaml_syntax" for problem in problems):
        # What stands after a broken line is not known, so nothing else is judged.
        raise WorkspaceError(*problems)
    workspace: Workspace | None = None
    try:
        workspace = Workspace.model_validate(_with_entities(tree.value))
    except ValidationError as error:
        problems += _once(_problem(details, tree) for details in error.errors())
    except (LookupError, TypeError, AttributeError):
        problems += _unreadable(tree)
    if workspace is not None:
        problems += check_rules(workspace, tree)
    if problems or workspace is None:
        raise WorkspaceError(*sorted(problems, key=lambda each: (each.where.file, each.where.line) if each.where else ("", 0)))
    return Parsed(workspace, tree)


def merged(trees: list[Tree]) -> Tree:
    """One tree of all files: lists of a section are joined, `workspace:` may stand once."""
    whole = Tree(value={})
    for tree in trees:
        whole.problems += tree.problems
        if (start := tree.place(())) is not None:
            whole.places.setdefault((), start)
        if not isinstance(tree.value, dict):
            place = tree.place(())
            whole.problems.append(Problem("not_a_mapping", "a workspace file is a mapping of sections", _sections(), place))
            continue
        for section, value in tree.value.items():
            _merge_section(whole, tree, str(section), value)
    return whole


def _merge_section(whole: Tree, tree: Tree, section: str, value: Any) -> None:
    place = tree.place((section,))
    if section not in SECTIONS:
        fix = did_you_mean(section, SECTIONS) if closest(section, SECTIONS) else _sections()
        whole.problems.append(Problem("unknown_section", f"unknown section '{section}'", fix, place))
        return
    if value is None:
        return
    if section == "workspace":
        if section in whole.value:
            whole.problems.append(Problem("doubled_section", "'workspace:' stands in two files", "Keep one.", place))
            return
        whole.value[section], offset = value, None
    elif not isinstance(value, list):
        whole.problems.append(Problem("not_a_list", f"'{section}:' is a list", "Begin each item with '- '.", place))
        return
    else:
        items = whole.value.setdefault(section, [])
        offset = len(items)
        items += value
    for path, where in tree.places.items():
        if path[:1] == (section,):
            moved = path if offset is None or len(path) < 2 else (section, int(path[1]) + offset, *path[2:])
            whole.places.setdefault(moved, where)


def _sections() -> str:
    return f"Sections: {', '.join(SECTIONS)}."


def _with_entities(value: dict[str, Any]) -> dict[str, Any]:
    """Entities that datasets mention but nobody describes exist all the same, named by their key."""
    described = {item.get("name") for item in value.get("entities", []) if isinstance(item, dict)}
    found: dict[str, Any] = {}
    for dataset in value.get("datasets", []):
        keys = dataset.get("entities") if isinstance(dataset, dict) else None
        for name, columns in (keys if isinstance(keys, dict) else {}).items():
            if name not in described and name not in found:
                found[name] = {"name": name, **({"key": columns} if isinstance(columns, str) else {})}
    return {**value, "entities": [*value.get("entities", []), *found.values()]} if found else value


def _once(problems: Iterable[Problem]) -> list[Problem]:
    """A value that no member of a union takes is one problem, not one for each member."""
    found: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        found.setdefault((str(problem.where), problem.what if problem.code != "wrong_value" else ""), problem)
    return list(found.values())


def _unreadable(tree: Tree) -> list[Problem]:
    """The items that a short spelling could not be made out of."""
    found: list[Problem] = []
    for section, items in tree.value.items():
        for index, item in enumerate(items if isinstance(items, list) else ()):
            try:
                Workspace.model_validate({"workspace": {"name": "alone"}, section: [item]})
            except ValidationError:
                continue
            except (LookupError, TypeError, AttributeError):
                path, fix = (
                    (section, index),
                    "In a condition, between takes two values and times stands beside a field or a metric.",
                )
                found.append(Problem("wrong_value", f"{_owner(tree.value, path)}cannot be read", fix, tree.place(path)))
    return found


def _problem(details: ErrorDetails, tree: Tree) -> Problem:
    """One pydantic error as a problem that teaches."""
    path = tree.known(details["loc"])
    place = tree.place(path)
    owner = _owner(tree.value, path)
    key = str(details["loc"][-1]) if details["loc"] else ""
    section = str(details["loc"][0]) if details["loc"] else ""
    # The last names of a location may be members of unions, which are not in the file.
    named = next((str(item) for item in reversed(path) if isinstance(item, str)), "")
    match details["type"]:
        case "extra_forbidden":
            known = {name for model in SECTIONS.get(section, ()) for name in model.model_fields} - {"kind"}
            fix = did_you_mean(key, known)
            if " " in key:
                fix = "If this is the rest of a text after a comma, put the whole text in quotes."
            return Problem("unknown_key", f"{owner}unknown key '{key}'", fix, place)
        case "missing" if section == "workspace" and len(details["loc"]) == 1:
            return Problem("no_settings", "there is no section 'workspace:'", "Add it, with at least a name.", place)
        case "missing":
            return Problem("missing_key", f"{owner}'{key}' is missing", f"Add '{key}:'.", place)
        case "literal_error":
            allowed = str(details.get("ctx", {}).get("expected", ""))
            candidates = [part.strip("' ") for part in allowed.replace(" or ", ", ").split(",")]
            fix = FROM_KEY.get(named) or did_you_mean(str(details["input"]), candidates)
            return Problem("wrong_value", f"{owner}'{named}' cannot be {details['input']!r}", fix, place)
        case _:
            return Problem("wrong_value", f"{owner}{said_of(details, named)}", cure_of(details, named), place)


def _owner(value: Any, path: Path) -> str:
    """ "metric 'sales': " for a path inside that metric."""
    if len(path) < 2 or not isinstance(path[1], int):
        return ""
    section, index = str(path[0]), path[1]
    item = value[section][index] if section in value and index < len(value[section]) else None
    name = item.get("name") if isinstance(item, dict) else None
    singular = section[:-3] + "y" if section.endswith("ies") else section.removesuffix("s")
    return f"{singular} '{name}': " if name else f"{singular} {index + 1}: "
