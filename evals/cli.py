"""`huaxiang evals`, and the part of `huaxiang diff` that asks golden questions. Joined to the command line by entry points."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import AsOf, Attributes, Format, Options, Role, User, bad_use, failed, options, out, print_json, settled
from semantic_layer.errors import HuaxiangError

if TYPE_CHECKING:
    from evals.changes import GoldenChanges
    from semantic_layer.loading.revisions import Side

commands = typer.Typer(help="Golden sets: run and compare.", no_args_is_help=True, rich_markup_mode=None)


@commands.command()
def run(
    sets: Annotated[list[str], typer.Argument(help="Workspaces that have a golden set, or folders of one.")],
    model: Annotated[str, typer.Option("--model", help="embedded, or any provider:model.")] = "embedded",
    fails: Annotated[bool, typer.Option("--fails", help="List what is not right.")] = False,
    frozen: Annotated[bool | None, typer.Option("--frozen/--not-frozen", help="Only one part.")] = None,
    workspace: Annotated[
        str | None, typer.Option("--workspace", "-w", help="The workspace to ask, if not the set's own.")
    ] = None,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Asks every question of golden sets and reports how many are right."""
    from evals.figures import figures
    from evals.report import report
    from evals.runner import run_sets, save

    chosen = options("", role, user, attr, as_of, format)
    settled()
    try:
        done = run_sets(sets, chosen.settings, model, workspace, None if frozen is None else lambda case: case.frozen == frozen)
    except HuaxiangError as error:
        failed(error)
    path = save(done, chosen.settings.home / "evals")
    if chosen.json:
        print_json(
            {
                "run": str(path),
                "figures": figures(done.scores).model_dump(mode="json"),
                "scores": [s.model_dump(mode="json") for s in done.scores],
            }
        )
    else:
        out.print(report(done, fails), markup=False)
        out.print(f"kept in {path}", style="dim", markup=False)


@commands.command()
def compare(
    before: Annotated[Path, typer.Argument(help="A kept run.")],
    after: Annotated[Path, typer.Argument(help="A later one.")],
    workspace: Annotated[str | None, typer.Option("--workspace", "-w", help="Not used: runs know theirs.")] = None,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Compares two kept runs question by question."""
    from evals.report import compare as compared
    from evals.runner import load

    chosen = options("", role, user, attr, as_of, format)
    try:
        text = compared(load(before), load(after))
    except (OSError, ValueError) as error:
        bad_use(f"not a kept run: {type(error).__name__}")
    if chosen.json:
        print_json({"comparison": text})
    else:
        out.print(text, markup=False)


def golden_diff(old: Side, new: Side, chosen: Options, sets: list[str]) -> GoldenChanges:
    """Which golden questions change their answer; added to `huaxiang diff`.

    Raises:
        HuaxiangError: a set cannot be read, or no data is loaded.
    """
    from evals.changes import golden_changes

    return golden_changes(old, new, chosen.settings, sets, chosen.viewer, chosen.as_of)
