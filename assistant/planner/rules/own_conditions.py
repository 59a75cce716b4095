"""What is said of each one, as conditions of the semantic layer, and lists of those whom it is true of."""

from __future__ import annotations

from datetime import timedelta

from assistant.language.meanings import FieldTerm, MetricTerm
from assistant.planner.draft import Draft
from assistant.planner.rules.bound import Bound
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.counting import entity_counts
from assistant.planner.rules.own_figures import OwnFigures
from assistant.planner.rules.said import Said, says_ever
from semantic_layer.calendar import UNITS, Span, resolve, unit_of
from semantic_layer.columns import Note
from semantic_layer.conditions import (
    GRAINS,
    And,
    AnyCondition,
    Compare,
    Did,
    EntityMetric,
    Field,
    Not,
    Or,
    Range,
    TimeBucket,
    all_of,
    parts_of,
    refs_of,
    unit_refs,
)
from semantic_layer.frozen import Frozen
from semantic_layer.metric_parts import base_datasets
from semantic_layer.periods import Between, EachPeriod, Period, SinglePeriod
from semantic_layer.reach import home_dataset
from semantic_layer.requests import EntityQuery, MetricQuery, OrderBy

NEAR_THE_NOUN = 3
DAYS_PER = {"date": 1, "week": 7}
HAND_OVER = ("pull", "get", "give", "show", "send", "export", "fetch", "find", "extract", "show me", "give me")
"""What asks for the things themselves: "pull me the customers who …"."""
ALONG = ("带上", "附上", "附带上", "附带", "连同", "along with", "together with")
FALLING = ("ge", "gt", "all", "eq", "between")


def say_own_figures(draft: Draft, found: OwnFigures) -> None:
    """Gives the clause its conditions, once the question's own days and metrics are known.

    Days that stand inside the phrase belong to it; where only the entities themselves are counted they are those of the question.
    """
    _count_them(draft, found)
    inner = [said.period for said in found.said if said.period is not None]
    counts = {found.phrase.whose, *(each.name for each in entity_counts(draft.workspace, found.phrase.whose))}
    counted = bool(draft.metrics) and all(name in counts for name in draft.metrics)
    same = bool(inner) and all(each == inner[0] for each in inner) and len(inner) == len(found.said)
    if counted and same and not draft.periods and not found.clause.inside and not all(said.negated for said in found.said):
        draft.periods = [inner[0]]
        for said in found.said:
            said.period = None
    series = any(isinstance(ref, TimeBucket) and ref.grain not in ("hour", "weekday") for ref in draft.by)
    if series and not counted and len(draft.periods) < 2 and found.phrase.whose not in GRAINS:
        # Of a series of another figure, who is meant is decided once, by all of its days.
        for said in found.said:
            if said.period is None and _has_time(draft, said):
                asked = draft.periods[0] if draft.periods else draft.workspace.workspace.default_period
                said.period = asked  # pyright: ignore[reportAttributeAccessIssue]
    found.clause.condition = _where(draft, found)


def _count_them(draft: Draft, found: OwnFigures) -> None:
    """ "How many never did": those of whom something is said are counted where nothing else is asked."""
    whose = found.phrase.whose
    entity = draft.workspace.entity(whose)
    asked = [item for item in draft.items if item.word("count", "share", "how_much", "trend", "growth", "decline", "group")]
    plain = entity is None or entity.count is None
    if draft.metrics or not asked or (plain and not _asks_how_many(draft, found)):
        return
    name = entity.count if entity is not None and entity.count is not None else whose
    if plain and draft.by == [found.ref]:
        draft.by = []
    draft.claim(f"metric {name}", *(word for word in draft.words("count") if word.is_word))
    if found.phrase.noun is not None and found.phrase.noun.free:
        draft.claim(f"metric {name}", found.phrase.noun)
    draft.metrics.append(name)


def _asks_how_many(draft: Draft, found: OwnFigures) -> bool:
    """ "How many shops": a count word beside the noun, and none that asks which."""
    noun = found.phrase.noun
    words = [item for item in draft.items if item.word("count") and not item.word("which")]
    return noun is not None and any(abs(word.index - noun.index) <= NEAR_THE_NOUN for word in words)


