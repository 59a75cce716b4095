"""Counts the checks of a workspace on a data version.

Every check is the number of rows that break it, and is asked like any other number: as a metric with a filter of its own,
over the dataset without its time, so that no row is left out. So conditions, joins and what is unknown mean here what
they mean in answers, and one statement counts up to a dozen checks of a dataset.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlglot import exp

from semantic_layer.compiler.compile import compile_request
from semantic_layer.compiler.plan import Scope
from semantic_layer.conditions import AnyCondition, Condition, Field, In, IsNull, Not, all_of, refs_of
from semantic_layer.data_checks.declared import DataCheck, counted, declared, freshness, result_of
from semantic_layer.data_version import CheckResult, DataVersion
from semantic_layer.engines.base import Engine, Limits
from semantic_layer.errors import DataError, HuaxiangError, Problem, did_you_mean
from semantic_layer.model.datasets import Dataset, FieldType
from semantic_layer.model.datasets import Field as FieldDefinition
from semantic_layer.model.metrics import Aggregate, Aggregation
from semantic_layer.model.workspace import Workspace
from semantic_layer.policy import Grant
from semantic_layer.reach import reaches
from semantic_layer.requests import MetricQuery

AT_ONCE = 12
"""How many metrics one request holds."""
LIMITS = Limits(milliseconds=300_000)
CONDITION: TypeAdapter[AnyCondition] = TypeAdapter(Condition)


def run_checks(workspace: Workspace, version: DataVersion, engine: Engine, as_of: date) -> tuple[CheckResult, ...]:
    """Counts every check on a data version. Datasets whose table is not loaded are left out."""
    results: dict[DataCheck, CheckResult] = {}
    for dataset in workspace.datasets:
        checks = [check for check in declared(workspace) if check.dataset == dataset.name]
        if dataset.derived is None and dataset.table not in version.tables:
            continue
        counting = _Counting(dataset, workspace, version, engine, as_of)
        for check in checks:
            if check.kind == "fresh":
                results[check] = freshness(check, workspace, version, as_of)
        results |= counting.results([check for check in checks if check.kind != "fresh"])
    return tuple(results[check] for check in declared(workspace) if check in results)


class _Count(NamedTuple):
    """One number that a check needs: an aggregate of the dataset's rows with a filter."""

    agg: Aggregation
    expr: tuple[str, ...]
    where: AnyCondition | None


