"""Spans to a draft, and a draft to a metric query: the rules in their order."""

from __future__ import annotations

from assistant.language.dates import Today
from assistant.language.meanings import Span
from assistant.language.text import Question
from assistant.planner.asides import pass_over_asides
from assistant.planner.cover import cover
from assistant.planner.draft import Draft
from assistant.planner.lexicon import Lexicon
from assistant.planner.rules.assumed import read_assumptions
from assistant.planner.rules.bands import read_bands
from assistant.planner.rules.beyond import read_beyond
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.clauses import read_clauses
from assistant.planner.rules.comparing import read_growth, read_share, share_of
from assistant.planner.rules.grouping import name_of, read_groups
from assistant.planner.rules.measures import read_measures
from assistant.planner.rules.ordering import read_order
from assistant.planner.rules.own_conditions import say_own_figures
from assistant.planner.rules.own_figures import take_own_figures
from assistant.planner.rules.periods import read_periods, without_said_weekdays
from semantic_layer.columns import Note
from semantic_layer.conditions import AnyCondition, Grain, TimeBucket, all_of
from semantic_layer.periods import EachPeriod, Period
from semantic_layer.requests import MetricQuery


def draft_of(question: Question, lexicon: Lexicon, today: Today, extra: tuple[Span, ...] = ()) -> Draft:
    """Reads a question into a draft, as far as it is understood."""
    draft = Draft(question, cover(question, lexicon, today, extra), lexicon, today)
    pass_over_asides(draft)
    read_assumptions(draft)
    clauses = [*read_bands(draft), *read_clauses(draft)]
    clauses.sort(key=lambda clause: clause.first.index)
    clauses, own_figures = take_own_figures(draft, clauses)
    read_periods(draft)
    clauses = without_said_weekdays(draft, clauses)
    read_measures(draft, clauses)
    read_groups(draft, clauses)
    read_growth(draft)
    clauses = read_share(draft, clauses)
    read_order(draft)
    read_beyond(draft, clauses)
    if own_figures is not None:
        draft.own_figures = own_figures
        for each in (own_figures.base, own_figures):
            if each is not None:
                say_own_figures(draft, each)
                if each.clause.inside and each.clause.condition is not None:
                    draft.base_conditions.append(each.clause.condition)
    _finish(draft, clauses)
    return draft


def _finish(draft: Draft, clauses: list[Clause]) -> None:
    """Conditions from clauses, dimensions in the order they were named, and the share's whole from what it keeps."""
    places = {item.role: item.index for item in reversed(draft.items) if item.role}
    draft.by.sort(key=lambda ref: places.get(f"by {name_of(ref)}", len(draft.items)))
    draft.conditions = [*(clause.as_condition() for clause in clauses), *([draft.part] if draft.part is not None else [])]
    if "share" in draft.marks and draft.metrics:
        draft.share = share_of(draft, all_of(tuple(draft.base_conditions)))
        for order in draft.order[:]:
            if order.part == "value" and draft.by and len(draft.metrics) == 1:
                draft.order = [order.model_copy(update={"part": "share"})]
    _by_default_grain(draft)
    draft.claim("joins", *draft.words("conj", "plus", "or"))
    _claim_counters(draft)
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
    used = {item.number.value for item in draft.items if item.number is not None and item.role == "order"}
    for item in draft.items:
        near = draft.before(item)
        if item.free and item.number is not None and item.number.value in used and near is not None and near.word("which"):
            draft.claim("order", item)


def metric_query(draft: Draft) -> MetricQuery:
    """The draft as a request; only for drafts that name a metric."""
    where: AnyCondition | None = all_of(tuple(draft.conditions))
    period: Period | None = None
    if len(draft.periods) == 1:
        period = draft.periods[0]
    elif len(draft.periods) > 1:
        period = EachPeriod(of=tuple(draft.periods))  # pyright: ignore[reportArgumentType]
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
    )