# ---- lists --------------------------------------------------------------------------------------------------------------


def own_list(draft: Draft) -> Frozen | None:
    """The entities themselves, or the groups, where no other figure is asked of them."""
    found: OwnFigures | None = draft.own_figures
    beside = _figures_beside(draft, found) if found is not None else ()
    if found is None or (draft.metrics and not beside and not _asks_for_them(draft, found)):
        return None
    whose = draft.workspace.entity(found.phrase.whose)
    if found.phrase.noun is not None:
        draft.claim(f"list of {found.phrase.whose}", found.phrase.noun)
    last = draft.before(draft.items[-1]) if draft.items[-1].light else draft.items[-1]
    draft.claim("list", *draft.words("list", "which", "count"), *(item for item in draft.words("group") if item is last))
    if whose is None or draft.parameters:
        return _groups(draft, found)
    asked = draft.periods[0] if len(draft.periods) == 1 else draft.workspace.workspace.default_period
    for said in found.said:
        if draft.periods or _has_time(draft, said):
            said.period = said.period or asked  # pyright: ignore[reportAttributeAccessIssue]
    found.clause.condition = _where(draft, found)
    rest = [clause.as_condition() for clause in draft.clauses if clause is not found.clause]
    shown = {each.metric: each.model_copy(update={"entity": None}) for each in found.columns}
    shown |= {name: EntityMetric(metric=name, period=asked) for name in beside if name not in shown}  # pyright: ignore[reportArgumentType]
    columns = tuple(shown.values())
    falls = [said.bound.op in FALLING for said in found.said if said.bound is not None]
    order = tuple(
        OrderBy(target=each.metric.replace(".", "_"), descending=down) for each, down in zip(columns[:1], falls[:1], strict=True)
    )
    where = all_of((*rest, *parts_of(found.clause.condition)))
    return EntityQuery(entity=whose.name, where=where, columns=columns, order=order, limit=draft.limit)


def list_of(draft: Draft, last: MetricQuery) -> EntityQuery | None:
    """ "Which ones are these?": those whom the last answer was about, as a list.

    Rows that it left out are left out of what each one must have done.
    """
    asks = [item for item in draft.items if item.word("which", "list") and item.is_word]
    named = any(item.word("refer", "this") or item.text in ("他们", "她们", "它们") for item in draft.items)
    if not asks or draft.conditions or ((draft.metrics or draft.periods) and not (named and draft.metrics)):
        return None
    entity = _entity_of_last(draft, last)
    if entity is None:
        return None
    workspace = draft.workspace
    period = last.period if not isinstance(last.period, EachPeriod) else None
    asked: SinglePeriod = period or workspace.workspace.default_period  # pyright: ignore[reportAssignmentType]
    own = [part for part in parts_of(last.where) if any(unit_refs(part))]
    rows = [part for part in parts_of(last.where) if part not in own]
    home = {home.name for home in workspace.homes_of(entity)}
    described = [part for part in rows if _is_described(draft, part, home)]
    dataset = base_datasets(workspace, last.metrics[0])[0]
    met = all_of(tuple(part for part in rows if part not in described))
    found = workspace.dataset(dataset)
    days = asked if found is not None and found.time is not None else period
    did = Did(entity=entity, dataset=dataset, where=met, period=days)
    draft.claim("list", *asks, *(item for item in draft.items if item.word("refer", "this", "count")))
    draft.claim(f"list of {entity}", *(item for item in draft.items if item.get(FieldTerm) or item.get(MetricTerm)))
    figures = [ref for part in own for ref in unit_refs(part) if isinstance(ref, EntityMetric) and ref.entity == entity]
    shown = {each.metric: each.model_copy(update={"period": each.period or asked}) for each in figures}
    beside = draft.periods[0] if len(draft.periods) == 1 else asked
    for name in draft.metrics:
        shown[name] = EntityMetric(metric=name, period=beside)  # pyright: ignore[reportArgumentType]
    draft.claim("beside", *draft.words("side_by_side"))
    columns = tuple(shown.values())
    order = tuple(OrderBy(target=each.metric.replace(".", "_")) for each in columns[:1])
    where = all_of((did, *described, *(_with_days(part, asked) for part in own)))
    return EntityQuery(entity=entity, where=where, columns=columns, order=order)


