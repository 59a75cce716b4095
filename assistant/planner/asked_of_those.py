"""How many of those who were counted: "and how many of them wrote back?", 其中有多少人回信了.

The message without the words for them is a question of its own, and is read as one; those whom the last answer counted are its
condition. Read as a change of the last request, what they did and what is asked of them would take each other's place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.conversation import Conversation
from assistant.language.meanings import PeriodTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.outcome import Outcome, Plan, Refuse
from assistant.planner.rules.counting import entity_counts
from assistant.planner.rules.heads import entity_of
from assistant.planner.rules.said_days import says_ever
from assistant.planner.rules.those import described_of, those_counted, with_days
from assistant.planner.scope import bindings_of
from semantic_layer.conditions import AnyCondition, Did, Field, Not, all_of, parts_of, refs_of, unit_refs
from semantic_layer.metric_parts import base_datasets
from semantic_layer.model.workspace import Workspace
from semantic_layer.periods import EachPeriod
from semantic_layer.reach import knows, reaches
from semantic_layer.requests import MetricQuery


@dataclass(frozen=True)
class AskedOfThose:
    """The words for those who were counted, in a message that asks for a number of them.

    Attributes:
        items: The words: 其中, "of those people".
        count: The word that asks how many.
    """

    items: tuple[Item, ...]
    count: Item


def number_of_those(
    draft: Draft, conversation: Conversation, read: Callable[[str], tuple[Draft, Outcome]]
) -> tuple[MetricQuery, Draft] | Refuse | None:
    """What is asked of those whom the last answer counted, and the message as it was read; never that number of everyone.

    Args:
        read: Reads a text as a question of its own.
    """
    found = asked_of_those(draft)
    if found is None:
        return None
    text = draft.question.original.strip()
    refusal = Refuse(code="entity_condition", span=text, parts={"text": text}, bindings=bindings_of(draft))
    last = conversation.last
    if last is None or last.outcome != "answered" or (last.request or {}).get("kind") != "metric_query":
        return refusal if draft.metrics else None  # of those whom nothing counted
    base = MetricQuery.model_validate(last.request)
    entity = entity_counted(draft.workspace, base)
    if entity is None and not draft.metrics:
        return None
    own, outcome = read(alone(draft, found, entity or draft.person or ""))
    if entity is not None and asked_again(own):
        asked = MetricQuery(metrics=base.metrics, period=own.periods[0])
    elif isinstance(outcome, Plan):
        query = outcome.readings[0]
        if len(outcome.readings) > 1 or query.get("kind") != "metric_query":
            return refusal
        asked = MetricQuery.model_validate(query)
    else:
        changes = not own.metrics and (not draft.metrics or (draft.metrics == list(base.metrics) and not draft.periods))
        return None if changes else outcome if isinstance(outcome, Refuse) else refusal
    if entity is None:
        counted = entity_counted(draft.workspace, asked.model_copy(update={"by": ()}))
        return refusal if counted is not None and base.metrics != asked.metrics else None
    request = of_those(own, base, asked, entity)
    request = _at_the_same(draft, base, request) if request is not None else None
    if request is None:
        return refusal
    draft.claim("those of the last answer", *found.items)
    return request, own


def _at_the_same(draft: Draft, base: MetricQuery, request: MetricQuery) -> MetricQuery | None:
    """ "… at that same shop": the one that the last question named is meant again; None where it named none."""
    for word in draft.items:
        noun = draft.touching(word, 1)
        entity = draft.workspace.entity(entity_of(noun) or "") if word.says("same_one") else None
        if entity is None:
            continue
        keyed = [
            part
            for part in parts_of(base.where)
            if any(isinstance(ref, Field) and ref.name.rpartition(".")[2] == entity.key_name for ref in refs_of(part))
        ]
        if not keyed:
            return None
        request = request.model_copy(update={"where": all_of((*parts_of(request.where), *keyed))})
        draft.claim("the same one", word, *([noun] if noun is not None else []))
    return request


def asked_of_those(draft: Draft) -> AskedOfThose | None:
    """ "How many of them …", "of those, how many …", 其中有多少…, 这些人里有多少…."""
    counts = [item for item in draft.items if item.word("count") and item.is_word and not item.word("share")]
    if len(counts) != 1:
        return None
    words = _in_english(draft, counts[0]) if draft.language == "en" else _in_chinese(draft)
    return AskedOfThose(tuple(words), counts[0]) if words and not any(item.word("share") for item in draft.items) else None


def _in_english(draft: Draft, count: Item) -> list[Item]:
    for item in draft.items:
        if not item.says("them", "those_named"):
            continue
        lead = draft.touching(item, -1)
        among = lead is not None and (lead.says("among", "out_of") or (lead is count and _ends_in_of(count)))
        noun = draft.touching(item, 1)
        named = noun is not None and entity_of(noun) is not None
        behind = noun if named and noun is not None else item
        following = draft.touching(behind, 1)
        if not among or lead is None or (following is not None and following.word("relative")):
            continue  # "of those who …" says itself whom it means
        asks = lead is count or draft.touching(lead, -1) is count
        if _opens(draft, count if asks else lead):  # else they were named in the message itself
            return [*([lead] if lead is not count else []), item, *([noun] if named and noun is not None else [])]
    return []


def _ends_in_of(item: Item) -> bool:
    return item.text.lower().endswith(" of")


def _in_chinese(draft: Draft) -> list[Item]:
    """其中, 里面, and 这些人里: the words that open the message."""
    first = next((item for item in draft.items if not (item.light or item.word("follow", "add", "conj"))), None)
    if first is None:
        return []
    if first.says("of_those"):
        return [first]
    named = first.says("them")
    noun = draft.touching(first, 1)
    if not named and not (first.says("those_named") and noun is not None and entity_of(noun) is not None):
        return []
    words = [first] if named or noun is None else [first, noun]
    behind = draft.touching(words[-1], 1)
    return [*words, behind] if behind is not None and behind.says("among_behind") else words


def _opens(draft: Draft, lead: Item) -> bool:
    before = draft.items[: lead.index]
    return all(item.light or item.get(PeriodTerm) is not None or item.word("follow", "add", "conj", "inside") for item in before)


def alone(draft: Draft, found: AskedOfThose, entity: str) -> str:
    """The message as a question of its own: without the words for them, with a noun where it has none."""
    gone = {item.index for item in found.items}
    kept = [item for item in draft.items if item.index not in gone]
    named = named_beside(draft, found.count, kept) is not None
    label = noun_of(draft, entity)
    texts: list[str] = []
    for item in kept:
        text = item.text
        if item is found.count and draft.language == "en":
            text = text[: -len(" of")] if _ends_in_of(item) else text
            text = text if named else f"{text} {label}"
        texts.append(text)
    if draft.language == "en":
        return " ".join(texts).strip(" ,")
    return ("" if named else label) + "".join(texts).strip(" ,，、")


def named_beside(draft: Draft, count: Item, items: list[Item]) -> Item | None:
    """The noun that a count word counts, if it has one."""
    beside = (draft.before(count), draft.after(count))
    return next((item for item in beside if item is not None and item in items and entity_of(item) is not None), None)


def noun_of(draft: Draft, entity: str) -> str:
    """The word for an entity in the question's language."""
    described = draft.workspace.entity(entity)
    return described.label.get(draft.language).lower() if described is not None else ""


