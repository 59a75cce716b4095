"""Checks of the data against the workspace: pinned facts, and what the workspace promises about its data."""

from __future__ import annotations

from typing import Literal

from semantic_layer.conditions import Field, In, IsNull, Not, all_of
from semantic_layer.data_checks.declared import declared
from semantic_layer.data_version import CheckKind, CheckResult
from semantic_layer.errors import HuaxiangError
from semantic_layer.frozen import Frozen
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.checks import Severity
from semantic_layer.requests import MetricQuery, ValueQuery
from tools import listing, metrics
from tools.answer import Cell
from tools.context import Context

EXAMPLES = 3
"""How many unexpected values are shown."""


class Checked(Frozen):
    """One check with what was expected and found, as text.

    Attributes:
        examples: Values that were not expected, as far as this viewer may see them.
    """

    name: str
    kind: CheckKind | Literal["expect"]
    dataset: str
    severity: Severity
    expected: str
    found: str
    holds: bool
    examples: tuple[Cell, ...] = ()


def of_data(results: tuple[CheckResult, ...], context: Context) -> tuple[Checked, ...]:
    """What was found of the data."""
    return tuple(
        Checked(
            name=result.name,
            kind=result.kind,
            dataset=result.dataset,
            severity=result.severity,
            expected=result.expected,
            found=result.found,
            holds=result.holds,
            examples=_examples(result, context),
        )
        for result in results
    )


def _examples(result: CheckResult, context: Context) -> tuple[Cell, ...]:
    """Some of the values that are not accepted, asked for as this viewer would."""
    if result.kind != "accepted" or result.holds or not result.ran:
        return ()
    workspace = context.scope.workspace
    check = next(each for each in declared(workspace) if each.name == result.name)
    field = Field(name=f"{result.dataset}.{result.about}")
    others = all_of((Not(of=In(left=field, values=check.values)), Not(of=IsNull(left=field))))
    try:
        answer = listing.run(ValueQuery(field=field, where=others, limit=EXAMPLES), context)
    except HuaxiangError:
        return ()
    return tuple(row[0] for row in answer.main.rows) if answer.main else ()


def pinned(context: Context) -> tuple[Checked, ...]:
    """The pinned facts of the workspace, asked now."""
    workspace = context.scope.workspace
    results: list[Checked] = []
    for expectation in workspace.expect:
        request = MetricQuery(metrics=(expectation.metric,), where=expectation.where, period=expectation.period)
        filtered = " (filtered)" if expectation.where is not None else ""
        name, holds = f"{expectation.metric}{filtered}", False
        try:
            answer = metrics.run(request, context)
        except HuaxiangError as error:
            found = error.problem.what
        else:
            days = f" {answer.evidence.start}..{answer.evidence.end}" if answer.evidence.start else ""
            value = answer.main.rows[0][0] if answer.main and answer.main.rows else None
            holds = isinstance(value, int | float) and abs(value - expectation.value) <= expectation.tolerance
            name, found = f"{expectation.metric}{days}{filtered}", str(value)
        results.append(
            Checked(
                name=name,
                kind="expect",
                dataset=next(iter(base_datasets(workspace, expectation.metric)), ""),
                severity="error",
                expected=f"{expectation.value:.0f}" if expectation.value.is_integer() else str(expectation.value),
                found=found,
                holds=holds,
            )
        )
    return tuple(results)
