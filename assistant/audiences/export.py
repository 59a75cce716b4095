"""An audience leaves: counted, written beside its place, checked, put on record, remembered, and only then put in its place."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from assistant.audiences.audit import record
from assistant.audiences.files import Form, rows_in, sha256_of, sheet_of, write
from assistant.audiences.manifest import manifest_of
from assistant.audiences.secret import export_secret
from assistant.runtime import Runtime
from semantic_layer.compiler.plan import Scope
from semantic_layer.conditions import Compare, InSegment, Tag
from semantic_layer.data_version import ExportFacts
from semantic_layer.errors import DataError, HuaxiangError, Problem, request_error
from semantic_layer.exports import name_of
from semantic_layer.policy import Viewer
from semantic_layer.requests import plain
from tools.audiences import Audience, audience, parts_of
from tools.requests import AudienceQuery

PART = ".part"
MANIFEST = ".manifest.json"


class Exported(NamedTuple):
    """An audience that has left.

    Attributes:
        found: Who left; None where it had left before.
        files: Where it lies, by form.
    """

    facts: ExportFacts
    found: Audience | None
    files: dict[Form, Path]
    manifest: Path


def exports_folder(runtime: Runtime) -> Path:
    """Where audiences are written that nobody named a place for."""
    return runtime.settings.home / "exports" / runtime.warehouse.folder.name


def export_audience(
    request: AudienceQuery,
    runtime: Runtime,
    viewer: Viewer,
    forms: tuple[Form, ...] = ("csv",),
    out: Path | None = None,
    asked: str = "",
) -> Exported:
    """Exports an audience.

    Args:
        out: The file, of one form; without it a name of its own in `exports_folder`.
        asked: What asks for it: a second call for the same gives the files that are there.

    Raises:
        RequestError: the audience is refused, see `tools.audiences.audience`.
        DataError: `file_exists`, `not_written`, or `not_counted` where a file does not hold what was counted. Nothing is left of
            the export then.
    """
    scope = runtime.scope(viewer)
    known = scope.version.lists.exports if scope.version.lists is not None else ()
    before = next((each for each in known if asked and each.asked == asked), None)
    if before is not None:
        return _again(before, request, scope)
    found = audience(request, runtime.context(scope))
    label = request.name or default_name(request, scope)
    name = name_of(label, scope.workspace, scope.version.lists)
    base = exports_folder(runtime) / name if out is None else out.with_suffix("")
    files: dict[Form, Path] = {form: out or base.with_name(f"{base.name}.{form}") for form in forms}
    manifest = base.with_name(base.name + MANIFEST)
    facts = ExportFacts(
        name=name,
        label=label,
        entity=request.entity,
        as_of=scope.as_of,
        exported_at=datetime.now(UTC),
        user=viewer.user,
        role=scope.grant.role,
        treated=len(found.keys) - found.held_back,
        control=found.held_back,
        request=plain(request),
        files=tuple(str(path.absolute()) for path in files.values()),
        asked=asked,
    )
    _leave(request, found, facts, files, manifest, runtime, scope)
    return Exported(facts, found, files, manifest)


def default_name(request: AudienceQuery, scope: Scope) -> str:
    """The group and the day."""
    match request.where:
        case InSegment(name=name):
            group = name
        case Compare(left=Tag(name=name), op="eq", right=right):
            group = name if right is True else f"{name}_{right}"
        case _:
            group = request.entity
    return f"{group}_{scope.as_of:%Y%m%d}"


def _again(facts: ExportFacts, request: AudienceQuery, scope: Scope) -> Exported:
    """What has left for the same asking; the viewer's role may have changed since."""
    from tools.audience_policy import check_allowed

    check_allowed(request, scope)
    files: dict[Form, Path] = {"parquet" if path.endswith(".parquet") else "csv": Path(path) for path in facts.files}
    if facts.role != scope.grant.role or not all(path.is_file() for path in files.values()):
        raise request_error("export_denied", "the files of this audience are gone", role=scope.grant.role)
    first = next(iter(files.values()))
    return Exported(facts, None, files, first.with_name(first.stem + MANIFEST))


def _leave(
    request: AudienceQuery,
    found: Audience,
    facts: ExportFacts,
    files: dict[Form, Path],
    manifest: Path,
    runtime: Runtime,
    scope: Scope,
) -> None:
    """All of it or nothing: whatever fails, no file is left and nobody counts as contacted."""
    home, places = runtime.settings.home, [*files.values(), manifest]
    there = next((path for path in places if path.exists()), None)
    if there is not None:
        raise DataError(Problem("file_exists", f"there is a file {there} already", "Name another one with --out."))
    parts = {path: path.with_name(path.name + PART) for path in places}
    line: dict[str, Any] = {}
    kept = False
    try:
        manifest.parent.mkdir(parents=True, exist_ok=True)
        told = _write(request, found, files, parts, home)
        about = manifest_of(request, found, facts, scope.workspace, scope.version.id, *told)
        parts[manifest].write_text(json.dumps(about, ensure_ascii=False, indent=1, default=str) + "\n", "utf-8")
        line = {"event": "exported", "at": facts.exported_at, **_on_record(about, request, found)}
        record(home, line)
        sides = found.control or [False] * len(found.keys)
        treated = [key for key, held in zip(found.keys, sides, strict=True) if not held]
        control = [key for key, held in zip(found.keys, sides, strict=True) if held]
        runtime.warehouse.keep_export(facts, treated, control, scope.version)
        kept = True
        for path, part in parts.items():
            part.replace(path)
    except BaseException as error:
        for path in (*parts.values(), *places):
            path.unlink(missing_ok=True)
        if kept:
            runtime.warehouse.forget_export(facts)
        if line:
            with suppress(OSError):
                record(home, {"event": "failed", "at": datetime.now(UTC), "name": facts.name, "because": type(error).__name__})
        if isinstance(error, HuaxiangError) or not isinstance(error, OSError):
            raise
        what = f"the audience cannot be written to {manifest.parent} ({type(error).__name__})"
        raise DataError(Problem("not_written", what, "Check the folder and the room on the disk.")) from None


def _write(
    request: AudienceQuery, found: Audience, files: dict[Form, Path], parts: dict[Path, Path], home: Path
) -> tuple[list[str], list[dict[str, Any]]]:
    """The files beside their places, each read back and counted; their headings, and what the manifest says of each."""
    sheet = sheet_of(found, request, export_secret(home) if request.ids == "hashed" else b"")
    told: list[dict[str, Any]] = []
    for form, path in files.items():
        write(sheet, parts[path], form)
        rows = rows_in(parts[path], form)
        if rows != found.size - found.left_out:
            what = f"{path.name} would hold {rows} rows, and {found.size} less {found.left_out} were counted"
            raise DataError(Problem("not_counted", what))
        told.append({"file": path.name, "form": form, "rows": rows, "sha256": sha256_of(parts[path])})
    return sheet.names, told


def _on_record(about: dict[str, Any], request: AudienceQuery, found: Audience) -> dict[str, Any]:
    """What the audit log says: as the manifest, with all counts, whoever may be told of them."""
    all_of_it = parts_of(request, found._replace(withheld=False))
    taken = ("name", "workspace", "entity", "as_of", "data_version", "user", "role", "split", "ids", "columns", "files")
    counts = {key: all_of_it[key] for key in ("size", "left_out", "exported", "fallen")}
    return {**{key: about[key] for key in taken}, "rule": about["rule"]["en"], **counts}
