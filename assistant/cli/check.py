"""`huaxiang check`: whether the data is what the workspace says it is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import DEMO, AsOf, Attributes, Format, Role, User, Workspace, failed, options, out, print_json
from semantic_layer.errors import HuaxiangError

if TYPE_CHECKING:
    from semantic_layer.data_version import CheckResult, DataVersion
    from tools.checks import Checked


def check(
    failing: Annotated[bool, typer.Option("--failing", help="Only what does not hold.")] = False,
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Runs the workspace's pinned facts and data checks against the loaded data; 1 where one of severity error fails."""
    from assistant.runtime import Runtime
    from tools.checks import of_data, pinned

    chosen = options(workspace, role, user, attr, as_of, format)
    try:
        runtime = Runtime(chosen.workspace, chosen.settings, chosen.as_of)
        context = runtime.context(runtime.scope(chosen.viewer))
        version = runtime.warehouse.check(context.scope.version, context.scope.as_of)
        results = (*pinned(context), *of_data(version.checks, context))
    except HuaxiangError as error:
        failed(error)
    bad = Counter(result.severity for result in results if not result.holds)
    shown = [result for result in results if not (failing and result.holds)]
    if chosen.json:
        print_json(
            {
                "workspace": runtime.workspace.name,
                "version": version.id,
                "as_of": str(context.scope.as_of),
                "passed": not bad["error"],
                "failed": {severity: bad[severity] for severity in ("error", "warn", "info")},
                "checks": [result.model_dump(mode="json") for result in shown],
            }
        )
    else:
        _show(shown)
        out.print(f"{version.id}: {summary([result.holds for result in results], bad)}", markup=False)
    if bad["error"]:
        raise typer.Exit(1)


def _show(results: list[Checked]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("dataset", "check", "severity", "expected", "found", "", show_edge=False)
    for column in table.columns:
        column.overflow = "fold"
    failing = {"error": Text("fails", "red"), "warn": Text("warning", "yellow"), "info": Text("noted", "dim")}
    for result in results:
        name = result.name.removeprefix(result.dataset).lstrip(".: ") if result.kind != "expect" else result.name
        examples = f": {', '.join(map(str, result.examples))}" if result.examples else ""
        cells = [result.dataset, name, result.severity, result.expected, result.found + examples]
        table.add_row(*map(Text, cells), Text("ok", "green") if result.holds else failing[result.severity])
    if results:
        out.print(table)


def summary(holding: list[bool], bad: Counter[str]) -> str:
    """How many checks hold, and how many of each severity do not."""
    words = {"error": "error", "warn": "warning", "info": "note"}
    failures = [f"{bad[key]} {word}{'' if bad[key] == 1 else 's'}" for key, word in words.items() if bad[key]]
    return ", ".join([f"{sum(holding)} of {len(holding)} checks hold", *failures])


def data_line(version: DataVersion, results: tuple[CheckResult, ...]) -> str:
    """What the stored checks of a data version found, in a line; what must be known of is named."""
    if not results:
        return ""
    bad = [result for result in results if not result.holds]
    line = summary([result.holds for result in results], Counter(result.severity for result in bad))
    named = [f"{each.name} ({each.found})" for each in sorted(bad, key=lambda each: each.severity) if each.severity != "info"]
    more = "; …" if len(named) > 3 else ""
    return line + (f": {'; '.join(named[:3])}{more}" if named else "")
