"""How a request was read, in words: metrics, dimensions, filter, period, order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from assistant.wording.numbers import bucket, cell, day_text, unit_in
from assistant.wording.texts import fill, inner, listed, templates
from semantic_layer.calendar import Span, aligned_unit
from semantic_layer.columns import UNKNOWN, Column
from semantic_layer.compiler.derive import metric_column
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
    Meets,
    Not,
    Or,
    Range,
    Scaled,
    Sequence,
    Step,
    Tag,
    TimeBucket,
    Within,
)
from semantic_layer.implied import figure, plural
from semantic_layer.model.datasets import Field as FieldDefinition
from semantic_layer.model.metrics import Distinct
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import Between, CalendarUnit, EachPeriod, LastN, Period, SinglePeriod, WholeData
from semantic_layer.reach import home_dataset
from semantic_layer.requests import AgainstPeriod, EntityQuery, LastYear, MetricQuery, OrderBy, PreviousPeriod, ValueQuery
from semantic_layer.statistics import summaries
from semantic_layer.windowed import label_of
from tools.requests import MembershipQuery, ProfileQuery, TagHealthQuery

OPERATORS = {"eq", "ne", "lt", "le", "gt", "ge", "contains"}


class Words:
    """The words of one workspace in one language.

    Args:
        days: Resolves a single period into days; without it those of conditions stand by what was asked.
    """

    def __init__(self, workspace: Workspace, language: str, days: Callable[[Period], Span] | None = None) -> None:
        self.workspace, self.language, self.days = workspace, language, days
        self.texts = templates(language)

    # ---- names -------------------------------------------------------------------------------------------------------

    def metric(self, name: str) -> str:
        found = figure(self.workspace, name)
        if isinstance(found, Distinct) and name in self.texts["grains"]:
            return fill(self.language, "conditions", "number", things=self._counted(name))
        return found.label_in(self.language) if found else name

    def name(self, name: str) -> str:
        """The label of anything that has a name."""
        bare = name.rpartition(".")[2]
        entity = self.workspace.entity_of_key(bare)
        found = (
            self.workspace.metric(name) or self.workspace.tag(name) or self.workspace.segment(name) or entity or self.field(bare)
        )
        found = found or self.workspace.dataset(name) or self.workspace.entity(bare) or self.workspace.parameter(name)
        return found.label_in(self.language) if found else name

    def field(self, name: str) -> FieldDefinition | None:
        home = home_dataset(self.workspace, name)
        return home.field(name.rpartition(".")[2]) if home else None

    def _as_of(self, text: str, day: date) -> str:
        return f"{text}（{day}）" if self.language == "zh" else f"{text} ({day})"

    def ref(self, ref: object) -> str:
        match ref:
            case Tag(name=name, as_of=date() as day):
                return self._as_of(self.name(name), day)
            case Field(name=name) | Tag(name=name):
                return self.name(name)
            case TimeBucket(grain=grain, field=field):
                grain_word = self.texts["grains"][grain]
                return grain_word if field is None else f"{self.name(field)} ({grain_word})"
            case EntityMetric():
                return self._of_each(ref)
            case Meets(condition=asked):
                return fill(self.language, "conditions", "whether", inner=self.condition(asked))
            case Scaled(factor=factor, ref=scaled, plus=plus):
                said = self.ref(scaled)
                said = fill(self.language, "conditions", "times", factor=f"{factor:g}", ref=said) if factor != 1 else said
                code = "plus" if plus > 0 else "less"
                return (
                    fill(self.language, "conditions", code, amount=self._in_unit_of(scaled, abs(plus)), ref=said)
                    if plus
                    else said
                )
            case _:
                return str(ref)

    def _in_unit_of(self, ref: object, value: float) -> str:
        """A number in the unit of what it is added to."""
        metric = self.workspace.metric(ref.metric) if isinstance(ref, EntityMetric) else None
        return cell(value, metric_column(metric, metric.name, "metric"), self.language) if metric is not None else f"{value:g}"

    def _of_each(self, ref: EntityMetric) -> str:
        """A figure of each entity: sales of each customer (March 2017, colour is red)."""
        parts = {"entity": self.entity(ref.entity or ""), "inside": self._inside(ref.where, ref.period)}
        if ref.rank is not None:
            return fill(self.language, "conditions", f"place_{ref.rank}", metric=self._figure_of(ref), **parts)
        if self.workspace.metric(ref.metric) is not None:
            return fill(self.language, "conditions", "of_each", metric=self.metric(ref.metric), **parts)
        return fill(self.language, "conditions", "number_of", things=self._counted(ref.metric), **parts)

    def _among_the_first(self, ref: EntityMetric, last: float) -> str:
        """The 200 customers with the highest sales, the 10% of them."""
        parts = {"entity": self.entity(ref.entity or ""), "inside": self._inside(ref.where, ref.period)}
        code = "part" if ref.rank_part else "one" if last == 1 else "first"
        shown = {"n": self._amount(ref, last), "metric": self._figure_of(ref)}
        return fill(self.language, "conditions", f"{code}_{ref.rank}", **shown, **parts)

    def _figure_of(self, ref: EntityMetric) -> str:
        """What each one is ranked by."""
        if self.workspace.metric(ref.metric) is not None:
            return self.metric(ref.metric)
        return fill(self.language, "conditions", "number", things=self._counted(ref.metric))

    def _inside(self, where: AnyCondition | None, period: SinglePeriod | None, within: Within | None = None) -> str:
        """What narrows the rows of an entity, in brackets."""
        said = [self.condition(where)] if where is not None else []
        said += [self.asked_period(period)] if period is not None else []
        said += [self._within(within)] if within is not None else []
        said = [each for each in said if each]  # days that are not resolved yet say nothing
        return fill(self.language, "conditions", "inside", parts=self.texts["comma"].join(said)) if said else ""

    def _within(self, within: Within) -> str:
        """Days that follow a first time or a date, and whether that day itself counts."""
        if not within.is_after_first:
            return fill(self.language, "conditions", "within_date", days=within.days, field=self.name(within.after))
        dataset = self.workspace.dataset(within.dataset or "")
        of = self._inside(within.where, None)
        code = "within_first" if dataset is None else "within_first_of"
        name = dataset.label_in(self.language) if dataset is not None else ""
        return fill(self.language, "conditions", code, days=within.days, dataset=name, inside=of)

    def entity(self, name: str) -> str:
        """What figures are asked of: an entity, a field, a grain of time."""
        found = self.workspace.entity(name)
        return found.label_in(self.language) if found else self._counted(name)

    def many(self, entity: str) -> str:
        """Several of an entity, inside a sentence: "customers"."""
        label = inner(self.entity(entity), self.language)
        return plural(label) if self.language == "en" else label

    def _counted(self, name: str) -> str:
        """What the different values are of."""
        return self.texts["grains"].get(name.rpartition(".")[2]) or self.name(name)

    # ---- figures -------------------------------------------------------------------------------------------------------

    def figure(self, metric: str, value: Any) -> str:
        """A metric with a value of it."""
        found = self.workspace.metric(metric)
        return f"{self.metric(metric)} {cell(value, metric_column(found, metric, 'metric'), self.language)}" if found else metric

    def parameter_value(self, name: str, value: Any) -> str:
        """The value of an assumption: with its unit, in percent, or in its words."""
        parameter = self.workspace.parameter(name)
        if parameter is None:
            return str(value)
        words = next((each for each in parameter.values if each.value == value), None)
        if words is not None:
            return words.label(self.language, str(value))
        column = Column(name=name, role="metric", type=parameter.type, unit=parameter.unit)
        return cell(value, column, self.language)

    def assumed(self, name: str, value: Any, code: str = "assuming") -> str:
        return fill(self.language, "reading", code, name=self.name(name), value=self.parameter_value(name, value))

    def value(self, ref: object, value: Any) -> str:
        """A stored value by its words."""
        if isinstance(ref, EntityMetric):
            return self._amount(ref, value)
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
            if tag is not None and tag.type == "fraction" and isinstance(value, int | float) and not isinstance(value, bool):
                return f"{value * 100:.6g}%"
        if isinstance(ref, Meets) and isinstance(value, bool):
            others = fill(self.language, "conditions", "others", entity=self.entity(ref.entity))
            return self.condition(ref.condition) if value else others
        if isinstance(value, bool):
            return self.texts["yes" if value else "no"]
        return str(value)

    def value_of(self, condition: AnyCondition, value: Any) -> str:
        """A value of what a condition compares, in its words."""
        while isinstance(condition, Not):
            condition = condition.of
        left = getattr(condition, "left", None)
        inner = left.ref if isinstance(left, Scaled) else left
        if isinstance(inner, Tag) and isinstance(value, str) and value.lower() in ("true", "false"):
            value = value.lower() == "true"
        return self.value(inner, value) if inner is not None else str(value)

    def _amount(self, ref: EntityMetric, value: Any) -> str:
        """A bound for a figure of each entity, as the figure itself is written."""
        found = self.workspace.metric(ref.metric)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return str(value)
        if ref.rank is not None:
            return f"{value * 100:.6g}%" if ref.rank_part else f"{value:,}"
        if found is not None and found.type == "fraction":
            return cell(value, metric_column(found, ref.metric, "metric"), self.language)
        unit = (
            unit_in(metric_column(found, ref.metric, "metric"), self.language)
            if found is not None and found.type != "count"
            else ""
        )
        shown = f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"
        return f"{shown} {unit}".strip()

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
            case Not(of=Did() as did):
                return self._did(did, "not_did")
            case Did():
                return self._did(condition, "did")
            case Not(of=part):
                return fill(self.language, "conditions", "not", inner=self.condition(part))
            case Compare(left=TimeBucket(grain="is_weekend"), op="eq", right=bool() as weekend):
                return self.texts["conditions"]["weekend" if weekend else "workday"]
            case Compare(left=EntityMetric(rank=str()) as place, op="le", right=int() | float() as last):
                return self._among_the_first(place, last)
            case Compare(left=Meets() as group, op="eq", right=bool() as value):
                return self.value(group, value)
            case Compare(left=left, op=op, right=value):
                shown = self.value(left, value) if isinstance(value, bool | int | float | str) else self.ref(value)
                return self._say(op, left, value=shown)
            case In(left=left, values=values):
                return self._say("in", left, value=self._values(left, values) if isinstance(values, tuple) else "")
            case Range(left=left, low=low, high=high):
                return self._say("between", left, low=self.value(left, low), high=self.value(left, high))
            case IsNull(left=left):
                return self._say("is_null", left)
            case InSegment(name=name, as_of=day):
                shown = self.name(name) if day is None else self._as_of(self.name(name), day)
                return fill(self.language, "conditions", "segment", name=shown)
            case Sequence():
                return self._in_order(condition)

    def _did(self, did: Did, code: str) -> str:
        dataset = self.workspace.dataset(did.dataset)
        parts = {
            "entity": self.entity(did.entity),
            "dataset": dataset.label_in(self.language) if dataset else did.dataset,
            "inside": self._inside(did.where, did.period, did.within),
            "count": did.count,
        }
        return fill(self.language, "conditions", "did_often" if did.count > 1 and code == "did" else code, **parts)

    def _in_order(self, asked: Sequence) -> str:
        steps = self.texts["then"].join(map(self._step, asked.steps))
        days = fill(self.language, "conditions", "in_days", days=asked.within_days) if asked.within_days is not None else ""
        return fill(self.language, "conditions", "in_order", entity=self.entity(asked.entity), steps=steps, days=days)

    def _step(self, step: Step) -> str:
        code = ("step_seldom" if step.times > 1 else "step_absent") if step.absent else "step_often" if step.times > 1 else "step"
        dataset = self.workspace.dataset(step.dataset)
        name = dataset.label_in(self.language) if dataset else step.dataset
        inside = self._inside(step.where, None)
        return fill(self.language, "conditions", code, dataset=name, inside=inside, count=step.times)

    def _say(self, code: str, left: object, **parts: Any) -> str:
        return fill(self.language, "conditions", code, field=self.ref(left), **parts)

    def _values(self, left: object, values: tuple[Any, ...]) -> str:
        shown = [self.value(left, value) for value in values[:12]]
        return listed(self.language, shown) + ("…" if len(values) > 12 else "")

    # ---- periods -------------------------------------------------------------------------------------------------------

    def span(self, start: date, end: date) -> str:
        """Days in words: November 2017, 2017年第三季度, or from and to."""
        span = Span(start, end)
        unit = aligned_unit(span, self.workspace.workspace.conventions)
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
        if isinstance(period, CalendarUnit) and period.unit in ("fiscal_year", "fiscal_quarter"):
            asked = bucket(start.isoformat(), period.unit, self.language)
            dates = fill(self.language, "periods", "span", start=start.isoformat(), end=end.isoformat())
            return f"{asked}（{dates}）" if self.language == "zh" else f"{asked} ({dates})"
        if isinstance(period, LastN) and not period.skip:
            asked = fill(self.language, "periods", f"last_{period.unit}", n=period.n)
            dates = fill(self.language, "periods", "span", start=start.isoformat(), end=end.isoformat())
            return f"{asked}（{dates}）" if self.language == "zh" else f"{asked} ({dates})"
        return days

    def asked_period(self, period: SinglePeriod) -> str:
        """A period inside a condition: its days where they are known."""
        if isinstance(period, WholeData):
            return self.texts["periods"]["all"]
        if isinstance(period, Between) and period.start is not None and period.end is not None:
            return self.span(period.start, period.end)
        if self.days is not None:
            span = self.days(period)
            return self.period(period, span.start, span.end)
        if isinstance(period, LastN):
            asked = fill(self.language, "periods", f"last_{period.unit}", n=period.n)
            return fill(self.language, "periods", "skipped", days=asked, n=period.skip) if period.skip else asked
        return ""

    # ---- whole readings --------------------------------------------------------------------------------------------------

    def request(self, request: MetricQuery, spans: tuple[tuple[date, date], ...], other: tuple[date, date] | None) -> str:
        """ "Sales · by city · November 2017 · high to low"."""
        parts = [listed(self.language, self.measured(request))]
        if request.where is not None:
            parts.append(self.condition(request.where))
        if request.by:
            parts.append(fill(self.language, "reading", "by", dimensions=self.groups(request)))
        if isinstance(request.period, EachPeriod):
            parts.append(" / ".join(self.span(*span) for span in spans))
        elif spans:
            parts.append(self.period(request.period, *spans[0]))
        parts += self.comparison(request, other)
        parts += [self.assumed(name, value) for name, value in request.parameters.items()]
        if request.share_of is not None:
            within = self.condition(request.share_of.where)
            parts.append(fill(self.language, "reading", "share_within" if within else "share", within=within))
        parts += self.order(request)
        return " · ".join(part for part in parts if part)

    def measured(self, request: MetricQuery) -> list[str]:
        """What a request measures: its metrics, or each statistic of them, or each over its window."""
        if request.window is not None:
            found = [self.workspace.metric(name) for name in request.metrics]
            return [label_of(each, request.window).get(self.language) for each in found if each is not None]
        if request.of_each is not None:
            return [each.label.get(self.language) for each in summaries(self.workspace, request)]
        return [self.metric(name) for name in request.metrics]

    def groups(self, request: MetricQuery) -> str:
        """The dimensions of a request as they stand after "by"."""
        return listed(self.language, [inner(self.ref(ref), self.language) for ref in request.by])

    def comparison(self, request: MetricQuery, other: tuple[date, date] | None) -> list[str]:
        """What it is compared with, as the part of a reading; nothing where it is not."""
        match request.compare:
            case None:
                return []
            case PreviousPeriod(align=align):
                code = "previous_weekdays" if align == "weekday" else "previous"
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

    def profile_query(self, request: ProfileQuery) -> str:
        text = fill(self.language, "reading", "profile", where=self.condition(request.where))
        names = listed(self.language, [self.ref(ref) for ref in request.fields])
        return f"{text} · {names}" if names else text

    def membership_query(self, request: MembershipQuery) -> str:
        entity = self.name(request.entity)
        return fill(self.language, "reading", "membership", entity=entity, key=request.key, where=self.condition(request.where))

    def tag_health_query(self, request: TagHealthQuery) -> str:
        names = listed(self.language, [inner(self.name(each), self.language) for each in request.names])
        return fill(self.language, "reading", "tag_health" if names else "tags_health", names=names)

    def entity_query(self, request: EntityQuery) -> str:
        text = fill(self.language, "reading", "entities", entity=self.name(request.entity))
        parts = [text, self.condition(request.where)]
        if request.columns:
            names = listed(self.language, [self.column(ref) for ref in request.columns])
            parts.append(fill(self.language, "reading", "columns", columns=names))
        if request.limit is not None and request.order:
            parts.append(fill(self.language, "reading", "top" if request.order[0].descending else "bottom", n=request.limit))
        return " · ".join(part for part in parts if part)

    def column(self, ref: object) -> str:
        """A chosen column of a list: a figure of each entity by its own name."""
        return self.name(ref.metric) if isinstance(ref, EntityMetric) else self.ref(ref)
