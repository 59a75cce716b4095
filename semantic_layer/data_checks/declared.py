"""What a workspace promises about its data, as checks; and what is known of them without counting anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from semantic_layer.conditions import Condition, Value
from semantic_layer.data_version import CheckKind, CheckResult, DataVersion
from semantic_layer.frozen import Frozen
from semantic_layer.model.checks import Severity
from semantic_layer.model.datasets import Dataset
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import canonical, digest


class DataCheck(Frozen):
    """One promise about one dataset.

    Attributes:
        about: The field, column, entity or rule that it is about.
        keys: Columns of the grain or of the link's key.
        home: For links: the dataset that describes the entity.
        values: The accepted ones.
        no_row: For rules: what no row may meet.
        days: For freshness: how old the last day may be.
    """

    kind: CheckKind
    dataset: str
    about: str = ""
    severity: Severity
    name: str
    expected: str
    keys: tuple[str, ...] = ()
    home: str | None = None
    values: tuple[Value, ...] = ()
    no_row: Condition | None = None
    days: int | None = None


def declared(workspace: Workspace) -> tuple[DataCheck, ...]:
    """Every check of a workspace, in the analyst's order."""
    return tuple(_identified(workspace))


def identity(check: DataCheck, workspace: Workspace) -> str:
    """Equal for checks that count the same rows."""
    return _identified(workspace)[check]


def _identified(workspace: Workspace) -> dict[DataCheck, str]:
    key = ("data_checks",)
    if key not in workspace.memo:
        checks = (check for dataset in workspace.datasets for check in _checks_of(dataset, workspace))
        workspace.memo[key] = {check: _identity(check, workspace) for check in checks}
    return workspace.memo[key]


def _identity(check: DataCheck, workspace: Workspace) -> str:
    dataset = workspace.dataset(check.dataset)
    assert dataset is not None
    fields = (f"{field.name}:{field.type}:{field.expr}" for field in dataset.fields)
    return digest(canonical(check), dataset.table, dataset.derived or "", *fields)


def _checks_of(dataset: Dataset, workspace: Workspace) -> Iterator[DataCheck]:
    name, severity = dataset.name, dataset.severity
    if dataset.grain:
        yield DataCheck(
            kind="grain",
            dataset=name,
            severity=severity.get("grain", "error"),
            name=f"{name}: one row for each {', '.join(dataset.grain)}",
            expected="0 doubled",
            keys=dataset.grain,
        )
    for about in dataset.not_null:
        yield DataCheck(
            kind="not_null",
            dataset=name,
            about=about,
            severity=severity.get("not_null", "error"),
            name=f"{name}.{about} is never missing",
            expected="0 missing",
        )
    for about, values in _accepted(dataset).items():
        yield DataCheck(
            kind="accepted",
            dataset=name,
            about=about,
            severity=severity.get("accepted", "warn"),
            name=f"{name}.{about} has accepted values only",
            expected=f"one of {len(values)} values",
            values=values,
        )
    for entity, columns in dataset.entities.items():
        # The rows of a derived dataset come from datasets whose own links are checked.
        for home in workspace.declared_homes_of(entity) if dataset.derived is None else ():
            if home.name != name:
                yield DataCheck(
                    kind="link",
                    dataset=name,
                    about=entity,
                    severity=dataset.links.get(entity, "warn"),
                    name=f"{name}.{entity} has an entry in {home.name}",
                    expected="0 without",
                    keys=columns,
                    home=home.name,
                )
    if dataset.fresh_within is not None:
        yield DataCheck(
            kind="fresh",
            dataset=name,
            severity=severity.get("fresh_within", "warn"),
            name=f"{name} is fresh",
            expected=f"at most {counted(dataset.fresh_within, 'day')} old",
            days=dataset.fresh_within,
        )
    for rule in dataset.checks:
        yield DataCheck(
            kind="rule",
            dataset=name,
            about=rule.name,
            severity=rule.severity,
            name=f"{name}: {rule.name}",
            expected="0 rows",
            no_row=rule.no_row,
        )


def _accepted(dataset: Dataset) -> dict[str, tuple[Value, ...]]:
    closed: dict[str, tuple[Value, ...]] = {
        field.name: tuple(entry.value for entry in field.values) for field in dataset.fields if field.closed
    }
    return {**closed, **dataset.accepted}


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def known_results(workspace: Workspace, version: DataVersion, as_of: date) -> tuple[CheckResult, ...]:
    """The stored results of what the workspace still declares, and how fresh the data is as of a day."""
    stored = {result.digest: result for result in version.checks}
    found: list[CheckResult] = []
    for check in declared(workspace):
        if check.kind == "fresh" and _is_loaded(workspace, version, check.dataset):
            found.append(freshness(check, workspace, version, as_of))
        elif (result := stored.get(identity(check, workspace))) is not None:
            found.append(result)
    return tuple(found)


def checks_are_due(workspace: Workspace, version: DataVersion) -> bool:
    """Whether a check is declared that was not counted on this data version yet."""
    stored = {result.digest for result in version.checks}
    return any(
        identity(check, workspace) not in stored
        for check in declared(workspace)
        if check.kind != "fresh" and _is_loaded(workspace, version, check.dataset)
    )


def _is_loaded(workspace: Workspace, version: DataVersion, name: str) -> bool:
    dataset = workspace.dataset(name)
    return dataset is not None and (dataset.derived is not None or dataset.table in version.tables)


def freshness(check: DataCheck, workspace: Workspace, version: DataVersion, as_of: date) -> CheckResult:
    """How many days the last row of a dataset lies before a day."""
    dataset = workspace.dataset(check.dataset)
    covered = version.covers(check.dataset, dataset.time) if dataset else None
    if covered is None:
        return result_of(check, workspace, found="no rows with a time", holds=False)
    age = max(0, (as_of - covered.end).days)
    found = f"{counted(age, 'day')} old (last day {covered.end})"
    return result_of(check, workspace, found=found, holds=age <= (check.days or 0), rows=age)


def result_of(check: DataCheck, workspace: Workspace, **found: Any) -> CheckResult:
    """The result of a check, with what was found."""
    return CheckResult(
        name=check.name,
        dataset=check.dataset,
        kind=check.kind,
        about=check.about,
        home=check.home,
        severity=check.severity,
        expected=check.expected,
        digest=identity(check, workspace),
        **found,
    )
