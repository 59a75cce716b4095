"""Numbers with a comparison: on a field whose values are bands (45 and over), or on a figure of each entity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, NumberTerm, UnitTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause
from semantic_layer.conditions import Field
from semantic_layer.model.datasets import Field as FieldDefinition
from semantic_layer.reach import home_dataset

Comparison = Literal["at_least", "more_than", "at_most", "less_than"]
CODES: tuple[Comparison, ...] = ("at_least", "more_than", "at_most", "less_than")
INFINITE = float("inf")
LARGE = 1000
"""No period has so many days: "fifty thousand a year" is an amount."""


@dataclass(frozen=True)
class Band:
    """The numbers that one stored value stands for, both ends included."""

    value: str
    low: float
    high: float


def read_bands(draft: Draft) -> list[Clause]:
    """Comparisons on banded fields become lists of bands; a bound inside a band cannot be answered and says so."""
    found: list[Clause] = []
    for item in draft.items:
        number = item.get(NumberTerm)
        if number is None or not item.free:
            continue
        compared = _comparison(draft, item)
        following = draft.after(item)
        if following is not None and following.word("times") and following.get(UnitTerm) is None:
            continue
        name = _banded_field(draft, item, number.value, compared is not None)
        if name is None or _counts_others(draft, item, name[0]):
            continue
        field, noun = name
        clause = _clause(draft, item, number.value, compared, field)
        if clause is not None:
            draft.claim(field.name, *clause.items, *(each for each in noun if each.free))
            found.append(clause)
    return found


def _comparison(draft: Draft, number: Item) -> tuple[Comparison, Item] | None:
    """The comparing word before or after a number; after it, a unit may stand between."""
    after = draft.after(number)
    unit = draft.touching(number, 1)
    candidates = [draft.before(number), after]
    if unit is not None and (unit.get(UnitTerm) is not None or unit.word("classifier")):
        candidates.append(draft.after(unit) if unit is after else after)
    if after is not None and (after.get(UnitTerm) is not None or (after is unit and after.get(FieldTerm) is not None)):
        candidates.append(draft.after(after))
    for position, candidate in enumerate(candidates):
        if candidate is None or not candidate.free:
            continue
        for code in CODES:
            if candidate.word(code) and (position > 0 or not candidate.text.endswith(("以上", "以下", "or more", "and over"))):
                return code, candidate
    return None


def _banded_field(draft: Draft, number: Item, value: float, compared: bool) -> tuple[FieldDefinition, list[Item]] | None:
    """The field that a number is about: by its unit, by a noun beside it, or the only one whose bands have that bound."""
    near = [each for each in (draft.touching(number, 1), draft.after(number), draft.before(number)) if each is not None]
    further = [each for each in (draft.before(number, 2), draft.after(number, 2)) if each is not None]
    for each in near[:2]:
        unit = each.get(UnitTerm)
        if unit is not None and (each is near[0] or each is draft.touching(number, 1)):
            return _field(draft, unit.field), [each]
    following = draft.after(number)
    if following is not None and following.get(GrainTerm) is not None and value < LARGE:
        return None
    for each in near + (further if compared else []):
        for term in each.all(FieldTerm):
            field = _field(draft, term.name) if term.entity is None else None
            if field is not None and field.ordered and bands_of(field):
                return field, [each]
    if not compared:
        return None
    measured = draft.before(number, 2) if draft.led_by(number, *CODES) else draft.before(number)
    if measured is not None and measured.get(MetricTerm) is not None and not measured.get(FieldTerm):
        return None
    candidates = [
        field
        for _, field in draft.workspace.dimension_fields()
        if field.ordered and any(value in (band.low, band.high, band.high + 1) for band in bands_of(field))
    ]
    counted = any(each.word("classifier") for each in near)
    if len(candidates) == 1 and not counted and _about_people(draft, candidates[0]):
        return candidates[0], []
    return None


def _counts_others(draft: Draft, number: Item, field: FieldDefinition) -> bool:
    """ "5 or more different shops": the number counts what the field does not describe."""
    following = draft.touching(number, 1)
    while following is not None and (following.light or following.word(*CODES, "group")):
        following = draft.touching(following, 1)
    home = home_dataset(draft.workspace, field.name)
    entities = list(home.entities) if home else []
    terms = following.all(FieldTerm) if following is not None else []
    counted = following is not None and following.get(MetricTerm) is not None and draft.touching(number, 1) is following
    return any(term.entity is not None and (counted or term.entity not in entities) for term in terms)


def _about_people(draft: Draft, field: FieldDefinition) -> bool:
    """The entity that the field describes is in the question."""
    home = home_dataset(draft.workspace, field.name)
    entities = list(home.entities) if home else []
    return any(term.entity in entities for item in draft.items for term in item.all(FieldTerm))


def _field(draft: Draft, name: str) -> FieldDefinition:
    return next(field for _, field in draft.workspace.dimension_fields() if field.name == name)


def bands_of(field: FieldDefinition) -> list[Band]:
    """Numeric bounds of a field's values, read off their text: 19-24, 65+, Under 15K, 100-124K."""
    bands: list[Band] = []
    for entry in field.values:
        text = str(entry.value).lower().replace(",", "")
        numbers = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]
        scale = 1000.0 if re.search(r"\dk\b", text) else 1.0
        open_up = bool(re.search(r"\+|over|above|and up", text))
        open_down = bool(re.search(r"under|below|less", text))
        if not numbers:
            return []
        low, high = numbers[0] * scale, numbers[-1] * scale
        if scale > 1 and not open_up and not open_down:
            high += scale - 1
        if open_up:
            high = INFINITE
        elif open_down:
            low, high = 0.0, low - 1
        bands.append(Band(str(entry.value), low, high))
    return bands


def _cut_by(item: Item, value: float, field: FieldDefinition, bands: list[Band]) -> tuple[str, dict[str, Any]]:
    return "band_cut", {"field": field.name, "value": value, "bands": [band.value for band in bands], "text": item.text}


def _clause(
    draft: Draft, item: Item, value: float, compared: tuple[Comparison, Item] | None, field: FieldDefinition
) -> Clause | None:
    bands = bands_of(field)
    if compared is None:
        fitting = [band for band in bands if band.low <= value <= band.high]
        if len(fitting) != 1 or bands[0].low != bands[0].high:
            return None
        if fitting[0].low != fitting[0].high and value > fitting[0].low:
            draft.beyond = _cut_by(item, value, field, bands)
            return None
        return Clause([item], Field(name=field.name), [fitting[0].value], words=item.text)
    code, word = compared
    low, high = {
        "at_least": (value, INFINITE),
        "more_than": (value + 1, INFINITE),
        "at_most": (0.0, value),
        "less_than": (0.0, value - 1),
    }[code]
    inside = [band for band in bands if band.low >= low and band.high <= high]
    cut = [band for band in bands if band not in inside and band.low <= high and band.high >= low]
    if code == "at_most" and len(cut) == 1 and cut[0].low == value:
        # 35岁以下 is said by people who mean the bands below 35.
        inside, cut = [band for band in bands if band.high < value], []
    if code == "more_than" and cut and cut[0].low == value:
        # "over 65" of a band 65+ is said by people who mean that band.
        inside, cut = [band for band in bands if band.low >= value], []
    if not inside or cut:
        draft.beyond = _cut_by(item, value, field, bands)
        draft.claim(field.name, word)
        return None
    words = " ".join(each.text for each in sorted((item, word), key=lambda each: each.index))
    return Clause([item, word], Field(name=field.name), [band.value for band in inside], plus=True, words=words)
