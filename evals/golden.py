"""Golden questions: YAML files with gold SQL over the raw tables, written independently of the compiler."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from semantic_layer.errors import DataError, Problem
from semantic_layer.frozen import Frozen

Expected = Literal["answered", "clarify", "refused"]

SHIPPED = Path(__file__).parent / "golden"


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
    shipped = SHIPPED / name
    folder = shipped if shipped.is_dir() else Path(name)
    if not folder.is_dir():
        raise DataError(Problem("no_set", f"there is no golden set '{name}'", "Name a workspace that has one, or a folder."))
    return folder


def load_set(folder: Path) -> GoldenSet:
    """Reads every YAML file of a folder.

    Raises:
        DataError: with every problem found, by file, question and key. A question itself is never quoted: some are to
            stay unseen.
    """
    problems: list[Problem] = []
    cases: list[Case] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            cases += _cases(path)
        except DataError as error:
            problems += error.problems
    ids = [case.id for case in cases]
    doubled = {name for name in ids if ids.count(name) > 1}
    if doubled:
        problems.append(Problem("doubled_id", f"ids stand twice: {', '.join(sorted(doubled))}", "Give each question its own id."))
    if problems:
        raise DataError(*problems)
    prelude = folder / "prelude.sql"
    return GoldenSet(name=folder.name, prelude=prelude.read_text("utf-8") if prelude.is_file() else "", cases=tuple(cases))


def _cases(path: Path) -> list[Case]:
    """The questions of one file."""
    try:
        data = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        place = f"line {line + 1}" if line is not None else type(error).__name__
        raise _malformed(path, f"it is no YAML ({place})", "Mend its syntax.") from None
    for key, kind, called in (("category", str, "a name"), ("questions", list, "a list")):
        if not isinstance(data, dict) or not isinstance(data.get(key), kind):
            fix = "A file of questions has two keys: category and questions."
            raise _malformed(path, f"'{key}' is missing or not {called}", fix)
    problems: list[Problem] = []
    cases: list[Case] = []
    for number, given in enumerate(data["questions"], 1):
        if not isinstance(given, dict):
            problems += _malformed(path, f"question {number} is no mapping", "Write its keys: id, lang, question.").problems
            continue
        try:
            cases.append(Case.model_validate({"category": data["category"], **given}))
        except ValidationError as error:
            problems += [_wrong_key(path, str(given.get("id", number)), details) for details in error.errors()]
    problems += [_any_answer(path, case.id) for case in cases if _satisfied_by_any_answer(case)]
    if problems:
        raise DataError(*problems)
    return cases


def _malformed(path: Path, what: str, fix: str) -> DataError:
    return DataError(Problem("golden_file", f"{path.name}: {what}", fix))


def _wrong_key(path: Path, case: str, details: ErrorDetails) -> Problem:
    key = ".".join(str(part) for part in details["loc"])
    return Problem("golden_file", f"{path.name}: question '{case}', key '{key}': {details['msg']}")


def _satisfied_by_any_answer(case: Case) -> bool:
    return case.expect == "answered" and not (case.keys if case.match == "keys" else case.gold)


def _any_answer(path: Path, case: str) -> Problem:
    fix = "Give it 'gold' SQL, or 'match: keys' with 'keys'."
    return Problem("golden_file", f"{path.name}: question '{case}' would be satisfied by any answer", fix)


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
        """The rows of one gold statement; each statement runs once.

        Raises:
            DataError: it does not run. The engine's text, which quotes the statement, is left out.
        """
        if sql not in self._kept:
            try:
                self._kept[sql] = self._connection.execute(sql).fetchall()
            except duckdb.Error as error:
                raise DataError(Problem("gold_failed", f"a gold statement does not run ({type(error).__name__})")) from None
        return self._kept[sql]
