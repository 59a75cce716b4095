"""The kinds of metrics: the figure of each group, from the rows, as docs/metrics.md says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from oracle.truth.arithmetic import Number, aggregate, formula, names_in, over
from oracle.truth.conditions import Counted, entity_of, holds, read, rows_on, value
from oracle.truth.days import Days, day_of, units_later
from oracle.truth.refusals import Refusal, Unsure
from oracle.truth.scalars import scalar
from oracle.truth.scene import Scene
from oracle.truth.sight import Row
from oracle.truth.workspace import Plain, listed, use

Group = tuple[Any, ...]
STOCK_OF_NOTHING: Number = None
"""What a stock is where no row was taken."""


@dataclass(frozen=True)
class When:
    """The days that count, and those of the period before; None where all rows do, whatever their day.

    Attributes:
        assumed: No period was asked: rows without a time count whatever the days are.
    """

    days: Days | None
    before: Days | None = None
    assumed: bool = False


@dataclass
class Figures:
    """A figure for each group.

    Attributes:
        of: Groups that have rows.
        otherwise: The figure of any other group.
        sure: Groups that a result must show. Whether it shows those in which a kind counts nothing is not laid down.
    """

    of: dict[Group, Number]
    otherwise: Number = None
    sure: set[Group] = field(default_factory=set)

    def at(self, group: Group) -> Number:
        return self.of.get(group, self.otherwise)


def combined(combine: Callable[..., Number], *parts: Figures) -> Figures:
    """A figure of several, group by group; a part without rows in a group has there what it has without rows."""
    groups = {group for part in parts for group in part.of}
    return Figures(
        {group: combine(*(part.at(group) for part in parts)) for group in groups},
        combine(*(part.otherwise for part in parts)),
        {group for part in parts for group in part.sure},
    )


def counted_only(of: dict[Group, Number], otherwise: Number) -> Figures:
    """Figures of a kind that counts entities: a group in which nothing was counted may be shown or not."""
    return Figures(of, otherwise, {group for group, figure in of.items() if figure})


@dataclass(frozen=True)
class Asking:
    """What a metric is asked for.

    Attributes:
        where: Filters of the request: a group without rows that meet them is not there.
        beside: Filters that stand beside the metric in a definition: they narrow the figure, and no group goes by them.
    """

    when: When
    by: tuple[Plain, ...] = ()
    where: tuple[Plain, ...] = ()
    beside: tuple[Plain, ...] = ()

    def narrowed(self, where: Any) -> Asking:
        return self if where is None else replace(self, beside=(*self.beside, read(where)))

    def on(self, days: Days | None) -> Asking:
        return replace(self, when=When(days))


def figures(scene: Scene, name: str, asking: Asking) -> Figures:
    """The figures of a metric."""
    return KINDS[scene.sight.workspace.kind(name)](scene, scene.sight.workspace.metrics[name], asking)


def rows_of(scene: Scene, dataset: str, time: str | None, asking: Asking) -> tuple[Counted, list[Row]]:
    home = scene.sight.dataset(dataset)
    time = time or home.time
    always = time is None and (asking.when.assumed or not home.window)
    counted = Counted(home, time, None if always else asking.when.days)
    return counted, list(rows_on(scene, counted, list(asking.where)))


def parted(scene: Scene, rows: Iterable[Row], asking: Asking, counted: Counted) -> dict[Group, list[Row]]:
    """Rows by their group; without groups all are one, though there be none."""
    found: dict[Group, list[Row]] = {} if asking.by else {(): []}
    for row in rows:
        members = found.setdefault(tuple(value(scene, ref, row, counted) for ref in asking.by), [])
        if all(holds(scene, each, row, counted) for each in asking.beside):
            members.append(row)
    return found


def by_entity(scene: Scene, rows: Iterable[Row], entity: str, counted: Counted) -> dict[Group, list[Row]]:
    """Rows by the entity that they belong to; those of none are left out."""
    found: dict[Group, list[Row]] = {}
    for row in rows:
        key = entity_of(scene, entity, row, counted)
        if key is not None:
            found.setdefault(key, []).append(row)
    return found


def counts(scene: Scene, metric: Plain, rows: Iterable[Row], counted: Counted) -> list[Row]:
    """The rows that meet an aggregate's own filter."""
    where = metric.get("where")
    return [row for row in rows if where is None or holds(scene, read(where), row, counted)]


def of_rows(scene: Scene, metric: Plain, rows: Iterable[Row], counted: Counted) -> Number:
    """An aggregate over rows; a combination with an unknown part is none."""
    expressions = listed(metric.get("expr"))
    chosen = counts(scene, metric, rows, counted)
    if not expressions:
        return len(chosen)
    values = [tuple(scalar(text, row.cells.__getitem__) for text in expressions) for row in chosen]
    known = [each if len(each) > 1 else each[0] for each in values if None not in each]
    return aggregate(metric["agg"], known, metric.get("percentile"))


def _nothing(metric: Plain) -> Number:
    return 0 if metric["agg"] in ("sum", "count", "count_distinct") else None


