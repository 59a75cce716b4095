"""Conditions in a question: values of fields, times of day, tags, segments and named conditions; listed and negated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.language.meanings import (
    BareDayTerm,
    ConditionTerm,
    DatasetTerm,
    FieldTerm,
    GrainTerm,
    HoursTerm,
    MetricTerm,
    NumberTerm,
    SegmentTerm,
    SeveralTerm,
    TagTerm,
    TagValueTerm,
    ValueTerm,
    VerbTerm,
    WeekdaysTerm,
    WeekendTerm,
)
from assistant.planner.draft import Draft, Item
from semantic_layer.conditions import (
    AnyCondition,
    Compare,
    FieldRef,
    In,
    InSegment,
    IsNull,
    Not,
    Or,
    Tag,
    TimeBucket,
)
from semantic_layer.conditions import Field as FieldOf
from semantic_layer.errors import RequestError
from semantic_layer.reach import home_dataset, reach


@dataclass
class Clause:
    """One condition on one thing, perhaps with several values.

    Attributes:
        ref: What the values belong to; None where `condition` says it all.
        plus: The values were added up ("grocery plus produce"), not listed.
        inside: It names the whole of a share ("in grocery").
    """

    items: list[Item]
    ref: FieldRef | None = None
    values: list[Any] = field(default_factory=list[Any])
    condition: AnyCondition | None = None
    negated: bool = False
    plus: bool = False
    inside: bool = False
    words: str = ""

    @property
    def first(self) -> Item:
        return min(self.items, key=lambda item: item.index)

    @property
    def last(self) -> Item:
        return max(self.items, key=lambda item: item.index)

    def as_condition(self) -> AnyCondition:
        if self.condition is not None:
            positive = self.condition
        elif len(self.values) == 1:
            assert self.ref is not None
            positive = IsNull(left=self.ref) if self.values[0] is None else Compare(left=self.ref, op="eq", right=self.values[0])
        else:
            assert self.ref is not None
            known = tuple(value for value in self.values if value is not None)
            listed = In(left=self.ref, values=known)
            positive = listed if len(known) == len(self.values) else Or(of=(listed, IsNull(left=self.ref)))
        return Not(of=positive) if self.negated else positive


def read_clauses(draft: Draft) -> list[Clause]:
    """Finds every clause, joins the listed ones, and applies negations."""
    clauses = [*_identifiers(draft), *_unknowns(draft), *_values(draft), *_others(draft)]
    clauses.sort(key=lambda clause: clause.first.index)
    _absorb_nouns(draft, clauses)
    clauses = _weekday_ranges(draft, clauses)
    _negate(draft, clauses)
    clauses = _joined(draft, clauses)
    _count_appositions(draft, clauses)
    return clauses


# ---- identifiers: store 367, 367店, campaigns 8, 13 and 18 ----------------------------------------------------------------


def _identifiers(draft: Draft) -> list[Clause]:
    found: list[Clause] = []
    for item in draft.items:
        term = item.get(FieldTerm)
        if term is None or not item.free or item.get(ValueTerm):
            continue
        numbers = _numbers_after(draft, item) or _numbers_before(draft, item)
        values = [(number, _as_key(draft, term.name, number)) for number in numbers]
        if not values or any(value is None for _, value in values):
            continue
        items = [item, *(number for number, _ in values)]
        draft.claim(f"{term.name}", *items)
        for between in draft.between(min(items, key=_index), max(items, key=_index)):
            draft.claim(term.name, between)
        clause = Clause(items, FieldOf(name=term.name), [value for _, value in values])
        clause.words = " ".join(each.text for each in sorted(items, key=_index))
        found.append(clause)
    return found


def _index(item: Item) -> int:
    return item.index


def _is_plain_number(item: Item | None) -> bool:
    if item is None or not item.free:
        return False
    number = item.get(NumberTerm)
    if number is not None:
        return number.value.is_integer() and not number.percent and not number.scaled
    return item.get(BareDayTerm) is not None


def _numbers_after(draft: Draft, noun: Item) -> list[Item]:
    """`store 367`, `campaigns 8, 13 and 18`, 门店367; not 门店5个, where a counter follows."""
    first = draft.after(noun)
    if not _is_plain_number(first) or first is None:
        return []
    if any(not each.light for each in draft.between(noun, first)) or draft.led_by(noun, "top", "bottom"):
        return []
    if any(
        each.text.strip() not in ("", "#", "no", "no.", "号", "number", "是", "为", "is", "nr", "-")
        for each in draft.between(noun, first)
    ):
        return []
    numbers = [first]
    while True:
        follower = draft.touching(numbers[-1], 1)
        if follower is not None and follower.word("classifier") and follower.text not in ("号", "号店"):
            numbers.pop()
            break
        link = draft.after(numbers[-1])
        comma = follower if follower is not None and follower.text in (",", "，", "、", "/", "&") else None
        nearest = comma or link
        if nearest is None or not (nearest is comma or nearest.word("conj", "plus", "than", "side_by_side", "or")):
            break
        target = draft.after(nearest)
        if target is not None and target.word("conj"):
            target = draft.after(target)
        if not _is_plain_number(target) or target is None or _has_own_noun(draft, target):
            break
        numbers.append(target)
    return numbers


def _has_own_noun(draft: Draft, number: Item) -> bool:
    """The number belongs to something that follows it."""
    noun = draft.touching(number, 1)
    return noun is not None and (noun.get(FieldTerm) is not None or noun.get(GrainTerm) is not None or noun.word("classifier"))


def _numbers_before(draft: Draft, noun: Item) -> list[Item]:
    """367店, 18号活动; a number word or a number after "top" counts instead."""
    number = draft.touching(noun, -1)
    marked = False
    if number is not None and number.text in ("号", "#", "号店"):
        number, marked = draft.touching(number, -1), True
    number = _past_apposition(draft, number)
    if not _is_plain_number(number) or number is None:
        return []
    han = any("\u4e00" <= char <= "\u9fff" for char in noun.text)
    written = number.text.strip().rstrip("号日").isdigit()
    earlier = draft.touching(number, -1)
    if not han or not written or (earlier is not None and earlier.word("top", "bottom", "most", "least")):
        return []
    numbers = [number]
    while True:
        link = draft.touching(numbers[-1], -1)
        if link is None or not (link.word("conj") or link.text in (",", "、", "，")):
            break
        target = draft.touching(link, -1)
        if not _is_plain_number(target) or target is None:
            break
        numbers.append(target)
    if not marked and len(str(int(float(numbers[0].text.rstrip("号日"))))) < 2 and number.get(BareDayTerm) is None:
        # 5门店 is more likely a count that lacks its counter.
        return []
    return numbers[::-1]


def _past_apposition(draft: Draft, item: Item | None) -> Item | None:
    """406和429这两家店: the count between the numbers and their noun is passed over."""
    at, counted = item, False
    while at is not None:
        counts = at.number is not None and at.number.value <= 12 and not at.text.strip().isdigit()
        if not (counts or at.word("classifier", "refer", "this")):
            break
        counted = counted or counts or at.word("refer", "this")
        at = draft.touching(at, -1)
    return at if counted and at is not None and _is_plain_number(at) and at.text.strip().isdigit() else item


def _as_key(draft: Draft, name: str, number: Item) -> int | str | None:
    """The stored value that a written number stands for; None where the field has no such values."""
    term, day = number.get(NumberTerm), number.get(BareDayTerm)
    value = int(term.value) if term is not None else day.day if day is not None else None
    entity = draft.workspace.entity_of_key(name)
    if entity is not None:
        return value if entity.type == "id" else str(value)
    home = home_dataset(draft.workspace, name)
    declared = home.field(name) if home else None
    if declared is not None and declared.type == "id":
        return value
    known = draft.lexicon.values.get(name, ())
    return next((each for each in known if str(each) == str(value)), None)  # pyright: ignore[reportReturnType]


# ---- unknown values -----------------------------------------------------------------------------------------------------


def _unknowns(draft: Draft) -> list[Clause]:
    """ "age unknown", 年龄未知: the field has no value; 收入已知: it has one."""
    found: list[Clause] = []
    for word in draft.words("unknown", "known"):
        for neighbour in (draft.before(word), draft.after(word)):
            term = neighbour.get(FieldTerm) if neighbour is not None and neighbour.free else None
            if term is not None and term.entity is None and neighbour is not None:
                draft.claim(term.name, word, neighbour)
                found.append(Clause([word, neighbour], FieldOf(name=term.name), [None], words=f"{neighbour.text} {word.text}"))
                found[-1].negated = word.word("known")
                break
    return found


# ---- values, times, tags, segments --------------------------------------------------------------------------------------


def _values(draft: Draft) -> list[Clause]:
    found: list[Clause] = []
    for item in draft.items:
        terms = item.all(ValueTerm)
        if not terms or not item.free or _is_better_metric(draft, item):
            continue
        if item.get(DatasetTerm) is not None and not _noun_beside(draft, item, terms):
            continue
        term = _choose(draft, item, terms)
        draft.claim(f"{term.field} = {term.value}", item)
        found.append(Clause([item], FieldOf(name=term.field), [term.value], words=item.text))
    return found


def _noun_beside(draft: Draft, item: Item, terms: list[ValueTerm]) -> bool:
    """The field of one of the values is named beside it."""
    nouns = [each.get(FieldTerm) for each in (draft.before(item), draft.after(item)) if each is not None]
    return any(noun is not None and noun.name == term.field for noun in nouns for term in terms)


def _is_better_metric(draft: Draft, item: Item) -> bool:
    """A word that is a metric and a value is a metric where no other metric stands."""
    if item.get(MetricTerm) is None:
        return False
    return not any(other is not item and other.get(MetricTerm) is not None for other in draft.items)


def _choose(draft: Draft, item: Item, terms: list[ValueTerm]) -> ValueTerm:
    """One field among several that hold the value: a noun beside it decides, then the listed neighbours, then the
    analyst's own words before raw values, then the order in which fields are declared (coarse before fine)."""
    beside = {
        noun.name
        for neighbour in (draft.before(item), draft.after(item))
        if neighbour is not None
        for noun in neighbour.all(FieldTerm)
    }
    listed = {
        term.field
        for link in (draft.before(item), draft.after(item))
        if link is not None and link.word("conj", "or", "plus", "than", "side_by_side")
        for other in (draft.before(link), draft.after(link))
        if other is not None and other is not item
        for term in other.all(ValueTerm)
    }
    order = [each.name for _, each in draft.workspace.dimension_fields()]
    return min(
        terms,
        key=lambda term: (term.field not in beside, term.field not in listed, not term.declared, order.index(term.field)),
    )


