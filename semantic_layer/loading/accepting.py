"""A segment added to the files of a workspace: as text, so that nothing else in them changes. Pure, but for `write`."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

from semantic_layer.errors import Problem, WorkspaceError
from semantic_layer.loading.loader import parse_workspace
from semantic_layer.model.tags import Segment
from semantic_layer.spelling import segment_yaml

OWN_FILE = "segments.yaml"
OTHER_FILE = "accepted_segments.yaml"
SECTION = re.compile(r"^segments:[ \t]*(?:#.*)?$", re.MULTILINE)
ANY_SECTION = re.compile(r"^[A-Za-z_]", re.MULTILINE)
FIRST_ITEM = re.compile(r"^( *)- ", re.MULTILINE)


class Added(NamedTuple):
    """The file that changes, and its new text."""

    file: str
    text: str


def added(texts: dict[str, str], segment: Segment) -> Added:
    """The file that holds the segments with one more at the end of them; a new file where none does.

    Args:
        texts: The workspace's files by name.

    Raises:
        WorkspaceError: a tag or a segment has the name, or the workspace would not be valid with the segment.
    """
    workspace = parse_workspace(texts)
    if any(segment.name in (each.name, *each.was) for each in (*workspace.segments, *workspace.tags)):
        fix = "Give it another name with --as NAME."
        raise WorkspaceError(Problem("name_taken", f"the workspace has a tag or segment '{segment.name}' already", fix))
    home = next((file for file in sorted(texts) if SECTION.search(texts[file])), None)
    found = Added(home, _appended(texts[home], segment)) if home is not None else _of_its_own(texts, segment)
    after = parse_workspace({**texts, found.file: found.text})
    if after.segment(segment.name) != segment:
        raise WorkspaceError(Problem("not_written", f"'{segment.name}' would not be read as it was defined", "Write it by hand."))
    return found


def _of_its_own(texts: dict[str, str], segment: Segment) -> Added:
    file = OWN_FILE if OWN_FILE not in texts else OTHER_FILE
    before = texts.get(file, "")
    return Added(file, f"{before.rstrip()}\n\n{segment_yaml(segment)}".lstrip())


def _appended(text: str, segment: Segment) -> str:
    """The text with the segment as the last item of its section, indented as the others are."""
    start = SECTION.search(text)
    assert start is not None
    following = ANY_SECTION.search(text, start.end())
    end = following.start() if following is not None else len(text)
    section, rest = text[:end], text[end:]
    lead = section[_after_last_line(section) :]
    first = FIRST_ITEM.search(section, start.end())
    indent = len(first[1]) if first is not None else 2
    lines = segment_yaml(segment).splitlines()[1:]
    shifted = [(" " * indent + line[2:]) if line.strip() else line for line in lines]
    joined = section[: _after_last_line(section)].rstrip("\n") + "\n" + "\n".join(shifted) + "\n"
    return joined + (lead if rest else "") + rest


def _after_last_line(section: str) -> int:
    """Where the items end: comments and empty lines before the next section belong to that one."""
    lines = section.splitlines(keepends=True)
    while lines and (not lines[-1].strip() or lines[-1].startswith("#")):
        lines.pop()
    return sum(map(len, lines))


def write(folder: Path, change: Added) -> Path:
    """Puts the new text in the place of the file, whole or not at all.

    Raises:
        WorkspaceError: the folder cannot be written.
    """
    target = folder / change.file
    name = ""
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=".", suffix=".tmp", delete=False) as made:
            name = made.name
            made.write(change.text)
            made.flush()
            os.fsync(made.fileno())
        Path(name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        Path(name).replace(target)
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        what = f"{target} cannot be written ({error.strerror})"
        raise WorkspaceError(Problem("not_written", what, "Nothing has changed; the draft is still there.")) from None
    return target