def _entity_of_last(draft: Draft, last: MetricQuery) -> str | None:
    """The entity that is named, or of which the last answer counted some."""
    named = [term.entity for item in draft.items for term in item.all(FieldTerm)]
    if named:
        return named[0]
    for entity in draft.workspace.entities:
        if last.metrics[0] == entity.name or last.metrics[0] in {
            each.name for each in entity_counts(draft.workspace, entity.name)
        }:
            return entity.name
    return None


def _is_described(draft: Draft, part: AnyCondition, homes: set[str]) -> bool:
    names = [ref.name for ref in refs_of(part) if isinstance(ref, Field)]
    found = [home_dataset(draft.workspace, name) for name in names]
    return bool(names) and all(home is not None and home.name in homes for home in found)


def _with_days(condition: AnyCondition, days: SinglePeriod) -> AnyCondition:
    """The condition with days of its own where it went by those of the question."""
    match condition:
        case And(of=parts):
            return And(of=tuple(_with_days(part, days) for part in parts))
        case Or(of=parts):
            return Or(of=tuple(_with_days(part, days) for part in parts))
        case Not(of=part):
            return Not(of=_with_days(part, days))
        case Did(period=None):
            return condition.model_copy(update={"period": days})
        case Compare(left=EntityMetric(period=None)) | Range(left=EntityMetric(period=None)):
            return condition.model_copy(update={"left": condition.left.model_copy(update={"period": days})})
        case _:
            return condition


def _has_time(draft: Draft, said: Said) -> bool:
    """Whether what is said is about rows that have a time; the others are all meant where no days are asked."""
    datasets = base_datasets(draft.workspace, said.bound.metric) if said.bound is not None else (said.dataset or "",)
    found = [draft.workspace.dataset(name) for name in datasets]
    return all(dataset is None or dataset.time is not None for dataset in found)


def _asks_for_them(draft: Draft, found: OwnFigures) -> bool:
    """ "List the customers who …": the noun counts them too, and is not asked for their number."""
    counts = {each.name for each in entity_counts(draft.workspace, found.phrase.whose)}
    listed = any(item.word("list") and item.is_word and not item.word("count", "which", "filler") for item in draft.items)
    counted = any(item.word("count", "share") and not item.word("list", "filler") for item in draft.items)
    return (
        (listed or _asks_which(draft, found))
        and not counted
        and set(draft.metrics) <= counts
        and draft.share is None
        and not draft.by
    )


def _figures_beside(draft: Draft, found: OwnFigures) -> tuple[str, ...]:
    """ "Shops that …, along with their sales": figures that are asked of each one on the list."""
    noun = found.phrase.noun
    words = [item for item in draft.items if noun is not None and item.index > noun.index and item.text.lower() in ALONG]
    asks = any(item.word("count", "share") and not item.word("filler", "list") for item in draft.items)
    return tuple(draft.metrics) if words and not asks and not draft.by else ()


def _asks_which(draft: Draft, found: OwnFigures) -> bool:
    """ "Which customers …", …的客户是哪些, …的都有谁."""
    noun = found.phrase.noun
    if noun is None:
        return False
    lead = draft.touching(noun, -1)
    while lead is not None and lead.light and lead.text.lower() not in HAND_OVER:
        lead = draft.touching(lead, -1)
    if lead is not None and lead.text.lower() in HAND_OVER:
        return True
    before, after = draft.before(noun), draft.after(noun)
    while before is not None and any(before in clause.items for clause in draft.clauses):
        before = draft.before(before)
    return any(each is not None and each.word("which") and not each.word("count", "relative") for each in (after,)) or (
        before is not None and before.text.lower() in ("which", "what", "哪些", "哪几个")
    )


