"""The first question to a workspace needs no other command before it: where nothing is loaded yet, its data is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.cli.common import Options, err

if TYPE_CHECKING:
    from assistant.runtime import Runtime
    from semantic_layer.warehouse import Warehouse


def opened(chosen: Options) -> Runtime:
    """The runtime of the chosen workspace, with data. What is done first is said on stderr.

    Raises:
        WorkspaceError: the workspace is invalid.
        DataError: its data cannot be loaded.
    """
    from assistant.runtime import Runtime

    runtime = Runtime(chosen.workspace, chosen.settings, chosen.as_of)
    if runtime.warehouse.current_id() is None:
        say_what_is_made(runtime.warehouse)
        err.print(f"{runtime.workspace.name}: loading the data, this once ...", style="dim", markup=False)
        version = runtime.warehouse.load()
        rows = sum(table.rows for table in version.tables.values())
        err.print(f"{runtime.workspace.name}: {len(version.tables)} tables, {rows:,} rows", style="dim", markup=False)
    runtime.opened()
    return runtime


def say_what_is_made(warehouse: Warehouse) -> None:
    """Says on stderr that data is generated and not taken from anywhere, before it is."""
    for script in warehouse.scripts_due():
        err.print(f"{warehouse.workspace.name}: generating the data with {script} ...", style="dim", markup=False)