def _aggregate(scene: Scene, metric: Plain, asking: Asking) -> Figures:
    counted, rows = rows_of(scene, metric["dataset"], metric.get("time"), asking)
    groups = parted(scene, rows, asking, counted)
    return Figures(
        {group: of_rows(scene, metric, found, counted) for group, found in groups.items()}, _nothing(metric), set(groups)
    )


def _ratio(scene: Scene, metric: Plain, asking: Asking) -> Figures:
    sides = [use(metric["ratio"][side]) for side in ("numerator", "denominator")]
    return combined(over, *(figures(scene, side["metric"], asking.narrowed(side.get("where"))) for side in sides))


def _derived(scene: Scene, metric: Plain, asking: Asking) -> Figures:
    names = names_in(metric["derived"])
    metrics = [name for name in names if name in scene.sight.workspace.metrics]
    parts = [figures(scene, name, asking) for name in metrics]
    if not parts:
        return Figures({(): formula(metric["derived"], scene.parameters)})
    return combined(
        lambda *found: formula(metric["derived"], {**scene.parameters, **dict(zip(metrics, found, strict=True))}), *parts
    )


def _cumulative(scene: Scene, metric: Plain, asking: Asking) -> Figures:
    window = metric["cumulative"]
    if asking.when.days is None:
        raise Unsure
    last = asking.when.days.last
    if window.get("to_date"):
        first = scene.calendar.unit(last, window["to_date"]).first
    else:
        first = units_later(last + timedelta(days=1), -window["last"], window.get("unit", "day"))
    return figures(scene, window["metric"], asking.on(Days(first, last)))


def _moving(scene: Scene, metric: Plain, asking: Asking) -> Figures:
    """The figures of single days, added up one by one and divided by their number; none where one lies before the data."""
    moving = metric["moving"]
    if asking.when.days is None:
        raise Unsure
    last = asking.when.days.last
    days = [last - timedelta(days=back) for back in range(moving["last"])]
    found = [figures(scene, moving["metric"], asking.on(Days(day, day))) for day in days]
    if moving["first"] is not None and days[-1] < moving["first"]:
        return combined(lambda *parts: None, *found)
    return combined(lambda *parts: over(sum(float(part or 0) for part in parts), len(parts)), *found)


def _semi_additive(scene: Scene, metric: Plain, asking: Asking) -> Figures:
    stock = metric["semi_additive"]
    # The day is that of any row that can be seen, whatever is asked of it.
    counted, taken = rows_of(scene, stock["dataset"], None, Asking(asking.when))
    days = [_day(scene, row, counted) for row in taken if _day(scene, row, counted) is not None]
    if not days:
        return Figures({} if asking.by else {(): STOCK_OF_NOTHING}, STOCK_OF_NOTHING, set() if asking.by else {()})
    day = min(days) if stock.get("take") == "first" else max(days)
    counted, rows = rows_of(scene, stock["dataset"], None, asking)
    groups = parted(scene, (row for row in rows if _day(scene, row, counted) == day), asking, counted)
    found: dict[Group, Number] = {}
    for group, members in groups.items():
        values = [scalar(stock["expr"], row.cells.__getitem__) for row in members]
        known = [each for each in values if each is not None]
        found[group] = sum(known) if known else STOCK_OF_NOTHING
    return Figures(found, STOCK_OF_NOTHING, {group for group, figure in found.items() if figure is not None})


def _day(scene: Scene, row: Row, counted: Counted) -> Any:
    if counted.time is None:
        raise Refusal("no_time")
    moment = scene.sight.field(row, counted.time)
    return None if moment is None else day_of(moment)


def _repeat(scene: Scene, metric: Plain, asking: Asking) -> Figures:
    entity, inner, least = metric["repeat"]["entity"], metric["repeat"]["metric"], metric["repeat"].get("at_least", 2)
    plain = scene.sight.workspace.metrics[inner]
    counted, rows = rows_of(scene, plain["dataset"], plain.get("time"), asking)
    found: dict[Group, Number] = {}
    for group, members in parted(scene, rows, asking, counted).items():
        active = by_entity(scene, counts(scene, plain, members, counted), entity, counted)
        figure = {key: of_rows(scene, plain, own, counted) for key, own in active.items()}
        found[group] = over(sum(1 for each in figure.values() if each is not None and each >= least), len(active))
    return counted_only(found, None)


def _new_entities(scene: Scene, metric: Plain, asking: Asking) -> Figures:
    entity, dataset = metric["new_entities"]["entity"], metric["new_entities"]["dataset"]
    everything, rows = rows_of(scene, dataset, None, Asking(When(None)))
    timed = [row for row in rows if _day(scene, row, everything) is not None]
    first: set[int] = set()
    for own in by_entity(scene, timed, entity, everything).values():
        moments = [_moment(scene, row, everything) for row in own]
        first |= {id(row) for row, moment in zip(own, moments, strict=True) if moment == min(moments)}
    counted, rows = rows_of(scene, dataset, None, asking)
    groups = parted(scene, rows, asking, counted)
    of = {
        group: len(by_entity(scene, (row for row in members if id(row) in first), entity, counted))
        for group, members in groups.items()
    }
    return counted_only(of, 0)


