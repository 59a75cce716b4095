"""Kept profiles: a file for each refresh beside the data versions, and one index that says which files count.

A refresh writes a new file, makes sure that it is on disk and then replaces the index, so that a reader sees the old versions
or the new ones, whole. What a refresh that was killed has left is in no index; the next one takes it away. Facts are never
copied: a file holds the keys, the tags and segments, and what is said of them.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from pydantic import ValidationError

from semantic_layer.frozen import Frozen

FOLDER = "profiles"
INDEX = "versions.json"
KEEP = 2
"""How many versions of a tag as of one day are kept: the one that counts, and the one before it."""
DAYS = 90
"""Of so many days all are kept; of those before them the last one in each month."""
OWN_FILES = re.compile(r"profiles_\d+\.duckdb(\.\w+)*|versions\.json\.new")


class ProfileVersion(Frozen):
    """One refresh.

    Attributes:
        as_of: No row after this day was read.
        data: The data version that it was made from, with the lists.
        definitions: A hash over all definitions in it.
        tags: Of each tag and segment in it the hash of its definition.
        left_out: Those that could not be computed, with why.
        members: How many there are of each entity.
        seconds: How long it took.
    """

    id: str
    as_of: date
    data: str
    made_at: datetime
    seconds: float
    definitions: str
    tags: dict[str, str]
    left_out: dict[str, str] = {}
    members: dict[str, int] = {}

    @property
    def number(self) -> int:
        return int(self.id.rpartition("_")[2])

    @property
    def order(self) -> tuple[date, int]:
        """By day, and of one day by when it was made."""
        return self.as_of, self.number


class Index(Frozen):
    versions: tuple[ProfileVersion, ...] = ()


class Profiles:
    """The kept profiles of one workspace.

    Args:
        folder: Where the files are; made by the first refresh.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def versions(self) -> tuple[ProfileVersion, ...]:
        """All that are kept and whose files are there, those made first coming first."""
        try:
            found = Index.model_validate_json((self.folder / INDEX).read_bytes())
        except (FileNotFoundError, ValidationError):
            return ()
        return tuple(each for each in found.versions if self.file_of(each.id).is_file())

    def file_of(self, name: str) -> Path:
        return self.folder / f"{name}.duckdb"

    @contextmanager
    def locked(self) -> Generator[None]:
        """One refresh at a time, also between processes; a process that dies lets go of it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(handle, fcntl.LOCK_UN)

    def clean(self) -> None:
        """Takes away what is in no index: drafts, and files of a refresh that was killed before its end."""
        known = {self.file_of(each.id).name for each in self.versions()}
        for path in self.folder.iterdir():
            if OWN_FILES.fullmatch(path.name) and path.name not in known:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def next_id(self) -> str:
        return f"profiles_{max((each.number for each in self.versions()), default=0) + 1:04d}"

    def draft_of(self, name: str) -> Path:
        """Where a version is written."""
        return self.folder / f"{name}.duckdb.draft"

    def engine_folder(self, name: str) -> Path:
        """Where the engine puts what does not fit into memory while a version is written."""
        return self.folder / f"{name}.duckdb.draft.tmp"

    def add(self, version: ProfileVersion) -> None:
        """Makes a version that is written as a draft count, and lets go of what is too old.

        From the replacing of the index on it counts; before that it never was.
        """
        draft = self.draft_of(version.id)
        _to_disk(draft)
        draft.replace(self.file_of(version.id))
        _to_disk(self.folder)
        stay = kept((*self.versions(), version))
        fresh = self.folder / f"{INDEX}.new"
        fresh.write_text(Index(versions=stay).model_dump_json(indent=1), "utf-8")
        _to_disk(fresh)
        fresh.replace(self.folder / INDEX)
        _to_disk(self.folder)
        self.clean()  # who has an older file open reads on


def latest(versions: Iterable[ProfileVersion], tag: str, up_to: date) -> ProfileVersion | None:
    """The version of the latest day, but none after `up_to`, that has a tag; of one day the one made last."""
    found = (each for each in versions if tag in each.tags and each.as_of <= up_to)
    return max(found, key=lambda each: each.order, default=None)


def kept(versions: Sequence[ProfileVersion]) -> tuple[ProfileVersion, ...]:
    """The versions that stay: of each tag the two last of each day, of recent days all, of earlier ones each month's last.

    The last version of a tag stays in any case.
    """
    days = _kept_days(each.as_of for each in versions)
    last: set[str] = set()
    of_day: Counter[tuple[date, str]] = Counter()
    stay: list[ProfileVersion] = []
    for version in sorted(versions, key=lambda each: each.order, reverse=True):
        newest = set(version.tags) - last
        last |= set(version.tags)
        of_day.update((version.as_of, tag) for tag in version.tags)
        recent = any(of_day[version.as_of, tag] <= KEEP for tag in version.tags)
        if newest or (recent and version.as_of in days):
            stay.append(version)
    return tuple(sorted(stay, key=lambda each: each.number))


def _kept_days(found: Iterable[date]) -> set[date]:
    days = sorted(set(found))
    of_months = {(day.year, day.month): day for day in days[:-DAYS]}
    return {*days[-DAYS:], *of_months.values()}


def _to_disk(path: Path) -> None:
    """What was written to a file, or renamed in a folder, survives a loss of power from here on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
