"""`huaxiang data`: loading, what is loaded, and going back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from assistant.cli.check import data_line
from assistant.cli.common import (
    DEMO,
    AsOf,
    Attributes,
    Format,
    Options,
    Role,
    User,
    Workspace,
    failed,
    options,
    out,
    print_json,
    settled,
)
from assistant.cli.first_load import say_what_is_made
from semantic_layer.errors import HuaxiangError

if TYPE_CHECKING:
    from semantic_layer.data_version import DataVersion
    from semantic_layer.model import workspace as model
    from semantic_layer.warehouse import Warehouse

commands = typer.Typer(help="Data versions: load, status and rollback.", no_args_is_help=True, rich_markup_mode=None)


class Opened(NamedTuple):
    """A workspace with its data versions."""

    definitions: model.Workspace
    warehouse: Warehouse


def _open(chosen: Options) -> Opened:
    """Raises WorkspaceError: the workspace is invalid."""
    from assistant.runtime import data_folder
    from semantic_layer.loading.loader import find_workspace, load_workspace
    from semantic_layer.warehouse import Warehouse

    folder = find_workspace(chosen.workspace)
    definitions = load_workspace(folder, chosen.settings.cache)
    return Opened(definitions, Warehouse(definitions, folder, data_folder(chosen.settings, folder, definitions)))


def _checked(version: DataVersion | None, opened: Opened, chosen: Options) -> str:
    """What the checks found, in a line."""
    from semantic_layer.data_checks.declared import known_results

    if version is None:
        return ""
    return data_line(version, known_results(opened.definitions, version, chosen.as_of or opened.warehouse.today(version)))


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

    chosen = options(workspace, role, user, attr, as_of, format)
    settled()
    try:
        opened = _open(chosen)
        definitions, warehouse = opened
        before = warehouse.current_id()
        say_what_is_made(warehouse)
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
    checked, left = _checked(version, opened, chosen), warehouse.left()
    if chosen.json:
        counts = {name: facts.rows for name, facts in version.tables.items()}
        print_json({"version": version.id, "loaded": fresh, "tables": counts, "checks": checked, "left": list(left)})
        return
    rows = sum(table.rows for table in version.tables.values())
    what = "loaded" if fresh else "up to date"
    out.print(f"{definitions.name}: {version.id} {what}, {len(version.tables)} tables, {rows:,} rows")
    _print_more(checked, left)


def _print_more(checked: str, left: dict[str, str]) -> None:
    if checked:
        out.print(checked, style="dim", markup=False, soft_wrap=True)
    if left:
        names = ", ".join(left)
        out.print(
            f"after a rollback: {names} not loaded again until the file changes, or with --force", style="dim", markup=False
        )


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

    chosen = options(workspace, role, user, attr, as_of, format)
    try:
        opened = _open(chosen)
        definitions, warehouse = opened
        version = warehouse.current()
        due = {source.name for source in warehouse.due()}
        checked = _checked(version, opened, chosen)
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
                "kept": warehouse.versions(),
                "left": list(warehouse.left()),
                "checks": checked,
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
    _print_more(checked, warehouse.left())


@commands.command()
def rollback(
    to: Annotated[
        str | None, typer.Option("--to", metavar="VERSION", help="A kept version; the one before if not given.")
    ] = None,
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Answers from an earlier data version again; a running chat does from its next question on."""
    from semantic_layer.data_version import differences

    chosen = options(workspace, role, user, attr, as_of, format)
    try:
        opened = _open(chosen)
        was, now = opened.warehouse.rollback(to)
        checked = _checked(now, opened, chosen)
    except HuaxiangError as error:
        failed(error)
    changes, kept, left = differences(was, now), opened.warehouse.versions(), opened.warehouse.left()
    if chosen.json:
        print_json(
            {
                "workspace": opened.definitions.name,
                "version": now.id,
                "was": was.id,
                "loaded_at": now.loaded_at,
                "differences": list(changes),
                "kept": kept,
                "left": list(left),
                "checks": checked,
            }
        )
        return
    out.print(
        f"{opened.definitions.name}: {was.id} → {now.id}, loaded {now.loaded_at:%Y-%m-%d %H:%M} UTC", markup=False, soft_wrap=True
    )
    out.print(f"Lost: {'; '.join(changes) or 'nothing, the two hold the same rows'}.", markup=False, soft_wrap=True)
    out.print(f"Stays: {', '.join(kept)} on disk, and all conversations, feedback and definitions.", markup=False, soft_wrap=True)
    out.print(f"Back again: huaxiang data rollback --to {was.id}", markup=False, soft_wrap=True)
    _print_more(checked, left)
