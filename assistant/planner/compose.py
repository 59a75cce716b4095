"""Spans to a draft, and a draft to a metric query: the rules in their order."""

from __future__ import annotations

from assistant.language.dates import Today
from assistant.language.meanings import Span
from assistant.language.text import Question
from assistant.planner.asides import pass_over_asides
from assistant.planner.cover import cover
from assistant.planner.draft import Draft
from assistant.planner.lexicon import Lexicon
from assistant.planner.profile_counts import claim_ends
from assistant.planner.referring import same_days
from assistant.planner.rules.alike import weekday_before
from assistant.planner.rules.assumed import read_assumptions
from assistant.planner.rules.bands import read_bands
from assistant.planner.rules.beyond import read_beyond
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.clauses import read_clauses
from assistant.planner.rules.comparing import read_growth, read_listed_shares, read_share, share_of
from assistant.planner.rules.counted_before import read_counted_before, say_counted_before
from assistant.planner.rules.counting import read_most_of_them
from assistant.planner.rules.deeds import read_deeds, read_deeds_in_figures
from assistant.planner.rules.doers import read_doers
from assistant.planner.rules.grouping import name_of, read_groups
from assistant.planner.rules.left_in import read_unknown_kept, read_unrestricted
from assistant.planner.rules.measures import read_measures
from assistant.planner.rules.ordering import read_order
from assistant.planner.rules.own_conditions import say_own_figures
from assistant.planner.rules.own_figures import OwnFigures, take_own_figures
from assistant.planner.rules.own_parts import whole_named_in_part
from assistant.planner.rules.per_figures import read_all_figures, read_per_figures
from assistant.planner.rules.periods import read_periods, without_said_weekdays
from assistant.planner.rules.ranked_few import say_ranked_few, take_ranked_few
from assistant.planner.rules.restated import read_restated
from assistant.planner.rules.retained import read_retained
from assistant.planner.rules.scores import read_scores
from assistant.planner.rules.statistics import read_percentiles, read_statistics
from assistant.planner.rules.two_groups import Others, are_everyone_else, group_by_them, put_back, set_aside_others
from assistant.planner.rules.whole_and_part import read_whole_and_part
from assistant.planner.rules.windows import read_trailing, read_window
from assistant.planner.rules.within import read_days_after
from semantic_layer.columns import Note
from semantic_layer.conditions import AnyCondition, EntityMetric, Field, Grain, TimeBucket, all_of, parts_of, unit_refs
from semantic_layer.periods import EachPeriod, Period, SinglePeriod
from semantic_layer.requests import MetricQuery


def draft_of(question: Question, lexicon: Lexicon, today: Today, extra: tuple[Span, ...] = ()) -> Draft:
    """Reads a question into a draft, as far as it is understood."""
    draft = Draft(question, cover(question, lexicon, today, extra), lexicon, today)
    pass_over_asides(draft)
    same_days(draft)
    others = set_aside_others(draft)
    if others is not None:
        if _is_read(draft, others):
            return draft
        draft = Draft(question, cover(question, lexicon, today, extra), lexicon, today)
        pass_over_asides(draft)
        same_days(draft)
    _is_read(draft, None)
    return draft


def _is_read(draft: Draft, others: Others | None) -> bool:
    """Applies the rules in their order; whether the words that were set aside turned out to be everyone else."""
    read_most_of_them(draft)
    read_deeds_in_figures(draft)
    read_assumptions(draft)
    read_days_after(draft)
    read_percentiles(draft)
    read_trailing(draft)
    weekday_before(draft)
    scores = read_scores(draft)
    clauses = [*read_bands(draft), *read_clauses(draft, scores)]
    clauses.sort(key=lambda clause: clause.first.index)
    read_listed_shares(draft)
    clauses, few = take_ranked_few(draft, clauses)
    read_per_figures(draft, clauses)
    read_counted_before(draft, clauses)
    read_deeds(draft, clauses)
    read_doers(draft, clauses)
    clauses, own_figures = take_own_figures(draft, clauses)
    read_periods(draft)
    clauses = without_said_weekdays(draft, clauses)
    read_unrestricted(draft)
    read_measures(draft, clauses)
    read_groups(draft, clauses)
    read_retained(draft)
    read_growth(draft)
    clauses = read_share(draft, clauses)
    read_order(draft)
    read_restated(draft)
    read_statistics(draft)
    read_all_figures(draft)
    read_window(draft)
    read_beyond(draft, clauses)
    if others is not None and (own_figures is None or not are_everyone_else(draft, own_figures, others)):
        return False
    if few is not None:
        say_ranked_few(draft, few, clauses)
        clauses = [clause for clause in clauses if clause is not few.clause or clause.is_said]
        if own_figures is not None:
            # The first of all who are among those, or the first of those?
            draft.beyond = ("entity_condition", {"text": draft.question.original.strip()})
    if own_figures is not None:
        clauses = _say_of_each(draft, own_figures, others, clauses)
    clauses = read_whole_and_part(draft, clauses)
    _finish(draft, clauses)
    if others is not None:
        put_back(draft, others)
    return True


