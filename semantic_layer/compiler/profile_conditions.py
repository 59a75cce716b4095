"""Conditions inside of tags and segments: over columns that are there already, and with unknown staying unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sqlglot import exp

from semantic_layer.compiler.condition_sql import Predicates
from semantic_layer.compiler.naming import column
from semantic_layer.compiler.profile_inputs import Input, Inputs
from semantic_layer.conditions import (
    And,
    AnyCondition,
    Compare,
    Did,
    EntityMetric,
    Field,
    In,
    InSegment,
    IsNull,
    Not,
    Or,
    Range,
    Reference,
    Scaled,
    Sequence,
    Tag,
    Value,
)
from semantic_layer.errors import request_error
from semantic_layer.model.datasets import FieldType


class Known(Predicates):
    """Conditions on one row of a profile in the making.

    A figure, a deed or a field becomes an input, a tag or a segment is a column of the query below. A comparison with what is
    unknown is neither true nor false, so that a tag can be unknown too.

    Args:
        table: The query below.
        direct: Tags that are inputs as they stand.
        unknown: Of each tag, whether it can be null.
    """

    def __init__(self, inputs: Inputs, table: str, direct: Mapping[str, Input], unknown: Mapping[str, bool]) -> None:
        self.inputs, self.table, self.direct, self.unknown = inputs, table, direct, unknown

    # ---- what is compared -------------------------------------------------------------------------------------------------

    def tag(self, name: str) -> exp.Expr:
        """The column of a tag or a segment."""
        return column(self.direct[name].name if name in self.direct else name, self.table)

    def left(self, ref: Reference) -> tuple[exp.Expr, FieldType]:
        match ref:
            case Tag(name=name):
                tag = self.inputs.scope.workspace.tag(_undated(name, ref.as_of))
                assert tag is not None
                return self.tag(tag.name), tag.type
            case EntityMetric() | Field():
                found = self._input(ref)
                return column(found.name, self.table), found.kind
            case Scaled():
                return super().left(ref)
            case _:
                what = f"'{ref.kind}' says nothing of a whole '{self.inputs.entity}'"
                raise request_error("bad_request", what, field=ref.kind)

    def _input(self, ref: EntityMetric | Field) -> Input:
        return self.inputs.figure(ref) if isinstance(ref, EntityMetric) else self.inputs.field(ref)

    def compared(self, left: Reference, op: str, right: Value) -> tuple[exp.Expr, FieldType]:
        return self.in_days(left)

    def did(self, condition: Did) -> exp.Expr:
        return column(self.inputs.did(condition).name, self.table)

    def sequence(self, condition: Sequence) -> exp.Expr:
        return column(self.inputs.sequence(condition).name, self.table)

    def in_segment(self, name: str, as_of: date | None) -> exp.Expr:
        return self.tag(_undated(name, as_of))

    # ---- unknown stays unknown --------------------------------------------------------------------------------------------

    def negated(self, part: AnyCondition) -> exp.Expr:
        if isinstance(part, Compare) and part.op == "eq":
            return self.compare(part.model_copy(update={"op": "ne"}))
        return exp.Not(this=exp.paren(self.sql(part), copy=False))

    def differs(self, left: exp.Expr, value: exp.Expr) -> exp.Expr:
        return exp.NEQ(this=left, expression=value)

    def differ(self, left: exp.Expr, right: exp.Expr) -> exp.Expr:
        return exp.NEQ(this=left, expression=right)

    def may_be_unknown(self, condition: AnyCondition | None) -> bool:
        return bool(self.doubts(condition))

    def doubts(self, condition: AnyCondition | None) -> set[str]:
        """The columns of a condition that can be null."""
        match condition:
            case And(of=parts) | Or(of=parts):
                return {name for part in parts for name in self.doubts(part)}
            case Not(of=part):
                return self.doubts(part)
            case Compare(left=left, right=right):
                return {name for side in (left, right) for name in self._doubts_of(side)}
            case In(left=left) | Range(left=left):
                return set(self._doubts_of(left))
            case Sequence():
                found = self.inputs.sequence(condition)
                return {found.name} if found.may_be_unknown else set()
            case InSegment() | Did() | IsNull() | None:
                return set()

    def _doubts_of(self, side: object) -> Iterator[str]:
        match side:
            case Scaled(ref=inner):
                yield from self._doubts_of(inner)
            case Tag(name=name):
                if self.unknown.get(name, True):
                    yield name
            case EntityMetric() | Field():
                found = self._input(side)
                if found.may_be_unknown:
                    yield found.name
            case _:
                return


def _undated(name: str, as_of: date | str | None) -> str:
    """Tags and segments are told from others of their own day."""
    if as_of is not None:
        what = f"'{name}' as of another day cannot be part of a definition yet"
        raise request_error("kind_not_compiled", what, kind="tag", name=name)
    return name
