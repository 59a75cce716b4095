"""Which golden questions change their answer between two versions of a workspace, and by how much.

Both versions are asked over the same data version, so that a difference is one of definitions.
"""

from __future__ import annotations

import asyncio
import math
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

from assistant.agent import Agent
from assistant.runtime import Runtime
from assistant.session import Session
from assistant.settings import Settings
from assistant.sides import data_of, folder_of
from evals.golden import SHIPPED, Case, find_set, load_set
from semantic_layer.errors import DataError, HuaxiangError, Problem
from semantic_layer.frozen import Frozen
from semantic_layer.loading.loader import load_workspace
from semantic_layer.loading.revisions import Side
from semantic_layer.model.workspace import Workspace
from semantic_layer.policy import Viewer

Reply = dict[str, Any]
"""A reply in the form of the output contract."""

What = Literal["status", "columns", "rows", "figures", "words"]
"""Answered or not; other columns; other groups; other numbers; the same numbers in other words."""

LISTED = 25
"""How many changed answers the terminal shows."""


class Moved(Frozen):
    """A figure that differs.

    Attributes:
        group: The row that it stands in.
        relative: The change over the older value; None where that is zero or missing.
    """

    column: str
    group: tuple[Any, ...]
    old: Any
    new: Any
    relative: float | None

    def __str__(self) -> str:
        where = f" of {', '.join(map(str, self.group))}" if self.group else ""
        by = f" ({self.relative:+.2%})" if self.relative is not None else ""
        return f"{self.column}{where} {_number(self.old)} → {_number(self.new)}{by}"

    def by_how_much(self) -> str:
        """The same without saying of what, for questions that are not read."""
        return f"up to {self.relative:+.2%}" if self.relative is not None else "figures differ"


class AnswerChange(Frozen):
    """A golden question that is answered otherwise.

    Attributes:
        question: Empty for questions that are scored and not read; then nothing tells what they ask.
        rows: How many rows differ, of how many there are.
        most: The figure that differs most.
    """

    id: str
    question: str
    what: What
    old_status: str
    new_status: str
    rows: int = 0
    of: int = 0
    most: Moved | None = None
    detail: str = ""

    def __str__(self) -> str:
        named = f"{self.id}  {self.question}".rstrip()
        return f"{named}: {self.detail}" + (f"; {self.rows} of {self.of} rows differ" if self.rows and self.of > 1 else "")


