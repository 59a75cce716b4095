"""Two groups side by side: those of whom something is said, and those of whom it is not.

"Those who came in May vs the rest", 买过红色的和没买过的: the words for the others are set aside, the question is read without
them, and what is said of the first group becomes a dimension, if the others are no more and no less than everyone else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.language.meanings import FieldTerm, PeriodTerm, VerbTerm, Word
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause
from assistant.planner.rules.own_figures import OwnFigures
from assistant.planner.rules.phrase import LINKS
from assistant.planner.rules.said_days import says_ever
from assistant.planner.rules.said_of import Said
from assistant.planner.rules.whose import whose_of
from semantic_layer.conditions import Meets, Not
from semantic_layer.periods import Between

ROLE = "the others"
JOINS = ("than", "side_by_side", "conj")
DENIES = ("never", "not")
SAYS_NO_MORE = (
    "never", "not", "act", "relative", "filler", "stop", "refer", "follow", "this", "once", "single", "classifier", "inside",
    *JOINS,
)  # fmt: skip
"""Words of the others that say no more than that they did not."""


@dataclass
class Others:
    """The words of the second group, out of the question for as long as the first one is read.

    Attributes:
        said: What they say; nothing for "the rest".
        items: All items of the question in their places.
    """

    words: list[Item]
    said: list[Item]
    items: list[Item]


def set_aside_others(draft: Draft) -> Others | None:
    """Takes the words of a second group out of the question, if there are any."""
    for link in draft.items:
        if not link.free or not link.word(*JOINS) or link.text in (*LINKS, "、"):
            continue
        found = _the_rest(draft, link) or _who_did_not(draft, link)
        if found is None:
            continue
        words, said = found
        others = Others(words, said, draft.items)
        draft.items = _without(draft, words)
        draft.marks.add("two_groups")
        return others
    return None


def _without(draft: Draft, words: list[Item]) -> list[Item]:
    """The other items in new places. In English a comma stays behind, so that what follows is not said of the first group."""
    following = draft.touching(words[-1], 1)
    first = words[0]
    comma = Item(0, replace(first.span, meanings=(Word("stop"),)), ",")
    parted = first.text.isascii() and following is not None and following.text not in LINKS
    kept = [comma if item is first else item for item in draft.items if item not in words or (parted and item is first)]
    for index, item in enumerate(kept):
        item.index = index
    return kept


def _the_rest(draft: Draft, link: Item) -> tuple[list[Item], list[Item]] | None:
    """ "vs everyone else", 和其他客户."""
    word = draft.touching(link, 1)
    while word is not None and word.light and not word.word("others") and word.text != "的":
        word = draft.touching(word, 1)
    if word is None or not word.free or not word.word("others"):
        return None
    last = _with_noun(draft, word)
    following = draft.touching(last, 1)
    if last is word and following is not None and not (following.text in (*LINKS, "的", "-", "—") or following.word(*JOINS)):
        return None  # "the other colours"
    return _compared(draft, [link, *draft.between(link, last), last]), []


def _with_noun(draft: Draft, word: Item) -> Item:
    """其他的客户, "the other customers": up to the noun, if one follows."""
    noun = draft.touching(word, 1)
    while noun is not None and (noun.text == "的" or noun.word("refer", "classifier")):
        noun = draft.touching(noun, 1)
    return noun if noun is not None and _names_some(draft, noun) else word


def _names_some(draft: Draft, item: Item) -> bool:
    """A noun of entities, or a word for people."""
    return item.says("people", "pronouns") or any(term.entity is not None for term in item.all(FieldTerm))


def _who_did_not(draft: Draft, link: Item) -> tuple[list[Item], list[Item]] | None:
    """ "against those who never did", 和没买过的客户."""
    return _english(draft, link) if link.text.isascii() and draft.language == "en" else _chinese(draft, link)


def _english(draft: Draft, link: Item) -> tuple[list[Item], list[Item]] | None:
    noun = draft.touching(link, 1)
    while noun is not None and noun.light and not _names_some(draft, noun):
        noun = draft.touching(noun, 1)
    if noun is None or not _names_some(draft, noun):
        return None
    said: list[Item] = []
    item = draft.touching(noun, 1)
    while item is not None and item.text not in LINKS and not item.word("group", "per") and item.get(PeriodTerm) is None:
        said.append(item)
        item = draft.touching(item, 1)
    while said and said[-1].light and not said[-1].word("never", "act") and said[-1].text.lower() in ("in", "during", "for"):
        said.pop()  # "in May" is said of both
    if not said or not said[0].word("relative", *DENIES) or not _one_denies(draft, link, said):
        return None
    return [link, *draft.between(link, noun), noun, *said], said


def _chinese(draft: Draft, link: Item) -> tuple[list[Item], list[Item]] | None:
    before = draft.touching(link, -1)
    ends = before is not None and (before.text == "的" or before.text in LINKS or _names_some(draft, before))
    said: list[Item] = []
    item = draft.touching(link, 1)
    while item is not None and item.text not in LINKS and item.text != "的":
        said.append(item)
        item = draft.touching(item, 1)
    if not ends or item is None or item.text != "的" or not _one_denies(draft, link, said):
        return None
    noun = draft.touching(item, 1)
    first = before is not None and before.text == "的"  # 买过的和没买过的客户: the noun is that of both
    last = noun if noun is not None and not first and _names_some(draft, noun) else item
    return _compared(draft, [link, *said, *([item] if last is not item else []), last]), said


def _one_denies(draft: Draft, link: Item, said: list[Item]) -> bool:
    """One of the two groups is that of those who did not."""
    first = [item for item in draft.items[: link.index] if item.role != "aside"]
    return any(each.word("never") for each in said) != any(each.word("never") for each in first)


def _compared(draft: Draft, words: list[Item]) -> list[Item]:
    """跟其他人比: the word that compares, where it stands behind."""
    following = draft.touching(words[-1], 1)
    while following is not None and following.free and following.is_word and following.word("than", "side_by_side"):
        words.append(following)
        following = draft.touching(following, 1)
    return words


def put_back(draft: Draft, others: Others) -> None:
    """The question's items in their places again."""
    draft.items = others.items
    for index, item in enumerate(draft.items):
        item.index = index
    for item in others.words:
        item.role = ROLE


