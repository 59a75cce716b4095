"""Declared sources -> immutable data versions: one DuckDB file each, a manifest beside it, and a pointer to the current.

A load writes a new file, counts the workspace's checks on it and then moves the pointer, so a reader sees the old version
or the new one, whole. Bad input ends the load and leaves the old version in place; so do doubled keys of what others join
to, which would make figures too high. Any other broken promise is kept beside the version and said in answers.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import re
import shutil
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from pydantic import TypeAdapter, ValidationError
from sqlglot import exp

from semantic_layer.compiler.bind import today
from semantic_layer.data_checks.counting import run_checks
from semantic_layer.data_checks.declared import checks_are_due
from semantic_layer.data_version import CheckResult, Coverage, DataVersion, ExportFacts, ListFacts, Lists, TableFacts
from semantic_layer.engines.duckdb import CATALOG, LISTS, PREDICTIONS, DuckDBEngine
from semantic_layer.errors import DataError, Problem, did_you_mean
from semantic_layer.exports import Ids, forget_export, keep_export
from semantic_layer.expressions import DIALECT, scalar
from semantic_layer.lists import current_lists, import_list
from semantic_layer.loading.loader import is_shipped
from semantic_layer.model.datasets import Dataset, Field
from semantic_layer.model.sources import Source
from semantic_layer.model.workspace import Workspace
from semantic_layer.predictions import Prediction, current_predictions
from semantic_layer.scripts import made_folder, run_script, script_mark, scripts_due

KEEP = 3
"""How many data versions are kept on disk."""

CHECKS: TypeAdapter[tuple[CheckResult, ...]] = TypeAdapter(tuple[CheckResult, ...])

Progress = Callable[[str, int, int], None]
"""Called with the table's name, its number and how many there are."""


class Rollback(NamedTuple):
    """A move of the pointer between two versions."""

    was: DataVersion
    now: DataVersion


