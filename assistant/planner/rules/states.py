"""Tags and segments beside each other: as of different days, either of them, all of them, or one group against the other."""

from __future__ import annotations

from assistant.language.meanings import GrainTerm, PeriodTerm, TagValueTerm
from assistant.language.single_periods import days_of
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause, is_of_tag
from assistant.planner.rules.heads import entity_of
from semantic_layer.conditions import InSegment, Or, Tag


def is_predicate(draft: Draft, item: Item) -> bool:
    """ "How many of them are (not) voucher users": what they are, where the word could count them as well."""
    if item.get(TagValueTerm) is None:
        return False
    at = draft.touching(item, -1)
    while at is not None and (at.light or at.word("not", "add")):
        if at.says("is_a"):
            return True
        at = draft.touching(at, -1)
    return False


AS_OF = "as of the end"
"""What the words for the end of a period are bound to, as long as nothing but states is asked."""


def read_ends(draft: Draft, clauses: list[Clause]) -> None:
    """月末, "at the end of each quarter", beside a state: the words are no ranking from the bottom."""
    if any(is_state(clause) for clause in clauses):
        for word in draft.words("at_end", "until_end"):
            beside = [each for each in _beside(draft, word) if each.get(PeriodTerm) or each.get(GrainTerm)]
            if beside:
                draft.claim(AS_OF, word)


def name_states(draft: Draft, clauses: list[Clause]) -> None:
    """ "The win-back segment", 沉默阶段的客户: what kind of thing a state is."""
    for clause in clauses:
        for way, end in ((1, clause.last), (-1, clause.first)):
            beside = draft.touching(end, way)
            if is_state(clause) and beside is not None and beside.free and beside.word("state_noun"):
                draft.claim("names the state", beside)


def read_days_of_states(draft: Draft, clauses: list[Clause]) -> None:
    """6月底活跃、现在流失的客户: where several states are named, days that touch one of them are that one's own."""
    states = [clause for clause in clauses if is_state(clause)]
    dated = [(item, term, _state_of(draft, item, states)) for item, term in draft.having(PeriodTerm)]
    own = [each for each in dated if each[2] is not None]
    if len({id(state) for _, _, state in own}) < len(own):
        return
    if len(states) == 1:
        # "Those who were … on June 30: what did they spend in Q3": a single day, or an end of days, beside other days.
        own = [each for each in own if _is_one_day(draft, *each[:2])]
        if len(own) != 1 or len(dated) != 2:
            return
        dated = own
    elif len(own) < len(dated):
        return
    for item, term, state in dated:
        if state is None:
            continue
        day = days_of(term.period, draft.today)[1]
        if isinstance(state.ref, Tag):
            state.ref = state.ref.model_copy(update={"as_of": day})
        elif isinstance(state.condition, InSegment):
            state.condition = state.condition.model_copy(update={"as_of": day})
        draft.claim(f"as of {day}", item, *(each for each in _beside(draft, item) if each.word("at_end", "until_end")))


def _is_one_day(draft: Draft, item: Item, term: PeriodTerm) -> bool:
    first, last = days_of(term.period, draft.today)
    return first == last or any(each.word("at_end", "until_end") for each in _beside(draft, item))


def _beside(draft: Draft, item: Item) -> list[Item]:
    return [each for way in (-1, 1) if (each := draft.touching(item, way)) is not None]


def _state_of(draft: Draft, period: Item, states: list[Clause]) -> Clause | None:
    """The state that days stand right before, as in Chinese, or right behind."""
    for way in (1, -1):
        at = draft.touching(period, way)
        while (
            at is not None
            and (at.light or at.word("at_end", "until_end", "is_what", "in_period"))
            and at.text not in (",", "，", "、")
        ):
            at = draft.touching(at, way)
        found = next((state for state in states if at in state.items), None)
        if found is not None:
            return found
    return None


def join_states(draft: Draft, clauses: list[Clause]) -> list[Clause]:
    """ "High-value or night owls" is one condition; 忠诚客户和沉睡客户 are two groups, and no answer holds both of them."""
    joined: list[Clause] = []
    for clause in clauses:
        last = joined[-1] if joined else None
        if last is None or not is_state(last) or not is_state(clause):
            joined.append(clause)
            continue
        between = draft.between(last.last, clause.first)
        link = next((item for item in between if item.word("or") and item.is_word), None)
        if link is not None:
            condition = Or(of=(last.as_condition(), clause.as_condition()))
            draft.claim("or", link)
            joined[-1] = Clause([*last.items, *clause.items], condition=condition, words=f"{last.words} or {clause.words}")
            continue
        draft.claim("joins", *(item for item in between if item.free and item.word("but") and item.is_word))
        if _are_two_groups(draft, last, clause, between):
            draft.beyond = ("two_groups", {"text": draft.question.original.strip()})
        joined.append(clause)
    return joined


def _are_two_groups(draft: Draft, first: Clause, second: Clause, between: list[Item]) -> bool:
    """Two nouns that are joined: what is said of one thing has one noun ("loyal and active customers", 既是…又是…)."""
    links = [item for item in between if item.word("conj", "than", "side_by_side") and not item.says("at_once")]
    both = any(item.says("at_once") or item.word("both") for item in draft.items)
    return bool(links) and not both and _names_them(draft, first) and _names_them(draft, second)


def _names_them(draft: Draft, clause: Clause) -> bool:
    """Whether the words of a clause are, or stand right before, a noun."""
    following = draft.touching(clause.last, 1)
    while following is not None and following.text == "的":
        following = draft.touching(following, 1)
    return isinstance(clause.condition, InSegment) or entity_of(following) is not None


def is_state(clause: Clause) -> bool:
    return isinstance(clause.ref, Tag) or isinstance(clause.condition, InSegment) or is_of_tag(clause.condition)
