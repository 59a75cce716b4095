"""A total that is asked first, and then a share of it: "what were sales, and what share of that was red?"

A request of a share shows the part and its share. So the total is answered as well only where the workspace declares the share.
"""

from __future__ import annotations

from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import OF_EACH, Clause
from assistant.planner.rules.deeds import stretches_of
from assistant.planner.rules.heads import is_noun
from semantic_layer.conditions import AnyCondition, Compare, Field
from semantic_layer.model.metrics import Ratio

CODE = "whole_and_part"


def read_whole_and_part(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """Adds the share as a figure of its own where it is declared, else marks the question as one that is refused."""
    if "share" not in draft.marks or len(draft.metrics) != 1 or draft.beyond is not None or not _asks_both(draft, clauses):
        return clauses
    parts = [clause for clause in clauses if not clause.inside]
    if not parts and draft.own_figures is None:
        return clauses  # the groups are the parts
    ratio = _declared(draft, parts[0].as_condition()) if len(parts) == 1 and draft.part is None else None
    if ratio is None or draft.own_figures is not None:
        draft.beyond = (CODE, {"text": draft.question.original.strip()})
        return clauses
    draft.marks -= {"share", "part_by_filter", "own_whole"}
    draft.metrics.append(ratio.name)
    return [clause for clause in clauses if clause not in parts]


def _asks_both(draft: Draft, clauses: list[Clause]) -> bool:
    """Whether a figure is asked by itself before the words for the share and its part."""
    stretches = stretches_of(draft)
    at = next((n for n, items in enumerate(stretches) if any(item.role == "share" and item.word("share") for item in items)), 0)
    told = next((n for n, items in enumerate(stretches[:at]) if any(_is_measured(draft, item) for item in items)), None)
    if told is None:
        return False
    if any(item.says("among", "out_of", "among_behind") for item in (*stretches[told][:2], stretches[told][-1])):
        return False  # "of the people reached, what share …": those of whom it is asked
    words = [item for item in stretches[told] if item.is_word]
    asked = any(item.word("is_what", "which", "count", "how_much", "money") or item.says("asks_what") for item in words)
    named = any(_is_measured(draft, item) and not is_noun(item) for item in stretches[told])
    first = {item.index for items in stretches[: told + 1] for item in items}
    if any(item.index in first for clause in clauses if not clause.inside for item in clause.items):
        return False
    if any((item.role or "").startswith(OF_EACH) and not item.light for item in stretches[told]) and not asked:
        return False
    return asked or (named and any(_leads_to_part(item, clauses) for item in stretches[at][:2]))


def _is_measured(draft: Draft, item: Item) -> bool:
    return item.role == f"metric {draft.metrics[0]}" and not item.is_word


def _leads_to_part(item: Item, clauses: list[Clause]) -> bool:
    """其中 (of what was named before), or the part itself: 销售额和牛肉占比."""
    return (item.word("inside") and item.text == "其中") or any(item in clause.items for clause in clauses if not clause.inside)


def _declared(draft: Draft, part: AnyCondition) -> Ratio | None:
    """The metric that is this very share."""
    for metric in draft.workspace.metrics:
        if not isinstance(metric, Ratio) or metric.hidden:
            continue
        top, bottom = metric.ratio.numerator, metric.ratio.denominator
        if top.metric == bottom.metric == draft.metrics[0] and bottom.where is None and _same(top.where, part):
            return metric
    return None


def _same(declared: object, part: AnyCondition) -> bool:
    if not (isinstance(declared, Compare) and isinstance(part, Compare)):
        return declared == part
    one, other = declared.left, part.left
    if not (isinstance(one, Field) and isinstance(other, Field)):
        return declared == part
    return (one.name.rpartition(".")[2], declared.op, declared.right) == (other.name.rpartition(".")[2], part.op, part.right)
