"""What was counted or done, in words, as one condition: figures, shares, deeds, days since the last time."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from assistant.planner.defining.parts import OPERATORS, Part, said
from assistant.planner.defining.slots import Slots, field_values, last_days, metrics_of
from assistant.planner.defining.tree import UnreadError
from semantic_layer.conditions import (
    AnyCondition,
    Compare,
    Did,
    EntityMetric,
    Field,
    In,
    Not,
    Operator,
    Range,
    Scaled,
    Tag,
    Value,
    all_of,
)
from semantic_layer.model.tags import OccurrenceTag
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import LastN, SinglePeriod, WholeData
from semantic_layer.tag_parts import population


class Measured(NamedTuple):
    """What the condition before counted, for one that goes on with it ("but under 1,000", "or blue").

    Attributes:
        denied: Whether it was denied.
    """

    verb: str | None
    metric: str | None
    days: SinglePeriod | None
    rows: tuple[AnyCondition, ...]
    denied: bool


class Counted:
    """Reads conditions that count, about one entity, in reading order.

    Attributes:
        before: What the condition before counted.
        undated, shared: Whether days were left out, or taken from a neighbour.
    """

    def __init__(self, workspace: Workspace, entity: str) -> None:
        self.workspace, self.entity = workspace, entity
        self.before: Measured | None = None
        self.undated = self.shared = False

    def _counted(self, slots: Slots) -> AnyCondition | None:
        if len(slots.verbs) > 1 or len(slots.metrics) > 1:
            return None
        verb = slots.verbs[0] if slots.verbs else None
        metric = self._metric(slots)
        if verb is None and metric is None:
            if not slots.act or slots.metrics:
                return None
            verb = population(self.entity, self.workspace)
        dataset = verb or ""
        days = self._days(slots)
        if slots.unit is not None and slots.denied and verb is not None and days is None:
            return self._kept(
                slots, Did(entity=self.entity, dataset=dataset, period=last_days(slots.quantities[0].low, slots.unit))
            )
        rows = self._rows(slots, metric or self._count_of(dataset))
        if rows is None or (slots.unit is not None and not slots.before):
            return None
        asked = Measured(verb, metric, days, rows, bool(slots.denied))
        if not slots.quantities:
            return self._deed(slots, asked) if metric is None else None
        return self._figure(slots, asked)

    def _deed(self, slots: Slots, asked: Measured) -> AnyCondition | None:
        if slots.share or slots.times or slots.bound is not None or asked.verb is None:
            return None
        self.before = asked
        return Did(entity=self.entity, dataset=asked.verb, where=all_of(asked.rows), period=asked.days)

    def _figure(self, slots: Slots, asked: Measured) -> AnyCondition | None:
        metric = asked.metric or self._count_of(asked.verb or "")
        quantity = slots.quantities[0]
        if metric is None or slots.denied:
            return None
        if asked.metric is None and not (slots.times or slots.share or (quantity.percent and asked.rows)):
            return None  # "bought 3" of what?
        self.before = asked
        ref = EntityMetric(metric=metric, period=asked.days, where=all_of(asked.rows))
        if slots.before:
            return self._against_before(ref, slots)
        found = self.workspace.metric(metric)
        is_rate = found is not None and found.type == "fraction"
        if slots.share or (quantity.percent and not is_rate):
            if not quantity.percent or quantity.op is None or not asked.rows or is_rate:
                return None
            whole = ref.model_copy(update={"where": None})
            return Compare(left=ref, op=quantity.op, right=Scaled(factor=quantity.low, ref=whole))
        return bounded(ref, quantity, slots) if fits(quantity, is_rate) else None

    def _against_before(self, ref: EntityMetric, slots: Slots) -> AnyCondition | None:
        """At most 0.7 times those of the 90 days before."""
        days = ref.period
        if not isinstance(days, LastN) or days.skip:
            return None
        lengths = [each for each in slots.quantities if each.low == days.n and not each.percent]
        factors = [each for each in slots.quantities if each not in lengths]
        if len(factors) != 1 or len(lengths) > 1 or not (slots.fold or slots.times or factors[0].percent):
            return None
        of_length: Operator | None = next((each.op for each in lengths if each.op is not None), None)
        op: Operator | None = factors[0].op or of_length or bound_of(slots)
        if op is None:
            return None
        earlier = ref.model_copy(update={"period": days.model_copy(update={"skip": days.n})})
        return Compare(left=ref, op=op, right=Scaled(factor=factors[0].low, ref=earlier))

    def _metric(self, slots: Slots) -> str | None:
        if not slots.metrics:
            return None
        found = metrics_of(slots.metrics[0], self.entity, self.workspace)
        if len(found) > 1:
            raise UnreadError(slots.metrics[0].text, "define_several")
        return found[0] if found else None

    def _count_of(self, dataset: str) -> str | None:
        found = self.workspace.dataset(dataset)
        return found.count if found is not None else None

    def _days(self, slots: Slots) -> SinglePeriod | None:
        if len(slots.periods) > 1:
            raise UnreadError(text_of_parts(slots.parts))
        days = slots.days
        self.undated = self.undated or (days is None and not slots.ever and slots.unit is None)
        self.shared = self.shared or (days is not None and not slots.periods)
        return None if isinstance(days, WholeData) else days

    def _rows(self, slots: Slots, metric: str | None) -> tuple[AnyCondition, ...] | None:
        """What the rows must meet that are counted; None where a word may be a value of several fields."""
        found = list(slots.rows)
        for part in slots.values:
            values = field_values(part)
            named = [name for name in slots.fields if name in values]
            names = named or list(values)
            if len(names) != 1:
                return None
            condition = is_one_of(Field(name=names[0]), [term.value for term in values[names[0]]])
            if condition is None:
                return None
            found.append(condition)
        told = {name for part in slots.values for name in field_values(part)}
        return None if [name for name in slots.fields if name not in told] or metric is None else tuple(found)

    def _since_last(self, slots: Slots) -> AnyCondition | None:
        """ "Last bought more than 60 days ago": by the tag that says so, else by having no rows in the days since."""
        verbs = slots.verbs or ([population(self.entity, self.workspace)] if slots.act else [])
        days = slots.ago if slots.ago is not None else slots.quantities[0].low if slots.quantities else None
        if slots.last and slots.periods:
            recent = slots.periods[0]
            plain = len(verbs) == len(slots.periods) == 1 and not (slots.values or slots.rows or slots.quantities or slots.denied)
            if not plain or not isinstance(recent, LastN) or recent.skip:
                raise UnreadError(text_of_parts(slots.parts))  # "last bought in November" is more than bought in November
            return Did(entity=self.entity, dataset=verbs[0], period=recent)
        if not slots.last or len(verbs) != 1 or days is None or slots.values or slots.rows or slots.denied:
            return None
        past = slots.past or slots.ago is not None
        within = slots.within or any(said(item, "within") for each in slots.quantities for item in each.items)
        if within:
            return None if past else self._days_since(verbs[0], "lt", days)
        op = (slots.quantities[0].op if slots.quantities else None) or bound_of(slots) or ("gt" if past else None)
        return self._days_since(verbs[0], op, days) if op is not None else None

    def _days_since(self, dataset: str, op: Operator, days: float) -> AnyCondition:
        """The days since the last of the rows: by the tag that tells them, else by rows in the days since."""
        tag = next((each for each in self.workspace.tags if self._says_days_since(each, dataset)), None)
        if tag is not None:
            return Compare(left=Tag(name=tag.name), op=op, right=int(days))
        recent = last_days(days + (op in ("gt", "le")), "day")
        did = Did(entity=self.entity, dataset=dataset, period=recent)
        return did if op in ("lt", "le") else Not(of=did)

    def _says_days_since(self, tag: object, dataset: str) -> bool:
        if not isinstance(tag, OccurrenceTag) or tag.entity != self.entity:
            return False
        asked = tag.occurrence
        return asked.dataset == dataset and asked.take == "last" and asked.give == "days_since"

    def _goes_on(self, slots: Slots) -> AnyCondition | None:
        """ "…, but under 1,000" and "… or blue": the measure of the condition before with another bound or other rows."""
        before = self.before
        if before is None or slots.unit is not None or slots.last:
            return None
        narrowed = bool(slots.values or slots.rows)
        days = slots.periods[0] if slots.periods else before.days
        rows = self._rows(slots, before.metric or self._count_of(before.verb or "")) if narrowed else before.rows
        if rows is None:
            return None
        if slots.quantities and narrowed == (slots.share or slots.quantities[0].percent):
            return self._figure(replace(slots, times=True), before._replace(days=days, rows=rows))
        if (narrowed or slots.periods) and not slots.quantities and before.metric is None and not slots.share:
            found = self._deed(slots, before._replace(rows=rows, days=days))
            return Not(of=found) if found is not None and before.denied and not slots.denied else found
        return None

    def _kept(self, slots: Slots, did: Did) -> AnyCondition:
        self.before = Measured(did.dataset, None, did.period, (), bool(slots.denied))
        return did


def bound_of(slots: Slots) -> Operator | None:
    """A bound that stands away from its number."""
    return next((op for code, op in OPERATORS.items() if slots.bound.item.word(code)), None) if slots.bound is not None else None


def is_one_of(ref: Tag | Field, values: list[Value]) -> AnyCondition | None:
    once = list(dict.fromkeys(values))
    if not once:
        return None
    return Compare(left=ref, op="eq", right=once[0]) if len(once) == 1 else In(left=ref, values=tuple(once))


def bounded(ref: Tag | EntityMetric, quantity: Part, slots: Slots) -> AnyCondition | None:
    low, high = _number(quantity.low), quantity.high
    if high is not None:
        return Range(left=ref, low=low, high=_number(high))
    exact = any(said(part.item, "equal") for part in slots.parts if part.kind == "word")
    if quantity.op is None and slots.bound is not None:
        return None
    return Compare(left=ref, op=quantity.op or "eq", right=low) if quantity.op is None or not exact else None


def fits(quantity: Part, is_rate: bool) -> bool:
    """A rate is bounded by a part of one, in percent or as it is; all else by a plain number."""
    return (quantity.percent or max(quantity.low, quantity.high or 0) <= 1) if is_rate else not quantity.percent


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def text_of_parts(parts: list[Part]) -> str:
    if not parts:
        return ""
    separator = " " if parts[0].text.isascii() else ""
    return separator.join(part.text for part in parts if not part.shared)
