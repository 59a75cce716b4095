"""Golden questions: YAML files with gold SQL over the raw tables, written independently of the compiler."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, Literal

import duckdb
from ruamel.yaml import YAML

from semantic_layer.errors import DataError, Problem
from semantic_layer.frozen import Frozen

Expected = Literal["answered", "clarify", "refused"]


class Case(Frozen):
    """One question with what a right reply is.

    Attributes:
        pair: The same question in the other language has the same pair.
        also: Other statuses that are as right.
        match: How rows are compared; `keys` looks for key words in the text instead.
        gold: SQL for the asked rows; `alt` are other right shapes, `optional` rows that may be there or not.
        keys: For each inner list any word must be in the answer's text.
        frozen: Written before the code for its category and not looked at while it was built.
    """

    id: str
    lang: Literal["zh", "en"]
    category: str
    question: str
    history: tuple[str, ...] = ()
    pair: str | None = None
    role: str | None = None
    attrs: dict[str, Any] = {}
    expect: Expected
    also: tuple[str, ...] = ()
    reason: str | None = None
    match: Literal["rows", "ordered", "keys"] = "rows"
    gold: str | None = None
    alt: tuple[str, ...] = ()
    optional: str | None = None
    keys: tuple[tuple[str, ...], ...] = ()
    frozen: bool = False
    note: str | None = None


class GoldenSet(Frozen):
    """The questions of one folder, with the views that their SQL uses."""

    name: str
    prelude: str
    cases: tuple[Case, ...]


def find_set(name: str) -> Path:
    """A shipped set by its workspace's name, or a folder."""
    shipped = Path(str(resources.files("evals") / "golden" / name))
    folder = shipped if shipped.is_dir() else Path(name)
    if not folder.is_dir():
        raise DataError(Problem("no_set", f"there is no golden set '{name}'", "Name a workspace that has one, or a folder."))
    return folder


def load_set(folder: Path) -> GoldenSet:
    """Reads every YAML file of a folder; doubled ids are an error."""
    yaml = YAML(typ="safe", pure=True)
    cases: list[Case] = []
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.load(path.read_text("utf-8"))
        cases += [Case.model_validate({"category": data["category"], **question}) for question in data["questions"]]
    ids = [case.id for case in cases]
    doubled = {name for name in ids if ids.count(name) > 1}
    if doubled:
        raise DataError(Problem("doubled_id", f"ids stand twice: {', '.join(sorted(doubled))}", "Give each question its own id."))
    prelude = folder / "prelude.sql"
    return GoldenSet(name=folder.name, prelude=prelude.read_text("utf-8") if prelude.is_file() else "", cases=tuple(cases))


class Gold:
    """Runs gold SQL on a data version, over its raw tables.

    Args:
        file: The data version.
        tables: Its tables, which become views of the same names.
        prelude: Views that the gold SQL uses.
    """

    def __init__(self, file: Path, tables: list[str], prelude: str) -> None:
        self._connection = duckdb.connect(":memory:")
        escaped = str(file).replace("'", "''")
        self._connection.execute(f"ATTACH '{escaped}' AS raw (READ_ONLY)")
        for table in tables:
            self._connection.execute(f'CREATE VIEW "{table}" AS FROM raw."{table}"')
        if prelude.strip():
            self._connection.execute(prelude)
        self._kept: dict[str, list[tuple[Any, ...]]] = {}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one gold statement; each statement runs once."""
        if sql not in self._kept:
            self._kept[sql] = self._connection.execute(sql).fetchall()
        return self._kept[sql]
