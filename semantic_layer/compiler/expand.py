"""Pass 2. Each metric becomes a formula over measures; equal measures are one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from semantic_layer.compiler.plan import Apply, Formula, LogicalPlan, Measure, Number, Output, Ref
from semantic_layer.conditions import AnyCondition, all_of
from semantic_layer.errors import request_error
from semantic_layer.expressions import scalar
from semantic_layer.model.metrics import (
    Aggregate,
    AnyMetric,
    Conversion,
    Cumulative,
    Derived,
    Distinct,
    NewEntities,
    Ratio,
    Repeat,
    Retention,
    SemiAdditive,
    WindowOf,
)
from semantic_layer.model.workspace import Workspace

STEPS: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
RATES = {Repeat: ("repeated", "active"), Retention: ("retained", "before"), Conversion: ("converted", "started")}
"""What the two figures of a rate are called after its metric."""


def expand(plan: LogicalPlan) -> LogicalPlan:
    formulas = Formulas(plan.scope.workspace, plan.request.parameters)
    return replace(plan, outputs=tuple(Output(metric, formulas.of(metric)) for metric in plan.metrics))


@dataclass(frozen=True)
class Formulas:
    """Turns metrics of a workspace into formulas, with the values that its parameters have in a request."""

    workspace: Workspace
    parameters: Mapping[str, float | str]

    def of(
        self, metric: AnyMetric, extra: AnyCondition | None = None, column: str = "", window: WindowOf | None = None
    ) -> Formula:
        """The formula of one metric.

        Args:
            extra: A filter that comes from the metric that uses this one.
            column: What the measure is called there; one as it stands has its metric's name, so that it is shared.
            window: The trailing days of a metric that uses this one.
        """
        column = column if column and (extra is not None or window is not None) else metric.name
        match metric:
            case Aggregate():
                return Ref(Measure(metric, _both(metric.where, extra), column, window=window))
            case NewEntities() | SemiAdditive() | Distinct():
                return Ref(Measure(metric, extra, column, window=window))
            case Repeat() | Retention() | Conversion():
                part, whole = RATES[type(metric)]
                return Apply(
                    "/",
                    Ref(Measure(metric, extra, f"{column}_{part}", "part", window)),
                    Ref(Measure(metric, extra, f"{column}_{whole}", "whole", window)),
                )
            case Ratio(ratio=ratio):
                over, under = ratio.numerator, ratio.denominator
                return Apply(
                    "/",
                    self.of(self._metric(over.metric), _both(extra, over.where), f"{column}_numerator", window),
                    self.of(self._metric(under.metric), _both(extra, under.where), f"{column}_denominator", window),
                )
            case Cumulative(cumulative=trailing):
                if window is not None:
                    what = f"'{metric.name}' trails already: a window of a window is not computed"
                    raise request_error("kind_not_compiled", what, name=metric.name)
                return self.of(self._metric(trailing.metric), extra, column, trailing)
            case Derived(derived=text):
                return self._arithmetic(scalar(text), extra, column, window)
            case _:
                raise request_error("kind_not_compiled", f"metrics of kind '{metric.kind}' are not computed", metric=metric.name)

    def _metric(self, name: str) -> AnyMetric:
        metric = self.workspace.metric(name)
        assert metric is not None
        return metric

    def _arithmetic(self, node: exp.Expr, extra: AnyCondition | None, column: str, window: WindowOf | None) -> Formula:
        match node:
            case exp.Paren():
                return self._arithmetic(node.this, extra, column, window)
            case exp.Column():
                if self.workspace.parameter(node.name) is not None:
                    return Number(self._number(node.name))
                return self.of(self._metric(node.name), extra, f"{column}_{node.name}", window)
            case exp.Literal():
                return Number(float(node.this))
            case exp.Neg():
                return Apply("-", Number(0), self._arithmetic(node.this, extra, column, window))
            case exp.EQ() | exp.NEQ():
                equal = str(self._value(node.this.name)) == node.expression.name
                return Number(float(equal == isinstance(node, exp.EQ)))
            case _:
                step = STEPS.get(type(node))
                if step is None:
                    what = f"a derived metric computes with + - * / only, not {type(node).__name__}"
                    raise request_error("kind_not_compiled", what)
                left = self._arithmetic(node.this, extra, column, window)
                right = self._arithmetic(node.expression, extra, column, window)
                return Apply(step, left, right)  # pyright: ignore[reportArgumentType]

    def _value(self, name: str) -> float | str:
        parameter = self.workspace.parameter(name)
        assert parameter is not None
        return self.parameters.get(name, parameter.value)

    def _number(self, name: str) -> float:
        try:
            return float(self._value(name))
        except ValueError:
            raise request_error("bad_request", f"the parameter '{name}' is a number here", parameter=name) from None


def _both(first: AnyCondition | None, second: AnyCondition | None) -> AnyCondition | None:
    return all_of(tuple(part for part in (first, second) if part is not None))


def measures_of(formula: Formula) -> tuple[Measure, ...]:
    """The measures of a formula, each once, in reading order."""
    if isinstance(formula, Ref):
        return (formula.measure,)
    if isinstance(formula, Apply):
        return tuple(dict.fromkeys(measures_of(formula.left) + measures_of(formula.right)))
    return ()
