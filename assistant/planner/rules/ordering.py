"""Rankings: the highest, the top five, from low to high; and which column they go by."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, GrainTerm, MetricTerm, NumberTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import OF_EACH
from assistant.planner.rules.counting import counted_by_rows
from semantic_layer.columns import Note
from semantic_layer.conditions import SERIES_GRAINS
from semantic_layer.requests import OrderBy, Part

MANY = 10
"""How many groups are shown of "which cities have the most": said as an assumption."""


def read_order(draft: Draft) -> None:
    """Fills order and limit; a superlative without anything to rank stays not understood."""
    if not draft.metrics:
        return
    number = _number(draft)
    words = [word for word in draft.words("most", "least", "top", "bottom", "ranking", "ascending") if not _idle(draft, word)]
    words = [word for word in words if not _says_which_day(draft, word) and not _first_in_time(draft, word)]
    if not words and "which" in draft.marks and draft.compare is None:
        words = draft.words("comparative_up", "comparative_down")[:1]
    if not words:
        return
    if not draft.by:
        return
    first = [item for word in words if (item := _first_of_all(draft, word)) is not None]
    words = [word for word in words if word not in first]
    part = _part(draft)
    target = _target(draft, words)
    descending = _descending(draft, words) if part != "value" else _good_or_bad(draft, target, words, _descending(draft, words))
    superlative = [word for word in words if word.word("most", "least", "top", "bottom", "comparative_up", "comparative_down")]
    orders = bool(first) or (draft.any_word("ranking", "ascending") and "which" not in draft.marks)
    if superlative and not (orders and number is None):
        draft.limit = _limit(draft, number, superlative)
    elif number is not None:
        draft.limit = int(number.number.value) if number.number else None
    draft.order = [OrderBy(target=target, part=part, descending=descending)]
    draft.claim("order", *words, *first, *([number] if number is not None else []))
    draft.marks.add("ranked")


def _says_which_day(draft: Draft, word: Item) -> bool:
    """ "Last order date": of several days the last, and no order of groups."""
    following = draft.touching(word, 1)
    day = draft.touching(following, 1) if following is not None and following.all(FieldTerm) else None
    if day is not None and word.says("last_one") and any(term.grain == "date" for term in day.all(GrainTerm)):
        return True
    if following is None or any(term.field is not None for term in following.all(GrainTerm)):
        return following is not None
    names = [term.name for term in following.all(FieldTerm)]
    return any(field.name in names and field.type in ("date", "time") for _, field in draft.workspace.dimension_fields())


def _first_in_time(draft: Draft, word: Item) -> bool:
    """ "In the first week", 第一个月: by time, and no rank by what is asked."""
    following = draft.after(word)
    grain = following.get(GrainTerm) if following is not None else None
    once = {counted_by_rows(draft.workspace, each) for each in draft.workspace.datasets} - {None}
    if word.says("first_in_time") and following is not None and any(term.entity in once for term in following.all(FieldTerm)):
        return True  # "the first order of each one"
    return word.says("first_in_time") and grain is not None and grain.grain in SERIES_GRAINS and not grain.groups


def _first_of_all(draft: Draft, word: Item) -> Item | None:
    """ "Cheapest first", "the best one first": the word that makes an order of a superlative."""
    following = draft.touching(word, 1)
    while following is not None and (following.light or following.says("pronouns")):
        following = draft.touching(following, 1)
    return following if following is not None and following.says("order_first") else None


def _idle(draft: Draft, word: Item) -> bool:
    """A word like "last" or 头 that only could order; 最好 asks for something where it comes before all else."""
    if not word.is_word or (word.word("filler") and not word.word("most", "least", "ranking", "ascending")):
        return True
    before = draft.touching(word, -1)
    return word.word("filler") and (before is None or before.text in (",", "，")) and not word.word("ranking", "ascending")


def _number(draft: Draft) -> Item | None:
    """A count of groups: a whole number beside an order word or before the dimension that it counts."""
    for item in draft.items:
        number = item.get(NumberTerm)
        if number is None or not item.free or not number.value.is_integer() or not 1 <= number.value <= 10_000 or number.percent:
            continue
        if _first_of_all(draft, item) is not None and item.says("pronouns"):
            continue  # "the best one first"
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
    return not down or _both_ends(words)


def _good_or_bad(draft: Draft, target: str, words: list[Item], descending: bool) -> bool:
    """The worst of a rate of which less is better is the highest."""
    metric = draft.workspace.metric(target)
    if metric is None or metric.better != "lower":
        return descending
    if any(word.word("worst") for word in words):
        return True
    return False if any(word.word("best") for word in words) else descending


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
    """The metric behind "by", else the one nearest to the order word."""
    if len(draft.metrics) == 1:
        return draft.metrics[0]
    behind = draft.touching(words[0], -1)
    if behind is not None and behind.text in (",", "，") and not any(_says_by_what(draft, item) for item in draft.items):
        return draft.metrics[0]  # "sales and orders, biggest first"
    places = [
        (not _says_by_what(draft, item), abs(item.index - words[0].index), name)
        for item in draft.items
        for name in _figures(item)
        if name in draft.metrics and not (item.role or "").startswith(OF_EACH)
    ]
    return min(places)[2] if places else draft.metrics[0]


def _figures(item: Item) -> list[str]:
    """What an item was bound to, before all that it could mean."""
    bound = (item.role or "").removeprefix("metric ")
    return [bound] if bound != item.role and item.role else [term.name for term in item.all(MetricTerm)]


def _says_by_what(draft: Draft, item: Item) -> bool:
    """ "By sales", 按销售额: what a ranking goes by."""
    before = draft.touching(item, -1)
    return before is not None and before.word("group") and before.says("by")


def _limit(draft: Draft, number: Item | None, words: list[Item]) -> int | None:
    if number is not None and number.number is not None:
        return int(number.number.value)
    if any(word.word("ranking", "ascending") for word in words) or _both_ends(words):
        return None
    if _asks_for_several(draft):
        draft.notes.append(Note(code="default_limit", parts={"limit": MANY}))
        return MANY
    return 1


def _both_ends(words: list[Item]) -> bool:
    """ "Which one is highest, and which lowest": the whole ranking says both."""
    up = any(word.word("most") and not word.word("least") for word in words)
    return up and any(word.word("least") and not word.word("most") for word in words)


def _asks_for_several(draft: Draft) -> bool:
    """哪些, "which cities": more than one is wanted, without saying how many."""
    many = ("哪些", "哪几", "top", "bottom")
    for word in draft.items:
        if word.text.startswith(many) and word.word("which", "list", "top", "bottom"):
            return True
    for item in draft.items:
        named = draft.touching(item, 1) if item.role is not None and item.word("which") else item
        if named is not None and item.role is not None and item.role.startswith("by ") and item.text.isascii():
            last = draft.question.tokens[named.span.end - 1]
            grain = named.get(GrainTerm)
            if last.text != last.key and last.text.endswith("s") and not last.text.endswith("'s") and grain is None:
                return True
    return False
