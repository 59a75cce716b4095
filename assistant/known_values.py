"""The distinct values of categorical fields as a viewer may see them, kept beside the data version between starts.

Gathering them takes longer than all else that a fresh process does. A file belongs to one data version, one workspace and
one grant; the words that one viewer's questions may use are never read for another one.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from assistant.planner.lexicon import Values
from semantic_layer.compiler.plan import Scope
from semantic_layer.conditions import Field
from semantic_layer.engines.base import Limits
from semantic_layer.errors import HuaxiangError
from semantic_layer.requests import ValueQuery, digest
from tools import listing
from tools.context import Context

MOST_VALUES = 20_000
"""Fields with more distinct values than this are not looked up by value."""
MOST_KEPT = 64
"""Grants whose values are kept; the oldest go first."""
FORM = "1"
"""Raised when the form or the meaning of the files changes."""


def known_values(context: Context, folder: Path) -> Values:
    """The values by field: read from their file, else gathered and kept.

    Args:
        folder: Where files of the data version are kept.
    """
    scope = context.scope
    path = folder / f"{digest(FORM, scope.grant.hash, scope.workspace.content_hash, scope.version.id)}.json"
    kept = _read(path)
    if kept is not None:
        return kept
    found = _gathered(context)
    if scope.workspace.content_hash:
        _write(path, found)
    return found


def _gathered(context: Context) -> Values:
    scope = context.scope
    context.limits = Limits(milliseconds=10_000, rows=MOST_VALUES)
    found: dict[str, tuple[bool | int | str, ...]] = {}
    for dataset, each in scope.workspace.dimension_fields():
        if each.type != "category" or dataset.derived is not None or _hidden(scope, dataset.name, each.name):
            continue
        try:
            answer = listing.run(ValueQuery(field=Field(name=f"{dataset.name}.{each.name}")), context)
        except HuaxiangError:
            continue
        if answer.main is not None and not answer.truncated:
            known = tuple(value for (value,) in answer.main.rows if value is not None)
            found[each.name] = (*found.get(each.name, ()), *known)  # pyright: ignore[reportArgumentType]
    return found


def _hidden(scope: Scope, dataset: str, name: str) -> bool:
    return dataset in scope.grant.denied or scope.grant.hides(dataset, name)


def _read(path: Path) -> Values | None:
    """A kept file; None where there is none, or none that can be read."""
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not all(isinstance(values, list) for values in data.values()):
        return None
    return {name: tuple(value for value in values if isinstance(value, bool | int | str)) for name, values in data.items()}


def _write(path: Path, values: Values) -> None:
    """Keeps values for the owner's eyes alone: whole or not at all. A folder that cannot be written to is no problem."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".new")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(values, file, ensure_ascii=False)
            Path(draft).replace(path)
        finally:
            Path(draft).unlink(missing_ok=True)
        by_age = sorted(path.parent.glob("*.json"), key=lambda each: each.stat().st_mtime_ns)
        for old in by_age[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return
