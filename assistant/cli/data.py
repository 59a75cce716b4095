"""`huaxiang data`: loading, and what is loaded."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.common import DEMO, AsOf, Attributes, Format, Role, User, Workspace, failed, options, out, print_json, settled
from semantic_layer.errors import HuaxiangError

commands = typer.Typer(help="Data versions: load and status.", no_args_is_help=True, rich_markup_mode=None)


@commands.command()
def load(
    tables: Annotated[list[str] | None, typer.Argument(help="Tables to load; all that are due if none is named.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Load again what has not changed.")] = False,
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Loads the declared sources into a new data version; does nothing where nothing has changed."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from assistant.runtime import data_folder
    from semantic_layer.loading.loader import find_workspace, load_workspace
    from semantic_layer.warehouse import Warehouse

    chosen = options(workspace, role, user, attr, as_of, format)
    settled()
    try:
        folder = find_workspace(chosen.workspace)
        definitions = load_workspace(folder, chosen.settings.cache)
        warehouse = Warehouse(definitions, folder, data_folder(chosen.settings, folder, definitions))
        before = warehouse.current_id()
        columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, disable=chosen.json or not out.is_terminal, console=out) as progress:
            task = progress.add_task("", total=None)

            def tell(table: str, index: int, count: int) -> None:
                progress.update(task, description=table, completed=index, total=count)

            version = warehouse.load(tuple(tables or ()), force=force, progress=tell)
            progress.update(task, description="", completed=1, total=1)
    except HuaxiangError as error:
        failed(error)
    fresh = version.id != before
    if chosen.json:
        print_json({"version": version.id, "loaded": fresh, "tables": {name: t.rows for name, t in version.tables.items()}})
        return
    rows = sum(table.rows for table in version.tables.values())
    what = "loaded" if fresh else "up to date"
    out.print(f"{definitions.name}: {version.id} {what}, {len(version.tables)} tables, {rows:,} rows")


@commands.command()
def status(
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """What is loaded, what it covers, and what is due."""
    from rich.table import Table

    from assistant.runtime import data_folder
    from semantic_layer.loading.loader import find_workspace, load_workspace
    from semantic_layer.warehouse import Warehouse

    chosen = options(workspace, role, user, attr, as_of, format)
    try:
        folder = find_workspace(chosen.workspace)
        definitions = load_workspace(folder, chosen.settings.cache)
        warehouse = Warehouse(definitions, folder, data_folder(chosen.settings, folder, definitions))
        version = warehouse.current()
        due = {source.name for source in warehouse.due()}
    except HuaxiangError as error:
        failed(error)
    described = [
        {
            "table": source.name,
            "rows": version.tables[source.name].rows if version and source.name in version.tables else None,
            "state": "due" if source.name in due else "loaded" if version and source.name in version.tables else "on request",
            "notice": source.notice,
        }
        for source in definitions.sources
    ]
    coverage = {
        dataset: {field: {"first": str(days.first), "last": str(days.last)} for field, days in fields.items()}
        for dataset, fields in (version.coverage if version else {}).items()
    }
    if chosen.json:
        print_json(
            {
                "workspace": definitions.name,
                "version": version.id if version else None,
                "folder": str(warehouse.folder),
                "tables": described,
                "coverage": coverage,
            }
        )
        return
    out.print(f"{definitions.name}: {version.id if version else 'nothing loaded'} in {warehouse.folder}")
    table = Table("table", "rows", "state", show_edge=False)
    for each in described:
        rows = each["rows"]
        table.add_row(str(each["table"]), f"{rows:,}" if isinstance(rows, int) else "", str(each["state"]))
    out.print(table)
    for dataset, fields in coverage.items():
        for name, days in fields.items():
            out.print(f"{dataset}.{name}: {days['first']} to {days['last']}", style="dim")
