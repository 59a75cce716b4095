"""Axes of charts: round ticks written short as the language does, labels that leave a phone room, points in time."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from assistant.render.colours import Look
from assistant.wording.numbers import is_percent, short, unit_in
from assistant.wording.texts import fill
from semantic_layer.columns import Column

LABEL_WIDTH, TITLE_WIDTH = 20, 42
"""Where labels break into lines, in widths of a Latin letter."""
LABEL_LINES = 2
PHONE, LETTER = 330, 6.6
"""Pixels: what a phone has for a chart beside its ticks, and a letter of a label."""
FEW_BUCKETS = 4
"""So many points in time are each labelled, in the words of the table; more get dates that need no language."""
LONG_SPAN = 200
"""From so many days on, ticks are months."""
BUCKET_FORMATS = {"month": "%Y-%m", "quarter": "%Y-Q%q", "year": "%Y"}
MOST_TICKS, MOST_DATE_TICKS = 4, 8
AXIS = 40
"""Pixels that the ticks of an axis of values take from the width."""
BASE = {
    "automargin": True, "ticks": "outside", "ticklen": 4, "tickcolor": "rgba(0,0,0,0)", "fixedrange": True, "zeroline": False,
    "tickangle": 0,
}  # fmt: skip


class Extent(NamedTuple):
    """What an axis of values spans, in the values' own size, with its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool

    @property
    def range(self) -> list[float]:
        """As Plotly wants it: exponents on a log scale."""
        return [math.log10(self.low), math.log10(self.high)] if self.log else [self.low, self.high]


class Room(NamedTuple):
    """What is left free beyond the lowest and the highest value, for their labels, as parts of the span between them."""

    below: float = 0.05
    above: float = 0.05


ROOM = Room()


def extent_of(values: Sequence[float], log: bool = False, zero: bool = True, room: Room = ROOM, most: int = MOST_TICKS) -> Extent:
    """What an axis should span.

    Args:
        values: All that is drawn on it; all > 0 for a log scale.
        zero: Whether zero must be on it; lines far from zero may do without. On a log scale, which has none, whether the
            least value must be above the axis, as a bar must that is to be seen.
        most: About so many ticks beside the first.
    """
    if log and values:
        return _log_extent(min(values) * (0.9 if zero else 1), max(values), room.above, most)
    low, high = min(values, default=0.0), max(values, default=0.0)
    if zero or low < 0 < high or (low < high * 0.5):
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = (low, low + 1) if low == 0 else (min(0.0, low), max(0.0, high))
    step = _round_step((high - low) / most)
    bottom = low - (high - low) * room.below if low < 0 else math.floor(low / step) * step
    top = high + (high - low) * room.above if high > 0 else high
    ticks = tuple(_tidy(number * step) for number in range(math.ceil(bottom / step - 1e-9), math.floor(top / step + 1e-9) + 1))
    return Extent(bottom, top, ticks, False)


def _log_extent(low: float, high: float, above: float, most: int) -> Extent:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    if last == first:
        last, high = first + 1, 10.0 ** (first + 1)  # a lone power of ten spans nothing by itself
    each = max(1, math.ceil((last - first) / (most + 1)))
    top = math.log10(high) + (math.log10(high) - first) * above
    ticks = tuple(10.0**power for power in range(first, last + 1, each) if power <= top)
    return Extent(10.0**first, 10.0**top, ticks, True)


def _round_step(step: float) -> float:
    """The next 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= step * (1 - 1e-9))


def _tidy(value: float) -> float:
    return float(f"{value:.12g}")


def value_axis(extent: Extent, column: Column, language: str, look: Look) -> dict[str, Any]:
    """An axis of values, with ticks of the language: Plotly's own know no 万."""
    ticks = extent.ticks
    if column.type == "count" and not is_percent(column):
        ticks = tuple(tick for tick in ticks if tick == int(tick))
    step = min((b - a for a, b in pairwise(ticks)), default=1.0)
    largest = max((abs(tick) for tick in ticks), default=1.0) or 1.0
    digits = 3 if extent.log else max(3, math.ceil(math.log10(largest / step)) + 1)
    words = [tick_words(tick, step, column, language, digits) for tick in ticks]
    return {
        **BASE,
        "type": "log" if extent.log else "linear",
        "range": extent.range,
        "tickmode": "array",
        "tickvals": list(ticks),
        "ticktext": words,
        "showgrid": True,
        "gridcolor": look.grid,
        "zeroline": not extent.log and extent.low <= 0 <= extent.high,
        "zerolinecolor": look.text,
        "zerolinewidth": 1,
    }


def tick_words(value: float, step: float, column: Column, language: str, digits: int) -> str:
    if not is_percent(column):
        return short(value, column, language, digits)
    percent = f"{_tidy(step * 100):.6f}".rstrip("0")
    decimals = len(percent.partition(".")[2])
    return f"{value * 100:,.{decimals}f}%"


def titled(heading: str, column: Column, language: str) -> str:
    """What stands above an axis of values: the heading with the unit, unless that says the same."""
    unit = "" if is_percent(column) else unit_in(column, language)
    return fill(language, "charts", "unit", label=heading, unit=unit) if unit and unit.lower() != heading.lower() else heading


# ---- points in time -----------------------------------------------------------------------------------------------------


