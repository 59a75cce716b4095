"""Retention and churn "from A to B": of those of the first period, how many came in the second."""

from __future__ import annotations

from datetime import timedelta

from assistant.language.meanings import PeriodTerm
from assistant.planner.draft import Draft
from assistant.planner.rules.asked import span_of
from assistant.planner.rules.periods import ends_of
from semantic_layer.conditions import SERIES_GRAINS, TimeBucket
from semantic_layer.metric_parts import all_parts
from semantic_layer.model.metrics import Retention


def read_retained(draft: Draft) -> None:
    """The later of two neighbours is asked: its rate is against the one before it. Others are not neighbours: refused."""
    metrics = [draft.workspace.metric(name) for name in draft.metrics or draft.meant_with_period]
    parts = [part for metric in metrics if metric is not None for part in (metric, *all_parts(draft.workspace, metric))]
    series = any(isinstance(ref, TimeBucket) and ref.grain in SERIES_GRAINS for ref in draft.by)
    if series or not any(isinstance(part, Retention) for part in parts):
        return
    for item in draft.items:
        term = item.get(PeriodTerm)
        ends = ends_of(item, term.period, draft) if term is not None and [term.period] == draft.periods else None
        if ends is None:
            continue
        first, last = (span_of(each, draft) for each in ends)
        if last.start - first.end == timedelta(days=1):
            draft.periods = [ends[1]]
        else:
            draft.beyond = draft.beyond or ("retained_between", {"text": item.text})
