"""Those whom a word counts, of one thing or of some days, and what they did besides: "tour 13's guests who …".

"What share of tour 13's guests also went on tour 18", "how many of May's writers wrote in June": the word with what belongs to
it says who they are, and the deed behind it what is asked of them. Neither narrows the rows of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language.meanings import MetricTerm, PeriodTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.clause import Clause, describes, reachable_from
from assistant.planner.rules.counting import entity_counts
from assistant.planner.rules.cut import does_something
from assistant.planner.rules.phrase import LINKS, Phrase
from assistant.planner.rules.said import read_said
from assistant.planner.rules.said_of import Said


@dataclass(frozen=True)
class ThoseOf:
    """Those who are meant, and what is told of them.

    Attributes:
        phrase: The word, and what stands behind it.
        said: What makes them those: what the word counts, of one thing or of some days.
        metric: What the word counts.
        head: The word that asks for their number, or their share.
    """

    phrase: Phrase
    said: Said
    told: list[Said]
    metric: str
    head: Item


def those_of(draft: Draft, clauses: list[Clause]) -> ThoseOf | None:
    """The word with what belongs to it and with a deed behind it, where their number or their share is asked."""
    for item in draft.items:
        counted = _counted(draft, item) if item.free and item.text.isascii() else None
        if counted is None:
            continue
        entity, dataset, metric = counted
        owned = _owner(draft, item, clauses) or _behind(draft, item, clauses)
        head = draft.before(owned[0]) if owned and owned[0].index < item.index else draft.before(item)
        kept = [clause for clause in clauses if owned and all(each in owned for each in clause.items)]
        days = [each for each in owned if each.get(PeriodTerm) is not None]
        things = all(reachable_from(draft, dataset, each) and not describes(draft, each, entity) for each in kept)
        if head is None or not head.is_word or not head.word("share", "count") or not kept or not things or len(days) > 1:
            continue
        told = _told(draft, max(item.index, owned[-1].index))
        phrase = Phrase(item, entity, tuple(told))
        read = read_said(draft, phrase, clauses) if told else []
        if read and (head.word("share") or _is_besides(read, kept, dataset, told)):
            period = next((term.period for each in days if (term := each.get(PeriodTerm)) is not None), None)
            items = sorted({each.index: each for each in (item, *owned)}.values(), key=lambda each: each.index)
            said = Said(items, kept, dataset, period=period)  # pyright: ignore[reportArgumentType]
            return ThoseOf(phrase, said, read, metric, head)
    return None


def _is_besides(read: list[Said], kept: list[Clause], dataset: str, told: list[Item]) -> bool:
    """What they did besides; "how many guests of tour 8 went in May" only narrows the rows."""
    own = [clause.ref for clause in kept]
    other = any(said.dataset not in (None, dataset) or any(each.ref in own for each in said.clauses) for said in read)
    return other or any(item.says("also") or item.word("never") for item in told)


def _counted(draft: Draft, item: Item) -> tuple[str, str, str] | None:
    """The entity that a word counts, in which data, and the metric that does."""
    names = [term.name for term in item.all(MetricTerm) if not term.weak]
    for entity in draft.workspace.entities:
        for metric in entity_counts(draft.workspace, entity.name):
            if metric.name in names:
                return entity.name, metric.dataset, metric.name
    return None


def _owner(draft: Draft, item: Item, clauses: list[Clause]) -> list[Item]:
    """ "Tour 13's guests"."""
    sign = draft.touching(item, -1)
    last = draft.touching(sign, -1) if sign is not None and sign.says("possessive") else None
    clause = next((each for each in clauses if last is not None and each.last is last), None)
    return [*sorted(clause.items, key=lambda each: each.index), sign] if clause is not None and sign is not None else []


def _behind(draft: Draft, item: Item, clauses: list[Clause]) -> list[Item]:
    """ "Guests of tour 13", "people who went on tour 13 in May"."""
    found: list[Item] = []
    at = draft.touching(item, 1)
    while at is not None:
        clause = next((each for each in clauses if each.first is at), None)
        if clause is not None and not clause.negated:
            found += sorted(clause.items, key=lambda each: each.index)
            at = clause.last
        elif at.get(PeriodTerm) is not None:
            found.append(at)
        elif not (at.light and at.word("inside", "filler") and not at.says("also", "auxiliaries")):
            break
        at = draft.touching(at, 1)
    return found


def _told(draft: Draft, last: int) -> list[Item]:
    """What stands behind: a deed, or the denial of one."""
    found: list[Item] = []
    for item in draft.items[last + 1 :]:
        if item.text in LINKS:
            break
        found.append(item)
    first = next(
        (item for item in found if not (item.light or item.word("add", "filler", "relative")) or does_something(item)), None
    )
    return found if first is not None and (does_something(first) or first.word("never")) else []