class Warehouse:
    """The data versions of one workspace, in a folder of the state folder.

    Args:
        workspace: Declares the sources.
        workspace_folder: Relative files are found from here.
        folder: Where the versions live.
    """

    def __init__(self, workspace: Workspace, workspace_folder: Path, folder: Path) -> None:
        self.workspace = workspace
        self.workspace_folder = workspace_folder
        self.folder = folder

    @property
    def pointer(self) -> Path:
        return self.folder / "current.json"

    def current_id(self) -> str | None:
        """The name of the current version; cheap enough to ask before each question."""
        return self._pointed().get("facts")

    def left(self) -> dict[str, str]:
        """What a rollback left behind, by table: files that are not loaded again until they change."""
        return self._pointed().get("left", {})

    def _pointed(self) -> dict[str, Any]:
        try:
            found = json.loads(self.pointer.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def current(self) -> DataVersion | None:
        """The version that questions are answered from; None where nothing is loaded."""
        name = self.current_id()
        return self.version(name) if name is not None else None

    def version(self, name: str) -> DataVersion | None:
        """A version that is kept, with what the checks found on it."""
        manifest = self.folder / f"{name}.json"
        if not manifest.is_file() or not self.file_of(name).is_file():
            return None
        beside = {
            "checks": self._kept_checks(name),
            "lists": current_lists(self.folder),
            "predictions": current_predictions(self.folder),
        }
        return DataVersion.model_validate_json(manifest.read_bytes()).model_copy(update=beside)

    def file_of(self, name: str) -> Path:
        return self.folder / f"{name}.duckdb"

    def files_beside(self) -> dict[str, Path]:
        """The files of imported lists and of predictions, where there are any, by the names that statements know them by."""
        found = {LISTS: current_lists(self.folder), PREDICTIONS: current_predictions(self.folder)}
        return {name: self.folder / each.file for name, each in found.items() if each is not None}

    def import_list(self, name: str, file: Path) -> ListFacts:
        """Imports a list of ids, or replaces it.

        Raises:
            DataError: nothing is loaded, no tag goes by the list, or the file is none; nothing is changed then.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with _locked(self.folder / ".lock"):
            version = self.current()
            if version is None:
                raise DataError(Problem("not_loaded", "nothing is loaded", "Run `huaxiang data load` first."))
            return import_list(name, file, self.workspace, self.folder, self.file_of(version.id), version)

    def predict(self, as_of: date, names: Collection[str] | None = None) -> tuple[Prediction, ...]:
        """Trains predictive tags as of a day where that was not done yet on this data; what each training came to.

        Raises:
            DataError: nothing is loaded.
            RequestError: what a tag goes by cannot be worked out.
        """
        from semantic_layer.tags.predicting import predict_all

        self.folder.mkdir(parents=True, exist_ok=True)
        with _locked(self.folder / ".lock"):
            version = self.current()
            if version is None:
                raise DataError(Problem("not_loaded", "nothing is loaded", "Run `huaxiang data load` first."))
            files = {CATALOG: self.file_of(version.id), **self.files_beside()}
            return predict_all(self.workspace, version, files, self.folder, as_of, names)

    def lists(self) -> Lists | None:
        """The imported lists and the exported audiences as of now."""
        return current_lists(self.folder)

    def keep_export(self, facts: ExportFacts, treated: Ids, control: Ids, version: DataVersion) -> None:
        """Remembers an exported audience and who is in it.

        Raises:
            DataError: `export_known`, there is one of that name by now.
        """
        with _locked(self.folder / ".lock"):
            known = current_lists(self.folder)
            if known is not None and any(each.name == facts.name for each in known.exports):
                what = f"an audience '{facts.name}' was exported before"
                raise DataError(Problem("export_known", what, "Give it another --name."))
            keep_export(facts, treated, control, self.workspace, self.folder, version)

    def forget_export(self, facts: ExportFacts) -> None:
        """Takes back an export that did not come about."""
        with _locked(self.folder / ".lock"):
            forget_export(facts, self.folder)

    def checks_of(self, name: str) -> Path:
        """What the checks found on a data version."""
        return self.folder / f"{name}.checks.json"

    def kept_folder(self, name: str) -> Path:
        """Where what is worked out from a data version may be kept; it goes when the version goes."""
        return self.folder / f"kept_{name}"

    def versions(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("facts_*.json") if "." not in path.stem)

    def due(self) -> list[Source]:
        """The sources whose files, types or stored fields differ from what is loaded, and from what a rollback left."""
        current, left = self.current(), self.left()
        loaded = current.tables if current else {}
        due: list[Source] = []
        for source in self.workspace.sources:
            facts = loaded.get(source.name)
            if source.on_request and facts is None:
                continue
            fingerprint = self._fingerprint(source)
            if facts is None or fingerprint not in (facts.fingerprint, left.get(source.name)):
                due.append(source)
        return due

    def scripts_due(self) -> tuple[str, ...]:
        """The scripts that the next load runs first, since their files are missing or they have changed."""
        if not is_shipped(self.workspace_folder):
            return ()
        return tuple(scripts_due(self.due(), self.workspace_folder, self.folder))

    def load(self, tables: tuple[str, ...] = (), force: bool = False, progress: Progress | None = None) -> DataVersion:
        """Loads what is due, or the named tables, into a new data version; does nothing where nothing is due.

        Raises:
            DataError: an unknown table, a missing package or file, or a source that cannot be read as declared.
        """
        names = [source.name for source in self.workspace.sources]
        for table in tables:
            if table not in names:
                raise DataError(Problem("unknown_table", f"there is no source '{table}'", did_you_mean(table, names)))
        self.folder.mkdir(parents=True, exist_ok=True)
        with _locked(self.folder / ".lock"):
            current = self.current()
            chosen = [source for source in self.workspace.sources if source.name in tables]
            due = self.due()
            work = [s for s in self.workspace.sources if s in due or s in chosen or (force and not s.on_request)]
            if current is not None and not due and not force and all(s.name in current.tables for s in chosen):
                return self.check(current) if checks_are_due(self.workspace, current) else current
            for sources in scripts_due(work, self.workspace_folder, self.folder).values():
                run_script(sources, self.workspace_folder, self.folder)
            return self._write(current, work, progress)

    def _write(self, current: DataVersion | None, work: list[Source], progress: Progress | None) -> DataVersion:
        number = max((int(name.rpartition("_")[2]) for name in self.versions()), default=0) + 1
        name = f"facts_{number:04d}"
        draft = self.folder / f"{name}.draft"
        draft.unlink(missing_ok=True)
        if current is not None:
            shutil.copyfile(self.file_of(current.id), draft)
        try:
            tables = dict(current.tables) if current else {}
            with _without_values(None), duckdb.connect(str(draft)) as connection:
                for index, source in enumerate(work):
                    if progress:
                        progress(source.name, index, len(work))
                    tables[source.name] = self._load_table(connection, source)
                declared = {source.name for source in self.workspace.sources}
                for gone in set(tables) - declared:
                    connection.execute(f'DROP TABLE IF EXISTS "{gone}"')
                    del tables[gone]
                self._no_doubled_keys(connection, tables)
                coverage = self._coverage(connection, tables)
            made = DataVersion(id=name, loaded_at=datetime.now(UTC), tables=tables, coverage=coverage)
            draft.replace(self.file_of(name))
        finally:
            draft.unlink(missing_ok=True)
            draft.with_suffix(".draft.wal").unlink(missing_ok=True)
        (self.folder / f"{name}.json").write_text(
            made.model_dump_json(indent=1, exclude={"checks", "lists", "predictions"}), "utf-8"
        )
        checked = self.check(made)
        loaded = {source.name for source in work}
        self._point_to(name, {table: mark for table, mark in self.left().items() if table in tables and table not in loaded})
        self._prune()
        return checked

    def rollback(self, to: str | None = None) -> Rollback:
        """Points to another version that is kept: by default the one before. What is left behind stays on disk.

        Raises:
            DataError: nothing is loaded, no earlier version is kept, or there is no such version.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with _locked(self.folder / ".lock"):
            was, kept = self.current(), self.versions()
            if was is None:
                raise DataError(Problem("not_loaded", "nothing is loaded", "Run `huaxiang data load` first."))
            now = self.version(self._target(was.id, kept, to))
            if now is None:
                raise DataError(Problem("no_version", f"the file of '{to}' is gone", f"Kept: {', '.join(kept)}."))
            gone = {name: facts.fingerprint for name, facts in was.tables.items() if now.tables.get(name) != facts}
            if checks_are_due(self.workspace, now):
                now = self.check(now)
            self._point_to(now.id, {**self.left(), **gone})
            return Rollback(was, now)

    def _target(self, current: str, kept: list[str], to: str | None) -> str:
        if to is None:
            earlier = [name for name in kept if name < current]
            if not earlier:
                fix = f"The last {KEEP} versions are kept: {', '.join(kept)}."
                raise DataError(Problem("no_earlier_version", f"no version before '{current}' is kept", fix))
            return earlier[-1]
        if to not in kept:
            raise DataError(Problem("no_version", f"there is no data version '{to}'", f"Kept: {', '.join(kept)}."))
        if to == current:
            raise DataError(Problem("same_version", f"'{to}' is the current version", f"Kept: {', '.join(kept)}."))
        return to

    def check(self, version: DataVersion, as_of: date | None = None) -> DataVersion:
        """Counts the workspace's checks on a data version and keeps what they found beside it.

        Args:
            as_of: What "today" means for how fresh the data is; by default as the workspace says.
        """
        engine = DuckDBEngine(self.file_of(version.id))
        try:
            results = run_checks(self.workspace, version, engine, as_of or self.today(version))
        finally:
            engine.close()
        fresh = self.checks_of(version.id).with_suffix(".new")
        fresh.write_text(CHECKS.dump_json(results, indent=1).decode(), "utf-8")
        fresh.replace(self.checks_of(version.id))
        return version.model_copy(update={"checks": results})

    def _kept_checks(self, name: str) -> tuple[CheckResult, ...]:
        try:
            return CHECKS.validate_json(self.checks_of(name).read_bytes())
        except (FileNotFoundError, ValidationError):
            return ()

    def today(self, version: DataVersion) -> date:
        """What "today" means on a data version."""
        covered = (version.covers(dataset.name, dataset.time) for dataset in self.workspace.datasets if dataset.time)
        days = tuple(span.end for span in covered if span is not None)
        return today(self.workspace, days, datetime.now(self.workspace.workspace.zone).date())

    def _point_to(self, name: str, left: dict[str, str]) -> None:
        fresh = self.pointer.with_suffix(".new")
        fresh.write_text(json.dumps({"facts": name, **({"left": left} if left else {})}), "utf-8")
        fresh.replace(self.pointer)

    def _prune(self) -> None:
        for old in self.versions()[:-KEEP]:
            (self.folder / f"{old}.json").unlink(missing_ok=True)
            self.checks_of(old).unlink(missing_ok=True)
            self.file_of(old).unlink(missing_ok=True)
            shutil.rmtree(self.kept_folder(old), ignore_errors=True)

    def _load_table(self, connection: duckdb.DuckDBPyConnection, source: Source) -> TableFacts:
        fingerprint = self._fingerprint(source)
        reader = self._reader(source)
        stored = ", ".join(
            f'{scalar(field.expr or field.name).sql(DIALECT)} AS "{field.name}"' for field in self._stored(source.name)
        )
        casts = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in source.types.items())
        star = f"* REPLACE ({casts})" if casts else "*"
        with _without_values(source):
            connection.execute(
                f'CREATE OR REPLACE TABLE "{source.name}" AS SELECT *{", " + stored if stored else ""} '
                f"FROM (SELECT {star} FROM {reader})"
            )
        columns = connection.execute(f'DESCRIBE "{source.name}"').fetchall()
        rows = connection.execute(f'SELECT COUNT(*) FROM "{source.name}"').fetchall()[0][0]
        return TableFacts(rows=rows, columns={row[0]: row[1] for row in columns}, fingerprint=fingerprint)

    def _stored(self, table: str) -> list[Field]:
        fields = [f for d in self.workspace.datasets if d.derived is None and d.table == table for f in d.fields if f.stored]
        return list({field.name: field for field in fields}.values())

    def _reader(self, source: Source) -> str:
        path = str(self.path_of(source)).replace("'", "''")
        if source.file.endswith(".parquet"):
            return f"read_parquet('{path}')"
        return f"read_csv('{path}', header = true, sample_size = -1)"

    def path_of(self, source: Source) -> Path:
        """The file of a source.

        Raises:
            DataError: the package is not installed, or there is no such file.
        """
        root = self.workspace_folder
        if source.package:
            found = importlib.util.find_spec(source.package)
            if found is None or not found.submodule_search_locations:
                fix = "Install it; `make setup` installs the packages of the shipped workspaces."
                raise DataError(Problem("no_package", f"source '{source.name}': the package '{source.package}' is missing", fix))
            root = Path(next(iter(found.submodule_search_locations)))
        if source.script:
            root = made_folder(source, self.workspace_folder, self.folder)
        path = root / source.file
        if not list(path.parent.glob(path.name)):
            raise DataError(Problem("no_file", f"source '{source.name}': there is no file {path}", "Correct 'file:'."))
        return path

    def _fingerprint(self, source: Source) -> str:
        """Changes with the files, the declared types and the stored fields of a source."""
        # What is not said of a source leaves no mark: a key that the format learns later loads nothing again.
        unsaid = {"script"} if source.script is None else set[str]()
        hashed = hashlib.sha256(source.model_dump_json(exclude=unsaid).encode())
        for field in self._stored(source.name):
            hashed.update(f"{field.name}={field.expr}".encode())
        if source.package:
            try:
                hashed.update(version(source.package).encode())
            except PackageNotFoundError:
                hashed.update(b"?")
        if source.script:
            # Its files are what the script makes of nothing else, so that they need not be there to be known.
            hashed.update(script_mark(source, self.workspace_folder).encode())
            return hashed.hexdigest()[:20]
        path = self.path_of(source)
        for file in sorted(path.parent.glob(path.name)):
            stat = file.stat()
            hashed.update(f"{file.name}:{stat.st_size}:{0 if source.package else stat.st_mtime_ns}".encode())
        return hashed.hexdigest()[:20]

    def _no_doubled_keys(self, connection: duckdb.DuckDBPyConnection, tables: dict[str, Any]) -> None:
        """What other datasets are joined to has one row for each key; else every figure over the join would be too high.

        Raises:
            DataError: `doubled_keys`.
        """
        for dataset in self.workspace.datasets:
            joined_to = any(dataset in self.workspace.homes_of(entity) for entity in dataset.entities)
            if not joined_to or dataset.derived is not None or dataset.table not in tables:
                continue
            doubled = connection.execute(_doubled_sql(dataset)).fetchall()[0][0]
            if doubled:
                keys = ", ".join(dataset.grain)
                fix = f"Give '{dataset.table}' one row for each {keys}, or correct the dataset's 'grain:'."
                raise DataError(Problem("doubled_keys", f"dataset '{dataset.name}': {doubled} keys ({keys}) stand twice", fix))

    def _coverage(self, connection: duckdb.DuckDBPyConnection, tables: dict[str, Any]) -> dict[str, dict[str, Coverage]]:
        found: dict[str, dict[str, Coverage]] = {}
        for dataset, field in self.workspace.dimension_fields():
            if dataset.derived is not None or dataset.table not in tables or field.type not in ("date", "time"):
                continue
            first, last = connection.execute(_range_sql(dataset, field)).fetchall()[0]
            if first is not None:
                found.setdefault(dataset.name, {})[field.name] = Coverage(first=first, last=last)
        return found


