"""What of a phrase no part has read: it makes the whole phrase unread."""

from __future__ import annotations

from assistant.language.meanings import DatasetTerm, FieldTerm, GrainTerm, MetricTerm, PeriodTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.bound import has_number
from assistant.planner.rules.cut import does_something
from assistant.planner.rules.phrase import Phrase
from assistant.planner.rules.said_of import Said
from assistant.planner.rules.whose import whose_of
from semantic_layer.conditions import Field
from semantic_layer.model.metrics import Aggregate
from semantic_layer.reach import knows

READ = (
    "never", "not", "or", "act", "first_time", "but", "both", "relative", "only", "classifier", "contains", "including", "inside",
    "per", "echo", "count", "which", "list", "share", "follow", "group", "key_noun", "same_days",
)  # fmt: skip
"""Words of a phrase that say no more than what was read of it."""


def names_something(draft: Draft, phrase: Phrase, item: Item) -> bool:
    """ "One order": the noun again."""
    return whose_of(draft, item) == phrase.whose


def left(draft: Draft, phrase: Phrase, said: Said) -> list[Item]:
    """Words that nothing has read."""
    read: list[Item] = [
        *said.counted,
        *after_that(said.items),
        *(item for item in said.items if said.last and is_last_time(draft, item)),
    ]
    read += [*(said.bound.items if said.bound is not None else ()), *(said.inner.items if said.inner is not None else ())]
    read += [item for clause in said.clauses for item in clause.items]
    return [item for item in said.items if item not in read and not _is_read(draft, phrase, said, item)]


def told_in(draft: Draft, entity: str) -> str | None:
    """The data in which an entity is counted."""
    found = draft.workspace.entity(entity)
    metric = draft.workspace.metric(found.count) if found is not None and found.count is not None else None
    return metric.dataset if isinstance(metric, Aggregate) else None


def _is_object(draft: Draft, said: Said, item: Item) -> bool:
    """ "Reached by a letter", 租过船: an entity that the rows of a deed are about, with nothing said of it."""
    entities = [term.entity for term in item.all(FieldTerm) if term.entity is not None]
    beside = [draft.touching(item, -1), draft.touching(item, 1)]
    counted = any(each is not None and (has_number(each) or each.word("group")) and not each.word("filler") for each in beside)
    by = any(each is not None and each.text.lower() == "by" for each in beside)
    measured = said.bound is not None and (
        said.bound.metric in (*entities,)
        or any(
            each is not None and each.word("classifier", "at_least", "more_than", "at_most", "less_than") for each in beside[:1]
        )
    )
    rows = said.dataset if said.bound is None or measured else None
    if said.bound is not None and said.bound.op == "all":
        rows = rows or next((told_in(draft, entity) for entity in entities), None)  # 每天都有订单
    return rows is not None and (not counted or by) and any(knows(draft.workspace, rows, entity) for entity in entities)


def _is_read(draft: Draft, phrase: Phrase, said: Said, item: Item) -> bool:
    deed = draft.touching(item, -1)
    if item.word("most", "least") and deed is not None and does_something(deed) and not item.text.isascii():
        return False  # 卖得最好
    if item.says("same_days_of") and deed is not None and deed.get(PeriodTerm) is not None:
        return False  # 11月同期: some days of it
    if item.role is not None or item.soft or item.light or item.word(*READ) or item.text in (",", "，", "$"):
        return True
    if item.get(VerbTerm) or item.get(PeriodTerm) or item.get(MetricTerm) or names_something(draft, phrase, item):
        return True
    if item.word("others"):
        return said.only
    if item.word("whole") and item.get(PeriodTerm) is None:
        return True
    if item.word("jointly"):
        return phrase.whose != draft.person
    if item.word("average"):
        return said.bound is not None and said.bound.per is not None
    before = draft.touching(item, -1)
    if item.get(GrainTerm) is not None and before is not None and before.word("refer", "this"):
        return not before.says("the_same", "same_one")  # "that month"; "on the same day" ties one deed to another
    after = draft.touching(item, 1)
    if item.text == "年" and after is not None and after.get(MetricTerm) is not None and said.period is None:
        return True  # 年消费
    if _is_object(draft, said, item):
        return True
    if (said.negated and item.word("once", "single")) or is_one_of(draft, item):
        return True
    again = draft.touching(item, 1)
    if item.number is not None and again is not None and (names_something(draft, phrase, again) or said.negated):
        return True
    counted = said.bound.metric if said.bound is not None else None
    entities = [draft.workspace.entity(term.entity or "") for term in item.all(FieldTerm)]
    if counted is not None and any(each is not None and counted in (each.name, each.count) for each in entities):
        return True
    fields = [clause.ref.name for clause in said.clauses if isinstance(clause.ref, Field)]
    names = [term.name for term in item.span.meanings if hasattr(term, "name")]  # pyright: ignore[reportAttributeAccessIssue]
    return any(name in fields for name in names) or any(each.dataset == said.dataset for each in item.all(DatasetTerm))


def after_that(items: list[Item]) -> list[Item]:
    """ "After that month": after the days that were named before."""
    for index, item in enumerate(items):
        behind = items[index + 1 : index + 3]
        if item.says("after_that") and behind and behind[0].word("refer", "this"):
            return [item, *(each for each in behind if each.word("refer", "this") or each.get(GrainTerm) is not None)]
    return []


def is_last_time(draft: Draft, item: Item) -> bool:
    """ "Whose last order was in May", 最后一次购买在五月: the deed is the last one."""
    following = draft.touching(item, 1)
    if following is None or not item.says("last_time"):
        return False
    return does_something(following) or any(term.entity is not None for term in following.all(FieldTerm))


def is_one_of(draft: Draft, item: Item) -> bool:
    """ "Used one of its vouchers": that they did it at all."""
    following = draft.touching(item, 1)
    one = item.number is not None and item.number.value == 1
    return one and following is not None and following.text.lower() == "of"
