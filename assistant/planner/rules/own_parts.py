"""Shares of those of whom something is said: what is said of all of them, and what of the part."""

from __future__ import annotations

from dataclasses import replace

from assistant.language.meanings import MetricTerm, PeriodTerm, VerbTerm
from assistant.planner.draft import Draft
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.cut import does_something
from assistant.planner.rules.phrase import LINKS, Phrase
from assistant.planner.rules.said_of import Said
from assistant.planner.rules.whose import whose_of
from semantic_layer.metric_parts import base_datasets


def before_the_predicate(draft: Draft, phrase: Phrase, said: list[Said]) -> int:
    """Where what is said of the part begins; 0 where all of it is said of the same ones.

    "What share of people who first came in May | came back in June", 五月来过的客户里 | 六月又来的占几成.
    """
    noun, last = phrase.noun, said[-1]
    if draft.any_word("share") and phrase.after and phrase.after[0].says("among_behind"):
        return next((at for at, each in enumerate(said) if each.items[0] in phrase.after), 0)
    first = draft.touching(noun, 1) if noun is not None else None
    shared = noun is not None and any(word.index < noun.index for word in draft.words("share"))
    joined = last.items[0].word("conj", "but", "or", "relative", "not", "never") or last.items[0].text in LINKS
    if first is None or not shared or joined or not first.word("relative") or not first.text.isascii():
        return 0
    return len(said) - 1


def is_asked_further(phrase: Phrase, order: list[Phrase]) -> bool:
    """ "Of those who came in May, how many came again": something else is asked of them, without their noun."""
    if phrase.noun is None or not any(does_something(item) for item in phrase.items):
        return False
    last = phrase.items[-1].index
    return any(
        each.noun is None and each.whose == phrase.whose and each.items[0].index > last and any(map(does_something, each.items))
        for each in order
    )


def is_predicate(draft: Draft, phrase: Phrase, order: list[Phrase]) -> bool:
    """五月来过的客户,六月还来的占几成: what the part did of those of whom something was said."""
    if phrase.noun is not None or not draft.any_word("share") or not any(map(does_something, phrase.items)):
        return False
    first, lead = phrase.items[0].index, draft.touching(phrase.items[0], -1)
    again = any(word.index > phrase.items[-1].index for word in draft.words("share"))
    led = lead is not None and lead.word("share") and again
    if led or any(whose_of(draft, item) == phrase.whose for item in phrase.items):
        return False  # 占五月购买客户的几成: the whole
    return any(
        each.noun is not None and each.whose == phrase.whose and each.items[-1].index < each.noun.index < first for each in order
    )


def is_whole_of_share(draft: Draft, phrase: Phrase) -> bool:
    """…,在购买客户里占几成: the noun, 里 and the share word, with a deed of the data that tells who there is."""
    inside = draft.touching(phrase.noun, 1) if phrase.noun is not None else None
    share = draft.touching(inside, 1) if inside is not None and inside.says("among_behind") else None
    entity = draft.workspace.entity(phrase.whose)
    if share is None or not share.word("share") or phrase.items[0].index < 2 or entity is None or entity.count is None:
        return False
    told = base_datasets(draft.workspace, entity.count)
    return all(term.dataset in told for item in phrase.items for term in item.all(VerbTerm))


def names_other_whole(draft: Draft, phrase: Phrase, parted: bool) -> bool:
    """Whether another whole is named than those of whom something is said, or the part is told by days that stand alone.

    "Of those who came in May, who came in June as a share of all": of all, or of those who came in May?
    """
    share = next((item for item in draft.items if item.word("share") and not item.word("filler")), None)
    noun = phrase.noun
    if share is None or (noun is not None and noun.text.isascii()):
        return False
    again = any(whose_of(draft, item) == phrase.whose for item in draft.items[share.index + 1 :])
    linked = [item.text for item in phrase.items[-2:-1]] == ["的"]
    if parted or (noun is not None and linked and again):
        return again  # 8号展会的退货客户占购买客户: of those of the same one, or of all?
    if noun is None or phrase.items[-1].index > noun.index or noun.index > share.index:
        return False
    own = any(item.get(PeriodTerm) is not None for item in phrase.items)
    behind = draft.items[noun.index + 1 : share.index]
    days = [item for item in behind if item.get(PeriodTerm) is not None]
    named = any(whose_of(draft, item) is not None or item.get(MetricTerm) is not None for item in behind)
    return own and bool(days) and not named


def whole_named_in_part(draft: Draft, found: list[Said]) -> list[Clause]:
    """ "What share of those reached by letter 3 replied": the letter is that of all who were reached, and of the replies."""
    clauses: list[Clause] = []
    for said in found if "share" in draft.marks else []:
        lead = draft.touching(said.items[0], -1)
        by = said.items[0].text.lower() == "by" and lead is not None and (lead.role or "").startswith("metric ")
        deeds = [item.index for item in said.items if item.get(VerbTerm) is not None]
        if by and deeds:
            clauses += [clause for clause in said.clauses if clause.items and clause.last.index < deeds[0]]
    return [replace(clause, inside=True) for clause in clauses]
