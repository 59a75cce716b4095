"""The tea shop with other settings: a fiscal year, or a day in the middle of a month as “today”."""

from __future__ import annotations

import shutil
from pathlib import Path

from conftest import HERE, Asker
from generate import generate

from assistant.runtime import Runtime

SETTINGS = "  as_of: latest\n"


def tea_with(tea: Asker, folder: Path, settings: str) -> Asker:
    """A copy of the tea shop.

    Args:
        settings: Lines of `workspace:` in place of its `as_of`, such as "fiscal_year_start: 4".
    """
    shutil.copytree(HERE / "workspaces" / "teahouse", folder)
    generate(folder / "data")
    file = folder / "workspace.yaml"
    text = file.read_text("utf-8")
    assert SETTINGS in text
    lines = "".join(f"  {line}\n" for line in settings.splitlines())
    file.write_text(text.replace(SETTINGS, lines if "as_of" in settings else SETTINGS + lines), "utf-8")
    runtime = Runtime(str(folder), tea.runtime.settings)
    runtime.warehouse.load()
    return Asker(runtime, tea.agent)
