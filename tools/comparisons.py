"""What tells two groups apart: their sizes, who is in both, and of each value its share in the one and in the other.

Index of a value = its share of the first group over that of the second x 100. Whoever is in both says nothing of a difference, so
whether it is more than chance is judged by those in only one of the groups, or, where one lies all but within the other, by it
against the rest of the other: Fisher's exact test under 5% after Benjamini and Hochberg's correction over all values looked at.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from scipy.stats import false_discovery_control, fisher_exact
from sqlglot import exp

from semantic_layer.columns import UNKNOWN, Column, ColumnType, ValueLabel
from semantic_layer.compiler.naming import identifier
from semantic_layer.compiler.plan import Compiled
from semantic_layer.conditions import FieldRef
from semantic_layer.errors import request_error
from semantic_layer.words import Text
from tools.answer import Answer, Cell, Finding, Table
from tools.context import Context
from tools.group_requests import ComparisonQuery
from tools.population import (
    LISTED,
    answer_of,
    asked_columns,
    check_size,
    count_where,
    counted,
    everyone,
    group_names,
    meets,
    smallest_group,
    told_group,
)
from tools.profiles import AVERAGE, CHANCE, SHOWN, SMALLEST, Label, field_names, label_of, telling_fields, value_labels, words_of

TOLD = 3
"""How many values the text names of each group."""
TYPES: dict[str, ColumnType] = {
    "first": "count",
    "second": "count",
    "first_share": "fraction",
    "second_share": "fraction",
    "index": "decimal",
}
COLUMNS = ("field", "value", *TYPES, "sure")
COUNTED = ("field", "value", "first", "second", "both", "everyone")


class Sizes(NamedTuple):
    """How many are in each group, in both, and in all."""

    first: int
    second: int
    both: int
    everyone: int


class Value(NamedTuple):
    """How many have one value of a field, of each group, of those in both, and of all."""

    field: str
    value: str
    first: int
    second: int
    both: int
    everyone: int
    sure: bool = False


def run(request: ComparisonQuery, context: Context) -> Answer:
    """Answers what tells two groups apart.

    Raises:
        RequestError: an unknown entity or field, what the viewer may not see, a group of fewer than 30 (`too_small`), or two
            groups that all but hold the same members (`same_groups`).
    """
    groups = (request.first, request.second)
    fields = request.fields or telling_fields(request.entity, groups, context)
    compiled = _counting(request, fields, context)
    rows = context.run(compiled, "comparison")
    sizes, values = Sizes(0, 0, 0, 0), list[Value]()
    for field, value, *counts in rows.values:
        if field is None:
            sizes = Sizes(*(int(each) for each in counts))
        else:
            first, second, both, all_of_them = (int(each) for each in counts)
            values.append(Value(field, value, first, second, both, all_of_them))
    _check(sizes, request, context)
    judged = _large_enough(_judged(values, sizes), sizes, context)
    shown = _ranked(judged, request, sizes)
    labels = {name: label_of(ref, request.entity, context) for ref, name in zip(fields, field_names(fields), strict=True)}
    names = group_names(groups)
    table = _table(shown, labels, sizes)
    told = [told_group(name, group, size) for name, group, size in zip(names, groups, sizes[:2], strict=True)]
    parts: dict[str, Any] = {
        "entity": request.entity,
        "groups": told,
        "both": sizes.both,
        "more": _told([each for each in shown if _share(each, sizes)[0] > _share(each, sizes)[1]], labels, sizes),
        "less": _told([each for each in shown if _share(each, sizes)[0] < _share(each, sizes)[1]], labels, sizes),
    }
    code = "comparison" if parts["more"] or parts["less"] else "comparison_alike"
    return answer_of(request, [Finding(code=code, parts=parts)], [table], compiled, rows.sql, context)


def _counting(request: ComparisonQuery, fields: tuple[FieldRef, ...], context: Context) -> Compiled:
    """One statement: everyone once, with the fields and both groups; then each field by its values."""
    asked = [*fields, *meets(request.entity, (request.first, request.second))]
    listed = everyone(request.entity, asked, context)
    *columns, first, second = asked_columns(listed, asked)
    counts = (count_where(first), count_where(second), count_where(first, second), count_where())

    def select(field: exp.Expr, value: exp.Expr) -> exp.Select:
        pairs = zip((field, value, *(count.copy() for count in counts)), COUNTED, strict=True)
        return exp.select(*(sql.as_(name) for sql, name in pairs)).from_(LISTED)

    selects = [select(exp.null(), exp.null())]
    for name, column in zip(field_names(fields), columns, strict=True):
        text = exp.cast(exp.column(identifier(column)), "VARCHAR")
        value = exp.Coalesce(this=text, expressions=[exp.Literal.string(UNKNOWN)])
        selects.append(select(exp.Literal.string(name), value).group_by(value))
    whole = exp.union(*selects, distinct=False) if len(selects) > 1 else selects[0]
    return counted(listed, whole, tuple(Column(name=name, role="dimension", type="category") for name in COUNTED))


def _check(sizes: Sizes, request: ComparisonQuery, context: Context) -> None:
    smallest = max(SMALLEST, smallest_group(context))
    for size in sizes[:2]:
        check_size(size, sizes.everyone, request.entity, context)
        if size < smallest:
            what = f"{size} members are too few"
            raise request_error("too_small", what, size=smallest, entity=request.entity, members=size)
    if sizes.first - sizes.both < SMALLEST and sizes.second - sizes.both < SMALLEST:
        raise request_error("same_groups", "both groups hold the same members, or all but a few", both=sizes.both)
    for apart in (sizes.first - sizes.both, sizes.second - sizes.both, sizes.both):
        if 0 < apart < smallest_group(context):
            raise request_error("too_small", f"fewer than {smallest} are not told about", size=smallest, entity=request.entity)


def _judged(values: list[Value], sizes: Sizes) -> list[Value]:
    """The values, each with whether its difference is more than chance."""
    if not values:
        return values
    without_first = sizes.second - sizes.both >= SMALLEST  # those of the second who are not in the first can be set apart
    without_second = sizes.first - sizes.both >= SMALLEST

    def table(each: Value) -> list[list[int]]:
        """Those with the value and the others, of two groups that have nobody in common."""
        ours, own = (each.first - each.both, sizes.first - sizes.both) if without_second else (each.first, sizes.first)
        theirs, other = (each.second - each.both, sizes.second - sizes.both) if without_first else (each.second, sizes.second)
        return [[ours, own - ours], [theirs, other - theirs]]

    chances = false_discovery_control([fisher_exact(table(each))[1] for each in values])
    return [each._replace(sure=bool(chance < CHANCE)) for each, chance in zip(values, chances, strict=True)]


def _large_enough(values: list[Value], sizes: Sizes, context: Context) -> list[Value]:
    """For a viewer who sees no small groups the fields with one in them are left out whole: the rest would give it back."""
    smallest = smallest_group(context)

    def is_small(each: Value) -> bool:
        parts = (each.first, each.second, each.both, each.first - each.both, each.second - each.both)
        rests = (each.everyone - each.first, each.everyone - each.second)
        return any(0 < part < smallest for part in (*parts, *rests))

    small = {each.field for each in values if is_small(each)}
    return [each for each in values if each.field not in small]


def _share(value: Value, sizes: Sizes) -> tuple[float, float]:
    return value.first / sizes.first, value.second / sizes.second


def _ranked(values: list[Value], request: ComparisonQuery, sizes: Sizes) -> list[Value]:
    """Of named fields all values; else those that stand out most: sure ones first, by how far the shares lie apart."""
    found = [each for each in values if each.first or each.second]
    if request.fields and request.limit is None:
        return found

    def apart(each: Value) -> tuple[bool, float, str, str]:
        first, second = _share(each, sizes)
        return not each.sure, -abs(first - second), each.field, each.value

    if not request.fields:  # of what is true or false the one says it for the other
        found = [each for each in found if each.value not in (UNKNOWN, "false")]
    return sorted(found, key=apart)[: request.limit or SHOWN]


def _told(values: list[Value], labels: dict[str, Label], sizes: Sizes) -> list[dict[str, Any]]:
    sure = [each for each in values if each.sure and each.value != UNKNOWN]
    return [
        {
            "field": labels[each.field].field.model_dump(),
            "value": words_of(each.field, each.value, labels).model_dump(),
            "first": _share(each, sizes)[0],
            "second": _share(each, sizes)[1],
        }
        for each in sure[:TOLD]
    ]


def _table(values: list[Value], labels: dict[str, Label], sizes: Sizes) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in values:
        first, second = _share(each, sizes)
        index = first / second * AVERAGE if second else None
        rows.append((each.field, each.value, each.first, each.second, first, second, index, each.sure))
    fields = tuple(ValueLabel(value=name, label=label.field) for name, label in labels.items() if label.field != Text())
    words = value_labels(((each.field, each.value) for each in values), labels)
    columns = tuple(
        Column(
            name=name,
            role="metric" if name in TYPES else "dimension",
            type=TYPES.get(name, "category"),
            label=LABELS[name],
            value_labels=fields if name == "field" else words if name == "value" else (),
        )
        for name in COLUMNS
    )
    return Table(name="comparison", columns=columns, rows=tuple(rows))


LABELS = {
    "field": Text(zh="特征", en="Trait"),
    "value": Text(zh="取值", en="Value"),
    "first": Text(zh="前者人数", en="In the first"),
    "second": Text(zh="后者人数", en="In the second"),
    "first_share": Text(zh="占前者", en="Share of the first"),
    "second_share": Text(zh="占后者", en="Share of the second"),
    "index": Text(zh="指数（前者比后者）", en="Index (first over second)"),
    "sure": Text(zh="差异显著", en="More than chance"),
}
