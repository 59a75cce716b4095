"""Files that a workspace's own script writes: when it is run, where they are kept, and whose scripts may run at all.

A definition that runs code is as dangerous as the code. So only scripts that were installed with the product are run; a
workspace folder from anywhere else names the files that somebody wrote by hand.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from semantic_layer.errors import DataError, Problem
from semantic_layer.loading.loader import is_shipped
from semantic_layer.model.sources import Source


def script_mark(source: Source, workspace_folder: Path) -> str:
    """Changes with the bytes of a source's script.

    Raises:
        DataError: there is no such script.
    """
    return hashlib.sha256(_bytes(source, workspace_folder)).hexdigest()[:12]


def made_folder(source: Source, workspace_folder: Path, kept: Path) -> Path:
    """Where the files are that the script, as it is now, has written.

    Args:
        kept: The folder of the data versions.
    """
    assert source.script is not None
    return kept / "made" / f"{source.script.removesuffix('.py')}-{script_mark(source, workspace_folder)}"


def scripts_due(sources: Iterable[Source], workspace_folder: Path, kept: Path) -> dict[str, list[Source]]:
    """The scripts that a load would run, since a file of theirs is missing or they have changed, with their sources."""
    found: dict[str, list[Source]] = {}
    for source in sources:
        if source.script is not None and not (made_folder(source, workspace_folder, kept) / source.file).is_file():
            found.setdefault(source.script, []).append(source)
    return found


def run_script(sources: list[Source], workspace_folder: Path, kept: Path) -> None:
    """Runs the script of these sources; what an earlier form of it wrote is deleted.

    The files appear together: a script that fails leaves the old ones in place.

    Raises:
        DataError: the workspace did not come with the product, the script fails, or it does not write what is declared.
    """
    source = sources[0]
    assert source.script is not None
    if not is_shipped(workspace_folder):
        what = f"source '{source.name}': {source.script} is not run, since this workspace did not come with the product"
        fix = f"Read the script, run it yourself, and name the file that it writes: file: {source.file}, without 'script:'."
        raise DataError(Problem("script_not_run", what, fix))
    folder = made_folder(source, workspace_folder, kept)
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        _write_of(source, workspace_folder)(draft)
        for each in sources:
            if not (draft / each.file).is_file():
                what = f"source '{each.name}': {source.script} does not write {each.file}"
                raise DataError(Problem("no_file", what, "Correct 'file:', or let the script write it."))
        for old in folder.parent.glob(f"{source.script.removesuffix('.py')}-*"):
            if old != draft:
                shutil.rmtree(old, ignore_errors=True)
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_of(source: Source, workspace_folder: Path) -> Callable[[Path], None]:
    """The script's function, with its errors turned into ours. Their text may hold anything, so that only the kind is told."""
    path = workspace_folder / str(source.script)

    def run(folder: Path) -> None:
        spec = importlib.util.spec_from_file_location(f"_made_by_{path.stem}", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
            module.write(folder)
        except Exception as error:
            what = f"source '{source.name}': {path.name} fails ({type(error).__name__})"
            fix = "It needs a function write(folder) that writes the files of its sources into that folder."
            raise DataError(Problem("script_failed", what, fix)) from None

    return run


def _bytes(source: Source, workspace_folder: Path) -> bytes:
    path = workspace_folder / str(source.script)
    try:
        return path.read_bytes()
    except OSError:
        what = f"source '{source.name}': there is no script {path}"
        raise DataError(Problem("no_script", what, "Correct 'script:', or put the file beside the YAML files.")) from None