class GoldenChanges(Frozen):
    """The changed answers of some golden sets.

    Attributes:
        unasked: Why none was asked; empty where they were.
    """

    sets: tuple[str, ...] = ()
    data_version: str = ""
    asked: int = 0
    changes: tuple[AnswerChange, ...] = ()
    unasked: str = ""

    def plain(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def lines(self) -> list[str]:
        if self.unasked:
            return [f"no golden question was asked: {self.unasked}"]
        shown = [change for change in self.changes if change.what != "words"]
        words = len(self.changes) - len(shown)
        head = f"{len(shown)} of {self.asked} golden questions change their answer, over {self.data_version}"
        return [
            head + (f"; {words} more say the same in other words" if words else ""),
            *(f"  {change}" for change in shown[:LISTED]),
            *([f"  … {len(shown) - LISTED} more: --format json lists them"] if len(shown) > LISTED else []),
        ]


def golden_changes(
    old: Side, new: Side, settings: Settings, sets: list[str], viewer: Viewer, as_of: date | None = None
) -> GoldenChanges:
    """Asks golden questions of both versions.

    Args:
        sets: Golden sets; without any the one that is called like the newer workspace.
        viewer: Who asks where a question names no role.
        as_of: What "today" means, instead of each version's own setting.

    Raises:
        HuaxiangError: a set cannot be read, or no data is loaded.
    """
    asked = settings.model_copy(update={"model": "", "mode": "embedded"})
    with tempfile.TemporaryDirectory() as kept:
        folders = [folder_of(side, Path(kept) / name) for side, name in ((old, "old"), (new, "new"))]
        name = load_workspace(folders[1], settings.cache).name
        names = sets or ([name] if (SHIPPED / name).is_dir() else [])
        if not names:
            return GoldenChanges(unasked=f"there is no set for '{name}'; --set names one")
        data = data_of(old, new, settings)
        if data is None and not sets:
            return GoldenChanges(unasked="the data of neither version is loaded; run `huaxiang data load` for one of them")
        if data is None:
            fix = "Run `huaxiang data load` for one of them, or leave the questions out with --no-golden."
            raise DataError(Problem("not_loaded", "the data of neither version is loaded", fix))
        before, after = (Runtime(str(folder), asked, as_of, data) for folder in folders)
        cases = [case for each in names for case in load_set(find_set(each)).cases]
        changes = asyncio.run(_compared(cases, before, after, viewer))
        return GoldenChanges(sets=tuple(names), data_version=after.opened().version.id, asked=len(cases), changes=tuple(changes))


async def _compared(cases: list[Case], before: Runtime, after: Runtime, viewer: Viewer) -> list[AnswerChange]:
    agent, found, renamed = Agent(), list[AnswerChange](), _renamed(before.workspace, after.workspace)
    for case in cases:
        old = await _asked(case, before, agent, viewer)
        new = _by_earlier_names(await _asked(case, after, agent, viewer), renamed)
        change = change_of(case, old, new)
        if change is not None:
            found.append(change)
    return found


def _renamed(old: Workspace, new: Workspace) -> dict[str, str]:
    """Earlier names by the names that metrics and fields have now."""
    found = {each.name: was for each in new.metrics for was in each.was if old.metric(was) and not old.metric(each.name)}
    earlier = {field.name for _, field in old.dimension_fields()}
    return found | {each.name: was for _, each in new.dimension_fields() for was in each.was if was in earlier - {each.name}}


def _by_earlier_names(reply: Reply, renamed: dict[str, str]) -> Reply:
    """The reply with its columns called as before, so that a new name alone is no other answer."""

    def earlier(column: str) -> str:
        name = next((each for each in renamed if column == each or column.startswith(f"{each}_")), None)
        return column if name is None else renamed[name] + column.removeprefix(name)

    columns = [earlier(column) for column in reply.get("columns") or []]
    schema = [{**each, "name": earlier(each["name"])} for each in reply.get("schema") or []]
    totals = {earlier(column): value for column, value in (reply.get("totals") or {}).items()}
    return {**reply, "columns": columns, "schema": schema, "totals": totals or None}


async def _asked(case: Case, runtime: Runtime, agent: Agent, viewer: Viewer) -> Reply:
    asker = viewer if case.role is None else Viewer(role=case.role, attributes=case.attrs)
    try:
        session = Session(runtime, agent, asker)
        for earlier in case.history:
            await session.reply(earlier)
        return (await session.reply(case.question)).contract(case.id)
    except HuaxiangError as error:
        return {"status": "refused", "reason": {"code": error.problem.reason}, "answer": error.problem.what}


def change_of(case: Case, old: Reply, new: Reply) -> AnswerChange | None:
    """What differs between two replies to one question; None where nothing does."""

    def change(what: What, detail: str, unread: str = "", most: Moved | None = None, rows: int = 0, of: int = 0) -> AnswerChange:
        return AnswerChange(
            id=case.id,
            question="" if case.frozen else case.question,
            what=what,
            old_status=str(old.get("status")),
            new_status=str(new.get("status")),
            rows=rows,
            of=of,
            most=None if case.frozen else most,
            detail=(unread or f"other {what}") if case.frozen else detail,
        )

    if _outcome(old) != _outcome(new):
        said = f"{_outcome(old)} → {_outcome(new)}"
        return change("status", said, unread=said)
    if (old.get("columns") or []) != (new.get("columns") or []):
        return change("columns", f"columns {', '.join(old.get('columns') or [])} → {', '.join(new.get('columns') or [])}")
    before, after = _by_group(old), _by_group(new)
    gone, fresh = len(set(before) - set(after)), len(set(after) - set(before))
    if gone or fresh:
        return change("rows", f"{gone} groups are gone and {fresh} are new", rows=gone + fresh, of=len(after))
    moved = list(_moved(before, after))
    if moved:
        most = max(moved, key=lambda each: abs(each.relative) if each.relative is not None else math.inf)
        rows = len({each.group for each in moved})
        return change("figures", str(most), unread=most.by_how_much(), most=most, rows=rows, of=len(after))
    if list(before) != list(after):
        return change("rows", "the rows stand in another order", of=len(after))
    totals = list(_moved({(): old.get("totals") or {}}, {(): new.get("totals") or {}}))
    if totals:
        return change("figures", f"in all: {totals[0]}", unread=totals[0].by_how_much(), most=totals[0])
    return change("words", "the same in other words") if old.get("answer") != new.get("answer") else None


def _outcome(reply: Reply) -> str:
    reason = (reply.get("reason") or {}).get("code")
    return f"{reply.get('status')} ({reason})" if reason else str(reply.get("status"))


def _by_group(reply: Reply) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows by what tells them apart."""
    columns: list[str] = reply.get("columns") or []
    keys = {each["name"] for each in reply.get("schema") or [] if each.get("role") in ("dimension", "key")}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in reply.get("rows") or []:
        cells = dict(zip(columns, row, strict=False))
        found[tuple(cells[name] for name in columns if name in keys)] = {n: v for n, v in cells.items() if n not in keys}
    return found


def _moved(before: dict[tuple[Any, ...], dict[str, Any]], after: dict[tuple[Any, ...], dict[str, Any]]) -> Iterator[Moved]:
    for group, cells in before.items():
        for column, old in cells.items():
            new = after[group].get(column)
            if not _same(old, new):
                yield Moved(column=column, group=group, old=old, new=new, relative=_relative(old, new))


def _same(old: Any, new: Any) -> bool:
    """Equal but for what floating point adds."""
    if isinstance(old, float) and isinstance(new, int | float):
        return math.isclose(old, new, rel_tol=1e-9, abs_tol=1e-9)
    return old == new


def _relative(old: Any, new: Any) -> float | None:
    numbers = isinstance(old, int | float) and isinstance(new, int | float)
    return float(new) / float(old) - 1 if numbers and old else None


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
