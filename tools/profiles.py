"""What those of a group are like, against everyone: shares, the index (TGI), and whether a difference may be chance.

Index of a value = share of the group with it / share of everyone with it x 100. What is unknown counts as a value and stays in
both denominators. A difference counts as more than chance where Fisher's exact test of the group against all others is below 5%
after Benjamini and Hochberg's correction over all values looked at (Controlling the false discovery rate, 1995).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from scipy.stats import false_discovery_control, fisher_exact
from sqlglot import exp

from semantic_layer.columns import UNKNOWN, Column, ColumnType, ValueLabel
from semantic_layer.compiler.naming import identifier
from semantic_layer.compiler.plan import Compiled
from semantic_layer.conditions import Did, Field, FieldRef, Meets, Tag
from semantic_layer.errors import request_error
from semantic_layer.model.datasets import DIMENSION_TYPES
from semantic_layer.reach import home_dataset
from semantic_layer.requests import EntityQuery, fingerprint, plain
from semantic_layer.tag_parts import all_of, mentioned, population
from semantic_layer.words import Text
from tools.answer import Answer, Evidence, Finding, Table
from tools.context import Context, Rows
from tools.population import is_computed
from tools.profile_notes import profile_notes, tags_of
from tools.requests import ProfileQuery

SMALLEST = 30
"""Of fewer members their size is given, and nothing of what they are like."""
SHOWN = 12
CHANCE = 0.05
LISTED = "listed"
COUNTED = ("field", "value", "members", "everyone")
AVERAGE = 100
TRUTH = {"true": Text(zh="是", en="yes"), "false": Text(zh="否", en="no")}
TOLD = 5
"""How many values the text names."""
LABELS = {
    "field": Text(zh="特征", en="Trait"),
    "value": Text(zh="取值", en="Value"),
    "members": Text(zh="人群内人数", en="In the group"),
    "member_share": Text(zh="人群占比", en="Share of the group"),
    "everyone_share": Text(zh="全体占比", en="Share of everyone"),
    "index": Text(zh="TGI", en="Index (TGI)"),
    "sure": Text(zh="差异显著", en="More than chance"),
}
COLUMNS = tuple(LABELS)


class Value(NamedTuple):
    """How many have one value of a field.

    Attributes:
        members: Of the group.
        everyone: Of all.
        sure: Whether the difference is more than chance.
    """

    field: str
    value: Any
    members: int
    everyone: int
    sure: bool = False


def run(request: ProfileQuery, context: Context) -> Answer:
    """Answers a question about what a group is like.

    Raises:
        RequestError: an unknown entity or field, or a group that is too small to be told about (`too_small`).
    """
    fields = request.fields or telling_fields(request.entity, request.where, context)
    compiled = _counting(request, fields, context)
    rows = context.run(compiled, "profile")
    size, total = _sizes(rows)
    smallest = max(SMALLEST, context.scope.grant.minimum_group.size if context.scope.grant.minimum_group else 0)
    if size < smallest:
        raise request_error("too_small", f"{size} members are too few", size=smallest, entity=request.entity, members=size)
    values = _judged([Value(*row) for row in rows.values if row[0] is not None], size, total)
    values = _large_enough(values, context)
    shown = _ranked(values, request, size, total)
    labels = {name: label_of(ref, request.entity, context) for ref, name in zip(fields, field_names(fields), strict=True)}
    return _answer(request, compiled, rows, shown, labels, context)


def telling_fields(entity: str, where: object, context: Context) -> tuple[FieldRef, ...]:
    """The tags of an entity that have values to group by, but those that the conditions are told by."""
    workspace = context.scope.workspace
    told = {part.name for each in mentioned(where) for part in all_of(workspace, each.name)}
    tags = [tag for tag in workspace.tags if tag.entity == entity and tag.type in DIMENSION_TYPES]
    shown = [tag for tag in tags if tag.type in ("category", "boolean") and tag.name not in told and tag.kind != "predictive"]
    return tuple(Tag(name=tag.name) for tag in shown if is_computed(Tag(name=tag.name), entity, context))


def field_names(fields: tuple[FieldRef, ...]) -> list[str]:
    """The columns of the list that hold the fields."""
    names: list[str] = []
    for ref in fields:
        name = ref.name.rpartition(".")[2] if isinstance(ref, Field | Tag) else ref.kind
        number = 2
        while name in names:
            name, number = f"{name}_{number}", number + 1
        names.append(name)
    return names


def _counting(request: ProfileQuery, fields: tuple[FieldRef, ...], context: Context) -> Compiled:
    """One statement: everyone once, with the fields and whether they belong to the group; then each field by its values."""
    known = Did(entity=request.entity, dataset=population(request.entity, context.scope.workspace))
    meets = Meets(entity=request.entity, condition=request.where)
    listed = context.compile(EntityQuery(entity=request.entity, where=known, columns=(*fields, meets)))
    tree = listed.tree.copy()
    tree.set("order", None)
    selects = [_counted(exp.null(), exp.null())]
    for column in listed.columns:
        if column.role == "dimension" and column.name != "meets":
            text = exp.cast(exp.column(identifier(column.name)), "VARCHAR")
            value = exp.Coalesce(this=text, expressions=[exp.Literal.string(UNKNOWN)])
            selects.append(_counted(exp.Literal.string(column.name), value).group_by(value))
    whole = exp.union(*selects, distinct=False) if len(selects) > 1 else selects[0]
    whole = whole.with_(LISTED, as_=tree)
    columns = tuple(Column(name=name, role="dimension", type="category") for name in COUNTED)
    return replace(listed, tree=whole, columns=columns)  # pyright: ignore[reportArgumentType]


def _counted(field: exp.Expr, value: exp.Expr) -> exp.Select:
    everyone = exp.Count(this=exp.Star())
    member = exp.Where(this=exp.Is(this=exp.column("meets"), expression=exp.true()))
    members = exp.Filter(this=everyone.copy(), expression=member)
    columns = zip((field, value, members, everyone), COUNTED, strict=True)
    return exp.select(*(sql.as_(name) for sql, name in columns)).from_(LISTED)


def _sizes(rows: Rows) -> tuple[int, int]:
    """How many there are in the group, and in all."""
    first = next(row for row in rows.values if row[0] is None)
    return int(first[2]), int(first[3])


def _judged(values: list[Value], size: int, total: int) -> list[Value]:
    """The values, each with whether its difference is more than chance."""
    if not values or size == total:
        return values
    tables = [
        [[each.members, size - each.members], [each.everyone - each.members, total - size - each.everyone + each.members]]
        for each in values
    ]
    chances = false_discovery_control([fisher_exact(table)[1] for table in tables])
    return [each._replace(sure=bool(chance < CHANCE)) for each, chance in zip(values, chances, strict=True)]


def _large_enough(values: list[Value], context: Context) -> list[Value]:
    """For a viewer who sees no small groups the fields with one in them are left out whole: the rest would give it back."""
    minimum = context.scope.grant.minimum_group
    if minimum is None:
        return values
    small = {each.field for each in values if 0 < each.members < minimum.size or 0 < each.everyone - each.members < minimum.size}
    return [each for each in values if each.field not in small]


def _index(value: Value, size: int, total: int) -> float:
    return (value.members / size) / (value.everyone / total) * AVERAGE


def _ranked(values: list[Value], request: ProfileQuery, size: int, total: int) -> list[Value]:
    """Of named fields all values; else those that stand out most: sure ones first, by how far the shares lie apart."""
    if request.fields and request.limit is None:
        return values
    apart = sorted(values, key=lambda each: (not each.sure, -abs(each.members / size - each.everyone / total), each.field))
    if not request.fields:  # of what is true or false the one says it for the other
        apart = [each for each in apart if each.value not in (UNKNOWN, "false")]
    return apart[: request.limit or SHOWN]


class Label(NamedTuple):
    """What a field is called, and its values."""

    field: Text
    values: dict[str, Text]


def label_of(ref: FieldRef, entity: str, context: Context) -> Label:
    workspace = context.scope.workspace
    if not isinstance(ref, Field | Tag):
        return Label(Text(), {})
    home = workspace.profile(entity) if isinstance(ref, Tag) else home_dataset(workspace, ref.name)
    found = home.field(ref.name.rpartition(".")[2]) if home is not None else None
    if found is None:
        return Label(Text(), {})
    words = {str(entry.value): entry for entry in found.values}
    texts = {value: Text(zh=entry.label("zh", value), en=entry.label("en", value)) for value, entry in words.items()}
    return Label(found.label, texts)


def _table(values: list[Value], labels: dict[str, Label], size: int, total: int) -> Table:
    rows = tuple(
        (each.field, each.value, each.members, each.members / size, each.everyone / total, _index(each, size, total), each.sure)
        for each in values
    )
    fields = tuple(ValueLabel(value=name, label=label.field) for name, label in labels.items() if label.field != Text())
    kinds: dict[str, ColumnType] = {
        "members": "count",
        "member_share": "fraction",
        "everyone_share": "fraction",
        "index": "decimal",
    }
    words = value_labels(((each.field, each.value) for each in values), labels)
    columns = tuple(
        Column(
            name=name,
            role="metric" if name in kinds else "dimension",
            type=kinds.get(name, "category"),
            label=LABELS[name],
            value_labels=fields if name == "field" else words if name == "value" else (),
        )
        for name in COLUMNS
    )
    return Table(name="profile", columns=columns, rows=rows)


def value_labels(values: Iterable[tuple[str, Any]], labels: dict[str, Label]) -> tuple[ValueLabel, ...]:
    """Words for values; where two fields call one value differently, it stays as it is."""
    found: dict[Any, set[Text]] = {}
    for field, value in values:
        found.setdefault(value, set()).add(words_of(field, value, labels))
    return tuple(ValueLabel(value=value, label=next(iter(texts))) for value, texts in found.items() if len(texts) == 1)


def words_of(field: str, value: str, labels: dict[str, Label]) -> Text:
    """A value in words."""
    return labels[field].values.get(value) or TRUTH.get(value) or Text(zh=value, en=value)


def _answer(
    request: ProfileQuery, compiled: Compiled, rows: Rows, values: list[Value], labels: dict[str, Label], context: Context
) -> Answer:
    scope, (size, total) = context.scope, _sizes(rows)
    told = [
        {
            "field": labels[each.field].field.model_dump(),
            "value": words_of(each.field, each.value, labels).model_dump(),
            "share": each.members / size,
            "everyone": each.everyone / total,
            "index": _index(each, size, total),
        }
        for each in sorted(values, key=lambda each: _index(each, size, total) < AVERAGE)  # first what there is more of
        if each.sure and each.value != UNKNOWN
    ]
    parts = {"size": size, "total": total, "share": size / total, "entity": request.entity, "values": told[:TOLD]}
    table = _table(values, labels, size, total)
    identity = fingerprint(request, "", scope.workspace.content_hash, scope.grant.hash, scope.version.id)
    evidence = Evidence(
        tags=tuple(dict.fromkeys(name for name, _ in tags_of(request, scope))),
        as_of=scope.as_of,
        where=request.where,
        row_count=len(table.rows),
        data_version=scope.version.id,
        fingerprint=identity,
        statements=(rows.sql,) if scope.grant.may_see_sql else (),
        restricted=scope.grant.restricted,
        role=scope.grant.role,
    )
    return Answer(
        kind=request.kind,
        request=plain(request),
        findings=(Finding(code="profile" if told else "profile_alike", parts=parts),),
        tables=(table,),
        primary=table.name,
        evidence=evidence,
        notes=profile_notes(request, compiled, scope),
    )
