"""Checks of the data against the workspace: pinned facts, and keys that joins rely on."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler.relation import CATALOG, column
from semantic_layer.errors import HuaxiangError
from semantic_layer.frozen import Frozen
from semantic_layer.model.datasets import Dataset
from semantic_layer.requests import MetricQuery
from tools import metrics
from tools.context import Context


class CheckResult(Frozen):
    """One check with what was expected and found, as text."""

    name: str
    expected: str
    found: str
    holds: bool


def run_checks(context: Context) -> tuple[CheckResult, ...]:
    """All checks of the workspace."""
    return (*_pinned(context), *_keys(context))


def _pinned(context: Context) -> list[CheckResult]:
    results: list[CheckResult] = []
    for expectation in context.scope.workspace.expect:
        request = MetricQuery(metrics=(expectation.metric,), where=expectation.where, period=expectation.period)
        name = expectation.metric
        try:
            answer = metrics.run(request, context)
        except HuaxiangError as error:
            results.append(CheckResult(name=name, expected=str(expectation.value), found=error.problem.what, holds=False))
            continue
        days = f" {answer.evidence.start}..{answer.evidence.end}" if answer.evidence.start else ""
        filtered = " (filtered)" if expectation.where is not None else ""
        value = answer.main.rows[0][0] if answer.main and answer.main.rows else None
        holds = isinstance(value, int | float) and abs(value - expectation.value) <= expectation.tolerance
        results.append(
            CheckResult(name=f"{name}{days}{filtered}", expected=str(expectation.value), found=str(value), holds=holds)
        )
    return results


def _keys(context: Context) -> list[CheckResult]:
    """Datasets that others join to have one row for each key: a join can then never multiply."""
    workspace = context.scope.workspace
    results: list[CheckResult] = []
    for dataset in workspace.datasets:
        joined_to = any(dataset in workspace.homes_of(entity) for entity in dataset.entities)
        if not joined_to or dataset.derived is not None or dataset.table not in context.scope.version.tables:
            continue
        doubled = _doubled(dataset, context)
        results.append(
            CheckResult(
                name=f"{dataset.name}: one row for each {', '.join(dataset.grain)}",
                expected="0 doubled",
                found=f"{doubled} doubled",
                holds=doubled == 0,
            )
        )
    return results


def _doubled(dataset: Dataset, context: Context) -> int:
    keys = [column(name, dataset.table) for name in dataset.grain]
    table = exp.table_(exp.to_identifier(dataset.table, quoted=True), db=CATALOG)
    inner = exp.select(*keys).from_(exp.alias_(table, dataset.table, table=True)).group_by(*(key.copy() for key in keys))
    inner = inner.having(exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1)))
    return context.number(exp.select(exp.Count(this=exp.Star())).from_(inner.subquery("doubled_keys")))
