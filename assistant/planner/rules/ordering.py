"""Rankings: the highest, the top five, from low to high; and which column they go by."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, NumberTerm
from assistant.planner.draft import Draft, Item
from semantic_layer.columns import Note
from semantic_layer.conditions import Field, TimeBucket
from semantic_layer.requests import OrderBy, Part

MANY = 10
"""How many groups are shown of "which cities have the most": said as an assumption."""


def read_order(draft: Draft) -> None:
    """Fills order and limit; a superlative without anything to rank stays not understood."""
    if not draft.metrics:
        return
    number = _number(draft)
    words = [word for word in draft.words("most", "least", "top", "bottom", "ranking", "ascending") if not _idle(word)]
    if not words and "which" in draft.marks and draft.compare is None:
        words = draft.words("comparative_up", "comparative_down")[:1]
    if not words:
        if number is not None and draft.by:
            _counted_groups(draft, number)
        return
    if not draft.by:
        return
    descending = _descending(draft, words)
    part = _part(draft)
    target = _target(draft, words)
    superlative = [word for word in words if word.word("most", "least", "top", "bottom", "comparative_up", "comparative_down")]
    if superlative:
        draft.limit = _limit(draft, number, superlative)
    elif number is not None:
        draft.limit = int(number.number.value) if number.number else None
    draft.order = [OrderBy(target=target, part=part, descending=descending)]
    draft.claim("order", *words, *([number] if number is not None else []))
    draft.marks.add("ranked")


def _idle(word: Item) -> bool:
    """A word like "last" or 头 that only could order."""
    return not word.is_word or (word.word("filler") and not word.word("most", "least", "ranking", "ascending"))


def _number(draft: Draft) -> Item | None:
    """A count of groups: a whole number beside an order word or before the dimension that it counts."""
    for item in draft.items:
        number = item.get(NumberTerm)
        if number is None or not item.free or not number.value.is_integer() or not 1 <= number.value <= 10_000 or number.percent:
            continue
        before, after = draft.before(item), draft.after(item)
        ordering = any(
            each is not None and each.word("top", "bottom", "most", "least", "ranking", "which") for each in (before, after)
        )
        counts = after is not None and (after.get(FieldTerm) is not None or after.get(GrainTerm) is not None)
        counter = draft.touching(item, 1)
        counted = counter is not None and counter.word("classifier")
        if ordering or counts or counted:
            return item
    return None


def _descending(draft: Draft, words: list[Item]) -> bool:
    """Up or down; a fall is the most negative change."""
    down = any(word.word("least", "bottom", "ascending", "comparative_down") and not word.word("most", "top") for word in words)
    if "fall" in draft.marks:
        return down
    return not down


def _part(draft: Draft) -> Part:
    if draft.compare is not None and draft.marks & {"growth", "fall", "change"}:
        rate = any(
            mark in item.text.lower() for item in draft.items for mark in ("fast", "快", "率", "rate", "percent", "%", "幅", "猛")
        )
        return "growth" if rate else "change"
    if draft.share is not None and draft.by:
        return "share"
    return "value"


def _target(draft: Draft, words: list[Item]) -> str:
    """The metric nearest to the order word; where the order word stands between two, the one it follows."""
    if len(draft.metrics) == 1:
        return draft.metrics[0]
    places = [
        (abs(item.index - words[0].index), term.name)
        for item in draft.items
        for term in item.all(MetricTerm)
        if item.role == f"metric {term.name}"
    ]
    return min(places)[1] if places else draft.metrics[0]


def _limit(draft: Draft, number: Item | None, words: list[Item]) -> int | None:
    if number is not None and number.number is not None:
        return int(number.number.value)
    if any(word.word("ranking", "ascending") for word in words):
        return None
    if _asks_for_several(draft):
        draft.notes.append(Note(code="default_limit", parts={"limit": MANY}))
        return MANY
    return 1


def _asks_for_several(draft: Draft) -> bool:
    """哪些, "which cities": more than one is wanted, without saying how many."""
    many = ("哪些", "哪几", "top", "bottom")
    for word in draft.items:
        if word.text.startswith(many) and word.word("which", "list", "top", "bottom"):
            return True
    for item in draft.items:
        if item.role is not None and item.role.startswith("by ") and item.text.isascii():
            last = draft.question.tokens[item.span.end - 1]
            grain = item.get(GrainTerm)
            if last.text != last.key and last.text.endswith("s") and grain is None:
                return True
    return False


def _has_groups(draft: Draft, name: str, number: int) -> bool:
    """Whether a field has just so many values, so that naming their number adds nothing."""
    known = {str(value) for value in draft.lexicon.values.get(name, ())}
    known |= {str(entry.value) for _, field in draft.workspace.dimension_fields() if field.name == name for entry in field.values}
    return len(known) == number


def _counted_groups(draft: Draft, number: Item) -> None:
    """A number before the dimension without an order: "12 cities" is not asked; only its counting is dropped."""
    after = draft.after(number)
    if after is not None and after.role is not None and after.role.startswith("by "):
        term = number.number
        period_like = any(isinstance(ref, TimeBucket) for ref in draft.by)
        listed = draft.any_word("side_by_side", "share", "group") or "share" in draft.marks
        names = [ref.name for ref in draft.by if isinstance(ref, Field) and after.role == f"by {ref.name}"]
        if any(not _has_groups(draft, name, int(term.value)) for name in names if term is not None):
            return
        if term is not None and ((period_like and int(term.value) in (2, 3, 4, 7, 12, 24)) or listed):
            draft.claim("counts the groups", number)
