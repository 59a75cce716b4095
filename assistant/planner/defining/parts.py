"""The words of a condition cut into parts: quantities with their bounds, brackets, what joins, and all other words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from assistant.language.meanings import (
    FieldTerm,
    GrainTerm,
    HoursTerm,
    MetricTerm,
    TagValueTerm,
    ValueTerm,
)
from assistant.planner.defining.frame import words_of
from assistant.planner.draft import BOUNDS, Item
from semantic_layer.conditions import Operator

OPERATORS: dict[str, Operator] = {"at_least": "ge", "more_than": "gt", "at_most": "le", "less_than": "lt"}
NUMBERED = {"once": 1, "twice": 2}
Kind = Literal["word", "quantity", "values", "open", "close", "and", "or", "comma", "pause"]
OPENING, CLOSING = "[", "]"


@dataclass
class Part:
    """A stretch of items that is one thing.

    Attributes:
        low, high: A quantity; `high` where it is a range. `op` is None where no bound is said.
        strong: Of a joining part: it parts more than the words inside of what it joins (a comma and a word).
        values: The values of one tag or field between which "or" stands.
        shared: Days that are said of a neighbour and hold here too, where what is said counts days at all.
    """

    kind: Kind
    items: list[Item]
    low: float = 0
    high: float | None = None
    op: Operator | None = None
    percent: bool = False
    strong: bool = False
    shared: bool = False
    values: list[TagValueTerm | ValueTerm] = field(default_factory=list[TagValueTerm | ValueTerm])

    @property
    def item(self) -> Item:
        return self.items[0]

    @property
    def text(self) -> str:
        return " ".join(each.text for each in self.items) if self.item.text.isascii() else "".join(e.text for e in self.items)


def said(item: Item, name: str) -> bool:
    return item.text.lower() in words_of(name)


def parts_in(items: list[Item]) -> list[Part]:
    """The parts of a condition, in reading order."""
    parts: list[Part] = []
    at = 0
    while at < len(items):
        made, taken = _quantity(items, at) or _joining(items, at)
        if made.kind == "word" and items[at].word("not", "never") and _joins(items[at]):
            parts.append(Part("and", [items[at]]))  # "but not"
        parts.append(made)
        at += taken
    return _with_values(_with_bounds(_strong(parts)))


def _quantity(items: list[Item], at: int) -> tuple[Part, int] | None:
    """A number, a range of two, or "once" and "twice"."""
    item = items[at]
    counted = next((times for code, times in NUMBERED.items() if item.word(code)), None)
    if counted is not None:
        return Part("quantity", [item], low=counted), 1
    if item.word("half") and item.is_word:
        return Part("quantity", [item], low=0.5, percent=True), 1
    number = item.number
    if number is None or item.get(HoursTerm) is not None or _names_a_value(item):
        return None
    link = items[at + 1] if at + 1 < len(items) else None
    other = items[at + 2] if at + 2 < len(items) else None
    led = at > 0 and items[at - 1].text.lower() in ("between", "from")
    if link is not None and other is not None and other.number is not None and (led or said(link, "to")):
        return Part("quantity", [item, link, other], number.value, other.number.value, percent=other.number.percent), 3
    return Part("quantity", [item], low=number.value, percent=number.percent), 1


def _names_a_value(item: Item) -> bool:
    """A number that is a value of a field by its own words, such as a band of ages."""
    return any(meaning.declared for meaning in item.all(ValueTerm)) and not item.text.isdigit()


def _joining(items: list[Item], at: int) -> tuple[Part, int]:
    item = items[at]
    text = item.text.lower().strip()
    if item.text in OPENING:
        return Part("open", [item]), 1
    if item.text in CLOSING:
        return Part("close", [item]), 1
    if text in ("、",):
        return Part("pause", [item]), 1
    if text in (",", "，", ";", "；"):
        return Part("comma", [item], strong=text in "；;"), 1
    if said(item, "or"):
        return Part("or", [item]), 1
    if said(item, "and"):
        return Part("and", [item]), 1
    return Part("word", [item]), 1


def _joins(item: Item) -> bool:
    first, _, rest = item.text.lower().partition(" ")
    return bool(rest) and first in words_of("and")


def _strong(parts: list[Part]) -> list[Part]:
    """A comma with a word behind it is one, and parts more than the word alone."""
    found: list[Part] = []
    for part in parts:
        before = found[-1] if found else None
        if part.kind in ("and", "or") and before is not None and before.kind in ("comma", "pause"):
            found[-1] = Part(part.kind, [*before.items, *part.items], strong=True)
        elif before is not None and before.kind == "comma" and part.kind == "word" and part.item.word("relative", "list"):
            found[-1] = Part("and", before.items, strong=True)  # "…, who are …"
            found.append(part)
        elif before is not None and part.kind == before.kind == "and":
            before.items.extend(part.items)
        else:
            found.append(part)
    return found


def _with_bounds(parts: list[Part]) -> list[Part]:
    """Quantities with the word of their bound, which stands before or behind them, a unit in between."""
    found: list[Part] = []
    waiting: Part | None = None  # a bound that stands before its number
    at = 0
    while at < len(parts):
        part = parts[at]
        if part.kind == "word" and part.item.word(*BOUNDS) and part.item.is_word:
            waiting = part
            at += 1
            following = parts[at] if at < len(parts) else None
            if following is None or following.kind != "quantity":
                found.append(part)
                waiting = None
            continue
        if part.kind == "quantity" and part.high is None:
            at += 1
            if waiting is not None:
                part.op, part.items, waiting = _operator(waiting.item), [*waiting.items, *part.items], None
            else:
                behind = at
                while behind < len(parts) and behind - at < 2 and _is_unit(parts[behind]):
                    behind += 1
                if behind < len(parts) and parts[behind].kind == "word" and parts[behind].item.word(*BOUNDS):
                    further = parts[behind + 1] if behind + 1 < len(parts) else None
                    if parts[behind].item.is_word and (further is None or further.kind != "quantity"):
                        part.op, part.items = _operator(parts[behind].item), [*part.items, parts[behind].item]
                        del parts[behind]
            found.append(part)
            continue
        found.append(part)
        at += 1
    return found


def _operator(item: Item) -> Operator:
    return next(op for code, op in OPERATORS.items() if item.word(code))


def _is_unit(part: Part) -> bool:
    """What a number counts, between the number and its bound: times, days, a unit, a noun."""
    item = part.item
    light = item.word("times", "classifier", "money", "quantity", "filler")
    return part.kind == "word" and (light or item.get(GrainTerm) is not None or item.get(MetricTerm) is not None)


def _with_values(parts: list[Part]) -> list[Part]:
    """Values of one tag or one field with "or" between them are one: it is any of them."""
    found: list[Part] = []
    for part in parts:
        value = _value(part)
        if value and len(found) >= 3 and found[-3].kind == "values" and _is_noun(found[-2]) and found[-1].kind in ("or", "pause"):
            del found[-2]  # 高价值客户或中价值客户
        before = found[-2:] if len(found) >= 2 else []
        if value and before and before[1].kind in ("or", "pause") and not before[1].strong and before[0].kind == "values":
            same = [each for each in value if any(_of(each) == _of(other) for other in before[0].values)]
            if same:
                kept = [each for each in before[0].values if any(_of(each) == _of(other) for other in same)]
                merged = Part("values", [*before[0].items, *before[1].items, *part.items], values=[*kept, *same])
                merged.strong = before[1].kind == "pause"  # "A、B" of one tag is a list as long as "or" ends it
                found[-2:] = [merged]
                continue
        found.append(Part("values", part.items, values=value) if value else part)
    return found


def _is_noun(part: Part) -> bool:
    return part.kind == "word" and any(term.entity is not None and not term.key for term in part.item.all(FieldTerm))


def _value(part: Part) -> list[TagValueTerm | ValueTerm]:
    if part.kind == "values":
        return part.values
    if part.kind != "word" or len(part.items) != 1:
        return []
    return [*part.item.all(TagValueTerm), *part.item.all(ValueTerm)]


def _of(term: TagValueTerm | ValueTerm) -> tuple[str, str]:
    return ("tag", term.tag) if isinstance(term, TagValueTerm) else ("field", term.field)