def entity_counted(workspace: Workspace, request: MetricQuery) -> str | None:
    """Whom the last answer counted, where it is one number of them."""
    plain = not (request.by or request.compare or request.share_of or request.window or request.of_each)
    if len(request.metrics) != 1 or not plain or isinstance(request.period, EachPeriod):
        return None
    names = {each.name: entity.name for entity in workspace.entities for each in entity_counts(workspace, entity.name)}
    return names.get(request.metrics[0])


def asked_again(own: Draft) -> bool:
    """ "How many of them came back in June": that they did it again, in days that are named."""
    left = own.left_over()
    again = bool(left) and all(item.says("did_again") for item in left)
    return again and len(own.periods) == 1 and not own.conditions and own.beyond is None


def _has_days(part: AnyCondition) -> bool:
    return (isinstance(part, Did) and part.period is not None) or (isinstance(part, Not) and _has_days(part.of))


def of_those(own: Draft, base: MetricQuery, asked: MetricQuery, entity: str) -> MetricQuery | None:
    """What is asked, of those whom the last answer counted; None where it cannot be put to them."""
    workspace = own.workspace
    counts = {each.name for each in entity_counts(workspace, entity)}
    plain = len(asked.metrics) == 1 and not (asked.by or asked.compare or asked.share_of or asked.of_each or asked.window)
    if not plain or isinstance(asked.period, EachPeriod):
        return None
    datasets = base_datasets(workspace, asked.metrics[0])
    if not all(knows(workspace, each, entity) for each in datasets):
        return None
    again = any(item.says("did_again") for item in own.items)
    if again and asked.period is None and not any(_has_days(part) for part in parts_of(asked.where)):
        return None  # "how many of them came back": after which days nobody said
    things = [part for part in parts_of(base.where) if not any(unit_refs(part)) and not described_of(workspace, part, entity)]
    carried = [] if any(item.says("any_at_all") for item in own.items) else things
    parts = list(parts_of(asked.where))
    rows = [part for part in parts if not any(unit_refs(part))]
    told = [_with_things(workspace, part, carried, base) for part in parts if part not in rows]
    if any(says_ever(item) or item.text.lower() == "never" for item in own.items):
        told = [with_days(part, asked.period or workspace.workspace.default_period) for part in told]  # pyright: ignore[reportArgumentType]
    elif asked.period is not None:
        told = [with_days(part, asked.period) for part in told]
    described = all(described_of(workspace, part, entity) for part in rows)
    deeds = any(item.get(VerbTerm) is not None for item in own.items)
    usual = asked.metrics[0] in counts and described and bool(told or (rows and not deeds))
    same = asked.metrics == base.metrics or usual
    if same and (asked.period is None or (told and described)) and not (things and not described):
        # Their number among themselves: what is said of them is one more condition.
        return base.model_copy(update={"where": all_of((*parts_of(base.where), *rows, *told))})
    those = those_counted(workspace, entity, base, own.today.data if asked.period is not None else None)
    timed = all((data := workspace.dataset(each)) is not None and data.time is not None for each in datasets)
    period = asked.period or (base.period if timed else None)
    rows += [part for name in datasets for part in _of_same_thing(workspace, name, all_of(tuple(rows)), carried, base)]
    return asked.model_copy(update={"where": all_of((*([those] if those is not None else []), *rows, *told)), "period": period})


def _of_same_thing(
    workspace: Workspace, dataset: str, where: AnyCondition | None, things: list[AnyCondition], base: MetricQuery
) -> list[AnyCondition]:
    """Letter 13 reached them, and how many of them wrote back: to letter 13, where the other data knows of letters as well."""
    if dataset in base_datasets(workspace, base.metrics[0]):
        return []
    named = {ref.name for part in parts_of(where) for ref in refs_of(part) if isinstance(ref, Field)}
    fields = [{ref.name for ref in refs_of(part) if isinstance(ref, Field)} for part in things]
    pairs = [(part, names) for part, names in zip(things, fields, strict=True) if names and not names & named]
    return [part for part, names in pairs if all(reaches(workspace, dataset, name) for name in names)]


def _with_things(workspace: Workspace, part: AnyCondition, things: list[AnyCondition], base: MetricQuery) -> AnyCondition:
    if isinstance(part, Not):
        return Not(of=_with_things(workspace, part.of, things, base))
    if not isinstance(part, Did):
        return part
    same = _of_same_thing(workspace, part.dataset, part.where, things, base)
    return part.model_copy(update={"where": all_of((*parts_of(part.where), *same))})
