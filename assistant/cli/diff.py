"""`huaxiang diff`: two versions of a workspace, and what the difference does to answers."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from assistant.cli.common import (
    DEMO,
    AsOf,
    Attributes,
    Format,
    Options,
    Role,
    User,
    Workspace,
    bad_use,
    err,
    failed,
    options,
    out,
    print_json,
    settled,
)
from semantic_layer.errors import HuaxiangError

if TYPE_CHECKING:
    from semantic_layer.loading.diff import Change
    from semantic_layer.loading.revisions import Side


class Told(Protocol):
    """What another package tells of a difference."""

    def lines(self) -> list[str]:
        """For the terminal."""
        ...

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        ...


class Part(Protocol):
    """A part of the comparison that another package adds by the entry point `huaxiang.diff`."""

    def __call__(self, old: Side, new: Side, chosen: Options, sets: list[str]) -> Told:
        """Raises HuaxiangError: it cannot be told."""
        ...


def diff(
    old: Annotated[
        str | None, typer.Argument(help="A folder, a shipped workspace, or a git revision: HEAD~1, or HEAD~1:PATH.")
    ] = None,
    new: Annotated[str | None, typer.Argument(help="The later version; --workspace if not given.")] = None,
    sizes: Annotated[bool, typer.Option("--sizes/--no-sizes", help="Count who changed tags and segments hold.")] = True,
    golden: Annotated[bool, typer.Option("--golden/--no-golden", help="Ask the golden questions of both versions.")] = True,
    sets: Annotated[list[str] | None, typer.Option("--set", help="A golden set; the workspace's own if not given.")] = None,
    draft: Annotated[str | None, typer.Option("--draft", metavar="NAME", help="What a draft of a segment would change.")] = None,
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
    format: Format = "text",
) -> None:
    """What changed between two versions of a workspace, and which golden questions change their answer, by how much."""
    from assistant.cli.diff_groups import group_changes
    from semantic_layer.loading.diff import differences
    from semantic_layer.loading.loader import parse_workspace
    from semantic_layer.loading.revisions import side_of

    chosen = options(workspace, role, user, attr, as_of, format)
    if (old is None) == (draft is None):
        bad_use("name an earlier version, or a draft with --draft NAME")
    if draft is not None:
        _of_draft(chosen, draft)
        return
    assert old is not None
    settled()
    try:
        after = side_of(new or chosen.workspace)
        before = side_of(old, beside=after.folder)
        both = parse_workspace(before.texts), parse_workspace(after.texts)
        changes = differences(*both)
        if not chosen.json:
            _show(changes)
        groups = group_changes(before, after, *both, chosen) if sizes and changes else None
        if groups is not None and not chosen.json:
            for line in groups.lines():
                out.print(line, markup=False, soft_wrap=True)
        parts = entry_points(group="huaxiang.diff") if golden and changes else ()
        if parts:
            err.print("Asking the golden questions of both versions …", style="dim")
        told = {point.name: _part(point)(before, after, chosen, list(sets or ())) for point in parts}
    except HuaxiangError as error:
        failed(error)
    if chosen.json:
        more = {name: each.plain() for name, each in told.items()}
        if groups is not None:
            more["groups"] = groups.plain()
        print_json({"old": before.name, "new": after.name, "changes": [each.model_dump(mode="json") for each in changes], **more})
        return
    for each in told.values():
        for line in each.lines():
            out.print(line, markup=False, soft_wrap=True)


def _of_draft(chosen: Options, name: str) -> None:
    """What accepting a draft would change in the workspace."""
    from assistant.cli.drafts import accepted, one_draft
    from semantic_layer.loading.accepting import added
    from semantic_layer.loading.diff import differences
    from semantic_layer.loading.loader import parse_workspace
    from semantic_layer.loading.revisions import side_of

    try:
        side, draft = side_of(chosen.workspace), one_draft(chosen, name)
        change = added(side.texts, accepted(draft))
        changes = differences(parse_workspace(side.texts), parse_workspace({**side.texts, change.file: change.text}))
    except HuaxiangError as error:
        failed(error)
    if chosen.json:
        told = [each.model_dump(mode="json") for each in changes]
        print_json({"old": side.name, "new": f"draft {draft.id}", "changes": told, "yaml": draft.yaml})
        return
    _show(changes)
    out.print(draft.yaml.rstrip(), markup=False, soft_wrap=True)


def _show(changes: tuple[Change, ...]) -> None:
    signs = {"added": "+", "removed": "-", "renamed": "~", "changed": "~"}
    for change in changes:
        out.print(f"{signs[change.what]} {change}", markup=False, soft_wrap=True)
    counts = Counter(change.what for change in changes)
    out.print(", ".join(f"{count} {what}" for what, count in counts.items()) or "nothing has changed")


def _part(point: Any) -> Part:
    return point.load()
