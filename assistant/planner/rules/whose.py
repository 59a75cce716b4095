"""What a word names of which something can be said: an entity, a field, a unit of time."""

from __future__ import annotations

from assistant.language.meanings import ConditionTerm, FieldTerm, GrainTerm, MetricTerm, SeveralTerm, ValueTerm, VerbTerm
from assistant.planner.draft import Draft, Item
from assistant.planner.rules.counting import counts_of
from assistant.planner.rules.heads import is_weak_metric
from semantic_layer.conditions import Field, refs_of
from semantic_layer.reach import home_dataset


def whose_of(draft: Draft, item: Item) -> str | None:
    """What an item names, if it names things that have figures of their own."""
    if item.says("who") and item.word("which"):
        before = draft.touching(item, -1)
        if (
            before is not None
            and before.word("conj", "but", "or")
            and any(whose_of(draft, each) for each in draft.items[: before.index])
        ):
            return None
        return draft.person if before is None or whose_of(draft, before) is None else None
    for term in item.all(FieldTerm):
        if term.entity is not None:
            return term.entity
    if item.get(SeveralTerm) is not None and (link := draft.touching(item, -1)) is not None and link.text == "的":
        return draft.person  # 五月第一次来的新客
    link, following = draft.touching(item, -1), draft.touching(item, 1)
    if item.says("people") and link is not None and link.text == "的":
        return draft.person
    if item.says("everyone") and following is not None and following.word("relative"):
        return draft.person
    described = next((term for term in item.all(ValueTerm) if item.text.lower().endswith("s")), None)
    if described is not None and following is not None and (following.word("relative", "act") or is_participle(following)):
        return draft.person if _describes_people(draft, described.field) else None
    for term in item.all(MetricTerm) if item.get(VerbTerm) is None else ():
        for entity in draft.workspace.entities:
            if not term.weak and term.name in counts_of(draft.workspace, entity.name):
                return entity.name
    inside = noun_inside(draft, item)
    if inside is not None:
        return inside
    plain = item.get(FieldTerm)
    if plain is not None and item.get(MetricTerm) is None and item.get(VerbTerm) is None:
        return plain.name
    grain = item.get(GrainTerm)
    return grain.grain if grain is not None and not item.word("filler") and grain.field is None else None


def is_adjective(draft: Draft, item: Item, whose: str) -> bool:
    """已婚 before 客户: a word that tells what the things of an entity are."""
    fields = [term.field for term in item.all(ValueTerm)]
    for term in item.all(ConditionTerm):
        declared = next((each for each in draft.workspace.conditions if each.name == term.name), None)
        fields += [ref.name for ref in refs_of(declared.where) if isinstance(ref, Field)] if declared is not None else []
    homes = [home_dataset(draft.workspace, name) for name in fields]
    return bool(homes) and all(home is not None and home in draft.workspace.homes_of(whose) for home in homes)


def noun_inside(draft: Draft, item: Item) -> str | None:
    """哪些展会的成本超过…: the word for the figure begins with the noun that is asked for."""
    before = draft.touching(item, -1)
    head, link, _ = item.text.partition("的")
    if not link or item.get(MetricTerm) is None or before is None or not before.word("which"):
        return None
    return next((each.name for each in draft.workspace.entities if head in each.words()), None)


def whose_again(draft: Draft, item: Item) -> str | None:
    """ "The top ten of those who …": the noun that was named last."""
    following = draft.touching(item, 1)
    if not item.says("pronouns") or following is None or not (following.word("relative") or is_participle(following)):
        return None
    named = [whose for each in draft.items[: item.index] if (whose := whose_of(draft, each)) is not None]
    return next((whose for whose in reversed(named) if draft.workspace.entity(whose) is not None), None)


def is_participle(item: Item) -> bool:
    """ "Customers reached by mail", "orders holding three items", "those never reached"."""
    if not item.text.isascii() or (item.word("filler") and not item.says("happened")):
        return False
    if item.says("happened"):
        return True
    measures = item.get(MetricTerm) is not None or item.word("average")
    if item.says("without") or (measures and item.text.lower().endswith("ing")) or is_weak_metric(item):
        return True
    return item.get(VerbTerm) is not None or item.word("contains", "including", "never")


def _describes_people(draft: Draft, field: str) -> bool:
    """ "Homeowners": a value that names people by what they are."""
    home, person = home_dataset(draft.workspace, field), draft.person
    return person is not None and home is not None and home in draft.workspace.homes_of(person)
