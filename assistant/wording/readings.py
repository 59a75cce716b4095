"""How a request was read, in words: metrics, dimensions, filter, period, order."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistant.wording.numbers import bucket, day_text
from assistant.wording.texts import fill, inner, listed, templates
from semantic_layer.calendar import Span, aligned_unit
from semantic_layer.columns import UNKNOWN
from semantic_layer.conditions import (
    And,
    AnyCondition,
    Compare,
    EntityMetric,
    Field,
    In,
    InSegment,
    IsNull,
    Not,
    Or,
    Range,
    Scaled,
    Tag,
    TimeBucket,
)
from semantic_layer.model.datasets import Field as FieldDefinition
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import EachPeriod, LastN, Period
from semantic_layer.reach import home_dataset
from semantic_layer.requests import AgainstPeriod, EntityQuery, LastYear, MetricQuery, OrderBy, PreviousPeriod, ValueQuery

OPERATORS = {"eq", "ne", "lt", "le", "gt", "ge", "contains"}


class Words:
    """The words of one workspace in one language."""

    def __init__(self, workspace: Workspace, language: str) -> None:
        self.workspace, self.language = workspace, language
        self.texts = templates(language)

    # ---- names -------------------------------------------------------------------------------------------------------

    def metric(self, name: str) -> str:
        found = self.workspace.metric(name)
        return found.label_in(self.language) if found else name

    def name(self, name: str) -> str:
        """The label of anything that has a name."""
        bare = name.rpartition(".")[2]
        entity = self.workspace.entity_of_key(bare)
        found = (
            self.workspace.metric(name) or self.workspace.tag(name) or self.workspace.segment(name) or entity or self.field(bare)
        )
        found = found or self.workspace.dataset(name) or self.workspace.entity(name) or self.workspace.parameter(name)
        return found.label_in(self.language) if found else name

    def field(self, name: str) -> FieldDefinition | None:
        home = home_dataset(self.workspace, name)
        return home.field(name.rpartition(".")[2]) if home else None

    def ref(self, ref: object) -> str:
        match ref:
            case Field(name=name) | Tag(name=name):
                return self.name(name)
            case TimeBucket(grain=grain, field=field):
                grain_word = self.texts["grains"][grain]
                return grain_word if field is None else f"{self.name(field)} ({grain_word})"
            case EntityMetric(metric=metric):
                return self.metric(metric)
            case Scaled(factor=factor, ref=inner):
                return f"{factor} × {self.ref(inner)}"
            case _:
                return str(ref)

    def value(self, ref: object, value: Any) -> str:
        """A stored value by its words."""
        if value == UNKNOWN:
            return self.texts["unknown"]
        if isinstance(ref, TimeBucket):
            return bucket(value, ref.grain, self.language)
        if isinstance(ref, Field):
            field = self.field(ref.name)
            entry = field.value_words(value) if field else None
            if entry is not None:
                return entry.label(self.language, str(value))
        if isinstance(ref, Tag):
            tag = self.workspace.tag(ref.name)
            entry = next((each for each in tag.values if each.value == value), None) if tag else None
            if entry is not None:
                return entry.label(self.language, str(value))
        if isinstance(value, bool):
            return self.texts["yes" if value else "no"]
        return str(value)

    # ---- conditions ----------------------------------------------------------------------------------------------------

    def condition(self, condition: AnyCondition | None) -> str:
        """A filter in words."""
        match condition:
            case None:
                return ""
            case And(of=parts):
                return self.texts["comma"].join(self.condition(part) for part in parts)
            case Or(of=parts):
                return " / ".join(self.condition(part) for part in parts)
            case Not(of=Compare(left=left, op="eq", right=value)):
                return self._say("ne", left, value=self.value(left, value))
            case Not(of=In(left=left, values=values)) if isinstance(values, tuple):
                return self._say("not_in", left, value=self._values(left, values))
            case Not(of=IsNull(left=left)):
                return self._say("not_null", left)
            case Not(of=part):
                return fill(self.language, "conditions", "not", inner=self.condition(part))
            case Compare(left=TimeBucket(grain="is_weekend"), op="eq", right=bool() as weekend):
                return self.texts["conditions"]["weekend" if weekend else "workday"]
            case Compare(left=left, op=op, right=value):
                shown = self.value(left, value) if isinstance(value, bool | int | float | str) else self.ref(value)
                return self._say(op, left, value=shown)
            case In(left=left, values=values):
                return self._say("in", left, value=self._values(left, values) if isinstance(values, tuple) else "")
            case Range(left=left, low=low, high=high):
                return self._say("between", left, low=self.value(left, low), high=self.value(left, high))
            case IsNull(left=left):
                return self._say("is_null", left)
            case InSegment(name=name):
                return fill(self.language, "conditions", "segment", name=self.name(name))
            case _:
                return condition.kind

    def _say(self, code: str, left: object, **parts: Any) -> str:
        return fill(self.language, "conditions", code, field=self.ref(left), **parts)

    def _values(self, left: object, values: tuple[Any, ...]) -> str:
        shown = [self.value(left, value) for value in values[:12]]
        return listed(self.language, shown) + ("…" if len(values) > 12 else "")

    # ---- periods -------------------------------------------------------------------------------------------------------

    def span(self, start: date, end: date) -> str:
        """Days in words: November 2017, 2017年第三季度, or from and to."""
        span = Span(start, end)
        unit = aligned_unit(span, self.workspace.workspace.first_weekday)
        if unit == "half":
            return fill(self.language, "periods", "half1" if start.month == 1 else "half2", y=start.year)
        if unit in ("year", "quarter", "month"):
            return bucket(start.isoformat(), unit, self.language)
        if unit == "day":
            return day_text(start, self.language)
        return fill(self.language, "periods", "span", start=start.isoformat(), end=end.isoformat())

    def period(self, period: Period | None, start: date | None, end: date | None) -> str:
        """A period as asked, with its days where they are not plain."""
        if start is None or end is None:
            return ""
        days = self.span(start, end)
        if isinstance(period, LastN) and not period.skip:
            asked = fill(self.language, "periods", f"last_{period.unit}", n=period.n)
            dates = fill(self.language, "periods", "span", start=start.isoformat(), end=end.isoformat())
            return f"{asked}（{dates}）" if self.language == "zh" else f"{asked} ({dates})"
        return days

    # ---- whole readings --------------------------------------------------------------------------------------------------

    def request(self, request: MetricQuery, spans: tuple[tuple[date, date], ...], other: tuple[date, date] | None) -> str:
        """ "Sales · by city · November 2017 · high to low"."""
        parts = [listed(self.language, [self.metric(name) for name in request.metrics])]
        if request.where is not None:
            parts.append(self.condition(request.where))
        if request.by:
            parts.append(fill(self.language, "reading", "by", dimensions=self.groups(request)))
        if isinstance(request.period, EachPeriod):
            parts.append(" / ".join(self.span(*span) for span in spans))
        elif spans:
            parts.append(self.period(request.period, *spans[0]))
        parts += self.comparison(request, other)
        if request.share_of is not None:
            within = self.condition(request.share_of.where)
            parts.append(fill(self.language, "reading", "share_within" if within else "share", within=within))
        parts += self.order(request)
        return " · ".join(part for part in parts if part)

    def groups(self, request: MetricQuery) -> str:
        """The dimensions of a request as they stand after "by"."""
        return listed(self.language, [inner(self.ref(ref), self.language) for ref in request.by])

    def comparison(self, request: MetricQuery, other: tuple[date, date] | None) -> list[str]:
        """What it is compared with, as the part of a reading; nothing where it is not."""
        match request.compare:
            case None:
                return []
            case PreviousPeriod():
                code = "previous"
            case LastYear():
                code = "last_year"
            case AgainstPeriod():
                return [fill(self.language, "reading", "against", period=self.span(*other) if other else "")]
        text = fill(self.language, "reading", code)
        return [f"{text} ({self.span(*other)})" if other else text]

    def order(self, request: MetricQuery) -> list[str]:
        """The order or the limit, as the part of a reading; nothing where one row has none."""
        if not request.by and not isinstance(request.period, EachPeriod):
            return []
        order: OrderBy | None = request.order[0] if request.order else None
        if request.limit is not None:
            descending = order.descending if order else True
            code = ("one_top" if descending else "one_bottom") if request.limit == 1 else ("top" if descending else "bottom")
            return [fill(self.language, "reading", code, n=request.limit)]
        return [self.texts["reading"]["descending" if order.descending else "ascending"]] if order else []

    def values_query(self, request: ValueQuery) -> str:
        return fill(self.language, "reading", "values", field=self.ref(request.field))

    def entity_query(self, request: EntityQuery) -> str:
        text = fill(self.language, "reading", "entities", entity=self.name(request.entity))
        return text + (f" · {self.condition(request.where)}" if request.where is not None else "")
