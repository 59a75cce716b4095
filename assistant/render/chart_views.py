"""How a chart can be seen: its kinds, a log scale, the first few groups. What fits is a matter of the data alone."""

from __future__ import annotations

from typing import Literal

from assistant.render.axes import fits_under_a_column
from assistant.render.chart_source import Source, source_of
from assistant.reply import Reply
from assistant.wording.numbers import dimension_value
from assistant.wording.texts import cleaned, fill
from semantic_layer.frozen import Frozen
from semantic_layer.words import Text

Kind = Literal["line", "area", "column", "bar", "stacked", "share", "heatmap", "sankey", "change", "growth"]
"""`bar` lies, `column` stands; `stacked` and `share` pile up series; `change` and `growth` are bars of a comparison."""

PAIRED: dict[str, tuple[Kind, ...]] = {"heatmap": ("heatmap",), "sankey": ("sankey", "heatmap")}
"""Kinds of a chart whose specification says that it is one of every value with every value."""
AREA: tuple[Kind, ...] = ("area",)
LOG_KINDS: tuple[Kind, ...] = ("line", "column", "bar")
TOPS = (5, 10, 20)
LOG_SPREAD, MOST_SPREAD = 20, 1e18
"""Between these ratios of the largest value to the smallest, a log scale shows what a linear one hides."""
MOST_COLUMNS, MOST_TIME_COLUMNS = 8, 92
MOST_GROUPED = 24
"""So many bars side by side are still read as groups."""
SIDEWAYS_FROM = 6
"""From so many groups on bars lie."""


class View(Frozen):
    """One way to see a reply's chart.

    Attributes:
        kind: None is what fits best, and so is a kind that does not fit.
        log: Ignored where it makes no sense, and so is `top`.
        top: Only the first groups (series, over time); the others are one more, "the rest", where that can be known.
    """

    kind: Kind | None = None
    log: bool = False
    top: int | None = None


BEST = View()
"""What fits best, all of it."""


class Option(Frozen):
    """An entry of a menu: what `View` takes, and its words."""

    value: str | int | bool | None
    label: Text


class Views(Frozen):
    """The menus of a chart.

    Attributes:
        kinds: The first is what fits best.
        log: None where a log scale makes no sense; it applies to `log_kinds`.
        tops: Ends with everything (None); empty where nothing can be left out.
    """

    kinds: tuple[Option, ...]
    log: Option | None = None
    log_kinds: tuple[Kind, ...] = ()
    tops: tuple[Option, ...] = ()


def views_of(reply: Reply) -> Views | None:
    """How a reply's chart can be seen; None where there is no chart."""
    source = source_of(reply)
    if source is None:
        return None
    kinds = kinds_of(source)
    log_kinds: tuple[Kind, ...] = tuple(kind for kind in LOG_KINDS if kind in kinds) if log_fits(source) else ()
    tops = tops_of(source)
    return Views(
        kinds=tuple(Option(value=kind, label=_words(kind)) for kind in kinds),
        log=Option(value=True, label=_words("log")) if log_kinds else None,
        log_kinds=log_kinds,
        tops=(*(Option(value=n, label=_words("top", n=n)) for n in tops), Option(value=None, label=_words("everything")))
        if tops
        else (),
    )


def kind_of(source: Source, view: View) -> Kind:
    kinds = kinds_of(source)
    return view.kind if view.kind in kinds else kinds[0]


def kinds_of(source: Source) -> tuple[Kind, ...]:
    """The kinds that fit, the best first."""
    if source.kind in PAIRED and source.series is not None:
        return PAIRED[source.kind]
    compared: list[Kind] = [kind for kind in ("change", "growth") if (name := source.derived(kind)) and source.values(name)]
    if source.series is not None:
        return tuple(_kinds_over_time(source) if source.is_time else _kinds_of_pairs(source, source.series))
    if source.is_time:
        return (*_kinds_of_time(source), *compared)
    return (*_kinds_of_groups(source), *compared)


def _kinds_of_time(source: Source) -> list[Kind]:
    count = len(source.along)
    if count == 1:
        return ["column"]
    kinds: list[Kind] = ["line"]
    if count <= MOST_TIME_COLUMNS and len(source.y) <= 2:
        kinds.append("column")
    if len(source.y) == 1 and min(source.values(), default=0) >= 0:
        kinds.append("area")
    return kinds


def _kinds_over_time(source: Source) -> list[Kind]:
    """Areas that are piled up would fill the gaps of time."""
    if len(source.along) == 1:
        return ["column"]
    if not _piles_up(source):
        return ["line"]
    gaps = set(source.along) - {row[source.x] for row in source.rows if row[source.y[0]] is not None}
    return ["line", "stacked", *([] if gaps else AREA), *_share(source)]


def _kinds_of_groups(source: Source) -> list[Kind]:
    count = len(source.along)
    if source.is_cycle:
        return ["column", *(["line"] if count > 2 else []), "bar"]
    column = source.columns[source.x]
    labels = [cleaned(dimension_value(key, column, source.language)) for key in source.along]
    lying = count >= SIDEWAYS_FROM or not fits_under_a_column(labels)
    return ["bar", *(["column"] if count <= MOST_COLUMNS else [])] if lying else ["column", "bar"]


def _kinds_of_pairs(source: Source, series: str) -> list[Kind]:
    """Two categories: side by side while they are few, piled up where they add up, else a map of colours.

    Hours run along an axis as the calendar does; against weekdays they make a map.
    """
    grouped: list[Kind] = ["bar"] if len(source.rows) <= MOST_GROUPED or source.columns[series].grain == "period" else []
    piled: list[Kind] = ["stacked", *_share(source)] if _piles_up(source) else []
    if source.columns[series].grain in ("hour", "weekday"):
        return ["heatmap"]
    by_hour: list[Kind] = ["line"] if source.columns[source.x].grain == "hour" and len(source.along) > 2 else []
    return [*grouped, *by_hour, *piled, "heatmap"]


def _piles_up(source: Source) -> bool:
    by_period = source.series is not None and source.columns[source.series].grain == "period"
    return source.additive(source.y[0]) and not by_period and min(source.values(), default=0) >= 0


def _share(source: Source) -> list[Kind]:
    """Shares of each group; where the values are shares already there is nothing to gain."""
    return [] if source.columns[source.y[0]].role == "share" else ["share"]


def log_fits(source: Source) -> bool:
    """Whether all values are positive, and those of a column far enough apart."""
    columns = [source.values(name) for name in source.y if source.values(name)]
    if not columns or any(min(values) <= 0 for values in columns):
        return False
    spreads = [max(values) / min(values) for values in columns]
    return any(spread >= LOG_SPREAD for spread in spreads) and max(spreads) <= MOST_SPREAD


def tops_of(source: Source) -> tuple[int, ...]:
    """How many of the first groups can be asked for; all the groups of a top N as well, which then show their rest."""
    if source.is_cycle or (source.series is None and source.is_time):
        return ()
    limited = source.series if source.series is not None and source.is_time else source.x
    count = len(source.keys(limited))
    most = 5 if limited == source.series else max(TOPS)
    found = {n for n in TOPS if n < count and n <= most}
    if source.rest and source.series is None and count <= max(TOPS):
        found.add(count)
    return tuple(sorted(found))


def _words(code: str, **parts: int) -> Text:
    return Text(zh=fill("zh", "charts", code, **parts), en=fill("en", "charts", code, **parts))
