"""Conditions over one row, short or typed. Two-valued: what is unknown meets no comparison, and `not` makes that true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle.truth.days import ROUND, SERIES, Days, as_date, day_of
from oracle.truth.refusals import Refusal
from oracle.truth.sight import Row, Sight
from oracle.truth.values import compare, equal, plain
from oracle.truth.workspace import Dataset, Plain

if TYPE_CHECKING:
    from oracle.truth.scene import Scene

WORDS = {"is": "eq", "not": "ne", "at_least": "ge", "more_than": "gt", "at_most": "le", "less_than": "lt", "contains": "contains"}


@dataclass(frozen=True)
class Counted:
    """Which rows a condition is about.

    Attributes:
        dataset: The dataset of the rows.
        time: The field that their days go by; None where they have none.
        days: The days on which they count; None where all do, whatever their day.
    """

    dataset: Dataset
    time: str | None
    days: Days | None


def read_ref(value: Any) -> Plain:
    """`city`, `month` and `paid_on.month` as typed references."""
    if not isinstance(value, str):
        return {**value, "condition": read(value["condition"])} if value.get("kind") == "meets" else value
    owner, _, last = value.rpartition(".")
    if last in (*SERIES, *ROUND):
        return {"kind": "time", "grain": last, "field": owner or None}
    return {"kind": "field", "name": value}


def read(value: Any) -> Plain:
    """The typed form of a condition."""
    if isinstance(value, list):
        return {"kind": "and", "of": [read(each) for each in value]}
    if "kind" in value:
        return _typed(value)
    for word, kind in (("all", "and"), ("any", "or")):
        if word in value:
            return {"kind": kind, "of": [read(each) for each in value[word]]}
    if "did" in value:
        return _done({**value, "kind": "did", "dataset": value["did"]})
    if set(value) == {"not"}:
        return {"kind": "not", "of": read(value["not"])}
    return _comparison(*_left(value))


def _typed(value: Plain) -> Plain:
    match value["kind"]:
        case "and" | "or":
            return {**value, "of": [read(each) for each in value.get("of", [])]}
        case "not":
            return {**value, "of": read(value["of"])}
        case "in":
            return {"values": [], **value, "left": read_ref(value["left"])}
        case "did":
            return _done(value)
        case _:
            return {**value, "left": read_ref(value["left"])}


def _done(value: Plain) -> Plain:
    """What was done, with its filters and those of the first time typed."""
    found = {**value, "where": None if value.get("where") is None else read(value["where"])}
    within = value.get("within")
    if within is not None and within.get("where") is not None:
        found["within"] = {**within, "where": read(within["where"])}
    return found


def _left(value: Plain) -> tuple[Plain, Plain]:
    """The left side of a short condition, and what is left of it."""
    rest = dict(value)
    if "metric" in rest:
        left = {"kind": "entity_metric", "metric": rest.pop("metric"), "entity": rest.pop("of", None)}
        left |= {key: rest.pop(key) for key in ("rank", "rank_part") if key in rest}
        return left | {"period": rest.pop("period", None), "where": rest.pop("where", None)}, rest
    return read_ref(rest.pop("field")), rest


def _right(value: Any) -> Any:
    if not isinstance(value, dict) or "kind" in value:
        return value
    if "attribute" in value:
        return {"kind": "attribute", "name": value["attribute"]}
    left, _ = _left({key: each for key, each in value.items() if key != "times"})
    return {"kind": "scaled", "factor": value["times"], "ref": left} if "times" in value else left


def _comparison(left: Plain, rest: Plain) -> Plain:
    ((word, right),) = rest.items()
    if word == "missing":
        missing = {"kind": "is_null", "left": left}
        return missing if right else {"kind": "not", "of": missing}
    if word in ("in", "not_in") or (word == "is" and isinstance(right, dict) and "attribute" in right):
        listed = {"kind": "in", "left": left, "values": _right(right)}
        return {"kind": "not", "of": listed} if word == "not_in" else listed
    if word == "between":
        return {"kind": "between", "left": left, "low": right[0], "high": right[1]}
    return {"kind": "compare", "left": left, "op": WORDS[word], "right": _right(right)}


def compared(condition: Plain) -> Iterator[Plain]:
    """What the comparisons of a typed condition are about."""
    match condition["kind"]:
        case "and" | "or":
            for each in condition["of"]:
                yield from compared(each)
        case "not":
            yield from compared(condition["of"])
        case "did":
            return
        case _:
            yield from (side for side in (condition["left"], condition.get("right")) if isinstance(side, dict))


def holds(scene: Scene, condition: Plain, row: Row, counted: Counted) -> bool:
    """Whether a row meets a typed condition."""
    match condition["kind"]:
        case "and":
            return all(holds(scene, each, row, counted) for each in condition["of"])
        case "or":
            return any(holds(scene, each, row, counted) for each in condition["of"])
        case "not":
            return not holds(scene, condition["of"], row, counted)
        case "did":
            return _did(scene, condition, row, counted)
        case "is_null":
            return value(scene, condition["left"], row, counted) is None
        case "in":
            left = value(scene, condition["left"], row, counted)
            return any(equal(left, each) for each in condition["values"])
        case "between":
            left = value(scene, condition["left"], row, counted)
            return compare(left, "ge", condition["low"], literal=True) and compare(left, "le", condition["high"], literal=True)
    left, right = value(scene, condition["left"], row, counted), condition["right"]
    literal = not isinstance(right, dict)
    return compare(left, condition["op"], right if literal else value(scene, right, row, counted), literal)


def value(scene: Scene, ref: Plain, row: Row, counted: Counted) -> Any:
    """What a reference is for a row; None is unknown."""
    match ref["kind"]:
        case "constant":
            return ref["value"]
        case "field":
            place = scene.sight.reach(counted.dataset).place(ref["name"])
            return plain(scene.sight.value(row, counted.dataset, place))
        case "time":
            moment = moment_of(scene, ref, row, counted)
            return None if moment is None else scene.calendar.bucket(moment, ref["grain"])
        case "each":
            return entity_of(scene, ref["whose"], row, counted)
        case "entity_metric":
            return _entity_metric(scene, ref, row, counted)
        case "meets":
            known = entity_of(scene, ref["entity"], row, counted) is not None
            return holds(scene, ref["condition"], row, counted) if known else None
        case "scaled":
            inner = value(scene, ref["ref"], row, counted)
            return None if inner is None else float(inner) * ref["factor"]
    raise AssertionError(ref)


def moment_of(scene: Scene, ref: Plain, row: Row, counted: Counted) -> Any:
    """The time that a bucket is cut from: that of the rows, unless a field is named."""
    if ref.get("field"):
        place = scene.sight.reach(counted.dataset).place(ref["field"])
        return scene.sight.value(row, counted.dataset, place)
    if counted.time is None:
        raise Refusal("no_time")
    return scene.sight.field(row, counted.time)


def entity_of(scene: Scene, entity: str, row: Row, counted: Counted) -> tuple[Any, ...] | None:
    """The key of the entity that a row belongs to."""
    return scene.sight.key(row, counted.dataset, scene.sight.reach(counted.dataset).key(entity))


def days_meant(scene: Scene, period: Any, counted: Counted, data: Days | None) -> Days:
    """The days of a condition's own period, to the edges of its own data; else those of the rows that it filters.

    Rows that count whatever the days are have all days so far.
    """
    if period is not None:
        return scene.calendar.asked(period, data).days
    return counted.days or scene.always


def _entity_metric(scene: Scene, ref: Plain, row: Row, counted: Counted) -> Any:
    from oracle.truth.check import covered_by, measures_of
    from oracle.truth.kinds import of_each

    entity = ref.get("entity") or scene.about
    assert entity
    key = entity_of(scene, entity, row, counted)
    if key is None:
        return None
    data = covered_by(scene.sight, measures_of(scene.sight, ref["metric"], counted))
    days = days_meant(scene, ref.get("period"), counted, data)
    memo = (json.dumps(ref, sort_keys=True, default=str), days, counted.dataset.name, entity)
    if memo not in scene.memo:
        scene.memo[memo] = of_each(scene, entity, ref["metric"], days, ref.get("where"), counted)
    figures = scene.memo[memo]
    return _rank(figures.of, key, ref) if ref.get("rank") else figures.of.get(key, figures.otherwise)


def _rank(figures: dict[Any, Any], key: Any, ref: Plain) -> Any:
    """One more than those that are ahead, of all that have a figure; as a part of their number where that is asked."""
    own, known = figures.get(key), [each for each in figures.values() if each is not None]
    if own is None:
        return None
    ahead = sum(each > own if ref["rank"] == "highest" else each < own for each in known)
    return (ahead + 1) / len(known) if ref.get("rank_part") else ahead + 1


def _did(scene: Scene, condition: Plain, row: Row, counted: Counted) -> bool:
    key = entity_of(scene, condition["entity"], row, counted)
    if key is None:
        return False
    home, within = scene.sight.dataset(condition["dataset"]), condition.get("within")
    days = days_meant(scene, condition.get("period"), counted, scene.sight.covers(home.name, home.time))
    if within is not None and condition.get("period") is None:
        days = scene.always
    memo = (json.dumps(condition, sort_keys=True, default=str), days)
    if memo not in scene.memo:
        done = Counted(home, home.time, days)
        found = list(rows_on(scene, done, [condition["where"]] if condition.get("where") else []))
        if within is not None:
            found = _soon_after(scene, found, within, condition["entity"], done)
        scene.memo[memo] = [entity_of(scene, condition["entity"], each, done) for each in found]
    return scene.memo[memo].count(key) >= (condition.get("count") or 1)


def _soon_after(scene: Scene, rows: list[Row], within: Plain, entity: str, done: Counted) -> list[Row]:
    """The rows of the days that follow what each is held against: the first time of its entity, or a date of its own."""
    if done.time is None:
        raise Refusal("no_time")
    firsts = _first_days(scene, within, entity, done) if _is_after_first(within) else None
    found: list[Row] = []
    for row in rows:
        if firsts is not None:
            start = firsts.get(entity_of(scene, entity, row, done))
        else:
            place = scene.sight.reach(done.dataset).place(within["after"])
            moment = scene.sight.value(row, done.dataset, place)
            start = None if moment is None else as_date(day_of(moment))
        day = day_of(scene.sight.field(row, done.time))
        if start is not None and (0 if firsts is None else 1) <= (day - start).days <= within["days"]:
            found.append(row)
    return found


def _is_after_first(within: Plain) -> bool:
    return within.get("after", "first") == "first"


def _first_days(scene: Scene, within: Plain, entity: str, done: Counted) -> dict[Any, Any]:
    """The first day of each entity, of all rows that are seen."""
    home = scene.sight.dataset(within.get("dataset") or done.dataset.name)
    counted = Counted(home, home.time, None)
    found: dict[Any, Any] = {}
    for row in rows_on(scene, counted, [within["where"]] if within.get("where") else []):
        key, moment = entity_of(scene, entity, row, counted), scene.sight.field(row, home.time or "")
        if key is not None and moment is not None:
            found[key] = min(found.get(key, day_of(moment)), day_of(moment))
    return found


def rows_on(scene: Scene, counted: Counted, where: list[Plain]) -> Iterator[Row]:
    """The visible rows that count on the days and meet all conditions."""
    for row in scene.sight.listed(counted.dataset.name):
        if on_days(scene, row, counted) and all(holds(scene, each, row, counted) for each in where):
            yield row


def on_days(scene: Scene, row: Row, counted: Counted) -> bool:
    if counted.days is None or (counted.time is None and counted.days == scene.always):
        return True
    if counted.dataset.window and counted.time is None:
        first, last = (_window_side(scene, counted.dataset, side, row) for side in ("start", "end"))
        return first is not None and last is not None and first <= counted.days.last and last >= counted.days.first
    if counted.time is None:
        return True
    moment = scene.sight.field(row, counted.time)
    return moment is not None and day_of(moment) in counted.days


def _window_side(scene: Scene, dataset: Dataset, side: str, row: Row) -> Any:
    assert dataset.window
    moment = scene.sight.value(row, dataset, scene.sight.reach(dataset).place(dataset.window[side]))
    return None if moment is None else as_date(day_of(moment))


def permits(sight: Sight, rule: Plain, row: Row) -> bool:
    """Whether a role's rule lets a row through. It decides over all there is, seen or not."""
    from oracle.truth.scene import Scene

    scene = Scene.of(sight.unrestricted)
    filled = _filled(read(rule), sight.attributes)
    return holds(scene, filled, row, Counted(sight.dataset(row.dataset), sight.dataset(row.dataset).time, None))


def _filled(condition: Plain, attributes: Plain) -> Plain:
    """A rule with the viewer's attributes in place. Without its attribute it lets nothing through, though it be negated."""
    match condition["kind"]:
        case "and" | "or":
            return {**condition, "of": [_filled(each, attributes) for each in condition["of"]]}
        case "not":
            if any(not _values(attributes.get(name)) for name in _attributes_in(condition)):
                return {"kind": "or", "of": []}
            return {**condition, "of": _filled(condition["of"], attributes)}
        case "in" if isinstance(condition["values"], dict):
            return {**condition, "values": _values(attributes.get(condition["values"]["name"]))}
    return condition


def _attributes_in(condition: Plain) -> set[str]:
    match condition["kind"]:
        case "and" | "or":
            return {name for each in condition["of"] for name in _attributes_in(each)}
        case "not":
            return _attributes_in(condition["of"])
        case "in" if isinstance(condition["values"], dict):
            return {condition["values"]["name"]}
    return set()


def _values(value: Any) -> list[Any]:
    """A list of literals, or one; anything odd is nothing."""
    if isinstance(value, bool | int | float | str):
        return [value]
    return [each for each in value if isinstance(each, bool | int | float | str)] if isinstance(value, list | tuple) else []
