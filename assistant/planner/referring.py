"""What a follow-up refers to: those whom the last answer counted, the key that it held fixed, or only whom it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assistant.language.dates import day_in_month_of, period_spans
from assistant.language.meanings import BareDayTerm, FieldTerm, GrainTerm, MetricTerm, PeriodTerm, Word
from assistant.language.single_periods import days_of
from assistant.language.text import read_question
from assistant.language.words import spelled
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause, describes
from assistant.planner.rules.counting import all_counts, entity_counts
from assistant.planner.rules.those import those_counted
from semantic_layer.calendar import UNITS, Span, resolve, unit_of
from semantic_layer.conditions import AnyCondition, Compare, Did, EntityMetric, Field, Not, all_of, parts_of, refs_of, unit_refs
from semantic_layer.metric_parts import base_datasets
from semantic_layer.periods import EachPeriod, Period
from semantic_layer.reach import reaches
from semantic_layer.requests import MetricQuery

LONGEST_MONTH = 31


def only_narrows(draft: Draft) -> bool:
    """ "Only for married customers", "same but …": the noun says whom the condition is about, and is not asked for."""
    first = _first(draft)
    counts = all_counts(draft.workspace)
    asked = any(item.word("count", "share") and not item.word("filler") for item in draft.items)
    same = any(item.says("the_same") for item in draft.items) and not asked
    leads = first is not None and first.is_word and not (draft.by or draft.periods)
    only = leads and opens_with_only(draft)
    goes_on = leads and first is not None and first.word("follow") and not asked and _describes_people(draft)
    narrowed = (only or same or goes_on) and bool(draft.conditions) and set(draft.metrics) <= counts
    if narrowed:
        draft.metrics = []
    return narrowed


def opens_with_only(draft: Draft) -> bool:
    """ "Only customers who …", 只留…的客户: fewer of those that were spoken of."""
    first = _first(draft)
    return first is not None and first.is_word and (first.word("only") or first.says("keeps"))


def _first(draft: Draft) -> Item | None:
    return next((item for item in draft.items if not item.word("stop")), None)


def _describes_people(draft: Draft) -> bool:
    clauses: list[Clause] = draft.clauses
    return draft.person is not None and all(describes(draft, clause, draft.person) for clause in clauses)


def refers_back(draft: Draft, item: Item) -> bool:
    """A word for what was spoken of before; "those who …" says itself whom it means."""
    before, following = draft.touching(item, -1), draft.touching(item, 1)
    named = before is not None and (before.get(FieldTerm) is not None or before.get(MetricTerm) is not None)
    noun = named or (before is not None and before.says("pronouns"))
    time = following is not None and f"{item.text} {following.text}".lower() in spelled("that_time")
    if noun and item.word("relative") and not time:
        return False  # "customers that came"
    told = item.says("those") and following is not None and following.word("relative")
    return item.word("refer") and not item.word("which") and not told


def speaks_of_them(draft: Draft, last: dict[str, Any] | None) -> bool:
    """ "What did these people spend": those whom the last answer picked by what each one did."""
    where = MetricQuery.model_validate(last).where if last is not None else None
    if not any(unit_refs(where)) or draft.conditions or draft.by:
        return False
    refers = [item for item in draft.items if refers_back(draft, item)]
    nouns = [draft.after(item) for item in refers]
    named = any(noun is not None and any(term.entity is not None for term in noun.all(FieldTerm)) for noun in nouns)
    found = named or any(item.says("them") for item in refers)
    periods = [item for item in draft.items if item.get(PeriodTerm) is not None and item.role == "period"]
    if found and periods and all(item.word("echo") for item in periods):
        draft.periods = []
    return found


def about_those(draft: Draft, base: MetricQuery) -> MetricQuery | None:
    """ "What did these people spend", after a count of them: all that they did, not only the rows that they were counted by."""
    workspace = draft.workspace
    counts = {each.name: entity.name for entity in workspace.entities for each in entity_counts(workspace, entity.name)}
    entity = counts.get(base.metrics[0])
    plain = len(base.metrics) == 1 and not base.by and base.compare is None and base.share_of is None
    other = draft.metrics and (tuple(draft.metrics) != base.metrics or draft.periods)
    if entity is None or not plain or not other or isinstance(base.period, EachPeriod):
        return None
    words = [item for item in draft.items if refers_back(draft, item)]
    beside = [noun for item in words if (noun := draft.after(item)) is not None]
    nouns = [noun for noun in beside if any(term.entity == entity for term in noun.all(FieldTerm))]
    if not nouns and not any(item.says("them") for item in words):
        return None
    draft.claim("those of the last answer", *words, *nouns)
    return base.model_copy(update={"where": those_counted(workspace, entity, base, draft.today.data if draft.periods else None)})


def about_the_few(draft: Draft, base: MetricQuery) -> MetricQuery | None:
    """ "The average basket in those four", after a ranking: another figure of the same few, and no ranking by it."""
    group = base.by[0] if len(base.by) == 1 else None
    ranked = base.limit is not None and len(base.order) == 1 and base.order[0].part == "value"
    plain = base.compare is None and base.share_of is None and base.of_each is None and base.window is None
    if not isinstance(group, Field) or not ranked or not plain or isinstance(base.period, EachPeriod):
        return None
    target = base.order[0].target
    if target not in base.metrics or not draft.metrics or tuple(draft.metrics) == base.metrics or draft.limit is not None:
        return None
    words = [item for item in draft.items if _points_at_few(draft, item)]
    if not words or base.limit is None:
        return None
    beside = [draft.touching(item, 1) for item in words]
    nouns = [noun for noun in beside if noun is not None and (noun.number is not None or noun.word("count", "classifier"))]
    nouns += [item for item in draft.items if any(term.name == group.name for term in item.all(FieldTerm))]
    draft.claim("the few of the last answer", *words, *nouns)
    entity = draft.workspace.entity_of_key(group.name.rpartition(".")[2])
    rank = EntityMetric(
        metric=target,
        entity=entity.name if entity is not None else group.name,
        period=base.period or draft.today.settings.default_period,
        where=base.where,
        rank="highest" if base.order[0].descending else "lowest",
    )
    few = Compare(left=rank, op="le", right=base.limit)
    return base.model_copy(update={"where": all_of((*parts_of(base.where), few)), "limit": None, "order": ()})


def _points_at_few(draft: Draft, item: Item) -> bool:
    """ "Those four", "in those stores", 这几家; "those who …" says itself whom it means."""
    following = draft.touching(item, 1)
    if item.text.isascii():
        told = following is not None and following.word("relative")
        return (item.says_part("those") or (item.says("them") and refers_back(draft, item))) and not told
    few = following is not None and (following.number is not None or following.word("count", "classifier"))
    return item.word("this") and few


def read_bare_key(draft: Draft, base: MetricQuery) -> None:
    """ "那18号呢" after a question about number 13: no day of a month that nobody named, but another key.

    After a question about days of one month it is a day of that month.
    """
    items = [item for item in draft.items if item.get(BareDayTerm) is not None and item.text.endswith("号")]
    dated = any(item.get(PeriodTerm) is not None and item.get(BareDayTerm) is None for item in draft.items)
    if len(items) != 1 or dated or isinstance(base.period, EachPeriod):
        return
    day = items[0].get(BareDayTerm)
    if day is not None and base.period is not None and _is_in_a_month(base.period, draft):
        found = day_in_month_of(base.period, day.day, draft.today)
        draft.periods = [found] if found is not None else draft.periods
        return
    if replaced_key(list(parts_of(base.where)), 0) is None:
        return
    draft.periods = []
    items[0].role = None
    draft.claim("key", items[0])


def _is_in_a_month(period: Period, draft: Draft) -> bool:
    days = resolve(period, draft.today.as_of, draft.today.data, draft.workspace.workspace.conventions)
    return days.days <= LONGEST_MONTH


def replaced_key(parts: list[AnyCondition], value: int) -> list[AnyCondition] | None:
    """ "And 406?": another value for the key that the last question held fixed."""
    for index, part in enumerate(parts):
        if isinstance(part, Compare) and part.op == "eq" and isinstance(part.right, int) and not isinstance(part.right, bool):
            return [*parts[:index], part.model_copy(update={"right": value}), *parts[index + 1 :]]
    return None


def replaced_inside(draft: Draft, base: MetricQuery, parts: list[AnyCondition], clause: Clause) -> list[AnyCondition] | None:
    """ "Same for tour 13", of the guests of tour 8: a field that the metrics do not reach is one of what each one did."""
    condition = clause.as_condition()
    names = {ref.name for ref in refs_of(condition) if isinstance(ref, Field)}
    datasets = {name for metric in base.metrics for name in base_datasets(draft.workspace, metric)}
    if not names or all(reaches(draft.workspace, dataset, name) for dataset in datasets for name in names):
        return None
    changed = [_with_inner(part, names, condition) for part in parts]
    return changed if changed != parts else None


def _with_inner(part: AnyCondition, names: set[str], condition: AnyCondition) -> AnyCondition:
    if isinstance(part, Not):
        return Not(of=_with_inner(part.of, names, condition))
    if not isinstance(part, Did):
        return part
    inner = parts_of(part.where)
    old = [each for each in inner if {ref.name for ref in refs_of(each) if isinstance(ref, Field)} == names]
    if not old:
        return part
    return part.model_copy(update={"where": all_of((*(each for each in inner if each not in old), condition))})


def same_days(draft: Draft) -> None:
    """三月来过的客户当月花了多少: "that month" is the one that was named before, and not today's."""
    before: PeriodTerm | None = None
    named = ""
    for item in draft.items:
        term = item.get(PeriodTerm)
        if term is not None and before is not None and item.says("that_time"):
            item.span = replace(item.span, meanings=(before,))
        elif (
            before is not None
            and term is None
            and (that := _that_unit(draft, item) or _the_unit(draft, item, before)) is not None
        ):
            item.span = replace(item.span, meanings=(before,))
            that.span = replace(that.span, meanings=(Word("filler"),))
        elif term is not None:
            before, named = term, item.text.lower()
        elif (second := _second_of_two(draft, item, named)) is not None:
            item.span = replace(item.span, meanings=(second,))


