"""Two versions of a workspace over the same data: the files of each in a folder of their own, and where the data is."""

from __future__ import annotations

from pathlib import Path

from assistant.runtime import data_folder
from assistant.settings import Settings
from semantic_layer.errors import HuaxiangError
from semantic_layer.loading.loader import load_workspace
from semantic_layer.loading.revisions import Side


def folder_of(side: Side, folder: Path) -> Path:
    """The side's files in a folder of their own, so that a git revision can be opened too."""
    folder.mkdir()
    for name, text in side.texts.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def data_of(old: Side, new: Side, settings: Settings) -> Path | None:
    """The data versions of the newer side, else those of the older one."""
    for side in (new, old):
        if not side.folder.is_dir():
            continue
        try:
            folder = data_folder(settings, side.folder, load_workspace(side.folder, settings.cache))
        except HuaxiangError:
            continue
        if (folder / "current.json").is_file():
            return folder
    return None
