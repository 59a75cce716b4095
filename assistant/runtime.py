"""One opened workspace: its definitions, its current data version, an engine on it, and the words of each viewer."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from assistant.known_values import known_values
from assistant.language.dates import Today
from assistant.planner.lexicon import Lexicon
from assistant.planner.plan import Reader
from assistant.private_segments import PrivateSegments
from assistant.settings import Settings
from semantic_layer.calendar import Span
from semantic_layer.compiler.bind import today as as_of_today
from semantic_layer.compiler.plan import Scope
from semantic_layer.data_version import DataVersion
from semantic_layer.engines.base import CancelToken, Limits
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.errors import DataError, Problem
from semantic_layer.exports import with_exports
from semantic_layer.loading.loader import find_workspace, load_workspace
from semantic_layer.model.workspace import Workspace
from semantic_layer.policy import Viewer, grant_of
from semantic_layer.tags.store import FOLDER as PROFILES
from semantic_layer.tags.store import Profiles
from semantic_layer.warehouse import Warehouse
from tools.context import Context, Emit


@dataclass
class Opened:
    """A data version with its engine; an older one stays until its last question has ended."""

    version: DataVersion
    engine: DuckDBEngine
    beside: dict[str, Path] = field(default_factory=dict[str, Path])
    lexicons: dict[str, Lexicon] = field(default_factory=dict[str, Lexicon])


class Runtime:
    """Everything that questions share. Thread-safe.

    Args:
        name: A shipped workspace's name or a folder.
        as_of: What "today" means, instead of the workspace's own setting.
        data: The folder of data versions, instead of the workspace's own.

    Raises:
        WorkspaceError: the workspace is invalid.
        DataError: its data is not loaded.
    """

    def __init__(self, name: str, settings: Settings, as_of: date | None = None, data: Path | None = None) -> None:
        self.settings = settings
        self.folder = find_workspace(name)
        self.declared = self.workspace = load_workspace(self.folder, settings.cache)
        self.warehouse = Warehouse(self.workspace, self.folder, data or data_folder(settings, self.folder, self.workspace))
        self.profiles = Profiles(self.warehouse.folder / PROFILES)
        self.private = PrivateSegments(settings, data_folder(settings, self.folder, self.workspace).name)
        self._as_of = as_of
        self._lock = threading.Lock()
        self._opened: Opened | None = None

    def opened(self) -> Opened:
        """The current data version with what stands beside it; newer ones are opened as soon as their pointers have moved."""
        with self._lock:
            name, beside = self.warehouse.current_id(), self.warehouse.files_beside()
            if self._opened is None or self._opened.version.id != name or self._opened.beside != beside:
                version = self.warehouse.current()
                if version is None:
                    fix = "Run `huaxiang data load` first; `make setup` does it for the shipped workspaces."
                    raise DataError(Problem("not_loaded", f"the data of '{self.workspace.name}' is not loaded", fix))
                file, settings = self.warehouse.file_of(version.id), self.settings
                engine = DuckDBEngine(file, settings.memory, settings.threads, beside=beside)
                self._opened = Opened(version, engine, beside)
                self.workspace = with_exports(self.declared, version.lists)
            return self._opened

    def as_of(self) -> date:
        """What "today" means in questions."""
        if self._as_of is not None:
            return self._as_of
        version = self.opened().version
        days = tuple(
            span.end
            for dataset in self.workspace.datasets
            if dataset.time and (span := version.covers(dataset.name, dataset.time)) is not None
        )
        return as_of_today(self.workspace, days, _clock(self.workspace))

    def scope(self, viewer: Viewer) -> Scope:
        """Raises RequestError `not_allowed` for an unknown role."""
        version = self.opened().version  # first: the workspace has a segment for each audience that was exported since
        workspace = self.workspace_of(viewer)
        return Scope(workspace, grant_of(viewer, workspace), version, self.as_of())

    def workspace_of(self, viewer: Viewer) -> Workspace:
        """The definitions that a viewer asks by: everybody's, and the segments that this one has defined."""
        return self.private.seen_by(viewer.user, self.workspace)

    def context(self, scope: Scope, cancel: CancelToken | None = None, emit: Emit | None = None) -> Context:
        limits = Limits(milliseconds=int(self.settings.max_seconds * 1000), rows=self.settings.max_rows)
        context = Context(scope, self.opened().engine, limits, cancel, self.profiles)
        if emit is not None:
            context.emit = emit
        return context

    def reader(self, scope: Scope) -> Reader:
        """The planner's knowledge for a viewer: words of values it may not see are not in it."""
        shared = self._lexicon(replace(scope, workspace=self.workspace))
        added = scope.workspace.segments[len(self.workspace.segments) :]
        lexicon = shared.with_segments(scope.workspace, added) if added else shared
        return Reader(lexicon, self._today(scope))

    def _lexicon(self, scope: Scope) -> Lexicon:
        """The words of everybody's definitions, with the values that a viewer may see."""
        opened = self.opened()
        key = scope.grant.hash
        lexicon = opened.lexicons.get(key)
        if lexicon is None:
            declared = replace(scope, workspace=self.declared)  # exported audiences add no values
            values = known_values(self.context(declared), self.warehouse.kept_folder(opened.version.id))
            lexicon = Lexicon.of(self.workspace, values)
            opened.lexicons[key] = lexicon
        return lexicon

    def _today(self, scope: Scope) -> Today:
        return Today(scope.as_of, self.workspace.workspace, self._data_days(scope), self.workspace.holidays)

    def _data_days(self, scope: Scope) -> Span | None:
        key = self.workspace.workspace.key_metrics[:1]
        spans = [
            span
            for dataset in self.workspace.datasets
            if dataset.time and (span := scope.version.covers(dataset.name, dataset.time)) is not None
        ]
        return spans[0] if spans or key else None


def data_folder(settings: Settings, folder: Path, workspace: Workspace) -> Path:
    """Where a workspace's data versions live. Two folders with one name do not meet."""
    mark = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    shipped = folder.parent.name == "workspaces" and folder.parent.parent.name == "semantic_layer"
    return settings.home / "data" / (workspace.name if shipped else f"{workspace.name}-{mark}")


def _clock(workspace: Workspace) -> date:
    from datetime import datetime

    return datetime.now(ZoneInfo(workspace.workspace.time_zone)).date()
