"""Everyone of an entity once, as the part of a statement that tools count groups in; and what their answers have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlglot import exp

from semantic_layer.columns import Column, Note
from semantic_layer.compiler.naming import identifier
from semantic_layer.compiler.plan import Compiled
from semantic_layer.conditions import And, AnyCondition, Compare, Did, FieldRef, InSegment, Meets, Tag
from semantic_layer.errors import RequestError, request_error
from semantic_layer.frozen import Frozen
from semantic_layer.requests import EntityQuery, fingerprint, plain
from semantic_layer.tag_parts import population
from tools.answer import Answer, ChartSpec, Check, Evidence, Finding, Table
from tools.context import Context, silent
from tools.membership import owned
from tools.profile_notes import profile_notes, tags_of

LISTED = "listed"
"""What the part of a statement that lists everyone is called."""


def everyone(entity: str, columns: Sequence[FieldRef], context: Context, where: AnyCondition | None = None) -> Compiled:
    """Lists the population of an entity, or those of it who meet a condition: a row for each one, its key and the columns.

    Raises:
        RequestError: an unknown entity, or what the viewer may not see.
    """
    if context.scope.workspace.entity(entity) is None:
        raise request_error("unknown_entity", f"there is no entity '{entity}'", entity=entity)
    known: AnyCondition = Did(entity=entity, dataset=population(entity, context.scope.workspace))
    asked = And(of=(known, where)) if where is not None else known
    listed = context.compile(EntityQuery(entity=entity, where=asked, columns=tuple(columns)))
    tree = listed.tree.copy()
    tree.set("order", None)
    return replace(listed, tree=tree)


def counted(listed: Compiled, statement: exp.Query, columns: tuple[Column, ...]) -> Compiled:
    """A statement over `listed`, as one that can be run."""
    whole = statement.with_(LISTED, as_=listed.tree)
    return replace(listed, tree=whole, columns=columns)  # pyright: ignore[reportArgumentType]


def asked_columns(listed: Compiled, asked: Sequence[FieldRef]) -> list[str]:
    """What the asked columns are called in the list, in their order."""
    return [column.name for column in listed.columns[len(listed.columns) - len(asked) :]]


def count_where(*flags: str) -> exp.Expr:
    """How many have all of the flags; of no flag how many there are."""
    everyone_counted = exp.Count(this=exp.Star())
    if not flags:
        return everyone_counted
    true = exp.and_(*(exp.Is(this=exp.column(identifier(flag)), expression=exp.true()) for flag in flags))
    return exp.Filter(this=everyone_counted, expression=exp.Where(this=true))


def is_computed(ref: FieldRef, entity: str, context: Context) -> bool:
    """Whether the viewer may see a field, a tag or a group, and it can be computed."""
    try:
        replace(context, emit=silent, timings_ms={}).compile(EntityQuery(entity=entity, columns=(ref,), limit=1))
    except RequestError:
        return False
    return True


def smallest_group(context: Context) -> int:
    """Of fewer the viewer is told nothing; 0 where it is told of everyone."""
    minimum = context.scope.grant.minimum_group
    return minimum.size if minimum is not None else 0


def check_size(size: int, total: int, entity: str, context: Context) -> None:
    """For a viewer who sees no small groups.

    Raises:
        RequestError: `too_small`, a group or all others are fewer than the viewer may be told about.
    """
    smallest = smallest_group(context)
    if 0 < size < smallest or 0 < total - size < smallest:
        raise request_error("too_small", f"fewer than {smallest} are not told about", size=smallest, entity=entity)


def group_names(groups: Sequence[AnyCondition]) -> list[str]:
    """A name for each group in rows: the segment's, the tag's with its value, else a number."""
    names: list[str] = []
    for place, group in enumerate(groups, 1):
        match group:
            case InSegment(name=own, as_of=None):
                name = own
            case Compare(left=Tag(name=own, as_of=None), op="eq", right=str() | int() as value):
                name = f"{own}: {value}"
            case _:
                name = f"group {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return names


def told_group(name: str, condition: AnyCondition, size: int) -> dict[str, Any]:
    """A group as a part of a finding."""
    return {"name": name, "condition": condition.model_dump(mode="json"), "size": size}


def meets(entity: str, groups: Sequence[AnyCondition]) -> list[Meets]:
    """A column for each group; figures of a condition that name nobody are those of the entity."""
    return [Meets(entity=entity, condition=owned(group, entity)) for group in groups]


def answer_of(
    request: Frozen,
    findings: Sequence[Finding],
    tables: Sequence[Table],
    compiled: Compiled,
    sql: str,
    context: Context,
    *,
    about: Frozen | None = None,
    where: AnyCondition | None = None,
    charts: Sequence[ChartSpec] = (),
    checks: Sequence[Check] = (),
    notes: Sequence[Note] = (),
    metrics: Sequence[str] = (),
) -> Answer:
    """An answer about groups; the first table is what answers most directly.

    Args:
        about: What names the tags and segments; by default the request.
        where: The filter, for wording.
    """
    named = about or request
    scope = context.scope
    kind = str(type(request).model_fields["kind"].default)
    evidence = Evidence(
        metrics=tuple(metrics),
        tags=tuple(dict.fromkeys(name for name, _ in tags_of(named, scope))),
        as_of=scope.as_of,
        where=where,
        row_count=len(tables[0].rows) if tables else 0,
        data_version=scope.version.id,
        fingerprint=fingerprint(request, "", scope.workspace.content_hash, scope.grant.hash, scope.version.id),
        statements=(sql,) if scope.grant.may_see_sql else (),
        restricted=scope.grant.restricted,
        role=scope.grant.role,
        checks=tuple(checks),
    )
    return Answer(
        kind=kind,
        request=plain(request),
        findings=tuple(findings),
        tables=tuple(tables),
        primary=tables[0].name if tables else None,
        charts=tuple(charts),
        evidence=evidence,
        notes=(*profile_notes(named, compiled, scope), *notes),
    )
