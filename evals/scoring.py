"""Whether a reply is right: its status, and its rows against gold rows or its text against key words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from evals.golden import Case, Gold
from semantic_layer.columns import UNKNOWN
from semantic_layer.frozen import Frozen

Verdict = Literal["right", "wrong_but_confident", "needless_clarify", "needless_refusal", "wrong_status", "error"]
Row = tuple[Any, ...]


class Score(Frozen):
    """One judged reply, with the reason."""

    id: str
    category: str
    lang: str
    pair: str | None
    frozen: bool
    expect: str
    status: str
    verdict: Verdict
    why: str = ""
    milliseconds: float = 0.0
    planning: float = 0.0


def score(case: Case, reply: dict[str, Any], gold: Gold) -> Score:
    """Judges one reply in the form of the output contract."""
    status = str(reply.get("status", "error"))
    right, why = _right(case, status, reply, gold)
    timings = reply.get("timings_ms") or {}
    return Score(
        id=case.id,
        category=case.category,
        lang=case.lang,
        pair=case.pair,
        frozen=case.frozen,
        expect=case.expect,
        status=status,
        verdict="right" if right else _verdict(case, status),
        why=why,
        milliseconds=float(timings.get("total", 0.0)),
        planning=float(timings.get("plan", 0.0)) + float(timings.get("compile", 0.0)),
    )


def _verdict(case: Case, status: str) -> Verdict:
    if status == "answered":
        return "wrong_but_confident"
    if status == "error":
        return "error"
    if case.expect == "answered":
        return "needless_clarify" if status == "clarify" else "needless_refusal"
    return "wrong_status"


def _right(case: Case, status: str, reply: dict[str, Any], gold: Gold) -> tuple[bool, str]:
    if status != case.expect:
        return status in case.also, f"expected {case.expect}, got {status}"
    if status != "answered":
        return True, ""
    if case.match == "keys" or case.gold is None:
        text = re.sub(r"\s+", "", str(reply.get("answer", "")) + _cells(reply)).lower()
        missing = [words for words in case.keys if not any(re.sub(r"\s+", "", word).lower() in text for word in words)]
        return not missing, f"no word of {missing[0]}" if missing else ""
    rows = [tuple(row) for row in reply.get("rows") or []]
    optional = [plain(row) for row in gold.rows(case.optional)] if case.optional else []
    for sql in (case.gold, *case.alt):
        if rows_match([plain(row) for row in gold.rows(sql)], optional, rows, ordered=case.match == "ordered"):
            return True, ""
    return False, "rows differ" if rows else "no rows"


def _cells(reply: dict[str, Any]) -> str:
    return " ".join(str(cell) for row in reply.get("rows") or [] for cell in row)


def plain(row: Row) -> Row:
    """A gold row as JSON would hold it."""
    return tuple(
        float(cell) if isinstance(cell, Decimal) else cell.isoformat()[:10] if isinstance(cell, date | datetime) else cell
        for cell in row
    )


def rows_match(gold: Sequence[Row], optional: Sequence[Row], rows: Sequence[Row], ordered: bool) -> bool:
    """Whether the gold columns can be laid on distinct answer columns so that the rows agree.

    Extra answer columns and any column order are fine; without `ordered` rows agree in any order. Optional rows may be
    there or not.
    """
    if not gold:
        return not rows
    if not len(gold) <= len(rows) <= len(gold) + len(optional):
        return False
    width, needed = min(len(row) for row in rows), len(gold[0])
    if needed > width:
        return False
    fitting = [
        [column for column in range(width) if all(any(same(row[index], each[column]) for each in rows) for row in gold)]
        for index in range(needed)
    ]
    for columns in _choices(fitting):
        shown = [tuple(row[column] for column in columns) for row in rows]
        if _agree(gold, optional, shown, ordered):
            return True
    return False


def _choices(fitting: list[list[int]]) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = [()]
    for options in fitting:
        found = [(*chosen, option) for chosen in found for option in options if option not in chosen]
    return found[:5000]


def _agree(gold: Sequence[Row], optional: Sequence[Row], rows: Sequence[Row], ordered: bool) -> bool:
    if ordered:
        at = 0
        for row in rows:
            if at < len(gold) and same_row(gold[at], row):
                at += 1
            elif not any(same_row(each, row) for each in optional):
                return False
        return at == len(gold)
    left = list(rows)
    for wanted in gold:
        found = next((row for row in left if same_row(wanted, row)), None)
        if found is None:
            return False
        left.remove(found)
    return all(any(same_row(each, row) for each in optional) for row in left)


def same_row(gold: Row, row: Row) -> bool:
    return all(same(wanted, found) for wanted, found in zip(gold, row, strict=True))


def same(gold: Any, found: Any) -> bool:
    """Equal cells: numbers within a rounding for display, labels whatever their case, missing as Unknown or null."""
    if gold is None or found is None:
        return gold in (None, UNKNOWN) and found in (None, UNKNOWN)
    if isinstance(gold, bool) or isinstance(found, bool):
        return str(gold).lower() == str(found).lower()
    if isinstance(gold, int | float) and isinstance(found, int | float):
        if float(gold).is_integer() and abs(gold) < 1000:
            return abs(gold - found) < 1e-6
        return abs(gold - found) <= max(0.0005 * abs(gold), 0.00005)
    return _label(gold) == _label(found)


def _label(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return re.sub(r"[\s_]+", "", str(value)).lower()