class _Counting:
    """Counts the checks of one dataset.

    Columns that no field stands for become fields of a copy of the workspace that nobody else sees.
    """

    def __init__(self, dataset: Dataset, workspace: Workspace, version: DataVersion, engine: Engine, as_of: date) -> None:
        self.dataset, self.workspace = dataset, workspace
        self.version, self.engine, self.as_of = version, engine, as_of
        table = version.tables.get(dataset.table) if dataset.derived is None else None
        self.columns = table.columns if table else {}

    def results(self, checks: list[DataCheck]) -> dict[DataCheck, CheckResult]:
        found: dict[DataCheck, CheckResult] = {}
        size = AT_ONCE // 2  # a check needs two numbers at the most
        for batch in (tuple(checks[start : start + size]) for start in range(0, len(checks), size)):
            try:
                found |= self._counted(batch)
            except HuaxiangError:
                # One of them cannot be counted; each by itself tells which.
                for check in batch:
                    found[check] = self._alone(check)
        return found

    def _alone(self, check: DataCheck) -> CheckResult:
        try:
            return self._counted((check,))[check]
        except HuaxiangError as error:
            problem = error.problem
            return result_of(check, self.workspace, found=f"{problem.what}. {problem.fix}".strip(), holds=False, ran=False)

    def _counted(self, checks: tuple[DataCheck, ...]) -> dict[DataCheck, CheckResult]:
        """Raises HuaxiangError: a check names what is not there, or cannot be computed."""
        counts = {check: self._counts(check) for check in checks}
        metrics: list[Aggregate] = []
        for position, check in enumerate(checks):
            for index, count in enumerate(counts[check]):
                name = f"count_{position}_{index}"
                dataset = self.dataset.name
                metrics.append(Aggregate(name=name, dataset=dataset, agg=count.agg, expr=count.expr, where=count.where))
        row = self._ask(tuple(metrics), [part for each in counts.values() for part in each])
        return {
            check: self._judged(check, [int(row[f"count_{position}_{index}"] or 0) for index in range(len(counts[check]))])
            for position, check in enumerate(checks)
        }

    def _ask(self, metrics: tuple[Aggregate, ...], counts: list[_Count]) -> dict[str, Any]:
        scope = Scope(self._workspace(metrics, counts), Grant(role="everyone"), self.version, self.as_of)
        compiled = compile_request(MetricQuery(metrics=tuple(metric.name for metric in metrics)), scope)
        return self.engine.run(compiled.sql(self.engine.dialect), LIMITS).to_pylist()[0]

    def _counts(self, check: DataCheck) -> tuple[_Count, ...]:
        match check.kind:
            case "grain":
                known = all_of(tuple(Not(of=IsNull(left=self._column(key))) for key in check.keys))
                return _Count("count", (), known), _Count("count_distinct", _quoted(check.keys), known)
            case "link":
                assert check.home is not None
                known = tuple(Not(of=IsNull(left=self._column(key))) for key in check.keys)
                orphan = all_of((*known, IsNull(left=Field(name=f"{check.about}.{_entry_of(check.home)}"))))
                return _Count("count", (), orphan), _Count("count_distinct", _quoted(check.keys), orphan)
            case "not_null":
                return (_Count("count", (), IsNull(left=self._field(check.about))),)
            case "accepted":
                field = self._field(check.about)
                other = Not(of=In(left=field, values=check.values))
                return (_Count("count", (), all_of((other, Not(of=IsNull(left=field))))),)
            case _:
                return (_Count("count", (), _with_time(check.no_row, self.dataset.time)),)

    def _judged(self, check: DataCheck, counts: list[int]) -> CheckResult:
        first, second = counts[0], counts[-1]
        match check.kind:
            case "grain":
                surplus = first - second
                found, rows, keys = f"{surplus:,} doubled", surplus, surplus
            case "link":
                found = f"{second:,} without, in {counted(first, 'row')}" if first else "0 without"
                rows, keys = first, second
            case "not_null":
                found, rows, keys = f"{first:,} missing", first, None
            case _:
                found, rows, keys = counted(first, "row"), first, None
        return result_of(check, self.workspace, found=found, holds=rows == 0, rows=rows, keys=keys)

    # ---- columns as fields ------------------------------------------------------------------------------------------------

    def _field(self, name: str) -> Field:
        """A declared field, or a column that stands for itself."""
        return Field(name=f"{self.dataset.name}.{name}") if self.dataset.field(name) else self._column(name)

    def _column(self, name: str) -> Field:
        if self.columns and name.lower() not in {column.lower() for column in self.columns}:
            known = [*self.columns, *(field.name for field in self.dataset.fields)]
            what = f"there is neither a field nor a column '{name}'"
            raise DataError(Problem("unknown_column", what, did_you_mean(name, known)))
        return Field(name=f"{self.dataset.name}.{_column_field(name)}")

    def _workspace(self, metrics: tuple[Aggregate, ...], counts: list[_Count]) -> Workspace:
        """The workspace with what counting needs: the metrics, a dataset without time, and columns as fields."""
        extra = [self._as_field(column, _column_field(column)) for column in (*self.columns, *self._key_columns())]
        named = {ref.name for count in counts for ref in refs_of(count.where) if isinstance(ref, Field) and "." not in ref.name}
        extra += [
            self._as_field(column, column)
            for column in self.columns
            if column in named and not reaches(self.workspace, self.dataset.name, column)
        ]
        bare = self.dataset.model_copy(update={"time": None, "window": None, "fields": (*self.dataset.fields, *_once(extra))})
        datasets = (bare if each.name == bare.name else _with_entry(each) for each in self.workspace.datasets)
        kept: dict[str, Any] = {name: getattr(self.workspace, name) for name in Workspace.model_fields}
        return Workspace.model_construct(None, **{**kept, "datasets": tuple(datasets), "metrics": metrics})

    def _key_columns(self) -> list[str]:
        return [] if self.columns else [*self.dataset.grain, *(key for keys in self.dataset.entities.values() for key in keys)]

    def _as_field(self, column: str, name: str) -> FieldDefinition:
        kind = field_type(self.columns.get(column, "VARCHAR"))
        return FieldDefinition.model_construct(name=name, type=kind, expr=_quoted((column,))[0])


def _once(fields: list[FieldDefinition]) -> list[FieldDefinition]:
    return list({field.name: field for field in fields}.values())


def _with_entry(dataset: Dataset) -> Dataset:
    """A dataset with a field that is missing exactly where a join to it found no row."""
    if not dataset.grain:
        return dataset
    entry = FieldDefinition(name=_entry_of(dataset.name), type="id", expr=_quoted(dataset.grain[:1])[0])
    return dataset.model_copy(update={"fields": (*dataset.fields, entry)})


def _entry_of(dataset: str) -> str:
    return f"entry_of_{dataset}"


def _column_field(column: str) -> str:
    """A field name for a column, whose own name may be anything."""
    return "column_" + re.sub(r"[^A-Za-z0-9_]", lambda sign: f"_{ord(sign[0]):x}_", column.lower())


def _quoted(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(exp.column(column, quoted=True).sql("duckdb") for column in columns)


TYPES: dict[FieldType, tuple[str, ...]] = {
    "boolean": ("BOOLEAN",),
    "date": ("DATE",),
    "time": ("TIMESTAMP",),
    "decimal": ("DECIMAL", "DOUBLE", "FLOAT"),
    "count": ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
}


def field_type(column_type: str) -> FieldType:
    """What a column of a data version holds, as a field would say it."""
    for kind, names in TYPES.items():
        if column_type.upper().startswith(names):
            return kind
    return "category"


def _with_time(condition: AnyCondition | None, time: str | None) -> AnyCondition | None:
    """The condition with its bare time buckets cut from the dataset's own time, which the counted copy does not have."""
    if condition is None or time is None:
        return condition
    return CONDITION.validate_python(_timed(condition.model_dump(), time))


def _timed(node: Any, time: str) -> Any:
    if isinstance(node, list | tuple):
        return [_timed(item, time) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("kind") == "time":
        return {**node, "field": node["field"] or time}
    if node.get("kind") in ("did", "sequence", "entity_metric"):
        return node
    return {key: _timed(value, time) for key, value in node.items()}