def _that_unit(draft: Draft, item: Item) -> Item | None:
    """ "… in May of those who replied that month"; what is before or after that month is not in it."""
    that = draft.touching(item, -1)
    lead = draft.touching(that, -1) if that is not None else None
    named = that is not None and f"{that.text} {item.text}".lower() in spelled("that_time") and item.get(GrainTerm) is not None
    apart = lead is not None and (lead.says("after_that", "day_before", "base_lead") or lead.word("previous", "than"))
    days = {each.text for each in draft.items[: item.index] if each.get(PeriodTerm) is not None}
    return that if named and not apart and len(days) == 1 else None


def _the_unit(draft: Draft, item: Item, named: PeriodTerm) -> Item | None:
    """ "Q4's customers … in the quarter": the one that was named, where that is one of these units as a whole."""
    the, grain = draft.touching(item, -1), item.get(GrainTerm)
    lead = draft.touching(the, -1) if the is not None else None
    if the is None or lead is None or grain is None or grain.groups or grain.field is not None or grain.grain not in UNITS:
        return None
    if the.text.lower() != "the" or not lead.says("in_the_time") or isinstance(named.period, EachPeriod):
        return None
    following = draft.touching(item, 1)
    ends = following is None or following.word("stop") or following.text.endswith(",")
    days = Span(*days_of(named.period, draft.today))
    whole = unit_of(days.start, UNITS[grain.grain], draft.today.settings.conventions)
    return the if ends and (whole.start, whole.end) == (days.start, days.end) else None


