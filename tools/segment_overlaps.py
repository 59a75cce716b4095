"""How large a segment is, and how much of it each existing segment shares.

Overlap of two groups (Jaccard) = members of both / members of either.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from sqlglot import exp

from semantic_layer.columns import Column
from semantic_layer.compiler.naming import identifier
from semantic_layer.compiler.plan import Compiled
from semantic_layer.conditions import Did, InSegment, Meets
from semantic_layer.errors import RequestError, request_error
from semantic_layer.model.profiles import profile_name
from semantic_layer.model.tags import Segment
from semantic_layer.requests import EntityQuery, MetricQuery
from semantic_layer.tag_parts import population
from tools.context import Context, silent

LISTED = "listed"
MOST_APART = 12
"""Existing segments that are compared with a statement each, where no list of everyone may be made."""


class Overlap(NamedTuple):
    """An existing segment beside the new one.

    Attributes:
        size: Its members.
        both: Members of both.
        alike: Both over either (Jaccard), 0 to 1.
    """

    segment: Segment
    size: int
    both: int
    alike: float


class Sizes(NamedTuple):
    """What was counted.

    Attributes:
        total: Everyone of the entity.
        overlaps: The most alike first. A group that is smaller than the viewer may see leaves its segment out.
        compiled: What ran, with its notes.
    """

    size: int
    total: int
    overlaps: tuple[Overlap, ...]
    compiled: Compiled
    sql: str


def sizes(segment: Segment, context: Context) -> Sizes:
    """Counts the members of a segment of the context's workspace.

    Raises:
        RequestError: what the rule names is not there or may not be seen, or the group is smaller than the viewer may see
            (`too_small`).
    """
    others = [each for each in context.scope.workspace.segments if each.entity == segment.entity and each.name != segment.name]
    try:
        listed = compiled_list(segment, (), context)
    except RequestError as error:
        if error.problem.reason != "not_allowed":
            raise
        counted = _in_groups(segment, others, context)  # whoever may not see single ones may count them
    else:
        counted = _in_list(segment, [each for each in others if _is_computed(each, context)], listed, context)
    return _large_enough(counted, segment, context)


def compiled_list(segment: Segment, others: tuple[Segment, ...], context: Context) -> Compiled:
    """Everyone, with whether they are in the segment and in each of the others."""
    columns = tuple(_meets(each) for each in (segment, *others))
    known = Did(entity=segment.entity, dataset=population(segment.entity, context.scope.workspace))
    return context.compile(EntityQuery(entity=segment.entity, where=known, columns=columns))


def compiled_count(segment: Segment, other: Segment | None, context: Context) -> Compiled:
    """The number of those in the segment and not, in the other and not."""
    by = tuple(_meets(each) for each in (segment, other) if each is not None)
    return context.compile(MetricQuery(metrics=(f"{profile_name(segment.entity)}.{segment.entity}",), by=by))


def _meets(segment: Segment) -> Meets:
    return Meets(entity=segment.entity, condition=InSegment(name=segment.name))


def _is_computed(segment: Segment, context: Context) -> bool:
    try:
        compiled_list(segment, (), replace(context, emit=silent, timings_ms={}))
    except RequestError:
        return False
    return True


def _in_list(segment: Segment, others: list[Segment], listed: Compiled, context: Context) -> Sizes:
    """One statement for all."""
    if others:
        listed = compiled_list(segment, tuple(others), context)
    rows = context.run(_counting(listed, len(others)), "sizes")
    size, total, *figures = (int(value) for value in rows.values[0])
    found = [_overlap(each, size, figures[2 * at], figures[2 * at + 1]) for at, each in enumerate(others)]
    return Sizes(size, total, tuple(found), listed, rows.sql)


def _in_groups(segment: Segment, others: list[Segment], context: Context) -> Sizes:
    """A statement for each pair, which counts and lists nobody."""
    compiled = compiled_count(segment, None, context)
    rows = context.run(compiled, "sizes")
    members = {bool(row[0]): int(row[1]) for row in rows.values}
    size, total = members.get(True, 0), sum(members.values())
    found: list[Overlap] = []
    for other in others[:MOST_APART]:
        try:
            pairs = context.run(compiled_count(segment, other, context), "overlap").values
        except RequestError:
            continue
        cells = {(bool(row[0]), bool(row[1])): int(row[2]) for row in pairs}
        both = cells.get((True, True), 0)
        found.append(_overlap(other, size, both + cells.get((False, True), 0), both))
    return Sizes(size, total, tuple(found), compiled, rows.sql)


def _large_enough(counted: Sizes, segment: Segment, context: Context) -> Sizes:
    """What is left of a large group without a small one would tell of the small one: both are left out."""
    minimum = context.scope.grant.minimum_group
    kept = sorted(counted.overlaps, key=lambda each: (-each.alike, each.segment.name))
    if minimum is not None:
        size, total = counted.size, counted.total
        if any(0 < each < minimum.size for each in (size, total - size)):
            raise request_error("too_small", f"{size} members are too few", size=minimum.size, entity=segment.entity)
        kept = [
            each
            for each in kept
            if not any(0 < cell < minimum.size for cell in (each.both, each.size - each.both, size - each.both, each.size))
        ]
    return counted._replace(overlaps=tuple(kept))


def _counting(listed: Compiled, others: int) -> Compiled:
    """One statement over the list of everyone: the size, all, and for each other segment its size and the members of both."""
    tree = listed.tree.copy()
    tree.set("order", None)
    named = [exp.column(identifier(column.name)) for column in listed.columns if column.name.startswith("meets")]
    rule, existing = named[0], named[1 : 1 + others]
    names = ["size", "everyone"]
    counts: list[exp.Expr] = [_where(_is_true(rule)), exp.Count(this=exp.Star())]
    for at, each in enumerate(existing):
        names += [f"size_{at}", f"both_{at}"]
        counts += [_where(_is_true(each)), _where(exp.And(this=_is_true(rule), expression=_is_true(each)))]
    selected = [count.as_(name) for count, name in zip(counts, names, strict=True)]
    columns = tuple(Column(name=name, role="metric", type="count") for name in names)
    whole = exp.select(*selected).from_(LISTED).with_(LISTED, as_=tree)
    return replace(listed, tree=whole, columns=columns)  # pyright: ignore[reportArgumentType]


def _is_true(column: exp.Expr) -> exp.Expr:
    return exp.Is(this=column.copy(), expression=exp.true())


def _where(condition: exp.Expr) -> exp.Expr:
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=condition))


def _overlap(segment: Segment, size: int, own: int, both: int) -> Overlap:
    either = size + own - both
    return Overlap(segment, own, both, both / either if either else 0.0)
