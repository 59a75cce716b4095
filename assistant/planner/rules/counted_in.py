"""In which data those are counted of whom something is said, where no metric counts them: where it can be true of them."""

from __future__ import annotations

from assistant.planner.draft import Draft
from assistant.planner.rules.own_figures import OwnFigures
from assistant.planner.rules.said_of import Said
from semantic_layer.implied import different
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.metrics import Ratio


def count_in_its_data(draft: Draft, found: OwnFigures) -> None:
    """ "How many tours had a reply rate under 5%": those that were written of, and not those that were replied to.

    So the number is that of the list of them.
    """
    whose = found.phrase.whose
    if whose not in draft.metrics or draft.order or draft.workspace.entity(whose) is None:
        return
    usual = different(draft.workspace, whose)
    told = [*(found.base.said if found.base is not None else ()), *found.said]
    datasets = [name for said in told for name in _true_in(draft, said, whose)]
    if usual is None or not datasets or usual.distinct.dataset in datasets:
        return
    name = next((f"{each}.{whose}" for each in datasets if different(draft.workspace, f"{each}.{whose}") is not None), None)
    if name is not None:
        draft.metrics = [name if each == whose else each for each in draft.metrics]


def _true_in(draft: Draft, said: Said, whose: str) -> tuple[str, ...]:
    """The data that knows all of whom it can be true; of what was not done, or hardly, that which describes them."""
    homes = tuple(home.name for home in draft.workspace.homes_of(whose))
    if said.bound is None:
        return homes if said.negated else (said.dataset or "",)
    metric = draft.workspace.metric(said.bound.metric)
    if said.bound.op in ("lt", "le") and not isinstance(metric, Ratio) and not draft.periods:
        return homes
    divided = metric.ratio.denominator.metric if isinstance(metric, Ratio) else said.bound.metric
    return tuple(base_datasets(draft.workspace, divided))
