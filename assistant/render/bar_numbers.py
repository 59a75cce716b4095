"""The numbers at the ends of bars: which bars have one, the room that it needs, and bars that run out of the chart."""

from __future__ import annotations

from typing import Any, NamedTuple

from assistant.render.axes import LETTER, MOST_TICKS, PHONE, Extent, Room, extent_of, width
from assistant.render.chart_data import DWARFS, Chart, Panel
from assistant.render.chart_parts import bar_colours, note
from assistant.render.chart_places import lies, lying_labels
from assistant.render.colours import Look, ink_on
from assistant.wording.numbers import short

NUMBER, NUMBER_LETTER, NUMBER_PAD = 11, 6.2, 7
"""Pixels: the size of a number, one of its letters, the space before it."""
LEAST_PLOT = 120
MOST_ROOM = 0.65
"""Numbers take so much of the width at most."""
GAP_BETWEEN_GROUPS = 0.28
MOST_NUMBERED_SERIES = 2


def is_piled(chart: Chart) -> bool:
    return chart.kind in ("stacked", "share")


def numbered(chart: Chart, panel: Panel) -> bool:
    """Whether bars have their number at the end: always where they lie, and where columns are wider than it."""
    if is_piled(chart) or len(panel.series) > MOST_NUMBERED_SERIES:
        return False
    if lies(chart):
        return True
    beside = 1 if len(panel.series) == 1 else (1 - GAP_BETWEEN_GROUPS) / len(panel.series)
    return max(_widths(chart, panel, panel.values()), default=0) <= PHONE / len(chart.groups) * beside


def _widths(chart: Chart, panel: Panel, values: list[float]) -> list[float]:
    """Pixels that the numbers of values need."""
    return [width(short(value, panel.column, chart.language)) * NUMBER_LETTER + NUMBER_PAD for value in values]


def bar_extent(chart: Chart, panel: Panel, beside: int = 1) -> Extent:
    """What the axis of values spans; a rest that dwarfs all else runs out of the chart, with its number.

    Args:
        beside: Panels that share the width.
    """
    if chart.kind == "share":
        return extent_of([0, 1], room=Room(0, 0.02))
    if is_piled(chart):
        by_group = zip(*(each.points for each in panel.series), strict=True)
        return extent_of([sum(point.value or 0 for point in points) for points in by_group])
    values = _within(chart, panel)
    return extent_of(values, chart.log, room=_room(chart, panel, values, beside), most=MOST_TICKS // beside)


def _within(chart: Chart, panel: Panel) -> list[float]:
    """Values that the axis must show: all but those of the rest or the unknown that would leave nothing to see of others."""
    own: list[float] = []
    others: list[float] = []
    for series in panel.series:
        for group, point in zip(chart.groups, series.points, strict=True):
            if point.value is not None:
                (others if group.tone in ("rest", "unknown") else own).append(point.value)
    largest = max(map(abs, own), default=0)
    if chart.log or not largest:
        return own + others
    return own + [value for value in others if abs(value) <= DWARFS * largest]


def _room(chart: Chart, panel: Panel, values: list[float], beside: int) -> Room:
    if not numbered(chart, panel):
        return Room()
    if not lies(chart):
        return Room(0.1, 0.1)
    labels = max(width(line) for label in lying_labels(chart) for line in label.split("<br>")) * LETTER
    plot = max(LEAST_PLOT, PHONE - labels) / beside
    below = max(_widths(chart, panel, [value for value in values if value < 0]), default=0) / plot
    above = max(_widths(chart, panel, [value for value in values if value >= 0]), default=0) / plot
    shrunk = min(1, MOST_ROOM / (below + above)) if below + above else 1
    left = 1 - (below + above) * shrunk
    return Room(below * shrunk / left, above * shrunk / left)


def number_at_end(value: float | None, extent: Extent, panel: Panel, language: str) -> str:
    """Empty where the bar ends beyond the chart."""
    within = value is not None and (extent.log or extent.low <= value <= extent.high)
    return short(value, panel.column, language) if within and value is not None else ""


class Frame(NamedTuple):
    """Where a panel is: its axes' names, and where it begins and ends along the axis of values, as parts of the chart."""

    x: str
    y: str
    start: float
    end: float


def numbers_of_run_out(chart: Chart, panel: Panel, extent: Extent, frame: Frame, look: Look) -> list[dict[str, Any]]:
    """The numbers of bars that run out of the chart, inside them."""
    if extent.log or is_piled(chart):
        return []
    found: list[dict[str, Any]] = []
    each = (1 - GAP_BETWEEN_GROUPS) / len(panel.series)
    for order, series in enumerate(panel.series):
        colours = bar_colours(chart, panel, series, order, look)
        for place, (point, colour) in enumerate(zip(series.points, colours, strict=True)):
            if point.value is None or extent.low <= point.value <= extent.high:
                continue
            middle = place + (order - (len(panel.series) - 1) / 2) * each
            number, below = short(point.value, panel.column, chart.language), point.value < extent.low
            if lies(chart):
                at = _lying(number, middle, below, frame)
            else:
                at = _standing(number, middle, below, frame, alone=len(panel.series) == 1)
            found.append(note(font={"size": NUMBER, "color": ink_on(colour)}, **at))
    return found


def _lying(number: str, middle: float, below: bool, frame: Frame) -> dict[str, Any]:
    text, x, anchor = (f"◂ {number}", frame.start, "left") if below else (f"{number} ▸", frame.end, "right")
    return {"text": f"<b>{text}</b>", "x": x, "xref": "paper", "xanchor": anchor, "y": middle, "yref": frame.y}


def _standing(number: str, middle: float, below: bool, frame: Frame, alone: bool) -> dict[str, Any]:
    """Turned in the narrow columns that stand side by side."""
    y, anchor = (frame.start, "bottom") if below else (frame.end, "top")
    if alone:
        text, turned = f"{number}<br>▾" if below else f"▴<br>{number}", 0
    else:
        text, turned = f"◂ {number}" if below else f"{number} ▸", -90
    where = {"x": middle, "xref": frame.x, "y": y, "yref": "paper", "yanchor": anchor}
    return {"text": f"<b>{text}</b>", "textangle": turned, **where}
