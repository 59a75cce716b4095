"""What is said of each one, as conditions of the semantic layer, and lists of those whom it is true of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from assistant.language.meanings import PeriodTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.asked import units_in
from assistant.planner.rules.bound import Bound
from assistant.planner.rules.clause import OF_EACH, Clause
from assistant.planner.rules.counted_in import count_in_its_data
from assistant.planner.rules.counting import counts_of
from assistant.planner.rules.own_figures import OwnFigures
from assistant.planner.rules.said_days import says_ever
from assistant.planner.rules.said_of import Said
from assistant.planner.rules.within import within_of
from semantic_layer.calendar import UNITS, Span, resolve, unit_of
from semantic_layer.columns import Note
from semantic_layer.conditions import (
    GRAINS,
    SERIES_GRAINS,
    And,
    AnyCondition,
    Compare,
    Did,
    EntityMetric,
    Field,
    Grain,
    Not,
    Or,
    Range,
    Scaled,
    TimeBucket,
    Within,
    all_of,
    parts_of,
)
from semantic_layer.metric_parts import base_datasets
from semantic_layer.periods import Between, Period, SinglePeriod

NEAR_THE_NOUN = 3
DAYS_PER = {"date": 1, "week": 7}
MOST_UNITS = 12
FALLING = ("ge", "gt", "all", "eq", "between")


def say_own_figures(draft: Draft, found: OwnFigures) -> None:
    """Gives the clause its conditions, once the question's own days and metrics are known.

    Days that stand inside the phrase belong to it; where only the entities themselves are counted they are those of the question.
    """
    _count_them(draft, found)
    inner = [said.period for said in found.said if said.period is not None]
    counts = {found.phrase.whose, *counts_of(draft.workspace, found.phrase.whose)}
    counted = bool(draft.metrics) and all(name in counts for name in draft.metrics)
    same = bool(inner) and all(each == inner[0] for each in inner) and len(inner) == len(found.said)
    same = same and not any(said.periods for said in found.said)
    # Days of what a part of them did are not those of all of them.
    same = same and not (found.base is not None and "share" in draft.marks)
    described = _counted_where_described(draft, found)
    if described:
        _days_of_the_deeds(draft, found)
    entity = draft.workspace.entity(found.phrase.whose)
    listed = entity is not None and (draft.by == [Field(name=entity.key_name)] or draft.each == entity.name)
    if (
        (counted or listed)
        and same
        and not described
        and not draft.periods
        and found.base is None
        and not found.clause.inside
        and not all(said.negated for said in found.said)
    ):
        draft.periods = [inner[0]]
        for said in found.said:
            said.period = None
    _days_of_base(draft, found)
    _days_of_all(draft, found, counted or listed)
    _days_of_both(draft, found, counts)
    if draft.periods and not counted:
        _ever_in_other_data(draft, found)
    series = any(isinstance(ref, TimeBucket) and ref.grain not in ("hour", "weekday") for ref in draft.by)
    if series and not counted and len(draft.periods) < 2 and found.phrase.whose not in GRAINS:
        # Of a series of another figure, who is meant is decided once, by all of its days.
        for said in found.said:
            if said.period is None and said.days is None and has_time(draft, said):
                asked = draft.periods[0] if draft.periods else draft.workspace.workspace.default_period
                said.period = asked  # pyright: ignore[reportAttributeAccessIssue]
    found.clause.condition = condition_of(draft, found)
    count_in_its_data(draft, found)


def _counted_where_described(draft: Draft, found: OwnFigures) -> bool:
    """Whether they are counted in the data that describes them, whose days say when they became known and not what they did."""
    homes = {home.name for home in draft.workspace.homes_of(found.phrase.whose)}
    counted = {dataset for name in draft.metrics for dataset in base_datasets(draft.workspace, name)}
    done = {dataset for said in found.said for dataset in data_of(draft, said)}
    return bool(counted) and counted <= homes and not done & homes


def _days_of_the_deeds(draft: Draft, found: OwnFigures) -> None:
    """ "How many clicked and bought nothing in May": everybody is looked at, and May is when they did so."""
    series = any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in draft.by)
    if series or len(draft.periods) > 1 or draft.compare is not None or draft.window is not None:
        # By month they would be counted in the month in which they became known, whatever they did in it.
        first, last = found.said[0].items[0], found.said[-1].items[-1]
        draft.beyond = ("entity_condition", {"text": draft.question.words(first.span.start, last.span.end)})
        return
    if not draft.periods:
        return
    for said in found.said:
        if said.period is None and not (said.periods or said.after or said.days) and has_time(draft, said):
            said.period = draft.periods[0]  # pyright: ignore[reportAttributeAccessIssue]
    draft.periods = []


def _days_of_base(draft: Draft, found: OwnFigures) -> None:
    """ "Of the shops that sold in May, how many had fewer than ten orders": in May as well."""
    days = [said.period for said in found.base.said if said.period is not None] if found.base is not None else []
    if found.base is None or draft.periods or len(days) != 1 or any(said.first for said in found.base.said):
        return  # of those who came first in May, those who came once came once at all
    for said in found.said:
        if said.period is None and said.bound is not None and said.bound.period is None:
            said.period = days[0]


def _days_of_all(draft: Draft, found: OwnFigures, counted: bool) -> None:
    """三季度消费满1000的客户人均消费: days that open the question are those of the figure too, in the same data."""
    asked = {dataset for name in draft.metrics for dataset in base_datasets(draft.workspace, name)}
    days = [said.period for said in found.said if said.period is not None]
    opens = found.said[0].items[0]
    if counted or draft.periods or not days or draft.compare is not None or draft.window is not None or opens.text.isascii():
        return
    plain = all(
        not (said.negated or said.first or said.last or said.only or said.periods or said.days or said.after)
        and not (said.bound is not None and said.bound.against is not None)
        and set(data_of(draft, said)) & asked
        for said in found.said
    )
    series = any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in draft.by)
    first = all(item.light for item in draft.items[: opens.index])
    if plain and first and not series and found.base is None and opens.get(PeriodTerm) is not None:
        draft.periods = [days[0]] if all(each == days[0] for each in days) else []


def _days_of_both(draft: Draft, found: OwnFigures, counts: set[str]) -> None:
    """ "How many came in May, and what did they spend": a number of them and a figure have the same days, in the same data.

    With other days of the figure the number would be that of those who did something in both.
    """
    numbers = [name for name in draft.metrics if name in counts]
    if not numbers or len(numbers) == len(draft.metrics) or draft.share is not None or "share" in draft.marks:
        return
    if _figure_asked_before(draft, found, set(numbers)):
        draft.beyond = draft.beyond or ("entity_condition", {"text": draft.question.original.strip()})
    days = [said.period for said in found.said if said.period is not None]
    asked = {dataset for name in draft.metrics for dataset in base_datasets(draft.workspace, name)}
    same = all(set(data_of(draft, said)) & asked for said in found.said)
    plain = not any(said.negated or said.first or said.last or said.periods or said.days or said.after for said in found.said)
    plain = plain and found.base is None and bool(days) and all(each == days[0] for each in days)
    if draft.periods and days and same and any(period not in days for period in draft.periods):
        draft.beyond = draft.beyond or ("entity_condition", {"text": draft.question.original.strip()})
    elif not draft.periods and plain and same and draft.compare is None and draft.window is None:
        draft.periods = [days[0]]


def _figure_asked_before(draft: Draft, found: OwnFigures, numbers: set[str]) -> bool:
    """ "What were sales in June, and how many spent over 500?": the figure was asked of all, in a question of its own."""
    first = found.phrase.noun or found.phrase.items[0]
    opens = min(first.index, found.phrase.items[0].index)
    links = [item.index for item in draft.items[:opens] if item.text in (",", "，", "、", "?", "？") or item.word("conj")]
    before = draft.items[: max(links, default=0)]
    roles = {f"metric {name}" for name in draft.metrics if name not in numbers}
    asks = any(item.word("which", "how_much", "count") or item.says("asks_what") for item in before)
    return asks and any(item.role in roles for item in before)


def _ever_in_other_data(draft: Draft, found: OwnFigures) -> None:
    """ "What those who answered letter 3 spent in May": the days are of what is asked, not of a deed in other data."""
    asked = {dataset for name in draft.metrics for dataset in base_datasets(draft.workspace, name)}
    data = draft.today.data
    for said in found.said:
        if (
            said.period is None
            and said.days is None
            and said.bound is None
            and said.dataset not in asked
            and data is not None
            and has_time(draft, said)
        ):
            said.period = Between(start=data.start, end=data.end)


def _count_them(draft: Draft, found: OwnFigures) -> None:
    """ "How many never did": those of whom something is said are counted where nothing else is asked."""
    whose = found.phrase.whose
    entity = draft.workspace.entity(whose)
    asked = [item for item in draft.items if item.word("count", "share", "how_much") or _asks_beside(item)]
    plain = entity is None or entity.count is None
    if draft.metrics and entity is not None and plain and _counted_first(draft, found):
        draft.metrics.insert(0, whose)
        draft.by = [] if draft.by == [Field(name=entity.key_name)] else draft.by
        return
    if draft.metrics or not asked or (plain and not _asks_how_many(draft, found)):
        return
    name = entity.count if entity is not None and entity.count is not None else whose
    if plain and draft.by in ([found.ref], [Field(name=entity.key_name)] if entity is not None else []):
        draft.by = []
        found.clause.inside = draft.own_figures is not None and draft.own_figures.base is found
    draft.claim(f"metric {name}", *(word for word in draft.words("count") if word.is_word))
    if found.phrase.noun is not None:
        found.phrase.noun.role = f"metric {name}"
    draft.metrics.append(name)


def _counted_first(draft: Draft, found: OwnFigures) -> bool:
    """ "How many shops …, and what were their sales": a number of things that no metric counts, beside a figure of them."""
    noun = found.phrase.noun
    words = [word for word in draft.words("count") if noun is not None and word.is_word and abs(word.index - noun.index) == 1]
    figures = [item.index for item in draft.items if (item.role or "").startswith("metric ")]
    if noun is None or not words or found.phrase.whose in draft.metrics or min(figures, default=-1) < noun.index:
        return False  # a figure that was asked before them is that of all
    draft.claim(f"metric {found.phrase.whose}", *words)
    noun.role = f"metric {found.phrase.whose}"
    return True


def _asks_beside(item: Item) -> bool:
    """ "By month", "growth": asked of those who are meant; a word that said who they are ("over", "fell") asks for nothing."""
    return item.word("trend", "growth", "decline", "group") and not (item.role or "").startswith(OF_EACH)


def _asks_how_many(draft: Draft, found: OwnFigures) -> bool:
    """ "How many shops": a count word beside the noun, and none that asks which."""
    if "share" in draft.marks:
        return True
    noun, last = found.phrase.noun, draft.items[-1]
    words = [item for item in draft.items if item.word("count") and not item.word("which")]
    ends = [word for word in words if all(_ends(item) for item in draft.items[word.index + 1 : last.index + 1])]
    return bool(ends) or (noun is not None and any(abs(word.index - noun.index) <= NEAR_THE_NOUN for word in words))


def _ends(item: Item) -> bool:
    """ "How many do we have", "how many are there"."""
    return item.light or (item.is_word and item.word("list") and not item.word("which"))


# ---- conditions -----------------------------------------------------------------------------------------------------------


def condition_of(draft: Draft, found: OwnFigures) -> AnyCondition | None:
    found.columns = []
    data = draft.today.data
    for said in found.said:
        ever = any(says_ever(item) for item in said.items)
        if ever and said.period is None and draft.periods and data is not None:
            said.period = Between(start=data.start, end=data.end)
        if said.after is not None:
            said.period = Between(start=_days(draft, said.after).end + timedelta(days=1))
    draft.notes = [note for note in draft.notes if note.code != "scaled_bound"]
    _must_overlap_data(draft, found)
    each = [all_of(tuple(_conditions(draft, found, said))) for said in found.said]
    met = tuple(condition for condition in each if condition is not None)
    if found.said[-1].alternative:
        return Or(of=met)
    parts = [part for condition in met for part in parts_of(condition)]
    return all_of(tuple(part for index, part in enumerate(parts) if part not in parts[:index]))


def _must_overlap_data(draft: Draft, found: OwnFigures) -> None:
    """Days of which there is no data say nothing of anybody."""
    data = draft.today.data
    for said in found.said:
        if data is None or said.period is None or said.after is not None:
            continue
        days = resolve(said.period, draft.today.as_of, data, draft.workspace.workspace.conventions)
        if not days.overlaps(data):
            parts = {"start": days.start, "end": days.end, "first": data.start, "last": data.end}
            draft.beyond = ("outside_period", parts)


def _conditions(draft: Draft, found: OwnFigures, said: Said) -> list[AnyCondition]:
    whose = found.phrase.whose
    own = tuple(clause.as_condition() for clause in said.clauses)
    where = all_of((*own, said.inner.where) if said.inner is not None and not said.inner.every else own)
    if said.bound is not None and said.each_unit is not None:
        units = [replace(said, period=Between(start=unit.start, end=unit.end)) for unit in _units(draft, said, said.each_unit)]
        return [_bounded(draft, found, unit, said.bound, where) for unit in units]
    if said.bound is not None:
        condition = _bounded(draft, found, said, said.bound, where)
        return [Not(of=condition) if said.negated else condition]
    assert said.dataset is not None
    wheres = _one_by_one(said) or [where]
    days = said.periods or (said.period,)
    done: list[AnyCondition] = [
        Did(entity=whose, dataset=said.dataset, where=each, period=day, within=_within(found, said))
        for each in wheres
        for day in days
    ]
    if said.first:
        before = Between(end=_days(draft, said.period).start - timedelta(days=1))
        done += [Not(of=Did(entity=whose, dataset=said.dataset, where=each, period=before)) for each in wheres]
    if said.last:
        after = Between(start=_days(draft, said.period).end + timedelta(days=1))
        done += [Not(of=Did(entity=whose, dataset=said.dataset, where=each, period=after)) for each in wheres]
    if said.only and where is not None:
        done.append(Not(of=Did(entity=whose, dataset=said.dataset, where=Not(of=where), period=said.period)))
    if said.inner is not None and said.inner.every:
        done += [Not(of=Did(entity=whose, dataset=said.dataset, where=said.inner.where, period=day)) for day in days]
    return [*(Not(of=each) for each in done), *_once(draft, found, said, where)] if said.negated else done


def _once(draft: Draft, found: OwnFigures, said: Said, where: AnyCondition | None) -> list[AnyCondition]:
    """Those who came first in May and never again did not come a second time in May either."""
    rows = draft.workspace.dataset(said.dataset or "")
    if said.once is None or rows is None or rows.count is None:
        return []
    ref = EntityMetric(metric=rows.count, entity=found.phrase.whose, period=said.once, where=where)
    return [Compare(left=ref, op="eq", right=1)]


def _within(found: OwnFigures, said: Said) -> Within | None:
    """The days that follow something: a first time of what was said to be done for the first time."""
    if said.days is None or said.dataset is None:
        return None
    told = [*(found.base.said if found.base is not None else ()), *found.said]
    firsts = [each for each in told if each.first]
    where = all_of(tuple(clause.as_condition() for clause in firsts[0].clauses)) if firsts else None
    return within_of(said.days, said.start, said.dataset, (firsts[0].dataset, where) if firsts else None)


def _one_by_one(said: Said) -> list[AnyCondition | None]:
    """ "Bought red and blue": each of the listed values is asked for, unless "or" joins them."""
    if said.either or said.negated or said.only or not said.clauses:
        return []
    if len({str(clause.ref) for clause in said.clauses}) == 1 and len(said.clauses) > 1:
        plain = all(len(clause.values) == 1 and not clause.negated and clause.ref is not None for clause in said.clauses)
        return [clause.as_condition() for clause in said.clauses] if plain else []
    if len(said.clauses) > 1:
        return []
    clause = said.clauses[0]
    hours = isinstance(clause.ref, TimeBucket) and clause.ref.grain == "hour"  # one of them: "after 9pm"
    if len(clause.values) < 2 or clause.either or clause.plus or clause.negated or clause.ref is None or hours:
        return []
    return [Clause([], clause.ref, [value]).as_condition() for value in clause.values]


def _bounded(draft: Draft, found: OwnFigures, said: Said, bound: Bound, where: AnyCondition | None) -> AnyCondition:
    ref = EntityMetric(metric=bound.metric, entity=found.phrase.whose, period=bound.period or said.period, where=where)
    found.columns.append(ref)
    if bound.against is not None and bound.op not in ("all", "between"):
        other = ref.model_copy(update={"period": bound.against})
        found.columns.append(other)
        changed = bound.factor != 1 or bound.plus
        right = Scaled(factor=_plain(bound.factor), ref=other, plus=_plain(bound.plus)) if changed else other
        compared = Compare(left=ref, op=bound.op, right=right)
        return And(of=(compared, Compare(left=other, op="gt", right=0))) if bound.from_something else compared
    if bound.op == "all":
        return Compare(left=ref, op="ge", right=units_in(draft, bound.metric, _days(draft, said.period), _weekdays(said)))
    factor = 1.0
    if bound.per is not None:
        days = _days(draft, said.period)
        factor = days.days / DAYS_PER[bound.per] if bound.per in DAYS_PER else units_in(draft, bound.per, days)
        parts = {"metric": bound.metric, "grain": bound.per, "value": bound.value, "days": days.days}
        draft.notes.append(Note(code="scaled_bound", parts={**parts, "bound": _plain(bound.value * factor)}))
    if bound.op == "between":
        return Range(left=ref, low=_plain(bound.value * factor), high=_plain(bound.high * factor))
    return Compare(left=ref, op=bound.op, right=_plain(bound.value * factor))


def _weekdays(said: Said) -> set[int]:
    """The days of the week of which each one is meant."""
    refs = [(clause.ref, clause.values) for clause in said.clauses]
    return {int(day) for ref, days in refs if isinstance(ref, TimeBucket) and ref.grain == "weekday" for day in days}


def _days(draft: Draft, period: SinglePeriod | None) -> Span:
    """The days of a condition: its own, or those of the question."""
    asked: Period | None = period or (draft.periods[0] if len(draft.periods) == 1 else None)
    asked = asked if asked is not None else draft.workspace.workspace.default_period
    span = resolve(asked, draft.today.as_of, draft.today.data, draft.workspace.workspace.conventions)  # pyright: ignore[reportArgumentType]
    span = Span(span.start, min(span.end, draft.today.as_of))
    return span.clip(draft.today.data) if draft.today.data is not None and span.overlaps(draft.today.data) else span


def _units(draft: Draft, said: Said, grain: Grain) -> list[Span]:
    """The units of its days, in each of which a bound is met; they must be whole ones, and no more than a list can show."""
    days, conventions = _days(draft, said.period), draft.today.settings.conventions
    units: list[Span] = []
    at = days.start
    while at <= days.end and len(units) <= MOST_UNITS:
        units.append(unit_of(at, UNITS[grain], conventions))
        at = units[-1].end + timedelta(days=1)
    if len(units) > MOST_UNITS or units[0].start != days.start or units[-1].end != days.end:
        draft.beyond = ("entity_condition", {"text": " ".join(item.text for item in said.items)})
    return units


def _plain(value: float) -> int | float:
    return int(value) if float(value).is_integer() else round(value, 6)


def has_time(draft: Draft, said: Said) -> bool:
    """Whether what is said is about rows that have a time; the others are all meant where no days are asked."""
    found = [draft.workspace.dataset(name) for name in data_of(draft, said)]
    return all(dataset is None or dataset.time is not None or dataset.window is not None for dataset in found)


def data_of(draft: Draft, said: Said) -> tuple[str, ...]:
    return tuple(base_datasets(draft.workspace, said.bound.metric)) if said.bound is not None else (said.dataset or "",)
