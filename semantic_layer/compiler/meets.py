"""Two groups of entities by a condition: those who meet it, and the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from semantic_layer.compiler import build
from semantic_layer.compiler.naming import is_known
from semantic_layer.compiler.units import Cells, whose_key_sql
from semantic_layer.conditions import EntityMetric, Field, Meets, Scaled, Tag, refs_of, sequences_in, unit_refs
from semantic_layer.errors import request_error
from semantic_layer.model.workspace import Workspace
from semantic_layer.tag_parts import segments_in

if TYPE_CHECKING:
    from semantic_layer.compiler.sources import Sources


def meets_sql(ref: Meets, dataset: str, sources: Sources, time: str | None, cells: Cells) -> exp.Expr:
    """Whether the entity of a row meets a condition; null for a row of no entity.

    Raises:
        RequestError: the rows belong to no such entity, or the condition is not about it.
    """
    from semantic_layer.compiler.condition_sql import condition_sql

    _is_about_entity(ref, sources)
    own = build.and_(*(is_known(key) for key in whose_key_sql(ref.entity, sources, time)))
    met = condition_sql(ref.condition, dataset, sources, time, cells)
    return exp.Case(ifs=[exp.If(this=own, true=exp.Is(this=build.paren(met), expression=exp.true()))])


def _is_about_entity(ref: Meets, sources: Sources) -> None:
    """What is true of a single row would put one entity into both groups."""
    homes = {each.name for each in sources.scope.workspace.homes_of(ref.entity)}
    for each in refs_of(ref.condition):
        inner = each.ref if isinstance(each, Scaled) else each
        if isinstance(inner, Field):
            found = sources.reached(inner.name)
            own = found.entity == ref.entity or found.dataset.name in homes
        else:
            own = _entity_of(inner, sources.scope.workspace) == ref.entity
        if not own:
            name = inner.name if isinstance(inner, Field) else inner.kind
            raise request_error("bad_request", f"'{name}' says nothing of a whole '{ref.entity}'", field=name)
    for part in segments_in(ref.condition):
        segment = sources.scope.workspace.segment(part.name)
        if segment is not None and segment.entity != ref.entity:
            raise request_error("bad_request", f"'{part.name}' is of '{segment.entity}', not of '{ref.entity}'", field=part.name)
    for unit in (*unit_refs(ref.condition), *sequences_in(ref.condition)):
        if unit.entity != ref.entity:
            raise request_error("bad_request", f"the groups are of '{ref.entity}', not of '{unit.entity}'", field=ref.entity)


def _entity_of(ref: object, workspace: Workspace) -> str | None:
    if isinstance(ref, Tag):
        tag = workspace.tag(ref.name)
        return tag.entity if tag is not None else None
    return ref.entity if isinstance(ref, EntityMetric | Meets) else None
