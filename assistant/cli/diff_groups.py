"""The part of `huaxiang diff` that counts whom changed tags and segments hold, where the data is loaded."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.cli.common import Options
from assistant.runtime import Runtime
from assistant.sides import data_of, folder_of
from semantic_layer.frozen import Frozen
from semantic_layer.loading.revisions import Side
from semantic_layer.model.workspace import Workspace
from tools.definition_changes import GroupChange, redefined
from tools.definition_changes import group_changes as counted


class GroupChanges(Frozen):
    """The changed groups, or why they were not counted."""

    data_version: str = ""
    groups: tuple[GroupChange, ...] = ()
    uncounted: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return self.model_dump(mode="json")

    def lines(self) -> list[str]:
        """For the terminal."""
        if self.uncounted:
            return [f"changed tags and segments were not counted: {self.uncounted}"]
        if not self.groups:
            return []
        return [f"who they hold, over {self.data_version}:", *(f"  {group}" for group in self.groups)]


def group_changes(before: Side, after: Side, old: Workspace, new: Workspace, chosen: Options) -> GroupChanges:
    """Counts them over the data of the newer version, or else of the older one.

    Raises:
        HuaxiangError: the viewer's role is unknown.
    """
    if not any(True for _ in redefined(old, new)):
        return GroupChanges()
    data = data_of(before, after, chosen.settings)
    if data is None:
        return GroupChanges(uncounted="the data of neither version is loaded; run `huaxiang data load` for one of them")
    with tempfile.TemporaryDirectory() as kept:
        folders = [folder_of(side, Path(kept) / name) for side, name in ((before, "old"), (after, "new"))]
        sides = [Runtime(str(folder), chosen.settings, chosen.as_of, data) for folder in folders]
        one, other = (side.context(side.scope(chosen.viewer)) for side in sides)
        # Both are read as of the day that is "today" in the newer one.
        one.scope = replace(one.scope, version=other.scope.version, as_of=other.scope.as_of)
        return GroupChanges(data_version=other.scope.version.id, groups=counted(one, other))
