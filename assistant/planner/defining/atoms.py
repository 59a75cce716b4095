"""One condition in words as one condition of the language: tags, segments, figures, deeds, shares, days since the last time."""

from __future__ import annotations

from collections.abc import Callable

from assistant.language.meanings import TagValueTerm
from assistant.planner.defining.asked import owned_fields
from assistant.planner.defining.counted import Counted, bounded, fits, is_one_of, text_of_parts
from assistant.planner.defining.parts import Part
from assistant.planner.defining.slots import Slots, describes, field_values, is_value_of, slots_of
from assistant.planner.defining.tree import UnreadError, joined
from semantic_layer.conditions import (
    AnyCondition,
    Compare,
    Field,
    InSegment,
    Not,
    Tag,
    Value,
    unit_refs,
)
from semantic_layer.model.tags import AttributeTag, PreferenceTag
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import SinglePeriod
from semantic_layer.reach import home_dataset

NUMBERS = ("count", "decimal", "fraction")


class Atoms(Counted):
    """Reads single conditions about one entity, in reading order.

    Args:
        otherwise: Reads the words of a condition as a question about how many there are, where no form here fits.
    """

    def __init__(
        self, workspace: Workspace, entity: str, otherwise: Callable[[list[Part], SinglePeriod | None], AnyCondition | None]
    ) -> None:
        super().__init__(workspace, entity)
        self.otherwise = otherwise

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
            raise UnreadError((slots.left or parts)[0].text if slots.left else text_of_parts(parts))
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
            if states == [True, True] and not any(does) and not any(each.denied for each in told):
                return sides  # two states, each said in full
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
        return is_one_of(Tag(name=tags[0]), chosen)

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
        return bounded(Tag(name=tag.name), quantity, slots) if fits(quantity, tag.type == "fraction") else None

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
        return is_one_of(Field(name=owner), [term.value for term in values[names[0]]])
