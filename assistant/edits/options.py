"""What else a chip could say: menus of typed edits that this viewer would be answered."""

from __future__ import annotations

from typing import Any

from assistant.edits.dimensions import dimensions_of
from assistant.edits.edit import Edit, is_grouped
from assistant.edits.filters import fields_to_filter, other_values, values_to_add
from assistant.edits.option import MOST_SHOWN, Option, matches, offered, option
from assistant.edits.periods import comparisons, periods
from assistant.edits.viewing import Viewing, limit_words, order_words
from semantic_layer.conditions import parts_of
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.metrics import AnyMetric
from semantic_layer.requests import MetricQuery, OrderBy, plain

__all__ = ["MOST_SHOWN", "Option", "options"]

LIMITS = (5, 10, 20)


def options(request: MetricQuery, key: str, viewing: Viewing, search: str = "") -> tuple[Option, ...]:
    """The menu of one chip.

    Args:
        key: The chip's key; `where.add:<field>` for the values of a field that `where.add` listed.
        search: Keeps the entries whose words hold it; of long lists of values 50 are shown.

    Returns:
        Nothing for a key that the request has no chip of.
    """
    kind, _, rest = key.partition(".")
    match kind:
        case "metric":
            return _metrics(request, rest, viewing, search)
        case "by":
            return _groups(request, rest, viewing, search)
        case "where":
            return _filters(request, rest, viewing, search)
        case "period" if not rest:
            return periods(request, viewing, search)
        case "compare" if not rest:
            return comparisons(request, viewing, search)
        case "order" if not rest:
            return _orders(request, viewing, search)
        case "limit" if not rest:
            return _limits(request, viewing)
        case _:
            return ()


def _place(rest: str, count: int) -> int | None:
    """Which one a key means: `add` is one more; None where there is none."""
    if rest == "add":
        return count
    known = {str(place): place for place in range(count)}
    return known.get(rest or "0")


def _filters(request: MetricQuery, rest: str, viewing: Viewing, search: str) -> tuple[Option, ...]:
    add, _, field = rest.partition(":")
    if add == "add":
        return values_to_add(request, field, viewing, search) if field else fields_to_filter(request, viewing, search)
    place = _place(rest, len(parts_of(request.where))) if rest else None
    return other_values(request, place, viewing, search) if place is not None else ()


# ---- metrics and groups -------------------------------------------------------------------------------------------------------


def _metrics(request: MetricQuery, rest: str, viewing: Viewing, search: str) -> tuple[Option, ...]:
    """All metrics that the other parts of the request can be asked of: the key ones first, then by what they are counted from."""
    place = _place(rest, len(request.metrics))
    if place is None:
        return ()
    workspace, language = viewing.scope.workspace, viewing.words.language
    key = workspace.workspace.key_metrics
    metrics = [metric for metric in workspace.metrics if not metric.hidden]
    metrics.sort(key=lambda metric: key.index(metric.name) if metric.name in key else len(key))
    taken = {name for index, name in enumerate(request.metrics) if index != place}
    found: list[Option | None] = []
    for metric in metrics:
        text = metric.label_in(language)
        if metric.name not in taken and matches(search, text, *metric.words()):
            edit = Edit(part="metrics", value=_with(list(request.metrics), place, metric.name))
            found.append(option(request, edit, text, viewing, _heading(metric, viewing)))
    return _by_heading(offered(found))


def _heading(metric: AnyMetric, viewing: Viewing) -> str:
    workspace = viewing.scope.workspace
    if metric.name in workspace.workspace.key_metrics:
        return viewing.say("key_metrics")
    datasets = base_datasets(workspace, metric.name)
    dataset = workspace.dataset(datasets[0]) if datasets else None
    return dataset.label_in(viewing.words.language) if dataset is not None else ""


def _by_heading(found: tuple[Option, ...]) -> tuple[Option, ...]:
    """Entries under one heading stand together, headings in the order in which they first come."""
    headings = list(dict.fromkeys(each.group for each in found))
    return tuple(sorted(found, key=lambda each: headings.index(each.group)))


def _with(values: list[Any], place: int, value: Any) -> list[Any]:
    return [*values[:place], value, *values[place + 1 :]]


def _groups(request: MetricQuery, rest: str, viewing: Viewing, search: str) -> tuple[Option, ...]:
    """Another thing to group by in the place of one, or one more."""
    place = _place(rest, len(request.by)) if rest else None
    if place is None:
        return ()
    taken = [ref for index, ref in enumerate(request.by) if index != place]
    refs = [plain(ref) for ref in request.by]
    return _by_heading(
        offered(
            option(request, Edit(part="by", value=_with(refs, place, plain(each.ref))), each.text, viewing, each.group)
            for each in dimensions_of(request, viewing)
            if each.ref not in taken and matches(search, each.text, *each.words)
        )
    )


# ---- order and limit ----------------------------------------------------------------------------------------------------------


def _orders(request: MetricQuery, viewing: Viewing, search: str) -> tuple[Option, ...]:
    """Each metric from high to low and back, its growth or share where there is one, and each group along its own order."""
    compiled = viewing.compiled(request) if is_grouped(request) else None
    if compiled is None:
        return ()
    orders = [OrderBy(target=name, descending=down) for name in request.metrics for down in (True, False)]
    if request.compare is not None:
        orders += [OrderBy(target=name, part="growth", descending=down) for name in request.metrics for down in (True, False)]
    groups = [column.name for column in compiled.columns if column.role == "dimension"]
    orders += [OrderBy(target=name, descending=down) for name in groups for down in (False, True)]
    found = (
        option(request, Edit(part="order", value=[plain(each)]), order_words(each, request, viewing.words), viewing)
        for each in orders
    )
    return tuple(each for each in offered(found) if matches(search, each.text))


def _limits(request: MetricQuery, viewing: Viewing) -> tuple[Option, ...]:
    """All groups, or the first few; how many there are now as well."""
    if not is_grouped(request):
        return ()
    sizes = sorted({*LIMITS, *((request.limit,) if request.limit is not None else ())})
    found = [option(request, Edit(part="limit"), viewing.say("no_limit"), viewing)]
    found += [
        option(request, Edit(part="limit", value=size), limit_words(size, request, viewing.words), viewing) for size in sizes
    ]
    return offered(found)
