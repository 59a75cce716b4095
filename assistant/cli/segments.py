"""`huaxiang segments`: how many there are in a segment, drafts of users, lists of ids that tags go by, and audiences."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli import audiences, drafts
from assistant.cli.common import (
    DEMO,
    AsOf,
    Attributes,
    Format,
    Role,
    User,
    Workspace,
    failed,
    options,
    out,
    print_json,
)
from semantic_layer.errors import HuaxiangError, Problem, WorkspaceError, did_you_mean

commands = typer.Typer(
    help="Segments: size, drafts of users, lists of ids, audiences.", no_args_is_help=True, rich_markup_mode=None
)


for command in (drafts.drafts, drafts.show, drafts.accept, drafts.reject):
    commands.command()(command)


@commands.callback()
def segments() -> None:
    """Segments, lists of ids that tags go by, and audiences that leave as files."""


@commands.command()
def size(
    name: Annotated[str, typer.Argument(help="A segment of the workspace.")],
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """How many belong to a segment, and their share of everyone, as of the day."""
    from assistant.agent import Agent
    from assistant.cli.first_load import opened
    from assistant.render.terminal import show
    from assistant.session import Session
    from semantic_layer.model.profiles import profile_name

    chosen = options(workspace, role, user, attr, as_of, format)
    try:
        runtime = opened(chosen)
        workspace_seen = runtime.workspace_of(chosen.viewer)
        found = workspace_seen.segment(name)
        if found is None:
            known = [each.name for each in workspace_seen.segments]
            raise WorkspaceError(Problem("unknown_segment", f"there is no segment '{name}'", did_you_mean(name, known)))
        counted = f"{profile_name(found.entity)}.{found.entity}"
        request = {"kind": "metric_query", "metrics": [counted], "where": {"segment": found.name}, "share_of": {}}
        reply = asyncio.run(Session(runtime, Agent(), chosen.viewer).run_request(request))
    except HuaxiangError as error:
        failed(error)
    if chosen.json:
        print_json(reply.contract("1"))
    else:
        show(reply, out)
    if reply.status != "answered":
        raise typer.Exit(1)


@commands.command("import")
def import_(
    name: Annotated[str, typer.Argument(help="The list that a tag names as list:.")],
    file: Annotated[Path, typer.Argument(help="CSV: a column that is headed by the entity's key, or a single column.")],
    workspace: Workspace = DEMO,
    format: Format = "text",
) -> None:
    """Imports a list of ids, or replaces it. A file with a mistake changes nothing."""
    from assistant.runtime import data_folder
    from semantic_layer.loading.loader import find_workspace, load_workspace
    from semantic_layer.warehouse import Warehouse

    chosen = options(workspace, format=format)
    try:
        folder = find_workspace(chosen.workspace)
        definitions = load_workspace(folder, chosen.settings.cache)
        warehouse = Warehouse(definitions, folder, data_folder(chosen.settings, folder, definitions))
        told = warehouse.import_list(name, file)
    except HuaxiangError as error:
        failed(error)
    if chosen.json:
        print_json({"list": name, "ids": told.rows, "unknown": told.unknown})
        return
    unknown = f", {told.unknown:,} of them unknown to the data" if told.unknown else ""
    out.print(f"{definitions.name}: list {name} has {told.rows:,} ids{unknown}", markup=False)


commands.command("export")(audiences.export)
commands.command("exports")(audiences.exports)
