"""The scope gate: nothing is silently ignored. Words that nothing bound end the question, by name."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, MetricTerm, SegmentTerm, SeveralTerm, TagTerm, TagValueTerm, ValueTerm
from assistant.planner.compose import metric_query
from assistant.planner.draft import Draft, Item
from assistant.planner.outcome import Binding, Choice, Refuse
from assistant.planner.unanswered import unanswered
from semantic_layer.requests import plain

NEEDS_A_METRIC = (
    "most", "least", "best", "worst", "top", "bottom", "ranking", "ascending", "share", "growth", "decline", "previous",
    "last_year", "average", "trend", "forecast", "comparative_up", "comparative_down",
)  # fmt: skip
"""Words that say something about a metric: without one, the question back is which."""


def bindings_of(draft: Draft) -> tuple[Binding, ...]:
    return tuple(Binding(text=item.text, to=item.role or "") for item in draft.items if item.text.strip())


def scope_refusal(draft: Draft, following: bool = False) -> Refuse | None:
    """Nothing is silently ignored: words that nothing bound end the question, by name."""
    left = [item for item in draft.left_over() if not (following and item.word("follow", "refer", "this", "back"))]
    left = [item for item in left if not item.word("vague", "key_noun")]
    left += unanswered(draft)
    first = next((item for item in draft.items if not item.light), None)
    if not following and first is not None and first.free and first.word("add") and not first.word("conj", "filler", "plus"):
        left = [first, *left]  # with nothing before it, "add" asks to change the data
    if not draft.metrics:
        left = [item for item in left if not (item.is_word and item.word(*NEEDS_A_METRIC)) and not _counts_groups(draft, item)]
    if not left:
        return None
    known = any(is_about_business(item) for item in draft.items)
    span = joined_words(draft, left)
    if not known:
        return Refuse(code="off_topic", span=span, bindings=bindings_of(draft))
    return Refuse(code="unbound_word", span=span, bindings=bindings_of(draft), choices=_without(draft))


def _counts_groups(draft: Draft, item: Item) -> bool:
    """A number that only says how many groups are wanted: "top five cities"."""
    beside = (draft.before(item), draft.after(item))
    return item.number is not None and any(
        each is not None and each.word("most", "least", "top", "bottom", "which") for each in beside
    )


def is_about_business(item: Item) -> bool:
    kinds = (MetricTerm, FieldTerm, ValueTerm, TagTerm, TagValueTerm, SegmentTerm, SeveralTerm)
    return any(item.get(kind) is not None for kind in kinds)


def joined_words(draft: Draft, left: list[Item]) -> str:
    """The words that were not understood; neighbours as one."""
    first = left[0]
    last = first
    for item in left[1:]:
        if item.index == last.index + 1 or all(each.light for each in draft.between(last, item)):
            last = item
        else:
            break
    return draft.question.words(first.span.start, last.span.end)


def _without(draft: Draft) -> tuple[Choice, ...]:
    """The same question without the words that were not understood, as something to ask instead."""
    if not draft.metrics:
        return ()
    return (Choice(request=plain(metric_query(draft)), code="without_words"),)
