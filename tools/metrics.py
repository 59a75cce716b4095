"""Metric questions: rows, totals, the rest beyond a limit, a chart, and what stands out."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from semantic_layer.columns import UNKNOWN, Note
from semantic_layer.compiler.compile import over_all
from semantic_layer.compiler.grouped import GROUP_SIZE
from semantic_layer.compiler.plan import Compiled
from semantic_layer.conditions import Field, In, Not, TimeBucket, Value, all_of, parts_of, unit_refs
from semantic_layer.errors import request_error
from semantic_layer.periods import EachPeriod
from semantic_layer.requests import MetricQuery, fingerprint, plain
from tools.answer import Answer, Check, Evidence
from tools.assumptions import assumed, figures_beside
from tools.charts import chart_of
from tools.context import Context, Rows, cut_note, silent
from tools.data_notes import data_notes
from tools.days_after import days_not_over
from tools.findings import Shown, findings_of
from tools.follow_ups import Ask, next_of
from tools.profile_notes import profile_notes, tags_of


class Computed(NamedTuple):
    """What one request ran: its rows, the same over all groups, the groups beyond its limit taken together, figures beside."""

    compiled: Compiled
    rows: Rows
    totals: Rows | None
    rest: Rows | None
    beside: tuple[tuple[Rows, Note], ...] = ()

    @property
    def statements(self) -> tuple[str, ...]:
        others = (rows for rows, _ in self.beside)
        return tuple(each.sql for each in (self.rows, self.totals, self.rest, *others) if each is not None)


def run(request: MetricQuery, context: Context) -> Answer:
    """Answers a metric query.

    Raises:
        RequestError: it cannot be asked, or its groups are too small for this viewer.
        DataError: the statement could not be run.
    """
    started = time.perf_counter()
    computed = compute(request, context)
    compiled, rows, totals, rest, _ = computed
    count = context.count(compiled) if rows.truncated else len(rows.values)
    table = rows.table()
    checks = _checks(request, rows, totals, rest)
    shown = Shown(table, totals.table() if totals else None, count if rows.truncated else None)
    answer = Answer(
        kind=request.kind,
        request=plain(request),
        findings=findings_of(shown, request),
        tables=(table,),
        primary=table.name,
        totals=shown.totals,
        rest=rest.table() if rest else None,
        charts=() if rows.truncated else chart_of(table),
        evidence=_evidence(request, computed, checks, context),
        notes=compiled.notes
        + _notes(request, computed, count, checks, context)
        + days_not_over(request, compiled, context.scope)
        + profile_notes(request, compiled, context.scope)
        + data_notes(request, compiled, context.scope),
        next=next_of(request, compiled, table, context.scope, _asked_aside(context)),
        truncated=rows.truncated,
    )
    context.timings_ms["tool"] = (time.perf_counter() - started) * 1000
    return answer


def compute(request: MetricQuery, context: Context) -> Computed:
    """Runs a metric query with its totals and rest.

    Raises:
        RequestError: it cannot be asked, or one of its figures is about too few for this viewer.
        DataError: a statement could not be run.
    """
    compiled = context.compile(request)
    rows = context.run(compiled, "result")
    _large_enough(rows, len(rows.values) > 1, context)
    totals = _totals(request, rows, context)
    rest = _rest(request, compiled, rows, context)
    for others in (totals, rest):
        if others is not None:
            _large_enough(others, True, context)
    if context.scope.grant.minimum_group is not None and _goes_on(request, rows) and rest is None:
        # The groups beyond the limit are the total without those shown, and nobody has counted who is in them.
        totals = None
    beside = figures_beside(request, context) if totals is not None or not request.by else []
    for others, _ in beside:
        _large_enough(others, False, context)
    return Computed(compiled, rows, totals, rest, tuple(beside))


def _asked_aside(context: Context) -> Ask:
    """How a follow-up is tried out: compiled; and run as well where it may turn out to be about too few."""
    aside = replace(context, emit=silent, timings_ms={})

    def ask(request: MetricQuery) -> None:
        if context.scope.grant.minimum_group is None:
            aside.compile(request)
        else:
            compute(request, aside)

    return ask


def _large_enough(rows: Rows, several: bool, context: Context) -> None:
    """Refuses what would show fewer entities than the viewer's minimum group.

    Leaving out the small groups alone would not hide them: the total minus the others gives them back. Hiding them
    safely is not built yet, so a breakdown with a small group is refused as a whole.
    """
    minimum = context.scope.grant.minimum_group
    if minimum is None:
        return
    sizes = [column.name for column in rows.columns if column.role == "hidden" and column.name.startswith(GROUP_SIZE)]
    if any(0 < (size or 0) < minimum.size for name in sizes for size in rows.cells(name)):
        code, what = "small_groups" if several else "too_small", f"groups of fewer than {minimum.size} '{minimum.entity}'"
        raise request_error(code, what, size=minimum.size, entity=minimum.entity)


def _totals(request: MetricQuery, rows: Rows, context: Context) -> Rows | None:
    """The same metrics over all groups, computed from the data again: rates and distinct counts do not add up."""
    if not request.by or isinstance(request.period, EachPeriod) or not rows.values or request.of_each is not None:
        return None
    return context.run(context.compile(over_all(request)), "totals")


def _goes_on(request: MetricQuery, rows: Rows) -> bool:
    """Whether there may be groups beyond the limit."""
    return request.limit is not None and len(rows.values) >= request.limit


def _rest(request: MetricQuery, compiled: Compiled, rows: Rows, context: Context) -> Rows | None:
    """The groups beyond a limit, taken together."""
    if not _goes_on(request, rows) or len(request.by) != 1 or isinstance(request.period, EachPeriod):
        return None
    if request.of_each is not None:
        return None
    ref = request.by[0]
    if not isinstance(ref, Field):
        return None
    kept = [_value(cell) for cell in rows.cells(compiled.columns[0].name)]
    outside = Not(of=In(left=ref, values=tuple(kept)))
    narrowed = over_all(request).model_copy(update={"where": all_of((*parts_of(request.where), outside))})
    return context.run(context.compile(narrowed), "rest")


def _value(cell: Any) -> Value:
    """A cell as conditions write it."""
    if cell is None:
        return UNKNOWN
    return cell.isoformat() if isinstance(cell, date) else cell


def _checks(request: MetricQuery, rows: Rows, totals: Rows | None, rest: Rows | None) -> tuple[Check, ...]:
    """Parts against the whole, for metrics whose parts must add up.

    Where a condition on each one's own figures goes by the days of each bucket, every bucket has its own members.
    """
    if totals is None or rows.truncated or not totals.values or _has_members_of_its_own(request):
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


def _has_members_of_its_own(request: MetricQuery) -> bool:
    timed = any(isinstance(ref, TimeBucket) for ref in request.by)
    return timed and any(ref.period is None for ref in unit_refs(request.where))


def _notes(request: MetricQuery, computed: Computed, count: int, checks: tuple[Check, ...], context: Context) -> tuple[Note, ...]:
    rows, notes = computed.rows, assumed(request, context.scope.workspace)
    notes += [note for _, note in computed.beside]
    if request.limit is not None and count > request.limit:
        notes.append(Note(code="ties", parts={"limit": request.limit, "rows": count}))
    named = [column.name for column in rows.columns if column.role == "dimension"]
    if request.limit is not None and any(UNKNOWN in rows.cells(name) for name in named):
        notes.append(Note(code="unknown_ranked"))
    if rows.truncated:
        notes.append(cut_note(len(rows.values), count))
    checked = checks if request.limit is None or computed.rest is not None else ()
    notes += [Note(code="failed_check", kind="warning", parts=check.model_dump()) for check in checked if not check.holds]
    notes += _thin_denominators(rows)
    return tuple(notes)


def _thin_denominators(rows: Rows) -> list[Note]:
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


def _evidence(request: MetricQuery, computed: Computed, checks: tuple[Check, ...], context: Context) -> Evidence:
    scope, compiled = context.scope, computed.compiled
    first = compiled.spans[0] if len(compiled.spans) == 1 else None
    days = "|".join(f"{span.start}..{span.end}" for span in compiled.spans)
    identity = fingerprint(request, days, scope.workspace.content_hash, scope.grant.hash, scope.version.mark)
    return Evidence(
        metrics=tuple(metric.name for metric in compiled.metrics) if request.window is None else request.metrics,
        tags=tuple(dict.fromkeys(name for name, _ in tags_of(request, scope))),
        start=first.start if first else None,
        end=first.end if first else None,
        periods=tuple((span.start, span.end) for span in compiled.spans) if first is None else (),
        compared_start=compiled.other_span.start if compiled.other_span else None,
        compared_end=compiled.other_span.end if compiled.other_span else None,
        as_of=scope.as_of,
        where=request.where,
        row_count=len(computed.rows.values),
        data_version=scope.version.id,
        fingerprint=identity,
        statements=computed.statements if scope.grant.may_see_sql else (),
        restricted=scope.grant.restricted,
        role=scope.grant.role,
        checks=checks,
    )