def _others(draft: Draft) -> list[Clause]:
    found: list[Clause] = []
    for item in draft.items:
        if not item.free:
            continue
        clause = _other(draft, item)
        if clause is not None:
            draft.claim(clause.words, item)
            clause.words = item.text
            found.append(clause)
    return found


def _other(draft: Draft, item: Item) -> Clause | None:
    weekend, weekdays, hours = item.get(WeekendTerm), item.get(WeekdaysTerm), item.get(HoursTerm)
    grain = item.get(GrainTerm)
    if grain is not None and (grain.groups or draft.led_by(item, "group", "per", "which")):
        return None
    if hours is not None:
        return Clause([item], TimeBucket(grain="hour"), list(hours.hours), words="hour")
    if weekdays is not None:
        return Clause([item], TimeBucket(grain="weekday"), list(weekdays.days), words="weekday")
    if weekend is not None:
        return Clause([item], TimeBucket(grain="is_weekend"), [weekend.value], words="is_weekend")
    if item.get(MetricTerm) is not None or item.get(SeveralTerm) is not None:
        return None
    if (named := item.get(ConditionTerm)) is not None:
        where = next(each.where for each in draft.workspace.conditions if each.name == named.name)
        return Clause([item], condition=where, words=named.name)
    if (segment := item.get(SegmentTerm)) is not None:
        return Clause([item], condition=InSegment(name=segment.name), words=segment.name)
    if (value := item.get(TagValueTerm)) is not None and item.get(TagTerm) is None:
        return Clause([item], Tag(name=value.tag), [value.value], words=f"{value.tag} = {value.value}")
    if value is not None and not _asked_as_dimension(draft, item):
        return Clause([item], Tag(name=value.tag), [value.value], words=f"{value.tag} = {value.value}")
    return None


