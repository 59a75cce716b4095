"""Pass 2. Each metric becomes a formula over measures; equal measures are one."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler.plan import Apply, Formula, LogicalPlan, Measure, Number, Output, Ref
from semantic_layer.conditions import AnyCondition, all_of
from semantic_layer.errors import request_error
from semantic_layer.expressions import scalar
from semantic_layer.model.metrics import Aggregate, AnyMetric, Derived, Ratio

STEPS: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}


def expand(plan: LogicalPlan) -> LogicalPlan:
    outputs = tuple(Output(metric, _formula(plan, metric, None, metric.name)) for metric in plan.metrics)
    return replace(plan, outputs=outputs)


def _formula(plan: LogicalPlan, metric: AnyMetric, extra: AnyCondition | None, column: str) -> Formula:
    """The formula of one metric.

    Args:
        extra: A filter that comes from the metric that uses this one.
        column: What a filtered measure is called; an unfiltered one has its metric's name, so that it is shared.
    """
    if isinstance(metric, Aggregate):
        where = all_of(tuple(part for part in (metric.where, extra) if part is not None))
        return Ref(Measure(metric, where, metric.name if extra is None else column))
    if isinstance(metric, Ratio):
        numerator, denominator = metric.ratio.numerator, metric.ratio.denominator
        return Apply(
            "/",
            _formula(plan, _metric(plan, numerator.metric), _both(extra, numerator.where), f"{column}_numerator"),
            _formula(plan, _metric(plan, denominator.metric), _both(extra, denominator.where), f"{column}_denominator"),
        )
    assert isinstance(metric, Derived)
    return _arithmetic(plan, scalar(metric.derived), extra, column)


def _both(first: AnyCondition | None, second: AnyCondition | None) -> AnyCondition | None:
    return all_of(tuple(part for part in (first, second) if part is not None))


def _metric(plan: LogicalPlan, name: str) -> AnyMetric:
    metric = plan.scope.workspace.metric(name)
    assert metric is not None
    return metric


def _arithmetic(plan: LogicalPlan, node: exp.Expr, extra: AnyCondition | None, column: str) -> Formula:
    if isinstance(node, exp.Paren):
        return _arithmetic(plan, node.this, extra, column)
    if isinstance(node, exp.Column):
        parameter = plan.scope.workspace.parameter(node.name)
        if parameter is not None:
            return Number(float(plan.request.parameters.get(parameter.name, float(parameter.value))))
        return _formula(plan, _metric(plan, node.name), extra, f"{column}_{node.name}")
    if isinstance(node, exp.Literal):
        return Number(float(node.this))
    if isinstance(node, exp.Neg):
        return Apply("-", Number(0), _arithmetic(plan, node.this, extra, column))
    step = STEPS.get(type(node))
    if step is None:
        raise request_error("kind_not_compiled", f"a derived metric computes with + - * / only, not {type(node).__name__}")
    return Apply(step, _arithmetic(plan, node.this, extra, column), _arithmetic(plan, node.expression, extra, column))  # pyright: ignore[reportArgumentType]


def measures_of(formula: Formula) -> tuple[Measure, ...]:
    """The measures of a formula, each once, in reading order."""
    if isinstance(formula, Ref):
        return (formula.measure,)
    if isinstance(formula, Apply):
        return tuple(dict.fromkeys(measures_of(formula.left) + measures_of(formula.right)))
    return ()