# ---- whether they are everyone else -----------------------------------------------------------------------------------------


def are_everyone_else(draft: Draft, found: OwnFigures, others: Others) -> bool:
    """Whether the second group is all those of whom it is not true what is said of the first."""
    if found.base is not None or draft.workspace.entity(found.phrase.whose) is None:
        return False
    if not others.said:
        return True
    content = [item for item in others.said if not _says_no_more(item)]
    denied = any(item.word(*DENIES) for item in others.said)
    if content and (len(found.said) > 1 or not all(_is_said(draft, item, found) for item in content)):
        return False
    named = [item for item in content if item.get(VerbTerm) is None and not _names_some(draft, item)]
    if named and not _says_all(found.said[0], named):
        return False
    _ever(draft, found, others)
    return all(said.negated != denied for said in found.said)


def _says_no_more(item: Item) -> bool:
    return bool(item.span.meanings) and (item.light or (item.is_word and item.word(*SAYS_NO_MORE)))


def _is_said(draft: Draft, item: Item, found: OwnFigures) -> bool:
    """Whether a word of the others is said of the first group too."""
    verbs = {term.dataset for term in item.all(VerbTerm)}
    if verbs & {said.dataset for said in found.said} or whose_of(draft, item) == found.phrase.whose:
        return True
    said = [*found.phrase.items, *found.phrase.after]
    return any(_same(item, each) for each in said)


def _same(one: Item, other: Item) -> bool:
    meant = [{meaning for meaning in each.span.meanings if not isinstance(meaning, Word)} for each in (one, other)]
    return bool(meant[0] & meant[1]) or one.text.lower() == other.text.lower()


def _says_all(said: Said, named: list[Item]) -> bool:
    """Who did not buy red is no complement of who bought red and blue."""
    values = [value for clause in said.clauses for value in clause.values]
    if len(values) > 1 and not said.either:
        return False
    return all(any(_same(item, each) for each in named) for clause in said.clauses for item in clause.items if not item.is_word)


def _ever(draft: Draft, found: OwnFigures, others: Others) -> None:
    """Who never did: all days are meant, of both groups."""
    data = draft.today.data
    if data is not None and any(says_ever(item) for item in others.said):
        for said in found.said:
            said.period = said.period or Between(start=data.start, end=data.end)


def group_by_them(draft: Draft, found: OwnFigures, clauses: list[Clause]) -> list[Clause]:
    """What is said of the first group parts the rows instead of leaving some out."""
    asked = found.clause.condition
    assert asked is not None
    draft.bind_group(Meets(entity=found.phrase.whose, condition=asked.of if isinstance(asked, Not) else asked))
    draft.own_figures = None
    return [clause for clause in clauses if clause is not found.clause]
