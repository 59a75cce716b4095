"""Things whose number ranks other things: "shops with the most guests", 客户最多的门店, "top five shops by guests"."""

from __future__ import annotations

from assistant.language.meanings import FieldTerm, GrainTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.heads import is_noun


def ranks_by_its_number(draft: Draft, noun: Item) -> bool:
    """Whether a noun stands for how many of it there are, and another one for what is ranked."""
    if not is_noun(noun) or not _names_others(draft, noun):
        return False
    return (_behind_most(draft, noun) or _behind_by(draft, noun)) if noun.text.isascii() else _before_most(draft, noun)


def _names_others(draft: Draft, noun: Item) -> bool:
    own = {term.entity for term in noun.all(FieldTerm)}
    others = [item for item in draft.items if item is not noun]
    return any(item.get(GrainTerm) or any(term.entity not in own for term in item.all(FieldTerm)) for item in others)


def _behind_most(draft: Draft, noun: Item) -> bool:
    """ "With the most guests": how many; "the biggest guests" are ranked themselves."""
    before = draft.touching(noun, -1)
    while before is not None and before.word("classifier"):
        before = draft.touching(before, -1)
    lead = draft.touching(before, -1) if before is not None else None
    opens = lead is None or (lead.word("group") and lead.says("by"))
    return before is not None and before.says("most_of") and not opens


def _behind_by(draft: Draft, noun: Item) -> bool:
    """ "The top five shops by guests": in the plural they are a figure, and no second cut."""
    by = draft.touching(noun, -1)
    ranked = draft.before(by) if by is not None else None
    last = draft.question.tokens[noun.span.end - 1]
    if by is None or ranked is None or not by.says("by") or last.text == last.key or not ranked.all(FieldTerm):
        return False
    lead = draft.before(ranked)
    lead = draft.before(lead) if lead is not None and lead.number is not None and not lead.word("top", "most") else lead
    return lead is not None and lead.word("top", "bottom", "most", "least")


def _before_most(draft: Draft, noun: Item) -> bool:
    """客户最多的门店; 客户最多买了几单 asks for the most of one of them."""
    most = draft.touching(noun, 1)
    link = draft.touching(most, 1) if most is not None and most.says("most_of") else None
    ends = most is not None and most.says("most_of") and (link is None or link.text in ("，", ",", "。", "？", "?"))
    return ends or (link is not None and link.text == "的")