def _asked_as_dimension(draft: Draft, item: Item) -> bool:
    before, after = draft.before(item), draft.after(item)
    return any(each is not None and each.word("group", "per", "which", "distribution", "group_after") for each in (before, after))


# ---- nouns beside values, negation, lists --------------------------------------------------------------------------------


def _absorb_nouns(draft: Draft, clauses: list[Clause]) -> None:
    """The noun of a value's own field beside it says nothing new: the MEAT department, Type C campaigns, 有孩家庭."""
    for clause in clauses:
        for start, way in ((clause.last, 1), (clause.first, -1)):
            noun = draft.after(start) if way == 1 else draft.before(start)
            if noun is None or not noun.free or noun.get(MetricTerm) is not None:
                continue
            term = noun.get(FieldTerm)
            if term is None or _grouped(draft, noun):
                continue
            same = isinstance(clause.ref, FieldOf) and clause.ref.name == term.name
            if same or (way == 1 and term.entity is not None and _describes(draft, clause, term.entity)):
                draft.claim("names the value's field", noun)
                if term.entity is not None:
                    draft.entities.append(term.entity)


def _grouped(draft: Draft, noun: Item) -> bool:
    before = draft.before(noun)
    return before is not None and before.word("group", "per", "which", "count")


def _describes(draft: Draft, clause: Clause, entity: str) -> bool:
    """Whether the clause is about an entity: its own fields, tags of it, a segment."""
    if isinstance(clause.condition, InSegment) or isinstance(clause.ref, Tag):
        return True
    names = [clause.ref.name] if isinstance(clause.ref, FieldOf) else _names_in(clause.condition)
    for name in names:
        home = home_dataset(draft.workspace, name)
        if home is None or home not in draft.workspace.homes_of(entity):
            return False
    return bool(names)


