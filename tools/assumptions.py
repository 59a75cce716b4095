"""What an answer assumes: the parameters that its metrics depend on, and its figures under another value of theirs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from semantic_layer.columns import Note
from semantic_layer.compiler.compile import over_all
from semantic_layer.metric_parts import parameters_of
from semantic_layer.model.metrics import Parameter
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import MetricQuery
from tools.context import Context, Rows

Value = float | str


def assumed(request: MetricQuery, workspace: Workspace) -> list[Note]:
    """That the metrics depend on parameters, with the values they were computed with."""
    used = [parameter for metric in request.metrics for parameter in _used_by(metric, workspace)]
    if not used:
        return []
    values = {each.name: request.parameters.get(each.name, each.value) for each in used}
    return [Note(code="parameters", parts={"assumed": [{"name": name, "value": value} for name, value in values.items()]})]


def figures_beside(request: MetricQuery, context: Context) -> list[tuple[Rows, Note]]:
    """The metrics over all groups under the other values that answers give as well, each with the note that says it.

    Raises:
        RequestError: it cannot be asked.
        DataError: the statement could not be run.
    """
    workspace = context.scope.workspace
    found: list[tuple[Rows, Note]] = []
    whole = over_all(request).model_copy(update={"compare": None, "share_of": None})
    for parameter in {each.name: each for name in request.metrics for each in _used_by(name, workspace)}.values():
        for other in parameter.also if parameter.name not in request.parameters else ():
            metrics = tuple(name for name in request.metrics if parameter.name in parameters_of(workspace, name))
            values = {name: value for name, value in request.parameters.items() if _is_used(name, metrics, workspace)}
            asked = whole.model_copy(update={"metrics": metrics, "parameters": {**values, parameter.name: other}})
            rows = context.run(context.compile(asked), f"{parameter.name}_{other}")
            figures = [{"metric": name, "value": _plain(rows.cells(name)[0])} for name in metrics if rows.values]
            parts = {"parameter": parameter.name, "value": other, "figures": figures}
            found.append((rows, Note(code="also_under", parts=parts)))
    return found


def _used_by(metric: str, workspace: Workspace) -> list[Parameter]:
    return [found for name in parameters_of(workspace, metric) if (found := workspace.parameter(name)) is not None]


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _is_used(parameter: str, metrics: tuple[str, ...], workspace: Workspace) -> bool:
    return any(parameter in parameters_of(workspace, metric) for metric in metrics)
