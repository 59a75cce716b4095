"""A refresh: the tags and segments of each entity as of a day, worked out by one statement and kept in a file of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from semantic_layer.compiler.plan import Scope
from semantic_layer.data_version import DataVersion
from semantic_layer.engines.duckdb import CATALOG
from semantic_layer.errors import DataError, Problem, request_error
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import digest
from semantic_layer.tags.definitions import Definitions, definitions, hashes_as_of, items_of, profile_sql, scope_of
from semantic_layer.tags.health import Before, Table, TagHealth, measured, quoted, write
from semantic_layer.tags.store import Profiles, ProfileVersion

log = logging.getLogger(__name__)

MADE = "made"
"""The catalog of the file that is written."""

Progress = Callable[[str, int, int], None]
"""Called with an entity, its number and how many there are."""


@dataclass(frozen=True)
class Facts:
    """What profiles are worked out from.

    Attributes:
        file: The data version; never written to.
        beside: Imported lists of ids and predictions, by the names that statements know them by.
        memory: The engine's memory limit, such as "2GB"; what does not fit goes to a folder beside the draft.
    """

    workspace: Workspace
    version: DataVersion
    file: Path
    beside: Mapping[str, Path] = field(default_factory=dict[str, Path])
    memory: str = "2GB"
    threads: int = 2

    def scope(self, as_of: date) -> Scope:
        return scope_of(self.workspace, self.version, as_of)


def refresh(
    facts: Facts,
    profiles: Profiles,
    as_of: date,
    names: Collection[str] | None = None,
    progress: Progress | None = None,
) -> ProfileVersion:
    """Keeps tags and segments as of a day. It counts as a whole once it is done, and until then nothing has changed.

    Args:
        names: These tags and segments; all of them where none are named.

    Raises:
        RequestError: a day before the data.
        DataError: `nothing_to_refresh` where nothing can be computed; `refresh_failed` where the engine cannot do it.
    """
    started = time.perf_counter()
    scope = facts.scope(as_of)
    known = definitions(scope, names)
    if not known.hashes:
        fix = "; ".join(f"{name}: {why}" for name, why in known.left_out.items()) or "Define tags or segments first."
        raise DataError(Problem("nothing_to_refresh", "there is no tag or segment to refresh", fix))
    with profiles.locked():
        profiles.clean()
        name = profiles.next_id()
        try:
            members = _written(facts, profiles, name, scope, known, progress)
            made = ProfileVersion(
                id=name,
                as_of=as_of,
                data=facts.version.data_mark,
                made_at=datetime.now(UTC),
                seconds=round(time.perf_counter() - started, 3),
                definitions=digest(*(f"{tag}={mark}" for tag, mark in sorted(known.hashes.items()))),
                tags=known.hashes,
                left_out=known.left_out,
                members=members,
            )
            profiles.add(made)
        except duckdb.Error as error:
            raise _own_problem(error, facts) from None
        finally:
            profiles.clean()  # what was not finished; after the end there is nothing
    return made


def _own_problem(error: duckdb.Error, facts: Facts) -> DataError:
    """Our text instead of the engine's, which can hold values of the data."""
    kind = type(error).__name__
    log.warning("refresh failed: %s", kind)
    if isinstance(error, duckdb.OutOfMemoryException | duckdb.IOException):
        fix = f"Give it more memory (HUAXIANG_MEMORY, now {facts.memory}) or room on the disk ({kind})."
    else:
        fix = f"Ask for the tags one by one to see which of them fails ({kind})."
    return DataError(Problem("refresh_failed", "the profiles cannot be written", fix))


def day_of(as_of: date | None, today: date) -> date:
    """The day to refresh for.

    Raises:
        RequestError: `day_to_come`, a day after "today".
    """
    if as_of is not None and as_of > today:
        fix = f"The last day is {today}."
        raise request_error("day_to_come", f"nothing is known yet as of {as_of}", fix, day=as_of.isoformat())
    return as_of or today


def _written(
    facts: Facts, profiles: Profiles, name: str, scope: Scope, known: Definitions, progress: Progress | None
) -> dict[str, int]:
    """Writes the draft of a version with its health; how many there are of each entity."""
    items = [each for each in items_of(facts.workspace) if each.name in known.hashes]
    entities = list(dict.fromkeys(each.entity for each in items))
    members: dict[str, int] = {}
    with duckdb.connect(":memory:") as connection:
        before = _opened(connection, facts, profiles, name, scope.as_of, known)
        found = list[TagHealth]()
        for number, entity in enumerate(entities):
            if progress is not None:
                progress(entity, number, len(entities))
            profile = facts.workspace.profile(entity)
            assert profile is not None
            own = [each for each in items if each.entity == entity]
            table = Table(MADE, entity, profile.entities[entity])
            sql = profile_sql(profile, [each.name for each in own], scope)
            connection.execute(f"CREATE TABLE {table.sql} AS {sql}")
            health = measured(connection, table, own, before)
            members[entity] = health[0].members
            found += health
        write(connection, MADE, found)
        connection.execute(f"CHECKPOINT {MADE}")
        connection.execute(f"DETACH {MADE}")
    return members


def _opened(
    connection: duckdb.DuckDBPyConnection, facts: Facts, profiles: Profiles, name: str, as_of: date, known: Definitions
) -> dict[str, Before]:
    """Attaches the data, the draft and the versions to compare with; which one that is, by tag."""
    files = {CATALOG: facts.file, **facts.beside}
    draft = profiles.draft_of(name)
    compared = {tag: found for tag in known.hashes if (found := version_before(profiles.versions(), tag, as_of)) is not None}
    catalogs = {version: f"before_{number}" for number, version in enumerate(dict.fromkeys(v.id for v in compared.values()))}
    files |= {catalog: profiles.file_of(version) for version, catalog in catalogs.items()}
    for statement in (
        f"SET memory_limit = '{facts.memory}'",
        f"SET threads = {facts.threads}",
        f"SET temp_directory = '{_text(profiles.engine_folder(name))}'",
        "SET preserve_insertion_order = false",
        *(f"ATTACH '{_text(path)}' AS {quoted(catalog)} (READ_ONLY)" for catalog, path in files.items()),
        f"ATTACH '{_text(draft)}' AS {MADE}",
    ):
        connection.execute(statement)
    days = {found.as_of for found in compared.values()} - {as_of}
    then = {as_of: known.hashes, **{day: hashes_as_of(facts.scope(as_of), day, known.hashes) for day in days}}
    return {
        tag: Before(found.id, found.as_of, catalogs[found.id], redefined=then[found.as_of].get(tag) != found.tags[tag])
        for tag, found in compared.items()
    }


def version_before(versions: Sequence[ProfileVersion], tag: str, as_of: date) -> ProfileVersion | None:
    """What a tag as of a day is compared with: the last day before it, else what was made before for the same day."""
    found = [each for each in versions if tag in each.tags and each.as_of <= as_of]
    earlier = [each for each in found if each.as_of < as_of]
    return max(earlier or found, key=lambda each: each.order, default=None)


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
