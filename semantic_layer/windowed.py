"""Windows of a request: metrics over trailing or cumulated days, taken as if the workspace had declared them so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from semantic_layer.compiler.naming import free_name, is_quoted
from semantic_layer.errors import RequestError, request_error
from semantic_layer.model.metrics import Aggregate, AnyMetric, Cumulative, Derived, Unmeasured, WindowOf
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import EachPeriod
from semantic_layer.requests import MetricQuery, Window
from semantic_layer.words import Text

UNIT_WORDS: dict[str, dict[str, str]] = {
    "day": {"en": "day", "zh": "天"},
    "week": {"en": "week", "zh": "周"},
    "month": {"en": "month", "zh": "个月"},
    "quarter": {"en": "quarter", "zh": "个季度"},
    "half": {"en": "half year", "zh": "个半年"},
    "year": {"en": "year", "zh": "年"},
    "fiscal_quarter": {"en": "fiscal quarter", "zh": "个财季"},
    "fiscal_year": {"en": "fiscal year", "zh": "个财年"},
}
TO_DATE_WORDS: dict[str, str] = {
    "day": "当日",
    "week": "本周",
    "month": "本月",
    "quarter": "本季度",
    "half": "本半年",
    "year": "本年",
    "fiscal_quarter": "本财季",
    "fiscal_year": "本财年",
}


class Windowed(NamedTuple):
    """A metric over the days of a window, with the metrics that only it is made of.

    Attributes:
        base: The name of the workspace's metric.
    """

    base: str
    metric: AnyMetric
    parts: tuple[AnyMetric, ...] = ()


def label_of(metric: AnyMetric, window: Window) -> Text:
    """What a metric over a window is called."""
    zh, en = metric.label_in("zh"), metric.label_in("en")
    if window.to_date is not None:
        return Text(zh=f"{TO_DATE_WORDS[window.to_date]}累计{zh}", en=f"{en}, {UNIT_WORDS[window.unit_of_days]['en']} to date")
    count, unit = window.trailing or 1, UNIT_WORDS[window.unit]
    if window.average:
        return Text(zh=f"{zh}的{count}{unit['zh']}移动平均", en=f"{en}, {count}-{unit['en']} moving average")
    return Text(zh=f"近{count}{unit['zh']}{zh}", en=f"{en} over the last {count} {unit['en']}{'s' if count > 1 else ''}")


def windowed(workspace: Workspace, request: MetricQuery) -> tuple[Windowed, ...]:
    """The metrics of a request over its window.

    Raises:
        RequestError: a window cannot be laid over one of them.
    """
    window = request.window
    assert window is not None
    return tuple(_windowed(workspace, name, window) for name in request.metrics)


def _windowed(workspace: Workspace, name: str, window: Window) -> Windowed:
    metric = workspace.metric(name)
    if metric is None or isinstance(metric, Cumulative | Unmeasured):
        what = f"'{name}' has no window" if metric is None else f"'{name}' trails already: a window of a window is not computed"
        raise request_error("kind_not_compiled", what, name=name)
    code = f"{window.unit_of_days}_to_date" if window.to_date is not None else f"last_{window.trailing}_{window.unit}s"
    taken = [each.name for each in (*workspace.metrics, *workspace.parameters)]
    made: dict[str, Any] = {
        "name": free_name(f"{metric.name}_{code}{'_average' if window.average else ''}", taken),
        "label": label_of(metric, window),
        "unit": metric.unit,
        "better": metric.better,
        "note": metric.note,
    }
    over = WindowOf(metric=metric.name, last=window.trailing, unit=window.unit, to_date=window.to_date)
    if not window.average:
        return Windowed(metric.name, Cumulative(**made, type=metric.type, cumulative=over))
    of_days = _adding_up(workspace, metric, window, taken)
    total = Cumulative(
        name=free_name(f"{metric.name}_in_window", taken),
        cumulative=over.model_copy(update={"metric": of_days.name}),
        hidden=True,
    )
    average = Derived(**made, type="decimal", derived=f"{total.name} / {window.trailing}")
    return Windowed(metric.name, average, (total, of_days) if of_days is not metric else (total,))


def _adding_up(workspace: Workspace, metric: AnyMetric, window: Window, taken: list[str]) -> Aggregate:
    """A metric whose figures of single days add up; different ones of each day are told apart by their day as well."""
    if isinstance(metric, Aggregate) and metric.agg in ("sum", "count"):
        return metric
    day = _day_of(workspace, metric) if isinstance(metric, Aggregate) and metric.agg == "count_distinct" else None
    if day is None or window.unit != "day":
        what = f"a moving average of '{metric.name}' is not computed: its figures of single {window.unit}s do not add up"
        raise request_error("kind_not_compiled", what, name=metric.name, kind=metric.kind)
    assert isinstance(metric, Aggregate)
    name = free_name(f"{metric.name}_of_days", taken)
    return metric.model_copy(update={"name": name, "expr": (*metric.expr, day), "hidden": True})


def _day_of(workspace: Workspace, metric: Aggregate) -> str | None:
    """The day of a row, as a scalar over its own dataset's columns."""
    dataset = workspace.dataset(metric.dataset)
    time = metric.time or (dataset.time if dataset is not None else None)
    field = dataset.field(time) if dataset is not None and time is not None else None
    if field is None:
        return None
    own = (
        field.expr if field.expr is not None and not field.stored else f'"{field.name}"' if is_quoted(field.name) else field.name
    )
    return f"CAST({own} AS DATE)"


def as_declared(request: MetricQuery, workspace: Workspace) -> tuple[MetricQuery, Workspace]:
    """The request for metrics that have its window, and a workspace that has them.

    Raises:
        RequestError: a window cannot be laid over one of them, or beside what else is asked.
    """
    if request.of_each is not None:
        raise request_error("kind_not_compiled", "statistics of figures over a window are not computed", name=request.metrics[0])
    if request.window is not None and request.window.average and (request.compare or isinstance(request.period, EachPeriod)):
        raise request_error("kind_not_compiled", "moving averages are not compared", name=request.metrics[0])
    found = windowed(workspace, request)
    names = {each.base: each.metric.name for each in found}
    order = tuple(each.model_copy(update={"target": names.get(each.target, each.target)}) for each in request.order)
    extra = [metric for each in found for metric in (each.metric, *each.parts)]
    renamed = request.model_copy(update={"metrics": tuple(each.metric.name for each in found), "order": order})
    return renamed, workspace.with_metrics(tuple({each.name: each for each in extra}.values()))


def in_its_own_names(error: RequestError, found: tuple[Windowed, ...]) -> RequestError:
    """A refusal in the names that the request has."""
    names = {each.metric.name: each.base for each in found}
    parts = {key: names.get(value, value) if isinstance(value, str) else value for key, value in error.problem.parts.items()}
    return RequestError(replace(error.problem, parts=parts))
