"""One condition in words as one condition of the language: tags, segments, figures, deeds, shares, days since the last time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from assistant.language.meanings import TagValueTerm
from assistant.planner.defining.asked import owned_fields
from assistant.planner.defining.parts import OPERATORS, Part, said
from assistant.planner.defining.slots import Slots, describes, field_values, is_value_of, last_days, metrics_of, slots_of
from assistant.planner.defining.tree import UnreadError, joined
from semantic_layer.conditions import (
    AnyCondition,
    Compare,
    Did,
    EntityMetric,
    Field,
    In,
    InSegment,
    Not,
    Operator,
    Range,
    Scaled,
    Tag,
    Value,
    all_of,
    unit_refs,
)
from semantic_layer.model.tags import AttributeTag, OccurrenceTag, PreferenceTag
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import LastN, SinglePeriod, WholeData
from semantic_layer.reach import home_dataset
from semantic_layer.tag_parts import population

NUMBERS = ("count", "decimal", "fraction")


class Measured(NamedTuple):
    """What the condition before counted, for one that goes on with it ("but under 1,000", "or dairy").

    Attributes:
        denied: Whether it was denied.
    """

    verb: str | None
    metric: str | None
    days: SinglePeriod | None
    rows: tuple[AnyCondition, ...]
    denied: bool


class Atoms:
    """Reads single conditions about one entity, in reading order.

    Args:
        otherwise: Reads the words of a condition as a question about how many there are, where no form here fits.
    """

    def __init__(
        self, workspace: Workspace, entity: str, otherwise: Callable[[list[Part], SinglePeriod | None], AnyCondition | None]
    ) -> None:
        self.workspace, self.entity, self.otherwise = workspace, entity, otherwise
        self.before: Measured | None = None
        self.undated = self.shared = False

    def read(self, parts: list[Part]) -> AnyCondition:
        """One condition.

        Raises:
            UnreadError: with the words that have no place in it.
        """
        slots = slots_of(parts, self.entity, self.workspace)
        apart = self._apart(slots)
        if apart is not None:
            first, last = (self.read(part) for part in apart)
            return joined("and", [first, last])
        read = None
        if not slots.left and len(slots.denied) <= 1 and len(slots.quantities) <= 1 + slots.fold + slots.before:
            read = self._with_own(slots)
        if read is None:
            read = self.otherwise(parts, slots.days)
            self.undated = self.undated or any(unit.period is None for unit in unit_refs(read))
        if read is None:
            raise UnreadError((slots.left or parts)[0].text if slots.left else _text(parts))
        return read

    def _apart(self, slots: Slots) -> tuple[list[Part], list[Part]] | None:
        """近半年没买过东西的高价值客户: what they do and what they are, on two sides of a word of grammar."""
        parts = slots.parts
        for at in range(1, len(parts) - 1):
            part = parts[at]
            if part.kind != "word" or not (part.text == "的" or part.item.word("relative")):
                continue
            sides = parts[:at], parts[at + 1 :]
            told = [slots_of(side, self.entity, self.workspace) for side in sides]
            does = [bool(each.verbs or each.metrics or each.act or each.quantities) for each in told]
            states = [
                bool(each.segments or any(isinstance(v, TagValueTerm) for p in each.values for v in p.values)) for each in told
            ]
            if does != states and sorted(does) == sorted(states) == [False, True]:
                return sides
        return None

    def _with_own(self, slots: Slots) -> AnyCondition | None:
        """The condition, and what is said of them by a name: "customers with children who …"."""
        if not slots.own:
            found = self._found(slots)
            return Not(of=found) if found is not None and slots.denied else found
        own = [owned_fields(each, self.entity, self.workspace) for each in slots.own]
        alone = not (
            slots.verbs or slots.metrics or slots.quantities or slots.values or slots.tags or slots.segments or slots.rows
        )
        if alone:
            said = joined("and", own)
            return Not(of=said) if slots.denied else said
        found = self._found(slots)
        return None if found is None or slots.denied else joined("and", [*own, found])

    def _found(self, slots: Slots) -> AnyCondition | None:
        if slots.others:
            return None  # different things of another kind are counted by the rules of questions
        states = bool(slots.values or slots.tags or slots.segments)
        counts = bool(slots.metrics or slots.verbs or (slots.act and not (slots.faint and states)))
        if slots.segments:
            return self._segment(slots, counts)
        if slots.tags or (slots.values and not counts and any(isinstance(v, TagValueTerm) for v in slots.values[0].values)):
            return self._tag(slots) if not counts else None
        if slots.last or slots.ago is not None:
            return self._since_last(slots)
        if counts:
            return self._counted(slots)
        if (slots.values and not slots.quantities and self.before is None) or self._describes(slots):
            return self._described(slots)
        return self._goes_on(slots)

    # ---- tags and segments ------------------------------------------------------------------------------------------------

    def _segment(self, slots: Slots, counts: bool) -> AnyCondition | None:
        lonely = len(slots.segments) == 1 and not (counts or slots.values or slots.tags or slots.quantities or slots.rows)
        return InSegment(name=slots.segments[0]) if lonely and slots.days is None else None

    def _tag(self, slots: Slots) -> AnyCondition | None:
        if slots.rows or slots.periods or slots.share or len(slots.values) > 1:
            return None
        named = list(dict.fromkeys(slots.tags))
        if len(named) > 1:
            return None
        if slots.quantities:
            return self._bounded_tag(named, slots)
        if not slots.values:
            tag = self.workspace.tag(named[0])
            return Compare(left=Tag(name=tag.name), op="eq", right=True) if tag is not None and tag.type == "boolean" else None
        part = slots.values[0]
        tags = named or list(dict.fromkeys(term.tag for term in part.values if isinstance(term, TagValueTerm)))
        if len(tags) != 1:
            raise UnreadError(part.text, "define_several")
        chosen: list[Value] = [term.value for term in is_value_of(part, tags[0])] or self._values_of_field(part, tags[0])
        return _is_one_of(Tag(name=tags[0]), chosen)

    def _values_of_field(self, part: Part, name: str) -> list[Value]:
        """The values of the field whose values a tag has."""
        tag = self.workspace.tag(name)
        ref = tag.preference.by if isinstance(tag, PreferenceTag) else tag.attribute if isinstance(tag, AttributeTag) else None
        if not isinstance(ref, Field):
            return []
        return [term.value for term in field_values(part).get(ref.name.rpartition(".")[2], [])]

    def _bounded_tag(self, named: list[str], slots: Slots) -> AnyCondition | None:
        tag = self.workspace.tag(named[0]) if named else None
        if tag is None or tag.type not in NUMBERS or slots.values or slots.times or slots.fields:
            return None
        quantity = slots.quantities[0]
        return _bounded(Tag(name=tag.name), quantity, slots) if _fits(quantity, tag.type == "fraction") else None

    # ---- figures and deeds ------------------------------------------------------------------------------------------------

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
        return _bounded(ref, quantity, slots) if _fits(quantity, is_rate) else None

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
        op: Operator | None = factors[0].op or of_length or _bound(slots)
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
            raise UnreadError(_text(slots.parts))
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
            condition = _is_one_of(Field(name=names[0]), [term.value for term in values[names[0]]])
            if condition is None:
                return None
            found.append(condition)
        told = {name for part in slots.values for name in field_values(part)}
        return None if [name for name in slots.fields if name not in told] or metric is None else tuple(found)

    def _since_last(self, slots: Slots) -> AnyCondition | None:
        """ "Last bought more than 60 days ago": by the tag that says so, else by having no rows in the days since."""
        verbs = slots.verbs or ([population(self.entity, self.workspace)] if slots.act else [])
        days = slots.ago if slots.ago is not None else slots.quantities[0].low if slots.quantities else None
        if not slots.last or len(verbs) != 1 or days is None or slots.values or slots.rows or slots.denied:
            return None
        past = slots.past or slots.ago is not None
        within = slots.within or any(said(item, "within") for each in slots.quantities for item in each.items)
        if within:
            return None if past else self._days_since(verbs[0], "lt", days)
        op = (slots.quantities[0].op if slots.quantities else None) or _bound(slots) or ("gt" if past else None)
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

    # ---- what describes the entity, and what goes on ------------------------------------------------------------------------

    def _describes(self, slots: Slots) -> bool:
        names = [name for part in slots.values for name in field_values(part)]
        return any(describes(self.workspace, self.entity, name) for name in names)

    def _described(self, slots: Slots) -> AnyCondition | None:
        """Fields that describe the entity itself."""
        if slots.quantities or slots.rows or slots.periods or len(slots.values) != 1 or slots.share:
            return None
        values = {
            name: terms for name, terms in field_values(slots.values[0]).items() if describes(self.workspace, self.entity, name)
        }
        names = [name for name in slots.fields if name in values] or list(values)
        if len(names) != 1 or any(name not in names for name in slots.fields):
            return None
        home = home_dataset(self.workspace, names[0])
        owner = f"{self.entity}.{names[0]}" if home in self.workspace.declared_homes_of(self.entity) else names[0]
        return _is_one_of(Field(name=owner), [term.value for term in values[names[0]]])

    def _goes_on(self, slots: Slots) -> AnyCondition | None:
        """ "…, but under 1,000" and "… or dairy": the measure of the condition before with another bound or other rows."""
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
        if narrowed and not slots.quantities and before.metric is None and not slots.share:
            found = self._deed(slots, before._replace(rows=rows, days=days))
            return Not(of=found) if found is not None and before.denied and not slots.denied else found
        return None

    def _kept(self, slots: Slots, did: Did) -> AnyCondition:
        self.before = Measured(did.dataset, None, did.period, (), bool(slots.denied))
        return did


def _bound(slots: Slots) -> Operator | None:
    """A bound that stands away from its number."""
    return next((op for code, op in OPERATORS.items() if slots.bound.item.word(code)), None) if slots.bound is not None else None


def _is_one_of(ref: Tag | Field, values: list[Value]) -> AnyCondition | None:
    once = list(dict.fromkeys(values))
    if not once:
        return None
    return Compare(left=ref, op="eq", right=once[0]) if len(once) == 1 else In(left=ref, values=tuple(once))


def _bounded(ref: Tag | EntityMetric, quantity: Part, slots: Slots) -> AnyCondition | None:
    low, high = _number(quantity.low), quantity.high
    if high is not None:
        return Range(left=ref, low=low, high=_number(high))
    exact = any(said(part.item, "equal") for part in slots.parts if part.kind == "word")
    if quantity.op is None and slots.bound is not None:
        return None
    return Compare(left=ref, op=quantity.op or "eq", right=low) if quantity.op is None or not exact else None


def _fits(quantity: Part, is_rate: bool) -> bool:
    """A rate is bounded by a part of one, in percent or as it is; all else by a plain number."""
    return (quantity.percent or max(quantity.low, quantity.high or 0) <= 1) if is_rate else not quantity.percent


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _text(parts: list[Part]) -> str:
    if not parts:
        return ""
    separator = " " if parts[0].text.isascii() else ""
    return separator.join(part.text for part in parts if not part.shared)
