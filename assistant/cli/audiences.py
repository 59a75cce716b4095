"""`huaxiang segments export` and `exports`: a group as a file to be contacted by, and the audiences that have left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.common import (
    DEMO,
    AsOf,
    Attributes,
    Format,
    Role,
    User,
    Workspace,
    bad_use,
    failed,
    options,
    out,
    print_json,
)
from semantic_layer.errors import HuaxiangError, Problem, WorkspaceError, did_you_mean

if TYPE_CHECKING:
    from assistant.audiences.export import Exported
    from assistant.audiences.files import Form
    from semantic_layer.model.workspace import Workspace as Definitions
    from tools.requests import AudienceQuery


def export(
    name: Annotated[str, typer.Argument(help="A segment, a tag that is true or false, or TAG=VALUE.")],
    tags: Annotated[str | None, typer.Option("--tags", help="Tags and fields that go along: a,b.")] = None,
    form: Annotated[str | None, typer.Option("--format", help="csv or parquet; by default as --out ends, else csv.")] = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="The file; by default one in the state folder.")] = None,
    ids: Annotated[str, typer.Option("--ids", help="hashed, or raw where the role may take keys away.")] = "hashed",
    control: Annotated[str | None, typer.Option("--control", help="The share that is held back: 10% or 0.1.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another seed holds back others.")] = 0,
    suppress: Annotated[
        list[str] | None,
        typer.Option("--suppress", help="Who is left out: a suppression, list, segment or audience. Repeatable."),
    ] = None,
    not_contacted_in: Annotated[
        int | None, typer.Option("--not-contacted-in", help="Leave out who was contacted in the last so many days.")
    ] = None,
    audience: Annotated[str | None, typer.Option("--name", help="What the audience is called.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and write nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")] = False,
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
) -> None:
    """Exports a segment as an audience: who is left out by which rule, a control group, a manifest, a line in the audit log."""
    from assistant.audiences.export import export_audience
    from assistant.audiences.files import FORMS
    from assistant.cli.first_load import opened

    chosen = options(workspace, role, user, attr, as_of, "json" if json else "text")
    form = form or ("parquet" if out_file is not None and out_file.suffix == ".parquet" else "csv")
    taken: Form | None = next((each for each in FORMS if each == form), None)
    if taken is None:
        bad_use(f"--format is csv or parquet, not '{form}'")
    try:
        runtime = opened(chosen)
        runtime.scope(chosen.viewer)
        request = _request(
            runtime.workspace,
            name,
            columns=_columns(runtime.workspace, tags),
            ids=ids,
            control=_share(control),
            seed=seed,
            suppress=suppress or [],
            not_contacted_in=not_contacted_in,
            name=audience,
        )
        if dry_run:
            from tools.audiences import audience as counted
            from tools.audiences import parts_of

            found = counted(request, runtime.context(runtime.scope(chosen.viewer)))
            _say(parts_of(request, found), chosen.json)
            return
        done = export_audience(request, runtime, chosen.viewer, (taken,), out_file)
    except HuaxiangError as error:
        failed(error)
    _told(done, request, chosen.json)


def _request(workspace: Definitions, group: str, columns: list[dict[str, Any]], **options: Any) -> AudienceQuery:
    """The typed request of the options.

    Raises:
        WorkspaceError: nothing has that name.
    """
    from pydantic import ValidationError

    from tools.requests import AudienceQuery

    tag, equals, value = group.partition("=")
    segment, known = workspace.segment(group), workspace.tag(tag)
    if segment is not None:
        entity, where = segment.entity, {"segment": segment.name}
    elif known is not None and (equals or known.type == "boolean"):
        entity, where = known.entity, {"tag": known.name, "is": _value(value) if equals else True}
    else:
        names = [each.name for each in (*workspace.segments, *(each for each in workspace.tags if each.type == "boolean"))]
        raise WorkspaceError(Problem("unknown_segment", f"there is no segment '{group}'", did_you_mean(group, names)))
    try:
        return AudienceQuery.model_validate({"entity": entity, "where": where, "columns": columns, **options})
    except ValidationError as error:
        first = error.errors()[0]
        bad_use(f"--{str(first['loc'][0]).replace('_', '-')}: {first['msg']}")


def _value(text: str) -> bool | int | str:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.lstrip("-").isdigit() else text


def _columns(workspace: Definitions, tags: str | None) -> list[dict[str, Any]]:
    """Tags by name, and whatever is none as a field."""
    names = [each.strip() for each in (tags or "").split(",") if each.strip()]
    return [{"kind": "tag" if workspace.tag(name) is not None else "field", "name": name} for name in names]


def _share(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0
    if not 0 < share < 1:
        bad_use(f"--control is a share such as 10% or 0.1, not '{text}'")
    return share


def _told(done: Exported, request: AudienceQuery, json: bool) -> None:
    from tools.audiences import parts_of

    assert done.found is not None
    files = [str(path) for path in done.files.values()]
    about = {"name": done.facts.name, "as_of": done.facts.as_of, "files": files, "manifest": str(done.manifest)}
    _say({**about, **parts_of(request, done.found)}, json)


def _say(told: dict[str, Any], json: bool) -> None:
    """Counts in lines: who was in the group, who was left out by which rule, who left, who was held back."""
    if json:
        print_json(told)
        return
    lines = [f"in the group          {told['size']:>12,}"] if "size" in told else []
    for each in told.get("fallen", ()):
        label = each["label"].get("en") or each["rule"]
        days = f" (last {each['days']} days)" if each["days"] else ""
        lines.append(f"left out              {each['members']:>12,}  {label}{days}")
    lines.append(f"in the audience       {told['exported']:>12,}  ids {told['ids']}")
    if "control" in told:
        lines.append(f"  treatment           {told['treatment']:>12,}")
        lines.append(f"  control             {told['control']:>12,}  {told['share']:.2%}, asked {told['asked']:.2%}")
    if "name" in told:
        lines += [f"audience {told['name']} as of {told['as_of']}", *told["files"], told["manifest"]]
    else:
        lines.append("nothing was written")
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)


def exports(workspace: Workspace = DEMO, format: Format = "text") -> None:
    """The audiences that have left, newest first: when, how many, by whom."""
    from assistant.cli.first_load import opened

    chosen = options(workspace, format=format)
    try:
        lists = opened(chosen).warehouse.lists()
    except HuaxiangError as error:
        failed(error)
    found = sorted(lists.exports if lists is not None else (), key=lambda each: each.exported_at, reverse=True)
    if chosen.json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    if not found:
        out.print("no audience has been exported", markup=False)
    for each in found:
        sides = f"{each.treated:,}" + (f" + {each.control:,} control" if each.control else "")
        line = f"{each.name:<32} {each.as_of}  {sides:>20}  {each.user} ({each.role}), {each.exported_at:%Y-%m-%d %H:%M} UTC"
        out.print(line, markup=False, soft_wrap=True)