def _names_in(condition: AnyCondition | None) -> list[str]:
    from semantic_layer.conditions import refs_of

    return [ref.name for ref in refs_of(condition) if isinstance(ref, FieldOf)]


def _negate(draft: Draft, clauses: list[Clause]) -> None:
    """A negation takes the clause that follows it; one that ends the phrase (除外, 以外) takes the one before."""
    for word in draft.words("out"):
        opening = next((item for item in draft.items[: word.index] if item.word("leave")), None)
        inside = [clause for clause in clauses if opening is not None and opening.index < clause.first.index < word.index]
        if opening is not None and inside:
            for clause in inside:
                clause.negated = True
            draft.claim("not", opening, word)
    for word in draft.words("not"):
        following = _clause_near(draft, clauses, word, 1)
        preceding = _clause_near(draft, clauses, word, -1)
        target = following or preceding
        if target is None:
            continue
        if preceding is not None and preceding.negated and (following is None or word.text.endswith("外")):
            draft.claim("not", word)
            continue
        for clause in [target, *_listed_with(draft, clauses, target)]:
            clause.negated = True
        draft.claim("not", word)


def _clause_near(draft: Draft, clauses: list[Clause], word: Item, way: int) -> Clause | None:
    """The clause next to a negation; verbs, nouns and a period may stand between."""
    at = word
    for _ in range(4):
        item = draft.after(at) if way == 1 else draft.before(at)
        if item is None:
            return None
        clause = next((each for each in clauses if item in each.items), None)
        if clause is not None:
            return clause
        passable = item.get(VerbTerm) or item.word("not", "conj", "sum") or (item.get(FieldTerm) and not item.get(MetricTerm))
        if not passable:
            return None
        at = item
    return None


def _listed_with(draft: Draft, clauses: list[Clause], clause: Clause) -> list[Clause]:
    """Clauses on the same field that are listed after one: without fuel and spirits."""
    found: list[Clause] = []
    at = clause
    while (following := _next_in_list(draft, clauses, at)) is not None:
        found.append(following)
        at = following
    return found


def _next_in_list(draft: Draft, clauses: list[Clause], clause: Clause) -> Clause | None:
    link = draft.touching(clause.last, 1)
    end = clause.last
    while link is not None and link.role == "names the value's field":
        end, link = link, draft.touching(link, 1)
    if link is None:
        return None
    comma = link.text in (",", "，", "、")
    link = link if comma else draft.after(end)
    if link is None or not (comma or link.word("conj", "or", "plus", "than", "side_by_side")):
        return None
    target = draft.after(link)
    if target is not None and target.word("conj", "or"):
        target = draft.after(target)
    following = next((each for each in clauses if target in each.items), None)
    if following is None or following.ref is None or following.ref != clause.ref or following is clause:
        return None
    return following


