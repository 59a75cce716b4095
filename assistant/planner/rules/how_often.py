"""How often something was done: the deeds are counted, and not those who did them (…的客户一共退了多少次)."""

from __future__ import annotations

from assistant.language.meanings import MetricTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.heads import is_weak_metric
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.metrics import Aggregate


def asks_how_often(word: Item) -> bool:
    return word.text.lower().endswith(("times", "次", "趟"))


def how_often_asked(draft: Draft, items: list[Item]) -> tuple[str, list[Item]] | None:
    """The count of the rows that a verb tells of, with the words that ask for it.

    In Chinese the verb stands right before the count word; in English it is the only one that says nothing of anybody else.
    """
    for word in items:
        if not (word.free and word.word("count") and word.is_word and asks_how_often(word)):
            continue
        behind = draft.touching(word, 1)
        if behind is not None and behind.text == "的":
            continue  # 来过几次的客户最多
        verb = _only_verb(items) if word.text.isascii() else _verb_before(draft, word)
        rows = draft.workspace.dataset(_told_in(draft, verb) or "") if verb is not None else None
        if verb is not None and rows is not None and rows.count is not None:
            return rows.count, [verb, word]
    return None


def rows_told(draft: Draft, items: list[Item]) -> tuple[str | None, list[Item]]:
    """The count of the rows that the one verb of a stretch tells of, with the verbs."""
    verbs = [item for item in items if _does(item)]
    told = {name for item in verbs if (name := _told_in(draft, item)) is not None}
    rows = draft.workspace.dataset(told.pop()) if len(told) == 1 else None
    return (rows.count if rows is not None else None), verbs


def _verb_before(draft: Draft, word: Item) -> Item | None:
    verb = draft.touching(word, -1)
    if verb is not None and verb.light and not _does(verb):
        verb = draft.touching(verb, -1)
    return verb if verb is not None and _does(verb) else None


def _only_verb(items: list[Item]) -> Item | None:
    verbs = [item for item in items if _does(item)]
    return verbs[0] if len(verbs) == 1 else None


def _does(item: Item) -> bool:
    verb = item.get(VerbTerm) is not None or is_weak_metric(item)
    return item.free and ((verb and not item.word("filler")) or item.word("act"))


def _told_in(draft: Draft, verb: Item) -> str | None:
    """The data of a verb; of one that only says that somebody came, where people are counted."""
    named = [term.dataset for term in verb.all(VerbTerm)]
    named += [each for term in verb.all(MetricTerm)[:1] for each in base_datasets(draft.workspace, term.name)]
    person = draft.workspace.entity(draft.person or "")
    counting = draft.workspace.metric(person.count) if person is not None and person.count is not None else None
    came = counting.dataset if isinstance(counting, Aggregate) and (verb.says("came") or verb.text == "来") else None
    return next(iter(named), came)
