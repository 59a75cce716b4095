"""`huaxiang lint`: what is likely to be a mistake in a workspace that is valid."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from assistant.cli.common import DEMO, AsOf, Attributes, Format, Role, User, Workspace, failed, options, out, print_json
from semantic_layer.errors import WorkspaceError


def lint(
    silenced: Annotated[bool, typer.Option("--silenced", help="Also what the workspace's ignore: list means so.")] = False,
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """Looks for colliding words, unused parts, and definitions without label, description or owner; file, line, cure."""
    from rich.text import Text

    from assistant.language.text import key_of
    from semantic_layer.loading.lint.run import lint as linted
    from semantic_layer.loading.loader import find_workspace, parse_with_places, texts_of, workspace_files

    chosen = options(workspace, role, user, attr, as_of, format)
    try:
        parsed = parse_with_places(texts_of(workspace_files(find_workspace(chosen.workspace))))
    except WorkspaceError as error:
        failed(error)
    report = linted(parsed.workspace, parsed.tree, key_of)
    if chosen.json:
        print_json(
            {
                "workspace": parsed.workspace.name,
                "findings": [_plain(finding) for finding in report.findings],
                "silenced": [_plain(finding) for finding in report.silenced],
            }
        )
        return
    for finding in (*report.findings, *(report.silenced if silenced else ())):
        out.print(Text(str(finding)), style="dim" if finding in report.silenced else None, soft_wrap=True)
    counts = {severity: sum(each.severity == severity for each in report.findings) for severity in ("warning", "hint")}
    told = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items() if count) or "nothing to mend"
    out.print(f"{parsed.workspace.name}: {told}" + (f", {len(report.silenced)} silenced" if report.silenced else ""))


def _plain(finding: object) -> dict[str, object]:
    data = asdict(finding)  # pyright: ignore[reportArgumentType]
    where = data.pop("where") or {}
    return {**data, "file": where.get("file"), "line": where.get("line")}