def _weekday_ranges(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """Monday to Thursday: all days between; a whole week is no condition but a cut by weekday."""
    result: list[Clause] = []
    for clause in clauses:
        last = result[-1] if result else None
        if last is not None and _is_weekday(last) and _is_weekday(clause):
            between = draft.between(last.last, clause.first)
            if len(between) == 1 and between[0].text.lower() in ("to", "-", "至", "到", "through", "till"):
                first, end = last.values[0], clause.values[0]
                last.values = [(first - 1 + step) % 7 + 1 for step in range((end - first) % 7 + 1)]
                last.items += [between[0], *clause.items]
                last.plus = True
                draft.claim("weekdays", *last.items)
                continue
        result.append(clause)
    return result


def _is_weekday(clause: Clause) -> bool:
    return isinstance(clause.ref, TimeBucket) and clause.ref.grain == "weekday" and len(clause.values) == 1


def _joined(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """Listed clauses on the same field become one with several values."""
    result: list[Clause] = []
    taken: set[int] = set()
    for clause in clauses:
        if id(clause) in taken:
            continue
        at = clause
        while (following := _next_in_list(draft, clauses, at)) is not None and id(following) not in taken:
            if following.negated != clause.negated:
                break
            links = [each for each in draft.between(at.last, following.first) if each.free]
            clause.plus = clause.plus or any(link.word("plus") and link.text != "," for link in links)
            draft.claim("list", *(link for link in links if link.word("conj", "or", "plus", "stop", "filler")))
            draft.claim("list", *(link for link in links if link.word("than", "side_by_side") and not link.word("conj")))
            if any(link.word("than", "side_by_side") for link in links):
                draft.marks.add("compare_values")
            taken.add(id(following))
            clause.values += following.values
            at = following
            clause.items += following.items
        result.append(clause)
    return _merged_by_field(result, draft)


def _merged_by_field(clauses: list[Clause], draft: Draft) -> list[Clause]:
    """Two values of one field that nothing joins cannot both hold: the question says something else."""
    seen: dict[str, Clause] = {}
    kept: list[Clause] = []
    for clause in clauses:
        if clause.ref is None or clause.negated:
            continue
        key = str(clause.ref)
        if key in seen and seen[key].values == clause.values:
            seen[key].items += clause.items
            continue
        if key in seen and not isinstance(clause.ref, TimeBucket):
            draft.marks.add("loose_values")
        seen[key] = clause
        kept.append(clause)
    return sorted(kept + [each for each in clauses if each.ref is None or each.negated], key=lambda each: each.first.index)


def _count_appositions(draft: Draft, clauses: list[Clause]) -> None:
    """ "grocery and fuel, both departments", 这两个小时: the count of what was just listed."""
    for clause in clauses:
        number = draft.after(clause.last)
        while number is not None and number.role == "names the value's field":
            number = draft.after(number)
        if number is None or not number.free:
            continue
        term = number.get(NumberTerm)
        if number.word("refer", "this") or (term is not None and term.value == len(clause.values) and len(clause.values) > 1):
            noun = draft.after(number)
            grain = noun.get(GrainTerm) if noun is not None else None
            name = noun.get(FieldTerm) if noun is not None else None
            same_field = name is not None and isinstance(clause.ref, FieldOf) and clause.ref.name == name.name
            same_grain = grain is not None and isinstance(clause.ref, TimeBucket) and clause.ref.grain == grain.grain
            described = name is not None and name.entity is not None and _describes(draft, clause, name.entity)
            if noun is not None and (same_field or same_grain or described):
                draft.claim("list", number, noun)


def side_by_side_ref(clause: Clause) -> FieldRef | None:
    """What listed values are grouped by when each is wanted on its own."""
    if clause.negated or clause.plus or len(clause.values) < 2 or clause.ref is None:
        return None
    return clause.ref


def reachable_from(draft: Draft, dataset: str, clause: Clause) -> bool:
    """Whether a dataset can be filtered by a clause."""
    refs = [clause.ref.name] if isinstance(clause.ref, FieldOf) else _names_in(clause.condition)
    try:
        for name in refs:
            reach(draft.workspace, dataset, name)
    except RequestError:
        return False
    return True
