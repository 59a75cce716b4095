"""Typed edits: one part of a metric query is replaced, and what cannot stand beside the new part goes with the old one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from semantic_layer.conditions import (
    SERIES_GRAINS,
    AnyCondition,
    EntityMetric,
    Field,
    FieldRef,
    Meets,
    Tag,
    TimeBucket,
    all_of,
    parts_of,
)
from semantic_layer.errors import RequestError, request_error
from semantic_layer.frozen import Frozen
from semantic_layer.periods import EachPeriod, WholeData
from semantic_layer.requests import AgainstPeriod, MetricQuery, OrderBy, ShareOf

Part = Literal["metrics", "by", "where", "period", "compare", "share_of", "order", "limit"]

LISTS: frozenset[Part] = frozenset({"by", "order"})
"""Parts that are lists, and may be empty."""


class Edit(Frozen):
    """One part of a metric query replaced.

    Attributes:
        value: The JSON form of the new part; null or an empty list takes the part away.
    """

    part: Part
    value: Any = None


def apply(request: MetricQuery, edit: Edit) -> MetricQuery:
    """The request with one part replaced, kept coherent.

    An order and a share follow the metric or the condition that took the place of theirs; an order on a group that has
    gone goes, with its limit; of a share and a comparison the newer one stays.

    Raises:
        RequestError: `bad_request` where the value is none of its part, or cannot stand in this request.
    """
    part, value = edit.part, _read(edit)
    if part == "where":
        return _with_condition(request, value)
    edited = request.model_copy(update={part: value})
    match part:
        case "metrics":
            return _aimed(edited, request.metrics)
        case "by":
            return _regrouped(edited, request.by)
        case "period":
            return _in_period(edited)
        case "compare":
            _check_comparison(edited)
            return _ordered_by_what_is_there(edited.model_copy(update={"share_of": None}) if edited.compare else edited)
        case "share_of":
            if _is_the_whole(edited):
                raise _bad(part, "it is a share of itself")
            return _ordered_by_what_is_there(edited.model_copy(update={"compare": None}) if edited.share_of else edited)
        case "order" | "limit":
            _check_order(edited)
            return _ranked(edited)


def _bad(part: str, why: str) -> RequestError:
    return request_error("bad_request", f"'{part}' cannot be changed so: {why}", part=part)


def _read(edit: Edit) -> Any:
    """The typed value of the part."""
    empty = edit.value is None or edit.value == []
    if empty and edit.part != "metrics":
        return () if edit.part in LISTS else None
    try:
        read = getattr(MetricQuery.model_validate({"metrics": ["any"], edit.part: edit.value}), edit.part)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise _bad(edit.part, "the value is none of its kind") from error
    return tuple(dict.fromkeys(read)) if edit.part in ("metrics", "by") else read


# ---- metrics ------------------------------------------------------------------------------------------------------------------


def _aimed(request: MetricQuery, before: tuple[str, ...]) -> MetricQuery:
    """What was ordered by a metric that has gone is ordered by the one in its place."""

    def target(name: str) -> str:
        if name in request.metrics or name not in before:
            return name
        place = before.index(name)
        return request.metrics[place] if place < len(request.metrics) else request.metrics[0]

    order = tuple(each.model_copy(update={"target": target(each.target)}) for each in request.order)
    return request.model_copy(update={"order": tuple(dict.fromkeys(order))})


# ---- groups and their order ---------------------------------------------------------------------------------------------------


def column_of(ref: FieldRef) -> str:
    """The name under which a dimension stands in the result, and can be ordered by."""
    match ref:
        case TimeBucket(grain=grain, field=field):
            return grain if field is None else f"{field.replace('.', '_')}_{grain}"
        case Field(name=name) | Tag(name=name) | EntityMetric(metric=name):
            return name.rpartition(".")[2]
        case Meets():
            return "meets"


def is_grouped(request: MetricQuery) -> bool:
    """Whether the answer has several rows: groups, or periods side by side."""
    return bool(request.by) or isinstance(request.period, EachPeriod)


def _columns(by: Iterable[FieldRef]) -> frozenset[str]:
    return frozenset(column_of(ref) for ref in by)


def _regrouped(request: MetricQuery, before: tuple[FieldRef, ...]) -> MetricQuery:
    """The order on a group that has gone goes; so does the whole of a share that kept it."""
    gone = _columns(before) - _columns(request.by)
    share = request.share_of
    if share is not None:
        share = share.model_copy(update={"by": tuple(ref for ref in share.by if ref in request.by)})
    compare = None if isinstance(request.compare, AgainstPeriod) and _is_series(request) else request.compare
    return _settled(request.model_copy(update={"share_of": share, "compare": compare}), gone)


def _is_series(request: MetricQuery) -> bool:
    return any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in request.by)


def _settled(request: MetricQuery, gone: frozenset[str] = frozenset()) -> MetricQuery:
    """The request without an order on columns that have gone, a limit that no order or group is left for, an empty share."""
    order = tuple(each for each in request.order if each.target not in gone) if is_grouped(request) else ()
    cut = is_grouped(request) and bool(order or not request.order)
    request = request.model_copy(update={"order": order, "limit": request.limit if cut else None})
    return _ordered_by_what_is_there(request.model_copy(update={"share_of": None}) if _is_the_whole(request) else request)


def _ordered_by_what_is_there(request: MetricQuery) -> MetricQuery:
    """An order by a share, a change or a growth that is no longer computed is one by the metric itself."""
    order = tuple(each if _is_computed(each, request) else each.model_copy(update={"part": "value"}) for each in request.order)
    return request.model_copy(update={"order": tuple(dict.fromkeys(order))})


def _is_computed(order: OrderBy, request: MetricQuery) -> bool:
    if order.part == "value":
        return True
    return (request.share_of if order.part == "share" else request.compare) is not None


def _check_order(request: MetricQuery) -> None:
    if (request.order or request.limit is not None) and not is_grouped(request):
        raise _bad("order", "there is one row only")
    known = {*request.metrics, *_columns(request.by), *(("period",) if isinstance(request.period, EachPeriod) else ())}
    if any(each.target not in known or not _is_computed(each, request) for each in request.order):
        raise _bad("order", "it names what is not in the result")


def _ranked(request: MetricQuery) -> MetricQuery:
    """A limit keeps the best of an order; where none is given, the largest by the first metric."""
    if request.limit is None or request.order:
        return request
    return request.model_copy(update={"order": (OrderBy(target=request.metrics[0]),)})


# ---- periods and comparisons --------------------------------------------------------------------------------------------------


def _in_period(request: MetricQuery) -> MetricQuery:
    """Periods side by side are a comparison already; all data has nothing before it, and a period is not compared with itself."""
    period, compare = request.period, request.compare
    side_by_side = isinstance(period, EachPeriod)
    itself = isinstance(compare, AgainstPeriod) and compare.period == period
    nothing_before = isinstance(period, WholeData) and not isinstance(compare, AgainstPeriod)
    if side_by_side or itself or nothing_before:
        request = request.model_copy(update={"compare": None})
    return _settled(request, frozenset() if side_by_side else frozenset({"period"}))


def _check_comparison(request: MetricQuery) -> None:
    compare = request.compare
    if compare is None:
        return
    if isinstance(request.period, EachPeriod):
        raise _bad("compare", "several periods side by side are a comparison already")
    if isinstance(compare, AgainstPeriod) and (_is_series(request) or compare.period == request.period):
        raise _bad("compare", "a series goes with the period before or the year before, and no period with itself")


# ---- conditions and the whole of a share --------------------------------------------------------------------------------------


def _with_condition(request: MetricQuery, where: AnyCondition | None) -> MetricQuery:
    """Another filter. The whole of a share has the filters that it shared with the request changed alike."""
    share = request.share_of
    if share is not None:
        kept = _changed_alike(parts_of(request.where), parts_of(where), parts_of(share.where))
        share = share.model_copy(update={"where": all_of(kept)})
    return _settled(request.model_copy(update={"where": where, "share_of": share}))


def _changed_alike(
    before: tuple[AnyCondition, ...], after: tuple[AnyCondition, ...], whole: tuple[AnyCondition, ...]
) -> tuple[AnyCondition, ...]:
    """The whole's conditions after the request's have changed.

    A condition in another's place takes its place in the whole as well; one more narrows the whole as it does the part.
    """
    gone = [part for part in before if part not in after]
    fresh = [part for part in after if part not in before]
    if len(gone) == len(fresh):
        return tuple(fresh[gone.index(part)] if part in gone else part for part in whole)
    return (*(part for part in whole if part not in gone), *(part for part in fresh if part not in whole))


def _is_the_whole(request: MetricQuery) -> bool:
    """Whether each row would be a share of itself: 100 % everywhere."""
    share: ShareOf | None = request.share_of
    if share is None:
        return False
    same_rows = all(ref in share.by for ref in request.by)
    return same_rows and all(part in parts_of(share.where) for part in parts_of(request.where))