def _say_of_each(draft: Draft, own_figures: OwnFigures, others: Others | None, clauses: list[Clause]) -> list[Clause]:
    """What is said of each one as conditions, and what of it the whole of a share keeps."""
    draft.own_figures = own_figures
    for each in (own_figures.base, own_figures):
        if each is not None:
            say_own_figures(draft, each)
            if others is not None:
                clauses = group_by_them(draft, each, clauses)
            elif each.clause.inside and each.clause.condition is not None:
                draft.base_conditions.append(each.clause.condition)
    if own_figures.base is None and others is None:
        whole = whole_named_in_part(draft, own_figures.said)
        draft.base_conditions += [clause.as_condition() for clause in whole]
        clauses = [*whole, *clauses]
    return clauses


def _finish(draft: Draft, clauses: list[Clause]) -> None:
    """Conditions from clauses, dimensions in the order they were named, and the share's whole from what it keeps."""
    places = {item.role: item.index for item in reversed(draft.items) if item.role}
    draft.by.sort(key=lambda ref: places.get(f"by {name_of(ref)}", len(draft.items)))
    conditions = [*(clause.as_condition() for clause in clauses), *([draft.part] if draft.part is not None else [])]
    draft.conditions = [each for index, each in enumerate(conditions) if each not in conditions[:index]]
    say_counted_before(draft)
    if "share" in draft.marks and draft.metrics:
        draft.share = share_of(draft, all_of(tuple(draft.base_conditions)))
        for order in draft.order[:]:
            if order.part == "value" and draft.by and len(draft.metrics) == 1:
                draft.order = [order.model_copy(update={"part": "share"})]
    _by_default_grain(draft)
    read_unknown_kept(draft)
    draft.claim("joins", *draft.words("conj", "plus", "or"))
    _claim_counters(draft)
    if any(item.word("at_end", "until_end") for item in draft.items):
        claim_ends(draft, metric_query(draft) if draft.metrics else None)
    draft.clauses = clauses


def _by_default_grain(draft: Draft) -> None:
    """Rates between periods, asked without any: a row for each period."""
    metrics = [metric for name in draft.metrics if (metric := draft.workspace.metric(name)) is not None]
    grains: set[Grain | None] = {metric.default_grain for metric in metrics}
    if len(grains) != 1 or draft.periods or draft.compare is not None or draft.share is not None or draft.limit is not None:
        return
    grain = grains.pop()
    if grain is not None and not any(isinstance(ref, TimeBucket) for ref in draft.by):
        draft.by.insert(0, TimeBucket(grain=grain))
        draft.notes.append(Note(code="default_grain", parts={"grain": grain}))


def _claim_counters(draft: Draft) -> None:
    """ "distinct" goes with its noun; a number said twice is the same number."""
    for item in draft.items:
        noun = draft.touching(item, 1)
        if item.free and item.word("classifier") and item.text.isascii() and noun is not None and not noun.is_word:
            draft.claim("counter", item)
    for item in draft.words("per", "group"):
        sign = draft.touching(item, 1)
        ends = sign is None or sign.text in (",", ".", "?", "，", "。", "？", ":") or sign.says("each_one")
        if (draft.by or draft.own_figures is not None) and ends:
            draft.claim("for each of them", item)  # "sales and orders for each", "with each one's rate"
    for item in draft.words("group"):
        amount = draft.touching(item, 1)
        if amount is not None and amount.word("how_much") and item.says("by") and draft.compare is not None:
            draft.claim("growth", item, amount)  # "which grew most, and by how much"
    used = {item.number.value for item in draft.items if item.number is not None and item.role == "order"}
    for item in draft.items:
        near = draft.before(item)
        if item.free and item.number is not None and item.number.value in used and near is not None and near.word("which"):
            draft.claim("order", item)


def _days_of_the_groups(draft: Draft, where: AnyCondition | None) -> SinglePeriod | None:
    """三季度订单数超过500的门店里客单价最高的5家: the days of the bound on the groups are those of what is shown of them."""
    groups = {ref.name.rpartition(".")[2] for ref in draft.by if isinstance(ref, Field)}
    own: list[SinglePeriod | None] = []
    for unit in (unit for part in parts_of(where) for unit in unit_refs(part)):
        if not isinstance(unit, EntityMetric) or unit.entity is None:
            return None
        entity = draft.workspace.entity(unit.entity)
        if (entity.key_name if entity is not None else unit.entity.rpartition(".")[2]) not in groups:
            return None
        own.append(unit.period)
    return own[0] if own and all(each == own[0] for each in own) else None


def metric_query(draft: Draft) -> MetricQuery:
    """The draft as a request; only for drafts that name a metric."""
    where: AnyCondition | None = all_of(tuple(draft.conditions))
    period: Period | None = None
    if len(draft.periods) == 1:
        period = draft.periods[0]
    elif len(draft.periods) > 1:
        period = EachPeriod(of=tuple(draft.periods))  # pyright: ignore[reportArgumentType]
    else:
        period = _days_of_the_groups(draft, where)
    return MetricQuery(
        metrics=tuple(draft.metrics),
        by=tuple(draft.by),
        where=where,
        period=period,
        compare=draft.compare,
        share_of=draft.share,
        order=tuple(draft.order),
        limit=draft.limit,
        parameters=draft.parameters,
        of_each=draft.of_each,
        window=draft.window,
    )
