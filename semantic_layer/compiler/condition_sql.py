"""Conditions to SQL. Two-valued: an unknown value meets no comparison, and a negation keeps it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic_layer.columns import UNKNOWN
from semantic_layer.compiler import build
from semantic_layer.compiler.meets import meets_sql
from semantic_layer.compiler.profile_names import segment_field, tag_field
from semantic_layer.compiler.ranks import figure_or_rank_sql
from semantic_layer.compiler.sequences import sequence_sql
from semantic_layer.compiler.time_sql import bucket, day
from semantic_layer.compiler.units import ALL_DAYS, Cells, compared_unit_sql, did_sql
from semantic_layer.conditions import (
    And,
    AnyCondition,
    Attribute,
    Compare,
    Did,
    EntityMetric,
    Field,
    In,
    InSegment,
    IsNull,
    Meets,
    Not,
    Or,
    Range,
    Reference,
    Scaled,
    Sequence,
    Tag,
    TimeBucket,
    Value,
)
from semantic_layer.errors import request_error
from semantic_layer.model.datasets import FieldType

if TYPE_CHECKING:
    from semantic_layer.compiler.sources import Sources

GRAIN_TYPES: dict[str, FieldType] = {"hour": "count", "weekday": "count", "is_weekend": "boolean"}
MEETS: dict[str, Callable[[float, float], bool]] = {
    "eq": operator.eq,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
OPERATORS: dict[str, type[exp.Binary]] = {"eq": exp.EQ, "lt": exp.LT, "le": exp.LTE, "gt": exp.GT, "ge": exp.GTE}


def condition_sql(
    condition: AnyCondition, dataset: str, sources: Sources, time: str | None = None, cells: Cells = ALL_DAYS
) -> exp.Expr:
    """One condition as a predicate over a dataset's rows.

    Args:
        dataset: Where fields are reached from.
        sources: Collects the joins.
        time: The time field of bare time buckets; by default the dataset's own.
        cells: The days of what entities did, where the condition names none.

    Raises:
        RequestError: a field that is unknown, unreachable or hidden; a value of the wrong type; a kind of condition that
            is not compiled yet.
    """
    return Predicates(dataset, sources, time, cells).sql(condition)


class Predicates:
    """Conditions over the rows of a dataset, as `condition_sql` describes them."""

    def __init__(self, dataset: str, sources: Sources, time: str | None, cells: Cells) -> None:
        self.dataset, self.sources, self.time, self.cells = dataset, sources, time, cells

    def sql(self, condition: AnyCondition) -> exp.Expr:
        match condition:
            case And(of=parts):
                return build.and_(*(self.sql(part) for part in parts)) if parts else exp.true()
            case Or(of=parts):
                return build.paren(build.or_(*(self.sql(part) for part in parts))) if parts else exp.false()
            case Not(of=part):
                return self.negated(part)
            case Compare():
                return self.compare(condition)
            case In(values=Attribute(name=name)):
                raise request_error("bad_request", f"the attribute '{name}' belongs in policies", field=name)
            case In(left=left, values=values):
                return self.one_of(left, values)
            case Range(left=left, low=low, high=high):
                sql, kind = self.in_days(left)
                return exp.Between(this=_operand(sql), low=literal(low, kind, left), high=literal(high, kind, left))
            case Did():
                return self.did(condition)
            case InSegment(name=name, as_of=as_of):
                return self.in_segment(name, as_of)
            case IsNull(left=left):
                return _is_unknown(*self.left(left))
            case Sequence():
                return self.sequence(condition)

    def did(self, condition: Did) -> exp.Expr:
        return did_sql(condition, self.sources, self.cells)

    def sequence(self, condition: Sequence) -> exp.Expr:
        return sequence_sql(condition, self.sources)

    def in_segment(self, name: str, as_of: date | None) -> exp.Expr:
        """Whether the entity of a row is in a segment; null for a row of no entity, or of one that was not known by then."""
        return self.sources.field_sql(segment_field(self.sources.scope.workspace, name, as_of))

    def negated(self, part: AnyCondition) -> exp.Expr:
        """Keeps rows where the condition is false or unknown."""
        if isinstance(part, Compare) and part.op == "eq":
            return self.compare(part.model_copy(update={"op": "ne"}))
        if isinstance(part, Not):
            return self.sql(part.of)
        if isinstance(part, IsNull):
            return exp.Not(this=self.sql(part))
        if isinstance(part, In) and isinstance(part.values, tuple) and part.values and UNKNOWN not in part.values:
            listed = self.sql(part)
            return build.paren(build.or_(exp.Not(this=listed), exp.Is(this=listed.this.copy(), expression=exp.null())))
        return _is_not_true(self.sql(part))

    def one_of(self, left: Reference, values: tuple[Value, ...] | Attribute) -> exp.Expr:
        assert isinstance(values, tuple)
        sql, kind = self.in_days(left)
        known = [value for value in values if value != UNKNOWN]
        parts: list[exp.Expr] = []
        if known:
            parts.append(exp.In(this=_operand(sql), expressions=[literal(value, kind, left) for value in known]))
        if len(known) < len(values):
            parts.append(_is_unknown(sql, kind))
        if not parts:
            return exp.false()
        return parts[0] if len(parts) == 1 else build.paren(build.or_(*parts))

    def compare(self, condition: Compare) -> exp.Expr:
        left, right, op = condition.left, condition.right, condition.op
        if isinstance(right, Field | TimeBucket | Tag | EntityMetric | Meets | Scaled):
            # Moments are compared as moments here, and two unknown values are not equal.
            first, second = (_operand(self.left(side)[0]) for side in (left, right))
            return self.differ(first, second) if op == "ne" else OPERATORS[op](this=first, expression=second)
        sql, kind = self.compared(left, op, right)
        if op == "contains":
            return _contains(sql, kind, str(right))
        if right == UNKNOWN and op in ("eq", "ne"):
            missing = _is_unknown(sql, kind)
            return exp.Not(this=missing) if op == "ne" else missing
        value = literal(right, kind, left)
        if isinstance(sql, exp.Predicate) and op == "eq" and isinstance(value, exp.Boolean):
            return sql if value.this else exp.Not(this=build.paren(sql))
        if op == "ne":
            return self.differs(_operand(sql), value)
        return OPERATORS[op](this=_operand(sql), expression=value)

    def differs(self, left: exp.Expr, value: exp.Expr) -> exp.Expr:
        """Whether something is not a value: what is unknown is not."""
        return exp.NullSafeNEQ(this=left, expression=value)

    def differ(self, left: exp.Expr, right: exp.Expr) -> exp.Expr:
        """Whether two values differ; two unknown ones do."""
        return _is_not_true(exp.EQ(this=left, expression=right))

    def compared(self, left: Reference, op: str, right: Value) -> tuple[exp.Expr, FieldType]:
        if not isinstance(left, EntityMetric) or left.rank is not None or op not in MEETS or isinstance(right, bool | str):
            return self.in_days(left)
        return compared_unit_sql(left, self.sources, self.cells, lambda figure: MEETS[op](figure, right))

    def in_days(self, ref: Reference) -> tuple[exp.Expr, FieldType]:
        """The left side as it is compared with written values: those are days, so a moment counts as the day it is in."""
        sql, kind = self.left(ref)
        return (build.cast(sql, build.DATE), "date") if kind == "time" else (sql, kind)

    def left(self, ref: Reference) -> tuple[exp.Expr, FieldType]:
        match ref:
            case Field(name=name):
                found = self.sources.reached(name)
                return self.sources.reached_sql(found), found.field.type
            case TimeBucket(grain=grain, field=field):
                return self.time_sql(grain, field), GRAIN_TYPES.get(grain, "date")
            case Scaled(factor=factor, ref=inner, plus=plus):
                sql, kind = self.left(inner)
                if factor != 1:
                    sql = exp.Mul(this=exp.Literal.number(factor), expression=sql)
                return (exp.Add(this=sql, expression=exp.Literal.number(plus)) if plus else sql), kind
            case EntityMetric():
                return figure_or_rank_sql(ref, self.sources, self.cells)
            case Meets():
                return meets_sql(ref, self.dataset, self.sources, self.time, self.cells), "boolean"
            case Tag():
                return self.left(Field(name=tag_field(self.sources.scope.workspace, ref)))

    def time_sql(self, grain: str, field: str | None) -> exp.Expr:
        name = field or self.time
        if name is None:
            raise request_error("no_time", f"dataset '{self.dataset}' has no time of its own", dataset=self.dataset)
        found = self.sources.reached(name)
        if grain == "hour" and found.field.type == "date":
            raise request_error("no_hours", f"'{name}' has days, no hours", field=name, dataset=self.dataset)
        settings = self.sources.scope.workspace.workspace
        return bucket(self.sources.reached_sql(found), grain, settings.conventions)  # pyright: ignore[reportArgumentType]


def _operand(sql: exp.Expr) -> exp.Expr:
    """What binds less tightly than a comparison needs parentheses inside of one."""
    return build.paren(sql) if isinstance(sql, exp.Predicate | exp.Connector | exp.Not) else sql


def _is_unknown(sql: exp.Expr, kind: FieldType) -> exp.Expr:
    """A missing value; where texts are stored, the word that stands for it as well."""
    missing = exp.Is(this=_operand(sql), expression=exp.null())
    if kind != "category":
        return missing
    return build.paren(build.or_(missing, exp.EQ(this=sql.copy(), expression=exp.Literal.string(UNKNOWN))))


def _is_not_true(sql: exp.Expr) -> exp.Expr:
    return exp.Not(this=build.paren(exp.Is(this=build.paren(sql), expression=exp.true())))


def _contains(sql: exp.Expr, kind: FieldType, part: str) -> exp.Expr:
    text = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    searched = sql if kind == "category" else build.cast(sql, build.TEXT)
    like = exp.ILike(this=searched, expression=exp.Literal.string(f"%{text}%"))
    return exp.Escape(this=like, expression=exp.Literal.string("\\"))


def literal(value: Value, kind: FieldType, ref: Reference) -> exp.Expr:
    """A value as a literal of a field's type.

    Raises:
        RequestError: `wrong_value`, the value does not fit the type.
    """
    try:
        match kind:
            case "boolean" if isinstance(value, bool):
                return exp.true() if value else exp.false()
            case "category":
                return exp.Literal.string(value if isinstance(value, str) else _plain(value))
            case "id" if not isinstance(value, bool) and float(value).is_integer():
                return exp.Literal.number(int(value))
            case "date" | "time":
                return day(date.fromisoformat(str(value)))
            case "count" | "decimal" | "fraction" if not isinstance(value, bool):
                number = float(value)
                return exp.Literal.number(int(number) if number.is_integer() else number)
            case _:
                return _wrong(value, kind, ref)
    except ValueError:
        return _wrong(value, kind, ref)


def _plain(value: Value) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _wrong(value: Value, kind: FieldType, ref: Reference) -> exp.Expr:
    name = getattr(ref, "name", getattr(ref, "grain", ""))
    raise request_error("wrong_value", f"'{value}' is not a value of '{name}' ({kind})", field=name, value=value, type=kind)
