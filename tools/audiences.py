"""Audiences: who of a group leaves as a file, who is left out by which rule, and who is held back as a control group.

Who belongs and what goes along is computed under the viewer's grant; who is left out over all rows, since a contact that the
viewer may not see was a contact all the same. The file holds exactly what the preview counted: both come from here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, NamedTuple

from semantic_layer.columns import Column, ValueLabel
from semantic_layer.conditions import And, AnyCondition, Did, Meets, Or
from semantic_layer.engines.base import Limits
from semantic_layer.errors import request_error
from semantic_layer.model.profiles import profile_name
from semantic_layer.policy import Grant
from semantic_layer.requests import EntityQuery, MetricQuery, fingerprint, plain
from semantic_layer.tag_parts import population
from semantic_layer.words import Text
from tools.answer import Answer, Check, Evidence, Finding, Table
from tools.audience_policy import check_allowed, check_groups, smallest_group, with_keys
from tools.context import Context
from tools.profile_notes import profile_notes, tags_of
from tools.requests import AudienceQuery
from tools.split import is_control
from tools.suppressions import LeavesOut, rules_of

MOST = 20_000_000
"""Rows of an audience; a file is not cut off where an answer's table is."""
STEP, MEMBERS, LEFT = "step", "members", "remaining"
STEPS = {
    "group": Text(zh="客群人数", en="In the group"),
    "left_out": Text(zh="按规则排除", en="Left out by rules"),
    "exported": Text(zh="导出人数", en="In the audience"),
    "treatment": Text(zh="触达组", en="Treatment"),
    "control": Text(zh="对照组", en="Control"),
}
LABELS = {STEP: Text(zh="步骤", en="Step"), MEMBERS: Text(zh="人数", en="Number"), LEFT: Text(zh="剩余", en="Remaining")}


class Fallen(NamedTuple):
    """How many were left out by a rule, each counted by the first one that meets it."""

    rule: LeavesOut
    members: int


class Audience(NamedTuple):
    """Who leaves, and how it came about.

    Attributes:
        keys: Of those who leave, control group included, in their order.
        key_names: The columns of a key.
        columns, values: What goes along, as the engine gave it; a row for each key.
        control: Of each key whether it is held back; None without a split.
        size: How many belong to the group.
        fallen: Who is left out, in the order of the rules.
        withheld: Parts of the counts are about too few to be told to this viewer.
    """

    keys: list[tuple[Any, ...]]
    key_names: tuple[str, ...]
    columns: tuple[Column, ...]
    values: list[tuple[Any, ...]]
    control: list[bool] | None
    size: int
    fallen: tuple[Fallen, ...]
    withheld: bool
    statements: tuple[str, ...]

    @property
    def left_out(self) -> int:
        return sum(each.members for each in self.fallen)

    @property
    def held_back(self) -> int:
        return sum(self.control or ())


def audience(request: AudienceQuery, context: Context) -> Audience:
    """Computes an audience.

    Raises:
        RequestError: the role may not export it (`export_denied`, `export_raw`, `export_sensitive`, `field_hidden`), it is too
            small (`too_small`, `small_groups`), nobody is left (`export_empty`), or a rule is unknown (`unknown_suppression`).
    """
    scope = context.scope
    entity = scope.workspace.entity(request.entity)
    if entity is None or scope.workspace.profile(request.entity) is None:
        raise request_error("unknown_entity", f"'{request.entity}' has no tags or segments", entity=request.entity)
    check_allowed(request, scope)
    rules = rules_of(request, scope)
    size = _size(request, context)
    whole = replace(context, limits=Limits(milliseconds=context.limits.milliseconds, rows=MOST))
    keyed = replace(whole, scope=replace(scope, grant=with_keys(scope, entity)))
    known = Did(entity=request.entity, dataset=population(request.entity, scope.workspace))
    compiled = keyed.compile(EntityQuery(entity=request.entity, where=And(of=(known, request.where)), columns=request.columns))
    members = keyed.run(compiled, "audience")
    width = sum(column.role == "key" for column in compiled.columns)
    out, sql = _left_out(request, rules, known, width, whole)
    rows = [tuple(row) for row in members.values]
    kept = [row for row in rows if row[:width] not in out]
    by_rule = Counter(out[row[:width]] for row in rows if row[:width] in out)
    counts = tuple(Fallen(rule, by_rule[place]) for place, rule in enumerate(rules))
    keys = [row[:width] for row in kept]
    held = [is_control(key, request.seed, request.control) for key in keys] if request.control is not None else None
    minimum = smallest_group(request.entity, scope.grant)
    found = Audience(
        keys=keys,
        key_names=tuple(column.name for column in compiled.columns[:width]),
        columns=compiled.columns[width:],
        values=[row[width:] for row in kept],
        control=held,
        size=len(rows),
        fallen=counts,
        withheld=any(0 < each.members < minimum for each in counts),
        statements=(members.sql, *sql),
    )
    check_groups(found.values, held, minimum, request.entity)
    if len(rows) != size or found.left_out + len(keys) != size:
        what = f"{len(keys)} in the audience and {found.left_out} left out are not the {size} of the group"
        raise request_error("failed_check", what, metric=f"{profile_name(request.entity)}.{request.entity}")
    return found


