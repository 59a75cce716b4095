"""A workspace as it is, or as it was at a git revision."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from semantic_layer.errors import Problem, WorkspaceError
from semantic_layer.loading.loader import find_workspace, shipped_names, texts_of, workspace_files


class Side(NamedTuple):
    """One version of a workspace.

    Attributes:
        name: As it was asked for.
        texts: Its files by name.
        folder: Where it stands now; its data versions belong to this folder.
    """

    name: str
    texts: dict[str, str]
    folder: Path


def side_of(name: str, beside: Path | None = None) -> Side:
    """A folder, a shipped workspace, `REVISION:PATH`, or a revision of the workspace that it is compared with.

    Args:
        beside: The folder of the other side, for a revision without a path.

    Raises:
        WorkspaceError: there is no such folder, revision or path.
    """
    if name in shipped_names() or Path(name).expanduser().is_dir():
        folder = find_workspace(name)
        return Side(name, texts_of(workspace_files(folder)), folder)
    revision, colon, path = name.partition(":")
    if colon:
        here = Path(_git(Path(), "rev-parse", "--show-toplevel").strip())
        folder = (Path.cwd() if path.startswith("./") else here) / path
    elif beside is not None:
        folder = beside
    else:
        raise _unknown(name)
    return Side(name, _texts_at(revision, folder.resolve(), name), folder.resolve())


def _texts_at(revision: str, folder: Path, name: str) -> dict[str, str]:
    """The YAML files of a folder at a revision."""
    near = next((path for path in (folder, *folder.parents) if path.is_dir()), Path())
    root = Path(_git(near, "rev-parse", "--show-toplevel").strip())
    if revision.startswith("-") or not folder.is_relative_to(root):
        raise _unknown(name)
    path = folder.relative_to(root).as_posix()
    try:
        listed = _git(root, "ls-tree", "-z", "--name-only", revision, "--", f"{path}/")
    except WorkspaceError:
        raise _unknown(name) from None
    files = sorted(file for file in listed.split("\0") if file.endswith((".yaml", ".yml")))
    if not files:
        fix = "Write REVISION:PATH, the path from the top of the repository, such as HEAD~1:workspaces/shop."
        raise WorkspaceError(Problem("no_workspace", f"there is no workspace in '{path}' at '{revision}'", fix))
    return {file.rpartition("/")[2]: _git(root, "show", f"{revision}:{file}").removeprefix("\ufeff") for file in files}


def _unknown(name: str) -> WorkspaceError:
    fix = f"Name a shipped one ({', '.join(shipped_names())}), a folder, or a git revision like HEAD~1 or HEAD~1:workspaces/shop."
    return WorkspaceError(Problem("no_workspace", f"there is no workspace '{name}'", fix))


def _git(folder: Path, *arguments: str) -> str:
    """What git says.

    Raises:
        WorkspaceError: there is no git, or it refuses.
    """
    program = shutil.which("git")
    if program is None:
        raise WorkspaceError(Problem("no_git", "git is not installed", "Compare two folders instead of revisions."))
    command = [program, "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - git, with arguments of our own
    if done.returncode:
        raise WorkspaceError(Problem("no_revision", "git does not know that revision or folder", "See `git log --oneline`."))
    return done.stdout.decode("utf-8", "replace")
