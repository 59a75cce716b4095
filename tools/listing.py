"""Lists: the values of a field, and the entities that a dataset describes."""

from __future__ import annotations

from typing import Any

from semantic_layer.requests import EntityQuery, ValueQuery, fingerprint, plain
from tools.answer import Answer, Evidence, Finding, Table
from tools.context import Context, cut_note
from tools.data_notes import data_notes
from tools.days_after import days_not_over
from tools.profile_notes import profile_notes, tags_of


def run(request: ValueQuery | EntityQuery, context: Context) -> Answer:
    """Lists values or entities under the viewer's grant.

    Raises:
        RequestError: unknown, hidden, or a condition that is not computed yet.
    """
    compiled = context.compile(request)
    rows = context.run(compiled, "list")
    table = _in_natural_order(rows.table())
    scope = context.scope
    identity = fingerprint(request, "", scope.workspace.content_hash, scope.grant.hash, scope.version.mark)
    evidence = Evidence(
        tags=tuple(dict.fromkeys(name for name, _ in tags_of(request, scope))),
        row_count=len(rows.values),
        as_of=scope.as_of,
        data_version=scope.version.id,
        fingerprint=identity,
        statements=(rows.sql,) if scope.grant.may_see_sql else (),
        restricted=scope.grant.restricted,
        role=scope.grant.role,
        where=request.where if isinstance(request, EntityQuery) else None,
    )
    code = "values" if isinstance(request, ValueQuery) else "entities"
    cut = rows.truncated or (request.limit is not None and len(rows.values) >= request.limit)
    count = context.count(compiled, ranked=False) if cut else len(rows.values)
    first = table.columns[0].name
    parts = {"column": first, "count": count, "values": [row[0] for row in table.rows[:60]], **_ranked(request, table)}
    return Answer(
        kind=request.kind,
        request=plain(request),
        findings=(Finding(code=code, parts=parts),),
        tables=(table,),
        primary=table.name,
        evidence=evidence,
        notes=((cut_note(len(rows.values), count),) if rows.truncated else ())
        + days_not_over(request, compiled, scope)
        + profile_notes(request, compiled, scope)
        + data_notes(request, compiled, scope),
        truncated=rows.truncated,
    )


def _ranked(request: ValueQuery | EntityQuery, table: Table) -> dict[str, Any]:
    """The figure by which entities are ordered, with its values."""
    order = request.order[0] if isinstance(request, EntityQuery) and request.order else None
    names = [column.name for column in table.columns]
    if order is None or order.target not in names or table.columns[names.index(order.target)].role != "metric":
        return {}
    place = names.index(order.target)
    return {"by": order.target, "descending": order.descending, "figures": [row[place] for row in table.rows[:60]]}


def _in_natural_order(table: Table) -> Table:
    """Values in the order that the analyst gave them; what has no place comes after."""
    column = table.columns[0]
    if not column.ordered or len(table.columns) != 1:
        return table
    place = {label.value: index for index, label in enumerate(column.value_labels)}
    rows = sorted(table.rows, key=lambda row: place.get(row[0], len(place)))
    return table.model_copy(update={"rows": tuple(rows)})