def _size(request: AudienceQuery, context: Context) -> int:
    """How many belong to the group, as any question for their number counts them."""
    metric = f"{profile_name(request.entity)}.{request.entity}"
    compiled = context.compile(MetricQuery(metrics=(metric,), where=request.where))
    rows = context.run(compiled, "size").table().rows
    return int(rows[0][0] or 0) if rows else 0


def _left_out(
    request: AudienceQuery, rules: tuple[LeavesOut, ...], known: AnyCondition, width: int, context: Context
) -> tuple[dict[tuple[Any, ...], int], tuple[str, ...]]:
    """The keys that a rule leaves out, each with the place of the first rule that does."""
    if not rules:
        return {}, ()
    scope = context.scope
    open_ = replace(context, scope=replace(scope, grant=Grant(role=scope.grant.role)))
    asked = tuple(Meets(entity=request.entity, condition=rule.condition) for rule in rules)
    where = And(of=(known, Or(of=tuple(rule.condition for rule in rules))))
    rows = open_.run(open_.compile(EntityQuery(entity=request.entity, where=where, columns=asked)), "left_out")
    out = {tuple(row[:width]): next(at for at, met in enumerate(row[width:]) if met is True) for row in rows.values}
    return out, (rows.sql,)


# ---- what is said of it ---------------------------------------------------------------------------------------------------


def run(request: AudienceQuery, context: Context) -> Answer:
    """The preview of an audience: nothing leaves by it."""
    return preview(request, audience(request, context), context)


def preview(request: AudienceQuery, found: Audience, context: Context) -> Answer:
    """What an audience is, for someone who confirms it."""
    scope = context.scope
    whole = MetricQuery(metrics=(f"{profile_name(request.entity)}.{request.entity}",), where=request.where)
    evidence = Evidence(
        tags=tuple(dict.fromkeys(name for name, _ in tags_of(request, scope))),
        as_of=scope.as_of,
        where=request.where,
        row_count=len(found.keys),
        data_version=scope.version.id,
        fingerprint=fingerprint(request, "", scope.workspace.content_hash, scope.grant.hash, scope.version.mark),
        statements=found.statements if scope.grant.may_see_sql else (),
        restricted=scope.grant.restricted,
        role=scope.grant.role,
        checks=() if found.withheld else (_check(request, found),),
    )
    return Answer(
        kind=request.kind,
        request=plain(request),
        findings=(Finding(code="audience", parts=parts_of(request, found)),),
        tables=(_table(found),),
        primary="audience",
        evidence=evidence,
        notes=profile_notes(request, context.compile(whole), scope),
    )


def parts_of(request: AudienceQuery, found: Audience) -> dict[str, Any]:
    """The counts of an audience; those that the viewer may not be told are left out."""
    exported, control = len(found.keys), found.held_back
    parts: dict[str, Any] = {"entity": request.entity, "exported": exported, "ids": request.ids, "columns": list(_names(found))}
    if not found.withheld:
        parts |= {"size": found.size, "left_out": found.left_out}
        parts["fallen"] = [
            {"rule": each.rule.name, "label": each.rule.label.model_dump(), "days": each.rule.days, "members": each.members}
            for each in found.fallen
        ]
    if found.control is not None:
        parts |= {"treatment": exported - control, "control": control, "share": control / exported, "asked": request.control}
    return parts


def _names(found: Audience) -> tuple[str, ...]:
    return tuple(column.name for column in found.columns)


def _check(request: AudienceQuery, found: Audience) -> Check:
    whole, parts = float(found.size), float(found.left_out + len(found.keys))
    return Check(metric=f"{profile_name(request.entity)}.{request.entity}", parts=parts, whole=whole, holds=parts == whole)


def _table(found: Audience) -> Table:
    rows: list[tuple[str, int, int]] = []
    words = dict(STEPS)
    if not found.withheld:
        left = found.size
        rows.append(("group", left, left))
        for each in found.fallen:
            left -= each.members
            rows.append((each.rule.name, each.members, left))
            words[each.rule.name] = each.rule.label
    exported = len(found.keys)
    rows.append(("exported", exported, exported))
    if found.control is not None:
        rows += [("treatment", exported - found.held_back, exported), ("control", found.held_back, exported)]
    labels = tuple(ValueLabel(value=name, label=label) for name, label in words.items())
    columns = (
        Column(name=STEP, role="dimension", type="category", label=LABELS[STEP], value_labels=labels),
        Column(name=MEMBERS, role="metric", type="count", label=LABELS[MEMBERS]),
        Column(name=LEFT, role="metric", type="count", label=LABELS[LEFT]),
    )
    return Table(name="audience", columns=columns, rows=tuple(rows))