def date_axis(starts: Sequence[str], words: Sequence[str], column: Column) -> dict[str, Any]:
    """An axis of dates: never months of another language, never parts of a day, never a week that begins in its middle."""
    axis: dict[str, Any] = {**BASE, "type": "date", "showgrid": False}
    if len(starts) <= MOST_DATE_TICKS or column.grain in ("week", "year"):
        picked, texts = bucket_ticks(starts, words, column)
        half = (date.fromisoformat(starts[-1]) - date.fromisoformat(starts[0])) / (2 * max(1, len(starts) - 1))
        ends = [datetime.fromisoformat(starts[0]) - half, datetime.fromisoformat(starts[-1]) + half]
        return {
            **axis,
            "tickmode": "array",
            "tickvals": [starts[index] for index in picked],
            "ticktext": texts,
            "range": [end.isoformat(sep=" ") for end in ends],
        }
    return {**axis, "tickformat": BUCKET_FORMATS.get(column.grain or "") or _day_format(starts)}


def bucket_ticks(starts: Sequence[str], words: Sequence[str], column: Column) -> tuple[list[int], list[str]]:
    """Which buckets have a tick, and its text: few are all in words, more are dates that a phone has room for."""
    if len(starts) <= FEW_BUCKETS:
        return list(range(len(starts))), under_columns(words, lines=3)
    texts = [_compact(start, starts, column) for start in starts]
    picked = every(len(starts), min(MOST_DATE_TICKS, int((PHONE - AXIS) / (max(map(len, texts)) * LETTER + 6))))
    return picked, [texts[index] for index in picked]


def _compact(start: str, starts: Sequence[str], column: Column) -> str:
    """A bucket by the day that it begins, without words: 2017-04, 2017-Q2, 2017-04-03, 04-03."""
    year, month, day = start.split("-")
    if column.grain == "quarter":
        return f"{year}-Q{(int(month) + 2) // 3}"
    of_days = f"{month}-{day}" if starts[0][:4] == starts[-1][:4] else f"{year}-{month}-{day}"
    return {"month": f"{year}-{month}", "year": year}.get(column.grain or "", of_days)


def _day_format(starts: Sequence[str]) -> str:
    """Of days: as short as their span allows, since a phone has room for few long dates."""
    first, last = date.fromisoformat(starts[0]), date.fromisoformat(starts[-1])
    if (last - first).days > LONG_SPAN:
        return "%Y-%m"
    return "%m-%d" if first.year == last.year else "%Y-%m-%d"


def every(count: int, most: int) -> list[int]:
    """So many evenly spaced indices of a range at most, the first among them."""
    return list(range(0, count, max(1, math.ceil(count / most))))


# ---- labels -------------------------------------------------------------------------------------------------------------


def width(text: str) -> int:
    """In widths of a Latin letter."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def wrapped(text: str, room: int = LABEL_WIDTH, lines: int = LABEL_LINES) -> str:
    """A label in lines, as Plotly shows them; words stay whole where they can, and what does not fit ends in an ellipsis."""
    return "<br>".join(shown(line) for line in lines_of(text, room, lines))


def lines_of(text: str, room: int, lines: int) -> list[str]:
    found = [""]
    for piece in PIECES.findall(text):
        if found[-1] and width(found[-1]) + width(piece.rstrip()) > room:
            found.append("")
        found[-1] += piece
    if len(found) > lines:
        found = [*found[: lines - 1], "".join(found[lines - 1 :])]
    return [clipped(line.strip(), room) for line in found]


PIECES = re.compile(
    r"[（《「『【]*(?:\d+[年月日点季周]|第\d+[^\s\d]{1,2}|[^\s\u2e80-\uffff]+|.)[）》」』】，。、；：！？]*\s*", re.DOTALL
)
"""What stays on one line: a word, a Chinese sign or part of a date, with the brackets and stops that belong to it."""


def fits(text: str, room: int, lines: int = LABEL_LINES) -> bool:
    """Whether a label can be shown whole."""
    return "".join(lines_of(text, room, lines)).replace(" ", "") == text.replace(" ", "")


def under_columns(labels: Sequence[str], lines: int = LABEL_LINES) -> list[str]:
    """Labels below columns that stand side by side on a phone, in lines of about one length."""
    most = _column_width(len(labels))
    return ["<br>".join(map(shown, even_lines(label, most, lines))) for label in labels]


def even_lines(text: str, room: int, lines: int) -> list[str]:
    """No more lines than the room needs, and of about one length."""
    taken = len(lines_of(text, room, lines))
    return lines_of(text, next((least for least in range(4, room) if fits(text, least, taken)), room), lines)


def fits_under_a_column(labels: Sequence[str]) -> bool:
    return all(fits(label, _column_width(len(labels))) for label in labels)


def _column_width(count: int) -> int:
    """Letters that one of so many columns has below it."""
    return max(4, min(LABEL_WIDTH, int((PHONE - AXIS) / count / LETTER - 0.5)))


def clipped(text: str, room: int) -> str:
    """A text on one line."""
    if width(text) <= room:
        return text
    while text and width(text) > room - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def shown(text: str) -> str:
    """A text that Plotly shows as it is; it obeys some HTML, links among it, and fills in templates in titles."""
    return html.escape(text, quote=False).replace("%{", "%&#123;").replace("$", "&#36;")
