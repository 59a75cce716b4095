"""Metric questions: rows, totals, the rest beyond a limit, a chart, and what stands out."""

from __future__ import annotations

import time
from decimal import Decimal

from semantic_layer.columns import UNKNOWN, Note
from semantic_layer.compiler.aggregate import GROUP_SIZE
from semantic_layer.compiler.compile import over_all
from semantic_layer.compiler.plan import Compiled
from semantic_layer.conditions import Field, In, Not, all_of, parts_of
from semantic_layer.errors import request_error
from semantic_layer.periods import EachPeriod
from semantic_layer.requests import MetricQuery, fingerprint, plain
from tools.answer import Answer, Check, Evidence
from tools.charts import chart_of
from tools.context import Context, Rows
from tools.findings import findings_of
from tools.follow_ups import next_of


def run(request: MetricQuery, context: Context) -> Answer:
    """Answers a metric query.

    Raises:
        RequestError: it cannot be asked, or its groups are too small for this viewer.
        DataError: the statement could not be run.
    """
    started = time.perf_counter()
    compiled = context.compile(request)
    rows = context.run(compiled, "result")
    _large_enough(rows, context)
    table = rows.table()
    totals = _totals(request, compiled, rows, context)
    rest = _rest(request, compiled, rows, context)
    checks = _checks(rows, totals, rest)
    notes = compiled.notes + _notes(request, rows, totals, rest, checks)
    statements = tuple(each.sql for each in (rows, totals, rest) if each is not None)
    answer = Answer(
        kind=request.kind,
        request=plain(request),
        findings=findings_of(table, totals.table() if totals else None, request),
        tables=(table,),
        primary=table.name,
        totals=totals.table() if totals else None,
        rest=rest.table() if rest else None,
        charts=chart_of(table),
        evidence=_evidence(request, compiled, rows, checks, statements, context),
        notes=notes,
        next=next_of(request, compiled, table, context.scope),
        truncated=rows.truncated,
    )
    context.timings_ms["tool"] = (time.perf_counter() - started) * 1000
    return answer


def _large_enough(rows: Rows, context: Context) -> None:
    """Refuses what would show fewer entities than the viewer's minimum group.

    Leaving out the small groups alone would not hide them: the total minus the others gives them back. Hiding them
    safely is not built yet, so a breakdown with a small group is refused as a whole.
    """
    minimum = context.scope.grant.minimum_group
    if minimum is None or GROUP_SIZE not in [column.name for column in rows.columns]:
        return
    small = [size for size in rows.cells(GROUP_SIZE) if size is not None and 0 < size < minimum.size]
    if not small:
        return
    code = "small_groups" if len(rows.values) > 1 else "too_small"
    raise request_error(code, f"groups of fewer than {minimum.size} '{minimum.entity}'", size=minimum.size, entity=minimum.entity)


def _totals(request: MetricQuery, compiled: Compiled, rows: Rows, context: Context) -> Rows | None:
    """The same metrics over all groups, computed from the data again: rates and distinct counts do not add up."""
    if not request.by or isinstance(request.period, EachPeriod) or not rows.values:
        return None
    return context.run(context.compile(over_all(request)), "totals")


def _rest(request: MetricQuery, compiled: Compiled, rows: Rows, context: Context) -> Rows | None:
    """The groups beyond a limit, taken together."""
    if request.limit is None or len(request.by) != 1 or isinstance(request.period, EachPeriod):
        return None
    ref = request.by[0]
    if not isinstance(ref, Field) or len(rows.values) < request.limit:
        return None
    kept = [value for value in rows.cells(compiled.columns[0].name) if value is not None]
    outside = Not(of=In(left=ref, values=tuple(kept)))
    narrowed = over_all(request).model_copy(update={"where": all_of((*parts_of(request.where), outside))})
    return context.run(context.compile(narrowed), "rest")


def _checks(rows: Rows, totals: Rows | None, rest: Rows | None) -> tuple[Check, ...]:
    """Parts against the whole, for metrics whose parts must add up."""
    if totals is None or rows.truncated or not totals.values:
        return ()
    checks: list[Check] = []
    for column in rows.columns:
        if not column.additive or column.role != "metric" or column.name not in [each.name for each in totals.columns]:
            continue
        parts = sum((Decimal(str(value)) for value in rows.cells(column.name) if value is not None), Decimal(0))
        if rest is not None and rest.values:
            parts += Decimal(str(rest.cells(column.name)[0] or 0))
        whole = Decimal(str(totals.cells(column.name)[0] or 0))
        holds = abs(parts - whole) <= Decimal("0.005")
        checks.append(Check(metric=column.name, parts=float(parts), whole=float(whole), holds=holds))
    return tuple(checks)


def _notes(
    request: MetricQuery, rows: Rows, totals: Rows | None, rest: Rows | None, checks: tuple[Check, ...]
) -> tuple[Note, ...]:
    notes: list[Note] = []
    if request.limit is not None and len(rows.values) > request.limit:
        notes.append(Note(code="ties", parts={"limit": request.limit, "rows": len(rows.values)}))
    if rows.truncated:
        notes.append(Note(code="truncated", kind="warning", parts={"rows": len(rows.values)}))
    checked = checks if request.limit is None or rest is not None else ()
    notes += [Note(code="failed_check", kind="warning", parts=check.model_dump()) for check in checked if not check.holds]
    notes += _thin_denominators(request, rows)
    return tuple(notes)


def _thin_denominators(request: MetricQuery, rows: Rows) -> list[Note]:
    """Rates that rest on too little: the hidden base column against the metric's own bound is in the compiler's columns."""
    notes: list[Note] = []
    for column in rows.columns:
        if column.role != "hidden" or column.metric is None or column.below is None:
            continue
        dimension = next((index for index, each in enumerate(rows.columns) if each.role == "dimension"), None)
        thin = [
            row
            for row, base in zip(rows.values, rows.cells(column.name), strict=True)
            if base is not None and 0 < base < column.below
        ]
        if thin:
            groups = (
                [str(row[dimension] if row[dimension] is not None else UNKNOWN) for row in thin] if dimension is not None else []
            )
            parts = {"metric": column.metric, "below": column.below, "groups": groups}
            notes.append(Note(code="thin_denominator", kind="warning", parts=parts))
    return notes


def _evidence(
    request: MetricQuery,
    compiled: Compiled,
    rows: Rows,
    checks: tuple[Check, ...],
    statements: tuple[str, ...],
    context: Context,
) -> Evidence:
    scope = context.scope
    first = compiled.spans[0] if len(compiled.spans) == 1 else None
    days = "|".join(f"{span.start}..{span.end}" for span in compiled.spans)
    identity = fingerprint(request, days, scope.workspace.content_hash, scope.grant.hash, scope.version.id)
    return Evidence(
        metrics=tuple(metric.name for metric in compiled.metrics),
        start=first.start if first else None,
        end=first.end if first else None,
        periods=tuple((span.start, span.end) for span in compiled.spans) if first is None else (),
        compared_start=compiled.other_span.start if compiled.other_span else None,
        compared_end=compiled.other_span.end if compiled.other_span else None,
        as_of=scope.as_of,
        where=request.where,
        row_count=len(rows.values),
        data_version=scope.version.id,
        fingerprint=identity,
        statements=statements if scope.grant.may_see_sql else (),
        restricted=scope.grant.restricted,
        role=scope.grant.role,
        checks=checks,
    )
