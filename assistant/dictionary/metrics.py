"""Metrics on the page: their formulas in words, what they are made of and used for, whether they add up."""

from __future__ import annotations

import re

from assistant.dictionary.writer import Both, Writer, code, plain
from semantic_layer.expressions import formula_names
from semantic_layer.metric_parts import base_datasets, parameters_of, uses_of
from semantic_layer.model.metrics import (
    Aggregate,
    AnyMetric,
    Conversion,
    Cumulative,
    Derived,
    Distinct,
    MetricUse,
    NewEntities,
    Ratio,
    Repeat,
    Retention,
    SemiAdditive,
    Unmeasured,
)

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def metrics(writer: Writer) -> list[str]:
    """A block for each metric, in the analyst's order."""
    lines: list[str] = []
    for metric in writer.workspace.metrics:
        lines += writer.heading("metrics", metric)
        if metric.hidden:
            hidden = writer.say("says", "hidden")
            lines += [f"{hidden.en} {hidden.zh}", ""]
        lines += writer.table(
            [
                ("description", writer.text(metric.description)),
                ("formula", formula(metric, writer)),
                ("where", writer.condition(metric.where) if isinstance(metric, Aggregate) else Both()),
                ("time", _time(metric, writer)),
                ("adds_up", writer.say("adds_up", _additivity(metric))),
                ("unit", writer.unit(metric.unit)),
                ("better", writer.say("better", metric.better) if metric.better else Both()),
                ("note", writer.text(metric.note)),
                ("warn_below", _warning(metric, writer)),
                *writer.common(metric),
                ("dataset", writer.joined(map(writer.dataset, base_datasets(writer.workspace, metric.name)))),
                ("used_by", _used_by(metric, writer)),
            ]
        )
    return lines


def formula(metric: AnyMetric, writer: Writer) -> Both:
    """How a metric is computed, in words."""
    match metric:
        case Aggregate(agg=agg, expr=expr, dataset=dataset):
            percent = f"{(metric.percentile or 0):.0%}"
            shown = " × ".join(map(code, expr))
            kind = "count" if agg == "count" and not expr else "count_distinct" if agg == "count_distinct" else agg
            return writer.say("formulas", kind, expr=shown, dataset=writer.dataset(dataset), percent=percent)
        case Distinct(distinct=counted):
            shown = code(f"{counted.field}.{counted.grain}" if counted.grain else counted.field)
            return writer.say("formulas", "count_distinct", expr=shown, dataset=writer.dataset(counted.dataset), percent="")
        case Ratio(ratio=ratio):
            return writer.say(
                "formulas", "ratio", numerator=_use(ratio.numerator, writer), denominator=_use(ratio.denominator, writer)
            )
        case Derived(derived=text):
            return _derived(text, writer)
        case Repeat(repeat=of):
            parts = {"entity": writer.entity(of.entity), "metric": writer.metric(of.metric), "n": of.at_least}
            return writer.say("formulas", "repeat", **parts)
        case NewEntities(new_entities=first):
            return writer.say(
                "formulas", "new_entities", entity=writer.entity(first.entity), dataset=writer.dataset(first.dataset)
            )
        case Retention(retention=of):
            return writer.say("formulas", "retention", entity=writer.entity(of.entity), dataset=writer.dataset(of.dataset))
        case Cumulative(cumulative=window):
            unit = writer.say("unit", window.to_date) if window.to_date else writer.say("units", window.unit)
            kind = "cumulative_to_date" if window.to_date else "cumulative_last"
            return writer.say("formulas", kind, metric=writer.metric(window.metric), n=window.last, unit=unit)
        case SemiAdditive(semi_additive=stock):
            parts = {"dataset": writer.dataset(stock.dataset), "expr": code(stock.expr)}
            return writer.say("formulas", f"semi_additive_{stock.take}", **parts)
        case Conversion(conversion=of):
            parts = {"entity": writer.entity(of.entity), "base": writer.metric(of.base), "then": writer.metric(of.then)}
            return writer.say("formulas", "conversion", n=of.within_days, **parts)
        case Unmeasured(unmeasured=why):
            return writer.say("formulas", "unmeasured", why=writer.text(why))


def _use(use: MetricUse, writer: Writer) -> Both:
    if use.where is None:
        return writer.metric(use.metric)
    return writer.say("formulas", "only", metric=writer.metric(use.metric), where=writer.condition(use.where))


def _derived(text: str, writer: Writer) -> Both:
    """The expression with what it names as links."""
    known, signs = formula_names(text), text.replace("*", "×").replace("/", "÷")

    def linked(language: str) -> str:
        def named(found: re.Match[str]) -> str:
            name = found[0]
            metric, parameter = writer.workspace.metric(name), writer.workspace.parameter(name)
            link = writer.metric(name) if metric else writer.link("parameters", parameter, name)
            return getattr(link, language) if name in known and (metric or parameter) else name

        return NAME.sub(named, plain(signs))

    return Both(linked("en"), linked("zh"))


def _time(metric: AnyMetric, writer: Writer) -> Both:
    """What a metric's periods go by."""
    datasets = [writer.workspace.dataset(name) for name in base_datasets(writer.workspace, metric.name)]
    if not isinstance(metric, Aggregate | SemiAdditive | NewEntities | Retention) or len(datasets) != 1 or datasets[0] is None:
        return Both()
    dataset = datasets[0]
    if isinstance(metric, Aggregate) and metric.time:
        return writer.say("says", "own_time", field=code(metric.time), other=code(dataset.time or "–"))
    if dataset.window is not None:
        return writer.say("says", "window", start=code(dataset.window.start), end=code(dataset.window.end))
    return writer.say("says", "dataset_time", field=code(dataset.time)) if dataset.time else writer.say("says", "no_time")


def _additivity(metric: AnyMetric) -> str:
    if isinstance(metric, Aggregate) and metric.agg in ("sum", "count"):
        return "all"
    return "not_time" if isinstance(metric, SemiAdditive) else "none"


def _warning(metric: AnyMetric, writer: Writer) -> Both:
    if not isinstance(metric, Ratio) or metric.warn_below is None:
        return Both()
    return writer.say("says", "warn_below", n=f"{metric.warn_below:,g}")


def _used_by(metric: AnyMetric, writer: Writer) -> Both:
    """The metrics that this one is a part of."""
    users = [
        other.name
        for other in writer.workspace.metrics
        if metric.name in {part for _, part, _ in uses_of(other)}
        or (isinstance(other, Derived) and metric.name in formula_names(other.derived))
    ]
    return writer.joined(map(writer.metric, users))


def parameters(writer: Writer) -> list[str]:
    """A block for each parameter, with the metrics that depend on it."""
    lines: list[str] = []
    for parameter in writer.workspace.parameters:
        users = [
            metric.name for metric in writer.workspace.metrics if parameter.name in parameters_of(writer.workspace, metric.name)
        ]
        value = plain(str(parameter.value))
        choices = plain(", ".join(parameter.choices))
        lines += writer.heading("parameters", parameter)
        lines += writer.table(
            [
                ("description", writer.text(parameter.description)),
                ("value", Both(value, value)),
                ("unit", writer.unit(parameter.unit)),
                ("choices", Both(choices, choices)),
                *writer.common(parameter),
                ("used_by", writer.joined(map(writer.metric, users))),
            ]
        )
    return lines