def _moment(scene: Scene, row: Row, counted: Counted) -> datetime:
    assert counted.time
    moment = scene.sight.field(row, counted.time)
    return moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)


def _retention(scene: Scene, metric: Plain, asking: Asking) -> Figures:
    entity, dataset = metric["retention"]["entity"], metric["retention"]["dataset"]
    if scene.sight.dataset(dataset).time is None:
        raise Refusal("no_time")
    if asking.when.days is None or asking.when.before is None:
        return counted_only({} if asking.by else {(): None}, None)
    active: list[dict[Group, set[Group]]] = []
    for days in (asking.when.before, asking.when.days):
        counted, rows = rows_of(scene, dataset, None, asking.on(days))
        groups = parted(scene, rows, asking, counted)
        active.append({group: set(by_entity(scene, members, entity, counted)) for group, members in groups.items()})
    before, now = active
    of = {
        group: over(len(before.get(group, set()) & now.get(group, set())), len(before.get(group, set())))
        for group in {**before, **now}
    }
    return counted_only(of, None)


def _conversion(scene: Scene, metric: Plain, asking: Asking) -> Figures:
    entity, days = metric["conversion"]["entity"], metric["conversion"]["within_days"]
    base, then = (scene.sight.workspace.metrics[metric["conversion"][side]] for side in ("base", "then"))
    counted, rows = rows_of(scene, base["dataset"], base.get("time"), asking)
    _need_time(counted)
    later_counted, later_rows = rows_of(scene, then["dataset"], then.get("time"), Asking(When(scene.always)))
    _need_time(later_counted)
    later = by_entity(scene, counts(scene, then, later_rows, later_counted), entity, later_counted)

    def converts(row: Row, other: Row) -> bool:
        one, two = scene.sight.field(row, counted.time or ""), scene.sight.field(other, later_counted.time or "")
        if one is None or not 0 <= (day_of(two) - day_of(one)).days <= days:
            return False
        known_earlier = isinstance(one, datetime) and isinstance(two, datetime) and two < one
        return not known_earlier

    of: dict[Group, Number] = {}
    for group, members in parted(scene, rows, asking, counted).items():
        began = by_entity(scene, counts(scene, base, members, counted), entity, counted)
        done = [key for key, own in began.items() if any(converts(row, other) for row in own for other in later.get(key, []))]
        of[group] = over(len(done), len(began))
    return counted_only(of, None)


def _need_time(counted: Counted) -> None:
    if counted.time is None:
        raise Refusal("no_time")


def of_each(scene: Scene, entity: str, name: str, days: Days | None, where: Any, filtered: Counted) -> Figures:
    """The figure of each entity: of a metric, or how many different values of a field or of another key its rows have."""
    conditions = () if where is None else (read(where),)
    if name in scene.sight.workspace.metrics:
        return _of_each(scene, entity, name, Asking(When(days), (), (), conditions))
    counted = Counted(filtered.dataset, filtered.dataset.time, days)
    found: dict[Group, Number] = {}
    for key, rows in by_entity(scene, rows_on(scene, counted, list(conditions)), entity, counted).items():
        found[key] = len({each for row in rows if (each := _counted_value(scene, name, row, counted)) is not None})
    return Figures(found, 0)


def _counted_value(scene: Scene, name: str, row: Row, counted: Counted) -> Any:
    if name in scene.sight.workspace.entities:
        return entity_of(scene, name, row, counted)
    return value(scene, {"kind": "field", "name": name}, row, counted)


def _of_each(scene: Scene, entity: str, name: str, asking: Asking) -> Figures:
    metric = scene.sight.workspace.metrics[name]
    match scene.sight.workspace.kind(name):
        case "aggregate":
            counted, rows = rows_of(scene, metric["dataset"], metric.get("time"), asking)
            # Who has no row that the metric counts has no place in a ranking by it.
            chosen = counts(scene, metric, parted(scene, rows, asking, counted)[()], counted)
            own = by_entity(scene, chosen, entity, counted)
            return Figures({key: of_rows(scene, metric, found, counted) for key, found in own.items()}, _nothing(metric))
        case "ratio":
            sides = [use(metric["ratio"][side]) for side in ("numerator", "denominator")]
            return combined(
                over, *(_of_each(scene, entity, side["metric"], asking.narrowed(side.get("where"))) for side in sides)
            )
        case "derived":
            metrics = [each for each in names_in(metric["derived"]) if each in scene.sight.workspace.metrics]
            parts = [_of_each(scene, entity, each, asking) for each in metrics]
            return combined(
                lambda *found: formula(metric["derived"], {**scene.parameters, **dict(zip(metrics, found, strict=True))}), *parts
            )
    raise Refusal("bad_request", "kind_not_compiled")


KINDS: dict[str, Callable[[Scene, Plain, Asking], Figures]] = {
    "aggregate": _aggregate,
    "ratio": _ratio,
    "derived": _derived,
    "cumulative": _cumulative,
    "moving": _moving,
    "semi_additive": _semi_additive,
    "repeat": _repeat,
    "new_entities": _new_entities,
    "retention": _retention,
    "conversion": _conversion,
}