def _second_of_two(draft: Draft, item: Item, named: str) -> PeriodTerm | None:
    """ "Bought in the first half and not in the second": the other half."""
    following = draft.touching(item, 1)
    first = next((word for word in spelled("first_of_two") if word in named), None)
    ends = following is None or following.text in (",", ".", "?", ":", ";") or following.word("conj", "but")
    if first is None or not item.says("second_of_two") or not ends:
        return None
    question = read_question(named.strip(" ,").replace(first, f"{item.text.lower()} "))
    whole = [span for span in period_spans(question, draft.today) if span.end - span.start == len(question.tokens)]
    return next((each for span in whole for each in span.meanings if isinstance(each, PeriodTerm)), None)


def claim_that_time(draft: Draft, base: MetricQuery) -> None:
    """ "How many orders in that quarter?", after a question about one: its days are meant, where they are one such unit."""
    if draft.periods or base.period is None or isinstance(base.period, EachPeriod):
        return
    days = Span(*days_of(base.period, draft.today))  # pyright: ignore[reportArgumentType]
    for item in draft.items:
        grain, that = item.get(GrainTerm), draft.touching(item, -1)
        if not item.free or grain is None or grain.groups or grain.grain not in UNITS or that is None:
            continue
        named = f"{that.text} {item.text}".lower() in spelled("that_time")
        whole = unit_of(days.start, UNITS[grain.grain], draft.today.settings.conventions)
        if named and (whole.start, whole.end) == (days.start, days.end):
            draft.claim("period", that, item)