def _groups(draft: Draft, found: OwnFigures) -> Frozen:
    """Groups by a field or a grain, with the figure that picks them."""
    whose = draft.workspace.entity(found.phrase.whose)
    ref = found.ref if whose is None else Field(name=whose.key_name)
    period = draft.periods[0] if draft.periods else next((said.period for said in found.said if said.period is not None), None)
    for said in found.said:
        said.period = None
    found.clause.condition = _where(draft, found)
    metrics = tuple(dict.fromkeys(each.metric for each in found.columns if draft.workspace.metric(each.metric) is not None))
    where = all_of(tuple(clause.as_condition() for clause in draft.clauses))
    order = tuple(draft.order) if not isinstance(ref, TimeBucket) else ()
    asked = {"period": period, "order": order, "limit": draft.limit, "parameters": draft.parameters}
    return MetricQuery(metrics=metrics, by=(ref,), where=where, **asked)  # pyright: ignore[reportArgumentType]


# ---- conditions -----------------------------------------------------------------------------------------------------------


def _where(draft: Draft, found: OwnFigures) -> AnyCondition | None:
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
    return Or(of=met) if found.said[-1].alternative else all_of(tuple(part for condition in met for part in parts_of(condition)))


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
    where = all_of(tuple(clause.as_condition() for clause in said.clauses))
    if said.bound is not None:
        condition = _bounded(draft, found, said, said.bound, where)
        return [Not(of=condition) if said.negated else condition]
    assert said.dataset is not None
    wheres = _one_by_one(said) or [where]
    done: list[AnyCondition] = [Did(entity=whose, dataset=said.dataset, where=each, period=said.period) for each in wheres]
    if said.first:
        before = Between(end=_days(draft, said.period).start - timedelta(days=1))
        done += [Not(of=Did(entity=whose, dataset=said.dataset, where=each, period=before)) for each in wheres]
    if said.only and where is not None:
        done.append(Not(of=Did(entity=whose, dataset=said.dataset, where=Not(of=where), period=said.period)))
    return [Not(of=each) for each in done] if said.negated else done


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
    if len(clause.values) < 2 or clause.either or clause.plus or clause.negated or clause.ref is None:
        return []
    return [Clause([], clause.ref, [value]).as_condition() for value in clause.values]


def _bounded(draft: Draft, found: OwnFigures, said: Said, bound: Bound, where: AnyCondition | None) -> AnyCondition:
    ref = EntityMetric(metric=bound.metric, entity=found.phrase.whose, period=bound.period or said.period, where=where)
    found.columns.append(ref)
    if bound.against is not None and bound.op in ("gt", "lt"):
        return Compare(left=ref, op=bound.op, right=ref.model_copy(update={"period": bound.against}))
    if bound.op == "all":
        return Compare(left=ref, op="ge", right=_units_in(draft, bound.metric, _days(draft, said.period)))
    factor = 1.0
    if bound.per is not None:
        days = _days(draft, said.period)
        factor = days.days / DAYS_PER[bound.per] if bound.per in DAYS_PER else _units_in(draft, bound.per, days)
        parts = {"metric": bound.metric, "grain": bound.per, "value": bound.value, "days": days.days}
        draft.notes.append(Note(code="scaled_bound", parts={**parts, "bound": _plain(bound.value * factor)}))
    if bound.op == "between":
        return Range(left=ref, low=_plain(bound.value * factor), high=_plain(bound.high * factor))
    return Compare(left=ref, op=bound.op, right=_plain(bound.value * factor))


def _days(draft: Draft, period: SinglePeriod | None) -> Span:
    """The days of a condition: its own, or those of the question."""
    asked: Period | None = period or (draft.periods[0] if len(draft.periods) == 1 else None)
    asked = asked if asked is not None else draft.workspace.workspace.default_period
    span = resolve(asked, draft.today.as_of, draft.today.data, draft.workspace.workspace.conventions)  # pyright: ignore[reportArgumentType]
    span = Span(span.start, min(span.end, draft.today.as_of))
    return span.clip(draft.today.data) if draft.today.data is not None and span.overlaps(draft.today.data) else span


def _units_in(draft: Draft, grain: str, days: Span) -> int:
    """How many units of a grain the days touch."""
    unit, conventions = UNITS[grain], draft.workspace.workspace.conventions
    count, at = 0, days.start
    while at <= days.end:
        at = unit_of(at, unit, conventions).end + timedelta(days=1)
        count += 1
    return count


def _plain(value: float) -> int | float:
    return int(value) if float(value).is_integer() else round(value, 6)