def _doubled_sql(dataset: Dataset) -> str:
    keys = [exp.column(name, quoted=True) for name in dataset.grain]
    known = [exp.Not(this=exp.Is(this=key.copy(), expression=exp.null())) for key in keys]
    twice = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    inner = exp.select(*keys).from_(exp.to_identifier(dataset.table, quoted=True)).where(*known)
    inner = inner.group_by(*(key.copy() for key in keys)).having(twice)
    return exp.select(exp.Count(this=exp.Star())).from_(inner.subquery("doubled")).sql(DIALECT)


def _range_sql(dataset: Dataset, field: Field) -> str:
    column = exp.column(field.name, quoted=True) if field.stored else scalar(field.expr or field.name)
    day = exp.cast(column, "DATE")
    return (
        exp.select(exp.Min(this=day), exp.Max(this=day.copy())).from_(exp.to_identifier(dataset.table, quoted=True)).sql(DIALECT)
    )


@contextmanager
def _without_values(source: Source | None) -> Generator[None]:
    """Turns the engine's error into ours. Its text can hold values of the data: only declared names and lines are told.

    Raises:
        DataError: `load_failed`.
    """
    try:
        yield
    except duckdb.Error as error:
        said, kind = str(error), type(error).__name__
        columns = [name for name in source.types if re.search(rf"\b{re.escape(name)}\b", said)] if source else []
        line = re.search(r"\bLine: (\d+)", said)
        places = [f"column {' or '.join(columns)}"] if columns else []
        places += [f"line {line[1]}"] if line else []
        what = f"source '{source.name}' cannot be loaded" if source else "the new data version cannot be written"
        fix = "Check 'types:' and stored fields against the file" if source else "Check the disk and the fields' expressions"
        raise DataError(Problem("load_failed", what, f"{fix} ({', '.join([kind, *places])}).")) from None


@contextmanager
def _locked(path: Path) -> Generator[None]:
    """One load at a time, also between processes."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)
